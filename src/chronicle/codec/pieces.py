"""Single fields of an event as pieces of its canonical JSON.

Who makes many records of one kind, as an import of a table does, reads and writes each field by itself, as
``decode`` and ``encode`` would, and joins the pieces in the order of the names. No event is made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from json.encoder import encode_basestring as json_text
from typing import Any, NamedTuple

from attrs import NOTHING, Factory, fields_dict

from chronicle.codec.conversion import canonical_json, reading, writes_text, writing
from chronicle.codec.leaves import any_id, recurring_id
from chronicle.codec.shapes import fields_of
from chronicle.events import KINDS, entities_named_by


class FieldPiece(NamedTuple):
    """A field of an event: its text in the JSON of the event, the entities that it names, and its value.

    The text ends with a comma; it is empty where the field has its default, which is not written. ``value``
    is the typed value, ``plain`` what it was made of.
    """

    text: str
    names: tuple[str, ...]
    value: Any
    plain: object


@cache
def piece_maker(kind: str, name: str) -> Callable[[object], FieldPiece]:
    """The function that makes the piece of a field of a kind from its plain value.

    Any exception of the function means that the value makes no such field; ``diagnose`` says why.
    """
    event_class = KINDS[kind]
    field = next(each for each in fields_of(event_class) if each.name == name)
    read, write = reading(field), writing(field.hint)
    if read is recurring_id:
        read = any_id  # who asks keeps the pieces, so that ids need not be remembered here too
    default = fields_dict(event_class)[field.attribute].default
    if isinstance(default, Factory):  # type: ignore[arg-type]
        raise TypeError(f"the default of {name} is made anew for each event")
    text_of: Callable[[Any], str] = json_text if writes_text(field.hint) else canonical_json
    names = entities_named_by(kind, field.attribute)
    key = f"{canonical_json(name)}:"

    def piece(plain: object) -> FieldPiece:
        value = read(plain)
        if default is not NOTHING and value == default:
            return FieldPiece("", (), value, plain)
        return FieldPiece(f"{key}{text_of(write(value))},", names(value), value, plain)

    return piece


@cache
def required_names(kind: str) -> frozenset[str]:
    """The fields that an event of a kind must have, and its ``kind``."""
    return frozenset({"kind", *(field.name for field in fields_of(KINDS[kind]) if field.required)})


def checked_as_whole(kind: str) -> bool:
    """Whether events of a kind have fields that are valid one by one and yet not together."""
    return hasattr(KINDS[kind], "__attrs_post_init__")


def check_whole(kind: str, values: Mapping[str, object]) -> None:
    """Make an event of its typed values, by their names in files. Raises what is wrong with it as a whole."""
    event_class: Any = KINDS[kind]
    attributes = {field.name: field.attribute for field in fields_of(event_class)}
    event_class(**{attributes[name]: value for name, value in values.items()})
