"""Exported to the formats of registers and imported again, a history gives the state that it gave."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

import chronicle
from chronicle.dates import FOREVER
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop.exports import bods, ftm
from chronicle.interop.exports.material import material
from chronicle.interop.importing import import_events
from chronicle.interop.reading import read_files
from chronicle.stores import open_store
from chronicle.values import Share
from given import acquired, declared, disposed, happened, observed

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("events", "events/chinavision-2014", "docs/examples/told-by-two.yaml")
LAST = datetime.date(2025, 12, 31)
VIEWS = {
    "bods": ("holdings", "control", "roles", "names", "types", "status", "identifiers"),
    "ftm": ("holdings", "control", "roles", "memberships", "units", "types", "status", "lineage"),
}


def again(history: History, format: str, folder: Path, day: datetime.date = LAST) -> History:
    """The history that is read from what ``history`` is exported to."""
    file = folder / "exported.json"
    export = {"bods": bods.spans, "ftm": ftm.spans}[format]
    file.write_bytes(b"".join(export(material(history, day))))
    store = open_store("memory:")
    problems: list[Problem] = []
    import_events(read_files(format, [str(file)], store=store), store, today=LAST, refuse=problems.append)
    assert problems == []
    return History.from_store(store)


def facts_on(history: History, format: str, day: datetime.date) -> set[tuple[Any, ...]]:
    """What is so on a day in the views that the format has, without its prefix of ids."""
    return {
        (fact.view, key, _said(fact), fact.view == "identifiers" or fact.certain)
        for view in VIEWS[format]
        for fact in history.as_of(day).view(view)
        if _is_had((key := tuple(str(part).removeprefix(f"{format}:") for part in fact.key)), fact, format)
    }


def _said(fact: Any) -> str:
    values = (getattr(fact.value, name, "") for name in ("share", "name", "type", "jurisdiction", "status"))
    return "" if fact.view in ("roles", "lineage") else ", ".join(map(str, values))


def _is_had(key: tuple[str, ...], fact: Any, format: str) -> bool:
    """A role on a film is no seat, and a record of the standard is no number that was there before."""
    if format == "bods" and fact.view == "roles":
        return key[1] != "bai-du-ren"
    return fact.view != "identifiers" or key[1] != "bods"


def days_of(history: History) -> Iterator[datetime.date]:
    """Every day on which something begins or ends, the day before and the day after."""
    ends = {end for event in history.timeline() for end in (event.date.earliest, event.date.latest)}
    for end in sorted(end for end in ends if datetime.date(1900, 1, 1) < end < FOREVER):
        yield from (end + datetime.timedelta(days=days) for days in (-1, 0, 1))


@pytest.mark.parametrize("format", VIEWS)
@pytest.mark.parametrize("source", SHIPPED)
def test_a_shipped_history_comes_back(format: str, source: str, tmp_path: Path) -> None:
    """On every day around which something happened, whatever the format has is as it was."""
    history = chronicle.open(ROOT / source)
    imported = again(history, format, tmp_path)
    for day in days_of(history):
        assert facts_on(imported, format, day) == facts_on(history, format, day), day


@pytest.mark.parametrize("source", SHIPPED)
def test_names_come_back_as_they_are_last(source: str, tmp_path: Path) -> None:
    """FollowTheMoney has no days of names: the last name is the name, the others find the entity."""
    history = chronicle.open(ROOT / source)
    imported = again(history, "ftm", tmp_path)
    for fact in history.as_of(LAST).view("names"):
        assert imported.as_of(LAST).entity(f"ftm:{fact.key[0]}").name == fact.value.name


STATED: tuple[tuple[str, Any], ...] = (
    ("indirect shareholding", "30%"),
    ("indirect votingRights", ">25-50%"),
    ("indirect appointmentOfBoard", "1/3"),
    ("indirect rightsToProfitOrIncome", "~9.2%"),
    ("indirect interest", "?"),
    ("rightsGrantedByContract", "12.5%"),
    ("otherInfluenceOrControl", None),
    ("a second pact", "2/3"),
    ("a pact, and more", "~10%"),
    ("a pact by word", "40%"),
    ("a pact of nobody knows how much", "?"),
)


PEOPLE: tuple[Event, ...] = (
    declared("mill", "Mill Works"),
    happened("entity.founded", "1961-05", entity="anna", name="Anna Example", type="person"),
    happened("entity.founded", "1950", entity="bob", name="Bob Example", type="person"),
    happened("entity.dissolved", "2019-02-03", entity="anna", reason="died"),
    happened("entity.identified", "[..2019-02-03]", entity="anna", scheme="passport", value="X123"),
    happened("entity.founded", "1999-04-01", entity="yard", name="Yard", type="fund"),
    happened("entity.dissolved", "2015-06", entity="yard", reason="wound up", known="2017-01-01"),
    acquired("2014-03", "anna", "mill", "1/3"),
    observed("2014-05-01", "bob", "mill", "~30%"),
    observed("2016-05-01", "bob", "mill", "20%"),
    happened("control.granted", "[2014-02-03..2014-02-20]", controller="anna", target="mill", basis="a pact"),
    *(
        # Not all in one year, of which the order would be a guess: that is no certain tie.
        happened("control.granted", year, controller="bob", target=target, basis=basis, share=share)
        for target in ("mill", "yard")
        for (basis, share), year in zip(STATED, cycle(["2014", "2013"]), strict=False)
    ),
    happened(
        "control.granted", "2016", controller="bob", target="mill", basis="indirect votingRights", share="50%"
    ),
    happened("role.appointed", "2014", person="bob", entity="mill", role="Chairman of the board"),
    happened("role.ended", "2018-03", person="bob", entity="mill", role="Chairman of the board"),
    happened("role.appointed", "2015", person="anna", entity="mill", role="board member"),
    happened("role.appointed", "2015", person="anna", entity="mill", role="chief financial officer"),
    disposed("2018-07-01", "anna", "mill", "1/3"),
)


@pytest.mark.parametrize("format", VIEWS)
def test_people_and_what_they_are_come_back(format: str, tmp_path: Path) -> None:
    """Births, deaths, papers, seats, indirect ties, ends in a window and about so much."""
    history = History(PEOPLE)
    imported = again(history, format, tmp_path)
    for day in (day for day in days_of(history) if day > datetime.date(2013, 1, 1)):
        assert facts_on(imported, format, day) == facts_on(history, format, day), day
    born = [event for event in imported.timeline() if event.kind == "entity.founded"]
    assert {str(event.date) for event in born} == {"1961-05", "1950", "1999-04-01"}


def test_shares_of_which_one_is_held_do_not_add_up(tmp_path: Path) -> None:
    """Two lots, one of them of a day that nobody knows: a part is held, or both are, and never more."""
    unknown = observed("[0001..9999]", "bob", "mill", "12%", lot="second")
    history = History(
        [observed("2010", "bob", "mill", "30%", lot="first"), unknown, declared("mill", "Mill")]
    )
    told = {str(fact.share) for fact in history.as_of("2012").holdings()}
    assert told == {"30%", "42%"}
    imported = again(history, "ftm", tmp_path).as_of("2012").holdings()
    assert {str(holding.share) for holding in imported} <= {"12%", "30-42%"}
    assert "30-42%" in {str(holding.share) for holding in imported}


def test_an_end_is_stated_when_it_was_known(tmp_path: Path) -> None:
    """No statement of the years before has the day of a dissolution; that which has it closes the record."""
    statements = json.loads(b"".join(bods.spans(material(History(PEOPLE), LAST))))
    told = [
        (each["recordId"], each["statementDate"], each["recordStatus"])
        for each in statements
        if {"dissolutionDate", "deathDate"} & each["recordDetails"].keys()
    ]
    assert told == [("anna", "2019-02-03", "closed"), ("yard", "2017-01-01", "closed")]
    imported = again(History(PEOPLE), "bods", tmp_path)
    assert imported.as_of("2016", known="2016").entity("bods:yard").status != "dissolved"
    assert imported.as_of("2016").entity("bods:yard").status == "dissolved"


@pytest.mark.parametrize("format", ["bods", "ftm"])
def test_a_name_comes_back_with_its_marks_of_direction(format: str, tmp_path: Path) -> None:
    """Hebrew and Arabic names have marks that nobody sees; without them the name is another one."""
    name = "\u200fAcme\u200e שלום (\u061c١) Ltd"
    history = History(
        [declared("acme", name), declared("ann", "Ann"), acquired("2014", "ann", "acme", "30%")]
    )
    names = {entity.name for entity in again(history, format, tmp_path).as_of("2015").entities()}
    assert name in names


_DATES = (
    *("2012", "2013", "2014", "2012-03", "2013-06", "2014-03", "2013-06-15", "2014-03-31"),
    *("[..2013-02]", "[2012-06..2013-09]", "[..2014-03]", "[2013..]", "[0001..9999]"),
)
_SOME_DAYS = [datetime.date(year, month, 20) for year in (2010, 2012, 2013, 2014, 2015) for month in (2, 9)]


@st.composite
def _stakes(draw: Any) -> list[Event]:
    """What happens to the stakes of two holders, with dates that may overlap."""
    events: list[Event] = [declared("mill", "Mill"), declared("anna", "Anna"), declared("bob", "Bob")]
    for _ in range(draw(st.integers(1, 4))):
        happens = draw(st.sampled_from([acquired, disposed, observed]))
        holder = draw(st.sampled_from(["anna", "bob"]))
        share = draw(st.sampled_from(["10%", "20%", "30%", *(["25-50%", "?", "0%"] * (happens is observed))]))
        events.append(happens(draw(st.sampled_from(_DATES)), holder, "mill", share))
    return events


@pytest.mark.parametrize("format", ["bods", "ftm"])
@drawn(events=_stakes())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_share_comes_back_that_was_impossible_to_rule_out(
    format: str, tmp_path: Path, events: list[Event]
) -> None:
    """Whatever was possible on a day is possible when it was exported and imported, often as a range."""
    history = History(events)
    imported = again(history, format, tmp_path)
    for day in _SOME_DAYS:
        for holder in ("anna", "bob"):
            told = _candidates(imported, day, f"{format}:{holder}", f"{format}:mill")
            for share in _candidates(history, day, holder, "mill"):
                assert any(_contains(each, share) for each in told), (day, holder, share, told)


def _candidates(history: History, day: datetime.date, holder: str, target: str) -> list[Share]:
    """All that may be held on a day; nothing is the share 0."""
    found = history.as_of(day).candidates(holder, target)
    return [Share.exact(0) if share is None else share for share in found]


def _contains(share: Share, other: Share) -> bool:
    if share.minimum is None or share.maximum is None:
        return True
    return share.minimum <= (other.minimum or 0) and share.maximum >= (
        1 if other.maximum is None else other.maximum
    )


_SEATS = st.lists(
    st.tuples(
        st.sampled_from(["role.appointed", "role.appointed", "role.ended"]), st.sampled_from(_DATES[:-1])
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("format", ["bods", "ftm"])
@drawn(told=_SEATS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_seat_that_is_only_possible_never_comes_back_as_certain(
    format: str, tmp_path: Path, told: list[tuple[str, str]]
) -> None:
    """What was certain comes back, on the same days and on no others."""
    seat = {"person": "bob", "entity": "mill", "role": "board member"}
    bob = happened("entity.declared", "2000", entity="bob", name="Bob", type="person")
    happenings = [happened(kind, date, **seat) for kind, date in told]
    history = History([declared("mill", "Mill"), bob, *happenings])
    imported = again(history, format, tmp_path)
    for day in _SOME_DAYS:
        certain, came_back = (
            any(fact.certain for fact in each.as_of(day).view("roles")) for each in (history, imported)
        )
        assert certain == came_back, day


@pytest.mark.parametrize("format", ["bods", "ftm"])
def test_a_seat_in_a_company_that_was_dissolved_comes_back_as_it_was(format: str, tmp_path: Path) -> None:
    """It is only possible since then, and that is no end of it: the end of the company is told."""
    history = History(
        [
            happened("entity.founded", "1990", entity="mill", name="Mill", type="company"),
            happened("entity.declared", "1990", entity="bob", name="Bob", type="person"),
            happened("role.appointed", "2014", person="bob", entity="mill", role="board member"),
            happened("entity.dissolved", "2016-05-04", entity="mill", reason="wound up"),
        ]
    )
    imported = again(history, format, tmp_path)
    for day in (day for day in days_of(history) if day.year > 1990):
        assert facts_on(imported, format, day) == facts_on(history, format, day), day


def test_a_name_before_the_first_event_comes_back(tmp_path: Path) -> None:
    """The first that happens is the change of name: until then it was the other."""
    renamed = happened("entity.renamed", "2013", entity="mill", name="Mills")
    history = History([declared("mill", "Mill"), declared("bob", "Bob"), renamed])
    imported = again(history, "bods", tmp_path)
    for day in days_of(History([renamed])):
        assert facts_on(imported, "bods", day) == facts_on(history, "bods", day), day


@pytest.mark.parametrize("format", ["bods", "ftm"])
def test_an_end_by_a_day_comes_back(format: str, tmp_path: Path) -> None:
    """Nobody says since when a company is gone, but by when it was."""
    history = History(
        [
            happened("entity.founded", "1999-05-01", entity="mill", name="Mill", type="company"),
            happened("entity.dissolved", "[..2014-03]", entity="mill", reason="wound up"),
        ]
    )
    assert history.as_of("2014-03-31").entity("mill").status == "dissolved"
    imported = again(history, format, tmp_path)
    assert imported.as_of("2014-03-31").entity(f"{format}:mill").status == "dissolved"


@pytest.mark.parametrize("format", ["bods", "ftm"])
def test_an_end_between_two_days_comes_back(format: str, tmp_path: Path) -> None:
    """It is possible from the first of them, and certain from the last."""
    founded = happened("entity.founded", "1999-05-01", entity="mill", name="Mill", type="company")
    over = happened("entity.dissolved", "[2012-06..2013-09]", entity="mill", reason="wound up")
    history = History([founded, over])
    imported = again(history, format, tmp_path)
    for day in days_of(History([over])):
        told = [
            [(fact.value.status, fact.certain) for fact in each.as_of(day).view("status")]
            for each in (history, imported)
        ]
        assert told[0] == told[1], day
