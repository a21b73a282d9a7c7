"""What concerns an entity: its deals from end to end, what ended something, dates where one looks."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from chronicle import codec
from chronicle.cli import chronicle
from chronicle.engine.replay import in_order
from chronicle.errors import NotFound
from chronicle.events import ORDER, Event
from chronicle.history import History, open_history
from chronicle.render.reading_order import in_reading_order
from given import acquired, corrected, disposed, happened, launched, observed, proposed, retracted

MOVE = {"kind": "unit.transferred", "unit": "shop", "from": "seller", "to": "buyer"}


def stage(kind: str, date: str, **fields: Any) -> Event:
    """A stage of the takeover, by the last part of its kind."""
    return happened(f"deal.{kind}", date, id=kind, deal="takeover", **fields)


PROPOSED = stage(
    "proposed", "2014-03", title="The Takeover", parties=["buyer", "seller"], effects=[MOVE, {
        "kind": "stake.acquired", "holder": "fund", "target": "buyer", "share": "5%"
    }]
)  # fmt: skip
AGREED = stage("agreed", "2014-04")
APPROVED = stage("approved", "2014-05")
COMPLETED = stage("completed", "2014-06")
TERMINATED = stage("terminated", "2014-07", reason="no money")
OTHER = acquired("2014-01", "stranger", "rival", "10%", id="other")
STAGES = ["proposed", "agreed", "approved", "completed"]
DEAL = [OTHER, PROPOSED, AGREED, APPROVED, COMPLETED]


def ids(events: tuple[Event, ...]) -> list[str]:
    """The ids of events, in their order."""
    return [event.id for event in events]


def run(*arguments: str | Path, width: int = 100) -> Result:
    """Run ``chronicle``; anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(each) for each in arguments], env={"COLUMNS": str(width)})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def saved(folder: Path, *events: Event) -> Path:
    """A store with these events."""
    path = folder / "history.db"
    with open_history(path, create=True) as history:
        history.append(events, declared=False)
    return path


def told(form: str, file: Path, *question: str) -> list[str]:
    """The ids of the events of a timeline, in the form of JSON or of CSV."""
    result = run("--from", file, "timeline", *question, f"--{form}")
    assert (result.exit_code, result.stderr) == (0, "")
    if form == "json":
        return [event["id"] for event in json.loads(result.stdout)["events"]]
    if form == "plain":
        return [line.split("\t")[2] for line in result.stdout.splitlines()]
    return [row["id"] for row in csv.DictReader(io.StringIO(result.stdout))]


# The deals of an entity


@pytest.mark.parametrize("entity", ["buyer", "seller", "shop", "fund"])
def test_the_timeline_of_an_entity_has_its_deals_from_end_to_end(entity: str) -> None:
    """A party, a unit that would move, a holder that would buy: the stages that name nobody too."""
    assert ids(History(DEAL).timeline(entity)) == STAGES
    assert ids(History(DEAL).timeline("stranger")) == ["other"]


@pytest.mark.parametrize("end", [AGREED, APPROVED, COMPLETED, TERMINATED], ids=lambda event: event.kind)
def test_every_stage_of_a_deal_concerns_its_parties(end: Event) -> None:
    """However far it came, and however it ended."""
    assert ids(History([PROPOSED, end]).timeline("seller")) == ["proposed", end.id]


@pytest.mark.parametrize("form", ["json", "csv", "plain"])
def test_every_form_of_a_timeline_has_the_same_deals(tmp_path: Path, form: str) -> None:
    """By an entity or by the deal, for programs as in Python."""
    file = saved(tmp_path, *DEAL)
    assert told(form, file, "shop") == STAGES
    assert told(form, file, "takeover") == STAGES
    assert told(form, file, "the takeover", "--kind", "deal.approved") == ["approved"]


