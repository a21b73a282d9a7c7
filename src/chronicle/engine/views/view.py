"""The description of a view: the class ``View``, with one object for each view in ``VIEWS``.

The words for a fact are written as a template, or as the name of a field. The fields are the parts of its
key, those of its value, and those that ``more`` computes from both. A part of a template in ``[...]``
is left out if a field in it is empty, and

- ``{holder}`` is the name of an entity, or of several; ``{.holder}`` not emphasized, ``{,parts}`` by commas;
- ``{+project}`` is the name of an entity, and empty if the text has it already;
- ``{=share}`` is the text of the field, ``{*title}`` the same emphasized, ``{?ipo}`` nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from attrs import field, frozen

Key = tuple[str, ...]
Refers = Literal["entity", "deal", "text"]
"""What a part of a key is: the id of an entity, the id of a deal, or a text."""

SURE: Final = ("certain", "since", "events")
"""The fields that every fact has: whether it is certain, since when it holds, and the events behind it."""

_FIELD = re.compile(r"\{([-=~.,+*?]?)(\w+)\}")
_PARTS = re.compile(r"\[([^\]]*)\]|([^\[]+)")


class Part(NamedTuple):
    """A part of a template: whether it may be left out, and its steps.

    A step is the text before a field, the sort of the field and its name; the last one has no field.
    """

    optional: bool
    steps: tuple[tuple[str, str, str], ...]


@cache
def parts_of(template: str) -> tuple[Part, ...]:
    """The parts of a template."""
    return tuple(
        Part(found[1] is not None, _steps(found[1] or found[2])) for found in _PARTS.finditer(template)
    )


def _steps(text: str) -> tuple[tuple[str, str, str], ...]:
    steps, end = [], 0
    for found in _FIELD.finditer(text):
        steps.append((text[end : found.start()], found[1] or "@", found[2]))
        end = found.end()
    return (*steps, (text[end:], "", ""))


class Mark(NamedTuple):
    """How a family of events is shown: a symbol, a word of at most seven letters, the name of a style."""

    symbol: str
    word: str
    style: str


@frozen(kw_only=True)
class Section:
    """A list of the facts of a view on the page of a day, under its own title or that of the view.

    ``line`` is the text of a fact, ``figure`` stands in front of it, and ``dim`` follows, less emphasized.
    ``under`` names the part of the key by which facts are grouped, ``keep`` a field that must not be empty
    for a fact to be listed. A section ``of`` a part of the key is shown if the question names the entity in
    that part, and one of ``"all"`` if it names none.
    """

    line: str
    title: str = ""
    dim: str = ""
    figure: str = ""
    under: str = ""
    keep: str = ""
    of: str = ""


def _frozen(given: Mapping[str, Refers]) -> Mapping[str, Refers]:
    return MappingProxyType(dict(given))


@frozen(kw_only=True, slots=False)
class View:
    """The description of a view.

    ``key`` has the parts of its key and what each refers to, ``value`` is the class of its values, and
    ``more`` computes fields from a key and a value, which is None if only the key is known.
    ``entities`` are the fields of the value that name entities.

    ``title`` heads a list of differences; a fact states the ``what`` of the ``subject``, and ``says`` is the
    statement. ``difference`` names the class of its differences, whose subject is the first ``about`` parts
    of the key (None: all). ``family`` is that of the events that belong to it, and ``mark`` how these
    are shown.

    On the page of a day a view has ``sections``. In JSON it has its own name, with the fields of ``first`` in
    front, and where a fact is nested, the field ``as_value`` is its value, with those of the value beside it
    (none: the value itself). In tables ``one`` is the word for a fact, and ``row`` has the fields for
    subject, object, detail and value. Or its facts are listed ``within`` another name. ``alone`` is true if a
    question why that names only an entity includes this view.

    For a view of the user's ``own`` the parts of the key are not described: each may be an entity.
    """

    name: str
    key: Mapping[str, Refers] = field(converter=_frozen)
    value: type
    more: Mapping[str, Callable[[Key, Any], Any]] = MappingProxyType({})
    entities: tuple[str, ...] = ()
    title: str
    what: str
    subject: str
    says: str
    sections: tuple[Section, ...]
    one: str = ""
    row: tuple[str, ...] = field()
    first: tuple[str, ...] = ()
    as_value: str = ""
    within: str = ""
    difference: str
    about: int | None = None
    family: str
    mark: Mark
    alone: bool
    own: bool = False

    @row.default
    def _of_the_key(self) -> tuple[str, ...]:
        return (*(*self.key, "", "", "")[:3], "")

    def __attrs_post_init__(self) -> None:
        """Raises ``TypeError`` if a required description is missing, or one names an unknown field."""
        for name in ("name", "key", "title", "what", "subject", "says", "difference", "family"):
            if not getattr(self, name):
                raise TypeError(f"view {self.name!r} does not say its {name}")
        if not self.within and not (self.sections and self.one and any(self.row)):
            raise TypeError(
                f"view {self.name!r} has no section, no row or no word for one, and is within no other"
            )
        for name in self._spoken_of():
            if name not in self.fields:
                raise TypeError(f"view {self.name!r} speaks of a field that it has not: {name}")

    def _spoken_of(self) -> Iterable[str]:
        templates = [self.subject, self.says]
        names = [*self.entities, self.as_value, *self.row, *(name for name in self.first if name not in SURE)]
        for section in self.sections:
            templates += [section.line, section.dim, section.figure]
            names += [section.under, section.keep, section.of if section.of != "all" else ""]
        steps = (step for each in templates for part in parts_of(each) for step in part.steps)
        return (*filter(None, names), *(name for _, sort, name in steps if sort))

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """The fields of a value; empty if the value adds nothing to the key."""
        return tuple(getattr(self.value, "_fields", ()))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of a fact: the parts of the key, those of the value, and the computed ones."""
        return tuple(dict.fromkeys((*self.key, *self.stated, *self.more)))

    @cached_property
    def names(self) -> tuple[int, ...]:
        """The positions in the key of parts that are entities."""
        return tuple(at for at, refers in enumerate(self.key.values()) if refers == "entity")

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The order in JSON: the fields that come first, the certainty, and the other fields."""
        stated = ("key", "value") if self.own else (*self.key, *self.stated)
        return tuple(dict.fromkeys((*(self.first or stated), *SURE, *stated)))

    @cached_property
    def _reads(self) -> Mapping[str, Callable[[Key, Any], Any]]:
        return {name: self._reader(name) for name in self.fields}

    def read(self, name: str, key: Key, value: Any) -> Any:
        """A field of a fact; None if the key is too short or the value is None."""
        return self._reads[name](key, value)

    def named(self, key: Key, value: Any) -> tuple[str, ...]:
        """The ids of the entities that a fact names, in its key and in its value."""
        if self.own:
            return key
        return (*(key[at] for at in self.names), *self.named_in(value))

    def named_in(self, value: Any) -> tuple[str, ...]:
        """The ids of the entities that a value names by itself."""
        found = list[str]()
        for name in self.entities:
            stated = getattr(value, name)
            found += stated if isinstance(stated, tuple) else () if stated is None else (stated,)
        return tuple(found)

    def _reader(self, name: str) -> Callable[[Key, Any], Any]:
        if name in self.more:
            return self.more[name]
        if name in self.stated:
            stated = attrgetter(name)
            return lambda _, value: None if value is None else stated(value)
        at = tuple(self.key).index(name)
        return lambda key, _: key[at] if at < len(key) else None
