"""Generated histories for benchmarks, with the facts of their last day."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from attrs import Factory, define, frozen

from chronicle.dates import PartialDate, parse_date
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
)
from chronicle.values import Share, Source, parse_count, parse_money, parse_share

_FIRST_DAY = datetime.date(1990, 1, 1)


_DAYS = 30 * 365


_EVENTS_PER_COMPANY = 10


_LATE = 0.1


KNOWN_YEAR = 2004


_SHARES = tuple(parse_share(f"{tenths / 10:g}%") for tenths in range(1, 200))


_PRICES = tuple(parse_money(f"USD {millions}M") for millions in range(1, 1000, 7))


_PUBLISHERS = ("Gazette", "Register", "Exchange")


# Events of a year are reported early in the next.
_SOURCES = {
    (publisher, year): Source(publisher=publisher, title="Filing", published=parse_date(f"{year + 1}-03"))
    for publisher in _PUBLISHERS
    for year in range(1980, 2021)
}


@frozen
class Made:
    """A generated history, with its holdings and the owners of its units on the last day."""

    events: tuple[Event, ...]
    holdings: dict[tuple[str, str], Fraction]
    units: dict[str, str]
    company: str
    # The holdings at the end of 2004, all of which were reported by the spring of 2005.
    holdings_2004: dict[tuple[str, str], Fraction]


@cache
def made(size: int) -> Made:
    """The generated history of ``size`` events; always the same for the same size."""
    companies = [f"company-{number}" for number in range(size // _EVENTS_PER_COMPANY)]
    return _Inventor(random.Random(size), companies).make(size)


@define
class _Inventor:
    """Generates events in the order of their dates, and keeps the facts after each.

    An event depends only on events that lie wholly before its date, so that the facts do not depend on how
    replay orders the events of one day.
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
            if date.earliest.year <= KNOWN_YEAR:
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
        """Whether the last event of ``thing`` lies wholly before ``date``."""
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
        """A proposal to transfer a unit, or the completion of the last one proposed."""
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
        """New shares of a company with an unknown number of shares: every holding in it becomes stale."""
        self._add(SharesIssued, date, issuer=self._company(), shares=parse_count("10M"))


_MIX: tuple[tuple[Callable[[_Inventor, PartialDate], None], int], ...] = (
    (_Inventor.first_stake, 30),
    (_Inventor.more_or_less, 18),
    (_Inventor.observed_stake, 4),
    (_Inventor.role, 16),
    (_Inventor.membership, 9),
    (_Inventor.rename, 6),
    (_Inventor.unit, 6),
    (_Inventor.listing, 5),
    (_Inventor.deal, 4),
    (_Inventor.issue, 2),
)


def _exact(share: Share) -> Fraction:
    return share.value or Fraction(0)


# Vague dates


@frozen
class Vague:
    """A generated history without exact days, and what each holder has after all of it.

    ``sure`` are the pairs for which that is certain, whatever the order of their purchases and sales.
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
    """The history of ``size`` purchases and sales, many for each pair, with dates that overlap."""
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
    """Dates that mostly overlap: undated, of a year, or of a month."""
    undated, years, months = 20, 30, 50
    kinds = dice.choices(("", "year", "month"), (undated, years, months), k=count)
    return [dice.choice(_UNDATED) if not kind else _date_of(dice, kind) for kind in kinds]


def _date_of(dice: random.Random, kind: str) -> str:
    year = str(dice.choice(_YEARS))
    return year if kind == "year" else f"{year}-{dice.randrange(1, 13):02}"


def _dates_in_turn(dice: random.Random, count: int) -> list[str]:
    """Years and months in order, no two of which overlap."""
    whole = set(dice.sample(_YEARS, _WHOLE_YEARS))
    months = [f"{year}-{month:02}" for year in _YEARS if year not in whole for month in range(1, 13)]
    years = [str(year) for year in sorted(whole)][:count]
    return sorted([*years, *dice.sample(months, count - len(years))])


# How dates are made, whether there are sales, and whether the result is certain (as for purchases alone).
_COURSES: tuple[tuple[Callable[[random.Random, int], list[str]], bool, bool], ...] = (
    (_any_dates, False, True),
    (_dates_in_turn, True, True),
    (_any_dates, True, False),
)