def test_the_page_of_an_entity_tells_its_deals(tmp_path: Path) -> None:
    """By the title of the deal, which only its proposal states."""
    file = saved(tmp_path, *DEAL)
    page = run("--from", file, "timeline", "shop").stdout
    assert "The Takeover is approved" in page
    assert "The Takeover is completed" in page
    assert "4 events" in page
    for question in (("--since", "2014-05"), ("--kind", "deal.completed"), ("shop", "--until", "2014-05-31")):
        for form in ("", "--csv", "--plain"):
            asked = ["--from", file, "timeline", *question, *filter(None, [form])]
            assert "The Takeover is" in run(*asked).stdout


@pytest.mark.parametrize("where", ["agreed", "completed"])
def test_whoever_a_later_stage_names_has_the_whole_deal(where: str) -> None:
    """A party that joined on signing, a unit that only the completion has."""
    stages = {
        "agreed": stage("agreed", "2014-04", parties=["buyer", "seller", "latecomer"]),
        "completed": stage("completed", "2014-06", effects=[{**MOVE, "unit": "latecomer"}]),
    }
    events = [stages.get(event.id, event) if event.id == where else event for event in DEAL]
    assert ids(History(events).timeline("latecomer")) == STAGES


def test_what_belongs_to_a_deal_concerns_its_parties_and_not_the_other_way() -> None:
    """A stake bought as part of it, by whoever; the buyer of that stake has no part in all the rest."""
    bought = acquired("2014-06", "bank", "rival", "3%", id="bought", deal="takeover")
    history = History([*DEAL, bought])
    assert ids(history.timeline("seller")) == [*STAGES, "bought"]
    assert ids(history.timeline("bank")) == ["bought"]


def test_the_parties_of_a_deal_are_those_known_by_then() -> None:
    """A correction takes the buyer out and brings the bank in, from the day it was known."""
    swap = corrected("2015-02", "proposed", {"parties": ["bank", "seller"], "effects": None}, id="swap")
    bank = happened("entity.declared", "0001-01-01", entity="bank", name="Bank", type="company")
    history = History([bank, PROPOSED, APPROVED, swap])
    assert ids(history.timeline("buyer", known="2014")) == ["proposed", "approved"]
    assert ids(history.timeline("buyer")) == []
    assert ids(history.timeline("bank")) == ["proposed", "approved"]
    assert ids(history.timeline("bank", known="2014")) == []


def test_a_proposal_that_was_withdrawn_names_nobody() -> None:
    """Until then it did."""
    gone = retracted("2015-02", "proposed", id="gone")
    history = History([PROPOSED, APPROVED, gone])
    assert ids(history.timeline("shop", known="2014")) == ["proposed", "approved"]
    assert ids(history.timeline("shop")) == []


@pytest.mark.parametrize("entity", ["buyer", "buyer-inc", "buyer-ltd"])
def test_who_was_known_by_several_ids_has_the_deals_of_all(entity: str) -> None:
    """Linked one to the other, asked by any of the ids; the links themselves concern it."""
    events = [
        *DEAL,
        happened("identity.linked", "2016", id="link", a="buyer-inc", b="buyer"),
        happened("identity.linked", "2017", id="link-2", a="buyer-ltd", b="buyer-inc"),
    ]
    history = History(events)
    assert ids(history.timeline(entity)) == [*STAGES, "link", "link-2"]
    assert ids(history.timeline("buyer-inc", known="2015")) == []
    assert ids(history.timeline("buyer-inc", known="2016")) == [*STAGES, "link"]


def test_an_assumed_completion_concerns_the_parties() -> None:
    """A what-if of the deal is in the timeline of the shop that it would move."""
    assumed = History([PROPOSED]).assume("takeover", on="2015")
    assert ids(assumed.timeline("shop")) == ["proposed", "assumed-takeover"]


