"""Chronicle itself, replayed in memory. An older commit is asked by it too: this keeps to what 0.1.0 has."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake, cannot

import chronicle

_AT_ONCE = 20_000
_HAS_LEDGERS = "ledger" in inspect.signature(chronicle.open).parameters
"""Whether it is not the older commit, whose laws about mergers and issues were others."""


class Replayed(Side):
    """Every event read, proven and replayed; answers are objects."""

    written = "`chronicle.open(store, ledger=False)`; answers are objects, each with its events"
    ledger = False

    @property
    def _store(self) -> Path:
        return self.folder / "history.db"

    def take_in(self, history: Path) -> None:
        from chronicle import codec
        from chronicle.stores import open_store

        with (
            open(history / "events.jsonl", encoding="utf-8") as lines,
            open_store(str(self._store), create=True) as store,
        ):
            records = (codec.to_record(codec.decode(json.loads(line))) for line in lines)
            while some := [*islice(records, _AT_ONCE)]:
                store.append(some)

    def open(self) -> None:
        self._history: Any = chronicle.open(
            str(self._store), **({"ledger": self.ledger} if _HAS_LEDGERS else {})
        )

    def close(self) -> None:
        self._history.close()

    def whole_state(self, day: str) -> Any:
        return self._history.as_of(day).holdings()

    def whole_state_known(self, day: str, known: str) -> Any:
        return self._history.as_of(day, known=known).holdings()

    def one_holder(self, day: str, holder: str) -> Any:
        return self.one_holder_as_objects(day, holder)

    def one_holder_as_objects(self, day: str, holder: str) -> Any:
        return self._history.as_of(day).holdings(holder=holder)

    def changed(self, first: str, second: str) -> Iterable[Row]:
        differences = self._history.diff(first, second)
        return [each.key[:2] for each in differences if each.view == "holdings"]

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        spans = self._history.spans(holder, target)
        return [(str(span.value.share), *_days_of(span)) for span in spans if span.value.share.value != 0]

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        spans = [
            _days_of(span)
            for span in self._history.spans()
            if span.value.share.value != 0 and not span.key[0].startswith(ISSUER)
        ]
        return [(day, sum(first <= day < last for first, _, _, last in spans)) for day in days]

    def append(self, stake: Stake) -> None:
        self.append_many([stake])

    def append_many(self, stakes: Sequence[Stake]) -> None:
        self._history.append([_event(stake) for stake in stakes])

    def issue_late(self, id: str, pair: tuple[str, str], day: str) -> Any:
        issue = {"id": id, "kind": "shares.issued", "date": day, "issuer": pair[1], "shares": "10M"}
        return self._late(issue, pair)

    def merge_late(self, id: str, survivor: str, pair: tuple[str, str], day: str) -> Any:
        holder, absorbed = pair
        merger = {
            "id": id,
            "kind": "merger.absorbed",
            "date": day,
            "survivor": survivor,
            "absorbed": absorbed,
        }
        return self._late(merger, pair, (holder, survivor))

    def _late(self, event: Mapping[str, str], *pairs: tuple[str, str]) -> Any:
        if not _HAS_LEDGERS:
            cannot("replayed by other laws")
        self._history.append([event])
        return [row for pair in pairs for row in self.pair_in_time(*pair)]

    def holdings(self, day: str) -> Any:
        return self._history.as_of(day).holdings()

    def all_views(self, day: str) -> Any:
        return self._history.as_of(day).facts()

    def rows(self, answer: Any) -> Iterable[Row]:
        if isinstance(answer, tuple) and answer and hasattr(answer[0], "view"):
            return Counter(fact.view for fact in answer if not any(map(of_issuers, fact.key))).items()
        if isinstance(answer, tuple) and answer and hasattr(answer[0], "holder"):
            return ((each.holder, each.target, str(each.share), each.certain) for each in answer)
        return answer  # type: ignore[no-any-return]


def _event(stake: Stake) -> Mapping[str, str]:
    fields = {"holder": stake.holder, "target": stake.target, "holds": stake.share}
    return {"id": stake.id, "kind": "stake.observed", "date": stake.day, **fields}


def of_issuers(part: str) -> bool:
    """Whether a part of a key names one of whom only Chronicle knows what follows, and not as 0.1.0 did."""
    return part.startswith(ISSUER)


def _days_of(span: Any) -> tuple[str, ...]:
    """From when it may stand and surely stands, until when surely and perhaps."""
    begin = span.begin.earliest.isoformat(), span.begin.latest.isoformat()
    if span.end is None:
        return (*begin, FOR_EVER, FOR_EVER)
    return (*begin, span.end.earliest.isoformat(), span.end.latest.isoformat())
