"""What hypothesis draws for the tests: texts of every value, ids, sources, and events of every kind.

``events()`` is built from the fields of the classes, so a new kind or field is drawn without a line here.
"""

from __future__ import annotations

import datetime
import json
from functools import cache
from typing import Any, get_args

from attrs import fields
from hypothesis import strategies as st

from chronicle.codec import FieldOf, fields_of
from chronicle.codec.shapes import EFFECT_KINDS, TAKEN_FROM_DEAL, correctable, item_of, pair_of, shape
from chronicle.dates import PartialDate, parse_date
from chronicle.errors import InvalidEvents
from chronicle.events import KINDS, DealId, Effect, EntityId, Event, EventId
from chronicle.values import (
    Count,
    Money,
    Ratio,
    Share,
    Source,
    parse_count,
    parse_money,
    parse_ratio,
    parse_share,
)

Strategy = st.SearchStrategy

# Texts and ids

_BIDIRECTIONAL = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))


def texts(max_size: int = 20) -> Strategy[str]:
    """Texts of one line in any script, never empty or only white space."""
    characters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=_BIDIRECTIONAL)
    return st.text(characters, min_size=1, max_size=max_size).filter(lambda text: not text.isspace())


def ids() -> Strategy[str]:
    """Ids of entities, deals and events."""
    words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
    joined = st.tuples(words, st.lists(st.tuples(st.sampled_from("-._:"), words), max_size=3))
    return joined.map(lambda parts: parts[0] + "".join(mark + word for mark, word in parts[1]))


entity_ids = ids


# Dates


def days(first: int = 1, last: int = 9999) -> Strategy[datetime.date]:
    """Days from the first day of one year to the last of another."""
    return st.dates(datetime.date(first, 1, 1), datetime.date(last, 12, 31))


@st.composite
def _plain_date_texts(draw: st.DrawFn, first: int, last: int) -> str:
    day = draw(days(first, last))
    quarter = (day.month + 2) // 3
    forms = [
        f"{day.year:04}",
        f"{day.year:04}-Q{quarter}",
        f"{day.year:04}-{32 + quarter}",
        day.isoformat()[:7],
        day.isoformat(),
    ]
    return draw(st.sampled_from(forms))


@st.composite
def date_texts(draw: st.DrawFn, first: int = 1, last: int = 9999) -> str:
    """Texts of partial dates in every accepted form, ranges with and without ends among them."""
    form = draw(st.sampled_from(["plain", "plain", "plain", "qualified", "between", "by", "after"]))
    text = draw(_plain_date_texts(first, last))
    if form == "between":
        ends = sorted([text, draw(_plain_date_texts(first, last))], key=parse_date)
        return (
            f"[{ends[0]}..{ends[1]}]" if parse_date(ends[0]).earliest <= parse_date(ends[1]).latest else text
        )
    shapes = {"plain": text, "by": f"[..{text}]", "after": f"[{text}..]"}
    return shapes.get(form) or text + draw(st.sampled_from("~?%"))


def partial_dates(first: int = 1, last: int = 9999) -> Strategy[PartialDate]:
    """Partial dates of every precision."""
    return date_texts(first, last).map(parse_date)


# Shares, amounts, counts and ratios


@st.composite
def share_texts(draw: st.DrawFn) -> str:
    """Texts of shares: exact, about, ranges with open and closed ends, unknown."""
    low, high = sorted([draw(_percentages), draw(_percentages)], key=float)
    about = draw(st.sampled_from(["", "", "~"]))
    parts = draw(st.integers(1, 99))
    exact = [f"{about}{low}%", f"{about}{draw(st.integers(0, parts))}/{parts}"]
    bounds = [f"{about}>={low}%", f"{about}<={low}%", "?"]
    if float(low) < float(high):
        bounds += [f"{about}{low}-{high}%", f"{about}>{low}-<{high}%", f"{about}>{low}%"]
    return draw(st.sampled_from(exact + bounds))


_percentages = st.decimals(0, 100, places=2).map(str)


def shares() -> Strategy[Share]:
    """Shares as somebody states them."""
    return share_texts().map(parse_share)


_numbers = st.one_of(st.integers(1, 10**12).map(str), st.decimals(1, 999, places=3).map(str))
_suffixes = st.sampled_from(["k", "M", "bn", "tn"])
_amounts = st.tuples(_numbers, _suffixes).map("".join)
_currencies = st.sampled_from(["USD", "HKD", "CNY", "EUR", "JPY"])


@st.composite
def money_texts(draw: st.DrawFn) -> str:
    """Texts of amounts of money: exact, about, ranges, undisclosed."""
    currency, amount, number = draw(_currencies), draw(_amounts), draw(st.integers(1, 999))
    forms = [
        f"{currency} {amount}",
        f"~{currency} {amount}",
        f">={currency} {amount}",
        f"<{currency} {amount}",
        f"{currency} {number}-{number + 1}M",
        f"{currency} ?",
        "undisclosed",
    ]
    return draw(st.sampled_from(forms))


