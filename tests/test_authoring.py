"""Event files: every scalar is text, every value has its place, and whatever is wrong is one typed error."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chronicle import authoring
from chronicle.authoring import nodes, reading
from chronicle.authoring.files import LARGEST_FILE, LONGEST_LINE
from chronicle.errors import InvalidEvents, Place, Problem, printable
from chronicle.events import EntityDeclared, Event

Write = Callable[..., Path]

ENTITIES = """\
entities:
  - {id: alibaba-group, name: Alibaba Group, type: company}
  - {id: alibaba-pictures, name: Alibaba Pictures, type: company}
"""

STAKE = """\
  - kind: stake.acquired
    date: 2014-03
    holder: alibaba-group
    target: alibaba-pictures
    share: 60%
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes files into a folder of their own, which is the current one, and gives that folder."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def problems_of(*paths: str | Path, **known: Iterable[str]) -> tuple[Problem, ...]:
    """The problems that reading some paths ends in."""
    with pytest.raises(InvalidEvents) as caught:
        authoring.read(paths, **known)
    return caught.value.problems


def codes_of(*paths: str | Path) -> list[str]:
    """The codes of the problems that reading some paths ends in."""
    return [problem.code for problem in problems_of(*paths)]


def declared(text: str) -> Event:
    """The first event that a YAML file with this text makes."""
    path = Path("one.yaml")
    path.write_text(text, encoding="utf-8")
    return authoring.read(path).events[0]


# Scalars


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("NO", "NO"),
        ("01060", "01060"),
        ("0.50", "0.50"),
        ("on", "on"),
        ("yes", "yes"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("2014-03-11", "2014-03-11"),
        ("12:30:45", "12:30:45"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("Null", "Null"),
        ("'null'", "null"),
        ("'~'", "~"),
        ('"caf\\u00e9"', "café"),
        ("'it''s'", "it's"),
        ("阿里巴巴影业", "阿里巴巴影业"),
        ("# no comment'".replace("# ", "a#"), "a#no comment'"),
        ("two\n      lines", "two lines"),
    ],
)
def test_a_scalar_is_the_text_that_was_written(write: Write, written: str, text: str) -> None:
    """No value is taken for a number, a date, a truth or nothing because of what it looks like."""
    write()
    event = declared(f"entities:\n  - id: a\n    type: company\n    name: {written}\n")
    assert isinstance(event, EntityDeclared)
    assert event.name == text


def test_a_text_of_several_lines_keeps_them(write: Write) -> None:
    """A note may be a block of lines, folded or not."""
    write()
    literal = declared('entities:\n  - {id: a, name: A, type: company, note: "x\\ny"}\n')
    block = declared("entities:\n  - id: a\n    name: A\n    type: company\n    note: |\n      x\n      y\n")
    folded = declared(
        "entities:\n  - id: a\n    name: A\n    type: company\n    note: >-\n      x\n      y\n"
    )
    assert (literal.note, block.note, folded.note) == ("x\ny", "x\ny\n", "x y")


# Files and folders


def test_a_folder_is_one_history_of_the_files_directly_in_it(write: Write) -> None:
    """Files are taken by name; hidden ones, other formats and sub-folders are not read."""
    folder = write(
        b_yaml="events:\n" + STAKE,
        a_yml=ENTITIES,
        c_jsonl='{"kind": "entity.dissolved", "date": "2020", "entity": "alibaba-pictures", "reason": "r"}\n',
        notes_txt="not an event file",
        _hidden_yaml="[broken",
        older__d_yaml="[broken",
    )
    read = authoring.read(folder)
    assert [event.kind for event in read.events] == [
        "entity.declared",
        "entity.declared",
        "stake.acquired",
        "entity.dissolved",
    ]
    assert [place.line for place in read.places.values()] == [2, 3, 2, 1]


def test_declarations_come_first_whatever_file_has_them(write: Write) -> None:
    """Nothing stands before the declaration of what it speaks of, and the rest stays as it was written."""
    folder = write(a_yaml="events:\n" + STAKE, z_yaml=ENTITIES)
    kinds = [event.kind for event in authoring.read(folder).events]
    assert kinds == ["entity.declared", "entity.declared", "stake.acquired"]


def test_files_can_be_given_one_by_one_and_twice(write: Write) -> None:
    """A file that is named twice, or with its folder, is read once."""
    folder = write(a_yaml=ENTITIES, b_yaml="events:\n" + STAKE)
    one_by_one = authoring.read([folder / "b.yaml", folder / "a.yaml", folder / "a.yaml", folder])
    assert one_by_one.events == authoring.read(str(folder)).events


