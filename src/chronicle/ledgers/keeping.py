"""The ledger of a store in a file: when it fits, when it is made again, and which notices are given.

A file that does not fit is no error: a notice says so, the answer comes from the events, and a new file is
made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from chronicle.errors import Problem, StoreError, printable
from chronicle.ledgers.layout import CHANGED, SHARED, Block, CannotKeep, LedgerFile, Unsound, has_sharing
from chronicle.ledgers.places import beside, in_cache, is_of_another, is_writable, only_writer, written_aside
from chronicle.stores.protocol import Store
from chronicle.stores.record import GENESIS, Head

if TYPE_CHECKING:
    from chronicle.engine.partial.parts import Parts
    from chronicle.engine.replay import Projector
    from chronicle.ledgers.kept import KeptLedger
    from chronicle.ledgers.rows import WholeReplay

UNASKED: Final = 20_000
"""The number of events from which on a ledger is kept without being asked: with fewer, replay is quick."""

_MADE_ANEW: Final = "nothing to do: the answer comes from the events, and the ledger is made anew"
_WITHOUT: Final = "the answer comes from the events, as it does with --no-ledger"

# A ledger of the beginning of a store is gone on from if no more than one event in so many came behind it.
_ONE_IN: Final = 10

# The packages that give events their meaning. Another version of these may make another ledger.
_ROOMS: Final = ("codec", "dates", "engine", "events", "ledgers", "values")


class MadeFrom(NamedTuple):
    """Everything from which a ledger is made, which must be equal for the ledger to be used.

    ``begins`` is the chain hash of the first record of the store, which no other history has. ``code`` is a
    hash of the code that replayed, ``projectors`` the names and versions of the user's own.
    """

    begins: str
    position: int
    chain: str
    code: str
    projectors: str

    def differs(self, about: dict[str, Any]) -> str:
        """How a ledger differs, in a few words; empty where it does not."""
        if about.get("begins") != self.begins:
            return "it is of another history"
        if about.get("position") != self.position or about.get("chain") != self.chain:
            return f"it was made of {about.get('position'):,} events, and the store has {self.position:,}"
        if about.get("code") != self.code:
            return "another version of Chronicle made it"
        return "" if about.get("projectors") == self.projectors else "it was made with other projectors"


class KeptFile(NamedTuple):
    """A ledger in a file that fits, whose pages are verified when they are first read."""

    file: LedgerFile
    ledger: KeptLedger

    @property
    def path(self) -> str:
        """The path of the file."""
        return str(self.file.path)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return self.file.size

    @property
    def rows(self) -> int:
        """The number of its rows, each a span."""
        return sum(view.rows for view in self.ledger.stored.views.values())

    @property
    def shares(self) -> bool:
        """Whether it says what the events share, so that a few of them can be read alone."""
        return has_sharing(self.file)

    @property
    def made(self) -> str:
        """The time when it was made, in UTC."""
        return str(self.file.about["made"])

    def faults(self, replayed: WholeReplay, parts: Parts, turns: Sequence[Block] = ()) -> tuple[str, ...]:
        """The names of the blocks that differ from those of a replay.

        With those that are not as they were written, and those of what the events share, where the file has
        them, that lack something of ``parts``, or differ from ``turns``.
        """
        from chronicle.ledgers.kept import differing_blocks, is_as_in
        from chronicle.ledgers.sharing import lacking_blocks

        try:
            lacking = (
                lacking_blocks(self.file, parts, replayed.log.events, self.head.position)
                if self.shares
                else ()
            )
            late = [block.name for block in turns if self.shares and not is_as_in(self.file, block)]
        except Unsound:
            lacking, late = (SHARED,), []
        return (*differing_blocks(self.file, replayed), *lacking, *late)

    @property
    def head(self) -> Head:
        """Where the store ended when it was made."""
        return Head(self.file.about["position"], self.file.about["chain"])


@cache
def code_key() -> str:
    """A hash of the code that gives events their meaning."""
    root = Path(__file__).resolve().parents[1]
    hashed = sha256(str(import_module("chronicle").__version__).encode())
    for room in _ROOMS:
        for module in sorted(_modules(str(root / room))):
            # Every process that asks a ledger reads two hundred of them: by ``pathlib`` in twice the time.
            with open(module, "rb", buffering=0) as file:
                hashed.update(file.read())
    return hashed.hexdigest()


def _modules(folder: str) -> Iterator[str]:
    """The paths of all modules in a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir():
                yield from _modules(entry.path)


