"""``chronicle replay``: the rows of a replay in a folder answer as the store that they were made from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

import chronicle
from chronicle import codec
from chronicle.cli import chronicle as command
from chronicle.cli.made_up import made
from chronicle.errors import ChronicleError, InvalidEvents, StoreError, UsageError
from chronicle.events import Event
from chronicle.history.sources import records_at
from chronicle.interop.records import lines
from chronicle.ledgers.partitions import frames, job
from chronicle.ledgers.partitions.collected import StoredCells
from chronicle.ledgers.partitions.folder import RowsFolder, StoredRowsFolder
from chronicle.ledgers.partitions.id_filters import IdFilter
from chronicle.ledgers.partitions.job import replay_into
from chronicle.stores import Record, open_store
from given import acquired, declared
from own_projectors import BY_TARGET, FAILING, KILLING, OF_ALL
from test_partitions import assert_same, recorded


def run(*arguments: str | Path, code: int = 0) -> Result:
    """Run ``chronicle``, which has to end with this exit code."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def store(root: Path, tmp_path: Path) -> Path:
    """The shipped history in a store."""
    run("record", *sorted((root / "events").glob("*.yaml")), "--into", tmp_path / "corp.db")
    return tmp_path / "corp.db"


@pytest.fixture
def rows(store: Path, tmp_path: Path) -> Path:
    """Its rows in four buckets."""
    run("replay", store, "--into", tmp_path / "rows", "--partitions", "4")
    return tmp_path / "rows"


def stored(place: Path, events: Iterable[Event]) -> Path:
    """A store with some events."""
    with open_store(place, create=True) as store:
        store.append([codec.to_record(event) for event in events])
    return place


# What they answer


@pytest.mark.parametrize(
    "question",
    [
        ("as-of", "2015"),
        ("as-of", "2015-05-01", "alibaba-pictures", "--json"),
        ("as-of", "2014-03-15", "--csv"),
        ("owners", "alibaba-pictures", "--as-of", "2015", "--plain"),
        ("diff", "2014", "2016", "--plain"),
        ("diff", "2014", "2016", "alibaba-group", "--json"),
        ("export", "scd2"),
        ("export", "csv", "--as-of", "2015"),
        ("export", "csv", "--spans", "--view", "units"),
        ("export", "dot"),
    ],
    ids=" ".join,
)
def test_rows_answer_as_the_store_does(question: tuple[str, ...], store: Path, rows: Path) -> None:
    """To the letter."""
    assert run("--from", rows, *question).stdout == run("--from", store, *question).stdout


def test_what_an_event_may_leave_out_is_no_id(tmp_path: Path) -> None:
    """A partnership for no project and a release by nobody: their replay ended in a traceback."""
    (tmp_path / "a.yaml").write_text(
        "entities: [{id: a, name: A, type: company}, {id: b, name: B, type: company}, "
        "{id: film, name: Film, type: project}]\nevents:\n"
        "  - {kind: partnership.agreed, date: 2014, parties: [a, b], subject: films}\n"
        "  - {kind: project.released, date: 2014, project: film, where: China}\n"
    )
    run("record", tmp_path / "a.yaml", "--into", tmp_path / "corp.db")
    run("replay", tmp_path / "corp.db", "--into", tmp_path / "rows")
    for question in (("as-of", "2015", "--json"), ("as-of", "2015", "a"), ("diff", "2012", "2015", "film")):
        told = [run("--from", tmp_path / source, *question).stdout for source in ("rows", "corp.db")]
        assert told[0].split("\n\n")[0] == told[1].split("\n\n")[0]
        assert "films" in told[0] or "China" in told[0]


def test_a_difference_names_its_events_by_id(rows: Path) -> None:
    """On the page for people a store says what each event was; rows only have the ids."""
    assert "[chinavision-stake]" in run("--from", rows, "diff", "2013", "2015").stdout
    assert "[chinavision-stake]" in run("--from", rows, "diff", "2013", "2015", "alibaba-pictures").stdout


