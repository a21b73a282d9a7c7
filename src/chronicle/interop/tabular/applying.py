"""A mapping applied to the rows of a table: events, and problems with the columns that they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Final

from attrs import Factory, define, evolve, frozen

from chronicle.codec import decode, diagnose, kind_names
from chronicle.dates import parse_date
from chronicle.errors import ChronicleError, InvalidValue, Problem, shown
from chronicle.events import COUNTED, KINDS, Event
from chronicle.interop.tabular.cells import identifier, number
from chronicle.interop.tabular.findings import in_words_of_mapping
from chronicle.interop.tabular.rules import Condition, FieldRule, Outcome, Rule, TableMapping
from chronicle.interop.tabular.snapshots import (
    AcrossFiles,
    Made,
    Plain,
    Snapshot,
    StoredSnapshots,
    Trouble,
    between,
    key_of,
)
from chronicle.interop.tabular.spellings import Spellings, apart
from chronicle.interop.tabular.templates import (
    Cells,
    Filling,
    Row,
    Slot,
    Template,
    Tidy,
    as_it_is,
    filling,
)

# Fields that another event of a row does not take from the first one.
_NOT_SHARED: Final = frozenset({"id", "kind", "date", "known", "after", "ends", "apart", "note", "price"})


@frozen
class _Field:
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
    fields: tuple[_Field, ...]
    source: tuple[_Field, ...]
    when: tuple[tuple[int, Callable[[str], bool]], ...]
    end: _Field | None
    snapshot: Snapshot | None
    apart: bool = False

    def takes(self, row: Row) -> bool:
        """Whether the rule applies to this row."""
        return all(takes(row[index].strip()) for index, takes in self.when)

    def __call__(self, row: Row) -> Iterator[Made]:
        """The events of a row to which the rule applies, or all its problems."""
        plain = self.constant.copy()
        troubles = _fill(plain, self.fields, row)
        if self.source:
            source: Plain = {}
            troubles += _fill(source, self.source, row)
            if source:
                plain["sources"] = [source]
        if self.snapshot is not None:
            yield from self._turned(self.snapshot, plain)
            troubles += self._enter(self.snapshot, plain)
        for made in _once(troubles) if troubles else self._made(plain, row):
            yield _of_event(made, plain) if isinstance(made, Trouble) else made

    def finish(self) -> Iterator[Made]:
        """The events of the last snapshot, after the last row."""
        if self.snapshot is not None:
            yield from self.snapshot.finish(self._vanished)

    def _made(self, plain: Plain, row: Row) -> Sequence[Made]:
        if self.end is None:
            return self._decoded(plain)
        ending: Plain = {}
        troubles = _fill(ending, (self.end,), row)
        if troubles or "date" not in ending:
            return troubles or self._decoded(plain)
        begun = self._decoded(plain)
        second = _further(plain, self.rule.ends, ending["date"], ".end")
        if isinstance(begun[0], Event):
            second["ends"] = begun[0].id
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
        return self._decoded(gone)[0]


def _further(plain: Plain, outcome: Outcome | None, date: str, suffix: str) -> Plain:
    """Another event of the same row: its outcome, and the fields that both kinds have."""
    assert outcome is not None
    names = kind_names(outcome.kind) - _NOT_SHARED
    shared = {name: value for name, value in plain.items() if name in names}
    identity = {"id": plain["id"] + suffix} if "id" in plain else {}
    return {"kind": outcome.kind, **identity, "date": date, **shared, **dict(outcome.fields)}


def _fill(plain: Plain, fields: Sequence[_Field], row: Row) -> list[Trouble]:
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


# From a mapping and a header to makers


def makers(
    mapping: TableMapping, columns: Mapping[str, int], across: AcrossFiles
) -> tuple[list[Maker], list[str]]:
    """The makers of a table, and the columns that its mapping names and the table does not have.

    A rule makes nothing when it requires such a column; an optional field is left out.
    """
    compiler = _Compiler(mapping, columns, across.spellings)
    made = [compiler.maker(rule, across) for rule in mapping.rules]
    return [maker for maker in made if maker], compiler.missing


def _snapshot(rule: Rule, constant: Plain, across: AcrossFiles) -> Snapshot:
    """The snapshots of a rule, which all files of an import share."""
    if rule not in across.snapshots:
        across.snapshots[rule] = Snapshot(StoredSnapshots(across.store, rule, constant))
    return across.snapshots[rule]


@define
class _Compiler:
    mapping: TableMapping
    columns: Mapping[str, int]
    spellings: Spellings
    missing: list[str] = Factory(list)

    def maker(self, rule: Rule, across: AcrossFiles) -> Maker | None:
        """The maker of a rule; None when a column that it requires is missing."""
        wanted = [condition.column for condition in rule.when]
        for field in rule.fields:
            if field.required or field.name == "id":
                wanted += _columns(field)
        if rule.end:
            wanted += _columns(rule.end)
        possible = not [column for column in wanted if not self._has(column)]
        # The id last: another field mostly lacks the same column, and its problem is clearer.
        ordered = sorted(rule.fields, key=lambda field: field.name == "id")
        fields = [made for field in ordered if (made := self._field(field))]
        source = [made for field in rule.source if (made := self._field(field))]
        if not possible:
            return None
        constant: Plain = {"kind": rule.kind}
        constant.update((field.name, field.read(())) for field in fields if field.column is None)
        # Rows of several publishers are happenings of their own, unless the mapping says ``tellers``.
        several = any(field.column for field in source if field.name == "publisher")
        if source and not any(field.column for field in source):
            constant["sources"] = [{field.name: field.read(()) for field in source}]
            source = []
        return Maker(
            rule=rule,
            constant=constant,
            fields=tuple(field for field in fields if field.column),
            source=tuple(source),
            when=tuple((self.columns[each.column], _test(each, self.mapping.empty)) for each in rule.when),
            end=self._field(rule.end, end=True) if rule.end else None,
            snapshot=_snapshot(rule, constant, across) if rule.vanished else None,
            apart=several and not self.mapping.tellers,
        )

    def _has(self, column: str) -> bool:
        if column not in self.columns and column not in self.missing:
            self.missing.append(column)
        return column in self.columns

    def _field(self, rule: FieldRule, end: bool = False) -> _Field | None:
        names = _columns(rule)
        if [name for name in names if not self._has(name)]:
            return None
        cells = Cells(self.mapping.empty, self.mapping.values)
        tidies: dict[str, Tidy] = {"id": identifier, "number": partial(number, comma=self.mapping.comma)}
        tidy = tidies.get(rule.reading, as_it_is)
        fillings = [self._noted(rule, each, cells, tidy) for each in rule.templates]
        read = self._read(rule, fillings[0], end) if names and not rule.many else fillings[0]
        placed = tuple((name, self.columns[name]) for name in names)
        return _Field(rule.name, _listed(fillings) if rule.many else read, placed, rule.required)

    def _noted(self, rule: FieldRule, template: Template, cells: Cells, tidy: Tidy) -> Filling:
        """The filling of a template; where it makes ids of entities, their texts are noted."""
        filled = filling(template, self.columns, cells, tidy)
        filtered = any(isinstance(part, Slot) and part.filter for part in template.parts)
        if rule.reading != "id" or rule.name == "id" or filtered or not template.columns:
            return filled
        stated = filling(apart(template), self.columns, cells)
        return self.spellings.noting(filled, stated, [self.columns[column] for column in template.columns])

    def _read(self, rule: FieldRule, filled: Filling, end: bool) -> Filling:
        if rule.reading == "date":
            dates = self.mapping.dates
            read = lru_cache(maxsize=65_536)(dates.end if end else dates.read)
            return _dated(filled, read, needed=rule.required)
        if rule.reading == "share":
            return _changed(filled, lru_cache(maxsize=16_384)(self.mapping.shares.read))
        return filled


def _test(condition: Condition, empty: frozenset[str]) -> Callable[[str], bool]:
    """Whether a cell is as a condition wants it."""
    named = condition.values or condition.patterns
    if condition.values and condition == Condition(condition.column, condition.values):
        return condition.values.__contains__

    def test(cell: str) -> bool:
        if condition.filled is not None and condition.filled == (cell in empty):
            return False
        if cell in condition.not_values or any(fnmatchcase(cell, each) for each in condition.not_patterns):
            return False
        return (
            not named
            or cell in condition.values
            or any(fnmatchcase(cell, each) for each in condition.patterns)
        )

    return test


def _columns(rule: FieldRule) -> list[str]:
    return [column for template in rule.templates for column in template.columns]


def _listed(fillings: Sequence[Filling]) -> Callable[[Row], object]:
    def listed(row: Row) -> list[str] | None:
        texts = [text for fill in fillings if (text := fill(row)) is not None]
        return texts or None

    return listed


def _changed(filled: Filling, change: Callable[[str], str]) -> Filling:
    def changed(row: Row) -> str | None:
        text = filled(row)
        return None if text is None else change(text)

    return changed


def _dated(filled: Filling, read: Callable[[str], str | None], needed: bool) -> Filling:
    def dated(row: Row) -> str | None:
        text = filled(row)
        if text is None:
            return None
        date = read(text)
        if date is None and needed:
            help = "it says that there is no end; here a day is needed"
            raise InvalidValue(Problem("C705", f"date that stands for none: {shown(text)}", help=help))
        return date

    return dated
