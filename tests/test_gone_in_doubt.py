"""What is left of a company that is gone is possible only, however often it began, and whatever ended it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from attrs import evolve

from chronicle.engine.state import Fact
from chronicle.events import Event
from chronicle.history import History
from given import acquired, corrected, disposed, happened, launched, transferred
from test_mergers_in_doubt import DAYS, apart, told

Made = Callable[[str], Event]


def _of(kind: str, **fields: object) -> Made:
    return lambda date: happened(kind, date, **fields)


_WOUND_UP = _of("entity.dissolved", entity="mill", reason="wound up")
_NO_SURVIVOR = _of("merger.absorbed", absorbed="mill")

# What begins, what ends it, and what makes it doubtful in between.
TIES: dict[str, tuple[Made, Made, Made]] = {
    "role": (
        _of("role.appointed", person="ann", entity="mill", role="director"),
        _of("role.ended", person="ann", entity="mill", role="director"),
        _WOUND_UP,
    ),
    "listing": (
        _of("listing.started", entity="mill", exchange="hk"),
        _of("listing.ended", entity="mill", exchange="hk", reason="delisted"),
        _WOUND_UP,
    ),
    "control": (
        _of("control.granted", controller="north", target="mill", basis="votes"),
        _of("control.ended", controller="north", target="mill", basis="votes"),
        _WOUND_UP,
    ),
    "membership": (
        _of("membership.started", entity="mill", group="index"),
        _of("membership.ended", entity="mill", group="index"),
        _WOUND_UP,
    ),
    "partnership": (
        _of("partnership.agreed", parties=["mill", "north"], subject="films"),
        _of("partnership.ended", parties=["mill", "north"], subject="films"),
        _WOUND_UP,
    ),
    "unit": (
        lambda date: launched(date, "shop", "mill"),
        _of("unit.closed", unit="shop", reason="closed"),
        _NO_SURVIVOR,
    ),
    "deal": (
        _of("deal.proposed", deal="sale", title="Sale", parties=["mill", "north"]),
        _of("deal.terminated", deal="sale", reason="called off"),
        _WOUND_UP,
    ),
}


def sure(events: Sequence[Event], view: str) -> list[list[bool]]:
    """For each of the first days whether each fact of a view is certain; each in a file of its own."""
    history = apart(*events)
    return [[fact.certain for fact in _standing(history.as_of(date).view(view))] for date in DAYS[:4]]


def _view(tie: str) -> str:
    return tie if tie == "control" else f"{tie}s"


def _standing(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if getattr(fact.value, "stage", None) not in ("terminated", "completed")]


@pytest.mark.parametrize("tie", TIES)
def test_what_ended_and_began_again_on_one_day_is_in_doubt_once_the_company_is_gone(tie: str) -> None:
    """Begun twice and ended once on the first, in whatever order; gone on the second, ended on the third."""
    begin, end, gone = TIES[tie]
    events = (begin(DAYS[0]), begin(DAYS[0]), end(DAYS[0]), gone(DAYS[1]), end(DAYS[2]))
    assert sure(events, _view(tie)) == [[True], [False], [], []]


MONTHS = ("2020-03", "2020-04", "2020-05", "2020-06")


@pytest.mark.parametrize("tie", TIES)
def test_the_same_in_months(tie: str) -> None:
    """What began twice and ended once in March is in doubt in April, in which the company is gone."""
    begin, end, gone = TIES[tie]
    march, april, may, _ = MONTHS
    history = apart(begin(march), begin(march), end(march), gone(april), end(may))
    facts = {month: _standing(history.as_of(month).view(_view(tie))) for month in MONTHS}
    assert [[fact.certain for fact in facts[month]] for month in MONTHS] == [[True], [False], [], []]


@pytest.mark.parametrize("tie", TIES)
def test_three_beginnings_of_one_day_are_in_doubt_as_one_is(tie: str) -> None:
    """Begun three times and ended twice on the first."""
    begin, end, gone = TIES[tie]
    first = [begin(DAYS[0]), end(DAYS[0]), begin(DAYS[0]), end(DAYS[0]), begin(DAYS[0])]
    assert sure([*first, gone(DAYS[1]), end(DAYS[2])], _view(tie)) == [[True], [False], [], []]


def test_a_stake_that_was_sold_and_bought_again_is_in_doubt_once_its_holder_is_gone() -> None:
    """Nobody says who took over the south, nor what became of the stake until it was sold."""
    bought = [acquired(DAYS[0], "south", "mill", "10%") for _ in range(2)]
    sold = [disposed(date, "south", "mill", holds="0%") for date in (DAYS[0], DAYS[2])]
    history = apart(*bought, sold[0], happened("merger.absorbed", DAYS[1], absorbed="south"), sold[1])
    for date, expected in zip(DAYS, ({True}, {False}, set()), strict=False):
        assert {certain for _, certain in told(history, date).get(("south", "mill"), ())} == expected


# What the effect of a deal brings back

_MADE_OF_TWO = {"kind": "merger.consolidated", "predecessors": ["port", "quay"], "successor": "south"}
_SPLIT_OFF = {"kind": "demerger.split", "parent": "port", "successors": ["south"]}
_BOUGHT = {"kind": "stake.acquired", "holder": "north", "target": "mill", "share": "5%"}


def agreed(date: str, *effects: object, kind: str = "deal.agreed") -> Event:
    """Two companies agree on what their deal will do."""
    return happened(kind, date, deal="sale", title="Sale", parties=["north", "mill"], effects=list(effects))


def completed(date: str, **fields: object) -> Event:
    """The deal is done."""
    return happened("deal.completed", date, deal="sale", **fields)


DONE = "[2020-03-01..2020-03-02]"

BROUGHT_BACK: dict[str, Sequence[Event]] = {
    "consolidated": (agreed("2019", _MADE_OF_TWO), completed(DONE)),
    "split off": (agreed("2019", _SPLIT_OFF), completed(DONE)),
    "among several effects": (agreed("2019", _BOUGHT, _MADE_OF_TWO, _SPLIT_OFF), completed(DONE)),
    "by stages": (
        agreed("2018", _SPLIT_OFF, kind="deal.proposed"),
        agreed("2019", _MADE_OF_TWO),
        happened("deal.approved", "2019-06", deal="sale"),
        completed(DONE),
    ),
    "stated on completion only": (agreed("2019", _BOUGHT), completed(DONE, effects=[_SPLIT_OFF])),
    "corrected": (
        evolve(agreed("2019", _BOUGHT), id="agreed"),
        completed(DONE),
        corrected("2020-04", "agreed", {"effects": [_MADE_OF_TWO]}),
    ),
    "reinstated": (
        agreed("2019", {"kind": "entity.reinstated", "entity": "south", "reason": "restored"}),
        completed(DONE),
    ),
}


@pytest.mark.parametrize("deal", BROUGHT_BACK)
def test_a_company_that_a_deal_brings_back_may_buy_after_its_end(deal: str) -> None:
    """Dissolved on the second and brought back by the deal that day, it may have bought on the sixth."""
    history = apart(
        *BROUGHT_BACK[deal],
        happened("entity.dissolved", "[2020-03-02..2020-03-05]", entity="south", reason="wound up"),
        acquired("[2020-03-03..2020-03-06]", "south", "mill", "20%"),
    )
    found = [told(history, date).get(("south", "mill"), set()) for date in DAYS[1:6]]
    assert found == [set(), *[{("20%", False)}] * 3, {("20%", True)}]


def test_a_deal_that_is_never_completed_brings_nothing_back() -> None:
    """It was only agreed: what the south bought, it bought before its end."""
    history = apart(
        agreed("2019", _SPLIT_OFF),
        happened("entity.dissolved", "[2020-03-02..2020-03-05]", entity="south", reason="wound up"),
        acquired("[2020-03-03..2020-03-06]", "south", "mill", "20%"),
    )
    assert told(history, DAYS[4]) == {("south", "mill"): {("20%", True)}}


# What another order makes doubtful

_SEAT = {"person": "ann", "entity": "mill", "role": "director"}


def _appointed(date: str) -> Event:
    return happened("role.appointed", date, **_SEAT)


def _left(date: str) -> Event:
    return happened("role.ended", date, **_SEAT)


def _wound_up(date: str) -> Event:
    return happened("entity.dissolved", date, entity="mill", reason="wound up")


def _restored(date: str) -> Event:
    return happened("entity.reinstated", date, entity="mill", reason="restored")


_ENDING = {"kind": "entity.dissolved", "entity": "mill", "reason": "wound up"}

# Histories with the view in which something is possible only, and the day.
IN_DOUBT: dict[str, tuple[Sequence[Event], str, str]] = {
    "appointed before the end of a company that was restored": (
        (_appointed(DAYS[2]), _wound_up("[2020-03-02..2020-03-03]"), _restored(DAYS[5])),
        "roles",
        DAYS[2],
    ),
    "appointed before the second end of a company": (
        (
            _wound_up("2019"),
            _restored(DAYS[0]),
            _appointed(DAYS[2]),
            _wound_up("[2020-03-02..2020-03-03]"),
        ),
        "roles",
        DAYS[2],
    ),
    "ended and begun again on the day of the end": (
        (
            _appointed("2019"),
            _left("[2020-03-03..2020-03-04]"),
            _appointed(DAYS[2]),
            _wound_up(DAYS[2]),
            _left(DAYS[3]),
        ),
        "roles",
        DAYS[2],
    ),
    "begun twice, and the company ended before or after the second": (
        (
            _appointed(DAYS[1]),
            _appointed("[2020-03-03..2020-03-04]"),
            happened("merger.absorbed", DAYS[2], absorbed="mill"),
        ),
        "roles",
        DAYS[3],
    ),
    "the company ends by a deal": (
        (agreed("2019", _ENDING), completed(DAYS[2]), _appointed("2018")),
        "roles",
        DAYS[2],
    ),
    "appointed on the day on which the company ends by a deal": (
        (agreed("2019", _ENDING), completed("[2020-03-02..2020-03-03]"), _appointed(DAYS[2])),
        "roles",
        DAYS[2],
    ),
    "approved before the end of a party": (
        (
            happened("deal.proposed", DAYS[0], deal="sale", title="Sale", parties=["mill", "north"]),
            happened("deal.approved", DAYS[3], deal="sale"),
            _wound_up("[2020-03-03..2020-03-04]"),
        ),
        "deals",
        DAYS[3],
    ),
    "a unit that was handed over before the end of its owner": (
        (
            transferred("[2020-03-01..2020-03-02]", "shop", "north", "mill"),
            happened("merger.absorbed", DAYS[0], absorbed="mill"),
        ),
        "units",
        DAYS[1],
    ),
    "restored between two ends, or after both": (
        (
            acquired("2019", "mill", "quay", "30%"),
            _wound_up(DAYS[2]),
            _restored(DAYS[2]),
            happened("merger.absorbed", DAYS[2], absorbed="mill"),
            _restored(DAYS[5]),
        ),
        "holdings",
        DAYS[2],
    ),
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_what_one_order_makes_doubtful_is_not_certain(name: str) -> None:
    """Of the orders that make as much sense, one has the company gone while it stands."""
    events, view, date = IN_DOUBT[name]
    for order in (events, events[::-1]):
        assert [fact.certain for fact in apart(*order).as_of(date).view(view)] == [False]


_OF_MILL: dict[str, tuple[dict[str, str], str]] = {
    "a role": ({"kind": "role.appointed", **_SEAT}, "roles"),
    "a stake": ({"kind": "stake.acquired", "holder": "mill", "target": "quay", "share": "10%"}, "holdings"),
    "a unit": ({"kind": "unit.launched", "unit": "shop", "owner": "mill"}, "units"),
}


@pytest.mark.parametrize("what", _OF_MILL)
@pytest.mark.parametrize("turned", [False, True])
def test_what_a_deal_brings_to_a_company_that_is_gone_that_day_is_in_doubt(what: str, turned: bool) -> None:
    """The deal names the mill only by what it does: it was done before the end of the mill, or after."""
    effect, view = _OF_MILL[what]
    events = (
        _agreed_by_others(effect),
        completed(DAYS[2]),
        happened("merger.absorbed", DAYS[2], absorbed="mill"),
    )
    history = apart(*events[:: -1 if turned else 1])
    assert [fact.certain for fact in history.as_of(DAYS[2]).view(view)] == [False]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_deal_brings_goes_on_to_who_takes_over_in_those_days(turned: bool) -> None:
    """The deal brought 10 % to the mill before it was absorbed that day, or to the mill that was gone."""
    events = (
        _agreed_by_others({"kind": "stake.acquired", "holder": "mill", "target": "quay", "share": "10%"}),
        completed(DAYS[2]),
        happened("merger.consolidated", DAYS[2], predecessors=["mill", "port"], successor="union"),
    )
    told_then = told(apart(*events[:: -1 if turned else 1]), DAYS[2])
    assert told_then == {("mill", "quay"): {("10%", False)}, ("union", "quay"): {("10%", False)}}


def _agreed_by_others(effect: dict[str, str]) -> Event:
    parties = ["north", "south"]
    return happened("deal.agreed", "2019", deal="sale", title="Sale", parties=parties, effects=[effect])


def test_what_may_still_be_held_stays_possible_once_its_holder_is_gone() -> None:
    """Bought twice on the first and sold out by the second: a purchase may have come after the sale."""
    bought = [acquired(DAYS[0], "south", "mill", "10%") for _ in range(2)]
    sold = disposed("[2020-03-01..2020-03-02]", "south", "mill", holds="0%")
    history = apart(*bought, sold, happened("merger.absorbed", DAYS[5], absorbed="south"))
    assert told(history, DAYS[5])["south", "mill"] == {("10%", False)}


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_deal_brings_begins_after_a_sale_of_that_day(turned: bool) -> None:
    """Sold out, and bought anew by a deal on the same day: as with any purchase, the new beginning stands."""
    deal = [agreed("2019", {**_BOUGHT, "share": "10%"}), acquired("2019", "north", "mill", "20%")]
    of_the_day = [completed(DAYS[1]), disposed(DAYS[1], "north", "mill", holds="0%")]
    for history in (History([*deal, *of_the_day[:: -1 if turned else 1]]), apart(*deal, *of_the_day)):
        assert told(history, DAYS[1])["north", "mill"] == {("10%", True)}
