"""FollowTheMoney entities: companies and people, what they own, lead and succeed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from chronicle import codec
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import followthemoney
from chronicle.interop.followthemoney.values import one_date, prefix_date, share_of_text
from chronicle.values import parse_share
from given import state_on


def read(*records: Any) -> tuple[list[Event], list[Problem]]:
    """Events and problems of records, one in each line."""
    lines = "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)
    found = list(followthemoney.read(io.BytesIO(lines.encode()), "entities.ftm.json"))
    events = [each for each in found if not isinstance(each, Problem)]
    return events, [each for each in found if isinstance(each, Problem)]


def said(problems: list[Problem]) -> list[str]:
    return [f"{problem.code} {problem.message}" for problem in problems]


def record(id: str, schema: str, **properties: Any) -> dict[str, Any]:
    """One entity; a property may be given as one text."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {"id": id, "schema": schema, "properties": listed, "datasets": ["sample"]}


def owns(**properties: Any) -> dict[str, Any]:
    return record("own", "Ownership", **{"owner": "ann", "asset": "film", **properties})


def test_a_company_and_a_person_are_declared_with_their_lives() -> None:
    """Names, types, dates of any precision, numbers of registers and the country."""
    company = record(
        "film",
        "Company",
        name=["Film Ltd", "Film"],
        jurisdiction="gb",
        incorporationDate="1999-05",
        dissolutionDate="2021-02-16T21:00:00",
        registrationNumber="012",
        previousName="Old Film",
    )
    person = record("ann", "Person", name="Ann Lee", birthDate="1970", deathDate="2020-05")
    events, problems = read(company, person)
    assert problems == []
    state = state_on("2022-01-01", events)
    film, ann = state.entity("ftm:film"), state.entity("ftm:ann")
    assert (film.name, film.type, film.jurisdiction, film.status) == (
        "Film Ltd",
        "company",
        "gb",
        "dissolved",
    )
    assert (ann.name, ann.type, ann.status) == ("Ann Lee", "person", "dissolved")
    assert {("registration-number", "012"), ("previous-name", "Old Film")} == set(film.identifiers)
    assert str(next(e for e in events if e.kind == "entity.founded").date) == "1999-05"
    assert {e.reason for e in events if e.kind == "entity.dissolved"} == {"dissolved", "died"}


@pytest.mark.parametrize("schema", ["Vessel", "Airplane", "Vehicle", "RealEstate", "Security", "Project"])
def test_what_is_owned_and_no_company_keeps_its_name(schema: str) -> None:
    """A ship, a house, a bond: it is declared, and so are its numbers."""
    ship = record("ship", schema, name="Sea Cloud", imoNumber="IMO 8843446", buildDate="1931")
    events, problems = read(ship, record("own", "Ownership", owner="ann", asset="ship", percentage="50"))
    assert problems == []
    state = state_on("2020-01-01", events)
    assert state.entity("ftm:ship").name == "Sea Cloud"
    assert ("imo", "IMO 8843446") in state.entity("ftm:ship").identifiers
    assert str(next(e for e in events if e.kind == "entity.founded").date) == "1931"


