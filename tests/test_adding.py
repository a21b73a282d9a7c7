"""Events written into event files: they read back equal, and every other line stays as it was."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from chronicle import authoring
from chronicle.authoring import adding
from chronicle.authoring.insertion import with_item
from chronicle.authoring.nodes import Text
from chronicle.authoring.reading import declaration, read_document
from chronicle.codec.event_text import as_declaration, as_item, item_lines
from chronicle.errors import InvalidEvents
from chronicle.events import EntityDeclared, Event
from given import acquired, happened
from strategies import events, texts

NAMES = """\
entities:
  - {id: group, name: Northern Group, type: company}
  - {id: film, name: Film Works, type: company}
"""
BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
SOLD = happened("entity.dissolved", "2016", entity="film", reason="sold", id="sold")


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder of event files; the name of each is its argument."""
    for name, text in {"entities": NAMES, **files}.items():
        (tmp_path / f"{name}.yaml").write_bytes(text.encode())
    return tmp_path


def as_bytes(place: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in place.iterdir()}


# Any event into any file


@st.composite
def files(draw: st.DrawFn) -> str:
    """Event files as people write them: comments, indentation, empty lines, either end of lines."""
    written = draw(st.lists(events().filter(_can_be_written), max_size=3, unique_by=lambda event: event.id))
    dash, width = draw(st.integers(0, 4)), draw(st.integers(2, 5))
    lines = draw(st.lists(_comments, max_size=2))
    declared = draw(st.booleans())
    sections = ["entities", "events"] if draw(st.booleans()) else ["events", "entities"]
    for section in sections:
        if section == "entities" and declared:
            lines += ["entities:", f"{' ' * dash}- {{id: somebody, name: 'Some # body', type: person}} # who"]
        elif section == "events" and (written or draw(st.booleans())):
            lines.append(f"events:{draw(st.sampled_from(['', '   ', '  # what happened']))}")
            by_hand = draw(st.lists(st.sampled_from(BY_HAND), max_size=2, unique_by=str))
            own_of_each = [item_lines(as_item(event), width) for event in written]
            for own in draw(st.permutations([*own_of_each, *map(list, by_hand)])):
                lines += draw(st.lists(_comments, max_size=2))
                if own[0].endswith(("'", "a", "b", "0")) and draw(st.booleans()):
                    own[0] += "   # a comment behind a value"
                lines += [" " * dash + line for line in own]
        lines += draw(st.lists(_comments, max_size=2))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines)
    return text + draw(st.sampled_from(["", end, end * 3]))


BY_HAND = (
    ["- {id: by-hand-1, kind: entity.dissolved, date: 2014, entity: film, reason: 'a # b', ", "   note: c}"],
    [
        "- note: |",
        "    some text",
        "",
        "    # no comment",
        "  id: by-hand-2",
        "  kind: entity.dissolved",
        "  date: 2014",
        "  entity: film",
        "  reason: >-",
        "        folded",
        "        text",
    ],
    [
        "-",
        "  id: by-hand-3",
        "  kind: entity.dissolved",
        "  date: '2014'",
        "  entity: film",
        "  reason: sold",
        "  note: |+",
        "      kept",
        "",
    ],
    [
        "- id: by-hand-4",
        "  kind: entity.dissolved",
        "  date: 2014",
        "  entity: film",
        "  reason: on",
        "    two lines",
    ],
)
"""Items in forms in which Chronicle writes none."""

_comments = st.sampled_from(["", "   ", "# at the margin", "      # far in", " # a little in"])


def _can_be_written(event: Event) -> bool:
    """A declaration stands under ``entities:``, and a file has no way to take a field away."""
    return event.kind != "entity.declared" and ": null" not in "\n".join(item_lines(as_item(event)))


@pytest.mark.slow
@given(text=files(), event=events())
def test_an_event_reads_back_and_all_else_stays(text: str, event: Event) -> None:
    """Any event of any kind, in any file: one event more, and the lines of before in their order."""
    before = read_document(Text("file", text))
    assume(not before.problems)
    if isinstance(event, EntityDeclared):
        given = as_declaration(event)
        event, section, plain = declaration(given), "entities", given
    else:
        assume(_can_be_written(event))
        section, plain = "events", as_item(event)
    assume(event.id not in {entry.event.id for entry in before.entries if entry.event})
    new = with_item(Text("file", text), section, plain)
    after = read_document(Text("file", new))
    assert after.placed() == []
    added = [entry.event for entry in after.entries if entry.event == event]
    others = [entry.event for entry in after.entries if entry.event != event]
    assert added == [event]
    assert others == [entry.event for entry in before.entries]
    assert _has_only_more_lines(new, text)


