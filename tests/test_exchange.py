"""From store to lines to store: a copy through a file is the same store byte for byte, or none at all."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import authoring, codec
from chronicle.authoring import json_items
from chronicle.cli import chronicle
from chronicle.errors import AppendRefused, InvalidEvents
from chronicle.events import Event
from chronicle.history import open_history
from chronicle.interop import records as exchange
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from chronicle.interop.records import is_export, lines, read_records
from chronicle.interop.restoring import ExaminedExport, examine, restore
from chronicle.stores import Head, NewRecord, Record, Store, batch, migrate_store, open_store
from chronicle.stores.record import chained
from given import acquired, happened, proposed
from postgresql_server import drop, new_schema
from strategies import events

STORY = (
    happened("entity.declared", "0001-01-01", entity="acme", name="Acme", type="company"),
    happened("entity.declared", "0001-01-01", entity="bolt", name="Bolt – 博尔特 😀", type="company"),
    acquired("2014-03", "acme", "bolt", "60%", id="bought", note="A majority.\nSays who?"),
    proposed(
        "2015",
        "merger",
        {"kind": "stake.acquired", "holder": "acme", "target": "bolt", "share": "40%"},
        id="announced",
        parties=["acme", "bolt"],
    ),
    acquired(
        "2016", "acme", "bolt", "1%", id="more", sources=[{"url": "https://a.example/", "publisher": "A"}]
    ),
)

# Bodies that a store keeps, and that are no event, no JSON, or JSON in another form than ours.
AWKWARD = (
    '{"id":"same","kind":"k"}',
    '{"share":1.0}',
    '{"count":1e5}',
    '{"count":1e999}',
    '{"count":%s}' % ("9" * 5000),
    '{"count":NaN}',
    '{"a":1,"a":2}',
    '{"b":"","a":""}',
    '{ "name" : "Acme" }',
    '{"name":"\\ud83d"}',
    '{"name":"\\ud83d\\ude00"}',
    '{"name":"😀"}',
    '{"name":"\\u0041"}',
    '{"name":"\\u0000"}',
    '{"name":"\u2028\u202e\x7f\x1b[31m"}',
    '{"position":7,"recorded_at":"","checksum":0,"chain":"00","body":"{}"}',
    '{"sources":[1,{"url":"u","publisher":"p"}],"effects":[2,{"kind":["k"]},{"kind":"k"}]}',
    '{"sources":{},"effects":"none","format":"7"}',
    "null",
    "[]",
    '"text"',
    '"unclosed',
    "no JSON",
    " ",
    "\r",
    "[" * 2000,
    "[" * 2000 + "]" * 2000,
    '{"a":' * 60 + "1" + "}" * 60,
    '{"a":[{}' + ",{}" * 100 + "]}",
)


def run(*arguments: str | Path) -> Result:
    """Run ``chronicle``; anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def recorded(path: Path | str, *appends: Sequence[Event | NewRecord]) -> list[Record]:
    """A store with events, or bare records, of some appends; gives all that it holds then."""
    with open_store(path, create=True) as store:
        for append in appends:
            store.append([codec.to_record(each) if isinstance(each, Event) else each for each in append])
        return list(store.read())


def held(path: Path | str) -> list[Record]:
    """Everything in a store."""
    with open_store(path, read_only=True) as store:
        return list(store.read())


def export(store: Path | str) -> bytes:
    """What ``chronicle export jsonl`` writes."""
    result = run("--from", store, "export", "jsonl")
    assert result.exit_code == 0, result.stderr
    return result.stdout_bytes


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """A store with a short story in two appends."""
    recorded(tmp_path / "corp.db", STORY[:3], STORY[3:])
    return tmp_path / "corp.db"


@pytest.fixture
def file(corp: Path, tmp_path: Path) -> Path:
    """Its export."""
    (tmp_path / "export.jsonl").write_bytes(export(corp))
    return tmp_path / "export.jsonl"


# What an export says


