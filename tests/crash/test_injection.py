"""R12: whatever a text says, it is data: nothing runs it, nothing obeys it, and no password is shown.

A history of hostile texts (``hostile.py``) is recorded, and every command is run on it. Then come hostile
names of stores and files, addresses of stores, files that try to fill the memory, and passwords in every
place where somebody may type one.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import icalendar
import pytest
from click.testing import CliRunner, Result

import hostile
from chronicle import codec
from chronicle.cli import COMMANDS, chronicle
from chronicle.errors import ChronicleError, InvalidValue, Problem, without_passwords
from chronicle.history import History, open_history
from chronicle.interop.exports import EXPORTS
from chronicle.render.pages.as_of import AsOf
from chronicle.render.picture import svg
from chronicle.render.terms import Terms
from chronicle.stores import NewRecord, open_store
from effort import Beginning
from patience import within
from postgresql_server import connected

FORMS = ((), ("--json",), ("--csv",), ("--plain",))
SECRET = "s3cret"


def run(*arguments: str | Path, **settings: Any) -> Result:
    """Run ``chronicle``; anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(argument) for argument in arguments], **settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def obeyed(text: str, allowed: str = "\n") -> set[str]:
    """The characters of a text that a terminal obeys or that show it in another way than it is."""
    return {each for each in _JOINED.sub("", text) if not each.isprintable()} - set(allowed)


# Persian, the scripts of India and families of emoji need the joiners, and no terminal obeys them.
_JOINED = re.compile("[\u200c\u200d]")
# A cell of CSV has a text as it was stated: tabs and what an event may have in its texts included.
_CELLS = "\n\r\t\ufeff\u061c\u200e\u200f"


