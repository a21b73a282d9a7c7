"""Foreign events into a store: added once, corrected when they changed, retracted when they vanished."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chronicle.cli.group import chronicle
from chronicle.cli.statements.mapping_file import read_mapping
from chronicle.codec import decode, encode, to_record
from chronicle.errors import Problem, UsageError
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import importing, undeclared
from chronicle.interop.importing import import_events
from chronicle.interop.incoming import Incoming
from chronicle.interop.reading import read_files
from chronicle.interop.summary import Positions, Summary
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.interop.undeclared import Undeclared
from chronicle.stores import Record, Store, open_store

TODAY = datetime.date(2026, 1, 5)


def stake(id: str, holds: str, source: str | None = "Register", **more: object) -> Event:
    """Somebody observed to hold a share, under an id of the source."""
    plain: dict[str, object] = {
        "id": id,
        "kind": "stake.observed",
        "date": "2019-12-31",
        "holder": f"holder-{id[:150]}",
        "target": "target",
        "holds": holds,
        **more,
    }
    if source:
        plain["sources"] = [{"publisher": source}]
    return decode(plain)


def control(**more: object) -> Event:
    """What a register says of control through others."""
    tie = {"controller": "ann", "target": "mill", "basis": "indirect shareholding"}
    sources = [{"publisher": "Register"}]
    return decode({"id": "c", "kind": "control.granted", "date": "2014", "sources": sources, **tie, **more})


def share(store: Store, id: str, known: datetime.date | None = None) -> str:
    """The share of a holder as the store has it, by what was known on a day; nothing when there is none."""
    state = History.from_store(store).as_of(datetime.date(2027, 1, 1), known=known)
    holding = [each for each in state.holdings() if each.holder == f"holder-{id[:150]}"]
    return str(holding[0].share) if holding else "nothing"


def contents(store: Store) -> list[tuple[str, str, bytes]]:
    """Everything that a store holds, in order, without the times at which it was recorded."""
    return [(record.id, record.kind, record.body) for record in store.read()]


def take(store: Store, *incoming: Incoming, day: int = 5, **how: bool) -> Summary:
    """Import on a day of January 2026."""
    return import_events(incoming, store, today=datetime.date(2026, 1, day), **how)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store in memory."""
    with open_store("memory:") as opened:
        yield opened


def test_importing_twice_adds_nothing(store: Store) -> None:
    """The second import of the same events finds them all there and leaves the store as it is."""
    assert take(store, stake("a", "60%"), stake("b", "40%")).added == 2
    before = contents(store)
    summary = take(store, stake("a", "60%"), stake("b", "40%"), stake("c", "1%"))
    assert (summary.added, summary.known, summary.corrected) == (1, 2, 0)
    assert contents(store)[:2] == before


def test_what_the_source_changed_becomes_a_correction_of_what_changed(store: Store) -> None:
    """A later edition with another share corrects that field alone; by old knowledge the old one stands."""
    take(store, stake("a", "60%", note="first"))
    summary = take(store, stake("a", "55%", note="first"), day=6)
    assert (summary.added, summary.corrected) == (0, 1)
    correction = json.loads(contents(store)[-1][2])
    assert correction["set"] == {"holds": "55%"}
    assert correction["target"] == "a"
    assert share(store, "a") == "55%"
    assert share(store, "a", known=datetime.date(2026, 1, 5)) == "60%"
    assert share(store, "a", known=datetime.date(2026, 1, 4)) == "nothing"


def test_what_the_source_took_out_of_an_event_is_taken_out(store: Store) -> None:
    """A note that the source has no more is corrected away, and one that is new is put in."""
    take(store, stake("a", "60%", note="draft"))
    take(store, stake("a", "60%", confidence="confirmed"))
    current = History.from_store(store).timeline(kinds="stake.observed")[0]
    assert (current.note, current.confidence) == (None, "confirmed")


def test_a_source_that_goes_back_and_forth_ends_where_it_ends(store: Store) -> None:
    """Each change is a correction of its own, back to the first content too; repeating one does nothing."""
    for day, holds in enumerate(["60%", "55%", "60%", "55%", "55%", "60%", "60%"], 5):
        take(store, stake("a", holds), day=day)
        assert share(store, "a") == holds
    assert len(contents(store)) == 5


def test_what_a_person_corrected_is_not_undone_by_the_next_import(store: Store) -> None:
    """A correction by hand stands as long as the source says what it said before."""
    take(store, stake("a", "60%"))
    by_hand = {"id": "mine", "kind": "record.corrected", "date": "2026-01-06", "target": "a"}
    History.from_store(store).append([{**by_hand, "set": {"holds": "59%"}, "reason": "misread"}])
    retraction = {"id": "gone", "kind": "record.retracted", "date": "2026-01-06", "target": "mine"}
    History.from_store(store).append([{**retraction, "reason": "was right"}])
    assert take(store, stake("a", "60%")).known == 1