@pytest.mark.parametrize(
    "question",
    [
        ("as-of", "2015", "--recorded", "2014"),
        ("timeline",),
        ("why", "alibaba-group", "alibaba-pictures", "--as-of", "2015"),
        ("check",),
        ("export", "jsonl"),
        ("export", "bods"),
    ],
    ids=" ".join,
)
def test_what_rows_do_not_say_is_refused(question: tuple[str, ...], rows: Path) -> None:
    """Events, and what was recorded earlier: with the code, and where to ask instead."""
    refused = run("--from", rows, *question, code=2)
    assert "error[C533]: rows in" in refused.stderr
    assert "ask the store they were made from" in refused.stderr


def test_python_asks_rows_as_any_history(store: Path, rows: Path) -> None:
    """``chronicle.open`` knows the folder by its manifest, from a folder of event files."""
    with chronicle.open(store) as plain:
        assert_same(chronicle.open(rows).ledger(), plain.ledger())
        assert chronicle.open(rows).entity_ids() == plain.entity_ids()
        assert chronicle.open(rows).deal_ids() == plain.deal_ids()
    assert repr(chronicle.open(rows)) == f"<History of rows in {rows}>"


def test_only_buckets_are_read_that_may_have_what_is_asked_for(tmp_path: Path) -> None:
    """One pair of a hundred companies is in one bucket of sixteen."""
    history = [acquired("2012", f"holder-{n}", f"mill-{n}", "10%") for n in range(100)]
    replay_into(tmp_path / "rows", records_at(stored(tmp_path / "corp.db", history)))
    cells = StoredCells.of(StoredRowsFolder.opened(tmp_path / "rows"))
    ledger = cells.ledger(["holdings"])
    assert ledger.cell("holdings", ("holder-7", "mill-7", "equity"))[0].value.share.text == "10%"
    assert len(cells.whole["holdings"]) < 4
    assert [key[0] for key in ledger.where("holdings", 1, "mill-8")] == ["holder-8"]
    assert len(cells.whole["holdings"]) < 8
    assert not ledger.has("holdings", ("nobody", "mill-7", "equity"))
    assert len(list(ledger.keys("holdings"))) == 100
    assert len(cells.whole["holdings"]) == 16


def test_who_owns_a_company_is_read_from_the_buckets_that_name_it(tmp_path: Path) -> None:
    """Of sixteen buckets with a hundred companies, on the command line."""
    history = [acquired("2012", f"holder-{n}", f"mill-{n}", "10%") for n in range(100)]
    replay_into(tmp_path / "rows", records_at(stored(tmp_path / "corp.db", history)))
    read = list[tuple[str, int]]()
    rows = StoredRowsFolder.rows

    def noted(self: StoredRowsFolder, view: str, bucket: int, *known: Any) -> Any:
        read.append((view, bucket))
        return rows(self, view, bucket, *known)

    with patch.object(StoredRowsFolder, "rows", noted):
        assert "holder-7" in run("--from", tmp_path / "rows", "owners", "mill-7", "--as-of", "2015").stdout
    assert len({bucket for view, bucket in read if view == "holdings"}) < 4
    assert len({bucket for view, bucket in read if view == "names"}) < 4


def test_a_filter_of_ids_never_leaves_one_out() -> None:
    """About one in a hundred it takes for another, and never says of one that is there that it is not."""
    found = IdFilter.of({f"company-{n}" for n in range(1000)})
    assert all(found.may_have(f"company-{n}") for n in range(1000))
    assert sum(found.may_have(f"other-{n}") for n in range(1000)) < 60


# Where records come from


@pytest.mark.parametrize("source", ["export.jsonl", "plain.jsonl", "records.parquet", "folder", "events"])
def test_records_come_from_every_kind_of_source(source: str, store: Path, root: Path, tmp_path: Path) -> None:
    """The export of a store, an event a line, Parquet, a folder of Parquet, and event files."""
    place = tmp_path / source
    with open_store(store, read_only=True) as opened:
        records = list(opened.read())
        if source == "export.jsonl":
            run("export", "jsonl", "--from", store, "-o", place)
        elif source == "plain.jsonl":
            place.write_bytes(b"".join(record.body + b"\n" for record in records))
        elif source == "events":
            shutil.copytree(root / "events", place)
        else:
            batches = list(frames.record_batches(records))
            if source == "folder":
                (place / "month=1").mkdir(parents=True)
            file = place / "month=1" / "part.parquet" if source == "folder" else place
            parquet.write_table(pyarrow.Table.from_batches(batches), file)
    run("replay", place, "--into", tmp_path / "rows", "--partitions", "3")
    with chronicle.open(store) as plain:
        found, wanted = chronicle.open(tmp_path / "rows").ledger(), plain.ledger()
        if source == "events":
            wanted = chronicle.open(place).ledger()
        assert_same(found, wanted)


