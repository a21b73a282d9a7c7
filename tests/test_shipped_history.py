"""The history that we ship, against the report that it rests on and the answers that it must give."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import chronicle
from chronicle.engine.state import State
from chronicle.events import EntityDeclared, Event
from chronicle.history import History

GROUP, PICTURES = "alibaba-group", "alibaba-pictures"
REPORTED = datetime.date(2015, 9, 7)


@pytest.fixture(scope="module")
def files(root: Path) -> History:
    """The history as the files have it."""
    return chronicle.open(root / "events")


@pytest.fixture(scope="module", params=["files", "store"])
def history(
    request: pytest.FixtureRequest, files: History, tmp_path_factory: pytest.TempPathFactory
) -> History:
    """The same history from its files and from a store into which they were recorded."""
    if request.param == "files":
        return files
    location = tmp_path_factory.mktemp("store") / "corp.db"
    chronicle.open(location, create=True).append(files.events)
    return chronicle.open(location)


def stake(state: State, target: str = PICTURES) -> tuple[str, bool] | None:
    """The share of the group, as text, and whether it is sure."""
    share = state.share(GROUP, target)
    return None if share is None else (str(share), share.certain)


def owners(state: State) -> dict[str, list[str]]:
    """Who owns the two businesses of the deal."""
    return {unit: [each.owner for each in state.units(unit)] for unit in ("taobao-movie", "yulebao")}


# The answers that must hold


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        ("2014-02-28", None),
        ("2014-03-01", ("60%", False)),
        ("2014-03-15", ("60%", False)),
        ("2014-03-31", ("60%", True)),
        ("2014-03", ("60%", True)),
        ("2014", ("60%", True)),
        ("2015-09-07", ("60%", True)),
    ],
)
def test_the_stake_in_the_film_company(history: History, day: str, answer: tuple[str, bool] | None) -> None:
    """60 %, bought in March 2014: nothing before, possible within the month, sure from its end."""
    assert stake(history.as_of(day)) == answer


@pytest.mark.parametrize(("day", "listed"), [("2014-08-31", False), ("2014-09-30", True), ("2015", True)])
def test_the_listing_of_the_group(history: History, day: str, listed: bool) -> None:
    """The offering was in September 2014, on an exchange that the report does not name."""
    found = history.as_of(day).listings(GROUP)
    assert bool(found) == listed
    assert all(fact.certain and fact.value.ipo for fact in found)


def test_the_listing_is_only_possible_within_its_month(history: History) -> None:
    """The report gives no day."""
    (listing,) = history.as_of("2014-09-15").listings(GROUP)
    assert not listing.certain


@pytest.mark.parametrize(
    ("day", "answer"), [("2015-02", None), ("2015-03-15", ("8.8%", False)), ("2015-03", ("8.8%", True))]
)
def test_the_stake_in_enlight(history: History, day: str, answer: tuple[str, bool] | None) -> None:
    """8.8 % from March 2015."""
    assert stake(history.as_of(day), "enlight") == answer


def test_the_deal_is_proposed_and_moves_nothing(history: History) -> None:
    """At the end of April 2015 both businesses are still the group's, and until the end of the report."""
    for day in ("2015-04-30", "2015-09-07", "2099"):
        state = history.as_of(day)
        (deal,) = state.deals()
        assert (deal.deal, deal.stage, deal.binding) == ("asset-injection", "proposed", False)
        assert deal.parties == (GROUP, PICTURES)
        assert owners(state) == {"taobao-movie": [GROUP], "yulebao": [GROUP]}
    assert history.as_of("2015-03-31").deals() == ()


def test_the_deal_assumed_to_be_done_moves_both_businesses(history: History) -> None:
    """In the what-if they are the film company's; the history itself is as it was."""
    before = history.as_of("2016-01-01")
    assumed = history.assume("asset-injection", on="2015-12-31")
    assert owners(assumed.as_of("2016-01-01")) == {"taobao-movie": [PICTURES], "yulebao": [PICTURES]}
    assert owners(assumed.as_of("2015-12-30")) == {"taobao-movie": [GROUP], "yulebao": [GROUP]}
    assert history.as_of("2016-01-01") == before
    assert owners(history.as_of("2016-01-01")) == {"taobao-movie": [GROUP], "yulebao": [GROUP]}


def test_nothing_was_known_before_the_report(history: History) -> None:
    """Everything rests on one report of September 2015."""
    assert history.as_of("2015", known="2015-09-06").holdings() == ()
    assert history.as_of("2015", known="2015-09-07") != history.as_of("2015", known="2015-09-06")
    assert stake(history.as_of("2014", known="2015-09-07")) == ("60%", True)
    assert history.timeline(known="2015-09-06") == ()


def test_recorded_twice_changes_nothing(files: History, tmp_path: Path) -> None:
    """The store has each event once and says the same as the files, on every day that matters."""
    store = chronicle.open(tmp_path / "corp.db", create=True)
    assert store.append(files.events) == len(files.events)
    assert store.append(files.events) == 0
    days = sorted({edge for event in files.timeline() for edge in (event.date.earliest, event.date.latest)})
    for day in days:
        assert store.as_of(day) == files.as_of(day)
    assert store.timeline() == files.timeline()