def test_what_vanished_is_retracted_and_what_comes_back_is_restored(store: Store) -> None:
    """Out of the source is out of the answers, as often as it goes; by old knowledge it is there."""
    both = (stake("a", "60%"), stake("b", "40%"))
    take(store, *both)
    assert take(store, both[0], withdrawn=True, day=6).retracted == 1
    assert (share(store, "a"), share(store, "b")) == ("60%", "nothing")
    assert share(store, "b", known=datetime.date(2026, 1, 5)) == "40%"
    assert take(store, both[0], withdrawn=True, day=7).retracted == 0
    assert take(store, *both, withdrawn=True, day=8).restored == 1
    assert share(store, "b") == "40%"
    assert take(store, both[0], withdrawn=True, day=9).retracted == 1
    assert share(store, "b") == "nothing"
    summary = take(store, both[0], stake("b", "45%"), withdrawn=True, day=10)
    assert (summary.restored, summary.corrected) == (1, 1)
    assert share(store, "b") == "45%"


def test_only_what_is_of_the_same_source_is_withdrawn(store: Store) -> None:
    """Events of other sources, and of nobody, stay whatever one source withdraws."""
    take(store, stake("a", "10%"), stake("b", "20%", "Gazette"), stake("c", "30%", None))
    assert take(store, stake("x", "1%"), withdrawn=True).retracted == 1
    assert (share(store, "a"), share(store, "b"), share(store, "c")) == ("nothing", "20%", "30%")


def test_nothing_is_withdrawn_when_something_could_not_be_read(store: Store) -> None:
    """A row that could not be read may be just the one that seems to have vanished."""
    take(store, stake("a", "10%"), stake("b", "20%"))
    refused: list[Problem] = []
    incoming = [stake("a", "10%"), Problem("C701", "row of 2 cells where the header has 3")]
    summary = import_events(incoming, store, today=TODAY, withdrawn=True, refuse=refused.append)
    assert summary.retracted == 0
    assert [problem.code for problem in refused] == ["C701", "C709"]


def test_withdrawing_needs_to_know_the_source(store: Store) -> None:
    """When no event says where it is from, nobody can say what of the store is of the same source."""
    with pytest.raises(UsageError) as caught:
        take(store, stake("a", "10%", None), withdrawn=True)
    assert caught.value.code == "C709"


