"""What code looks at and how many steps it takes: what a test of speed counts, where a clock would lie.

>>> look = Beginning("9" * 1_000)
>>> look[:60] == "9" * 60
True
>>> look.strip()
Traceback (most recent call last):
AssertionError: more than a beginning was looked at, by strip
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Self, SupportsIndex

import pytest

import chronicle

# What says nothing of the characters of a text, or is how Python makes one.
_FREE = frozenset(
    ("__new__", "__init__", "__len__", "__getattribute__", "__class__", "__doc__", "__setattr__")
) | frozenset(("__delattr__", "__init_subclass__", "__subclasshook__", "__dir__", "__getitem__"))


def _never(name: str) -> Callable[..., Any]:
    def method(*_: object, **__: object) -> Any:
        raise AssertionError(f"more than a beginning was looked at, by {name}")

    return method


class Beginning(str):
    """A text of which only the length and the first ``most`` characters may be looked at.

    All its methods raise ``AssertionError`` but for a slice from the beginning, which is a plain text. What a
    pattern reads cannot be told; ``lengths_searched`` counts that.
    """

    most: int

    def __new__(cls, text: str, most: int = 1_000) -> Self:
        """This text, of which so many characters may be looked at."""
        made = super().__new__(cls, text)
        made.most = most
        return made

    def __getitem__(self, where: SupportsIndex | slice) -> str:
        """The characters there, none of which may be behind the beginning."""
        last = where.stop if isinstance(where, slice) else int(where) + 1
        if last is None or not 0 <= last <= self.most:
            raise AssertionError(f"more than a beginning was looked at: {where}")
        return super().__getitem__(where)


for _name in set(dir(str)) - _FREE:
    setattr(Beginning, _name, _never(_name))


class _Searching:
    """A pattern that refuses a text that is too long for it."""

    def __init__(self, pattern: Any, most: int) -> None:
        self._pattern, self._most = pattern, most
        self.searched = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._pattern, name)
        if name not in ("search", "match", "fullmatch", "findall", "finditer", "split"):
            return found

        def look(text: str, *more: Any) -> Any:
            assert len(text) <= self._most, f"{len(text):,} characters are looked at"
            self.searched += 1
            return found(text, *more)

        return look


@contextmanager
def searching_no_more(modules: list[ModuleType], most: int) -> Iterator[Callable[[], int]]:
    """Inside, no pattern that stands in these modules may look at a text of more than ``most`` characters.

    Gives a function that says how many texts they looked at.
    """
    with pytest.MonkeyPatch.context() as patched:
        made = []
        for module in modules:
            for name, value in list(vars(module).items()):
                if type(value).__name__ == "Pattern":
                    made.append(_Searching(value, most))
                    patched.setattr(module, name, made[-1])
        yield lambda: sum(each.searched for each in made)


def steps(work: Callable[[], object]) -> int:
    """How many lines of Chronicle are run until ``work`` is done: the same number each time."""
    home = str(Path(chronicle.__file__).parent)
    count = 0

    def line(_: FrameType, event: str, __: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: FrameType, _: str, __: object) -> Any:
        return line if frame.f_code.co_filename.startswith(home) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
