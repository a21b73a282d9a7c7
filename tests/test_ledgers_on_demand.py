"""The ledger by another day of knowledge, of which only what is asked about is replayed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.cli.made_up import made
from chronicle.engine import knowledge, partial, views
from chronicle.engine.event_log import EventLog
from chronicle.engine.partial import PartialReplay
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.events import Event, IdentityLinked
from chronicle.history import History
from chronicle.ledgers.reading import StoredRows
from given import acquired, corrected, retracted
from kept_ledgers import told
from test_parts import GROUPS, HISTORIES, KNOWN, everything, resolved, spread


def on_demand(events: Sequence[Event], known: datetime.date) -> Ledger:
    """The ledger by a day of knowledge, which fails where it would replay everything."""

    def whole() -> Ledger:
        raise AssertionError("everything was replayed")

    log = EventLog([*events])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(events), len(log))
    found = replay.on_demand(known, whole)
    assert found is not None
    return found


def named(view: str, key: Any, value: Any) -> Any:
    """The ids that a cell of a view names."""
    return views.view_of(view).named(key, value)


@pytest.mark.slow
@settings(max_examples=max(100, settings.default.max_examples))
@given(HISTORIES, GROUPS, KNOWN)
def test_whatever_is_asked_first_the_answer_is_that_of_a_replay_of_everything(
    events: list[Event], groups: list[str], known: datetime.date
) -> None:
    """Each cell, and all cells of each entity and deal, of a ledger that was asked nothing before."""
    history = spread(events, groups)
    if any(isinstance(event, IdentityLinked) for event in history):
        return
    wanted, today = resolved(history, known), resolved(history)
    with patch.object(partial, "_ONE_IN", 1):
        one = on_demand(history, known)
        for view, key in {**everything(today)[0], **everything(wanted)[0]}:
            for asked in (on_demand(history, known), one):
                assert list(map(told, asked.cell(view, key))) == list(map(told, wanted.cell(view, key)))
                assert asked.has(view, key) == wanted.has(view, key)
                assert [*asked.nothing_in((view, key))] == [*wanted.nothing_in((view, key))]
            for position, name in enumerate(views.KEYS[view]):
                if views.REFERS[name] == "text":
                    continue
                for asked in (on_demand(history, known), one):
                    part = key[position]
                    assert sorted(asked.where(view, position, part)) == sorted(
                        wanted.where(view, position, part)
                    )
            for span in (*today.cell(view, key), *wanted.cell(view, key)):
                # A partnership of no parties names an empty text, which is no id.
                for entity in filter(None, named(view, key, span.value)):
                    asked = on_demand(history, known)
                    found = asked.keys_naming(view, entity, views.view_of(view).named)
                    keys = wanted.keys_naming(view, entity, views.view_of(view).named)
                    assert sorted(found) == sorted(keys)


CORRECTED_TWICE = [
    acquired("2011", "ann", "mill", "10%", id="stake"),
    acquired("2011", "ann", "shop", "10%", id="other"),
    corrected("2012", "stake", {"holder": "bob"}, id="first"),
    corrected("2014", "stake", {"holder": "ann"}, id="second"),
]
CORRECTED_FOR_A_WHILE = [*CORRECTED_TWICE[:3], retracted("2014", "first", id="second")]


@pytest.mark.parametrize("events", [CORRECTED_TWICE, CORRECTED_FOR_A_WHILE])
def test_what_was_believed_for_a_while_is_found_by_those_of_whom_it_was_believed(
    events: list[Event],
) -> None:
    """A stake that by 2013 was another's, as written and as known today is not."""
    with patch.object(partial, "_ONE_IN", 1):
        for question in (
            lambda ledger: ledger.where("holdings", 0, "bob"),
            lambda ledger: ledger.keys_naming("holdings", "bob", views.view_of("holdings").named),
            lambda ledger: [span.key for span in ledger.cell("holdings", ("bob", "mill", "equity"))],
        ):
            asked = on_demand(events, datetime.date(2013, 6, 1))
            assert [*question(asked)] == [("bob", "mill", "equity")]


def _stored(path: Path, events: Sequence[Event]) -> None:
    with chronicle.open(path, create=True) as writer:
        writer.append(events, declared=False)
        assert writer.keep_ledger() is not None