def test_an_entity_with_an_lei_is_the_one_of_every_other_source() -> None:
    """What is said of its own id is said of its LEI."""
    lei = "5493001KJTIIGC8Y1R12"
    events, _ = read(
        record("ann", "Person", name="Ann"),
        record("film", "Company", name="Film Ltd", leiCode=lei),
        owns(percentage="40", startDate="2015"),
    )
    assert str(state_on("2016-01-01", events).share("ftm:ann", f"lei:{lei.lower()}")) == "40%"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("25", "25%"),
        ("25%", "25%"),
        ("50,00", "50%"),
        ("12.5 %", "12.5%"),
        ("0,5", "0.5%"),
        ("25-50", "25-50%"),
        ("25 – 50 %", "25-50%"),
        ("from 25 to 50", "25-50%"),
        ("50-50", "50%"),
        ("> 25%", ">25%"),
        ("≥ 75 %", ">=75%"),
        ("75% or more", ">=75%"),
        ("less than 5%", "<5%"),
        ("<= 10", "<=10%"),
        ("10% or less", "<=10%"),
        ("more than 25% but not more than 50%", ">25-50%"),
        ("> 25% and < 50%", ">25-<50%"),
        ("at least 50% but less than 75%", "50-<75%"),
        ("25% < x <= 50%", ">25-50%"),
        ("25% <= x < 50%", "25-<50%"),
        ("1/3", "1/3"),
        ("ownership-of-shares-25-to-50-percent", ">25-50%"),
        ("ownership-of-shares-75-to-100-percent-as-trust", "75-100%"),
        ("voting-rights-50-to-75-percent", ">50-<75%"),
        ("0", "0%"),
        ("~30", "~30%"),
        ("ca. 30 %", "~30%"),
        ("about 12,5 percent", "~12.5%"),
        ("approx. 25-50 %", "~25-50%"),
        ("circa 1/3", "~1/3"),
        ("≈ 9.2%", "~9.2%"),
        ("around more than 5%", ""),
        (">25-50%", ">25-50%"),
        (">25-<50%", ">25-<50%"),
        ("25-<50%", "25-<50%"),
        ("~>5%", "~>5%"),
        ("1/3-1/2", "1/3-1/2"),
    ],
)
def test_a_free_text_states_a_share(text: str, share: str) -> None:
    """Percentages as people write them, with their open and closed ends; exact, never a float."""
    found = share_of_text(text)
    assert found == (parse_share(share) if share else None)


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "101", "50-25", "1/0", "1.234,5", "majority", "4/3", "> 120", "25,5,5", "1" * 5_000, "?"],
)
def test_what_states_no_share_is_none(text: str) -> None:
    """Words, more than the whole, ranges that run backwards and divisions by zero state nothing."""
    assert share_of_text(text) is None


@pytest.mark.parametrize(
    ("texts", "date"),
    [
        (["2021"], "2021"),
        (["2021-02"], "2021-02"),
        (["2021-02-16T21"], "2021-02-16"),
        (["2021", "2021-02"], "2021-02"),
        (["2021-02", "2020"], "[2020..2021-02]"),
        (["2012-03", "2013", "2013-01-01"], "[2012-03..2013]"),
        (["2013-05-04", "2014", "2014-01-02", "2013"], "[2013..2014]"),
        (["2021-13", "2021-02-30", "0017", "3201-01-01", "spring"], None),
        ([], None),
    ],
)
def test_dates_are_prefixes_and_several_make_a_window(texts: list[str], date: str | None) -> None:
    """A year stays a year; two dates that agree are the finer one, others the window around them."""
    assert one_date(texts) == date


def test_ownership_is_observed_from_its_start_to_its_end() -> None:
    """The share stands from the start and is nothing from the end; silence ends nothing."""
    events, problems = read(owns(percentage="> 25%", startDate="2015", endDate="2018-03", sharesCount="100"))
    assert problems == []
    assert [(str(event.date), str(event.holds)) for event in events] == [("2015", ">25%"), ("2018-03", "0%")]
    assert events[0].shares.value == 100
    assert str(state_on("2016-01-01", events).share("ftm:ann", "ftm:film")) == ">25%"
    assert state_on("2014-12-31", events).share("ftm:ann", "ftm:film") is None
    events, _ = read(owns(startDate="2015"))
    assert [str(event.holds) for event in events] == ["?"]
    events, _ = read(owns(startDate="2015", percentage=0))
    assert [str(event.holds) for event in events] == ["0%"]


