"""Polars: data frames in memory, read from Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake

_PAIR = ("holder", "target")
_DAYS = {"earliest": pl.Date, "latest": pl.Date, "known": pl.Date}


class Polars(Side):
    """A frame of stakes as they became known, and a frame of intervals made from it once."""

    written = (
        "frames of stakes and of finished intervals in memory, from Parquet; an append writes one more file"
    )

    def take_in(self, history: Path) -> None:
        stakes = pl.read_csv(history / "stakes.csv", schema_overrides=_DAYS)
        (self.folder / "stakes").mkdir()
        stakes.write_parquet(self.folder / "stakes" / "part-0.parquet")
        _intervals(stakes).write_parquet(self.folder / "holdings.parquet")

    def open(self) -> None:
        self._holdings = pl.read_parquet(self.folder / "holdings.parquet")
        self._read: Any = None

    @property
    def _stakes(self) -> Any:
        """The stakes, read when the first question needs them."""
        if self._read is None:
            self._read = pl.read_parquet(self.folder / "stakes" / "*.parquet")
        return self._read

    def rebuild(self) -> Any:
        self._holdings = _intervals(self._stakes)
        self._holdings.write_parquet(self.folder / "holdings.parquet")
        return ()

    def whole_state(self, day: str) -> Any:
        return _standing(self._holdings, day)

    def whole_state_known(self, day: str, known: str) -> Any:
        told = self._stakes.filter(pl.col("known") <= date.fromisoformat(known))
        return _standing(_intervals(told), day)

    def one_holder(self, day: str, holder: str) -> Any:
        return _standing(self._holdings.filter(pl.col("holder") == holder), day)

    def changed(self, first: str, second: str) -> Any:
        before, after = (_standing(self._holdings, day) for day in (first, second))
        one, other = (
            before.join(after, on=before.columns, how="anti"),
            after.join(before, on=before.columns, how="anti"),
        )
        return pl.concat([one, other]).select(_PAIR).unique()

    def pair_in_time(self, holder: str, target: str) -> Any:
        return self._holdings.filter(holder=holder, target=target).sort("possible_from").drop(_PAIR)

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        holdings = self._holdings.filter(~pl.col("holder").str.starts_with(ISSUER))
        return [(day, holdings.select(_stands(date.fromisoformat(day)).sum()).item()) for day in days]

    def append(self, stake: Stake) -> None:
        stakes = self._stakes
        days = map(date.fromisoformat, stake.row()[4:])
        one = pl.DataFrame([(*stake.row()[:4], *days)], schema=stakes.schema, orient="row")
        number = len([*(self.folder / "stakes").iterdir()])
        one.write_parquet(self.folder / "stakes" / f"part-{number}.parquet")
        self._read = pl.concat([stakes, one])
        pair = {"holder": stake.holder, "target": stake.target}
        of_pair = (pl.col("holder") == stake.holder) & (pl.col("target") == stake.target)
        self._holdings = pl.concat([self._holdings.filter(~of_pair), _intervals(self._read.filter(**pair))])

    def rows(self, answer: Any) -> Iterable[Row]:
        return answer.rows() if hasattr(answer, "rows") else answer


def _intervals(stakes: Any) -> Any:
    """The last version of each stake, and of each when the next of its pair begins."""
    end = pl.lit(date.fromisoformat(FOR_EVER))
    return (
        stakes.lazy()
        .sort("known", maintain_order=True)
        .unique("id", keep="last", maintain_order=True)
        .sort("holder", "target", "earliest")
        .select(
            *_PAIR,
            "share",
            possible_from="earliest",
            certain_from="latest",
            certain_until=pl.col("earliest").shift(-1).over(_PAIR).fill_null(end),
            possible_until=pl.col("latest").shift(-1).over(_PAIR).fill_null(end),
        )
        .filter(pl.col("share") != "0%")
        .collect()
    )


def _stands(day: date) -> Any:
    return (pl.col("possible_from") <= day) & (pl.col("possible_until") > day)


def _standing(holdings: Any, day: str) -> Any:
    on = date.fromisoformat(day)
    certain = (pl.col("certain_from") <= on) & (pl.col("certain_until") > on)
    return holdings.lazy().filter(_stands(on)).select(*_PAIR, "share", certain=certain).collect()
