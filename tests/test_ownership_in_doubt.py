"""Who owns and controls whom where that hangs on what is only possible, or out of date."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from chronicle.engine.state import State
from chronicle.events import Event
from chronicle.history import History
from given import happened, issued, observed

DAY = "2020-03-15"


def of(*told: str, more: Iterable[Event] = (), day: str = DAY) -> State:
    """What is so when stakes are held, each told as ``"holder 60% target"``, and what else happened."""
    stakes = (each.split() for each in told)
    events = [observed("2020-01-01", holder, target, share) for holder, share, target in stakes]
    return History([*events, *more]).as_of(day)


def votes(holder: str, share: str, target: str, date: str = "2020-01-01") -> Event:
    """That somebody has votes in a company."""
    return observed(date, holder, target, share, right="votes")


def group(state: State, top: str) -> dict[str, bool]:
    """Who is controlled by a top, and whether that is certain."""
    return {member.entity: member.certain for member in state.group(top).members}


# Shares that are out of date


def test_by_a_share_that_is_out_of_date_nobody_certainly_controls() -> None:
    """60 % before an issue of shares need not be a majority after it; what was less may be one."""
    state = of("a 60% b", "b 60% c", "x 10% b", more=[issued("2020-02-01", "b", "1000")])
    assert group(state, "a") == {"b": False, "c": False}
    assert group(state, "x") == {"b": False, "c": False}
    assert group(state, "b") == {"c": True}


@pytest.mark.parametrize("name", ["us-ofac-50", "eu-sanctions", "uk-ofsi"])
def test_by_a_share_that_is_out_of_date_no_rule_of_sanctions_decides(name: str) -> None:
    """Neither yes where it was enough, nor no where it was not."""
    state = of("a 60% b", "x 10% b", more=[issued("2020-02-01", "b", "1000")], day="2025-01-01")
    answers = [state.rule(name, of="b", listed=[listed]) for listed in ("a", "x")]
    assert [answer.answer for answer in answers] == ["cannot be told"] * 2
    assert "only possible" not in answers[0].reason


@pytest.mark.parametrize("name", ["eu-aml", "uk-psc"])
def test_by_a_share_that_is_out_of_date_nobody_certainly_is_a_beneficial_owner(name: str) -> None:
    """Neither certainly nor certainly not."""
    founded = happened("entity.founded", "1960", entity="a", name="Ann", type="person")
    state = of("a 60% b", more=[founded, issued("2020-02-01", "b", "1000")], day="2025-01-01")
    assert state.rule(name, of="b").answer == "cannot be told"


# Votes that may not be stated


def test_where_votes_are_only_possible_control_by_equity_is_possible() -> None:
    """On a day in the month in which somebody was seen to have votes, equity may count and votes may."""
    state = of("a 60% b", "b 60% c", "y 40% b", more=[votes("x", "60%", "b", "2020-03")])
    assert group(state, "a") == {"b": False, "c": False}
    assert group(state, "x") == {"b": False, "c": False}
    assert group(state, "y") == {}


def test_the_votes_of_one_and_the_equity_of_another_are_never_added() -> None:
    """40 % of the equity and, if votes count, 40 % of the votes are no majority by either."""
    contract = happened("control.granted", "2020-01-01", controller="a", target="m", basis="contract")
    state = of("a 40% b", more=[contract, votes("m", "40%", "b", "2020-03")])
    assert group(state, "a") == {"m": True}


def test_no_rule_says_no_where_equity_may_count() -> None:
    """By equity the listed one controls it, and whether votes were stated by then is not known."""
    state = of("a 60% b", "b 60% c", more=[votes("x", "60%", "b", "2021-03")], day="2021-03-15")
    assert state.rule("uk-ofsi", of="c", listed=["x"]).answer == "cannot be told"
    assert state.rule("uk-psc", of="c").answer == "cannot be told"


def test_who_is_stated_to_have_no_votes_has_no_control_by_equity() -> None:
    """Shares without votes: whoever has the others may have control."""
    state = of("a 60% b", "x ? b", more=[votes("a", "0%", "b")])
    assert group(state, "a") == {}
    assert group(state, "x") == {"b": False}
    state = of("a 60% b", more=[votes("a", "0%", "b", "2020-03")])
    assert group(state, "a") == {"b": False}


# Loops that may be closed


def owners(state: State, target: str) -> dict[str, str]:
    """The owners of a company: each by its id, or by what stands in its place, with its share."""
    return {owner.entity or owner.part: str(owner.share) for owner in state.owners(target)}


def test_a_loop_that_may_be_closed_may_leave_nothing_to_others() -> None:
    """50 to 100 % of each other: all of it may belong to nobody, and all of it to others."""
    state = of("a 50-100% b", "b 50-100% a", "a 60% c", "x 10% c")
    assert owners(state, "a") == {"not known": "?", "nobody": "?"}
    assert owners(state, "c") == {"x": "10%", "not known": "30-90%", "nobody": "<=60%"}
    assert owners(of("a 50-<100% b", "b 100% a"), "a") == {"not known": "100%"}
    assert owners(of("a 50-100% b", "b 100% a", "x 10% b"), "a") == {"x": ">=20%", "not known": "<=80%"}


def test_a_company_that_may_hold_itself_wholly() -> None:
    """An unknown share of its own may be all of it."""
    assert owners(of("a ? a"), "a") == {"not known": "?", "nobody": "?"}
    assert owners(of("a 30% a"), "a") == {"not known": "100%"}


def test_a_loop_within_a_loop_may_be_closed() -> None:
    """c is surely held by somebody else as well, so that only a and b may own each other wholly."""
    state = of("a ? b", "b ? a", "c 0-10% a", "a 50% c", "x 50% c")
    (nobody,) = (owner for owner in state.owners("a") if owner.part == "nobody")
    assert nobody.loop == ("a", "b")


def test_a_loop_that_closes_on_a_day_in_a_month_is_possible() -> None:
    """In that month it is not certain that the profit of either reaches anybody."""
    state = of("a 100% b", more=[observed("2020-03", "b", "a", "100%")])
    assert [(each.part, str(each.share), each.certain) for each in state.owners("b")] == [
        ("not known", "?", False),
        ("nobody", "?", False),
    ]


# What changed in control


def control_changed(
    *told: str, more: Iterable[Event], entity: str | None = None
) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Between 2019 and 2022, by what happened besides: whose control of whom, how, and by which events."""
    stakes = (each.split() for each in told)
    events = [observed("2019-01-01", holder, target, share) for holder, share, target in stakes]
    changed = History([*events, *more]).diff_through_others("2020-06-01", "2022", entity=entity)
    assert changed.complete
    return [(each.top, each.entity, each.how, each.events) for each in changed.control]


