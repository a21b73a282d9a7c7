"""The fields of every kind, taken from the classes: names in files, types, which are required.

The reader, the diagnosis and the JSON Schema all use this, so all three know a new field of a class at once.
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

# Fields of free text, which may have several lines.
_SEVERAL_LINES = ("note", "quote", "reason")

# The fields that an effect takes from the completion of its deal, with the deal itself.
TAKEN_FROM_DEAL = frozenset({*NOT_IN_EFFECT, "deal"})

# Kinds that no deal can have as an effect: stages of deals, and statements about records and ids.
_NO_EFFECTS = ("deal.", "record.", "identity.", "entity.declared")

EFFECT_KINDS = tuple(kind for kind in KINDS if not kind.startswith(_NO_EFFECTS))


_P = ParamSpec("_P")
_R = TypeVar("_R")


def cached(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """``functools.cache``, typed so that a class can be an argument."""
    return cast(Callable[_P, _R], cache(function))


@frozen
class FieldOf:
    """One field of a kind or of a source.

    ``name`` is its name in files, ``attribute`` that in the class. ``hint`` is its type without ``None``.
    ``own`` says that it belongs to the kind, not to the envelope.
    """

    name: str
    attribute: str
    hint: Any
    required: bool
    own: bool

    @property
    def reader(self) -> Reader | None:
        """The reader of a single value of this field; None for lists, mappings, sources and effects."""
        if self.hint is str and self.name in _SEVERAL_LINES:
            return lines
        return reader_of(self.hint)


@cached
def fields_of(cls: Any) -> tuple[FieldOf, ...]:
    """The fields of an event class or of ``Source``, in the order in which they are best read in a file."""
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


# Fields of the envelope that come before those of the kind, and those that come after them.
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
    """Every field that a correction may set: those of any kind, without ``NOT_CORRECTED``."""
    names = {field.name for cls in KINDS.values() for field in fields_of(cls)}
    return frozenset(names.difference(NOT_CORRECTED))


def shape(hint: Any) -> Shape:
    """The form that a type has in plain data. Raises ``TypeError`` for a type that has none."""
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
    """The reader of a single value of this type; None for lists, mappings, sources and effects."""
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
