"""Small laws of what is read and shown, each with its siblings: characters, figures, knowledge, names."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from icalendar import Calendar

from chronicle.cli import chronicle
from chronicle.dates import parse_date
from chronicle.engine.replay import Before, Change, Projector
from chronicle.engine.state import State
from chronicle.errors import InvalidValue, Problem, UsageError
from chronicle.events import Event, StakeAcquired
from chronicle.history import History
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from chronicle.render import layout
from chronicle.render.layout import Line, line_columns
from chronicle.render.tree import Branch, tree
from chronicle.stores import NewRecord, open_store
from effort import steps
from given import (
    acquired,
    corrected,
    disposed,
    happened,
    issued,
    observed,
    proposed,
    retracted,
    state_on,
    written,
)


def run(*arguments: str | Path, **settings: Any) -> Result:
    """Run ``chronicle`` with these arguments; anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(argument) for argument in arguments], **settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*arguments: str | Path) -> Any:
    """The JSON that ``chronicle`` prints."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# Characters

JOINED = "شرکت ره\u200cآورد"
FAMILY = "क्\u200dष Studio 👩\u200d👧"


def told_of(name: str) -> str:
    """A history in which everything that can carry a text carries ``name``."""
    said = json.dumps(name, ensure_ascii=False)
    return f"""
entities:
  - {{id: rah, name: {said}, type: company}}
  - {{id: mill, name: Mill Works, type: company}}
events:
  - {{kind: stake.acquired, date: 2014-03-11, holder: rah, target: mill, share: 60%, note: {said},
     sources: [{{publisher: {said}, quote: {said}}}]}}
  - {{kind: role.appointed, date: 2014-03-11, person: rah, entity: mill, role: {said}}}
  - {{kind: entity.identified, date: 2014-03-11, entity: rah, scheme: ticker, value: {said}}}
  - {{kind: deal.proposed, date: 2014-03-11, deal: d, title: {said}, parties: [rah, mill]}}
"""


@pytest.mark.parametrize("name", [JOINED, FAMILY])
@pytest.mark.parametrize(
    "question",
    [
        *(f"timeline {form}" for form in ("", "--json", "--csv", "--plain")),
        *(f"as-of 2015 {form}" for form in ("", "--json", "--csv", "--plain")),
        *(f"why rah mill --as-of 2015 {form}" for form in ("", "--json", "--csv", "--plain")),
        *(f"diff 2013 2015 {form}" for form in ("", "--json", "--csv", "--plain")),
        *(f"export {format}" for format in ("jsonl", "csv", "icalendar", "timelinejs", "ftm")),
        *(f"export {format} --as-of 2015" for format in ("json", "csv", "dot", "bods")),
        "export csv --spans",
        "export csv --as-of 2015 --view names",
        "export csv --spans --view names",
        "export scd2 --view names",
    ],
)
def test_joiners_are_kept_in_every_output(name: str, question: str, tmp_path: Path) -> None:
    """Persian, Hindi and families of emoji are other texts without the characters that join or part them."""
    result = run("--from", written(tmp_path, told_of(name)), *question.split(), env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "\N{REPLACEMENT CHARACTER}" not in result.stdout
    # A narrow page may break a name at a blank; its words stay whole.
    assert all(word in result.stdout for word in name.split())


def test_an_error_shows_a_name_with_its_joiners(tmp_path: Path) -> None:
    """The name in the excerpt of a file is the one that was written, and the caret stands where it should."""
    file = written(tmp_path, f"entities:\n  - {{id: rah, name: {JOINED}, type: firm}}\n")
    said = run("--from", file, "check").output
    assert JOINED in said
    line, caret = (next(row for row in said.splitlines() if mark in row) for mark in ("firm}", "^"))
    assert line.replace("\u200c", "").index("firm") == caret.index("^")


UNSEEN = "A\u200eB\u200fC\u061cD\u00adE\u2060F\ufeffG\U000e0041H\ue000I\u00a0J\u3000K  L"


@pytest.mark.parametrize(
    "question",
    [
        *("timeline --csv", "as-of 2015 --csv", "why rah mill --as-of 2015 --csv", "diff 2013 2015 --csv"),
        *("export csv", "export csv --as-of 2015", "export csv --spans", "export scd2 --view names"),
    ],
)
def test_no_csv_ever_replaces_a_character(question: str, tmp_path: Path) -> None:
    """Whatever an event may say stands in its cell to the letter: marks of direction, blanks of any width."""
    file = tmp_path / "history.jsonl"
    declared = {"kind": "entity.declared", "date": "0001-01-01", "type": "company"}
    events = [
        {**declared, "entity": "rah", "name": UNSEEN},
        {**declared, "entity": "mill", "name": "Mill"},
        {"kind": "entity.renamed", "date": "2014", "entity": "mill", "name": UNSEEN},
        {"kind": "stake.acquired", "date": "2014", "holder": "rah", "target": "mill", "share": "1%"},
    ]
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    result = run("--from", file, *question.split())
    assert result.exit_code == 0, result.output
    cells = [cell for row in csv.reader(io.StringIO(result.stdout)) for cell in row]
    # A value that is more than one text is JSON in its cell, which spells what cannot be seen as an escape.
    said = [str(json.loads(cell)) if cell.startswith("{") else cell for cell in cells]
    assert any(UNSEEN in text or repr(UNSEEN)[1:-1] in text for text in said)


# Figures


def holdings_of(state: State) -> dict[str, tuple[str, int | None]]:
    """What each holder has: its share and its count."""
    return {held.holder: (held.share.canonical(), held.shares) for held in state.holdings()}


ISSUED = issued("2010", "mill", "1000", total="1000", subscribers={"north": "991", "dot": "9"})


def test_after_a_consolidation_nobody_holds_zero_shares() -> None:
    """What is left of a fraction is paid out: a holding of less than one new share ends."""
    events = [
        ISSUED,
        happened("shares.restructured", "2014-03-11", issuer="mill", ratio="1:10"),
        issued("2016-03-11", "mill", "100", subscribers={"north": "100"}),
    ]
    assert holdings_of(state_on("2013", events)) == {"north": ("99.1%", 991), "dot": ("0.9%", 9)}
    assert holdings_of(state_on("2015", events)) == {"north": ("99%", 99)}
    assert holdings_of(state_on("2017", events)) == {"north": ("99.5%", 199)}
    assert state_on("2015", events).share("dot", "mill") is None


def test_a_consolidation_that_leaves_no_fraction_keeps_the_shares() -> None:
    """A share of the whole stays, as does one that a source stated beside a count."""
    counted = [issued("2010", "mill", "1000", total="1000", subscribers={"north": "990", "dot": "10"})]
    stated = [
        issued("2010", "mill", "1000", total="1000"),
        acquired("2011", "dot", "mill", "1%", shares="15"),
    ]
    merged = happened("shares.restructured", "2014-03-11", issuer="mill", ratio="1:10")
    assert holdings_of(state_on("2015", [*counted, merged])) == {"north": ("99%", 99), "dot": ("1%", 1)}
    assert holdings_of(state_on("2015", [*stated, merged])) == {"dot": ("1%", 1)}


@pytest.mark.parametrize(
    "last",
    [
        disposed("2014", "dot", "mill", shares="9"),
        disposed("2014", "dot", "mill", "0.8%", shares="9"),
        disposed("2014", "dot", "mill", holds="0%"),
        observed("2014", "dot", "mill", "?", shares="0"),
        happened("shares.restructured", "2014", issuer="mill", ratio="1:1000"),
    ],
    ids=lambda event: f"{event.kind} {getattr(event, 'share', None)}",
)
def test_who_has_no_share_left_holds_nothing(last: Event) -> None:
    """However the count comes to zero, the holding ends."""
    state = state_on("2015", [ISSUED, last])
    assert "dot" not in holdings_of(state)
    share = state.share("dot", "mill")
    assert share is None or share.is_nothing


def test_no_shares_are_no_holding_to_begin_with() -> None:
    """Who subscribes to none of the new shares, or buys none, holds nothing."""
    events = [
        issued("2010", "mill", "1000", total="1000", subscribers={"north": "1000", "dot": "0"}),
        acquired("2011", "quay", "mill", shares="0"),
    ]
    assert holdings_of(state_on("2015", events)) == {"north": ("100%", 1000)}


def test_a_share_that_is_stated_outright_outlives_a_count_of_zero() -> None:
    """The source says what is left; the count that was known before does not go on."""
    left = disposed("2014", "dot", "mill", holds="0.4%", shares="9")
    assert holdings_of(state_on("2015", [ISSUED, left]))["dot"] == ("0.4%", None)


# Knowledge

CORRECTED = """
entities:
  - {id: north, name: North Holdings, type: company}
  - {id: mill, name: Mill Works, type: company}
