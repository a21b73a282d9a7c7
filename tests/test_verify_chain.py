"""``tools/verify_chain.py``: what a stranger needs to verify a store or its export, and no line more."""

from __future__ import annotations

import ast
import os
import re
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import pytest

from chronicle.errors import ChronicleError
from chronicle.interop.records import lines, read_records
from chronicle.interop.restoring import examine
from chronicle.stores import NewRecord, open_store
from chronicle.stores.record import canonical_bytes

# The third has a body that is not canonical JSON, the fourth one that is no JSON at all.
FIVE = [
    NewRecord("acme", "entity.founded", b'{"id":"acme","kind":"entity.founded","name":"Acme"}'),
    NewRecord("bolt", "entity.founded", '{"id":"bolt","kind":"entity.founded","name":"博尔特 😀"}'.encode()),
    NewRecord("bought", "stake.acquired", b'{ "share": 1.0, "id": "bought", "id": "bought" }'),
    NewRecord("odd", "stake.acquired", b"no JSON \\ud83d \t \x7f"),
    NewRecord("sold", "stake.disposed", b'{"holds":{"b":[],"a":null},"id":"sold"}'),
]


@pytest.fixture
def program(root: Path) -> Path:
    return root / "tools" / "verify_chain.py"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of five records, in two appends, closed."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        store.append(FIVE[:2])
        store.append(FIVE[2:])
    return path


@pytest.fixture
def export(path: Path, tmp_path: Path) -> Path:
    """The export of that store."""
    file = tmp_path / "export.jsonl"
    with open_store(path, read_only=True) as store:
        file.write_bytes(b"".join(lines(store.read())))
    return file


def run(program: Path, path: Path) -> tuple[int, str]:
    """The exit code of the program and what it says, without anything of ours in reach."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(path)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert (done.stdout == "") == (done.returncode == 1)
    return done.returncode, done.stdout + done.stderr


def verified(path: Path) -> tuple[int, str]:
    """What ``store.verify`` finds, as the program says it: 0 and the head, or 1 and what is wrong."""
    with open_store(path, read_only=True) as store:
        result = store.verify()
    if result.intact:
        return 0, f"{result.head.position} {result.head.chain}\n"
    return 1, result.problems[0].message


def behind_our_back(path: Path, statement: str) -> None:
    """Change the file as someone would who knows SQLite: takes the triggers away, and puts them back."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, trigger in triggers:
        connection.execute(trigger)
    connection.close()


# What it is


def test_it_is_short_and_needs_nothing_of_ours(program: Path) -> None:
    """Whoever must trust it can read it: sixty lines, and the standard library only."""
    text = program.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(ast.parse(text, feature_version=(3, 11)))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not re.search(r"import_module|__import__|\bexec\(|\beval\(", text)


def test_the_page_on_the_format_leads_to_it(root: Path) -> None:
    """Who reads how the chain is made finds the program that follows it."""
    assert "../tools/verify_chain.py" in (root / "docs" / "format.md").read_text(encoding="utf-8")


# What is right


def test_the_line_on_the_page_is_that_of_an_export(root: Path, program: Path, tmp_path: Path) -> None:
    """The example of the page on the format is verified as it stands there."""
    page = (root / "docs" / "format.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'^    (\{"kind".*\})$', page, flags=re.MULTILINE)
    (tmp_path / "page.jsonl").write_text(f"{line}\n", encoding="utf-8")
    (record,) = read_records([tmp_path / "page.jsonl"])
    assert run(program, tmp_path / "page.jsonl") == (0, f"1 {record.chain.hex()}\n")


def test_store_and_export_have_the_same_head(path: Path, export: Path, program: Path) -> None:
    """Both forms prove the same, and so does ``store.verify``."""
    assert run(program, path) == run(program, export) == verified(path)


def test_what_is_empty_ends_before_the_first_record(tmp_path: Path, program: Path) -> None:
    """A store and an export in which nothing is."""
    open_store(tmp_path / "empty.db", create=True).close()
    (tmp_path / "empty.jsonl").touch()
    nothing = (0, f"0 {'0' * 64}\n")
    assert run(program, tmp_path / "empty.db") == run(program, tmp_path / "empty.jsonl") == nothing


def test_whole_lines_from_the_start_are_a_history(path: Path, export: Path, program: Path) -> None:
    """Cut at the end of a line, an export proves what it has; the head says how much that is."""
    export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:4]))
    with open_store(path, read_only=True) as store:
        fourth = list(store.read())[3]
    assert run(program, export) == (0, f"4 {fourth.chain.hex()}\n")


