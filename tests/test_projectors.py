"""What every kind of event means: given what happened, this is so on that day."""

from __future__ import annotations

from typing import Any

import pytest

from chronicle.engine import views
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Projector
from chronicle.engine.state import State
from chronicle.events import (
    KINDS,
    Event,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    StakeAcquired,
)
from chronicle.values import Share, parse_share
from given import (
    absorbed,
    acquired,
    disposed,
    happened,
    issued,
    launched,
    observed,
    proposed,
    state_on,
    transferred,
)


def after(*events: Event) -> State:
    """What is so long after everything happened."""
    return state_on("2100", events)


def stakes(*events: Event) -> dict[tuple[str, str], str]:
    """The shares of equity in the end, as text, by holder and target."""
    return {(holding.holder, holding.target): str(holding.share) for holding in after(*events).holdings()}


def owners(*events: Event) -> dict[str, list[str]]:
    """The owners of every unit in the end."""
    found: dict[str, list[str]] = {}
    for unit in after(*events).units():
        found.setdefault(unit.unit, []).append(unit.owner)
    return found


def only_holding(*events: Event) -> Any:
    """The one holding that is left in the end."""
    (holding,) = after(*events).holdings()
    return holding


# The tables


@pytest.mark.parametrize("projector", PROJECTORS, ids=lambda projector: projector.name)
def test_a_projector_knows_kinds_of_events(projector: Projector) -> None:
    """What it has a function for is a kind that there is."""
    assert projector.table
    assert set(projector.table) <= set(KINDS.values())


def test_what_a_projector_ignores_need_not_be_said() -> None:
    """A projector written for 0.1.0, which lists what it ignores, works, and its author is told."""
    with pytest.warns(DeprecationWarning, match="leave it out"):
        projector = Projector("mine", ("mine",), {}, ignores=frozenset({StakeAcquired}))
    assert projector.views == ("mine",)


def test_the_views_of_the_projectors_are_the_ones_that_have_keys() -> None:
    """Every view names the parts of its key, and has one projector that writes it."""
    written = [view for projector in PROJECTORS for view in projector.views]
    assert sorted(written) == sorted(views.KEYS)
    names = [projector.name for projector in PROJECTORS]
    assert sorted(names) == sorted(set(names))


def test_every_kind_but_those_about_records_means_something() -> None:
    """Only corrections, retractions and links move no view themselves."""
    handled = {kind for projector in PROJECTORS for kind in projector.table}
    about_records = {RecordConfirmed, RecordCorrected, RecordRetracted, IdentityLinked}
    assert set(KINDS.values()) - handled == about_records


# Stakes by share


def test_a_first_stake_is_what_was_bought() -> None:
    """Whoever buys 60 % of what it did not hold has 60 %, as reported."""
    holding = only_holding(acquired("2014-03", "group", "film", "60%", id="bought"))
    assert (holding.holder, holding.target, holding.right) == ("group", "film", "equity")
    assert (holding.share, holding.shares, holding.basis) == (parse_share("60%"), None, "reported")
    assert (str(holding.since), holding.events, holding.stale) == ("2014-03", ("bought",), False)


def test_a_second_purchase_adds_up() -> None:
    """60 % and 5 % are 65 %, worked out and so derived."""
    holding = only_holding(acquired("2014", "a", "t", "60%"), acquired("2015", "a", "t", "5%"))
    assert (str(holding.share), holding.basis, str(holding.since)) == ("65%", "derived", "2015")


def test_what_a_purchase_results_in_stands_whatever_was_known_before() -> None:
    """A purchase that says "holds 70 %" is right about it."""
    holding = only_holding(acquired("2014", "a", "t", "60%"), acquired("2015", "a", "t", "5%", holds="70%"))
    assert (str(holding.share), holding.basis) == ("70%", "reported")


def test_rights_are_kept_apart() -> None:
    """A share of the votes says nothing about a share of the profit."""
    state = after(acquired("2014", "a", "t", "60%"), acquired("2014", "a", "t", "10%", right="votes"))
    assert str(state.share("a", "t")) == "60%"
    assert str(state.share("a", "t", "votes")) == "10%"
    assert state.share("a", "t", "board") is None


def test_a_sale_takes_away() -> None:
    """60 % less 10 % is 50 %; selling the rest leaves nothing at all."""
    bought, sold = acquired("2014", "a", "t", "60%"), disposed("2015", "a", "t", "10%")
    assert stakes(bought, sold) == {("a", "t"): "50%"}
    assert stakes(bought, sold, disposed("2016", "a", "t", "50%")) == {}


def test_a_sale_may_say_what_is_kept() -> None:
    """A sale down to 15 % leaves 15 %, and one down to nothing leaves nothing."""
    bought = acquired("2014", "a", "t", "60%")
    assert stakes(bought, disposed("2015", "a", "t", holds="15%")) == {("a", "t"): "15%"}
    assert stakes(bought, disposed("2015", "a", "t", holds="0%")) == {}
    assert stakes(disposed("2015", "a", "t", holds="15%")) == {("a", "t"): "15%"}


def test_nobody_holds_less_than_nothing() -> None:
    """Who sells more than it held, or what it never held, has nothing: a finding of check, not of replay."""
    assert stakes(acquired("2014", "a", "t", "10%"), disposed("2015", "a", "t", "60%")) == {}
    assert stakes(disposed("2015", "a", "t", "60%")) == {}


