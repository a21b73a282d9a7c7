"""Nothing is dropped without a word: what changes nothing, zero, and what a company that is gone leaves."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given as law
from hypothesis import settings

from chronicle.cli import chronicle
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop.exports import EXPORTS, exported
from chronicle.interop.exports.material import material
from chronicle.render.words.names import by_id
from chronicle.render.words.sentences import Teller
from chronicle.values import Share
from given import (
    absorbed,
    acquired,
    declared,
    disposed,
    happened,
    issued,
    launched,
    observed,
    proposed,
    written,
)
from histories import HISTORIES


def findings(code: str, *events: Event) -> list[Problem]:
    """The findings with a code."""
    return [problem for problem in History(events).check() if problem.code == code]


def helps(*events: Event) -> list[str | None]:
    """The helps of the events that change nothing."""
    return [problem.help for problem in findings("C416", *events)]


def asked(path: Path, *arguments: str) -> str:
    """What ``chronicle`` prints when it is asked about a file."""
    return CliRunner().invoke(chronicle, ["--from", str(path), *arguments]).stdout


def dissolved(date: str, entity: str, **fields: Any) -> Event:
    """An entity comes to its end."""
    return happened("entity.dissolved", date, entity=entity, reason="wound up", **fields)


def reinstated(date: str, entity: str, **fields: Any) -> Event:
    """An entity is there again."""
    return happened("entity.reinstated", date, entity=entity, reason="by order of a court", **fields)


def consolidated(date: str, *predecessors: str, successor: str | None = None, **fields: Any) -> Event:
    """Companies become one."""
    named = {} if successor is None else {"successor": successor}
    return happened("merger.consolidated", date, predecessors=list(predecessors), **named, **fields)


# What changes nothing

BEGUN = (
    happened("role.appointed", "2010", person="ann", entity="mill", role="director"),
    happened("listing.started", "2010", entity="mill", exchange="HKEX", ticker="0042"),
    happened("control.granted", "2010", controller="north", target="mill", basis="contract"),
    happened("membership.started", "2010", entity="mill", group="idx"),
    happened("partnership.agreed", "2010", parties=["north", "mill"], subject="films"),
    launched("2010", "shop", "north"),
)


@pytest.mark.parametrize("date", ["2014-03-11", "2014-03", "2014", "[2013-01..2014-12]"])
@pytest.mark.parametrize(
    ("kind", "fields", "near"),
    [
        ("role.ended", {"person": "ann", "entity": "mill", "role": "Director"}, "director"),
        ("role.ended", {"person": "anne", "entity": "mill", "role": "director"}, "ann"),
        ("role.ended", {"person": "ann", "entity": "north", "role": "director"}, "mill"),
        ("listing.ended", {"entity": "mill", "exchange": "SEHK", "reason": "delisted"}, "HKEX"),
        ("listing.ended", {"entity": "mills", "reason": "delisted"}, "mill"),
        (
            "control.ended",
            {"controller": "mill", "target": "north", "basis": "contract"},
            "controller: north, target: mill",
        ),
        ("control.ended", {"controller": "mill", "target": "north"}, "controller: north, target: mill"),
        ("control.ended", {"controller": "north", "target": "mill", "basis": "board"}, "contract"),
        ("membership.ended", {"entity": "mill", "group": "idx-100"}, "idx"),
        ("membership.ended", {"entity": "north", "group": "idx"}, "mill"),
        ("partnership.ended", {"parties": ["mill", "north"], "subject": "film"}, "films"),
        ("partnership.ended", {"parties": ["mill", "south"], "subject": "films"}, "mill and north"),
        ("unit.closed", {"unit": "shop-two", "reason": "closed"}, "shop"),
    ],
)
def test_an_end_of_what_does_not_stand_names_what_does(
    kind: str, fields: dict[str, Any], near: str, date: str
) -> None:
    """Of every ending, however its date is told, the nearest that stands is offered."""
    event = happened(kind, date, id="end", **fields)
    (problem,) = findings("C416", *BEGUN, event)
    assert problem.message.startswith(f"changes nothing: {kind} on {date}, since ")
    assert (problem.help, problem.events) == (f"did you mean {near}?", ("end",))


def test_an_end_of_what_stands_is_no_finding() -> None:
    """Each of them, ended by its own words or by all that they leave open."""
    ends = (
        happened("role.ended", "2014", person="ann", entity="mill", role="director"),
        happened("listing.ended", "2014", entity="mill", reason="delisted"),
        happened("control.ended", "2014", controller="north", target="mill"),
        happened("membership.ended", "2014", entity="mill", group="idx"),
        happened("partnership.ended", "2014", parties=["mill", "north"]),
        happened("unit.closed", "2014", unit="shop", reason="closed"),
    )
    assert not helps(*BEGUN, *ends)


def test_where_nothing_is_near_the_help_names_what_would_have_begun_it() -> None:
    """Nobody of that name has a role anywhere."""
    left = happened("role.ended", "2014", person="zoe", entity="kiln", role="treasurer")
    assert helps(*BEGUN, left) == ["add the role.appointed by which it began, or retract this event"]


def test_what_does_not_stand_any_more_is_not_offered() -> None:
    """A role that ended before is no candidate."""
    over = happened("role.ended", "2012", person="ann", entity="mill", role="director")
    left = happened("role.ended", "2014", person="ann", entity="mill", role="Director")
    assert helps(*BEGUN, over, left) == ["add the role.appointed by which it began, or retract this event"]


def test_an_end_after_the_end_or_before_the_beginning_says_when() -> None:
    """What it ends stood at another time, and the help says when."""
    first = happened("role.ended", "2012-05", person="ann", entity="mill", role="director", id="first")
    again = happened("role.ended", "2014", person="ann", entity="mill", role="director", id="again")
    (problem,) = findings("C416", *BEGUN, first, again)
    assert (
        problem.help == "it had ended already (2012-05): correct one of the two dates, or retract this event"
    )
    assert problem.events[0] == "again"
    assert "first" in problem.events
    early = happened("role.ended", "2009-05", person="ann", entity="mill", role="director")
    assert helps(*BEGUN, early) == ["it begins only later (2010): correct one of the two dates"]


def test_an_end_that_is_told_twice_is_no_finding() -> None:
    """One source has the year and another the day: both tell of one end."""
    ends = [
        happened("role.ended", date, person="ann", entity="mill", role="director")
        for date in ("2014", "2014-03-11")
    ]
    assert not helps(*BEGUN, *ends)


def test_an_end_that_names_its_beginning_and_changes_nothing_is_a_finding() -> None:
    """Told for a day before the beginning, or long after another end of it; not where it is told twice."""
    role = {"person": "ann", "entity": "mill", "role": "director"}
    begun = happened("role.appointed", "2013", "begun", **role)
    again = happened("role.appointed", "2013-06", "again", **role)
    early = happened("role.ended", "2012", "early", ends="begun", **role)
    over = happened("role.ended", "2014", "over", ends="begun", **role)
    same = happened("role.ended", "2014-03-11", "same", ends="begun", **role)
    late = happened("role.ended", "2016", "late", ends="begun", **role)
    for others in ((), (again,)):
        (problem,) = findings("C416", begun, *others, early)
        assert problem.message.endswith('what it ends, "begun", begins only later (2013)')
        (problem,) = findings("C416", begun, *others, over, late)
        assert problem.message.endswith('what it ends, "begun", had ended already (2014)')
        assert problem.events == ("late", "begun", "over")
        assert not findings("C416", begun, *others, over, same)


def test_an_end_of_a_purchase_that_another_replaced_sells_nothing_unheld() -> None:
    """A register's record ended after another had taken its place: what stands is the other's."""
    events = (
        acquired("2013", "north", "mill", "20%", id="first"),
        acquired("2014", "north", "mill", holds="50%"),
        disposed("2015", "north", "mill", holds="0%", ends="first"),
    )
    assert str(History(events).as_of("2016").share("north", "mill")) == "50%"
    assert not findings("C401", *events)
    rows = (
        observed("2013", "north", "mill", "20%", id="first"),
        observed("2014", "north", "mill", "25%"),
        observed("2015", "north", "mill", "0%", ends="first"),
    )
    assert str(History(rows).as_of("2016").share("north", "mill")) == "25%"
    assert not findings("C416", *rows)


def test_an_identifier_that_ran_out_before_it_began_is_a_finding() -> None:
    """It never stands; one that runs out in the year in which it begins may."""
    given = {"entity": "mill", "scheme": "lei", "value": "X1"}
    assert helps(happened("entity.identified", "2013", until="2012", **given)) == [
        "correct `date` or `until`"
    ]
    assert not helps(happened("entity.identified", "2013", until="2013", **given))


@pytest.mark.parametrize("stage", ["approved", "completed", "terminated"])
def test_a_stage_of_a_deal_that_nobody_announced_is_a_finding(stage: str) -> None:
    """The nearest deal that was announced is offered."""
    reason = {"reason": "no money"} if stage == "terminated" else {}
    event = happened(f"deal.{stage}", "2014", deal="swop", id="stage", **reason)
    (problem,) = findings("C416", proposed("2013", "swap"), event)
    assert (problem.help, problem.events) == ("did you mean swap?", ("stage",))
    assert not helps(proposed("2013", "swop"), event)
    assert not helps(happened("deal.agreed", "2013", deal="swop", title="Swap"), event)
    assert helps(event) == ["add the deal.proposed or deal.agreed that came before"]


def test_a_split_or_a_cancellation_without_a_count_is_a_finding() -> None:
    """Nobody said how many shares there were, so there is nothing to multiply or to take away."""
    split = happened("shares.restructured", "2015", issuer="mill", ratio="4:1")
    cancelled = happened("shares.cancelled", "2015", issuer="mill", shares="100")
    stated = happened("shares.cancelled", "2015", issuer="mill", shares="100", total="900")
    counted = issued("2014", "mill", "1000", total="1000")
    for event in (split, cancelled):
        assert helps(event) == ["add the shares.issued with `total` that came before"]
        assert helps(issued("2014", "mills", "10", total="10"), event) == ["did you mean mills?"]
        assert not helps(counted, event)
    assert not helps(stated)
    # A holding that is known by count is split, whether or not all shares are.
    assert not helps(acquired("2014", "north", "mill", shares="100"), split)


def test_who_had_not_ended_is_not_reinstated() -> None:
    """Nothing is known from which it could come back; of another it is."""
    back = reinstated("2015", "mill")
    assert helps(back) == ["add the entity.dissolved or entity.insolvent that came before"]
    assert helps(dissolved("2014", "mills"), back) == ["did you mean mills?"]
    assert not helps(dissolved("2014", "mill"), back)
    assert not helps(happened("entity.insolvent", "2014", entity="mill", stage="opened"), back)


def test_nothing_that_changes_hands_is_a_finding() -> None:
    """A purchase or a sale of 0 % says nothing; one that says what is held does."""
    bought = acquired("2014", "north", "mill", "30%")
    assert len(helps(bought, acquired("2015", "north", "mill", "0%"))) == 1
    assert len(helps(bought, disposed("2015", "north", "mill", "0%"))) == 1
    assert not helps(bought, disposed("2015", "north", "mill", holds="0%"))
    assert not helps(observed("2015", "north", "mill", "0%"))
    assert len(helps(bought, acquired("2015", "north", "mill", shares="0"))) == 1
    assert not helps(bought, acquired("2015", "north", "mill", "?", shares="0"))


def test_no_share_and_a_split_of_one_into_one_are_findings() -> None:
    """Nothing is issued, cancelled or split; a total that is stated beside it says something."""
    counted = issued("2014", "mill", "1000", total="1000")
    split = happened("shares.restructured", "2015", issuer="mill", ratio="2:2")
    cancelled = happened("shares.cancelled", "2015", issuer="mill", shares="0")
    for event in (split, cancelled, issued("2015", "mill", "0")):
        (problem,) = findings("C416", counted, event)
        assert problem.events == (event.id,)
    assert not helps(counted, issued("2015", "mill", "0", total="900"))


def test_more_shares_cannot_be_cancelled_than_there_are() -> None:
    """None is left, and somebody has to look; where the total after it is stated, that counts."""
    counted = issued("2014", "mill", "1000", total="1000")
    for number, found in (("1000", 0), ("1001", 1)):
        cancelled = happened("shares.cancelled", "2015", issuer="mill", shares=number)
        assert len(findings("C401", counted, cancelled)) == found
    stated = happened("shares.cancelled", "2015", issuer="mill", shares="1001", total="900")
    assert not findings("C401", counted, stated)


def test_who_gets_shares_of_itself_holds_itself() -> None:
    """Shares that are issued to the issuer are its own, as those that it buys."""
    own = issued("2014", "mill", "10", total="10", subscribers={"mill": "5"})
    assert [problem.message for problem in findings("C414", own)] == ["holds itself: mill"]


def test_what_a_deal_would_end_and_does_not_find_is_a_finding() -> None:
    """The effect of a completion is one that nobody could apply."""
    effect = {"kind": "role.ended", "person": "ann", "entity": "mill", "role": "Director"}
    deal = (proposed("2013", "swap", effect), happened("deal.completed", "2014", deal="swap", id="done"))
    (problem,) = findings("C416", *BEGUN, *deal)
    assert (problem.help, problem.events) == ("did you mean director?", ("done",))


def test_what_is_sold_or_handed_over_and_not_held_names_what_is() -> None:
    """A sale, a transfer and a demerger offer what stands nearest as well."""
    held = acquired("2010", "north", "mill", "30%", right="votes")
    (sale,) = findings("C401", held, disposed("2014", "north", "mill", "10%"))
    assert sale.help == "did you mean votes?"
    moved = happened("unit.transferred", "2014", unit="shops", from_="north", to="south")
    (transfer,) = findings("C403", launched("2010", "shop", "north"), moved)
    assert transfer.help == "did you mean shop?"
    allocation = {"shop-two": "south"}
    split = happened("demerger.split", "2014", parent="north", successors=["south"], allocation=allocation)
    (handed,) = findings("C401", launched("2010", "shop", "north"), split)
    assert handed.help == "did you mean shop?"


# Zero

HELD = acquired("2014-03-11", "north", "mill", "60%", id="bought")

ZEROS = {
    "observed": observed("2015-06-30", "north", "mill", "0%", id="none"),
    "disposed": disposed("2015-06-30", "north", "mill", holds="0%", id="none"),
    "acquired": acquired("2015-06-30", "north", "mill", holds="0%", id="none"),
}


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
def test_zero_that_is_stated_is_a_fact(zero: Event) -> None:
    """The share is 0 and not unknown, spans know it, and ``why`` leads to who said so."""
    history = History([HELD, zero])
    state = history.as_of("2016")
    share = state.share("north", "mill")
    assert share == Share.exact(0)
    assert share.certain
    assert state.candidates("north", "mill") == (Share.exact(0),)
    assert [str(span.value.share) for span in history.spans("north", "mill")] == ["60%", "0%"]
    (reason,) = history.why("north", "mill", as_of="2016").reasons
    assert [step.event.id for step in reason.steps] == ["none"]
    assert str(history.as_of("2015-06-29").share("north", "mill")) == "60%"


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
def test_no_list_and_no_export_shows_that_nothing_is_held(zero: Event) -> None:
    """Holdings, views, tables, counts and every format leave it out."""
    history = History([HELD, zero])
    state = history.as_of("2016")
    assert state.holdings() == ()
    assert state.view("holdings") == ()
    assert not [fact for fact in state.facts() if fact.view == "holdings"]
    assert len(state.holdings_table()) == 0
    assert "0 holdings" in repr(state)
    assert len(history.spans_table()) == 1
    ended = History([HELD, disposed("2015-06-30", "north", "mill", "60%", id="none")])
    for name, export in EXPORTS.items():
        for of in {"facts", "spans"} & export.writers.keys() if not export.binary else ():
            stated, reckoned = (
                b"".join(exported(name, material(told, "2016", view="holdings"), of))
                for told in (history, ended)
            )
            assert stated == reckoned, (name, of)


def test_the_pages_of_a_day_show_no_zero_and_why_does(tmp_path: Path) -> None:
    """``as-of`` in text, JSON and CSV leaves it out; ``why`` tells it."""
    path = written(
        tmp_path,
        "entities:\n"
        "  - {id: north, name: North, type: company}\n"
        "  - {id: mill, name: Mill, type: company}\n"
        "events:\n"
        "  - {kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 60%}\n"
        "  - {kind: stake.observed, date: 2015-06-30, holder: north, target: mill, holds: 0%}\n",
    )
    assert "Holdings" not in asked(path, "as-of", "2016")
    assert json.loads(asked(path, "as-of", "2016", "--json"))["holdings"] == []
    assert "holding" not in [row[0] for row in csv.reader(io.StringIO(asked(path, "as-of", "2016", "--csv")))]
    assert "0%, certain, since 30 Jun 2015" in asked(path, "why", "north", "mill", "--as-of", "2016")
    (change,) = json.loads(asked(path, "diff", "2014-12-31", "2016", "--json"))["differences"]
    assert (change["how"], change["after"]) == ("ended", [])


def test_zero_of_what_was_never_held_is_a_fact_too() -> None:
    """A source that saw nothing held says more than no source at all."""
    events = [observed("2015", "north", "mill", "0%"), declared("kiln", "Kiln")]
    state = History(events).as_of("2016")
    assert state.share("north", "mill") == Share.exact(0)
    assert state.share("north", "kiln") is None
    assert state.holdings() == ()


def test_what_comes_to_zero_by_reckoning_is_an_end() -> None:
    """A sale of all that was held leaves nothing, and nobody said zero."""
    state = History([HELD, disposed("2015", "north", "mill", "60%")]).as_of("2016")
    assert state.share("north", "mill") is None


@pytest.mark.parametrize("fields", [{"ends": "bought"}, {"lot": "record-7"}])
def test_what_a_register_makes_of_an_end_is_an_end(fields: dict[str, str]) -> None:
    """Nobody saw that nothing was held: a record came to its end."""
    state = History([HELD, observed("2015", "north", "mill", "0%", **fields)]).as_of("2016")
    assert state.share("north", "mill") is None


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
@pytest.mark.parametrize(
    "again",
    [
        acquired("2017-01-01", "north", "mill", "5%", id="again"),
        acquired("2017-01-01", "north", "mill", holds="5%", id="again"),
        observed("2017-01-01", "north", "mill", "5%", id="again"),
        happened("investment.made", "2017-01-01", investor="north", project="mill", share="5%", id="again"),
        disposed("2017-01-01", "south", "mill", "5%", buyer="north", id="again"),
    ],
    ids=["bought", "bought up to", "observed", "invested", "bought from"],
)
def test_after_zero_a_stake_begins_anew(zero: Event, again: Event) -> None:
    """It is reported and not worked out, stands since its own date, and owes nothing to the zero."""
    (holding,) = History([HELD, zero, again]).as_of("2018").holdings(holder="north")
    assert str(holding.share) == "5%"
    assert (holding.basis, str(holding.since), holding.events) == ("reported", "2017-01-01", ("again",))


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
def test_nothing_is_not_diluted_split_moved_or_handed_out(zero: Event) -> None:
    """What happens to all holdings of a company, or to all of a holder, leaves a zero alone."""
    happenings = (
        issued("2016-01", "mill", "100", total="1000"),
        happened("shares.restructured", "2016-02", issuer="mill", ratio="2:1"),
        happened(
            "demerger.split", "2016-03", parent="north", successors=["east"], allocation={"mill": "east"}
        ),
        absorbed("2016-04", "south", "north"),
    )
    history = History([HELD, zero, *happenings])
    state = history.as_of("2017")
    assert state.holdings() == ()
    assert state.share("north", "mill") == Share.exact(0)
    assert state.share("south", "mill") is None
    assert "C413" not in [problem.code for problem in history.check()]


def test_what_is_sold_after_zero_was_not_held() -> None:
    """Nobody sells of nothing."""
    zero = ZEROS["observed"]
    (problem,) = findings("C401", HELD, zero, disposed("2017", "north", "mill", "5%", id="sold"))
    assert problem.events[0] == "sold"


def test_within_the_month_of_a_zero_both_answers_are_possible() -> None:
    """On the 15th of the month in which all was sold it may be 60 % or nothing."""
    state = History([HELD, disposed("2015-06", "north", "mill", holds="0%")]).as_of("2015-06-15")
    assert [str(share) for share in state.candidates("north", "mill")] == ["60%", "0%"]
    (holding,) = state.holdings()
    assert (str(holding.share), holding.certain) == ("60%", False)


def test_two_states_that_differ_in_a_zero_are_not_equal() -> None:
    """One knows that nothing is held, the other knows nothing."""
    first, second = History([ZEROS["observed"]]), History([observed("2015", "north", "kiln", "0%")])
    assert first.as_of("2016") != second.as_of("2016")


def test_observed_after_zero_disagrees_where_something_else_made_the_zero() -> None:
    """A register that is read again shows what changed; a sale of all and a later sighting do not agree."""
    seen = observed("2017", "north", "mill", "5%")
    assert not findings("C407", observed("2015", "north", "mill", "0%"), seen)
    (problem,) = findings("C407", HELD, ZEROS["disposed"], seen)
    assert "make nothing since 2015-06-30" in problem.message


@settings(max_examples=50)
@law(HISTORIES)
def test_whatever_happened_no_list_has_a_holding_of_nothing(events: list[Event]) -> None:
    """On any day: and what is listed is an answer that could be given."""
    history = History(events)
    for date in ("2013-12-31", "2014-06-15", "2015", "2020"):
        state = history.as_of(date)
        for holding in state.holdings():
            assert not holding.share.is_nothing
            assert holding.share in state.candidates(holding.holder, holding.target, holding.right)


# What a company that is gone leaves

TIES = (
    happened("entity.declared", "2009", entity="c", name="Ceres Media", type="company"),
    acquired("2009", "own", "a", "80%"),
    acquired("2010", "a", "t", "30%"),
    happened("control.granted", "2010", controller="a", target="t", basis="contract", id="over"),
    happened("control.granted", "2010", controller="own", target="a", basis="board", id="under"),
    happened("role.appointed", "2010", person="ann", entity="a", role="CEO", id="role"),
    happened("role.appointed", "2010", person="a", entity="t", role="director", id="corporate"),
    happened("listing.started", "2010", entity="a", exchange="HKEX", id="listing"),
    happened("membership.started", "2010", entity="a", group="idx", id="member"),
    happened("membership.started", "2010", entity="t", group="a", id="group"),
    happened("partnership.agreed", "2010", parties=["a", "t"], subject="books", id="partners"),
    proposed("2010", "sale", title="Sale", parties=["a", "own"], id="deal"),
    launched("2010", "shop", "a"),
)

ENDINGS = {
    "absorbed": lambda date, **fields: absorbed(date, "c", "a", **fields),
    "absorbed, nobody knows by whom": lambda date, **fields: happened(
        "merger.absorbed", date, absorbed="a", **fields
    ),
    "consolidated": lambda date, **fields: consolidated(date, "a", "b", successor="c", **fields),
    "consolidated, nobody knows into whom": lambda date, **fields: consolidated(date, "a", "b", **fields),
    "dissolved": lambda date, **fields: dissolved(date, "a", **fields),
}


def ties(history: History, date: str) -> dict[str, bool]:
    """Whether each tie of the company is certain on a day, by the event that made it."""
    state = history.as_of(date)
    shown = [
        fact
        for view in ("control", "roles", "listings", "memberships", "partnerships", "deals")
        for fact in state.view(view)
    ]
    return {fact.span.events[0]: fact.certain for fact in shown}


NAMES = ("over", "under", "role", "corporate", "listing", "member", "group", "partners", "deal")


@pytest.mark.parametrize("how", ENDINGS)
def test_what_names_a_company_that_is_gone_is_only_possible(how: str) -> None:
    """In every view, from the first day on which it may be gone; and each is a finding."""
    history = History([*TIES, ENDINGS[how]("2014-03", id="end")])
    assert ties(history, "2014-02-28") == dict.fromkeys(NAMES, True)
    for date in ("2014-03-01", "2014-03-15", "2014-03-31", "2020"):
        assert ties(history, date) == dict.fromkeys(NAMES, False)
    (problem,) = [each for each in history.check() if each.code == "C413" and each.events[0] == "end"]
    assert set(NAMES) <= set(problem.events)


@pytest.mark.parametrize("how", ENDINGS)
def test_an_event_that_says_more_makes_a_tie_sure_again_or_ends_it(how: str) -> None:
    """Appointed again, listed again, agreed: certain. Ended: gone, and neither doubt nor finding is left."""
    more = (
        happened("role.appointed", "2015", person="ann", entity="a", role="CEO", id="role-again"),
        happened("deal.agreed", "2015", deal="sale", id="agreed"),
        happened("listing.ended", "2015", entity="a", reason="delisted"),
    )
    history = History([*TIES, ENDINGS[how]("2014-03", id="end"), *more])
    found = ties(history, "2016")
    assert found["role-again"]
    assert found["deal"]
    assert "listing" not in found
    for problem in history.check():
        assert problem.code != "C413" or not {"listing", "role", "deal"} & set(problem.events)
    assert not [
        problem
        for problem in history.check()
        if problem.code == "C405" and problem.message.count("listing.ended")
    ]


@pytest.mark.parametrize("how", ENDINGS)
def test_a_company_that_is_reinstated_is_doubted_no_more(how: str) -> None:
    """From the day on which it is surely back; in between it stays possible."""
    history = History([*TIES, ENDINGS[how]("2014-03-11", id="end"), reinstated("2016-05", "a")])
    assert ties(history, "2015") == dict.fromkeys(NAMES, False)
    assert ties(history, "2016-05-15") == dict.fromkeys(NAMES, False)
    assert ties(history, "2016-05-31") == dict.fromkeys(NAMES, True)
    assert {str(fact.since) for fact in history.as_of("2017").roles()} == {"2010"}
    assert "role.ended" not in " ".join(p.help or "" for p in history.check() if p.code == "C413")


def test_who_is_reinstated_lifts_no_doubt_about_the_other() -> None:
    """A partnership of two that are gone is not sure when one of them is back."""
    partners = happened("partnership.agreed", "2010", parties=["a", "t"], subject="books", id="partners")
    events = [partners, dissolved("2012", "a"), dissolved("2013", "t"), reinstated("2014", "a")]
    assert ties(History(events), "2015") == {"partners": False}
    assert ties(History([*events, reinstated("2015", "t")]), "2016") == {"partners": True}


def test_why_and_diff_lead_to_what_made_a_tie_doubtful() -> None:
    """The merger is behind the doubt, and not behind what was so before it."""
    history = History([*TIES, consolidated("2014-03-11", "a", "b", successor="c", id="end")])
    assert [step.event.id for step in _only_reason(history, "2013")] == ["role"]
    assert [step.event.id for step in _only_reason(history, "2015")] == ["role", "end"]
    (changed,) = [each for each in history.diff("2013", "2015") if each.key == ("ann", "a", "CEO")]
    assert (changed.how, changed.events) == ("less sure", ("end",))


def _only_reason(history: History, date: str) -> Any:
    (reason,) = history.why("ann", "a", view="roles", as_of=date).reasons
    return reason.steps


def test_a_row_by_day_says_from_when_a_tie_is_only_possible() -> None:
    """Exports cut the time of a tie where it becomes doubtful."""
    history = History([*TIES, dissolved("2014-03-11", "a")])
    told = b"".join(exported("scd2", material(history, "2020", view="listings"), "spans")).decode()
    rows = [(row["valid_from"], row["certain"]) for row in csv.DictReader(io.StringIO(told))]
    assert rows == [("2010-01-01", "false"), ("2010-12-31", "true"), ("2014-03-11", "false")]


def test_the_page_of_a_day_says_why_a_tie_is_only_possible(tmp_path: Path) -> None:
    """Not for want of an exact date, but as the company is no more."""
    path = written(
        tmp_path,
        "entities:\n"
        "  - {id: ann, name: Ann Low, type: person}\n"
        "  - {id: mill, name: Mill, type: company}\n"
        "events:\n"
        "  - {kind: role.appointed, date: 2010, person: ann, entity: mill, role: director}\n"
        "  - {kind: entity.dissolved, date: 2014-03-11, entity: mill, reason: wound up}\n",
    )
    reason = "? possible, not certain: "
    assert f"{reason}a company that it names is gone" in asked(path, "as-of", "2015")
    assert f"{reason}the beginning or the end has no exact date" in asked(path, "as-of", "2010-05-01")


def test_who_took_a_company_in_is_called_by_name() -> None:
    """Names and not ids; an id where there is no name."""
    merged = consolidated("2014-03-11", "a", "b", successor="c")
    (status,) = History([*TIES, merged]).as_of("2015").view("status", entity="a")
    assert (status.value.status, status.value.reason) == ("dissolved", "consolidated into Ceres Media")
    (status,) = History([*TIES, absorbed("2014", "d", "a")]).as_of("2015").view("status", entity="a")
    assert status.value.reason == "absorbed by d"
    renamed = happened("entity.renamed", "2013", entity="c", name="Ceres Group", short="Ceres")
    (status,) = History([*TIES, renamed, absorbed("2014", "c", "a")]).as_of("2015").view("status", entity="a")
    assert status.value.reason == "absorbed by Ceres"


# Nobody says by whom


@pytest.mark.parametrize("how", [name for name in ENDINGS if "nobody" in name])
def test_where_nobody_says_who_took_a_company_in_what_it_had_stays_and_is_possible(how: str) -> None:
    """Its holding and its unit stay where they were, what was held of it ends, and nothing is sure."""
    history = History([*TIES, ENDINGS[how]("2014-03", id="end")])
    state = history.as_of("2015")
    (holding,) = state.holdings()
    assert (holding.holder, holding.target, str(holding.share), holding.certain) == ("a", "t", "30%", False)
    assert state.candidates("a", "t") == (holding.share, None)
    (unit,) = state.units()
    assert (unit.owner, unit.certain) == ("a", False)
    assert state.entity("c").status is None
    (status,) = state.view("status", entity="a")
    assert (status.value.status, status.certain) == ("dissolved", True)
    assert all(fact.certain for fact in history.as_of("2014-02-28").view("units"))


def test_what_is_made_of_a_doubtful_holding_is_doubtful() -> None:
    """New shares dilute it, and it is no surer for that; a source that sees it is."""
    gone = happened("merger.absorbed", "2014", absorbed="a")
    counted = issued("2013", "t", "100", total="100")
    more = issued("2015", "t", "100", total="200")
    (holding,) = History([*TIES, counted, gone, more]).as_of("2016").holdings(target="t")
    assert (str(holding.share), holding.certain) == ("15%", False)
    seen = observed("2015", "a", "t", "30%")
    (holding,) = History([*TIES, gone, seen]).as_of("2016").holdings(target="t")
    assert holding.certain


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (happened("merger.absorbed", "2014", absorbed="a"), "a is absorbed by another company"),
        (consolidated("2014", "a", "b"), "a and b merge into another company"),
        (absorbed("2014", "c", "a"), "c absorbs a"),
        (consolidated("2014", "a", "b", successor="c"), "a and b merge into c"),
    ],
)
def test_a_merger_is_told_with_and_without_the_one_who_takes_over(event: Event, sentence: str) -> None:
    """A sentence for each."""
    assert Teller(by_id, {}).told(event) == sentence


def test_a_merger_without_a_survivor_is_written_read_and_asked_about(tmp_path: Path) -> None:
    """From a file, with the id that its date, kind and the absorbed make."""
    path = written(tmp_path, "events:\n  - {kind: merger.absorbed, date: 2014-03, absorbed: mill}\n")
    path.write_text("entities:\n  - {id: mill, name: Mill Works, type: company}\n" + path.read_text())
    (told,) = json.loads(asked(path, "timeline", "--json"))["events"]
    assert told["id"] == "2014-03-merger-absorbed-mill"
    assert "survivor" not in told
    assert "Mill Works is absorbed by another company" in asked(path, "timeline")
    assert "Mill Works: absorbed by another company" in asked(path, "as-of", "2015")


@pytest.mark.parametrize("named", ["2014-03-11", "2014-05"])
def test_another_source_may_name_who_took_the_company_in(named: str) -> None:
    """What was doubtful is of the survivor for certain, once it is told who that is."""
    unnamed = happened("merger.absorbed", "2014-03-11", absorbed="a")
    state = History([*TIES, unnamed, absorbed(named, "c", "a")]).as_of("2015")
    assert [(held.holder, held.certain) for held in state.holdings()] == [("c", True)]
    assert [(unit.owner, unit.certain) for unit in state.units()] == [("c", True)]
    assert not findings("C420", *TIES, unnamed, absorbed(named, "c", "a"))


def test_who_took_the_company_in_stays_told_beside_one_who_does_not_know() -> None:
    """In March, or on the 11th by north: north took it in for certain, whichever is told first."""
    for unnamed in ("2014-03", "2014-03-11", "2014"):
        events = [happened("merger.absorbed", unnamed, absorbed="a"), absorbed("2014-03-11", "north", "a")]
        for told in (events, events[::-1]):
            (status,) = History(told).as_of("2015").view("status", entity="a")
            assert (status.value.reason, status.certain) == ("absorbed by north", True)


# Taken in by two


@pytest.mark.parametrize("second", ["2014-03-11", "2014-03", "2014", "2015-06-01"])
@pytest.mark.parametrize("how", ["absorbed", "consolidated"])
def test_absorbed_by_two_is_a_finding_and_what_went_to_either_is_possible(how: str, second: str) -> None:
    """Nobody can tell which of them has the stake and the unit, so neither surely does."""
    other = (
        absorbed(second, "south", "a", id="two")
        if how == "absorbed"
        else consolidated(second, "a", successor="south", id="two")
    )
    events = [acquired("2010", "a", "t", "30%"), launched("2010", "shop", "a")]
    history = History([*events, absorbed("2014-03-11", "north", "a", id="one"), other])
    state = history.as_of("2016")
    held = {(holding.holder, str(holding.share), holding.certain) for holding in state.holdings()}
    assert held == {("north", "30%", False), ("south", "30%", False)}
    assert {(unit.owner, unit.certain) for unit in state.units()} == {("north", False), ("south", False)}
    lineage = {(fact.key[1], fact.certain) for fact in state.view("lineage")}
    assert lineage == {("north", False), ("south", False)}
    statuses = state.view("status", entity="a")
    assert [(status.value.status, status.certain) for status in statuses] == [("dissolved", True)]
    said = " ".join(status.value.reason for status in statuses).replace(",", "")
    assert {"north", "south"} <= set(said.split())
    (problem,) = [problem for problem in history.check() if problem.code == "C420"]
    assert set(problem.events) == {"one", "two"}
    assert "C403" not in [problem.code for problem in history.check()]


def test_what_the_second_had_before_is_possible_with_and_without_what_came_to_it() -> None:
    """South had 10 % of its own; it may have 40 % now."""
    events = [acquired("2010", "a", "t", "30%"), acquired("2010", "south", "t", "10%")]
    mergers = [absorbed("2014-03-11", "north", "a"), absorbed("2014-03-11", "south", "a")]
    state = History([*events, *mergers]).as_of("2016")
    (holding,) = state.holdings(holder="south")
    assert (str(holding.share), holding.certain) == ("40%", False)


def test_one_merger_told_twice_is_not_two() -> None:
    """Two papers tell of one survivor; and who came back can be taken in again."""
    events = [acquired("2010", "a", "t", "30%")]
    twice = [absorbed("2014-03-11", "north", "a"), absorbed("2014-03", "north", "a")]
    (holding,) = History([*events, *twice]).as_of("2016").holdings()
    assert (holding.holder, holding.certain) == ("north", True)
    assert not findings("C420", *events, *twice)
    back = [absorbed("2014", "north", "a"), reinstated("2015", "a"), absorbed("2016", "south", "a")]
    assert not findings("C420", *events, *back)
    assert [holding.certain for holding in History([*events, *back]).as_of("2017").holdings()] == [True]


def test_a_third_and_an_absorbed_and_dissolved_company() -> None:
    """Three who take one in are all possible; that the absorbed is struck off later contradicts nobody."""
    events = [acquired("2010", "a", "t", "30%")]
    mergers = [absorbed("2014-03-11", survivor, "a") for survivor in ("north", "south", "east")]
    held = History([*events, *mergers]).as_of("2016").holdings()
    assert [(holding.holder, holding.certain) for holding in held] == [
        ("east", False),
        ("north", False),
        ("south", False),
    ]
    struck = [mergers[0], dissolved("2014-06", "a")]
    assert not findings("C420", *events, *struck)
    assert [holding.certain for holding in History([*events, *struck]).as_of("2016").holdings()] == [True]


# More than there is

CROWD = """\
entities:
  - {id: film, name: Film, type: company}
  - {id: a, name: Alpha, type: company}
  - {id: b, name: Beta, type: company}
  - {id: c, name: Gamma, type: company}
