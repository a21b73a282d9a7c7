"""Work to be timed, each with the answer that it must give: for `chronicle bench` and for benchmarks/.

The histories are made up, deterministic, and mixed as real ones are: mostly stakes and roles, some
units, deals, listings and issues of shares, dates of every precision, one event in ten recorded late.
The answers come from a tally kept while they are made, not from replay.
"""

from __future__ import annotations

import datetime
import gc
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import Factory, define, frozen

from chronicle import authoring, codec
from chronicle.dates import FOREVER, PartialDate, parse_date
from chronicle.engine import knowledge, views
from chronicle.engine.diff import Difference
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.order import replay_in_order
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.engine.state import Fact, Holding, State
from chronicle.engine.why import Why
from chronicle.events import (
    DealCompleted,
    DealProposed,
    Effect,
    EntityFounded,
    EntityRenamed,
    Event,
    ListingStarted,
    MembershipStarted,
    RoleAppointed,
    SharesIssued,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitLaunched,
    UnitTransferred,
    references,
)
from chronicle.history import History
from chronicle.stores import NewRecord, Record, open_store
from chronicle.values import Share, Source, parse_count, parse_money, parse_share

SIZES: tuple[int, ...] = (1_000, 10_000, 100_000)

_FIRST_DAY = datetime.date(1990, 1, 1)
_DAYS = 30 * 365
_LAST_DAY = datetime.date(2030, 12, 31)
_EVENTS_PER_COMPANY = 10
_LATE = 0.1

_KNOWN_YEAR = 2004
_KNOWN = datetime.date(_KNOWN_YEAR + 1, 6, 30)

_SHARES = tuple(parse_share(f"{tenths / 10:g}%") for tenths in range(1, 200))
_PRICES = tuple(parse_money(f"USD {millions}M") for millions in range(1, 1000, 7))
_PUBLISHERS = ("Gazette", "Register", "Exchange")
# What happened in a year is reported early in the next.
_SOURCES = {
    (publisher, year): Source(publisher=publisher, title="Filing", published=parse_date(f"{year + 1}-03"))
    for publisher in _PUBLISHERS
    for year in range(1980, 2021)
}


@frozen
class Made:
    """A made-up history, and what must be so: who holds what and who owns which unit on its last day."""

    events: tuple[Event, ...]
    holdings: dict[tuple[str, str], Fraction]
    units: dict[str, str]
    company: str
    # What was held at the end of 2004, which was all reported by the spring of 2005.
    holdings_2004: dict[tuple[str, str], Fraction]