def test_a_file_that_is_no_table_of_records_is_refused(tmp_path: Path) -> None:
    """Whatever is called Parquet, and Parquet of something else."""
    (tmp_path / "a.parquet").write_text("no Parquet")
    parquet.write_table(pyarrow.table({"id": ["a"]}), tmp_path / "b.parquet")
    said = [
        run("replay", tmp_path / name, "--into", tmp_path / "rows", code=2).stderr
        for name in ("a.parquet", "b.parquet")
    ]
    assert "is no file of Parquet" in said[0]
    assert "no table of records: it has no column position, kind, body" in said[1]
    run("replay", tmp_path / "nothing.db", "--into", tmp_path / "rows", code=3)


# Whole or not at all


def test_what_was_replayed_is_not_replayed_again(store: Path, rows: Path) -> None:
    """The same command once more makes only what is missing; another number of buckets makes all anew."""
    (rows / "buckets" / "00002.json").unlink()
    written = []
    write = RowsFolder.write

    def noted(self: RowsFolder, bucket: int, batches: Iterable[Any]) -> Any:
        written.append(bucket)
        return write(self, bucket, batches)

    with patch.object(RowsFolder, "write", noted):
        run("replay", store, "--into", rows, "--partitions", "4")
        run("replay", store, "--into", rows, "--partitions", "4")
        assert written == [2]
        run("replay", store, "--into", rows, "--partitions", "2")
        assert written == [2, 0, 1]
    # Whoever reads all files of a view in another program is not to find those of another replay.
    assert {path.stem[-5:] for path in rows.rglob("*.parquet")} == {"00000", "00001"}
    assert {path.stem for path in (rows / "buckets").iterdir()} == {"00000", "00001"}
    assert "Alibaba Group" in run("--from", rows, "as-of", "2015").stdout


def test_a_replay_that_was_killed_is_no_answer_and_goes_on(store: Path, tmp_path: Path) -> None:
    """Until the last bucket is there, the folder says that it is not whole."""
    rows, write = tmp_path / "rows", job._write_bucket

    def killed(folder: Path, of: Any, bucket: int, *more: Any) -> int:
        if bucket == 2:
            raise KeyboardInterrupt
        return write(folder, of, bucket, *more)

    with patch.object(job, "_write_bucket", killed), pytest.raises(KeyboardInterrupt):
        replay_into(rows, records_at(store), partitions=4)
    assert sorted(path.stem for path in (rows / "buckets").glob("*.json")) == ["00000", "00001"]
    assert "the replay has not come to its end" in run("--from", rows, "as-of", "2015", code=4).stderr
    (rows / "work-killed").mkdir()
    replay_into(rows, records_at(store), partitions=4)
    assert "Alibaba Group" in run("--from", rows, "as-of", "2015").stdout
    assert list(rows.glob("work-*")) == []


def test_after_an_append_the_rows_are_made_anew(store: Path, rows: Path) -> None:
    """They are of the records that there were; nothing old stands beside what is new."""
    with open_store(store) as opened:
        opened.append([codec.to_record(acquired("2015", "alibaba-group", "mill", "10%"))])
    run("replay", store, "--into", rows, "--partitions", "4")
    with chronicle.open(store) as plain:
        assert_same(chronicle.open(rows).ledger(), plain.ledger())


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_is_appended_meanwhile_is_not_among_the_rows(workers: int, store: Path, tmp_path: Path) -> None:
    """They are of the head that the manifest has, whenever another writes: first, between and at last."""
    later = iter(range(100))

    def append(*_: object) -> None:
        with open_store(store) as opened:
            opened.append([codec.to_record(acquired("2015", "alibaba-group", f"mill-{next(later)}", "10%"))])

    with chronicle.open(store) as plain:
        wanted, head = plain.ledger(), plain.head
        source = records_at(store)
        append()
        batches = frames.proven_batches

        def noted(records: Any) -> Any:
            for batch in batches(records):
                append()
                yield batch

        with patch("chronicle.history.sources.proven_batches", noted):
            said = replay_into(tmp_path / "rows", source, workers=workers, report=append).said
        assert said["head"] == head._asdict()  # type: ignore[union-attr]
        assert said["job"]["source"] == head.chain  # type: ignore[union-attr]
        assert_same(chronicle.open(tmp_path / "rows").ledger(), wanted)
        assert next(later) > 2