def test_ownership_of_several_by_several_with_several_percentages() -> None:
    """Every owner of every asset; shares that differ are the range that has all of them, and a doubt."""
    events, problems = read(
        owns(owner=["ann", "bo"], asset=["film", "music"], percentage=["25", "30-40"], date="2015")
    )
    assert [(event.holder, event.target) for event in events] == [
        ("ftm:ann", "ftm:film"),
        ("ftm:ann", "ftm:music"),
        ("ftm:bo", "ftm:film"),
        ("ftm:bo", "ftm:music"),
    ]
    assert {event.holds.canonical() for event in events} == {"25-40%"}
    assert said(problems) == ['C722 several percentages: "25, 30-40"']


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ({"date": "2015-03"}, "2015-03"),
        ({"endDate": "2018"}, "[..2018]"),
        ({"modifiedAt": "2019-01-01"}, "[..2019-01-01]"),
        ({"endDate": "2018", "retrievedAt": "2014-05-01"}, "[..2014-05-01]"),
        ({"startDate": ["2015", "2017"]}, "[2015..2017]"),
        ({}, "[0001..9999]"),
    ],
)
def test_without_a_start_the_date_says_no_more_than_is_known(fields: dict[str, Any], date: str) -> None:
    """By when somebody had seen it, the window of several starts, or some time."""
    events, _ = read(owns(percentage="5", **fields))
    assert str(events[0].date) == date


def test_what_a_dataset_first_saw_is_when_it_was_known() -> None:
    """The day a dataset first had the record is the day of knowledge, and its source is the dataset."""
    seen = {**owns(percentage="5", sourceUrl="https://x.example/1"), "first_seen": "2022-04-05T10:00:00"}
    events, _ = read(seen)
    plain = codec.encode(events[0])
    assert (plain["known"], plain["date"]) == ("2022-04-05", "[..2022-04-05]")
    assert plain["sources"] == [
        {"publisher": "sample", "title": "Ownership own", "url": "https://x.example/1"}
    ]


def test_directors_and_members_come_and_go() -> None:
    """A directorship is a role, a membership belongs to a group; both end on their end date."""
    events, _ = read(
        record("d", "Directorship", director="ann", organization="film", role="Chair", startDate="2015"),
        record("e", "Directorship", director="bo", organization="film", startDate="2015", endDate="2016"),
        record(
            "m", "Membership", member="film", organization="union", startDate="2015", endDate="2017-01-01"
        ),
    )
    assert [(event.kind, getattr(event, "role", None)) for event in events] == [
        ("role.appointed", "Chair"),
        ("role.appointed", "director"),
        ("role.ended", "director"),
        ("membership.started", None),
        ("membership.ended", None),
    ]
    assert [fact.key[:2] for fact in state_on("2017-06-01", events).view("roles")] == [
        ("ftm:ann", "ftm:film")
    ]
    assert list(state_on("2017-06-01", events).view("memberships")) == []


def test_an_end_says_which_event_it_ends() -> None:
    """Of every owner, director and member of a record: its own beginning, and no other."""
    both = {"startDate": "2015", "endDate": "2016"}
    events, _ = read(
        owns(owner=["ann", "bo"], percentage="40", **both),
        record("d", "Directorship", director=["ann", "bo"], organization="film", **both),
        record("m", "Membership", member="film", organization=["union", "guild"], **both),
    )
    began = {event.id for event in events if event.ends is None}
    assert [(event.id, event.ends) for event in events if event.ends] == [
        ("ftm:own:ended:0", "ftm:own:held:0"),
        ("ftm:own:ended:1", "ftm:own:held:1"),
        ("ftm:d:ended:0", "ftm:d:started:0"),
        ("ftm:d:ended:1", "ftm:d:started:1"),
        ("ftm:m:ended:0", "ftm:m:started:0"),
        ("ftm:m:ended:1", "ftm:m:started:1"),
    ]
    assert {event.ends for event in events if event.ends} == began


def test_an_ownership_of_votes_is_of_votes() -> None:
    """A type of ownership that is a right says which; any other stands in the note."""
    events, _ = read(owns(percentage="40", ownershipType="votes"), owns(ownershipType="trust"))
    assert [(event.right, event.note) for event in events] == [("votes", None), ("equity", "trust")]