def _has_only_more_lines(new: str, text: str) -> bool:
    """Whether the lines of before are all there in one piece or two, the last perhaps with its end mended."""
    before, now = text.splitlines(keepends=True), new.splitlines(keepends=True)
    more = len(now) - len(before)
    if (
        before
        and not before[-1].endswith(("\n", "\r"))
        and now[len(before) - 1].rstrip() == before[-1].rstrip()
    ):
        before[-1] = now[len(before) - 1]
    return more > 0 and any(
        now[:at] == before[:at] and now[at + more :] == before[at:] for at in range(len(before) + 1)
    )


@pytest.mark.parametrize(
    "value",
    [[], {}, [[]], [{}], [["a", ["b"]], "c"], {"a": {}}, [{"a": [{"b": "c"}, "d"]}, []], {"a": {"b": ["c"]}}],
    ids=str,
)
def test_a_value_in_a_value_reads_back(value: object) -> None:
    """Lists of lists, and empty ones, in what a correction sets."""
    event = happened("record.corrected", "2014", target="bought", set={"note": value}, reason="x", id="y")
    new = with_item(Text("file", "events:\n"), "events", as_item(event))
    assert [entry.event for entry in read_document(Text("file", new)).entries] == [event]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("", "events:\n  - id: x\n"),
        ("events:", "events:\n  - id: x\n"),
        ("# who\n", "# who\n\nevents:\n  - id: x\n"),
        ("events:\n- id: a # one\n# end\n", "events:\n- id: a # one\n- id: x\n# end\n"),
        ("events:\n  - id: a\n    # of a\n\n# end", "events:\n  - id: a\n    # of a\n  - id: x\n\n# end"),
        ("events:\n -   id: a\n\n -   id: b", "events:\n -   id: a\n\n -   id: b\n\n -   id: x\n"),
        ("events:\r\n  - {id: a}\r\n", "events:\r\n  - {id: a}\r\n  - id: x\r\n"),
        ("events:\n  - id: a\nentities:\n", "events:\n  - id: a\n  - id: x\nentities:\n"),
        ("events:\nentities:\n    - id: a\n", "events:\n    - id: x\nentities:\n    - id: a\n"),
        (
            "events:\n  - note: |\n      a\n\n    # of it\n  # next\n",
            "events:\n  - note: |\n      a\n\n    # of it\n  - id: x\n  # next\n",
        ),
        ("events:\n  - note: |+\n      a\n\n\n", "events:\n  - note: |+\n      a\n\n\n  - id: x\n"),
        ("events:\n- a: b\n\n- note: |+\n    a\n", "events:\n- a: b\n\n- note: |+\n    a\n- id: x\n"),
        ("events:\n- note: |+\n    a\n  ", "events:\n- note: |+\n    a\n- id: x\n  "),
        ("entities:\n- note: >+\n    a\n", "entities:\n- note: >+\n    a\nevents:\n  - id: x\n"),
        ("events:\n- a: b\n\n- note: |\n    a\n", "events:\n- a: b\n\n- note: |\n    a\n\n- id: x\n"),
        ("events:\n  - note: a\n      b\n...\n", "events:\n  - note: a\n      b\n  - id: x\n...\n"),
        ("  entities:\n    - id: a\n", "  entities:\n    - id: a\n\n  events:\n    - id: x\n"),
        ("---\nevents:\n  - {a: [1,\n  2]}\n", "---\nevents:\n  - {a: [1,\n  2]}\n  - id: x\n"),
        ("events:\n  - id: ü😀 # 😀\n", "events:\n  - id: ü😀 # 😀\n  - id: x\n"),
    ],
    ids=ascii,
)
def test_where_an_item_goes(text: str, new: str) -> None:
    """Behind the last item and the comments that are indented under it, in the manner of the others."""
    assert with_item(Text("file", text), "events", {"id": "x"}) == new


@pytest.mark.parametrize(
    "text",
    [
        "events: []\n",
        "events: [{kind: x}]\n",
        "{events: []}\n",
        "events: ~\n",
        "events: ''\n",
        '{"entities": []}',
    ],
)
def test_a_section_in_brackets_is_refused(text: str) -> None:
    """To put an item there would change what is written."""
    with pytest.raises(InvalidEvents) as error:
        with_item(Text("file", text), "events", {"id": "x"})
    assert error.value.code == "C115"


# Into the files of a folder


def test_an_event_goes_to_the_file_that_was_written_last(tmp_path: Path) -> None:
    """Not to that of the entities, though it be newer; or to the one that is named, also a new one."""
    place = folder(tmp_path, first="events:\n", second="events:\n")
    os.utime(place / "first.yaml", (1e9, 1e9))
    assert adding.add(place, BOUGHT).file == place / "second.yaml"
    assert adding.add(place, SOLD, file=place / "first.yaml").place.line == 2
    other = evolve(SOLD, id="again", date="2017")
    added = adding.add(place, other, file=place / "third.yaml")
    assert (place / "third.yaml").read_text().startswith("events:\n  - id: again\n")
    assert added.written == (place / "third.yaml",)
    assert set(authoring.read(place).events) >= {BOUGHT, SOLD, other}


