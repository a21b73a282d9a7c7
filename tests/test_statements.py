"""What one says to a store (events, corrections, retractions), and what one asks by name."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click import Context
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli import chronicle as command_line
from chronicle.engine import knowledge, statements
from chronicle.engine.event_log import EventLog
from chronicle.engine.resolver import Reference
from chronicle.engine.statements import faults
from chronicle.errors import AppendRefused, InvalidEvents, NotFound, UsageError
from chronicle.events import Event
from chronicle.history import History
from chronicle.stores import open_store
from chronicle.stores.memory import MemoryStore
from chronicle.values import Share, Source, parse_share
from given import acquired, corrected, declared, happened, launched, proposed, written

NAMES = [
    declared("group", "Northern Group", short="Northern"),
    declared("film", "Film Works"),
    declared("shop", "Shop", type="unit"),
]
BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
OPENED = launched("2013", "shop", "group", id="opened")


def recorded(*events: Event) -> History:
    """A history in a store, of the names and of these events."""
    history = History.from_store(MemoryStore())
    history.append([*NAMES, *events])
    return history


# What is named must be there


@pytest.mark.parametrize(
    ("event", "code", "said"),
    [
        (acquired("2014", "grup", "film", "5%"), "C204", "did you mean group?"),
        (launched("2014", "cafe", "group"), "C204", "declare it under `entities:` with id, name and type"),
        (happened("deal.completed", "2014", deal="sale"), "C208", "add the deal.proposed"),
        (
            proposed(
                "2014", "sale", {"kind": "unit.transferred", "unit": "shp", "from": "group", "to": "film"}
            ),
            "C204",
            "did you mean shop?",
        ),
        (corrected("2015", "bought", {"target": "flim"}, id="typo"), "C204", "did you mean film?"),
    ],
    ids=["misspelt", "undeclared", "no such deal", "in an effect", "in a correction"],
)
def test_a_name_that_is_not_there_is_refused(event: Event, code: str, said: str) -> None:
    """With what is nearest, and nothing is written; ``declared=False`` takes it."""
    history = recorded(BOUGHT)
    before = history.head
    with pytest.raises(InvalidEvents) as error:
        history.append([event])
    (problem,) = error.value.problems
    assert (problem.code, problem.events) == (code, (event.id,))
    assert said in str(problem)
    assert history.head == before
    assert history.append([event], declared=False) == 1


def test_what_events_bring_in_may_be_named_in_any_order() -> None:
    """A declaration, a founding, also as an effect, and a proposal may stand behind what names them."""
    founding = {"kind": "entity.founded", "entity": "venture", "name": "Venture", "type": "company"}
    history = recorded()
    events = [
        acquired("2016", "group", "venture", "5%"),
        happened("deal.completed", "2016", deal="joint"),
        proposed("2015", "joint", founding),
        acquired("2014", "fund", "film", "5%"),
        declared("fund", "Fund"),
    ]
    assert history.append(events) == 5
    # What is there already may be named by whoever comes later.
    assert history.append([acquired("2017", "fund", "venture", "5%")]) == 1


def test_all_names_that_are_not_there_are_told_of_at_once() -> None:
    """Each once, with the events that name it."""
    events = [acquired("2014", "a", "film", "1%", id="one"), acquired("2015", "a", "b", "1%", id="two")]
    with pytest.raises(InvalidEvents) as error:
        recorded().append(events)
    assert [(problem.message, problem.events) for problem in error.value.problems] == [
        ('unknown entity "a"', ("one", "two")),
        ('unknown entity "b"', ("two",)),
    ]


def test_a_name_that_nothing_declares_is_told_of_once() -> None:
    """By ``check``, for a store: with the events that name it and the nearest name."""
    history = recorded(BOUGHT)
    slips = [acquired(f"201{year}", "group", "flim", "1%", id=f"slip-{year}") for year in (5, 6)]
    assert history.check() == ()
    history.append(slips, declared=False)
    (problem,) = [each for each in history.check() if each.code == "C518"]
    assert problem.message == "nothing declares flim, which is named by slip-5 and slip-6"
    assert (problem.help, problem.events) == ("did you mean film?", ("slip-5", "slip-6"))
    history.append([declared("flim", "Flim")])
    assert "C518" not in [each.code for each in history.check()]


# Correct and retract


def test_a_correction_from_code_is_that_of_the_command_line(tmp_path: Path) -> None:
    """The same event, whether said by ``correct`` or by the command, and the same answer."""
    answers = []
    for name in ("library", "command"):
        store = tmp_path / f"{name}.db"
        with chronicle.open(store, create=True) as history:
            history.append([*NAMES, BOUGHT])
            if name == "library":
                made = history.correct(
                    "bought",
                    {"share": parse_share("59.32%"), "note": "as filed"},
                    reason="the circular has the exact share",
                    sources=[Source(publisher="ECNS", published="2014-06-25")],
                    date=datetime.date(2014, 7, 1),
                )
                assert history.event(made.id) == made
        if name == "command":
            arguments = ["--set", "share=59.32%", "--set", "note=as filed", "--date", "2014-07-01"]
            arguments += ["--reason", "the circular has the exact share"]
            arguments += ["--source", "publisher=ECNS; published=2014-06-25"]
            result = CliRunner().invoke(command_line, ["--from", str(store), "correct", "bought", *arguments])
            assert result.exit_code == 0, result.output
        with chronicle.open(store) as history:
            answers.append((history.events, str(history.as_of("2015").share("group", "film"))))
    assert answers[0] == answers[1]
    assert answers[0][1] == "59.32%"


def test_a_field_is_taken_away_and_a_correction_said_twice_is_one() -> None:
    """None takes it away; the same words again change nothing."""
    history = recorded(acquired("2014-03", "group", "film", "60%", note="rumour", id="noted"))
    said = {"reason": "no longer said", "date": "2015"}
    first = history.correct("noted", {"note": None}, **said)
    assert history.event("noted").note is None
    assert history.correct("noted", {"note": None}, **said) == first
    assert len(history.events) == 5
    other = history.correct("noted", {"note": "new"}, **said)
    assert other.id == f"{first.id}-2"


def test_a_retraction_withdraws_an_event_and_can_be_withdrawn() -> None:
    """Before it was known the event stands."""
    history = recorded(BOUGHT)
    gone = history.retract("bought", reason="taken back", date="2015-06-01")
    assert history.as_of("2016").share("group", "film") is None
    assert str(history.as_of("2016", known="2015-05-31").share("group", "film")) == "60%"
    with pytest.raises(InvalidEvents) as error:
        history.event("bought")
    assert error.value.code == "C212"
    assert history.event("bought", known="2015-05-31") == BOUGHT
    history.retract(gone.id, reason="an error", date="2015-07-01")
    assert str(history.as_of("2016").share("group", "film")) == "60%"


def test_statements_of_several_at_once_are_all_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id that another took, before or while a statement is made, gets a number, unless it was given."""
    path = tmp_path / "store.db"
    with chronicle.open(path, create=True) as first:
        first.append([*NAMES, BOUGHT])
        with chronicle.open(path) as other:
            said = {"reason": "r", "date": "2015"}
            ids = [
                each.correct("bought", {"note": f"n{n}"}, **said).id for n, each in enumerate((first, other))
            ]
            catch_up, waiting = History._catch_up, ["while"]

            def meanwhile(history: History) -> int:
                found = catch_up(history)
                # Between what the id is made of and the append.
                if waiting and history is first and len(history.events) > len([*NAMES, BOUGHT]) + 1:
                    ids.append(other.correct("bought", {"note": waiting.pop()}, **said).id)
                return found

            with monkeypatch.context() as patched:
                patched.setattr(History, "_catch_up", meanwhile)
                ids.append(first.correct("bought", {"note": "last"}, **said).id)
            assert ids == [ids[0], *(f"{ids[0]}-{number}" for number in (2, 3, 4))]
            noted = [
                json.loads(dict(event.set)["note"])
                for event in first.events
                if event.kind == "record.corrected"
            ]
            assert noted == ["n0", "n1", "while", "last"]
            with pytest.raises(InvalidEvents) as error:
                other.retract("bought", **said, id=ids[0])
            assert error.value.code == "C205"
            gone = other.retract("bought", **said).id
            with pytest.raises(InvalidEvents) as error:
                first.retract("bought", reason="another", date="2015")
            assert (error.value.code, first.events[-1].id) == ("C212", gone)


