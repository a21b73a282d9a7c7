"""The ledger of a store in a file: when it fits, when it is made again, and which notices are given.

A file that does not fit is no error: a notice says so, the answer comes from the events, and a new file is
made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, TypeVar

from chronicle.errors import Problem, StoreError, printable, reason_of
from chronicle.ledgers.keeping.made_from import MadeFrom, code_key, projectors_key
from chronicle.ledgers.layout import CHANGED, Block, CannotKeep, LedgerFile, Misfit, Unsound, has_sharing
from chronicle.ledgers.places import (
    beside,
    close_to_others,
    in_cache,
    is_being_written,
    is_of_another,
    is_plain_file,
    is_writable,
    only_writer,
    supplement_of,
    written_aside,
)
from chronicle.stores.protocol import Store
from chronicle.stores.record import GENESIS, Head

if TYPE_CHECKING:
    from chronicle.engine.replay import Projector
    from chronicle.ledgers.kept import KeptFile
    from chronicle.ledgers.rows import WholeReplay

UNASKED: Final = 20_000
"""The number of events from which on a ledger is kept without being asked: with fewer, replay is quick."""

LEAST_REPLAYED: Final = 500
"""The number of events, read or replayed behind a ledger, from which on they are kept in its supplement."""

_MADE_ANEW: Final = "nothing to do: the answer comes from the events, and the ledger is made anew"
_WITHOUT: Final = "the answer comes from the events, as it does with --no-ledger"
_GIVE_VERSION: Final = 'give it one that changes with its functions: Projector(..., version="1")'
_OTHER_MAKES: Final = "another process is making it"
_ASK_AGAIN: Final = "ask again when it has ended"

# A ledger of the beginning of a store is gone on from if no more than one event in so many came behind it.
_ONE_IN: Final = 10

Found = TypeVar("Found")


class NotUsed(NamedTuple):
    """A ledger that lies there and is not used: its path, why, and whether it is not as it was written."""

    path: Path
    why: str
    is_changed: bool = False


About = Callable[[], Mapping[str, Any]]
"""What the header of a ledger says, and when it was made: now."""

Write = Callable[[BinaryIO, About], object]
"""Writes a ledger into an empty file, with what its header says."""


class LedgerKeeper:
    """The ledger of one store and one set of projectors: opened where it fits, made where that pays.

    ``report`` is called with notices.
    """

    def __init__(
        self, store: Store, projectors: Sequence[Projector], report: Callable[[Problem], None]
    ) -> None:
        self.store, self.report = store, report
        self._projectors = projectors_key(projectors)
        place = beside(store.location)
        self._store_file = None if place is None else Path(store.location)
        self._beside = place
        self._refused = self._tried = False
        # Whether it was said of a supplement that it is not used, and is made anew.
        self.refused_supplement = False
        self._in_memory = store.location == "memory:"

    @property
    def has_own_projectors(self) -> bool:
        """Whether there are projectors of the user's own."""
        return self._projectors != ""

    @property
    def able(self) -> bool:
        """Whether a ledger of this store can be kept."""
        return not self._in_memory and self._projectors is not None

    def made_from(self) -> MadeFrom | None:
        """What a ledger of the store as it is now is made from; None where none can be kept."""
        if not self.able or self._projectors is None:
            return None
        head = self.store.head()
        if not head.position:
            return None
        first = next(iter(self.store.read(limit=1)), None)
        begins = (GENESIS if first is None else first.chain).hex()
        return MadeFrom(begins, head.position, head.chain, code_key(), self._projectors)

    def places(self, made_from: MadeFrom) -> list[Path]:
        """Where the ledger may be; it is written to the last of these."""
        cached = in_cache(f"{made_from.begins}\n{made_from.projectors}")
        if self._beside is None:
            return [cached]
        return [self._beside] if self._is_beside() else [self._beside, cached]

    def _is_beside(self) -> bool:
        return self._beside is not None and is_writable(self._beside.absolute().parent)

    def opened(self) -> KeptFile | None:
        """The ledger of the store as it is now, or of its beginning; where none fits, that is reported."""
        if not self.able or (self._is_beside() and not _is_there(self._beside)):
            return None
        kept, others = self.examined()
        for other in others if kept is None else ():
            self.refuse(other.path, other.why)
        return kept

    def examined(self, *, whole: bool = False) -> tuple[KeptFile | None, list[NotUsed]]:
        """The ledger that fits, if there is one, and what lies at the places before it and is not used.

        With ``whole`` every page is verified now, and not when it is first read.
        """
        others: list[NotUsed] = []
        made_from = self.made_from()
        if made_from is None:
            return None, others
        for path in self.places(made_from):
            found = self._open(path, made_from, whole)
            if isinstance(found, NotUsed):
                others.append(found)
            elif found is not None:
                return found, others
        return None, others

    def _open(self, path: Path, made_from: MadeFrom, whole: bool) -> KeptFile | NotUsed | None:
        def fitting() -> KeptFile:
            file = self.opened_file(path, whole=whole)
            differs = made_from.differs(dict(file.about))
            if differs and not self._goes_on_from(file, made_from):
                raise Misfit(differs)
            # Imported here, since most stores are small and have no ledger.
            from chronicle.ledgers.kept import KeptFile, KeptLedger

            return KeptFile(file, KeptLedger.of(file))

        return used(path, fitting)

    def opened_file(self, path: Path, *, whole: bool) -> LedgerFile:
        """The file of a ledger or of its supplement at one of the places of this store.

        With ``whole`` every page is verified. Raises ``OSError``, and ``Unsound`` where it is not as it was
        written or not to be believed.
        """
        if not is_plain_file(path):
            raise Misfit("it is no plain file")
        if is_of_another(path, self._store_file):
            raise Misfit("it is the file of somebody else")
        close_to_others(path, self._store_of(path))
        file = LedgerFile(path)
        if whole and not file.is_whole():
            raise Unsound(CHANGED)
        return file

    def _store_of(self, path: Path) -> Path | None:
        """The store beside which a file lies; None for a file in the cache."""
        is_beside = self._beside is not None and path in (self._beside, supplement_of(self._beside))
        return self._store_file if is_beside else None

    def refuse(self, path: Path, why: str = CHANGED) -> None:
        """Report that a ledger is not used, and make it anew when everything was replayed."""
        message = f'ledger "{printable(str(path))}" is not used: {why}'
        self._refused, self._tried = True, False
        self.report(Problem("C521", message, help=_MADE_ANEW))

    def _goes_on_from(self, file: LedgerFile, made_from: MadeFrom) -> bool:
        """Whether a ledger is of the beginning of the store, and the rest is little enough to be replayed."""
        length, chain = file.about.get("position"), file.about.get("chain")
        if (
            not has_sharing(file)
            or not isinstance(length, int)
            or made_from.position - length > length // _ONE_IN
        ):
            return False
        if made_from.differs({**file.about, "position": made_from.position, "chain": made_from.chain}):
            return False
        return self.has_record(length, chain)

    def has_record(self, position: int, chain: object) -> bool:
        """Whether the record at a position of the store has this chain hash."""
        found = next(iter(self.store.read(after=position - 1, limit=1)), None)
        return found is not None and found.chain.hex() == chain

    def worth_it(self, events: int) -> bool:
        """Whether to keep a ledger of so many events without being asked; at most once for each keeper.

        One that did not fit is made again whatever its size.
        """
        return self.able and not self._tried and (self._refused or events >= UNASKED)

    def may_supplement(self, replayed: int) -> bool:
        """Whether so many events, read or replayed behind the ledger, may be enough to be kept."""
        return self.refused_supplement or replayed >= LEAST_REPLAYED

    def asked(self) -> None:
        """Note that a ledger is kept on request: then none is written unasked beside it."""
        self._tried = True

    def can_begin(self) -> bool:
        """Whether a ledger that somebody asks for can be made now. Reports why not (C522)."""
        path, help = self._beside, _WITHOUT
        try:
            made_from = self.made_from()
        except StoreError as error:
            why = error.problems[0].message
        else:
            if self._in_memory:
                why = "a store in memory has no file beside which it could lie"
            elif self._projectors is None:
                why, help = "a projector of your own has no version", _GIVE_VERSION
            elif made_from is None:
                why, help = "the store has no events", "record some: chronicle record FILES --into STORE"
            elif is_being_written(path := self.places(made_from)[-1]):
                why, help = _OTHER_MAKES, _ASK_AGAIN
            else:
                return True
        self._cannot_keep(path, why, help)
        return False

    def keep(
        self,
        replayed: Callable[[], WholeReplay],
        head: Head,
        sharing: Callable[[], Sequence[Block]],
        *,
        asked: bool = False,
    ) -> KeptFile | None:
        """Write the ledger that is ``replayed`` of the store up to ``head``, and open it, all of it verified.

        ``sharing`` makes the blocks of what the events share. Both are called by the one process that writes
        it. None where it cannot be kept, which is reported; where the store has changed or another process
        is writing the ledger, that is reported only if somebody ``asked`` for it.
        """
        self._tried = True

        def write_it(file: BinaryIO, about: About) -> None:
            whole, shared = replayed(), sharing()
            write(file, about(), whole, shared)

        return self.keep_written_by(write_it, head, asked=asked)

    def keep_written_by(self, write: Write, head: Head, *, asked: bool = False) -> KeptFile | None:
        """Have ``write`` write the ledger of the store up to ``head``, and open it, all of it verified.

        It is given the empty file, and what the header is to say. None and reports as of ``keep``.
        """
        try:
            made_from = self.made_from()
        except StoreError:
            # The store was closed or cannot be read. The replayed ledger is still an answer.
            return None
        if made_from is None:
            return None
        # Where none can be written beside the store, one that is there can still be read.
        path = self.places(made_from)[-1]

        def about() -> Mapping[str, Any]:
            return {**made_from._asdict(), "made": datetime.now(UTC).isoformat(timespec="seconds")}

        try:
            if (made_from.position, made_from.chain) != head:
                why_not = "more was recorded meanwhile", "ask again"
            elif self._written(path, lambda file: write(file, about)):
                return self._read_back(path, made_from)
            else:
                why_not = _OTHER_MAKES, _ASK_AGAIN
            if asked:
                self._cannot_keep(path, *why_not)
            return None
        except OSError as error:
            why = reason_of(error)
        except CannotKeep as error:
            why = f"it has {error}"
        self._cannot_keep(path, why)
        return None

    def _read_back(self, path: Path, made_from: MadeFrom) -> KeptFile | None:
        """A ledger that was just written, all of it verified. None where it is not as it was written."""
        found = self._open(path, made_from, whole=True)
        if isinstance(found, NotUsed):
            self.refuse(path, found.why)
            return None
        return found

    def cannot_keep(self, why: str) -> None:
        """Report that the ledger of the store cannot be kept (C522), and why."""
        made_from = self.made_from()
        if made_from is not None:
            self._cannot_keep(self.places(made_from)[-1], why)

    def _cannot_keep(self, path: Path | None, why: str, help: str = _WITHOUT) -> None:
        named = "a ledger" if path is None else f'ledger "{printable(str(path))}"'
        self.report(Problem("C522", f"{named} cannot be kept: {why}", help=help))

    def _written(self, path: Path, write: Callable[[BinaryIO], object]) -> bool:
        """Write a ledger; False where another process is writing it."""
        with only_writer(path) as mine:
            if mine:
                with self.written_aside(path) as file:
                    write(file)
                # It goes with the ledger that is gone.
                with suppress(OSError):
                    supplement_of(path).unlink()
            return mine

    def written_aside(self, path: Path) -> AbstractContextManager[BinaryIO]:
        """A file to write into, which then replaces the one at a place of this store. Raises ``OSError``."""
        return written_aside(path, self._store_of(path))

    def drop(self) -> list[Path]:
        """Delete the ledgers of the store and what lies beside them, and give the paths deleted.

        Raises ``OSError``.
        """
        made_from = self.made_from()
        places = [self._beside] if made_from is None else self.places(made_from)
        both = [each for path in places if path is not None for each in (path, supplement_of(path))]
        dropped = [path for path in both if path.is_file()]
        for path in dropped:
            path.unlink()
        return dropped


def write(
    file: BinaryIO, about: Mapping[str, Any], replayed: WholeReplay, more: Sequence[Block] = ()
) -> None:
    """Write a ledger to a file. Imports what that needs only when it is called."""
    from chronicle.ledgers.kept import write_ledger

    write_ledger(file, about, replayed, more)


def used(path: Path, fitting: Callable[[], Found]) -> Found | NotUsed | None:
    """What ``fitting`` opens at a path, or why it is not used; None where nothing is there."""
    try:
        return fitting()
    except FileNotFoundError:
        return None
    except Misfit as misfit:
        return NotUsed(path, str(misfit))
    except Unsound as unsound:
        return NotUsed(path, str(unsound), is_changed=True)
    except OSError as error:
        return NotUsed(path, reason_of(error))


def _is_there(path: Path | None) -> bool:
    try:
        return path is not None and path.exists()
    except OSError:
        return False
