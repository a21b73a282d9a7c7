"""Mappings: how the rows of a table become events.

Plain data becomes a ``TableMapping``, or a list of faults.

``docs/importing.md`` has every key. A mapping is read once; ``applying.py`` applies it to a table.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from chronicle.codec import Fault, FieldOf, Path, fields_of
from chronicle.codec.shapes import correctable, item_of, shape
from chronicle.dates import PartialDate, parse_date
from chronicle.errors import nearest, shown
from chronicle.events import KINDS, DealId, EntityDeclared, EntityId, EntityRenamed, EventId
from chronicle.interop.tabular.cells import ISO, Dates, Shares
from chronicle.interop.tabular.plain_values import HOLE, PlainValues
from chronicle.interop.tabular.rules import Condition, FieldRule, Outcome, Reading, Rule, TableMapping
from chronicle.interop.tabular.templates import Template, normal, parsed
from chronicle.interop.tabular.text.names import parts_of
from chronicle.values import Count, Money, Ratio, Share, Source

__all__ = ["HOLE", "TableMapping", "mapping_of"]


def mapping_of(plain: Mapping[str, object]) -> tuple[TableMapping | None, list[Fault]]:
    """The mapping that plain data makes, or all its faults with their paths. Never raises."""
    reading = _Reading(plain)
    mapping = reading.mapping()
    return (None, reading.faults) if reading.faults else (mapping, [])


_KEYS: Final = (
    "source",
    "delimiter",
    "encoding",
    "sheet",
    "file",
    "header",
    "quotes",
    "empty",
    "values",
    "dates",
    "shares",
    "decimal",
    "rest",
    "tellers",
    "events",
)
_DATE_KEYS: Final = ("formats", "open", "instead", "earliest", "latest", "ends", "spreadsheet")
_RULE_KEYS: Final = ("kind", "when", "end", "ends", "vanished", "source", "join", "was")
_OF_RENAMES: Final = ("type",)
_CONDITIONS: Final = ("is", "not", "like", "unlike", "empty")
# Sources have a key of their own, and an end ends the event that its row began.
_NOT_FILLED: Final = frozenset({"sources", "ends"})
_DELIMITERS: Final = MappingProxyType(
    {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", ",": ",", ";": ";", "\t": "\t", "|": "|"}
)
_NUMBERS: Final = (Money, Count, Ratio)


class _Reading(PlainValues):
    """Reads one mapping and collects its faults."""

    def mapping(self) -> TableMapping:
        plain = self._plain
        self._keys(plain, (), _KEYS)
        comma = self._word(plain, ("decimal",), ("point", "comma"), "point") == "comma"
        return TableMapping(
            rules=tuple(self._rules()),
            dates=self._dates(),
            shares=self._shares(comma),
            comma=comma,
            delimiter=self._delimiter(),
            encoding=self._encoding(),
            sheet=self._pattern("sheet"),
            file=self._pattern("file"),
            header=self._header(),
            header_line=self._header_line(),
            quotes=self._word(plain, ("quotes",), ("cells", "text"), "cells") == "cells",
            empty=frozenset({"", *self._texts(plain, ("empty",))}),
            values=self._values(),
            report_rest=self._word(plain, ("rest",), ("report", "skip"), "report") == "report",
            tellers=self._word(plain, ("tellers",), ("yes", "no"), "no") == "yes",
        )

    # Single keys

    def _pattern(self, key: str) -> str | None:
        text = self._text(self._plain, (key,))
        if text is not None:
            self._try(lambda: parts_of("", text), (key,))
        return text

    def _header(self) -> tuple[str, ...]:
        if isinstance(self._plain.get("header"), Mapping):
            return ()
        return tuple(normal(name) for name in self._texts(self._plain, ("header",)))

    def _header_line(self) -> int | None:
        if not isinstance(self._plain.get("header"), Mapping):
            return None
        given = self._mapping(self._plain, ("header",))
        self._keys(given, ("header",), ("line",))
        text = self._text(given, ("header", "line")) or ""
        if text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_LINE:
            return int(text)
        self._fault(("header",), f"not the number of a line: {shown(text)}", "write `header: {line: 3}`")
        return None

    def _delimiter(self) -> str | None:
        found = self._word(self._plain, ("delimiter",), tuple(_DELIMITERS), "")
        return _DELIMITERS.get(found)

    def _encoding(self) -> str | None:
        name = self._text(self._plain, ("encoding",))
        if name is None:
            return None
        try:
            codecs.lookup(name)
            "".encode(name)
        except (LookupError, ValueError):
            self._fault(("encoding",), f"unknown encoding: {shown(name)}", "write utf-8, cp1252, utf-16 ...")
        return name

    def _values(self) -> Mapping[str, Mapping[str, str]]:
        tables = self._mapping(self._plain, ("values",))
        return {
            normal(column): {key: text for key in table if (text := self._text(table, (*path, key)))}
            for column in tables
            for path in [("values", column)]
            for table in [self._mapping(tables, path)]
        }

    def _dates(self) -> Dates:
        given = self._mapping(self._plain, ("dates",))
        self._keys(given, ("dates",), _DATE_KEYS)
        formats = tuple(self._texts(given, ("dates", "formats"))) or (ISO,)
        for form in formats:
            if form != ISO and "%" not in form:
                help = "write iso, or a form such as %d/%m/%Y"
                self._fault(("dates", "formats"), f"not a form of dates: {shown(form)}", help)
        instead = self._mapping(given, ("dates", "instead"))
        meant = {key: self._text(instead, ("dates", "instead", key)) or "" for key in instead}
        opened = {text for text, date in meant.items() if date == "open"}
        meant |= {text: _ANY_DAY for text, date in meant.items() if date == "unknown"}
        stated = {text: date for text, date in meant.items() if date != "open"}
        for text, date in stated.items():
            self._try(lambda date=date: parse_date(date), ("dates", "instead", text))  # type: ignore[misc]
        return Dates(
            formats=formats,
            open=frozenset({*self._texts(given, ("dates", "open")), *opened}),
            instead=stated,
            earliest=self._year(given, "earliest", 1000),
            latest=self._year(given, "latest", 2100),
            inclusive=self._word(given, ("dates", "ends"), ("exclusive", "inclusive"), "exclusive")
            == "inclusive",
            spreadsheet=self._word(given, ("dates", "spreadsheet"), ("refuse", "keep"), "refuse") == "keep",
        )

    def _year(self, given: Mapping[str, object], name: str, otherwise: int) -> int:
        text = self._text(given, ("dates", name))
        if text is None:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            self._fault(("dates", name), f"not a year: {shown(text)}", "write four digits")
            return otherwise
        return int(text)

    def _shares(self, comma: bool) -> Shares:
        forms = ("stated", "percent", "fraction")
        if not isinstance(self._plain.get("shares"), Mapping):
            return Shares(self._word(self._plain, ("shares",), forms, "stated"), comma)
        given = self._mapping(self._plain, ("shares",))
        self._keys(given, ("shares",), ("form", "unknown"))
        form = self._word(given, ("shares", "form"), forms, "stated")
        return Shares(form, comma, frozenset(self._texts(given, ("shares", "unknown"))))

    # Rules

    def _rules(self) -> Iterator[Rule]:
        rules = self._plain.get("events")
        if not isinstance(rules, (list, tuple)) or not rules:
            self._fault(("events",) if "events" in self._plain else (), "mapping makes no events", _RULES)
            return
        source = self._source(self._plain, ())
        for number, rule in enumerate(rules):
            path: Path = ("events", number)
            if isinstance(rule, Mapping):
                made = self._rule(rule, path)
                if made:
                    own = self._source(rule, path)
                    yield evolve(made, source=own or source)
            else:
                self._fault(path, "rule is not a mapping", _RULES)

    def _rule(self, given: Mapping[str, object], path: Path) -> Rule | None:
        kind = self._kind(given, path)
        if kind is None:
            return None
        known = {each.name: each for each in fields_of(KINDS[kind]) if each.name not in _NOT_FILLED}
        own = _OF_RENAMES if "was" in given else ()
        self._keys(given, path, (*_RULE_KEYS, *known, *own), kind)
        fields = [
            rule
            for name, known_field in known.items()
            if name in given and (rule := self._field(given, path, known_field, kind))
        ]
        # A declaration has no date of its own, and holds from the first day.
        spared = {"id", "date"} if kind == EntityDeclared.kind else {"id"}
        missing = [name for name, each in known.items() if each.required and name not in {*given, *spared}]
        if missing and not any(fault.path == path for fault in self.faults):
            listed = ", ".join(f'"{name}"' for name in missing)
            self._fault(path, f"{kind} needs {listed}", "write a template for each: `date: '{column}'`")
        return Rule(
            kind=kind,
            fields=tuple(fields),
            when=tuple(self._when(given, path)),
            end=self._end(given, path),
            ends=self._outcome(given, (*path, "ends"), kind) if "ends" in given else None,
            vanished=self._outcome(given, (*path, "vanished"), kind) if "vanished" in given else None,
            join=self._join(given, path, fields),
            was=self._was(given, path, kind),
            type=self._type(given, path) if "was" in given else None,
        )

    def _was(self, given: Mapping[str, object], path: Path, kind: str) -> FieldRule | None:
        text = self._text(given, (*path, "was"))
        if text is None:
            return None
        if kind != EntityRenamed.kind:
            help = f"`was` goes with {EntityRenamed.kind}; give other old values by a rule of their own"
            self._fault((*path, "was"), f"{kind} has no old name", help)
        template = self._template(text, (*path, "was"))
        return FieldRule("was", (template,), "text", False) if template else None

    def _type(self, given: Mapping[str, object], path: Path) -> FieldRule | None:
        """The type of an entity that is declared by its first name."""
        text = self._text(given, (*path, "type"))
        template = None if text is None else self._template(text, (*path, "type"))
        return FieldRule("type", (template,), "text", False) if template else None

    def _join(self, given: Mapping[str, object], path: Path, fields: list[FieldRule]) -> frozenset[str]:
        lists = [rule.name for rule in fields if rule.many]
        names = self._texts(given, (*path, "join"))
        for name in names:
            if name not in lists:
                help = f"a field that is a list and is filled: {', '.join(lists) or 'this rule has none'}"
                self._fault((*path, "join"), f"rows cannot be joined by {shown(name)}", help)
        if names and ("end" in given or "vanished" in given):
            help = "give the end by a rule of its own"
            self._fault((*path, "join"), "rows that are joined have no end and do not vanish", help)
        return frozenset(names)

    def _kind(self, given: Mapping[str, object], path: Path) -> str | None:
        kind = self._text(given, (*path, "kind"))
        if kind is None:
            if "kind" not in given:
                self._fault(path, "rule without a kind", "write `kind: stake.observed` or the like")
            return None
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            help = f"did you mean {near}?" if near else "`chronicle schema` lists every kind"
            self._fault((*path, "kind"), f"unknown kind {shown(kind)}", help)
            return None
        return kind

    def _field(self, given: Mapping[str, object], path: Path, known: FieldOf, kind: str) -> FieldRule | None:
        path = (*path, known.name)
        form = shape(known.hint)
        if form == "set":
            return self._set(given, path)
        many = form == "list"
        hint = item_of(known.hint) if many else known.hint
        if shape(hint) not in ("leaf", "word"):
            help = "a table fills single values and lists of ids; write such events by hand"
            self._fault(path, f'"{known.name}" of {kind} cannot be filled from a table', help)
            return None
        texts = self._texts(given, path) if many else [self._text(given, path)]
        templates = [self._template(text, path) for text in texts if text is not None]
        made = tuple(template for template in templates if template)
        return FieldRule(known.name, made, _reading_of(hint), known.required, many) if made else None

    def _set(self, given: Mapping[str, object], path: Path) -> FieldRule | None:
        """The fields that a correction sets, each read as it is read elsewhere."""
        stated = self._mapping(given, path)
        hints = {each.name: each.hint for cls in KINDS.values() for each in fields_of(cls)}
        parts = []
        for name in stated:
            text = self._text(stated, (*path, name))
            template = None if text is None else self._template(text, (*path, name))
            if name not in correctable() or shape(hints[name]) not in ("leaf", "word"):
                self._fault((*path, name), f"a table cannot correct {shown(name)}", "correct it by hand")
            elif template is not None:
                parts.append(FieldRule(name, (template,), _reading_of(hints[name]), False))
        return FieldRule("set", (), "text", True, parts=tuple(parts)) if parts else None

    def _when(self, given: Mapping[str, object], path: Path) -> Iterator[Condition]:
        conditions = self._mapping(given, (*path, "when"))
        for column, stated in conditions.items():
            place = (*path, "when", column)
            if not isinstance(stated, Mapping):
                yield Condition(normal(column), frozenset(self._texts(conditions, place)))
                continue
            self._keys(stated, place, _CONDITIONS)
            texts = {key: self._texts(stated, (*place, key)) for key in _CONDITIONS if key != "empty"}
            empty = self._word(stated, (*place, "empty"), ("yes", "no"), "")
            yield Condition(
                normal(column),
                frozenset(texts["is"]),
                frozenset(texts["not"]),
                tuple(texts["like"]),
                tuple(texts["unlike"]),
                {"yes": False, "no": True}.get(empty),
            )

    def _end(self, given: Mapping[str, object], path: Path) -> FieldRule | None:
        if ("end" in given) != ("ends" in given):
            help = "write both: `end: '{end_date}'` and `ends: membership.ended`"
            self._fault(path, "end and ends go together", help)
            return None
        text = self._text(given, (*path, "end"))
        template = None if text is None else self._template(text, (*path, "end"))
        return FieldRule("date", (template,), "date", False) if template else None

    def _outcome(self, given: Mapping[str, object], path: Path, kind: str) -> Outcome | None:
        name = str(path[-1])
        stated = given.get(name)
        fields = dict(self._mapping(given, path)) if isinstance(stated, Mapping) else {"kind": stated}
        fields.setdefault("kind", kind)
        found = self._kind(fields, path)
        if found is None:
            return None
        known = (each.name for each in fields_of(KINDS[found]) if each.name != "ends")
        self._keys(fields, path, ("kind", *known), found)
        names = [key for key in fields if key != "kind"]
        return Outcome(found, tuple((name, self._text(fields, (*path, name)) or "") for name in names))

    def _source(self, given: Mapping[str, object], path: Path) -> tuple[FieldRule, ...]:
        path = (*path, "source")
        stated = self._mapping(given, path)
        known = {each.name: each for each in fields_of(Source)}
        self._keys(stated, path, tuple(known), "a source")
        rules = []
        for name in stated:
            text = self._text(stated, (*path, name))
            template = self._template(text, (*path, name)) if text and name in known else None
            if template:
                reading: Reading = "date" if known[name].hint is PartialDate else "text"
                rules.append(FieldRule(name, (template,), reading, False))
        return tuple(rules)

    # The value at the end of a path

    def _template(self, text: str, path: Path) -> Template | None:
        found: Template | None = self._try(lambda: parsed(text), path)
        return found


_ANY_DAY: Final = "[0001..9999]"
_LAST_LINE: Final = 1_000_000
_RULES = "write `events:` and under it a list of rules, each with a kind and templates for its fields"


def _reading_of(hint: Any) -> Reading:
    if hint is PartialDate:
        return "date"
    if hint is Share:
        return "share"
    if hint in _NUMBERS:
        return "number"
    return "id" if hint in _IDS else "text"


_IDS: Final = (DealId, EntityId, EventId)