@pytest.mark.parametrize(
    ("event", "values", "code"),
    [
        ("bougth", {"share": "1%"}, "C608"),
        ("bought", {"shaer": "1%"}, "C202"),
        ("bought", {"share": "much"}, "C302"),
        ("bought", {"holder": None}, "C203"),
        ("bought", {"target": "flim"}, "C204"),
        ("bought", {"known": "2014"}, "C212"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(event: str, values: dict[str, Any], code: str) -> None:
    """Whether it would be recorded or only shown, and nothing is written."""
    history = recorded(BOUGHT)
    for dry_run in (True, False):
        with pytest.raises(chronicle.ChronicleError) as error:
            history.correct(event, values, reason="r", dry_run=dry_run)
        assert error.value.code == code
    assert len(history.events) == 4


def test_a_dry_run_makes_the_event_and_writes_nothing(tmp_path: Path) -> None:
    """So does one for a history of files, which takes no events."""
    history = recorded(BOUGHT)
    made = history.correct("bought", {"share": "50%"}, reason="r", id="mine", dry_run=True)
    assert (made.id, len(history.events)) == ("mine", 4)
    text = "entities:\n  - {id: a, name: A, type: company}\nevents:\n"
    text += "  - {id: one, kind: entity.founded, date: 2014, entity: b, name: B, type: company}\n"
    files = chronicle.open(written(tmp_path, text))
    assert files.retract("one", reason="r", dry_run=True).kind == "record.retracted"
    with pytest.raises(UsageError) as error:
        files.retract("one", reason="r")
    assert error.value.code == "C509"


# What others record


def test_a_history_is_brought_up_to_date(tmp_path: Path) -> None:
    """It says how many events came, and where the store ended; what is read is not read again."""
    path = tmp_path / "corp.db"
    with chronicle.open(path, create=True) as writer:
        writer.append([*NAMES, BOUGHT])
        with chronicle.open(path) as reader:
            assert reader.refresh() == 0
            assert reader.head == writer.head
            head = reader.head
            writer.append([OPENED])
            assert (reader.head, len(reader.events)) == (head, 4)
            assert reader.refresh() == 1
            assert reader.as_of("2015").units("shop")[0].owner == "group"
            with open_store(path) as store:
                assert reader.head == store.head()
    assert head is not None
    assert head.position == 4


def test_who_appends_by_the_head_is_refused_when_another_did(tmp_path: Path) -> None:
    """Optimistic concurrency: read, think, append if nobody else has."""
    path = tmp_path / "corp.db"
    with chronicle.open(path, create=True) as one, chronicle.open(path) as two:
        one.append([*NAMES, BOUGHT])
        two.refresh()
        seen = two.head
        one.append([OPENED])
        assert seen is not None
        with pytest.raises(AppendRefused):
            two.append([acquired("2015", "group", "film", "5%")], expected=seen.position)


def test_files_have_no_head_and_nothing_to_read_again() -> None:
    """Whoever wants the files as they are now opens them anew."""
    history = History(NAMES)
    assert history.head is None
    with pytest.raises(UsageError) as error:
        history.refresh()
    assert error.value.code == "C509"


# By name


def named() -> History:
    """A history whose company has had two names and a ticker, with a deal."""
    renaming = happened("entity.renamed", "2014-06", entity="film", name="Pictures")
    ticker = happened("entity.identified", "2014", entity="film", scheme="ticker", value="1060")
    deal = happened("deal.proposed", "2015", deal="sale", title="Sale of the Shop", parties=["group", "film"])
    return recorded(BOUGHT, OPENED, renaming, ticker, deal)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("film", Reference("entity", "film")),
        ("FILM", Reference("entity", "film")),
        ("Film Works", Reference("entity", "film")),
        ("pictures", Reference("entity", "film")),
        ("1060", Reference("entity", "film")),
        ("ticker:1060", Reference("entity", "film")),
        ("Northern", Reference("entity", "group")),
        ("sale", Reference("deal", "sale")),
        ("sale of the shop", Reference("deal", "sale")),
    ],
)
def test_a_word_means_an_entity_or_a_deal(word: str, meant: Reference) -> None:
    """An id, a name of any day, an identifier, a title; by any knowledge."""
    history = named()
    assert history.resolve(word) == meant
    assert history.resolve(word, "2014", known="2013") == meant


def test_questions_take_names_where_they_take_ids() -> None:
    """From a state, and from the history."""
    history = named()
    state = history.as_of("2016")
    assert state.share("Northern Group", "Film Works") == parse_share("60%")
    assert state.holdings("northern", "pictures") == state.holdings("group", "film")
    assert state.units("Shop", owner="Northern") == state.units()
    assert state.deals("Sale of the Shop") == state.deals("sale")
    assert state.entity("1060") == state.entity("film")
    assert state.candidates("Northern", "Pictures") == (parse_share("60%"),)
    assert state.view("holdings", target="Pictures") == state.view("holdings")
    assert history.spans("Northern", "Pictures") == history.spans("group", "film")
    assert history.why("Northern", "Pictures", as_of="2016") == history.why("group", "film", as_of="2016")
    assert history.timeline("Pictures") == history.timeline("film")
    assert history.timeline(deal="Sale of the Shop") == history.timeline(deal="sale")


@pytest.mark.parametrize(
    "ask",
    [
        lambda history, state: state.share("group", "flim"),
        lambda history, state: state.candidates("group", "flim"),
        lambda history, state: state.holdings(target="flim"),
        lambda history, state: state.units(owner="flim"),
        lambda history, state: state.control("flim"),
        lambda history, state: state.partnerships("flim"),
        lambda history, state: state.memberships(group="flim"),
        lambda history, state: state.shares("flim"),
        lambda history, state: state.entity("flim"),
        lambda history, state: state.beginning("holdings", "group", "flim"),
        lambda history, state: history.spans("group", "flim"),
        lambda history, state: history.spans("flim", view="units"),
        lambda history, state: history.why("group", "flim", as_of="2016"),
        lambda history, state: history.timeline("flim"),
        lambda history, state: history.resolve("flim"),
    ],
)
def test_what_nobody_is_called_is_not_found(ask: Callable[[History, Any], object]) -> None:
    """With what is nearest: a typo is no answer of nothing."""
    history = named()
    with pytest.raises(NotFound) as error:
        ask(history, history.as_of("2016"))
    assert error.value.code == "C601"
    assert "did you mean film?" in str(error.value)
    assert history.as_of("2016").share("film", "group") is None


def test_a_deal_that_is_not_there_is_not_found() -> None:
    """By its own code."""
    with pytest.raises(NotFound) as error:
        named().as_of("2016").deals("sael")
    assert (error.value.code, error.value.problems[0].help) == ("C602", "did you mean sale?")
    with pytest.raises(NotFound, match="the history has 1 deal, such as sale"):
        named().as_of("2016").deals("merger-of-equals")


# Twins


@pytest.mark.parametrize(
    ("words", "view"),
    [
        ("sale", "deals"),
        ("Sale of the Shop", "deals"),
        ("shop", "units"),
        ("Northern Pictures", "holdings"),
        ("Northern", "holdings"),
        ("Pictures", "names"),
        ("Ann Pictures", "roles"),
    ],
)
def test_why_looks_where_the_command_looks(words: str, view: str, tmp_path: Path) -> None:
    """Without a view: in holdings, else in the first view that the key fits."""
    history = named()
    history.append(
        [
            declared("ann", "Ann", type="person"),
            happened("role.appointed", "2014", person="ann", entity="film", role="director"),
        ]
    )
    key = (words,) if words.startswith("Sale") else tuple(words.split())
    found = history.why(*key, as_of="2016")
    assert (found.view, bool(found.reasons)) == (view, True)
    path = tmp_path / "corp.db"
    with chronicle.open(path, create=True) as copy:
        copy.append(history.events)
    told = CliRunner().invoke(command_line, ["--from", str(path), "why", *key, "--as-of", "2016", "--json"])
    views = [reason["view"] for reason in json.loads(told.stdout)["reasons"]]
    # Of one entity the command tells what it is; of what it holds it tells by holder and target.
    assert view in views or words == "Northern"


def test_why_of_a_misspelt_deal_names_the_nearest() -> None:
    """Though the word could have been that of an entity."""
    with pytest.raises(NotFound) as error:
        named().why("sael", as_of="2016")
    assert (error.value.code, error.value.problems[0].help) == ("C602", "did you mean sale?")


def test_differences_are_kept_for_an_entity_and_a_what_if() -> None:
    """As ``diff`` with an ENTITY and with ``--assume`` does."""
    history = named()
    assert [each.key for each in history.diff("2012", "2013", entity="Shop")] == [("shop",)]
    assert history.diff("2012", "2013", entity="Pictures") == ()
    with pytest.raises(NotFound, match="did you mean film"):
        history.diff("2012", "2013", entity="flim")
    what_if = history.assume("sale", on="2016")
    (change,) = history.diff("2017", "2017", what_if=what_if)
    assert (change.key, change.events) == (("sale",), ("assumed-sale",))


def test_a_part_that_a_key_has_not_is_named_with_those_that_it_has() -> None:
    """The nearest, or else all of them."""
    state = named().as_of("2016")
    for part, help in (("hold", "did you mean holder?"), ("entity", "its parts are: holder, target, right")):
        with pytest.raises(NotFound) as error:
            state.view("holdings", **{part: "film"})
        (problem,) = error.value.problems
        assert problem.message == f'the key of the view "holdings" has no part "{part}"'
        assert problem.help == help


METHODS: dict[str, str] = {
    "add": "append",
    "as-of": "as_of",
    "check": "check",
    "conflicts": "conflicts",
    "correct": "correct",
    "diff": "diff",
    "ledger": "keep_ledger",
    "lineage": "lineage",
    "report": "report",
    "retract": "retract",
    "search": "search",
    "timeline": "timeline",
    "why": "why",
    "record": "append",
}
"""The method of a history that does what a command does."""

REASONS: dict[str, str] = {
    "owners": "State.owners, State.owned and State.effective: it is about one day",
    "group": "State.group: it is about one day",
    "loops": "State.loops: it is about one day",
    "show": "History.event, moved_by, cited, search and timeline: it puts their answers together",
    "backup": "chronicle.stores: Store.backup; a copy of a file is no question to a history",
    "bench": "it measures, and answers nothing",
    "explain": "chronicle.errors.codes.CODES has the texts",
    "kinds": "chronicle.codec.kinds: it is about event files, and needs no history",
    "export": "chronicle.interop.exports: exported; formats stand above the history",
    "init": "chronicle.authoring.sampling: begin; a history is there only afterwards",
    "import": "chronicle.interop.importing: import_events; formats stand above the history",
    "migrate": "chronicle.stores: a store of an older format cannot be appended to by a history",
    "replay": "chronicle.ledgers.partitions.job: replay_into; a history is not read as a whole for it",
    "schema": "chronicle.codec.schema: it is about files, and needs no history",
    "seal": "chronicle.stores.seals: keys are given in files",
    "serve": "chronicle.web.server: serve; what it answers are the questions of other commands",
    "tail": "History.refresh; the command waits for what comes",
    "verify": "chronicle.stores: Store.verify; it proves the records, whatever they mean",
}
"""Why a command has no method of its own, and where its work is done."""


def test_library_and_command_line_are_twins() -> None:
    """Every command has its method, or there is a reason why it has none."""
    assert METHODS.keys() | REASONS.keys() == set(command_line.list_commands(Context(command_line)))
    assert METHODS.keys().isdisjoint(REASONS)
    assert all(callable(getattr(History, method)) for method in METHODS.values())


# Worked out once


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often knowledge is settled and replayed."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> None:
        real = getattr(knowledge, name)

        def counted_call(*given: Any, **more: Any) -> Any:
            counted[name] += 1
            return real(*given, **more)

        monkeypatch.setattr(knowledge, name, counted_call)

    for name in ("visible", "settle", "replay_in_order"):
        counting(name)
    return counted


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("as-of 2015", 1),
        ("as-of 2015 Pictures --known 2015", 1),
        ("why Northern Pictures --as-of 2015 --known 2015", 1),
        ("why shop --as-of 2015", 1),
        ("why shop --as-of 2015 --known 2015", 1),
        ("why film --as-of 2015 --known 2015", 1),
        ("why sale --as-of 2015 --recorded 2099", 1),
        ("why Northern Pictures --as-of 2015 --recorded 2099", 1),
        ("diff 2014 2015 Pictures --recorded 2099", 1),
        ("diff 2014 2015", 1),
        ("diff 2014 2015 --known 2015", 1),
        ("diff 2015 --known-from 2014-12-31 --known-to 2015", 2),
        ("timeline Pictures --known 2015", 1),
        ("owners Pictures --as-of 2015 --known 2015", 1),
        ("owners Northern --owned --as-of 2015 --recorded 2099", 1),
        ("group Northern --as-of 2015 --known 2015", 1),
        ("loops --as-of 2015 --known 2015", 1),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["page", "json"])
