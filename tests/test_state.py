"""The answer for one day: certain, possible, absent; and a state as a value."""

from __future__ import annotations

import datetime
from pathlib import Path

import attrs
import pytest

import chronicle
from chronicle.engine import views
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Projector
from chronicle.engine.state import State
from chronicle.errors import NotFound
from chronicle.events import Event
from given import acquired, day, disposed, happened, launched, ledger_of, observed, proposed, state_on

BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
SOLD_SOME = disposed("2014-08", "group", "film", "10%", id="sold-some")
SOLD_ALL = disposed("2014-08", "group", "film", "60%", id="sold-all")


def stake_on(date: str, *events: Event) -> list[tuple[str, bool]]:
    """The stakes of the group in the film company on a day: the share, and whether it is sure."""
    return [(str(holding.share), holding.certain) for holding in state_on(date, events).holdings()]


def candidates_on(date: str, *events: Event) -> list[str | None]:
    """Every share that the group may have had on a day."""
    found = state_on(date, events).candidates("group", "film")
    return [None if share is None else str(share) for share in found]


# Certain, possible, absent


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        ("2014-02-28", []),
        ("2014-03-01", [("60%", False)]),
        ("2014-03-15", [("60%", False)]),
        ("2014-03-30", [("60%", False)]),
        ("2014-03-31", [("60%", True)]),
        ("2014-03", [("60%", True)]),
        ("2014-07-31", [("60%", True)]),
        ("2014-08-01", [("60%", False), ("50%", False)]),
        ("2014-08-15", [("60%", False), ("50%", False)]),
        ("2014-08-30", [("60%", False), ("50%", False)]),
        ("2014-08-31", [("50%", True)]),
        ("2014", [("50%", True)]),
        ("9999-12-31", [("50%", True)]),
    ],
)
def test_a_stake_on_every_kind_of_day(date: str, answer: list[tuple[str, bool]]) -> None:
    """Bought in March, reduced in August: sure outside these months, both answers within the second."""
    assert stake_on(date, BOUGHT, SOLD_SOME) == answer


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        ("2014-07-31", [("60%", True)]),
        ("2014-08-01", [("60%", False)]),
        ("2014-08-30", [("60%", False)]),
        ("2014-08-31", []),
    ],
)
def test_a_stake_that_ends_is_possible_until_the_last_day_of_its_end(
    date: str, answer: list[tuple[str, bool]]
) -> None:
    """Sold in August: on the last day of August it is surely gone."""
    assert stake_on(date, BOUGHT, SOLD_ALL) == answer


def test_a_stake_known_to_the_day_is_never_only_possible() -> None:
    """From its day on it is sure, and until the day of its end."""
    events = (acquired("2014-03-11", "group", "film", "60%"), disposed("2014-08-20", "group", "film", "60%"))
    days = ("2014-03-10", "2014-03-11", "2014-08-19", "2014-08-20")
    assert [stake_on(date, *events) for date in days] == [[], [("60%", True)], [("60%", True)], []]


def test_a_stake_bought_by_a_day_is_possible_ever_before() -> None:
    """ "By September" says nothing of when it began."""
    events = (acquired("[..2014-09]", "group", "film", "60%"),)
    assert stake_on("0001-01-01", *events) == [("60%", False)]
    assert stake_on("2014-09-29", *events) == [("60%", False)]
    assert stake_on("2014-09-30", *events) == [("60%", True)]


def test_a_stake_bought_after_a_day_is_never_sure() -> None:
    """ "September or later" may be any later day, until the last one that there is."""
    events = (acquired("[2014-09..]", "group", "film", "60%"),)
    assert stake_on("2014-08-31", *events) == []
    assert stake_on("2099-01-01", *events) == [("60%", False)]
    assert stake_on("9999-12-31", *events) == [("60%", True)]


# share and candidates


def test_share_gives_the_value_that_begins_last() -> None:
    """On a day inside the window of a change it is the one after, and it is not sure."""
    state = state_on("2014-08-15", [BOUGHT, SOLD_SOME])
    share = state.share("group", "film")
    assert (str(share), share is not None and share.certain) == ("50%", False)
    sure = state_on("2014-08-31", [BOUGHT, SOLD_SOME]).share("group", "film")
    assert (str(sure), sure is not None and sure.certain) == ("50%", True)


