"""The order of replay, spans, and what replay promises to projectors."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator

import pytest

from chronicle.engine import views
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Before, Change, Ledger, Projector, Span, in_order, replay
from chronicle.errors import UsageError
from chronicle.events import KINDS, ORDER, Event, RoleAppointed, StakeAcquired, with_effects
from given import (
    absorbed,
    acquired,
    day,
    disposed,
    happened,
    in_turn,
    issued,
    launched,
    ledger_of,
    observed,
    state_on,
    transferred,
)

STAKE = ("group", "film", "equity")


def spans(events: list[Event], *key: str, view: str = views.HOLDINGS) -> tuple[Span, ...]:
    """The spans of one cell, by default the stake of the group in the film company."""
    return ledger_of(events).cell(view, key or STAKE)


def shares(found: tuple[Span, ...]) -> list[str]:
    """The shares of spans as text."""
    return [str(span.value.share) for span in found]


# The order


def test_every_kind_has_a_place_in_the_order() -> None:
    """Two kinds of one day never wait for chance to say which comes first."""
    assert set(ORDER) == set(KINDS.values())
    assert {event.kind: event for event in ORDER} == KINDS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("entity.declared", "entity.founded"),
        ("entity.founded", "stake.acquired"),
        ("entity.founded", "entity.renamed"),
        ("deal.proposed", "deal.agreed"),
        ("deal.agreed", "deal.approved"),
        ("deal.approved", "deal.completed"),
        ("deal.completed", "deal.terminated"),
        ("shares.issued", "stake.acquired"),
        ("stake.acquired", "stake.disposed"),
        ("stake.acquired", "stake.observed"),
        ("stake.disposed", "merger.absorbed"),
        ("unit.launched", "unit.transferred"),
        ("unit.transferred", "unit.closed"),
        ("merger.absorbed", "stake.observed"),
        ("stake.acquired", "entity.dissolved"),
        ("listing.started", "listing.ended"),
        ("control.granted", "control.ended"),
        ("role.appointed", "role.ended"),
        ("entity.insolvent", "entity.dissolved"),
    ],
)
def test_what_begins_comes_before_what_ends_on_one_day(first: str, second: str) -> None:
    """On one day a thing begins, is acted on, and ends, in that order."""
    assert ORDER[KINDS[first]] < ORDER[KINDS[second]]


def test_earlier_windows_come_first_and_wider_ones_after_narrower_ones() -> None:
    """Events go by the first day they can be on, then by the last."""
    events = [
        acquired("2014", "a", "t", "1%", id="year"),
        acquired("2014-01", "a", "t", "1%", id="january"),
        acquired("2014-01-01", "a", "t", "1%", id="new-year"),
        acquired("2013-12-31", "a", "t", "1%", id="eve"),
        acquired("[..2014-06]", "a", "t", "1%", id="by-june"),
    ]
    assert in_turn(events) == ["by-june", "eve", "new-year", "january", "year"]


def test_the_kind_decides_within_the_same_window() -> None:
    """An observation of a month sees the purchase of that month, however the file lists them."""
    events = [observed("2014-03", "a", "t", "60%", id="seen"), acquired("2014-03", "a", "t", "60%", id="got")]
    assert in_turn(events) == ["got", "seen"]


def test_the_position_decides_among_equal_kinds_in_the_same_window() -> None:
    """What was recorded first is replayed first where nothing else tells two events apart."""
    events = [acquired("2014-03", "a", "t", "1%", id=name) for name in "cab"]
    assert in_turn(events) == ["c", "a", "b"]


def test_the_mark_of_an_approximate_date_does_not_change_the_order() -> None:
    """ "About March" has the window of March."""
    events = [acquired("2014-03~", "a", "t", "1%", id="about"), acquired("2014-03", "a", "t", "1%", id="in")]
    assert in_turn(events) == ["about", "in"]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_input_does_not_matter_between_different_windows(seed: int) -> None:
    """Shuffled events of different days replay alike."""
    events = [acquired(f"2014-01-{number:02}", "a", "t", "1%", id=str(number)) for number in range(1, 20)]
    shuffled = random.Random(seed).sample(events, len(events))
    assert in_turn(shuffled) == in_turn(events)


# after


def test_after_moves_an_event_directly_behind_the_one_it_names() -> None:
    """A sale recorded as before the purchase of its month can say that it came after."""
    events = [
        disposed("2014-03", "a", "t", "1%", id="sale"),
        acquired("2014-03", "a", "t", "1%", id="purchase", after="sale"),
        disposed("2014-03", "b", "t", "1%", id="other"),
    ]
    assert in_turn(events) == ["sale", "purchase", "other"]


def test_after_an_event_that_is_earlier_anyway_changes_nothing() -> None:
    """An event that comes later by its date stays at its date."""
    events = [
        acquired("2014-01", "a", "t", "1%", id="one"),
        acquired("2014-02", "a", "t", "1%", id="two"),
        acquired("2014-03", "a", "t", "1%", id="three", after="one"),
    ]
    assert in_turn(events) == ["one", "two", "three"]


def test_a_chain_of_after_is_followed_to_its_end() -> None:
    """c after b after a, however they are listed."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="c", after="b"),
        acquired("2014-03", "a", "t", "1%", id="b", after="a"),
        acquired("2014-03", "a", "t", "1%", id="d"),
        acquired("2014-03", "a", "t", "1%", id="a"),
    ]
    assert in_turn(events) == ["d", "a", "b", "c"]


