"""Rules of law against brute force: every assignment at the ends of ranges, judged in plain steps.

Yes is said exactly where all of them say yes, no exactly where none does. The judges here know no interval
and share no code with what they judge.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle.ownership import Edge, Grant
from chronicle.ownership.rules import OwnershipFacts, RuleAnswer, ruling

Held = Mapping[tuple[str, str], Fraction]
"""How much each holder has of each target, in one assignment."""

TYPES = {"p": "person", "q": "person", "a": "company", "b": "company", "t": "company"}
HALF, QUARTER, ONE = Fraction(1, 2), Fraction(1, 4), Fraction(1)
ENDS = [Fraction(percent, 100) for percent in (0, 10, 20, 25, 30, 40, 50, 51, 60, 80, 100)]


# What is drawn: p and q above a, a above b, all above t; in loops also the other way round


@st.composite
def _edges(draw: st.DrawFn, pairs: Collection[tuple[str, str]]) -> tuple[Edge, ...]:
    drawn: list[Edge] = []
    left = {target: ONE for _, target in pairs}
    for holder, target in draw(st.lists(st.sampled_from(sorted(pairs)), max_size=7, unique=True)):
        low, high = sorted(draw(st.tuples(st.sampled_from(ENDS), st.sampled_from(ENDS))))
        if draw(st.booleans()):
            low = high
        certain = draw(st.sampled_from([True, True, True, False]))
        low = low if certain else Fraction(0)
        if low <= left[target]:
            left[target] -= low
            drawn.append(Edge(holder, target, low, high, certain=certain))
    open_ones = [edge for edge in drawn if not edge.exact]
    sharp = {id(edge) for edge in open_ones[3:]}  # so that there are not too many assignments
    return tuple(evolve(edge, high=edge.low, certain=True) if id(edge) in sharp else edge for edge in drawn)


_DOWN = {(h, t) for h in "pqab" for t in "abt" if h < t and h != t} | {(h, t) for h in "pq" for t in "abt"}
_VOTES = {("p", "t"), ("q", "t"), ("p", "b"), ("a", "b")}
_AROUND = _DOWN | {("b", "a"), ("t", "a")}
_GRANTS = st.lists(
    st.builds(
        Grant,
        st.sampled_from("pqa"),
        st.sampled_from("bt"),
        st.just("contract"),
        st.booleans(),
    ),
    max_size=1,
)


def _assignments(edges: Collection[Edge]) -> Iterator[Held]:
    """Every way to choose shares at their ends; or what is left, where the high ends are too much."""
    columns = [[edge for edge in edges if edge.target == target] for target in "abt"]
    for choice in product(*map(_choices, columns)):
        yield {pair: share for column in choice for pair, share in column.items()}


def _choices(column: list[Edge]) -> list[dict[tuple[str, str], Fraction]]:
    found: list[dict[tuple[str, str], Fraction]] = []
    least = sum((edge.low for edge in column), Fraction(0))
    for ends in product(*((edge.low, edge.high) for edge in column)):
        over = sum(ends, Fraction(0)) - max(ONE, least)
        shares = {(edge.holder, edge.target): end for edge, end in zip(column, ends, strict=True)}
        if over <= 0:
            found.append(shares)
            continue
        for edge, end in zip(column, ends, strict=True):
            if end - edge.low >= over:
                found.append({**shares, (edge.holder, edge.target): end - over})
    return found


# Plain judges of one assignment


def _sum(held: Held, holders: Collection[str], target: str) -> Fraction:
    return sum((share for (by, of), share in held.items() if of == target and by in holders), Fraction(0))


def _grown(tops: Collection[str], joins: Callable[[set[str], str], bool]) -> set[str]:
    members = set(tops)
    while new := {each for each in "abt" if each not in members and joins(members, each)}:
        members |= new
    return members


class Assignment:
    """Shares, votes where there are any, and grants: one of the worlds that the facts leave open."""

    def __init__(self, equity: Held, votes: Held, grants: Collection[Grant]) -> None:
        stated = {of for _, of in votes}
        self.equity = equity
        self.counted = {**votes, **{pair: share for pair, share in equity.items() if pair[1] not in stated}}
        self.grants = grants

    def granted(self, members: Collection[str], target: str) -> bool:
        return any(grant.controller in members and grant.target == target for grant in self.grants)

    def group(self, *tops: str) -> set[str]:
        """Whom they control."""
        return _grown(tops, lambda has, each: _sum(self.counted, has, each) > HALF or self.granted(has, each))

    def ofac(self, *tops: str) -> bool:
        return "t" in _grown(tops, lambda has, each: _sum(self.equity, has, each) >= HALF)

    def owned_or_controlled(self, reached: bool, *tops: str) -> bool:
        def joins(has: set[str], each: str) -> bool:
            share = _sum(self.equity, has, each)
            by_share = share >= HALF if reached else share > HALF
            return by_share or _sum(self.counted, has, each) > HALF or self.granted(has, each)

        return "t" in _grown(tops, joins)

    def enough(self, members: Collection[str], reached: bool) -> bool:
        shares = [_sum(held, set(members) - {"t"}, "t") for held in (self.equity, self.counted)]
        return any(share > QUARTER or (reached and share == QUARTER) for share in shares)

    def directive(self, person: str) -> bool:
        group = self.group(person)
        return "t" in group or self.enough(group, reached=False)

    def last(self, held: Held, person: str, target: str) -> Fraction:
        """The sum of the products of all chains; only where there are no loops."""
        return sum(
            (
                share * (ONE if by == person else self.last(held, person, by))
                for (by, of), share in held.items()
                if of == target
            ),
            Fraction(0),
        )

    def quarter(self, person: str, target: str) -> bool:
        return any(self.last(held, person, target) >= QUARTER for held in (self.equity, self.counted))

    def transparency(self, person: str) -> bool:
        return self.quarter(person, "t") or "t" in self.group(person)

    def regulation(self, person: str) -> bool:
        if self.transparency(person) or self.enough(self.group(person), reached=True):
            return True
        return any("t" in self.group(each) and self.quarter(person, each) for each in "ab")

    def majorities(self, person: str, without: Collection[str] = ()) -> set[str]:
        members = {person}
        while new := {
            each
            for each in "ab"
            if each not in members
            and each not in without
            and any(
                self.counted.get((member, each), Fraction(0)) > HALF or self.granted([member], each)
                for member in members
            )
        }:
            members |= new
        return members

    def significant(self, holder: str) -> bool:
        members = self.majorities(holder)
        return self.granted(members, "t") or self.enough(members, reached=False)

    def registrable(self, person: str, keeping_registers: Collection[str]) -> bool:
        relevant = [each for each in keeping_registers if self.significant(each)]
        free = self.majorities(person, relevant)
        interest = self.granted(free, "t") or any(
            share > 0 and by in free and of == "t"
            for held in (self.equity, self.counted)
            for (by, of), share in held.items()
        )
        return self.significant(person) and interest


Judge = Callable[[Assignment], bool]
Drawn = tuple[tuple[Edge, ...], tuple[Edge, ...], list[Grant]]


def _worlds(
    equity: Collection[Edge], votes: Collection[Edge], grants: Collection[Grant]
) -> Iterator[Assignment]:
    sure = [grant for grant in grants if grant.certain]
    for shares in _assignments(equity):
        for counted in _assignments(votes):
            for held in {tuple(sure), tuple(grants)}:
                yield Assignment(shares, counted, held)


def _expected(answers: set[bool]) -> RuleAnswer:
    if len(answers) == 2:
        return "cannot be told"
    return "yes" if answers == {True} else "no"


def _facts(
    equity: Collection[Edge], votes: Collection[Edge], grants: Collection[Grant], british: str = ""
) -> OwnershipFacts:
    return OwnershipFacts.of(equity, votes, grants, types=TYPES, jurisdictions=dict.fromkeys(british, "gb"))


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


SANCTIONS: list[tuple[str, str, Judge]] = [
    ("us-ofac-50", "2014-08-12", lambda world: world.ofac("p") or world.ofac("q")),
    ("us-ofac-50", "2014-08-13", lambda world: world.ofac("p", "q")),
    ("eu-sanctions", "2024-07-02", lambda world: world.owned_or_controlled(False, "p", "q")),
    ("eu-sanctions", "2024-07-03", lambda world: world.owned_or_controlled(True, "p", "q")),
    (
        "uk-ofsi",
        "2026-01-01",
        lambda world: world.owned_or_controlled(False, "p") or world.owned_or_controlled(False, "q"),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "day", "judge"), SANCTIONS, ids=[f"{rule} {day}" for rule, day, _ in SANCTIONS]
)
@settings(max_examples=120, deadline=None)
@given(drawn=st.tuples(_edges(_AROUND), _edges(_VOTES), _GRANTS))
def test_a_rule_of_sanctions_says_what_every_assignment_says(
    rule: str, day: str, judge: Judge, drawn: Drawn
) -> None:
    """Yes, no and open, in loops too."""
    expected = _expected({judge(world) for world in _worlds(*drawn)})
    found = ruling(rule, _day(day), _facts(*drawn), "t", listed=("p", "q"))
    assert found.answer == expected


OWNERS: list[tuple[str, str, Callable[[Assignment, str], bool]]] = [
    ("eu-aml", "2027-07-09", Assignment.directive),
    ("eu-aml", "2027-07-10", Assignment.regulation),
    ("us-cta", "2024-01-01", Assignment.transparency),
    ("uk-psc", "2026-01-01", lambda world, person: world.registrable(person, "")),
]


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "day", "judge"), OWNERS, ids=[f"{rule} {day}" for rule, day, _ in OWNERS])
@settings(max_examples=120, deadline=None)
@given(drawn=st.tuples(_edges(_DOWN), _edges(_VOTES), _GRANTS))
def test_a_rule_of_owners_says_of_each_person_what_every_assignment_says(
    rule: str, day: str, judge: Callable[[Assignment, str], bool], drawn: Drawn
) -> None:
    """Whoever has no verdict is nobody's owner."""
    worlds = list(_worlds(*drawn))
    found = ruling(rule, _day(day), _facts(*drawn), "t")
    answers = {each.holders[0]: each.answer for each in found.persons if each.holders}
    for person in "pq":
        assert answers.get(person, "no") == _expected({judge(world, person) for world in worlds}), person


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(
    equity=_edges(_DOWN),
    votes=_edges({("p", "t"), ("a", "b")}),
    grants=_GRANTS,
    british=st.sampled_from(["a", "b", "ab"]),
)
def test_where_registers_are_kept_no_yes_and_no_no_is_wrong(
    equity: tuple[Edge, ...], votes: tuple[Edge, ...], grants: list[Grant], british: str
) -> None:
    """More of a share may make a company stand for its owner: what is open then is open, never wrong."""
    worlds = list(_worlds(equity, votes, grants))
    found = ruling("uk-psc", _day("2026-01-01"), _facts(equity, votes, grants, british), "t")
    answers = {each.holders[0]: each.answer for each in found.persons if each.holders}
    for person in "pq":
        expected = _expected({world.registrable(person, british) for world in worlds})
        assert answers.get(person, "no") in (expected, "cannot be told"), person


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    rule=st.sampled_from(["us-ofac-50", "eu-sanctions", "uk-ofsi", "eu-aml", "uk-psc", "us-cta"]),
    day=st.sampled_from(["2024-01-01", "2027-07-10"]),
    equity=_edges(_AROUND),
    at=st.integers(0, 10),
    ends=st.tuples(st.fractions(0, 1), st.fractions(0, 1)),
)
def test_sharper_shares_turn_no_yes_into_no_and_no_no_into_yes(
    rule: str, day: str, equity: tuple[Edge, ...], at: int, ends: tuple[Fraction, Fraction]
) -> None:
    """What is told stays told; only what is open may be told one way or the other."""
    if not equity:
        return
    edge = equity[at % len(equity)]
    taken = sum((each.low for each in equity if each.target == edge.target), Fraction(0)) - edge.low
    reach = max(edge.low, min(edge.high, ONE - taken)) - edge.low
    low, high = (edge.low + reach * each for each in sorted(ends))
    sharper = [evolve(edge, low=low, high=high) if each is edge else each for each in equity]
    listed = ("p", "q") if rule in ("us-ofac-50", "eu-sanctions", "uk-ofsi") else ()
    british = {**dict.fromkeys("ab", "gb"), "t": "fr"}
    before, after = (
        ruling(
            rule,
            _day(day),
            OwnershipFacts.of(drawn, types=TYPES, jurisdictions=british),
            "t",
            listed=listed,
        ).answer
        for drawn in (equity, sharper)
    )
    assert before in (after, "cannot be told")