def test_one_command_works_out_each_day_of_knowledge_once(
    question: str, times: int, form: tuple[str, ...], worked_out: Counter[str], tmp_path: Path
) -> None:
    """One look at what was visible, one settling of claims, one replay."""
    path = tmp_path / "corp.db"
    with chronicle.open(path, create=True) as history:
        history.append(named().events)
    worked_out.clear()
    result = CliRunner().invoke(command_line, ["--from", str(path), *question.split(), *form])
    assert result.exit_code == 0, result.output
    assert worked_out == dict.fromkeys(("visible", "settle", "replay_in_order"), times)


# One answer, whoever tells it

CALLED_OFF = """entities:
  - {id: alpha, name: Alpha, type: company}
  - {id: beta, name: Beta, type: company}
  - {id: unit, name: Unit, type: unit}
events:
  - {kind: unit.launched, date: 2010, unit: unit, owner: alpha}
  - {kind: deal.proposed, date: 2012, deal: d, title: Sale, parties: [alpha, beta],
     effects: [{kind: unit.transferred, unit: unit, from: alpha, to: beta}]}
"""
DONE = "  - {kind: deal.completed, date: 2014, deal: d}\n"
AGAIN = "  - {kind: deal.completed, date: 2015, deal: d}\n"
OFF = "  - {kind: deal.terminated, date: 2013, deal: d, reason: sold elsewhere}\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [(DONE, 2), (OFF + DONE, 1), (DONE + AGAIN, 2)],
    ids=["completed", "called off before", "completed twice"],
)
def test_why_tells_the_effects_that_a_deal_had(more: str, told: int, tmp_path: Path) -> None:
    """Those that were announced, and those of a completion, if it does anything."""
    path = written(tmp_path, CALLED_OFF + more)
    result = CliRunner().invoke(command_line, ["--from", str(path), "why", "d", "--as-of", "2016"])
    assert result.exit_code == 0, result.output
    assert result.output.count("Unit → Beta") == told