def test_several_events_after_one_keep_their_own_order() -> None:
    """Two that follow the same event come in order of position, each with its own followers."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="first", after="base"),
        acquired("2014-03", "a", "t", "1%", id="behind-first", after="first"),
        acquired("2014-03", "a", "t", "1%", id="second", after="base"),
        acquired("2014-03", "a", "t", "1%", id="base"),
    ]
    assert in_turn(events) == ["base", "first", "behind-first", "second"]


def test_after_an_event_that_is_not_there_keeps_the_place() -> None:
    """A wrong id is a finding of check, and loses no event."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="one", after="nobody"),
        acquired("2014-03", "a", "t", "1%", id="two"),
    ]
    assert in_turn(events) == ["one", "two"]


def test_what_follows_an_event_without_a_right_after_still_follows_it() -> None:
    """The wrong `after` of one event does not undo the right one of another."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="follower", after="lost"),
        acquired("2014-03", "a", "t", "1%", id="lost", after="nobody"),
    ]
    assert in_turn(events) == ["lost", "follower"]


def test_a_circle_of_after_keeps_its_places() -> None:
    """Events that follow each other in a circle stay where they are; what follows them still does."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="behind", after="y"),
        acquired("2014-03", "a", "t", "1%", id="x", after="y"),
        acquired("2014-03", "a", "t", "1%", id="y", after="x"),
    ]
    assert in_turn(events) == ["x", "y", "behind"]


def test_an_event_after_itself_keeps_its_place() -> None:
    """Nobody can wait for himself."""
    events = [
        acquired("2014-03", "a", "t", "1%", id="self", after="self"),
        acquired("2014-03", "a", "t", "1%", id="two"),
    ]
    assert in_turn(events) == ["self", "two"]


def test_a_chain_of_ten_thousand_after_needs_no_deep_stack() -> None:
    """A long chain is followed, whatever the limit of the interpreter is."""
    events = [
        acquired(
            "2014-03", "a", "t", "1%", id=f"e{number}", after=f"e{number + 1}" if number < 9_999 else None
        )
        for number in range(10_000)
    ]
    assert in_turn(events) == [f"e{number}" for number in reversed(range(10_000))]


def test_effects_of_a_completion_come_before_what_follows_the_completion() -> None:
    """What a deal does happens at once, before any event that is said to come after it."""
    completed = happened(
        "deal.completed",
        "2015",
        id="done",
        deal="d",
        effects=[{"kind": "unit.launched", "unit": "u", "owner": "film"}],
    )
    events = [transferred("2015", "u", "film", "rival", id="sold-on", after="done"), completed]
    replayed = with_effects(in_order(events, ORDER), KINDS)
    assert [(event.kind, event.id) for event in replayed] == [
        ("deal.completed", "done"),
        ("unit.launched", "done"),
        ("unit.transferred", "sold-on"),
    ]


# Spans