@pytest.mark.parametrize(
    "tie",
    [
        happened("control.granted", "2019-01-01", controller="b", target="c", basis="contract"),
        observed("2019-01-01", "b", "c", "60%", right="votes"),
        observed("2019-01-01", "b", "c", "60%", right="board"),
    ],
    ids=["contract", "votes", "board"],
)
def test_who_controls_by_other_means_than_equity_controls_what_is_bought(tie: Event) -> None:
    """b has no equity of c, and controls it: what c buys is b's to control."""
    bought = observed("2021-03-05", "c", "a", "60%", id="bought")
    expected = [("b", "a", "began", ("bought",)), ("c", "a", "began", ("bought",))]
    assert control_changed("z 10% y", more=[tie, bought]) == expected
    assert control_changed(more=[tie, bought], entity="a") == expected
    assert control_changed(more=[tie, bought], entity="b") == expected[:1]


def test_what_others_bought_is_named_where_it_ends_a_possible_control() -> None:
    """An unknown share is no possible majority any more once somebody else has half."""
    bought = observed("2021-03-05", "x", "b", "50%", id="bought")
    assert control_changed("a ? b", "b 60% c", more=[bought]) == [
        ("a", "b", "ended", ("bought",)),
        ("a", "c", "ended", ("bought",)),
    ]


# Why


def test_why_of_what_is_declared_to_be_held_through_others_shows_the_chains() -> None:
    """Asked by the two entities alone: the declaration, what the chains bring of it, and their holdings."""
    declared = happened(
        "control.granted",
        "2020-01-01",
        controller="a",
        target="c",
        basis="indirect shareholding",
        share="30%",
    )
    history = History(
        [observed("2020-01-01", "a", "b", "50%"), observed("2020-01-01", "b", "c", "60%"), declared]
    )
    answer = history.why("a", "c", as_of=DAY)
    assert answer.effective is not None
    assert (str(answer.effective.share), answer.effective.declared) == ("30%", ())
    assert [reason.fact.key for reason in answer.reasons] == [
        ("a", "c", "indirect shareholding"),
        ("a", "b", "equity"),
        ("b", "c", "equity"),
    ]
    contract = happened("control.granted", "2020-01-01", controller="a", target="b", basis="contract")
    assert History([contract]).why("a", "b", as_of=DAY).effective is None


# Declarations


def test_an_indirect_interest_of_unknown_kind_is_never_nothing_for_certain() -> None:
    """Nobody says which right is held through others: where no chain brings anything, it is said."""
    declared = happened(
        "control.granted", "2020-01-01", controller="a", target="c", basis="indirect interest"
    )
    found = of("b 60% c", more=[declared]).effective("a", "c")
    assert (str(found.share), found.certain, found.declared[0].basis) == ("0%", False, "indirect interest")
    assert [owner.entity for owner in of("b 60% c", more=[declared]).owners("c")] == ["b", "a", None]
    assert of("a 50% b", "b 60% c", more=[declared]).effective("a", "c").certain
    history = History([observed("2020-01-01", "b", "c", "60%"), declared])
    codes = [problem.code for problem in history.check()]
    assert "C426" in codes
