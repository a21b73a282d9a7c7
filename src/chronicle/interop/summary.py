"""What an import did, in numbers."""

from __future__ import annotations

from collections import Counter
from typing import Final

from attrs import Factory, define

from chronicle.errors import Problem
from chronicle.interop.undeclared import Undeclared


@define
class Summary:
    """What an import did.

    ``made`` events and ``skipped`` problems came from the source; ``read`` counts both. Of the events,
    ``added`` are new, ``known`` existed with the same content, and ``corrected`` with another. Of those with
    the same content ``confirmed`` are stated again by an edition that the store did not have. ``retracted``
    events existed and are no longer in the source; ``restored`` ones had been retracted and are in it again.
    ``undeclared`` are the entities that the events name and that neither they nor the store declare.
    """

    read: int = 0
    made: int = 0
    added: int = 0
    known: int = 0
    confirmed: int = 0
    corrected: int = 0
    restored: int = 0
    retracted: int = 0
    skipped: int = 0
    reasons: Counter[str] = Factory(Counter)
    undeclared: Undeclared = Factory(Undeclared)


@define
class Unread:
    """Rows of which not even the id could be read: how many, and where the first ones are."""

    count: int = 0
    _places: list[str] = Factory(list)

    def add(self, problem: Problem) -> None:
        """Count the row of a problem."""
        self.count += 1
        if problem.place and len(self._places) < _LISTED:
            self._places.append(str(problem.place))

    def words(self) -> str:
        """The rows in words."""
        many = "one row or record" if self.count == 1 else f"{self.count:,} rows or records"
        more = ", ..." if self.count > _LISTED else ""
        return f"{many} ({', '.join(self._places)}{more})" if self._places else many


_LISTED: Final = 5