def test_what_is_assumed_is_called_so_by_every_answer(tmp_path: Path) -> None:
    """``as-of``, ``why`` and an export say one thing of the basis of a holding."""
    effects = [{"kind": "stake.acquired", "holder": "group", "target": "film", "share": "30%"}]
    history = recorded(
        happened("deal.proposed", "2015", deal="d", title="D", parties=["group"], effects=effects)
    )
    state = history.assume("d", on="2015-06-30").as_of("2016")
    assert [holding.basis for holding in state.holdings()] == ["assumed"]
    assert [fact.value.basis for fact in state.view("holdings")] == ["assumed"]
    (reason,) = history.assume("d", on="2015-06-30").why("group", "film", as_of="2016").reasons
    assert reason.fact.value.basis == "assumed"


# Values from code


def test_days_of_data_frames_are_days() -> None:
    """Those of numpy and pandas, and of polars, whose days are those of Python."""
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    history = recorded(BOUGHT)
    days = [
        numpy.datetime64("2014-04-30"),
        numpy.datetime64("2014-04"),
        numpy.datetime64("2014-04-30T00:00:00"),
        pandas.Timestamp("2014-04-30"),
        pandas.Period("2014-04"),
        polars.Series(["2014-04-30"]).str.to_date()[0],
        datetime.date(2014, 4, 30),
    ]
    for day in days:
        assert history.as_of(day).as_of == datetime.date(2014, 4, 30)
        assert history.as_of("2016", known=day).known == datetime.date(2014, 4, 30)
    for moment in (pandas.Timestamp("2014-04-30 09:00"), pandas.NaT, numpy.datetime64("NaT")):
        with pytest.raises(chronicle.ChronicleError) as error:
            history.as_of(moment)
        assert error.value.code == "C301"
    with pytest.raises(chronicle.ChronicleError, match="no day: NaT"):
        history.as_of(pandas.NaT)


