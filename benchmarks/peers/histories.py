"""The made-up histories that all peers are given: seeded, so that the same size is the same history.

They are written as files, with no class of Chronicle, so that an older commit reads the very same; and with
the standard library alone, since every peer's process imports what is here before it answers. Three
events in four are stakes; the rest are names, units, deals with effects, roles, issues of shares, mergers and
corrections. Four dates in ten are partial, and one event in ten is known years late.
"""

from __future__ import annotations

import calendar
import csv
import datetime
import json
import random
from collections.abc import Callable, Iterable
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

ISSUER = "issuer-"
"""How the names of those begin that issue shares and merge, of which only Chronicle knows what follows."""

MANY = 1_000
"""So many events are appended at once, or as many as there are pairs in a smaller history."""

FIELDS = ("id", "holder", "target", "share", "earliest", "latest", "known")
"""What peers are given of each stake, as columns of texts. A corrected stake is there twice, with one id."""

_FIRST_DAY = datetime.date(1990, 1, 1)
_DAYS = 30 * 365
_EVENTS_PER_COMPANY = 20
_ONE_IN_ISSUERS = 20
# None in whole per cent: "20%" of a pair that has 20.1% would say the same, rounded, and change nothing.
_SHARES = tuple(f"{tenths / 10:g}%" for tenths in range(1, 1000) if tenths % 10)
_NOTHING = "0%"

Pair = tuple[str, str]


class Window(NamedTuple):
    """A date as written, and the first and the last day that it may be."""

    text: str
    earliest: datetime.date
    latest: datetime.date


