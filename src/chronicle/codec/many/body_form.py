"""The form of a body: which fields it has, in which order, and how an event is made of what they say.

Bodies of one form differ in nothing but what stands in their fields. So one pattern takes many of them apart
at once, and JSON is made of a field alone, and only where it is a list or a mapping.
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
from chronicle.codec.leaves import Reader
from chronicle.codec.preparation import is_whole
from chronicle.codec.shapes import FieldOf, fields_of
from chronicle.events import KINDS, Event

# How many forms are remembered.
_MOST_FORMS: Final = 1_024

# What stands in a body for a value of each type of JSON. A list in a list and a mapping in a mapping fit none
# of these. Whether what stands there is a value at all is found out by who reads it.
_PATTERNS: Final[Mapping[type, str]] = MappingProxyType(
    {str: '"([^"]*+)"', list: r"(\[[^\]]*+\])", dict: r"(\{[^}]*+\})", bool: "(true|false)"}
)


class FieldOfBody(NamedTuple):
    """How a field is read: what it has in common with all that are read alike, and their reader.

    The reader takes what stands in the body: a text without its quotation marks, anything else as JSON. Any
    exception means that it is no value of the field, or that this is not certain.
    """

    key: object
    reader: Reader
    is_json: bool


@frozen(eq=False)
class BodyForm:
    """The form of bodies of one kind.

    ``fields`` says how each field is read, in the order of the body and without the kind; ``id`` is the place
    of the id among them. ``make`` makes an event of their values. It raises what the class raises.
    """

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


def form_of(body: bytes) -> BodyForm | None:
    """The form of a body that makes an event; None for one of which others are not certainly read alike."""
    plain: dict[str, Any] = json.loads(body.decode())
    if not is_whole(plain):
        return None
    form = _form(plain["kind"], tuple((name, type(value)) for name, value in plain.items()))
    # A body may be written in another way: with blanks, with escapes, with a field that is given twice.
    return form if form is not None and any(map(any, form.taken_apart([body]))) else None


@lru_cache(maxsize=_MOST_FORMS)
def _form(kind: str, given: tuple[tuple[str, type], ...]) -> BodyForm | None:
    """The form of bodies of a kind whose fields, in this order, have values of these types of JSON."""
    event_class = KINDS[kind]
    known = {field.name: field for field in fields_of(event_class)}
    attributes: dict[str, Attribute[Any]] = fields_dict(event_class)
    names = [name for name, _ in given if name != "kind"]
    if not all(type in _PATTERNS for _, type in given) or any(map(_is_special, attributes.values())):
        return None
    parts = (
        f"{re.escape(canonical_json(name))}:"
        f"{re.escape(canonical_json(kind)) if name == 'kind' else _PATTERNS[type]}"
        for name, type in given
    )
    # Any other line is found as one of another form, so that each line is found once.
    pattern = re.compile(rf"\{{{','.join(parts)}\}}\n|[^\n]*+\n")
    types = dict(given)
    return BodyForm(
        fields=[_read_as(known[name], types[name], attributes[known[name].attribute]) for name in names],
        id=names.index("id"),
        make=_maker(event_class, [known[name].attribute for name in names]),
        find=pattern.findall,
    )


def _is_special(attribute: Attribute[Any]) -> bool:
    """Whether more is done when the attribute is set than to convert it, so that the class has to do it."""
    return (
        attribute.validator is not None
        or isinstance(attribute.default, Factory)  # type: ignore[arg-type]
        or isinstance(attribute.converter, Converter)
        or not attribute.init
    )


def _read_as(field: FieldOf, type: type, attribute: Attribute[Any]) -> FieldOfBody:
    read, convert = reading(field), _converter(attribute)

    def read_text(text: str) -> object:
        # Between quotation marks such a text stands for itself, and only such a one.
        if not text.isprintable() or "\\" in text:
            raise ValueError(text)
        return read(text)

    def read_json(text: str) -> object:
        return read(json.loads(text))

    reader: Reader = read_text if type is str else read_json
    key = field.reader or field.hint, type is str, convert
    converted = reader if convert is None else lambda text: convert(reader(text))
    return FieldOfBody(key, converted, is_json=type is not str)


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
