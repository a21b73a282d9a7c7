"""What a law changed is named: the answers of 0.1.0 beside those of today, event by event.

``data/laws/histories.jsonl`` was written once with 0.1.0 itself: small histories, with the facts that it made
of each (view, key, value, since, what ended it, what made it), and the ids of the events whose answer
is another one today. ``data/laws/0.1.0.db`` is a store that 0.1.0 wrote.
"""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import chronicle
from chronicle import codec
from chronicle.cli import chronicle as command
from chronicle.cli import workloads
from chronicle.engine import views
from chronicle.engine.earlier import LAWS_CAME, replayed_earlier
from chronicle.engine.earlier.answers import said
from chronicle.engine.replay import Ledger
from chronicle.errors import Problem
from chronicle.errors.codes import CODES
from chronicle.history import History
from chronicle.stores import open_store

LAWS = Path(__file__).resolve().parent / "data" / "laws"
HISTORIES = {
    row["name"]: row for row in map(json.loads, (LAWS / "histories.jsonl").read_text("utf-8").splitlines())
}

Plain = dict[str, Any]


def recorded(events: Sequence[Plain]) -> History:
    """A history of events that were recorded together, today."""
    history = chronicle.open("memory:", create=True)
    history.append(events, declared=False)
    return history


def changed(problems: Sequence[Problem]) -> list[str]:
    """The ids of the events whose answer a law changed, in the order in which they are named."""
    return [event for problem in problems if problem.code == "C421" for event in problem.events]


def note(events: Sequence[Plain], event: str | None = None) -> Problem:
    """The note on an event of a small history, or on the only one that is named."""
    found = [each for each in recorded(events).check(laws=True) if each.code == "C421"]
    (problem,) = [each for each in found if event in (None, *each.events)]
    return problem


def facts_of(ledger: Ledger) -> Iterator[list[Any]]:
    """The facts of a ledger as they stand in the frozen histories."""
    for span in ledger:
        # 0.1.0 knew no share of control: its value was the basis, the last part of its key.
        value = span.key[-1] if span.view == views.CONTROL else said(span.view, span.value)
        several = value if isinstance(value, tuple) else (value,)
        parts = [None if part is None else str(part) for part in several]
        yield [span.view, [*span.key], parts, str(span.begin), span.ended_by, [*span.events]]


def of_the_user(facts: Sequence[Any]) -> list[Any]:
    """Facts in an order of their own: that of views may change."""
    return sorted(facts, key=json.dumps)


# What 0.1.0 itself answered


@pytest.mark.parametrize("name", HISTORIES)
def test_the_answers_of_the_earlier_version_are_its_own(name: str) -> None:
    """The replay that is kept for comparing makes, fact for fact, what 0.1.0 made of the same events."""
    events = [codec.decode(plain) for plain in HISTORIES[name]["events"]]
    found = [*facts_of(replayed_earlier(events, None).ledger)]
    assert of_the_user(found) == of_the_user(HISTORIES[name]["facts"])


@pytest.mark.parametrize("name", HISTORIES)
def test_check_names_exactly_the_events_whose_answer_changed(name: str) -> None:
    """None that answers as it did, and none too few: each once, in order of position."""
    assert changed(recorded(HISTORIES[name]["events"]).check(laws=True)) == HISTORIES[name]["changed"]


def test_the_frozen_histories_have_changes_and_histories_without() -> None:
    """What is compared is worth comparing."""
    counts = [len(row["changed"]) for row in HISTORIES.values()]
    assert sum(count > 0 for count in counts) > 50
    assert sum(count == 0 for count in counts) > 10


# Which law it was


