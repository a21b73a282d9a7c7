"""How a supplement is written: what was replayed of events behind a ledger on disk, where that pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from chronicle.engine.declarations import Named
from chronicle.engine.partial import PartialReplay
from chronicle.engine.replay.patched import PatchedLedger, collected
from chronicle.errors import Problem, printable, reason_of
from chronicle.events import Event
from chronicle.ledgers import keeping
from chronicle.ledgers.kept import KeptFile, KeptLedger
from chronicle.ledgers.layout import Block, CannotKeep, LedgerFile, Unsound, write
from chronicle.ledgers.places import only_writer, supplement_of
from chronicle.ledgers.rows import NamedIds, ViewRows, blocks_in_turn
from chronicle.ledgers.sharing import sharing_blocks
from chronicle.ledgers.supplements.ledger import on_disk, replaced_in
from chronicle.ledgers.supplements.opening import Supplement, examined, places
from chronicle.ledgers.supplements.replaced import replaced_blocks
from chronicle.stores.record import Head

# One is written when many events were read or replayed that the last one does not speak of, and no fewer than
# one in so many of those that it cost: what is written anew then is little for what it saves.
_ONE_IN: Final = 4
# A process that has written one writes the next after so many times what that one cost: it has all
# that it replayed, and the next is for others alone.
_TIMES: Final = 2

_WITHOUT: Final = "the answer is right, and the next process replays the same"


class SupplementWriter:
    """Writes the supplement of a ledger anew, whenever enough was replayed since."""

    def __init__(self, keeper: keeping.LedgerKeeper, kept: KeptFile, before: Supplement | None) -> None:
        self._keeper, self._kept, self._before = keeper, kept, before
        # How many events were replayed before this process, and for the last supplement in all.
        self._begun = self._written = 0 if before is None else before.replayed
        self._first = kept.head.position if before is None else before.head.position
        self._has_written = False

    def keep(
        self, replay: PartialReplay, events: Sequence[Event], named: Callable[[], Named], head: Head
    ) -> None:
        """Write it, if that pays, of all ``events``, which end at ``head``.

        ``named`` gives the ids that all events name, of which those in its ``before`` are in the two files.
        What cannot be is reported (C522).
        """
        replayed = self._begun + replay.replayed_events + len(events) - self._first
        if replayed - self._written < self._enough():
            return
        found = replay.gone_on()
        # Where everything was replayed meanwhile, the parts replayed since lie over that.
        if found is None or on_disk(found[0]) is not self._kept.ledger:
            return
        self._written, self._has_written, self._keeper.refused_supplement = replayed, True, False
        found_at = places(self._keeper)
        if not found_at:
            # The store was closed or cannot be read. What was replayed is still an answer.
            return
        ledger, parts = found
        about = {"ledger": self._kept.file.fingerprint, **head._asdict(), "replayed": replayed}
        before, first, on_the_disk = self._before, self._kept.head.position, self._kept.ledger

        def fill(file: BinaryIO) -> None:
            shared = None if before is None else before.sharing
            sharing = sharing_blocks(parts, events, len(events), first, shared)
            ids = _named_behind(named(), before)
            views, blocks = supplement_blocks(ledger, on_the_disk, ids)
            write(file, {**about, "views": [list(view) for view in views]}, [*blocks, *sharing])

        self._write(found_at[-1], fill, head)

    def _enough(self) -> int:
        """How many events must have been replayed since the last one was written."""
        if self._keeper.refused_supplement:
            return 1
        share = self._written * _TIMES if self._has_written else self._written // _ONE_IN
        return max(keeping.LEAST_REPLAYED, share)

    def _write(self, ledger: Path, fill: Callable[[BinaryIO], None], head: Head) -> None:
        """Write it where a ledger lies or would lie, unless another process does or has a later one."""
        path = supplement_of(ledger)
        try:
            with only_writer(ledger) as mine:
                if mine and self._is_needed(head):
                    with self._keeper.written_aside(path) as file:
                        fill(file)
            return
        except OSError as error:
            why = reason_of(error)
        except CannotKeep as error:
            why = f"it has {error}"
        message = f'supplement "{printable(str(path))}" of the ledger cannot be kept: {why}'
        self._keeper.report(Problem("C522", message, help=_WITHOUT))

    def _is_needed(self, head: Head) -> bool:
        """Whether the ledger is still the one on disk, and its supplement of fewer events."""
        with suppress(OSError, Unsound):
            if LedgerFile(self._kept.file.path).fingerprint == self._kept.file.fingerprint:
                found, _ = examined(self._keeper, self._kept)
                return found is None or found.head.position < head.position
        return False


def _named_behind(named: Named, before: Supplement | None) -> NamedIds:
    """The ids that only events behind the ledger name, also those that a supplement had before."""
    had = before.ledger.more.named_ids() if before else {}
    entities, deals = (sorted({*named.added(what), *had.get(what, ())}) for what in ("entity", "deal"))
    return entities, deals


def supplement_blocks(
    replayed: PatchedLedger, base: KeptLedger, named: NamedIds
) -> tuple[list[ViewRows], list[Block]]:
    """Where the cells and rows of each view are that a ledger has and ``base``, on disk, has not; as blocks.

    ``named`` has the ids of what its events name and those of the base do not. Raises as ``blocks_of`` does.
    """
    cells = replaced_in(replayed)
    there = {
        view: {key: ledger for key, ledger in of_view.items() if ledger.has(view, key)}
        for view, of_view in cells.items()
    }
    ledger = collected(replayed.views, there)
    views, blocks = blocks_in_turn(ledger, named, lambda view: ledger.in_order(view)[1])
    return views, [*blocks, *replaced_blocks(base, cells)]