def test_reading_leaves_the_collector_as_it_was(write: Write) -> None:
    """The collector that rests while files are read works again afterwards, unless it never did."""
    write(a_yaml=ENTITIES, b_txt="")
    authoring.read(".")
    codes_of("missing.yaml")
    assert gc.isenabled()
    gc.disable()
    try:
        authoring.read(".")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_event_has_the_place_of_its_first_line(write: Write) -> None:
    """Where an event stands is known by its id, with the line itself."""
    folder = write(history_yaml=ENTITIES + "events:\n" + STAKE)
    places = authoring.read([Path("history.yaml")]).places
    identifier = "2014-03-stake-acquired-alibaba-group-alibaba-pictures"
    assert places[identifier] == Place("history.yaml", 5, 5, 20, "  - kind: stake.acquired")
    assert folder.is_dir()


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing yet\n", "---\n", "events:\n", "entities: []\nevents: []\n"]
)
def test_a_file_may_have_nothing_in_it_yet(write: Write, text: str) -> None:
    """A file that was only begun is a history without events."""
    assert authoring.read(write(a_yaml=text)).events == ()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_count_alike_whatever_ends_them(write: Write, ends: str) -> None:
    """A file from any system has its problems in the lines that an editor shows."""
    write(a_yaml=(ENTITIES + "events:\n" + STAKE + "    colour: red\n").replace("\n", ends))
    (problem,) = problems_of("a.yaml")
    assert problem.place == Place("a.yaml", 10, 5, 6, "    colour: red")


def test_a_byte_order_mark_is_no_part_of_the_text(write: Write) -> None:
    """Files of editors that mark UTF-8 are read, and columns count from the text."""
    assert authoring.read(write(a_yaml=b"\xef\xbb\xbf" + ENTITIES.encode())).events
    write(a_jsonl=b'\xef\xbb\xbf{"kind": "entity.founded"}\n')
    assert problems_of("a.jsonl")[0].place == Place("a.jsonl", 1, 1, 26, '{"kind": "entity.founded"}')


def test_what_is_no_file_is_refused_at_once(write: Write) -> None:
    """A named pipe is not waited for."""
    folder = write()
    os.mkfifo(folder / "a.yaml")
    assert codes_of("a.yaml") == ["C101"]
    assert codes_of(".") == ["C101"]


def test_a_file_that_may_not_be_read_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason that the system gives is said."""
    write(a_yaml=ENTITIES)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("chronicle.authoring.files.os.open", refuse)
    assert str(problems_of("a.yaml")[0]) == (
        "a.yaml: error[C101]: cannot be read: permission denied\n"
        "  help: ask its owner for the right to read it"
    )


def test_a_folder_that_may_not_be_read_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason that the system gives is said of a folder too; a sub-folder of others is passed over."""
    folder = write(other__a_yaml=ENTITIES)
    listing = Path.iterdir

    def refuse(path: Path) -> Iterable[Path]:
        if path.name == refused:
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    refused = "other"
    assert codes_of(folder) == ["C112"]
    assert codes_of(folder / "other") == ["C101"]