def test_share_gives_the_last_of_two_changes_in_one_window() -> None:
    """Two purchases "in March": the second one begins last, though both begin in March."""
    events = [acquired("2014-03", "group", "film", "20%"), acquired("2014-03", "group", "film", "10%")]
    assert str(state_on("2014-03-15", events).share("group", "film")) == "30%"
    assert candidates_on("2014-03-15", *events) == [None, "20%", "30%"]


def test_the_mark_of_an_approximate_date_does_not_decide_which_begins_last() -> None:
    """ "About March" and "March" are one window, in which position decides."""
    events = [acquired("2014-03~", "group", "film", "20%"), acquired("2014-03", "group", "film", "10%")]
    assert str(state_on("2014-03-15", events).share("group", "film")) == "30%"


def test_nothing_is_no_share_and_the_unknown_is_one() -> None:
    """None says that nothing is held; the unknown share says that something is."""
    state = state_on("2015", [acquired("2014", "group", "film", "?")])
    assert state.share("film", "group") is None
    unknown = state.share("group", "film")
    assert unknown is not None
    assert unknown.is_unknown


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        ("2014-02-28", [None]),
        ("2014-03-01", [None, "60%"]),
        ("2014-03-30", [None, "60%"]),
        ("2014-03-31", ["60%"]),
        ("2014-08-01", ["60%", "50%"]),
        ("2014-08-30", ["60%", "50%"]),
        ("2014-08-31", ["50%"]),
    ],
)
def test_candidates_before_and_after_a_change(date: str, answer: list[str | None]) -> None:
    """Within March it may be nothing yet or 60 %; within August 60 % still or 50 % already."""
    assert candidates_on(date, BOUGHT, SOLD_SOME) == answer


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        ("2014-07-31", ["60%"]),
        ("2014-08-01", ["60%", None]),
        ("2014-08-30", ["60%", None]),
        ("2014-08-31", [None]),
        ("2099", [None]),
    ],
)
def test_candidates_before_and_after_an_end(date: str, answer: list[str | None]) -> None:
    """Within the month of the sale it may be 60 % still or nothing already."""
    assert candidates_on(date, BOUGHT, SOLD_ALL) == answer


def test_candidates_when_all_came_and_went_in_one_window() -> None:
    """Bought and sold in March: nothing yet, 60 %, or nothing any more."""
    events = (acquired("2014-03", "group", "film", "60%"), disposed("2014-03", "group", "film", "60%"))
    assert candidates_on("2014-03-15", *events) == [None, "60%", None]
    assert candidates_on("2014-03-31", *events) == [None]


def test_candidates_know_the_gap_between_two_holdings() -> None:
    """Sold in March and bought again from mid March to mid April: on 20 March it may be between the two."""
    events = (
        acquired("2013", "group", "film", "60%"),
        disposed("2014-03", "group", "film", "60%"),
        acquired("[2014-03-15..2014-04-15]", "group", "film", "5%"),
    )
    assert candidates_on("2014-03-10", *events) == ["60%", None]
    # Bought before the sale, it had 65 % for a while.
    assert candidates_on("2014-03-20", *events) == ["60%", "65%", None, "5%"]
    assert candidates_on("2014-04-10", *events) == [None, "5%"]
    assert candidates_on("2014-04-15", *events) == ["5%"]


def test_candidates_of_a_sure_day_do_not_count_nothing() -> None:
    """Who bought on a day of the year surely holds then; how much, a purchase dated "2014" leaves open."""
    events = (acquired("2014", "group", "film", "20%"), acquired("2014-03-10", "group", "film", "10%"))
    assert candidates_on("2014-03-09", *events) == [None, "20%"]
    assert candidates_on("2014-06-30", *events) == ["10%", "30%"]
    assert candidates_on("2014-12-31", *events) == ["30%"]


def test_candidates_of_a_stake_that_nobody_spoke_of() -> None:
    """Nothing is the only candidate."""
    assert candidates_on("2014") == [None]


