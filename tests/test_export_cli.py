"""``chronicle export``: what it is made of, where it is written, and what it refuses."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chronicle.cli import chronicle
from chronicle.cli.keeping.export import export as command
from chronicle.errors import InvalidValue, Problem
from chronicle.history import open_history
from chronicle.interop.exports import EXPORTS, exported

TWO_COMPANIES = """\
entities:
  - {id: acme, name: Acme, type: company}
  - {id: bolt, name: Bolt, type: company}
events:
  - {id: bought, kind: stake.acquired, date: 2014-03, holder: acme, target: bolt, share: 60%}
  - {id: merger, kind: deal.proposed, date: 2015, deal: merger, title: Merger, parties: [acme, bolt],
     effects: [{kind: stake.acquired, holder: acme, target: bolt, share: 40%}]}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of events."""
    folder = tmp_path / "events"
    folder.mkdir()
    (folder / "two.yaml").write_text(TWO_COMPANIES, encoding="utf-8")
    return folder


def run(source: Path, *arguments: str | Path) -> Result:
    """Run ``chronicle export``; anything but an orderly end fails the test."""
    typed = [str(argument) for argument in ("--from", source, "export", *arguments)]
    result = CliRunner().invoke(chronicle, typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_events_are_told_in_sentences(source: Path) -> None:
    """A calendar made on the command line says who did what."""
    assert "SUMMARY:Acme acquires a stake in Bolt" in run(source, "icalendar").stdout


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["jsonl"], '{"kind": "entity.declared"'),
        (["jsonl", "--as-of", "2014"], '{"as_of": "2014-12-31"'),
        (["jsonl", "--spans"], '{"view": "'),
        (["jsonl", "--as-of", "2014", "--events"], '{"kind": "entity.declared"'),
        (["csv", "--spans", "--view", "units"], "unit,owner,basis"),
        (["bods", "--as-of", "2014-12-31"], '[\n{"statementId"'),
    ],
)
def test_what_an_export_is_made_of_is_asked_for(source: Path, arguments: list[str], first: str) -> None:
    """A date asks for facts, where the format has them; the flags ask for events and spans."""
    assert run(source, *arguments).stdout.startswith(first)


def test_an_export_goes_by_what_is_assumed_and_known(source: Path) -> None:
    """A what-if can be drawn; before anything was known there is nothing to draw."""
    drawn = run(source, "mermaid", "--as-of", "2016", "--assume", "merger@2015-12-31").stdout
    assert '|"100%"|' in drawn
    assert (
        "-->" not in run(source, "mermaid", "--as-of", "2016", "--known", "2013").stdout.split("flowchart")[1]
    )


def test_a_file_is_written_whole_and_the_size_is_said_on_stderr(source: Path, tmp_path: Path) -> None:
    """Nothing is printed on stdout, and a file that was there is replaced."""
    output = tmp_path / "out.csv"
    output.write_text("old")
    result = run(source, "csv", "-o", output)
    assert result.exit_code == 0
    assert (result.stdout, result.stderr) == ("", f'wrote {output.stat().st_size:,} bytes to "{output}"\n')
    assert output.read_bytes() == run(source, "csv").stdout_bytes
    assert oct(output.stat().st_mode & 0o777) == oct(0o666 & ~_umask())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events", "out.csv"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_fails_in_the_middle_leaves_the_old_file(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader never sees half a file."""

    def broken(*_: Any) -> Any:
        yield b"half"
        raise InvalidValue(Problem("C741", "count is too large"))

    monkeypatch.setattr("chronicle.cli.keeping.export.exported", broken)
    output = tmp_path / "out.csv"
    output.write_text("old")
    result = run(source, "csv", "-o", output)
    assert (result.exit_code, result.stderr.split("\n")[0]) == (1, "error[C741]: count is too large")
    assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events", "out.csv"]