# Files of others and lines of JSON keep what is merely not seen, such as a blank of no width.
_UNSEEN = {"Zs", "Co", "Cf", "Cn"}
_DIRECTION = {*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff"}


def dangerous(text: str, allowed: str = "\n") -> set[str]:
    """Those of them that do something: controls, ends of lines, marks of direction, half characters."""
    found = obeyed(text, allowed)
    return {each for each in found if unicodedata.category(each) not in _UNSEEN or each in _DIRECTION}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the hostile history, alone in its folder; nobody writes to it."""
    folder = tmp_path_factory.mktemp("hostile")
    file = tmp_path_factory.mktemp("files") / "hostile.jsonl"
    file.write_text(hostile.json_lines(), encoding="utf-8")
    store = folder / "corp.db"
    result = run("record", file, "--into", store)
    assert (result.exit_code, result.stdout) == (0, "")
    return store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, so that whatever a text makes somewhere is seen."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# The hostile history


def test_the_hostile_history_has_all_there_is() -> None:
    """Every kind of text in some field, and about forty events."""
    events = hostile.history()
    assert len(events) >= 40
    said = {text for event in events for text in _texts_of(event)}
    assert [text for text in (*hostile.TEXTS, *hostile.LINES) if text not in said] == []


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of(item)


def test_hostile_texts_come_back_as_they_were_written(recorded: Path, results: Callable[..., None]) -> None:
    """What is data stays data, to the last character."""
    written = {event["id"]: codec.decode(event) for event in hostile.history()}
    found = open_history(recorded).events
    changed = [event.id for event in found if event != written[event.id]]
    assert changed == []
    assert len(found) == len(written)
    results("R12", store="SQLite", done=f"{len(written)} events of hostile texts", changed=len(changed))
    with open_store(recorded, read_only=True) as store:
        assert store.verify().intact


def test_hostile_texts_leave_the_tables_of_the_store_alone(recorded: Path, tmp_path: Path) -> None:
    """The file has the tables that an empty store has, and the records."""
    with open_store(tmp_path / "empty.db", create=True):
        pass
    assert _schema(recorded) == _schema(tmp_path / "empty.db")
    with closing(sqlite3.connect(recorded)) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (len(hostile.history()),)


def _schema(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def test_names_come_back_equal_in_json(recorded: Path) -> None:
    """A name on the screen may have stand-ins; in JSON it is the name."""
    names = {
        event["entity"]: event["name"] for event in hostile.history() if event["kind"] == "entity.declared"
    }
    names |= {
        event["entity"]: event["name"] for event in hostile.history() if event["kind"] == "entity.renamed"
    }
    found = json.loads(run("--from", recorded, "as-of", "2013", "--json").stdout)
    shown = {each["entity"]: each["name"] for each in found["entities"]}
    assert {entity: shown[entity] for entity in names} == names
    lines = run("--from", recorded, "export", "jsonl", "--events").stdout.splitlines()
    written = {event["id"]: event for event in hostile.history()}
    for line in map(json.loads, lines):
        assert codec.decode(_event_of(line)) == codec.decode(written[line["id"]])


def _event_of(line: dict[str, Any]) -> dict[str, Any]:
    proofs = ("position", "recorded_at", "checksum", "chain", "body")
    return {name: value for name, value in line.items() if name not in proofs}


ENTITY, UNIT, EVENT = "e1", "e7", "event-9"

QUESTIONS = (
    ("timeline",),
    ("timeline", ENTITY),
    ("timeline", "--kind", "entity.declared"),
    ("as-of", "2015-06"),
    ("as-of", "2016", ENTITY),
    ("why", ENTITY, "e2", "--as-of", "2016"),
    ("why", ENTITY, "--as-of", "2016"),
    ("why", "d1", "--as-of", "2016"),
    ("why", UNIT, "--as-of", "2016"),
    ("lineage", ENTITY),
    ("search",),
    ("search", "e"),
    ("show", ENTITY),
    ("show", EVENT),
    ("show", "d1"),
    ("show", "e", "--as", "source"),
    ("owners", "e2", "--as-of", "2016"),
    ("owners", ENTITY, "--owned", "--as-of", "2016"),
    ("group", ENTITY, "--as-of", "2016"),
    ("loops", "--as-of", "2016"),
    ("diff", "2013", "2020"),
    ("diff", "2016", "--known-from", "2014-01-15", "--known-to", "2020"),
    ("diff", "2018", "--assume", "d3@2017-12-31"),
    ("conflicts",),
    ("check",),
)
"""The commands that answer in four forms."""

SAID = ("--reason", "'; touch executed; \u200f", "--source", "publisher=$(touch executed); title=<script>")

ADDED = (
    "--kind",
    "role.appointed",
    "--date",
    "2014",
    "--set",
    f"person={ENTITY}",
    "--set",
    f"entity={ENTITY}",
)
"""An event that lacks its role."""

OTHERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "record": (
        ("record", "{file}", "--into", "{store}"),
        ("record", "{file}", "--into", "{new}", "--dry-run"),
    ),
    "import": (("import", "jsonl", "{file}", "--into", "{store}", "--dry-run"),),
    "export": tuple(("export", name, "-o", "{out}") for name in (*EXPORTS, "html")),
    "report": (("report", "-o", "{out}"), ("report", ENTITY, "--depth", "2", "-o", "{out}")),
    "correct": (
        ("correct", EVENT, "--set", "note=$(touch executed)", *SAID, "--into", "{store}", "--dry-run"),
    ),
    "retract": (("retract", EVENT, *SAID, "--into", "{store}", "--dry-run"),),
    "init": (("init", "{file}"), ("init", "--schema", "{file}")),
    "add": (
        ("add", "--no-input", *ADDED, *SAID[2:], "--into", "{store}", "--dry-run"),
        ("add", "--no-input", *ADDED, "--set", "role=\x1b[2J", "--into", "{store}", "--dry-run"),
        ("add", "--no-input", *ADDED, "--into", "{store}"),
    ),
    # It does not end. tests/test_serve.py asks it for everything of the same history.
    "serve": (),
    "verify": (("verify", "{store}"), ("verify", "{store}", "--json")),
    "ledger": (("ledger", "{store}"), ("ledger", "{store}", "--json"), ("ledger", "{store}", "--drop")),
    "replay": (("replay", "{store}", "--into", "{out}"), ("replay", "{file}", "--into", "{out}", "--json")),
    "seal": (("seal", "{store}"), ("seal", "{store}", "--json")),
    "backup": (("backup", "{store}", "{out}"),),
    "tail": (("tail", "-n", "99"), ("tail", "-n", "99", "--json"), ("tail", "-n", "99", "--plain")),
    "migrate": (("migrate", "{store}"),),
    "schema": (("schema",),),
    "kinds": (("kinds",), ("kinds", "--json")),
    "explain": (
        ("explain", "C204"),
        ("explain", "stake.acquired"),
        ("explain", "$(touch executed)"),
        ("explain", "\x1b[2J"),
    ),
    "bench": (("bench", "--help"),),
}
"""What the other commands are asked to do, by name."""


def test_every_command_is_asked_about_the_hostile_history() -> None:
    """A command that is new needs a line above."""
    assert COMMANDS.keys() == {question[0] for question in QUESTIONS} | OTHERS.keys()


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_no_answer_has_what_a_terminal_obeys(question: tuple[str, ...], recorded: Path, here: Path) -> None:
    """In every form, on stdout and on stderr; and nothing that a text asks for is done."""
    for form in FORMS:
        # A cell of CSV and a line of plain text have their own separators.
        allowed = "\n\t" if form == ("--plain",) else "\n"
        unsafe = obeyed
        if form == ("--csv",):
            allowed, unsafe = _CELLS, dangerous
        for more in ((), ("--color", "always")):
            result = run("--from", recorded, *question, *form, *more)
            assert result.exit_code in (0, 1)
            assert len(result.stdout) > 10
            colors = re.compile(r"\x1b\[[0-9;]*m") if more else re.compile(r"(?!)")
            assert unsafe(colors.sub("", result.stdout), allowed) == set(), form
            assert obeyed(colors.sub("", result.stderr)) == set()
    assert everything_in(here) == []


@pytest.mark.parametrize("command", OTHERS)
def test_no_other_command_prints_what_a_terminal_obeys(command: str, recorded: Path, here: Path) -> None:
    """The same for those that have no forms; what they write is what they were asked to write."""
    file = recorded.parent.parent / "again.jsonl"
    file.write_text(hostile.json_lines(), encoding="utf-8")
    with open_store(recorded, read_only=True) as store:
        before = store.head()
    for number, line in enumerate(OTHERS[command]):
        out = here / f"out-{number}"
        names = {
            "{file}": str(file),
            "{store}": str(recorded),
            "{new}": str(here / "new.db"),
            "{out}": str(out),
        }
        result = run("--from", recorded, *(names.get(word, word) for word in line))
        assert result.exit_code in (0, 1, 3), result.output
        assert dangerous(result.stdout, "\n\t" if "--plain" in line else "\n") == set(), line
        assert obeyed(result.stderr) == set(), line
        written = {Path(name).parts[0] for name in everything_in(here)}
        assert written == ({out.name} if "{out}" in line else set())
        if out.is_dir():
            shutil.rmtree(out)
        out.unlink(missing_ok=True)
    with open_store(recorded, read_only=True) as store:
        assert store.head() == before


def test_a_picture_has_no_more_than_it_shows(recorded: Path, here: Path) -> None:
    """A name in it is a text: no element, no attribute and no style comes of it, and no sign turns others."""
    result = run("--from", recorded, "report", "--svg", here / "pictures")
    assert result.exit_code == 0
    shapes, texts = {"path", "rect", "circle", "g", "defs", "marker"}, {"title", "desc", "text", "tspan"}
    for name in ("structure.svg", "timeline.svg"):
        page = (here / "pictures" / name).read_text(encoding="utf-8")
        root = ElementTree.fromstring(page)
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"svg", "style"} | shapes | texts
        words = {word for each in root.iter() for word in each.attrib}
        assert [word for word in words if word.startswith("on") or word in ("style", "href")] == []
        assert obeyed(page, "\n") == set()
    assert sorted(everything_in(here)) == ["pictures", "pictures/structure.svg", "pictures/timeline.svg"]


@pytest.mark.parametrize("texts", [hostile.REFUSED], ids=["all"])
def test_what_cannot_be_read_is_refused_wherever_it_stands(texts: tuple[str, ...], here: Path) -> None:
    """Control characters, marks of direction and half characters, in every field that takes a text."""
    store = here / "corp.db"
    event = {"kind": "stake.acquired", "date": "2014", "holder": "a", "target": "b", "share": "60%"}
    sources: dict[str, dict[str, Any]] = {
        name: {"publisher": "P", name: "{}"} for name in ("title", "quote", "page")
    }
    shapes: list[dict[str, Any]] = [
        {**event, "note": "{}"},
        *({**event, "sources": [source]} for source in sources.values()),
        {**event, "sources": [{"url": "https://localhost/{}"}]},
        {**event, "id": "{}"},
        {**event, "{}": "x"},
        {**event, "kind": "{}"},
        {**event, "date": "{}"},
        {**event, "share": "{}"},
        {"kind": "entity.renamed", "date": "2014", "entity": "a", "name": "{}"},
        {"kind": "record.corrected", "date": "2014", "target": "x", "reason": "y", "set": {"note": "{}"}},
    ]
    for text in texts:
        lines = (json.dumps(shape).replace("{}", json.dumps(f"x{text}x")[1:-1]) for shape in shapes)
        file = here / "input.jsonl"
        for line in lines:
            # Line ends of old systems are line ends to a note.
            file.write_text(line, encoding="utf-8")
            result = run("record", file, "--into", store)
            assert result.exit_code == 1, (text, line)
            assert re.search(r"error\[C\d{3}\]", result.stderr)
            assert obeyed(result.output) == set(), line
            assert not store.exists()


def test_a_body_that_others_wrote_is_read_with_the_same_care(here: Path) -> None:
    """Who writes into the file of a store past Chronicle gets no further with a terminal."""
    for number, text in enumerate(hostile.REFUSED):
        place = here / f"{number}.db"
        body = json.dumps({"id": "x", "kind": "entity.founded", "date": text, "name": text}).encode()
        with open_store(place, create=True) as store:
            store.append([NewRecord("x", "entity.founded", body)])
        for command in (("timeline",), ("check", "--json"), ("tail",), ("tail", "--json")):
            result = run("--from", place, *command)
            assert obeyed(result.output) == set(), (command, text)
        assert run("verify", place).exit_code == 0


def test_hostile_texts_in_postgresql_are_data_too(recorded: Path, here: Path, postgresql_url: str) -> None:
    """The same answers, the same head of chain, and no table that an empty store has not."""
    file = here.parent / "again.jsonl"
    file.write_text(hostile.json_lines(), encoding="utf-8")
    before = _tables(postgresql_url)
    assert run("migrate", postgresql_url).exit_code == 0
    empty = _tables(postgresql_url)
    assert len(empty) > len(before)
    for _ in range(2):
        assert run("record", file, "--into", postgresql_url).exit_code == 0
    assert run("verify", postgresql_url).exit_code == 0
    assert _tables(postgresql_url) == empty
    for question in (("timeline", "--json"), ("as-of", "2016", "--json"), ("tail", "-n", "99", "--plain")):
        answers = [run("--from", place, *question).stdout for place in (recorded, postgresql_url)]
        assert without_times(answers[0]) == without_times(answers[1])
        assert dangerous(answers[1], "\n\t") == set()
    assert everything_in(here) == []


def without_times(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?Z?)?", "then", text)


def _tables(url: str) -> list[tuple[str, ...]]:
    with closing(connected(url)) as connection:
        found = connection.execute("SELECT schemaname, tablename FROM pg_tables ORDER BY 1, 2").fetchall()
        return [(str(schema), str(table)) for schema, table in found]


@pytest.mark.parametrize(
    "schema",
    [
        *('x"; DROP SCHEMA public CASCADE; --', "x'; --", "pg_catalog", "information_schema;", "../x", "X y"),
        *("$(touch executed)", "x\x1b[2J", "x\u202e", "%00", "a.b", "*", "x" * 64, "x,public", "影业"),
    ],
    ids=ascii,
)
def test_a_schema_is_a_name_and_never_a_statement(schema: str, here: Path, postgresql_url: str) -> None:
    """What could be anything else than a name is refused before a server is asked."""
    address = f"{postgresql_url.rpartition('schema=')[0]}schema={quote(schema)}"
    before = _tables(postgresql_url)
    for line in (
        ("migrate", address),
        ("verify", address),
        ("--from", address, "timeline"),
        ("tail", address),
    ):
        result = run(*line)
        assert result.exit_code == 4
        assert "error[C507]" in result.stderr
        assert obeyed(result.output) == set()
    assert _tables(postgresql_url) == before
    assert everything_in(here) == []


def test_a_store_that_opens_shows_no_password_either(here: Path, postgresql_url: str, root: Path) -> None:
    """A server that asks for no password takes one: all that is printed of the store is without it."""
    address = f"{postgresql_url}&password={SECRET}"
    results = [
        run("migrate", address),
        run("record", root / "events" / "entities.yaml", "--into", address),
        run("record", root / "events" / "entities.yaml", "--into", address, "--expected", "0", "--dry-run"),
        *(run(*line) for line in (("verify", address), ("verify", address, "--json"), ("seal", address))),
        *(run(*line) for line in (("tail", address, "--json"), ("backup", address, "copy.db"))),
        *(
            run("--from", address, *line)
            for line in (("timeline",), ("check", "--json"), ("export", "jsonl"))
        ),
        run("export", "jsonl", "--from", address, "-o", "history.jsonl"),
        run("record", "history.jsonl", "--into", address),
        run("record", root / "events" / "alibaba-pictures.yaml", "--into", address, "--expected", "0"),
        run("seal", address, "-o", "corp.seal"),
        run("verify", address, "--seal", "corp.seal"),
        run("backup", "copy.db", address),
        run("backup", address, address),
    ]
    assert [result.exit_code for result in results[:-2] if result.exit_code] == [4]
    assert [result.output for result in results if SECRET in result.output] == []
    assert [path.name for path in here.iterdir() if SECRET.encode() in path.read_bytes()] == []
    with open_store(address) as store:
        assert SECRET not in store.location + repr(store)
        assert SECRET not in repr(History.from_store(store))
        store.close()
        with pytest.raises(ChronicleError) as caught:
            store.head()
        assert SECRET not in "".join(traceback.format_exception(caught.value))


# Ids in a store


@pytest.mark.parametrize("kind", ["memory", "SQLite", "PostgreSQL"])
def test_an_id_is_never_a_part_of_a_statement(kind: str, here: Path, request: pytest.FixtureRequest) -> None:
    """A store takes any id that can be shown. It comes back as it is, and finds nothing but itself."""
    ids = [text for text in hostile.TEXTS if text.isprintable() and len(text) < LONGEST_ID]
    place = request.getfixturevalue("postgresql_url") if kind == "PostgreSQL" else here / "corp.db"
    with open_store("memory:" if kind == "memory" else place, create=True) as store:
        store.append([NewRecord(id, id, b"{}") for id in ids])
        for id in ids:
            found = store.get(id)
            assert found is not None
            assert (found.id, found.kind) == (id, id)
        assert [record.id for record in store.read()] == ids
        for other in ("' OR '1'='1", "%", "_", "?", ":id", "$1", "{}", "x'; --", "", *hostile.REFUSED):
            assert store.get(other) is None
            assert other not in store
        assert store.verify().intact
        head = store.head()
        for refused in hostile.REFUSED:
            with pytest.raises(InvalidValue) as caught:
                store.append([NewRecord(f"x{refused}", "kind", b"{}")])
            assert obeyed(str(caught.value)) == set()
        assert store.head() == head


LONGEST_ID = 2_000  # an index of PostgreSQL takes less than 2,700 bytes; events have 200 characters at most


# Exports


@pytest.fixture(scope="module")
def exported(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """What ``chronicle export`` writes of the hostile history."""
    folder = tmp_path_factory.mktemp("exports")

    def export(*arguments: str) -> bytes:
        out = folder / "out"
        assert run("--from", recorded, "export", *arguments, "-o", out).exit_code == 0
        return out.read_bytes()

    return export


TEXT_FORMATS = [name for name, format in EXPORTS.items() if not format.binary]


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_exports_of_text_have_no_character_that_a_terminal_obeys(
    format: str, exported: Callable[..., bytes]
) -> None:
    """They are printed as well as written."""
    writers = EXPORTS[format].writers
    more = ("--events",) if "events" in writers else ("--as-of", "2016") if "facts" in writers else ()
    text = exported(format, *more).decode("utf-8")
    allowed = {"csv": _CELLS, "scd2": _CELLS, "icalendar": "\n\r"}.get(format, "\n")
    assert dangerous(text, allowed) == set()


def test_csv_keeps_formulas_as_the_texts_that_they_are(exported: Callable[..., bytes]) -> None:
    """No cell is changed so that a spreadsheet would not calculate it: what was stated is what is exported,
    and ``docs/exporting.md`` says to import such columns as text. Cells stay cells, whatever is in them."""
    rows = list(csv.DictReader(io.StringIO(exported("csv", "--events").decode(), newline="")))
    written = {event["id"]: event for event in hostile.history()}
    assert [row["id"] for row in rows if row["id"] not in written] == []
    assert len(rows) == len(written)
    formulas = [row["name"] for row in rows if row["name"][:1] in tuple("=+-@")]
    assert formulas, "some name begins like a formula"
    assert set(formulas) <= set(hostile.TEXTS)


def test_a_calendar_has_an_entry_for_each_event_and_no_more(exported: Callable[..., bytes]) -> None:
    """A note that ends an entry and begins another does neither."""
    calendar = icalendar.Calendar.from_ical(exported("icalendar"))
    entries = calendar.walk("VEVENT")
    history = open_history_of(hostile.history())
    assert len(entries) == len(history.timeline())
    assert len({str(entry["UID"]) for entry in entries}) == len(entries)


def open_history_of(events: list[dict[str, Any]]) -> History:
    return History([codec.decode(event) for event in events])


def test_slides_have_no_markup_but_ours(exported: Callable[..., bytes]) -> None:
    """Their texts are HTML: a script in a name is shown, not run."""
    slides = json.loads(exported("timelinejs"))["events"]
    tags = {
        tag for slide in slides for text in slide["text"].values() for tag in re.findall(r"<[^>]*>", text)
    }
    assert tags <= {"<p>", "</p>"}
    addresses = {slide["media"]["url"] for slide in slides if "media" in slide}
    assert all(address.startswith("https://") for address in addresses)


@pytest.mark.parametrize("format", ["mermaid", "dot"])
def test_a_name_does_not_break_out_of_a_drawing(format: str, exported: Callable[..., bytes]) -> None:
    """As many nodes and edges as with names that say nothing."""
    harmless = [_renamed(event) for event in hostile.history()]
    drawn = exported(format, "--as-of", "2015-12-31").decode()
    plain = _exported_facts(format, open_history_of(harmless))
    assert _skeleton(drawn) == _skeleton(plain)


def _renamed(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "name": "Name"} if "name" in event else event


def _exported_facts(format: str, history: History) -> str:
    from chronicle.interop.exports import exported
    from chronicle.interop.exports.material import material

    return b"".join(exported(format, material(history, "2015-12-31"), "facts")).decode()


def _skeleton(drawing: str) -> list[str]:
    """A drawing without what stands in quotes."""
    return [re.sub(r'"(?:[^"\\]|\\.)*"', '""', line) for line in drawing.splitlines()]


def test_an_exported_database_holds_the_texts_and_no_other_tables(
    exported: Callable[..., bytes], tmp_path: Path
) -> None:
    """Names of columns and tables are ours, all else is a value."""
    file, other = tmp_path / "hostile.sqlite", tmp_path / "plain.sqlite"
    file.write_bytes(exported("sqlite"))
    harmless = tmp_path / "plain.jsonl"
    harmless.write_text("".join(json.dumps(_renamed(event)) + "\n" for event in hostile.history()))
    assert run("--from", harmless, "export", "sqlite", "-o", other).exit_code == 0
    assert _schema(file) == _schema(other)
    names = {event["name"] for event in hostile.history() if event["kind"] == "entity.declared"}
    with closing(sqlite3.connect(file)) as connection:
        stored = {text for (text,) in connection.execute("SELECT name FROM names")}
    assert names <= stored


def test_a_picture_of_a_page_has_no_markup_but_ours(recorded: Path) -> None:
    """An SVG is a program to a browser: names in it are texts."""
    state = open_history(recorded).as_of("2013")
    picture = svg(AsOf(state, None, None, Terms()).people(100), "<script>", 100)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "g", "text", "circle"}
    assert not re.search(r"\son\w+=", re.sub(r">[^<]*<", "><", picture))


# Names of stores and files

NAMES = (
    *(
        "a?b.db",
        "a?mode=memory",
        "a#b.db",
        "a%41b.db",
        "file:x?mode=memory&cache=shared",
        ":memory:",
        "memory:x",
    ),
    *(
        "a b'c\"d.db",
        "; touch executed",
        "$(touch executed)",
        "%s%n",
        "~root",
        "*.db",
        "--",
        "a\\b",
        "a&b;c|d",
    ),
    *("a\nb.db", "a\x1b[2Jb.db", "a\x1b]0;x\x07b.db", "a\u202eb.db", "a\x9bb.db", "a\u2028b.db", "a\u200fb"),
    *("影业.db", "👩\u200d👩.db", "x" * 200, "\udcff\udcfe.db"),
)
"""Names that somebody may give to a store or have in a folder."""

needs_such_names = pytest.mark.skipif(os.name == "nt", reason="such names are not possible here")


@needs_such_names
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_store_of_any_name_is_the_file_of_that_name(name: str, root: Path, here: Path) -> None:
    """No part of a name is an option, an address or a command; and no terminal obeys it."""
    place = f"./{name}"
    outputs = [
        run("record", root / "events" / "entities.yaml", "--into", place),
        run("verify", place),
        run("--from", place, "timeline"),
        run("seal", place),
        run("backup", place, f"./copy of {name}"),
        run("record", "--into", place, "--expected", "0", root / "events" / "alibaba-pictures.yaml"),
    ]
    assert [result.exit_code for result in outputs] == [0, 0, 0, 0, 0, 4]
    beside = {f"{each}{suffix}" for each in (name, f"copy of {name}") for suffix in ("", "-wal", "-shm")}
    assert set(os.listdir(here)) <= beside
    assert {name, f"copy of {name}"} <= set(os.listdir(here))
    assert all(obeyed(result.output) == set() for result in outputs)


@needs_such_names
@pytest.mark.parametrize("name", [*NAMES, "x" * 300, "a/../../outside.db", "/dev/null/x"], ids=ascii)
def test_a_name_that_leads_nowhere_is_refused_and_shown_without_harm(name: str, here: Path) -> None:
    """Every command that takes a place, given one where nothing is."""
    for line in PLACES:
        result = run(*(word.replace("{place}", f"./{name}" if name == "--" else name) for word in line))
        assert result.exit_code in (1, 2, 3, 4), line
        assert re.search(r"error(\[C\d{3}\])?: ", result.stderr), line
        assert obeyed(result.output) == set(), line
    assert everything_in(here) == []


PLACES = (
    ("--from", "{place}", "timeline"),
    ("--from={place}", "check", "--json"),
    ("timeline", "--from", "{place}", "{place}"),
    ("as-of", "{place}"),
    ("explain", "{place}"),
    ("verify", "--", "{place}"),
    ("verify", "corp.db", "--seal", "{place}"),
    ("ledger", "--", "{place}"),
    ("replay", "--into", "rows", "--", "{place}"),
    ("seal", "--", "{place}"),
    ("seal", "corp.db", "--sign", "{place}"),
    ("backup", "--", "{place}", "copy.db"),
    ("backup", "corp.db", "{place}"),
    ("migrate", "--", "{place}"),
    ("tail", "--", "{place}"),
    ("record", "--into", "corp.db", "--", "{place}"),
    ("record", "--into", "{place}", "nothing.yaml"),
    ("record", "--into", "{place}", "--dry-run", "nothing.yaml"),
    ("import", "jsonl", "--into", "{place}", "--dry-run", "nothing.jsonl"),
    ("import", "csv", "--into", "corp.db", "--mapping", "{place}", "nothing.csv"),
    ("import", "csv", "--guess", "--", "{place}"),
    ("export", "--", "{place}"),
    ("export", "csv", "--from", "{place}"),
    ("export", "csv", "--from", "{place}", "-o", "{place}"),
    ("report", "--from", "{place}", "-o", "{place}"),
    ("serve", "--from", "{place}", "--host", "{place}", "--name", "{place}"),
    ("report", "-o", "nowhere/{place}", "--", "{place}"),
    ("report", "--svg", "{place}/{place}.svg", "--from", "{place}"),
    ("report", "--svg", "{place}", "--least", "{place}", "--", "{place}"),
    ("correct", "--reason", "x", "--set", "share=1%", "--into", "{place}", "--", "{place}"),
    ("correct", "--reason", "x", "--set", "{place}", "--", "{place}"),
    ("retract", "--reason", "x", "--into", "{place}", "--", "{place}"),
    ("add", "--no-input", "--kind", "{place}", "--into", "{place}"),
    ("add", "--no-input", "--from", "{place}", "--kind", "deal.completed", "--file", "{place}"),
    ("add", "--no-input", "--kind", "deal.completed", "--set", "deal={place}", "--declare", "{place}"),
    ("init", "--schema", "--", "nowhere/{place}"),
    ("retract", "--reason", "x", "--source", "{place}", "--from", "{place}", "--", "{place}"),
    ("why", "--as-of", "2015", "--view", "{place}", "--from", "{place}", "--", "{place}"),
    ("lineage", "--as-of", "2015", "--from", "{place}", "--", "{place}"),
    ("owners", "--right", "votes", "--from", "{place}", "--", "{place}"),
    ("owners", "--over", "{place}", "nobody"),
    ("group", "--over", "{place}", "--from", "{place}", "--", "{place}"),
    ("loops", "--from", "{place}"),
    ("search", "--from", "{place}", "--", "{place}"),
    ("show", "--from", "{place}", "--", "{place}"),
    ("schema", "-o", "nowhere/{place}"),
    ("{place}",),
    ("--{place}",),
    ("--color", "{place}", "timeline"),
)
"""Command lines in which somebody may type the place of a store, or by mistake something else."""


@needs_such_names
@pytest.mark.parametrize(
    "name", ["a\nb", "a\x1b[2Jb", "a\u202eb", "a\x9bb", "\udcff", "$(touch executed)"], ids=ascii
)
def test_a_file_of_any_name_is_shown_without_harm(name: str, here: Path) -> None:
    """Places of errors and findings name files. In JSON the name comes back, elsewhere its stand-in."""
    file = here / f"{name}.yaml"
    two = "  - {id: one, kind: stake.acquired, date: 2014, holder: a, target: b, share: 60%}\n"
    names = "entities:\n  - {id: a, name: A, type: company}\n  - {id: b, name: B, type: company}\n"
    file.write_text(
        f"{names}events:\n{two}  - {{kind: stake.disposed, date: 2015, holder: a, target: b, share: 70%}}\n"
    )
    for form in FORMS:
        result = run("--from", here, "check", *form)
        assert result.exit_code == 1
        assert obeyed(result.output, "\n\t" if form == ("--plain",) else "\n") == set()
        for question in (("why", "a", "b", "--as-of", "2014"), ("timeline",)):
            result = run("--from", here, *question, *form)
            assert (result.exit_code, obeyed(result.output, "\n\t")) == (0, set())
    file.write_text(f"{names}events:\n  - {{kind: nothing, date: 2014}}\n")
    for line in (
        ("--from", here, "timeline"),
        ("record", file, "--into", "corp.db"),
        ("import", "jsonl", file),
    ):
        result = run(*line)
        assert result.exit_code in (1, 2)
        assert obeyed(result.output) == set()
    assert os.listdir(here) == [file.name]


@needs_such_names
@pytest.mark.parametrize(
    "name", ["a\nb", "a\x1b[2Jb", "a\u202eb", "a\x9bb", "\udcff", "$(touch executed)"], ids=ascii
)
def test_seals_and_keys_of_any_name_are_shown_without_harm(name: str, here: Path, recorded: Path) -> None:
    """Also a key that others may read, a seal of another store, and what is neither."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = ed25519.Ed25519PrivateKey.generate()
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private, public, seal = (here / f"{name}.{suffix}" for suffix in ("key", "public", "seal"))
    private.write_bytes(key.private_bytes(*forms))
    private.chmod(0o644)
    public.write_bytes(
        key.public_key().public_bytes(forms[0], serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with open_store(here / "other.db", create=True) as store:
        store.append([NewRecord("x", "x", b"{}")])
    done = [
        run("seal", recorded, "-o", seal, "--sign", private),
        run("verify", recorded, "--seal", seal, "--signed-by", public),
        run("verify", recorded, "--seal", seal, "--json"),
    ]
    assert [result.exit_code for result in done] == [0, 0, 0]
    refused = [
        run("verify", here / "other.db", "--seal", seal),
        run("verify", here / "other.db", "--seal", seal, "--json"),
        run("verify", recorded, "--seal", private),
        run("verify", recorded, "--seal", seal, "--signed-by", private),
        run("seal", recorded, "-o", seal),
        run("seal", recorded, "--sign", public),
        run("seal", recorded, "--sign", seal),
    ]
    assert 0 not in [result.exit_code for result in refused]
    assert [result.output for result in (*done, *refused) if obeyed(result.output)] == []
    assert "executed" not in os.listdir(here)


@needs_such_names
def test_the_name_of_a_quarantine_is_shown_without_harm(here: Path) -> None:
    """It is named when there are more problems than are shown."""
    (here / "bad.jsonl").write_text("no event\n" * 30)
    result = run("import", "jsonl", "bad.jsonl", "--into", "corp.db", "--quarantine", "a\x1b[2Jb.csv")
    assert (result.exit_code, obeyed(result.output)) == (1, set())
    assert 'all are in "a\N{REPLACEMENT CHARACTER}[2Jb.csv"' in result.stderr


# Files that try to fill the memory

BOUND = 320 * 2**20
"""How much memory a command may take for all of them, Python and its libraries included."""

ANCHORS = "a0: &a0 [x]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(40)
)

BOMBS = {
    "aliases.yaml": ANCHORS,
    "merge keys.yaml": "events:\n  - &a {kind: x}\n" + "  - {<<: [" + "*a," * 50_000 + "]}\n",
    "a scalar of ten megabytes.yaml": "events:\n  - note: |\n" + ("      " + "x" * 1_000 + "\n") * 10_000,
    "a line of ten megabytes.yaml": "events:\n  - note: " + "x" * 10_000_000,
    "brackets.yaml": "events:\n  - " + "[" * 1_000_000,
    "dashes.yaml": "events:\n" + "- " * 400_000,
    "keys.yaml": "events:\n  - {" + ", ".join(f"k{n}: 1" for n in range(90_000)) + "}\n",
    "the same key.yaml": "events:\n  - {" + "a: 1, " * 90_000 + "}\n",
    "events of nothing.yaml": "events:\n" + "  - {}\n" * 200_000,
    "entities.yaml": "a: " * 100_000,
    "brackets.jsonl": "[" * 1_000_000,
    "objects.jsonl": '{"a":' * 100_000,
    "digits.jsonl": '{"kind":"entity.founded","date":' + "9" * 1_000_000 + "}",
    "keys.jsonl": "{" + ",".join(f'"k{n}":1' for n in range(80_000)) + "}",
    "lines.jsonl": "{}\n" * 500_000,
}


MEASURED = """
import atexit, re, sys
from pathlib import Path
status = Path("/proc/self/status")
atexit.register(lambda: print(re.search("VmHWM: *\\t* *([0-9]+)", status.read_text())[1]))
from chronicle.cli import main
main()
"""
"""The command line, which prints at its end how many KiB of memory it had at most."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is not told here")
def test_no_small_file_becomes_a_large_value(here: Path, results: Callable[..., None]) -> None:
    """Anchors and aliases are refused before anything is made of them; all else has a limit."""
    for name, text in BOMBS.items():
        (here / name).write_text(text)
    process = subprocess.run(
        [sys.executable, "-c", MEASURED, "record", *BOMBS, "--into", "corp.db"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    said, taken = process.stderr, int(process.stdout) * 1024
    assert process.returncode == 1
    assert "Traceback" not in said
    refused = re.findall(r"^(.*?\.(?:yaml|jsonl)):\d+:\d+: error\[C\d{3}\]", said, re.MULTILINE)
    assert set(refused) == BOMBS.keys()
    assert obeyed(said) == set()
    assert len(said) < 2_000_000
    assert taken < BOUND
    assert not (here / "corp.db").exists()
    results("R12", store="files", done=f"{len(BOMBS)} bombs", taken=0, most_memory_mib=taken // 2**20)


# Passwords

ADDRESSES = (
    f"postgresql://user:{SECRET}@127.0.0.1:1/corp?connect_timeout=2",
    f"postgres://user:{SECRET}@127.0.0.1:1/corp",
    f"POSTGRESQL://user:{SECRET}@127.0.0.1:1/corp",
    f"postgress://user:{SECRET}@127.0.0.1:1/corp",
    f"postgresql:/user:{SECRET}@127.0.0.1:1/corp",
    f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/corp",
    f"mysql://user:{SECRET}@127.0.0.1:1/corp;x=1",
    f"sqlite://user:{SECRET}@127.0.0.1:1/corp",
    f"https://user:{SECRET}@127.0.0.1:1/corp.db",
    f"postgresql://:{SECRET}@127.0.0.1:1/corp",
    f"postgresql://user:{SECRET}%zz@127.0.0.1:1/corp",
    f"postgresql://user:{SECRET}/x@y@127.0.0.1:1/corp",
    f"postgresql://user:{SECRET}@127.0.0.1:99999/corp",
    f"postgresql://user:{SECRET}@127.0.0.1:1/corp?nonsense=1",
    f"postgresql://user:{SECRET}@127.0.0.1:1/corp?sslmode=nonsense",
    f"postgresql://user:{SECRET}@127.0.0.1:1/corp?options=-csearch_path%3Dx&schema=y",
    f"postgresql://user:{SECRET}@127.0.0.1:1/corp?schema=",
    f"postgresql:///corp?host=127.0.0.1&port=1&user=user&password={SECRET}",
    f"postgresql:///corp?host=127.0.0.1&port=1&pass%77ord={SECRET}&schema=x",
    f"postgresql://127.0.0.1:1/corp?sslpassword={SECRET}",
    f"host=127.0.0.1 port=1 user=user password={SECRET} dbname=corp",
    f"host=127.0.0.1 port=1 user=user password='{SECRET} x' dbname=corp",
    f"user=user;pwd={SECRET}",
)
"""Addresses with a password, right ones and such as people mistype."""


def test_no_command_shows_a_password(
    here: Path, monkeypatch: pytest.MonkeyPatch, results: Callable[..., None]
) -> None:
    """Wherever an address is typed, in whatever form: an error names the place without it."""
    (here / "nothing.yaml").write_text("events: []\n")
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")
    usual = (("timeline",), ("check", "--json"), ("tail",), ("export", "csv", "-o", "out.csv"))
    shown: list[tuple[str, ...]] = []
    tried = 0
    for address in ADDRESSES:
        monkeypatch.setenv("CHRONICLE_SOURCE", address)
        for line in (*PLACES, *usual):
            result = run(*(word.replace("{place}", address) for word in line))
            assert result.exit_code in (0, 1, 2, 3, 4)
            tried += 1
            if SECRET in result.output:
                shown.append((address, *line))
    assert shown == []
    assert tried == len(ADDRESSES) * (len(PLACES) + len(usual))
    done = f"{tried} command lines with a password"
    results("R12", store="addresses", done=done, passwords_shown=len(shown))


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_exception_shows_a_password(address: str, here: Path) -> None:
    """Neither its text nor those of its causes: whoever prints a traceback into a log keeps the secret."""
    for attempt in (
        lambda: open_store(address),
        lambda: open_store(address, read_only=True),
        lambda: open_history(address),
        lambda: open_history(address, read_only=True),
    ):
        with pytest.raises(ChronicleError) as caught:
            attempt()
        error: BaseException | None = caught.value
        said = [str(problem) + repr(problem) for problem in caught.value.problems]
        while error is not None:
            said += [str(error), repr(error)]
            error = error.__cause__
        # The lines of this test show the address by its name alone.
        said += traceback.format_exception(caught.value)
        assert [text for text in said if SECRET in text] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_a_problem_quotes_it_quotes_without_a_password(address: str) -> None:
    """Also cut in the middle, with text around it, twice, as a place and as the next step."""
    for end in range(1, len(address) + 1):
        cut = address[:end]
        for text in (f'store "{cut}" is not there', f'not a date: "{cut}…"', f"{cut}: error"):
            if SECRET[:3] in text:
                problem = Problem("C507", text, help=text)
                assert SECRET[:3] not in str(problem), text
                assert SECRET[:3] not in repr(problem)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://localhost:5432/corp",
        "postgresql://localhost:5432",
        'store "postgresql://user@localhost:5432/corp?sslmode=require" is busy',
        "postgresql://user@[::1]:5432/corp",
        "postgresql://[::1]:5432/corp",
        "https://localhost:8080/a@b",
        "https://web.archive.org/web/2014/http://localhost:80/a@b",
        "events/alibaba.yaml:12:3",
        "deal-1@2015-12-31",
        "lei:5493001kjtiigc8y1r12",
        "share=60% of acme",
        "C:/folder/corp.db",
    ],
)
def test_what_is_no_password_is_shown(text: str) -> None:
    """An error that hides what is wrong helps nobody."""
    assert without_passwords(text) == text


@pytest.mark.parametrize(
    "piece",
    ["aa:/x:1 ", "a.", "a", "a=", "aa:/", "x='", "?a", "https:/x:1", "a:/", "%", "\x1b", "password='\\", "@"],
)
def test_no_text_makes_a_problem_slow_or_long(piece: str) -> None:
    """Of a megabyte only the beginning is looked at, whoever wrote it, and no pattern hangs on it."""
    with within():
        for end in ("", "=", ":/", ":/=@"):
            text = piece * (1_000_000 // len(piece)) + end
            problem = Problem("C507", Beginning(text, most=10_000), help=piece)
            assert len(problem.message) < 20_000
            # As long as a message may be, a text is looked at whole.
            without_passwords(text[-10_000:])
