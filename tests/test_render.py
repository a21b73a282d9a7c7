"""Answers for people and for programs: pages, JSON, CSV and plain text.

The pages are kept under tests/snapshots. After a change that is meant, write them anew with
``CHRONICLE_WRITE_SNAPSHOTS=1 pytest tests/test_render.py`` and read the difference.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import fields_dict
from hypothesis import given
from hypothesis import strategies as st

from chronicle import codec
from chronicle.dates import parse_date
from chronicle.engine.replay import Change, Projector
from chronicle.errors import Place, Problem, can_be_shown
from chronicle.errors.characters import FORBIDDEN_IN_LINES
from chronicle.events import KINDS, DealProposed, Event, RoleAppointed, StakeAcquired
from chronicle.history import History, open_history
from chronicle.render import forms, picture
from chronicle.render.layout import clean, columns, line_columns, wrap
from chronicle.render.pages.as_of import AsOf
from chronicle.render.pages.problems import Findings
from chronicle.render.pages.timeline import Timeline
from chronicle.render.words.days import gutter, short, since
from chronicle.render.words.figures import share_figure, share_words
from chronicle.render.words.marks import MARKS, mark_of
from chronicle.render.words.names import namer
from chronicle.render.words.sentences import EFFECTS, SENTENCES, Teller
from chronicle.values import Share, parse_money, parse_share

SNAPSHOTS = Path(__file__).parent / "snapshots"
FORMS = ("people", "json", "csv", "plain")


def printed(answer: forms.Answer, form: forms.Form = "people", width: int = 80, **options: Any) -> str:
    """What ``write`` prints into a pipe."""
    stream = io.StringIO()
    forms.write(answer, form, stream, width=width, **options)
    return stream.getvalue()


def same_as_snapshot(name: str, text: str) -> None:
    """``text`` must be what was kept under ``name``."""
    path = SNAPSHOTS / name
    if os.environ.get("CHRONICLE_WRITE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@pytest.fixture(scope="module")
def shipped(root: Path) -> History:
    """The history that comes with the project."""
    return open_history(root / "events")


@pytest.fixture(scope="module")
def every_kind(root: Path) -> History:
    """A history with one event of every kind, every field filled."""
    lines = (root / "tests/data/every-kind-1.jsonl").read_text("utf-8").splitlines()
    return History(codec.decode(json.loads(line)) for line in lines)


def timeline_of(history: History, **options: Any) -> Timeline:
    """The timeline of a history, told by names."""
    return Timeline(history.timeline(**options), history.position, namer(history.as_of))


def declared(entity: str, name: str = "", **fields: str) -> Event:
    """The declaration of a company."""
    return codec.decode(
        {"kind": "entity.declared", "entity": entity, "name": name or entity, "type": "company", **fields}
    )


def event(kind: str, date: str, **fields: object) -> Event:
    """An event from plain data."""
    return codec.decode({"kind": kind, "date": date, **fields})


# The tables


def test_every_kind_of_event_has_a_sentence() -> None:
    """A kind without a sentence could not be told, and a sentence without a kind is never said."""
    assert SENTENCES.keys() == KINDS.keys()
    assert EFFECTS.keys() <= KINDS.keys()


@pytest.mark.parametrize("kind", [kind for kind, told in SENTENCES.items() if isinstance(told, str)])
def test_a_sentence_names_fields_that_the_kind_has(kind: str) -> None:
    """A template speaks of the fields of its kind and of no others."""
    told = SENTENCES[kind]
    assert isinstance(told, str)
    named = re.findall(r"\{[-=~]?(\w+)\}", told)
    assert named
    assert set(named) <= fields_dict(KINDS[kind]).keys()


def test_every_family_of_events_has_a_mark_of_its_own() -> None:
    """Each kind has a mark; marks differ by symbol and by word, and take one column in every script."""
    marks = {mark_of(kind) for kind in KINDS}
    assert marks == set(MARKS.values())
    assert len({mark.symbol for mark in marks}) == len({mark.word for mark in marks}) == len(marks)
    for mark in marks:
        assert unicodedata.east_asian_width(mark.symbol) == "N", mark
        assert columns(mark.symbol) == 1
        assert len(mark.word) <= 7


# Dates in few words


@pytest.mark.parametrize(
    ("text", "words", "beginning", "rows"),
    [
        ("2014", "2014", "since 2014", [("", "2014", "")]),
        ("2014-Q3", "Q3 2014", "since Q3 2014", [("", "2014", "Q3")]),
        ("2014-03", "Mar 2014", "since Mar 2014", [("", "2014", "Mar")]),
        ("2014-03-01", "1 Mar 2014", "since 1 Mar 2014", [("", "2014", "Mar  1")]),
        ("2014-03~", "about Mar 2014", "since about Mar 2014", [("~", "2014", "Mar")]),
        ("2014?", "2014?", "since 2014?", [("", "2014", "?")]),
        ("0987-05%", "about May 987?", "since about May 987?", [("~", " 987", "May?")]),
        ("[..2015-04]", "by Apr 2015", "since Apr 2015 or earlier", [("by", "2015", "Apr")]),
        (
            "[2014-09..]",
            "Sep 2014 or later",
            "since Sep 2014 or later",
            [("", "2014", "Sep"), ("", "", "or later")],
        ),
        (
            "[2015-07..2015-09-07]",
            "Jul – 7 Sep 2015",
            "since Jul – 7 Sep 2015",
            [("", "2015", "Jul"), ("–", "2015", "Sep  7")],
        ),
        (
            "[2014-12..2015]",
            "Dec 2014 – 2015",
            "since Dec 2014 – 2015",
            [("", "2014", "Dec"), ("–", "2015", "")],
        ),
        ("[2015-07..2015-07]", "Jul 2015", "since Jul 2015", [("", "2015", "Jul")]),
        ("0001-01-01", "always", "", [("", "", "always")]),
    ],
)
def test_dates_are_said_at_their_precision(
    text: str, words: str, beginning: str, rows: list[tuple[str, str, str]]
) -> None:
    """A date is said in few words, as a beginning, and in columns, never more precisely than it is."""
    date = parse_date(text)
    assert short(date) == words
    assert since(date) == beginning
    assert list(gutter(date)) == rows


# Figures


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (parse_share("59.32%"), "59.32%"),
        (parse_share("3/8"), "3/8"),
        (parse_share(">50%"), ">50%"),
        (parse_share("59.3245678%"), "59.3245678%"),
        (parse_share("1/2") - parse_share("1/6"), "≈33.33%"),
        (parse_share("40%") - parse_share("30%"), "10%"),
        (parse_share("0%") - parse_share("1/3"), "≈-33.33%"),
        (parse_share("25-50%").scaled(parse_share("1/3").value or 0), "≈8.33-16.67%"),
        (Share.unknown(), "?"),
    ],
)
def test_a_share_that_was_worked_out_is_rounded_for_people(share: Share, words: str) -> None:
    """What a source stated stays as it is; a long result is rounded, and the sign says so."""
    assert share_words(share) == words


def test_the_sign_of_a_figure_says_what_changed() -> None:
    """Bought is plus, given up is minus, held is equal."""
    stake: dict[str, Any] = {"holder": "a", "target": "b"}
    assert share_figure(event("stake.acquired", "2014", share="60%", **stake)) == "+60%"
    assert share_figure(event("stake.disposed", "2014", share=">3%", **stake)) == "- >3%"
    assert share_figure(event("stake.acquired", "2014", holds="59.32%", **stake)) == "=59.32%"
    assert share_figure(event("role.ended", "2014", person="a", entity="b", role="chair")) == ""


# Sentences


def test_a_sentence_uses_the_names_of_its_day() -> None:
    """A company is called what it was called then; a rename is told with the name before."""
    history = History(
        [
            declared("pictures", "ChinaVision"),
            declared("group", "Alibaba Group Holding", short="Alibaba"),
            event("stake.acquired", "2014-03", holder="group", target="pictures", share="60%"),
            event("entity.renamed", "2014-06", entity="pictures", name="Alibaba Pictures"),
            event("stake.observed", "2014-12", holder="group", target="pictures", holds="59%"),
        ]
    )
    told = [line.split("\t")[3] for line in timeline_of(history).lines()]
    assert told == [
        "Alibaba acquires a stake in ChinaVision",
        "ChinaVision is now called Alibaba Pictures",
        "Alibaba is reported to hold a stake in Alibaba Pictures",
    ]


def test_what_nobody_named_goes_by_its_id() -> None:
    """An entity without a name is not lost: its id stands for it."""
    history = History([event("role.appointed", "2014", person="someone", entity="board", role="chair")])
    assert "someone becomes chair of board" in printed(timeline_of(history))


def test_names_are_looked_up_once() -> None:
    """Ten thousand events of one company on one day ask for its name once."""
    asked = []
    history = History([declared("a", "Acme")])

    def state_on(day: datetime.date) -> Any:
        asked.append(day)
        return history.as_of(day)

    name = namer(state_on)
    assert {name("a", datetime.date(2014, 3, 1)) for _ in range(5)} == {"Acme"}
    assert len(asked) == 1


def test_a_deal_goes_by_its_title_in_every_stage() -> None:
    """Later stages give no title; they are told with the one that the proposal gave."""
    history = History(
        [
            event("deal.proposed", "2015-04", deal="injection", title="Asset injection", parties=["a", "b"]),
            event("deal.approved", "2015-05", deal="injection", reason="vote"),
            event("deal.terminated", "2015-06", deal="injection", reason="no cash"),
        ]
    )
    page = printed(timeline_of(history))
    assert "Asset injection is proposed between a and b" in page
    assert "Asset injection is approved: vote" in page
    assert "Asset injection is called off: no cash" in page


def test_effects_are_told_as_what_would_happen() -> None:
    """What a deal would do stands below it, said to depend on its completion, with its figures."""
    effects = [
        {"kind": "unit.transferred", "unit": "tickets", "from": "a", "to": "b"},
        {"kind": "stake.acquired", "holder": "a", "target": "b", "share": "5%", "price": "USD 3M"},
    ]
    history = History(
        [event("deal.proposed", "2015", deal="d", title="D", parties=["a", "b"], effects=effects)]
    )
    page = printed(timeline_of(history))
    assert "if completed: tickets → b\n" in page
    assert "a acquires a stake in b  +5%  USD 3M\n" in page


def test_an_unknown_share_is_said_in_words() -> None:
    """An undisclosed stake is not a question mark in a column of numbers."""
    history = History([event("stake.acquired", "2014", holder="a", target="b", share="?")])
    assert "a acquires a stake in b (share unknown)" in printed(timeline_of(history))
    assert printed(timeline_of(history), "plain").split("\t")[4] == "+?"


def test_ids_that_turn_out_to_be_one_are_told() -> None:
    """Before anybody knew it they are two names; afterwards, one company that had two ids."""
    linked = codec.decode({"kind": "identity.linked", "date": "2015", "a": "acme", "b": "acme-inc"})
    assert "acme-inc turns out to be acme" in printed(Timeline((linked,), lambda _: 1))
    assert "acme was known by two ids" in printed(timeline_of(History([linked])))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told(root: Path, kind: str) -> None:
    """The one event of each kind makes a sentence without holes."""
    lines = (root / "tests/data/every-kind-2.jsonl").read_text("utf-8").splitlines()
    history = History(codec.decode(json.loads(line)) for line in lines)
    (one,) = (event for event in history.events if event.kind == kind)
    (told,) = Timeline((one,), history.position, namer(history.as_of)).lines()
    sentence = told.split("\t")[3]
    assert len(sentence) > 10
    assert not re.search(r"[{}\[\]]|  |None| $", sentence.replace('[{"title": "Erratum"}]', "x")), sentence


# Pages


@pytest.mark.parametrize("width", [80, 120])
def test_the_timeline_looks_as_it_was_meant_to(shipped: History, width: int) -> None:
    """The page of the shipped history, at the width of a terminal and wider."""
    same_as_snapshot(f"timeline-{width}.txt", printed(timeline_of(shipped), width=width))


@pytest.mark.parametrize("width", [80, 120])
def test_the_timeline_of_every_kind_looks_as_it_was_meant_to(every_kind: History, width: int) -> None:
    """The page with every kind of event, East Asian names among them."""
    page = printed(timeline_of(every_kind, kinds=KINDS), width=width)
    same_as_snapshot(f"every-kind-{width}.txt", page)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("day", ["2014-03-15", "2015-04-30"])
def test_the_state_looks_as_it_was_meant_to(shipped: History, day: str, width: int) -> None:
    """The page of a day of the shipped history."""
    same_as_snapshot(f"as-of-{day}-{width}.txt", printed(AsOf(shipped.as_of(day)), width=width))


def test_the_state_of_every_kind_looks_as_it_was_meant_to(every_kind: History) -> None:
    """The page of a state that has something in every section."""
    same_as_snapshot("as-of-every-kind.txt", printed(AsOf(every_kind.as_of("2016-06"))))


def test_the_state_of_one_company_looks_as_it_was_meant_to(shipped: History) -> None:
    """The page of what a state says of one company."""
    page = printed(AsOf(shipped.as_of("2015-04-30"), "alibaba-pictures"))
    same_as_snapshot("as-of-company.txt", page)


@given(width=st.integers(40, 130))
def test_no_line_is_wider_than_the_page(every_kind: History, width: int) -> None:
    """Whatever the width, no line is wider, and none ends with blanks."""
    for answer in (timeline_of(every_kind, kinds=KINDS), AsOf(every_kind.as_of("2016-06"))):
        for line in printed(answer, width=width).splitlines():
            assert columns(line) <= width
            assert line == line.rstrip()


def test_figures_stand_in_columns(shipped: History) -> None:
    """Stakes end in one column, and amounts in another."""
    lines = printed(timeline_of(shipped)).splitlines()
    stakes = [line for line in lines if "USD" in line]
    assert len(stakes) == 2
    assert len({line.index("%") for line in stakes}) == len({columns(line) for line in stakes}) == 1


def test_a_source_that_all_share_is_said_once(shipped: History) -> None:
    """One source for all stands at the foot; different ones stand with their events."""
    assert printed(timeline_of(shipped)).count("Deadline, 7 Sep 2015") == 1
    stake = {"holder": "a", "target": "b", "share": "1%"}
    sources = ({"publisher": "Gazette", "published": "2014-05"}, {"url": "https://example.org/a"})
    history = History(
        event("stake.acquired", "2014", id=f"stake-{number}", sources=[source], **stake)
        for number, source in enumerate(sources)
    )
    page = printed(timeline_of(history))
    assert "Gazette, May 2014" in page
    assert "example.org" in page


def test_what_is_only_possible_says_so_in_words(shipped: History) -> None:
    """A doubtful stake has a mark, the word and a legend; a certain one has none of them."""
    page = printed(AsOf(shipped.as_of("2014-03-15")))
    assert re.search(r"\? 60%  Alibaba Pictures +possible since Mar 2014\n", page)
    assert "? possible, not certain" in page
    later = printed(AsOf(shipped.as_of("2015-12-31")))
    assert re.search(r"  60%  Alibaba Pictures +since Mar 2014, for 1 year 9 months\n", later)
    assert "possible" not in later


def test_a_day_before_anything_says_so() -> None:
    """An empty answer is a sentence that helps on, and never an empty page."""
    founded = event("entity.founded", "2014-03", entity="a", name="Acme", type="company")
    state = History([founded]).as_of("2013")
    assert "Nothing is known for this day. The first event is dated Mar 2014." in printed(
        AsOf(state, first=lambda: founded.date)
    )
    assert "Nothing is known about a for this day." in printed(AsOf(state, "a"))
    assert printed(Timeline((), lambda _: 1)) == "No events.\n"


def test_the_day_of_knowledge_is_in_the_title(shipped: History) -> None:
    """An answer by what was known earlier says so before anything else."""
    page = printed(AsOf(shipped.as_of("2015-12-31", known="2015-09-07")))
    assert page.startswith("As of 31 December 2015, as known on 7 September 2015\n")


def test_finished_deals_are_left_to_the_programs(every_kind: History) -> None:
    """People see the deals that are open; JSON has all of them."""
    answer = AsOf(every_kind.as_of("2020"))
    assert "Open deals" not in printed(answer)
    assert [deal["stage"] for deal in answer.data()["deals"]] == ["terminated"]


# JSON, CSV and plain text


@pytest.mark.parametrize("form", ["json", "csv", "plain"])
@pytest.mark.parametrize("day", ["2014-03-15", "2015-04-30"])
def test_the_state_for_programs_stays_as_it_is(shipped: History, day: str, form: forms.Form) -> None:
    """Programs read these; a change here breaks them."""
    same_as_snapshot(f"as-of-{day}.{form}", printed(AsOf(shipped.as_of(day)), form))


@pytest.mark.parametrize("form", ["json", "csv", "plain"])
def test_the_timeline_for_programs_stays_as_it_is(every_kind: History, form: forms.Form) -> None:
    """Programs read these; a change here breaks them."""
    same_as_snapshot(f"every-kind.{form}", printed(timeline_of(every_kind, kinds=KINDS), form))


def test_json_of_a_state_has_the_promised_keys(every_kind: History) -> None:
    """The keys that programs were promised are there, in their order; others only come after them."""
    data = json.loads(printed(AsOf(every_kind.as_of("2016-06")), "json"))
    promised = {
        "holdings": ["holder", "target", "right", "share", "certain", "since", "events", "shares", "basis"],
        "units": ["unit", "owner", "certain", "since", "events"],
        "deals": ["deal", "title", "stage", "parties", "since", "events"],
        "entities": ["entity", "name", "type", "status", "identifiers", "certain", "since", "events"],
        "listings": ["entity", "exchange", "ticker", "ipo", "certain", "since", "events"],
        "control": ["controller", "target", "basis"],
        "roles": ["person", "entity", "role"],
        "partnerships": ["parties", "subject", "project"],
        "projects": ["project", "where", "by"],
        "memberships": ["entity", "group"],
        "shares": ["issuer", "total"],
    }
    assert list(data)[:6] == ["as_of", "known", "holdings", "units", "deals", "entities"]
    assert data["as_of"] == "2016-06-30"
    assert data["known"] is None
    assert data["views"] == {}
    for name, keys in promised.items():
        for fact in data[name]:
            assert list(fact)[: len(keys)] == keys
            assert isinstance(fact["certain"], bool)
            assert fact["events"]
    assert all(data[name] for name in promised if name not in ("memberships", "roles"))


def test_json_says_how_much_in_numbers(shipped: History) -> None:
    """An exact share is a number, an unknown one is null, and a day in doubt is not certain."""
    data = AsOf(shipped.as_of("2014-03-15")).data()
    stakes = {(stake["holder"], stake["target"]): stake for stake in data["holdings"]}
    stake = stakes["alibaba-group", "alibaba-pictures"]
    assert (stake["share"], stake["certain"], stake["since"]) == ({"exact": "0.6"}, False, "2014-03")
    assert stakes["alibaba-pictures", "rogue-nation"]["share"] is None
    known = AsOf(shipped.as_of("2014-03-15", known="2014-04")).data()
    assert known["known"] == "2014-04-30"
    assert known["holdings"] == []


def test_json_of_the_timeline_is_read_back(every_kind: History) -> None:
    """An event in JSON is as in a file: without what was added, it makes the same event."""
    data = json.loads(printed(timeline_of(every_kind, kinds=KINDS), "json"))
    for item, original in zip(data["events"], every_kind.timeline(kinds=KINDS), strict=True):
        assert item.pop("position") == every_kind.position(original.id)
        assert item["known"] == "2014-03-13"
        assert "known_assumed" not in item
        assert codec.decode(item) == original


def test_json_says_when_the_day_of_knowledge_is_assumed() -> None:
    """Without a source and a day, knowledge is counted from the end of the date, and that is said."""
    history = History([event("stake.acquired", "2014-03", holder="a", target="b", share="1%")])
    (item,) = timeline_of(history).data()["events"]
    assert (item["known"], item["known_assumed"]) == ("2014-03-31", True)


def test_an_open_end_is_an_empty_cell() -> None:
    """In CSV a range without an end has no invented day there."""
    history = History(
        event("stake.acquired", date, id=f"e{number}", holder="a", target="b", share="1%")
        for number, date in enumerate(["[..2014-03]", "[2015..]"])
    )
    rows = list(csv.DictReader(io.StringIO(printed(timeline_of(history), "csv"))))
    assert [(row["earliest"], row["latest"]) for row in rows] == [("", "2014-03-31"), ("2015-01-01", "")]


@pytest.mark.parametrize("form", ["csv", "plain"])
def test_tables_have_the_same_columns_in_every_row(every_kind: History, form: forms.Form) -> None:
    """Notes with line breaks and names with commas do not break a table."""
    delimiter = "," if form == "csv" else "\t"
    problem = Problem("C401", "sold\tmore\nthan held", Place("a b.yaml", 3, 4), help="x", events=("e", "f"))
    for answer in (
        timeline_of(every_kind, kinds=KINDS),
        AsOf(every_kind.as_of("2016-06")),
        Findings([problem]),
    ):
        text = printed(answer, form)
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL))
        assert len({len(row) for row in rows}) == 1
        assert len(rows) == text.count("\n")


@pytest.mark.parametrize("entity", ["alibaba-pictures", "rogue-nation", "zhang-jiajia", "jack-ma"])
def test_the_answer_about_one_entity_names_it_everywhere(shipped: History, entity: str) -> None:
    """Asked about one entity, every fact of the answer names it, and none that does is left out."""
    state = shipped.as_of("2015-12-31")
    some, everything = AsOf(state, entity).data(), AsOf(state).data()
    for name, facts in some.items():
        if isinstance(facts, list) and name != "owners":  # who stands behind it, and no facts
            named = [fact for fact in everything[name] if f'"{entity}"' in json.dumps(fact)]
            assert sorted(map(json.dumps, facts)) == sorted(map(json.dumps, named))


def test_a_view_of_ones_own_is_in_every_form() -> None:
    """A projector of the user's own is answered for in JSON, in tables and on the page."""

    def seated(appointed: RoleAppointed, _: object) -> tuple[Change, ...]:
        key = (appointed.entity, appointed.person)
        value = {"paid": parse_money("USD 3M"), "terms": (1, True)}
        return (Change("seats", key, "set", value, appointed.date, appointed.id),)

    seats = Projector(name="seats", views=("seats",), table={RoleAppointed: seated})
    appointed = event("role.appointed", "2014", person="ma", entity="board", role="chair")
    answer = AsOf(
        History([declared("ma", "Jack Ma"), declared("fund", "Fund"), appointed], [seats]).as_of("2015")
    )
    (fact,) = answer.data()["views"]["seats"]
    assert fact["key"] == ["board", "ma"]
    assert fact["value"] == {"paid": "USD 3M", "terms": [1, True]}
    assert fact["events"] == [appointed.id]
    assert "seats\tboard\tma\t" in printed(answer, "plain")
    assert "Seats\n  board, Jack Ma: " in printed(answer)
    assert AsOf(answer.state, "fund").data()["views"] == {}