def test_a_new_entity_is_declared_in_the_file_of_entities(tmp_path: Path) -> None:
    """Which is made where there is none; of a single file it is the file itself."""
    new = declaration({"id": "bolt", "name": "Bolt", "type": "company"})
    event = acquired("2015", "bolt", "film", "1%", id="one")
    place = folder(tmp_path, events="events:\n")
    added = adding.add(place, event, [new])
    assert set(added.written) == {place / "entities.yaml", place / "events.yaml"}
    assert (
        place / "entities.yaml"
    ).read_text() == f"{NAMES}  - id: bolt\n    name: Bolt\n    type: company\n"
    for path in place.iterdir():
        path.unlink()
    single = place / "all.yaml"
    single.write_text(NAMES + "events:\n")
    assert adding.add(single, event, [new]).written == (single,)
    (place / "names.yaml").write_text(single.read_text())
    single.unlink()
    other = declaration({"id": "nut", "name": "Nut", "type": "company"})
    adding.add(place, acquired("2015", "nut", "film", "1%", id="two"), [other])
    assert (place / "entities.yaml").read_text().startswith("entities:\n  - id: nut\n")


def test_json_lines_get_one_more_line(tmp_path: Path) -> None:
    """With a line end before it where the file has none at its end."""
    place = folder(tmp_path)
    path = place / "events.jsonl"
    path.write_text('{"kind": "entity.dissolved", "date": "2014", "entity": "film", "reason": "sold"}')
    adding.add(place, BOUGHT, file=path)
    lines = path.read_text().splitlines()
    assert (len(lines), lines[1].startswith('{"id": "bought"')) == (2, True)


def test_the_same_event_again_changes_nothing(tmp_path: Path) -> None:
    """Another one under its id is refused."""
    place = folder(tmp_path, events="events:\n")
    adding.add(place, BOUGHT)
    before = as_bytes(place)
    added = adding.add(place, BOUGHT)
    assert (added.written, added.place.line) == ((), 2)
    with pytest.raises(InvalidEvents) as error:
        adding.add(place, evolve(BOUGHT, date="2015"))
    assert error.value.code == "C205"
    assert as_bytes(place) == before


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (acquired("2014", "group", "flim", "60%"), "C204"),
        (happened("deal.completed", "2014", deal="sale"), "C208"),
        (happened("record.corrected", "2014", target="gone", set={"note": "x"}, reason="y"), "C213"),
    ],
)
def test_what_would_make_an_error_is_not_written(event: Event, code: str, tmp_path: Path) -> None:
    """The finding has its place in the text as it would have been; no file is touched."""
    place = folder(tmp_path, events="# mine\nevents:\n")
    before = as_bytes(place)
    with pytest.raises(InvalidEvents) as error:
        adding.add(place, event)
    (problem,) = error.value.problems
    assert (problem.code, problem.place is not None) == (code, True)
    assert as_bytes(place) == before


def test_a_folder_with_errors_takes_no_event(tmp_path: Path) -> None:
    """What is wrong there already is told first."""
    place = folder(tmp_path, events="events:\n", broken="events:\n  - {kind: nothing, date: 2014}\n")
    before = as_bytes(place)
    for file in ("events.yaml", "broken.yaml"):
        with pytest.raises(InvalidEvents) as error:
            adding.add(place, BOUGHT, file=place / file)
        assert error.value.code == "C201"
    assert as_bytes(place) == before