def test_a_line_is_the_event_and_then_what_the_store_has_besides(corp: Path) -> None:
    """The event is as it would stand in a file; position, time, checksum and chain come behind it."""
    written = export(corp).decode().splitlines()
    assert len(written) == len(STORY)
    for line, record, event in zip(written, held(corp), STORY, strict=True):
        plain = json.loads(line)
        assert list(plain)[-4:] == ["position", "recorded_at", "checksum", "chain"]
        assert list(plain)[:-4] == list(codec.encode(event))
        assert [plain.pop(name) for name in list(plain)[-4:]] == [
            record.position,
            record.recorded_at,
            record.checksum,
            record.chain.hex(),
        ]
        assert plain == codec.encode(event)


def test_without_the_proofs_lines_are_what_they_are_from_files(corp: Path) -> None:
    """The event of a line is written as ever, to the letter."""
    with open_history(corp, read_only=True) as history:
        plain = b"".join(exported("jsonl", material(history)))
    assert re.sub(rb', "position": .*}', b"}", export(corp)) == plain


@settings(max_examples=100)
@given(events())
def test_every_event_is_written_as_a_file_has_it(event: Event) -> None:
    """Also when the record is not decoded on the way: the same fields in the same order."""
    store = open_store("memory:")
    store.append([codec.to_record(event)])
    (line,) = lines(store.read())
    plain = json.loads(line)
    assert "body" not in plain
    assert json.dumps({**plain, **dict.fromkeys(exchange.PROOFS)}) == json.dumps(
        {**codec.encode(event), **dict.fromkeys(exchange.PROOFS)}
    )


def test_what_is_not_all_of_a_store_has_no_proofs(corp: Path, file: Path, tmp_path: Path) -> None:
    """From files there are none; and what was known or recorded by a day, or is assumed, is no copy."""
    history = tmp_path / "events.jsonl"
    history.write_text("".join(f"{json.dumps(codec.encode(event))}\n" for event in STORY))
    limits = [
        ("--known", "9000"),
        ("--recorded", "9000"),
        ("--view", "holdings"),
        ("--assume", "merger@2017"),
    ]
    for source, limit in [(corp, limit) for limit in limits] + [(history, ()), (file, ())]:
        result = run("--from", source, "export", "jsonl", *limit)
        assert result.exit_code == 0, result.stderr
        assert '"bought"' in result.stdout
        assert '"chain"' not in result.stdout
    assert '"chain"' in run("--from", corp, "export", "jsonl", "--as-of", "2015", "--events").stdout


def test_a_damaged_store_is_not_exported(corp: Path, tmp_path: Path) -> None:
    """Where the proofs of the store do not fit no file is written."""
    connection = sqlite3.connect(corp, isolation_level=None)
    connection.execute("DROP TRIGGER records_are_never_changed")
    connection.execute("UPDATE records SET body = '{}' WHERE position = 4")
    connection.close()
    result = run("--from", corp, "export", "jsonl", "-o", tmp_path / "out.jsonl")
    assert (result.exit_code, result.stderr[:13]) == (4, "error[C505]: ")
    assert not (tmp_path / "out.jsonl").exists()


# The copy


def test_a_recorded_export_is_the_same_store(corp: Path, file: Path, tmp_path: Path) -> None:
    """The same ids, contents, order, times and chain, and so the same export again."""
    head = held(corp)[-1]
    result = run("record", file, "--into", tmp_path / "copy.db")
    assert result.stderr == f"recorded 5 events (0 were there already); head 5 {head.chain.hex()}\n"
    assert held(tmp_path / "copy.db") == held(corp)
    assert export(tmp_path / "copy.db") == file.read_bytes()
    assert run("verify", tmp_path / "copy.db").exit_code == 0


def test_recording_an_export_again_changes_nothing(corp: Path, file: Path) -> None:
    """Also into the store that it came from, and whatever was expected of its position."""
    before = held(corp)
    result = run("record", file, "--into", corp, "--expected", "3")
    assert result.stderr.startswith("recorded 0 events (5 were there already); head 5 ")
    assert held(corp) == before


