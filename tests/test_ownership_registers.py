"""Who owns whom in large registers: floats and what is proved of them, held against fractions."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import chronicle
from chronicle.engine.state.registers import RegisterOfDay
from chronicle.errors import NotFound, UsageError
from chronicle.events import Event, Right
from chronicle.history import History
from chronicle.ownership import (
    Edge,
    Graph,
    LookThrough,
    Threshold,
    Unbounded,
    ultimate_owners,
)
from chronicle.ownership.register import Register, linear, order
from chronicle.ownership.register.certain import radius
from chronicle.values import Share, parse_share
from given import issued, launched, observed

QUARTER = Fraction(1, 4)
NEAR = 2e-12


def shares(*told: str) -> list[Edge]:
    """Shares, each told as ``"holder 60% target"``."""
    return [
        Edge.of(holder, target, [parse_share(share)])
        for holder, share, target in (each.split() for each in told)
    ]


def register(*told: str) -> Register:
    """The register of such shares."""
    return Register.of(shares(*told))


def ends(share: Share) -> tuple[Fraction, Fraction]:
    """The least and the most that a share can be."""
    low, _, high, _ = share.order
    return low, high


# Known answers


@pytest.mark.parametrize(
    ("told", "holder", "target", "low", "high"),
    [
        (("a 50% b", "a 50% c", "c 50% b"), "a", "b", 0.75, 0.75),
        (("top 75% mid", "mid 75% low", "low 50% base"), "top", "base", 0.28125, 0.28125),
        (("f1 50% f2", "f2 50% f1", "o1 50% f1", "o2 50% f2"), "o1", "f1", 2 / 3, 2 / 3),
        (("f1 50% f2", "f2 50% f1", "o1 50% f1", "o2 50% f2"), "f1", "f2", 0.5, 0.5),
        (("t 20% t", "x 60% t"), "x", "t", 0.75, 0.75),
        (("a 100% b", "b 100% a", "x 50% c", "a 50% c"), "x", "a", 0, 0),
        (("a 100% b", "b 100% a"), "a", "b", 1, 1),
        (("x 25-50% a", "a 50-75% b"), "x", "b", 0.125, 0.375),
        (("x ? a", "y 40% a"), "x", "a", 0, 0.6),
        (("x 30% a", "b ? a", "a ? b"), "x", "b", 0, 1),
        (("x 50% e", "e ? c", "d ? c", "c ? d"), "x", "d", 0, 0.5),
        (("x 70% a", "y 60% a", "a 50% b"), "x", "b", 0.35, 0.35),
    ],
    ids=[
        "two ways add up",
        "a chain is multiplied",
        "a loop goes around",
        "the holder's own holders do not matter",
        "shares in itself",
        "a closed loop lets nothing out",
        "a holder in a closed loop",
        "ranges",
        "an unknown share has what is left",
        "what is left goes around until it arrives",
        "unknown shares in a circle",
        "more than the whole is counted as stated",
    ],
)
def test_what_reaches_a_holder(
    told: Sequence[str], holder: str, target: str, low: float, high: float
) -> None:
    """The least and the most, each within proved bounds that are hardly apart."""
    found = register(*told).effective(holder, target)
    assert found.low.least <= low <= found.low.most
    assert found.low.most - found.low.least < NEAR
    assert found.high.least - NEAR <= high <= found.high.most <= high + NEAR
    assert found.sharp


def test_all_owners_of_a_company_are_the_whole() -> None:
    """Owners, what is not known, and what a loop has of itself."""
    found = register("x 50% a", "c 20% a", "c 100% d", "d 100% c", "b 10% a", "y 50% b").ultimate_owners("a")
    assert [(owner.entity, round(owner.low.value, 12)) for owner in found] == [("x", 0.5), ("y", 0.05)]
    assert found.not_known.value == pytest.approx(0.25, abs=NEAR)
    assert [(members, round(part.value, 12)) for members, part in found.nobody] == [(("c", "d"), 0.2)]


def test_nobody_is_behind_what_nobody_holds() -> None:
    """A company without holders: all of it is not known."""
    found = register("a 60% b").ultimate_owners("a")
    assert (len(found), found.not_known.value) == (0, 1)


def test_what_one_has_of_all_others() -> None:
    """Those of which it has most first; what is only possible last."""
    found = register("a 50% b", "b 30% c", "a 10% c", "a ? d", "x 60% c").owned_below("a")
    told = [(each.entity, round(each.low.value, 9), round(each.high.most, 9)) for each in found]
    assert told == [("b", 0.5, 0.5), ("c", 0.25, 0.25), ("d", 0, 1)]
    assert [each.entity for each in found[:2]] == ["b", "c"]


def test_of_a_loop_nobody_has_more_than_others_leave() -> None:
    """The bound in a list: 20 % beside the 60 % of somebody else are a quarter at most."""
    owners = register("o 20% a", "x 60% a", "b ? a", "a 50% b").ultimate_owners("a")
    bound = next(owner.high.most for owner in owners if owner.entity == "o")
    assert 2 / 9 < bound < 0.25 + NEAR


# Thresholds


def test_a_threshold_that_is_just_reached() -> None:
    """Floats cannot tell exactly 25 % from a little more; fractions do."""
    held = register("a 50% b", "b 50% c")
    assert held.over("a", "c", Threshold(QUARTER)) is False
    assert held.over("a", "c", Threshold(QUARTER, reached=True)) is True
    thirds = register("a 1/3 b", "a 1/3 c", "a 1/3 d", "b 1/3 e", "c 1/3 e", "d 1/3 e")
    assert thirds.over("a", "e", Threshold(Fraction(1, 3))) is False
    assert thirds.over("a", "e", Threshold(Fraction(1, 3), reached=True)) is True


def test_a_threshold_within_a_range_cannot_be_told() -> None:
    """And an open end just at it is told apart."""
    held = register("a 20-30% b", "a >25% c", "a <25% d")
    assert held.over("a", "b", Threshold(QUARTER)) is None
    assert held.over("a", "c", Threshold(QUARTER)) is True
    assert held.over("a", "d", Threshold(QUARTER, reached=True)) is False
    assert held.over("a", "b", Threshold(Fraction(1, 10))) is True
    assert held.over("a", "b", Threshold(Fraction(3, 10))) is False


def test_where_too_many_hang_together_a_near_threshold_cannot_be_told() -> None:
    """Neither yes nor no is guessed."""
    chain = [f"c{n} 100% c{n + 1}" for n in range(2_100)]
    held = register("a 25% c0", *chain)
    assert held.over("a", "c2100", Threshold(QUARTER)) is None
    assert held.over("a", "c2100", Threshold(Fraction(24, 100))) is True
    assert held.over("a", "c2100", Threshold(Fraction(26, 100))) is False


# No finite share


def test_companies_that_hold_too_much_of_each_other_are_named() -> None:
    """By all questions that need them, and by no other."""
    held = register("x 50% a", "b 100% a", "a 100% b", "a 10% c", "x 10% d", "d 50% e")
    for asked in (lambda: held.effective("x", "c"), lambda: held.ultimate_owners("c")):
        with pytest.raises(Unbounded) as raised:
            asked()
        assert raised.value.members == ("a", "b")
    below = held.owned_below("x")
    assert (below.unbounded, [each.entity for each in below]) == ((("a", "b"),), ["d", "e"])
    assert sorted(below.ids[place] for place in below.boundless) == ["a", "b", "c"]
    assert held.effective("a", "b").low.value == pytest.approx(1)


def test_thousands_that_hold_too_much_of_each_other_are_not_eliminated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An elimination would be a full matrix of them; that nothing is finite is seen by going around."""
    monkeypatch.setattr("scipy.sparse.linalg.splu", lambda *_, **__: pytest.fail("eliminated"))
    names = [f"c{n}" for n in range(3_000)]
    dice = random.Random(1)
    pairs = {tuple(dice.sample(names, 2)) for _ in range(12_000)}
    held = Register.of([Edge(*pair, Fraction(2, 5), Fraction(2, 5)) for pair in sorted(pairs)])
    with pytest.raises(Unbounded):
        held.ultimate_owners(names[0])