def test_the_other_limits_of_a_timeline_hold_for_deals_too() -> None:
    """Kinds and days."""
    history = History(DEAL)
    assert ids(history.timeline("shop", kinds="deal.completed")) == ["completed"]
    assert ids(history.timeline("shop", since="2014-05")) == ["approved", "completed"]
    assert ids(history.timeline("shop", until="2014-04-30")) == ["proposed", "agreed"]


# The timeline of a deal


def test_a_deal_has_a_timeline() -> None:
    """By its id, alone or in the place of an entity: its stages, and whatever else belongs to it."""
    bought = acquired("2014-06", "bank", "rival", "3%", id="bought", deal="takeover")
    history = History([*DEAL, bought])
    assert ids(history.timeline(deal="takeover")) == [*STAGES, "bought"]
    assert history.timeline("takeover") == history.timeline(deal="takeover")
    assert ids(history.timeline("bank", deal="takeover")) == ["bought"]
    assert history.deal_ids() == ("takeover",)


def test_a_deal_that_was_not_known_yet_has_an_empty_timeline() -> None:
    """It is no error: it is known now."""
    assert History(DEAL).timeline(deal="takeover", known="2013") == ()


def test_a_deal_that_is_not_there_is_refused() -> None:
    """With the nearest deal, and in the place of an entity with the nearest of both."""
    history = History(DEAL)
    with pytest.raises(NotFound) as error:
        history.timeline(deal="takover")
    assert str(error.value) == 'error[C602]: no deal "takover"\n  help: did you mean takeover?'
    with pytest.raises(NotFound) as error:
        history.timeline("takover")
    assert str(error.value) == 'error[C602]: no deal "takover"\n  help: did you mean takeover?'
    with pytest.raises(NotFound, match="did you mean seller"):
        history.timeline("sellers", deal="takeover")


@pytest.mark.parametrize("word", ["takeover", "TAKEOVER", "The Takeover", "the takeover", "The Merger"])
def test_a_deal_is_found_by_its_id_and_by_each_of_its_titles(tmp_path: Path, word: str) -> None:
    """In upper or lower case, by a title that it was given later, and by what nobody knew then."""
    agreed = stage("agreed", "2014-04", title="The Merger")
    file = saved(tmp_path, PROPOSED, agreed)
    assert told("json", file, word) == ["proposed", "agreed"]
    assert told("json", file, word, "--known", "2014-03") == ["proposed"]
    assert "The Takeover is proposed" in run("--from", file, "timeline", word).stdout
    reasons = json.loads(run("--from", file, "why", word, "--as-of", "2015", "--json").stdout)["reasons"]
    assert [reason["view"] for reason in reasons] == ["deals"]


def test_an_id_comes_before_a_name_and_a_name_before_a_title(tmp_path: Path) -> None:
    """Who is called as a deal is comes first; the id of the deal still means the deal."""
    named = happened("entity.renamed", "2013", id="named", entity="rival", name="The Takeover")
    called = happened("entity.renamed", "2013", id="called", entity="stranger", name="takeover")
    file = saved(tmp_path, *DEAL, named, called)
    assert told("json", file, "The Takeover") == ["named", "other"]
    assert told("json", file, "takeover") == STAGES


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("takeovr", 'error[C602]: no deal "takeovr"\n  help: did you mean takeover?\n'),
        ("the takeovers", 'error[C602]: no deal "the takeovers"\n  help: did you mean The Takeover?\n'),
        ("sellers", 'error[C601]: no entity "sellers"\n  help: did you mean seller?\n'),
        ("take-oven", 'error[C601]: no entity "take-oven"\n  help: did you mean take-ovens?\n'),
    ],
)
@pytest.mark.parametrize("command", ["timeline", "why"])
def test_an_unknown_word_names_the_nearest_of_both(
    tmp_path: Path, word: str, said: str, command: str
) -> None:
    """Of all entities and all deals, by id, name or title."""
    file = saved(tmp_path, *DEAL, launched("2013", "take-ovens", "rival"))
    day = ["--as-of", "2015"] if command == "why" else []
    result = run("--from", file, command, word, *day)
    assert (result.exit_code, result.stderr) == (3, said)