def test_candidates_say_whether_the_day_is_sure() -> None:
    """Each candidate carries what share() would say."""
    state = state_on("2014-08-15", [BOUGHT, SOLD_SOME])
    assert [share.certain for share in state.candidates("group", "film") if share] == [False, False]
    state = state_on("2014-09", [BOUGHT, SOLD_SOME])
    assert [share.certain for share in state.candidates("group", "film") if share] == [True]


# Narrowing down


def test_holdings_by_holder_target_and_right() -> None:
    """Every part narrows the answer, and the order is that of holder, target and right."""
    events = [
        acquired("2014", holder, target, "1%", right=right)
        for holder in "ba"
        for target in "yx"
        for right in ("votes", "equity")
    ]
    state = state_on("2015", events)
    keys = [(holding.holder, holding.target, holding.right) for holding in state.holdings()]
    assert keys == sorted(keys)
    assert len(keys) == 8
    assert {holding.holder for holding in state.holdings(holder="a")} == {"a"}
    assert {holding.holder for holding in state.holdings(target="y")} == {"a", "b"}
    assert [(each.holder, each.target) for each in state.holdings("a", "x", "votes")] == [("a", "x")]
    assert state.holdings(holder="nobody") == ()
    assert [each.holder for each in state.holdings(target="x", right="equity")] == ["a", "b"]


def test_units_by_unit_and_owner() -> None:
    """Whose is it, and what has the owner."""
    state = state_on("2015", [launched("2014", "u", "a"), launched("2014", "v", "b")])
    assert [(unit.unit, unit.owner, unit.certain) for unit in state.units()] == [
        ("u", "a", True),
        ("v", "b", True),
    ]
    assert [unit.unit for unit in state.units(owner="b")] == ["v"]
    assert [unit.owner for unit in state.units("u")] == ["a"]


def test_deals_by_stage() -> None:
    """Which deals are open."""
    events = [proposed("2014", "d"), proposed("2014", "e"), happened("deal.agreed", "2014", deal="e")]
    state = state_on("2015", events)
    assert [deal.deal for deal in state.deals()] == ["d", "e"]
    assert [deal.deal for deal in state.deals(stage="proposed")] == ["d"]
    assert [deal.stage for deal in state.deals("e")] == ["agreed"]
    assert state_on("2013", events).deals() == ()


def test_a_view_by_parts_of_its_key() -> None:
    """Any view can be narrowed by the parts that its key has."""
    events = [
        happened("role.appointed", "2014", person=person, entity=entity, role="chair")
        for person in ("ma", "wong")
        for entity in ("film", "group")
    ]
    state = state_on("2015", events)
    found = state.view("roles", person="wong", entity="film")
    assert [fact.key for fact in found] == [("wong", "film", "chair")]
    assert len(state.view("roles", role="chair")) == 4


def test_a_view_that_is_not_there() -> None:
    """A slip gets the nearest name; a part that a key has not is refused too."""
    state = state_on("2015", [BOUGHT])
    with pytest.raises(NotFound) as error:
        state.view("holding")
    assert str(error.value) == 'error[C606]: no view "holding"\n  help: did you mean holdings?'
    with pytest.raises(NotFound) as error:
        state.view("holdings", holdr="group")
    assert error.value.code == "C606"
    assert "did you mean holder?" in str(error.value)
    with pytest.raises(NotFound):
        state.view("nope")


def test_a_history_without_some_projector_answers_with_nothing() -> None:
    """A state made by fewer projectors has no roles, and says so by an empty answer."""
    (holdings,) = (projector for projector in PROJECTORS if projector.name == "holdings")
    state = state_on("2015", [BOUGHT], projectors=(holdings,))
    assert len(state.holdings()) == 1
    assert state.roles() == ()
    assert state.units() == ()
    assert state.shares("film") is None


# Entities


def _entities() -> list[Event]:
    return [
        happened(
            "entity.declared", "0001-01-01", entity="alibaba-group", name="Alibaba Group", type="company"
        ),
        happened("entity.founded", "1999", entity="chinavision", name="ChinaVision", type="company"),
        happened("entity.identified", "2000", entity="chinavision", scheme="ticker", value="1060"),
    ]