def test_a_key_of_ones_own_may_have_what_is_no_entity() -> None:
    """Such as a currency: it is shown as it is, though nobody has the name, and though somebody has it."""

    def paid(appointed: RoleAppointed, _: object) -> tuple[Change, ...]:
        return tuple(
            Change("pay", (appointed.entity, part), "set", 3, appointed.date, appointed.id)
            for part in ("USD", "Jack Ma")
        )

    pay = Projector(name="pay", views=("pay",), table={RoleAppointed: paid})
    names = [declared("ma", "Jack Ma", short="Jack"), declared("board", "Board")]
    appointed = event("role.appointed", "2014", person="ma", entity="board", role="chair")
    history = History([*names, appointed], [pay])
    state = history.as_of("2015")
    assert "Pay\n  Board, Jack Ma: 3" in printed(AsOf(state))
    assert "  Board, USD: 3" in printed(AsOf(state))
    for form in FORMS:
        assert "USD" in printed(AsOf(state), form)
    (first, second) = (each for each in history.diff("2013", "2015") if each.view == "pay")
    assert (first.key, second.key) == (("board", "Jack Ma"), ("board", "USD"))


# Problems

_PROBLEMS = (
    Problem(
        "C204",
        'unknown entity "tao-bao-movie"',
        Place("events/alibaba-pictures.yaml", 21, 11, 13, "    unit: tao-bao-movie"),
        help="did you mean taobao-movie (entities.yaml:9)?",
    ),
    Problem(
        "C302",
        'share without a unit: "0.6"',
        Place(
            "events/日本.yaml",
            7,
            17,
            3,
            "    note: 東京電力, 0.6 and then a line that goes on, and on, and on, for a while",
        ),
        help="write 0.6% or 3/5",
    ),
    Problem(
        "C401", "Alibaba disposed of more of Enlight than it held", events=("enlight-sale", "enlight-stake")
    ),
)