def money() -> Strategy[Money]:
    """Amounts of money as somebody states them."""
    return money_texts().map(parse_money)


def count_texts() -> Strategy[str]:
    """Texts of counts, with and without a suffix."""
    whole = st.integers(1, 10**13).map(str)
    with_suffix = st.tuples(st.decimals(1, 999, places=3).map(str), _suffixes).map("".join)
    return st.tuples(st.sampled_from(["", "~"]), st.one_of(whole, with_suffix)).map("".join)


def counts() -> Strategy[Count]:
    """Numbers of shares."""
    return count_texts().map(parse_count)


def ratio_texts() -> Strategy[str]:
    """Texts of ratios, new to old."""
    return st.tuples(st.integers(1, 100), st.integers(1, 100)).map(lambda pair: f"{pair[0]}:{pair[1]}")


def ratios() -> Strategy[Ratio]:
    """Ratios of new to old shares."""
    return ratio_texts().map(parse_ratio)


# Sources, effects and events


def _urls() -> Strategy[str]:
    return ids().map(lambda name: f"https://example.org/{name}")


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Sources with at least one of publisher, title and url."""
    named = draw(st.sampled_from(["publisher", "title", "url"]))
    values = {field.name: _urls() if field.name == "url" else _of(field) for field in fields_of(Source)}
    chosen = st.fixed_dictionaries(
        {named: values[named]}, optional={name: value for name, value in values.items() if name != named}
    )
    return Source(**draw(chosen))


def _plain_values() -> Strategy[Any]:
    leaves = st.one_of(st.none(), st.booleans(), texts())
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts(8), inner, max_size=3)),
        max_leaves=5,
    )


def _corrections() -> Strategy[tuple[tuple[str, str], ...]]:
    def pairs(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
            for name, value in sorted(values.items())
        )

    names = st.sampled_from(sorted(correctable()))
    return st.dictionaries(names, _plain_values(), min_size=1, max_size=3).map(pairs)


@st.composite
def effects(draw: st.DrawFn) -> Effect:
    """Effects of deals, of every kind that a deal can bring about."""
    kind = draw(st.sampled_from(EFFECT_KINDS))
    cls = KINDS[kind]
    own = [field for field in fields_of(cls) if field.name not in TAKEN_FROM_DEAL]
    values = draw(_values(cls, own, {"id": st.just("effect"), "date": partial_dates()}))
    defaults = {field.name: field.default for field in fields(cls)}
    names = [field.attribute for field in own if field.attribute in values]
    return Effect(kind, tuple((name, values[name]) for name in names if values[name] != defaults[name]))


@cache
def events_of(cls: type[Event]) -> Strategy[Event]:
    """Events of one kind, with every field drawn or left out."""
    return _values(cls, list(fields_of(cls)), {}).map(lambda values: cls(**values))


def events() -> Strategy[Event]:
    """Events of every kind."""
    return st.one_of([events_of(cls) for cls in KINDS.values()])


def _values(cls: type[Event], own: list[FieldOf], given: dict[str, Any]) -> Strategy[dict[str, Any]]:
    """The fields of an event that adds up: required ones always, others now and then."""
    required = {field.attribute: _of(field) for field in own if field.required} | given
    optional = {field.attribute: _of(field) for field in own if not field.required}
    return st.fixed_dictionaries(required, optional=optional).filter(lambda values: _adds_up(cls, values))


def _adds_up(cls: type[Event], values: dict[str, Any]) -> bool:
    try:
        cls(**values)
    except InvalidEvents:
        return False
    return True


def _of(field: FieldOf) -> Strategy[Any]:
    if field.name in ("note", "quote", "reason"):
        return st.lists(texts(), min_size=1, max_size=2).map("\n".join)
    return values_of(field.hint)


def values_of(hint: Any) -> Strategy[Any]:
    """Values of the type of a field."""
    form = shape(hint)
    if form == "list":
        return st.lists(values_of(item_of(hint)), max_size=3).map(tuple)
    if form == "pairs":
        key, value = map(values_of, pair_of(hint))
        pairs = st.dictionaries(key, value, max_size=3)
        return pairs.map(lambda found: tuple((name, found[name]) for name in sorted(found)))
    if form == "word":
        return st.sampled_from(get_args(hint))
    other = {"source": sources, "effect": effects, "set": _corrections}
    return other[form]() if form in other else _LEAVES[hint]()


_LEAVES = {
    str: texts,
    bool: st.booleans,
    EntityId: ids,
    DealId: ids,
    EventId: ids,
    PartialDate: partial_dates,
    Share: shares,
    Money: money,
    Count: counts,
    Ratio: ratios,
}