def test_the_seller_gives_what_the_buyer_gets() -> None:
    """A purchase from somebody shrinks the stake of that one."""
    sold = acquired("2014", "a", "t", "60%")
    assert stakes(sold, acquired("2015", "b", "t", "20%", seller="a")) == {
        ("a", "t"): "40%",
        ("b", "t"): "20%",
    }
    assert stakes(sold, acquired("2015", "b", "t", "60%", seller="a")) == {("b", "t"): "60%"}
    assert stakes(acquired("2015", "b", "t", "20%", seller="a")) == {("b", "t"): "20%"}


def test_the_seller_gives_the_difference_when_only_the_result_is_said() -> None:
    """From 5 % to "holds 25 %" 20 % changed hands."""
    before = (acquired("2013", "a", "t", "60%"), acquired("2014", "b", "t", "5%"))
    sale = acquired("2015", "b", "t", holds="25%", seller="a")
    assert stakes(*before, sale) == {("a", "t"): "40%", ("b", "t"): "25%"}
    assert stakes(before[0], sale) == {("a", "t"): "35%", ("b", "t"): "25%"}


def test_the_buyer_gets_what_the_seller_gives() -> None:
    """A sale to somebody grows the stake of that one."""
    bought = acquired("2014", "a", "t", "60%")
    assert stakes(bought, disposed("2015", "a", "t", "20%", buyer="b")) == {
        ("a", "t"): "40%",
        ("b", "t"): "20%",
    }
    assert stakes(bought, disposed("2015", "a", "t", holds="45%", buyer="b")) == {
        ("a", "t"): "45%",
        ("b", "t"): "15%",
    }


def test_a_result_that_contradicts_the_stake_before_moves_nothing_to_others() -> None:
    """Who is said to have sold and holds more, or to have bought and holds less, gave and took nothing."""
    small = acquired("2014", "a", "t", "10%")
    assert stakes(small, disposed("2015", "a", "t", holds="45%", buyer="b")) == {("a", "t"): "45%"}
    large = (acquired("2014", "a", "t", "60%"), acquired("2014", "b", "t", "20%"))
    assert stakes(*large, acquired("2015", "b", "t", holds="5%", seller="a")) == {
        ("a", "t"): "60%",
        ("b", "t"): "5%",
    }


def test_a_buyer_from_a_seller_nobody_knew_gets_an_unknown_share() -> None:
    """What changed hands is unknown where neither the stake before nor the share sold is."""
    assert stakes(disposed("2015", "a", "t", holds="45%", buyer="b")) == {("a", "t"): "45%", ("b", "t"): "?"}


def test_an_unknown_share_is_a_share() -> None:
    """An undisclosed stake is held, and stays unknown whatever is added or sold."""
    unknown = acquired("2014", "a", "t", "?")
    assert stakes(unknown) == {("a", "t"): "?"}
    assert stakes(unknown, acquired("2015", "a", "t", "5%")) == {("a", "t"): "?"}
    assert stakes(unknown, disposed("2015", "a", "t", "5%")) == {("a", "t"): "?"}
    assert stakes(acquired("2014", "a", "t", "5%"), disposed("2015", "a", "t", "?")) == {("a", "t"): "?"}
    assert stakes(unknown, disposed("2015", "a", "t", holds="0%")) == {}


def test_ranges_keep_their_ends() -> None:
    """More than half and a quarter more is more than three quarters; what is sold cannot go below nothing."""
    majority = acquired("2014", "a", "t", ">50%")
    more = only_holding(majority, acquired("2015", "a", "t", "25%"))
    assert more.share == Share(
        parse_share("75%").value, parse_share("100%").value + parse_share("25%").value, True
    )
    less = only_holding(majority, disposed("2015", "a", "t", "60%"))
    assert less.share == parse_share("<=40%")
    some = only_holding(acquired("2014", "a", "t", ">10-30%"), disposed("2015", "a", "t", "10%"))
    assert (some.share.minimum, some.share.minimum_open) == (0, True)
    for range_ in ("10-20%", "10-<20%"):
        assert stakes(acquired("2014", "a", "t", range_), disposed("2015", "a", "t", "20%")) == {}


# Observations


def test_an_observation_that_agrees_confirms() -> None:
    """Seeing 60 % again leaves the date of the purchase."""
    holding = only_holding(
        acquired("2014", "a", "t", "60%", id="bought"), observed("2015", "a", "t", "60%", id="seen")
    )
    assert (str(holding.since), holding.events) == ("2014", ("bought", "seen"))


def test_an_observation_that_differs_replaces() -> None:
    """Seeing 55 % ends the 60 %, from the day of the observation."""
    holding = only_holding(acquired("2014", "a", "t", "60%"), observed("2015", "a", "t", "55%", id="seen"))
    assert (str(holding.share), str(holding.since), holding.events) == ("55%", "2015", ("seen",))


def test_an_observation_may_be_the_first_that_is_heard_of_a_stake() -> None:
    """Nobody need have seen the purchase."""
    assert stakes(observed("2015", "a", "t", "25-50%")) == {("a", "t"): "25-50%"}


def test_an_observation_of_nothing_ends_a_stake() -> None:
    """A holder seen without any share holds none."""
    assert stakes(acquired("2014", "a", "t", "60%"), observed("2015", "a", "t", "0%")) == {}