@pytest.mark.parametrize(
    ("name", "event", "section"),
    [
        ("endings-role-ended-by", "by-2014-role-ended-ann-mill-director", "What makes sense decides"),
        ("endings-deal-completed-in-year", "2014-deal-completed-buy", "What makes sense decides"),
        ("endings-split-in-quarter", "2014-q1-shares-restructured-mill", "What makes sense decides"),
        ("founded-by-the-purchase", "founded", "What makes sense decides"),
        ("membership-and-partnership", "out", "What makes sense decides"),
        ("followed", "quarter", "What makes sense decides"),
        ("several-orders", "ten", "Several orders that make sense"),
        ("several-orders-of-one-sum", "small", "Several orders that make sense"),
        ("too-many", "e9", "Several orders that make sense"),
        ("same-day-reelected", "re", "The same day, the same month"),
        (
            "same-day-sold-and-rebought",
            "2014-03-11-stake-acquired-north-mill",
            "The same day, the same month",
        ),
        ("zero", "none", "Zero that is stated is a fact"),
        ("dissolved", "gone", "What a company that is gone leaves"),
        ("taken-in-by-two", "by-fund", "What a company that is gone leaves"),
        ("agreement-band-after-exact", "2011-01-01-stake-observed-a-mill", "An observation that agrees"),
        ("agreement-rounded", "2012-01-01-shares-issued-mill", "An observation that agrees"),
        ("later-reported", "report", "A later observation"),
        ("two-foundings", "post", "A later observation"),
        ("told-twice-different-precision", "one", "One happening, several tellers"),
        ("told-twice-on-one-day", "post", "One happening, several tellers"),
        ("effect-and-event", "completed", "One happening, several tellers"),
        ("corrections", "e1", "Smaller laws"),
        ("small-consolidation-to-zero", "2014-03-11-shares-restructured-mill", "Smaller laws"),
    ],
)
def test_the_note_says_where_to_read_of_the_law(name: str, event: str, section: str) -> None:
    """Each law has its section in the page on what events mean."""
    assert note(HISTORIES[name]["events"], event).help == (
        f'see "{section}" in docs/meanings.md; if 0.1.0 was right: chronicle explain C421'
    )
    page = Path(__file__).resolve().parent.parent / "docs" / "meanings.md"
    assert f"\n## {section}\n" in page.read_text(encoding="utf-8")


def happening(kind: str, date: str, **fields: Any) -> Plain:
    """Plain data of an event."""
    return {"kind": kind, "date": date, **fields}


def stake(kind: str, date: str, id: str, **fields: Any) -> Plain:
    """Plain data of an event about what north holds of mill."""
    return happening(f"stake.{kind}", date, id=id, holder="north", target="mill", **fields)


BOUGHT = stake("acquired", "2014-03-11", "bought", share="60%")
SOLD = stake("disposed", "2014", "sold", share="60%")


def test_the_note_has_what_was_answered_and_what_is_answered() -> None:
    """A sale "in 2014" of what was bought in March was lost, since its earliest day came first."""
    problem = note([BOUGHT, SOLD])
    assert problem.severity == "note"
    assert problem.events == ("sold",)
    assert problem.message == (
        "answer differs from 0.1.0, since what makes sense decides the order: "
        'there "sold" made the stake of north in mill stay as it was; '
        "now it ends between 2014-03-11 and 2014-12-31"
    )


def test_an_end_that_was_too_early_has_both_windows() -> None:
    """A role that could end before it began, as the dates alone had it."""
    events = [
        happening("role.appointed", "2013", id="in", person="ann", entity="mill", role="director"),
        happening("role.ended", "[2013-06..2014]", id="out", person="ann", entity="mill", role="director"),
        happening("role.appointed", "2013-08-01", id="again", person="ann", entity="mill", role="chair"),
        happening("role.ended", "2013", id="left", person="ann", entity="mill", role="chair"),
    ]
    assert changed(recorded(events).check(laws=True)) == ["left"]
    assert "it ends between 2013-08-01 and 2013-12-31" in note(events).message


