"""Raphtory: a temporal graph with an edge for each pair, and what is said of it as properties in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake, cannot
from raphtory import Graph

_NOTHING = "0%"


class Raphtory(Side):
    """A view of the graph before the next day has the last that was said of each edge, and its last day."""

    part = "certain"
    written = (
        "edges in time with the share and the last day of its date, by `load_edges`; of whole states, diffs "
        "and aggregations the part that is certain, and one clock"
    )

    @property
    def _file(self) -> str:
        return str(self.folder / "graph")

    def take_in(self, history: Path) -> None:
        stakes = pl.read_csv(history / "stakes.csv").unique("id", keep="last", maintain_order=True)
        frame = stakes.with_columns(pl.col("earliest").str.to_datetime())
        graph = Graph()
        graph.load_edges(frame, time="earliest", src="holder", dst="target", properties=["share", "latest"])
        graph.cache(self._file)

    def open(self) -> None:
        self._graph: Any = Graph.load_cached(self._file)

    def whole_state(self, day: str) -> Iterable[Row]:
        return _certain(self._before_the_end_of(day).edges, day)

    def whole_state_known(self, day: str, known: str) -> Iterable[Row]:
        cannot("has one clock")

    def one_holder(self, day: str, holder: str) -> Iterable[Row]:
        node = self._before_the_end_of(day).node(holder)
        return [] if node is None else _certain(node.out_edges, day)

    def changed(self, first: str, second: str) -> Iterable[Row]:
        before, after = ({*self.whole_state(day)} for day in (first, second))
        return {(holder, target) for holder, target, *_ in before ^ after}

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        told = self._graph.edge(holder, target).properties.temporal
        begins = [(time.dt.date().isoformat(), share) for time, share in told.get("share").items()]
        days = [
            (earliest, latest)
            for (earliest, _), latest in zip(begins, told.get("latest").values(), strict=True)
        ]
        ends = [*days[1:], (FOR_EVER, FOR_EVER)]
        return [
            (share, *begin, *end)
            for (_, share), begin, end in zip(begins, days, ends, strict=True)
            if share != _NOTHING
        ]

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        return [(day, sum(not row[0].startswith(ISSUER) for row in self.whole_state(day))) for day in days]

    def append(self, stake: Stake) -> None:
        properties = {"share": stake.share, "latest": stake.day}
        self._graph.add_edge(
            datetime.fromisoformat(stake.day), stake.holder, stake.target, properties=properties
        )
        self._graph.write_updates()

    def _before_the_end_of(self, day: str) -> Any:
        return self._graph.before(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1))


def _certain(edges: Any, day: str) -> list[Row]:
    said = edges.properties
    return [
        (holder, target, share, True)
        for holder, target, share, latest in zip(
            edges.src.name, edges.dst.name, said.get("share"), said.get("latest"), strict=True
        )
        if latest <= day and share != _NOTHING
    ]
