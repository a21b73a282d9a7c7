"""Old names beside new ones: a company has its first name from the beginning, and each other in its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from attrs import Factory, define

from chronicle.dates import parse_date
from chronicle.errors import Place, Problem, shown
from chronicle.events import EntityDeclared
from chronicle.interop.incoming import RowRead


class _RowOfNames(NamedTuple):
    date: str
    was: str
    name: str
    sources: object
    place: Place | None
    id: str | None
    type: str | None


@define
class Renames:
    """The old and the new names that rows give to entities, whatever the order of the rows.

    ``reading`` gives the row that is being read.
    """

    reading: Callable[[], RowRead | None] = lambda: None
    _rows: dict[str, list[_RowOfNames]] = Factory(dict)

    def note(self, plain: dict[str, Any], was: str, type: str | None = None) -> None:
        """Note the old name of an event that renames an entity, and the type of that."""
        if "entity" in plain and "date" in plain:
            read = self.reading()
            place = None if read is None else read.place()
            name, sources = plain.get("name", ""), plain.get("sources")
            row = _RowOfNames(plain["date"], was, name, sources, place, plain.get("id"), type)
            self._rows.setdefault(plain["entity"], []).append(row)

    def declarations(self) -> Iterator[dict[str, Any] | Problem]:
        """A declaration of each entity by its first name, as plain data; a warning where names do not follow.

        An old name should be the new one of the row before it: else a change is missing, or a name is wrong.
        """
        for entity, rows in self._rows.items():
            rows.sort(key=lambda row: parse_date(row.date).order)
            stated = next((row.type for row in rows if row.type), "company")
            declared = {"kind": EntityDeclared.kind, "entity": entity, "name": rows[0].was, "type": stated}
            sources = rows[0].sources
            yield {**declared, "sources": sources} if sources else declared
            for before, row in pairwise(rows):
                if _bare(before.name) != _bare(row.was):
                    message = (
                        f"{entity} was {shown(row.was)} before {row.date}, and {before.date} made it"
                        f" {shown(before.name)}"
                    )
                    help = "look for a change between the two, or for a name that is written otherwise"
                    yield Problem("C711", message, row.place, help, (row.id,) if row.id else ())


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())