@pytest.mark.parametrize("name", ["plain.jsonl", "export.jsonl", "records.parquet"])
def test_records_that_change_while_they_are_read_are_no_rows(name: str, store: Path, tmp_path: Path) -> None:
    """Files have no head at which to stop: nothing is written, and the error says why."""
    place = tmp_path / name
    with open_store(store, read_only=True) as opened:
        records = list(opened.read())

    def write(records: list[Record]) -> None:
        if name == "records.parquet":
            batches = list(frames.record_batches(records))
            parquet.write_table(pyarrow.Table.from_batches(batches), place)
        elif name == "plain.jsonl":
            place.write_bytes(b"".join(record.body + b"\n" for record in records))
        else:
            place.write_bytes(b"".join(lines(records)))

    write(records[:-1])
    source = records_at(place)
    assert source.key
    write(records)
    with pytest.raises(StoreError, match="changed while they were read") as refused:
        replay_into(tmp_path / "rows", source, partitions=2)
    assert refused.value.problems[0].code == "C536"
    assert not (tmp_path / "rows").exists()


def test_a_bucket_that_is_missing_or_not_as_written_is_an_error(store: Path, rows: Path) -> None:
    """Never an answer without it; the same replay makes it again."""
    file = next((rows / "holdings").glob("*.parquet"))
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "is not as it was written" in run("--from", rows, "as-of", "2015", code=4).stderr
    run("replay", store, "--into", rows, "--partitions", "4")
    assert file.read_bytes() == data
    assert run("--from", rows, "as-of", "2015").stdout
    file.unlink()
    assert f"holdings/{file.name} is missing" in run("--from", rows, "as-of", "2015", code=4).stderr
    (rows / "chronicle-rows.json").write_text("{")
    assert (
        "its chronicle-rows.json is not as it was written"
        in run("--from", rows, "as-of", "2015", code=4).stderr
    )


def test_a_file_that_goes_while_it_is_asked_is_an_error(rows: Path) -> None:
    """The folder was whole when it was opened."""
    history = chronicle.open(rows)
    shutil.rmtree(rows / "holdings")
    with pytest.raises(StoreError, match="cannot be read"):
        history.as_of("2015").holdings()