@pytest.mark.parametrize("batch", [1, 2, 10])
def test_two_rows_that_make_one_event_are_a_finding(
    batch: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first row is taken, the second named; doing it again is the same, and makes no correction."""
    monkeypatch.setattr(importing, "BATCH", batch)
    rows = (stake("a", "60%"), stake("b", "1%"), stake("a", "60%"), stake("a", "40%"))
    for _ in range(2):
        refused: list[Problem] = []
        summary = import_events(rows, store, today=TODAY, refuse=refused.append)
        assert [problem.code for problem in refused] == ["C708"]
        assert '"60%" and "40%"' in refused[0].message
        assert (summary.made, summary.skipped, summary.corrected) == (3, 1, 0)
    assert len(contents(store)) == 2


def test_an_id_that_is_recorded_as_another_kind_is_a_finding(store: Store) -> None:
    """No correction can make a stake of a rename, so one id for two kinds is refused."""
    take(store, stake("a", "60%"))
    other = decode({"id": "a", "kind": "entity.renamed", "date": "2010", "entity": "x", "name": "X"})
    refused: list[Problem] = []
    assert import_events([other], store, today=TODAY, refuse=refused.append).added == 0
    assert refused[0].code == "C708"
    assert refused[0].message.startswith('event "a" is recorded as stake.observed')


def test_two_kinds_under_one_id_in_one_import_are_a_finding(store: Store) -> None:
    """Within one import too, the first event under an id is the one."""
    other = decode({"id": "a", "kind": "entity.renamed", "date": "2010", "entity": "x", "name": "X"})
    refused: list[Problem] = []
    import_events([stake("a", "60%"), other], store, today=TODAY, refuse=refused.append)
    assert 'kind "stake.observed" and "entity.renamed"' in refused[0].message


def test_when_it_became_known_is_no_reason_for_a_correction(store: Store) -> None:
    """A source that only says anew since when something was known says nothing else about it."""
    take(store, stake("a", "60%", known="2020-01-01"))
    assert take(store, stake("a", "60%", known="2020-05-01")).known == 1
    take(store, stake("a", "50%", known="2020-06-01"))
    assert share(store, "a", known=datetime.date(2020, 6, 1)) == "50%"


def test_an_event_that_could_not_be_read_again_is_a_finding(store: Store) -> None:
    """An event made by hand that no reader would read is refused before it is recorded."""
    from attrs import evolve

    broken = evolve(stake("a", "60%"), holder="Not An Id")
    refused: list[Problem] = []
    summary = import_events([broken, stake("b", "1%")], store, today=TODAY, refuse=refused.append)
    assert (summary.added, summary.skipped) == (1, 1)
    assert refused[0].code == "C206"


def test_a_rehearsal_says_what_would_be_done_and_does_nothing(store: Store) -> None:
    """With dry_run the counts are those of the import, and the store stays as it was."""
    take(store, stake("a", "60%"), stake("b", "40%"), stake("c", "0%"))
    before = contents(store)
    rows = (stake("a", "60%"), stake("b", "50%"), stake("d", "1%"))
    rehearsed = take(store, *rows, dry_run=True, withdrawn=True)
    assert contents(store) == before
    assert take(store, *rows, withdrawn=True) == rehearsed
    assert (rehearsed.added, rehearsed.known, rehearsed.corrected, rehearsed.retracted) == (1, 1, 1, 1)
    assert import_events([stake("a", "1%")], None, today=TODAY, dry_run=True).added == 1


def test_long_ids_get_corrections_of_their_own(store: Store) -> None:
    """Two events whose long ids begin alike are corrected each under its own id, and again only once."""
    ids = ["x" * 190 + end for end in ("a", "b")]
    take(store, *(stake(id, "10%") for id in ids))
    for _ in range(2):
        take(store, *(stake(id, "20%") for id in ids))
    records = contents(store)
    assert len(records) == 4
    assert {json.loads(body)["target"] for _, kind, body in records if kind == "record.corrected"} == set(ids)


def test_decoded_events_are_recorded_as_any_others(store: Store) -> None:
    """To trust that events were read by the codec makes the same records."""
    with open_store("memory:") as other:
        take(store, stake("a", "60%"))
        take(other, stake("a", "60%"), decoded=True)
        assert contents(store) == contents(other)


# What was recorded by 0.1.0, which could not say which event an end ends nor of which lot a stake is


def without(plain: Any) -> Any:
    """Plain data as 0.1.0 would have written it."""
    if isinstance(plain, dict):
        return {name: without(value) for name, value in plain.items() if name not in ("ends", "apart", "lot")}
    return [without(each) for each in plain] if isinstance(plain, list) else plain


def interest(share: int, **more: object) -> dict[str, object]:
    """A direct holding of shares, as a statement has it."""
    return {"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": share}, **more}


def relationship(id: str, date: str, status: str, *interests: dict[str, object]) -> dict[str, object]:
    """A statement of what one person has in one company."""
    return {
        "statementId": id.ljust(32, "x"),
        "statementDate": date,
        "recordId": "tie",
        "recordType": "relationship",
        "recordStatus": status,
        "recordDetails": {"subject": "film", "interestedParty": "ann", "interests": list(interests)},
        "publicationDetails": {"publisher": {"name": "Register"}, "publicationDate": date},
    }


# Put right on the same day, the end of the first becomes a change in the second.
STATEMENTS = (
    relationship("a", "2020-01-01", "new", interest(40, startDate="2018-01-01", endDate="2019-01-01")),
    relationship(
        "b",
        "2020-01-01",
        "updated",
        interest(30, startDate="2018-01-01"),
        interest(5, startDate="2019-01-01"),
    ),
    relationship("c", "2021-01-01", "updated", interest(20, startDate="2020-06-01"), {"type": "trustee"}),
    relationship("d", "2022-01-01", "closed"),
)
ENTITIES = {
    "Ownership": {"owner": ["ann"], "asset": ["film"], "percentage": ["20"]},
    "Directorship": {"director": ["ann"], "organization": ["film"]},
    "Membership": {"member": ["film"], "organization": ["union"]},
}
RECORD = {
    "Relationship": {
        "StartNode": {"NodeID": "A", "NodeIDType": "LEI"},
        "EndNode": {"NodeID": "B", "NodeIDType": "LEI"},
        "RelationshipType": "IS_DIRECTLY_CONSOLIDATED_BY",
        "RelationshipPeriods": [
            {"StartDate": "2015-01-01", "EndDate": "2016-01-01", "PeriodType": "RELATIONSHIP_PERIOD"}
        ],
    }
}
FILES = {
    "bods": json.dumps(STATEMENTS),
    "ftm": "\n".join(
        json.dumps(
            {
                "id": schema,
                "schema": schema,
                "properties": {**properties, "startDate": ["2012"], "endDate": ["2014"]},
                "datasets": ["register"],
            }
        )
        for schema, properties in ENTITIES.items()
    ),
    "gleif": json.dumps([RECORD]),
    "csv": "owner,from,to,entry\na,2010,2012,x\nb,2014,,y\n",
}
ROWS = {
    "kind": "stake.observed",
    "id": "{entry}",
    "date": "{from}",
    "holder": "{owner}",
    "target": "t",
    "holds": "10%",
    "lot": "{entry}",
    "end": "{to}",
    "ends": {"holds": "0%"},
}


@pytest.mark.parametrize("batch", [1, 1_000])
@pytest.mark.parametrize("format", FILES)
def test_an_unchanged_file_changes_nothing_of_a_store_of_0_1_0(
    format: str, batch: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said now and could not be said then is no news: nothing is added, corrected or withdrawn."""
    monkeypatch.setattr(importing, "BATCH", batch)
    file = tmp_path / "register"
    file.write_text(FILES[format], encoding="utf-8")
    rows, _ = mapping_of({"events": [ROWS], "source": {"publisher": "Register"}})
    found = read_files(format, [str(file)], rows if format == "csv" else None)
    events = [item for item in found if isinstance(item, Event)]
    old = [decode(without(encode(event))) for event in events]
    assert old != events
    take(store, *old)
    before = contents(store)
    for _ in range(2):
        summary = take(store, *events, *events, withdrawn=True, day=6)
        assert (summary.known, summary.skipped, summary.retracted) == (summary.made, 0, 0)
        assert contents(store) == before


# Files, and beside each the export of a store into which 0.1.0 itself imported it.
IMPORTED = Path(__file__).resolve().parent / "data" / "laws" / "imported"
DAYS_MADE_UP = {"bods": 3}
"""An interest without a start, or an end, got the day of its statement; now it lies between two of them."""
IMPORTED_BY_0_1_0 = sorted(path.name.removesuffix(".0.1.0.jsonl") for path in IMPORTED.glob("*.0.1.0.jsonl"))


@pytest.mark.parametrize("lot", [None, "{entry}"])
@pytest.mark.parametrize("batch", [1, 1_000])
@pytest.mark.parametrize("name", IMPORTED_BY_0_1_0)
def test_what_0_1_0_imported_is_imported_again_without_a_change(
    name: str, batch: int, lot: str | None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids that it made are those that are made today, and nothing of it is news but a day it made up."""
    monkeypatch.setattr(importing, "BATCH", batch)
    told = (IMPORTED / f"{name}.0.1.0.jsonl").read_text("utf-8").splitlines()
    proofs = ("position", "recorded_at", "checksum", "chain")
    plain = [{key: value for key, value in json.loads(line).items() if key not in proofs} for line in told]
    store.append([to_record(decode(each)) for each in plain])
    before = contents(store)
    rows, _ = mapping_of({"events": [{**ROWS, "lot": lot}], "source": {"publisher": "Register"}})
    format = {"rows": "csv"}.get(name, name.partition("-")[0])
    (file,) = (path for path in IMPORTED.glob(f"{name}.*") if path.suffix in (".json", ".csv"))
    found = [*read_files(format, [str(file)], rows if format == "csv" else None)]
    events = [item for item in found if isinstance(item, Event)]
    assert len(events) == len(plain)
    news = DAYS_MADE_UP.get(name, 0)
    for again in range(2):
        corrected = 0 if again else news
        summary = take(store, *events)
        assert (summary.known, summary.corrected) == (len(events) - corrected, corrected)
        assert (summary.added, summary.retracted) == (0, 0)
        assert len(contents(store)) == len(before) + news


def test_an_event_of_0_1_0_is_corrected_in_what_has_changed_and_in_nothing_else(store: Store) -> None:
    """The next edition corrects the share; which lot it is now said to be stands in no correction."""
    take(store, stake("a", "60%"))
    take(store, stake("a", "55%", lot="r1"))
    assert json.loads(contents(store)[-1][2])["set"] == {"holds": "55%"}
    assert take(store, stake("a", "55%", lot="r1"), day=6).known == 1


def test_what_both_say_is_compared(store: Store) -> None:
    """A source that names another lot, or another event that an end ends, has changed what it says."""
    take(store, stake("a", "0%", lot="r1", ends="x"))
    assert take(store, stake("a", "0%")).known == 1
    assert take(store, stake("a", "0%", lot="r2", ends="y")).corrected == 1
    assert json.loads(contents(store)[-1][2])["set"] == {"ends": "y", "lot": "r2"}


@pytest.mark.parametrize("more", ["", "; by trust"])
def test_a_share_that_stood_in_a_note_is_the_same_share(store: Store, more: str) -> None:
    """Control had its share in the note; that it now has it as a share, too, is no news, and another is."""
    take(store, control(note=f"share 30%{more}"))
    assert take(store, control(note=f"share 30%{more}", share="30%")).known == 1
    assert take(store, control(note=f"share 40%{more}", share="40%"), day=6).corrected == 1
    (fact,) = History.from_store(store).as_of("2015").control()
    assert str(fact.value.share) == "40%"


def test_a_share_of_control_that_comes_and_goes_is_a_correction(store: Store) -> None:
    """An edition that states one where none was stated, another one, and none any more."""
    for day, share in enumerate((None, "30%", "40%", None), 5):
        summary = take(store, control(**({"share": share} if share else {})), day=day)
        assert (summary.added, summary.corrected) == ((1, 0) if day == 5 else (0, 1))
        (fact,) = History.from_store(store).as_of("2015").control()
        assert str(fact.value.share) == str(share)


@pytest.mark.parametrize("batch", [1, 1_000])
def test_rows_that_differ_in_more_than_that_make_two_events(
    batch: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that says less of ends and lots is the same told again; any other difference is a finding."""
    monkeypatch.setattr(importing, "BATCH", batch)
    rows = [stake("a", "0%", lot="r1"), stake("a", "0%"), stake("a", "0%", note="sold")]
    refused: list[Problem] = []
    summary = import_events(rows, store, today=TODAY, refuse=refused.append)
    assert (summary.added, summary.known, [problem.code for problem in refused]) == (1, 1, ["C708"])


# Entities that nothing declares


def declared(entity: str, kind: str = "entity.declared", **more: object) -> Event:
    """An entity with its name, under an id of the source."""
    plain = {"id": f"{kind}-{entity}", "kind": kind, "entity": entity, "name": entity.title()}
    return decode({**plain, "type": "company", "date": "2010", **more})


def test_who_is_named_and_not_declared_is_counted_once(store: Store) -> None:
    """Holders and targets without a declaration are counted, however often they are named."""
    summary = take(store, *(stake(id, "1%") for id in "dcba"), declared("holder-b"))
    assert summary.undeclared == Undeclared(4, False, ("holder-a", "holder-c", "holder-d"))


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_who_is_founded_or_declared_in_the_import_is_declared(
    store: Store, first: bool, dry_run: bool
) -> None:
    """Before or after it is named, by an event or by what a deal would do; also when it is a rehearsal."""
    founded = {"kind": "entity.founded", "entity": "target", "name": "T", "type": "company"}
    deal = {"id": "d", "kind": "deal.agreed", "date": "2015", "deal": "d", "title": "D"}
    declaring = (declared("holder-a", "entity.founded"), decode({**deal, "effects": [founded]}))
    named = (stake("a", "60%"),)
    rows = (*declaring, *named) if first else (*named, *declaring)
    assert take(store, *rows, dry_run=dry_run).undeclared == Undeclared()


def test_who_is_declared_in_the_store_is_declared(store: Store) -> None:
    """An import may name what an earlier one declared, under whatever id, or what a deal of it founds."""
    effect = {"kind": "entity.founded", "entity": "target", "name": "T", "type": "company"}
    deal = {"id": "d", "kind": "deal.agreed", "date": "2015", "deal": "d", "title": "D", "effects": [effect]}
    take(store, declared("holder-a", id="entity-declared-holder-a"), declared("holder-b"))
    assert take(store, stake("a", "1%"), stake("b", "1%")).undeclared == Undeclared(1, False, ("target",))
    take(store, decode(deal))
    assert take(store, stake("a", "1%"), stake("b", "1%")).undeclared == Undeclared()
    assert take(store, stake("a", "1%"), dry_run=True).undeclared == Undeclared()


def test_no_more_than_so_many_names_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a limit it is said that there may be more; what was declared long ago is looked up."""
    monkeypatch.setattr(undeclared, "MOST_NAMES", 2)
    summary = take(store, *(stake(id, "1%") for id in "abc"))
    assert summary.undeclared == Undeclared(2, True, ("holder-a", "target"))
    rows = [declared(entity) for entity in ("target", "holder-a", "x", "y", "z")]
    assert take(store, *rows, stake("a", "1%"), dry_run=True).undeclared == Undeclared()
    assert take(store, *rows, stake("a", "1%")).undeclared == Undeclared()


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (1, "2 entities are named and not declared: o0, t\n"),
        (5, "6 entities are named and not declared, such as o0, o1, o2, ...\n"),
    ],
)
def test_the_command_says_who_is_not_declared(count: int, line: str, folder: Path) -> None:
    """One line with the number and the first of them, and the import is none the worse for it."""
    rows = "".join(f"o{number},2019,1\n" for number in range(count))
    (folder / "rows.csv").write_text("owner,day,share\n" + rows, encoding="utf-8")
    code, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db")
    assert code == 0
    assert output.endswith(
        line + "  help: import what has their names, or declare them (chronicle explain C518)\n"
    )


def test_one_and_too_many_are_said_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One entity is one, and where not all were remembered there are at least so many."""
    monkeypatch.setattr(undeclared, "MOST_NAMES", 1)
    _, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db")
    assert "\nat least 1 entity is named and not declared: a\n" in output


EDITION = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["10%", "20%", "30%"]), min_size=1)