@pytest.mark.parametrize("before", ["", "a", "é中", "\r", "a\r\né\r", "\x0c\x85"])
def test_a_byte_that_is_no_text_is_pointed_at(write: Write, before: str) -> None:
    """Lines and columns count in characters, up to the byte that is none."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    write(a_yaml=before.encode() + b"\xff rest\nmore")
    assert problems_of("a.yaml")[0].place == Place(
        "a.yaml", len(lines), len(lines[-1]) + 1, 1, lines[-1] + "\N{REPLACEMENT CHARACTER} rest"
    )


def test_one_bad_file_does_not_hide_the_problems_of_others(write: Write) -> None:
    """All problems of all files are reported, in the order of files and lines."""
    write(a_yaml="events:\n  - {kind: x}\n  - {kind: y}\n", b_yaml=b"\xff", c_yaml="event: []\n")
    assert codes_of(".") == ["C201", "C201", "C102", "C110"]


def test_names_are_not_called_unknown_while_a_file_cannot_be_read(write: Write) -> None:
    """Who knows what the broken file declares: one mistake does not make a hundred others."""
    write(a_yaml=ENTITIES + "  - {id: [\n", b_yaml="events:\n" + STAKE.replace("alibaba-group", "unheard-of"))
    assert codes_of(".") == ["C103"]


def test_a_mistake_in_a_declaration_does_not_make_its_entity_unknown(write: Write) -> None:
    """An entity of an unknown type is declared none the less."""
    write(
        a_yaml=ENTITIES.replace("company}\n  - {id: alibaba-pictures", "x}\n  - {id: alibaba-pictures")
        + "events:\n"
        + STAKE
    )
    assert codes_of(".") == ["C211"]


# References


def test_what_a_store_already_has_may_be_referred_to(write: Write) -> None:
    """Files that go on with a recorded history need not declare everything anew."""
    stake = "events:\n" + STAKE + "    deal: purchase\n"
    correction = "  - {kind: record.retracted, date: 2015, target: old-event, reason: wrong}\n"
    folder = write(a_yaml=stake + correction)
    assert codes_of(folder) == ["C204", "C204", "C208", "C213"]
    read = authoring.read(
        folder,
        known_entities=["alibaba-group", "alibaba-pictures"],
        known_deals=["purchase"],
        known_events=["old-event"],
    )
    assert len(read.events) == 2


def test_an_event_that_a_store_already_has_may_be_read_again(write: Write) -> None:
    """To record the same file twice is no mistake."""
    folder = write(a_yaml=ENTITIES + "events:\n" + STAKE.replace("- kind", "- id: purchase\n    kind"))
    assert (
        len(authoring.read(folder, known_events=["purchase"], known_entities=["alibaba-group"]).events) == 3
    )


def test_a_founding_introduces_its_entity(write: Write) -> None:
    """Who was founded in the history need not be declared as well, also when a deal would found it."""
    founding = "  - {kind: entity.founded, date: 1999, entity: alibaba-group, name: Alibaba, type: company}\n"
    effect = "{kind: entity.founded, entity: alibaba-pictures, name: Alibaba Pictures, type: company}"
    deal = (
        "  - {kind: deal.proposed, date: 2014, deal: d, title: D, parties: [alibaba-group], effects: [%s]}\n"
    )
    assert len(authoring.read(write(a_yaml="events:\n" + STAKE + founding + deal % effect)).events) == 3


def test_an_unknown_event_in_after_is_left_to_check(write: Write) -> None:
    """An order that cannot be followed is a doubt about the history, not an error of the file."""
    assert authoring.read(write(a_yaml=ENTITIES + "events:\n" + STAKE + "    after: unheard-of\n"))


def test_every_mention_of_an_unknown_entity_is_pointed_at(write: Write) -> None:
    """One name in two fields, in a list and in an effect is four places to correct."""
    deal = """\
events:
  - kind: deal.proposed
    date: 2015-04
    deal: d
    title: D
    parties: [x, alibaba-group, x]
    effects:
      - {kind: unit.transferred, unit: x, from: x, to: alibaba-group}