def window(text: str) -> Window:
    """The window of a day, a month or a year."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    last = day or calendar.monthrange(year, month or 12)[1]
    return Window(text, datetime.date(year, month or 1, day or 1), datetime.date(year, month or 12, last))


def write(folder: Path, size: int) -> None:
    """Write the history of ``size`` events into ``folder``.

    ``events.jsonl`` is all of it in the form of Chronicle, ``stakes.csv`` the stakes in the order in which
    they became known, and ``asked.json`` what the questions are about.
    """
    made = _Maker(random.Random(size), size).make()
    with open(folder / "events.jsonl", "w", encoding="utf-8") as events:
        events.writelines(line for _, line in made.lines)
    with open(folder / "stakes.csv", "w", encoding="utf-8", newline="") as stakes:
        table = csv.writer(stakes, lineterminator="\n")
        table.writerow(FIELDS)
        table.writerows(made.stakes)
    (folder / "asked.json").write_text(json.dumps(made.asked()), encoding="utf-8")


class _Maker:
    """Makes events in the order of their dates, and sorts them by when they became known.

    What an event builds on lies wholly before its own date, so that no two windows of one pair overlap: then
    the order of replay is that of the dates, and a peer that sorts by the first day says the same.
    """

    def __init__(self, random: random.Random, size: int) -> None:
        self.random, self.size = random, size
        # When each event became known, and its line: a mapping for each would take three times the memory.
        self.lines: list[tuple[str, str]] = []
        self.stakes: list[tuple[str, ...]] = []
        self.companies: list[str] = []
        self.issuers: list[str] = []
        self.held: dict[Pair, str] = {}
        self.pairs: list[Pair] = []
        self.said: dict[Pair, set[str]] = {}
        self.last: dict[object, datetime.date] = {}
        self.units: dict[str, str] = {}
        self.proposed: list[dict[str, Any]] = []
        self.corrected: set[str] = set()
        self.absorbed: set[str] = set()
        self.per_pair: dict[Pair, int] = {}

    def make(self) -> _Maker:
        """Make everything, in the order in which it became known."""
        count = max(12, self.size // _EVENTS_PER_COMPANY)
        self.issuers = [f"{ISSUER}{number}" for number in range(max(3, count // _ONE_IN_ISSUERS))]
        self.companies = [f"company-{number}" for number in range(count - len(self.issuers))]
        for company in (*self.companies, *self.issuers):
            self._add("entity.founded", window("1980"), entity=company, name=company.title(), type="company")
        steps, weights = zip(*_MIX, strict=True)
        for date in sorted((self._date() for _ in range(self.size)), key=lambda date: date[1:]):
            if len(self.lines) < self.size:
                self.random.choices(steps, weights)[0](self, date)
        self.lines.sort(key=itemgetter(0))
        self.stakes.sort(key=lambda stake: stake[-1])
        return self

    def asked(self) -> dict[str, Any]:
        """What the questions are about: days, days of knowledge, holders and pairs of which much is told."""
        often = sorted(
            (pair for pair in self.per_pair if not pair[0].startswith(ISSUER)),
            key=lambda pair: -self.per_pair[pair],
        )
        return {
            "days": ["2015-12-31", "2008-06-30", "2012-03-15", "2018-10-01", "2003-02-14"],
            "known": ["2009-06-30", "2013-01-31"],
            "spans of days": [
                ["2009-12-31", "2010-12-31"],
                ["2014-06-30", "2014-12-31"],
                ["2001-01-31", "2016-02-15"],
            ],
            "year ends": [f"{year}-12-31" for year in range(1990, 2020)],
            "holders": [holder for holder, _ in often[:5]],
            "pairs": often[:5],
            "many pairs": often[5 : 5 + MANY],
            "issuers": self._issuers_told(),
        }

    def _issuers_told(self) -> list[Pair]:
        """The two issuers that nobody has absorbed and of whose shares most is told, each after a holder."""
        told: dict[str, list[Pair]] = {issuer: [] for issuer in self.issuers}
        for holder, target in self.per_pair:
            if target in told:
                told[target].append((holder, target))
        most = sorted(told, key=lambda issuer: (-len(told[issuer]), issuer))
        return [min(told[issuer], default=(self.companies[0], issuer)) for issuer in most[:2]]

    # Dates and knowledge

    def _date(self) -> Window:
        text = (_FIRST_DAY + datetime.timedelta(days=self.random.randrange(_DAYS))).isoformat()
        return window(text[: self.random.choices((10, 7, 4), (60, 30, 10))[0]])

    def _known(self, date: Window) -> str:
        """In the spring of the next year, as a rule; of one event in ten, years later."""
        years = self.random.randrange(2, 9) if self.random.random() < 0.1 else 1
        return f"{date.latest.year + years}-03-{self.random.randrange(1, 29):02}"

    def _settled(self, thing: object, date: Window) -> bool:
        return thing not in self.last or self.last[thing] < date.earliest

    def _add(self, kind: str, date: Window, known: str = "", **fields: Any) -> dict[str, Any]:
        known = known or self._known(date)
        source = {"publisher": self.random.choice(("Gazette", "Register", "Exchange")), "title": "Filing"}
        event = {"id": f"event-{len(self.lines)}", "kind": kind, "date": date.text, "known": known}
        event |= {**fields, "sources": [{**source, "published": known}]}
        self.lines.append((known, json.dumps(event) + "\n"))
        return event

    def _company(self) -> str:
        return self.random.choice(self.companies)

    # Stakes

    def _share(self, pair: Pair) -> str:
        """A share that nobody said of the pair before: to say one again is to confirm it, and no change."""
        said = self.said.setdefault(pair, set())
        while (share := self.random.choice(_SHARES)) in said:
            pass
        said.add(share)
        return share

    def _stake(self, pair: Pair, date: Window, share: str) -> None:
        more = float(share[:-1]) > float(self.held.get(pair, _NOTHING)[:-1])
        kind = "stake.acquired" if more else "stake.disposed"
        if share != _NOTHING and self.random.random() < 0.3:
            kind = "stake.observed"
        event = self._add(kind, date, holder=pair[0], target=pair[1], holds=share)
        self._told(event["id"], pair, share, date, event["known"])
        self.held[pair], self.last[pair] = share, date.latest
        self.per_pair[pair] = self.per_pair.get(pair, 0) + 1
        if pair[0].startswith(ISSUER):
            self.last.update(dict.fromkeys(pair, date.latest))

    def _free(self, names: Iterable[str], date: Window) -> bool:
        """Whether something may be told now: of issuers only on days of their own."""
        issuers = [name for name in names if name.startswith(ISSUER)]
        return not issuers or (
            date.earliest == date.latest
            and self.absorbed.isdisjoint(issuers)
            and all(self._settled(issuer, date) for issuer in issuers)
        )

    def _told(self, id: str, pair: Pair, share: str, date: Window, known: str) -> None:
        days = date.earliest.isoformat(), date.latest.isoformat()
        self.stakes.append((id, *pair, share, *days, known))

    def first_stake(self, date: Window) -> None:
        """One of a twentieth is a stake among issuers, of which peers are not asked."""
        pool = self.issuers if self.random.randrange(_ONE_IN_ISSUERS) == 0 else self.companies
        pair = self.random.choice(pool), self.random.choice(pool)
        if pair in self.held:
            self._change(pair, date)
        elif pair[0] != pair[1] and self._free(pair, date):
            self.pairs.append(pair)
            self._stake(pair, date, self._share(pair))

    def other_stake(self, date: Window) -> None:
        """A pair has more, less or nothing from then on."""
        if self.pairs:
            self._change(self.random.choice(self.pairs), date)

    def _change(self, pair: Pair, date: Window) -> None:
        if not self._settled(pair, date) or not self._free(pair, date):
            return
        ends = self.held[pair] != _NOTHING and self.random.random() < 0.15
        self._stake(pair, date, _NOTHING if ends else self._share(pair))

    # The rest

    def rename(self, date: Window) -> None:
        company = self._company()
        if self._settled(("name", company), date):
            self.last["name", company] = date.latest
            self._add("entity.renamed", date, entity=company, name=f"{company.title()} of {date.text}")

    def role(self, date: Window) -> None:
        person = f"person-{self.random.randrange(self.size)}"
        self._add("role.appointed", date, person=person, entity=self._company(), role="director")

    def unit(self, date: Window) -> None:
        unit, owner = f"unit-{self.random.randrange(len(self.companies))}", self._company()
        if unit not in self.units:
            self._add("unit.launched", date, unit=unit, owner=owner)
        elif self._settled(unit, date):
            self._add("unit.transferred", date, unit=unit, **{"from": self.units[unit], "to": owner})
        else:
            return
        self.units[unit], self.last[unit] = owner, date.latest

    def deal(self, date: Window) -> None:
        """A proposal to move a new unit, or the completion of one, which moves it."""
        if self.proposed and self.random.random() < 0.5:
            deal = self.proposed.pop()
            if self._settled(deal["deal"], date):
                self._add("deal.completed", date, deal=deal["deal"])
            return
        number, seller, buyer = len(self.lines), self._company(), self._company()
        self._add("unit.launched", date, unit=f"deal-unit-{number}", owner=seller)
        effect = {"kind": "unit.transferred", "unit": f"deal-unit-{number}", "from": seller, "to": buyer}
        fields = {
            "deal": f"deal-{number}",
            "title": "Transfer",
            "parties": [seller, buyer],
            "effects": [effect],
        }
        self.proposed.append(self._add("deal.proposed", date, **fields))
        self.last[f"deal-{number}"] = date.latest

    def issue(self, date: Window) -> None:
        issuer = self.random.choice(self.issuers)
        if self._free([issuer], date):
            self._add("shares.issued", date, issuer=issuer, shares="10M")
            self.last[issuer] = date.latest

    def merger(self, date: Window) -> None:
        if len(self.issuers) < 3:
            return
        survivor, absorbed = self.random.sample(self.issuers, 2)
        if self._free([survivor, absorbed], date):
            self.issuers.remove(absorbed)
            self.last[survivor] = date.latest
            self.absorbed.add(absorbed)
            self._add("merger.absorbed", date, survivor=survivor, absorbed=absorbed)

    def correction(self, date: Window) -> None:
        """One of the stakes so far was misread, which becomes known years later."""
        if not self.stakes:
            return
        id, holder, target, share, earliest, latest, known = self.random.choice(self.stakes)
        if id in self.corrected or share == _NOTHING:
            return
        self.corrected.add(id)
        later, right = (
            f"{int(known[:4]) + self.random.randrange(1, 5)}{known[4:]}",
            self._share((holder, target)),
        )
        self._add("record.corrected", date, later, target=id, set={"holds": right}, reason="misread")
        self.stakes.append((id, holder, target, right, earliest, latest, later))


_MIX: tuple[tuple[Callable[[_Maker, Window], None], float], ...] = (
    (_Maker.first_stake, 40),
    (_Maker.other_stake, 40),
    (_Maker.role, 6),
    (_Maker.rename, 4),
    (_Maker.unit, 4),
    (_Maker.deal, 2.5),
    (_Maker.correction, 2.5),
    (_Maker.issue, 1),
    (_Maker.merger, 0.5),
)