events:
  - {id: e1, kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 60%}
  - {id: c1, kind: record.corrected, date: 2016-05-01, target: e1, set: {date: 2013-02-01}, reason: a}
  - {id: c2, kind: record.corrected, date: 2017-05-01, target: e1, set: {date: 2015-02-01, share: 55%},
     reason: b}
  - {id: r2, kind: record.retracted, date: 2018-05-01, target: c2, reason: c2 was wrong}
  - {id: r3, kind: record.retracted, date: 2019-05-01, target: r2, reason: c2 was right after all}
  - {id: c3, kind: record.corrected, date: 2020-05-01, target: e1, reason: sourced,
     set: {sources: [{publisher: Gazette, published: 2012-01-01}]}}
"""


@pytest.mark.parametrize("known", ["2015", "2016", "2017", "2018", "2019", "2020", None])
def test_a_correction_never_moves_the_day_from_which_an_event_is_known(
    known: str | None, tmp_path: Path
) -> None:
    """Whatever puts its date or its sources right, an event was known when it was known."""
    file = written(tmp_path, CORRECTED)
    asked = ("--from", file, "timeline", *(() if known is None else ("--known", known)))
    (told,) = (event for event in answer(*asked)["events"] if event["id"] == "e1")
    assert (told["known"], told.get("known_assumed")) == ("2014-03-11", True)
    rows = csv.DictReader(io.StringIO(run(*asked, "--csv").stdout))
    (row,) = (row for row in rows if row["id"] == "e1")
    assert (row["known"], row["known_assumed"]) == ("2014-03-11", "yes")


def test_what_else_says_since_when_an_event_is_known_says_the_same(tmp_path: Path) -> None:
    """Explanations, conflicts and calendars go by the event as it was written, too."""
    rivals = """
  - {id: o1, kind: deal.agreed, date: 2014, deal: d, title: D, parties: [north, mill],
     sources: [{publisher: A, published: 2014-02-01}]}
  - {id: o2, kind: deal.agreed, date: 2015, deal: d, title: D, parties: [north, mill],
     sources: [{publisher: B, published: 2014-03-01}]}
  - {id: c4, kind: record.corrected, date: 2021, target: o1, reason: elsewhere,
     set: {sources: [{publisher: A, published: 2014-04-01}]}}