@given(st.lists(EDITION, min_size=1, max_size=5), st.integers(1, 3))
def test_after_any_editions_the_answers_are_those_of_the_last(
    editions: list[dict[str, str]], batch: int
) -> None:
    """Whatever a source adds, changes and takes back, in the end the store says what the source says."""
    with open_store("memory:") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "BATCH", batch)
        for day, edition in enumerate(editions, 5):
            events = [stake(id, holds) for id, holds in edition.items()]
            take(store, *events, withdrawn=True, day=day)
            size = len(contents(store))
            take(store, *events, withdrawn=True, day=day)
            assert len(contents(store)) == size
        assert {id: share(store, id) for id in "abcdef"} == {
            id: editions[-1].get(id, "nothing") for id in "abcdef"
        }


class Killed(BaseException):
    """The end of a process in the middle of its work."""


@given(st.lists(EDITION, min_size=2, max_size=3), st.integers(0, 5), st.integers(1, 3))
def test_an_import_that_was_killed_and_started_again_makes_the_same_store(
    editions: list[dict[str, str]], when: int, batch: int
) -> None:
    """After the second start the store is record by record what it is without the kill."""
    with (
        open_store("memory:") as whole,
        open_store("memory:") as killed,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(importing, "BATCH", batch)
        for day, edition in enumerate(editions, 5):
            events = [stake(id, holds) for id, holds in edition.items()]
            take(whole, *events, withdrawn=True, day=day)

            def broken_off(events: list[Event] = events) -> Iterator[Event]:
                yield from events[:when]
                raise Killed

            with pytest.raises(Killed):
                import_events(broken_off(), killed, today=datetime.date(2026, 1, day), withdrawn=True)
            take(killed, *events, withdrawn=True, day=day)
        assert contents(killed) == contents(whole)


# The command

MAPPING = """
source: {publisher: Register}
shares: percent
events:
  - kind: stake.observed
    id: "{owner}"
    date: "{day}"
    holder: "{owner}"
    target: t
    holds: "{share}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a mapping and a table, of which one row is wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(
        "owner,day,share\na,2019,60\nb,2019,half\nc,2019,40\n", encoding="utf-8"
    )
    return tmp_path


def run(*arguments: str, input: str | None = None) -> tuple[int, str]:
    """Exit code and everything printed by ``chronicle import``."""
    result = CliRunner().invoke(chronicle, ["import", *arguments], input=input)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_the_command_imports_and_says_what_it_did(folder: Path) -> None:
    """A table goes into a store; the wrong row is shown and quarantined with its reason."""
    code, output = run(
        "csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db", "--quarantine", "bad.csv"
    )
    assert code == 1
    assert "rows.csv:3:8: error[C302]" in output
    assert (
        "3 rows: 2 whole, 1 with problems; 2 events, 2 new\nproblems: C302 1\nimported: 2 added, 0 there"
        in output
    )
    header, bad = (folder / "bad.csv").read_text(encoding="utf-8").splitlines()
    assert header == "file,line,column,code,reason,help,row"
    assert bad.startswith("rows.csv,3,8,C302,")
    assert bad.endswith('"b,2019,half"')
    with open_store("s.db") as store:
        assert [record.id for record in store.read()] == ["a", "c"]


def test_the_command_reads_a_pipe_and_stops_at_a_limit(folder: Path) -> None:
    """What is piped in is read as -, and a limit ends the import early."""
    code, output = run(
        "csv", "-", "--mapping", "map.yaml", "--into", "s.db", "--limit", "1",
        input="owner,day,share\nx,2019,1\ny,2019,2\n",
    )  # fmt: skip
    told = (
        "1 row: 1 whole, 0 with problems; 1 event, 1 new\nimported: 1 added, 0 there already\n2 entities are"
    )
    assert code == 0
    assert output.startswith(told)


def test_a_dry_run_makes_no_store(folder: Path) -> None:
    """To rehearse an import into a store that is still to be made makes none."""
    code, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db", "--dry-run")
    assert code == 1
    assert "would make of it: 2 added, 0 there already" in output
    assert not (folder / "s.db").exists()


def test_the_next_edition_corrects_and_withdraws(folder: Path) -> None:
    """Importing the next edition of a table with --withdrawn corrects, retracts and adds."""
    (folder / "rows.csv").write_text("owner,day,share\na,2019,60\nb,2019,40\n", encoding="utf-8")
    run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db")
    (folder / "rows.csv").write_text("owner,day,share\na,2019,55\nc,2019,45\n", encoding="utf-8")
    _, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db", "--withdrawn")
    assert "imported: 1 added, 0 there already, 1 corrected, 1 retracted" in output


def test_problems_of_one_cause_are_told_once(folder: Path) -> None:
    """A hundred bad cells of one column are one finding with their number and the first row of them."""
    rows = "".join(f"o{number},{number % 28 + 1}/03/2019,10%\n" for number in range(100))
    rows += "x,2019,half\ny,2019,most\n"
    (folder / "rows.csv").write_text("owner,day,share\nok,2019,10%\n" + rows, encoding="utf-8")
    _, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db", "--quarantine", "q.csv")
    told = '100 cells of "day" look like %d/%m/%Y, e.g. row 3: add it to `dates.formats`'
    assert told in output
    assert 'error[C302]: not a share: "half" (column "share"); 1 more like it' in output
    assert output.count("error[") == 2
    assert '102 problems; all are in "q.csv"' in output
    assert "103 rows: 1 whole, 102 with problems; 1 event, 1 new" in output
    assert len((folder / "q.csv").read_text(encoding="utf-8").splitlines()) == 103


def test_causes_beyond_the_first_twenty_are_counted(folder: Path) -> None:
    """Where every row is wrong in a way of its own, the first twenty ways are shown."""
    columns = [f"c{number}" for number in range(30)]
    rules = [
        f"  - {{kind: entity.renamed, id: 'x{n}-{{who}}', date: '{{{n}}}', entity: '{{who}}', name: x}}"
        for n in columns
    ]
    (folder / "wide.yaml").write_text("events:\n" + "\n".join(rules), encoding="utf-8")
    (folder / "wide.csv").write_text(f"who,{','.join(columns)}\na{',soon' * 30}\n", encoding="utf-8")
    _, output = run("csv", "wide.csv", "--mapping", "wide.yaml", "--dry-run")
    assert output.count("error[C301]") == 20
    assert "and 10 problems more of other causes" in output
    assert "1 row: 0 whole, 1 with problems" in output


def test_a_dry_run_needs_no_store(folder: Path) -> None:
    """What an import would make is said without a store to put it in."""
    code, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--dry-run")
    assert code == 1
    assert "3 rows: 2 whole, 1 with problems; 2 events, 2 new" in output
    assert run("csv", "rows.csv", "--mapping", "map.yaml")[0] == 2


@pytest.mark.parametrize("name", ["none.csv", "empty.csv"])
def test_no_new_store_is_left_when_nothing_came_in(folder: Path, name: str) -> None:
    """A missing or empty file leaves no store behind; one that was there before stays."""
    (folder / "empty.csv").write_text("", encoding="utf-8")
    assert run("csv", name, "--mapping", "map.yaml", "--into", "s.db")[0] == 1
    assert list(folder.glob("s.db*")) == []
    run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db")
    run("csv", name, "--mapping", "map.yaml", "--into", "s.db")
    assert (folder / "s.db").exists()


def test_no_new_store_is_left_by_ctrl_c(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import into a new store that is broken off leaves none; in an old one its batches stay."""

    def rows(*_: object, **__: object) -> Iterator[Incoming]:
        yield from read_files("csv", ["rows.csv"], mapped)
        raise KeyboardInterrupt

    mapped = read_mapping("map.yaml")
    arguments = ["import", "csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db"]
    monkeypatch.setattr(importing, "BATCH", 1)
    with monkeypatch.context() as patched:
        patched.setattr("chronicle.interop.reading.read_files", rows)
        CliRunner().invoke(chronicle, arguments)
    assert list(folder.glob("s.db*")) == []
    CliRunner().invoke(chronicle, arguments)
    assert (folder / "s.db").exists()


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
def test_an_id_that_is_linked_is_declared_where_the_other_is(store: Store, known: bool) -> None:
    """Two ids of one entity need one declaration, whether link and declaration come now or came before."""
    declared = decode({"kind": "entity.declared", "entity": "target", "name": "Target", "type": "company"})
    owner = decode({"kind": "entity.declared", "entity": "owner", "name": "Owner", "type": "company"})
    link = decode({"kind": "identity.linked", "date": "2019", "a": "owner", "b": "holder-a"})
    before, now = ([declared, owner, link], []) if known else ([], [declared, owner, link])
    take(store, *before)
    assert take(store, stake("a", "1%"), *now).undeclared == Undeclared()


def test_what_others_declare_meanwhile_counts(store: Store) -> None:
    """An import that was not alone looks at all that the store has in the end."""
    other = decode(
        {"kind": "entity.founded", "date": "2001", "entity": "target", "name": "T", "type": "company"}
    )

    def rows() -> Iterator[Incoming]:
        yield stake("a", "1%")
        store.append([to_record(other)])

    assert import_events(rows(), store, today=TODAY).undeclared == Undeclared(1, False, ("holder-a",))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=6))
