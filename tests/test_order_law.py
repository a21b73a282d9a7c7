"""The law of the order of replay, tried against every assignment of days and every order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import brute_force
import brute_meanings
from chronicle import codec
from chronicle.engine import views
from chronicle.engine.knowledge import resolve
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.engine.state import State
from chronicle.events import Event

Plain = dict[str, Any]

_EARLIER = (date(2013, 1, 1), date(2013, 1, 1))
_SHARES = (Fraction(1, 10), Fraction(2, 10), Fraction(3, 10))

_windows = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(
    lambda ends: (brute_force.DAYS[min(ends)], brute_force.DAYS[max(ends)])
)
_shares = st.sampled_from(_SHARES)


def _one_of(*kinds: Plain) -> st.SearchStrategy[Plain]:
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.fixed_dictionaries(
            {
                name: value if isinstance(value, st.SearchStrategy) else st.just(value)
                for name, value in kind.items()
            }
        )
    )


_role = {"person": "ann", "entity": "mill", "role": "director"}
_stake = {"holder": "north", "target": "mill"}
_sale = {"kind": "stake.acquired", "holder": "north", "target": "mill", "share": Fraction(1, 10)}
_parties = {"deal": "sale", "title": "Sale", "parties": ("north", "south")}
_deal = {**_parties, "effects": (_sale,)}

_of_groups: Plain = {
    "holder": st.sampled_from(("north", "south", "quay")),
    "target": st.sampled_from(("mill", "quay")),
}
_MERGERS: tuple[Plain, ...] = (
    {"kind": "merger.absorbed", "survivor": "north", "absorbed": st.sampled_from(("south", "quay", "mill"))},
    {"kind": "merger.absorbed", "survivor": "union", "absorbed": st.sampled_from(("north", "mill"))},
    {
        "kind": "merger.consolidated",
        "predecessors": st.sampled_from((("south", "quay"), ("quay", "mill"), ("north", "south"))),
        "successor": "union",
    },
    {
        "kind": "demerger.split",
        "parent": st.sampled_from(("north", "south")),
        "successors": ("union",),
        "allocation": st.sampled_from(((("mill", "union"),), (("quay", "union"),))),
    },
)

# What one company takes part in, of which its end alone orders the most.
_OF_MILL: tuple[Plain, ...] = (
    {"kind": "role.appointed", **_role},
    {"kind": "role.ended", **_role},
    {"kind": "shares.issued", "issuer": "mill", "shares": 1000, "total": st.sampled_from((1000, 2000))},
    {"kind": "stake.acquired", **_stake, "share": _shares},
    {"kind": "stake.disposed", **_stake, "share": _shares},
    {"kind": "unit.launched", "unit": "shop", "owner": "mill"},
    {"kind": "unit.closed", "unit": "shop", "reason": "closed"},
)
_of_mill = {"holder": "mill", "target": "quay"}

SCENES: Mapping[str, st.SearchStrategy[Plain]] = {
    "roles": _one_of({"kind": "role.appointed", **_role}, {"kind": "role.ended", **_role}),
    "stakes": _one_of(
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "holds": Fraction(0)},
        {"kind": "stake.observed", **_stake, "holds": _shares},
    ),
    "sellers": _one_of(
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "stake.acquired", "holder": "south", "target": "mill", "share": _shares, "seller": "north"},
        {"kind": "stake.disposed", "holder": "south", "target": "mill", "holds": Fraction(0)},
    ),
    "units": _one_of(
        {"kind": "unit.launched", "unit": "shop", "owner": "north"},
        {"kind": "unit.transferred", "unit": "shop", "from": "north", "to": "south"},
        {"kind": "unit.transferred", "unit": "shop", "from": "south", "to": "north"},
        {"kind": "unit.closed", "unit": "shop", "reason": "closed"},
    ),
    "deals": _one_of(
        {"kind": "deal.proposed", **_deal},
        {"kind": "deal.agreed", **_deal},
        {"kind": "deal.approved", "deal": "sale"},
        {"kind": "deal.completed", "deal": "sale"},
        {"kind": "deal.terminated", "deal": "sale", "reason": "called off"},
        {"kind": "stake.disposed", **_stake, "holds": Fraction(0)},
    ),
    "mergers": _one_of(
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "south"},
        {"kind": "stake.acquired", "holder": "south", "target": "mill", "share": _shares},
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "share": _shares},
        {"kind": "unit.launched", "unit": "shop", "owner": "south"},
        {"kind": "unit.transferred", "unit": "shop", "from": "north", "to": "quay"},
    ),
    "groups": _one_of(
        {"kind": "stake.acquired", **_of_groups, "share": _shares},
        {"kind": "stake.observed", **_of_groups, "holds": _shares},
        {"kind": "stake.disposed", **_of_groups, "holds": Fraction(0)},
        *_MERGERS,
        *_MERGERS,
    ),
    "chains": _one_of(
        {
            "kind": "stake.acquired",
            "holder": st.sampled_from(("south", "quay")),
            "target": "mill",
            "share": _shares,
        },
        {
            "kind": "stake.observed",
            "holder": st.sampled_from(("north", "quay")),
            "target": "mill",
            "holds": _shares,
        },
        {"kind": "unit.launched", "unit": "shop", "owner": "south"},
        {"kind": "merger.absorbed", "survivor": "quay", "absorbed": "south"},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "quay"},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"},
        {"kind": "merger.consolidated", "predecessors": ("quay", "mill"), "successor": "union"},
        {
            "kind": "demerger.split",
            "parent": "quay",
            "successors": ("union",),
            "allocation": st.sampled_from(((("mill", "union"),), (("shop", "union"),))),
        },
    ),
    "dilutions": _one_of(
        {
            "kind": "shares.issued",
            "issuer": "mill",
            "shares": 1000,
            "total": st.sampled_from((1000, 2000, 4000)),
        },
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "holds": Fraction(0)},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"},
    ),
    "counts": _one_of(
        {"kind": "shares.issued", "issuer": "mill", "shares": 1000, "total": 1000},
        {"kind": "shares.restructured", "issuer": "mill", "ratio": "4:1", "factor": 4},
    ),
    "lives": _one_of(
        {"kind": "entity.founded", "entity": "mill", "name": "Mill", "type": "company"},
        {"kind": "entity.dissolved", "entity": "mill", "reason": "wound up"},
        {"kind": "role.appointed", **_role},
        {"kind": "role.ended", **_role},
        {"kind": "stake.acquired", **_stake, "share": _shares},
    ),
    "one company": _one_of(
        *_OF_MILL,
        {"kind": "shares.restructured", "issuer": "mill", "ratio": "4:1", "factor": 4},
        {"kind": "stake.acquired", **_of_mill, "share": _shares},
        {"kind": "stake.disposed", **_of_mill, "share": _shares},
        {"kind": "unit.transferred", "unit": "shop", "from": "south", "to": "mill"},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"},
        {"kind": "merger.absorbed", "absorbed": "mill"},
    ),
}


# What is in doubt once a company is gone, and what a deal brings back.
_GONE: tuple[Plain, ...] = (
    {"kind": "entity.dissolved", "entity": "south", "reason": "wound up"},
    {"kind": "merger.absorbed", "absorbed": "south"},
    {"kind": "entity.reinstated", "entity": "south", "reason": "restored"},
)
_seat = {"person": "ann", "entity": "south", "role": "director"}
_of_south = {"holder": "south", "target": "mill"}
_BRINGING_BACK: tuple[Plain, ...] = (
    {"kind": "merger.consolidated", "predecessors": ("port", "quay"), "successor": "south"},
    {"kind": "demerger.split", "parent": "port", "successors": ("south",), "allocation": ()},
    {"kind": "entity.reinstated", "entity": "south", "reason": "restored"},
)
_MERGING: tuple[Plain, ...] = (
    {"kind": "merger.absorbed", "survivor": "north", "absorbed": "south"},
    {"kind": "merger.consolidated", "predecessors": ("south", "quay"), "successor": "union"},
    {
        "kind": "demerger.split",
        "parent": "south",
        "successors": ("union",),
        "allocation": (("mill", "union"),),
    },
    {"kind": "entity.dissolved", "entity": "south", "reason": "wound up"},
)
_TRADES: tuple[Plain, ...] = (
    {"kind": "stake.acquired", **_of_south, "share": _shares},
    {"kind": "stake.disposed", **_of_south, "holds": Fraction(0)},
)


def _agreed(*effects: tuple[Plain, ...]) -> tuple[Plain, ...]:
    """The stages of a deal that may have any of these effects."""
    return (
        *({"kind": "deal.agreed", **_parties, "effects": stated} for stated in effects),
        {"kind": "deal.completed", "deal": "sale"},
        {"kind": "deal.completed", "deal": "sale"},
        {"kind": "deal.completed", "deal": "sale", "effects": effects[0]},
    )


SCENES_OF_THE_GONE: Mapping[str, st.SearchStrategy[Plain]] = {
    "roles of the gone": _one_of(
        {"kind": "role.appointed", **_seat},
        {"kind": "role.ended", **_seat},
        {"kind": "role.appointed", **_seat},
        {"kind": "role.ended", **_seat},
        *_GONE,
    ),
    "holdings of the gone": _one_of(
        *_TRADES,
        {"kind": "stake.observed", **_of_south, "holds": _shares},
        {"kind": "stake.disposed", **_of_south, "share": _shares},
        {"kind": "merger.consolidated", "predecessors": ("south", "quay")},
        *_GONE,
    ),
    "units of the gone": _one_of(
        {"kind": "unit.launched", "unit": "shop", "owner": "south"},
        {"kind": "unit.transferred", "unit": "shop", "from": "north", "to": "south"},
        {"kind": "unit.transferred", "unit": "shop", "from": "south", "to": "north"},
        {"kind": "unit.closed", "unit": "shop", "reason": "closed"},
        *_GONE,
    ),
    "deals of the gone": _one_of(
        {"kind": "deal.proposed", **_parties},
        {"kind": "deal.agreed", **_parties},
        {"kind": "deal.approved", "deal": "sale"},
        {"kind": "deal.completed", "deal": "sale"},
        {"kind": "deal.terminated", "deal": "sale", "reason": "called off"},
        *_GONE,
    ),
    "deals that bring back": _one_of(
        *_agreed(*((effect,) for effect in _BRINGING_BACK), (_sale, _BRINGING_BACK[1])),
        *_TRADES,
        *_GONE[:2],
        {"kind": "role.appointed", **_seat},
    ),
    "deals that merge": _one_of(
        *_agreed(*((effect,) for effect in _MERGING), (_MERGING[0], _sale)),
        *_TRADES,
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "role.appointed", **_seat},
        {"kind": "unit.launched", "unit": "shop", "owner": "south"},
    ),
    "deals of one that is gone": _one_of(
        *_agreed(
            ({"kind": "role.appointed", **_seat},),
            ({"kind": "stake.acquired", **_of_south, "share": Fraction(1, 10)},),
            ({"kind": "unit.transferred", "unit": "shop", "from": "port", "to": "south"},),
        ),
        *_TRADES,
        {"kind": "role.ended", **_seat},
        {"kind": "unit.launched", "unit": "shop", "owner": "port"},
        {"kind": "merger.absorbed", "survivor": "port", "absorbed": "south"},
        *_GONE[:2],
    ),
    "deals that trade": _one_of(
        *_agreed((_sale,), ({"kind": "stake.disposed", **_stake, "holds": Fraction(0)},)),
        {"kind": "stake.acquired", **_stake, "share": _shares},
        {"kind": "stake.disposed", **_stake, "holds": Fraction(0)},
        {"kind": "stake.observed", **_stake, "holds": _shares},
    ),
    "one company that is gone": _one_of(
        *_OF_MILL,
        {"kind": "entity.founded", "entity": "mill", "name": "Mill", "type": "company"},
        {"kind": "entity.dissolved", "entity": "mill", "reason": "wound up"},
        {"kind": "entity.reinstated", "entity": "mill", "reason": "restored"},
        {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"},
    ),
}


# The scenes with so much to try in each history that five events take too long.
_LONG = ("mergers", "deals", "groups", "chains")

_ALL = {**SCENES, **SCENES_OF_THE_GONE}


@st.composite
def histories(draw: st.DrawFn) -> list[Plain]:
    """Two to five events of one scene: mostly such as can have happened so, told vaguely and in any order."""
    scene = draw(st.sampled_from(sorted(_ALL)))
    count = draw(st.integers(2, 5 if scene not in _LONG else 4))
    wild = draw(st.integers(0, 3)) == 0
    days = sorted(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)))
    events: list[Plain] = []
    now: dict[Any, Any] = {}
    for number in range(count):
        event = dict(draw(_ALL[scene]))
        for _ in range(0 if wild else 8):
            if brute_meanings.makes_sense(event, now, []):
                break
            event = dict(draw(_ALL[scene]))
        now = brute_meanings.after(event, now)
        window = (
            draw(_windows)
            if wild
            else _around(days[number], draw(st.integers(0, 3)), draw(st.integers(0, 3)))
        )
        event["window"] = _EARLIER if number == 0 and draw(st.booleans()) else window
        event["id"] = f"e{number}"
        events.append(event)
    return draw(st.permutations(events))


def _around(day: int, before: int, after: int) -> tuple[date, date]:
    return brute_force.DAYS[max(0, day - before)], brute_force.DAYS[min(5, day + after)]


def _share(value: Any) -> str:
    return f"{value.numerator}/{value.denominator}" if value else "0%"


def decoded(event: Plain) -> Event:
    """The event of plain data with a window."""
    plain = _in_words(event)
    if event["kind"] in ("deal.proposed", "deal.agreed"):
        plain["parties"] = list(plain["parties"])
    else:
        plain.pop("title", None)
        plain.pop("parties", None)
    if "effects" in plain:
        plain["effects"] = [_in_words(effect) for effect in plain["effects"]]
    first, last = event["window"]
    plain["date"] = str(first) if first == last else f"[{first}..{last}]"
    return codec.decode(plain)


def replayed(events: list[Plain], *, in_line: bool) -> Ledger:
    """The ledger of events that stand in one file, or each in a file of its own."""
    history = [decoded(event) for event in events]
    origin = (lambda _: None) if in_line else (lambda event: event.id)
    return resolve(history, None, PROJECTORS, origin).ledger


def _in_words(event: Plain) -> Plain:
    """The fields of an event or of an effect as a file has them."""
    plain = {name: value for name, value in event.items() if name not in ("window", "factor")}
    for name in ("share", "holds"):
        if name in plain:
            plain[name] = _share(plain[name])
    for name in ("shares", "total"):
        if name in plain:
            plain[name] = str(plain[name])
    if "allocation" in plain:
        plain["allocation"] = dict(plain["allocation"])
    return plain


Answers = Mapping[date, Mapping[tuple[str, ...], list[tuple[Any, bool]]]]


def answered(events: list[Plain], *, in_line: bool) -> Answers:
    """For each day and cell the values that the state gives, and whether each is certain."""
    return facts_of(replayed(events, in_line=in_line))


def facts_of(ledger: Ledger) -> Answers:
    """For each day and cell the values that a ledger gives, and whether each is certain."""
    found: dict[date, dict[tuple[str, ...], list[tuple[Any, bool]]]] = {}
    for day in brute_force.DAYS:
        cells: dict[tuple[str, ...], list[tuple[Any, bool]]] = {}
        for fact in State(day, None, ledger).facts():
            cell = _cell(fact.view, fact.key)
            if cell is not None:
                cells.setdefault(cell, []).append((_value(fact.view, fact.value), fact.certain))
        found[day] = cells
    return found


def _cell(view: str, key: tuple[str, ...]) -> tuple[str, ...] | None:
    names = {
        views.HOLDINGS: "stake",
        views.ROLES: "role",
        views.UNITS: "unit",
        views.DEALS: "deal",
        views.SHARES: "shares",
    }
    if view not in names:
        return None
    return (names[view], *key[:1]) if view in (views.DEALS, views.SHARES) else (names[view], *key[:2])


def _value(view: str, value: Any) -> Any:
    if view == views.HOLDINGS:
        return value.share.value
    return {
        views.ROLES: lambda: value,
        views.UNITS: lambda: "owned",
        views.DEALS: lambda: value.stage,
        views.SHARES: lambda: value.total,
    }[view]()


FOUND: Counter[str] = Counter()


def _contradicts_itself(events: list[Plain]) -> bool:
    """Whether a life orders nothing: something in it cannot be so, or a company is named after its merger."""
    steps = [(event, step) for event in events for step in (event, *brute_force.effects_of(event, events))]
    if any(step["kind"].startswith("entity.") for _, step in steps):
        return not brute_force.all_make_sense(events)
    return any(
        other is not merger
        and other["window"][0] > merger["window"][1]
        and gone in brute_meanings.acting(other)
        for merger, step in steps
        for gone in brute_meanings.gone_by(step)
        for other in events
    )


def _goes_to_two(events: list[Plain]) -> bool:
    """Whether two companies are said to have taken over one: what it had is possible with either."""
    takers: dict[str, set[str]] = {}
    for event in events:
        for step in (event, *brute_force.effects_of(event, events)):
            for gone, taker in brute_meanings.handing_over(step):
                if gone in brute_meanings.gone_by(step):
                    takers.setdefault(gone, set()).add(taker)
    return any(len(found) > 1 for found in takers.values())


def check(events: list[Plain], *, in_line: bool) -> None:
    """Every certain fact, and every certain absence, is so by every best order and assignment of days."""
    truth = brute_force.ways(events, in_line)
    ledger = replayed(events, in_line=in_line)
    answers = facts_of(ledger)
    # Of a life in which something cannot be so, nothing is made.
    if _contradicts_itself(events) or _goes_to_two(events):
        return
    for day in brute_force.DAYS:
        states = [dict(state) for state in truth[day]]
        cells = {key for state in states for key in state if key[0] not in brute_meanings.UNSEEN} | answers[
            day
        ].keys()
        for cell in cells:
            told = answers[day].get(cell, [])
            real = {state.get(cell) for state in states}
            doubted = any(("doubted", *cell) in state for state in states)
            certain = [value for value, sure in told if sure]
            assert len(certain) <= 1, (day, cell, told)
            if certain:
                assert real == {certain[0]}, (day, cell, told, real)
                assert not doubted, (day, cell, told)
            if not told:
                assert real == {None}, (day, cell, told, real)
            listed = {value for value, _ in told}
            assert real - {None} <= listed, (day, cell, told, real)
            if len(real) == 1 and not doubted:
                FOUND["truly certain"] += 1
                FOUND["found"] += bool(certain) or (not told)


# Sold out and bought anew, to the share that stood before it all: the order that was replayed comes to that
# share on the fifth, another one on the fourth.
_BACK_TO_THE_FIRST: list[Plain] = [
    {**_sale, "id": "e0", "window": (brute_force.DAYS[0], brute_force.DAYS[0])},
    {**_sale, "id": "e1", "window": (brute_force.DAYS[1], brute_force.DAYS[1])},
    {**_sale, "id": "e2", "window": (brute_force.DAYS[4], brute_force.DAYS[4])},
    {**_sale, "id": "e3", "window": (brute_force.DAYS[1], brute_force.DAYS[4])},
    {
        **{"kind": "stake.disposed", **_stake, "holds": Fraction(0), "id": "e4"},
        "window": (brute_force.DAYS[3], brute_force.DAYS[4]),
    },
]


_DAYS = brute_force.DAYS
_absorbed = {"kind": "merger.absorbed", "survivor": "north", "absorbed": "mill"}
_shop = {"unit": "shop", "owner": "south"}
_closed = {"kind": "unit.closed", "unit": "shop", "reason": "closed"}

# Ended and begun again on the first, the company dissolved on the second: what stands then is in doubt.
_RENEWED: list[Plain] = [
    {"kind": "role.appointed", **_seat, "id": "e0", "window": (_DAYS[0], _DAYS[0])},
    {"kind": "role.appointed", **_seat, "id": "e1", "window": (_DAYS[0], _DAYS[0])},
    {"kind": "role.ended", **_seat, "id": "e2", "window": (_DAYS[0], _DAYS[0])},
    {**_GONE[0], "id": "e3", "window": (_DAYS[1], _DAYS[1])},
    {"kind": "role.ended", **_seat, "id": "e4", "window": (_DAYS[2], _DAYS[2])},
]

# Dissolved on the second and brought back by a deal on the same day, the company may buy on the sixth.
_BROUGHT_BACK: list[Plain] = [
    {
        **{"kind": "deal.agreed", **_parties, "parties": ("north", "mill"), "effects": _BRINGING_BACK[:1]},
        **{"id": "e0", "window": _EARLIER},
    },
    {"kind": "deal.completed", "deal": "sale", "id": "e1", "window": (_DAYS[0], _DAYS[1])},
    {**_GONE[0], "id": "e2", "window": (_DAYS[1], _DAYS[4])},
    {
        **{"kind": "stake.acquired", **_of_south, "share": Fraction(1, 5)},
        **{"id": "e3", "window": (_DAYS[2], _DAYS[5])},
    },
]

# Its owner is gone, says the file, before the shop was closed in those same days: the shop was closed on the
# fourth, launched anew and closed again. That it was in doubt in between is no new beginning for an end.
_CLOSED_AFTER_ITS_OWNER: list[Plain] = [
    {"kind": "merger.absorbed", "absorbed": "south", "id": "e0", "window": (_DAYS[0], _DAYS[4])},
    {"kind": "unit.launched", **_shop, "id": "e1", "window": (_DAYS[0], _DAYS[0])},
    {**_closed, "id": "e2", "window": (_DAYS[0], _DAYS[4])},
    {"kind": "unit.launched", **_shop, "id": "e3", "window": (_DAYS[3], _DAYS[3])},
    {**_closed, "id": "e4", "window": (_DAYS[3], _DAYS[4])},
]

# Nobody said how many shares there are, so that the split makes no sense on any day. That says nothing
# against the end of the mill, before which its shares were bought.
_SPLIT_OF_UNKNOWN: list[Plain] = [
    {**_absorbed, "id": "e0", "window": (_DAYS[0], _DAYS[3])},
    {**_sale, "id": "e1", "window": (_DAYS[0], _DAYS[3])},
    {
        **{"kind": "shares.restructured", "issuer": "mill", "ratio": "4:1", "factor": 4},
        **{"id": "e2", "window": (_DAYS[0], _DAYS[0])},
    },
]

# Appointed before or after an end, and a shop that the mill launched before it was absorbed: the role is
# ordered together with the end of the mill, and so is the shop.
_TAKEN_APART: list[Plain] = [
    {"kind": "role.appointed", **_role, "id": "e0", "window": (_DAYS[0], _DAYS[1])},
    {**_absorbed, "id": "e1", "window": (_DAYS[1], _DAYS[2])},
    {"kind": "role.ended", **_role, "id": "e2", "window": (_DAYS[1], _DAYS[1])},
    {"kind": "role.ended", **_role, "id": "e3", "window": (_DAYS[2], _DAYS[2])},
    {"kind": "unit.launched", "unit": "shop", "owner": "mill", "id": "e4", "window": (_DAYS[2], _DAYS[3])},
]


@pytest.mark.slow
@pytest.mark.parametrize("in_line", [False, True], ids=["from-anywhere", "from-one-file"])
@example(_BACK_TO_THE_FIRST)
@example(_RENEWED)
@example(_BROUGHT_BACK)
@example(_CLOSED_AFTER_ITS_OWNER)
@example(_SPLIT_OF_UNKNOWN)
@example(_TAKEN_APART)
@settings(max_examples=max(400, settings.default.max_examples))
@given(histories())
def test_what_is_certain_is_so_in_every_way_that_makes_most_sense(in_line: bool, events: list[Plain]) -> None:
    """The law: no assignment of days and no order that makes as much sense as any says otherwise."""
    check(events, in_line=in_line)


@pytest.mark.slow
def test_the_law_is_tried_on_histories_that_make_sense() -> None:
    """At least half of the histories have a way in which all their events make sense."""
    counted: Counter[bool] = Counter()

    @settings(max_examples=400, database=None)
    @given(histories())
    def count(events: list[Plain]) -> None:
        counted[brute_force.all_make_sense(events)] += 1

    count()
    assert counted[True] >= counted[False]


@given(histories(), st.randoms(use_true_random=False))
def test_no_order_of_files_changes_an_answer(events: list[Plain], random: Any) -> None:
    """Each event in a file of its own, told in any order: the same may be so, and the same is certain."""
    told = answered(events, in_line=False)
    other = answered(random.sample(events, len(events)), in_line=False)
    for day in brute_force.DAYS:
        assert _by_cell(told[day]) == _by_cell(other[day])


def _by_cell(cells: Mapping[tuple[str, ...], list[tuple[Any, bool]]]) -> Mapping[tuple[str, ...], set[Any]]:
    return {cell: set(values) for cell, values in cells.items()}


_WIDENED = (histories(), st.integers(0, 4), st.integers(0, 2), st.integers(0, 2))


def _widened(
    events: list[Plain], which: int, earlier: int, later: int
) -> Iterator[tuple[Any, list[tuple[Any, bool]]]]:
    """Each value that is certain of a history with a date made wider, with what is so of the sharper one.

    Of histories of which all makes sense before and after. But where the wider window is that of another
    event, for of one window an end comes before a new beginning; and where a life contradicts itself, for
    that orders nothing.
    """
    event = events[which % len(events)]
    low, high = event["window"]
    wide = (low - timedelta(earlier), high + timedelta(later))
    vaguer = [{**each, "window": wide} if each is event else each for each in events]
    assume(wide[0] >= brute_force.DAYS[0] and wide[1] <= brute_force.DAYS[-1])
    assume(brute_force.all_make_sense(events) and brute_force.all_make_sense(vaguer))
    contradicted = _contradicts_itself(events) or _contradicts_itself(vaguer)
    if contradicted or any(each["window"] == wide for each in events):
        return
    sharp, vague = answered(events, in_line=False), answered(vaguer, in_line=False)
    for day in brute_force.DAYS:
        for cell in sharp[day]:
            assert cell in vague[day], (day, cell)
        for cell, values in vague[day].items():
            yield from ((value, sharp[day].get(cell, [])) for value, certain in values if certain)


@pytest.mark.slow
@given(*_WIDENED)
def test_to_widen_a_date_makes_nothing_certain_that_was_not_so(
    events: list[Plain], which: int, earlier: int, later: int
) -> None:
    """What is certain of a vaguer history may be so by the sharper one, of which nothing else is certain."""
    for value, told in _widened(events, which, earlier, later):
        assert value in {each for each, _ in told}
        assert not any(certain and each != value for each, certain in told)


@pytest.mark.slow
def test_to_widen_a_date_hardly_ever_makes_something_certain() -> None:
    """What is certain of a vaguer history is certain of the sharper one, but for one in a thousand.

    Or the sharper one tells the value twice, each time as possible: it was set anew in that window.
    """
    counted: Counter[bool] = Counter()

    @settings(max_examples=max(400, settings.default.max_examples), database=None)
    @given(*_WIDENED)
    def count(events: list[Plain], which: int, earlier: int, later: int) -> None:
        for value, told in _widened(events, which, earlier, later):
            again = len(told) > 1 and {each for each, _ in told} == {value}
            counted[again or told == [(value, True)]] += 1

    count()
    assert counted[False] * 1_000 <= counted[True]
