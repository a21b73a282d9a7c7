"""The file of a ledger: a header, blocks of plain numbers and texts, and the hashes that verify them.

Knows bytes, not their meaning. All numbers are little endian. A file is

- 16 bytes ``chronicle ledger``, the number of the format (4 bytes), the length of the header (4) and that of
  the whole file (8);
- the header, a line of JSON: ``about`` says what the file was made from, ``blocks`` where each block is;
- the blocks, each beginning at a multiple of 8;
- the SHA-256 of each page (2**18 bytes) of everything before, and last the SHA-256 of these hashes.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any, BinaryIO, Final, NamedTuple

from chronicle.errors import Problem, StoreError, printable

FORMAT: Final = 5
"""The format that is written, and the only one that is read: a ledger is made again, never migrated."""

PAGE: Final = 1 << 18
"""The number of bytes that one hash verifies."""

SHARED: Final = "sharing.things"
"""The first block of what the events share, which a ledger may have or not. Such blocks stand last."""

TURNS: Final = "turns.since"
"""The first block of since when the rows were known, which a ledger may have besides, behind those."""

CHANGED: Final = "it was changed"
"""Why a file is not believed that is not as it was written."""

_MAGIC: Final = b"chronicle ledger"
_SIZES: Final = MappingProxyType({"B": 1, "I": 4, "i": 4, "q": 8})
_FIXED: Final = struct.Struct("<16sIIQ")
_ALIGNED: Final = 8
_HASH: Final = 32
_FEW_PAGES: Final = 8
_MOST_THREADS: Final = 4

Numbers = memoryview
"""A block as a sequence of numbers, straight from the file."""


class Unsound(Exception):
    """A file that is no ledger, or not as it was written; its message says why in a few words."""


class Misfit(Unsound):
    """A file that may be as it was written, and is not to be used here."""


class CannotKeep(Exception):
    """Something that no ledger on disk can hold; its message says what."""


class Block(NamedTuple):
    """Numbers that are written together: their name, their type code (as in ``array``), and the numbers."""

    name: str
    code: str
    numbers: array[int] | bytes | bytearray | memoryview


Size = tuple[str, str, int]
"""The name of a block, its type code, and how many bytes its numbers take."""


def write(file: BinaryIO, about: Mapping[str, Any], blocks: list[Block]) -> int:
    """Write a ledger into an empty file that is open, and give its length. Raises ``OSError``."""
    sizes = [(block.name, block.code, memoryview(block.numbers).nbytes) for block in blocks]
    return write_sized(file, about, sizes, chain.from_iterable(map(filled, blocks)))


def write_sized(
    file: BinaryIO, about: Mapping[str, Any], sizes: Sequence[Size], parts: Iterable[bytes | memoryview]
) -> int:
    """The same of blocks of these sizes; ``parts`` has the bytes of all, as ``filled`` gives those of one."""
    header, body = _header(about, sizes)
    length = body + _HASH * (len(_pages(body)) + 1)
    hashed = _Hashing(file)
    for part in chain([_FIXED.pack(_MAGIC, FORMAT, len(header), length), header], parts):
        hashed.write(part)
    hashed.end()
    return length


def filled(block: Block) -> tuple[bytes | memoryview, bytes]:
    """The bytes of a block, and such as fill them up to where the next one begins."""
    # An empty block cannot be cast.
    numbers = memoryview(block.numbers).cast("B") if block.numbers else b""
    return numbers, bytes(-len(numbers) % _ALIGNED)


def _header(about: Mapping[str, Any], sizes: Sequence[Size]) -> tuple[bytes, int]:
    """The header with the blanks behind it, from whose end offsets of blocks count; and where these end."""
    placed, offset = {}, 0
    for name, code, length in sizes:
        placed[name] = [code, offset, length]
        offset += length + -length % _ALIGNED
    told = {"about": about, "blocks": placed}
    header = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-(_FIXED.size + len(header)) % _ALIGNED)
    return header, _FIXED.size + len(header) + offset


class _Hashing:
    """Writes into a file, and at the end the hash of each page."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._page = sha256()
        self._room = PAGE
        self._hashes: list[bytes] = []

    def write(self, part: bytes | memoryview) -> None:
        self._file.write(part)
        rest = memoryview(part)
        while len(rest) >= self._room:
            self._page.update(rest[: self._room])
            rest = rest[self._room :]
            self._close_page()
        self._page.update(rest)
        self._room -= len(rest)

    def end(self) -> None:
        if self._room < PAGE:
            self._close_page()
        hashes = b"".join(self._hashes)
        self._file.write(hashes + sha256(hashes).digest())

    def _close_page(self) -> None:
        self._hashes.append(self._page.digest())
        self._page, self._room = sha256(), PAGE


def _pages(body: int) -> range:
    return range(0, body, PAGE)