def test_entities_that_have_a_name_on_the_day() -> None:
    """Who was founded later is not there yet."""
    assert [entity.entity for entity in state_on("1998", _entities()).entities()] == ["alibaba-group"]
    found = state_on("2001", _entities()).entities()
    assert [(entity.entity, entity.identifiers) for entity in found] == [
        ("alibaba-group", ()),
        ("chinavision", (("ticker", "1060"),)),
    ]
    assert (found[0].certain, found[1].certain) == (True, True)
    assert state_on("1999-06-01", _entities()).entity("chinavision").certain is False


def test_an_entity_that_is_not_there() -> None:
    """A slip gets the nearest id; an entity of a later day is told apart from one that never was."""
    state = state_on("1998", _entities())
    with pytest.raises(NotFound) as error:
        state.entity("alibaba-gruop")
    assert str(error.value) == 'error[C601]: no entity "alibaba-gruop"\n  help: did you mean alibaba-group?'
    with pytest.raises(NotFound) as error:
        state.entity("chinavision")
    assert error.value.code == "C601"
    assert "1998-12-31" in str(error.value)
    with pytest.raises(NotFound) as error:
        state.entity("qqqqqqqqq")
    assert "help" not in str(error.value)


def test_an_entity_known_by_a_new_name_alone() -> None:
    """A name without a founding leaves the type open."""
    entity = state_on("2015", [happened("entity.renamed", "2014", entity="a", name="A")]).entity("a")
    assert (entity.name, entity.type, entity.status) == ("A", "other", None)


# As a value


def test_states_of_the_same_question_and_answer_are_equal() -> None:
    """Two replays of one history give equal states with equal hashes, and other days others."""
    one, two = state_on("2014-08-15", [BOUGHT, SOLD_SOME]), state_on("2014-08-15", [BOUGHT, SOLD_SOME])
    assert one == two
    assert hash(one) == hash(two)
    assert one != state_on("2014-08-16", [BOUGHT, SOLD_SOME])
    assert one != state_on("2014-08-15", [BOUGHT])
    assert one != "a state"


def test_what_happens_later_makes_no_other_state() -> None:
    """A sale in 2020 changes nothing about 2015."""
    later = disposed("2020", "group", "film", "60%")
    assert state_on("2015", [BOUGHT]) == state_on("2015", [BOUGHT, later])


def test_a_state_knows_by_what_knowledge_it_answers() -> None:
    """The same day by other knowledge is another question."""
    assert state_on("2015", [BOUGHT], known="2016") != state_on("2015", [BOUGHT])


def test_a_state_cannot_be_changed() -> None:
    """What was handed out stays what it is."""
    state = state_on("2015", [BOUGHT])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        state.as_of = datetime.date(2016, 1, 1)  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        state.holdings()[0].share = None  # type: ignore[misc]


def test_the_parts_of_a_state_are_values() -> None:
    """Holdings, units, deals and facts compare and go into sets."""
    events = [BOUGHT, launched("2014", "u", "film"), proposed("2014", "d")]
    for name in ("holdings", "units", "deals", "partnerships"):
        one, two = (getattr(state_on("2015", events), name)() for _ in range(2))
        assert one == two
        assert hash(one) == hash(two)
    facts = [set(state_on("2015", events).facts()) for _ in range(2)]
    assert facts[0] == facts[1]
    assert len(facts[0]) == 3
    (fact,) = state_on("2015", events).view(views.HOLDINGS)
    assert fact != "a fact"


def test_repr_is_one_line() -> None:
    """A state in a terminal says its question and how much it has to answer."""
    events = [BOUGHT, launched("2014", "u", "film"), proposed("2014", "d")]
    assert repr(state_on("2015", events)) == "<State as of 2015-12-31: 1 holdings, 1 units, 1 deals>"
    known = state_on("2015", [BOUGHT], known="2014-06-30")
    assert repr(known) == "<State as of 2015-12-31 known 2014-06-30: 1 holdings, 0 units, 0 deals>"


