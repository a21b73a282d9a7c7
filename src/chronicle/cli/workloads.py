"""Timed work, each with the answer that it must give: for ``chronicle bench`` and for ``benchmarks/``.

The histories are generated, deterministic, and mixed as real ones are: mostly stakes and roles, some units,
deals, listings and issues of shares, dates of every precision, one event in ten recorded late. The answers
are computed while the events are generated, not by replay.
"""

from __future__ import annotations

import datetime
import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from chronicle import authoring, codec
from chronicle.cli.made_up import KNOWN_YEAR, Made, Vague, made, vague
from chronicle.dates import FOREVER
from chronicle.engine import knowledge, views
from chronicle.engine.diff import Difference
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.order import replay_in_order
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.engine.state import Fact, Holding, State
from chronicle.engine.why import Why
from chronicle.events import (
    EntityFounded,
    Event,
    references,
)
from chronicle.history import History
from chronicle.stores import NewRecord, Record, open_store
from chronicle.values import Share, parse_share

SIZES: tuple[int, ...] = (1_000, 10_000, 100_000)


_LAST_DAY = datetime.date(2030, 12, 31)


_KNOWN = datetime.date(KNOWN_YEAR + 1, 6, 30)


# Workloads


@frozen
class Workload:
    """One piece of work: how it is prepared, what is timed, and how its result is checked.

    ``prepare`` takes the generated history and a folder to write into; ``check`` raises ``AssertionError``
    when the result is wrong. ``make`` generates the history of a size.
    """

    name: str
    prepare: Callable[[Any, Path], Any]
    work: Callable[[Any], Any]
    check: Callable[[Any, Any], None]
    make: Callable[[int], Any] = made


def _require(true: bool, what: str) -> None:
    if not true:
        raise AssertionError(f"wrong answer: {what}")


def _yaml_file(history: Made, folder: Path) -> Path:
    """A YAML file of every event, with every entity declared. Values are JSON texts, which are valid YAML."""
    names = {name for event in history.events for _, what, name in references(event) if what == "entity"}
    names -= {event.entity for event in history.events if isinstance(event, EntityFounded)}
    lines = [
        "entities:",
        *(f"- {{id: {name}, name: {name}, type: other}}" for name in sorted(names)),
        "events:",
    ]
    for event in history.events:
        fields = (f"{key}: {json.dumps(value)}" for key, value in codec.encode(event).items())
        lines.append("- " + "\n  ".join(fields))
    path = folder / "made.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _read_yaml(path: Path) -> tuple[Event, ...]:
    return authoring.read([path]).events


def _check_events(history: Made, events: Iterable[Event]) -> None:
    found = tuple(event for event in events if event.kind != "entity.declared")
    _require(found == history.events, "the events that were read are not those that were written")


def _records(history: Made, _: Path) -> list[NewRecord]:
    return [codec.to_record(event) for event in history.events]


def _decode(records: Iterable[NewRecord]) -> list[Event]:
    with paused_collector():
        return [event for _, events in codec.from_records(iter(records)) for event in events]


def _store_file(history: Made, folder: Path) -> Path:
    path = folder / f"made-{len(history.events)}.db"
    with open_store(path, create=True) as store:
        store.append(_records(history, folder))
    return path


def _read_store(path: Path) -> list[Record]:
    with open_store(path, read_only=True) as store:
        return list(store.read())


def _check_records(history: Made, records: list[Record]) -> None:
    _require([record.id for record in records] == [event.id for event in history.events], "ids")
    _require([record.position for record in records] == list(range(1, len(records) + 1)), "positions")


def _events(history: Made | Vague, _: Path) -> tuple[Event, ...]:
    return history.events


def _replayed(events: Sequence[Event]) -> Ledger:
    with paused_collector():
        return replay_in_order(events, PROJECTORS, PROJECTORS, {}).ledger


def _resolved(events: Sequence[Event]) -> Ledger:
    return knowledge.resolve(events, None, PROJECTORS).ledger