"""
    file = written(tmp_path, CORRECTED + rivals)
    (reason,) = answer("--from", file, "why", "north", "mill", "--as-of", "2022")["reasons"]
    assert [(step["known"], step["known_assumed"]) for step in reason["steps"]] == [("2014-03-11", True)]
    (conflict,) = answer("--from", file, "conflicts")["conflicts"]
    claims = [(claim["event"]["id"], claim["known"]) for claim in conflict["claims"]]
    assert claims == [("o2", "2014-03-01"), ("o1", "2014-02-01")]
    said = run("--from", file, "conflicts", env={"COLUMNS": "200"}).stdout
    assert "known from 1 Feb 2014" in said
    assert "4 Apr" not in said
    rows = csv.DictReader(io.StringIO(run("--from", file, "conflicts", "--csv").stdout))
    assert [row["known"] for row in rows] == ["2014-03-01", "2014-02-01"]
    calendar = run("--from", file, "export", "icalendar").stdout
    assert calendar.partition("UID:e1@")[2].splitlines()[1] == "DTSTAMP:20140311T000000Z"


BOUGHT = acquired("2014-03-11", "north", "mill", "60%", id="e1")


def share_by(known: str | None, *records: Event) -> str:
    """What north has of mill at the end of 2015, by what was known on a day."""
    return str(state_on("2015", [BOUGHT, *records], known).share("north", "mill"))


def doubts(*records: Event) -> list[tuple[str, ...]]:
    """The findings that an order is a guess, by the events that they name."""
    found = History([BOUGHT, *records]).check()
    return [problem.events for problem in found if problem.code == "C408"]


def test_corrections_go_by_their_own_date() -> None:
    """One of "2016" stands before one of September 2016, as the timeline shows them; that is a guess."""
    year = corrected("2016", "e1", {"share": "55%"}, id="c1")
    day = corrected("2016-09-01", "e1", {"share": "57%"}, id="c2")
    for records in ((year, day), (day, year)):
        shares = [share_by(known, *records) for known in ("2016-08", "2016-10", "2016", "2017", None)]
        assert shares == ["60%", "57%", "57%", "57%", "57%"]
        assert doubts(*records) == [("c2", "c1")]


def test_when_a_correction_is_known_decides_before_its_date() -> None:
    """A `known` that is given says which of two came later, in either direction."""
    late = corrected("2016", "e1", {"share": "55%"}, id="c1", known="2017-01-10")
    early = corrected("2016-09-01", "e1", {"share": "57%"}, id="c2", known="2016-09-05")
    assert [share_by(known, late, early) for known in ("2016-08", "2016-10", "2017")] == ["60%", "57%", "55%"]
    assert doubts(late, early) == []
    undone = corrected("2018", "e1", {"share": "50%"}, id="c3", known="2016-01")
    assert share_by(None, undone, late, early) == "55%"


def test_the_source_of_a_correction_does_not_move_it() -> None:
    """A correction from an old paper is as new as its own date."""
    first = corrected("2016-01-01", "e1", {"share": "55%"})
    second = corrected("2017-01-01", "e1", {"share": "57%"}, sources=[{"title": "T", "published": "2015"}])
    assert share_by(None, second, first) == "57%"


def test_corrections_that_leave_nothing_open_are_no_guess() -> None:
    """Other fields, the same value, the same window, or one of them withdrawn: nothing hangs on the order."""
    year = corrected("2016", "e1", {"share": "55%"}, id="c1")
    others = (
        corrected("2016-09-01", "e1", {"right": "votes"}, id="c2"),
        corrected("2016-09-01", "e1", {"share": "55%"}, id="c2"),
        corrected("2016", "e1", {"share": "57%"}, id="c2"),
        corrected("2017-01-01", "e1", {"share": "57%"}, id="c2"),
        corrected("2016-09-01", "c1", {"set": {"share": "57%"}}, id="c2"),
    )
    for other in others:
        assert doubts(year, other) == []
    assert doubts(year, others[0], corrected("2016-10-01", "e1", {"share": "57%"}, id="c3")) == [("c3", "c1")]
    withdrawn = retracted("2018", "c1")
    assert doubts(year, corrected("2016-10-01", "e1", {"share": "57%"}, id="c3"), withdrawn) == []
    assert share_by(None, year, others[2]) == "57%"
    assert share_by(None, others[2], year) == "55%"


def test_which_of_two_ids_stays_may_be_a_guess_too() -> None:
    """Two links the other way round, of which one is dated loosely."""
    one = happened("identity.linked", "2017", id="l1", a="north", b="nord", reason="same")
    other = happened("identity.linked", "2017-05-01", id="l2", a="nord", b="north", reason="other way round")
    assert doubts(one, other) == [("l2", "l1")]
    same = happened("identity.linked", "2017-05-01", id="l2", a="north", b="nordic", reason="same")
    assert doubts(one, same) == []
    later = happened("identity.linked", "2018-05-01", id="l2", a="nord", b="north", reason="other way round")
    assert doubts(one, later) == []


# Names that are only possible

RENAMED = """
entities:
  - {id: mill, name: Mill Works, type: company}
  - {id: quay, name: Quay Ltd, type: company}
events:
  - {kind: entity.renamed, date: 2010, entity: mill, name: Harbour Group}
  - {kind: entity.renamed, date: 2012-06, entity: mill, name: Mill Works}
  - {kind: entity.renamed, date: 2012-06-15, entity: quay, name: Harbour Group}
  - {kind: entity.identified, date: 2010, entity: mill, scheme: ticker, value: 0042.HK, until: 2012-06}
  - {kind: entity.identified, date: 2012-06-20, entity: quay, scheme: ticker, value: 0042.HK}
  - {kind: stake.acquired, date: 2012-06-10, holder: quay, target: mill, share: 10%}
  - {kind: entity.dissolved, date: 2013, entity: quay, reason: wound up}