def test_an_edited_event_is_refused_by_its_id(files: History, tmp_path: Path) -> None:
    """What was recorded is changed by a correction, never by an edit."""
    store = chronicle.open(tmp_path / "corp.db", create=True)
    store.append(files.events)
    text = (files.place("chinavision-stake") or pytest.fail("no place")).file
    edited = tmp_path / "edited"
    edited.mkdir()
    for source in Path(text).parent.glob("*.yaml"):
        (edited / source.name).write_text(
            source.read_text(encoding="utf-8").replace("share: 60%", "share: 61%")
        )
    with pytest.raises(chronicle.ChronicleError) as error:
        store.append(chronicle.open(edited).events)
    assert "chinavision-stake" in str(error.value)
    assert "60%" in str(error.value)
    assert "61%" in str(error.value)
    assert "correct" in str(error.value)


def test_check_finds_nothing(files: History) -> None:
    """What we ship raises no doubt."""
    assert [str(problem) for problem in files.check()] == []


# What the report says


def told(history: History, **fields: object) -> Event:
    """The one event with these fields."""
    (event,) = (
        event
        for event in history.timeline()
        if all(str(getattr(event, name, None)) == str(value) for name, value in fields.items())
    )
    return event


@pytest.mark.parametrize(
    ("date", "kind", "fields"),
    [
        (
            "2014-03",
            "stake.acquired",
            {"holder": GROUP, "target": PICTURES, "share": "60%", "price": "USD 800M"},
        ),
        ("2014-09", "listing.started", {"entity": GROUP, "ipo": True}),
        ("2015-01", "partnership.agreed", {"project": "bai-du-ren", "parties": (PICTURES, "wong-kar-wai")}),
        ("2015-01", "role.appointed", {"person": "wong-kar-wai", "entity": "bai-du-ren", "role": "producer"}),
        ("2015-01", "role.appointed", {"person": "zhang-jiajia", "entity": "bai-du-ren", "role": "director"}),
        ("2015-01", "role.appointed", {"person": "zhang-jiajia", "entity": "bai-du-ren", "role": "writer"}),
        ("2015-01", "role.appointed", {"person": "tony-leung", "entity": "bai-du-ren", "role": "star"}),
        (
            "2015-03",
            "stake.acquired",
            {"holder": GROUP, "target": "enlight", "share": "8.8%", "price": "USD 380M"},
        ),
        ("2015-04", "deal.proposed", {"deal": "asset-injection"}),
        ("2015-09-08", "project.released", {"project": "rogue-nation", "where": "China"}),
    ],
)
def test_every_dated_fact_of_the_report_is_there(
    history: History, date: str, kind: str, fields: dict[str, object]
) -> None:
    """Each at the precision that the report gives: a month stays a month."""
    assert told(history, kind=kind, date=date, **fields).date.text == date


def test_what_the_deal_would_do(history: History) -> None:
    """Ticketing and crowdfunding, from the group to its film company."""
    proposal = told(history, kind="deal.proposed")
    effects = [(effect.kind, dict(effect.fields)) for effect in proposal.effects]  # type: ignore[attr-defined]
    assert effects == [
        ("unit.transferred", {"unit": unit, "from_": GROUP, "to": PICTURES})
        for unit in ("taobao-movie", "yulebao")
    ]


def test_the_tie_ups_for_the_release(history: History) -> None:
    """Promotion with the studio, games on the shopping app, goods by about thirty merchants."""
    found = [
        fact.value
        for fact in history.as_of("2015-09-07").partnerships()
        if fact.value.project == "rogue-nation"
    ]
    assert {party for value in found for party in value.parties} == {
        GROUP,
        PICTURES,
        "paramount-pictures",
        "mobile-taobao",
    }
    assert any("30" in value.subject for value in found)
    assert any("games" in value.subject for value in found)
    assert any("promotion" in value.subject for value in found)


def test_the_film_is_out_the_day_after_the_report(history: History) -> None:
    """It had been announced the day before."""
    assert history.as_of("2015-09-07").projects("rogue-nation") == ()
    (release,) = history.as_of("2015-09-08").projects("rogue-nation")
    assert release.key == ("rogue-nation", "China")


def test_the_investment_is_an_undisclosed_share(history: History) -> None:
    """Undisclosed is not nothing."""
    invested = told(history, kind="investment.made", investor=PICTURES, project="rogue-nation", share=None)
    assert invested.date.latest == REPORTED
    share = history.as_of("2015-09-07").share(PICTURES, "rogue-nation")
    assert share is not None
    assert share.is_unknown


def test_every_event_has_a_source_with_the_day_of_its_publication(files: History) -> None:
    """Says who, and since when we know."""
    events = files.timeline()
    assert len(events) >= 15
    for event in events:
        assert event.sources, event.id
        assert {source.published.latest for source in event.sources if source.published} == {REPORTED}, (
            event.id
        )


def test_every_entity_that_is_named_is_declared_and_every_declared_one_has_a_name(files: History) -> None:
    """No id without a name; ids are those of the files."""
    declared = {event.entity for event in files.events if isinstance(event, EntityDeclared)}
    assert set(files.entity_ids()) == declared
    assert {entity.entity for entity in files.as_of("2015").entities()} == declared
