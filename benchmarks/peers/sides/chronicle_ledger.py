"""Chronicle with the ledger beside its store: whole answers are columns, straight out of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.chronicle import Replayed
from benchmarks.peers.sides.side import Row

_HOLDING = ("holder", "target", "share", "certain")


class OnDisk(Replayed):
    """With the ledger beside the store: whole answers are columns, straight out of the file."""

    name = "Chronicle, ledger"
    written = "`chronicle.open(store)` with its ledger beside it; whole states are Arrow tables of texts"
    ledger = True

    def take_in(self, history: Path) -> None:
        super().take_in(history)
        self.open()
        self._keep()
        self.close()

    def whole_state(self, day: str) -> Any:
        return _columns(self._history.as_of(day), "holdings", _HOLDING)

    def whole_state_known(self, day: str, known: str) -> Any:
        return _columns(self._history.as_of(day, known=known), "holdings", _HOLDING)

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        return [(day, self._count(day)) for day in days]

    def _count(self, day: str) -> int:
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
        return [pa.table(state.table(view)) for view in state.views]

    def rows(self, answer: Any) -> Iterable[Row]:
        if hasattr(answer, "to_pydict"):
            return zip(*answer.to_pydict().values(), strict=True)
        return super().rows(answer)


def _columns(state: Any, view: str, names: Sequence[str]) -> Any:
    return pa.table(state.table(view).select(*names))
