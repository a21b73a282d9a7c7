"""The form of bodies of a kind: which fields they have, and how an event is made of what stands in them.

Bodies of one form differ in nothing but that, and in whether they have the fields that not all of them have.
So one pattern takes many of them apart at once, and JSON is made of a field alone, and only where it is a
list or a mapping.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attrs import NOTHING, Attribute, Converter, Factory, fields_dict, frozen

from chronicle.codec.conversion import canonical_json, reading
from chronicle.codec.leaves import Reader, any_id, recurring_id
from chronicle.codec.preparation import is_whole
from chronicle.codec.shapes import FieldOf, fields_of
from chronicle.events import KINDS, Event

# How many forms are remembered.
_MOST_FORMS: Final = 1_024

# What stands in a body for a value of each type of JSON; never nothing. A list in a list and a mapping in a
# mapping fit none of these. Whether what stands there is a value at all is found out by who reads it.
_PATTERNS: Final[Mapping[type, str]] = MappingProxyType(
    {str: '"([^"]++)"', list: r"(\[[^\]]*+\])", dict: r"(\{[^}]*+\})", bool: "(true|false)"}
)


class GivenField(NamedTuple):
    """A field of bodies: the type of its value in JSON, and whether all of them have it."""

    name: str
    type: type
    always: bool


class FieldOfBody(NamedTuple):
    """How a field is read: what it has in common with all that are read alike, and their reader.

    The reader takes what stands in the body: a text without its quotation marks, anything else as JSON, and
    nothing where the body does not have the field. Any exception means that it is no value of the field, or
    that this is not certain. Of a field of ids every id is its own value.
    """

    key: object
    reader: Reader
    is_json: bool
    is_id: bool


@frozen(eq=False)
class BodyForm:
    """The form of bodies of one kind.

    ``given`` are their fields without the kind, in the order of their names. ``fields`` says how each of them
    is read; ``id`` is the place of the id. ``make`` makes an event of the values of all of them. It raises
    what the class raises.
    """

    given: Sequence[GivenField]
    fields: Sequence[FieldOfBody]
    id: int
    make: Callable[..., Event]
    _find: Callable[[str], list[tuple[str, ...]]]

    def taken_apart(self, bodies: Sequence[bytes]) -> Sequence[tuple[str, ...]]:
        """What stands in the fields of each body; empty texts for a body of another form.

        Empty where it is not certain what belongs to which body.
        """
        try:
            lines = b"\n".join((*bodies, b"")).decode()
        except UnicodeDecodeError:
            return ()
        # A body of several lines could be taken for several bodies, or be taken together with another.
        if lines.count("\n") != len(bodies):
            return ()
        found = self._find(lines)
        return found if len(found) == len(bodies) else ()

    def ids_in(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """The id in each row of what ``taken_apart`` gives."""
        return [*map(itemgetter(self.id), rows)]


def form_with(form: BodyForm | None, body: bytes) -> BodyForm | None:
    """A form widened to that of a body, which makes an event; where there is no form, that of the body.

    None where others like this body are not certainly read alike, and where it has what the form has already.
    """
    plain: dict[str, Any] = json.loads(body.decode())
    if not is_whole(plain):
        return None
    kind, types = plain.pop("kind"), {name: type(value) for name, value in plain.items()}
    before = {name: GivenField(name, each, True) for name, each in types.items()}
    if form is not None:
        before = {each.name: each for each in form.given}
    if any(before[name].type is not types[name] for name in types.keys() & before.keys()):
        return None
    given = tuple(
        before[name]._replace(always=before[name].always and name in types)
        if name in before
        else GivenField(name, types[name], False)
        for name in sorted({*types, *before})
    )
    return None if form is not None and given == form.given else _form(kind, given)


@lru_cache(maxsize=_MOST_FORMS)
def _form(kind: str, given: tuple[GivenField, ...]) -> BodyForm | None:
    event_class = KINDS[kind]
    known = {field.name: field for field in fields_of(event_class)}
    attributes: dict[str, Attribute[Any]] = fields_dict(event_class)
    if not all(each.type in _PATTERNS for each in given) or any(map(_is_special, attributes.values())):
        return None
    before = "".join(_pattern(each, "", ",") for each in given if each.name < "kind")
    after = "".join(_pattern(each, ",", "") for each in given if each.name > "kind")
    # Any other line is found as one of another form, so that each line is found once.
    pattern = rf"\{{{before}\"kind\":{re.escape(canonical_json(kind))}{after}\}}\n|[^\n]*+\n"
    return BodyForm(
        given=given,
        fields=[_read_as(each, known[each.name], attributes[known[each.name].attribute]) for each in given],
        id=[each.name for each in given].index("id"),
        make=_maker(event_class, [known[each.name].attribute for each in given]),
        find=re.compile(pattern).findall,
    )


def _pattern(field: GivenField, before: str, after: str) -> str:
    """The pattern of a field with the comma before or after it."""
    pattern = f"{before}{re.escape(canonical_json(field.name))}:{_PATTERNS[field.type]}{after}"
    return pattern if field.always else f"(?:{pattern})?+"


def _is_special(attribute: Attribute[Any]) -> bool:
    """Whether more is done when the attribute is set than to convert it, so that the class has to do it."""
    return (
        attribute.validator is not None
        or isinstance(attribute.default, Factory)  # type: ignore[arg-type]
        or isinstance(attribute.converter, Converter)
        or not attribute.init
    )


def _read_as(given: GivenField, field: FieldOf, attribute: Attribute[Any]) -> FieldOfBody:
    read, convert, default = reading(field), _converter(attribute), _default(attribute)
    is_json = given.type is not str

    def read_field(text: str) -> object:
        if not text and not given.always:
            return default
        # Between quotation marks such a text stands for itself, and only such a one.
        if not (is_json or (text.isprintable() and "\\" not in text)):
            raise ValueError(text)
        value = read(json.loads(text) if is_json else text)
        return value if convert is None else convert(value)

    absent = None if given.always else default
    key = field.reader or field.hint, is_json, convert, given.always, absent
    is_id = read in (any_id, recurring_id) and not is_json and convert is None
    return FieldOfBody(key, read_field, is_json, is_id)


def _maker(event_class: Any, given: Sequence[str]) -> Callable[..., Event]:
    """What makes an event of the values of the attributes ``given``; all others have their default.

    To set the attributes of a frozen class costs several times as much as of one that is not frozen. So a
    class with the same attributes that is not frozen takes them, and what it has made is then of the other.
    """
    attributes = fields_dict(event_class)
    others = [name for name in attributes if name not in given]
    defaults = (_default(attributes[name]) for name in others)
    lines = [
        f"def __init__(self, {', '.join((*given, *others))}):",
        *(f"    self.{name} = {name}" for name in (*given, *others)),
        "    self.__class__ = event_class",
        *(["    self.__attrs_post_init__()"] if hasattr(event_class, "__attrs_post_init__") else []),
    ]
    namespace: dict[str, Any] = {"event_class": event_class}
    exec("\n".join(lines), namespace)
    begin = namespace["__init__"]
    begin.__defaults__ = (*defaults,)
    unfrozen = {name: getattr(object, name) for name in ("__setattr__", "__delattr__")}
    own = {"__slots__": event_class.__slots__, "__init__": begin, **unfrozen}
    make: Callable[..., Event] = type(event_class.__name__, event_class.__bases__, own)
    return make


def _default(attribute: Attribute[Any]) -> object:
    """The value of an attribute that is not given; any, where it has to be given."""
    if attribute.default is NOTHING:
        return None
    convert = _converter(attribute)
    return attribute.default if convert is None else convert(attribute.default)


def _converter(attribute: Attribute[Any]) -> Callable[[Any], Any] | None:
    convert: Any = attribute.converter
    return convert if callable(convert) else None
