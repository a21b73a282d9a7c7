"""Every kind of event in words: what it says, its fields, what each may hold, and an example.

All of it is taken from the classes and from ``events``; the JSON Schema uses the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from types import MappingProxyType
from typing import Any, Final, get_args

from attrs import frozen

from chronicle.codec.shapes import FieldOf, fields_of, item_of, pair_of, shape
from chronicle.dates import PartialDate
from chronicle.errors import absent
from chronicle.events import KINDS, DealId, EntityId, EventId
from chronicle.events.meanings import EXAMPLES, meaning_of
from chronicle.values import Count, Money, Ratio, Share


@frozen
class DescribedField:
    """A field of a kind: what it means, and what it may hold, in words.

    ``own`` says that it belongs to the kind; the other fields are those that all events share.
    """

    name: str
    required: bool
    meaning: str
    holds: str
    own: bool


@frozen
class Described:
    """A kind of event. ``family`` is its name before the dot; ``example`` is an item under ``events:``."""

    kind: str
    family: str
    text: str
    fields: tuple[DescribedField, ...]
    example: str

    @property
    def summary(self) -> str:
        """The first clause of what it says, which has room on a line."""
        first = " ".join(self.text.partition("\n\n")[0].split())
        return re.split(r"[.:;]( |$)| \(", first, maxsplit=1)[0]


@cache
def described(kind: str) -> Described:
    """A kind in words, by its stored name. Raises ``NotFound`` (C201) with the nearest."""
    if kind not in KINDS:
        raise absent("C201", "kind", kind, KINDS)
    fields = tuple(_described(kind, field) for field in fields_of(KINDS[kind]))
    return Described(kind, kind.partition(".")[0], prose(KINDS[kind]), fields, _examples().get(kind, ""))


def in_families() -> tuple[Described, ...]:
    """All kinds in words: those of one family together, families in the order of ``KINDS``."""
    families = list(dict.fromkeys(kind.partition(".")[0] for kind in KINDS))
    ordered = sorted(KINDS, key=lambda kind: families.index(kind.partition(".")[0]))
    return tuple(map(described, ordered))


def prose(cls: type) -> str:
    """What the docstring of a class says to those who write events."""
    paragraphs = cleandoc(cls.__doc__ or "").replace("``", "`").split("\n\n")
    # What is raised is for those who make events in Python.
    return "\n\n".join(filter(None, (re.split(r"\bRaises\s", each)[0].strip() for each in paragraphs)))


def _described(kind: str, field: FieldOf) -> DescribedField:
    # A declaration holds at all times, and an id is made where there is none.
    free = field.name == "id" or (field.name == "date" and kind == "entity.declared")
    return DescribedField(
        name=field.name,
        required=field.required and not free,
        meaning=meaning_of(kind, field.name),
        holds=value_words(field.hint),
        own=field.own,
    )


# What a field may hold


def value_words(hint: Any) -> str:
    """What a field of this type may hold."""
    form = shape(hint)
    if form == "leaf":
        return VALUES[hint]
    if form == "word":
        *words, last = get_args(hint)
        return f"{', '.join(words)} or {last}" if words else last
    if form == "list":
        return f"a list: {value_words(item_of(hint))}"
    if form == "pairs":
        key, value = pair_of(hint)
        return f"pairs of {_one(key)}: {_one(value)}"
    return _NAMED[form]


def _one(hint: Any) -> str:
    """One half of a pair."""
    return {EntityId: "the id of an entity", Count: "a count"}.get(hint) or value_words(hint)


VALUES: Final[Mapping[Any, str]] = MappingProxyType(
    {
        str: "text",
        bool: "yes or no",
        EntityId: "the id of an entity",
        DealId: "the id of a deal",
        EventId: "the id of an event",
        PartialDate: "2014, 2014-Q3, 2014-03, 2014-03-11, each with ~ (about), ? (uncertain) or % (both); "
        "[2014-03..2014-05] one of these, [..2014-09] by, [2014-09..] or later",
        Share: "60%, 3/8, 25-50%, >50%, <=3.2%, ~9.2%, or ? for unknown",
        Money: "USD 800M, HKD 6,244,000,000, ~USD 380M, USD 800-805M, >USD 1bn, USD ?, undisclosed",
        Count: "12488058846, 12.488bn, 10M, ~30",
        Ratio: "new to old: 2:1 is a split, 1:10 a consolidation",
    }
)
"""What a single value may be, by its type."""

_NAMED: Final = MappingProxyType(
    {
        "source": "publisher, title or url, and published, retrieved, quote, page",
        "effect": "a kind with its fields, without id, date and sources",
        "set": "pairs of a field and its new value",
    }
)


# Examples


@cache
def _examples() -> Mapping[str, str]:
    """The first example of each kind, as it is written."""
    found: dict[str, str] = {}
    for block in EXAMPLES.read_text(encoding="utf-8").partition("\nevents:\n")[2].split("\n\n"):
        text = cleandoc("\n" + block.rstrip())
        kind = text.partition("\n")[0].removeprefix("- kind:").partition("#")[0].strip()
        found.setdefault(kind, text)
    return found
