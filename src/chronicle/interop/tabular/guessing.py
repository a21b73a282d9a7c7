"""A first draft of a mapping, from the header and the first rows of a table, to be corrected by hand.

What the rows cannot decide is a hole (``???``) with a question beside it. No mapping with a hole is applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO, Final

from chronicle.errors import InvalidEvents, Place, Problem
from chronicle.interop.tabular.guesses.columns import SeenColumn
from chronicle.interop.tabular.guesses.forms import decimal_signs, shares_seen
from chronicle.interop.tabular.guesses.meaning import Meaning, Side, meaning_of
from chronicle.interop.tabular.guesses.sample import Sample, sampled
from chronicle.interop.tabular.guesses.sheets import Sheets
from chronicle.interop.tabular.plain_values import HOLE

Drafted = Iterator[str]


def draft(stream: BinaryIO, name: str, delimiter: str | None = None, sheets: Sheets | None = None) -> str:
    """A mapping as YAML, with comments on what was guessed and holes for what must be decided.

    ``sheets`` are those of a workbook, of which the stream has the chosen one. Raises ``InvalidEvents``
    (C706) when the file is not a table of text.
    """
    sample = sampled(stream, name, delimiter)
    meaning = meaning_of(sample)
    if not meaning.columns:
        raise InvalidEvents(Problem("C706", "table without a header", Place(name), "name its columns"))
    return "\n".join(_draft(sample, meaning, name, sheets)) + "\n"


def _draft(sample: Sample, meaning: Meaning, name: str, sheets: Sheets | None) -> Drafted:
    name = name.replace("\\", "/").rpartition("/")[2]
    rows = f"{len(sample.rows):,} row" + ("" if len(sample.rows) == 1 else "s")
    yield f"# A draft from the header and {rows} of {_comment(name)}. Look at every line before you import."
    yield f"# Columns: {', '.join(_comment(column.name) for column in meaning.columns)}"
    unused = [column for column in meaning.columns if column not in set(meaning.used())]
    if unused:
        yield f"# Of these the draft leaves out: {', '.join(_comment(column.name) for column in unused)}"
    yield f"source: {{{_source(meaning, name)}}}     # who published this, so that answers can say so"
    yield from _sheet(sheets)
    yield from _form(sample)
    yield from _dates(meaning)
    yield from _numbers(meaning)
    yield "events:"
    yield from _RULES[meaning.about](meaning)


def _source(meaning: Meaning, name: str) -> str:
    said = {"publisher": meaning.publisher, "published": meaning.published, "url": meaning.url}
    columns = [f"{key}: {_slot(column)}" for key, column in said.items() if column is not None]
    return ", ".join([*columns, f"title: {_quoted(name)}"])


def _sheet(sheets: Sheets | None) -> Drafted:
    if sheets is None or not (sheets.alike or sheets.others):
        return
    said = []
    if sheets.pattern:
        said.append("{sheet.year} is the year of a row")
    elif sheets.alike:
        said.append(f"of the same columns: {', '.join(map(_comment, sheets.alike))}")
    if sheets.others:
        said.append(f"left out: {', '.join(map(_comment, sheets.others))}")
    yield f"sheet: {_quoted(sheets.named())}     # {'; '.join(said)}"


def _form(sample: Sample) -> Drafted:
    if sample.encoding:
        yield f"encoding: {sample.encoding}     # the table is not UTF-8; look at letters with accents"
    if sample.delimiter != "," or not sample.decided:
        yield f"delimiter: {_WORDS[sample.delimiter]}"
    if sample.header_line is None:
        titles = ", ".join(_quoted(title) for title in sample.titles)
        yield f"header: [{titles}]     # the table has no header: name its columns"
    elif not sample.first:
        yield f"header: {{line: {sample.header_line}}}     # above it stand titles"


# How cells are written


def _dates(meaning: Meaning) -> Drafted:
    columns = [column for column in (meaning.start, meaning.end, meaning.published) if column is not None]
    forms: dict[str, None] = {}
    questions = []
    for column in columns:
        seen = column.dates
        forms.update(dict.fromkeys(seen.forms))
        told = f"{column.name} has "
        if seen.clash:
            questions.append(told + " and ".join(seen.clash) + ": which form is meant?")
        elif seen.doubtful:
            questions.append(told + f"{seen.doubtful}: does the day come first, or the month?")
        elif seen.others:
            cells = "cell" if seen.others == 1 else "cells"
            yield f"# {_comment(column.name)}: {seen.others:,} {cells} are no date in any form known here"
    # What one column leaves open, another may decide.
    doubts = [column.dates for column in columns if column.dates.doubtful]
    sure = {form for column in columns if not column.dates.doubtful for form in column.dates.forms}
    if doubts and {"%d/%m/%Y", "%m/%d/%Y"} & sure and not any(each.clash for each in doubts):
        decided = next(form for form in ("%m/%d/%Y", "%d/%m/%Y") if form in sure)
        forms = {decided if form in ("%d/%m/%Y", "%m/%d/%Y") else form: None for form in forms}
        questions = []
    if questions:
        forms = {HOLE: None}
    listed = ", ".join(_quoted(form) for form in forms or {"iso": None})
    asked = "; ".join([*map(_comment, questions), "inclusive, if an end is a last day"])
    yield f"dates: {{formats: [{listed}], ends: exclusive}}     # {asked}"


def _numbers(meaning: Meaning) -> Drafted:
    columns = [column for column in (meaning.share, meaning.count, meaning.price) if column is not None]
    signs = decimal_signs(cell for column in columns for cell in column.filled)
    if len(signs) > 1:
        yield f'decimal: "{HOLE}"     # {signs["comma"]} and {signs["point"]}: is the sign comma or point?'
    elif "comma" in signs:
        yield f"decimal: comma     # as in {_comment(signs['comma'])}"
    if meaning.share is None or not meaning.share.filled:
        return
    shares = shares_seen(meaning.share.filled)
    if shares.form:
        yield f"shares: {shares.form}     # 60 is percent, 0.6 is fraction, 60% is stated"
    elif shares.apart:
        one, other = shares.apart
        both = (
            f"{_comment(one)} and {_comment(other)} both occur" if other else f"only {_comment(one)} occurs"
        )
        yield f'shares: "{HOLE}"     # {both}: percent, or fraction (0.6 is 60%)?'


# Rules


def _stakes(meaning: Meaning) -> Drafted:
    holder, target = meaning.subject, meaning.object
    bought = meaning.share is None or meaning.price is not None
    fields = {"holder": _party(holder, "who holds?"), "target": _party(target, "in whom?")}
    yield f"  - kind: stake.{'acquired' if bought else 'observed'}"
    yield from _identity(meaning, fields)
    yield from _fields(fields)
    if meaning.share is not None:
        yield f"    {'share' if bought else 'holds'}: {_slot(meaning.share)}"
    elif meaning.count is None:
        yield f'    share: "{HOLE}"     # which share was bought? 100%, if all of it'
    if meaning.count is not None:
        yield f"    shares: {_slot(meaning.count)}"
    if meaning.price is not None:
        currency = f"{{{meaning.currency.name}}}" if meaning.currency else HOLE
        asked = "" if meaning.currency else "     # in which currency?"
        yield f"    price: {_quoted(f'{currency} {{{meaning.price.name}}}')}{asked}"
    if meaning.end is not None:
        yield f"    end: {_slot(meaning.end)}"
        yield "    ends: {kind: stake.observed, holds: 0%}"
    yield from _declared(holder)
    yield from _declared(target)


def _roles(meaning: Meaning) -> Drafted:
    person, company = meaning.subject, meaning.object
    fields = {"person": _party(person, "who?"), "entity": _party(company, "in which company?")}
    role = {"role": _slot(meaning.role) if meaning.role else _quoted(HOLE)}
    yield "  - kind: role.appointed"
    yield from _identity(meaning, {**fields, **role})
    yield from _fields({**fields, **role})
    if meaning.end is not None:
        yield f"    end: {_slot(meaning.end)}"
        yield "    ends: role.ended"
    yield from _declared(person, "person")
    yield from _declared(company)


def _members(meaning: Meaning) -> Drafted:
    fields = {
        "entity": _party(meaning.subject, "who is the member?"),
        "group": _party(meaning.object, "of which index or association?"),
    }
    yield "  - kind: membership.started"
    yield from _identity(meaning, fields)
    yield from _fields(fields)
    if meaning.end is not None:
        yield f"    end: {_slot(meaning.end)}"
        yield "    ends: membership.ended"
    if meaning.subject.name is not None and meaning.subject.key != (meaning.subject.name,):
        yield from _declared(meaning.subject)


def _changes(meaning: Meaning) -> Drafted:
    group = {"group": _party(meaning.object, "of which index or association?")}
    for kind, column in (("started", meaning.added), ("ended", meaning.removed)):
        assert column is not None
        fields = {"entity": _slot(column), **group}
        yield f"  - kind: membership.{kind}"
        yield f"    when: {{{_quoted(column.name)}: {{empty: no}}}}"
        yield from _identity(meaning, fields, kind)
        yield from _fields(fields)


def _founded(meaning: Meaning) -> Drafted:
    name = meaning.subject.name
    fields = {
        "entity": _party(meaning.subject, "who?"),
        "name": _slot(name) if name else _asked("which column has the name?"),
        "type": "company",
    }
    yield "  - kind: entity.founded"
    yield from _identity(meaning, {"entity": fields["entity"]})
    yield from _fields(fields)


def _dated(meaning: Meaning) -> Drafted:
    entity = {"entity": _party(meaning.subject, "who?")}
    yield f"  - kind: {_asked('what happened on this day? `chronicle schema` lists the kinds')}"
    yield from _identity(meaning, entity)
    yield from _fields(entity)
    yield from _declared(meaning.subject)


def _names(meaning: Meaning) -> Drafted:
    yield from _declared(meaning.subject)


def _nothing(_: Meaning) -> Drafted:
    yield f'  - kind: "{HOLE}"     # what does a row tell? `chronicle schema` lists the kinds'
    yield f'    date: "{HOLE}"     # which column has the date?'


_RULES: Final = MappingProxyType(
    {
        "stakes": _stakes,
        "roles": _roles,
        "members": _members,
        "changes": _changes,
        "founded": _founded,
        "dated": _dated,
        "names": _names,
        "nothing": _nothing,
    }
)


def _identity(meaning: Meaning, parties: dict[str, str], word: str = "") -> Drafted:
    """The id and the date. An id differs from row to row, and is the same in the next edition."""
    texts = [json.loads(text) for text in parties.values() if text.startswith('"') and HOLE not in text]
    told = [text.partition(":")[2] if ":" in text.partition("{")[0] else text for text in texts]
    date = f"{{{meaning.start.name}}}" if meaning.start else ""
    parts = [part for part in dict.fromkeys([*told, word, date]) if part]
    # Without a key that differs from row to row no id is given, and one is made of the event.
    if told and date:
        yield f"    id: {_quoted('-'.join(parts))}"
    yield f"    date: {_quoted(date)}" if date else f'    date: "{HOLE}"     # which column has the date?'


def _fields(fields: dict[str, str]) -> Drafted:
    return (f"    {name}: {text}" for name, text in fields.items())


def _party(party: Side, question: str) -> str:
    if not party.key:
        return _asked(question)
    return _quoted(party.prefix + "-".join(f"{{{column.name}}}" for column in party.key))


def _declared(party: Side, type: str = "company") -> Drafted:
    """The rule that declares a party by its name. One whose name is its key gets its name too."""
    if party.name is None or not party.key:
        return
    yield "  - kind: entity.declared"
    if any(not cell for cell in party.name.cells):
        yield f"    when: {{{_quoted(party.name.name)}: {{empty: no}}}}"
    yield f"    entity: {_party(party, '')}"
    yield f"    name: {_slot(party.name)}"
    yield f"    type: {type}"


def _asked(question: str) -> str:
    return f'"{HOLE}"     # {question}'


def _slot(column: SeenColumn) -> str:
    return _quoted(f"{{{column.name}}}")


_WORDS: Final = MappingProxyType({";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"})


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(text.split())