def test_an_observation_of_the_same_count_and_share_confirms() -> None:
    """The same share and the same number of shares are nothing new."""
    bought = acquired("2014", "a", "t", "60%", shares="600")
    assert str(only_holding(bought, observed("2015", "a", "t", "60%", shares="600")).since) == "2014"
    counted = only_holding(bought, observed("2015", "a", "t", "60%", shares="700"))
    assert (str(counted.since), counted.shares) == ("2015", 700)


def test_an_observation_refreshes_a_stale_share() -> None:
    """After an issue of unknown effect, seeing the share makes it sure again."""
    history = (acquired("2014", "a", "t", "60%"), issued("2015", "t", "10M"))
    assert only_holding(*history).stale
    seen = only_holding(*history, observed("2016", "a", "t", "60%"))
    assert (seen.stale, str(seen.since)) == (False, "2016")


# Stakes by count


def test_a_count_is_a_share_where_the_number_of_shares_is_known() -> None:
    """30 of 120 shares are a quarter."""
    holding = only_holding(issued("2013", "t", "20", total="120"), acquired("2014", "a", "t", shares="30"))
    assert (str(holding.share), holding.shares, holding.basis) == ("25%", 30, "derived")


def test_a_count_alone_is_an_unknown_share() -> None:
    """30 shares of nobody knows how many are some share."""
    holding = only_holding(acquired("2014", "a", "t", shares="30"))
    assert (str(holding.share), holding.shares) == ("?", 30)


def test_counts_add_up() -> None:
    """30 shares and 30 more are 60; a sale of 15 leaves 45; a sale of all leaves none."""
    history = (
        issued("2013", "t", "20", total="120"),
        acquired("2014", "a", "t", shares="30"),
        acquired("2015", "a", "t", shares="30"),
    )
    assert (only_holding(*history).shares, str(only_holding(*history).share)) == (60, "50%")
    left = only_holding(*history, disposed("2016", "a", "t", shares="15"))
    assert (left.shares, str(left.share)) == (45, "37.5%")
    assert stakes(*history, disposed("2016", "a", "t", shares="60")) == {}
    assert stakes(*history, disposed("2016", "a", "t", shares="99")) == {}


def test_a_purchase_by_share_and_count_adds_both() -> None:
    """60 % that are 600 shares, and 10 % that are 100 more; the result may be stated as well."""
    bought = acquired("2014", "a", "t", "60%", shares="600")
    more = only_holding(bought, acquired("2015", "a", "t", "10%", shares="100"))
    assert (str(more.share), more.shares) == ("70%", 700)
    stated = only_holding(bought, acquired("2015", "a", "t", holds="69%", shares="100"))
    assert (str(stated.share), stated.shares, stated.basis) == ("69%", 700, "reported")
    less = only_holding(bought, disposed("2015", "a", "t", "10%", shares="100"))
    assert (str(less.share), less.shares) == ("50%", 500)
    uncounted = only_holding(bought, acquired("2015", "a", "t", "10%"))
    assert (str(uncounted.share), uncounted.shares) == ("70%", None)


def test_counts_of_unknown_shares_add_up_too() -> None:
    """Who had 30 shares and sells 30 holds none, though nobody knew what share that was."""
    bought = acquired("2014", "a", "t", shares="30")
    assert only_holding(bought, disposed("2015", "a", "t", shares="10")).shares == 20
    assert stakes(bought, disposed("2015", "a", "t", shares="30")) == {}


def test_a_share_moves_with_its_count_where_the_number_of_all_shares_is_unknown() -> None:
    """60 % that are 600 shares become 70 % with 100 more, and 30 % with 300 less."""
    bought = acquired("2014", "a", "t", "60%", shares="600")
    assert str(only_holding(bought, acquired("2015", "a", "t", shares="100")).share) == "70%"
    assert str(only_holding(bought, disposed("2015", "a", "t", shares="300")).share) == "30%"


def test_shares_bought_by_count_add_to_a_stake_known_as_a_share() -> None:
    """60 %, and 10 of 100 shares more, are 70 %; without the number of all shares nobody can say."""
    bought, more = acquired("2014", "a", "t", "60%"), acquired("2015", "a", "t", shares="10")
    counted = issued("2013", "t", "1", total="100")
    holding = only_holding(counted, bought, more)
    assert (str(holding.share), holding.shares, holding.basis) == ("70%", None, "derived")
    assert str(only_holding(counted, bought, disposed("2015", "a", "t", shares="10")).share) == "50%"
    assert stakes(bought, more) == {("a", "t"): "?"}


def test_a_sale_by_count_moves_the_count_to_the_buyer() -> None:
    """30 of 60 shares go from one to the other."""
    state = after(
        issued("2013", "t", "20", total="120"),
        acquired("2014", "a", "t", shares="60"),
        disposed("2015", "a", "t", shares="30", buyer="b"),
    )
    assert [(holding.holder, holding.shares, str(holding.share)) for holding in state.holdings()] == [
        ("a", 30, "25%"),
        ("b", 30, "25%"),
    ]


# The number of shares


def test_the_number_of_shares_is_as_stated_or_worked_out() -> None:
    """Nobody knows it before it is said; from then on issues and cancellations count."""
    unknown = issued("2013", "t", "10")
    assert after(unknown).shares("t") is None
    assert after().shares("t") is None
    history = (unknown, issued("2014", "t", "20", total="120"), issued("2015", "t", "30"))
    assert after(*history).shares("t") == 150
    assert after(*history, happened("shares.cancelled", "2016", issuer="t", shares="50")).shares("t") == 100
    cancelled = happened("shares.cancelled", "2016", issuer="t", shares="50", total="99")
    assert after(*history, cancelled).shares("t") == 99
    split = happened("shares.restructured", "2016", issuer="t", ratio="2:1")
    assert after(*history, split).shares("t") == 300
    assert after(split).shares("t") is None