def test_the_timeline_of_those_of_whom_something_was_believed_has_it(tmp_path: Path) -> None:
    """Out of a ledger on disk as from the events alone."""
    others = [acquired("2011", f"holder-{number}", f"target-{number}", "5%") for number in range(40)]
    others.append(acquired("2011", "bob", "farm", "5%"))
    for number, events in enumerate((CORRECTED_TWICE, CORRECTED_FOR_A_WHILE)):
        store = tmp_path / f"{number}.db"
        _stored(store, [*events, *others])
        by_ledger = chronicle.open(store).timeline("bob", known="2013-06-01")
        by_events = chronicle.open(store, ledger=False).timeline("bob", known="2013-06-01")
        assert [event.id for event in by_ledger] == [event.id for event in by_events]
        assert "stake" in [event.id for event in by_ledger]


def _read(history: History) -> int:
    log: Any = history._told
    return len(log.events.recorded)


QUESTIONS: tuple[Callable[[History], Any], ...] = (
    lambda history: history.as_of("2010", known="2005").holdings(holder="company-3"),
    lambda history: history.why("company-3", "company-4", as_of="2010", known="2005").reasons,
    lambda history: history.spans("company-3", known="2005"),
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_another_day_of_knowledge_reads_only_what_concerns_an_entity(
    tmp_path: Path, question: Callable[[History], Any]
) -> None:
    """Of a store with a ledger beside it, though half of what it says became known later."""
    store = tmp_path / "made.db"
    events = made(3_000).events
    _stored(store, events)
    later = [event for event in events if knowledge.knowledge(event).day > datetime.date(2005, 12, 31)]
    assert len(later) > len(events) / 3
    history = chronicle.open(store)
    found = question(history)
    assert history._sparse is not None
    assert _read(history) < 300
    assert found == question(chronicle.open(store, ledger=False))


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_page_about_one_entity_reads_no_list_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    """Out of a ledger, also of those that name it only in their values; it says the same as without one."""
    store = tmp_path / "made.db"
    _stored(store, made(3_000).events)
    history = chronicle.open(store)
    proposed = [
        fact.value for fact in history.as_of("2015-12-31").view("deals") if fact.value.stage == "proposed"
    ]
    entity = proposed[0].parties[0]
    asked = ["as-of", "2015-12-31", entity, "--from", str(store), *form]
    without = CliRunner().invoke(command_line, [*asked, "--no-ledger"])

    def listed(_: StoredRows, view: str) -> None:
        raise AssertionError(f"all keys of {view} were read")

    monkeypatch.setattr(StoredRows, "keys", listed)
    found = CliRunner().invoke(command_line, asked)
    assert (found.exit_code, found.output) == (0, without.output)
    assert proposed[0].title in found.output


def test_what_goes_through_all_cells_is_asked_of_a_whole_replay(tmp_path: Path) -> None:
    """All keys, tables, what is a guess: as from the events alone, also after an entity was asked."""
    store = tmp_path / "made.db"
    _stored(store, made(400).events)
    asked = chronicle.open(store).ledger(known="2010")
    asked.where("holdings", 0, "company-3")
    wanted = chronicle.open(store, ledger=False).ledger(known="2010")
    assert everything(asked) == everything(wanted)
    assert sorted(asked.where("holdings", 2, "equity")) == sorted(wanted.where("holdings", 2, "equity"))
    one, other = (
        chronicle.open(store, ledger=ledger).as_of("2012", known="2010") for ledger in (True, False)
    )
    assert len(one.table("holdings")) == len(other.table("holdings"))
    assert [hit.id for hit in chronicle.open(store).search("company-3", known="2010")] == [
        hit.id for hit in chronicle.open(store, ledger=False).search("company-3", known="2010")
    ]


def test_after_many_questions_all_that_differs_is_replayed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes from one to the next through a large history would read nearly all of it, part by part."""
    store = tmp_path / "made.db"
    _stored(store, made(1_000).events)
    monkeypatch.setattr(partial, "_LEAST_ASKED", 30)
    wholes: list[object] = []
    ledger = partial.PartialReplay.ledger
    monkeypatch.setattr(
        partial.PartialReplay,
        "ledger",
        lambda replay, known=None, *more: (wholes.append(known), ledger(replay, known, *more))[1],
    )
    history = chronicle.open(store)
    asked, wanted = (each.ledger(known="2005") for each in (history, chronicle.open(store, ledger=False)))
    wholes.clear()
    for entity in [f"company-{number}" for number in range(60)]:
        found = sorted(asked.where("holdings", 1, entity))
        assert found == sorted(wanted.where("holdings", 1, entity))
        for key in found:
            assert [*map(told, asked.cell("holdings", key))] == [*map(told, wanted.cell("holdings", key))]
    assert wholes == [datetime.date(2005, 12, 31)]
    assert _read(history) < 500