"""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("as-of 2012-06-12", "10%  Mill Works (name possible)"),
        ("as-of 2012-06-12 mill", "Mill Works (name possible), company, ticker 0042.HK (possible)"),
        ("as-of 2012-06-30 mill", "Mill Works, company\n"),
        ("as-of 2012-05-31 mill", "Harbour Group, company, ticker 0042.HK\n"),
        ("as-of 2012-06-20 quay", "Harbour Group, company, ticker 0042.HK\n"),
        ("as-of 2013-06-20 quay", "Harbour Group, company, dissolved (possible), ticker 0042.HK\n"),
        ("timeline", "Quay Ltd acquires a stake in Mill Works (name possible)"),
        ("timeline --csv", "Quay Ltd acquires a stake in Mill Works (name possible)"),
        ("why quay mill --as-of 2012-06-12", "Why: stake of Quay Ltd in Mill Works (name possible)"),
        ("diff 2012-06-09 2012-06-12", "Quay Ltd in Mill Works (name possible)"),
        ("export mermaid --as-of 2012-06-12", '["Mill Works (name possible)"]'),
        ("export dot --as-of 2012-06-12", 'label="Mill Works (name possible)"'),
        ("export icalendar", "Quay Ltd acquires a stake in Mill Works (name possible)"),
    ],
)
def test_a_name_or_identifier_that_is_only_possible_is_marked(
    question: str, said: str, tmp_path: Path
) -> None:
    """On a day inside the window of a change nobody knows which of two names it was."""
    result = run("--from", written(tmp_path, RENAMED), *question.split(), env={"COLUMNS": "110"})
    assert said in result.stdout


def test_json_marks_names_and_identifiers_that_are_only_possible(tmp_path: Path) -> None:
    """The entity says it of its name, and each identifier of itself."""
    file = written(tmp_path, RENAMED)
    mill, quay = answer("--from", file, "as-of", "2012-06-22")["entities"]
    assert (mill["name"], mill["certain"]) == ("Mill Works", False)
    assert mill["identifiers"] == [{"scheme": "ticker", "value": "0042.HK", "certain": False}]
    assert (quay["name"], quay["certain"]) == ("Harbour Group", True)
    assert quay["identifiers"] == [{"scheme": "ticker", "value": "0042.HK", "certain": True}]


TWICE = """
entities:
  - {id: mill, name: Mill Works, type: company}
events:
  - {kind: entity.identified, date: 2010, entity: mill, scheme: lei, value: "7", until: 2014}
  - {kind: entity.identified, date: 2012, entity: mill, scheme: lei, value: "7", until: 2016}
"""


@pytest.mark.parametrize(
    ("day", "certain"), [("2010-06-30", False), ("2013", True), ("2014-05-10", True), ("2016-05-10", False)]
)
def test_an_identifier_that_is_given_twice_is_one(day: str, certain: bool, tmp_path: Path) -> None:
    """For overlapping times: it is told once, and is certain where it is so by either."""
    file = written(tmp_path, TWICE)
    (mill,) = answer("--from", file, "as-of", day)["entities"]
    assert mill["identifiers"] == [{"scheme": "lei", "value": "7", "certain": certain}]
    said = "Mill Works, company, lei 7\n" if certain else "Mill Works, company, lei 7 (possible)\n"
    assert said in run("--from", file, "as-of", day, "mill").stdout


def test_an_identifier_that_is_still_certain_makes_no_difference(tmp_path: Path) -> None:
    """The first time may be over, the second is not."""
    assert "No differences" in run("--from", written(tmp_path, TWICE), "diff", "2013", "2014-05-10").stdout


_LEI = {"entity": "mill", "scheme": "lei", "value": "7"}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("given", "days"),
    [
        # Each day: certain, possible or nothing, by every day that the dates allow.
        (
            (("[2014-04..2014-05]", None), ("[2014-01..2014-05]", "2014-03-31")),
            {"2014-02-10": "possible", "2014-04-10": "possible", "2014-05-31": "certain", "2020": "certain"},
        ),
        (
            (("[2014-01..2014-05]", None), ("2014-02", "2014-03-10")),
            {"2014-01-10": "possible", "2014-03-05": "certain", "2014-04-01": "possible", "2020": "possible"},
        ),
        (
            (("2012", None), ("2014", "2014-05")),
            {"2013": "certain", "2014-03-10": "possible", "2015": "nothing", "2020": "nothing"},
        ),
        (
            (("2012", None), ("2014", "2016")),
            {"2013": "certain", "2014-03-10": "certain", "2016-06": "possible", "2020": "nothing"},
        ),
    ],
)
def test_an_identifier_that_runs_out_and_is_given_again(
    given: tuple[tuple[str, str | None], ...], days: dict[str, str], turned: bool
) -> None:
    """Its end is no event of its own, and comes after its own beginning, wherever another one begins."""
    events = [
        happened("entity.identified", date, f"e{number}", **_LEI, **({"until": until} if until else {}))
        for number, (date, until) in enumerate(given)
    ]
    history = History(events[::-1] if turned else events)
    for day, said in days.items():
        found = [fact.certain for fact in history.as_of(day).view("identifiers")]
        assert ("certain" if any(found) else "possible" if found else "nothing") == said, day


def test_an_identifier_runs_out_whatever_its_event_ends() -> None:
    """``until`` is about the identifier of the event, and ``ends`` about another event."""
    first = happened("entity.identified", "2010", "first", **_LEI)
    last = happened("entity.identified", "2012", "last", **_LEI | {"value": "8"}, until="2016", ends="first")
    state = History([first, last]).as_of
    assert [[fact.key[2] for fact in state(day).view("identifiers")] for day in ("2014", "2017")] == [
        ["7", "8"],
        ["7"],
    ]


def test_an_end_of_itself_is_a_finding() -> None:
    """It ends nothing, and nothing is dropped in silence."""
    role = {"person": "ann", "entity": "mill", "role": "director"}
    begun = happened("role.appointed", "2010", "begun", **role)
    over = happened("role.ended", "2012", "over", **role, ends="over")
    history = History([begun, over])
    assert [fact.certain for fact in history.as_of("2014").roles()] == [True]
    (problem,) = [each for each in history.check() if each.code == "C411"]
    assert problem.message == "'ends' names the event itself: \"over\""


@pytest.mark.parametrize(
    "event",
    [
        happened("role.appointed", "2014", id="new", person="ann", entity="mill", role="chair", ends="old"),
        happened("shares.issued", "2014", id="new", issuer="mill", shares="10", ends="old"),
    ],
    ids=["a role", "shares"],
)
def test_an_end_of_what_begins_has_no_effect(event: Event) -> None:
    """It is a finding, and the answer is the same without it."""
    old = happened("role.appointed", "2012", id="old", person="ann", entity="mill", role="director")
    history = History([old, event])
    assert f"'ends' has no effect: \"new\" ({event.kind}) ends nothing" in [
        problem.message for problem in history.check()
    ]
    assert history.as_of("2015").facts() == History([old, evolve(event, ends=None)]).as_of("2015").facts()


def test_a_status_that_is_only_possible_is_marked_in_every_output(tmp_path: Path) -> None:
    """The name is certain, and that the company is dissolved is not: no row says that both are."""
    file = written(tmp_path, RENAMED)
    quay = answer("--from", file, "as-of", "2013-06-20")["entities"][1]
    assert (quay["status"], quay["certain"], quay["status_certain"]) == ("dissolved", True, False)
    for form in ("--csv", "--plain"):
        rows = run("--from", file, "as-of", "2013-06-20", form).stdout.splitlines()
        assert [row for row in rows if "dissolved" in row and "possible" in row and "certain" not in row]
    after = answer("--from", file, "as-of", "2013-12-31")["entities"][1]
    assert (after["status"], after["status_certain"]) == ("dissolved", True)
    rows = History.from_files([file]).as_of("2013-06-20").entities_table().to_dicts()
    assert [(row["entity"], row["certain"], row["status_certain"]) for row in rows] == [
        ("mill", True, True),
        ("quay", True, False),
    ]


# Long texts


@pytest.mark.parametrize("word", ["word and so on ", "阿里巴巴影业，", f"{JOINED} ", "x", "क्\u200dष देव "])
def test_an_explanation_is_linear_in_the_length_of_a_note(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the note takes about four times the steps and the looks at characters, not sixteen times."""
    measured = 0
    real = layout.columns

    def columns(text: str) -> int:
        nonlocal measured
        measured += len(text)
        return real(text)

    monkeypatch.setattr(layout, "columns", columns)

    def taken(length: int) -> int:
        nonlocal measured
        measured = 0
        pieces = length // len(word) // 5
        note: Line = [("1 Jan 2014  ", ""), *((word * 5, "dim"),) * pieces]
        lines: list[Line] = []
        lines_run = steps(lambda: lines.extend(tree(Branch(([("why", "")],), (Branch((note,)),)), 80)))
        assert len(lines) > length / 200
        return lines_run + measured

    assert taken(20_000) < 5 * taken(5_000)