def test_a_stake_known_by_count_is_counted_anew_when_shares_are_issued() -> None:
    """60 of 100 shares are 60 %, and of 120 they are 50 %."""
    holding = only_holding(
        issued("2013", "t", "50", total="100"),
        acquired("2014", "a", "t", shares="60"),
        issued("2015", "t", "20"),
    )
    assert (str(holding.share), holding.shares, holding.basis) == ("50%", 60, "derived")


def test_a_stake_known_as_a_share_is_scaled_when_shares_are_issued() -> None:
    """60 % of 100 shares are 50 % of 120, and so derived."""
    holding = only_holding(
        issued("2013", "t", "50", total="100"), acquired("2014", "a", "t", "60%"), issued("2015", "t", "20")
    )
    assert (str(holding.share), holding.shares, holding.basis, holding.stale) == (
        "50%",
        None,
        "derived",
        False,
    )


def test_ranges_are_scaled_too() -> None:
    """More than half of 100 is more than a quarter of 200, and half of it at most."""
    holding = only_holding(
        issued("2013", "t", "50", total="100"), acquired("2014", "a", "t", ">50%"), issued("2015", "t", "100")
    )
    assert holding.share == Share(parse_share("25%").value, parse_share("50%").value, True)


def test_a_stake_is_stale_when_nobody_knows_what_it_is_a_share_of() -> None:
    """An issue of unknown weight leaves 60 % standing, with a mark."""
    holding = only_holding(acquired("2014", "a", "t", "60%"), issued("2015", "t", "20"))
    assert (str(holding.share), holding.basis, holding.stale) == ("60%", "reported", True)
    assert only_holding(acquired("2014", "a", "t", "60%"), issued("2015", "t", "20", total="120")).stale


def test_an_unknown_share_cannot_go_stale() -> None:
    """What is not known cannot be out of date."""
    assert not only_holding(acquired("2014", "a", "t", "?"), issued("2015", "t", "20")).stale


def test_subscribers_get_the_new_shares() -> None:
    """20 new shares, 10 to one who held 60 of 100 and 10 to one who held none."""
    state = after(
        issued("2013", "t", "50", total="100"),
        acquired("2014", "a", "t", shares="60"),
        issued("2015", "t", "20", subscribers={"a": "10", "b": "10"}),
    )
    found = {holding.holder: (holding.shares, holding.share) for holding in state.holdings()}
    assert found == {
        "a": (70, Share.exact(parse_share("7/12").value)),
        "b": (10, Share.exact(parse_share("1/12").value)),
    }


def test_a_subscriber_known_by_share_is_diluted_and_gets_its_part() -> None:
    """60 % of 100 shares and 20 of the 20 new ones are 80 of 120."""
    holding = only_holding(
        issued("2013", "t", "50", total="100"),
        acquired("2014", "a", "t", "60%"),
        issued("2015", "t", "20", subscribers={"a": "20"}),
    )
    assert holding.share == Share.exact(parse_share("2/3").value)


def test_a_subscriber_of_a_company_of_unknown_size_holds_an_unknown_share() -> None:
    """With shares added to nobody knows how many, the count is known and the share is not."""
    history = (
        acquired("2014", "a", "t", "60%", shares="600"),
        issued("2015", "t", "20", subscribers={"a": "20"}),
    )
    holding = only_holding(*history)
    assert (str(holding.share), holding.shares, holding.stale) == ("?", 620, False)
    fresh = only_holding(issued("2015", "t", "20", subscribers={"b": "20"}))
    assert (str(fresh.share), fresh.shares) == ("?", 20)


def test_an_unknown_share_with_a_count_keeps_counting() -> None:
    """30 shares of nobody knows how many, and 10 new ones, are 40."""
    history = (acquired("2014", "a", "t", shares="30"), issued("2015", "t", "20", subscribers={"a": "10"}))
    assert (only_holding(*history).shares, str(only_holding(*history).share)) == (40, "?")


def test_an_issue_dilutes_votes_but_no_seats_on_the_board() -> None:
    """Board seats are not measured in shares."""
    state = after(
        issued("2013", "t", "50", total="100"),
        acquired("2014", "a", "t", "60%", right="votes"),
        acquired("2014", "a", "t", "60%", right="board"),
        issued("2015", "t", "20", subscribers={"a": "20"}),
    )
    assert str(state.share("a", "t", "votes")) == "50%"
    assert str(state.share("a", "t", "board")) == "60%"
    assert state.share("a", "t") == Share.exact(parse_share("1/6").value)


def test_a_cancellation_concentrates() -> None:
    """60 of 120 shares are half; of 100 they are 60 %."""
    cancelled = happened("shares.cancelled", "2015", issuer="t", shares="20")
    counted = issued("2013", "t", "50", total="120")
    assert str(only_holding(counted, acquired("2014", "a", "t", shares="60"), cancelled).share) == "60%"
    assert str(only_holding(counted, acquired("2014", "a", "t", "50%"), cancelled).share) == "60%"