INDIRECT_TEXTS = (
    {"ownershipType": "indirect"},
    {"ownershipType": ["votes", "indirect"]},
    {"role": "Indirect ownership"},
    {"role": "Shareholder (indirectly)"},
    {"role": "participación indirecta"},
    {"role": "Indirekte Beteiligung", "ownershipType": "beneficial"},
)


@pytest.mark.parametrize("stated", INDIRECT_TEXTS)
def test_what_is_owned_through_others_is_no_holding(stated: dict[str, Any]) -> None:
    """It is a tie with the share that is stated, from its start to its end; nothing counts twice."""
    dates = {"startDate": "2015", "endDate": "2018"}
    direct = owns(percentage="12", startDate="2015") | {"id": "own-2"}
    events, problems = read(owns(percentage="40", **dates, **stated), direct)
    assert problems == []
    basis = "indirect votingRights" if "votes" in str(stated) else "indirect shareholding"
    state = state_on("2016-06-01", events)
    assert [(fact.key, str(fact.value.share)) for fact in state.control()] == [
        (("ftm:ann", "ftm:film", basis), "40%")
    ]
    assert [(held.right, str(held.share)) for held in state.holdings()] == [("equity", "12%")]
    assert state_on("2018-12-31", events).control() == ()
    assert [event.kind for event in events] == ["control.granted", "control.ended", "stake.observed"]
    assert events[1].ends == events[0].id


@pytest.mark.parametrize(
    "role",
    ["Direct and indirect ownership", "directly or indirectly", "directors' trust", "beneficial owner"],
)
def test_what_is_owned_directly_as_well_is_a_holding(role: str) -> None:
    """Only what is certainly held through others is no holding, as nobody says how much of it is direct."""
    events, _ = read(owns(percentage="40", role=role))
    assert [(event.kind, str(event.holds), event.note) for event in events] == [
        ("stake.observed", "40%", role)
    ]


def test_a_tie_through_others_without_a_share_states_none() -> None:
    """No percentage is no share; a doubtful one is said and is none either; its owners are a tie each."""
    events, problems = read(owns(owner=["ann", "bob"], role="indirect", percentage="much"))
    assert [(event.controller, event.share, event.note) for event in events] == [
        ("ftm:ann", None, None),
        ("ftm:bob", None, None),
    ]
    assert said(problems) == ['C721 percentage is no share: "much"']


def test_a_link_of_control_keeps_its_share() -> None:
    """As exports write it, in the summary; any other summary states none."""
    link = {"subject": "ann", "object": "film", "role": "control: pact"}
    summaries = ("share 40%", "share 1/3", "share ?", "share of the profit", "all of it")
    for summary, share in zip(summaries, ("40%", "1/3", "?", "None", "None"), strict=True):
        events, _ = read(record("u1", "UnknownLink", summary=summary, **link))
        assert [str(event.share) for event in events] == [share]


def test_a_link_is_control_only_where_it_says_so() -> None:
    """As exports write it: the basis after the word, begun and ended; all other links make no event."""
    link = {"subject": "ann", "object": "film", "startDate": "2015", "endDate": "2016"}
    events, problems = read(
        record("u1", "UnknownLink", role="control: pact", **link), record("u2", "UnknownLink", role="friend")
    )
    assert [(event.kind, event.basis, event.ends) for event in events] == [
        ("control.granted", "pact", None),
        ("control.ended", "pact", "ftm:u1:pact:0"),
    ]
    assert said(problems) == ['C724 schema "UnknownLink" makes no event']


def test_every_ownership_is_a_lot_of_the_holding() -> None:
    """What a record says of its owner and its asset is of one lot, from its start to its end."""
    later = {**owns(percentage="25", startDate="2016"), "id": "own-2"}
    events, _ = read(owns(percentage="40", startDate="2015", endDate="2018"), later)
    assert [(event.lot, str(event.holds)) for event in events] == [
        ("ftm:own", "40%"),
        ("ftm:own", "0%"),
        ("ftm:own-2", "25%"),
    ]