def test_a_finite_share_that_floats_cannot_find_is_found_by_fractions() -> None:
    """What goes around ten thousand million times, and ends."""
    almost = Fraction(10**12 - 1, 10**12)
    loop = [Edge("b", "a", almost, almost), Edge("a", "b", Fraction(1), Fraction(1))]
    held = Register.of([*loop, Edge("x", "a", 1 - almost, 1 - almost)])
    assert held.effective("x", "a").exact == Share.exact(1)
    assert held.over("x", "b", Threshold(reached=True)) is True


def test_an_unknown_entity_has_no_share() -> None:
    """Whoever asks finds out which entities there are before."""
    with pytest.raises(KeyError):
        register("a 50% b").effective("a", "c")


def test_where_no_high_end_is_proved_the_share_is_unknown() -> None:
    """In a list, below a loop of which more than the whole is held."""
    held = register("x 80% a", "b 30% a", "a 10% b")
    below = held.owned_below("x")
    assert [each.high.most for each in below] == [numpy.inf, numpy.inf]
    assert [each.share.is_unknown for each in below] == [True, True]
    assert held.effective("x", "a").low.value == pytest.approx(0.8 / 0.97, abs=NEAR)


# Laws: what is proved holds, and what floats say is what fractions say


PARTS = st.sampled_from([Fraction(n, 20) for n in (0, 1, 4, 5, 10, 12, 15, 18, 20, 20)])


