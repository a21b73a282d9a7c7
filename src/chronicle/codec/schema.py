"""The JSON Schema of event files, made from the event classes, so that editors complete and check them.

It is more lenient than Chronicle: it helps while typing, and ``chronicle check`` decides. Where an editor
reads a plain scalar of YAML as a number or a boolean (``date: 2014``), the schema allows that, since
Chronicle reads every scalar as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from types import MappingProxyType
from typing import Any, get_args

from chronicle.codec import FieldOf, fields_of
from chronicle.codec.ids import LONGEST, PATTERN
from chronicle.codec.shapes import EFFECT_KINDS, TAKEN_FROM_DEAL, correctable, item_of, pair_of, shape
from chronicle.dates import PartialDate
from chronicle.events import KINDS, DealId, EntityDeclared, EntityId, EventId
from chronicle.events.entities import IN_ENTITIES
from chronicle.values import Count, Money, Ratio, Share, Source

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The schema of an event file: ``entities:`` and ``events:``, with one branch for each kind of event.

    Made anew by each call, so the caller may change it.
    """
    return {
        "$schema": DIALECT,
        "title": "Chronicle event file",
        "description": "Dated, sourced events in the life of companies, and the entities that they speak of.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "entities": {
                "description": "Who and what the events speak of.",
                "type": "array",
                "items": _reference("entity"),
            },
            "events": {"description": "What happened.", "type": "array", "items": _reference("event")},
        },
        "$defs": {
            **_value_definitions(),
            "source": _object(fields_of(Source), Source, anyOf=_one_of_required("publisher", "title", "url")),
            "entity": _entity(),
            "event": _by_kind(KINDS, "event"),
            "effect": _by_kind(EFFECT_KINDS, "effect"),
            **{f"event.{kind}": _event(kind) for kind in KINDS},
            **{f"effect.{kind}": _effect(kind) for kind in EFFECT_KINDS},
        },
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


# Events, effects and entities


def _by_kind(kinds: Iterable[str], what: str) -> Schema:
    """A schema with a branch for each kind, by which an editor completes the kind, then its fields."""
    listed = list(kinds)
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"description": f"The kind of {what}.", "enum": listed}},
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
                "then": _reference(f"{what}.{kind}"),
            }
            for kind in listed
        ],
    }


def _event(kind: str) -> Schema:
    # The author may leave out the id, which is then generated, and the date of a declaration.
    optional = {"id", "date"} if kind == EntityDeclared.kind else {"id"}
    return _object(fields_of(KINDS[kind]), KINDS[kind], kind=kind, optional=optional)


def _effect(kind: str) -> Schema:
    fields = [field for field in fields_of(KINDS[kind]) if field.name not in TAKEN_FROM_DEAL]
    return _object(fields, KINDS[kind], kind=kind)