def test_html_of_a_state_is_a_table_that_escapes() -> None:
    """A notebook shows who, what, of, sure and since; a title from a file runs no script."""
    evil = "<script>alert('x')</script> & co"
    events = [
        acquired("2014-03", "group", "film", ">50%"),
        launched("2014", "u", "film"),
        proposed("2014", "d", title=evil),
    ]
    html = state_on("2014-03-15", events, known="2099")._repr_html_()
    assert html.startswith("<table><caption>As of 2014-03-15, as known on 2099-12-31</caption>")
    row = "<td>group</td><td>&gt;50% equity</td><td>film</td><td>possible</td><td>2014-03</td>"
    assert row in html
    assert "<script>" not in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; co" in html
    assert "as known on" not in state_on("2015", events)._repr_html_()


def test_a_state_of_a_view_of_ones_own_keeps_its_order() -> None:
    """Facts come in order of key, whatever order they happened in."""

    def note(event: Event, _: object) -> list[object]:
        from chronicle.engine.replay import Change

        return [Change("noted", (event.id,), "set", True, event.date, event.id)]

    mine = Projector(name="mine", views=("noted",), table={type(BOUGHT): note})  # type: ignore[dict-item]
    events = [acquired("2014", "a", "t", "1%", id=name) for name in ("c", "a", "b")]
    state = State(day("2015"), None, ledger_of(events, projectors=(*PROJECTORS, mine)))
    assert [fact.key for fact in state.view("noted")] == [("a",), ("b",), ("c",)]
    with pytest.raises(NotFound):
        state.view("noted", id="a")


def test_an_observation_inside_the_window_of_a_purchase() -> None:
    """Seen with 60 % in the month of the purchase: so it was bought by then, and is held for sure."""
    events = (BOUGHT, observed("2014-03-20", "group", "film", "60%"))
    assert stake_on("2014-03-19", *events) == [("60%", False)]
    assert stake_on("2014-03-20", *events) == [("60%", True)]
    assert stake_on("2014-03-31", *events) == [("60%", True)]


def test_an_entity_is_found_by_what_it_went_by_on_the_day() -> None:
    """By id, name, short name and identifier; a ticker that was used again means who had it then."""
    events = [
        happened(
            "entity.declared", "0001-01-01", entity="film", name="ChinaVision", short="CV", type="company"
        ),
        happened("entity.declared", "0001-01-01", entity="other", name="Other", type="company"),
        happened("entity.renamed", "2014-06-25", entity="film", name="Alibaba Pictures"),
        happened("entity.identified", "2010", entity="film", scheme="ticker", value="1060.HK", until="2015"),
        happened("entity.identified", "2016", entity="other", scheme="ticker", value="1060.HK"),
    ]

    def found(date: str, word: str) -> list[str]:
        return [entity.entity for entity in state_on(date, events).find(word)]

    assert (
        found("2014-01-01", "film")
        == found("2014-01-01", "chinavision")
        == found("2014-01-01", "cv")
        == ["film"]
    )
    assert (found("2014-12-31", "chinavision"), found("2014-12-31", "ALIBABA PICTURES")) == ([], ["film"])
    assert found("2014-12-31", "1060.HK") == found("2014-12-31", "ticker:1060.HK") == ["film"]
    assert found("2020", "1060.HK") == ["other"]
    assert found("2020", "isin:1060.HK") == found("2020", "nobody") == []


def test_a_right_that_there_is_not_is_refused(root: Path) -> None:
    """With the nearest, or all of them, and never answered with nothing."""
    history = chronicle.open(root / "events")
    state = history.as_of("2015")
    pair = "alibaba-group", "alibaba-pictures"
    for ask in (
        lambda right: state.share(*pair, right),
        lambda right: state.candidates(*pair, right),
        lambda right: state.holdings(right=right),
        lambda right: state.view("holdings", right=right),
        lambda right: history.spans(*pair, right),
        lambda right: history.why(*pair, right, as_of="2015"),
    ):
        for right, help in (
            ("vote", "did you mean votes?"),
            ("typo", "there are equity, votes, board and profit"),
        ):
            with pytest.raises(NotFound) as error:
                ask(right)
            assert (error.value.code, error.value.problems[0].help) == ("C610", help)
    assert state.share(*pair, "votes") is None