@st.composite
def registers(draw: st.DrawFn) -> list[Edge]:
    """A few companies: ranges, loops, shares in themselves, more than the whole."""
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), unique=True, max_size=9, min_size=1
        )
    )
    exact = draw(st.booleans())
    edges = []
    for holder, target in pairs:
        low, high = sorted((draw(PARTS), draw(PARTS)))
        edges.append(Edge(holder, target, high if exact else low, high))
    return [edge for edge in edges if edge.high]


@pytest.fixture(params=["small loops", "large loops", "giant loops"])
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops are solved as small ones are, as large ones, and as those of which no elimination would end."""
    if request.param != "small loops":
        monkeypatch.setattr(order, "SMALL", 1)
        monkeypatch.setattr(linear, "LARGE", 2)
    if request.param == "giant loops":
        monkeypatch.setattr(order, "MOST_ELIMINATED", 1)


def exactly(graph: Graph, holder: str, target: str) -> tuple[Fraction, Fraction] | None:
    """The ends of the share in fractions; None where no finite share exists."""
    try:
        return ends(LookThrough(graph, holder, target).share)
    except Unbounded:
        return None


def entities(edges: Sequence[Edge]) -> list[str]:
    """Everybody who holds or is held."""
    return sorted({edge.holder for edge in edges} | {edge.target for edge in edges})


@pytest.mark.slow
@pytest.mark.usefixtures("loops")
@settings(max_examples=60)
@given(registers())
@example(shares("c 100% b", "c 20% a", "a 100% c", "b 60% a", "a 100% a"))
@example(shares("a 100% e", "a 60% b", "a 20% a", "a 10% d", "d 30% a", "e 50% a", "b 90% e"))
@example(shares("d 30% b", "c 20% d", "d 90% c", "a ? d", "c 0-90% b", "a 10% e", "b 90% e"))
def test_floats_say_what_fractions_say(edges: list[Edge]) -> None:
    """The exact share lies within the bounds, and these are hardly apart."""
    assume(edges)
    graph, held = Graph.of(edges), Register.of(edges)
    for holder, target in product(entities(edges), repeat=2):
        exact = exactly(graph, holder, target)
        if exact is None:
            try:
                assert held.effective(holder, target).high.most == numpy.inf
            except Unbounded:
                continue
            continue
        found, (low, high) = held.effective(holder, target), exact
        assert found.low.least <= low <= found.low.most
        assert found.low.most - found.low.least <= NEAR * max(1, low)
        assert high <= found.high.most <= high + 1e-7
        assert found.high.most <= high + NEAR or held.table.totals.max() > 1


@pytest.mark.slow
@pytest.mark.usefixtures("loops")
@settings(max_examples=60)
@given(registers())
def test_lists_say_what_fractions_say(edges: list[Edge]) -> None:
    """Everybody who owns something at last, and everything that somebody owns, with sound bounds."""
    assume(edges)
    graph, held = Graph.of(edges), Register.of(edges)
    for entity in entities(edges):
        below = held.owned_below(entity)
        for owned in below:
            exact = exactly(graph, entity, owned.entity)
            if exact is not None:
                assert owned.low.least <= exact[0] <= owned.low.most
                assert exact[1] <= owned.high.most
        try:
            told = ultimate_owners(graph, entity)
            found = held.ultimate_owners(entity)
        except Unbounded:
            continue
        known = {owner.entity: ends(owner.share) for owner in told if owner.part == "owner"}
        assert {owner.entity for owner in found} == known.keys()
        for owner in found:
            assert owner.low.least <= known[owner.entity][0] <= owner.low.most
            assert known[owner.entity][1] <= owner.high.most
        unknown = sum(ends(owner.share)[1] for owner in told if owner.part == "not known")
        assert found.not_known.least <= unknown <= found.not_known.most


@settings(max_examples=60)
@given(registers(), st.data())
def test_bounds_hold_whatever_the_solution_is_worth(edges: list[Edge], data: st.DataObject) -> None:
    """A solution that is wrong on purpose gets bounds that are wide enough, or none."""
    assume(edges)
    graph = Graph.of(edges)
    holder = data.draw(st.sampled_from(entities(edges)))
    others = [entity for entity in entities(edges) if entity != holder]
    exact = {other: exactly(graph, holder, other) for other in others}
    assume(others and all(exact.values()))
    number = {other: place for place, other in enumerate(others)}
    weights, right, counts = (
        numpy.zeros((len(others),) * 2),
        numpy.zeros(len(others)),
        numpy.ones(len(others)),
    )
    for edge in edges:
        if edge.target != holder:
            counts[number[edge.target]] += 1
            if edge.holder == holder:
                right[number[edge.target]] += float(edge.low)
            else:
                weights[number[edge.target], number[edge.holder]] += float(edge.low)
    drawn = st.lists(st.floats(0, 4), min_size=len(others), max_size=len(others))
    values, waning = numpy.array(data.draw(drawn)), numpy.array(data.draw(drawn)) + 1
    off = radius(weights @ values, right, values, (waning, weights @ waning), counts)
    for other, place in number.items():
        ends_of = exact[other]
        assert ends_of is not None
        assert values[place] - off[place] <= ends_of[0] <= values[place] + off[place]


def layered(companies: int) -> Iterator[Edge]:
    """A ring of companies with shares across it, holders outside, ranges, and chains below."""
    for n in range(companies):
        for holder, part in ((f"c{(n + 1) % companies}", 30), (f"c{(n * 7 + 3) % companies}", 20)):
            if holder != f"c{n}":
                wide = Fraction(part + 10 * (n % 3 == 0), 100)
                yield Edge(holder, f"c{n}", Fraction(part, 100), wide)
        yield Edge(f"p{n % 11}", f"c{n}", Fraction(1, 4), Fraction(1, 4))
        yield Edge(f"c{n}", f"d{n}", Fraction(3, 4), Fraction(3, 4))


def test_a_large_loop_gives_what_fractions_give() -> None:
    """Above the size at which loops are solved by sparse elimination."""
    edges = list({(edge.holder, edge.target): edge for edge in layered(40)}.values())
    graph, held = Graph.of(edges), Register.of(edges)
    for holder, target in (("p3", "d5"), ("c4", "d9"), ("p0", "c0")):
        low, high = ends(LookThrough(graph, holder, target).share)
        found = held.effective(holder, target)
        assert found.low.least <= low <= found.low.most <= found.low.least + NEAR
        assert found.high.least - NEAR <= high <= found.high.most <= found.high.least + NEAR


def test_the_parts_of_a_company_of_a_large_register_are_the_whole() -> None:
    """Some thousand companies in one loop: owners and what is not known are together one."""
    edges = list({(edge.holder, edge.target): edge for edge in layered(2_000)}.values())
    held = Register.of(edges)
    found = held.ultimate_owners("d17")
    total = sum(owner.low.value for owner in found) + found.not_known.value
    assert (len(found), total) == (11, pytest.approx(1, abs=1e-9))
    alone = held.effective("p4", "d17")
    listed = next(owner for owner in found if owner.entity == "p4")
    below = next(owned for owned in held.owned_below("p4") if owned.entity == "d17")
    for other in (listed, below):
        assert other.low.value == pytest.approx(alone.low.value, abs=NEAR)
        assert alone.high.most <= other.high.most
    assert (alone.sharp, alone.high.most - alone.high.least < 1e-9) == (True, True)


@pytest.mark.slow
def test_a_chain_of_ten_thousand_companies() -> None:
    """Neither recursion nor a loss of what is proved."""
    held = register(*(f"c{n} 99.9% c{n + 1}" for n in range(10_000)))
    found = held.effective("c0", "c10000").low
    assert found.least <= Fraction(999, 1000) ** 10_000 <= found.most < found.least * (1 + 1e-7)


def test_columns_and_edges_make_the_same_register() -> None:
    """Columns are given in any order, and no edge is made that no question needs exactly."""
    asked = list[int]()
    told = shares("a 50% b", "b 30% c", "x 60% c", "y 0% c")
    ids = ["a", "b", "c", "x", "y"]

    def exactly_at(row: int) -> Edge:
        asked.append(row)
        return told[row]

    held = Register.of_columns(
        ids,
        holders=[ids.index(edge.holder) for edge in told],
        targets=[ids.index(edge.target) for edge in told],
        lows=[float(edge.low) for edge in told],
        highs=[float(edge.high) for edge in told],
        exactly=exactly_at,
    )
    held.prepare()
    assert [owner.entity for owner in held.ultimate_owners("c")] == ["x", "a"]
    assert held.effective("a", "c") == Register.of(told).effective("a", "c")
    assert asked == []
    assert held.exactly("a", "c") == Share.exact(Fraction(15, 100))
    assert sorted(set(asked)) == [0, 1, 2]


# A register of the day


STORY = [
    observed("2019-01-01", "ann", "north", "60%"),
    observed("2019-01-01", "bob", "north", "25-50%"),
    observed("2019-01-01", "north", "mill", "1/3"),
    observed("2019-01-01", "south", "mill", "?"),
    observed("2019-01-01", "cat", "south", "0.001%"),
    observed("2019-01-01", "mill", "south", ">50%"),
    observed("2020-06", "dan", "south", "5%"),  # it may be later than the day that is asked about
    observed("2019-01-01", "eve", "south", "10%"),
    observed("2020-06", "eve", "south", "0%"),
    observed("2019-01-01", "ann", "mill", "50%", right="votes"),
    issued("2020-01-01", "north", "1000"),
    launched("2019-05-01", "tickets", "mill"),
]
DAY = "2020-06-15"


def told_by(held: Register) -> dict[tuple[str, str, str], float]:
    """Both ends of every share of a register, as floats."""
    table = held.table
    told = {}
    for row, (holder, target) in enumerate(zip(table.holders, table.targets, strict=True)):
        told[table.ids[holder], table.ids[target], "low"] = float(table.lows[row])
        told[table.ids[holder], table.ids[target], "high"] = float(table.highs[row])
    return told


@pytest.mark.parametrize("right", ["equity", "votes"])
def test_a_ledger_on_disk_makes_the_same_register(
    right: Right, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From columns: ranges, unknown and very small shares, partial dates, fractions, units, another right."""
    told = History(STORY).as_of(DAY).register(right)
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(STORY, declared=False)
        history.keep_ledger()
    state = chronicle.open(tmp_path / "corp.db", read_only=True).as_of(DAY)
    monkeypatch.delattr(RegisterOfDay, "_of_edges")
    kept = state.register(right)
    assert told_by(kept) == pytest.approx(told_by(told), rel=1e-15)
    for holder, target, _ in told_by(told):
        assert kept.table.graph.holders(target) == told.table.graph.holders(target)
        assert kept.exactly(holder, target) == told.exactly(holder, target)
    assert state.register(right) is kept