def test_positions_are_those_that_were_put_in(runs: list[tuple[int, int]]) -> None:
    """Runs of records are noted whole, from the first to the last and no further."""
    positions, expected, at = Positions(), set[int](), 0
    for gap, count in runs:
        at += gap
        run = [Record(at + each, "", "", "", b"", 0, b"") for each in range(count)]
        positions.add_all(run)
        expected |= {record.position for record in run}
        at += count
    assert {each for each in range(at + 20) if each in positions} == expected


def test_a_draft_is_printed(folder: Path) -> None:
    """--guess prints a mapping and touches no store."""
    code, output = run("csv", "rows.csv", "--guess")
    assert code == 0
    assert "kind: " in output
    assert run("tsv", "rows.csv", "--guess")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("csv", "rows.csv", "--mapping", "map.yaml"), "missing option --into"),
        (("csv", "rows.csv", "--into", "s.db"), "needs --mapping"),
        (("jsonl", "rows.csv", "--into", "s.db", "--mapping", "map.yaml"), "takes no --mapping"),
        (("jsonl", "rows.csv", "--guess"), "drafts a mapping from one table"),
        (("csv", "a", "b", "--guess"), "drafts a mapping from one table"),
        (("csv", "rows.csv", "--mapping", "map.yaml", "--into", "e.yaml"), "cannot be called"),
        (
            ("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db", "--withdrawn", "--limit", "3"),
            "needs all of the source",
        ),
    ],
)
def test_calls_that_mean_nothing_are_refused(arguments: tuple[str, ...], said: str, folder: Path) -> None:
    """Options that go with another format, or with none, are said to be wrong before anything is read."""
    code, output = run(*arguments)
    assert code == 2
    assert said in output