def test_a_span_runs_from_the_window_of_its_change_to_that_of_the_next() -> None:
    """60 % from March 2014 until May 2015, then 50 %, and that still stands."""
    first, second = spans(
        [
            acquired("2014-03", *STAKE[:2], "60%", id="bought"),
            disposed("2015-05", *STAKE[:2], "10%", id="sold"),
        ]
    )
    assert (str(first.value.share), str(first.begin), str(first.end)) == ("60%", "2014-03", "2015-05")
    assert (str(second.value.share), str(second.begin), second.end) == ("50%", "2015-05", None)
    assert (first.ended_by, second.ended_by) == ("sold", None)
    assert not first.ends_in_nothing
    assert not second.ends_in_nothing


def test_a_span_knows_that_nothing_came_in_its_place() -> None:
    """Who sells all has nothing, and a later purchase begins anew."""
    first, second = spans(
        [
            acquired("2014", *STAKE[:2], "60%"),
            disposed("2015", *STAKE[:2], "60%", id="sold"),
            acquired("2017", *STAKE[:2], "5%", id="back"),
        ]
    )
    assert (first.ends_in_nothing, first.ended_by, str(first.end)) == (True, "sold", "2015")
    assert (str(second.value.share), str(second.begin), second.events) == ("5%", "2017", ("back",))


def test_a_span_is_certain_between_its_windows_and_possible_within_them() -> None:
    """Bought in March and sold in May: sure from the end of March to the end of April."""
    (span,) = spans([acquired("2014-03", *STAKE[:2], "60%"), disposed("2014-05", *STAKE[:2], "60%")])
    answers = {
        text: (span.possible(day(text)), span.certain(day(text)))
        for text in (
            "2014-02-28",
            "2014-03-01",
            "2014-03-30",
            "2014-03-31",
            "2014-04-30",
            "2014-05-01",
            "2014-05-30",
            "2014-05-31",
        )
    }
    assert answers == {
        "2014-02-28": (False, False),
        "2014-03-01": (True, False),
        "2014-03-30": (True, False),
        "2014-03-31": (True, True),
        "2014-04-30": (True, True),
        "2014-05-01": (True, False),
        "2014-05-30": (True, False),
        "2014-05-31": (False, False),
    }


def test_a_value_of_one_day_that_is_replaced_on_the_same_day_never_shows() -> None:
    """Two purchases on one day leave one answer for it."""
    events = [acquired("2014-03-10", *STAKE[:2], "10%"), acquired("2014-03-10", *STAKE[:2], "20%")]
    assert shares(spans(events)) == ["10%", "30%"]
    assert [str(holding.share) for holding in state_on("2014-03-10", events).holdings()] == ["30%"]


def test_a_cell_that_never_was_has_no_spans() -> None:
    """Neither an unknown key nor an unknown view is an error of the ledger, and none appears by asking."""
    ledger = ledger_of([acquired("2014", *STAKE[:2], "60%")])
    assert ledger.cell(views.HOLDINGS, ("nobody", "film", "equity")) == ()
    assert ledger.cell("dreams", STAKE) == ()
    assert list(ledger.keys("dreams")) == []
    assert list(ledger.keys(views.HOLDINGS)) == [STAKE]
    assert ledger.where(views.HOLDINGS, 0, "nobody") == ()


def test_a_ledger_finds_keys_by_their_parts() -> None:
    """Who holds the film company, and what the group holds."""
    ledger = ledger_of([acquired("2014", holder, target, "1%") for holder in "ab" for target in "xy"])
    assert list(ledger.where(views.HOLDINGS, 0, "a")) == [("a", "x", "equity"), ("a", "y", "equity")]
    assert list(ledger.where(views.HOLDINGS, 1, "y")) == [("a", "y", "equity"), ("b", "y", "equity")]


def test_a_ledger_gives_every_span() -> None:
    """Walking the ledger meets each span of each view once."""
    events = [
        acquired("2014", *STAKE[:2], "60%"),
        disposed("2015", *STAKE[:2], "10%"),
        launched("2014", "u", "film"),
    ]
    found = [(span.view, span.key, str(span.begin)) for span in ledger_of(events)]
    assert found == [
        (views.HOLDINGS, STAKE, "2014"),
        (views.HOLDINGS, STAKE, "2015"),
        (views.UNITS, ("u", "film"), "2014"),
    ]


