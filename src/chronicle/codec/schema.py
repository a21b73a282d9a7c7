"""The JSON Schema of event files, made from the event classes, so that editors complete and check them.

It is more lenient than Chronicle: it helps while typing, and ``chronicle check`` decides. Where an editor
reads a plain scalar of YAML as a number or a boolean (``date: 2014``), the schema allows that, since
Chronicle reads every scalar as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, get_args

from chronicle.codec import FieldOf, fields_of
from chronicle.codec.ids import LONGEST, PATTERN
from chronicle.codec.kinds import VALUES, prose
from chronicle.codec.shapes import EFFECT_KINDS, TAKEN_FROM_DEAL, correctable, item_of, pair_of, shape
from chronicle.dates import PartialDate
from chronicle.events import KINDS, DealId, EntityDeclared, EntityId, EventId
from chronicle.events.entities import IN_ENTITIES
from chronicle.events.meanings import meaning_of
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
    properties = {name: _property(fields[name], EntityDeclared.kind) for name in IN_ENTITIES}
    required = [name for name in IN_ENTITIES if fields[name].required]
    return {
        "description": prose(EntityDeclared),
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
        "description": prose(cls),
        "type": "object",
        "additionalProperties": False,
        "required": [*head, *required],
        "properties": {**head, **{field.name: _property(field, kind) for field in listed}},
        **more,
    }


def _one_of_required(*names: str) -> list[Schema]:
    return [{"required": [name]} for name in names]


# Fields and their values


def _property(field: FieldOf, kind: str | None) -> Schema:
    """A field of a kind, with its meaning; of a source (no kind) its value alone."""
    schema = _value(field.hint)
    meaning = meaning_of(kind, field.name) if kind else ""
    return {"description": meaning, **schema} if meaning else schema


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
            "description": VALUES[Share],
            "type": "string",
            "pattern": rf"^(\?|~?(>=|>|<=|<)?{part}(-<?{part})?)$",
        },
        "money": {
            "description": VALUES[Money],
            "type": "string",
            "pattern": rf"^(undisclosed|~?(>=|>|<=|<)?[A-Z]{{3}} (\?|>?{amount}(-<?{amount})?))$",
        },
        "count": {
            "description": VALUES[Count],
            "type": ["string", "integer"],
            "pattern": f"^~?{amount}$",
            "minimum": 0,
        },
        "ratio": {
            "description": VALUES[Ratio],
            "type": ["string", "integer"],
            "pattern": "^[0-9]+:[0-9]+$",
        },
    }
