"""Tables of texts: each text once, with a number. Laid out as in Arrow."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, overload

from chronicle.ledgers.layout import Block, CannotKeep, LedgerFile, Numbers

_LARGEST: Final = 2**31 - 1
# A text from code may have a lone surrogate.
_ERRORS: Final = "surrogatepass"


class TooLarge(CannotKeep):
    """More than the numbers of a ledger can count."""


class Numbered:
    """Texts as they occur, each with its number."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.numbers = {text: number for number, text in enumerate(texts)}

    def __getitem__(self, text: str) -> int:
        """The number of a text, a new one for a new text."""
        return self.numbers.setdefault(text, len(self.numbers))

    def known(self, text: str) -> int:
        """The number of a text that has one. Raises ``KeyError``."""
        return self.numbers[text]

    def blocks(self, name: str) -> list[Block]:
        """The table as two blocks. Raises ``TooLarge``."""
        return text_blocks(name, self.numbers)


def text_blocks(name: str, texts: Iterable[str]) -> list[Block]:
    """Texts as two blocks: where each begins, and their bytes. Raises ``TooLarge``."""
    encoded = [text.encode("utf-8", _ERRORS) for text in texts]
    starts, end = array("i", [0]), 0
    for text in encoded:
        end += len(text)
        if end > _LARGEST:
            raise TooLarge(f"more than {_LARGEST:,} bytes of {name}")
        starts.append(end)
    return [Block(f"{name}.starts", "i", starts), Block(f"{name}.bytes", "B", b"".join(encoded))]


class TextTable(Sequence[str]):
    """The texts of a table in a file, by their numbers."""

    def __init__(self, file: LedgerFile, name: str) -> None:
        self._file, self._name = file, name

    @cached_property
    def starts(self) -> Numbers:
        """Where each text begins, and where the last one ends."""
        return self._file.numbers(f"{self._name}.starts")

    @cached_property
    def bytes(self) -> Numbers:
        """All texts in UTF-8, one behind the other."""
        return self._file.numbers(f"{self._name}.bytes")

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...
    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        """The text with this number."""
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        return str(self.bytes[self.starts[number] : self.starts[number + 1]], "utf-8", _ERRORS)

    def all(self, first: int = 0, end: int | None = None) -> Iterator[str]:
        """The texts from one number to another (exclusive), quicker than one by one."""
        starts = self.starts[first : (len(self) if end is None else end) + 1]
        raw = self.bytes[starts[0] : starts[-1]].tobytes() if len(starts) else b""
        for begin, stop in pairwise(starts):
            yield str(raw[begin - starts[0] : stop - starts[0]], "utf-8", _ERRORS)

    def number(self, text: str) -> int | None:
        """The number of a text in a table whose texts are sorted, or None."""
        # UTF-8 sorts as the characters do, so the search compares bytes.
        wanted, starts, texts = text.encode("utf-8", _ERRORS), self.starts, self.bytes
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if bytes(texts[starts[middle] : starts[middle + 1]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and texts[starts[low] : starts[low + 1]] == wanted else None