def test_problems_look_as_they_were_meant_to() -> None:
    """A headline, the line with a caret, the help, the events; at the end how many there are."""
    same_as_snapshot("problems.txt", printed(Findings(_PROBLEMS)))


def test_the_caret_stands_below_what_is_meant() -> None:
    """East Asian characters before it take two columns each, and the caret knows."""
    lines = printed(Findings(_PROBLEMS[1:2])).splitlines()
    (above, caret) = next((lines[at - 1], line) for at, line in enumerate(lines) if "^^^" in line)
    assert columns(above[: above.index("0.6")]) == caret.index("^")


@given(
    column=st.integers(0, 400),
    length=st.integers(0, 300),
    text=st.text(max_size=300),
    width=st.integers(40, 120),
)
def test_any_excerpt_fits(column: int, length: int, text: str, width: int) -> None:
    """Wherever a problem stands in a line of whatever length, its excerpt fits and has a caret."""
    problem = Problem("C301", "not a date", Place("a.yaml", 3, column, length, text or "x"))
    lines = printed(Findings([problem]), width=width).splitlines()
    assert all(columns(line) <= width for line in lines)
    assert "^" in lines[2]


def test_a_long_problem_is_broken_between_words() -> None:
    """Words that do not fit go to lines set in below, and none is lost."""
    message = " ".join(f"word{number}" for number in range(40))
    headline, *others = printed(Findings([Problem("C301", message, help=message)])).splitlines()[:-2]
    assert headline.startswith("error[C301]: word0 ")
    assert all(
        line.startswith("    word") or line.startswith(("  help: ", "        word")) for line in others
    )
    assert " ".join([headline, *others]).split().count("word39") == 2