def test_events_from_code_take_dates() -> None:
    """In the place of a partial date or its text."""
    first = type(BOUGHT)(id="bought", date="2014-03", holder="group", target="film", share=parse_share("60%"))
    assert first == BOUGHT
    day = datetime.date(2014, 3, 11)
    second = evolve(first, date=day, known=day)
    assert (str(second.date), str(second.known)) == ("2014-03-11", "2014-03-11")


def test_a_share_is_a_number_where_it_is_one() -> None:
    """A range and the unknown are none, and say so."""
    assert float(parse_share("60%")) == 0.6
    for text in ("25-50%", ">50%", "?"):
        with pytest.raises(chronicle.ChronicleError) as error:
            float(parse_share(text))
        assert error.value.code == "C302"


@pytest.mark.parametrize(
    ("spec", "texts"),
    [
        ("", {"59.325%": "59.325%", "25-50%": "25-50%", "?": "?"}),
        (
            ".1%",
            {"59.325%": "59.3%", "1/3": "33.3%", "25-50%": "25.0-50.0%", ">50%": ">50.0%", "?": "?"},
        ),
        (".2f", {"~9.2%": "~0.09", "<5%": "<0.05"}),
        (">8", {"60%": "     60%", "?": "       ?"}),
    ],
)
def test_a_share_takes_a_format(spec: str, texts: dict[str, str]) -> None:
    """One of numbers for its numbers, any other for its text."""
    assert {text: format(parse_share(text), spec) for text in texts} == texts