def _check_vague(history: Vague, ledger: Ledger) -> None:
    certain = {
        (holding.holder, holding.target): holding.share.value
        for holding in State(FOREVER, None, ledger).holdings()
        if holding.certain
    }
    _require(history.sure <= certain.keys(), "a holding that is the same in any order is not certain")
    wrong = [pair for pair, share in certain.items() if share != history.holdings[pair]]
    _require(not wrong, "a holding is certain and wrong")


def _ledger(history: Made, _: Path) -> Ledger:
    return _replayed(history.events)


def _check_ledger(history: Made, ledger: Ledger) -> None:
    state = State(_LAST_DAY, None, ledger)
    held = {(holding.holder, holding.target): holding.share.value for holding in state.holdings()}
    _require(held == history.holdings, "holdings")
    _require({unit.unit: unit.owner for unit in state.units()} == history.units, "units")


def _whole_state(ledger: Ledger) -> tuple[Fact, ...]:
    return State(_LAST_DAY, None, ledger).facts()


def _check_facts(history: Made, facts: tuple[Fact, ...]) -> None:
    held = {fact.key[:2]: fact.value.share.value for fact in facts if fact.view == views.HOLDINGS}
    _require(held == history.holdings, "holdings")


def _ledger_and_company(history: Made, folder: Path) -> tuple[Ledger, str]:
    return _ledger(history, folder), history.company


def _state_of_company(prepared: tuple[Ledger, str]) -> tuple[Holding, ...]:
    ledger, company = prepared
    state = State(_LAST_DAY, None, ledger)
    state.entity(company)
    state.units(owner=company)
    return (*state.holdings(holder=company), *state.holdings(target=company))


def _check_company(history: Made, holdings: tuple[Holding, ...]) -> None:
    held = {(holding.holder, holding.target): holding.share.value for holding in holdings}
    expected = {pair: share for pair, share in history.holdings.items() if history.company in pair}
    _require(held == expected, "holdings of one company")


def _history(history: Made, _: Path) -> History:
    asked = History(history.events)
    # Makes the ledger of all that is known, which later questions find in the cache.
    asked.as_of(_LAST_DAY)
    return asked


def _store_and_company(history: Made, folder: Path) -> tuple[Path, str]:
    return _store_file(history, folder), history.company


def _first_answer(prepared: tuple[Path, str]) -> tuple[Holding, ...]:
    path, company = prepared
    with History.from_store(open_store(str(path)), ledger=False) as opened:
        state = opened.as_of(_LAST_DAY)
        return (*state.holdings(holder=company), *state.holdings(target=company))


def _opened(history: Made, folder: Path) -> History:
    path = folder / f"appended-{len(history.events)}.db"
    path.unlink(missing_ok=True)
    opened = History.from_store(open_store(str(path), create=True), ledger=False)
    opened.append(history.events, declared=False)
    return opened


def _one_appended(opened: History) -> tuple[History, int]:
    head = opened.head
    event = {**_FOUND_LATE, "id": f"appended-{head.position if head else 0}"}
    return opened, opened.append([event], declared=False)


def _check_appended(history: Made, appended: tuple[History, int]) -> None:
    opened, added = appended
    _require(added == 1 and len(opened.events) > len(history.events), "events that were appended")


def _by_other_knowledge(events: tuple[Event, ...]) -> tuple[Holding, ...]:
    return History(events).as_of(_LAST_DAY, known=_KNOWN).holdings()


def _check_knowledge(history: Made, holdings: tuple[Holding, ...]) -> None:
    held = {(holding.holder, holding.target): holding.share.value for holding in holdings}
    _require(held == history.holdings_2004, "holdings by the knowledge of 2005")


_FOUND_LATE = {
    "id": "found-late",
    "kind": "stake.acquired",
    "date": "1991-02-03",
    "holder": "company-0",
    "target": "found-late",
    "share": "1%",
}


def _with_one_more(asked: History) -> Share | None:
    return asked.assume(events=[_FOUND_LATE]).as_of("1991-02-03").share("company-0", "found-late")