def test_two_deals_of_one_title_are_told_apart_by_id(tmp_path: Path) -> None:
    """As two entities of one name are."""
    file = saved(tmp_path, *DEAL, proposed("2015", "second", title="The Takeover"))
    result = run("--from", file, "timeline", "The takeover")
    assert (result.exit_code, result.stderr) == (
        3,
        'error[C602]: several deals are called "The takeover"\n  help: give the id: second or takeover\n',
    )


def test_the_tab_key_offers_deals_where_a_deal_can_be_asked_for(tmp_path: Path) -> None:
    """Beside entities."""
    from chronicle.cli.asked import Asked
    from chronicle.cli.completion import entities_and_deals

    context = chronicle.make_context("chronicle", ["timeline"], resilient_parsing=True)
    context.obj = Asked(source=str(saved(tmp_path, *DEAL)))
    parameter = chronicle.params[0]
    assert [item.value for item in entities_and_deals(context, parameter, "take")] == ["takeover"]
    assert [item.value for item in entities_and_deals(context, parameter, "se")] == ["seller"]


# What ended something

TIMES = [{"publisher": "Times", "published": "2015-05-05"}]

# A beginning and its end in every view that has ends: the view, the key, and the two events.
ENDS = {
    "holdings": (
        ("group", "film", "equity"),
        acquired("2014-03", "group", "film", "60%", id="begin"),
        disposed("2015-05-04", "group", "film", "60%", id="end", sources=TIMES),
    ),
    "units": (
        ("shop", "group"),
        launched("2014-03", "shop", "group", id="begin"),
        happened("unit.closed", "2015-05-04", id="end", unit="shop", reason="sold off", sources=TIMES),
    ),
    "roles": (
        ("jane", "film", "chair"),
        happened("role.appointed", "2014-03", id="begin", person="jane", entity="film", role="chair"),
        happened(
            "role.ended", "2015-05-04", id="end", person="jane", entity="film", role="chair", sources=TIMES
        ),
    ),
    "control": (
        ("group", "film", "board"),
        happened("control.granted", "2014-03", id="begin", controller="group", target="film", basis="board"),
        happened("control.ended", "2015-05-04", id="end", controller="group", target="film", sources=TIMES),
    ),
    "listings": (
        ("film", "HKEX"),
        happened("listing.started", "2014-03", id="begin", entity="film", exchange="HKEX"),
        happened("listing.ended", "2015-05-04", id="end", entity="film", reason="bought", sources=TIMES),
    ),
    "partnerships": (
        ("film+group", "films"),
        happened("partnership.agreed", "2014-03", id="begin", parties=["group", "film"], subject="films"),
        happened("partnership.ended", "2015-05-04", id="end", parties=["group", "film"], sources=TIMES),
    ),
    "memberships": (
        ("film", "index"),
        happened("membership.started", "2014-03", id="begin", entity="film", group="index"),
        happened("membership.ended", "2015-05-04", id="end", entity="film", group="index", sources=TIMES),
    ),
}


@pytest.mark.parametrize("view", ENDS)
def test_why_names_the_event_that_ended_a_value_and_who_says_so(view: str) -> None:
    """In every view that has ends: what stood, until when, by which event, with its source."""
    key, begin, end = ENDS[view]
    answer = History([begin, end]).why(*key, as_of="2016", view=view)
    assert (answer.reasons, answer.instead) == ((), "nothing on 2016-12-31; it ended 4 May 2015")
    (ending,) = answer.ended
    assert (ending.fact.key, str(ending.fact.since), str(ending.end)) == (key, "2014-03", "2015-05-04")
    assert [step.event for step in ending.steps] == [end]
    assert ending.steps[0].event.sources[0].publisher == "Times"
    assert (str(ending.steps[0].knowledge.day), ending.fact.certain) == ("2015-05-05", True)


