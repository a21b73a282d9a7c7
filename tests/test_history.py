"""The facade: where histories come from, what they answer, and how they grow."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.engine.replay import Before, Change, Projector
from chronicle.errors import AppendRefused, ChronicleError, InvalidEvents, InvalidValue, NotFound, UsageError
from chronicle.events import KINDS, Event, StakeAcquired
from chronicle.history import History, open_history
from chronicle.stores import open_store
from chronicle.stores.memory import MemoryStore
from given import acquired, corrected, disposed, happened, launched, observed, proposed, retracted, written

MOVE = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}

YAML = """\
entities:
  - id: group
    name: The Group
    type: company
  - id: film
    name: Film Company
    type: company
events:
  - id: bought
    kind: stake.acquired
    date: 2014-03
    holder: group
    target: film
    share: 60%
  - id: sold
    kind: stake.disposed
    date: 2015-05
    holder: group
    target: film
    share: 10%
"""


def some_events() -> list[Event]:
    """A small history with a deal that is open."""
    return [
        acquired("2014-03", "group", "film", "60%", id="bought"),
        launched("2013", "u", "group", id="launched"),
        proposed("2015-04", "injection", MOVE, id="proposed"),
        disposed("2015-05", "group", "film", "10%", id="sold"),
    ]


def in_memory(*events: Event) -> History:
    """A history in a store in memory."""
    history = History.from_store(MemoryStore())
    history.append(events, declared=False)
    return history


class Clock:
    """A clock that says what it is told, for a store."""

    def __init__(self, day: str) -> None:
        self.day = day

    def __call__(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(f"{self.day}T12:00:00+00:00")


# Opening


def test_a_file_of_yaml_opens(tmp_path: Path) -> None:
    """One file is a history."""
    history = chronicle.open(written(tmp_path, YAML))
    assert [event.id for event in history.timeline()] == ["bought", "sold"]
    assert str(history.as_of("2016").share("group", "film")) == "50%"
    assert repr(history) == "<History of 4 events from files>"


def test_a_folder_opens_as_one_history_without_its_sub_folders(tmp_path: Path) -> None:
    """Entities in one file serve the events of another; a sub-folder is another history."""
    entities, events = YAML.split("events:")
    written(tmp_path, entities, "entities.yaml")
    written(tmp_path, f"events:{events}", "film.yaml")
    (tmp_path / "other").mkdir()
    written(tmp_path / "other", "entities: [")
    assert len(chronicle.open(tmp_path).events) == 4
    assert len(chronicle.open(str(tmp_path)).events) == 4


def test_json_lines_open(tmp_path: Path) -> None:
    """The exchange form gives the same history."""
    lines = [json.dumps(codec.encode(event)) for event in chronicle.open(written(tmp_path, YAML)).events]
    history = chronicle.open(written(tmp_path, "\n".join(lines) + "\n", "history.jsonl"))
    assert history.events == chronicle.open(tmp_path / "history.yaml").events
    assert history.as_of("2014") == chronicle.open(tmp_path / "history.yaml").as_of("2014")


def test_a_store_opens_and_says_the_same_as_the_files(tmp_path: Path) -> None:
    """What was recorded from files answers as the files do."""
    files = chronicle.open(written(tmp_path, YAML))
    store = tmp_path / "corp.db"
    recorded = chronicle.open(store, create=True)
    assert recorded.append(files.events) == 4
    again = chronicle.open(str(store), read_only=True)
    assert again.events == files.events
    assert again.as_of("2015") == files.as_of("2015")
    assert repr(again) == f"<History of 4 events from {store}>"


def test_a_store_in_memory_opens() -> None:
    """For trying things out."""
    assert chronicle.open("memory:").events == ()


@pytest.mark.parametrize("name", ["nothing.db", "nowhere/events"])
def test_nothing_there_is_said_so(tmp_path: Path, name: str) -> None:
    """Asking for what is not there makes nothing."""
    with pytest.raises(NotFound) as error:
        chronicle.open(tmp_path / name)
    assert error.value.code == "C604"
    assert f'nothing to read at "{tmp_path / name}"' in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_faults_tells_all_of_them(tmp_path: Path) -> None:
    """Two mistakes in two events are two problems, each in its place."""
    path = written(tmp_path, YAML.replace("60%", "six").replace("2015-05", "May"))
    with pytest.raises(InvalidEvents) as error:
        open_history(path)
    assert [problem.code for problem in error.value.problems] == ["C302", "C301"]
    assert [problem.place.line for problem in error.value.problems if problem.place] == [14, 17]


# Questions


def test_a_partial_date_stands_for_its_end() -> None:
    """As of 2014 is as of its last day, in whatever form the day is given."""
    history = History(some_events())
    asked = ["2014-12-31", "2014", chronicle.parse_date("2014-12"), datetime.date(2014, 12, 31)]
    assert {history.as_of(day).as_of for day in asked} == {datetime.date(2014, 12, 31)}
    assert len({history.as_of(day) for day in asked}) == 1


@pytest.mark.parametrize("day", ["yesterday", "[2014..]", "2014-13", ""])
def test_what_is_no_day_is_refused(day: str) -> None:
    """Neither as of, nor by the knowledge of, nor since such a day."""
    history = History(some_events())
    for question in (
        lambda: history.as_of(day),
        lambda: history.as_of("2014", known=day),
        lambda: history.timeline(until=day),
    ):
        with pytest.raises(InvalidValue):
            question()


def test_an_answer_by_earlier_knowledge() -> None:
    """The state says by whose knowledge it answers."""
    history = History([*some_events(), corrected("2016", "bought", {"share": "59%"}, known="2016-06-30")])
    state = history.as_of("2014", known="2016-01")
    assert (state.known, str(state.share("group", "film"))) == (datetime.date(2016, 1, 31), "60%")
    assert str(history.as_of("2014").share("group", "film")) == "59%"
    assert history.as_of("2014").known is None


def test_many_days_of_knowledge_in_any_order_answer_alike() -> None:
    """However many were asked before, an answer is the same."""
    events = [acquired(f"{year}", "group", "film", "1%", known=f"{year}") for year in range(2000, 2030)]
    history = History(events)
    first = [history.as_of("2030", known=str(year)).share("group", "film") for year in range(2000, 2030)]
    second = [
        history.as_of("2030", known=str(year)).share("group", "film") for year in reversed(range(2000, 2030))
    ]
    assert [str(share) for share in first] == [f"{count}%" for count in range(1, 31)]
    assert first == second[::-1]


def test_the_ledger_of_all_that_is_known_is_kept() -> None:
    """However many other days of knowledge are asked for in between, it is not made again."""
    history = History(some_events())
    before = history.spans("group", "film")
    for year in range(2000, 2030):
        history.as_of("2030", known=str(year))
    assert all(one is two for one, two in zip(before, history.spans("group", "film"), strict=True))


def test_a_history_from_files_was_never_recorded() -> None:
    """It says so when asked by recording, and names the way out."""
    with pytest.raises(UsageError) as error:
        History(some_events()).as_of("2014", recorded="2015")
    assert error.value.code == "C509"
    assert "record the files into a store" in str(error.value)


def test_an_answer_by_what_was_recorded(tmp_path: Path) -> None:
    """Strictly what this store held on a day, however early it could have been known."""
    clock = Clock("2020-01-01")
    with open_store(tmp_path / "corp.db", create=True, clock=clock) as store:
        history = History.from_store(store)
        history.append(some_events()[:2], declared=False)
        clock.day = "2021-06-30"
        history.append([disposed("2014-06", "group", "film", "5%")])
        answers = {
            day: str(history.as_of("2015", recorded=day).share("group", "film"))
            for day in ("2019-12-31", "2020-01-01", "2021-06-29", "2021-06-30", "2021")
        }
        assert answers == {
            "2019-12-31": "None",
            "2020-01-01": "60%",
            "2021-06-29": "60%",
            "2021-06-30": "55%",
            "2021": "55%",
        }
        assert [event.id for event in history.timeline(recorded="2020")] == ["launched", "bought"]
        again = History.from_store(store)
        assert again.as_of("2015", recorded="2020") == history.as_of("2015", recorded="2020")


# The timeline


def test_the_timeline_is_in_the_order_of_replay_without_declarations() -> None:
    """A declaration is no happening, unless it is asked for by kind."""
    declared = happened(
        "entity.declared", "0001-01-01", id="declared", entity="film", name="F", type="company"
    )
    history = History([*some_events(), declared])
    assert [event.id for event in history.timeline()] == ["launched", "bought", "proposed", "sold"]
    assert [event.id for event in history.timeline(kinds=["entity.declared"])] == ["declared"]


def test_the_timeline_of_an_entity_has_what_names_it() -> None:
    """As holder, target, party, or only in what a deal would do."""
    history = History(some_events())
    assert [event.id for event in history.timeline("group")] == ["launched", "bought", "proposed", "sold"]
    assert [event.id for event in history.timeline(entity="u")] == ["launched", "proposed"]
    with pytest.raises(NotFound) as error:
        history.timeline("gruop")
    assert str(error.value) == 'error[C601]: no entity "gruop"\n  help: did you mean group?'


def test_the_timeline_of_an_entity_that_is_one_of_many() -> None:
    """As a subscriber, a successor, a part of an allocation: every field that names it counts."""
    history = History(
        [
            happened("shares.issued", "2014", id="issue", issuer="film", shares="9", subscribers={"a": "1"}),
            happened(
                "demerger.split",
                "2015",
                id="split",
                parent="film",
                successors=["b"],
                allocation={"u": "b", "v": "c"},
            ),
        ]
    )
    found = {name: [event.id for event in history.timeline(name)] for name in ("a", "b", "c", "u", "film")}
    assert found == {
        "a": ["issue"],
        "b": ["split"],
        "c": ["split"],
        "u": ["split"],
        "film": ["issue", "split"],
    }


def test_the_timeline_by_kind() -> None:
    """Some kinds only; a kind that is not there gets the nearest."""
    history = History(some_events())
    found = history.timeline(kinds=["stake.acquired", "stake.disposed"])
    assert [event.id for event in found] == ["bought", "sold"]
    assert history.timeline(kinds=[]) == ()
    with pytest.raises(NotFound) as error:
        history.timeline(kinds=["stake.aquired"])
    assert (
        str(error.value)
        == 'error[C201]: no kind of event "stake.aquired"\n  help: did you mean stake.acquired?'
    )


@pytest.mark.parametrize(
    ("since", "until", "ids"),
    [
        (None, "2013", ["launched"]),
        ("2014-03-15", None, ["bought", "proposed", "sold"]),
        ("2014-03-31", "2015-04-01", ["bought", "proposed"]),
        ("2014-04-01", "2015-03-31", []),
        ("2015-04", "2015-04", ["proposed"]),
        ("2013-06-30", "2013-06-30", ["launched"]),
        ("2015", "2015", ["proposed", "sold"]),
    ],
)
def test_the_timeline_between_days_has_what_may_have_happened_then(
    since: str | None, until: str | None, ids: list[str]
) -> None:
    """Both days are included, and so is an event whose window only touches them."""
    assert [event.id for event in History(some_events()).timeline(since=since, until=until)] == ids


def test_the_timeline_since_a_date_as_a_value() -> None:
    """A date stands for itself, a partial date for its first day."""
    history = History(some_events())
    assert len(history.timeline(since=datetime.date(2015, 5, 1))) == 1
    assert len(history.timeline(since=chronicle.parse_date("2015"))) == 2


def test_the_timeline_by_earlier_knowledge_has_the_versions_of_then() -> None:
    """A corrected event is shown as it was known, a retracted one as long as it stood."""
    history = History(
        [
            *some_events(),
            corrected("2016", "bought", {"share": "59%"}, known="2016"),
            retracted("2017", "sold", known="2017"),
        ]
    )
    stakes = ["stake.acquired", "stake.disposed"]
    seen = {
        known: [str(getattr(event, "share", None)) for event in history.timeline(kinds=stakes, known=known)]
        for known in ("2015", "2016", "2017")
    }
    assert seen == {"2015": ["60%", "10%"], "2016": ["59%", "10%"], "2017": ["59%"]}


def test_entities_positions_and_events() -> None:
    """Positions count from one in the order given, and events stay as they were written."""
    history = History([*some_events(), corrected("2016", "bought", {"share": "59%"}, id="put-right")])
    assert history.entity_ids() == ("film", "group", "u")
    assert [history.position(event.id) for event in history.events] == [1, 2, 3, 4, 5]
    assert str(history.events[0].share) == "60%"  # type: ignore[attr-defined]
    with pytest.raises(NotFound) as error:
        history.position("bougth")
    assert str(error.value) == 'error[C608]: no event "bougth"\n  help: did you mean bought?'


# Spans


def test_spans_by_a_whole_key_or_its_first_parts() -> None:
    """How one value went over time; fewer parts give every key that begins with them."""
    events = [
        *some_events(),
        acquired("2014", "group", "film", "70%", right="votes"),
        acquired("2014", "x", "film", "1%"),
    ]
    history = History(events)
    assert [str(span.value.share) for span in history.spans("group", "film", "equity")] == ["60%", "50%"]
    assert len(history.spans("group", "film")) == 3
    assert len(history.spans("group")) == 3
    assert len(history.spans()) == 4
    with pytest.raises(NotFound, match='no entity "nobody"'):
        history.spans("nobody")
    assert history.spans("group", "film", "equity", "more") == ()
    assert [span.key for span in history.spans("u", view="units")] == [("u", "group")]


def test_spans_by_earlier_knowledge() -> None:
    """Before the sale was known there was one span."""
    assert len(History(some_events()).spans("group", "film", known="2014")) == 1


def test_spans_of_a_view_that_is_not_there() -> None:
    """A slip gets the nearest name."""
    with pytest.raises(NotFound) as error:
        History(some_events()).spans("group", view="unit")
    assert str(error.value) == 'error[C606]: no view "unit"\n  help: did you mean units?'


# Check


def test_a_sound_history_has_nothing_to_report() -> None:
    """No doubt, no problem."""
    assert History(some_events()).check() == ()


def test_findings_have_the_place_of_their_event(tmp_path: Path) -> None:
    """A doubt about an event of a file points at it."""
    history = chronicle.open(written(tmp_path, YAML.replace("10%", "90%")))
    (problem,) = history.check()
    assert (problem.code, problem.events[0]) == ("C401", "sold")
    assert problem.place is not None
    assert (Path(problem.place.file).name, problem.place.line) == ("history.yaml", 15)
    assert history.place("sold") == problem.place
    assert history.place("nobody") is None


def test_a_correction_that_cannot_be_applied_is_a_finding() -> None:
    """It stops no answer, and check tells of it."""
    history = History([*some_events(), corrected("2016", "bought", {"share": "six"}, id="slip")])
    (problem,) = history.check()
    assert (problem.code, problem.events) == ("C302", ("slip", "bought"))
    assert str(history.as_of("2014").share("group", "film")) == "60%"


# What-ifs


def owners(history: History, day: str = "2020", known: str | None = None) -> list[str]:
    """The owners of the unit."""
    return [unit.owner for unit in history.as_of(day, known=known).units("u")]


def test_to_assume_a_deal_does_what_it_would_do_and_changes_nothing_else() -> None:
    """In the what-if the unit moves on the day; the history it came from is as before."""
    history = History(some_events())
    before = [history.as_of(day) for day in ("2014", "2015", "2020")]
    assumed = history.assume("injection", on="2016-06-30")
    assert (owners(assumed, "2016-06-29"), owners(assumed, "2016-06-30")) == (["group"], ["film"])
    assert owners(history) == ["group"]
    assert [history.as_of(day) for day in ("2014", "2015", "2020")] == before
    assert len(history.events) == 4
    assert [deal.stage for deal in assumed.as_of("2020").deals()] == ["completed"]
    assert [event.id for event in assumed.timeline()][-1] == "assumed-injection"


def test_to_assume_touches_no_store() -> None:
    """A what-if of a recorded history is not recorded, and takes no events."""
    store = MemoryStore()
    history = History.from_store(store)
    history.append(some_events(), declared=False)
    assumed = history.assume("injection", on=datetime.date(2016, 6, 30))
    assert owners(assumed) == ["film"]
    assert store.head().position == 4
    with pytest.raises(UsageError) as error:
        assumed.append(some_events())
    assert error.value.code == "C509"


def test_to_assume_in_a_month_is_possible_within_it() -> None:
    """A what-if may be as vague as any event."""
    assumed = History(some_events()).assume("injection", on=chronicle.parse_date("2016-06"))
    units = assumed.as_of("2016-06-15").units("u")
    assert [(unit.owner, unit.certain) for unit in units] == [("film", False), ("group", False)]


def test_assumptions_stack() -> None:
    """A what-if of a what-if has both, and only one of each."""
    back = proposed("2015-04", "return", {**MOVE, "from": "film", "to": "group"}, id="proposed-return")
    history = History([*some_events(), back])
    both = history.assume("injection", on="2016").assume("return", on="2017")
    assert (owners(both, "2016"), owners(both, "2017")) == (["film"], ["group"])
    with pytest.raises(UsageError) as error:
        both.assume("injection", on="2018")
    assert error.value.code == "C603"


def test_an_assumption_looks_no_further_ahead_than_anybody_could() -> None:
    """Before the deal was known there is nothing to assume; afterwards the assumption holds."""
    history = History(some_events()).assume("injection", on="2016")
    assert owners(history, known="2014") == ["group"]
    assert history.as_of("2020", known="2014").deals() == ()
    assert owners(history, known="2015-04") == ["film"]


def test_a_deal_whose_id_was_put_right_can_be_assumed() -> None:
    """By the id that it has now."""
    history = History([*some_events(), corrected("2016", "proposed", {"deal": "merger"})])
    assert owners(history.assume("merger", on="2017")) == ["film"]


def test_a_deal_that_is_not_there_cannot_be_assumed() -> None:
    """A slip gets the nearest."""
    with pytest.raises(NotFound) as error:
        History(some_events()).assume("injektion", on="2016")
    assert str(error.value) == 'error[C602]: no deal "injektion"\n  help: did you mean injection?'


@pytest.mark.parametrize(
    "end",
    [
        happened("deal.completed", "2016", deal="injection"),
        happened("deal.terminated", "2016", deal="injection", reason="price"),
    ],
    ids=["completed", "terminated"],
)
def test_a_deal_that_is_over_cannot_be_assumed(end: Event) -> None:
    """What is done is done, and what is off is off."""
    with pytest.raises(UsageError) as error:
        History([*some_events(), end]).assume("injection", on="2016")
    assert error.value.code == "C603"
    assert f"is {end.kind.split('.')[1]} already" in str(error.value)


def test_an_assumption_on_what_is_no_day_is_refused() -> None:
    """A moment is no day."""
    for day in ("soon", datetime.datetime(2016, 6, 30, 12, 0, tzinfo=datetime.UTC)):
        with pytest.raises(InvalidValue):
            History(some_events()).assume("injection", on=day)


# Growing


def test_append_takes_events_and_plain_data() -> None:
    """Both become events with ids, and the next answer has them."""
    history = in_memory()
    assert history.as_of("2020").holdings() == ()
    plain = {"kind": "stake.acquired", "date": "2014-03", "holder": "group", "target": "film", "share": "60%"}
    assert history.append([plain, launched("2013", "u", "group", id="launched")], declared=False) == 2
    assert [event.id for event in history.events] == ["2014-03-stake-acquired-group-film", "launched"]
    assert str(history.as_of("2020").share("group", "film")) == "60%"
    assert history.position("launched") == 2


def test_append_again_changes_nothing() -> None:
    """The same id with the same content is known already."""
    history = in_memory(*some_events())
    assert history.append(some_events()) == 0
    assert history.append([*some_events(), observed("2016", "group", "film", "50%")]) == 1
    assert len(history.events) == 5


def test_append_of_other_content_under_the_same_id_is_refused_whole() -> None:
    """Neither the edited event nor the new one beside it is taken in."""
    history = in_memory(*some_events())
    edited = acquired("2014-03", "group", "film", "61%", id="bought")
    with pytest.raises(AppendRefused) as error:
        history.append([acquired("2015", "x", "film", "1%"), edited], declared=False)
    assert error.value.code == "C503"
    assert "bought" in str(error.value)
    assert len(history.events) == 4
    assert str(history.as_of("2014").share("group", "film")) == "60%"


def test_append_expects_the_store_to_stand_somewhere() -> None:
    """Who read up to position 3 does not write behind 4 unseen."""
    history = in_memory(*some_events())
    event = observed("2016", "group", "film", "50%")
    with pytest.raises(AppendRefused) as error:
        history.append([event], expected=3)
    assert error.value.code == "C504"
    assert history.append([event], expected=4) == 1


def test_append_without_a_store_is_refused() -> None:
    """Files are written by people."""
    with pytest.raises(UsageError) as error:
        History(some_events()).append(some_events())
    assert error.value.code == "C509"
    assert "record the files into a store" in str(error.value)


def test_append_tells_all_problems_of_all_events() -> None:
    """Nothing is recorded while anything is wrong."""
    history = in_memory()
    good = acquired("2014", "group", "film", "60%")
    with pytest.raises(InvalidEvents) as error:
        history.append(
            [good, {"kind": "stake.aquired", "date": "2014"}, {"kind": "unit.closed", "date": "once"}]
        )
    assert {"C201", "C301", "C203"} == {problem.code for problem in error.value.problems}
    assert history.events == ()


def test_append_of_a_correction_of_what_is_not_there_is_refused() -> None:
    """A slip in the id gets the nearest; an event of the same batch may be corrected at once."""
    history = in_memory(*some_events())
    with pytest.raises(InvalidEvents) as error:
        history.append([corrected("2016", "bougth", {"share": "59%"}), retracted("2016", "qqqqqqqqqqq")])
    assert [problem.code for problem in error.value.problems] == ["C213", "C213"]
    assert [problem.help for problem in error.value.problems] == ["did you mean bought?", None]
    batch = [observed("2016", "group", "film", "49%", id="seen"), corrected("2016", "seen", {"holds": "48%"})]
    assert history.append(batch) == 2
    assert str(history.as_of("2020").share("group", "film")) == "48%"


def test_append_knows_what_others_have_recorded_meanwhile() -> None:
    """An event that came into the store by another way can be corrected."""
    store = MemoryStore()
    one, two = History.from_store(store), History.from_store(store)
    one.append(some_events(), declared=False)
    assert two.append([corrected("2016", "bought", {"share": "59%"})]) == 1
    assert str(two.as_of("2014").share("group", "film")) == "59%"


def test_a_closed_history_still_answers_and_takes_nothing_more(tmp_path: Path) -> None:
    """What was read stays read; a history of files has nothing to close."""
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(some_events(), declared=False)
    assert str(history.as_of("2014").share("group", "film")) == "60%"
    with pytest.raises(ChronicleError) as error:
        history.append([observed("2016", "group", "film", "50%")])
    assert error.value.code == "C507"
    with History(some_events()) as files:
        assert len(files.events) == 4
    assert len(files.timeline()) == 4


def test_append_of_nothing_does_nothing() -> None:
    """An empty batch is no error."""
    assert in_memory(*some_events()).append([]) == 0


# Projectors of one's own


def _counted(event: StakeAcquired, before: Before) -> Iterator[Change]:
    bought = before.get("purchases", (event.holder,)) or 0
    yield Change("purchases", (event.holder,), "adjust", bought + 1, event.date, event.id)


PURCHASES = Projector(name="purchases", views=("purchases",), table={StakeAcquired: _counted})


def test_a_projector_of_ones_own_works_through_open(tmp_path: Path) -> None:
    """Views, spans, knowledge and what-ifs come for nothing."""
    history = chronicle.open(written(tmp_path, YAML), projectors=[PURCHASES])
    (fact,) = history.as_of("2016").view("purchases")
    assert (fact.key, fact.value, fact.events) == (("group",), 1, ("bought",))
    assert [span.value for span in history.spans("group", view="purchases")] == [1]
    assert history.as_of("2013").view("purchases") == ()


def test_a_projector_of_ones_own_works_on_a_store_and_in_what_ifs() -> None:
    """An assumed deal runs through every projector of the history that it was assumed in."""
    buy = {"kind": "stake.acquired", "holder": "x", "target": "y", "share": "1%"}
    history = History.from_store(MemoryStore(), [PURCHASES])
    history.append([*some_events(), proposed("2015", "buy", buy)], declared=False)
    assert [fact.key for fact in history.as_of("2020").view("purchases")] == [("group",)]
    assumed = history.assume("buy", on="2016")
    assert [fact.key for fact in assumed.as_of("2020").view("purchases")] == [("group",), ("x",)]


def test_a_projector_that_takes_a_view_of_another_is_refused() -> None:
    """The first question says so."""
    mine = Projector(name="mine", views=("units",), table={})
    with pytest.raises(UsageError) as error:
        History(some_events(), [mine]).as_of("2014")
    assert error.value.code == "C607"


# The package


@pytest.mark.parametrize("name", chronicle.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """What the package promises it has."""
    assert getattr(chronicle, name) is not None
    assert name in dir(chronicle)


def test_a_name_that_is_not_there_is_missed_as_usual() -> None:
    """A slip raises what Python raises."""
    with pytest.raises(AttributeError, match="module 'chronicle' has no attribute 'opne'"):
        chronicle.opne  # noqa: B018


def test_the_package_says_its_version() -> None:
    """Three numbers."""
    assert [part.isdigit() for part in chronicle.__version__.split(".")[:2]] == [True, True]
    assert "__version__" in dir(chronicle)
    assert issubclass(NotFound, ChronicleError)


# A law: files, stores and what was recorded in several steps say the same

SHARES = st.sampled_from(["5%", "10%", "?"])
DRAWN = st.lists(
    st.tuples(st.sampled_from(["2014", "2014-03", "2014-03-11"]), st.sampled_from("ab"), SHARES), max_size=8
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DRAWN, st.integers(0, 8), st.sampled_from(["2014-03-10", "2014-03-15", "2014"]))
def test_a_history_in_memory_and_one_recorded_in_two_steps_are_equal(
    drawn: list[tuple[str, str, str]], cut: int, day: str
) -> None:
    """It does not matter how events came in, only what they are and in which order."""
    events = [
        acquired(date, holder, "film", share, id=f"e{n}") for n, (date, holder, share) in enumerate(drawn)
    ]
    plain = History(events)
    recorded = in_memory(*events[:cut])
    recorded.as_of(day)
    recorded.append([codec.encode(event) for event in events], declared=False)
    assert recorded.events == plain.events
    assert recorded.as_of(day) == plain.as_of(day)
    assert recorded.timeline() == plain.timeline()


@pytest.mark.slow
@given(DRAWN, st.sampled_from(["2014-03", "2014-03-11", "2016"]))
def test_to_assume_a_deal_leaves_the_history_as_it_is(drawn: list[tuple[str, str, str]], day: str) -> None:
    """Whatever happened, the base answers the same before and after, and the what-if has one event more."""
    buy = {"kind": "stake.disposed", "holder": "a", "target": "film", "share": "5%", "buyer": "c"}
    events = [acquired(date, holder, "film", share) for date, holder, share in drawn]
    history = History([*events, proposed("2014-02", "sale", buy)])
    before = history.as_of(day)
    assumed = history.assume("sale", on="2014-03-11")
    assert len(assumed.as_of(day).deals()) >= 1
    assert history.as_of(day) == before
    assert History(history.events).as_of(day) == before
    assert assumed.events[:-1] == history.events
    assert set(KINDS) >= {event.kind for event in assumed.events}


def test_a_holding_that_rests_on_an_assumption_is_assumed() -> None:
    """Its basis says so, also when other events lie behind it; the others stay reported."""
    bought = {"kind": "stake.acquired", "date": "2014", "holder": "group", "target": "film", "share": "60%"}
    more = {**bought, "date": "2016", "share": "5%"}
    history = History([codec.decode(bought)]).assume(events=[more])
    (held,) = history.as_of("2017").holdings()
    assert (str(held.share), held.basis) == ("65%", "assumed")
    assert [holding.basis for holding in history.as_of("2015").holdings()] == ["reported"]


def test_one_kind_may_be_asked_for_by_itself() -> None:
    """A text is one kind and not its letters."""
    history = History(some_events())
    assert history.timeline(kinds="unit.launched") == history.timeline(kinds=["unit.launched"])


def test_one_event_as_written_with_what_was_said_of_it(tmp_path: Path) -> None:
    """By its id: without its corrections, and these in order, by what was known."""
    file = tmp_path / "history.yaml"
    file.write_text(
        "entities:\n  - {id: a, name: A, type: company}\n  - {id: b, name: B, type: company}\nevents:\n"
        "  - {id: x, kind: stake.acquired, date: 2014, holder: a, target: b, share: 5%}\n"
        "  - {id: y, kind: record.corrected, date: 2015, target: x, set: {share: 6%}, reason: misread}\n"
        "  - {id: z, kind: record.retracted, date: 2016, target: x, reason: invented}\n"
    )
    history = chronicle.open(file)
    written = history.as_written("x")
    assert str(written.share) == "5%"
    assert [event.id for event in history.statements_about("x")] == ["y", "z"]
    assert [event.id for event in history.statements_about("x", known="2015")] == ["y"]
    assert history.statements_about("y") == ()
    for ask in (history.as_written, history.statements_about):
        with pytest.raises(NotFound, match="C608"):
            ask("w")


def test_a_history_knows_that_its_store_has_more(tmp_path: Path) -> None:
    """Until it reads that; files have no news."""
    store = tmp_path / "a.db"
    event = {"kind": "entity.founded", "date": "2014", "entity": "a", "name": "A", "type": "company"}
    with chronicle.open(store, create=True) as one, chronicle.open(store) as other:
        assert not other.has_news()
        one.append([event])
        assert other.has_news()
        other.refresh()
        assert not other.has_news()
    assert not History([]).has_news()
