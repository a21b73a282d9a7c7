"""Which columns of a sample tell what: the days, the share, and the parties of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve, frozen

from chronicle.interop.tabular.cells import Dates
from chronicle.interop.tabular.guesses.columns import (
    ADDED,
    COUNT,
    CURRENCY,
    DATE,
    END,
    FOUNDED,
    GROUP,
    HOLDER,
    ID,
    MEMBER,
    MONEY,
    NAME,
    NO_SHARE,
    PERSON,
    PUBLISHER,
    REMOVED,
    ROLE,
    SHARE,
    START,
    TARGET,
    TOLD,
    URL,
    SeenColumn,
    columns_of,
    first,
    without,
)
from chronicle.interop.tabular.guesses.forms import date_forms, is_number
from chronicle.interop.tabular.guesses.sample import Sample

_MOSTLY: Final = 0.5


@frozen
class Side:
    """Somebody whom each row names: by which columns one knows who it is, and which has the name."""

    key: tuple[SeenColumn, ...] = ()
    name: SeenColumn | None = None
    prefix: str = ""


@frozen
class Meaning:
    """What a table seems to tell; ``about`` names one of the rules that a draft can have."""

    about: str
    columns: tuple[SeenColumn, ...]
    start: SeenColumn | None = None
    end: SeenColumn | None = None
    share: SeenColumn | None = None
    count: SeenColumn | None = None
    price: SeenColumn | None = None
    currency: SeenColumn | None = None
    role: SeenColumn | None = None
    subject: Side = Side()
    object: Side = Side()
    added: SeenColumn | None = None
    removed: SeenColumn | None = None
    publisher: SeenColumn | None = None
    url: SeenColumn | None = None
    published: SeenColumn | None = None

    def used(self) -> Iterator[SeenColumn]:
        """The columns that the draft makes use of."""
        single = (self.start, self.end, self.share, self.count, self.price, self.currency, self.role)
        parties = (*self.subject.key, self.subject.name, *self.object.key, self.object.name)
        told = (self.added, self.removed, self.publisher, self.url, self.published)
        yield from dict.fromkeys(column for column in (*single, *parties, *told) if column is not None)


def meaning_of(sample: Sample) -> Meaning:
    """What a table seems to tell."""
    columns = columns_of(sample)
    share = _share(columns)
    start, end = _days([column for column in columns if column is not share])
    rest = without(columns, share, start, end)
    found = Meaning(
        "stakes",
        tuple(columns),
        start,
        end,
        share,
        publisher=first(rest, PUBLISHER, lambda column: column.has_names),
        url=first(rest, URL),
        published=first(rest, TOLD, lambda column: column.has_dates and not column.dates.others),
    )
    rest = without(rest, found.publisher, found.url, found.published)
    return _of_stakes(sample, rest, found) or _of_others(rest, found)


def _of_others(rest: Sequence[SeenColumn], found: Meaning) -> Meaning:
    changes = _changes(rest, found.start)
    if changes is not None:
        return evolve(found, about="changes", added=changes[0], removed=changes[1], object=_group(rest))
    role = _role(rest)
    if role is not None:
        people = _party(without(rest, role), PERSON | NAME, named=True)
        company = _party(without(rest, role, *people.key, people.name), TARGET)
        return evolve(found, about="roles", role=role, subject=people, object=company)
    return _of_one(rest, found)


def _of_stakes(sample: Sample, rest: Sequence[SeenColumn], found: Meaning) -> Meaning | None:
    """What a table tells of stakes; None when it tells of none."""
    count = first(rest, COUNT, lambda column: column.numbers > _MOSTLY)
    price, currency = _money(without(rest, count))
    rest = without(rest, count, price, currency)
    holder = _party(rest, HOLDER)
    if found.share is None and not (holder.key and (found.start or count)):
        return None
    if not holder.key:
        holder = _by_content(rest, _party(rest, TARGET))
    target = _party(without(rest, *holder.key, holder.name), TARGET)
    if not target.key:
        target = _by_content(without(rest, *holder.key, holder.name), Side())
    target = _told_apart(sample, rest, (holder, target), found.start, found.end)
    holder, target = _numbered(holder, target)
    return evolve(found, count=count, price=price, currency=currency, subject=holder, object=target)


def _share(columns: Sequence[SeenColumn]) -> SeenColumn | None:
    called = [
        column
        for column in columns
        if (column.about(SHARE) or "%" in column.name)
        and not column.about(NO_SHARE - ({"per"} if "cent" in column.words else set()))
        and (not column.filled or column.numbers > _MOSTLY)
        and not column.has_dates
    ]
    signed = [c for c in columns if c.filled and 2 * sum("%" in cell for cell in c.filled) > len(c.filled)]
    return next(iter([*[c for c in called if c.filled], *signed, *called]), None)


def _days(columns: Sequence[SeenColumn]) -> tuple[SeenColumn | None, SeenColumn | None]:
    """The columns of the first day and of the last one."""
    # The day on which something was told is not the day on which it happened.
    dated = [column for column in columns if column.has_dates and not column.about(TOLD)]
    ends = [column for column in dated if column.about(END) and not column.about(START)]
    empty = [column for column in columns if not column.filled and column.about(END)]
    begins = without(dated, *ends)
    # A column of days before one of months or years of the same day: the more exact one counts.
    begins.sort(key=lambda column: (not column.about(START), not column.about(DATE), _rough(column)))
    # "Founded" tells of the company, not of the row.
    begins.sort(key=lambda column: column.about(FOUNDED) and not column.about(START))
    start = begins[0] if begins else None
    if not ends and start is not None and not empty:
        later = [c for c in begins[1:] if not c.about(START | DATE | FOUNDED) and _follows(start, c)]
        ends = later[:1]
    return start, next(iter([*ends, *empty]), None)


def _rough(column: SeenColumn) -> bool:
    return not any("%d" in form or form == "iso" for form in column.dates.forms) or all(
        len(cell) < len("2014-1-1") for cell in column.filled
    )


def _follows(start: SeenColumn, end: SeenColumn) -> bool:
    """Whether the days of one column are never before those of the other in their rows."""
    pairs = [
        (_day(one), _day(other)) for one, other in zip(start.cells, end.cells, strict=True) if one and other
    ]
    return bool(pairs) and all(one <= other for one, other in pairs if one and other)


def _day(cell: str) -> str:
    forms = date_forms(cell)
    if not forms:
        return ""
    try:
        return Dates(formats=forms[:1], earliest=1, latest=9999).read(cell) or "9999"
    except ValueError:
        return ""


def _money(columns: Sequence[SeenColumn]) -> tuple[SeenColumn | None, SeenColumn | None]:
    price = first(columns, MONEY, lambda column: bool(column.filled) and column.numbers > _MOSTLY)
    currency = first(columns, CURRENCY)
    return (price, currency) if price else (None, None)


def _changes(columns: Sequence[SeenColumn], start: SeenColumn | None) -> tuple[SeenColumn, SeenColumn] | None:
    added = first(columns, ADDED, lambda column: not column.has_dates and column.numbers < _MOSTLY)
    removed = first(columns, REMOVED, lambda column: not column.has_dates and column.numbers < _MOSTLY)
    return (added, removed) if added and removed and start else None


def _role(columns: Sequence[SeenColumn]) -> SeenColumn | None:
    return first(columns, ROLE, lambda column: column.has_names and not column.is_id)


def _group(columns: Sequence[SeenColumn]) -> Side:
    found = first(columns, GROUP, lambda column: column.has_names)
    return Side((found,), found) if found else Side()


def _party(columns: Sequence[SeenColumn], words: frozenset[str], named: bool = False) -> Side:
    """A party that columns are called after: its id where there is one, and its name."""
    meant = [column for column in columns if column.about(words) and not column.is_aside]
    ids = [column for column in meant if column.is_id and column.filled]
    names = [column for column in meant if column.has_names and not column.is_id]
    name = first(names, NAME) or (names[0] if names else None)
    key = ids[0] if ids else name
    if key is None:
        return Side()
    if name is not None and key is not name and not _alike(key, name):
        name = None if not key.about(name.words) else name
    if named and name is None:
        return Side()
    return Side((key,), name)


def _alike(key: SeenColumn, name: SeenColumn) -> bool:
    """Whether an id and a name seem to be of the same party: one word in common, or one in its plural."""
    kinds = HOLDER | TARGET | PERSON | MEMBER
    return bool({_kind(word) for word in key.words & kinds} & {_kind(word) for word in name.words & kinds})


def _kind(word: str) -> str:
    return {"ownership": "owner", "owning": "owner"}.get(word, word)


def _by_content(columns: Sequence[SeenColumn], other: Side) -> Side:
    """A party where no column is called after it: a column of names or ids, the only one that there is."""
    free = without(columns, *other.key, other.name)
    fit = [column for column in free if column.filled and (column.has_names or column.is_id)]
    if len(fit) == 1:
        return Side((fit[0],), fit[0] if fit[0].has_names else None)
    return Side()


def _of_one(rest: Sequence[SeenColumn], found: Meaning) -> Meaning:
    """What a table tells of one party: that it is a member of a group, was founded, or has a name."""
    start = found.start
    ids = [column for column in rest if column.is_id and column.filled]
    names = [column for column in rest if column.has_names and not column.is_id]
    group = _group(names)
    names = without(names, *group.key)
    key = first(ids, MEMBER) or (ids[0] if ids else first(names, TARGET | MEMBER) or first(names, NAME))
    name = first(names, NAME) or first(names, TARGET | MEMBER) or (key if key in names else None)
    one = Side((key,) if key else (), name)
    about = "names"
    if found.end or group.key or (start and start.about(START) and not start.about(FOUNDED)):
        about = "members"
    elif start is not None:
        about = "founded" if start.about(FOUNDED) else "dated"
    elif key is None:
        about = "nothing"
    return evolve(found, about=about, subject=one, object=group)


def _told_apart(
    sample: Sample,
    columns: Sequence[SeenColumn],
    parties: tuple[Side, Side],
    start: SeenColumn | None,
    end: SeenColumn | None,
) -> Side:
    """The target with a further column in its key, where rows of one day would else be of the same."""
    holder, target = parties
    if not holder.key or not target.key:
        return target

    def repeated(keys: Sequence[SeenColumn]) -> int:
        wanted = [*holder.key, *keys, *[each for each in (start, end) if each]]
        found = {tuple(row[column.index] for column in wanted) for row in rows}
        return len(rows) - len(found)

    rows = set(sample.rows)
    if not repeated(target.key):
        return target
    taken = {*holder.key, holder.name, *target.key, target.name}
    further = [c for c in columns if c.is_id and c not in taken and not c.about(HOLDER)]
    best = min(further, key=lambda column: repeated((*target.key, column)), default=None)
    if best is None or repeated((*target.key, best)) * 10 > repeated(target.key):
        return target
    return Side((*target.key, best), target.name)


def _numbered(holder: Side, target: Side) -> tuple[Side, Side]:
    """Prefixes for ids that are numbers of two kinds: 195 as an owner is not 195 as a plant."""
    if len(holder.key) != 1 or not target.key or not all(c.is_id for c in (*holder.key, *target.key)):
        return holder, target
    one, other = holder.key[0], target.key[0]
    shared = set(one.filled) & set(other.filled)
    if not shared or not all(is_number(cell) for cell in shared):
        return holder, target
    if len(target.key) == 1 and _same_names(holder, target, shared):
        return holder, target
    return (
        Side(holder.key, holder.name, _prefix(one)),
        Side(target.key, target.name, _prefix(other)),
    )


def _same_names(holder: Side, target: Side, shared: set[str]) -> bool:
    if holder.name is None or target.name is None:
        return True
    names = [dict(zip(p.key[0].cells, p.name.cells, strict=True)) for p in (holder, target) if p.name]
    return 2 * sum(names[0][id] == names[1][id] for id in shared) >= len(shared)


def _prefix(column: SeenColumn) -> str:
    words = [word for word in column.name.lower().replace("_", " ").split() if word not in ID | NAME]
    return f"{words[0]}:" if words and words[0].isalnum() and words[0].isascii() else "other:"