def test_a_split_changes_counts_and_no_shares() -> None:
    """2:1 doubles the count and the share stays; 1:8 leaves whole shares only, and what they are of all."""
    history = (issued("2013", "t", "50", total="120"), acquired("2014", "a", "t", shares="60"))
    split = only_holding(*history, happened("shares.restructured", "2015", issuer="t", ratio="2:1"))
    assert (split.shares, str(split.share)) == (120, "50%")
    joined = only_holding(*history, happened("shares.restructured", "2015", issuer="t", ratio="1:8"))
    assert (joined.shares, str(joined.share)) == (7, "7/15")
    assert history[1].id in split.events
    by_share = only_holding(
        acquired("2014", "a", "t", "60%"), happened("shares.restructured", "2015", issuer="t", ratio="2:1")
    )
    assert (by_share.shares, str(by_share.since)) == (None, "2014")


# Investments


def test_an_investment_is_a_holding_of_a_project() -> None:
    """No share said is an unknown share; a second round adds up."""
    undisclosed = happened("investment.made", "2015", investor="film", project="movie", amount="USD 10M")
    assert stakes(undisclosed) == {("film", "movie"): "?"}
    rounds = [
        happened("investment.made", year, investor="f", project="p", share="10%") for year in ("2014", "2015")
    ]
    assert stakes(*rounds) == {("f", "p"): "20%"}
    assert [only_holding(*rounds[:number]).basis for number in (1, 2)] == ["reported", "derived"]
    assert only_holding(*rounds).events == tuple(event.id for event in rounds)


# Mergers and splits


def test_an_absorbed_company_hands_over_what_it_held() -> None:
    """Holdings and units go to the survivor, who joins them with its own."""
    history = (
        acquired("2013", "old", "film", "20%"),
        acquired("2013", "old", "other", "10%"),
        acquired("2013", "group", "film", "40%"),
        launched("2013", "u", "old"),
        absorbed("2014", "group", "old"),
    )
    assert stakes(*history) == {("group", "film"): "60%", ("group", "other"): "10%"}
    assert owners(*history) == {"u": ["group"]}


def test_counts_are_joined_in_a_merger_where_both_are_known() -> None:
    """60 and 30 shares are 90; a share without a count takes the count away."""
    counted = issued("2012", "t", "50", total="120")
    one, two = acquired("2013", "old", "t", shares="30"), acquired("2013", "new", "t", shares="60")
    merger = absorbed("2014", "new", "old")
    joined = only_holding(counted, one, two, merger)
    assert (joined.shares, str(joined.share), joined.basis) == (90, "75%", "derived")
    assert only_holding(counted, one, acquired("2013", "new", "t", "10%"), merger).shares is None


def test_a_stake_that_moves_alone_stays_as_it_was() -> None:
    """Moving changes neither count nor basis, only the holder and the date."""
    holding = only_holding(acquired("2013", "old", "t", "20%", shares="30"), absorbed("2014", "new", "old"))
    assert (holding.holder, holding.shares, holding.basis, str(holding.since)) == (
        "new",
        30,
        "reported",
        "2014",
    )


def test_what_was_held_of_the_absorbed_is_no_more() -> None:
    """The survivor's stake in it ends, and that of everybody else."""
    assert (
        stakes(
            acquired("2013", "new", "old", "60%"),
            acquired("2013", "x", "old", "40%"),
            absorbed("2014", "new", "old"),
        )
        == {}
    )


def test_a_survivor_does_not_come_to_hold_itself() -> None:
    """What the absorbed held of the survivor ends with the merger."""
    assert stakes(acquired("2013", "old", "new", "10%"), absorbed("2014", "new", "old")) == {}


def test_a_company_that_absorbs_itself_stays_as_it_is() -> None:
    """A slip in a source moves nothing and ends nothing."""
    history = (acquired("2013", "a", "t", "10%"), launched("2013", "u", "a"), absorbed("2014", "a", "a"))
    assert stakes(*history) == {("a", "t"): "10%"}
    assert owners(*history) == {"u": ["a"]}
    assert after(*history).view(views.STATUS) == ()


def test_predecessors_consolidate_into_one_successor() -> None:
    """Everything of both goes to the new company, the stakes in each other end."""
    history = (
        acquired("2013", "one", "t", "10%"),
        acquired("2013", "two", "t", "20%"),
        acquired("2013", "one", "two", "50%"),
        launched("2013", "u", "one"),
        launched("2013", "v", "two"),
        happened("merger.consolidated", "2014", predecessors=["one", "two"], successor="new"),
    )
    assert stakes(*history) == {("new", "t"): "30%"}
    assert owners(*history) == {"u": ["new"], "v": ["new"]}
    statuses = {fact.key[0]: fact.value.status for fact in after(*history).view(views.STATUS)}
    assert statuses == {"new": "active", "one": "dissolved", "two": "dissolved"}


def test_one_of_the_predecessors_may_be_the_successor() -> None:
    """The company that goes on keeps its own and gets the rest."""
    history = (
        acquired("2013", "one", "t", "10%"),
        acquired("2013", "two", "t", "20%"),
        happened("merger.consolidated", "2014", predecessors=["one", "two"], successor="one"),
    )
    assert stakes(*history) == {("one", "t"): "30%"}
    statuses = {fact.key[0]: fact.value.status for fact in after(*history).view(views.STATUS)}
    assert statuses == {"one": "active", "two": "dissolved"}