def _check_one_more(_: Made, share: Share | None) -> None:
    _require(share == parse_share("1%"), "the event that was found late")


def _history_and_pairs(history: Made, folder: Path) -> tuple[History, list[tuple[str, str]]]:
    return _history(history, folder), list(history.holdings)[:100]


def _reasons(prepared: tuple[History, list[tuple[str, str]]]) -> list[Why]:
    asked, pairs = prepared
    return [asked.why(*pair, as_of=_LAST_DAY) for pair in pairs]


def _check_reasons(history: Made, answers: list[Why]) -> None:
    for why in answers:
        expected = history.holdings[why.key[0], why.key[1]]
        _require(bool(why.reasons), "a holding without a reason")
        # There are two reasons where shares were issued in the month of the purchase, before or after it.
        for reason in why.reasons:
            replayed = State(_LAST_DAY, None, _replayed([step.event for step in reason.steps]))
            shares = {holding.share.value for holding in replayed.holdings()}
            _require(shares == {expected}, "the events behind a holding do not make it")


def _changed(asked: History) -> tuple[Difference, ...]:
    return asked.diff("2009-12-31", "2010-12-31")


def _check_changed(history: Made, differences: tuple[Difference, ...]) -> None:
    ledger = _replayed(history.events)
    days = (datetime.date(2009, 12, 31), datetime.date(2010, 12, 31))
    before, after = (
        {fact.key: _answer(fact) for fact in State(day, None, ledger).facts() if fact.view == views.HOLDINGS}
        for day in days
    )
    expected = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    found = {difference.key for difference in differences if difference.view == views.HOLDINGS}
    _require(found == expected, "holdings that changed")


def _answer(fact: Fact) -> tuple[object, ...]:
    return fact.value, fact.certain


WORKLOADS: tuple[Workload, ...] = (
    Workload("read YAML", _yaml_file, _read_yaml, _check_events),
    Workload("decode records", _records, _decode, _check_events),
    Workload("read store, checksums and chain verified", _store_file, _read_store, _check_records),
    Workload("order, effects and replay", _events, _replayed, _check_ledger),
    Workload("claims, order, effects and replay", _events, _resolved, _check_ledger),
    Workload("claims, order and replay, vague dates", _events, _resolved, _check_vague, vague),
    Workload("as-of, everything", _ledger, _whole_state, _check_facts),
    Workload("as-of, one company", _ledger_and_company, _state_of_company, _check_company),
    Workload("as-of, another day of knowledge", _events, _by_other_knowledge, _check_knowledge),
    Workload("store to first answer", _store_and_company, _first_answer, _check_company),
    Workload("append of one event", _opened, _one_appended, _check_appended),
    Workload("one event found late, asked again", _history, _with_one_more, _check_one_more),
    Workload("why, 100 holdings", _history_and_pairs, _reasons, _check_reasons),
    Workload("diff over a year", _history, _changed, _check_changed),
)


@frozen
class Measured:
    """The best time of several runs, and the events per second that it means."""

    workload: str
    size: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Events per second."""
        return self.size / self.seconds


def run(sizes: Iterable[int] = SIZES, rounds: int = 3) -> Iterator[Measured]:
    """Time every workload at every size, and check the answers. The best of ``rounds`` runs counts."""
    with TemporaryDirectory() as folder:
        for size in sizes:
            for workload in WORKLOADS:
                yield _measure(workload, size, rounds, Path(folder))


def _measure(workload: Workload, size: int, rounds: int, folder: Path) -> Measured:
    history = workload.make(size)
    prepared = workload.prepare(history, folder)
    best = float("inf")
    for _ in range(rounds):
        # Garbage of the round before is collected before the clock starts.
        result = None
        gc.collect()
        started = time.perf_counter()
        result = workload.work(prepared)
        best = min(best, time.perf_counter() - started)
        workload.check(history, result)
    return Measured(workload.name, size, best)
