"""Which blocks of a ledger say the same throughout, so that no table looks at each of their numbers.

Found out once for a file, when a table first asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chronicle.ledgers.layout import LedgerFile, Numbers

_blank = bytes(1 << 16)


def blank(length: int) -> memoryview:
    """So many bytes of zeros, which all columns share that have nothing else. They take no memory."""
    global _blank  # noqa: PLW0603
    there = _blank
    if len(there) < length:
        # Twice as many, so that this is seldom. The system has one page of zeros for all that is only read.
        there = _blank = bytes(2 * length)
    return memoryview(there)[:length]


def only_number(numbers: Numbers) -> int | None:
    """The number that ``numbers`` have everywhere; None where they have several, or there are none."""
    count = len(numbers)
    if not count or not numbers[0] == numbers[count // 2] == numbers[-1]:
        return None
    return int(numbers[0]) if numbers.tobytes() == numbers[:1].tobytes() * count else None


class UniformBlocks:
    """What is the same throughout a block of a file."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self._known: dict[Any, Any] = {}

    def known(self, what: Any, find: Callable[[], Any]) -> Any:
        """What ``find`` gives, which is called once for each ``what``."""
        if what not in self._known:
            self._known[what] = find()
        return self._known[what]

    def number(self, name: str) -> int | None:
        """The number that a block has everywhere; None where it has several, or none at all."""
        found: int | None = self.known(("number", name), lambda: only_number(self._file.numbers(name)))
        return found

    def are_alike(self, name: str, other: str) -> bool:
        """Whether two blocks have the same numbers."""
        of = self._file.numbers
        found: bool = self.known((name, other), lambda: of(name).tobytes() == of(other).tobytes())
        return found

    def names_itself(self, name: str, texts: str) -> bool:
        """Whether each number of a block is its own place in it.

        So it is where no two are of one text and each has a text, since texts are numbered as they occur.
        """
        of = self._file.numbers
        found: bool = self.known(("itself", name), lambda: len(of(name)) == len(of(f"{texts}.starts")) - 1)
        return found
