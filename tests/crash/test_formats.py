"""R9: a store that any released version wrote opens, says the same, and has the same head.

``tests/data/stores/`` has the stores, each written when its version was new and never again: ``NAME.db`` is
the store, ``NAME.jsonl`` its export, ``NAME.head`` its position and chain hash, ``NAME.timeline.txt`` what
``chronicle timeline`` said of it. They hold the events of ``history.jsonl``, or those of ``history-2.jsonl``
since events can have ``ends``, ``apart`` and ``lot``, recorded in three appends on three days. ``format-1``
is older than every release, and than exports of stores.

    CHRONICLE_WRITE_STORE=0.2.0 pytest tests/crash/test_formats.py

writes those of the version at hand; it does so once for a release, and refuses when they are there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from chronicle import codec
from chronicle.cli import chronicle
from chronicle.events import Event
from chronicle.history import open_history
from chronicle.interop.records import lines
from chronicle.stores import NewRecord, migrate_store, open_store

STORES = Path(__file__).resolve().parent.parent / "data" / "stores"
OPENED = sorted(path.stem for path in STORES.glob("*.db"))
EXPORTED = [name for name in OPENED if (STORES / f"{name}.jsonl").exists()]

Note = Callable[..., None]


# The versions that knew nothing of what ends what, of tellers and of lots.
BEFORE_THE_LAWS = ("format-1", "0.1.0")


def events(name: str) -> list[Event]:
    """What the store of a version holds."""
    history = "history.jsonl" if name in BEFORE_THE_LAWS else "history-2.jsonl"
    text = (STORES / history).read_text(encoding="utf-8")
    return [codec.decode(json.loads(line)) for line in text.splitlines()]


def days(name: str) -> Iterator[datetime]:
    """A clock that says on which day each of the three appends was made."""
    first = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    day = first if name in BEFORE_THE_LAWS else first.replace(month=12)
    while True:
        yield day
        day += timedelta(days=1, microseconds=1)


def write(path: Path, name: str) -> None:
    """The store of a version as this one writes it. The same version always writes the same records."""
    records = [codec.to_record(event) for event in events(name)]
    clock = days(name)
    with open_store(path, create=True, clock=lambda: next(clock)) as store:
        for start, stop in ((0, 14), (14, 30), (30, len(records))):
            store.append(records[start:stop])


def head_of(path: Path) -> str:
    """Position and chain hash of a store, as they stand in ``NAME.head``."""
    with open_store(path, read_only=True) as store:
        position, chain = store.head()
    return f"{position} {chain}\n"


def timeline_of(path: Path) -> str:
    """What the command line tells of a store."""
    result = CliRunner(env={"COLUMNS": "100"}).invoke(chronicle, ["--from", str(path), "timeline"])
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def expected(name: str, ending: str) -> str:
    return (STORES / f"{name}{ending}").read_text(encoding="utf-8")


@pytest.fixture(params=OPENED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def copy(name: str, tmp_path: Path) -> Path:
    """The store of a version, where it may be opened without harm."""
    return Path(shutil.copy(STORES / f"{name}.db", tmp_path))


@pytest.mark.skipif("CHRONICLE_WRITE_STORE" not in os.environ, reason="writes the files of a new version")
def test_the_store_of_a_new_version_is_written() -> None:
    """Once for every release: what is there is never written again."""
    stem = os.environ["CHRONICLE_WRITE_STORE"]
    path = STORES / f"{stem}.db"
    assert not path.exists()
    write(path, stem)
    (STORES / f"{stem}.head").write_text(head_of(path), encoding="utf-8")
    (STORES / f"{stem}.timeline.txt").write_text(timeline_of(path), encoding="utf-8")
    with open_store(path, read_only=True) as store:
        (STORES / f"{stem}.jsonl").write_bytes(b"".join(lines(store.read())))
    assert expected(stem, ".head").startswith(f"{len(events(stem))} ")


def test_a_store_of_every_version_opens_with_its_head(name: str, copy: Path, results: Note) -> None:
    """Its head is the one that was noted when it was written, every record is proven, and no byte moves."""
    before = copy.read_bytes()
    assert head_of(copy) == expected(name, ".head")
    with open_store(copy, read_only=True) as store:
        assert store.verify().problems == ()
    assert copy.read_bytes() == before
    results("R9", store=f"SQLite, written by {name}", done="opened and proven", other_head=0, changed_bytes=0)


def test_a_store_of_every_version_holds_the_same_events(name: str, copy: Path) -> None:
    """Every record is read back as the event that was recorded, in its order, and found by its id."""
    recorded = events(name)
    with open_store(copy, read_only=True) as store:
        records = list(store.read())
        assert [codec.from_record(record) for record in records] == recorded
        assert [store.get(event.id) for event in recorded] == records


def test_a_store_of_every_version_tells_the_same_story(name: str, copy: Path) -> None:
    """The timeline is, word for word, the one that is written down beside the store."""
    assert timeline_of(copy) == expected(name, ".timeline.txt")


@pytest.mark.parametrize("name", EXPORTED)
def test_an_export_of_every_version_makes_the_same_store(name: str, tmp_path: Path) -> None:
    """Recorded into a new store it has the same head, and is exported again to the same bytes."""
    export = STORES / f"{name}.jsonl"
    path = tmp_path / "again.db"
    result = CliRunner().invoke(chronicle, ["record", str(export), "--into", str(path)])
    assert result.exit_code == 0, result.stderr
    assert head_of(path) == expected(name, ".head")
    with open_store(path, read_only=True) as store:
        assert b"".join(lines(store.read())) == export.read_bytes()


def test_anyone_can_verify_a_store_of_every_version(name: str, copy: Path, root: Path) -> None:
    """The program that knows nothing of Chronicle finds the same head, in the store and in its export."""
    export = STORES / f"{name}.jsonl"
    for file in (copy, export) if export.exists() else (copy,):
        program = [sys.executable, "-I", root / "tools" / "verify_chain.py", file]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (expected(name, ".head"), "")


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_written_today_is_what_was_written_then(name: str, tmp_path: Path) -> None:
    """The same events at the same times have the same chain as in the store of any version."""
    write(tmp_path / "today.db", name)
    assert head_of(tmp_path / "today.db") == expected(name, ".head")


def test_only_a_store_from_before_the_laws_is_searched_for_what_they_changed(name: str, copy: Path) -> None:
    """The events of both have the answers that they had; what the laws brought in is no change."""
    codes = {problem.code for problem in open_history(copy, read_only=True).check()}
    assert "C421" not in codes
    assert ("C419" in codes) == (name not in BEFORE_THE_LAWS)


def test_a_store_of_every_version_can_be_brought_up_to_date(name: str, copy: Path) -> None:
    """Its records stay as they are, byte for byte, and the next one follows upon the old head."""
    with open_store(copy, read_only=True) as store:
        records = list(store.read())
    version = migrate_store(copy).after
    assert migrate_store(copy) == (version, version)
    assert head_of(copy) == expected(name, ".head")
    with open_store(copy) as store:
        assert list(store.read()) == records
        done = store.append([NewRecord("one-more", "k", b"{}")], expected=len(events(name)))
        assert done.head.position == len(events(name)) + 1
        assert store.verify().intact
