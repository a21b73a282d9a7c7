"""Events of rows as the records that they make, without being made themselves.

To make an event of every row takes longer than all the rest of an import, and nearly none of them is looked
at again. So tables may give records instead, which are read again where somebody asks for the event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import frozen

from chronicle import codec
from chronicle.dates import PartialDate
from chronicle.events import Event, IdentityLinked
from chronicle.stores import NewRecord
from chronicle.values import Source

if TYPE_CHECKING:
    from chronicle.interop.incoming import RowRead


class StatedKnowledge(NamedTuple):
    """What an event says of when it was known, itself or by its sources.

    ``id`` is empty: of no event of a row that makes a record does something else say when it was known.
    """

    known: PartialDate | None
    sources: tuple[Source, ...]
    id: str = ""


@frozen(eq=False)
class RecordForm:
    """What records of one rule have in common: their kind, and the table that they are from.

    ``declares`` says that the first entity that one names is declared by it; ``stated`` is what all of them
    say of when they were known, None where rows differ in it.
    """

    kind: str
    file: str
    declares: bool
    stated: StatedKnowledge | None

    @property
    def is_noted_apart(self) -> bool:
        """Whether the order matters in which what these records name and declare is noted."""
        return self.declares or self.kind == IdentityLinked.kind


PlaceOfRow = tuple[int, Sequence[str]]
"""The number of the last line of a row, and its lines as written."""


class RowRecord(NamedTuple):
    """The record of an event of a row.

    ``named`` are the entities that it names, field by field. ``stamped`` says that the record got the day of
    the edition as that from which it is known, instead of what the row states.
    """

    form: RecordForm
    record: NewRecord
    named: tuple[tuple[str, ...], ...]
    stated: StatedKnowledge
    stamped: bool
    place: PlaceOfRow

    @property
    def id(self) -> str:
        """The id of the event."""
        return self.record.id

    @property
    def kind(self) -> str:
        """The kind of the event."""
        return self.record.kind

    @property
    def known(self) -> PartialDate | None:
        """When the row says that the event was known."""
        return self.stated.known

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of the event."""
        return self.stated.sources

    @property
    def names(self) -> list[str]:
        """The entities that the event names."""
        return [name for names in self.named for name in names]

    @property
    def row(self) -> RowRead:
        """The row."""
        from chronicle.interop.incoming import RowRead

        last, lines = self.place
        return RowRead(self.form.file, last - len(lines) + 1, tuple(lines))

    def plain(self) -> dict[str, Any]:
        """The event as plain data, as the row states it."""
        plain: dict[str, Any] = json.loads(self.record.body)
        if self.stamped:
            del plain["known"]
            if self.known is not None:
                plain["known"] = self.known.text
        return plain

    def event(self) -> Event:
        """The event itself, as the row states it."""
        return codec.decode(self.plain())
