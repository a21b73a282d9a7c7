"""Everything that is wrong with plain data that makes no event, and where.

Used only when the fast conversion has failed. Goes through the fields of the class, and takes no shape of the
data for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from attrs import evolve

from chronicle.codec import conversion
from chronicle.codec.leaves import Path, Reader, first_not_plain, one_line, shape_of
from chronicle.codec.preparation import prepared
from chronicle.codec.shapes import (
    EFFECT_KINDS,
    TAKEN_FROM_DEAL,
    FieldOf,
    correctable,
    fields_of,
    item_of,
    pair_of,
    reader_of,
    shape,
)
from chronicle.errors import ChronicleError, Problem, StoreError, nearest, shown
from chronicle.events import KINDS, NOT_CORRECTED
from chronicle.values import Source

# The most faults reported for one event; more appear once these are corrected.
_MOST_FAULTS = 100


class Fault(NamedTuple):
    """A problem and where it is: the keys and indexes that lead from the event to a value.

    ``key`` says that the problem is the last key of the path itself, not the value under it.
    """

    path: Path
    problem: Problem
    key: bool = False


Faults = Iterator[Fault]


def diagnose(plain: object) -> list[Fault]:
    """The first 100 faults of an event as plain data; empty when it makes an event. Never raises."""
    return list(islice(_event_faults(plain), _MOST_FAULTS))


def _event_faults(plain: object) -> Faults:
    if not isinstance(plain, Mapping):
        help = "write a mapping with kind and date"
        yield _fault((), "C109", f"{shape_of(plain)} where an event is expected", help)
        return
    try:
        event = prepared(plain)
    except StoreError as error:
        yield from (Fault(("format",), problem) for problem in error.problems)
        return
    found = False
    for fault in _fields_of_event(event):
        found = True
        yield fault
    if not found:
        yield from _making_faults(event)


def _fields_of_event(event: Mapping[str, Any]) -> Faults:
    kind = yield from _kind(event, (), "event", KINDS)
    if kind is None:
        return
    fields = fields_of(KINDS[kind])
    yield from _keys(event, (), kind, ("kind", *_names(fields)))
    yield from _missing(event, (), kind, fields)
    yield from _values(event, (), fields)


def _making_faults(event: dict[str, Any]) -> Faults:
    """The faults that the class finds in fields which are valid one by one."""
    try:
        conversion.structured(event)
    except ChronicleError as error:
        for problem in error.problems:
            yield Fault((), evolve(problem, events=()))


def _kind(plain: Mapping[str, Any], path: Path, what: str, kinds: Any) -> Any:
    """Yields the faults of ``kind``; returns the kind, or None when it is unknown."""
    if "kind" not in plain:
        yield _fault(path, "C203", f'missing field "kind" of an {what}', _kinds_help("", kinds))
        return None
    kind = plain["kind"]
    if not isinstance(kind, str):
        yield from _read(one_line, kind, (*path, "kind"))
        return None
    if kind not in KINDS:
        yield _fault((*path, "kind"), "C201", f"unknown kind {shown(kind)}", _kinds_help(kind, kinds))
        return None
    return kind


def _kinds_help(kind: str, kinds: Any) -> str:
    near = nearest(kind, kinds)
    if near:
        return f"did you mean {near}?"
    subject = kind.partition(".")[0]
    same = [known for known in kinds if known.partition(".")[0] == subject]
    return f"kinds of {subject}: {', '.join(same)}" if same else "`chronicle schema` lists every kind"


def _keys(plain: Mapping[str, Any], path: Path, what: str, names: tuple[str, ...]) -> Faults:
    """A fault for each key that is no field."""
    for key in plain:
        if key not in names:
            near = nearest(str(key), names)
            help = f"did you mean {near}?" if near else f"fields are {', '.join(names)}"
            message = f"unknown field {shown(str(key))} of {what}"
            yield Fault((*path, str(key)), Problem("C202", message, help=help), key=True)


def _missing(plain: Mapping[str, Any], path: Path, what: str, fields: tuple[FieldOf, ...]) -> Faults:
    """One fault that names all required fields which are not given."""
    required = [field.name for field in fields if field.required and field.name != "id"]
    missing = [name for name in required if name not in plain]
    # A field under a misspelt name is not reported as missing too: one mistake is one problem.
    names = _names(fields)
    mistyped = {nearest(str(key), names) for key in plain if key not in names}
    missing = [name for name in missing if name not in mistyped]
    if missing:
        listed = ", ".join(f'"{name}"' for name in missing)
        message = f"missing field{'s' if len(missing) > 1 else ''} {listed} of {what}"
        yield _fault(path, "C203", message, f"{what} needs {', '.join(required)}")


def _values(plain: Mapping[str, Any], path: Path, fields: tuple[FieldOf, ...]) -> Faults:
    for field in fields:
        if field.name in plain:
            place = (*path, field.name)
            if field.reader:
                yield from _read(field.reader, plain[field.name], place)
            else:
                yield from _FAULTS[shape(field.hint)](plain[field.name], place, field.hint)


def _read(read: Reader, value: object, path: Path, key: bool = False) -> Faults:
    """The faults that ``read`` raises for a value."""
    try:
        read(value)
    except ChronicleError as error:
        yield from (Fault(path, problem, key) for problem in error.problems)
    except TypeError:  # a cached reader cannot hash lists and mappings
        yield _fault(path, "C109", f"{shape_of(value)} where a text is expected", "write one text")


def _list(value: object, path: Path, hint: Any) -> Faults:
    item = item_of(hint)
    if not isinstance(value, (list, tuple)):
        yield _fault(path, "C109", f"{shape_of(value)} where a list is expected", _list_help(value))
        return
    read = reader_of(item)
    for index, part in enumerate(value):
        if read:
            yield from _read(read, part, (*path, index))
        else:
            yield from _FAULTS[shape(item)](part, (*path, index), item)


def _list_help(value: object) -> str:
    if isinstance(value, str) and value.isprintable() and len(value) <= 60:
        return f"write [{value}]"
    return "write a list, such as [one, two]"


def _pairs(value: object, path: Path, hint: Any) -> Faults:
    if not isinstance(value, Mapping):
        help = "write {one: value, two: value}"
        yield _fault(path, "C109", f"{shape_of(value)} where a mapping is expected", help)
        return
    read_key, read_value = map(reader_of, pair_of(hint))
    assert read_key
    assert read_value
    for key, item in value.items():
        yield from _read(read_key, key, (*path, str(key)), key=True)
        yield from _read(read_value, item, (*path, str(key)))


def _set(value: object, path: Path, _: Any) -> Faults:
    if not isinstance(value, Mapping):
        help = "write {field: new value}"
        yield _fault(path, "C109", f"{shape_of(value)} where a mapping is expected", help)
        return
    for key in value:
        yield from _set_key(str(key), path)
    found = first_not_plain(value)
    if found:
        yield from (Fault((*path, *found[0]), problem) for problem in found[1].problems)


def _set_key(key: str, path: Path) -> Faults:
    place = (*path, key)
    if key in NOT_CORRECTED:
        help = "retract the event and record it anew: a correction keeps what happened and when it was known"
        yield Fault(place, Problem("C212", f'a correction cannot change "{key}"', help=help), key=True)
    elif key not in correctable():
        near = nearest(key, sorted(correctable()))
        help = f"did you mean {near}?" if near else "name a field of the event that is corrected"
        message = f"unknown field {shown(key)} in a correction"
        yield Fault(place, Problem("C202", message, help=help), key=True)


def _source(value: object, path: Path, _: Any) -> Faults:
    if not isinstance(value, Mapping):
        yield _fault(path, "C109", f"{shape_of(value)} where a source is expected", _source_help(value))
        return
    fields = fields_of(Source)
    faults = [*_keys(value, path, "a source", _names(fields)), *_values(value, path, fields)]
    yield from faults
    if not faults:
        yield from _read(conversion.source_from, value, path)


def _source_help(value: object) -> str:
    is_address = isinstance(value, str) and value.startswith(("http://", "https://"))
    return "write {url: ...}" if is_address else "write a mapping with publisher, title or url"


def _effect(value: object, path: Path, _: Any) -> Faults:
    if not isinstance(value, Mapping):
        help = "write a mapping with a kind and its fields"
        yield _fault(path, "C109", f"{shape_of(value)} where an effect is expected", help)
        return
    kind = yield from _kind(value, path, "effect", EFFECT_KINDS)
    if kind is None:
        return
    if kind not in EFFECT_KINDS:
        help = "name what happens when the deal completes, such as unit.transferred"
        yield _fault((*path, "kind"), "C209", f"{kind} cannot be an effect", help)
        return
    faults = list(_effect_fields(value, path, kind))
    yield from faults
    if not faults:
        yield from _effect_making(value, path)


def _effect_fields(value: Mapping[str, Any], path: Path, kind: str) -> Faults:
    own = tuple(field for field in fields_of(KINDS[kind]) if field.name not in TAKEN_FROM_DEAL)
    for key in TAKEN_FROM_DEAL & value.keys():
        help = "leave it out: it is that of the event that completes the deal"
        yield Fault((*path, key), Problem("C209", f'"{key}" in an effect', help=help), key=True)
    rest = {key: item for key, item in value.items() if key not in TAKEN_FROM_DEAL}
    yield from _keys(rest, path, kind, ("kind", *_names(own)))
    yield from _missing(rest, path, kind, own)
    yield from _values(rest, path, own)


def _effect_making(value: Mapping[str, Any], path: Path) -> Faults:
    """The faults that the class finds in an effect whose fields are valid one by one."""
    try:
        conversion.effect_from(value)
    except ChronicleError as error:
        yield from (Fault(path, evolve(problem, events=())) for problem in error.problems)


def _names(fields: tuple[FieldOf, ...]) -> tuple[str, ...]:
    return tuple(field.name for field in fields)


def _fault(path: Path, code: str, message: str, help: str) -> Fault:
    return Fault(path, Problem(code, message, help=help))


_FAULTS: Mapping[str, Callable[[Any, Path, Any], Faults]] = MappingProxyType(
    {"list": _list, "pairs": _pairs, "set": _set, "source": _source, "effect": _effect}
)
