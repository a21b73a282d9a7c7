"""What an id means: names that only a correction brings in, and ids that are equal and mean two things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import chronicle
from chronicle.cli.group import chronicle as command
from chronicle.engine import views
from chronicle.engine.replay import LinkedIds
from chronicle.history import History
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions.job import replay_into

Plain = Mapping[str, object]


def declared(*ids: str) -> list[Plain]:
    """A declaration of each of these companies."""
    return [{"kind": "entity.declared", "entity": id, "name": id.title(), "type": "company"} for id in ids]


def appended(folder: Path, events: Iterable[Plain]) -> Path:
    """A store of these events, of which nobody has to declare what they name."""
    path = folder / "store.db"
    with chronicle.open(path, create=True) as history:
        history.append(events, declared=False)
    return path


def read(folder: Path, events: Iterable[Plain]) -> History:
    """The history of a store without a ledger."""
    return chronicle.open(appended(folder, events), ledger=False)


def from_a_ledger(folder: Path, events: Iterable[Plain]) -> History:
    """The same, answered from a ledger on disk."""
    path = appended(folder, events)
    with chronicle.open(path) as history:
        history.keep_ledger()
    return chronicle.open(path)


def one_by_one(folder: Path, events: Iterable[Plain]) -> History:
    """The same, asked before each event is appended."""
    history = chronicle.open(folder / "store.db", create=True)
    for event in events:
        history.append([event], declared=False)
        history.as_of("2016")
        history.entity_ids()
    return history


def from_rows(folder: Path, events: Iterable[Plain]) -> History:
    """The same, answered from the rows of a replay in partitions."""
    replay_into(folder / "rows", records_at(str(appended(folder, events))), partitions=3)
    return chronicle.open(folder / "rows")


Opened = Callable[[Path, Iterable[Plain]], History]
WAYS = [read, from_a_ledger, one_by_one, from_rows]
WITH_EVENTS = [read, from_a_ledger, one_by_one]

BOUGHT: Plain = {
    "id": "bought",
    "kind": "stake.acquired",
    "date": "2014",
    "holder": "north",
    "target": "film",
    "share": "10%",
}


def correction(target: str, fields: Plain, id: str = "fix") -> Plain:
    """A correction of 2015."""
    return {
        "id": id,
        "kind": "record.corrected",
        "date": "2015",
        "target": target,
        "reason": "a slip",
        "set": fields,
    }


# Entities that only a correction names


@pytest.mark.parametrize("opened", WITH_EVENTS)
def test_an_entity_that_only_a_correction_names_can_be_asked_for(opened: Opened, tmp_path: Path) -> None:
    """It is in the answers, so that every question knows it."""
    history = opened(
        tmp_path, [*declared("north", "film"), BOUGHT, correction("bought", {"holder": "south"})]
    )
    (holding,) = history.as_of("2016").holdings()
    assert holding.holder == "south"
    assert history.entity_ids() == ("film", "north", "south")
    assert history.why("south", "film", as_of="2016").reasons
    assert [event.id for event in history.timeline("south")] == ["bought"]
    assert [found.id for found in history.search("sou")] == ["south"]


@pytest.mark.parametrize("opened", WAYS)
@pytest.mark.parametrize(
    ("event", "fields", "named"),
    [
        (BOUGHT, {"target": "press"}, ("press",)),
        (BOUGHT, {"seller": "south"}, ("south",)),
        (
            {"kind": "deal.proposed", "date": "2014", "deal": "sale", "title": "Sale", "parties": ["north"]},
            {"parties": ["north", "south", "west"]},
            ("south", "west"),
        ),
        (
            {"kind": "deal.proposed", "date": "2014", "deal": "sale", "title": "Sale", "parties": ["north"]},
            {"effects": [{"kind": "unit.transferred", "unit": "works", "from": "south", "to": "west"}]},
            ("south", "west", "works"),
        ),
        (
            {"kind": "shares.issued", "date": "2014", "issuer": "film", "shares": "100", "total": "1000"},
            {"subscribers": {"south": "60", "west": "40"}},
            ("south", "west"),
        ),
        (
            {
                "kind": "demerger.split",
                "date": "2014",
                "parent": "north",
                "successors": ["film"],
                "allocation": {"works": "film"},
            },
            {"allocation": {"press": "west"}, "successors": ["west"]},
            ("press", "west", "works"),
        ),
    ],
)
def test_any_field_of_a_correction_may_name_one(
    opened: Opened, event: Plain, fields: Plain, named: tuple[str, ...], tmp_path: Path
) -> None:
    """One id, a list, the keys of a mapping, its values, the fields of an effect."""
    events = [*declared("north", "film"), {**event, "id": "first"}, correction("first", fields)]
    history = opened(tmp_path, events)
    assert set(history.entity_ids()) - {"north", "film"} == set(named)


def test_so_may_a_correction_of_a_correction(tmp_path: Path) -> None:
    """What it sets are fields of the event; the target of a correction, or of a retraction, is no entity."""
    withdrawn = {"id": "no", "kind": "record.retracted", "date": "2015", "target": "other", "reason": "slip"}
    events = [
        *declared("north", "film"),
        BOUGHT,
        {**BOUGHT, "id": "other", "date": "2015"},
        correction("bought", {"holder": "south"}),
        correction("fix", {"set": {"holder": "west", "target": "press"}}, "again"),
        correction("fix", {"target": "other"}, "moved"),
        withdrawn,
        correction("no", {"target": "bought"}, "turned"),
    ]
    for at, opened in enumerate(WITH_EVENTS):
        folder = tmp_path / str(at)
        folder.mkdir()
        history = opened(folder, events)
        assert history.entity_ids() == ("film", "north", "press", "south", "west")


def test_a_correction_of_the_reason_of_a_correction_names_nobody(tmp_path: Path) -> None:
    """However many corrections of corrections it is about."""
    events = [
        *declared("north", "film"),
        BOUGHT,
        correction("bought", {"holder": "south"}),
        correction("fix", {"set": {"holder": "west"}}, "again"),
        correction("again", {"reason": "a slip"}, "third"),
        correction("third", {"reason": "a slip of the pen"}, "fourth"),
    ]
    assert read(tmp_path, events).entity_ids() == ("film", "north", "south", "west")


def test_a_deal_that_only_a_correction_names_can_be_asked_for(tmp_path: Path) -> None:
    """By the field that says to which deal an event belongs."""
    history = read(tmp_path, [*declared("north", "film"), BOUGHT, correction("bought", {"deal": "sale"})])
    assert history.deal_ids() == ("sale",)
    assert [event.id for event in history.timeline(deal="sale")] == ["bought"]


# Ids that are equal and mean two things

NAMESAKES: list[Plain] = [
    *declared("acme", "bolt", "cup"),
    {"kind": "deal.proposed", "date": "2014", "deal": "bolt", "title": "Sale", "parties": ["cup", "acme"]},
    {"kind": "deal.proposed", "date": "2014", "deal": "acme", "title": "Other", "parties": ["cup", "acme"]},
    {"kind": "entity.identified", "date": "2014", "entity": "cup", "scheme": "ticker", "value": "bolt"},
    {"kind": "role.appointed", "date": "2014", "person": "acme", "entity": "cup", "role": "bolt"},
    {"kind": "listing.started", "date": "2014", "entity": "cup", "exchange": "bolt"},
    {**BOUGHT, "holder": "bolt", "target": "cup"},
    {"kind": "identity.linked", "date": "2015", "a": "acme", "b": "bolt"},
]


@pytest.mark.parametrize("opened", WAYS)
def test_only_entities_are_linked(opened: Opened, tmp_path: Path) -> None:
    """A deal, a ticker, a role and an exchange that are spelled as the id of before stay what they are."""
    state = opened(tmp_path, NAMESAKES).as_of("2016")
    assert [(deal.deal, deal.title) for deal in state.deals()] == [("acme", "Other"), ("bolt", "Sale")]
    assert [found.entity for found in state.find("bolt")] == ["cup"]
    assert [found.entity for found in state.find("ticker:bolt")] == ["cup"]
    assert [role.key for role in state.roles()] == [("acme", "cup", "bolt")]
    assert [role.key for role in state.roles("bolt", "cup")] == [("acme", "cup", "bolt")]
    assert [listing.key for listing in state.listings()] == [("cup", "bolt")]
    assert [holding.holder for holding in state.holdings(holder="bolt")] == ["acme"]


@pytest.mark.parametrize("opened", WITH_EVENTS)
def test_a_deal_of_the_same_id_is_found_in_every_question(opened: Opened, tmp_path: Path) -> None:
    """By its id and by its title."""
    history = opened(tmp_path, NAMESAKES)
    assert [event.deal for event in history.timeline(deal="bolt")] == ["bolt"]
    assert [span.value.title for span in history.spans("bolt", view="deals")] == ["Sale"]
    (found,) = history.search("sale")
    assert (found.id, found.type, found.called) == ("bolt", "proposed", "Sale")
    assert [
        reason.fact.value.title for reason in history.why("bolt", view="deals", as_of="2016").reasons
    ] == ["Sale"]


def test_what_0_1_0_lost_is_named(tmp_path: Path) -> None:
    """It took any part of a key for an entity, so that no deal of the id of before was found."""
    told = [problem for problem in read(tmp_path, NAMESAKES).check(laws=True) if problem.code == "C421"]
    assert {event for problem in told for event in problem.events} == {
        "2014-deal-proposed-bolt",
        "2014-deal-proposed-acme",  # of which it spoke when it was asked for the other
        "2014-entity-identified-cup-ticker",
        "2014-listing-started-cup",
        "2014-role-appointed-acme-cup-bolt",
    }
    assert all("since only entities are linked" in problem.message for problem in told)


def test_a_history_goes_on_under_the_id_that_stays(tmp_path: Path) -> None:
    """What is replayed anew after a link is asked for by either id, too."""
    history = one_by_one(tmp_path, NAMESAKES)
    history.append([{**BOUGHT, "id": "more", "date": "2016", "holder": "bolt", "target": "cup"}])
    state = history.as_of("2017")
    assert [str(state.share(holder, "cup")) for holder in ("acme", "bolt")] == ["20%", "20%"]


def test_in_a_view_of_your_own_any_part_may_be_an_entity() -> None:
    """Of the views of Chronicle it is known which parts are."""
    names = LinkedIds({"b": "a"}, views.ENTITY_PARTS)
    keys: dict[str, Any] = {
        "mine": (("b", "b"), ("a", "a")),
        "deals": (("b",), ("b",)),
        "roles": (("b", "b", "b"), ("a", "a", "b")),
        "units": (("b", "b"), ("a", "a")),
        "names": (("b",), ("a",)),
    }
    for view, (asked, meant) in keys.items():
        assert names.key(view, asked) == meant


LINKED: list[Plain] = [
    {**BOUGHT, "holder": "nord"},
    {**BOUGHT, "id": "held", "holder": "fund", "target": "nord", "share": "60%"},
    {"kind": "partnership.agreed", "date": "2014", "parties": ["nord", "fund"], "subject": "films"},
    {"kind": "deal.proposed", "date": "2014", "deal": "sale", "title": "Sale", "parties": ["nord", "fund"]},
    {"kind": "shares.issued", "date": "2013", "issuer": "nord", "shares": "5", "total": "5"},
    {"kind": "identity.linked", "date": "2015", "a": "north", "b": "nord"},
]


@pytest.mark.parametrize("opened", WAYS)
def test_an_id_that_was_linked_asks_for_the_one_that_stays(tmp_path: Path, opened: Opened) -> None:
    """Every answer about it is that about the other id; by what was known before the link it is its own."""
    history = opened(tmp_path, [*declared("north", "nord", "film", "fund"), *LINKED])
    state = history.as_of("2016")
    for view in (views.HOLDINGS, views.PARTNERSHIPS, views.DEALS, views.SHARES):
        assert state.naming(view, "nord") == state.naming(view, "north") != (), view
    assert state.entity("nord") == state.entity("north")
    assert state.partnerships("nord") == state.partnerships("north") != ()
    assert state.above_the_whole("nord") == state.above_the_whole("north")
    assert history.resolver().entity("nord") == history.resolver().either("nord").id == "north"
    assert tuple(history.diff("2012", "2016", entity="nord")) == tuple(
        history.diff("2012", "2016", entity="north")
    )
    assert len(history.diff("2012", "2016", entity="nord")) == 5
    through = history.diff_through_others("2012", "2016", entity="nord")
    assert through == history.diff_through_others("2012", "2016", entity="north")
    assert [(each.top, each.entity) for each in through.control] == [("fund", "north")]
    if opened is not from_rows:
        assert history.resolver("2014").entity("nord") == "nord"
        assert [each.target for each in history.as_of("2014", "2014").holdings(holder="nord")] == ["film"]


@pytest.mark.parametrize("words", [("as-of", "2016"), ("diff", "2012", "2016"), ("timeline",), ("show",)])
def test_a_command_about_an_id_that_was_linked_is_about_the_one_that_stays(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """`as-of` and `diff` said that nothing is known of it."""
    path = str(appended(tmp_path, [*declared("north", "nord", "film", "fund"), *LINKED]))
    by_old, by_kept = (
        CliRunner().invoke(command, ["--from", path, *words, id, "--json"]) for id in ("nord", "north")
    )
    assert by_old.exit_code == 0, by_old.output
    assert by_old.output == by_kept.output
    assert '"holder": "north"' in by_old.output