def projectors_key(projectors: Sequence[Projector]) -> str | None:
    """The user's own projectors as text; None where one of them has no version."""
    if not projectors:
        return ""
    from chronicle.engine.projectors import PROJECTORS

    own = [projector for projector in projectors if projector not in PROJECTORS]
    if not all(projector.version for projector in own):
        return None
    return "\n".join(f"{each.name}\t{each.version}\t{','.join(each.views)}" for each in own)


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
        self.store, self._report = store, report
        self._projectors = projectors_key(projectors)
        place = beside(store.location)
        self._store_file = None if place is None else Path(store.location)
        self._beside = place
        self._refused = self._tried = False
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
        head = self.store.head()
        if not self.able or not head.position or self._projectors is None:
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

    def opened(self, *, proven: bool = False) -> KeptFile | None:
        """The ledger of the store as it is now or of its beginning; None where none fits, which is reported.

        With ``proven`` all its rows are verified now, and not when they are first read.
        """
        if not self.able or (self._is_beside() and not _is_there(self._beside)):
            return None
        made_from = self.made_from()
        places = self.places(made_from) if made_from else ()
        found = (self._open(path, made_from, proven) for path in places if made_from)
        return next((each for each in found if each is not None), None)

    def _open(
        self, path: Path, made_from: MadeFrom, proven: bool = False, whole: bool = False
    ) -> KeptFile | None:
        try:
            if is_of_another(path, self._store_file):
                raise Unsound("it is the file of somebody else")
            file = LedgerFile(path)
            differs = made_from.differs(dict(file.about))
            if differs and not self._goes_on_from(file, made_from):
                raise Unsound(differs)
            if proven:
                file.prove_rows()
            if whole and not file.is_whole():
                raise Unsound(CHANGED)
            # Imported here, since most stores are small and have no ledger.
            from chronicle.ledgers.kept import KeptLedger

            return KeptFile(file, KeptLedger.of(file))
        except FileNotFoundError:
            return None
        except Unsound as unsound:
            why = str(unsound)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
        self.refuse(path, why)
        return None

    def refuse(self, path: Path, why: str = CHANGED) -> None:
        """Report that a ledger is not used, and make it anew when everything was replayed."""
        message = f'ledger "{printable(str(path))}" is not used: {why}'
        self._refused, self._tried = True, False
        self._report(Problem("C521", message, help=_MADE_ANEW))

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
        last = next(iter(self.store.read(after=length - 1, limit=1)), None)
        return last is not None and last.chain.hex() == chain

    def worth_it(self, events: int) -> bool:
        """Whether to keep a ledger of so many events without being asked; at most once for each keeper.

        One that did not fit is made again whatever its size.
        """
        return self.able and not self._tried and (self._refused or events >= UNASKED)

    def asked(self) -> None:
        """Note that a ledger is kept on request: then none is written unasked beside it."""
        self._tried = True

    def keep(
        self, replayed: WholeReplay, head: Head, sharing: Callable[[], Sequence[Block]] | None = None
    ) -> KeptFile | None:
        """Write the ledger that was replayed from the store up to ``head``, and open it, all of it verified.

        ``sharing`` makes the blocks of what the events share. None where it cannot be
        kept, which is reported; and None, without a report, where the store has changed or another process is
        writing the ledger.
        """
        self._tried = True

        def write_it(file: BinaryIO, about: About) -> None:
            write(file, about(), replayed, () if sharing is None else sharing())

        return self.keep_written_by(write_it, head)

    def keep_written_by(self, write: Write, head: Head) -> KeptFile | None:
        """Have ``write`` write the ledger of the store up to ``head``, and open it, all of it verified.

        It is given the empty file, and what the header is to say. None and reports as of ``keep``.
        """
        try:
            made_from = self.made_from()
        except StoreError:
            # The store was closed or cannot be read. The replayed ledger is still an answer.
            return None
        if made_from is None or (made_from.position, made_from.chain) != head:
            return None
        # Where none can be written beside the store, one that is there can still be read.
        path = self.places(made_from)[-1]

        def about() -> Mapping[str, Any]:
            return {**made_from._asdict(), "made": datetime.now(UTC).isoformat(timespec="seconds")}

        try:
            if not self._written(path, lambda file: write(file, about)):
                return None
            return self._open(path, made_from, whole=True)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
        except CannotKeep as error:
            why = f"it has {error}"
        self._cannot_keep(path, why)
        return None

    def cannot_keep(self, why: str) -> None:
        """Report that the ledger of the store cannot be kept (C522), and why."""
        made_from = self.made_from()
        if made_from is not None:
            self._cannot_keep(self.places(made_from)[-1], why)

    def _cannot_keep(self, path: Path, why: str) -> None:
        message = f'ledger "{printable(str(path))}" cannot be kept: {why}'
        self._report(Problem("C522", message, help=_WITHOUT))

    def _written(self, path: Path, write: Callable[[BinaryIO], object]) -> bool:
        """Write a ledger; False where another process is writing it."""
        with only_writer(path) as mine:
            if mine:
                with written_aside(path, self._store_file if path == self._beside else None) as file:
                    write(file)
            return mine

    def drop(self) -> list[Path]:
        """Delete the ledgers of the store, and give the paths deleted. Raises ``OSError``."""
        made_from = self.made_from()
        places = [self._beside] if made_from is None else self.places(made_from)
        dropped = [path for path in places if path is not None and path.exists()]
        for path in dropped:
            path.unlink()
        return dropped


def write(
    file: BinaryIO, about: Mapping[str, Any], replayed: WholeReplay, more: Sequence[Block] = ()
) -> None:
    """Write a ledger to a file. Imports what that needs only when it is called."""
    from chronicle.ledgers.kept import write_ledger

    write_ledger(file, about, replayed, more)


def _is_there(path: Path | None) -> bool:
    try:
        return path is not None and path.exists()
    except OSError:
        return False
