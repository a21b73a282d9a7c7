"""Interests of one record of which some begin on days that nobody says: what is certain of their sum."""

from __future__ import annotations

import datetime
import io
import json
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from chronicle.errors import Problem
from chronicle.history import History
from chronicle.interop import bods

PAIR = "bods:ann", "bods:film"
READ = datetime.date(2026, 1, 1)
DAYS = [f"{year}-{month}-01" for year in (2012, 2013, 2014) for month in ("01", "07")]
BETWEEN = [f"{year}-{month}-15" for year in (2012, 2013, 2014) for month in ("03", "09")]
EARLY = "2011-05-01"
STATED = "2014-01-01"


def statement(record: str, kind: str, date: str, details: dict[str, Any], status: str = "new") -> Any:
    """A statement of 0.4."""
    return {
        "statementId": f"{record}-{date}-{status}".ljust(32, "x"),
        "statementDate": date,
        "declarationSubject": "film",
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": {"isComponent": False, **details},
    }


def history_of(*told: tuple[str, list[dict[str, Any]]]) -> History:
    """What Ann has of the film company by some statements, each with its day and its interests."""
    company = {"entityType": {"type": "registeredEntity"}, "name": "Film"}
    person = {"personType": "knownPerson", "names": [{"type": "legal", "fullName": "Ann"}]}
    statements = [
        statement("film", "entity", "2010-01-01", company),
        statement("ann", "person", "2010-01-01", person),
    ]
    for number, (date, interests) in enumerate(told):
        details = {"subject": "film", "interestedParty": "ann", "interests": interests}
        statements.append(
            statement("tie", "relationship", date, details, status="updated" if number else "new")
        )
    read = bods.read(io.BytesIO(json.dumps(statements).encode()), "statements.json", today=READ)
    return History([event for event in read if not isinstance(event, Problem)])


def holds(share: Any, start: str = "", end: str = "", kind: str = "shareholding") -> dict[str, Any]:
    """An interest; a share of None is one that is not stated."""
    days = {name: day for name, day in (("startDate", start), ("endDate", end)) if day}
    stated = {} if share is None else {"share": share if isinstance(share, dict) else {"exact": share}}
    return {"type": kind, "directOrIndirect": "direct", **stated, **days}


def on(history: History, day: str) -> list[tuple[str, bool]]:
    """What is held on a day."""
    return sorted((str(each.share), each.certain) for each in history.as_of(day).holdings(*PAIR))


def test_what_has_no_start_may_have_begun_after_what_has_one() -> None:
    """By the day of the statement it had: until then that which has a start is possible, and the sum."""
    history = history_of(("2018-01-01", [holds(20, "2015-01-01"), holds(10)]))
    assert on(history, "2014-06-01") == [("10%", False)]
    assert on(history, "2015-06-01") == on(history, "2017-06-01") == [("20%", False), ("30%", False)]
    assert on(history, "2018-01-01") == [("30%", True)]


def test_what_has_no_start_may_begin_when_all_else_is_over() -> None:
    """Then nothing is held for a time, or it is, and by the statement it is."""
    history = history_of(("2018-01-01", [holds(20, "2015-01-01", "2016-01-01"), holds(10)]))
    assert on(history, "2016-06-01") == [("10%", False)]
    assert on(history, "2018-01-01") == [("10%", True)]


def test_an_interest_that_came_without_a_start_came_between_two_statements() -> None:
    """Not before the first of them, which does not have it, and by the second."""
    old = holds(20, "2015-01-01")
    history = history_of(("2016-01-01", [old]), ("2018-01-01", [old, holds(10)]))
    assert on(history, "2016-01-01") == [("20%", True)]
    assert on(history, "2017-06-01") == [("20%", False), ("30%", False)]
    assert on(history, "2018-01-01") == [("30%", True)]


@pytest.mark.parametrize(("more", "sum_of_both"), [(None, "?"), ({"minimum": 0, "maximum": 30}, "20-50%")])
def test_an_interest_that_comes_beside_another_confirms_no_share(more: Any, sum_of_both: str) -> None:
    """20 % and what nobody knows are not 20 %, whether one statement says so or a second one."""
    old, new = holds(20, "2015-01-01"), holds(more, "2017-01-01")
    for told in ([("2018-01-01", [old, new])], [("2016-01-01", [old]), ("2018-01-01", [old, new])]):
        history = history_of(*told)
        assert on(history, "2016-12-31") == [("20%", True)]
        assert on(history, "2017-01-01") == on(history, "2019-01-01") == [(sum_of_both, True)]


_SHARES = (1, 2, 4)
_SPANS = st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(1, 4))


@given_any(st.lists(_SPANS, min_size=2, max_size=3), st.sampled_from(["shareholding", "votingRights"]))
@settings(max_examples=40)
def test_what_is_certain_of_interests_without_a_start_is_so_whenever_they_began(
    spans: list[tuple[int | None, int | None]], kind: str
) -> None:
    """Each choice of days makes a statement of its own, in which every day is stated."""
    assume(all(None in span or span[0] < span[1] for span in spans))
    assume(any(start is None for start, _ in spans))
    ends = ["" if end is None else DAYS[end] for _, end in spans]
    told = list(zip(_SHARES, ends, strict=False))
    begins = [
        [EARLY, *(day for day in (*DAYS, *BETWEEN) if day <= STATED and (not end or day < end))]
        if start is None
        else [DAYS[start]]
        for (start, _), end in zip(spans, ends, strict=True)
    ]
    vague = ["" if start is None else DAYS[start] for start, _ in spans]
    asked = [_interests(told, vague, kind), *(_interests(told, each, kind) for each in product(*begins))]
    history, *choices = (history_of((STATED, each)) for each in asked[:: 1 + len(asked) // 15])
    right = {"shareholding": "equity", "votingRights": "votes"}[kind]
    for day in BETWEEN:
        found = [(str(each.share), each.certain) for each in history.as_of(day).holdings(*PAIR, right)]
        truth = {str(choice.as_of(day).share(*PAIR, right)) for choice in choices}
        if any(certain for _, certain in found):
            assert truth == {share for share, _ in found}, day
        assert found or truth == {"None"}, day


def _interests(told: list[tuple[int, str]], begins: Any, kind: str) -> list[dict[str, Any]]:
    return [holds(share, begin, end, kind) for (share, end), begin in zip(told, begins, strict=True)]