def test_a_split_hands_out_what_it_names() -> None:
    """Units and stakes go where the allocation says; the rest stays with the parent."""
    history = (
        acquired("2013", "parent", "t", "10%"),
        acquired("2013", "parent", "kept", "20%"),
        launched("2013", "u", "parent"),
        launched("2013", "v", "parent"),
        happened(
            "demerger.split",
            "2014",
            parent="parent",
            successors=["left", "right"],
            allocation={"t": "left", "u": "right", "kept": "parent", "nothing-of-it": "left"},
        ),
    )
    assert stakes(*history) == {("left", "t"): "10%", ("parent", "kept"): "20%"}
    assert owners(*history) == {"u": ["right"], "v": ["parent"]}
    lineage = {fact.key: fact.value.how for fact in after(*history).view(views.LINEAGE)}
    assert lineage == {("parent", "left"): "split", ("parent", "right"): "split"}


# Units


def test_a_unit_goes_from_hand_to_hand() -> None:
    """It belongs to its founder, then to the taker, then to nobody."""
    history = (launched("2013", "u", "a"), transferred("2014", "u", "a", "b"))
    assert owners(history[0]) == {"u": ["a"]}
    assert owners(*history) == {"u": ["b"]}
    assert owners(*history, happened("unit.closed", "2015", unit="u", reason="no use")) == {}


def test_a_unit_may_come_from_an_owner_nobody_knew() -> None:
    """A transfer says whose it is, whoever had it."""
    assert owners(transferred("2014", "u", "a", "b")) == {"u": ["b"]}
    assert owners(launched("2013", "u", "a"), transferred("2014", "u", "a", "a")) == {"u": ["a"]}


def test_a_unit_sold_by_somebody_else_has_two_owners() -> None:
    """Replay believes both; check says that it cannot be."""
    assert owners(launched("2013", "u", "a"), transferred("2014", "u", "x", "b")) == {"u": ["a", "b"]}


# Deals

_MOVE = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
_MOVE_TWO = {"kind": "unit.transferred", "unit": "v", "from": "group", "to": "film"}
_UNITS = (launched("2013", "u", "group"), launched("2013", "v", "group"))
_BEFORE = {"u": ["group"], "v": ["group"]}


def _deal(*events: Event) -> Any:
    (deal,) = after(*events).deals()
    return deal


def test_a_deal_goes_through_its_stages() -> None:
    """Title and parties stay as proposed; the stage moves on, and says since when and why."""
    history = [proposed("2014", "d", title="Injection")]
    assert (_deal(*history).stage, _deal(*history).binding) == ("proposed", False)
    history.append(happened("deal.agreed", "2015", deal="d"))
    assert (_deal(*history).stage, _deal(*history).binding, _deal(*history).title) == (
        "agreed",
        True,
        "Injection",
    )
    history.append(happened("deal.approved", "2016", deal="d", reason="court"))
    assert (_deal(*history).stage, _deal(*history).reason) == ("approved", "court")
    history.append(happened("deal.completed", "2017", deal="d"))
    deal = _deal(*history)
    assert (deal.stage, deal.parties, deal.reason, str(deal.since)) == (
        "completed",
        ("group", "film"),
        None,
        "2017",
    )
    assert deal.events == tuple(event.id for event in history)


def test_a_deal_that_was_never_proposed_goes_by_its_id() -> None:
    """A completion alone makes a deal that is known by nothing else."""
    deal = _deal(happened("deal.completed", "2017", deal="d"))
    assert (deal.title, deal.parties, deal.binding) == ("d", (), False)


def test_an_agreement_may_change_title_and_parties() -> None:
    """What was signed counts, not what was said before."""
    agreed = happened("deal.agreed", "2015", deal="d", title="New", parties=["group", "rival"], binding="no")
    deal = _deal(proposed("2014", "d"), agreed)
    assert (deal.title, deal.parties, deal.binding) == ("New", ("group", "rival"), False)


def test_nothing_happens_before_a_deal_completes() -> None:
    """Proposed, agreed and approved move no unit."""
    history = (
        *_UNITS,
        proposed("2014", "d", _MOVE),
        happened("deal.agreed", "2015", deal="d"),
        happened("deal.approved", "2016", deal="d"),
    )
    assert owners(*history) == _BEFORE
    assert owners(*history, happened("deal.completed", "2017", deal="d")) == {"u": ["film"], "v": ["group"]}


def test_a_terminated_deal_moves_nothing() -> None:
    """The deal is off, with its reason."""
    history = (
        *_UNITS,
        proposed("2014", "d", _MOVE),
        happened("deal.terminated", "2015", deal="d", reason="price"),
    )
    assert owners(*history) == _BEFORE
    assert (_deal(*history).stage, _deal(*history).reason) == ("terminated", "price")


def test_what_was_agreed_replaces_what_was_proposed() -> None:
    """The last announcement is what completes."""
    agreed = happened("deal.agreed", "2015", deal="d", effects=[_MOVE_TWO])
    done = happened("deal.completed", "2017", deal="d")
    assert owners(*_UNITS, proposed("2014", "d", _MOVE), agreed, done) == {"u": ["group"], "v": ["film"]}


def test_a_completion_may_narrow_the_effects() -> None:
    """Of two units one came; or none did."""
    announced = (*_UNITS, proposed("2014", "d", _MOVE, _MOVE_TWO))
    narrowed = happened("deal.completed", "2017", deal="d", effects=[_MOVE])
    assert owners(*announced, narrowed) == {"u": ["film"], "v": ["group"]}
    nothing = happened("deal.completed", "2017", deal="d", effects=[])
    assert owners(*announced, nothing) == _BEFORE