def _entity() -> Schema:
    fields = {field.name: field for field in fields_of(EntityDeclared)}
    fields["id"] = fields["entity"]
    properties = {name: _property(fields[name], name) for name in IN_ENTITIES}
    required = [name for name in IN_ENTITIES if fields[name].required]
    return {
        "description": _prose(EntityDeclared),
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _object(
    fields: Iterable[FieldOf],
    cls: type,
    kind: str | None = None,
    optional: Iterable[str] = (),
    **more: Any,
) -> Schema:
    listed = list(fields)
    head = {"kind": {"const": kind}} if kind else {}
    required = [field.name for field in listed if field.required and field.name not in set(optional)]
    return {
        "description": _prose(cls),
        "type": "object",
        "additionalProperties": False,
        "required": [*head, *required],
        "properties": {**head, **{field.name: _property(field, field.name) for field in listed}},
        **more,
    }


def _prose(cls: type) -> str:
    return cleandoc(cls.__doc__ or "").replace("``", "`")


def _one_of_required(*names: str) -> list[Schema]:
    return [{"required": [name]} for name in names]


# Fields and their values


def _property(field: FieldOf, name: str) -> Schema:
    schema = _value(field.hint)
    meaning = _MEANINGS.get(name)
    return {"description": meaning, **schema} if meaning and not field.own else schema


_MEANINGS = MappingProxyType(
    {
        "id": "A readable id, unique for ever. Left out, it is made of date, kind and subject.",
        "date": "When it was true.",
        "known": "When it could be known, where that is not the day its earliest source was published.",
        "sources": "Who says so.",
        "deal": "The deal that it belongs to.",
        "after": "The event that it must follow when the dates leave the order open.",
        "ends": "The event whose beginning this one ends. Left out, an end ends all that stood before it.",
        "apart": "That it is a happening of its own, though another source tells one just like it.",
        "confidence": "How sure the sources are.",
        "note": "Anything else, in words.",
    }
)


def _value(hint: Any) -> Schema:
    return _FORMS[shape(hint)](hint)


def _leaf(hint: Any) -> Schema:
    return _reference(_LEAVES[hint])


def _word(hint: Any) -> Schema:
    return {"enum": list(get_args(hint))}


def _list(hint: Any) -> Schema:
    return {"type": "array", "items": _value(item_of(hint))}


def _pairs(hint: Any) -> Schema:
    key, value = pair_of(hint)
    return {"type": "object", "propertyNames": _value(key), "additionalProperties": _value(value)}


def _set(_: Any) -> Schema:
    return {
        "description": "The fields to put right, each with its new value.",
        "type": "object",
        "propertyNames": {"enum": sorted(correctable())},
    }


def _named(name: str) -> Callable[[Any], Schema]:
    return lambda _: _reference(name)


_FORMS: Mapping[str, Callable[[Any], Schema]] = MappingProxyType(
    {
        "leaf": _leaf,
        "word": _word,
        "list": _list,
        "pairs": _pairs,
        "set": _set,
        "source": _named("source"),
        "effect": _named("effect"),
    }
)

_LEAVES: Mapping[Any, str] = MappingProxyType(
    {
        str: "text",
        bool: "truth",
        EntityId: "id",
        DealId: "id",
        EventId: "id",
        PartialDate: "date",
        Share: "share",
        Money: "money",
        Count: "count",
        Ratio: "ratio",
    }
)


def _value_definitions() -> Schema:
    """The schemas of single values, which allow the number or boolean that a YAML reader may make of one."""
    day = r"[0-9]{4}(-(Q[1-4]|[0-9]{2}(-[0-9]{2})?))?"
    amount = r"[0-9][0-9,]*(\.[0-9]+)?(k|M|bn|tn)?"
    part = r"[0-9]+(\.[0-9]+)?( ?%|/[0-9]+)?"
    return {
        "text": {"type": ["string", "number", "boolean"], "minLength": 1},
        "truth": {"enum": [True, False, "yes", "no", "true", "false"]},
        "id": {
            "description": "Lower-case letters and digits, with single - . _ : between them.",
            "type": ["string", "number", "boolean"],
            "pattern": f"^{PATTERN}$",
            "maxLength": LONGEST,
        },
        "date": {
            "description": "2014, 2014-Q3, 2014-03, 2014-03-11, each with ~ (about), ? (uncertain) or % "
            "(both); [2014-03..2014-05] one of these, [..2014-09] by, [2014-09..] or later.",
            "type": ["string", "integer"],
            "pattern": rf"^({day}[~?%]?|\[({day})?\.\.({day})?\])$",
            "minimum": 1,
            "maximum": 9999,
        },
        "share": {
            "description": "60%, 3/8, 25-50%, >50%, <=3.2%, ~9.2%, or ? for unknown.",
            "type": "string",
            "pattern": rf"^(\?|~?(>=|>|<=|<)?{part}(-<?{part})?)$",
        },
        "money": {
            "description": "USD 800M, HKD 6,244,000,000, ~USD 380M, USD 800-805M, >USD 1bn, USD ?, "
            "undisclosed.",
            "type": "string",
            "pattern": rf"^(undisclosed|~?(>=|>|<=|<)?[A-Z]{{3}} (\?|>?{amount}(-<?{amount})?))$",
        },
        "count": {
            "description": "12488058846, 12.488bn, 10M, ~30.",
            "type": ["string", "integer"],
            "pattern": f"^~?{amount}$",
            "minimum": 0,
        },
        "ratio": {
            "description": "New to old: 2:1 is a split, 1:10 a consolidation.",
            "type": ["string", "integer"],
            "pattern": "^[0-9]+:[0-9]+$",
        },
    }