def test_a_device_is_written_to_and_not_replaced(source: Path) -> None:
    """``-o /dev/null`` leaves the device where it is."""
    assert run(source, "csv", "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_an_export_of_everything_opens_in_sqlite(source: Path, tmp_path: Path) -> None:
    """The file of the command is a database."""
    run(source, "sqlite", "-o", tmp_path / "out.sqlite")
    connection = sqlite3.connect(tmp_path / "out.sqlite")
    titles = [row[0] for row in connection.execute("SELECT title FROM events ORDER BY position")]
    connection.close()
    assert "Acme acquires a stake in Bolt" in titles


def test_an_export_never_takes_the_place_of_a_history(source: Path, tmp_path: Path) -> None:
    """Neither the source, nor a file that would become a part of it, nor any other store is overwritten."""
    store = tmp_path / "corp.db"
    CliRunner().invoke(chronicle, ["record", str(source), "--into", str(store)])
    before = store.read_bytes()
    for output in (store, source / "more.jsonl", source / "two.yaml"):
        result = run(source, "jsonl", "-o", output)
        assert (result.exit_code, "C742" in result.stderr) == (2, True)
    assert run(store, "sqlite", "-o", store).exit_code == 2
    assert run(source / "two.yaml", "jsonl", "-o", source / "two.yaml").exit_code == 2
    assert store.read_bytes() == before
    assert (source / "two.yaml").read_text(encoding="utf-8") == TWO_COMPANIES


def test_what_was_recorded_can_be_exported_and_recorded_again(source: Path, tmp_path: Path) -> None:
    """From store to lines to store: the same events in the same order."""
    stores = [tmp_path / "one.db", tmp_path / "other.db"]
    CliRunner().invoke(chronicle, ["record", str(source), "--into", str(stores[0])])
    run(stores[0], "jsonl", "-o", tmp_path / "all.jsonl")
    CliRunner().invoke(chronicle, ["record", str(tmp_path / "all.jsonl"), "--into", str(stores[1])])
    one, other = (open_history(store, read_only=True) for store in stores)
    with one, other:
        assert other.events == one.events
        assert len(other.events) == 4


def test_no_bytes_go_to_a_terminal(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database on a screen helps nobody: the help says how to write it to a file."""
    monkeypatch.setattr("chronicle.cli.keeping.export._on_terminal", lambda: True)
    result = run(source, "sqlite")
    assert result.exit_code == 2
    assert "error[C742]: sqlite is no text for a terminal" in result.stderr
    assert "-o history.sqlite" in result.stderr
    assert run(source, "csv").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["mermade"], 3, "error[C743]"),
        (["icalendar", "--spans"], 2, "error[C742]: icalendar is not made of spans"),
        (["scd2", "--as-of", "2014"], 2, "error[C742]: scd2 is not made of the facts of a day"),
        (["csv", "--view", "holding"], 3, "error[C606]"),
        (["csv", "--as-of", "soon"], 2, "error[C301]"),
        (["parquet", "--as-of", "2014", "--view", "roles"], 2, "error[C742]"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_a_code(
    source: Path, arguments: list[str], code: int, said: str
) -> None:
    """Each mistake has its exit code and its words, and nothing is written."""
    result = run(source, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_the_help_lists_every_format(source: Path) -> None:
    """Who asks for help sees all formats, and the Tab key completes them."""
    shown = run(source, "--help").stdout
    assert all(f"  {name} " in shown for name in EXPORTS)
    [argument] = [parameter for parameter in command.params if parameter.name == "format"]
    offered = argument.shell_complete(command.make_context("export", ["csv"], resilient_parsing=True), "ti")
    assert [item.value for item in offered] == ["timelinejs"]


def test_an_export_from_python_needs_no_command_line(source: Path) -> None:
    """``exported`` takes the material of a history and gives bytes."""
    from chronicle.interop.exports.material import material

    data = b"".join(exported("json", material(open_history(source), "2014-12-31")))
    assert json.loads(data)["views"]["holdings"][0]["key"]["holder"] == "acme"
    assert b"flowchart" in b"".join(exported("mermaid", material(open_history(source))))