@cache
def made(size: int) -> Made:
    """The made-up history of ``size`` events. The same size always gives the same history."""
    companies = [f"company-{number}" for number in range(size // _EVENTS_PER_COMPANY)]
    return _Maker(random.Random(size), companies).make(size)


@define
class _Maker:
    """Makes events in the order of their dates, and keeps the tally of what is so after each.

    What an event builds on always lies wholly before its own date, so that the tally does not
    depend on how replay orders the events of one day.
    """

    random: random.Random
    companies: list[str]
    events: list[Event] = Factory(list)
    holdings: dict[tuple[str, str], Fraction] = Factory(dict)
    units: dict[str, str] = Factory(dict)
    pairs: list[tuple[str, str]] = Factory(list)
    touched: dict[object, datetime.date] = Factory(dict)
    deals: list[DealProposed] = Factory(list)
    holdings_2004: dict[tuple[str, str], Fraction] = Factory(dict)

    def make(self, size: int) -> Made:
        for company in self.companies:
            self._add(EntityFounded, parse_date("1980"), entity=company, name=company.title(), type="company")
        steps, weights = zip(*_MIX, strict=True)
        # Some steps make two events, so a few dates stay unused.
        for date in sorted((self._date() for _ in range(size)), key=lambda date: date.order):
            if date.earliest.year <= _KNOWN_YEAR:
                self.holdings_2004 = self.holdings
            elif self.holdings_2004 is self.holdings:
                self.holdings_2004 = dict(self.holdings)
            if len(self.events) < size:
                self.random.choices(steps, weights)[0](self, date)
        late = {event.id for event in self.events if self.random.random() < _LATE}
        recorded = sorted(self.events, key=lambda event: event.id in late)
        return Made(tuple(recorded[:size]), self.holdings, self.units, self.companies[0], self.holdings_2004)

    def _date(self) -> PartialDate:
        text = (_FIRST_DAY + datetime.timedelta(days=self.random.randrange(_DAYS))).isoformat()
        return parse_date(text[: self.random.choices((10, 7, 4), (60, 30, 10))[0]])

    def _add(self, kind: type[Event], date: PartialDate, **fields: Any) -> Event:
        number = len(self.events)
        source = _SOURCES[self.random.choice(_PUBLISHERS), date.latest.year]
        event = kind(id=f"event-{number}", date=date, sources=(source,), **fields)
        self.events.append(event)
        return event

    def _company(self) -> str:
        return self.random.choice(self.companies)

    def _settled(self, thing: object, date: PartialDate) -> bool:
        """Whether the last that happened to ``thing`` lies wholly before ``date``."""
        return self.touched[thing] < date.earliest

    def _fresh_pair(self, date: PartialDate) -> tuple[str, str]:
        while True:
            pair = self._company(), self._company()
            if pair[0] != pair[1] and pair not in self.touched:
                self.pairs.append(pair)
                self.touched[pair] = date.latest
                return pair

    def first_stake(self, date: PartialDate) -> None:
        holder, target = self._fresh_pair(date)
        share = self.random.choice(_SHARES)
        amount = {"holds" if self.random.random() < 0.25 else "share": share}
        price = self.random.choice(_PRICES)
        self._add(StakeAcquired, date, holder=holder, target=target, price=price, **amount)
        self.holdings[holder, target] = _exact(share)

    def observed_stake(self, date: PartialDate) -> None:
        holder, target = self._fresh_pair(date)
        share = self.random.choice(_SHARES)
        self._add(StakeObserved, date, holder=holder, target=target, holds=share)
        self.holdings[holder, target] = _exact(share)

    def more_or_less(self, date: PartialDate) -> None:
        pair = self.random.choice(self.pairs) if self.pairs else None
        if pair is None or pair not in self.holdings or not self._settled(pair, date):
            return self.first_stake(date)
        held, share = self.holdings[pair], self.random.choice(_SHARES)
        self.touched[pair] = date.latest
        if _exact(share) < held:
            self._add(StakeDisposed, date, holder=pair[0], target=pair[1], share=share)
            self.holdings[pair] = held - _exact(share)
        elif held + _exact(share) <= 1:
            self._add(StakeAcquired, date, holder=pair[0], target=pair[1], share=share)
            self.holdings[pair] = held + _exact(share)
        else:
            self._add(StakeDisposed, date, holder=pair[0], target=pair[1], holds=parse_share("0%"))
            del self.holdings[pair]
        return None

    def unit(self, date: PartialDate) -> None:
        unit = f"unit-{self.random.randrange(len(self.companies))}"
        if unit not in self.units:
            owner = self._company()
            self._add(UnitLaunched, date, unit=unit, owner=owner)
        elif self._settled(unit, date):
            owner = self._company()
            self._add(UnitTransferred, date, unit=unit, from_=self.units[unit], to=owner)
        else:
            return self.role(date)
        self.units[unit] = owner
        self.touched[unit] = date.latest
        return None

    def deal(self, date: PartialDate) -> None:
        """A proposal to move a unit, or the completion of the last one when nothing happened to it since."""
        proposed = self.deals.pop() if self.deals and self.random.random() < 0.5 else None
        if proposed is not None and self._settled(proposed.deal, date):
            return self._complete(proposed, date)
        unit = f"deal-unit-{len(self.events)}"
        seller, buyer = self._company(), self._company()
        self._add(UnitLaunched, date, unit=unit, owner=seller)
        effect = Effect("unit.transferred", (("unit", unit), ("from_", seller), ("to", buyer)))
        deal = f"deal-{len(self.events)}"
        announced = {"deal": deal, "title": "Transfer", "parties": (seller, buyer), "effects": (effect,)}
        added = self._add(DealProposed, date, **announced)
        assert isinstance(added, DealProposed)
        self.deals.append(added)
        self.units[unit] = seller
        self.touched[deal] = date.latest
        return None

    def _complete(self, proposed: DealProposed, date: PartialDate) -> None:
        self._add(DealCompleted, date, deal=proposed.deal)
        (effect,) = proposed.effects or ()
        fields = dict(effect.fields)
        self.units[str(fields["unit"])] = str(fields["to"])

    def role(self, date: PartialDate) -> None:
        person = f"person-{self.random.randrange(len(self.companies))}"
        self._add(RoleAppointed, date, person=person, entity=self._company(), role="director")

    def membership(self, date: PartialDate) -> None:
        group = f"index-{self.random.randrange(20)}"
        self._add(MembershipStarted, date, entity=self._company(), group=group)

    def rename(self, date: PartialDate) -> None:
        company = self._company()
        self._add(EntityRenamed, date, entity=company, name=f"New {company}")

    def listing(self, date: PartialDate) -> None:
        self._add(ListingStarted, date, entity=self._company(), exchange="xnys", ticker="ABC")

    def issue(self, date: PartialDate) -> None:
        """New shares of a company whose number of shares nobody knows: every holding of it becomes stale."""
        self._add(SharesIssued, date, issuer=self._company(), shares=parse_count("10M"))


_MIX: tuple[tuple[Callable[[_Maker, PartialDate], None], int], ...] = (
    (_Maker.first_stake, 30),
    (_Maker.more_or_less, 18),
    (_Maker.observed_stake, 4),
    (_Maker.role, 16),
    (_Maker.membership, 9),
    (_Maker.rename, 6),
    (_Maker.unit, 6),
    (_Maker.listing, 5),
    (_Maker.deal, 4),
    (_Maker.issue, 2),
)


def _exact(share: Share) -> Fraction:
    return share.value or Fraction(0)


# Vague dates


@frozen
class Vague:
    """A made-up history of which nobody knows a day, and what each holder has when all of it has happened.

    ``sure`` are those of whom that is certain, whatever the order of their purchases and sales.
    """

    events: tuple[Event, ...]
    holdings: dict[tuple[str, str], Fraction]
    sure: frozenset[tuple[str, str]]


_EVENTS_PER_PAIR = 100
_YEARS = range(1990, 2020)
_WHOLE_YEARS = 10
_UNDATED = ("[0001..9999]", "[..2014]", "[..2020]", "[1995..]")
_TENTHS = tuple(parse_share(f"0.{tenths}%") for tenths in range(1, 10))


@cache
def vague(size: int) -> Vague:
    """The history of ``size`` purchases and sales, undated or of a year or a month, in many of each pair."""
    dice = random.Random(size)
    stakes: list[tuple[tuple[str, str], str, Share, bool]] = []
    holdings: dict[tuple[str, str], Fraction] = {}
    sure: set[tuple[str, str]] = set()
    for number in range(-(-size // _EVENTS_PER_PAIR)):
        pair = f"holder-{number}", f"target-{number}"
        dates, mixed, certain = _COURSES[number % len(_COURSES)]
        held = Fraction(0)
        for date in dates(dice, min(_EVENTS_PER_PAIR, size - len(stakes))):
            share = dice.choice(_TENTHS)
            sold = mixed and dice.random() < 0.5 and _exact(share) < held
            held += -_exact(share) if sold else _exact(share)
            stakes.append((pair, date, share, sold))
        holdings[pair] = held
        sure.update([pair] if certain else [])
    dice.shuffle(stakes)
    source = Source(publisher=_PUBLISHERS[0], title="Filing", published=parse_date("2021-03"))
    events = (
        (StakeDisposed if sold else StakeAcquired)(
            id=f"event-{place}",
            date=parse_date(date),
            sources=(source,),
            holder=pair[0],
            target=pair[1],
            share=share,
        )
        for place, (pair, date, share, sold) in enumerate(stakes)
    )
    return Vague(tuple(events), holdings, frozenset(sure))


def _any_dates(dice: random.Random, count: int) -> list[str]:
    """Undated, of a year and of a month, as it comes: most of them overlap."""
    undated, years, months = 20, 30, 50
    kinds = dice.choices(("", "year", "month"), (undated, years, months), k=count)
    return [dice.choice(_UNDATED) if not kind else _date_of(dice, kind) for kind in kinds]


def _date_of(dice: random.Random, kind: str) -> str:
    year = str(dice.choice(_YEARS))
    return year if kind == "year" else f"{year}-{dice.randrange(1, 13):02}"


def _dates_in_turn(dice: random.Random, count: int) -> list[str]:
    """Years and months of which no two overlap, in their order."""
    whole = set(dice.sample(_YEARS, _WHOLE_YEARS))
    months = [f"{year}-{month:02}" for year in _YEARS if year not in whole for month in range(1, 13)]
    years = [str(year) for year in sorted(whole)][:count]
    return sorted([*years, *dice.sample(months, count - len(years))])


# Whether there are sales too, and whether what comes of it all is certain: purchases add up in any order.
_COURSES: tuple[tuple[Callable[[random.Random, int], list[str]], bool, bool], ...] = (
    (_any_dates, False, True),
    (_dates_in_turn, True, True),
    (_any_dates, True, False),
)


# The work


@frozen
class Workload:
    """One piece of work: how to prepare it, what is timed, and what must be true of its result.

    ``prepare`` takes the made-up history and a folder to write into; ``check`` raises
    ``AssertionError`` when the result is wrong. ``make`` makes the history, of a size.
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
    """Every event as YAML, every entity declared. A JSON text is a YAML text without doubt about its type."""
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
        return [codec.from_record(record) for record in records]


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
    # The ledger of all that is known is there already when somebody asks on.
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
        # There are two where shares were issued in the month of the purchase: before it, or after.
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
    """The best time of several runs, and how many events a second that is."""

    workload: str
    size: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.size / self.seconds


def run(sizes: Iterable[int] = SIZES, rounds: int = 3) -> Iterator[Measured]:
    """Time every workload at every size, answers checked. The best of ``rounds`` runs counts."""
    with TemporaryDirectory() as folder:
        for size in sizes:
            for workload in WORKLOADS:
                yield _measure(workload, size, rounds, Path(folder))


def _measure(workload: Workload, size: int, rounds: int, folder: Path) -> Measured:
    history = workload.make(size)
    prepared = workload.prepare(history, folder)
    best = float("inf")
    for _ in range(rounds):
        # What the round before left behind is cleared away before the clock starts.
        result = None
        gc.collect()
        started = time.perf_counter()
        result = workload.work(prepared)
        best = min(best, time.perf_counter() - started)
        workload.check(history, result)
    return Measured(workload.name, size, best)
