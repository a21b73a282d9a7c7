"""The fields of every kind, as their classes have them: names in files, types, what is required.

The reader, the diagnosis and the JSON Schema all go by this, so a new field of a class is known to
all three at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, cast, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields, frozen

from chronicle.codec.leaves import READERS, Reader, lines, word_of
from chronicle.events import (
    ENVELOPE,
    KINDS,
    NOT_CORRECTED,
    NOT_IN_EFFECT,
    Effect,
    Event,
    RecordCorrected,
    plain_name,
)
from chronicle.values import Source

Shape = Literal["leaf", "word", "list", "pairs", "set", "source", "effect"]

# Texts of people's own words, which may run over several lines.
_SEVERAL_LINES = ("note", "quote", "reason")

# What an effect takes from the completion of its deal, the deal itself included.
TAKEN_FROM_DEAL = frozenset({*NOT_IN_EFFECT, "deal"})

# What no deal can bring about: the stages of a deal, and what is said about records and ids.
_NO_EFFECTS = ("deal.", "record.", "identity.", "entity.declared")

EFFECT_KINDS = tuple(kind for kind in KINDS if not kind.startswith(_NO_EFFECTS))


_P = ParamSpec("_P")
_R = TypeVar("_R")


def cached(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """A function that does its work once for each argument, typed so that a class can be one."""
    return cast(Callable[_P, _R], cache(function))


@frozen
class FieldOf:
    """One field of a kind or of a source.

    ``name`` is what files call it, ``attribute`` what the class does. ``hint`` is its type without
    ``None``. ``own`` says that the kind itself has it, and not every event.
    """

    name: str
    attribute: str
    hint: Any
    required: bool
    own: bool

    @property
    def reader(self) -> Reader | None:
        """What reads a single value of this field; None when it is a list, a mapping or the like."""
        if self.hint is str and self.name in _SEVERAL_LINES:
            return lines
        return reader_of(self.hint)


@cached
def fields_of(cls: Any) -> tuple[FieldOf, ...]:
    """The fields of an event class or of ``Source``, in the order in which a file is best read."""
    hints = get_type_hints(cls, include_extras=True)
    found = [
        FieldOf(
            name=plain_name(field.name),
            attribute=field.name,
            hint=_without_none(hints[field.name]),
            required=field.default is NOTHING,
            own=field.name not in ENVELOPE or not field.inherited,
        )
        for field in fields(cls)
    ]
    return tuple(sorted(found, key=_place_in_file)) if issubclass(cls, Event) else tuple(found)


# Of the envelope, what says which event it is comes first, and where it is from comes last.
_FIRST = ("id", "date")
_LAST = ("known", "deal", "after", "ends", "apart", "confidence", "note", "sources")


def _place_in_file(field: FieldOf) -> int:
    if field.name in _FIRST:
        return _FIRST.index(field.name) - len(_FIRST)
    return 0 if field.own else 1 + _LAST.index(field.name)


@cached
def kind_names(kind: str) -> frozenset[str]:
    """Every key that an event of this kind may have."""
    return frozenset({"kind", *(field.name for field in fields_of(KINDS[kind]))})


@cached
def effect_names(kind: str) -> frozenset[str]:
    """Every key that an effect of this kind may have."""
    return kind_names(kind) - TAKEN_FROM_DEAL


@cached
def correctable() -> frozenset[str]:
    """Every field that a correction may put right: those of any kind, but for ``NOT_CORRECTED``."""
    names = {field.name for cls in KINDS.values() for field in fields_of(cls)}
    return frozenset(names.difference(NOT_CORRECTED))


def shape(hint: Any) -> Shape:
    """Which of the few forms of plain data a type takes."""
    if hint in _NAMED_SHAPES:
        return _NAMED_SHAPES[hint]
    if get_origin(hint) is Literal:
        return "word"
    if get_origin(hint) is tuple:
        return "pairs" if get_origin(get_args(hint)[0]) is tuple else "list"
    raise TypeError(f"no plain form for {hint}")


_SET = get_type_hints(RecordCorrected, include_extras=True)["set"]

_NAMED_SHAPES: Mapping[Any, Shape] = MappingProxyType(
    {**dict.fromkeys(READERS, "leaf"), Source: "source", Effect: "effect", _SET: "set"}
)


@cached
def reader_of(hint: Any) -> Reader | None:
    """What reads a single value of this type; None for lists, mappings, sources and effects."""
    form = shape(hint)
    if form == "word":
        return word_of(get_args(hint))
    return READERS[hint] if form == "leaf" else None


def item_of(hint: Any) -> Any:
    """The type of the items of a list."""
    return get_args(hint)[0]


def pair_of(hint: Any) -> tuple[Any, Any]:
    """The types of the keys and of the values of pairs."""
    key, value = get_args(get_args(hint)[0])
    return key, value


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return hint
    options = [option for option in get_args(hint) if option is not NoneType]
    return options[0] if NoneType in get_args(hint) else hint
