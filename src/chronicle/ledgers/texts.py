"""Tables of texts, laid out as in Arrow, and of dates: each once, with a number."""

from __future__ import annotations

import datetime
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final, overload
from zlib import crc32

from attrs import Factory, define

from chronicle.dates import PartialDate, Precision
from chronicle.ledgers.layout import Block, CannotKeep, LedgerFile, Numbers, numbers_of

_LARGEST: Final = 2**31 - 1
ERRORS: Final = "surrogatepass"
"""How texts are encoded: one from code may have a lone surrogate."""

_OTHER: Final = re.compile(rb"[\x80-\xff]")
"""A byte of what is not in ASCII."""

NONE: Final = 2**32 - 1
"""The number that stands for no text, no date and no event."""

# A column that says so few things is decoded at once, which takes less than a few of them one by one.
_FEW: Final = 5_000


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
    some = [*texts]
    if all(map(str.isascii, some)):
        # Most are, and no bytes are made of each.
        starts = _starts(name, map(len, some))
        joined = "".join(some).encode("ascii")
    else:
        encoded = [text.encode("utf-8", ERRORS) for text in some]
        starts = _starts(name, map(len, encoded))
        joined = b"".join(encoded)
    return [Block(f"{name}.starts", "i", starts), Block(f"{name}.bytes", "B", joined)]


def _starts(name: str, lengths: Iterable[int]) -> array[int]:
    starts = [*accumulate(lengths, initial=0)]
    check_size(name, starts[-1])
    return array("i", starts)


def check_size(name: str, size: int) -> None:
    """Raise ``TooLarge`` where a table has more bytes of texts than it can count."""
    if size > _LARGEST:
        raise TooLarge(f"more than {_LARGEST:,} bytes of {name}")


_Dated = tuple[PartialDate, int, int, int]
PRECISIONS: Final[tuple[Precision, ...]] = ("year", "quarter", "month", "day", "range")


@define
class NumberedDates:
    """Dates as they occur, each with its number and the days of its window."""

    numbers: dict[str, _Dated] = Factory(dict)
    others: dict[PartialDate, int] = Factory(dict)
    dates: list[PartialDate] = Factory(list)
    # By the identity of the object, since most dates are shared objects.
    met: dict[int, _Dated] = Factory(dict)

    def __getitem__(self, date: PartialDate) -> int:
        return self.numbered(date)[1]

    def numbered(self, date: PartialDate) -> _Dated:
        """A date with its number and the first and the last day of its window as ordinals."""
        found = self.met.get(id(date))
        if found is None:
            found = self.met[id(date)] = self._numbered(date)
        return found

    def _numbered(self, date: PartialDate) -> _Dated:
        known = self.numbers.get(date.text)
        if known is not None and (known[0] is date or known[0] == date):
            # With this very object, so that it lives as long as its identity is used as a key.
            return date, *known[1:]
        made = date, len(self.dates), date.earliest.toordinal(), date.latest.toordinal()
        if known is None:
            self.numbers[date.text] = made
        elif date in self.others:
            # Made in code, with the text of another date.
            return date, self.others[date], *made[2:]
        else:
            self.others[date] = made[1]
        self.dates.append(date)
        return made

    def blocks(self) -> list[Block]:
        """All dates as blocks. Raises ``TooLarge``."""
        return dates_blocks(
            (
                date.text,
                date.earliest.toordinal(),
                date.latest.toordinal(),
                PRECISIONS.index(date.precision),
                date.approximate,
            )
            for date in self.dates
        )


WrittenDate = tuple[str, int, int, int, bool]
"""A date: its text, its first and last day as ordinals, the place of its precision, if it is approximate."""


def dates_blocks(dates: Iterable[WrittenDate]) -> list[Block]:
    """Dates as blocks, in the order of their numbers. Raises ``TooLarge``."""
    written, texts = [*dates], Numbered()
    text = array("I", [texts[date[0]] for date in written])
    return [
        *texts.blocks("dates"),
        Block("dates.text", "I", text),
        Block("dates.earliest", "i", array("i", [date[1] for date in written])),
        Block("dates.latest", "i", array("i", [date[2] for date in written])),
        Block("dates.precision", "B", bytes(date[3] for date in written)),
        Block("dates.approximate", "B", bytes(date[4] for date in written)),
    ]


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
        return str(self.bytes[self.starts[number] : self.starts[number + 1]], "utf-8", ERRORS)

    def all(self, first: int = 0, end: int | None = None) -> Iterator[str]:
        """The texts from one number to another (exclusive), quicker than one by one."""
        starts = self.starts[first : (len(self) if end is None else end) + 1]
        raw = bytes(self.bytes[starts[0] : starts[-1]]) if len(starts) else b""
        parts = pairwise([start - starts[0] for start in starts])
        if raw.isascii():
            whole = raw.decode("ascii")
            return (whole[begin:stop] for begin, stop in parts)
        return (str(raw[begin:stop], "utf-8", ERRORS) for begin, stop in parts)

    def like(
        self, like: Callable[[str], bool], run: str = "", first: int = 0, end: int | None = None
    ) -> set[int]:
        """The numbers of the texts, from one to another (exclusive), for which ``like`` is true.

        Of those in ASCII it is true only where they have ``run``, in ASCII too, whatever the case: others are
        not looked at.
        """
        end = len(self) if end is None else end
        if not run:
            return {number for number, text in enumerate(self.all(first, end), start=first) if like(text)}
        starts = self.starts
        raw = bytes(self.bytes[starts[first] : starts[end]])
        lowered, wanted, found = raw.lower(), run.lower().encode("ascii"), set[int]()
        searches: list[Callable[[int], int]] = [lambda begin: lowered.find(wanted, begin)]
        if not raw.isascii():
            searches.append(lambda begin: -1 if (at := _OTHER.search(raw, begin)) is None else at.start())
        for place_from in searches:
            at = place_from(0)
            while at >= 0:
                number = bisect_right(starts, starts[first] + at, first, end) - 1
                if number not in found and like(self[number]):
                    found.add(number)
                at = place_from(starts[number + 1] - starts[first])
        return found