ONE_RIGHT = [event for event in STORY if getattr(event, "right", "equity") == "equity"]


@pytest.mark.parametrize(
    "story",
    [
        ONE_RIGHT,
        [event for event in ONE_RIGHT if getattr(event, "target", "north") == "north"],
        [event for event in ONE_RIGHT if getattr(event, "holder", "ann") == "ann"],
    ],
    ids=["one right", "one target", "one holder"],
)
def test_a_part_of_keys_that_all_holdings_share_makes_no_other_register(
    story: list[Event], tmp_path: Path
) -> None:
    """In the columns of a ledger such a part is a text of its own, whose number is not that of the names."""
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(story, declared=False)
        history.keep_ledger()
    state = chronicle.open(tmp_path / "corp.db", read_only=True).as_of(DAY)
    told = told_by(History(story).as_of(DAY).register())
    assert told
    assert told_by(state.register()) == pytest.approx(told, rel=1e-15)


@pytest.mark.parametrize("known", [None, "2019-06-30"])
def test_what_is_not_in_the_file_is_in_the_register(known: str | None, tmp_path: Path) -> None:
    """What became known since, and by another day of knowledge what was replayed beside the file."""
    later = [observed("2020-01-01", "fay", "mill", "2%"), observed("2019-03-01", "ann", "north", "55%")]
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(ONE_RIGHT, declared=False)
        history.keep_ledger()
        history.append(later, declared=False)
    found = chronicle.open(tmp_path / "corp.db", read_only=True).as_of(DAY, known=known)
    told = told_by(
        chronicle.open(tmp_path / "corp.db", read_only=True, ledger=False).as_of(DAY, known=known).register()
    )
    assert told
    assert told_by(found.register()) == pytest.approx(told, rel=1e-15)