def test_a_claim_that_is_counted_with_another_says_with_which() -> None:
    """Two papers that told one purchase made it two."""
    events = HISTORIES["told-twice-on-one-day"]["events"]
    assert note(events, "post").message.endswith(
        'there "post" counted by itself; now it is counted with "times"'
    )
    assert "made the stake of north in mill be 59.8% from 2014-03-11 on; now it is 29.8%" in (
        note(events, "times").message
    )


def test_a_claim_that_counts_again_says_for_what_it_was_set_aside() -> None:
    """A later report lost against what was confirmed years before."""
    message = note(HISTORIES["later-reported"]["events"]).message
    assert message.endswith(
        'there "report" was set aside for "gazette"; '
        "now the stake of north in mill is 50.92% from 2018-12-31 on"
    )


def test_an_event_with_many_answers_is_named_once() -> None:
    """A merger that was lost moved nothing: one note, which says of how many answers it speaks."""
    problem = note(HISTORIES["endings-merger-in-year"]["events"])
    assert problem.message.endswith("; 5 more of its answers differ")


def test_fields_that_the_earlier_version_did_not_know_are_changes_too() -> None:
    """What is said with `ends`, `lot` and `apart` means something only since the laws."""
    end = happening("role.ended", "2014-06", id="over", person="ann", entity="mill", role="director")
    terms = [
        happening("role.appointed", date, id=id, person="ann", entity="mill", role="director")
        for id, date in (("first", "2012"), ("second", "2014-03-11"))
    ]
    assert changed(recorded([*terms, end]).check(laws=True)) == []
    assert 'see "An end ends its own beginning"' in str(note([*terms, {**end, "ends": "first"}]).help)
    register = [{"publisher": "Register"}]
    lots = [
        stake("observed", date, id, holds=holds, lot=id, sources=register)
        for id, date, holds in (("r1", "2016-05-01", "30%"), ("r2", "2018-01-01", "20%"))
    ]
    assert 'see "Lots"' in str(note(lots, "r2").help)
    claims = [{**each, "sources": [{"publisher": each["id"]}]} for each in (BOUGHT, {**BOUGHT, "id": "b2"})]
    assert changed(recorded(claims).check(laws=True)) == ["bought", "b2"]
    assert changed(recorded([claims[0], {**claims[1], "apart": True}]).check(laws=True)) == []


def test_a_merger_is_worded_otherwise_and_answers_the_same() -> None:
    """That a reason has the name of the survivor, where it had its id, is no other answer."""
    assert HISTORIES["absorbed-by-name"]["changed"] == []
    assert changed(recorded(HISTORIES["absorbed-by-name"]["events"]).check(laws=True)) == []


# When it is said

NAMED = [
    "role:by-2014-role-ended-ann-mill-director",
    "merger:2014-merger-absorbed-north-south",
    "band:2011-01-01-stake-observed-a-mill",
    "paper:one",
    "paper:two",
    "later:report",
]


@pytest.fixture
def old_store(tmp_path: Path) -> Path:
    """A store that 0.1.0 wrote, where it may be written to."""
    return Path(shutil.copy(LAWS / "0.1.0.db", tmp_path / "corp.db"))


def test_check_of_an_old_store_names_what_the_laws_changed(old_store: Path) -> None:
    """Nobody need ask: what was recorded before the laws was recorded for other answers."""
    with open_store(old_store, read_only=True) as store:
        assert all(record.recorded_at[:10] < LAWS_CAME for record in store.read())
    assert changed(chronicle.open(old_store).check()) == NAMED


def test_check_by_an_earlier_clock_names_what_was_held_or_known_then(old_store: Path) -> None:
    """Of the appends of the first two days, and of what was known before the second paper wrote."""
    history = chronicle.open(old_store)
    assert changed(history.check(recorded="2026-03-02")) == NAMED[:2]
    assert changed(history.check(known="2017")) == NAMED[:-1]