@pytest.mark.parametrize("word", ["word and so on ", "阿里巴巴影业，", f"{JOINED} "])
def test_a_note_is_told_whole_however_its_lines_are_broken(word: str) -> None:
    """No blank comes between two Chinese characters, and nothing is lost."""
    note = (word * 40).strip()
    lines = list(tree(Branch(([("why", "")],), (Branch(([(note, "")],)),)), 40))
    assert all(line_columns(line) <= 40 for line in lines)
    told = ["".join(text for text, _ in line).removeprefix("└─ ").strip() for line in lines[1:]]
    assert (" " if " " in word else "").join(told) == note


# Questions that cannot mean anything

AGREED = happened("deal.agreed", "2014-03-11", deal="d", title="D", parties=["north", "mill"])
APPROVED = happened("deal.approved", "2014-05", deal="d")


@pytest.mark.parametrize(
    ("told", "on", "earliest"),
    [
        ((proposed("2014", "d"),), "2013", "2014-01-01"),
        ((proposed("2014", "d"),), "2013-12-31", "2014-01-01"),
        ((AGREED,), "2014-03-10", "2014-03-11"),
        ((AGREED,), "2014-02", "2014-03-11"),
        ((AGREED,), "[..2014-03-10]", "2014-03-11"),
        ((proposed("2014", "d"), AGREED), "2014-03-10", "2014-03-11"),
        ((AGREED, APPROVED), "2014-04", "2014-05-01"),
    ],
)
def test_a_deal_cannot_be_assumed_to_complete_before_it_was_made(
    told: tuple[Event, ...], on: str, earliest: str
) -> None:
    """The error names the earliest day on which it can."""
    with pytest.raises(UsageError) as error:
        History(told).assume("d", on)
    assert error.value.code == "C603"
    assert error.value.problems[0].help == f"assume it on {earliest} or later"
    assert len(History(told).assume("d", earliest).events) == len(told) + 1


@pytest.mark.parametrize("on", ["2014", "2014-03", "[2013..2015]", "[..2014-03-11]", "2014-03-11", "2015"])
def test_a_window_in_which_a_deal_can_complete_can_be_assumed(on: str) -> None:
    """It is enough that some day of the assumed date is not before the agreement."""
    assert len(History([AGREED]).assume("d", on).events) == 2


def test_an_assumption_goes_by_what_was_known() -> None:
    """An approval that was known later stands in no way of what is assumed before it was."""
    later = happened("deal.approved", "2014-05-01", deal="d", known="2014-09")
    history = History([AGREED, later])
    with pytest.raises(UsageError):
        history.assume("d", "2014-04-01")
    assert history.assume("d", "2014-04-01", known="2014-08").as_of("2014-04-01", known="2014-08").deals()


@pytest.mark.parametrize(
    ("since", "until", "refused"),
    [
        ("2015", "2014", True),
        ("2014-03-12", "2014-03-11", True),
        ("[2014-04..]", "2014-03", True),
        ("2014-03-11", "2014-03-11", False),
        ("2014-12", "2014", False),
        ("2014", "2014-03", False),
        ("[..2014]", "2013", False),
    ],
)
def test_since_after_until_is_an_error(since: str, until: str, refused: bool, tmp_path: Path) -> None:
    """A question that nothing can answer is refused, and not answered with an empty list."""
    result = run("--from", written(tmp_path, RENAMED), "timeline", "--since", since, "--until", until)
    assert result.exit_code == (2 if refused else 0)
    assert ("error[C609]: no day lies between" in result.stderr) == refused


# Standard input

YAML = """
entities:
  - {id: north, name: North, type: company}
  - {id: mill, name: Mill, type: company}
events:
  - {id: e1, kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 60%}
"""
QUOTED = '{"entities": [], "events": [{"kind": "deal.agreed", "date": "2014", "deal": "d", "parties": []}]}'


def as_json_lines(yaml: str, tmp_path: Path) -> str:
    """The same events, a JSON object a line."""
    return run("--from", written(tmp_path, yaml), "export", "jsonl").stdout