@pytest.mark.slow
@given(note=texts(200))
def test_the_mark_of_byte_order_and_the_mode_of_a_file_stay(
    note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As does the link that leads to the file."""
    place = tmp_path_factory.mktemp("marked")
    elsewhere = place / "elsewhere"
    elsewhere.write_bytes(b"\xef\xbb\xbf" + NAMES.encode() + b"events:\r\n")
    elsewhere.chmod(0o640)
    (place / "all.yaml").symlink_to(elsewhere)
    event = evolve(BOUGHT, note=note)
    adding.add(place, event)
    assert (place / "all.yaml").is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert elsewhere.read_bytes().startswith(
        b"\xef\xbb\xbf" + NAMES.encode() + b"events:\r\n  - id: bought\r\n"
    )
    assert event in authoring.read(place).events


# What fails


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Path]:
    """A folder to which an event and an entity are to be added, and which is the same at the end."""
    place = folder(
        tmp_path,
        events="events:\n  - {id: sold, kind: entity.dissolved, date: 2016, entity: film, reason: x}\n",
    )
    before = as_bytes(place)
    yield place
    for path in place.iterdir():
        path.chmod(0o644)
    assert as_bytes(place) == before


NEW = declaration({"id": "bolt", "name": "Bolt", "type": "company"})
OF_NEW = acquired("2015", "bolt", "film", "1%", id="one")


def refused(place: Path) -> str:
    """What is said when the event cannot be added."""
    with pytest.raises(InvalidEvents) as error:
        adding.add(place, OF_NEW, [NEW])
    assert error.value.code == "C114"
    return str(error.value)


@pytest.mark.parametrize("name", ["events.yaml", "entities.yaml"])
def test_a_read_only_file_is_refused(name: str, untouched: Path) -> None:
    """Though another file could be given its name; and neither of two files is written."""
    (untouched / name).chmod(0o444)
    assert "it is read-only" in refused(untouched)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_the_files_as_they_were(
    failing: int, untouched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first file or at the second; half of a text was written when the room was gone."""
    real, calls = Path.write_bytes, []

    def write(path: Path, data: Any) -> int:
        calls.append(path)
        if len(calls) == failing:
            real(path, bytes(data)[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    assert "no space left on device" in refused(untouched)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failed_sync_leaves_the_event_out(
    failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event never stands there without its entity; an entity without an event does no harm."""
    place = folder(tmp_path, events="events:\n")
    before = as_bytes(place)
    real, calls = os.fsync, []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    refused(place)
    assert set(as_bytes(place)) == set(before)
    assert as_bytes(place)["events.yaml"] == before["events.yaml"]
    authoring.read(place)


WITHOUT_ROOM = """
import resource, sys
from chronicle.authoring.adding import add
from chronicle.codec import decode
from chronicle.errors import InvalidEvents
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
plain = {"kind": "entity.insolvent", "date": "2014", "entity": "film", "stage": "filed", "note": "x" * 500}
try:
    add(sys.argv[1], decode(plain))
except InvalidEvents as error:
    print(error.code)
"""


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 1, 100, 400])
def test_where_the_system_writes_no_more_the_files_stay(room: int, untouched: Path) -> None:
    """A real limit of the operating system, which cuts the new text after so many bytes."""
    pytest.importorskip("resource", reason="this system knows no limits of a process")
    command = [sys.executable, "-c", WITHOUT_ROOM, str(untouched), str(room)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "C114\n"), done.stderr


def test_a_file_that_would_become_too_large_is_not_written(tmp_path: Path) -> None:
    """Nobody could read it afterwards."""
    place = folder(tmp_path, events="events:\n" + f"# {'x' * 1_000}\n" * 1_050)
    before = as_bytes(place)
    with pytest.raises(InvalidEvents) as error:
        adding.add(place, evolve(BOUGHT, note="y" * (1024 * 1024)), file=place / "events.yaml")
    assert error.value.code == "C108"
    assert as_bytes(place) == before


def test_a_file_cannot_take_a_field_away(tmp_path: Path) -> None:
    """What YAML has no form for is refused, and the way out is named; a line of JSON has one."""
    place = folder(tmp_path, events="events:\n")
    adding.add(place, BOUGHT)
    before = as_bytes(place)
    event = happened("record.corrected", "2015", target="bought", set={"note": None}, reason="x", id="y")
    with pytest.raises(InvalidEvents, match="no way to take a field away") as error:
        adding.add(place, event)
    assert error.value.code == "C115"
    assert as_bytes(place) == before
    adding.add(place, event, file=place / "corrections.jsonl")
    assert event in authoring.read(place).events


def test_a_new_file_that_somebody_else_made_meanwhile_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it written over."""
    place = folder(tmp_path, events="events:\n")
    real = adding._require_writable

    def made(draft: Any) -> None:
        real(draft)
        draft.path.write_text("# theirs\n")

    monkeypatch.setattr(adding, "_require_writable", made)
    with pytest.raises(InvalidEvents, match="made it meanwhile"):
        adding.add(place, BOUGHT, file=place / "new.yaml")
    assert as_bytes(place)["new.yaml"] == b"# theirs\n"


def test_what_an_editor_wrote_meanwhile_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is compared before it is replaced."""
    place = folder(tmp_path, events="events:\n")
    real = adding._require_writable

    def edited(draft: Any) -> None:
        real(draft)
        draft.path.write_text("events:\n# edited\n")

    monkeypatch.setattr(adding, "_require_writable", edited)
    with pytest.raises(InvalidEvents, match="changed it meanwhile"):
        adding.add(place, BOUGHT)
    assert as_bytes(place)["events.yaml"] == b"events:\n# edited\n"
    assert set(as_bytes(place)) == {"entities.yaml", "events.yaml"}