def test_a_register_and_its_state_say_the_same() -> None:
    """Floats of the one, fractions of the other."""
    state = History(STORY).as_of(DAY)
    found = state.register().ultimate_owners("tickets")
    known = {owner.entity: owner.share for owner in state.owners("tickets") if owner.part == "owner"}
    assert {owner.entity for owner in found} == known.keys()
    for owner in found:
        low, high = ends(known[owner.entity])
        assert owner.low.least <= low <= owner.low.most
        assert high <= owner.high.most


def test_a_register_of_an_unknown_right_is_refused() -> None:
    """The nearest is named."""
    with pytest.raises(NotFound, match="did you mean votes"):
        History(STORY).as_of(DAY).register("vote")  # type: ignore[arg-type]


# The libraries


def test_nothing_heavy_is_imported_before_a_register_is_asked_about() -> None:
    """Neither numpy nor scipy."""
    script = (
        "import sys, chronicle, chronicle.ownership, chronicle.history; "
        "print({'numpy', 'scipy'} & sys.modules.keys())"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_without_scipy_a_register_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said with the way to install it."""
    for name in [name for name in sys.modules if name.startswith("chronicle.ownership.register")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(UsageError, match=r"C740[\s\S]*chronicle-timeline\[scale\]"):
        import chronicle.ownership.register  # noqa: F401
