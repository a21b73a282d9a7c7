"""Chronicle with the ledger beside its store: whole answers are columns, straight out of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.chronicle import Replayed, of_issuers
from benchmarks.peers.sides.side import Row

from chronicle.engine.views import view_of

_HOLDING = ("holder", "target", "share", "certain")


class OnDisk(Replayed):
    """With the ledger beside the store: whole answers are columns, straight out of the file."""

    written = (
        "`chronicle.open(store)` with its ledger beside it; whole states are Arrow tables of texts, "
        "one holder is a list of tuples by `state.rows`"
    )
    ledger = True

    def take_in(self, history: Path) -> None:
        super().take_in(history)
        self.open()
        self._keep()
        self.close()

    def whole_state(self, day: str) -> Any:
        return _columns(self._history.as_of(day), "holdings", _HOLDING)

    def one_holder(self, day: str, holder: str) -> Any:
        return self._history.as_of(day).rows("holdings", *_HOLDING, holder=holder)

    def whole_state_known(self, day: str, known: str) -> Any:
        return _columns(self._history.as_of(day, known=known), "holdings", _HOLDING)

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        return [(day, self._count(day)) for day in days]

    def _count(self, day: str) -> int:
        from pyarrow import compute as pc  # it takes a while, and no other question needs it

        holders = _columns(self._history.as_of(day), "holdings", ("holder",))["holder"]
        return int(pc.sum(pc.invert(pc.starts_with(pc.cast(holders, "string"), ISSUER))).as_py() or 0)

    def rebuild(self) -> Any:
        self._history.drop_ledger()
        self.close()
        self.open()
        self._keep()
        return ()

    def _keep(self) -> None:
        """Have the ledger made: by the first question of a large store, and else unasked for."""
        self._history.ledger()
        if not self._history.kept_ledger and not self._store.with_name("history.db.ledger").exists():
            self._history.keep_ledger()

    def all_views(self, day: str) -> Any:
        state = self._history.as_of(day)
        return {view: _arrow(state.table(view)) for view in state.views}

    def rows(self, answer: Any) -> Iterable[Row]:
        if isinstance(answer, dict):
            counts = {view: _comparable(view, table) for view, table in answer.items()}
            return [(view, count) for view, count in counts.items() if count]
        if hasattr(answer, "to_pydict"):
            return zip(*answer.to_pydict().values(), strict=True)
        return super().rows(answer)


def _columns(state: Any, view: str, names: Sequence[str]) -> Any:
    return _arrow(state.table(view).select(*names))


def _comparable(view: str, table: Any) -> int:
    """How many rows are of nobody that issues shares or merges."""
    keys = zip(*(table[part].to_pylist() for part in view_of(view).key), strict=True)
    return sum(not any(map(of_issuers, key)) for key in keys)


def _arrow(table: Any) -> Any:
    """A table as one of Arrow, by its protocol: ``pa.table`` would load pandas first."""
    # Where the answer is asked for, as DuckDB does it: nobody pays for it before.
    import pyarrow as pa

    return pa.RecordBatchReader.from_stream(table).read_all()