def test_a_longer_export_brings_an_older_copy_up_to_date(corp: Path, file: Path, tmp_path: Path) -> None:
    """Only what is new is added; a shorter one afterwards adds nothing."""
    copy, early = tmp_path / "copy.db", tmp_path / "early.jsonl"
    early.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:2]))
    chain = held(corp)[1].chain.hex()
    assert run("record", early, "--into", copy).stderr.endswith(f"; head 2 {chain}\n")
    assert run("record", file, "--into", copy, "--dry-run").stderr == (
        "would record 3 events (2 are there already)\n"
    )
    assert len(held(copy)) == 2
    assert run("record", file, "--into", copy).stderr.startswith("recorded 3 events (2 were there")
    assert held(copy) == held(corp)
    assert run("record", early, "--into", copy).stderr.startswith("recorded 0 events (2 were there")
    assert held(copy) == held(corp)


def test_the_parts_of_an_export_are_recorded_in_their_order(corp: Path, file: Path, tmp_path: Path) -> None:
    """Together, or one after the other; never with a gap, and never behind another history."""
    whole = file.read_bytes().splitlines(keepends=True)
    parts = [tmp_path / f"part-{number}.jsonl" for number in (1, 2, 3)]
    for part, text in zip(parts, (whole[:2], [b"\n", whole[2]], whole[3:]), strict=True):
        part.write_bytes(b"".join(text))
    assert run("record", *parts, "--into", tmp_path / "one.db").exit_code == 0
    assert held(tmp_path / "one.db") == held(corp)
    other = tmp_path / "other.db"
    assert run("record", parts[0], "--into", other).exit_code == 0
    result = run("record", parts[2], "--into", other)
    assert (result.exit_code, result.stderr) == (
        4,
        "error[C512]: the export begins with record 4, and the store ends at 2\n"
        "  help: record the part before it first\n",
    )
    assert run("record", parts[2], "--into", tmp_path / "new.db").exit_code == 4
    assert not (tmp_path / "new.db").exists()
    assert run("record", parts[1], "--into", other).exit_code == 0
    assert run("record", parts[2], "--into", other).exit_code == 0
    assert held(other) == held(corp)
    recorded(tmp_path / "third.db", STORY[:2])
    assert "error[C512]: record 3" in run("record", parts[1], "--into", tmp_path / "third.db").stderr


def test_a_dry_run_and_what_is_expected(corp: Path, file: Path, tmp_path: Path) -> None:
    """A dry run makes no store; a store that stands elsewhere than expected takes nothing."""
    copy = tmp_path / "copy.db"
    result = run("record", file, "--into", copy, "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "would record 5 events (0 are there already)\n")
    assert not copy.exists()
    result = run("record", file, "--into", copy, "--expected", "1")
    assert (result.exit_code, result.stderr.split("\n")[0]) == (
        4,
        "error[C504]: store moved on (expected 1, found 0)",
    )
    assert not copy.exists()
    assert run("record", file, "--into", copy, "--expected", "0").exit_code == 0


def test_who_is_interrupted_goes_on_from_there(
    corp: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are whole or absent, and the second try records the rest."""
    monkeypatch.setattr(batch, "_MOST_RECORDS", 2)
    store = open_store("memory:")
    examined = examine([file], store)

    def interrupted(done: int, total: int) -> None:
        assert (done, total) == (2, 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore([file], store, examined, interrupted)
    assert store.head().position == 2
    done: list[tuple[int, int]] = []
    restore([file], store, examine([file], store), lambda *report: done.append(report))
    assert done == [(2, 3), (3, 3)]
    assert list(store.read()) == held(corp)


def test_batches_are_not_too_large(file: Path, corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large records are taken one by one, so that no file fills the memory."""
    monkeypatch.setattr(batch, "_MOST_BYTES", 1)
    store = open_store("memory:")
    done: list[int] = []
    restore([file], store, examine([file], store), lambda number, _: done.append(number))
    assert done == [1, 2, 3, 4, 5]


def test_a_folder_of_exports_is_recorded_in_the_order_of_names(
    corp: Path, file: Path, tmp_path: Path
) -> None:
    """As a folder of event files is."""
    whole = file.read_bytes().splitlines(keepends=True)
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "b.jsonl").write_bytes(b"".join(whole[3:]))
    (folder / "a.jsonl").write_bytes(b"".join(whole[:3]))
    assert run("record", folder, "--into", tmp_path / "copy.db").exit_code == 0
    assert held(tmp_path / "copy.db") == held(corp)


# Another history


def test_what_another_writer_recorded_in_between_is_not_overrun(file: Path) -> None:
    """The store may become another history after the examination: it then takes nothing."""
    store = open_store("memory:")
    examined = examine([file], store)
    store.append([NewRecord("other", "k", b"{}")])
    with pytest.raises(AppendRefused):
        restore([file], store, examined)
    assert [record.id for record in store.read()] == ["other"]


def test_another_history_is_not_mixed_with_this_one(corp: Path, file: Path, tmp_path: Path) -> None:
    """The store that has something else is left alone, until one says that events are meant."""
    other = tmp_path / "other.db"
    before = recorded(other, STORY[:1])
    result = run("record", file, "--into", other)
    assert result.exit_code == 4
    assert result.stderr == (
        f'error[C512]: record 1 ("{STORY[0].id}") belongs to another history than that of store "{other}"\n'
        "  help: record it into a new store; --as-events records its events into this one, as its own\n"
    )
    assert run("record", file, "--into", other, "--dry-run").exit_code == 4
    assert held(other) == before
    result = run("record", file, "--into", other, "--as-events")
    assert result.stderr.startswith("recorded 4 events (1 was there already); head 5 ")
    assert [record.body for record in held(other)] == [record.body for record in held(corp)]
    assert held(other)[4].recorded_at > held(corp)[4].recorded_at


def test_the_first_difference_of_two_histories_is_named(corp: Path, file: Path, tmp_path: Path) -> None:
    """A copy that went its own way is refused from where it did, however far either has come."""
    copy = tmp_path / "copy.db"
    early = tmp_path / "early.jsonl"
    early.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:3]))
    run("record", early, "--into", copy)
    ours = [acquired("2017", "acme", "bolt", f"{number}%") for number in range(1, 5)]
    recorded(copy, ours[:1])
    assert 'record 4 ("announced")' in run("record", file, "--into", copy).stderr
    recorded(copy, ours[1:])
    assert len(held(copy)) == 7
    assert 'record 4 ("announced")' in run("record", file, "--into", copy).stderr
    assert run("record", early, "--into", copy).stderr.startswith("recorded 0 events (3 were there")


