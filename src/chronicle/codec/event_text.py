"""Events as YAML, from which the reader of event files makes the same events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from chronicle.codec.plain import encode
from chronicle.errors import can_be_shown
from chronicle.events import EntityDeclared, Event
from chronicle.events.entities import IN_ENTITIES

# Text that needs no quotes, since nothing in it is syntax of YAML.
_PLAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._%/()+-]*[A-Za-z0-9.%)])?")
_NOTHING: Final = frozenset({"null"})
_INDENT: Final = "  "


def event_file(events: Sequence[Event]) -> str:
    """The text of an event file with these events."""
    lines = ["events:"]
    for event in events:
        lines.extend(f"{_INDENT}{line}" for line in item_lines(as_item(event)))
    return "\n".join(lines) + "\n"


def file_of(declared: Sequence[EntityDeclared], event: Event) -> str:
    """The text of an event file with entities and one event, or only entities when that is a declaration."""
    entities = [*declared, event] if isinstance(event, EntityDeclared) else declared
    lines = ["entities:"] if entities else []
    for each in entities:
        assert isinstance(each, EntityDeclared)
        lines.extend(f"{_INDENT}{line}" for line in item_lines(as_declaration(each)))
    text = "".join(f"{line}\n" for line in lines)
    return text if isinstance(event, EntityDeclared) else text + event_file([event])


def as_item(event: Event) -> dict[str, Any]:
    """The fields of an event as an item of ``events:`` has them, the id first."""
    plain = encode(event)
    return {"id": plain["id"], **plain}


def as_declaration(event: EntityDeclared) -> dict[str, Any]:
    """The fields of a declaration as an item of ``entities:`` has them."""
    plain = encode(event)
    return {"id": event.entity, **{name: plain[name] for name in IN_ENTITIES[1:] if name in plain}}


def item_lines(plain: Mapping[str, Any], width: int = len(_INDENT)) -> list[str]:
    """The lines of an item of a list; its fields stand ``width`` columns behind the dash."""
    first, *others = _block(plain)
    return [f"-{' ' * (width - 1)}{first}", *(f"{' ' * width}{line}" for line in others)]


def _item(value: Any) -> Iterator[str]:
    """A value as an item of a list."""
    lines = _block(value)
    yield f"- {next(lines)}"
    for line in lines:
        yield f"{_INDENT}{line}"


def _block(value: Any) -> Iterator[str]:
    """The lines of a value, at least one."""
    if isinstance(value, (Mapping, list, tuple)) and not value:
        yield "{}" if isinstance(value, Mapping) else "[]"
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _entry(str(name), part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _item(part)
    else:
        yield _scalar(value)


def _entry(name: str, value: Any) -> Iterator[str]:
    lines = _block(value)
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield f"{_scalar(name)}:"
        yield from (f"{_INDENT}{line}" for line in lines)
    else:
        yield f"{_scalar(name)}: {next(lines)}"


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if _PLAIN.fullmatch(text) and text not in _NOTHING:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(each if can_be_shown(each) else f"\\U{ord(each):08x}" for each in quoted)