def test_an_end_of_what_never_began_leaves_no_trace() -> None:
    """Selling what nobody held is a finding of check and no span."""
    ledger = ledger_of(
        [disposed("2014", *STAKE[:2], "60%"), happened("unit.closed", "2014", unit="u", reason="x")]
    )
    assert list(ledger) == []


def test_an_end_after_an_end_changes_nothing() -> None:
    """The first end is the end."""
    ended = {"person": "ma", "entity": "film", "role": "chair"}
    (span,) = spans(
        [
            happened("role.appointed", "2014", **ended),
            happened("role.ended", "2015", id="left", **ended),
            happened("role.ended", "2016", **ended),
        ],
        "ma",
        "film",
        "chair",
        view=views.ROLES,
    )
    assert (span.ended_by, str(span.end)) == ("left", "2015")


# The events behind a span


def test_a_value_worked_out_from_earlier_ones_names_them_all() -> None:
    """60 % less 10 % plus 5 % rests on three events, in their order."""
    found = spans(
        [
            acquired("2014", *STAKE[:2], "60%", id="one"),
            disposed("2015", *STAKE[:2], "10%", id="two"),
            acquired("2016", *STAKE[:2], "5%", id="three"),
        ]
    )
    assert [span.events for span in found] == [("one",), ("one", "two"), ("one", "two", "three")]


def test_a_value_stated_outright_owes_nothing_to_those_before() -> None:
    """An observation that disagrees, and a result that is stated, start the chain anew."""
    found = spans(
        [
            acquired("2014", *STAKE[:2], "60%", id="one"),
            observed("2015", *STAKE[:2], "40%", id="two"),
            acquired("2016", *STAKE[:2], holds="70%", id="three"),
            disposed("2017", *STAKE[:2], "1%", id="four"),
            disposed("2018", *STAKE[:2], holds="5%", id="five"),
        ]
    )
    assert [span.events for span in found] == [("one",), ("two",), ("three",), ("three", "four"), ("five",)]


def test_a_confirmed_value_stands_since_it_was_first_so() -> None:
    """Seeing 60 % again moves no date and adds a witness."""
    first, second = spans(
        [
            acquired("2014-03", *STAKE[:2], "60%", id="bought"),
            observed("2015", *STAKE[:2], "60%", id="seen"),
            observed("2016", *STAKE[:2], "60%", id="seen-again"),
            disposed("2017", *STAKE[:2], "1%", id="sold"),
        ]
    )
    assert (str(first.begin), str(first.end)) == ("2014-03", "2017")
    assert first.events == ("bought", "seen", "seen-again")
    assert second.events == ("bought", "seen", "seen-again", "sold")


def test_what_a_merger_moves_names_how_the_absorbed_came_by_it() -> None:
    """The stake of the survivor leads back to the purchase by the absorbed."""
    found = spans(
        [
            acquired("2014", "old", "film", "60%", id="bought"),
            acquired("2014", "group", "film", "5%", id="own"),
            absorbed("2015", "group", "old", id="merger"),
        ]
    )
    assert shares(found) == ["5%", "65%"]
    assert set(found[1].events) == {"bought", "own", "merger"}
    assert found[1].events[-1] == "merger"


def test_causes_stop_where_a_value_was_ended() -> None:
    """What was sold before is not among the causes of what was bought later."""
    found = spans(
        [
            acquired("2014", *STAKE[:2], "60%", id="one"),
            disposed("2015", *STAKE[:2], "60%", id="two"),
            acquired("2016", *STAKE[:2], "5%", seller="x", id="three"),
        ]
    )
    assert found[1].events == ("three",)


def test_dilution_names_the_issue_of_shares() -> None:
    """A share that shrank without a sale leads to the issues that shrank it."""
    found = spans(
        [
            issued("2013", "film", "50", total="100", id="float"),
            acquired("2014", *STAKE[:2], "60%", id="bought"),
            issued("2015", "film", "20", id="issue"),
        ]
    )
    assert shares(found) == ["60%", "50%"]
    assert set(found[1].events) == {"float", "bought", "issue"}
    assert found[1].events[-1] == "issue"