def test_a_folder_with_something_else_in_it_is_left_alone(store: Path, tmp_path: Path) -> None:
    """Nothing of it is overwritten."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    refused = run("replay", store, "--into", tmp_path / "mine", code=2)
    assert "has something in it that is no rows" in refused.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


# What is broken


@pytest.fixture
def broken(store: Path, tmp_path: Path) -> Path:
    """The records as Parquet, of which the third is not as it was written."""
    with open_store(store, read_only=True) as opened:
        records = list(opened.read())
    records[2] = records[2]._replace(body=records[2].body + b" ")
    table = pyarrow.Table.from_batches(list(frames.record_batches(records)))
    parquet.write_table(table, tmp_path / "broken.parquet")
    return tmp_path / "broken.parquet"


def test_a_broken_record_fails_the_replay_with_its_position(broken: Path, tmp_path: Path) -> None:
    """Before anything is written."""
    refused = run("replay", broken, "--into", tmp_path / "rows", code=1)
    assert "error[C534]: record 3 makes no event: C505" in refused.stderr
    assert not (tmp_path / "rows").exists()


def test_a_broken_record_is_set_aside_when_that_is_asked(broken: Path, tmp_path: Path) -> None:
    """It is said, stands in the manifest, and everything else is replayed."""
    done = run("replay", broken, "--into", tmp_path / "rows", "--quarantine", "--json")
    assert "record 3 makes no event" in done.stderr
    assert "set aside; the rows do without it" in done.stderr
    said = json.loads((tmp_path / "rows" / "chronicle-rows.json").read_text("utf-8"))
    assert len(said["set_aside"]) == 1
    assert "record 3" in said["set_aside"][0]
    assert run("--from", tmp_path / "rows", "as-of", "2015").stdout


def test_a_broken_line_is_a_finding_with_its_place(tmp_path: Path) -> None:
    """In JSON Lines that has no proofs."""
    lines = [
        record.body
        for record in recorded([acquired("2012", "ann", "mill", "10%", id="a"), declared("ann", "A")])
    ]
    (tmp_path / "events.jsonl").write_bytes(b"\n".join([lines[0], b"{", lines[1]]))
    source = records_at(tmp_path / "events.jsonl")
    with pytest.raises(InvalidEvents) as refused:
        replay_into(tmp_path / "rows", source)
    assert [problem.code for problem in refused.value.problems] == ["C534"]
    assert "record 2 makes no event: " in str(refused.value)
    assert "events.jsonl:2" in str(refused.value)
    outcome = replay_into(tmp_path / "rows", source, quarantine=True)
    assert len(outcome.set_aside) == 1
    assert str(chronicle.open(tmp_path / "rows").as_of("2013").share("ann", "mill")) == "10%"


# By several processes


@pytest.mark.slow
def test_two_worker_processes_write_what_one_process_writes(tmp_path: Path) -> None:
    """File by file and byte for byte, with a projector of a user's own."""
    source = records_at(stored(tmp_path / "corp.db", made(2_000).events))
    reports = []
    outcomes = [
        replay_into(
            tmp_path / name,
            source,
            [BY_TARGET],
            partitions=3,
            workers=workers,
            report=lambda *said: reports.append(said),
        )
        for name, workers in (("one", 1), ("two", 2))
    ]
    assert outcomes[0].said["files"] == outcomes[1].said["files"]
    assert ("replaying", 3, 3) in reports
    assert {what for what, _, _ in reports} == {"reading", "replaying"}
    with chronicle.open(tmp_path / "corp.db", [BY_TARGET]) as plain:
        assert_same(chronicle.open(tmp_path / "two").ledger(), plain.ledger())


@pytest.mark.slow
def test_what_fails_in_a_worker_fails_the_replay(tmp_path: Path) -> None:
    """With the message that it has in one process, and no manifest."""
    source = records_at(stored(tmp_path / "corp.db", [acquired("2012", "ann", "mill", "10%", id="a")]))
    with pytest.raises(UsageError, match='projector "buying" failed'):
        replay_into(tmp_path / "rows", source, [FAILING], workers=2)
    assert not (tmp_path / "rows" / "chronicle-rows.json").exists()


@pytest.mark.slow
def test_a_worker_that_is_killed_fails_the_replay_which_then_goes_on(tmp_path: Path) -> None:
    """No answer without its bucket; the next call makes it."""
    source = records_at(stored(tmp_path / "corp.db", [acquired("2012", "ann", "mill", "10%", id="a")]))
    with pytest.raises(StoreError, match="a worker process came to a sudden end"):
        replay_into(tmp_path / "rows", source, [KILLING], workers=2)
    with pytest.raises(ChronicleError):
        chronicle.open(tmp_path / "rows")
    replay_into(tmp_path / "rows", source, [BY_TARGET], workers=2)
    assert str(chronicle.open(tmp_path / "rows").as_of("2013").share("ann", "mill")) == "10%"


def test_a_projector_without_a_version_is_replayed_again(tmp_path: Path) -> None:
    """Nobody can tell whether it does what it did; one with a version is taken at its word."""
    source = records_at(stored(tmp_path / "corp.db", [acquired("2012", "ann", "mill", "10%")]))
    for own, again in ((BY_TARGET, False), (OF_ALL, True)):
        jobs = [
            replay_into(tmp_path / f"rows-{own.version}", source, [own], partitions=1).said["job"]
            for _ in "ab"
        ]
        assert (jobs[0] != jobs[1]) == again


def test_a_projector_that_reads_anything_is_named(tmp_path: Path) -> None:
    """Everything goes to one bucket then, and the others are empty."""
    source = records_at(stored(tmp_path / "corp.db", [acquired("2012", "ann", "mill", "10%")]))
    assert replay_into(tmp_path / "rows", source, [OF_ALL], partitions=2).whole == "buying"
    assert replay_into(tmp_path / "others", source, [BY_TARGET], partitions=2).whole == ""
