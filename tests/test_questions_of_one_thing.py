"""Questions of the command line about one thing, to a store with a ledger: only what they show is decoded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import chronicle
from chronicle import codec
from chronicle.cli import chronicle as command_line
from chronicle.cli.made_up import made
from chronicle.engine.diff import through_others
from chronicle.history import showing
from chronicle.ownership import Edge, Graph, LookThrough, TooManyTogether, Unbounded, solve, together

EVENTS = 3_000
FEW = EVENTS // 10


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of made-up events, with a ledger beside it."""
    path = tmp_path_factory.mktemp("one") / "made.db"
    with chronicle.open(path, create=True) as history:
        history.append(made(EVENTS).events, declared=False)
        assert history.keep_ledger() is not None
    return path


def _pair(store: Path) -> tuple[str, str]:
    stake = chronicle.open(store).as_of("2015").view("holdings")[0]
    return stake.key[0], stake.key[1]


def answered(store: Path, *words: str) -> tuple[int, str]:
    """What the command line answers, and how it ends."""
    result = CliRunner().invoke(command_line, ["--from", str(store), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the events that were decoded since, which is filled while questions are asked."""
    found: list[str] = []
    one, many = codec.from_record, codec.from_records

    def noted(record: Any) -> Any:
        found.append(record.id)
        return one(record)

    def all_noted(records: Iterable[Any]) -> Iterator[Any]:
        for some, events in many(records):
            found.extend(record.id for record in some)
            yield some, events

    monkeypatch.setattr(codec, "from_record", noted)
    monkeypatch.setattr(codec, "from_records", all_noted)
    return found


QUESTIONS: dict[str, Callable[[str, str, str], list[str]]] = {
    "an entity": lambda holder, *_: ["show", holder],
    "an entity as it was known": lambda holder, *_: ["show", holder, "--known", "2005"],
    "an entity by its name": lambda holder, *_: ["show", holder.upper()],
    "a deal": lambda *words: ["show", words[2]],
    "a deal as it was known": lambda *words: ["show", words[2], "--known", "2015"],
    "an event": lambda *_: ["show", "event-1500"],
    "an event as it was known": lambda *_: ["show", "event-1500", "--known", "2018"],
    "why an entity is so": lambda holder, *_: ["why", holder],
    "why a stake is so": lambda holder, target, _: ["why", holder, target],
    "why a stake was so": lambda holder, target, _: ["why", holder, target, "--as-of", "2015"],
    "what changed": lambda holder, *_: ["diff", "2010", "2015", holder],
    "what changed as it was known": lambda holder, *_: ["diff", "2001", "2015", holder, "--known", "2005"],
    "a day": lambda holder, *_: ["as-of", "2015", holder],
    "a day as it was known": lambda holder, *_: ["as-of", "2004", holder, "--known", "2005"],
    "a search": lambda holder, *_: ["search", holder],
    "a timeline": lambda holder, *_: ["timeline", holder],
    "a timeline as it was known": lambda holder, *_: ["timeline", holder, "--known", "2005"],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_about_one_thing_decodes_few_events(
    store: Path, decoded: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And says, as text and as data, what it says where all events are read."""
    monkeypatch.setattr(showing, "LARGE", 100)
    history = chronicle.open(store)
    words = QUESTIONS[name](*_pair(store), history.deal_ids()[-1])
    history.close()
    for form in ([], ["--json"]):
        decoded.clear()
        found = answered(store, *words, *form)
        assert found[0] == 0, found
        assert len(decoded) < FEW
        assert found == answered(store, *words, *form, "--no-ledger")
        assert len(decoded) >= EVENTS


def test_a_day_before_anything_was_known_is_told_by_the_days_of_all_events(store: Path) -> None:
    """An answer with nothing in it says since when something is known, and only such a one."""
    wanted = "the first of it became known on"
    assert wanted in answered(store, "as-of", "2015", "--known", "1700")[1]
    assert wanted in answered(store, "diff", "2014", "2015", _pair(store)[0], "--known", "1700")[1]
    assert wanted not in answered(store, "as-of", "2015", "no-such", "--known", "2005")[1]


def test_in_a_large_history_what_changed_through_others_is_left_out_of_one_entity(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer says so in words and as data; of a smaller history it is compared."""
    words = ("diff", "2010", "2015", _pair(store)[0])
    small = "diff", "2014", "2015", "alibaba-pictures"
    assert "is not compared in a history of this size" not in answered(Path("events"), *small)[1]
    monkeypatch.setattr(showing, "LARGE", 100)
    assert "is not compared in a history of this size" in answered(store, *words)[1]
    assert '"through_others": null' in answered(store, *words, "--json")[1]


def test_only_of_a_small_history_it_is_advised_to_ask_for_one_entity(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not all could be compared; of one entity of a large history nothing would be."""
    monkeypatch.setattr(through_others, "_MEMBERS", 0)
    advised = "more changed than was compared: ask for one ENTITY."
    assert advised in answered(store, "diff", "2010", "2015")[1]
    monkeypatch.setattr(showing, "LARGE", 100)
    told = answered(store, "diff", "2010", "2015")[1]
    assert "more changed than was compared." in told
    assert "ask for one ENTITY" not in told


def test_too_many_that_hold_each_other_are_told_by_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few companies show that fractions cannot be computed, they cannot be out of all of them."""
    monkeypatch.setattr(together, "_FIRST", 3)
    monkeypatch.setattr(together, "MOST_TOGETHER", 3)
    monkeypatch.setattr(solve, "MOST_TOGETHER", 3)
    told = 0
    for seed in range(600):
        dice = random.Random(seed)
        companies = [f"company-{number}" for number in range(dice.randrange(3, 14))]
        edges = {}
        for _ in range(dice.randrange(2, 3 * len(companies))):
            pair, low = (dice.choice(companies), dice.choice(companies)), Fraction(dice.randrange(4), 8)
            edges[pair] = Edge(*pair, low, low + Fraction(dice.choice([0, 0, 1, 2]), 8))
        graph = Graph.of(edges.values())
        holder, target = dice.choice(companies), dice.choice(companies)
        if together.surely_too_many(graph, holder, target):
            told += 1
            with pytest.raises((TooManyTogether, Unbounded)):
                _ = LookThrough(graph, holder, target).share
    assert told > 9