@pytest.mark.parametrize("view", ENDS)
def test_every_form_of_why_names_the_end(view: str, tmp_path: Path) -> None:
    """The page, JSON, CSV and plain text have the event and its source."""
    key, begin, end = ENDS[view]
    question = ("--from", saved(tmp_path, begin, end), "why", *key, "--view", view, "--as-of", "2016")
    page = run(*question).stdout
    assert "Nothing on this day; it ended 4 May 2015." in page
    assert "since Mar 2014, until 4 May 2015" in page
    assert "└─ ended  4 May 2015" in page
    assert "source  Times, 5 May 2015" in page
    data = json.loads(run(*question, "--json").stdout)
    (ended,) = data["ended"]
    assert (data["reasons"], ended["end"], ended["ended_by"]) == ([], "2015-05-04", "end")
    assert ended["steps"][0]["event"]["sources"] == TIMES
    (row,) = csv.DictReader(io.StringIO(run(*question, "--csv").stdout))
    assert (row["certain"], row["event"], row["sources"], row["does"]) == (
        "ended",
        "end",
        "Times, 5 May 2015",
        "ends",
    )
    first, second = run(*question, "--plain").stdout.splitlines()
    assert first == "nothing\tnothing on 2016-12-31; it ended 4 May 2015"
    assert second.split("\t")[5] == "end"


@pytest.mark.parametrize("view", ENDS)
def test_a_value_that_may_be_over_has_the_end_with_its_source(view: str, tmp_path: Path) -> None:
    """On a day in the window of the end, beside the events that made the value; not before, not after."""
    key, begin, end = ENDS[view]
    late = codec.decode({**codec.encode(end), "date": "2015-05"})
    history = History([begin, late])
    (reason,) = history.why(*key, as_of="2015-05-15", view=view).reasons
    assert [step.event.id for step in reason.steps] == ["begin"]
    assert [step.event for step in reason.ending] == [late]
    (before,) = history.why(*key, as_of="2015-04-30", view=view).reasons
    assert before.ending == ()
    question = ("--from", saved(tmp_path, begin, late), "why", *key, "--view", view, "--as-of", "2015-05-15")
    page = run(*question).stdout
    assert "may be over  May 2015" in page
    assert "source  Times, 5 May 2015" in page
    [found] = json.loads(run(*question, "--json").stdout)["reasons"]
    assert [step["event"]["id"] for step in found["ending"]] == ["end"]
    rows = [*csv.DictReader(io.StringIO(run(*question, "--csv").stdout))]
    assert [(row["event"], row["does"]) for row in rows] == [("begin", "makes"), ("end", "may end")]


def test_an_identifier_is_ended_by_the_event_that_says_until_when() -> None:
    """The event that gave it."""
    given = happened(
        "entity.identified", "2014", id="given", entity="film", scheme="lei", value="1", until="2015"
    )
    (ending,) = History([given]).why("film", as_of="2016", view="identifiers").ended
    assert ([step.event.id for step in ending.steps], str(ending.end)) == (["given"], "2015")


@pytest.mark.parametrize(
    "end",
    [
        disposed("2015", "group", "film", "60%", id="end"),
        disposed("2015", "group", "film", holds="0%", id="end"),
        observed("2015", "group", "film", "0%", id="end"),
        acquired("2015", "buyer", "film", "60%", id="end", seller="group"),
        disposed("2015", "group", "film", "60%", id="end", buyer="buyer"),
        happened("merger.absorbed", "2015", id="end", survivor="buyer", absorbed="group"),
        happened("merger.absorbed", "2015", id="end", survivor="buyer", absorbed="film"),
        happened("merger.consolidated", "2015", id="end", successor="new", predecessors=["group", "other"]),
    ],
    ids=[
        "sold",
        "sold down",
        "observed",
        "bought",
        "sold to",
        "holder absorbed",
        "target absorbed",
        "merged",
    ],
)
def test_why_of_a_zero_leads_to_the_event_that_made_it_one(end: Event) -> None:
    """Sold out, seen at nothing, gone with a merger."""
    events = [acquired("2014-03", "group", "film", "60%", id="begin"), end]
    answer = History(events).why("group", "film", as_of="2016")
    steps = [step.event.id for each in (*answer.reasons, *answer.ended) for step in each.steps]
    assert steps[-1] == "end"


