"""Rectangles: the state of any day, by what was known on any day, is a choice among them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
import histories
import test_parts
from chronicle.cli.made_up import made
from chronicle.engine.partial.rectangles import Rectangles
from chronicle.engine.replay import Before, Change, Projector
from chronicle.events import Event, StakeAcquired, knowledge
from chronicle.history import History
from given import acquired, corrected, day, happened, retracted

EVENTS = Path(__file__).parent.parent / "events"
SHIPPED = (EVENTS, EVENTS / "chinavision-2014")

_ONE_DAY = datetime.timedelta(days=1)


def edges(events: Iterable[Event]) -> list[datetime.date]:
    """The first and the last day of the date of every event."""
    return sorted({edge for event in events for edge in (event.date.earliest, event.date.latest)})


def beside(days: Iterable[datetime.date]) -> list[datetime.date]:
    """The same days with the day before and the day after each."""
    first, last = datetime.date.min, datetime.date.max
    found = set(days)
    found |= {each - _ONE_DAY for each in found if each > first} | {
        each + _ONE_DAY for each in found if each < last
    }
    return sorted(found)


def asked(history: History, on: datetime.date, known: datetime.date | None) -> list[tuple[Any, ...]]:
    """What ``as_of`` answers: every fact of every view, with the text of its value."""
    return [
        (
            fact.view,
            fact.key,
            fact.value,
            str(fact.value),
            fact.certain,
            fact.since,
            fact.events,
            fact.doubted_by,
        )
        for fact in history.as_of(on, known)._every_fact()
    ]


def chosen(found: Rectangles, on: datetime.date, known: datetime.date | None) -> list[tuple[Any, ...]]:
    """The same, chosen among the rectangles."""
    return [
        (
            *(each.view, each.key, each.value, str(each.value), each.certain(on), each.begin),
            tuple(dict.fromkeys((*each.events, *each.doubted_by(on)))),
            each.doubted_by(on),
        )
        for each in found.on(on, known)
    ]


def same_on(
    history: History, days: Sequence[datetime.date], known: Sequence[datetime.date | None]
) -> Rectangles:
    """Assert that both give the same on every one of these days, by what was known on every one of those."""
    found = history.rectangles()
    for by in known:
        for on in days:
            assert chosen(found, on, by) == asked(history, on, by), (on, by)
    return found


@pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)
def test_of_a_shipped_history_every_day_by_every_knowledge_is_a_choice_among_rectangles(source: Path) -> None:
    """On the days of events and beside them, by the days of knowledge and by those between."""
    history = chronicle.open(source)
    same_on(history, beside(edges(history.events)), [None, *beside(map_known(history))])


def map_known(history: History) -> list[datetime.date]:
    return sorted({knowledge(event).day for event in history.events})


@given(
    st.builds(test_parts.spread, test_parts.HISTORIES, test_parts.GROUPS),
    st.lists(st.sampled_from(histories.DAYS), min_size=1, max_size=5, unique=True),
)
@settings(max_examples=30)
def test_of_random_histories_the_same(events: list[Event], days: list[datetime.date]) -> None:
    """Corrections, retractions, mergers, deals and linked ids, in one part of a history or in several."""
    history = History(events)
    known = map_known(history)
    same_on(history, [*days, *edges(events)[::3]], [None, *known, *histories.KNOWN])


@pytest.mark.slow
def test_of_a_made_history_the_same() -> None:
    """Three thousand events, as known in 28 years."""
    history = History(made(3000).events)
    found = same_on(history, edges(history.events)[::211], [None, *map_known(history)[::3]])
    assert len(found.rectangles) < 2 * len(history.events)


def test_a_span_that_is_told_again_is_one_rectangle() -> None:
    """What did not change goes on, however many days of knowledge there are."""
    history = History(
        [acquired("2014", "a", "b", share="10%", known="2014-12-31")]
        + [acquired(str(year), "c", "d", share="1%", known=f"{year}-06-30") for year in range(2015, 2025)]
    )
    found = history.rectangles()
    (first,) = (each for each in found.rectangles if each.key[0] == "a")
    assert (first.known_from, first.known_until) == (day("2014-12-31"), None)
    assert len(found.days) == 11


def test_a_correction_ends_one_rectangle_and_begins_another() -> None:
    """The old value was known until the day on which the correction became known."""
    history = History(
        [
            acquired("2014", "a", "b", share="10%", id="bought", known="2014-12-31"),
            corrected("2015-06-30", "bought", {"share": "12%"}),
        ]
    )
    found = history.rectangles()
    told = [(str(each.value.share), each.known_from, each.known_until) for each in found.rectangles]
    assert told == [
        ("10%", day("2014-12-31"), day("2015-06-30")),
        ("12%", day("2015-06-30"), None),
    ]
    versions = [(str(each.event.share), each.corrections) for each in found.versions["bought"]]
    assert [share for share, _ in versions] == ["10%", "12%"]
    assert [len(corrections) for _, corrections in versions] == [0, 1]


def test_a_correction_of_a_text_alone_is_another_rectangle() -> None:
    """Half is 50%, but it was not written so."""
    history = History(
        [
            acquired("2014", "a", "b", share="1/2", id="bought", known="2014-12-31"),
            corrected("2015-06-30", "bought", {"share": "50%"}),
        ]
    )
    assert [str(each.value.share) for each in history.rectangles().rectangles] == ["1/2", "50%"]


def test_what_is_retracted_was_known_until_then() -> None:
    """The rectangle has an end of knowledge, and so has the event."""
    history = History(
        [
            acquired("2014", "a", "b", share="10%", id="bought", known="2014-12-31"),
            retracted("2016-01-31", "bought"),
        ]
    )
    found = history.rectangles()
    assert [each.known_until for each in found.rectangles] == [day("2016-01-31")]
    assert [each.known_until for each in found.versions["bought"]] == [day("2016-01-31")]


def test_ids_that_turn_out_to_be_one_have_one_key_from_then_on() -> None:
    """Before that they were two."""
    history = History(
        [
            acquired("2014", "a", "b", share="10%", known="2014-12-31"),
            acquired("2014", "a2", "c", share="10%", known="2014-12-31"),
            happened("identity.linked", "2016-01-31", a="a", b="a2"),
        ]
    )
    same_on(history, [day("2015"), day("2016-02")], [None, day("2015"), day("2016-01-30"), day("2016-01-31")])


def test_of_an_assumption_the_basis_is_assumed() -> None:
    """As a state says it."""
    history = chronicle.open(EVENTS).assume("asset-injection", "2015-12-31")
    same_on(history, [day("2015-12-31"), day("2016")], [None])


def test_of_a_view_of_your_own_the_same() -> None:
    """Then everything is replayed for every day of knowledge."""

    def counted(event: StakeAcquired, before: Before) -> list[Change]:
        return [Change("purchases", (event.holder,), "set", event.id, event.date, event.id)]

    mine = Projector("mine", ("purchases",), {StakeAcquired: counted})
    history = chronicle.open(EVENTS / "chinavision-2014", projectors=[mine])
    found = same_on(history, edges(history.events)[::4], [None, *map_known(history)])
    assert "purchases" in found.views


def test_conflicts_are_known_from_when_the_second_claim_is() -> None:
    """What the sources of the shipped history disagree about, day by day."""
    history = chronicle.open(EVENTS / "chinavision-2014")
    found = history.rectangles()
    for known in (None, *map_known(history)):
        told = [each.conflict for each in found.disagreements if each.known(known)]
        assert sorted(map(repr, told)) == sorted(map(repr, history.conflicts(known)))


def test_events_are_known_as_a_history_gives_them() -> None:
    """Each in the version of that day, with the corrections by then."""
    history = chronicle.open(EVENTS / "chinavision-2014")
    found = history.rectangles()
    for known in (None, *map_known(history)):
        told = {
            id: each.event for id, course in found.versions.items() for each in course if each.known(known)
        }
        assert told == {event.id: event for event in history._resolved(known, None).visible.events}
