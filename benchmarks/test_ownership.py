"""How long it takes to find out who owns whom in a register of millions. Every run checks its answers.

The register is seeded: companies of which persons, companies founded before them and a core hold shares. In
the core everybody holds of everybody, in one loop. Four shares in ten are ranges or unknown. Where nothing is
timed it has twenty thousand shares.
"""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from attrs import frozen
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from chronicle.ownership import Edge, LookThrough
from chronicle.ownership.register import Register, Within

SHARES, CORE = 2_000_000, 11_000
POINTS = 10_000  # shares are stated in hundredths of a per cent

Column = NDArray[numpy.int64]


@frozen(eq=False)
class Stated:
    """A register as its columns: ends of shares in hundredths of a per cent."""

    core: int
    ids: list[str]
    holders: Column
    targets: Column
    lows: Column
    highs: Column

    def edge(self, row: int) -> Edge:
        """One share, exactly."""
        low, high = Fraction(int(self.lows[row]), POINTS), Fraction(int(self.highs[row]), POINTS)
        return Edge(self.ids[self.holders[row]], self.ids[self.targets[row]], low, high)

    def register(self) -> Register:
        """The register, prepared for questions."""
        prepared = Register.of_columns(
            self.ids,
            holders=self.holders,
            targets=self.targets,
            lows=self.lows / POINTS,
            highs=self.highs / POINTS,
            exactly=self.edge,
        )
        prepared.prepare()
        return prepared


def pairs(shares: int, core: int) -> tuple[Column, Column, int]:
    """Who holds of whom, and how many entities there are: first the core, then companies, then persons."""
    chance = numpy.random.default_rng(20_140_311)
    companies, persons = shares * 45 // 100, shares * 35 // 100
    everybody = core + companies + persons
    members = numpy.arange(core)
    ring = (members + 1) % core
    across = (core * chance.random(core) ** 2).astype(numpy.int64)  # few are held by many
    founded = core + numpy.arange(companies)
    more = core + chance.integers(0, companies, shares - 4 * core - companies)
    targets = numpy.concatenate([members, chance.integers(0, core, core), members, members, founded, more])
    outside = targets[2 * core :]
    kind = chance.random(len(outside))
    earlier = core + ((outside - core) * chance.random(len(outside))).astype(numpy.int64)
    others = numpy.where(kind < 0.97, numpy.maximum(earlier, core), chance.integers(0, core, len(outside)))
    someone = core + companies + chance.integers(0, persons, len(outside))
    holders = numpy.concatenate(
        [ring, across, numpy.where((kind < 0.75) | (outside <= core), someone, others)]
    )
    kept = numpy.unique(targets * everybody + holders, return_index=True)[1]
    kept = kept[targets[kept] != holders[kept]]
    return holders[kept], targets[kept], everybody


def stated(shares: int, core: int) -> Stated:
    """The register: each company is shared out among its holders, and then part of it is forgotten."""
    chance = numpy.random.default_rng(20_150_430)
    holders, targets, everybody = pairs(shares, core)
    parts = chance.integers(1, 10, len(targets))
    lows = parts * POINTS // numpy.bincount(targets, parts, everybody)[targets].astype(numpy.int64)
    highs, known = lows.copy(), chance.random(len(targets))
    in_ring = (targets < core) & (holders == (targets + 1) % core)
    unknown, range_ = (known < 0.1) & ~in_ring, (known >= 0.1) & (known < 0.4)
    lows[unknown], highs[unknown] = 0, POINTS
    lows[range_], highs[range_] = (lows[range_] + 1) // 2, numpy.minimum(POINTS, highs[range_] * 2)
    return Stated(core, [f"e{n}" for n in range(everybody)], holders, targets, lows, highs)


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest) -> Stated:
    """The register as it is stated; a small one where nothing is timed."""
    return stated(20_000, 300) if request.config.getoption("benchmark_disable") else stated(SHARES, CORE)


@pytest.fixture(scope="module")
def register(told: Stated) -> Register:
    """The register, prepared."""
    return told.register()


def test_preparation(benchmark: BenchmarkFixture, told: Stated) -> None:
    """From columns to a register that answers: loops found, put in order and eliminated."""
    benchmark.group = "ownership"
    benchmark.extra_info["shares"] = len(told.targets)
    prepared = benchmark.pedantic(told.register, rounds=1)
    assert len(prepared.loops()) == 1
    assert len(prepared.loops()[0]) == told.core


@pytest.mark.parametrize("company", ["in the core", "below the core", "beside the core"])
def test_all_owners_of_one_company(
    benchmark: BenchmarkFixture, register: Register, told: Stated, company: str
) -> None:
    """With what is not known of it they are the whole; the first of them is found alone as well."""
    asked = "e5" if company == "in the core" else _company(register, told, company == "below the core")
    benchmark.group = "ownership"
    found = benchmark(register.ultimate_owners, asked)
    benchmark.extra_info["owners"] = len(found)
    assert sum(found.lows) + found.not_known.value == pytest.approx(1, abs=1e-9)
    assert agree(found[0].low, register.effective(found[0].entity, asked).low)
    if company == "beside the core":
        exact = LookThrough(register.table.graph, found[0].entity, asked).share.order[0]
        assert found[0].low.least <= exact <= found[0].low.most


def test_one_holder_through_all_companies(
    benchmark: BenchmarkFixture, register: Register, told: Stated
) -> None:
    """A member of the core has something of all that hangs together with it."""
    benchmark.group = "ownership"
    found = benchmark(register.owned_below, "e5")
    benchmark.extra_info["companies"] = len(found)
    assert len(found) > told.core
    for place in (0, 10, len(found) // 3):
        assert agree(found[place].low, register.effective("e5", found[place].entity).low)


def test_the_most_that_a_person_has_through_the_core(
    benchmark: BenchmarkFixture, register: Register, told: Stated
) -> None:
    """The choice of all shares that brings most, and the proof that none brings more."""
    owner = next(iter(register.ultimate_owners("e5"))).entity
    benchmark.group = "ownership"
    found = benchmark(register.effective, owner, "e5")
    assert found.sharp
    assert found.low.most < found.high.least <= found.high.most < found.high.least + 1e-9


def _company(register: Register, told: Stated, below: bool) -> str:
    """A company of three holders or more with the core above it, or without."""
    for number in range(told.core + len(told.ids) // 4, len(told.ids)):
        if register.table.starts[number + 1] - register.table.starts[number] >= 3:
            above = register.table.upwards(number, register.table.every)
            if bool((above < told.core).any()) == below:
                return told.ids[number]
    raise AssertionError("there is no such company")


def agree(one: Within, other: Within) -> bool:
    """Whether one number can lie between both pairs of floats."""
    return one.least <= other.most and other.least <= one.most