def chronicle_process(
    *arguments: str | Path, piped: str | None, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run ``chronicle`` in a process of its own, with something piped in."""
    command = [sys.executable, "-m", "chronicle", *map(str, arguments)]
    return subprocess.run(command, input=piped, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize("source", ["-", "/dev/stdin", "/dev/fd/0"])
@pytest.mark.parametrize("json_lines", [False, True])
def test_a_history_is_read_from_standard_input(source: str, json_lines: bool, tmp_path: Path) -> None:
    """YAML or JSON Lines, whichever it is, by each name that standard input has."""
    piped = as_json_lines(YAML, tmp_path) if json_lines else YAML
    done = chronicle_process("--from", source, "as-of", "2015", "--plain", piped=piped, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "holding\tnorth\tmill\tequity\t60%\tcertain\t2014-03-11\te1"
    assert done.stderr == ""
    store = tmp_path / "corp.db"
    done = chronicle_process("record", source, "--into", store, piped=piped, cwd=tmp_path)
    assert (done.returncode, done.stderr[:17]) == (0, "recorded 3 events")
    assert run("--from", store, "as-of", "2015", "--plain").stdout.startswith("holding\tnorth\tmill")


@pytest.mark.parametrize("form", [YAML, QUOTED, f"\ufeff{YAML}", f"# a comment\n{YAML}"])
def test_yaml_from_standard_input_may_look_like_anything_that_yaml_may(form: str) -> None:
    """A document that quotes its sections is not taken for JSON Lines."""
    assert run("--from", "-", "timeline", input=form.encode()).exit_code == 0


def test_what_is_wrong_with_standard_input_is_said_with_its_place(tmp_path: Path) -> None:
    """The file is called stdin, also where it is empty, too odd or closed."""
    wrong = run("--from", "-", "check", input=YAML.replace("60%", "much"))
    assert "stdin:6:" in wrong.output
    assert run("--from", "-", "check", input='{"id": 1').stderr.startswith("stdin:1:")
    assert run("--from", "-", "check", input=b"\xff\xfe").stderr.startswith("stdin:1:1: error[C102]")
    assert run("record", "-", "--into", tmp_path / "x.db", input="a: b").exit_code == 1
    assert not (tmp_path / "x.db").exists()
    closed = subprocess.run(
        f"{sys.executable} -m chronicle --from - timeline <&-",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert closed.stderr.startswith("stdin: error[C101]: cannot be read")


def test_the_export_of_a_store_can_be_piped_into_another(tmp_path: Path) -> None:
    """It makes a copy then, as it does from a file: the same positions, times and chain."""
    one, two, three = (tmp_path / f"{name}.db" for name in ("one", "two", "three"))
    run("record", "-", "--into", one, input=YAML)
    export = run("--from", one, "export", "jsonl").stdout
    assert run("record", "-", "--into", two, input=export).exit_code == 0
    assert run("--from", two, "export", "jsonl").stdout == export
    assert run("record", "-", "--as-events", "--into", three, input=export).exit_code == 0
    assert (
        run("--from", three, "timeline", "--plain").stdout == run("--from", one, "timeline", "--plain").stdout
    )
    more = written(tmp_path, YAML.replace("e1", "e2"))
    assert run("record", "-", more, "--into", tmp_path / "four.db", input=export).exit_code == 2
    assert run("record", "-", more, "--into", tmp_path / "five.db", input="events: []").exit_code == 0


def test_a_statement_can_be_made_about_a_history_that_is_piped_in() -> None:
    """A correction of it is printed, for a file; an export is that of its events."""
    printed = run("--from", "-", "correct", "e1", "--set", "share=55%", "--reason", "a slip", input=YAML)
    assert "kind: record.corrected" in printed.stdout
    lines = run("--from", "-", "export", "jsonl", input=YAML).stdout.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == [
        "entity.declared",
        "entity.declared",
        "stake.acquired",
    ]


# Stores of a newer Chronicle

NEWER = {
    'unknown kind "stake.pledged"': {"kind": "stake.pledged", "holder": "a", "target": "b"},
    'unknown kind "stake.aquired"': {"kind": "stake.aquired", "holder": "a", "target": "b", "share": "1%"},
    'unknown field "pledge" of stake.acquired': {
        **{"kind": "stake.acquired", "holder": "a", "target": "b", "share": "1%"},
        **{"pledge": "yes", "date": "never"},
    },
    'unknown kind "unit.pledged"': {
        **{"kind": "deal.proposed", "deal": "d", "title": "D", "parties": ["a", "b"]},
        "effects": [{"kind": "unit.pledged", "unit": "u"}],
    },
}


@pytest.mark.parametrize("said", NEWER)
def test_what_a_store_holds_and_nobody_knows_was_written_by_a_newer_chronicle(
    said: str, tmp_path: Path
) -> None:
    """A kind or a field is no slip of the pen there: no store takes one in that its version does not know."""
    event = {"id": "x", "date": "2014", **NEWER[said]}
    body = json.dumps(event).encode()
    with open_store(tmp_path / "corp.db", create=True) as store:
        store.append([NewRecord("x", event["kind"], body)])
    for question in (("timeline",), ("as-of", "2015"), ("tail",)):
        result = run("--from", tmp_path / "corp.db", *question)
        assert result.exit_code == 4
        assert "error[C502]" in result.stderr
        assert f"{said}, written by a newer Chronicle" in result.stderr
        assert "did you mean" not in result.stderr


def test_a_kind_that_a_file_has_and_nobody_knows_is_a_slip_of_the_pen() -> None:
    """Who writes a file is told the nearest kind."""
    result = run("--from", "-", "timeline", input=YAML.replace("stake.acquired", "stake.aquired"))
    assert "did you mean stake.acquired?" in result.stderr


# Dates as people write them


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        *((text, "or 2014 where it is the calendar year") for text in ("FY2014", "FY 2014", "fy14")),
        *((text, "[2014-01..2014-06]?") for text in ("H1 2014", "2014-H1", "2014H1", "1H 2014", "h1/2014")),
        *((text, "[2014-07..2014-12]?") for text in ("H2 2014", "2014 H2", "2H2014")),
        *((text, "[2014-01..2014-04]?") for text in ("early 2014", "Early in 2014", "beginning of 2014")),
        *((text, "[2014-05..2014-08]?") for text in ("mid 2014", "mid-2014", "middle of 2014")),
        *((text, "[2014-09..2014-12]?") for text in ("late 2014", "end of 2014")),
        *((text, "2014-03?") for text in ("early March 2014", "mid-Mar 2014", "late 2014-03")),
        *((text, "[2010..2019]?") for text in ("2010s", "the 2010s", "2010's")),
        *((text, "write 2014-03-11") for text in ("2014年3月11日", "２０１４年３月１１日")),
        *((text, "write 2014-03-11") for text in ("2014 年 3 月 11 日", "2014년 3월 11일")),
        *((text, "write 2014-03") for text in ("2014年3月", "2014年03月")),
        ("2014年", "write 2014"),
        *((text, "[0001..9999]") for text in ("unknown", "Unknown", "n/a", "?", "TBD", "undated", "不明")),
    ],
)  # fmt: skip
def test_a_date_in_other_words_is_refused_with_the_nearest_form(text: str, nearest: str) -> None:
    """What the source says is told how to be written, and what is named can be read."""
    with pytest.raises(InvalidValue) as error:
        parse_date(text)
    (problem,) = error.value.problems
    assert problem.code == "C301"
    assert problem.help is not None
    assert problem.help.endswith(nearest) or nearest in problem.help
    for form in re.findall(r"\[[-0-9.]+\]|[0-9]{4}(?:-[0-9]{2})*", problem.help):
        assert parse_date(form).text == form


# Ends of commands


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("typed", ["--help", "-h", "", "--version", "timeline --help", "explain", "complete"])
def test_whatever_is_printed_ends_alike_on_a_full_disk_and_in_a_closed_pipe(typed: str) -> None:
    """Help and the version are told before any command runs, and end as every command does."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if typed == "complete":
        typed, environment["_CHRONICLE_COMPLETE"] = "", "bash_source"
    command = [sys.executable, "-m", "chronicle", *typed.split()]
    settings: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True, "env": environment}
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, check=False, **settings)
    assert (done.returncode, done.stderr) == (1, "error: no space left on device\n")
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as closed:
        done = subprocess.run(command, stdout=closed, check=False, **settings)
    assert (done.returncode, done.stderr) == (141, "")