def test_what_a_deal_ended_was_announced_by_somebody() -> None:
    """The completion alone does not say: who said what the deal would do comes before it."""
    sale = {"kind": "stake.disposed", "holder": "group", "target": "film", "share": "60%"}
    events = [acquired("2014-03", "group", "film", "60%"), proposed("2015", "d", sale, id="said")]
    events.append(happened("deal.completed", "2016", id="done", deal="d"))
    (ending,) = History(events).why("group", "film", as_of="2017").ended
    assert [step.event.id for step in ending.steps] == ["said", "done"]


def test_an_end_has_its_corrections_and_its_rivals() -> None:
    """As every event behind a value has."""
    begin = acquired("2014-03", "group", "film", "60%", id="begin")
    sold = disposed("2015-05", "group", "film", "60%", id="sold")
    exact = corrected("2016", "sold", {"date": "2015-05-04"}, id="exact")
    (ending,) = History([begin, sold, exact]).why("group", "film", as_of="2016").ended
    (step,) = ending.steps
    assert ([each.id for each in step.corrections], str(ending.end)) == (["exact"], "2015-05-04")
    (earlier,) = History([begin, sold, exact]).why("group", "film", as_of="2016", known="2015").ended
    assert (earlier.steps[0].corrections, str(earlier.end)) == ((), "2015-05")


def test_an_end_that_was_not_known_yet_is_none() -> None:
    """By what was known before the sale the stake stands."""
    key, begin, end = ENDS["holdings"]
    answer = History([begin, end]).why(*key, as_of="2016", known="2015-05-04")
    assert (len(answer.reasons), answer.ended) == (1, ())


def test_between_two_times_why_names_the_end_of_the_first() -> None:
    """And on a day after the second its own; a value that stands has no end."""
    key, begin, end = ENDS["roles"]
    again = happened("role.appointed", "2017", id="again", person="jane", entity="film", role="chair")
    left = happened("role.ended", "2018", id="left", person="jane", entity="film", role="chair")
    history = History([begin, end, again, left])
    days = {
        year: [
            ending.steps[-1].event.id for ending in history.why(*key, as_of=year, view="roles").ended
        ]
        for year in ("2013", "2014", "2016", "2017", "2019")
    }  # fmt: skip
    assert days == {"2013": [], "2014": [], "2016": ["end"], "2017": [], "2019": ["left"]}


def test_what_stands_and_what_is_over_are_told_side_by_side(tmp_path: Path) -> None:
    """The votes are kept, the shares were sold: one reason, one end, each under its own name."""
    key, begin, end = ENDS["holdings"]
    votes = acquired("2014-03", "group", "film", "70%", id="votes", right="votes")
    answer = History([begin, end, votes]).why("group", "film", as_of="2016")
    assert (answer.instead, len(answer.reasons), len(answer.ended)) == (None, 1, 1)
    page = run("--from", saved(tmp_path, begin, end, votes), "why", *key[:2], "--as-of", "2016").stdout
    assert "stake of group in film (votes): 70%, certain" in page
    assert "stake of group in film: 60%, since Mar 2014, until 4 May 2015" in page


def test_a_unit_that_went_to_another_owner_did_not_end(tmp_path: Path) -> None:
    """The page of the new owner has the transfer already; for programs the old owner's end is there."""
    moved = happened("unit.transferred", "2015", id="moved", unit="shop", from_="group", to="film")
    file = saved(tmp_path, ENDS["units"][1], moved)
    page = run("--from", file, "why", "shop", "--as-of", "2016").stdout
    assert ("Why: owner of shop" in page, "ended" in page) == (True, False)
    data = json.loads(run("--from", file, "why", "shop", "--as-of", "2016", "--json").stdout)
    assert [(each["key"]["owner"], each["ended_by"]) for each in data["ended"]] == [("group", "moved")]