# Files that are not what was exported

Edit = Callable[[list[bytes]], list[bytes]]


def replaced(number: int, pattern: bytes, by: bytes) -> Edit:
    """Change something in a line."""

    def edit(whole: list[bytes]) -> list[bytes]:
        line, times = re.subn(pattern, by, whole[number - 1], count=1)
        assert times == 1
        return [*whole[: number - 1], line, *whole[number:]]

    return edit


EDITS: dict[str, tuple[Edit, int, str]] = {
    "an event": (replaced(3, b'"60%"', b'"61%"'), 3, "its checksum does not fit"),
    "an id": (replaced(3, b'"bought"', b'"sold"'), 3, "its checksum does not fit"),
    "a new field": (
        replaced(3, b'"position"', b'"known": "2015", "position"'),
        3,
        "its checksum does not fit",
    ),
    "a position": (replaced(3, b'"position": 3', b'"position": 4'), 3, "its checksum does not fit"),
    "a text as position": (replaced(3, b'"position": 3', b'"position": "3"'), 3, 'its "position" is none'),
    "no position": (replaced(1, b'"position": 1', b'"position": 0'), 1, 'its "position" is none'),
    "yes as position": (replaced(1, b'"position": 1', b'"position": true'), 1, 'its "position" is none'),
    "a time": (replaced(2, b'"recorded_at": "2', b'"recorded_at": "1'), 2, "its checksum does not fit"),
    "a checksum": (replaced(2, b'"checksum": ', b'"checksum": 1'), 2, "its checksum does not fit"),
    "a chain": (replaced(4, b'"chain": "....', b'"chain": "0000'), 4, "it does not follow from record 3"),
    "the first chain": (
        replaced(1, b'"chain": "....', b'"chain": "0000'),
        1,
        "it does not follow from the start of the chain",
    ),
    "no hash": (replaced(4, b'"chain": "....', b'"chain": "0'), 4, 'its "chain" is none'),
    "a half character": (replaced(3, b'"60%"', b'"\\\\ud83d"'), 3, "it has half a character"),
    "a key twice": (replaced(3, b'"share"', b'"share": "1%", "share"'), 3, "it has a key twice"),
    "a body": (replaced(3, b"}$", b', "body": "{}"}'), 3, "its checksum does not fit"),
    "no text as body": (replaced(3, b"}$", b', "body": 7}'), 3, 'its "body" is none'),
    "no proofs": (
        replaced(3, b', "position".*}', b"}"),
        3,
        "it has no position, recorded_at, checksum, chain",
    ),
    "no proofs in the first line": (
        replaced(1, b', "position".*}', b"}"),
        1,
        "it has no position, recorded_at, checksum, chain",
    ),
    "no chain": (replaced(5, b', "chain".*}', b"}"), 5, "it has no chain"),
    "no id": (replaced(5, b'"id": "more", ', b""), 5, "it has no id"),
    "no JSON": (
        replaced(2, b'"kind"', b"kind"),
        2,
        "not JSON: expecting property name",
    ),
    "not a number": (
        replaced(2, b'"position": 2', b'"position": NaN'),
        2,
        '"NaN" stands in it without quotes',
    ),
    "no whole number": (replaced(2, b'"type"', b'"x": 1e999, "type"'), 2, '"1e999" stands in it without'),
    "a long number": (
        replaced(2, b'"position": 2', b'"position": ' + b"2" * 5000),
        2,
        "it has a number that is too long",
    ),
    "a deep line": (replaced(2, b"^.*$", b'{"chain":' * 100_000), 2, "it is nested too deeply"),
    "no object": (replaced(2, b"^.*$", b"[]"), 2, "it is no JSON object"),
    "no UTF-8": (replaced(2, b"Bolt", b"B\xffolt"), 2, "it is not UTF-8"),
    "a line away": (lambda whole: whole[:1] + whole[2:], 2, "record 2 is missing before it"),
    "a line twice": (lambda whole: [*whole[:2], *whole[1:]], 3, "it is record 2 and stands behind record 2"),
    "lines in another order": (
        lambda whole: [whole[0], whole[2], whole[1], *whole[3:]],
        2,
        "record 2 is missing before it",
    ),
    "cut in a line": (lambda whole: [*whole[:4], whole[4][:-9]], 5, "the file ends in the middle of it"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_file_that_was_edited_writes_nothing(name: str, corp: Path, file: Path, tmp_path: Path) -> None:
    """Whatever was done: file and line are named, no store is made, and none is added to."""
    edit, number, what = EDITS[name]
    whole = file.read_bytes().splitlines(keepends=True)
    edited = tmp_path / "edited.jsonl"
    edited.write_bytes(b"".join(edit(whole)))
    result = run("record", edited, "--into", tmp_path / "new.db")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{edited}:{number}:1: error[C520]: line ")
    assert what in result.stderr.split("\n")[0]
    assert not (tmp_path / "new.db").exists()

    early = tmp_path / "early.jsonl"
    early.write_bytes(whole[0])
    run("record", early, "--into", tmp_path / "early.db")
    assert run("record", edited, "--into", tmp_path / "early.db").exit_code == 1
    assert held(tmp_path / "early.db") == held(corp)[:1]


def test_no_flipped_bit_is_taken_in(corp: Path, file: Path) -> None:
    """A bit of every byte: the file is refused, or the records in it are what they were."""
    whole, records = file.read_bytes(), held(corp)
    refused = 0
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        file.write_bytes(flipped)
        try:
            assert examine([file], None).new == 5
        except InvalidEvents:
            refused += 1
        else:
            assert list(read_records([file])) == records
    assert refused > len(whole) * 3 / 4


def test_an_edited_line_is_named_by_its_id_with_the_next_step(file: Path, tmp_path: Path) -> None:
    """Who edited on purpose reads how to record it all the same, and that works."""
    file.write_bytes(file.read_bytes().replace(b'"60%"', b'"61%"'))
    with pytest.raises(InvalidEvents) as caught:
        examine([file], None)
    (problem,) = caught.value.problems
    assert problem.message.startswith('line of "bought" is not what was exported')
    assert problem.events == ("bought",)
    assert problem.help is not None
    assert "--as-events" in problem.help
    assert run("record", file, "--into", tmp_path / "new.db", "--as-events").exit_code == 0
    assert b'"61%"' in held(tmp_path / "new.db")[2].body
    bare = re.sub(rb', "position".*}', b"}", file.read_bytes())
    (tmp_path / "bare.jsonl").write_bytes(bare)
    assert run("record", tmp_path / "bare.jsonl", "--into", tmp_path / "bare.db").exit_code == 0
    assert len(held(tmp_path / "bare.db")) == 5


def test_every_beginning_in_whole_lines_is_a_copy_of_a_beginning(
    corp: Path, file: Path, tmp_path: Path
) -> None:
    """A file may be cut at any byte: it is a beginning of the history or refused."""
    data = file.read_bytes()
    beginnings = [data[:size] for size in range(len(data.splitlines()[0]) - 3, len(data), 7)]
    beginnings += [data[: found.start()] for found in re.finditer(rb"\n", data)]
    beginnings += [data[: found.end()] for found in re.finditer(rb"\n", data)]
    taken = set()
    cut = tmp_path / "cut.jsonl"
    for beginning in beginnings:
        cut.write_bytes(beginning)
        store = open_store("memory:")
        whole_lines = beginning.endswith(b"\n") or data[len(beginning) :].startswith(b"\n")
        with nullcontext() if whole_lines else pytest.raises(InvalidEvents, match="in the middle of it"):
            restore([cut], store, examine([cut], store))
            taken.add(store.head().position)
        assert list(store.read()) == held(corp)[: len(beginning.splitlines()) if whole_lines else 0]
    assert taken == {1, 2, 3, 4, 5}


def forged(name: str, value: object) -> bytes:
    """Lines with a record that no store writes, its proofs made to fit."""
    made = chained(map(codec.to_record, STORY[:3]), Head(0, "00" * 32), "2026-03-01T09:30:00.000000Z")
    wrong = made[2]._replace(**{name: value})  # type: ignore[arg-type]
    (again,) = chained([NewRecord(*wrong[2:5])], Head(2, made[1].chain.hex()), wrong.recorded_at)
    return b"".join(lines([*made[:2], again]))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("recorded_at", "2025-03-01T09:30:00.000000Z", "C520"),
        ("recorded_at", "tomorrow", "C512"),
        ("id", "a\x07b", "C206"),
        ("kind", "", "C206"),
        ("body", b'{"a":\n1}', "C505"),
    ],
)
def test_proofs_that_were_made_anew_let_nothing_in_that_no_store_writes(
    name: str, value: object, code: str, tmp_path: Path
) -> None:
    """A time that goes backwards, an id with a bell: refused before anything is written."""
    (tmp_path / "forged.jsonl").write_bytes(forged(name, value))
    result = run("record", tmp_path / "forged.jsonl", "--into", tmp_path / "new.db")
    assert result.exit_code in (1, 4)
    assert f"error[{code}]" in result.stderr
    assert "\x07" not in result.stderr
    assert not (tmp_path / "new.db").exists()