# Exports

UNDATED = """
entities:
  - {id: acme, name: Acme Ltd, type: company}
  - {id: delta, name: Delta, type: company}
events:
  - {id: w, kind: stake.acquired, date: "[0001..9999]", holder: acme, target: delta, share: 10%}
"""
HALF_DATED = """
  - {id: x, kind: stake.acquired, date: "[..2014]", holder: acme, target: delta, share: 10%}
  - {id: y, kind: stake.acquired, date: "[2015..]", holder: acme, target: delta, share: 10%}
  - {id: z, kind: stake.acquired, date: "9999", holder: acme, target: delta, share: 10%}
  - {id: v, kind: deal.agreed, deal: d, date: "[0001-01-01..]", title: D, parties: [acme, delta]}
"""


@pytest.mark.parametrize(
    ("more", "kept", "said"), [("", [], "1 event"), (HALF_DATED, ["x", "y", "z"], "2 events")]
)
def test_what_has_no_date_has_no_place_in_a_calendar(
    more: str, kept: list[str], said: str, tmp_path: Path
) -> None:
    """It is left out of iCalendar and TimelineJS, which stay valid, and counted on stderr."""
    file = written(tmp_path, UNDATED + more)
    calendar = run("--from", file, "export", "icalendar")
    assert calendar.stderr == f"left out {said} without any date\n"
    read = Calendar.from_ical(calendar.stdout)
    assert len(read.subcomponents) == max(1, len(kept))
    assert sorted(str(entry["UID"]) for entry in read.walk("VEVENT")) == [f"{id}@chronicle" for id in kept]
    for entry in read.walk("VEVENT"):
        assert "DTEND" not in entry or entry["DTSTART"].dt < entry["DTEND"].dt
    slides = run("--from", file, "export", "timelinejs", "-o", tmp_path / "slides.json")
    assert slides.stderr.splitlines()[0] == f"left out {said} without any date"
    told = json.loads((tmp_path / "slides.json").read_text(encoding="utf-8"))["events"]
    assert sorted(slide["unique_id"] for slide in told) == kept


def test_nothing_is_said_where_every_event_has_a_date(tmp_path: Path) -> None:
    """And other formats have a place for any date."""
    assert run("--from", written(tmp_path, YAML), "export", "icalendar").stderr == ""
    assert run("--from", written(tmp_path, UNDATED), "export", "csv").stderr == ""


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("1. FC Musterstadt GmbH & Co. KGaA", "1#46; FC Musterstadt GmbH #38; Co. KGaA"),
        ("1) Holding", "1#41; Holding"),
        ("- Dash Holdings", "#45; Dash Holdings"),
        ("+ Plus", "#43; Plus"),
        ("www.example-shop.de GmbH", "www#46;example-shop.de GmbH"),
        ("WWW.SHOP.DE", "WWW#46;SHOP.DE"),
        ("see https://shop.de and http://shop.de", "see https#58;//shop.de and http#58;//shop.de"),
        ("info@shop.de", "info#64;shop.de"),
        ("**bold** _it_ ~~x~~ `code`", "#42;#42;bold#42;#42; #95;it#95; #126;#126;x#126;#126; #96;code#96;"),
        ("# Heading > Quote [a](b) <i>", "#35; Heading #62; Quote #91;a#93;(b) #60;i#62;"),
        ("    four blanks", "#32;   four blanks"),
        ("Co. 2000-10 Ltd. (A/B), 60%?", "Co. 2000-10 Ltd. (A/B), 60%?"),
    ],
)
def test_mermaid_shows_a_name_as_it_is(name: str, label: str) -> None:
    """Whatever Markdown would make a list, a link or letters in bold of is written as an entity code."""
    declared = happened("entity.declared", "0001-01-01", entity="club", name=name, type="company")
    history = History([declared, acquired("2014", "anna", "club", "10%")])
    drawn = b"".join(exported("mermaid", material(history, "2015"))).decode()
    assert f'["{label}"]' in drawn
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) == name