def test_why_of_an_entity_speaks_of_its_memberships_and_where_it_came_from(tmp_path: Path) -> None:
    """Those it has, those it had with what ended them, and both ends of a succession."""
    file = saved(
        tmp_path,
        happened("entity.founded", "2010", id="founded", entity="film", name="Film", type="company"),
        *ENDS["memberships"][1:],
        happened("membership.started", "2013", id="joined", entity="film", group="guild"),
        happened("merger.absorbed", "2012", id="absorbed", survivor="film", absorbed="studio"),
        happened("demerger.split", "2014", id="split", parent="film", successors=["games"]),
    )
    data = json.loads(run("--from", file, "why", "film", "--as-of", "2016", "--json").stdout)
    found = [(reason["view"], [*reason["key"].values()][-1]) for reason in data["reasons"]]
    assert found == [
        ("names", "film"),
        ("status", "film"),
        ("memberships", "guild"),
        ("lineage", "games"),
        ("lineage", "film"),
    ]
    assert [(each["key"]["group"], each["ended_by"]) for each in data["ended"]] == [("index", "end")]
    page = run("--from", file, "why", "film", "--as-of", "2016").stdout
    for words in (
        "membership of Film in guild: member, certain",
        "membership of Film in index: member, since Mar 2014, until 4 May 2015",
        "succession of studio → Film: absorbed",
        "succession of Film → games: split",
        "ended  4 May 2015  Film leaves index",
    ):
        assert words in page
    data = json.loads(run("--from", file, "why", "studio", "--as-of", "2016", "--json").stdout)
    assert {(reason["view"], reason["steps"][-1]["event"]["id"]) for reason in data["reasons"]} == {
        ("status", "absorbed"),
        ("lineage", "absorbed"),
    }


def test_why_of_a_unit_speaks_of_its_lineage_too(tmp_path: Path) -> None:
    """A unit that was split off has an owner no more, and an origin."""
    split = happened("demerger.split", "2016", id="split", parent="group", successors=["shop"])
    file = saved(tmp_path, *ENDS["units"][1:], split)
    data = json.loads(run("--from", file, "why", "shop", "--as-of", "2017", "--json").stdout)
    assert [reason["view"] for reason in data["reasons"]] == ["lineage"]
    assert [(each["view"], each["ended_by"]) for each in data["ended"]] == [("units", "end")]


# Where a reader looks for a date


def id_of(date: str) -> str:
    """The id of the event with this date."""
    return "e" + date.strip("[]").replace("..", "to").lower()


def dated(*dates: str, **after: str) -> list[Event]:
    """An event for each date; ``after`` gives the date of one that must follow that of another."""
    follows = {date: {"after": id_of(other)} for date, other in after.items()}
    return [acquired(date, "group", "film", "1%", id=id_of(date), **follows.get(date, {})) for date in dates]


def read(*events: Event) -> list[str]:
    """The dates of events as a page tells them."""
    told, undated = in_reading_order(in_order(events, ORDER))
    return [event.date.text for event in (*told, *undated)]


@pytest.mark.parametrize(
    "dates",
    [
        ["2009", "2015-04-30", "[..2015-04]", "2015-05"],
        ["2009", "2015-02", "2015-04-11", "[..2015-04-11]", "2015-04-12"],
        ["[..2008]", "2009"],
        ["2009", "[..2009]", "2010"],
        ["2009", "[..2009-Q2]", "2009-Q3"],
        ["2009", "[..2014]"],
        ["2009", "[..2015-03]", "[..2015-04]", "2016", "[..2016]"],
        ["[..2015-03]", "[..2015-04]"],
        ["0001-01-01", "1999", "[0001..2001]", "2002"],
        ["1999", "[1999..2020]", "2001", "[2001..]"],
        ["[..2015-04]", "2016", "[0001..9999]"],
        ["2016", "[..9999]"],
    ],
)
def test_a_date_without_a_beginning_stands_at_its_end(dates: list[str]) -> None:
    """ "By April 2015" stands behind all that began by then, and what is undated behind all."""
    assert read(*dated(*dates)) == dates
    assert read(*dated(*reversed(dates))) == dates


