"""The records of one kind that a rule makes, put together of the pieces of their fields, many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import repeat
from typing import Final, cast

from chronicle.codec import generated_id, is_id
from chronicle.codec.ids import are_ids
from chronicle.codec.pieces import FieldPiece, check_whole, checked_as_whole
from chronicle.events import KINDS, EntityDeclared, EntityFounded, plain_name, reference_fields
from chronicle.interop.editions.days import EditionDays
from chronicle.interop.row_records import PlaceOfRow, RecordForm, RowRecord, StatedKnowledge
from chronicle.interop.tabular.direct.fields import NOT_GIVEN
from chronicle.stores import NewRecord

_DECLARING: Final = (EntityDeclared.kind, EntityFounded.kind)

Columns = Mapping[str, Sequence[FieldPiece]]
"""The pieces of some rows, by the name of the field."""


class EventForm:
    """Makes the records of events of one kind.

    ``varied`` are the names of the fields that differ from row to row, without the id; ``constant`` are the
    pieces of the others. ``file`` is the table; ``days`` says from which day an event is known.
    """

    def __init__(
        self,
        kind: str,
        varied: Sequence[str],
        constant: Mapping[str, FieldPiece],
        file: str,
        days: EditionDays,
    ) -> None:
        self._kind = kind
        self._constant = constant
        self._days = days
        self._checked = checked_as_whole(kind)
        self._names = sorted({*varied, "id", "known"})
        self._pattern = _pattern(self._names, constant)
        naming = [plain_name(name) for name, target, _ in reference_fields(kind) if target == "entity"]
        # In the order of the class, where the entity that an event declares comes first.
        self._naming = [name for name in naming if name in {*varied, *constant}]
        stated = None
        if not {"known", "sources"} & {*varied}:
            stated = StatedKnowledge(self._of("known").value, self._of("sources").value or ())
        self._form = RecordForm(kind, file, kind in _DECLARING, stated)

    def records(self, columns: Columns, ids: Sequence[str], places: Sequence[PlaceOfRow]) -> list[RowRecord]:
        """The records of rows, all of which make one."""
        count = len(ids)
        stated, days = self._stated(columns, count)
        texts = {name: [piece.text for piece in pieces] for name, pieces in columns.items()}
        texts["id"] = [f'"id":"{id}",' for id in ids]
        own = texts.get("known") or repeat(self._of("known").text, count)
        texts["known"] = [day or known for day, known in zip(days, own, strict=True)]
        joined = map(self._pattern.__mod__, zip(*(texts[name] for name in self._names), strict=True))
        bodies = [f"{text[:-1]}}}".encode() for text in joined]
        records = map(NewRecord, ids, repeat(self._kind), bodies)
        naming = [self._names_in(name, columns, count) for name in self._naming]
        named = zip(*naming, strict=True) if naming else repeat((), count)
        return list(map(RowRecord, repeat(self._form), records, named, stated, map(bool, days), places))

    def ids(
        self, columns: Columns, own: Sequence[str | None], unfit: Collection[int]
    ) -> Sequence[str | None]:
        """The ids of the events of rows, ``own`` where a row has one; None where none can be made of it."""
        if not unfit and not self._checked and None not in own and are_ids(cast(Sequence[str], own)):
            return own
        return [self._id_of(columns, at, id) if at not in unfit else None for at, id in enumerate(own)]

    def _id_of(self, columns: Columns, at: int, own: str | None) -> str | None:
        try:
            id = self._generated_id(columns, at) if own is None else own
            if self._checked:
                self._check(columns, at, id)
        except Exception:  # any exception means that the fields of the row do not go together
            return None
        return id if is_id(id) else None

    def piece(self, name: str, columns: Columns, at: int) -> FieldPiece:
        """The piece of a field in the event of a row."""
        return columns[name][at] if name in columns else self._of(name)

    def _names_in(self, name: str, columns: Columns, count: int) -> Sequence[tuple[str, ...]]:
        """The entities that each row names in a field."""
        if name in columns:
            return [piece.names for piece in columns[name]]
        return [self._of(name).names] * count

    def _of(self, name: str) -> FieldPiece:
        return self._constant.get(name, NOT_GIVEN)

    def _stated(self, columns: Columns, count: int) -> tuple[Sequence[StatedKnowledge], Sequence[str]]:
        """What each row states of when its event was known, and the piece of the day that it gets."""
        alike = self._form.stated
        if alike is not None:
            return [alike] * count, [self._stamp(alike)] * count
        stated = [
            StatedKnowledge(
                self.piece("known", columns, at).value, self.piece("sources", columns, at).value or ()
            )
            for at in range(count)
        ]
        return stated, [self._stamp(each) for each in stated]

    def _stamp(self, stated: StatedKnowledge) -> str:
        day = self._days.stamp(stated)
        return "" if day is None else f'"known":"{day.isoformat()}",'

    def _generated_id(self, columns: Columns, at: int) -> str:
        names = ("date", *map(plain_name, KINDS[self._kind].about))
        given = {name: self.piece(name, columns, at).plain for name in names}
        plain = {name: value for name, value in given.items() if value is not None}
        return generated_id({"kind": self._kind, **plain})

    def _check(self, columns: Columns, at: int, id: str) -> None:
        names = {*self._constant, *columns} - {"kind"}
        values = {name: self.piece(name, columns, at).value for name in names}
        check_whole(self._kind, {**{k: v for k, v in values.items() if v is not None}, "id": id})


def _pattern(names: Sequence[str], constant: Mapping[str, FieldPiece]) -> str:
    """The text of a record with a place for the piece of each of ``names``, all in the order of names."""
    every = sorted({*names, *constant})
    texts = ["%s" if name in names else constant[name].text.replace("%", "%%") for name in every]
    return f"{{{''.join(texts)}"