def test_a_share_worked_out_from_a_count_names_the_number_of_shares() -> None:
    """30 of 100 shares are 30 %, say the purchase and whoever counted the hundred."""
    (span,) = spans(
        [
            issued("2013", "film", "50", total="100", id="float"),
            acquired("2014", *STAKE[:2], shares="30", id="bought"),
        ]
    )
    assert str(span.value.share) == "30%"
    assert span.events == ("float", "bought")


def test_a_unit_leads_back_through_its_owners() -> None:
    """Whose the unit is now rests on every hand it went through."""
    (span,) = spans(
        [
            launched("2013", "u", "a", id="one"),
            transferred("2014", "u", "a", "b", id="two"),
            transferred("2015", "u", "b", "c", id="three"),
        ],
        "u",
        "c",
        view=views.UNITS,
    )
    assert span.events == ("one", "two", "three")


def test_a_unit_that_comes_to_who_has_it_already_owes_nothing_to_the_first_time() -> None:
    """It is there by the hand that gave it."""
    history = [
        launched("2013", "u", "b", id="first"),
        launched("2013", "u", "a", id="other"),
        transferred("2014", "u", "a", "b", id="given"),
    ]
    assert [span.events for span in spans(history, "u", "b", view=views.UNITS)] == [
        ("first",),
        ("other", "given"),
    ]


@pytest.mark.slow
def test_five_thousand_companies_in_a_row_need_no_deep_stack() -> None:
    """A succession of mergers longer than the stack of the interpreter keeps its first cause."""
    events = [acquired("1900", "c0", "film", "60%", id="start"), launched("1900", "u", "c0", id="launch")]
    events += [absorbed("1901", f"c{number + 1}", f"c{number}", id=f"m{number}") for number in range(5_000)]
    ledger = ledger_of(events)
    (stake,) = ledger.cell(views.HOLDINGS, ("c5000", "film", "equity"))
    (unit,) = ledger.cell(views.UNITS, ("u", "c5000"))
    assert stake.events == ("start", *(f"m{number}" for number in range(5_000)))
    assert unit.events == ("launch", *(f"m{number}" for number in range(5_000)))


# Projectors of one's own


def _appointed(event: RoleAppointed, before: Before) -> Iterator[Change]:
    held = before.get("workload", (event.person,)) or 0
    yield Change("workload", (event.person,), "adjust", held + 1, event.date, event.id)


WORKLOAD = Projector(name="workload", views=("workload",), table={RoleAppointed: _appointed})


def test_a_projector_of_ones_own_gets_spans_and_states() -> None:
    """Ten lines count the roles of a person, and every question works on them."""
    events = [
        happened("role.appointed", "2014", person="ma", entity="film", role="chair", id="one"),
        happened("role.appointed", "2015", person="ma", entity="group", role="chair", id="two"),
    ]
    ledger = ledger_of(events, projectors=(*PROJECTORS, WORKLOAD))
    assert [(span.value, span.events) for span in ledger.cell("workload", ("ma",))] == [
        (1, ("one",)),
        (2, ("one", "two")),
    ]
    (fact,) = state_on("2016", events, projectors=(*PROJECTORS, WORKLOAD)).view("workload")
    assert (fact.key, fact.value, fact.certain) == (("ma",), 2, True)


def test_two_projectors_cannot_write_one_view() -> None:
    """A view of one's own must not go by the name of one that is there."""
    with pytest.raises(UsageError) as error:
        ledger_of([], projectors=(*PROJECTORS, Projector(name="mine", views=(views.HOLDINGS,), table={})))
    assert error.value.code == "C607"
    assert str(error.value) == (
        'error[C607]: projectors "holdings" and "mine" both write the view "holdings"\n'
        "  help: give your own view another name"
    )


def test_projectors_see_what_stood_before_the_event_and_not_each_other() -> None:
    """The shipped projectors have their say on an event first, and a later one still sees the old value."""
    seen: list[object] = []

    def look(event: StakeAcquired, before: Before) -> Iterator[Change]:
        seen.append(before.get(views.HOLDINGS, (event.holder, event.target, event.right)))
        yield from ()

    events = [acquired("2014", *STAKE[:2], "60%"), acquired("2015", *STAKE[:2], "5%")]
    ledger_of(events, projectors=(*PROJECTORS, Projector(name="look", views=(), table={StakeAcquired: look})))
    assert seen[0] is None
    assert str(seen[1].share) == "60%"  # type: ignore[attr-defined]


