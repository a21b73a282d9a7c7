"""The supplement of a ledger on disk, opened where it goes with the ledger.

Imports nothing that replays: most processes that open one only ask it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from chronicle.errors import Problem, StoreError, printable
from chronicle.ledgers.keeping import LedgerKeeper, NotUsed, used
from chronicle.ledgers.kept import KeptFile, KeptLedger
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.places import supplement_of
from chronicle.ledgers.supplements.ledger import SupplementedLedger
from chronicle.ledgers.supplements.replaced import gone_in
from chronicle.stores.record import Head

if TYPE_CHECKING:
    from chronicle.ledgers.sharing import StoredSharing

_MADE_ANEW: Final = "nothing to do: later events are replayed, and it is made anew"


class Supplement(NamedTuple):
    """What was replayed behind a ledger on disk, in a file that is proven as a whole.

    ``replayed`` is how many events were read or replayed for it.
    """

    file: LedgerFile
    ledger: SupplementedLedger
    head: Head
    replayed: int

    @property
    def path(self) -> str:
        """The path of the file."""
        return str(self.file.path)

    @property
    def rows(self) -> int:
        """The number of its rows, each a span."""
        return sum(view.rows for view in self.ledger.more.stored.views.values())

    @property
    def sharing(self) -> StoredSharing:
        """What its events share."""
        from chronicle.ledgers.sharing import StoredSharing

        return StoredSharing(self.file, self.head.position)

    def named_ids(self) -> Mapping[str, Collection[str]]:
        """The ids of all that the events of both name, sorted, by ``"entity"`` and ``"deal"``."""
        more = self.ledger.more.named_ids()
        return {what: _Both(found, more[what]) for what, found in self.ledger.base.named_ids().items()}


class _Both(Collection[str]):
    """The texts of two collections that are sorted and have none in common."""

    def __init__(self, one: Collection[str], other: Collection[str]) -> None:
        self._one, self._other = one, other

    def __contains__(self, text: object) -> bool:
        return text in self._one or text in self._other

    def __iter__(self) -> Iterator[str]:
        return merge(self._one, self._other)

    def __len__(self) -> int:
        return len(self._one) + len(self._other)


def opened(keeper: LedgerKeeper, kept: KeptFile) -> Supplement | None:
    """The supplement of a ledger, where one goes with it and the store; else what cannot be used is reported.

    Then one is written again, however little is in it.
    """
    found, others = examined(keeper, kept)
    for other in others if found is None else ():
        keeper.refused_supplement = True
        message = f'supplement "{printable(str(other.path))}" of the ledger is not used: {other.why}'
        keeper.report(Problem("C521", message, help=_MADE_ANEW))
    return found


def examined(keeper: LedgerKeeper, kept: KeptFile) -> tuple[Supplement | None, list[NotUsed]]:
    """The supplement of most events that goes with a ledger, if there is one, and what cannot be used.

    One of another ledger, or of events that are not in the store, is as none.
    """
    fitting: list[Supplement] = []
    others: list[NotUsed] = []
    for path in map(supplement_of, places(keeper)):
        found = used(path, partial(_opened, keeper, kept, path))
        if isinstance(found, NotUsed):
            others.append(found)
        elif found is not None:
            fitting.append(found)
    return max(fitting, key=lambda each: each.head.position, default=None), others


def places(keeper: LedgerKeeper) -> list[Path]:
    """Where the ledger of a store may be; nowhere, where the store cannot be read."""
    try:
        made_from = keeper.made_from()
    except StoreError:
        return []
    return [] if made_from is None else keeper.places(made_from)


def _opened(keeper: LedgerKeeper, kept: KeptFile, path: Path) -> Supplement | None:
    file = keeper.opened_file(path, whole=True)
    told = file.about
    if told.get("ledger") != kept.file.fingerprint or not keeper.has_record(told["position"], told["chain"]):
        return None
    ledger = SupplementedLedger.of(kept.ledger, KeptLedger.of(file), gone_in(file))
    return Supplement(file, ledger, Head(told["position"], told["chain"]), told["replayed"])