class DecodedTexts(dict[int, Any]):
    """The texts of a table by their numbers, each decoded when it is first looked up."""

    def __init__(self, table: TextTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, number: int) -> str:
        begin, end = self._table.starts[number : number + 2]
        # ``str`` of a part of the file would take half as long again.
        text = self[number] = self._table.bytes[begin:end].tobytes().decode("utf-8", ERRORS)
        return text


class StoredDates:
    """The dates in a file by their numbers, each made once."""

    text = numbers_of("dates.text")
    earliest, latest = numbers_of("dates.earliest"), numbers_of("dates.latest")
    _precision, _approximate = numbers_of("dates.precision"), numbers_of("dates.approximate")

    def __init__(self, file: LedgerFile) -> None:
        self.file = file
        self.texts = TextTable(file, "dates")
        self.written = DecodedTexts(self.texts)
        self._made: dict[int, PartialDate] = {}

    def __getitem__(self, number: int) -> PartialDate:
        if number not in self._made:
            self._made[number] = self._date(number)
        return self._made[number]

    def _date(self, number: int) -> PartialDate:
        # Not read from the text: the file has what that says, and a date from code may differ from its text.
        return PartialDate(
            datetime.date.fromordinal(self.earliest[number]),
            datetime.date.fromordinal(self.latest[number]),
            PRECISIONS[self._precision[number]],
            bool(self._approximate[number]),
            self.texts[self.text[number]],
        )


class SaidTexts(dict[int, Any]):
    """What a column of texts says of each value of a view, by the number of the value; None for no text."""

    def __init__(self, file: LedgerFile, name: str, first: int) -> None:
        super().__init__()
        self._numbers, self._first = file.numbers(name), first
        self._texts = TextTable(file, f"{name}.texts")
        if len(self._numbers) <= _FEW:
            texts = {NONE: None, **dict(enumerate(self._texts.all()))}
            self.update(enumerate(map(texts.__getitem__, self._numbers), start=first))

    def __missing__(self, value: int) -> str | None:
        number = self._numbers[value - self._first]
        text = self[value] = None if number == NONE else self._texts[number]
        return text


class FoundTexts(TextTable):
    """A table of which the number of a text is found by its hash: a search would read a text at each step."""

    @cached_property
    def _slots(self) -> Numbers:
        return self._file.numbers(f"{self._name}.slots")

    @cached_property
    def _numbers(self) -> range:
        return range(len(self))

    def number(self, text: str) -> int | None:
        """The number of a text, or None."""
        return self.place(text, self._slots, self._numbers)

    def place(self, text: str, slots: Numbers, numbers: Sequence[int]) -> int | None:
        """The place that ``slots`` have for a text in ``numbers``, which are those of texts; or None."""
        wanted, starts, texts = text.encode("utf-8", ERRORS), self.starts, self.bytes
        last = len(slots) - 1
        slot = crc32(wanted) & last
        while (place := slots[slot]) != NONE:
            number = numbers[place]
            if texts[starts[number] : starts[number + 1]] == wanted:
                return place
            slot = (slot + 1) & last
        return None


def slots_block(name: str, placed: Iterable[tuple[str, int]]) -> Block:
    """Where to look for the place of each of some texts: a table of places, at least a third of it empty.

    A place is in the slot that the last bits of the CRC-32 of its text count, or in the next that was empty.
    """
    hashed = [(crc32(text.encode("utf-8", ERRORS)), place) for text, place in placed]
    last = last_slot(len(hashed))
    slots = array("I", [NONE]) * (last + 1)
    for hash, place in hashed:
        slot = hash & last
        while slots[slot] != NONE:
            slot = (slot + 1) & last
        slots[slot] = place
    return Block(f"{name}.slots", "I", slots)


def last_slot(count: int) -> int:
    """The number of the last slot for so many texts: all of its bits are set."""
    return (1 << (count * 3 // 2).bit_length()) - 1