def test_what_must_follow_an_event_stands_behind_it_on_the_page() -> None:
    """Though the other is dated by a later day, and though a third one stands between."""
    assert read(*dated("[..2015-04]", "2014-05", **{"2014-05": "[..2015-04]"})) == ["[..2015-04]", "2014-05"]
    chain = {"[..2015-03]": "[..2015-04]", "2014-05": "[..2015-03]"}
    events = dated("[..2015-04]", "[..2015-03]", "2014-05", "2009", **chain)
    assert read(*events) == ["2009", "[..2015-04]", "[..2015-03]", "2014-05"]
    assert read(*dated("2014", "2016", "[..2015]", **{"[..2015]": "2016"})) == ["2014", "2016", "[..2015]"]


DATES = st.sampled_from(
    ["2009", "2012-03", "2012-04-11", "[..2012-03]", "[..2010]", "[..2012-05-01]", "2012-Q2"]
)


@given(st.lists(st.tuples(DATES, st.integers(0, 7)), max_size=8))
def test_the_order_of_a_page_keeps_that_of_replay_where_it_can(drawn: list[tuple[str, int]]) -> None:
    """Nothing is lost, what has a beginning stays in turn, and what follows another comes behind it."""
    events = [
        acquired(date, "group", "film", "1%", id=f"e{at}", **({"after": f"e{other}"} if other < at else {}))
        for at, (date, other) in enumerate(drawn)
    ]
    replayed = in_order(events, ORDER)
    told, undated = in_reading_order(replayed)
    assert undated == []
    assert sorted(ids(tuple(told))) == sorted(ids(tuple(events)))
    begun = [event for event in replayed if not event.date.text.startswith("[..")]
    assert [event for event in told if event in begun] == begun
    place = {event.id: index for index, event in enumerate(told)}
    assert all(place[event.id] > place[event.after] for event in told if event.after is not None)


def test_programs_read_a_timeline_in_the_order_of_replay(tmp_path: Path) -> None:
    """Python, JSON, CSV and plain text: only the page is for readers."""
    events = dated("2009", "[..2015-04]", "[0001..9999]", "2016")
    replayed = [*map(id_of, ("[..2015-04]", "[0001..9999]", "2009", "2016"))]
    file = saved(tmp_path, *events)
    assert ids(History(events).timeline()) == replayed
    assert [told(form, file) for form in ("json", "csv", "plain")] == [replayed] * 3


def test_the_page_tells_by_april_at_april_and_undated_ones_under_a_heading(tmp_path: Path) -> None:
    """The gutter says "by" and leaves the year out that it has said; the heading stands alone."""
    page = run(
        "--from", saved(tmp_path, *dated("2009", "[..2015-04]", "[0001..9999]", "2015-01")), "timeline"
    )
    gutter = [line.split("◉")[0].rstrip(" │") for line in page.stdout.splitlines()]
    assert [said for said in gutter if said][:5] == [
        "   2009",
        "   2015 Jan",
        "     by Apr",
        "Undated",
        "4 events",
    ]


def test_a_page_of_undated_events_alone_has_the_heading(tmp_path: Path) -> None:
    """And nothing in the gutter."""
    page = run("--from", saved(tmp_path, *dated("[0001..9999]", "[..9999]")), "timeline").stdout
    assert page.splitlines()[0] == "Undated"
    assert "9999" not in page
