"""R5 and R6: a store that was cut off, and one of which a bit, a record or a table was changed.

What must not be: an answer other than before that neither reading nor verifying minds (``silent``), and an
error that is not one of ours (``crashed``). The small size takes a sample of the bits, the full one all.

What cannot be: to tell a log (``-wal``) that was cut off from one that was never written any further. That is
what a power loss leaves, and every append before the cut is whole. Records that were acknowledged and are
gone with such a cut are told by a seal, and by nothing in the file.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

import damage
import eventsourcing_peer
import forgery
from chronicle.cli import chronicle
from chronicle.errors import ChronicleError, Damaged, StoreError
from chronicle.interop.records import lines as exported
from chronicle.interop.records import read_records
from chronicle.interop.restoring import examine
from chronicle.stores import Head, Record, open_store, seals
from damage import Answer, Fate, tally

Note = Callable[..., None]
Size = Callable[[int, int], int]

NOTHING_SILENT = {"silent": 0, "crashed": 0}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the hundred, closed. Never opened again where it lies."""
    return damage.write(tmp_path_factory.mktemp("whole") / "corp.db")


@pytest.fixture(scope="module")
def before(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """What it answers."""
    return damage.answer_of(Path(shutil.copy(whole, tmp_path_factory.mktemp("answer"))))


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path))


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """What a command ends with, prints and complains of. Anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def sample(length: int, count: int, seed: int) -> list[int]:
    """Places in a file of ``length`` bytes, the same ones every time."""
    return sorted(random.Random(seed).sample(range(length), min(count, length)))


# R5: cut off


def fate_of_a_cut(path: Path, before: Answer) -> Fate:
    """What becomes of a reader of a store that was cut off: an outcome of ``damage.OUTCOMES``, or
    ``power_loss``: whole appends are there up to some point, and what is there is intact."""
    try:
        with open_store(path, read_only=True) as store:
            read: list[Record] = []
            try:
                read.extend(store.read())
                head = store.head()
            except StoreError as error:
                outcome = "found" if not store.verify().intact else "crashed"
                return Fate(outcome if read == before.records[: len(read)] else "silent", error.code)
            if not store.verify().intact:
                return Fate("found_by_verify")
            if read != before.records[: len(read)] or len(read) % damage.BATCH or head.position != len(read):
                return Fate("silent", f"{len(read)} records, {head}")
            return Fate("unchanged" if len(read) == damage.COUNT else "power_loss")
    except ChronicleError as error:
        return Fate("refused", error.code)
    except Exception as error:
        return Fate("crashed", repr(error))


def commands_agree(path: Path, fate: Fate) -> bool:
    """Whether ``verify`` and ``timeline`` end in order, and complain when the reader was refused."""
    verified, _, complaint = run("verify", path)
    told, _, trouble = run("--from", path, "timeline", "--json")
    if fate.outcome in ("unchanged", "power_loss"):
        return (verified, told, complaint, trouble) == (0, 0, "", "")
    refused = (told, trouble[:8]) == (4, "error[C5") or fate.outcome == "found_by_verify"
    return (verified, complaint[:8]) == (4, "error[C5") and refused


def test_a_store_cut_off_anywhere_is_refused_or_read_up_to_the_cut(
    whole: Path, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """Cut at every page and at random bytes, it is never read as if it were whole."""
    content = whole.read_bytes()
    pages = range(0, len(content), damage.page_size(content))
    cuts = sorted({*pages, *sample(len(content), size(100, 1_000), seed=5)})

    def fates() -> Iterator[tuple[str, Fate]]:
        for cut in cuts:
            path = tmp_path / f"cut-{cut}.db"
            path.write_bytes(content[:cut])
            fate = fate_of_a_cut(path, before)
            assert commands_agree(path, fate), (cut, fate)
            damage.remove(path)
            yield f"cut at {cut}", fate

    outcome = tally(fates())
    results(
        "R5",
        store="SQLite",
        done=f"{len(cuts):,} cuts: every page and random bytes",
        refused=outcome.outcomes["refused"],
        found=outcome.outcomes["found"] + outcome.outcomes["found_by_verify"],
        **NOTHING_SILENT,
    )
    assert outcome.bad == ()
    assert outcome.outcomes["refused"] + outcome.outcomes["found"] == len(cuts), outcome
    assert outcome.outcomes["found"] > 0


KILLED = """
import os, signal, sys
from pathlib import Path
import damage
from chronicle.stores import open_store
store = open_store(Path(sys.argv[1]), create=True, clock=damage.ticking())
damage.fill(store)
print(store.head().position, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


class Left(dict[str, bytes]):
    """The files that a killed process left, by the ending of their names."""

    def put(self, folder: Path, name: str, **other: bytes | None) -> Path:
        """Put them into ``folder``, some with another content, those that are None not at all."""
        for ending, content in (dict(self) | other).items():
            if content is not None:
                (folder / f"{name}.db{ending and '-' + ending}").write_bytes(content)
        return folder / f"{name}.db"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Left:
    """What a process leaves that recorded the hundred and was killed: nearly all of it in the log."""
    path = tmp_path_factory.mktemp("killed") / "corp.db"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, path],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{root / 'tests'}:{root / 'src'}"},
    )
    assert (done.returncode, done.stdout) == (-9, "100\n"), done.stderr
    return Left(
        {ending: Path(f"{path}{ending and '-' + ending}").read_bytes() for ending in ("", "wal", "shm")}
    )