def test_shares_are_compared_where_it_is_sure_and_sorted_always() -> None:
    """A comparison that some values would answer otherwise is refused."""
    low, high, between = parse_share("20%"), parse_share("60%"), parse_share("25-50%")
    assert low < high > between > low
    assert low <= between <= parse_share("50%") <= parse_share("50-60%")
    assert not high <= between
    for one, two in ((between, parse_share("30%")), (Share.unknown(), high), (between, between)):
        with pytest.raises(chronicle.ChronicleError) as error:
            assert one < two
        assert error.value.code == "C302"
    shares = [high, between, Share.unknown(), parse_share(">25%"), low]
    assert [str(each) for each in sorted(shares, key=lambda share: share.order)] == [
        "?",
        "20%",
        "25-50%",
        ">25%",
        "60%",
    ]
    with pytest.raises(TypeError):
        assert low < 3  # type: ignore[operator]  # that it is refused is what is tried


# What an append costs


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 7), st.sampled_from(["5%", "7%", "much"])), max_size=6)
)
def test_what_is_wrong_with_statements_is_found_among_what_they_concern(
    drawn: list[tuple[bool, int, str]],
) -> None:
    """To look at what a statement concerns finds the same faults as to look at the whole history."""
    log = EventLog([acquired("2014", "group", "film", "5%", id=f"e{at}") for at in range(3)])
    for at, (retracts, target, share) in enumerate(drawn, 3):
        values = {"target": f"e{target}", "reason": "wrong", "id": f"e{at}", "date": "2015"}
        if target in range(3):
            values["set"] = {"share": share}
        else:
            values["set"] = {"reason": share}
        more = [
            happened("record.retracted" if retracts else "record.corrected", **_fitting(values, retracts))
        ]
        found = faults(log, more)
        alone = knowledge.visible(log.events).problems
        whole = knowledge.visible([*log.events, *more]).problems
        invalid = [problem for problem in found if problem.code not in ("C213", "C214")]
        assert invalid == [problem for problem in whole if problem not in alone]
        log.events += more