"""
    write(a_yaml=ENTITIES, b_yaml=deal)
    places = [problem.place for problem in problems_of(".")]
    assert [(place.line, place.column) for place in places if place] == [(6, 15), (6, 33), (8, 40), (8, 49)]


def test_a_correction_is_tried_on_the_event_that_it_corrects(write: Write) -> None:
    """What a correction sets must be right for that kind of event."""
    stake = "events:\n" + STAKE.replace("- kind", "- id: purchase\n    kind")
    correction = (
        "  - {kind: record.corrected, date: 2015, target: purchase, set: {share: %s}, reason: wrong}\n"
    )
    write(a_yaml=ENTITIES + stake + correction % "59.32%")
    assert len(authoring.read(".").events) == 4
    write(a_yaml=ENTITIES + stake + correction % "59.32")
    (problem,) = problems_of(".")
    assert (problem.code, problem.place and problem.place.column) == ("C302", 73)


def test_two_corrections_that_are_right_together_are_right(write: Write) -> None:
    """A correction may take away what another one has made needless."""
    stake = (
        '{"id": "s", "kind": "stake.acquired", "date": "2014", "holder": "a", "target": "b", "share": "6%"}\n'
    )
    first = (
        '{"kind": "record.corrected", "date": "2015", "target": "s", "set": {"holds": "6%"}, "reason": "r"}\n'
    )
    second = (
        '{"kind": "record.corrected", "date": "2016", "target": "s", "set": {"share": null}, "reason": "r"}\n'
    )
    assert len(authoring.read(write(a_jsonl=stake + first + second), known_entities="ab").events) == 3


def test_an_id_that_is_offered_is_free(write: Write) -> None:
    """Of three events that would get one id, the second and the third are offered two others."""
    taken = "2014-03-stake-acquired-alibaba-group-alibaba-pictures-2"
    stakes = STAKE.replace("- kind", f"- id: {taken}\n    kind") + STAKE * 3
    write(a_yaml=ENTITIES + "events:\n" + stakes)
    offered = [(problem.help or "").rsplit("-", 1)[-1] for problem in problems_of(".")]
    assert offered == ["3`", "4`"]


def test_a_correction_of_an_event_that_is_itself_wrong_is_not_tried(write: Write) -> None:
    """First the event is put right, then one can say what the correction does to it."""
    stake = "events:\n" + STAKE.replace("- kind", "- id: purchase\n    kind").replace("60%", "60")
    correction = "  - {kind: record.corrected, date: 2015, target: purchase, set: {share: 1}, reason: r}\n"
    write(a_yaml=ENTITIES + stake + correction)
    assert [problem.place and problem.place.line for problem in problems_of(".")] == [10]


def test_a_correction_may_set_all_that_refers(write: Write) -> None:
    """Unknown names are found where they stand: in the correction its own, in the event the others."""
    stake = "events:\n" + STAKE.replace("- kind", "- id: purchase\n    kind").replace("alibaba-group", "x")
    correction = "  - {kind: record.corrected, date: 2015, target: purchase, set: {seller: y}, reason: r}\n"
    write(a_yaml=ENTITIES + stake + correction)
    places = [problem.place for problem in problems_of(".")]
    assert [(place.line, place.column) for place in places if place] == [(8, 13), (11, 74)]


# JSON Lines


def test_lines_of_json_may_end_as_on_other_systems(write: Write) -> None:
    """The end of a line is no part of it."""
    write(a_jsonl=b'{"kind": "x"}\r\n\r\n{"kind": "y"}\r\n')
    places = [problem.place for problem in problems_of(".")]
    assert [(place.line, place.excerpt) for place in places if place] == [
        (1, '{"kind": "x"}'),
        (3, '{"kind": "y"}'),
    ]


def test_a_line_of_json_is_the_same_event_as_in_yaml(write: Write) -> None:
    """The exchange form says what the form for people says."""
    line = {
        "kind": "stake.acquired",
        "date": "2014-03",
        "holder": "alibaba-group",
        "target": "alibaba-pictures",
        "share": "60%",
        "sources": [{"publisher": "Reuters", "url": None}],
    }
    yaml = STAKE + "    sources: [{publisher: Reuters}]\n"
    from_yaml = authoring.read(write(a_yaml=ENTITIES + "events:\n" + yaml)).events
    Path("a.yaml").write_text(ENTITIES)
    from_json = authoring.read(write(b_jsonl=json.dumps(line) + "\n\n")).events
    assert from_json == from_yaml


def test_a_number_in_json_is_the_text_that_it_was_written_as(write: Write) -> None:
    """No digit is lost on the way: neither of a count of many digits nor of a year."""
    digits = "9" * 24
    line = f'{{"kind": "shares.issued", "date": 2014, "issuer": "a", "shares": 0.50, "total": {digits}}}'
    assert codes_of(write(a_jsonl=line)) == ["C204", "C304"]
    line = line.replace("0.50", "12488058846")
    (event,) = authoring.read(write(a_jsonl=line), known_entities=["a"]).events
    assert (event.date.text, str(event.shares), str(event.total)) == ("2014", "12488058846", digits)


def test_a_truth_in_json_is_one(write: Write) -> None:
    """true is yes."""
    line = '{"kind": "listing.started", "date": "2014-09", "entity": "a", "ipo": true}'
    (event,) = authoring.read(write(a_jsonl=line), known_entities=["a"]).events
    assert event.ipo is True


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ('{"kind": "entity.dissolved", "entity": "x", "date": "2014", "reason": "r"}', "C204", 40),
        ('{"reason": "a\\"b", "kind": "entity.dissolved", "entity": "x", "date": "2014"}', "C204", 58),
        ('{"kind": "entity.dissolved", "entity": "a", "date": "2014", "reason": "r", "x": 1}', "C202", 76),
        ('   {"kind": "entity.dissolved", "entity": "a", "date": "2014"}', "C203", 4),
        ('{"kind": "entity.dissolved", "entity": ["a"], "date": "2014", "reason": "r"}', "C109", 40),
        ('{"kind": "entity.dissolved", "entity": "a", "date": "2014", "reason": "\\ud800"}', "C309", 71),
        ('{"a": [1, 2, {"b": 1, "b": 2}]}', "C105", 23),
        ('{"a": "a", "a": "a"}', "C105", 12),
        ('{"a": "Infinity", "b": -Infinity}', "C111", 24),
        ('{"a": "b}', "C111", 7),
        ("\x00", "C111", 1),
    ],
)
def test_a_problem_in_a_line_of_json_has_its_column(write: Write, line: str, code: str, column: int) -> None:
    """A line of a thousand characters is not searched by eye."""
    write(a_jsonl=line)
    (problem,) = problems_of("a.jsonl", known_entities=["a"])
    assert problem.place
    assert (problem.code, problem.place.line, problem.place.column) == (code, 1, column)


# Limits


def test_a_file_or_a_line_beyond_the_limit_is_refused(write: Write) -> None:
    """What no person wrote is not loaded into memory first."""
    write(line_yaml="# " + "x" * LONGEST_LINE, line_jsonl="{}\n" + " " * (LONGEST_LINE + 1))
    with open("file.yaml", "wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert [str(problem).split(": ", 1)[0] for problem in problems_of(".")] == [
        "file.yaml",
        "line.jsonl:2:1",
        "line.yaml:1:1",
    ]
    assert codes_of(".") == ["C108", "C108", "C108"]


def test_the_longest_line_that_is_taken_is_pointed_into(write: Write) -> None:
    """A problem at the end of a giant line has its true column and a line that can be read."""
    padding = "x" * (LONGEST_LINE - 100)
    write(a_yaml=f"entities:\n  - {{id: a, name: {padding}, type: firm}}\n")
    (problem,) = problems_of("a.yaml")
    assert problem.place
    assert problem.place.column == LONGEST_LINE - 100 + 27
    assert max(map(len, str(problem).split("help:")[0].splitlines())) < 120


def billion_laughs() -> str:
    """A small file that would be a billion words if its aliases were followed."""
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    return "\n".join(lines)


HOSTILE = {
    "billion laughs": billion_laughs(),
    "1,000 lists": "events: " + "[" * 1000 + "]" * 1000,
    "1,000 mappings": "events: " + "{a: " * 1000 + "}" * 1000,
    "1,000 lists in blocks": "events:\n" + "\n".join(" " * depth + "-" for depth in range(1000)),
    "a million brackets": "[" * 1_000_000,
    "a million braces": "{" * 1_000_000,
    "a million dashes": "- " * 500_000,
    "a million question marks": "? " * 500_000,
    "a million quotes": '"' * 1_000_000,
    "a million colons": ":" * 1_000_000,
    "a million tags": "!a " * 333_333,
    "a million anchors": "&a " * 333_333,
    "a list of aliases": "events:\n- [" + "*a," * 300_000,
    "tagged code": "events: !!python/object/apply:os.system [exit]",
    "a key without end": "? " + "a" * 1_000_000,
    "a million values in one item": "events:\n- kind:\n" + "  - a\n" * 1_000_000,
    "a million sections": "".join(f"a{number}: b\n" for number in range(1_000_000)),
    "a hundred thousand fields": "entities:\n- " + "  ".join(f"a{number}: b\n" for number in range(40_000)),
    "zero bytes": "\0" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["a.yaml", "a.jsonl"])
def test_a_hostile_file_ends_in_problems_and_nothing_else(write: Write, name: str, text: str) -> None:
    """No file can exhaust the stack or the memory of who reads it."""
    write(**{name.replace(".", "_"): text})
    problems = problems_of(name)
    assert len(problems) <= nodes.MOST_PROBLEMS + 1
    assert all(problem.place and problem.place.file == name for problem in problems)


def test_a_line_of_escaped_quotes_is_read_once(write: Write) -> None:
    """The time for a line goes with its length, also for the worst of lines."""
    write(a_jsonl='{"kind": "' + '\\"' * 500_000 + "[" * 60)
    assert codes_of("a.jsonl") == ["C111"]


def test_of_ten_thousand_mistakes_the_first_thousand_are_shown(write: Write) -> None:
    """Nobody reads beyond, and the last line says that there are more."""
    write(a_yaml="events:\n" + "  - {kind: x}\n" * 10_000)
    problems = problems_of("a.yaml")
    assert [problem.code for problem in problems] == ["C201"] * nodes.MOST_PROBLEMS + ["C113"]
    write(
        a_yaml="events:\n"
        + "".join(
            f"  - {{kind: entity.dissolved, entity: x, date: {year}, reason: r}}\n"
            for year in range(1000, 3000)
        )
    )
    assert [problem.code for problem in problems_of("a.yaml")] == ["C204"] * nodes.MOST_PROBLEMS + ["C113"]


FRAGMENTS = st.sampled_from(
    [
        *"-?:,[]{}#&*!|>'\"%@`~ \n\t\r",
        "events:\n",
        "entities:\n",
        "  - ",
        "    ",
        "id: a\n",
        "kind: stake.acquired\n",
        "kind: record.corrected\n",
        "kind: deal.proposed\n",
        "date: 2014\n",
        "effects:\n",
        "sources:\n",
        "set:\n",
        "parties: [a, b]\n",
        "<<: ",
        "--- ",
        "...\n",
        "%YAML 1.1\n",
        "null",
        "é中\u0301",
        "\\",
        "\u2028",
        "\ufeff",
        "\x00",
        "0",
    ]
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
@example("? a\n: b\n? [x]\n: d\n")
@example("entities:\n  ? \n  : \n")
@example("events:\n- {kind: deal.proposed, effects: {a: b}}\n")
@example("events:\n- {kind: deal.proposed, effects: [a, [b], {kind: [c]}]}\n")
@example("events:\n- {kind: {a: b}, id: [c], entity: {d: e}, deal: []}\n")
@example("entities:\n- {id: [c], sources: {d: e}}\n")
def test_any_text_makes_events_or_problems(text: str) -> None:
    """Whatever stands in a file, reading it never ends in a traceback or in a text that a terminal obeys."""
    for document in (
        reading.read_document(nodes.Text("a.yaml", text)),
        reading.read_document(nodes.Text("a.jsonl", text, text.split("\n"))),
    ):
        for problem in document.placed():
            assert problem.place
            assert str(problem) == "\n".join(map(printable, str(problem).split("\n")))


@given(st.binary(max_size=200), st.sampled_from(["a.yaml", "a.jsonl"]))
@example(b"\xef\xbb\xbf\xff", "a.yaml")
@example(b"\r\xc3\n\xa9", "a.yaml")
@example("\ufeff\n\ufeff".encode(), "a.yaml")
@example("a: b".encode("utf-16"), "a.yaml")
@example("a: \x85\u2028b\ufffe".encode(), "a.yaml")
def test_any_bytes_make_events_or_problems(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    """Whatever bytes a file has, reading it ends in events or in problems that have a place."""
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    problems = reading.open_document(path).placed()
    assert all(problem.place and problem.place.file == str(path) for problem in problems)


# Carets


@pytest.mark.parametrize(
    ("excerpt", "column", "length", "under"),
    [
        ("name: Alibaba", 7, 7, "Alibaba"),
        ("名称: 阿里巴巴影业", 5, 6, "阿里巴巴影业"),
        ("ｎａｍｅ: x", 7, 1, "x"),
        ("ア: x", 4, 1, "x"),
        ("ｱ: x", 4, 1, "x"),
        ("cafe\u0301: x", 8, 1, "x"),
        ("\tx", 2, 1, "x"),
        ("a\tb\tx", 5, 1, "x"),
        ("x" * 500 + "中y", 502, 1, "y"),
        ("中" * 500 + "y", 501, 1, "y"),
        ("中" * 500, 1, 500, "中" * 100),
        ("ab", 3, 1, ""),
        ("", 1, 1, ""),
    ],
)
def test_a_caret_stands_under_what_it_means(excerpt: str, column: int, length: int, under: str) -> None:
    """In a terminal, where a Chinese character takes two columns and an accent none."""
    shown = str(Problem("C109", "wrong", Place("f", 1, column, length, excerpt or " ")))
    _, text, carets = shown.split("\n")
    start, end = carets.index("^"), carets.rindex("^") + 1
    columns = [character for character in text for _ in range(width(character))]
    found = "".join(columns[start:end])
    assert found == "".join(character * width(character) for character in under) or not under
    assert end - start == max(1, sum(map(width, under)))


def width(character: str) -> int:
    """The columns of the few characters of these tests."""
    if character == "\u0301":
        return 0
    return 2 if character in "名称阿里巴影业ｎａｍｅア中" else 1
