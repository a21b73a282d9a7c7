"""The nodes of GLEIF records, as JSON, XML and CSV have them, and the events made of one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chronicle.errors import Place, Problem
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import made, part, tidy

Node = Mapping[str, Any]

# A relationship or an LEI with one of these states was published by mistake.
NEVER: Final = frozenset({"ANNULLED", "DUPLICATE", "ERRONEOUS", "CANCELLED"})


def value_of(node: Any) -> str:
    """The text of a node: the node itself, or ``$`` beside its attributes."""
    return tidy(node.get("$", "")) if isinstance(node, Mapping) else tidy(node)


def attribute_of(node: Any, name: str) -> str:
    """An attribute of a node, under any of the names that files have for it; empty when there is none."""
    if not isinstance(node, Mapping):
        return ""
    names = (f"@{name}", name, f"@xml{name}", f"xml{name}")
    return next(filter(None, (value_of(node.get(each)) for each in names)), "")


def below(node: Any, name: str) -> Any:
    """What is under a name in a node, or None."""
    return node.get(name) if isinstance(node, Mapping) else None


def many(node: Any, name: str) -> list[Any]:
    """What is repeated under a name, as a list: a list, a single item, or numbered items as in CSV."""
    found = node
    if isinstance(found, Mapping) and name in found and not isinstance(found[name], str):
        found = found[name]
    if isinstance(found, Mapping) and found and all(key.isdecimal() for key in found):
        return [found[key] for key in sorted(found, key=int)]
    if isinstance(found, list):
        return found
    return [] if found in (None, "", {}) else [found]


def lei_id(code: str) -> str:
    """The id of an entity with this LEI."""
    return f"lei:{part(code)}"


class NodeMaker:
    """Makes the events of one record: their ids begin with its key, and all have its source."""

    def __init__(self, key: str, title: str, place: Place) -> None:
        self._key = key
        self._source = {"publisher": "GLEIF", "title": title}
        self._place = place

    def event(self, what: str, **plain: Any) -> Incoming:
        """One event of the record."""
        return made(self._place, "C720", {"id": self.event_id(what), **plain, "sources": [self._source]})

    def event_id(self, what: str) -> str:
        """The id of an event of the record, from its key and ``what`` the event is about."""
        return f"gleif:{self._key}:{part(what)}"

    def doubt(self, message: str) -> Problem:
        """The problem (C721) of what breaks a rule of the register."""
        return Problem("C721", message, self._place)

    def left_out(self, message: str) -> Problem:
        """The problem (C724) of what no event can say."""
        return Problem("C724", message, self._place)


def later_end(date: str) -> str:
    """The last day of a date, which may be a window."""
    return date.strip("[]").rpartition("..")[2]