def test_a_deal_that_completes_twice_does_its_effects_once() -> None:
    """A completion reported twice buys no second 10 %, not even when the first one was narrowed."""
    buy = {"kind": "stake.acquired", "holder": "a", "target": "t", "share": "10%"}
    done = [happened("deal.completed", year, deal="d") for year in ("2016", "2017")]
    assert stakes(proposed("2014", "d", buy), *done) == {("a", "t"): "10%"}
    narrowed = happened("deal.completed", "2015", deal="d", effects=[{**buy, "share": "4%"}])
    assert stakes(proposed("2014", "d", buy), narrowed, *done) == {("a", "t"): "4%"}


def test_effects_happen_on_the_day_and_by_the_sources_of_the_completion() -> None:
    """The stake dates from the completion and names it as its event."""
    buy = {"kind": "stake.acquired", "holder": "a", "target": "t", "share": "10%"}
    done = happened("deal.completed", "2017-03", deal="d", id="done")
    holding = only_holding(proposed("2014", "d", buy), done)
    assert (str(holding.since), holding.events) == ("2017-03", ("done",))


def test_effects_are_of_one_deal_only() -> None:
    """Completing one deal does nothing of another."""
    history = (*_UNITS, proposed("2014", "d", _MOVE), proposed("2014", "e", _MOVE_TWO))
    assert owners(*history, happened("deal.completed", "2015", deal="e")) == {"u": ["group"], "v": ["film"]}


# Entities


def test_a_declared_entity_has_its_name_at_all_times_and_no_status() -> None:
    """An id with a name claims nothing about the world."""
    declared = happened(
        "entity.declared", "0001-01-01", entity="film", name="Film Ltd", type="company", short="Film"
    )
    entity = state_on("1500", [declared]).entity("film")
    assert (entity.name, entity.short, entity.type, entity.status) == ("Film Ltd", "Film", "company", None)


def test_a_founded_entity_is_active() -> None:
    """It has its first name, its type and its law from then on."""
    founded = happened("entity.founded", "1999", entity="a", name="A", type="company", jurisdiction="CN")
    entity = after(founded).entity("a")
    assert (entity.name, entity.type, entity.jurisdiction, entity.status) == ("A", "company", "CN", "active")


def test_a_renamed_entity_keeps_its_id() -> None:
    """Old days show the old name, later days the new one."""
    history = [
        happened("entity.founded", "1999", entity="film", name="ChinaVision", type="company"),
        happened(
            "entity.renamed", "2014-06", entity="film", name="Alibaba Pictures", short="Pictures", lang="en"
        ),
    ]
    assert state_on("2014-05-31", history).entity("film").name == "ChinaVision"
    entity = state_on("2014-06-30", history).entity("film")
    assert (entity.name, entity.short, entity.type) == ("Alibaba Pictures", "Pictures", "company")
    (fact,) = state_on("2015", history).view(views.NAMES, entity="film")
    assert fact.value.lang == "en"


def test_an_identifier_is_valid_from_its_day_until_its_end() -> None:
    """A ticker that was given back may go to somebody else."""
    ticker = {"scheme": "ticker", "value": "1060"}
    history = [
        happened("entity.declared", "0001-01-01", entity=name, name=name, type="company")
        for name in ("a", "b")
    ] + [
        happened("entity.identified", "2001", entity="a", until="2010", **ticker),
        happened("entity.identified", "2012", entity="b", **ticker),
    ]
    holders = {
        year: [
            name
            for name in ("a", "b")
            if ("ticker", "1060") in state_on(year, history).entity(name).identifiers
        ]
        for year in ("2000", "2009", "2011", "2013")
    }
    assert holders == {"2000": [], "2009": ["a"], "2011": [], "2013": ["b"]}


def _status(*events: Event) -> tuple[str, str | None]:
    (fact,) = after(*events).view(views.STATUS, entity="a")
    return fact.value.status, fact.value.reason


def test_an_entity_may_fail_come_back_and_end() -> None:
    """Insolvent, active again, dissolved, each with its reason."""
    history = [happened("entity.founded", "1999", entity="a", name="A", type="company")]
    history.append(happened("entity.insolvent", "2001", entity="a", stage="administration"))
    assert _status(*history) == ("insolvent", "administration")
    history.append(happened("entity.reinstated", "2002", entity="a", reason="paid"))
    assert _status(*history) == ("active", "paid")
    history.append(happened("entity.dissolved", "2003", entity="a", reason="wound up", successor="b"))
    assert _status(*history) == ("dissolved", "wound up")
    (fact,) = after(*history).view(views.LINEAGE)
    assert (fact.key, fact.value.how) == (("a", "b"), "dissolved")


def test_a_dissolved_company_still_shows_what_it_held() -> None:
    """Nothing is deleted silently; check finds it."""
    gone = happened("entity.dissolved", "2003", entity="a", reason="wound up")
    assert stakes(acquired("2001", "a", "t", "10%"), gone) == {("a", "t"): "10%"}


def test_an_absorbed_company_is_dissolved_and_has_a_successor() -> None:
    """It says by whom it was absorbed."""
    history = [absorbed("2014", "new", "a")]
    assert _status(*history) == ("dissolved", "absorbed by new")
    (fact,) = after(*history).view(views.LINEAGE)
    assert (fact.key, fact.value.how) == (("a", "new"), "absorbed")