events:
  - {id: one, kind: stake.acquired, date: 2014-03, holder: a, target: film, share: 60%}
  - {id: two, kind: stake.acquired, date: 2014-04, holder: b, target: film, share: 50%}
  - {id: three, kind: stake.acquired, date: 2014-05, holder: c, target: film, share: 30%}
  - {id: votes, kind: stake.acquired, date: 2014-05, holder: c, target: film, share: 30%, right: votes}
"""


def test_more_than_the_whole_is_said_under_the_list(tmp_path: Path) -> None:
    """140 % of one company: on the page of the day, of a holder and of the company, and in JSON."""
    path = written(tmp_path, CROWD)
    line = "140% of Film is held in all: more than there is"
    for entity in ((), ("film",), ("a",)):
        assert asked(path, "as-of", "2015", *entity).count(line) == 1
    assert line not in asked(path, "as-of", "2014-03-31")
    (excess,) = json.loads(asked(path, "as-of", "2015", "--json"))["above_the_whole"]
    assert (excess["target"], excess["right"], excess["share"]) == ("film", "equity", {"exact": "1.4"})
    assert excess["holders"] == ["a", "b", "c"]
    assert json.loads(asked(path, "as-of", "2014-03-31", "--json"))["above_the_whole"] == []


def test_more_than_the_whole_is_found_again_when_another_holder_makes_it_worse(tmp_path: Path) -> None:
    """The finding comes back with the holder who is new."""
    path = written(tmp_path, CROWD)
    found = json.loads(asked(path, "check", "--json"))["problems"]
    assert [each["events"][0] for each in found if each["code"] == "C402"] == ["two", "three"]


def test_what_is_only_possible_is_not_added_up() -> None:
    """As ``check`` does: of a range the lower end counts, and what may have been sold does not."""
    events = [acquired("2014", "a", "film", ">50%"), acquired("2014", "b", "film", ">50%")]
    (excess,) = History(events).as_of("2015").above_the_whole()
    assert (str(excess.share), excess.exact, excess.holders) == ("100%", False, ("a", "b"))
    assert (
        History([*events, disposed("2015", "b", "film", holds="0%")]).as_of("2015-06").above_the_whole() == ()
    )
