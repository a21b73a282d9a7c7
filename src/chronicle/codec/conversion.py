"""The fast conversion between events and plain data.

One converter, whose functions for a kind are generated when the kind is first met. Any exception means that
the data makes no event; callers then run ``diagnose``, which says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from attrs import fields
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from chronicle.codec.leaves import Reader, first_not_plain
from chronicle.codec.shapes import (
    FieldOf,
    cached,
    correctable,
    effect_names,
    fields_of,
    item_of,
    kind_names,
    pair_of,
    reader_of,
    shape,
)
from chronicle.dates import DAWN, PartialDate
from chronicle.events import KINDS, DealId, Effect, EntityId, Event, EventId
from chronicle.values import Source

_DAWN = PartialDate.of(DAWN)
_SOURCE_NAMES = frozenset(field.name for field in fields_of(Source))

canonical_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
"""Plain data as JSON text in one canonical form, so that equal data give equal bytes."""

_Structure = Callable[[Any, Any], Any]


class NotPlain(Exception):
    """Plain data that makes no event, or an event that has no plain form."""


def structured(plain: Mapping[str, Any]) -> Event:
    """The event that plain data with an id makes. Any exception means that it makes none."""
    kind = plain["kind"]
    if not plain.keys() <= kind_names(kind):
        raise NotPlain
    event: Event = _structure_of(KINDS[kind])(plain, None)
    return event


def unstructured(event: Event) -> dict[str, Any]:
    """An event as plain data, without its kind and without fields that have their default."""
    return _unstructure_of(type(event))(event)


def effect_from(plain: Mapping[str, Any]) -> Effect:
    """The effect that plain data makes. Any exception means that it makes none."""
    kind = plain["kind"]
    if not plain.keys() <= effect_names(kind):
        raise NotPlain
    cls = KINDS[kind]
    event = _structure_of(cls)({**plain, "id": "effect", "date": _DAWN.text}, None)
    values = ((name, getattr(event, name), default) for name, default in _effect_fields(cls))
    return Effect(kind, tuple((name, value) for name, value, default in values if value != default))


def effect_to(effect: Effect) -> dict[str, Any]:
    """An effect as plain data. Any exception means that its fields are not those of its kind."""
    plain = unstructured(KINDS[effect.kind](id="effect", date=_DAWN, **_fields(effect)))
    names = effect_names(effect.kind)
    return {"kind": effect.kind, **{name: value for name, value in plain.items() if name in names}}


def source_from(plain: Any) -> Source:
    """The source that plain data makes. Any exception means that it makes none."""
    return _source(tuple(plain.items()))


# Many events have the same source: made once, it takes less time and memory.
@lru_cache(maxsize=8_192)
def _source(items: tuple[tuple[str, Any], ...]) -> Source:
    plain = dict(items)
    if not plain.keys() <= _SOURCE_NAMES:
        raise NotPlain
    source: Source = _structure_of(Source)(plain, None)
    return source


def source_to(source: Source) -> dict[str, Any]:
    """A source as plain data."""
    return _unstructure_of(Source)(source)


def _fields(effect: Effect) -> dict[str, Any]:
    return dict(effect.fields)


@cached
def _effect_fields(cls: Any) -> tuple[tuple[str, object], ...]:
    """The attributes that an effect of this kind can have, each with its default."""
    names = effect_names(cls.kind)
    defaults = {field.name: field.default for field in fields(cls)}
    return tuple(
        (field.attribute, defaults[field.attribute]) for field in fields_of(cls) if field.name in names
    )


# Generating the functions of a class


_CONVERTER = Converter(detailed_validation=False)


@cached
def _structure_of(cls: Any) -> _Structure:
    overrides: dict[str, Any] = {
        field.attribute: override(rename=field.name, struct_hook=_hooked(reading(field)))
        for field in fields_of(cls)
    }
    return make_dict_structure_fn(
        cls, _CONVERTER, _cattrs_detailed_validation=False, _cattrs_use_linecache=False, **overrides
    )


@cached
def _unstructure_of(cls: Any) -> Callable[[Any], dict[str, Any]]:
    overrides: dict[str, Any] = {
        field.attribute: override(rename=field.name, unstruct_hook=writing(field.hint))
        for field in fields_of(cls)
    }
    return make_dict_unstructure_fn(
        cls, _CONVERTER, _cattrs_omit_if_default=True, _cattrs_use_linecache=False, **overrides
    )


def _hooked(read: Reader) -> _Structure:
    """A reader with the signature that cattrs requires: value and type."""
    return lambda value, _: read(value)


def reading(field: FieldOf) -> Reader:
    """The function that reads one field. Any exception means that the value makes none."""
    return field.reader or _READING[shape(field.hint)](field.hint)


def _read_list(hint: Any) -> Reader:
    item = item_of(hint)
    read = reader_of(item) or _READING[shape(item)](item)

    def read_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise NotPlain
        return tuple(map(read, value))

    return read_list


def _read_pairs(hint: Any) -> Reader:
    read_key, read_value = map(reader_of, pair_of(hint))
    assert read_key
    assert read_value

    def read_pairs(value: Any) -> tuple[tuple[Any, Any], ...]:
        return tuple(sorted((read_key(key), read_value(item)) for key, item in value.items()))

    return read_pairs


def _read_set(_: Any) -> Reader:
    def read_set(value: Any) -> tuple[tuple[str, str], ...]:
        if not value.keys() <= correctable() or first_not_plain(value):
            raise NotPlain
        return tuple((name, canonical_json(item)) for name, item in sorted(value.items()))

    return read_set


def _read_source(_: Any) -> Reader:
    return source_from


def _read_effect(_: Any) -> Reader:
    return effect_from


_READING: Mapping[str, Callable[[Any], Reader]] = MappingProxyType(
    {
        "list": _read_list,
        "pairs": _read_pairs,
        "set": _read_set,
        "source": _read_source,
        "effect": _read_effect,
    }
)

Writer = Callable[[Any], Any]


def writing(hint: Any) -> Writer:
    """The function that writes a field of this type."""
    form = shape(hint)
    if form == "list":
        return _write_list(writing(item_of(hint)))
    if form == "pairs":
        return _write_pairs(writing(pair_of(hint)[1]))
    if form == "leaf":
        return _as_is if hint in _WRITTEN_AS_IS else str
    return _WRITING[form]


def writes_text(hint: Any) -> bool:
    """Whether a field of this type is written as one text."""
    return shape(hint) in ("leaf", "word") and hint is not bool


def _as_is(value: Any) -> Any:
    return value


def _write_list(write: Writer) -> Writer:
    return lambda value: [write(item) for item in value]


def _write_pairs(write: Writer) -> Writer:
    return lambda value: _mapping((name, write(item)) for name, item in value)


def _write_set(value: Any) -> dict[str, Any]:
    return _mapping((name, json.loads(text)) for name, text in value)


def _mapping(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs as a mapping, sorted by key, so that their order does not make two contents of one.

    Raises ``NotPlain`` when a key occurs twice.
    """
    listed = list(pairs)
    mapping = dict(sorted(listed, key=lambda pair: pair[0]))
    if len(mapping) != len(listed):
        raise NotPlain("one of its pairs is given twice")
    return mapping


_WRITTEN_AS_IS = (str, bool, EntityId, DealId, EventId)

_WRITING: Mapping[str, Writer] = MappingProxyType(
    {"word": _as_is, "set": _write_set, "source": source_to, "effect": effect_to}
)