@pytest.mark.parametrize("count", [2**63, 10**30])
def test_a_count_that_sqlite_cannot_keep_is_refused(count: int, tmp_path: Path) -> None:
    """Neither rounded nor turned into a text; the largest that it can keep is kept."""
    for number, code in ((count, 1), (2**63 - 1, 0)):
        file = written(tmp_path, YAML.replace("share: 60%", f"share: 60%, shares: {number}"))
        result = run("--from", file, "export", "sqlite", "-o", tmp_path / "x.sqlite")
        assert result.exit_code == code, result.output
        assert ("error[C741]: count is too large for a column of SQLite" in result.stderr) == bool(code)
        assert (tmp_path / "x.sqlite").exists() != bool(code)
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as kept:
        assert kept.execute("SELECT shares, typeof(shares) FROM holdings").fetchone() == (
            2**63 - 1,
            "integer",
        )
    issued_too_many = [issued("2014", "mill", str(count), total=str(count))]
    with pytest.raises(InvalidValue):
        b"".join(exported("sqlite", material(History(issued_too_many))))


# Projectors of others

BUYING = acquired("2014", "north", "mill", "10%", id="e1")
_NOTED = Change("noted", ("north",), "set", 1, BUYING.date, "e1")


def noting(*changes: Any) -> Projector:
    """A projector that yields these changes at every purchase."""

    def note(event: StakeAcquired, before: Before) -> Iterator[Change]:
        yield from changes

    return Projector("mine", ("noted",), {StakeAcquired: note})


def returning(result: Any) -> Projector:
    """A projector whose function returns what it should not."""

    def note(event: StakeAcquired, before: Before) -> Any:
        return result

    return Projector("mine", ("noted",), {StakeAcquired: note})


def failing(event: StakeAcquired, before: Before) -> Iterator[Change]:
    """A function that fails, halfway through."""
    yield _NOTED
    raise ZeroDivisionError("of shares")


@pytest.mark.parametrize(
    ("projector", "said"),
    [
        (Projector("mine", ("noted",), {StakeAcquired: failing}), "failed: ZeroDivisionError: of shares"),
        (Projector("mine", ("noted",), {StakeAcquired: str.upper}), "failed: TypeError: "),
        (returning(_NOTED), "returned a change by itself"),
        (returning(None), "returned None (NoneType)"),
        (noting("change"), 'gave no change: "change"'),
        (noting(_NOTED._replace(view="holdings")), 'writes to the view "holdings", which is not its own'),
        (noting(_NOTED._replace(key="north")), 'has a key that is no tuple of texts: "north"'),
        (
            noting(_NOTED._replace(key=("north", 1))),
            "has a key that is no tuple of texts: a value of type tuple",
        ),
        (noting(_NOTED._replace(operation="put")), 'has an unknown operation: "put"'),
        (noting(_NOTED._replace(value=None)), "has 'set' with the value None"),
        (noting(_NOTED._replace(operation="end")), "has 'end' with the value 1 (int)"),
        (noting(_NOTED._replace(window="2014")), 'has a window that is no partial date: "2014"'),
        (noting(_NOTED._replace(event="e2")), 'names another event in its change: "e2"'),
    ],
)
def test_a_projector_that_faults_is_named_with_its_event(projector: Projector, said: str) -> None:
    """At the first event, in words, and with the error that it raised, where it raised one."""
    with pytest.raises(UsageError) as error:
        History([BUYING], [projector]).as_of("2015")
    (problem,) = error.value.problems
    assert problem.message.startswith(f'projector "mine" {said}')
    assert problem.message.endswith('(at event "e1", stake.acquired)')
    assert (problem.code, problem.events) == ("C607", ("e1",))
    assert problem.help
    if "ZeroDivisionError" in said:
        assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_a_projector_that_works_is_left_alone() -> None:
    """It may yield, or return a list or a tuple; and an error of Chronicle in it stays what it is."""
    for projector in (noting(_NOTED), returning([_NOTED]), returning((_NOTED,))):
        assert [fact.value for fact in History([BUYING], [projector]).as_of("2015").view("noted")] == [1]

    def refuse(event: StakeAcquired, before: Before) -> Iterator[Change]:
        raise InvalidValue(Problem("C301", "no date of mine"))

    with pytest.raises(InvalidValue, match="no date of mine"):
        History([BUYING], [Projector("mine", ("noted",), {StakeAcquired: refuse})]).as_of("2015")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Projector("mine", ("x",), {"stake.sold": failing}), 'names no class of event: "stake.sold"'),
        (lambda: Projector("mine", ("x",), {BUYING: failing}), "names no class of event: a value of type"),
        (lambda: Projector("mine", ("x",), {StakeAcquired: "failing"}), "has no function for StakeAcquired"),
        (lambda: Projector("mine", "noted", {}), "are no tuple of names"),
        (lambda: Projector("mine", ("x",), [StakeAcquired]), "table of a projector is no mapping"),
        (lambda: History([], [Projector]), "not a projector: "),
        (
            lambda: History([], [Projector("mine", ("x",), {Event: failing})]),
            'projector "mine" is never called for Event: no event is only that',
        ),
        (lambda: History([], [{StakeAcquired: failing}]), "not a projector: "),
    ],
)  # fmt: skip
def test_what_can_be_no_projector_is_refused_when_it_is_made(made: Callable[[], Any], said: str) -> None:
    """Before there is any event."""
    with pytest.raises(UsageError) as error:
        made()
    assert error.value.code == "C607"
    assert said in str(error.value)