def _fitting(values: dict[str, Any], retracts: bool) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not (retracts and name == "set")}


def test_an_append_looks_at_what_it_appends_and_reads_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thousandth event costs what the tenth does: none that is there is decoded or walked again."""
    history = recorded(BOUGHT)
    read: list[str] = []
    from_record = codec.from_record
    monkeypatch.setattr(codec, "from_record", lambda record: read.append(record.id) or from_record(record))
    walked: list[int] = []
    visible = knowledge.visible
    monkeypatch.setattr(
        statements, "visible", lambda events, *more: walked.append(len(events)) or visible(events, *more)
    )
    history.append([acquired("2015", "group", "film", "1%", id=f"more{at}") for at in range(50)])
    assert (read, walked) == ([], [])
    history.append([corrected("2016", "bought", {"share": "61%"}, id="first")])
    history.append([corrected("2017", "first", {"reason": "typo"}, id="second")])
    assert read == []
    assert walked == [1, 2, 2, 3]


def test_what_others_appended_in_between_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two histories upon one store: each has all events, in the order of the store."""
    path = str(tmp_path / "shared.db")
    with chronicle.open(path, create=True) as one:
        one.append(NAMES)
        with chronicle.open(path) as other:
            to_record_and_back = codec.to_record_and_back

            def meanwhile(event: Event) -> Any:
                if event.id == "more":
                    other.append([BOUGHT])
                return to_record_and_back(event)

            monkeypatch.setattr(codec, "to_record_and_back", meanwhile)
            one.append([acquired("2015", "group", "film", "1%", id="more")])
            assert [event.id for event in one.events][-2:] == ["bought", "more"]
            assert one.head == other.head or other.refresh() == 1