def test_a_successor_follows_its_predecessors() -> None:
    """Two companies become one: both end on the day, and lead to the one that came after."""
    events, _ = read(record("s", "Succession", predecessor=["a", "b"], successor="c", date="2019-07"))
    assert [(event.entity, event.successor, str(event.date)) for event in events] == [
        ("ftm:a", "ftm:c", "2019-07"),
        ("ftm:b", "ftm:c", "2019-07"),
    ]


def test_what_makes_no_event_is_said() -> None:
    """Links without a direction, links without ends and unknown schemata are left out with a word."""
    _, problems = read(
        record("u", "UnknownLink", subject="a", object="b"),
        record("o", "Ownership", owner="a"),
        record("d", "Directorship", director="a"),
        record("s", "Succession", successor="a"),
    )
    assert said(problems) == [
        'C724 schema "UnknownLink" makes no event',
        "C724 Ownership without an owner or an asset",
        "C724 Directorship without director or organization",
        "C724 Succession without a predecessor or a successor",
    ]


def test_bad_lines_and_bad_values_cost_only_themselves() -> None:
    """A line that is no entity, a date and a percentage that are none: said, and the rest is imported."""
    events, problems = read(
        "{not json",
        '"text"',
        {"schema": "Company"},
        owns(percentage=["majority", "40"], startDate=["2015", "0017"], endDate="soon"),
        {"id": "x", "schema": "Company", "caption": "X", "properties": None},
        {"id": "y", "schema": "Person"},
    )
    assert [problem.code for problem in problems] == ["C720", "C720", "C720", "C721", "C721", "C721"]
    assert [problem.place.line for problem in problems] == [1, 2, 3, 4, 4, 4]
    assert [str(event.holds) for event in events if event.kind == "stake.observed"] == ["40%"]
    assert [event.name for event in events if event.kind == "entity.declared"] == ["X", "y"]


def test_ids_come_from_the_record_and_stay() -> None:
    """Read again, the same ids; ids in other letters are told apart."""
    twice = [read(owns(percentage="5", date="2015"))[0] for _ in range(2)]
    assert twice[0] == twice[1]
    assert twice[0][0].id == "ftm:own:held:0"
    names = [record(id, "Company", name="X") for id in ("ООО-1", "ЗАО-1")]
    assert len({event.entity for event in read(*names)[0]}) == 2


LINES = [
    record("film", "Company", name="Film Ltd"),
    record("ann", "Person", name="Ann Lee"),
    owns(percentage="20", startDate="2012-03-11", endDate="2014-03-11"),
    record("own-2", "Ownership", owner="ann", asset="film", percentage="25", startDate="2014-03-11"),
    record("d1", "Directorship", director="ann", organization="film", startDate="2012", endDate="2014"),
    record("d2", "Directorship", director="ann", organization="film", startDate="2014"),
    record("m1", "Membership", member="film", organization="union", startDate="2012", endDate="2014"),
    record("m2", "Membership", member="film", organization="union", startDate="2014"),
]