# Listings, control, roles, partnerships, projects, memberships


def test_shares_are_listed_on_exchanges_one_by_one() -> None:
    """A listing has its terms; an end is on one exchange or on all."""
    listed = [
        happened(
            "listing.started",
            "2014",
            entity="a",
            exchange="NYSE",
            ticker="BABA",
            ipo="yes",
            raised="USD 25bn",
            price="USD 68",
        ),
        happened("listing.started", "2019", entity="a", exchange="HKEX"),
        happened("listing.started", "2019", entity="b"),
    ]
    first, second = after(*listed).listings("a")
    assert (first.key, second.key) == (("a", "HKEX"), ("a", "NYSE"))
    assert (second.value.ticker, second.value.ipo, str(second.value.raised)) == ("BABA", True, "USD 25bn")
    assert str(second.value.price) == "USD 68"
    one = happened("listing.ended", "2020", entity="a", exchange="NYSE", reason="moved")
    assert [fact.key for fact in after(*listed, one).listings()] == [("a", "HKEX"), ("b", "")]
    everywhere = happened("listing.ended", "2020", entity="a", reason="taken private")
    assert [fact.key for fact in after(*listed, everywhere).listings()] == [("b", "")]


def test_control_has_its_basis() -> None:
    """Control by contract and by the board are two ties, ended one by one or together."""
    granted = [
        happened("control.granted", "2014", controller="a", target="t", basis=basis)
        for basis in ("board", "contract")
    ] + [happened("control.granted", "2014", controller="a", target="u", basis="board")]
    assert [fact.key[2] for fact in after(*granted).control("a", "t")] == ["board", "contract"]
    one = happened("control.ended", "2015", controller="a", target="t", basis="board")
    assert [fact.key for fact in after(*granted, one).control()] == [
        ("a", "t", "contract"),
        ("a", "u", "board"),
    ]
    both = happened("control.ended", "2015", controller="a", target="t")
    assert [fact.key for fact in after(*granted, both).control(target="t")] == []
    assert [fact.key for fact in after(*granted, both).control("a")] == [("a", "u", "board")]


def test_a_person_has_roles_one_by_one() -> None:
    """Leaving one role leaves the others."""
    roles = [
        happened("role.appointed", "2014", person="zhang", entity="movie", role=role)
        for role in ("writer", "director")
    ]
    assert [fact.value for fact in after(*roles).roles("zhang")] == ["director", "writer"]
    left = happened("role.ended", "2015", person="zhang", entity="movie", role="writer")
    assert [fact.key for fact in after(*roles, left).roles(entity="movie")] == [
        ("zhang", "movie", "director")
    ]


def test_partners_are_the_same_in_whatever_order_they_are_named() -> None:
    """A partnership ends by its subject, or with all others of the same parties."""
    agreed = [
        happened("partnership.agreed", "2014", parties=["film", "wong"], subject=subject, project="movie")
        for subject in ("production", "promotion")
    ]
    first, _ = after(*agreed).partnerships("wong")
    assert (first.value.parties, first.value.subject, first.value.project) == (
        ("film", "wong"),
        "production",
        "movie",
    )
    assert after(*agreed).partnerships("nobody") == ()
    one = happened("partnership.ended", "2015", parties=["wong", "film"], subject="production")
    assert [fact.value.subject for fact in after(*agreed, one).partnerships()] == ["promotion"]
    both = happened("partnership.ended", "2015", parties=["wong", "film"])
    assert after(*agreed, both).partnerships() == ()


def test_a_project_is_out_where_it_was_released() -> None:
    """A film opens in one country at a time."""
    releases = [
        happened("project.released", "2015-07-31", project="movie", where="US", by=["paramount"]),
        happened("project.released", "2015-09-08", project="movie", where="China", by=["film", "paramount"]),
    ]
    out = [(fact.key[1], fact.value.by) for fact in state_on("2015-08-31", releases).projects("movie")]
    assert out == [("US", ("paramount",))]
    assert len(after(*releases).projects()) == 2


def test_a_member_joins_and_leaves() -> None:
    """An index has its members by date."""
    joined = [happened("membership.started", "2014", entity=name, group="index") for name in ("a", "b")]
    left = happened("membership.ended", "2015", entity="a", group="index")
    assert [fact.key for fact in after(*joined).memberships(group="index")] == [
        ("a", "index"),
        ("b", "index"),
    ]
    assert [fact.key for fact in after(*joined, left).memberships()] == [("b", "index")]
    assert after(*joined, left).memberships(entity="a") == ()


def test_what_was_announced_of_a_terminated_deal_does_not_happen() -> None:
    """Also when the deal is said to complete after all, unless it says anew what it does."""
    effect = {"kind": "unit.launched", "unit": "tickets", "owner": "film"}
    proposed = happened("deal.proposed", "2014", deal="d", title="D", parties=["film"], effects=[effect])
    off = happened("deal.terminated", "2015", deal="d", reason="no vote")
    done = happened("deal.completed", "2016", deal="d")
    anew = happened("deal.completed", "2016", deal="d", effects=[effect])
    assert state_on("2017", [proposed, off, done]).units() == ()
    assert [unit.owner for unit in state_on("2017", [proposed, off, anew]).units()] == ["film"]