class LedgerFile:
    """A ledger: what it was made from, and its blocks, memory-mapped.

    The hashes of all pages are verified by the hash of these when it is opened, and each page by its own hash
    when something in it is first read, and only then: who changes the file in place while it is open goes
    unnoticed, and who cuts it short ends the process.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``, and verify its header and its hashes.

        Raises ``OSError`` where it cannot be read, and ``Unsound`` for what is no ledger of this format or
        has not the header and the hashes that were written.
        """
        self.path = path
        self._make_again: Callable[[], Sequence[Block]] | None = None
        self._again: Mapping[str, Numbers] = {}
        self._given: dict[str, Numbers] = {}
        if sys.byteorder != "little":
            raise Misfit("this computer writes numbers the other way round")
        with path.open("rb") as file:
            self.size = os.fstat(file.fileno()).st_size
            if self.size < _FIXED.size + 2 * _HASH:
                raise Unsound("it is cut off")
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._bytes = memoryview(self._mapped)
        # What was verified since ``let_go`` was last called, and may stand in memory for that alone.
        self._just_read: list[tuple[int, int]] = []
        self._body = _body(self.size)
        self._proven = bytearray(len(_pages(self._body)))
        self._base = _FIXED.size + self._header_length()
        if not self._is_sound(0, self._base):
            raise Unsound(CHANGED)
        told = json.loads(bytes(self._bytes[_FIXED.size : self._base]))
        self.about: Mapping[str, Any] = told["about"]
        self._blocks: Mapping[str, tuple[str, int, int]] = told["blocks"]

    def _header_length(self) -> int:
        """Verify the beginning and the hashes of the file, and give the length of its header."""
        magic, format, header, length = _FIXED.unpack_from(self._bytes)
        if magic != _MAGIC:
            raise Unsound("it is no ledger")
        if format != FORMAT:
            raise Misfit(f"it has format {format}, and this version reads {FORMAT}")
        if length != self.size:
            raise Unsound("it is cut off" if length > self.size else "something was added to it")
        self._hashes = self._bytes[self._body : -_HASH]
        if len(self._hashes) != _HASH * len(_pages(self._body)):
            raise Unsound(CHANGED)
        if sha256(self._hashes).digest() != self._bytes[-_HASH:]:
            raise Unsound(CHANGED)
        return int(header)

    def made_again_by(self, make: Callable[[], Sequence[Block]]) -> None:
        """Have the blocks of what was replayed made again by ``make`` where one is not as it was written.

        It is called once, when such a block is first read, and gives all of them. Without it, and for blocks
        that it does not give, ``numbers`` raises ``Unsound``.
        """
        self._make_again = make

    def is_sound(self, name: str) -> bool:
        """Whether every page of a block is as it was written."""
        _, offset, length = self._blocks[name]
        return not length or self._is_sound(self._base + offset, self._base + offset + length)

    def is_whole(self) -> bool:
        """Whether every page of the file is as it was written."""
        return self._is_sound(0, self._body, only_proven=True)

    def prove_shared(self) -> None:
        """Verify what the events share, and all that stands behind it. Raises ``Unsound``."""
        if not self._is_sound(self._shared(), self._body, only_proven=True):
            raise Unsound(CHANGED)

    def _shared(self) -> int:
        """Where in the file begins what the events share: at its end, where it has none of that."""
        return self._base + self._blocks[SHARED][1] if SHARED in self._blocks else self._body

    def _is_sound(self, start: int, end: int, *, only_proven: bool = False) -> bool:
        """Whether the pages with the bytes from ``start`` to ``end`` (exclusive) are as they were written.

        Pages that are ``only_proven``, and not read next, are not kept in memory.
        """
        first, last = start // PAGE, -(-min(end, self._body) // PAGE)
        if self._proven.find(0, first, last) >= 0:
            wanted = [page for page in range(first, last) if not self._proven[page]]
            prove = partial(self._is_proven, only_proven)
            for page, proven in zip(wanted, _in_threads(prove, wanted), strict=True):
                self._proven[page] = proven
            if not only_proven:
                self._just_read.append((wanted[0] * PAGE, min((wanted[-1] + 1) * PAGE, self._body)))
        return self._proven.find(0, first, last) < 0

    def _is_proven(self, only_proven: bool, number: int) -> bool:
        """Whether a page has its hash."""
        start = number * PAGE
        end = min(start + PAGE, self._body)
        hashed = sha256(self._bytes[start:end]).digest()
        if only_proven:
            self._not_needed(start, end)
        return hashed == self._hashes[number * _HASH : (number + 1) * _HASH]

    def let_go(self, *, everything: bool = False) -> None:
        """Take out of memory what was verified since this was last called.

        Numbers that were given stay as good as they were: what is read once more comes back from the cache of
        the system. What was in memory before stays there, unless ``everything`` is let go.
        """
        just_read, self._just_read = self._just_read, []
        for start, end in [(0, self._body)] if everything else just_read:
            self._not_needed(start, end)

    def _not_needed(self, start: int, end: int) -> None:
        if hasattr(mmap, "MADV_DONTNEED") and not start % mmap.PAGESIZE:
            self._mapped.madvise(mmap.MADV_DONTNEED, start, end - start)

    @property
    def fingerprint(self) -> str:
        """The hash of the hashes of all pages, in hexadecimal: no other file has it."""
        return bytes(self._bytes[-_HASH:]).hex()

    def __contains__(self, name: object) -> bool:
        """Whether there is a block of this name."""
        return name in self._blocks

    def numbers(self, name: str) -> Numbers:
        """The numbers of a block, verified.

        Raises ``Unsound`` where they are not as they were written and nothing makes them again, and
        ``StoreError`` (C523) where what is made again is not what other blocks say.
        """
        given = self._given.get(name)
        if given is not None:
            return given
        _, _, length = self._blocks[name]
        return self._read(name, 0, length)

    def part(self, name: str, first: int, last: int) -> Numbers:
        """The numbers of a block from one place to another (exclusive); no others are verified or read.

        Raises what ``numbers`` raises.
        """
        return self.within(name, first, last)[first:last]

    def within(self, name: str, first: int, last: int) -> Numbers:
        """The numbers of a block, of which only those from one place to another (exclusive) may be read.

        No others are verified. Raises what ``numbers`` raises.
        """
        code, _, length = self._blocks[name]
        size = _SIZES[code]
        return self._read(name, first * size, min(last * size, length))

    def _read(self, name: str, begin: int, end: int) -> Numbers:
        """The numbers of a block, of which those in some bytes are verified."""
        code, offset, length = self._blocks[name]
        start = self._base + offset
        if not length:
            return memoryview(array(code))
        if name in self._again:
            return self._again[name]
        if begin < end and not self._is_sound(start + begin, start + end):
            return self._made_again(name)
        # The same object each time that all of it is given.
        numbers: Numbers = self._bytes[start : start + length].cast(code)  # type: ignore[call-overload]
        return self._given.setdefault(name, numbers) if end - begin == length else numbers

    def _made_again(self, name: str) -> Numbers:
        """A block that is not as it was written, made again with all others that are not."""
        shared = SHARED in self._blocks and self._blocks[name][1] >= self._blocks[SHARED][1]
        if self._make_again is None or shared:
            raise Unsound(CHANGED)
        make, self._make_again = self._make_again, None
        again = {block.name: _as_numbers(block) for block in make()}
        # What was given already came from blocks that were sound: it must be what was made again.
        if not all(self._agrees(name, numbers) for name, numbers in again.items()):
            message = f'ledger "{printable(str(self.path))}" says something else than the events'
            raise StoreError(Problem("C523", message, help="drop it: chronicle ledger STORE --drop"))
        self._again = {name: numbers for name, numbers in again.items() if not self.is_sound(name)}
        if name not in self._again:
            raise Unsound(CHANGED)
        return self._again[name]

    def _agrees(self, name: str, numbers: Numbers) -> bool:
        """Whether a block is as long as one that was made again, and says the same where it is sound."""
        code, offset, length = self._blocks.get(name, ("", 0, 0))
        if (code, length) != (numbers.format, numbers.nbytes):
            return False
        if self.is_sound(name):
            return self.numbers(name) == numbers
        start, again = self._base + offset, numbers.cast("B")
        pages = range(start // PAGE, -(-(start + length) // PAGE))
        ends = [(max(page * PAGE, start), min((page + 1) * PAGE, start + length)) for page in pages]
        return all(
            self._bytes[low:high] == again[low - start : high - start]
            for page, (low, high) in zip(pages, ends, strict=True)
            if self._proven[page]
        )

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """The names of the blocks, each with its size in bytes."""
        return ((name, length) for name, (_, _, length) in self._blocks.items())


def _as_numbers(block: Block) -> Numbers:
    """The numbers of a block that was not written, as they would come out of a file."""
    if not block.numbers:
        return memoryview(array(block.code))
    numbers: Numbers = memoryview(block.numbers).cast("B").cast(block.code)  # type: ignore[call-overload]
    return numbers


def _body(size: int) -> int:
    """How many bytes come before the hashes in a file of ``size`` bytes."""
    pages = max(1, -(-(size - _HASH) // (PAGE + _HASH)))
    return size - _HASH * (pages + 1)


def _in_threads(prove: Callable[[int], bool], numbers: Sequence[int]) -> list[bool]:
    """What ``prove`` says of some numbers. Hashing frees the interpreter lock, so threads share the work."""
    proven = [False] * len(numbers)

    def some(first: int, step: int) -> None:
        for place in range(first, len(numbers), step):
            proven[place] = prove(numbers[place])

    threads = min(_MOST_THREADS, os.cpu_count() or 1) if len(numbers) > _FEW_PAGES else 1
    others = [Thread(target=some, args=(first, threads)) for first in range(1, threads)]
    for thread in others:
        thread.start()
    some(0, threads)
    for thread in others:
        thread.join()
    return proven


def numbers_of(name: str) -> cached_property[Numbers]:
    """A block of the ``file`` of an object as an attribute, verified when it is first read."""
    return cached_property(lambda holder: holder.file.numbers(name))


def has_sharing(file: LedgerFile) -> bool:
    """Whether a ledger has the blocks of what the events share."""
    return SHARED in file
