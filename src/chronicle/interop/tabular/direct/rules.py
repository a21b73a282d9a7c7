"""A rule of a mapping made into a function from rows to records, where that is possible.

It gives what the maker of the rule would, byte for byte, or nothing: then the maker is asked, which knows
every kind of rule, and says what is wrong with a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from attrs import Factory, define

from chronicle.codec import current_format, kind_names
from chronicle.codec.pieces import FieldPiece, piece_maker, required_names
from chronicle.dates import DAWN
from chronicle.events import COUNTED, KINDS, EntityDeclared, RecordCorrected
from chronicle.interop.editions.days import EditionDays
from chronicle.interop.row_records import PlaceOfRow, RowRecord
from chronicle.interop.tabular.applying import NOT_SHARED, FilledField, Maker, fill
from chronicle.interop.tabular.direct.fields import NOT_GIVEN, FieldOfRecord, Unfit, field_of_record
from chronicle.interop.tabular.direct.forms import Columns, EventForm
from chronicle.interop.tabular.templates import Filling, Row


def direct_rule(maker: Maker, file: str, days: EditionDays) -> DirectRule:
    """A rule that makes records of rows of the table ``file``, known from ``days``.

    Any exception means that no record is made by it: where its rows depend on each other, or what is the same
    for all of them makes no event. Corrections are held until all rows are read.
    """
    joined = (maker.snapshot, maker.joined, maker.was)
    corrects = maker.rule.kind == RecordCorrected.kind
    if current_format() != 1 or corrects or any(each is not None for each in joined):
        raise Unfit
    return DirectRule(maker, file, days)


Unread = tuple[int, int, int, int, FieldOfRecord]
"""A field of a row to be read, after the numbers of the row, of the rule, of the field, and of the row among
those that the rule takes."""


@define(eq=False)
class RowsOfRule:
    """Rows that a rule takes, and what was read of them so far.

    ``at`` says which of the rows that are read together they are; ``unfit`` are those of which no record can
    be made.
    """

    rows: Sequence[Row]
    at: Sequence[int]
    columns: dict[str, list[FieldPiece]] = Factory(dict)
    unfit: set[int] = Factory(set)

    def unread(self, field: FieldOfRecord) -> list[int]:
        """Put in what is known of a field, and give the numbers of rows of which it is still to be read."""
        pieces = field.kept(self.rows) if field.noting else field.read_all(self.rows)
        if None not in pieces:
            self.columns[field.name] = cast(list[FieldPiece], pieces)
            return []
        missing = [number for number, piece in enumerate(pieces) if piece is None]
        self.columns[field.name] = [piece or NOT_GIVEN for piece in pieces]
        if field.noting:
            return missing
        self.unfit.update(missing)
        return []

    def read(self, field: FieldOfRecord, number: int) -> None:
        """Read a field of the row with this number among them."""
        piece = field.read_or_none(self.rows[number])
        if piece is None:
            self.unfit.add(number)
        else:
            self.columns[field.name][number] = piece


class DirectRule:
    """Makes the records of one rule from rows."""

    def __init__(self, maker: Maker, file: str, days: EditionDays) -> None:
        kind, constant = maker.rule.kind, _constant(maker)
        # The id is made by itself: it mostly differs from row to row, and is made up where the rule has none.
        self._id = cast(Filling | None, next((each.read for each in maker.fields if each.name == "id"), None))
        filled = [each for each in maker.fields if each.name != "id"]
        if maker.source:
            filled.append(_source(maker))
        noting = {each.name for each in maker.rule.fields if each.reading == "id" or each.parts}
        self._fields = [field_of_record(kind, each, each.required, each.name in noting) for each in filled]
        self._form = EventForm(kind, [each.name for each in filled], constant, file, days)
        self._end = None if maker.end is None else _EndsOfRule(maker, filled, constant, file, days)
        self._maker = maker

    def taken(self, rows: Sequence[Row], order: int) -> tuple[RowsOfRule, list[Unread]]:
        """The rows that the rule takes, and what is still to be read of them: fields of which ids are noted.

        ``order`` is the number of the rule.
        """
        maker = self._maker
        at: Sequence[int] = range(len(rows))
        if maker.when:
            at = [number for number, row in enumerate(rows) if maker.takes(row)]
            rows = [rows[number] for number in at]
        found = RowsOfRule(rows, at)
        unread: list[Unread] = []
        for place, field in enumerate(self._fields):
            unread += [(at[number], order, place, number, field) for number in found.unread(field)]
        return found, unread

    def records(self, found: RowsOfRule, places: Sequence[PlaceOfRow]) -> list[tuple[RowRecord, ...] | None]:
        """The records of each row; None for one of which the maker must be asked."""
        own = self._own_ids(found)
        ids = self._form.ids(found.columns, own, found.unfit)
        whole = [number for number, id in enumerate(ids) if id is not None]
        columns: Columns = found.columns
        if len(whole) < len(ids):
            columns = {name: [pieces[at] for at in whole] for name, pieces in found.columns.items()}
        known = [id for id in ids if id is not None]
        made = self._form.records(columns, known, [places[found.at[number]] for number in whole])
        every: list[tuple[RowRecord, ...] | None] = list(zip(made, strict=True))
        if len(whole) < len(ids):
            every = [None] * len(ids)
            for number, record in zip(whole, made, strict=True):
                every[number] = (record,)
        if self._end is not None:
            dates = [self._form.piece("date", found.columns, number) for number in range(len(ids))]
            self._end.add(every, found.rows, dates, own)
        return every

    def _own_ids(self, found: RowsOfRule) -> list[str | None]:
        """The ids that rows give; None where one is made up. Rows that lack the one they need are unfit."""
        if self._id is None:
            return [None] * len(found.rows)
        try:
            ids = list(map(self._id, found.rows))
        except Exception:  # any exception means that the maker must say what is wrong with some row
            ids = [self._own_id(row) for row in found.rows]
        if None in ids:
            found.unfit.update(number for number, id in enumerate(ids) if id is None)
        return ids

    def _own_id(self, row: Row) -> str | None:
        assert self._id is not None
        try:
            return self._id(row)
        except Exception:  # any exception means that the maker must say what is wrong with the row
            return None


class _EndsOfRule:
    """Makes the records of the ends that rows tell, of the fields that these share with the beginnings."""

    def __init__(
        self,
        maker: Maker,
        filled: Sequence[FilledField],
        constant: Mapping[str, FieldPiece],
        file: str,
        days: EditionDays,
    ) -> None:
        assert maker.end is not None
        assert maker.rule.ends is not None
        kind = maker.rule.ends.kind
        stated = {name: piece_maker(kind, name)(text) for name, text in maker.rule.ends.fields}
        if stated.keys() & _OWN:
            raise Unfit
        names = kind_names(kind) - NOT_SHARED - stated.keys()
        shared = [each for each in filled if each.name in names]
        alike = {name: each.plain for name, each in constant.items() if name in names}
        given = {
            **_kind_piece(kind),
            **{name: piece_maker(kind, name)(plain) for name, plain in alike.items()},
            **stated,
            **_apart(kind, maker),
        }
        varied = [each.name for each in shared]
        needed = required_names(kind)
        if needed - {*_OWN, *given, *varied}:
            raise Unfit
        self._fields = [field_of_record(kind, each, each.name in needed) for each in shared]
        self._date = field_of_record(kind, maker.end, maker.end.required)
        self._ends = piece_maker(kind, "ends")
        self._form = EventForm(kind, [*varied, "date", "ends"], given, file, days)

    def add(
        self,
        records: list[tuple[RowRecord, ...] | None],
        rows: Sequence[Row],
        dates: Sequence[FieldPiece],
        own: Sequence[str | None],
    ) -> None:
        """Put the record of the end to that of each row which tells one.

        ``dates`` are those of the beginnings, ``own`` the ids that the rows give. None takes the place of the
        records where the end cannot be made.
        """
        for number, (end, begun) in enumerate(zip(self._date.kept(rows), records, strict=True)):
            if begun is None or (end is not None and end.value is None):
                continue
            try:
                records[number] = (*begun, *self._ended(rows[number], begun[0], dates[number], own[number]))
            except Exception:  # any exception means that the maker must say what is wrong with the row
                records[number] = None

    def _ended(self, row: Row, begun: RowRecord, date: FieldPiece, own: str | None) -> Sequence[RowRecord]:
        end = self._date.read(row)
        if end.value is None:
            return ()
        if end.value.latest < date.value.earliest:
            raise Unfit
        columns = {field.name: [field.read(row)] for field in self._fields}
        columns |= {"date": [end], "ends": [self._ends(begun.id)]}
        ids = self._form.ids(columns, [None if own is None else f"{own}.end"], ())
        if ids[0] == begun.id:
            # The row begins and ends in one window: date, kind and parties are the same.
            ids = self._form.ids(columns, [f"{begun.id}.end"], ())
        if ids[0] is None:
            raise Unfit
        return self._form.records(columns, [ids[0]], [begun.place])


# What an event of an end has of its own.
_OWN: Final = frozenset({"id", "kind", "date", "known", "ends"})


def _constant(maker: Maker) -> dict[str, FieldPiece]:
    """The pieces that are the same in all records of a rule."""
    kind, plain = maker.rule.kind, dict(maker.constant)
    varied = {field.name for field in maker.fields}
    if kind == EntityDeclared.kind and "date" not in {*plain, *varied}:
        if "known" in varied:
            raise Unfit
        plain = {"date": DAWN.isoformat(), "known": DAWN.isoformat(), **plain}
    if "id" in plain or not plain.keys() <= kind_names(kind):
        raise Unfit
    if required_names(kind) - {"id", *plain, *varied}:
        raise Unfit
    del plain["kind"]
    pieces = {name: piece_maker(kind, name)(value) for name, value in plain.items()}
    apart = _apart(kind, maker)
    if apart and "apart" in {*pieces, *varied}:
        raise Unfit
    return {**_kind_piece(kind), **pieces, **apart}


def _kind_piece(kind: str) -> dict[str, FieldPiece]:
    return {"kind": FieldPiece(f'"kind":"{kind}",', (), kind, kind)}


def _apart(kind: str, maker: Maker) -> dict[str, FieldPiece]:
    if not (maker.apart and KINDS[kind] in COUNTED):
        return {}
    return {"apart": piece_maker(kind, "apart")(True)}


def _source(maker: Maker) -> FilledField:
    """The source of a row, as a field."""

    def read(row: Row) -> object:
        source: dict[str, object] = {}
        if fill(source, maker.source, row):
            raise Unfit
        return [source] if source else None

    columns = tuple(column for field in maker.source for column in field.columns)
    return FilledField("sources", read, columns, required=False)