@pytest.mark.parametrize(
    ("text", "code"), [("", "C702"), ("- a\n- b\n", "C702"), ("events: [", "C103"), ("events: &x []", "C104")]
)
def test_a_mapping_file_that_is_none_is_refused(text: str, code: str, folder: Path) -> None:
    """An empty file, a list, broken YAML and anchors are no mapping."""
    (folder / "map.yaml").write_text(text, encoding="utf-8")
    exit_code, output = run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db")
    assert exit_code == 1
    assert f"error[{code}]" in output
    assert not (folder / "s.db").exists()


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_a_store_that_can_be_gone_on_with(folder: Path) -> None:
    """SIGKILL in the midst of an import: started again, the store is that of an import without the kill."""
    with (folder / "rows.csv").open("w", encoding="utf-8") as file:
        file.write("owner,day,share\n")
        file.writelines(f"o{number},2019,{number % 100}\n" for number in range(60_000))
    command = ["import", "csv", "rows.csv", "--mapping", "map.yaml", "--into", "s.db"]
    process = subprocess.Popen([sys.executable, "-m", "chronicle", *command], env=dict(os.environ))
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None and _records(folder / "s.db") == 0:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < _records(folder / "s.db") < 60_000
    assert run(*command[1:])[0] == 0
    run("csv", "rows.csv", "--mapping", "map.yaml", "--into", "whole.db")
    with open_store("s.db") as killed, open_store("whole.db") as whole:
        assert killed.verify().intact
        assert contents(killed) == contents(whole)


def _records(path: Path) -> int:
    """How many records the store in a file has by now; none while it is being made."""
    from chronicle.errors import StoreError

    try:
        with open_store(path, read_only=True) as store:
            return store.head().position
    except StoreError:
        return 0