def test_what_is_recorded_today_is_recorded_for_the_answers_of_today(old_store: Path) -> None:
    """An event of today is not named, though 0.1.0 would have answered otherwise; with laws it is."""
    history = chronicle.open(old_store)
    history.append([BOUGHT, SOLD], declared=False)
    assert changed(history.check()) == NAMED
    assert changed(history.check(laws=True)) == [*NAMED, "sold"]


def test_a_correction_that_says_what_was_meant_ends_the_note(old_store: Path) -> None:
    """Who says on which day it was has one answer, by the laws and without them."""
    history = chronicle.open(old_store)
    history.append(
        [
            {
                **{"id": "exact", "kind": "record.corrected", "date": "2026-12-01", "target": NAMED[0]},
                **{"set": {"date": "2014-12-31"}, "reason": "the register has the day"},
            }
        ]
    )
    assert changed(history.check()) == NAMED[1:]


def test_files_are_compared_when_somebody_asks(tmp_path: Path) -> None:
    """A file has no day of recording, so that nothing is said of it unasked."""
    path = tmp_path / "events.yaml"
    entities = [{"id": id, "name": id.title(), "type": "company"} for id in ("north", "mill")]
    path.write_text(yaml.safe_dump({"entities": entities, "events": [BOUGHT, SOLD]}), encoding="utf-8")
    history = chronicle.open(path)
    assert changed(history.check()) == []
    (problem,) = [each for each in history.check(laws=True) if each.code == "C421"]
    assert problem.place is not None
    assert problem.place.file == str(path)


def test_notes_are_no_doubts(tmp_path: Path, old_store: Path) -> None:
    """`check` says them, and ends with 0 where there is nothing else."""
    run = CliRunner().invoke
    path = tmp_path / "events.jsonl"
    declared = [
        happening("entity.declared", "0001-01-01", entity=id, name=id.title(), type="company")
        for id in ("north", "mill")
    ]
    path.write_text("".join(json.dumps(event) + "\n" for event in (*declared, BOUGHT, SOLD)), "utf-8")
    plain = run(command, ["--from", str(path), "check"])
    asked = run(command, ["--from", str(path), "check", "--laws"])
    assert (plain.exit_code, asked.exit_code) == (0, 0)
    assert "note[C421]" in asked.stdout
    assert "1 note" in asked.stdout
    stored = run(command, ["--from", str(old_store), "check", "--json"])
    # The two papers are a doubt as well.
    assert stored.exit_code == 1
    found = json.loads(stored.stdout)["problems"]
    assert [problem["severity"] for problem in found].count("note") == len(NAMED)


def test_the_shipped_histories_answer_as_they_did(root: Path) -> None:
    """No law changed an answer about what comes with Chronicle."""
    for path in ("events", "events/chinavision-2014"):
        assert changed(chronicle.open(root / path).check(laws=True)) == []


def test_nothing_is_compared_where_everything_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that was recorded after the laws is not replayed a second time."""
    history = recorded([BOUGHT, SOLD])

    def fail(*_: object) -> None:
        raise AssertionError("replayed as 0.1.0 did it")

    monkeypatch.setattr("chronicle.engine.earlier.replayed_earlier", fail)
    history.check()


def test_a_made_up_history_of_old_is_compared_in_full(tmp_path: Path) -> None:
    """Some thousand events in a store: what is named is what the answers of some day differ in."""
    made = workloads.made(2_000).events
    day = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    path = tmp_path / "made.db"
    with open_store(path, create=True, clock=lambda: day) as store:
        store.append([codec.to_record(event) for event in made])
    history = chronicle.open(path)
    named = changed(history.check())
    assert named == changed(history.check(laws=True))
    assert len(named) == len(set(named)) < len(made) // 50


def test_the_example_of_the_code_provokes_it() -> None:
    """``chronicle explain`` shows what it speaks of."""
    events = yaml.safe_load(CODES["C421"].example)["events"]
    plain = [{**event, "id": f"e{n}", "date": str(event["date"])} for n, event in enumerate(events)]
    assert changed(recorded(plain).check(laws=True)) == ["e1"]