def test_a_store_in_use_is_verified_as_it_was_last_committed(path: Path, program: Path) -> None:
    """Beside a writer: what was appended counts, also while it lies in the log; half an append does not."""
    with open_store(path) as store:
        store.append([NewRecord("later", "k", b"{}")])
        head = store.head()
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO records VALUES (7, '', 'half', 'k', '{}', 0, zeroblob(32))")
        assert run(program, path) == (0, f"6 {head.chain}\n")
        writer.close()
        assert store.verify().intact


def test_a_store_is_only_read(path: Path, program: Path) -> None:
    """Not one byte of it changes, nor of the log that a writer left open."""
    with open_store(path) as store:
        store.append([NewRecord("later", "k", b"{}")])
        log = Path(f"{path}-wal")
        before = path.read_bytes(), path.stat().st_mtime_ns, log.read_bytes()
        assert run(program, path)[0] == 0
        assert (path.read_bytes(), path.stat().st_mtime_ns, log.read_bytes()) == before


def test_a_store_on_a_medium_that_nobody_can_write_to(
    path: Path, program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite's own two files are not needed there, and none is made."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda name, mode: mode != os.W_OK and may(name, mode))
    monkeypatch.setattr(sys, "argv", ["verify_chain.py", str(path)])
    runpy.run_path(str(program), run_name="__main__")["store"].close()
    assert capsys.readouterr().out == verified(path)[1]
    assert sorted(file.name for file in path.parent.iterdir()) == ["corp.db"]


# What is wrong


@pytest.mark.parametrize(
    ("statement", "found", "ours"),
    [
        ("UPDATE records SET body = '{}' WHERE position = 3", "record 3 was changed", "record 3 ("),
        ("UPDATE records SET kind = 'k' WHERE position = 1", "record 1 was changed", "record 1 ("),
        ("UPDATE records SET id = 'a' || char(10) WHERE position = 1", "record 1 was changed", "record 1 ("),
        (
            "UPDATE records SET id = CAST(x'ff' AS TEXT) WHERE id = 'odd'",
            "record 4 was changed",
            "record 4 (",
        ),
        ("UPDATE records SET recorded_at = '' WHERE position = 2", "record 2 was changed", "record 2 ("),
        ("UPDATE records SET checksum = 7 WHERE position = 5", "record 5 was changed", "record 5 ("),
        ("UPDATE records SET position = 0 WHERE position = 4", "record 0 was changed", "record 0 ("),
        ("UPDATE records SET position = 9 WHERE position = 4", "record 4 is missing", "record 4 is missing"),
        ("DELETE FROM records WHERE position = 2", "record 2 is missing", "record 2 is missing"),
        ("DELETE FROM records WHERE position < 3", "record 1 is missing", "records 1 to 2 are missing"),
        (
            "DELETE FROM records WHERE position = 5",
            "the store was not left at record 4",
            "record 5 is missing",
        ),
        (
            "UPDATE records SET chain = zeroblob(32) WHERE position = 2",
            "record 2 does not follow from record 1",
            'record 2 ("bolt") does not follow from record 1',
        ),
        (
            "UPDATE head SET position = 4, chain = (SELECT chain FROM records WHERE position = 4)",
            "the store was not left at record 5",
            "record 5 was added behind the end",
        ),
        ("UPDATE head SET chain = zeroblob(32)", "the store was not left at record 5", "record 5 does not"),
        ("DELETE FROM head", "the store was not left at record 5", "file of store"),
    ],
)
def test_it_finds_in_a_store_what_verify_finds(
    path: Path, program: Path, statement: str, found: str, ours: str
) -> None:
    """The first record that is wrong, and what is wrong with it."""
    behind_our_back(path, statement)
    assert run(program, path) == (1, f"{found}\n")
    code, message = verified(path)
    assert (code, message[: len(ours)]) == (1, ours)


def test_what_was_made_to_fit_does_not_follow(path: Path, program: Path) -> None:
    """A record that was written anew, with a checksum for it, is betrayed by the chain."""
    with open_store(path, read_only=True) as store:
        second = list(store.read())[1]
    checksum = crc32(canonical_bytes(*second[:4], b"{}"))
    behind_our_back(path, f"UPDATE records SET body = '{{}}', checksum = {checksum} WHERE position = 2")
    assert run(program, path) == (1, "record 2 does not follow from record 1\n")
    assert verified(path)[1].startswith('record 2 ("bolt") does not follow from record 1')


def test_a_torn_file_is_said_to_be_torn(path: Path, program: Path) -> None:
    """Half a file, or noise behind a right beginning: one line, and never a trace of the program."""
    whole = path.read_bytes()
    for size in (100, 4096, 5000, len(whole) // 2):
        path.write_bytes(whole[:size])
        code, said = run(program, path)
        assert (code, said.count("\n")) == (1, 1)
        assert "cannot be read" in said
    (path.parent / "notes.txt").write_text("no store")
    assert run(program, path.parent / "notes.txt")[1].startswith("record 1 cannot be read: ")
    assert run(program, path.parent / "none.db")[1].startswith("record 1 cannot be read: ")


Edit = Callable[[list[bytes]], list[bytes]]


def replaced(number: int, old: bytes, new: bytes) -> Edit:
    """Change something in a line."""

    def edit(whole: list[bytes]) -> list[bytes]:
        assert old in whole[number - 1]
        return [*whole[: number - 1], whole[number - 1].replace(old, new, 1), *whole[number:]]

    return edit


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (replaced(1, b"Acme", b"Ecma"), "record 1 was changed"),
        (replaced(3, b"{ ", b"{"), "record 3 was changed"),
        (replaced(4, b'"odd"', b'"even"'), "record 4 was changed"),
        (replaced(2, b'"position": 2', b'"position": 3'), "record 3 was changed"),
        (replaced(2, b'"checksum": ', b'"checksum": 1'), "record 2 was changed"),
        (replaced(2, b'"position": 2', b'"position": "2"'), "record 2 cannot be read: "),
        (replaced(2, b'"recorded_at"', b'"recorded"'), "record 2 cannot be read: 'recorded_at'"),
        (replaced(2, b'"chain": "', b'"chain": "x'), "record 2 cannot be read: non-hexadecimal"),
        (replaced(5, b'"chain": "', b'"chain": "00'), "record 5 does not follow from record 4"),
        (replaced(1, b'"name"', b'"name": "Other", "name"'), "record 1 has a key twice"),
        (replaced(1, b'"Acme"', b'"\\ud83d"'), "record 1 cannot be read: "),
        (lambda whole: [whole[0], *whole[2:]], "record 2 is missing"),
        (lambda whole: whole[1:], "record 1 is missing"),
        (lambda whole: [*whole[:2], *whole[1:]], "record 2 does not follow from record 2"),
        (lambda whole: [*whole[:2], b"[]\n", *whole[2:]], "record 3 cannot be read: "),
        (lambda whole: [*whole[:4], whole[4][:-20]], "record 5 cannot be read: Unterminated string"),
        (lambda whole: [*whole[:4], b"\xff\n"], "record 5 cannot be read: "),
        (lambda whole: [*whole[:4], b"[" * 100_000], "record 5 cannot be read: "),
    ],
)
def test_it_finds_in_an_export_what_chronicle_refuses(
    export: Path, program: Path, edit: Edit, found: str
) -> None:
    """The first line that is wrong, and what is wrong with it; Chronicle takes in no such file either."""
    export.write_bytes(b"".join(edit(export.read_bytes().splitlines(keepends=True))))
    code, said = run(program, export)
    assert (code, said[: len(found)], said.count("\n")) == (1, found, 1)
    with pytest.raises(ChronicleError):
        examine([export], None)


@pytest.mark.slow
def test_no_flipped_bit_of_an_export_goes_unseen(
    export: Path, program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bit of every byte: it is found, or nothing that the store had is other than it was."""
    whole, records = export.read_bytes(), list(read_records([export]))
    monkeypatch.setattr(sys, "argv", ["verify_chain.py", str(export)])
    head, unseen = f"5 {records[-1].chain.hex()}\n", 0
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        export.write_bytes(flipped)
        with suppress(SystemExit):
            runpy.run_path(str(program), run_name="__main__")
        if said := capsys.readouterr().out:
            assert said == head
            unseen += 1
            with suppress(ChronicleError):
                assert list(read_records([export])) == records
    assert unseen < len(whole) / 4