WAL_HEADER, FRAME_HEADER = 32, 24


@pytest.mark.slow
def test_a_log_cut_off_anywhere_gives_whole_appends(
    left: Left, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """The log of a killed process, cut at every frame and at random bytes, with its index and without: every
    append that is wholly before the cut is there, none in part, and the store is intact."""
    log = left["wal"]
    frame = FRAME_HEADER + damage.page_size(left[""])
    cuts = sorted(
        {*range(WAL_HEADER, len(log), frame), *sample(len(log), size(100, 1_000), seed=6), len(log)}
    )
    positions: list[int] = []

    def fates() -> Iterator[tuple[str, Fate]]:
        for cut in cuts:
            for name, index in (("with", left["shm"]), ("without", None)):
                path = left.put(tmp_path, f"{name}-{cut}", wal=log[:cut], shm=index)
                fate = fate_of_a_cut(path, before)
                with open_store(path, read_only=True) as store:
                    positions.append(store.head().position)
                if not cut % 10:
                    assert commands_agree(path, fate), (cut, fate)
                damage.remove(path)
                yield f"log cut at {cut}", fate

    outcome = tally(fates())
    results(
        "R5",
        store="SQLite, log of a killed process",
        done=f"{2 * len(cuts):,} cuts: every frame and random bytes, with -shm and without",
        as_after_a_power_loss=outcome.outcomes["power_loss"],
        whole=outcome.outcomes["unchanged"],
        **NOTHING_SILENT,
    )
    assert outcome.bad == ()
    assert outcome.outcomes == {"power_loss": 2 * (len(cuts) - 1), "unchanged": 2}
    # What is there grows with what is left of the log, and every append is one of the steps.
    assert positions == sorted(positions)
    assert set(positions) == set(range(0, damage.COUNT + 1, damage.BATCH))


def test_a_bit_of_the_log_flipped_gives_whole_appends(
    left: Left, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """From a damaged frame on the log does not count. What is before it is there, by whole appends."""
    log = left["wal"]
    bits = sample(8 * len(log), size(150, 2_000), seed=7)

    def fates() -> Iterator[tuple[str, Fate]]:
        for bit in bits:
            flipped = bytearray(log)
            flipped[bit // 8] ^= 1 << bit % 8
            path = left.put(tmp_path, "flipped", wal=bytes(flipped))
            yield f"bit {bit}", fate_of_a_cut(path, before)
            damage.remove(path)

    outcome = tally(fates())
    figures = {"as_after_a_power_loss": outcome.outcomes["power_loss"], **NOTHING_SILENT}
    results("R6", store="SQLite, log of a killed process", done=f"{len(bits):,} bits", **figures)
    assert outcome.bad == ()
    assert set(outcome.outcomes) <= {"power_loss", "unchanged"}


def test_a_store_cut_off_beside_its_log_is_never_misread(
    left: Left, before: Answer, tmp_path: Path, size: Size
) -> None:
    """The log is whole and the file is cut: what the log does not have is missed, and nothing is made up."""
    content = left[""]
    page = damage.page_size(content)
    cuts = sorted({*range(0, len(content), page), *sample(len(content), size(40, 400), seed=8)})

    def fates() -> Iterator[tuple[str, Fate]]:
        for cut in cuts:
            path = left.put(tmp_path, f"cut-{cut}", **{"": content[:cut]})
            yield f"cut at {cut}", fate_of_a_cut(path, before)
            damage.remove(path)

    outcome = tally(fates())
    assert outcome.bad == ()
    assert sum(outcome.outcomes.values()) == len(cuts)
    assert outcome.outcomes["refused"] > 0


def test_an_old_copy_beside_a_newer_log_is_never_misread(before: Answer, tmp_path: Path) -> None:
    """Who restores an old copy and leaves the log of the newer store beside it has a mixture of both: SQLite
    cannot tell, and the chain can. Only the copy that the log was begun upon makes a store."""
    path = tmp_path / "corp.db"
    clock = damage.ticking()
    copies: list[bytes] = []
    records = damage.hundred()
    for start in range(0, damage.COUNT, damage.BATCH):
        with open_store(path, create=True, clock=clock) as store:
            store.append(records[start : start + damage.BATCH])
            log = Path(f"{path}-wal").read_bytes()
        copies.append(path.read_bytes())
    outcomes = []
    for number, content in enumerate(copies, 1):
        place = Left({"": content, "wal": log}).put(tmp_path, f"copy-{number}")
        outcomes.append(fate_of_a_cut(place, before).outcome)
    assert set(outcomes[:-2]) <= {"refused", "found", "found_by_verify"}, outcomes
    assert outcomes[-2:] == ["unchanged", "unchanged"]


def test_what_a_cut_took_away_is_told_by_a_seal(left: Left, before: Answer, tmp_path: Path) -> None:
    """A log without its last append makes an intact store. The seal of the whole one says what is gone."""
    seal = seals.seal(before.head, datetime(2026, 4, 1, tzinfo=UTC))
    path = left.put(tmp_path, "corp", wal=left["wal"][:-1])
    with open_store(path, read_only=True) as store:
        assert store.verify().intact
        assert store.head().position == damage.COUNT - damage.BATCH
        with pytest.raises(Damaged) as caught:
            seals.check(seal, store)
    assert caught.value.code == "C513"


@pytest.mark.parametrize("part", [0.3, 0.95])
def test_a_process_of_its_own_ends_in_order_on_a_torn_store(whole: Path, tmp_path: Path, part: float) -> None:
    """The command itself, as people run it: exit code 4, one complaint, no traceback."""
    path = tmp_path / "torn.db"
    content = whole.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    for arguments in (["verify", path], ["--from", path, "timeline"]):
        done = subprocess.run(
            [sys.executable, "-m", "chronicle", *arguments], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.startswith("error[C5")
        assert "Traceback" not in done.stderr


# R6: bits


@pytest.mark.slow
def test_no_flipped_bit_is_silent(
    whole: Path, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """Each bit by itself: it is refused, found by reading or by verify, or nothing is other than before."""
    content = whole.read_bytes()
    bits = damage.spread(content, size(1_500, 8 * len(content)))
    read = partial(damage.fate, before=before)
    outcome = damage.flipped_in_parts(content, bits, tmp_path, read, processes=size(1, 2))
    results("R6", store="SQLite", done=told(bits, content), **outcome.figures())
    assert outcome.bad == ()
    assert sum(outcome.outcomes.values()) == len(bits)
    assert outcome.outcomes["unchanged"] < len(bits) / 2


def told(bits: list[int], content: bytes) -> str:
    """How many bits were flipped, of how many."""
    return f"{len(bits):,} of {8 * len(content):,} bits"


@pytest.mark.slow
def test_the_peer_is_measured_the_same_way(tmp_path: Path, size: Size, results: Note) -> None:
    """The same events in a file of the peer, and the same sample of its bits: what its users are told."""
    path = eventsourcing_peer.write(tmp_path / "peer.db")
    content = path.read_bytes()
    bits = damage.spread(content, size(1_000, len(content)))
    read = partial(eventsourcing_peer.fate, before=eventsourcing_peer.answer_of(path))
    outcome = damage.flipped_in_parts(content, bits, tmp_path, read, processes=size(1, 2))
    facts = sum(count for reason, count in outcome.reasons.items() if reason.startswith("silent: facts"))
    unseen = sum(count for reason, count in outcome.reasons.items() if "not seen" in reason)
    results(
        "R6",
        store="SQLite",
        who="eventsourcing",
        done=told(bits, content),
        refused=outcome.outcomes["refused"],
        unchanged=outcome.outcomes["unchanged"],
        silent=outcome.outcomes["silent"],
        silent_in_the_facts=facts,
        silent_for_integrity_check_too=unseen,
    )
    # No judgement of the peer: only that it was measured, on a file that works.
    assert sum(outcome.outcomes.values()) == len(bits)
    assert outcome.outcomes["unchanged"] > 0
    assert outcome.outcomes["refused"] > 0


# R6: pages


def pages_damaged(content: bytes, earlier: bytes) -> Iterator[tuple[str, bytes]]:
    """What a disk does to a page: it is lost, written to the place of another, or never written at all."""
    size = damage.page_size(content)
    pages = [content[start : start + size] for start in range(0, len(content), size)]
    older = [earlier[start : start + size] for start in range(0, len(earlier), size)]

    def one(number: int, page: bytes) -> bytes:
        return b"".join([*pages[:number], page, *pages[number + 1 :]])

    for number, page in enumerate(pages):
        yield f"page {number + 1} lost", one(number, bytes(size))
        yield f"page {number + 1} torn", one(number, page[: size // 2] + bytes(size // 2))
        for other, wrong in enumerate(pages):
            if other != number:
                yield f"page {other + 1} in the place of page {number + 1}", one(number, wrong)
    for number, page in enumerate(older):
        if page != pages[number]:
            yield f"page {number + 1} as it was before the last append", one(number, page)


def test_no_page_lost_or_misplaced_is_silent(
    whole: Path, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """A page of nothing, half a page, a page in the place of another, and one whose last write never came."""
    path = tmp_path / "earlier.db"
    with open_store(path, create=True, clock=damage.ticking()) as store:
        records = damage.hundred()
        for start in range(0, damage.COUNT - damage.BATCH, damage.BATCH):
            store.append(records[start : start + damage.BATCH])
    earlier = path.read_bytes()

    def fates() -> Iterator[tuple[str, Fate]]:
        for number, (what, content) in enumerate(pages_damaged(whole.read_bytes(), earlier)):
            place = tmp_path / f"page-{number}.db"
            place.write_bytes(content)
            yield what, damage.fate(place, before)
            damage.remove(place)

    outcome = tally(fates())
    done = f"{sum(outcome.outcomes.values()):,} pages lost, torn, misplaced or not written"
    results("R6", store="SQLite, pages", done=done, **outcome.figures())
    assert outcome.bad == ()
    assert outcome.outcomes["unchanged"] <= len(earlier) // damage.page_size(earlier)


# R6: records


def places(count: int) -> Iterable[int]:
    """Where to forge: neither at the first record nor at the last, and at ``count`` places in between."""
    return range(1, damage.COUNT - 1, max(1, (damage.COUNT - 2) // count))


@pytest.mark.slow
def test_every_forgery_of_records_is_found(
    whole: Path, before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """Swapped, doubled, deleted, inserted, moved, edited with proofs made to fit: it is always found."""

    def fates() -> Iterator[tuple[str, Fate]]:
        for name, forge in forgery.FOUND.items():
            for at in places(size(6, 98)):
                path = Path(shutil.copy(whole, tmp_path / "forged.db"))
                forgery.put_in_file(path, forge(before.records, at))
                yield f"{name} at {at}", damage.fate(path, before)

    outcome = tally(fates())
    done = f"{len(forgery.FOUND)} forgeries of records, {sum(outcome.outcomes.values()):,} times"
    results("R6", store="SQLite, records", done=done, **outcome.figures())
    assert outcome.bad == ()
    assert outcome.outcomes["unchanged"] == 0


@pytest.mark.parametrize("name", forgery.ANOTHER_HISTORY)
def test_a_history_written_anew_is_told_by_a_seal(
    copy: Path, before: Answer, tmp_path: Path, name: str
) -> None:
    """Who can write everything can write another store, which is sound in itself. The seal of the old one
    says that this is another: that is what seals are for."""
    seal = tmp_path / "corp.seal"
    seal.write_text(seals.seal(before.head, datetime(2026, 4, 1, tzinfo=UTC)).text(), encoding="utf-8")
    assert run("verify", copy, "--seal", seal)[0] == 0
    forgery.put_in_file(copy, forgery.ANOTHER_HISTORY[name](before.records, 60))
    assert run("verify", copy)[0] == 0
    code, _, complaint = run("verify", copy, "--seal", seal)
    assert (code, complaint[:11]) == (4, "error[C513]")


# R6: records in PostgreSQL


@pytest.fixture
def server(postgresql_url: str) -> tuple[str, Answer]:
    """A store of the hundred on a server: its URL, and what it answers."""
    with open_store(postgresql_url, create=True, clock=damage.ticking()) as store:
        damage.fill(store)
        return postgresql_url, damage.ask(store, [record.id for record in damage.hundred()])


def test_a_server_holds_the_same_records(server: tuple[str, Answer], before: Answer) -> None:
    """The same events at the same times are the same records with the same head, whatever keeps them."""
    assert server[1] == before


def test_every_forgery_of_records_on_a_server_is_found(
    server: tuple[str, Answer], size: Size, results: Note
) -> None:
    """What the owner of a server can do to the records past every trigger is found as it is in a file."""
    url, before = server

    def fates() -> Iterator[tuple[str, Fate]]:
        for name, forge in forgery.FOUND.items():
            for at in places(size(2, 20)):
                forgery.put_in_postgresql(url, forge(before.records, at))
                yield f"{name} at {at}", damage.fate(url, before)

    outcome = tally(fates())
    done = f"{len(forgery.FOUND)} forgeries of records, {sum(outcome.outcomes.values()):,} times"
    results("R6", store="PostgreSQL, records", done=done, **outcome.figures())
    assert outcome.bad == ()
    assert outcome.outcomes["unchanged"] == 0
    forgery.put_in_postgresql(url, forgery.Forged(before.records, before.head))
    assert damage.fate(url, before) == Fate("unchanged")


@pytest.mark.parametrize("name", forgery.ANOTHER_HISTORY)
def test_a_history_written_anew_on_a_server_is_told_by_a_seal(server: tuple[str, Answer], name: str) -> None:
    """The owner of a server can write another history; a seal of the old one tells."""
    url, before = server
    seal = seals.seal(before.head, datetime(2026, 4, 1, tzinfo=UTC))
    forgery.put_in_postgresql(url, forgery.ANOTHER_HISTORY[name](before.records, 60))
    with open_store(url, read_only=True) as store:
        assert store.verify().problems == ()
        with pytest.raises(Damaged, match="C513"):
            seals.check(seal, store)


# R6: the tables


TABLES_CHANGED = {
    "a trigger is gone": "DROP TRIGGER records_are_never_changed",
    "all triggers are gone": "; ".join(
        f"DROP TRIGGER {name}"
        for name in (
            "records_are_never_changed",
            "records_are_never_deleted",
            "records_are_only_added",
            "head_only_moves_on",
            "head_is_never_deleted",
        )
    ),
    "a trigger does nothing": "DROP TRIGGER records_are_never_changed; "
    "CREATE TRIGGER records_are_never_changed BEFORE UPDATE ON records BEGIN SELECT 1; END",
    "a trigger does something else": "CREATE TRIGGER more AFTER INSERT ON records BEGIN "
    "UPDATE head SET position = position + 1; END",
    "triggers are gone, and the format is said to be older": "DROP TRIGGER records_are_never_changed; "
    "PRAGMA user_version = 1",
    "ids may repeat": "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET "
    "sql = replace(sql, 'TEXT NOT NULL UNIQUE', 'TEXT NOT NULL') WHERE name = 'records'; "
    "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_records_1'",
    "the name of a trigger is no text": "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET "
    "name = CAST(name AS BLOB) WHERE name = 'head_only_moves_on'",
    "the records are a view": "ALTER TABLE records RENAME TO kept; CREATE VIEW records AS SELECT * FROM kept",
}


@pytest.mark.parametrize("name", TABLES_CHANGED)
def test_verify_says_when_the_tables_are_not_as_they_were_made(copy: Path, before: Answer, name: str) -> None:
    """Triggers dropped or made idle, a table in another's place: the records are read, and verify objects."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript(TABLES_CHANGED[name])
    outcome, reason = damage.fate(copy, before)
    assert outcome in ("refused", "found", "found_by_verify"), reason
    with open_store(copy, read_only=True) as store:
        assert {problem.code for problem in store.verify().problems} == {"C510"}


def test_a_row_gone_from_the_index_of_ids_is_found(copy: Path, before: Answer) -> None:
    """Whoever looks up that id is told that it is not there. Only verify sees that the index is short."""
    content = bytearray(copy.read_bytes())
    page = damage.page_size(content)
    with closing(sqlite3.connect(copy)) as connection:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_records_1'"
        ((root,),) = connection.execute(query).fetchall()
    start = (root - 1) * page
    leaf = b"\x0a"
    assert content[start : start + 1] == leaf
    cells = int.from_bytes(content[start + 3 : start + 5], "big")
    content[start + 3 : start + 5] = (cells - 1).to_bytes(2, "big")
    copy.write_bytes(content)
    with open_store(copy, read_only=True) as store:
        assert list(store.read()) == before.records
        assert None in [store.get(record.id) for record in before.records]
        assert {problem.code for problem in store.verify().problems} == {"C510"}


def test_a_record_beyond_repair_is_named_by_the_command(copy: Path, before: Answer) -> None:
    """The command says which record, and what is wrong with it."""
    forgery.put_in_file(copy, forgery.FOUND["body edited, checksum fits"](before.records, 41))
    code, out, complaint = run("verify", copy)
    assert (code, out) == (4, "")
    assert complaint.startswith('error[C506]: record 42 ("')
    head = Head(damage.COUNT, before.head.chain)
    with open_store(copy, read_only=True) as store:
        assert store.head() == head


# R6: an export


def lines_damaged(lines: list[bytes], at: int) -> Iterator[tuple[str, list[bytes]]]:
    """What may be done to the line at an index, neither the first nor the last."""
    around = lines[:at], lines[at + 1 :]
    yield "dropped", [*around[0], *around[1]]
    yield "doubled", [*around[0], lines[at], lines[at], *around[1]]
    yield "swapped", [*around[0], lines[at + 1], lines[at], *lines[at + 2 :]]
    yield "edited", [*around[0], lines[at].replace(b'"kind": "', b'"kind": "x'), *around[1]]
    yield "all before it dropped", lines[at:]
    yield "cut in the middle", [*around[0], lines[at][: len(lines[at]) // 2]]
    number = int(json.loads(lines[at])["checksum"])
    yield "checksum edited", [*around[0], lines[at].replace(b"%d" % number, b"%d" % (number ^ 1)), *around[1]]


def fate_of_export(path: Path, before: Answer) -> Fate:
    """What becomes of somebody who takes in an export that was damaged."""
    try:
        examine([path], None)
        records = list(read_records([path]))
        with open_store("memory:") as store:
            store.restore(records)
    except ChronicleError as error:
        return Fate("refused", error.code)
    except Exception as error:
        return Fate("crashed", repr(error))
    return Fate("unchanged" if records == before.records else "silent", f"{len(records)} records")


@pytest.fixture
def export(before: Answer) -> list[bytes]:
    return list(exported(before.records))


PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "verify_chain.py"


def verified_elsewhere(path: Path) -> tuple[int, str]:
    """What the program that knows nothing of Chronicle says."""
    done = subprocess.run([sys.executable, "-I", PROGRAM, path], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@pytest.mark.slow
def test_no_damage_of_an_export_is_silent(
    export: list[bytes], before: Answer, tmp_path: Path, size: Size, results: Note
) -> None:
    """Lines edited, dropped, doubled, swapped, and bits: it is refused, or the records are what they were."""
    path = tmp_path / "export.jsonl"
    content = b"".join(export)
    bits = sample(8 * len(content), size(500, 5_000), seed=9)

    def fates() -> Iterator[tuple[str, Fate]]:
        for at in places(size(6, 98)):
            for what, lines in lines_damaged(export, at):
                path.write_bytes(b"".join(lines))
                fate = fate_of_export(path, before)
                assert fate.outcome == "refused", (what, at)
                if at == 1:
                    assert verified_elsewhere(path) == (1, ""), what
                yield f"line {at} {what}", fate
        for bit in bits:
            copy = bytearray(content)
            copy[bit // 8] ^= 1 << bit % 8
            path.write_bytes(copy)
            yield f"bit {bit}", fate_of_export(path, before)

    outcome = tally(fates())
    figures = {name: outcome.outcomes[name] for name in ("refused", "unchanged", "silent", "crashed")}
    done = f"{sum(outcome.outcomes.values()) - len(bits):,} edits of lines and {len(bits):,} bits"
    results("R6", store="export as JSON Lines", done=done, **figures)
    assert outcome.bad == ()


def test_an_export_cut_between_two_lines_is_told_by_a_seal(
    export: list[bytes], before: Answer, tmp_path: Path
) -> None:
    """The first ninety lines are an export of ninety records, and sound. A seal says that there were more."""
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(export))
    assert verified_elsewhere(path) == (0, f"{damage.COUNT} {before.head.chain}\n")
    path.write_bytes(b"".join(export[:90]))
    assert verified_elsewhere(path) == (0, f"90 {before.records[89].chain.hex()}\n")
    seal = seals.seal(before.head, datetime(2026, 4, 1, tzinfo=UTC))
    with open_store("memory:") as store:
        store.restore(list(read_records([path])))
        with pytest.raises(Damaged, match="C513"):
            seals.check(seal, store)