def test_problems_for_programs() -> None:
    """JSON has the place in parts, and null where there is none."""
    data = Findings(_PROBLEMS).data()["problems"]
    assert data[0] == {
        "code": "C204",
        "severity": "error",
        "message": 'unknown entity "tao-bao-movie"',
        "place": {"file": "events/alibaba-pictures.yaml", "line": 21, "column": 11},
        "help": "did you mean taobao-movie (entities.yaml:9)?",
        "events": [],
    }
    assert data[2]["place"] is None
    assert data[2]["events"] == ["enlight-sale", "enlight-stake"]
    assert Findings([Problem("C101", "no such file", Place("a.yaml"))]).data()["problems"][0]["place"] == {
        "file": "a.yaml",
        "line": None,
        "column": None,
    }
    assert printed(Findings(_PROBLEMS), "plain").splitlines()[0].split("\t")[:3] == [
        "error",
        "C204",
        "events/alibaba-pictures.yaml:21:11",
    ]


def test_nothing_to_report_is_said() -> None:
    """A history without doubts gets a word, too."""
    assert "nothing to report" in printed(Findings([]))


# Terminals

_ANY_TEXT = st.text(min_size=1, max_size=30).filter(str.strip)


@given(name=_ANY_TEXT, note=_ANY_TEXT, title=_ANY_TEXT)
def test_no_control_character_of_a_file_reaches_a_terminal(name: str, note: str, title: str) -> None:
    """Whatever a file says, no form sends escapes, bells, or marks that turn the direction of writing."""
    date = parse_date("2014")
    events = (
        KINDS["entity.declared"](
            id="x", date=parse_date("0001-01-01"), entity="a", name=name, type="company"
        ),
        DealProposed(id="d", date=date, deal="d", title=title, parties=("a", "b"), note=note),
        StakeAcquired(id="s", date=date, holder="a", target="b", share=parse_share("1%"), note=note),
    )
    history = History(events)
    problem = Problem("C101", note, Place(name, 1, 1, 1, title), help=title)
    for answer in (timeline_of(history), AsOf(history.as_of("2014")), Findings([problem])):
        for form in FORMS:
            text = printed(answer, form)
            if form == "csv":
                assert not FORBIDDEN_IN_LINES.search(text)
            else:
                assert all(can_be_shown(character) or character in "\n\t" for character in text)
            if form == "json":
                assert json.loads(text) == answer.data()


