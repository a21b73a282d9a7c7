"""Every question of a state and of a history: a ledger on disk answers as a replay of the events does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from attrs import astuple

import chronicle
from chronicle.cli.made_up import made
from chronicle.engine.state import State
from chronicle.errors import ChronicleError
from chronicle.events import KINDS, Event
from chronicle.history import History
from given import acquired, disposed

_SOME = 5
"""So many of each sort of names are asked about."""

Asked = Mapping[str, list[Any]]
"""What questions are about, by what it is."""

_DAYS = ("2003-06-30", "2015-12-31")


def rows(table: Any) -> list[str]:
    """The rows of a table for data frames, in an order that does not matter."""
    return sorted(map(repr, pyarrow.table(table).to_pylist()))


def shares(register: Any) -> list[tuple[Any, ...]]:
    """Both ends of every share of a register."""
    table = register.table
    edges = zip(table.holders, table.targets, table.lows, table.highs, strict=True)
    return sorted((table.ids[one], table.ids[two], float(low), float(high)) for one, two, low, high in edges)


def nearly(owners: Any) -> list[tuple[Any, ...]]:
    """Owners with the ends of their shares, of which the last digits go by the order of the sums."""
    ends = ((owner.share.minimum or 0, owner.share.maximum or 0) for owner in owners)
    return sorted(
        (str(owner.entity), owner.part, round(float(low), 9), round(float(high), 9))
        for owner, (low, high) in zip(owners, ends, strict=True)
    )


OF_STATES: Mapping[str, Callable[[State, Asked], Iterator[Any]]] = {
    "above the whole": lambda state, asked: iter(
        [state.above_the_whole(), state.above_the_whole(*asked["entities"])]
    ),
    "beginning": lambda state, asked: (state.beginning(view) for view in state.views),
    "candidates": lambda state, asked: (state.candidates(*key) for key in asked["holdings"]),
    "cell": lambda state, asked: (state.cell("holdings", *key) for key in asked["holdings"]),
    "control": lambda state, asked: (state.control(one) for one in asked["entities"]),
    "deals": lambda state, asked: iter([state.deals(), *(state.deals(deal) for deal in asked["deals"])]),
    "effective": lambda state, asked: (state.effective(*key[:2]) for key in asked["holdings"]),
    "ended by": lambda state, asked: (state.ended_by("holdings", key) for key in asked["holdings"]),
    "entities": lambda state, _: iter(state.entities()),
    "entity": lambda state, asked: (state.entity(one) for one in asked["entities"]),
    "facts": lambda state, _: iter(state.facts()),
    "few above": lambda state, asked: (state.few_above(one, most=5, looped=3) for one in asked["entities"]),
    "find": lambda state, asked: (state.find(word) for word in asked["words"]),
    "grants": lambda state, asked: (sorted(map(repr, state.grants_over(one))) for one in asked["entities"]),
    "graph": lambda state, asked: (state.graph(one) for one in asked["entities"]),
    "group": lambda state, asked: (state.group(one) for one in asked["entities"]),
    "holdings": lambda state, asked: iter(
        [state.holdings(), *(state.holdings(one) + state.holdings(target=one) for one in asked["entities"])]
    ),
    "is empty": lambda state, _: iter([state.is_empty()]),
    "listings": lambda state, asked: (state.listings(one) for one in asked["entities"]),
    "loops": lambda state, _: iter(state.loops()),
    "memberships": lambda state, asked: (state.memberships(one) for one in asked["entities"]),
    "name": lambda state, asked: (state.name(one) for one in asked["entities"]),
    "naming": lambda state, asked: (
        state.naming(view, one) for view in state.views for one in asked["entities"]
    ),
    "of subject": lambda state, asked: (state.of_subject("roles", (one,)) for one in asked["entities"]),
    "owned": lambda state, asked: (state.owned(one) for one in asked["entities"]),
    "owners": lambda state, asked: (state.owners(one) for one in asked["entities"]),
    "direct owners": lambda state, asked: (state.owners(one, ultimate=False) for one in asked["entities"]),
    "owners in floats": lambda state, asked: (
        nearly(state.owners_in_floats(one, "equity")) for one in asked["owned"]
    ),
    "partnerships": lambda state, asked: (state.partnerships(one) for one in asked["entities"]),
    "register": lambda state, _: iter(
        [shares(state.register(right)) for right in ("equity", "votes", "board")]
    ),
    "roles": lambda state, asked: (state.roles(entity=one) for one in asked["entities"]),
    "rows": lambda state, _: (sorted(state.rows(view), key=repr) for view in state.views),
    "share": lambda state, asked: (state.share(*key) for key in asked["holdings"]),
    "shares": lambda state, asked: (state.shares(one) for one in asked["entities"]),
    "tables": lambda state, _: (rows(state.table(view)) for view in state.views),
    "tables of some": lambda state, asked: (
        rows(state.table("holdings", holder=holder)) for holder, *_ in asked["holdings"]
    ),
    "tables with names": lambda state, _: (rows(state.table(view, names=True)) for view in state.views),
    "through others": lambda state, asked: (state.through_others(*key) for key in asked["holdings"]),
    "units": lambda state, asked: iter(
        [state.units(), *(state.units(owner=one) for one in asked["entities"])]
    ),
    "own tables": lambda state, _: (
        rows(table)
        for table in (
            state.deals_table(),
            state.entities_table(),
            state.holdings_table(),
            state.units_table(),
        )
    ),
    "tables of ownership": lambda state, asked: (
        rows(table)
        for one in asked["entities"]
        for table in (state.owners_table(one), state.owned_table(one), state.group_table(one))
    ),
}
"""Every question of a state, each about some of what a history names."""


OF_HISTORIES: Mapping[str, Callable[[History, Asked, str | None], Iterator[Any]]] = {
    "as written": lambda history, asked, _: (history.as_written(event) for event in asked["events"]),
    "check": lambda history, _, known: iter([sorted(map(repr, history.check(known)))]),
    "cited": lambda history, _, known: iter([history.cited("e", known=known)]),
    "conflicts": lambda history, _, known: iter(history.conflicts(known)),
    "conflicts about": lambda history, asked, known: (
        history.conflicts_about(one, known) for one in asked["entities"]
    ),
    "counts": lambda history, _, __: (history.count_named(what) for what in ("entity", "deal")),
    "differences": lambda history, _, known: iter(history.diff("2005", "2012-06", known=(known, known))),
    "differences of one": lambda history, asked, known: (
        history.diff("2005", "2012-06", entity=one, known=(known, known)) for one in asked["entities"]
    ),
    "differences in knowledge": lambda history, _, __: iter(
        history.diff("2012", "2012", known=("2008", "2013"))
    ),
    "differences through others": lambda history, asked, known: (
        history.diff_through_others("2005", "2012-06", entity=one, known=(known, known))
        for one in asked["entities"]
    ),
    "event": lambda history, asked, known: (history.event(event, known) for event in asked["events"]),
    "ids": lambda history, _, __: iter([history.deal_ids(), history.entity_ids(), history.event_ids()]),
    "lineage": lambda history, asked, known: (
        ([astuple(hop, recurse=False) for hop in found.hops], found.events)
        for found in (history.lineage(one, known=known) for one in asked["entities"])
    ),
    "moved by": lambda history, asked, known: (
        history.moved_by(event, known=known) for event in asked["events"]
    ),
    "names": lambda history, asked, _: (
        history.names(what, one)
        for what in ("entity", "deal")
        for one in (*asked["entities"], *asked["deals"])
    ),
    "resolve": lambda history, asked, known: (
        history.resolve(word, "2012", known) for word in asked["words"]
    ),
    "search": lambda history, asked, known: (
        history.search(word, known=known) for word in (*asked["words"], None)
    ),
    "several": lambda history, asked, known: (
        history.several(events, known) for events in (asked["events"][:-1], asked["events"])
    ),
    "spans": lambda history, asked, known: (
        [(span.value, span.begin, span.end, span.events) for span in history.spans(*key, known=known)]
        for key in asked["holdings"]
    ),
    "spans of many keys": lambda history, asked, known: (
        [(span.key, span.value, span.begin) for span in history.spans(one, view=view, known=known)]
        for one in asked["entities"]
        for view in ("holdings", "roles", "units")
    ),
    "spans table": lambda history, _, known: iter([rows(history.spans_table(known=known))]),
    "statements": lambda history, asked, known: (
        history.statements_about(event, known=known) for event in asked["events"]
    ),
    "states": lambda history, _, known: iter(
        [rows(history.states("2008-01-01", "2009-12-31", "Y", known=known))]
    ),
    "timeline": lambda history, _, known: iter(history.timeline(kinds=KINDS, known=known)),
    "timelines": lambda history, asked, known: (
        history.timeline(one, since="2004", until="2014", known=known) for one in asked["entities"]
    ),
    "timelines of deals": lambda history, asked, known: (
        history.timeline(deal=deal, known=known) for deal in asked["deals"]
    ),
    "why": lambda history, asked, known: (
        history.why(*key, as_of="2012", known=known) for key in asked["holdings"]
    ),
    "written": lambda history, _, known: iter(history.written(known)),
}
"""The same of a history, by all that is known or by what was known on a day."""


def answered(answers: Iterator[Any]) -> list[Any]:
    """What came of a question, up to the error that ended it."""
    found = list[Any]()
    try:
        for answer in answers:
            found.append(tuple(answer) if hasattr(answer, "known_from") else answer)
    except ChronicleError as error:
        found.append((type(error), [str(problem) for problem in error.problems]))
    except KeyError as error:
        # As Python says it of what is not in a mapping: a company of which no shares are known.
        found.append(error.args)
    return found


def about(history: History) -> Asked:
    """Some of all that a history names, and words that are nothing."""
    entities, deals = (
        [*ids][:: max(1, len(ids) // _SOME)] for ids in (history.entity_ids(), history.deal_ids())
    )
    keys = sorted({span.key for span in history.ledger().spans("holdings")})
    events = history.event_ids()
    state = history.as_of("2012")
    return {
        "entities": entities,
        "deals": deals,
        "events": [*events[:: max(1, len(events) // _SOME)], "nothing"],
        "holdings": keys[:: max(1, len(keys) // _SOME)],
        "owned": [key[1] for key in keys[:: max(1, len(keys) // _SOME)]],
        "words": [*entities[:2], *(state.name(one) or one for one in entities[:2]), "compani-1", "nothing"],
    }


def every_kind(root: Path) -> list[Event]:
    """Events of every kind."""
    return list(chronicle.open(root / "tests" / "data" / "stores" / "0.1.0.db", read_only=True).events)


LATER = [
    acquired("2011", "newcomer", "company-1", "1%"),
    disposed("2009", "company-2", "company-3", "0.5%"),
]


@pytest.fixture(scope="module", params=["made and later", "every kind"])
def histories(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[History, History, Asked]:
    """A history out of a ledger on disk, the same from its events alone, and what is asked about."""
    store = tmp_path_factory.mktemp("store") / "corp.db"
    events = every_kind(root) if request.param == "every kind" else made(400).events
    with chronicle.open(store, create=True) as history:
        history.append(events, declared=False)
        assert history.keep_ledger() is not None
        if request.param != "every kind":
            history.append(LATER, declared=False)
    from_file, plain = (chronicle.open(store, read_only=True, ledger=ledger) for ledger in (True, False))
    assert from_file.kept_ledger is not None
    return from_file, plain, about(plain)


@pytest.mark.parametrize("known", [None, "2008-06-30"])
@pytest.mark.parametrize("question", OF_STATES)
def test_a_state_out_of_a_ledger_answers_as_without(
    question: str, known: str | None, histories: tuple[History, History, Asked]
) -> None:
    """On several days, and by what was known years ago."""
    *both, asked = histories
    for day in _DAYS:
        found, wanted = (answered(OF_STATES[question](each.as_of(day, known), asked)) for each in both)
        assert found == wanted


@pytest.mark.parametrize("known", [None, "2008-06-30"])
@pytest.mark.parametrize("question", OF_HISTORIES)
def test_a_history_out_of_a_ledger_answers_as_without(
    question: str, known: str | None, histories: tuple[History, History, Asked]
) -> None:
    """By all that is known, and by what was known years ago."""
    *both, asked = histories
    found, wanted = (answered(OF_HISTORIES[question](each, asked, known)) for each in both)
    assert found == wanted


def test_spans_of_many_keys_stand_in_order_of_key() -> None:
    """Whatever order the events came in, so that every ledger gives them in the same."""
    targets = ["zeta", "beta", "mill"]
    events = [acquired(f"201{year}", "ann", target, "10%") for year, target in enumerate(targets)]
    assert [span.key[1] for span in History(events).spans("ann")] == ["beta", "mill", "zeta"]
