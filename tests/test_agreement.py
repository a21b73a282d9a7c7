"""When an observation agrees with what stands, and when it is a later observation of something else."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as drawn

from chronicle.engine.conflicts import settle
from chronicle.engine.state import Holding
from chronicle.events import Event
from chronicle.history import History
from chronicle.values import Share, confirms, contradicts, disagree, parse_share
from given import acquired, disposed, happened, issued, observed
from strategies import shares

# What a share that is seen says of one that stands


@pytest.mark.parametrize(
    ("seen", "held", "agrees"),
    [
        ("60%", "60%", True),
        ("60%", "60.00%", True),
        ("60%", "1801/3000", True),
        ("60%", "60.5%", True),
        ("60%", "60.51%", False),
        ("60.0%", "1801/3000", True),
        ("60.00%", "1801/3000", False),
        ("50%", "1801/3600", True),
        ("50.03%", "1801/3600", True),
        ("50.0%", "1801/3600", True),
        ("50.00%", "1801/3600", False),
        ("67%", "2/3", True),
        ("66.6%", "2/3", False),
        ("3/5", "1801/3000", False),
        ("2/3", "2/3", True),
        ("25-50%", "25%", True),
        ("25-50%", "50%", True),
        (">25-50%", "25%", False),
        ("25-<50%", "50%", False),
        ("25-<50%", "49.99%", True),
        ("25-50%", "50.03%", False),
        ("50-75%", "59.32%", True),
        (">50%", "100%", True),
        (">50%", "50%", False),
        ("<=3.2%", "3.2%", True),
        ("<3.2%", "3.2%", False),
        ("25-50%", "25-50%", True),
        ("25-50%", ">25-<50%", True),
        (">25-50%", "25-50%", False),
        ("20-60%", "25-50%", True),
        ("25-50%", "20-40%", False),
        ("25-50%", "50-75%", False),
        ("30%", "25-50%", False),
        ("30%", "29.6-30.4%", True),
        ("?", "60%", True),
        ("?", "25-50%", True),
        ("?", "?", True),
        ("60%", "?", False),
        ("25-50%", "?", False),
        (">=0%", "?", True),
        ("~30%", "30.9%", True),
        ("~30%", "32%", False),
        ("~30%", "29-31%", True),
        ("~30%", "25-50%", False),
        ("~30%", "~31%", True),
        ("~1%", "1.4%", True),
        ("30%", "~30%", False),
        ("25-50%", "~30%", True),
        ("0%", "0.3%", False),
        ("~0%", "0.3%", False),
        ("<1%", "0.3%", True),
        ("100%", "99.99%", False),
        ("100%", "100%", True),
        ("99.9%", "100%", False),
        ("1%", "1.2%", True),
    ],
)
def test_what_stands_is_confirmed_when_it_lies_wholly_within_what_is_seen(
    seen: str, held: str, agrees: bool
) -> None:
    """Its digits, its range, what is near it; and nothing rounds to nothing or to the whole."""
    assert confirms(parse_share(seen), parse_share(held)) is agrees


@pytest.mark.parametrize(
    ("seen", "held", "agrees"),
    [(None, None, True), (None, 600, True), (600, 600, True), (600, 700, False), (600, None, False)],
)
def test_counts_must_not_differ(seen: int | None, held: int | None, agrees: bool) -> None:
    """Who sees a number of shares where none was known says more than what stands."""
    assert confirms(parse_share("60%"), parse_share("60%"), seen, held) is agrees
    assert confirms(parse_share("?"), parse_share("60%"), seen, held) is agrees


@drawn(shares(), shares())
def test_who_confirms_does_not_contradict(seen: Share, held: Share) -> None:
    """And every share confirms itself, and the unknown one all."""
    assert not (confirms(seen, held) and contradicts(seen, held))
    assert not (confirms(seen, held) and disagree(seen, held))
    assert confirms(seen, seen)
    assert confirms(Share.unknown(), held)
    assert disagree(seen, held) is disagree(held, seen)


# What replay makes of it


def holding(*events: Event, day: str = "2013-01-01", right: str = "equity") -> Holding:
    """The only holding of the holder a, or of one right."""
    (found,) = History(events).as_of(day).holdings("a", right=right)
    return found


def issue(date: str = "2010-01-01", **fields: Any) -> Event:
    """The mill is made, with 3,000 shares."""
    subscribers = {"a": "1801", "b": "1199"}
    return issued(date, "mill", "3000", total="3000", subscribers=subscribers, id="issue", **fields)


def later_issue() -> Event:
    """600 shares more, all for b."""
    return issued("2012-01-01", "mill", "600", total="3600", subscribers={"b": "600"}, id="more")


@pytest.mark.parametrize("seen", ["60%", "60.0%", "~60%", "~61%", "50-75%", ">50%", "?", "1801/3000"])
@pytest.mark.parametrize("fields", [{}, {"shares": "1801"}, {"check": "yes"}, {"confidence": "rumoured"}])
def test_an_observation_that_agrees_changes_nothing(seen: str, fields: dict[str, str]) -> None:
    """Share, count, basis and begin stay as they were, and so does what later becomes of them."""
    events = [issue(), observed("2011-01-01", "a", "mill", seen, id="o1", **fields)]
    before = holding(*events, day="2011-06-01")
    assert (before.share.value, before.shares, before.basis) == (
        holding(issue()).share.value,
        1801,
        "derived",
    )
    assert (str(before.since), before.events) == ("2010-01-01", ("issue", "o1"))
    after = holding(*events, later_issue())
    assert (str(after.share), after.shares) == ("1801/3600", 1801)
    assert after.events == ("issue", "o1", "more")
    assert not [problem for problem in History(events).check() if problem.code in ("C407", "C415")]
    assert History(events).conflicts() == ()


@pytest.mark.parametrize("seen", ["50%", "50.0%", "50.03%", "25-<51%", "?"])
def test_an_observation_may_agree_after_dilution(seen: str) -> None:
    """What was worked out is as good a value as one that was stated."""
    found = holding(issue(), later_issue(), observed("2012-06", "a", "mill", seen, id="o1"))
    assert (str(found.share), found.shares, str(found.since)) == ("1801/3600", 1801, "2012-01-01")
    assert found.events == ("issue", "more", "o1")


@pytest.mark.parametrize("right", ["equity", "votes", "board", "profit"])
@pytest.mark.parametrize(
    ("stands", "seen", "share", "since"),
    [
        ("59.32%", "50-75%", "59.32%", "2010-01-01"),
        ("59.32%", "59%", "59.32%", "2010-01-01"),
        ("59.32%", "59.3%", "59.32%", "2010-01-01"),
        ("59.32%", "60%", "60%", "2011-01-01"),
        ("59.32%", "59.4%", "59.4%", "2011-01-01"),
        ("25-50%", "30%", "30%", "2011-01-01"),
        ("25-50%", "50-75%", "50-75%", "2011-01-01"),
        ("25-50%", "20-60%", "25-50%", "2010-01-01"),
        ("?", "30%", "30%", "2011-01-01"),
        ("?", "25-50%", "25-50%", "2011-01-01"),
        ("~30%", "30%", "30%", "2011-01-01"),
        ("99.99%", "100%", "100%", "2011-01-01"),
        ("3/8", "37.5%", "3/8", "2010-01-01"),
    ],
)
def test_what_says_more_or_other_than_what_stands_replaces_it(
    stands: str, seen: str, share: str, since: str, right: str
) -> None:
    """From its own day; what it confirms is older."""
    bought = acquired("2010-01-01", "a", "mill", stands, right=right, id="bought")
    found = holding(bought, observed("2011-01-01", "a", "mill", seen, right=right, id="seen"), right=right)
    assert (str(found.share), str(found.since)) == (share, since)
    assert found.events == (("bought", "seen") if since == "2010-01-01" else ("seen",))


@pytest.mark.parametrize(
    ("publisher", "seen", "share"),
    [
        ("Register", "10.8%", "10.8%"),
        ("Register", "11%", "11%"),
        ("Register", "10.750%", "10.75%"),
        ("Register", "10-25%", "10.75%"),
        ("Register", "?", "10.75%"),
        ("Post", "10.8%", "10.75%"),
        ("Post", "11%", "10.75%"),
        (None, "10.8%", "10.75%"),
    ],
)
def test_a_publisher_does_not_round_what_it_saw_itself(publisher: str | None, seen: str, share: str) -> None:
    """The list of the next year has another share; another paper has the same, to fewer digits."""
    listed = observed("2010-12-31", "a", "mill", "10.75%", sources=by("Register"))
    sources = [] if publisher is None else by(publisher)
    assert str(holding(listed, observed("2011-12-31", "a", "mill", seen, sources=sources)).share) == share


@pytest.mark.parametrize("seen", ["0%", "0.00%", "~0%"])
def test_nothing_confirms_only_nothing(seen: str) -> None:
    """0.3 % stand, and 0 % are seen: nothing is held, and that is a disagreement."""
    events = [acquired("2010-01-01", "a", "mill", "0.3%"), observed("2011-01-01", "a", "mill", seen)]
    assert History(events).as_of("2013").holdings() == ()
    assert [problem.code for problem in History(events).check()] == ["C407"]


@pytest.mark.parametrize("seen", ["60%", "?", "50-75%"])
def test_what_is_stale_is_brought_up_to_date(seen: str) -> None:
    """It was measured by another number of shares."""
    events = [acquired("2010-01-01", "a", "mill", "60%"), issued("2011", "mill", "10M")]
    assert holding(*events).stale
    found = holding(*events, observed("2012-06-01", "a", "mill", seen))
    assert (str(found.share), found.stale, str(found.since)) == (seen, False, "2012-06-01")


def test_a_count_that_is_seen_is_added_to_what_is_confirmed() -> None:
    """The share stays as exact as it was known."""
    events = [acquired("2010-01-01", "a", "mill", "59.32%", id="bought")]
    found = holding(*events, observed("2011-01-01", "a", "mill", "59%", shares="600", id="seen"))
    assert (str(found.share), found.shares, found.events) == ("59.32%", 600, ("bought", "seen"))
    other = observed("2012-01-01", "a", "mill", "59%", shares="700", id="other")
    replaced = holding(*events, observed("2011-01-01", "a", "mill", "59%", shares="600"), other)
    assert (str(replaced.share), replaced.shares, replaced.events) == ("59%", 700, ("other",))


# Later, or about the same time


def by(publisher: str) -> list[dict[str, str]]:
    """The one source of an event."""
    return [{"publisher": publisher}]


@pytest.mark.parametrize("publishers", [("Report", "Report", "Report"), ("Post", "Times", "Gazette")])
@pytest.mark.parametrize("confidence", [{}, {"confidence": "confirmed"}])
def test_annual_reports_are_no_disagreement(publishers: tuple[str, ...], confidence: dict[str, str]) -> None:
    """10, 12 and 15 % at the ends of three years: each counts from its day on."""
    years = zip(("2012", "2013", "2014"), ("10%", "12%", "15%"), publishers, strict=True)
    events = [
        observed(
            f"{year}-12-31",
            "a",
            "mill",
            holds,
            sources=by(publisher),
            **(confidence if holds == "10%" else {}),
        )
        for year, holds, publisher in years
    ]
    for order in permutations(events):
        history = History(order)
        assert history.conflicts() == ()
        assert history.check() == ()
        assert [str(holding(*order, day=f"{year}-12-31").share) for year in (2012, 2013, 2014)] == [
            "10%",
            "12%",
            "15%",
        ]


@pytest.mark.parametrize("confidence", [None, "reported", "confirmed"])
def test_a_later_observation_counts_whatever_was_confirmed_before_it(confidence: str | None) -> None:
    """59.32 % confirmed in 2014, 50.92 % observed at the end of 2018: 50.92 % in 2019."""
    sure = {} if confidence is None else {"confidence": confidence}
    events = [
        acquired("2014-06-24", "a", "mill", holds="59.32%", confidence="confirmed", sources=by("ECNS")),
        observed("2018-12-31", "a", "mill", "50.92%", sources=by("Report"), **sure),
    ]
    assert str(holding(*events, day="2018-12-30").share) == "59.32%"
    assert str(holding(*events, day="2019-06-30").share) == "50.92%"


BETTER_KNOWN = [
    [acquired("2014", "a", "mill", holds="60%", id="last")],
    [acquired("2014", "a", "mill", "60%", id="last")],
    [acquired("2013", "a", "mill", "50%"), acquired("2014", "a", "mill", "10%", id="last")],
    [acquired("2013", "a", "mill", "70%"), disposed("2014", "a", "mill", "10%", id="last")],
    [observed("2014", "a", "mill", "60%", id="last", confidence="confirmed")],
    [
        observed("2014", "a", "mill", "60%", id="last"),
        observed("2015", "a", "mill", "60%", confidence="rumoured"),
    ],
    [acquired("2014", "a", "mill", "60%", id="last", sources=by("Times"))],
]


@pytest.mark.parametrize("before", BETTER_KNOWN)
@pytest.mark.parametrize("rumour", ["70%", "0%", "62-70%"])
def test_a_rumour_does_not_replace_what_is_better_known(before: list[Event], rumour: str) -> None:
    """It stays listed among the conflicts."""
    said = observed("2016", "a", "mill", rumour, id="rumour", confidence="rumoured", sources=by("Times"))
    history = History([*before, said])
    assert str(holding(*before, said, day="2017").share).replace("3/5", "60%") == "60%"
    (conflict,) = history.conflicts()
    assert (conflict.chosen.id, [other.id for other in conflict.others]) == ("last", ["rumour"])
    assert conflict.differ == ("share",)


def test_a_rumour_replaces_what_is_no_better_known() -> None:
    """Another rumour, and what nobody knows."""
    said = observed("2016", "a", "mill", "70%", confidence="rumoured")
    for before in (
        observed("2014", "a", "mill", "60%", confidence="rumoured"),
        acquired("2014", "a", "mill", "60%", confidence="rumoured"),
        observed("2014", "a", "mill", "?", confidence="confirmed"),
        acquired("2014", "a", "mill", shares="600"),
    ):
        assert str(holding(before, said, day="2017").share) == "70%"


def test_a_rumour_that_agrees_confirms() -> None:
    """It says nothing other than what is known, and so it counts."""
    bought = acquired("2014", "a", "mill", "59.32%", id="bought")
    said = observed("2016", "a", "mill", "59%", confidence="rumoured", id="said", sources=by("Times"))
    assert holding(bought, said, day="2017").events == ("bought", "said")
    assert History([bought, said]).conflicts() == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [("25-50%", "30%"), ("59.32%", "59%"), ("?", "30%"), ("~30%", "30%")],
)
def test_two_sources_of_one_time_of_whom_one_is_rougher_agree(first: str, second: str) -> None:
    """Both count in either order, and what stands is the nearer of the two."""
    one = observed("2014", "a", "mill", first, id="one", sources=by("Post"))
    two = observed("2014", "a", "mill", second, id="two", sources=by("Times"))
    for events in ([one, two], [two, one]):
        assert settle(events).set_aside == {}
        assert History(events).conflicts() == ()
        assert str(holding(*events, day="2015").share) in ("30%", "59.32%")


def founded(date: str, name: str, publisher: str, **fields: Any) -> Event:
    """A source says when an entity was founded."""
    return happened(
        "entity.founded", date, entity="mill", name=name, type="company", sources=by(publisher), **fields
    )


@pytest.mark.parametrize(
    ("one", "two", "differ"),
    [
        (("1994", "Mill"), ("1996", "Mill"), ("day",)),
        (("1994", "Mill"), ("1994", "Old Mill"), ("name",)),
        (("1994", "Mill"), ("1996", "Old Mill"), ("name", "day")),
    ],
)
def test_two_papers_on_a_founding_are_rivals_at_any_time(
    one: tuple[str, str], two: tuple[str, str], differ: tuple[str, ...]
) -> None:
    """It was founded once, under one first name."""
    first, second = founded(*one, "Post", id="first"), founded(*two, "Times", id="second")
    (conflict,) = History([first, second]).conflicts()
    assert (conflict.fact, conflict.chosen, conflict.others) == (("founding", "mill"), second, (first,))
    assert conflict.differ == differ
    assert History([first, founded(*two, "Post")]).conflicts() == ()


def test_a_purchase_that_was_seen_otherwise_later_stays_a_conflict() -> None:
    """Nobody says what happened in between; a later report of a report is only a change."""
    bought = acquired("2012", "a", "mill", "60%", id="bought")
    seen = [
        observed(f"{year}-12-31", "a", "mill", f"{year - 1970}%", id=f"seen-{year}") for year in (2014, 2015)
    ]
    (conflict,) = History([bought, *seen]).conflicts()
    assert (conflict.chosen.id, conflict.others, conflict.rule) == ("seen-2014", (bought,), "observed later")
    assert (
        History([acquired("2012", "a", "mill", "25-50%"), observed("2014", "a", "mill", "30%")]).conflicts()
        == ()
    )


# What is said again

_SAID_TWICE: list[tuple[str, str, dict[str, Any]]] = [
    ("holdings", "stake.acquired", {"holder": "ann", "target": "mill", "holds": "10%"}),
    ("holdings", "stake.acquired", {"holder": "ann", "target": "mill", "holds": "10%", "right": "votes"}),
    ("units", "unit.launched", {"unit": "shop", "owner": "mill"}),
    ("deals", "deal.proposed", {"deal": "sale", "title": "Sale", "parties": ["mill"]}),
    ("roles", "role.appointed", {"person": "ann", "entity": "mill", "role": "director"}),
    ("control", "control.granted", {"controller": "ann", "target": "mill", "basis": "votes"}),
    ("listings", "listing.started", {"entity": "mill", "exchange": "HKEX", "ticker": "42"}),
    ("memberships", "membership.started", {"entity": "mill", "group": "index"}),
    ("partnerships", "partnership.agreed", {"parties": ["ann", "mill"], "subject": "films"}),
    ("projects", "project.released", {"project": "film", "where": "Japan"}),
    ("names", "entity.renamed", {"entity": "mill", "name": "Harbour"}),
    ("identifiers", "entity.identified", {"entity": "mill", "scheme": "lei", "value": "7"}),
    ("status", "entity.insolvent", {"entity": "mill", "stage": "filed"}),
    ("status", "entity.dissolved", {"entity": "mill", "reason": "wound up"}),
    ("shares", "shares.issued", {"issuer": "mill", "shares": "100", "total": "100"}),
    ("lineage", "merger.absorbed", {"survivor": "quay", "absorbed": "mill"}),
]


@pytest.mark.parametrize(
    "dates", [("2014",), ("[2014-03..2014-06]",), ("2014-Q2", "2014-05-10"), ("2014", "2014-05")]
)
@pytest.mark.parametrize(("view", "kind", "fields"), _SAID_TWICE)
def test_what_is_said_again_goes_on(
    view: str, kind: str, fields: dict[str, Any], dates: tuple[str, ...]
) -> None:
    """It stood before and stands after: while that day is open it is told once, and as certain."""
    told = [
        happened(kind, date, f"e{number}", **fields) for number, date in enumerate(("2012-03-05", *dates))
    ]
    for events in permutations(told):
        history = History(events)
        for day in ("2013", "2014-01-01", "2014-04-15", "2014-05-10", "2014-06-30", "2014-12-31", "2015"):
            assert [fact.certain for fact in history.as_of(day).view(view)] == [True], day
        assert [each for each in history.diff("2013", "2014-05-10") if each.view == view] == []


def test_what_is_said_again_ends_a_doubt() -> None:
    """The company is gone, so that the role is only possible, until it is said that it stands."""
    role = {"person": "ann", "entity": "mill", "role": "director"}
    history = History(
        [
            happened("role.appointed", "2010-01-01", **role),
            happened("entity.dissolved", "2012-01-01", entity="mill", reason="wound up"),
            happened("entity.reinstated", "2014-03-01", entity="mill", reason="restored"),
            happened("entity.dissolved", "2015-01-01", "again", entity="mill", reason="wound up"),
            happened("role.appointed", "2016", **role),
        ]
    )
    days = ("2011", "2013", "2014-06-30", "2015-06-30", "2016-06-30", "2016-12-31")
    said = [{fact.certain for fact in history.as_of(day).roles()} for day in days]
    assert said == [{True}, {False}, {True}, {False}, {False}, {True}]


def test_what_is_said_again_is_over_when_it_ends() -> None:
    """Bought, said again in the next year, and sold in the year after: each day by its own window."""
    history = History(
        [
            acquired("2012-03-05", "ann", "mill", holds="10%"),
            acquired("2014", "ann", "mill", holds="10%"),
            disposed("2015", "ann", "mill", holds="0%"),
        ]
    )
    days = ("2014-06-30", "2015-06-30", "2015-12-31")
    said = [[held.certain for held in history.as_of(day).holdings()] for day in days]
    assert said == [[True], [False], []]


def test_by_what_was_known_before_it_is_said_again() -> None:
    """As long as nobody knew of the second report, the first stands by itself."""
    role = {"person": "ann", "entity": "mill", "role": "director"}
    history = History(
        [
            happened("role.appointed", "2012-03-05", known="2012-04", **role),
            happened("role.appointed", "2014", known="2016", **role),
            happened("role.ended", "2017", known="2018", **role),
        ]
    )
    said = {
        known: [
            [fact.certain for fact in history.as_of(day, known).roles()]
            for day in ("2014-06-30", "2017-06-30")
        ]
        for known in ("2013", "2017", None)
    }
    assert said == {"2013": [[True], [True]], "2017": [[True], [True]], None: [[True], [False]]}
