"""Random histories with all that knowledge has to do with: sources, corrections, retractions, ties and deals.

Small pools on purpose: few companies, few dates, few sources, so that windows overlap, sources disagree and
corrections meet.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import Any

from attrs import asdict, evolve
from hypothesis import strategies as st

from chronicle.dates import parse_date
from chronicle.events import Event, RecordCorrected, RecordRetracted
from given import day, happened

DATES = (
    *("2014", "2014-Q1", "2014-03", "2014-03~", "2014-04", "2014-03-01", "2014-03-11", "2014-03-31"),
    *("2014-04-01", "[2014-03-15..2014-04-15]", "[..2014-04]", "[2014-04..]", "2015"),
)
PUBLISHED = (None, "2014-02", "2014-03-20", "2014-12", "2015-06-30")
# Days of knowledge before, between and after all that is published.
KNOWN = tuple(map(day, ("2013", "2014-03-20", "2014-04-30", "2014-12-31", "2015-06-29", "2016")))

# Every day on which an answer can change, and those beside them.
DAYS = tuple(
    sorted(
        {
            edge + datetime.timedelta(step)
            for text in (*DATES[:-4], "2014-03-15", "2014-04-15", "2015")
            for edge in (day(text), day(text).replace(day=1), day(text).replace(month=1, day=1))
            for step in (-1, 0, 1)
        }
    )
)

_SHARES = st.sampled_from(("5%", "10%", "20%", "30%", "60%", "1/3", "?"))
_COMPANIES = st.sampled_from([*permutations("abc")])
_SOURCES = st.sampled_from(
    (
        (),
        (),
        *(((publisher, published),) for publisher in ("Post", "Times") for published in PUBLISHED),
        (("Post", "2014-12"), ("Times", "2014-02")),
        (("Gazette", "2015-06-30"), ("Times", None)),
    )
)
_CONFIDENCE = st.sampled_from((None, None, None, "confirmed", "reported", "rumoured"))
_DEALS = st.sampled_from("ddde")


def _stake(kind: str, *names: str, **amounts: st.SearchStrategy[str]) -> Any:
    def named(drawn: tuple[list[str], dict[str, str]]) -> dict[str, Any]:
        return {"kind": f"stake.{kind}", **dict(zip(names, drawn[0], strict=False)), **drawn[1]}

    return st.tuples(_COMPANIES, st.fixed_dictionaries(amounts)).map(named)


_HAPPENINGS = st.one_of(
    _stake("acquired", "holder", "target", share=_SHARES),
    _stake("acquired", "holder", "target", holds=_SHARES),
    _stake("acquired", "holder", "target", "seller", share=_SHARES, holds=_SHARES),
    _stake("acquired", "holder", "target", "seller", holds=_SHARES),
    _stake("disposed", "holder", "target", share=_SHARES),
    _stake("disposed", "holder", "target", holds=st.sampled_from(("0%", "10%", "?"))),
    _stake("disposed", "holder", "target", "buyer", share=_SHARES),
    _stake("disposed", "holder", "target", "buyer", holds=_SHARES),
    _stake("observed", "holder", "target", holds=_SHARES),
    st.builds(
        lambda unit, owner: {"kind": "unit.launched", "unit": unit, "owner": owner},
        st.sampled_from("uv"),
        st.sampled_from("abc"),
    ),
    st.builds(
        lambda unit, who: {"kind": "unit.transferred", "unit": unit, "from": who[0], "to": who[1]},
        st.sampled_from("uv"),
        _COMPANIES,
    ),
    _COMPANIES.map(lambda who: {"kind": "merger.absorbed", "survivor": who[0], "absorbed": who[1]}),
)
_EFFECTS = st.lists(_HAPPENINGS, min_size=1, max_size=2)
_STAGES = st.one_of(
    st.builds(
        lambda deal, effects: {
            **{"kind": "deal.proposed", "title": "D", "parties": ["a", "b"]},
            **{"deal": deal, "effects": effects},
        },
        _DEALS,
        _EFFECTS,
    ),
    st.builds(
        lambda deal, effects: {"kind": "deal.agreed", "deal": deal, "effects": effects}, _DEALS, _EFFECTS
    ),
    _DEALS.map(lambda deal: {"kind": "deal.completed", "deal": deal}),
    _DEALS.map(lambda deal: {"kind": "deal.completed", "deal": deal}),
    _DEALS.map(lambda deal: {"kind": "deal.terminated", "deal": deal, "reason": "price"}),
)

_PATCHES: tuple[dict[str, Any], ...] = (
    {"share": "7%"},
    {"share": None},
    {"holds": "12%"},
    {"holds": "many"},
    {"date": "2014-02"},
    {"confidence": "confirmed"},
    {"sources": [{"publisher": "Gazette", "published": "2014-01"}]},
    {"holder": "d", "share": "8%"},
    {"deal": "e"},
    {"after": "e0"},
)
# What corrections of corrections and of retractions put right.
_PATCHES_OF_RECORDS: tuple[dict[str, Any], ...] = (
    {"target": "e0"},
    {"target": "e1"},
    {"set": {"share": "9%"}},
    {"set": {"date": "2014-05"}},
    {"reason": "typing"},
)

_Drawn = tuple[str, dict[str, Any], Any, Any, Any, Any]


def _event(place: int, drawn: _Drawn) -> Event:
    date, fields, sources, confidence, after, known = drawn
    given: dict[str, Any] = {"sources": _sources(sources), "after": after, "known": known}
    # Each is a happening of its own: what several tell is joined is the law of test_told_twice.py.
    if fields["kind"] in ("stake.acquired", "stake.disposed"):
        given["apart"] = "yes"
    return happened(date=date, id=f"e{place}", **{"confidence": confidence, **given, **fields})


def _sources(drawn: list[tuple[str, str | None]]) -> list[dict[str, str]]:
    return [
        {"publisher": publisher} | ({} if published is None else {"published": published})
        for publisher, published in drawn
    ]


_AFTER = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 7).map("e{}".format))
_KNOWN_FROM = st.sampled_from((None, None, None, *PUBLISHED[1:]))
_ANYTHING = st.one_of(
    _HAPPENINGS,
    st.builds(lambda fields, deal: {**fields, "deal": deal}, _HAPPENINGS, _DEALS),
    _STAGES,
    _STAGES,
)
_ONE = st.tuples(st.sampled_from(DATES), _ANYTHING, _SOURCES, _CONFIDENCE, _AFTER, _KNOWN_FROM)
EVENTS = st.one_of(*(st.lists(_ONE, min_size=size, max_size=10) for size in (0, 4, 8))).map(
    lambda drawn: [_event(place, each) for place, each in enumerate(drawn)]
)

_RECORDS = st.lists(
    st.tuples(
        st.sampled_from(DATES),
        st.sampled_from(PUBLISHED),
        st.integers(0, 11),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=4,
)


def _with_records(events: list[Event], drawn: list[tuple[str, str | None, int, int | None]]) -> list[Event]:
    """Each record speaks of an event or of a record before it, so that none goes in a circle."""
    everything = list(events)
    for date, known, aim, patch in drawn if events else ():
        target = everything[aim % len(everything)].id
        fields: dict[str, Any] = {"id": f"r{len(everything)}", "target": target, "known": known}
        if patch is None:
            everything.append(happened("record.retracted", date, reason="wrong", **fields))
        else:
            patches = _PATCHES_OF_RECORDS if target.startswith("r") else _PATCHES
            patched = patches[patch % len(patches)]
            everything.append(happened("record.corrected", date, set=patched, reason="a slip", **fields))
    return everything


# Windows of every precision that do not overlap. What order those that do are taken in is the law of
# test_order_law.py; the oracles of what events do and of what was known need one that nobody can doubt.
APART = (
    *("2013", "2014-01", "2014-02-10", "2014-02-20", "[2014-03-01..2014-03-09]", "2014-03-11", "2014-03-14"),
    *("[2014-03-15..2014-04-15]", "2014-04-20~", "2014-Q3", "2014-10", "2014-11-11"),
)
DAYS_APART = tuple(
    sorted(
        {
            edge + datetime.timedelta(step)
            for text in APART
            for date in (parse_date(text),)
            for edge in (date.earliest, date.latest)
            for step in (-1, 0, 1)
        }
    )
)


def set_apart(events: list[Event], order: Sequence[int], dates: Sequence[str] = APART) -> list[Event]:
    """The same events, each in a window of its own; records stay on their days and correct no date."""
    turns = iter(order)
    return [_set_apart(event, dates, turns) for event in events]


def _set_apart(event: Event, dates: Sequence[str], turns: Iterator[int]) -> Event:
    if isinstance(event, RecordRetracted):
        return event
    if isinstance(event, RecordCorrected):
        kept = tuple(pair for pair in event.set if pair[0] not in ("date", "after", "set", "target"))
        return evolve(event, set=kept or (("note", '"seen"'),))
    return evolve(event, date=parse_date(dates[next(turns)]), after=None)


# Events and what was said of them later, in any order of position.
HISTORIES = st.builds(_with_records, EVENTS, _RECORDS).flatmap(st.permutations)

HISTORIES_APART = st.builds(set_apart, HISTORIES, st.permutations(range(len(APART))))


def may_be_taken_in_by_two(events: list[Event]) -> bool:
    """Whether one company may be absorbed by two: the oracles know nothing of that doubt."""
    told = [(event.kind, asdict(event, recurse=False)) for event in events]
    told += [(effect.kind, dict(effect.fields)) for _, event in told for effect in event.get("effects") or ()]
    mergers = {(fields["absorbed"], fields["survivor"]) for kind, fields in told if kind == "merger.absorbed"}
    gone = [absorbed for absorbed, survivor in mergers if absorbed != survivor]
    return len(gone) > len(set(gone))


def overlapping(events: list[Event]) -> bool:
    """Whether windows overlap, or may once they are corrected: then order is a question."""
    windows = sorted(
        (event.date for event in events if not isinstance(event, RecordCorrected | RecordRetracted)),
        key=lambda date: date.order,
    )
    dated = any(name == "date" for event in events for name, _ in getattr(event, "set", ()))
    return dated or any(two.earliest <= one.latest for one, two in pairwise(windows))