def test_a_line_may_not_fill_the_memory(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without line ends is refused, and not read to its end first."""
    monkeypatch.setattr(exchange, "LONGEST_LINE", 300)
    long = tmp_path / "long.jsonl"
    long.write_bytes(file.read_bytes().splitlines(keepends=True)[0] + b'{"chain": ' + b"x" * 400)
    result = run("record", long, "--into", tmp_path / "new.db")
    assert (result.exit_code, result.stderr.split("\n")[0]) == (
        1,
        f"{long}:2:1: error[C108]: line is too long",
    )


def test_exports_and_other_files_are_recorded_apart(file: Path, corp: Path, tmp_path: Path) -> None:
    """An export keeps its positions, so nothing can come in between; as events all go together."""
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps(codec.encode(acquired("2017", "acme", "bolt", "2%", id="last"))) + "\n")
    result = run("record", file, more, "--into", tmp_path / "new.db")
    assert result.exit_code == 2
    assert f'"{file}" is the export of a store and "{more}" is not' in result.stderr
    assert not (tmp_path / "new.db").exists()
    result = run("record", file, more, "--into", tmp_path / "new.db", "--as-events")
    assert result.stderr.startswith("recorded 6 events")


def test_what_is_an_export(file: Path, tmp_path: Path) -> None:
    """It has proofs in some line; to speak of a chain is not enough, and no folder and no noise is one."""
    assert is_export(file)
    talk = tmp_path / "talk.jsonl"
    talk.write_text(json.dumps({"id": "a", "position": 3, "note": '"chain": "ab", "checksum": 7'}) + "\n")
    assert not is_export(talk)
    assert not is_export(tmp_path)
    assert not is_export(tmp_path / "none.jsonl")
    assert not is_export(Path("x" * 5000 + ".jsonl"))
    noise = tmp_path / "noise.jsonl"
    noise.write_bytes(b"\x1f\x8b\x00" + b'"chain":')
    assert not is_export(noise)
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"\n\n")
    assert not is_export(empty)
    assert examine([empty], None) == ExaminedExport(0, 0, Head(0, "00" * 32))


# As a history


def test_an_export_is_still_a_history(corp: Path, file: Path, tmp_path: Path) -> None:
    """Whoever reads events passes over what was the record's."""
    for question in (("timeline",), ("as-of", "2016"), ("timeline", "--json"), ("check",)):
        assert run("--from", file, *question).stdout == run("--from", corp, *question).stdout
    assert authoring.read(file).events == STORY
    assert run("import", "jsonl", file, "--into", tmp_path / "new.db").exit_code == 0
    assert [record.body for record in held(tmp_path / "new.db")] == [record.body for record in held(corp)]


def test_both_readers_of_events_pass_over_the_same(file: Path) -> None:
    """The two are on floors that do not see each other."""
    assert json_items._OF_A_RECORD == exchange.MEMBERS


def test_a_mistake_in_the_event_of_a_line_is_still_found(file: Path) -> None:
    """With its column, although the line has more than the event."""
    file.write_bytes(file.read_bytes().replace(b'"60%"', b'"sixty"'))
    with pytest.raises(InvalidEvents) as caught:
        authoring.read(file)
    (problem,) = caught.value.problems
    assert str(problem.place).startswith(f"{file}:3:")
    assert problem.place is not None
    line = file.read_text(encoding="utf-8").splitlines()[2]
    assert line[problem.place.column - 1 :].startswith('"sixty"')


# Any body


def copied(store: Store, folder: Path, into: Store) -> bytes:
    """Copy a store into another through a file; gives what was in the file."""
    path = folder / "copy.jsonl"
    path.write_bytes(b"".join(lines(store.read())))
    restore([path], into, examine([path], into))
    return path.read_bytes()


def _printable() -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=["Cs"]).filter(str.isprintable)
    return st.text(characters, min_size=1, max_size=12)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=8), values, max_size=3),
    max_leaves=8,
)