def test_all_changes_of_an_event_are_worked_out_before_the_first_is_made() -> None:
    """A projector that makes its changes one by one reads nothing that it has just written."""

    def count(event: RoleAppointed, before: Before) -> Iterator[Change]:
        for _ in range(2):
            number = (before.get("roles-seen", (event.role,)) or 0) + 1
            yield Change("roles-seen", (event.role,), "adjust", number, event.date, event.id)

    projector = Projector(name="count", views=("roles-seen",), table={RoleAppointed: count})
    events = [happened("role.appointed", "2014", person="ma", entity="film", role="chair")]
    (_, last) = replay(in_order(events, ORDER), (projector,)).cell("roles-seen", ("chair",))
    assert last.value == 1


def test_a_change_that_ends_nothing_and_names_causes_does_no_harm() -> None:
    """A projector may end what never began, even if it says what that was made from."""

    def end(event: RoleAppointed, before: Before) -> Iterator[Change]:
        yield Change("mine", ("x",), "end", None, event.date, event.id, (("mine", ("y",)),))

    projector = Projector(name="mine", views=("mine",), table={RoleAppointed: end})
    events = [happened("role.appointed", "2014", person="ma", entity="film", role="chair")]
    assert list(replay(in_order(events, ORDER), (projector,))) == []


def test_before_finds_cells_that_appeared_after_it_was_first_asked() -> None:
    """An index that was made early learns of every key that comes later, and leaves out what ended."""
    found: list[list[tuple[str, ...]]] = []

    def look(_: StakeAcquired, before: Before) -> Iterator[Change]:
        found.append([key for key, _ in before.where(views.HOLDINGS, 1, "film")])
        yield from ()

    events = [
        acquired("2014", "a", "film", "10%"),
        acquired("2015", "b", "film", "20%"),
        disposed("2016", "a", "film", "10%"),
        acquired("2017", "c", "film", "5%"),
    ]
    ledger_of(events, projectors=(*PROJECTORS, Projector(name="look", views=(), table={StakeAcquired: look})))
    assert found == [[], [("a", "film", "equity")], [("b", "film", "equity")]]


def test_the_table_of_a_projector_cannot_be_changed() -> None:
    """A projector is a value: what it was made from may change, it does not."""
    table = {RoleAppointed: _appointed}
    projector = Projector(name="workload", views=("workload",), table=table)
    table.clear()
    assert list(projector.table) == [RoleAppointed]
    with pytest.raises(TypeError):
        projector.table[StakeAcquired] = _appointed  # type: ignore[index]


def test_spans_are_values() -> None:
    """Two replays of the same events give equal spans."""
    events = [acquired("2014", *STAKE[:2], "60%"), disposed("2015", *STAKE[:2], "10%")]
    assert list(ledger_of(events)) == list(ledger_of(events))


def test_nothing_happened_and_the_ledger_is_empty() -> None:
    """A history without events has every view and no span."""
    ledger: Ledger = ledger_of([])
    assert list(ledger) == []
    assert set(ledger.views) == set(views.KEYS)


# The collector of garbage


@pytest.fixture
def collector() -> Iterator[None]:
    """Whatever a test does to the collector is undone."""
    running = gc.isenabled()
    yield
    gc.unfreeze()
    (gc.enable if running else gc.disable)()


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_replay_leaves_the_collector_as_it_found_it(collector: None, running: bool, frozen: bool) -> None:
    """Running or not, with frozen objects of the program or without, and also when a projector fails."""

    def fail(_: RoleAppointed, __: Before) -> Iterator[Change]:
        raise LookupError("a slip in a projector")

    (gc.enable if running else gc.disable)()
    if frozen:
        gc.freeze()
    count = gc.get_freeze_count()
    ledger_of([acquired("2014", *STAKE[:2], "60%")])
    with pytest.raises(LookupError):
        ledger_of(
            [happened("role.appointed", "2014", person="ma", entity="film", role="chair")],
            projectors=(Projector(name="fail", views=(), table={RoleAppointed: fail}),),
        )
    assert gc.isenabled() == running
    assert abs(gc.get_freeze_count() - count) < 100 if frozen else gc.get_freeze_count() == 0