def test_a_pipe_gets_no_colours(shipped: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours are for terminals, for those who ask for them, and never against NO_COLOR."""
    answer = timeline_of(shipped)
    assert "\x1b" not in printed(answer)
    assert "\x1b[" in printed(answer, color=True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in printed(answer)
    assert "\x1b" not in printed(answer, color=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(answer)


class _Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_unless_it_says_otherwise(
    shipped: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal there is colour; NO_COLOR and a dumb terminal turn it off, to the last escape."""
    monkeypatch.setenv("TERM", "xterm-256color")

    def escapes() -> bool:
        stream = _Terminal()
        forms.write(timeline_of(shipped), None, stream, width=80)
        return "\x1b" in stream.getvalue()

    assert escapes()
    monkeypatch.setenv("TERM", "dumb")
    assert not escapes()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not escapes()


def test_colours_change_nothing_but_colours(every_kind: History) -> None:
    """Without its escapes, a coloured page is the plain page: no meaning hangs on colour."""
    answer = AsOf(every_kind.as_of("2016-06"))
    assert re.sub(r"\x1b\[[0-9;]*m", "", printed(answer, color=True)) == printed(answer)


def test_the_width_is_that_of_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS sets the width; a pipe without it is 100 wide."""
    assert forms.terminal_width(io.StringIO()) == 100
    monkeypatch.setenv("COLUMNS", "72")
    assert forms.terminal_width(io.StringIO()) == 72
    monkeypatch.setenv("COLUMNS", "wide")
    assert forms.terminal_width(io.StringIO()) == 100


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_that_cannot_say_a_name_gets_what_it_can(every_kind: History, form: forms.Form) -> None:
    """In an encoding without Chinese, nothing fails; JSON loses nothing at all, and CSV is UTF-8."""
    answer = AsOf(every_kind.as_of("2016-06"))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    forms.write(answer, form, stream, width=80)
    stream.flush()
    text = stream.buffer.getvalue().decode("utf-8" if form == "csv" else "ascii")  # type: ignore[attr-defined]
    assert text.count("\n") == printed(answer, form).count("\n")
    if form == "json":
        assert json.loads(text) == answer.data()
    if form == "csv":
        assert text == printed(answer, form)


def test_programs_do_not_wait_for_rich(root: Path) -> None:
    """JSON, CSV and plain text are printed without loading what paints pages."""
    script = (
        "import sys\n"
        "from chronicle.history import open_history\n"
        "from chronicle.render import forms\n"
        "from chronicle.render.pages.as_of import AsOf\n"
        "from chronicle.render.pages.problems import Findings\n"
        "from chronicle.render.pages.timeline import Timeline\n"
        "history = open_history('events')\n"
        "told = Timeline(history.timeline(), history.position)\n"
        "for answer in (AsOf(history.as_of('2015')), told, Findings(())):\n"
        "    for form in ('json', 'csv', 'plain'):\n"
        "        forms.write(answer, form, sys.stdout)\n"
        "assert 'rich' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Lines


@pytest.mark.parametrize("width", range(13, 40))
def test_an_amount_stays_on_one_line(width: int) -> None:
    """Its currency and its number; other words break as they did."""
    said = "raised USD 25bn, at HKD 6,244,000,000 or ~USD 380M, EUR ? and GBP >1bn of THE 5"
    lines = ["".join(text for text, _ in line) for line in wrap([(said, "")], width)]
    assert " ".join(lines) == said
    for amount in ("USD 25bn", "HKD 6,244,000,000", "~USD 380M", "EUR ?", "GBP >1bn"):
        assert width < len(amount) or any(amount in line for line in lines), lines


@given(
    text=st.text(st.sampled_from("ab ,日本語。、é\u0301\u2764\ufe0f"), max_size=60),
    width=st.integers(2, 30),
    cut=st.integers(0, 60),
)
def test_breaking_a_line_loses_nothing_but_blanks(text: str, width: int, cut: int) -> None:
    """Lines fit, keep every letter and its style in order, and do not begin or end with a blank."""
    text = clean(text)
    line = [(text[:cut], "bold"), (text[cut:], "dim")]
    parts = wrap(line, width)
    said = [(letter, style) for part in parts for piece, style in part for letter in piece if letter != " "]
    assert said == [(letter, style) for piece, style in line for letter in piece if letter != " "]
    assert all(line_columns(part) <= width or len(part[0][0]) == 1 for part in parts)
    for part in parts[1:]:
        whole = "".join(piece for piece, _ in part)
        assert whole == whole.strip(" ")


def test_words_stay_whole_where_they_fit() -> None:
    """A line breaks between words, and inside one only when it is longer than a line."""
    assert [part[0][0] for part in wrap([("Alibaba Pictures", "")], 10)] == ["Alibaba", "Pictures"]
    assert [part[0][0] for part in wrap([("Alibabapictures", "")], 10)] == ["Alibabapic", "tures"]
    assert [part[0][0] for part in wrap([("阿里巴巴影業。", "")], 8)] == ["阿里巴巴", "影業。"]
    assert [part[0][0] for part in wrap([("阿里巴巴。", "")], 8)] == ["阿里巴", "巴。"]


# Pictures


def test_a_picture_is_the_same_every_time_and_calls_nobody(shipped: History) -> None:
    """A picture for the documentation is well-formed, has the same bytes each time and loads no font."""
    page = timeline_of(shipped).people(100)
    first, second = (picture.svg(page, "chronicle timeline", 100) for _ in range(2))
    assert first == second
    assert ElementTree.fromstring(first).tag.endswith("svg")
    assert "Alibaba&#160;Pictures" in first
    assert "chronicle&#160;timeline" in first
    assert set(re.findall(r"https?://[^\s\"<]+", first)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    }
    assert "@font-face" not in first


def test_a_teller_needs_no_names() -> None:
    """Without anybody who knows names, a timeline is told by ids."""
    told = event("role.ended", "2014", person="ma", entity="board", role="chair")
    assert Teller(lambda entity, _: entity, {}).told(told) == "ma is no longer chair of board"
    assert "ma is no longer chair of board" in printed(Timeline((told,), lambda _: 1))


@pytest.mark.slow
@given(width=st.integers(40, 200))
def test_no_amount_and_no_share_is_broken(every_kind: History, width: int) -> None:
    """Each stands on one line, whatever the width: what a wide page has, a narrow one has."""
    amounts = re.compile(
        r"(?:~|>|<|≥|≤)?[A-Z]{3} \d[\d,.]*(?:-[\d,.]+)?(?:[MK]|bn)?|[~<>≥≤]?\d[\d.]*(?:-[\d.]+)?%"
    )
    for answer in (timeline_of(every_kind, kinds=KINDS), AsOf(every_kind.as_of("2016-06"))):
        wide = Counter(amounts.findall(printed(answer, width=400)))
        assert len(wide) > 1
        assert Counter(amounts.findall(printed(answer, width=width))) == wide
