"""A mapping and the header of a table made into functions that fill the fields of events from rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache, partial

from attrs import Factory, define

from chronicle.errors import InvalidValue, Problem, shown
from chronicle.events import EntityDeclared
from chronicle.interop.tabular.applying import FilledField, Maker
from chronicle.interop.tabular.cells import identifier, number
from chronicle.interop.tabular.renames import Renames
from chronicle.interop.tabular.rules import Condition, FieldRule, Rule, TableMapping
from chronicle.interop.tabular.snapshots import AcrossFiles, Plain, Snapshot, StoredSnapshots
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
        across.snapshots[rule] = Snapshot(StoredSnapshots(across.store, rule, constant), across.said)
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
            joined=across.joined.setdefault(rule, {}) if rule.join else None,
            was=self._field(rule.was) if rule.was else None,
            type=self._type_of(rule) if rule.was else None,
            renames=across.renames.setdefault(rule, Renames(across.row)) if rule.was else None,
        )

    def _type_of(self, rule: Rule) -> FilledField | None:
        """The type of an entity that a rule renames: its own, or that by which another rule declares it."""
        declaring = (
            each.field("type")
            for each in self.mapping.rules
            if each.kind == EntityDeclared.kind and each.field("entity") == rule.field("entity")
        )
        found = rule.type or next(declaring, None)
        return self._field(found) if found else None

    def _has(self, column: str) -> bool:
        if column not in self.columns and column not in self.missing:
            self.missing.append(column)
        return column in self.columns

    def _field(self, rule: FieldRule, end: bool = False) -> FilledField | None:
        if rule.parts:
            return self._parts(rule)
        names = _columns(rule)
        if [name for name in names if not self._has(name)]:
            return None
        cells = Cells(self.mapping.empty, self.mapping.values)
        tidies: dict[str, Tidy] = {"id": identifier, "number": partial(number, comma=self.mapping.comma)}
        tidy = tidies.get(rule.reading, as_it_is)
        fillings = [self._noted(rule, each, cells, tidy) for each in rule.templates]
        read = self._read(rule, fillings[0], end) if names and not rule.many else fillings[0]
        placed = tuple((name, self.columns[name]) for name in names)
        return FilledField(rule.name, _listed(fillings) if rule.many else read, placed, rule.required)

    def _parts(self, rule: FieldRule) -> FilledField | None:
        parts = [made for each in rule.parts if (made := self._field(each))]
        columns = tuple(column for part in parts for column in part.columns)

        def read(row: Row) -> dict[str, object] | None:
            values = {part.name: part.read(row) for part in parts}
            return {name: value for name, value in values.items() if value is not None} or None

        return FilledField(rule.name, read, columns, rule.required) if parts else None

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
            return _dated(_otherwise(filled, "" if "" in dates.instead else None), read, needed=rule.required)
        if rule.reading == "share":
            unknown = "?" if "" in self.mapping.shares.unknown else None
            read_share = lru_cache(maxsize=16_384)(self.mapping.shares.read)
            return _otherwise(_changed(filled, read_share), unknown)
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
    own = [column for template in rule.templates for column in template.columns]
    return [*own, *(column for part in rule.parts for column in _columns(part))]


def _listed(fillings: Sequence[Filling]) -> Callable[[Row], object]:
    def listed(row: Row) -> list[str] | None:
        texts = [text for fill in fillings if (text := fill(row)) is not None]
        return texts or None

    return listed


def _otherwise(filled: Filling, empty: str | None) -> Filling:
    """``filled``, or ``empty`` where there is nothing to fill it with."""
    if empty is None:
        return filled
    return lambda row: empty if (text := filled(row)) is None else text


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
