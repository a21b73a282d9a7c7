"""A mapping applied to the rows of a table: events, and problems with the columns that they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from attrs import define, evolve, frozen

from chronicle.codec import decode, diagnose, kind_names
from chronicle.dates import parse_date
from chronicle.errors import ChronicleError, Problem, shown
from chronicle.events import COUNTED, KINDS, Event
from chronicle.interop.tabular.findings import in_words_of_mapping
from chronicle.interop.tabular.renames import Renames
from chronicle.interop.tabular.rules import Outcome, Rule
from chronicle.interop.tabular.snapshots import Made, Plain, Snapshot, Trouble, between, key_of
from chronicle.interop.tabular.templates import (
    Row,
)

# Fields that another event of a row does not take from the first one.
NOT_SHARED: Final = frozenset({"id", "kind", "date", "known", "after", "ends", "apart", "note", "price"})


@frozen
class FilledField:
    """A field of an event, and how it is filled from a row."""

    name: str
    read: Callable[[Row], object]
    columns: tuple[tuple[str, int], ...]
    required: bool

    @property
    def column(self) -> str | None:
        """The first column from which it is filled."""
        return self.columns[0][0] if self.columns else None

    def empty(self, row: Row) -> str | None:
        """The column whose cell is empty, so that the field could not be filled."""
        return next((name for name, index in self.columns if not row[index].strip()), self.column)


@define
class Maker:
    """Makes the events of one rule from rows with known columns.

    ``apart`` says that each row is a happening of its own, whatever its publisher.
    """

    rule: Rule
    constant: Plain
    fields: tuple[FilledField, ...]
    source: tuple[FilledField, ...]
    when: tuple[tuple[int, Callable[[str], bool]], ...]
    end: FilledField | None
    snapshot: Snapshot | None
    apart: bool = False
    joined: dict[object, Plain] | None = None
    was: FilledField | None = None
    type: FilledField | None = None
    renames: Renames | None = None

    def takes(self, row: Row) -> bool:
        """Whether the rule applies to this row."""
        return all(takes(row[index].strip()) for index, takes in self.when)

    def __call__(self, row: Row) -> Iterable[Made]:
        """The events of a row to which the rule applies, or all its problems."""
        plain = self.constant.copy()
        troubles = fill(plain, self.fields, row)
        if self.source:
            source: Plain = {}
            troubles += fill(source, self.source, row)
            if source:
                plain["sources"] = [source]
        turned: list[Made] = []
        if self.snapshot is not None:
            turned += self._turned(self.snapshot, plain)
            troubles += self._enter(self.snapshot, plain)
        made = _once(troubles) if troubles else self._whole(plain, row)
        whole = [_of_event(each, plain) if isinstance(each, Trouble) else each for each in made]
        return [*turned, *whole] if turned else whole

    def _whole(self, plain: Plain, row: Row) -> Iterable[Made]:
        """What a row without a problem makes now; rows that are joined make their events at the end."""
        if self.joined is not None:
            return self._join(self.joined, plain)
        if self.was is not None and self.renames is not None and (old := self.was.read(row)):
            type = None if self.type is None else self.type.read(row)
            self.renames.note(plain, str(old), None if type is None else str(type))
        return self._made(plain, row)

    def finish(self) -> Iterator[Made]:
        """The events of the last snapshot and those of rows that were joined, after the last row."""
        if self.snapshot is not None:
            yield from self.snapshot.finish(self._vanished)
        for plain in (self.joined or {}).values():
            yield from self._decoded(plain)
        if self.renames is not None:
            for made in self.renames.declarations():
                yield from ((Trouble(None, made),) if isinstance(made, Problem) else self._decoded(made))

    def _join(self, joined: dict[object, Plain], plain: Plain) -> Iterator[Trouble]:
        """Put the lists of a row to those of the rows before it that make the same event."""
        others = {name: value for name, value in plain.items() if name not in self.rule.join}
        first = joined.setdefault(plain.get("id") or repr(sorted(others.items())), plain)
        if first is plain:
            return
        different = [name for name, value in others.items() if first.get(name) != value]
        if different:
            name = different[0]
            message = f"row of {shown(str(plain.get('id')))} with another {name} than the first of it"
            columns = {field.name: field.column for field in self.fields}
            help = "make the id of what tells the events apart, or put the cell right"
            yield Trouble(columns.get(name), Problem("C701", message, help=help))
            return
        for name in self.rule.join:
            first[name] = list(dict.fromkeys([*first.get(name, ()), *plain.get(name, ())]))

    def _made(self, plain: Plain, row: Row) -> Sequence[Made]:
        if self.end is None:
            return self._decoded(plain)
        ending: Plain = {}
        troubles = fill(ending, (self.end,), row)
        if troubles or "date" not in ending:
            return troubles or self._decoded(plain)
        begun = self._decoded(plain)
        second = _further(plain, self.rule.ends, ending["date"], ".end")
        if isinstance(begun[0], Event):
            second["ends"] = begun[0].id
            if "id" not in second and (second["kind"], second["date"]) == (plain["kind"], plain["date"]):
                # What is made of date, kind and parties would be the id of both.
                second["id"] = f"{begun[0].id}.end"
        if parse_date(second["date"]).latest < parse_date(plain["date"]).earliest:
            message = f"ends before it begins: {shown(plain['date'])} to {shown(second['date'])}"
            help = "look which of the two is wrong, and whether ends are inclusive"
            return [Trouble(self.end.column, Problem("C705", message, help=help))]
        # Neither is made without the other, which would be another statement than that of the row.
        made = [*begun, *self._decoded(second)]
        return [each for each in made if isinstance(each, Trouble)] or made

    def _decoded(self, plain: Plain) -> Sequence[Made]:
        if self.apart and KINDS[str(plain["kind"])] in COUNTED:
            plain["apart"] = True
        try:
            return (decode(plain),)
        except ChronicleError:
            columns = {field.name: field.column for field in self.fields}
            return [
                Trouble(
                    columns.get(_first(path)), in_words_of_mapping(problem, str(plain.get(_first(path), "")))
                )
                for path, problem, _ in diagnose(plain)
            ]

    # Snapshots

    def _turned(self, snapshot: Snapshot, plain: Plain) -> Iterator[Made]:
        """The events of what vanished, when the row is the first of a later snapshot."""
        date = plain.get("date")
        if date and (not snapshot.date or _before(snapshot.date, date)):
            yield from snapshot.turn(date, self._vanished)

    def _enter(self, snapshot: Snapshot, plain: Plain) -> Iterator[Trouble]:
        """Note a row in its snapshot; yields a problem when rows are not sorted by snapshot."""
        date, key = plain.get("date"), key_of(self.rule, plain)
        if date is None:
            snapshot.lose()
        elif key is None:
            snapshot.broken = True
        elif date != snapshot.date:
            message = f"snapshot of {shown(date)} after that of {shown(snapshot.date)}"
            column = next(field.column for field in self.fields if field.name == "date")
            yield Trouble(column, Problem("C701", message, help="sort the rows by the date of the snapshot"))
        else:
            snapshot.sources = plain.get("sources")
            snapshot.now[key] = plain
            snapshot.lost = False

    def _vanished(self, snapshot: Snapshot, plain: Plain) -> Made:
        date = between(plain["date"], snapshot.date)
        gone = _further(plain, self.rule.vanished, date, f".gone-{snapshot.date}")
        if snapshot.sources:
            gone["sources"] = snapshot.sources
        made = self._decoded(gone)[0]
        if snapshot.known is not None and isinstance(made, Event):
            snapshot.said[made.id] = snapshot.known
        return made


def _further(plain: Plain, outcome: Outcome | None, date: str, suffix: str) -> Plain:
    """Another event of the same row: its outcome, and the fields that both kinds have."""
    assert outcome is not None
    names = kind_names(outcome.kind) - NOT_SHARED
    shared = {name: value for name, value in plain.items() if name in names}
    identity = {"id": plain["id"] + suffix} if "id" in plain else {}
    return {"kind": outcome.kind, **identity, "date": date, **shared, **dict(outcome.fields)}


def fill(plain: Plain, fields: Sequence[FilledField], row: Row) -> list[Trouble]:
    """Fill ``plain`` from the row, and give the problems."""
    troubles: list[Trouble] = []
    for field in fields:
        try:
            value = field.read(row)
        except ChronicleError as error:
            troubles += [Trouble(field.column, problem) for problem in error.problems]
            continue
        if value is not None:
            plain[field.name] = value
        elif field.required:
            message = f'nothing given for "{field.name}"'
            help = "every row that the rule takes needs it; `when` leaves rows to other rules"
            troubles.append(Trouble(field.empty(row), Problem("C701", message, help=help)))
    return troubles


def _once(troubles: Sequence[Trouble]) -> Iterator[Trouble]:
    """The first problem of each column, since one empty cell is one mistake."""
    columns: set[str | None] = set()
    for trouble in troubles:
        if trouble.column is None or trouble.column not in columns:
            columns.add(trouble.column)
            yield trouble


def _of_event(trouble: Trouble, plain: Plain) -> Trouble:
    """The same problem with the id of the event that its row would have made, where that could be read."""
    if "id" not in plain:
        return trouble
    return Trouble(trouble.column, evolve(trouble.problem, events=(plain["id"],)))


def _before(one: str, other: str) -> bool:
    return parse_date(one).order < parse_date(other).order


def _first(path: Sequence[str | int]) -> str:
    return str(path[0]) if path else ""