@st.composite
def _json_texts(draw: st.DrawFn) -> str:
    """JSON in one line as one program or another writes it."""
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " : ")]))
    return json.dumps(
        draw(_VALUES), ensure_ascii=draw(st.booleans()), separators=separators, sort_keys=draw(st.booleans())
    )


def _bodies() -> st.SearchStrategy[bytes]:
    texts = st.one_of(
        st.sampled_from(AWKWARD), _json_texts(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
    )
    return texts.map(lambda text: re.sub("[\n\0\ud800-\udfff]", "?", text).encode())


def _records() -> st.SearchStrategy[list[NewRecord]]:
    made = st.builds(NewRecord, _printable(), _printable(), _bodies())
    return st.lists(made, max_size=6, unique_by=lambda record: record.id)


@pytest.mark.slow
@settings(max_examples=100)
@given(records=_records())
def test_a_store_is_copied_whatever_is_in_it(
    records: list[NewRecord], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any id, any body of one line: SQLite to lines to SQLite is the same, and so are the lines."""
    folder = tmp_path_factory.mktemp("copies")
    source, target = (open_store("memory:") for _ in range(2))
    source.append(records[:2])
    source.append(records[2:])
    written = copied(source, folder, target)
    assert list(target.read()) == list(source.read())
    assert b"".join(lines(target.read())) == written
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", written.decode())


def awkward() -> list[NewRecord]:
    """A record for each of the awkward bodies, and one whose id and kind no file would let in."""
    made = [NewRecord(f"event-{number}", "k", body.encode()) for number, body in enumerate(AWKWARD)]
    return [*made, NewRecord('"; DROP TABLE records --\\', "Ünïcødé 😀", b'{"id":"other"}')]


def test_awkward_bodies_go_through_both_kinds_of_file(tmp_path: Path) -> None:
    """SQLite to lines to SQLite, by the command line: the same bytes, and only where it must be a body."""
    before = recorded(tmp_path / "one.db", list(map(codec.to_record, STORY)), awkward())
    data = export(tmp_path / "one.db")
    (tmp_path / "export.jsonl").write_bytes(data)
    assert run("record", tmp_path / "export.jsonl", "--into", tmp_path / "other.db").exit_code == 0
    assert held(tmp_path / "other.db") == before
    assert export(tmp_path / "other.db") == data
    bodies = ["body" in json.loads(line) for line in data.splitlines()]
    assert bodies[: len(STORY)] == [False] * len(STORY)
    assert all(bodies[len(STORY) :])


def test_from_sqlite_to_postgresql_and_back(tmp_path: Path, postgresql_url: str) -> None:
    """Through a file each time: both exports are the same bytes, and all three have the same head."""
    migrate_store(postgresql_url)
    before = recorded(tmp_path / "one.db", list(map(codec.to_record, STORY)), awkward())
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_bytes(export(tmp_path / "one.db"))
    assert run("record", first, "--into", postgresql_url).exit_code == 0
    assert held(postgresql_url) == before
    second.write_bytes(export(postgresql_url))
    assert second.read_bytes() == first.read_bytes()
    assert run("record", second, "--into", tmp_path / "other.db").exit_code == 0
    assert held(tmp_path / "other.db") == before
    stores = (tmp_path / "one.db", postgresql_url, tmp_path / "other.db")
    assert len({run("verify", store).stdout for store in stores}) == 1


@settings(max_examples=20)
@given(records=_records())
def test_any_record_goes_to_postgresql_and_back(
    records: list[NewRecord], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any id and any body of one line: from memory to PostgreSQL and back, by the same lines."""
    folder, url = tmp_path_factory.mktemp("copies"), new_schema()
    migrate_store(url)
    source, back = (open_store("memory:") for _ in range(2))
    source.append(records)
    try:
        with open_store(url) as there:
            written = copied(source, folder, there)
            assert copied(there, folder, back) == written
            assert list(there.read()) == list(source.read()) == list(back.read())
            assert there.head() == source.head() == back.head()
    finally:
        drop(url)


def test_records_of_one_store_go_straight_into_another(corp: Path, tmp_path: Path) -> None:
    """Without a file in between, the same copy."""
    with open_store(corp, read_only=True) as source, open_store(tmp_path / "copy.db", create=True) as copy:
        assert copy.restore(list(source.read())).head == source.head()
        with pytest.raises(AppendRefused):
            open_store("memory:").restore(list(source.read(after=2)))
    assert held(tmp_path / "copy.db") == held(corp)
    assert export(tmp_path / "copy.db") == export(corp)


def test_what_a_line_shows_is_what_is_in_its_body(tmp_path: Path) -> None:
    """Where the body is given as text, the event beside it cannot say something else."""
    recorded(tmp_path / "one.db", [NewRecord("a", "k", b'{ "id": "a", "kind": "k", "note": "yes" }')])
    data = export(tmp_path / "one.db")
    assert json.loads(data)["note"] == "yes"
    assert json.loads(data)["body"] == '{ "id": "a", "kind": "k", "note": "yes" }'
    (tmp_path / "edited.jsonl").write_bytes(data.replace(b'"note": "yes"', b'"note": "no"', 1))
    result = run("record", tmp_path / "edited.jsonl", "--into", tmp_path / "new.db")
    assert 'what it shows is not what is in its "body"' in result.stderr


def test_lines_that_another_program_wrote_anew_still_fit(corp: Path, file: Path, tmp_path: Path) -> None:
    """Blanks, escapes and the order of keys are nobody's concern: the content counts."""
    anew = tmp_path / "anew.jsonl"
    plain = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    text = "\r\n".join(json.dumps(dict(sorted(line.items())), separators=(",", ":")) for line in plain)
    anew.write_text(text, encoding="utf-8", newline="")
    assert list(read_records([anew])) == held(corp)