@given_any(st.permutations(LINES))
def test_the_order_of_lines_does_not_matter(lines: list[dict[str, Any]]) -> None:
    """Whatever order the lines of a file stand in, each makes the same events: which end is whose too."""
    assert set(read(*lines)[0]) == set(read(*LINES)[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = [
    "name",
    "percentage",
    "startDate",
    "endDate",
    "owner",
    "asset",
    "leiCode",
    "role",
    "sharesCount",
    "sourceUrl",
]


@given_any(
    st.sampled_from(["Company", "Person", "Ownership", "Directorship", "Succession"]),
    st.dictionaries(st.sampled_from(NAMES), JSON),
    JSON,
)
def test_no_record_makes_the_reader_fail(schema: str, properties: dict[str, Any], other: Any) -> None:
    """Whatever stands in whatever property: events and problems, never an exception."""
    events, problems = read({"id": "x", "schema": schema, "properties": properties, "first_seen": other})
    assert events or problems


@given_any(st.text(max_size=20))
def test_no_text_makes_a_share_or_a_date_fail(text: str) -> None:
    """Any text states a share within nothing and the whole, or none."""
    share = share_of_text(text)
    assert share is None or 0 <= share.minimum <= share.maximum <= 1
    prefix_date(text)


# Several records of one tie

_DAYS = [f"2012-{month:02}-01" for month in (1, 3, 5, 7, 9)]
_Window = tuple[int, int]
_Dated = tuple[_Window, _Window | None]
_WINDOWS = st.tuples(st.integers(0, 4), st.integers(0, 3)).map(lambda each: (each[0], min(4, sum(each))))
_RECORDS = st.lists(st.tuples(_WINDOWS, st.none() | _WINDOWS), min_size=2, max_size=3)


def _records_of(schema: str, told: list[_Dated]) -> list[Any]:
    """Records of one tie, each with a begin and perhaps an end. What nobody knows exactly has two dates."""
    ends = {"Directorship": ("director", "organization"), "Membership": ("member", "organization")}
    one, other = ends.get(schema, ("owner", "asset"))
    records = []
    for number, (begin, end) in enumerate(told):
        dates = {"startDate": sorted({_DAYS[day] for day in begin})}
        if end is not None:
            dates["endDate"] = sorted({_DAYS[day] for day in end})
        share = {"ownershipType": "indirect", "percentage": f"{10 + number}"} if one == "owner" else {}
        records.append(record(f"r{number}", schema, **{one: "ann", other: "film", **dates, **share}))
    return records


def _exact(told: list[_Dated]) -> Iterator[list[_Dated]]:
    """The records by every choice of days, where one window is one day and nothing ends before it began."""
    windows = sorted({window for each in told for window in each if window is not None})
    for days in product(*(range(first, last + 1) for first, last in windows)):
        chosen = {window: (day, day) for window, day in zip(windows, days, strict=True)}
        exact = [(chosen[begin], None if end is None else chosen[end]) for begin, end in told]
        if all(end is None or begin < end for begin, end in exact):
            yield exact


def _facts(told: list[Any], day: str) -> dict[tuple[Any, ...], bool]:
    """The ties that may stand on a day, each with whether it does for certain."""
    state = History(read(*told)[0]).as_of(day)
    facts = [*state.roles(), *state.view("memberships"), *state.control()]
    return {(fact.key, str(getattr(fact.value, "share", ""))): fact.certain for fact in facts}


@pytest.mark.parametrize("schema", ["Directorship", "Membership", "Ownership"])
@given_any(_RECORDS)
@settings(max_examples=30)
def test_records_of_one_tie_say_what_all_days_that_their_dates_allow_say(
    schema: str, told: list[_Dated]
) -> None:
    """What is certain is so by every choice of days, and of what may be so by one something is possible."""
    choices = [*_exact(told)]
    assume(choices)
    for day in (f"2012-{month:02}-15" for month in (2, 4, 6, 8)):
        answer = _facts(_records_of(schema, told), day)
        truth = [_facts(_records_of(schema, choice), day) for choice in choices[:: 1 + len(choices) // 12]]
        for fact, certain in answer.items():
            assert not certain or all(fact in each for each in truth), (day, fact)
        assert answer or not any(truth), day


def test_a_second_seat_begins_before_or_after_the_first() -> None:
    """The one without an end says nothing of when the other began."""
    seats = [
        record("one", "Directorship", director="ann", organization="film", startDate="2012", endDate="2013"),
        record("two", "Directorship", director="ann", organization="film", startDate="2012-06"),
    ]
    for told in (seats, seats[::-1]):
        history = History(read(*told)[0])
        days = ("2011-12-31", "2012-03-01", "2012-06-30", "2015-01-01")
        assert [[role.certain for role in history.as_of(day).roles()] for day in days] == [
            [],
            [False],
            [True],
            [True],
        ]
