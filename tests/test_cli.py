"""The command line in one process: what each command answers, refuses and explains."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from chronicle.cli import COMMANDS, chronicle
from chronicle.cli.group import HelpContext
from chronicle.errors.codes import CODES
from chronicle.history import open_history
from chronicle.stores import open_store

Run = Callable[..., Result]

TWO_COMPANIES = """\
entities:
  - {id: acme, name: Acme Holdings, short: Acme, type: company}
  - {id: bolt, name: Bolt, type: company}

events:
  - id: acme-buys-bolt
    kind: stake.acquired
    date: 2014-03
    holder: acme
    target: bolt
    share: 60%
    sources: [{publisher: Gazette, published: 2014-03-11}]
  - id: bolt-renamed
    kind: entity.renamed
    date: 2015-06-01
    entity: bolt
    name: Nut
    sources: [{publisher: Gazette, published: 2015-06-02}]
"""


def run(*arguments: str | Path, **settings: Any) -> Result:
    """Run ``chronicle`` with these arguments; anything but an orderly end fails the test."""
    result = CliRunner().invoke(chronicle, [str(argument) for argument in arguments], **settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*arguments: str | Path) -> Any:
    """The JSON that ``chronicle`` prints."""
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


@pytest.fixture
def events(root: Path) -> Path:
    """The history that is shipped."""
    return root / "events"


@pytest.fixture
def store(events: Path, tmp_path: Path) -> Path:
    """The same, recorded in a store."""
    path = tmp_path / "corp.db"
    assert run("record", *sorted(events.glob("*.yaml")), "--into", path).exit_code == 0
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small history in a file."""
    path = tmp_path / "two.yaml"
    path.write_text(TWO_COMPANIES)
    return path


def holding(state: Any, holder: str, target: str) -> Any:
    """The holdings of one in another, without the events behind them."""
    return [
        (each["share"], each["certain"])
        for each in state["holdings"]
        if (each["holder"], each["target"]) == (holder, target)
    ]


# What was so on a day


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2014-02-28", []),
        ("2014-03-15", [({"exact": "0.6"}, False)]),
        ("2014-03-31", [({"exact": "0.6"}, True)]),
        ("2014", [({"exact": "0.6"}, True)]),
    ],
)
def test_a_stake_bought_in_a_month_is_absent_then_possible_then_certain(
    events: Path, day: str, expected: list[Any]
) -> None:
    """ "In March 2014" is possible in the middle of the month and certain at its end."""
    assert holding(answer("--from", events, "as-of", day), "alibaba-group", "alibaba-pictures") == expected


def test_a_partial_date_stands_for_its_end(events: Path) -> None:
    """As of 2014 is as of the last day of 2014, and the answer says so."""
    assert answer("--from", events, "as-of", "2014")["as_of"] == "2014-12-31"


def listed(events: Path, day: str) -> bool:
    """Whether Alibaba Group is listed on a day."""
    found = run("--from", events, "as-of", day, "--plain").stdout.splitlines()
    return any(line.startswith("listing\t") and "alibaba-group" in line for line in found)


def test_the_group_is_listed_from_the_end_of_september_2014(events: Path) -> None:
    """The IPO "last September" is there at the end of the month and not a month before."""
    assert not listed(events, "2014-08-31")
    assert listed(events, "2014-09-30")


def test_the_stake_in_enlight_is_there_at_the_end_of_march_2015(events: Path) -> None:
    """8.8 % of Enlight, exactly."""
    state = answer("--from", events, "as-of", "2015-03-31")
    assert holding(state, "alibaba-group", "enlight") == [({"exact": "0.088"}, True)]


def test_a_proposed_deal_moves_nothing(events: Path) -> None:
    """In April 2015 the injection is proposed, and both units still belong to the group."""
    state = answer("--from", events, "as-of", "2015-04-30")
    deals = {deal["deal"]: deal["stage"] for deal in state["deals"]}
    owners = {unit["unit"]: unit["owner"] for unit in state["units"]}
    assert deals == {"asset-injection": "proposed"}
    assert owners == {"taobao-movie": "alibaba-group", "yulebao": "alibaba-group"}


@pytest.mark.parametrize(
    "question",
    [
        *(("as-of", day) for day in ("2014-02-28", "2014-03-15", "2014-03-31", "2014", "2014-08-31")),
        *(("as-of", day) for day in ("2014-09-30", "2015-03-31", "2015-04-30", "2016")),
        ("as-of", "2015-09-07", "--known", "2015-09-06"),
        ("as-of", "2015", "alibaba-pictures"),
        ("timeline",),
        ("timeline", "--known", "2015"),
    ],
    ids=" ".join,
)
def test_files_and_store_give_the_same_json(events: Path, store: Path, question: tuple[str, ...]) -> None:
    """Text files and the store that they were recorded in answer alike, byte by byte."""
    assert (
        run("--from", events, *question, "--json").stdout == run("--from", store, *question, "--json").stdout
    )


def test_an_entity_keeps_what_concerns_it(file: Path) -> None:
    """As of a day for one entity has its holdings and not those of others."""
    text = file.read_text()
    file.write_text(text.replace("  - {id: bolt,", "  - {id: cog, name: Cog, type: company}\n  - {id: bolt,"))
    assert holding(answer("--from", file, "as-of", "2015", "bolt"), "acme", "bolt") != []
    assert answer("--from", file, "as-of", "2015", "cog")["holdings"] == []


# Names for ids


@pytest.mark.parametrize("word", ["acme", "ACME", "acme holdings", "Acme Holdings"])
def test_an_entity_goes_by_its_id_or_its_names(file: Path, word: str) -> None:
    """An id, a name and a short name, in upper or lower case, mean the same company."""
    found = answer("--from", file, "timeline", word)["events"]
    assert [event["id"] for event in found] == ["acme-buys-bolt"]


def test_a_name_of_another_day_finds_the_entity_too(file: Path) -> None:
    """Before its renaming a company may be asked for by the name that it has today."""
    assert holding(answer("--from", file, "as-of", "2014", "nut"), "acme", "bolt") != []


def test_the_name_on_the_day_comes_before_that_of_another_day(file: Path) -> None:
    """When one company takes a name that another had, the day decides which is meant."""
    text = file.read_text().replace("{id: acme, name: Acme Holdings, short: Acme,", "{id: acme, name: Nut,")
    text += """\
  - id: acme-renamed
    kind: entity.renamed
    date: 2015-05-01
    entity: acme
    name: Acme
    sources: [{publisher: Gazette, published: 2015-05-02}]
"""
    file.write_text(text)
    assert ids(answer("--from", file, "as-of", "2014", "nut")) >= {"acme"}
    before = run("--from", file, "as-of", "2014-04-30", "nut", "--json")
    after = run("--from", file, "as-of", "2016", "nut", "--json")
    assert json.loads(before.stdout) == answer("--from", file, "as-of", "2014-04-30", "acme")
    assert json.loads(after.stdout) == answer("--from", file, "as-of", "2016", "bolt")


def ids(state: Any) -> set[str]:
    """The ids of the entities in a state."""
    return {entity["entity"] for entity in state["entities"]}


def test_a_name_of_two_entities_is_refused_with_both(file: Path) -> None:
    """Nobody guesses which of two namesakes is meant."""
    file.write_text(file.read_text().replace("name: Bolt", "name: ACME"))
    result = run("--from", file, "timeline", "Acme")
    assert result.exit_code == 0  # here "acme" is an id, and ids come first
    file.write_text(file.read_text().replace("short: Acme", "short: Nut"))
    result = run("--from", file, "timeline", "nut")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        'error[C601]: several entities are called "nut"\n  help: give the id: acme or bolt\n'
    )


def test_the_nearest_of_ids_and_names_is_offered(file: Path) -> None:
    """A slip in an id or a name gets the id or the name that was meant."""
    assert "did you mean bolt?" in run("--from", file, "timeline", "bold").stderr
    assert "did you mean Acme Holdings?" in run("--from", file, "as-of", "2015", "Acme Holding").stderr


def test_a_word_near_nothing_gets_some_that_are_there(file: Path) -> None:
    """Who cannot guess an id is shown a few; an empty word is no entity either."""
    for word in ("xyzzy", ""):
        result = run("--from", file, "timeline", word)
        assert result.exit_code == 3
        assert result.stderr == (
            f'error[C601]: no entity "{word}"\n  help: the history has 2 entities, such as acme, bolt\n'
        )


def test_a_timeline_can_be_cut_by_date_and_kind(file: Path) -> None:
    """Since, until and kind keep what may have happened then, and is of the kind."""

    def told(*options: str) -> list[str]:
        return [event["id"] for event in answer("--from", file, "timeline", *options)["events"]]

    assert told() == ["acme-buys-bolt", "bolt-renamed"]
    assert told("--since", "2014-03-31") == ["acme-buys-bolt", "bolt-renamed"]
    assert told("--since", "2014-04") == ["bolt-renamed"]
    assert told("--until", "2014") == ["acme-buys-bolt"]
    assert told("--kind", "entity.renamed", "--kind", "entity.founded") == ["bolt-renamed"]
    assert told("--kind", "stake") == ["acme-buys-bolt"]
    assert len(told("--kind", "entity")) == 3
    assert len(told("--kind", "entity.declared")) == 2


# Forms and streams


@pytest.mark.parametrize("command", [("timeline",), ("as-of", "2015"), ("check",)], ids=" ".join)
def test_every_answer_has_four_forms(file: Path, command: tuple[str, ...]) -> None:
    """JSON parses, CSV has one width, plain text and pages for people have lines; nothing on stderr."""
    for form in ((), ("--plain",)):
        assert run("--from", file, *command, *form).stderr == ""
    json.loads(run("--from", file, *command, "--json").stdout)
    table = list(csv.reader(io.StringIO(run("--from", file, *command, "--csv").stdout)))
    assert len({len(row) for row in table}) == 1


def test_options_stand_before_or_behind_the_command(file: Path) -> None:
    """Where --from and --color stand makes no difference; the later one wins."""
    expected = run("--from", file, "timeline", "--plain").stdout
    assert expected
    assert run("timeline", "--plain", "--from", file).stdout == expected
    assert run("--from", "nowhere", "timeline", "--plain", "--from", file).stdout == expected
    assert run("--color", "always", "--from", file, "timeline").stdout == (
        run("timeline", "--color", "always", "--from", file).stdout
    )


def test_two_forms_at_once_are_a_mistake(file: Path) -> None:
    """JSON and CSV exclude each other; the same form twice is one."""
    result = run("--from", file, "timeline", "--json", "--csv")
    assert result.exit_code == 2
    assert "--json and --csv exclude each other" in result.stderr
    assert run("--from", file, "timeline", "--json", "--json").exit_code == 0


def test_colour_is_for_those_who_ask(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No escape sequence goes into a pipe unless --color says always, which also beats NO_COLOR."""
    assert "\x1b[" not in run("--from", file, "timeline").stdout
    assert "\x1b[" in run("--from", file, "--color", "always", "timeline").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in run("--from", file, "--color", "always", "timeline").stdout
    assert "\x1b[" not in run("--from", file, "--color", "never", "timeline").stdout


def test_errors_take_colour_too(file: Path) -> None:
    """The severity of an error stands out when colour is wanted, and is the same text without."""
    plain = run("--from", file, "timeline", "nobody").stderr
    colored = run("--from", file, "--color", "always", "timeline", "nobody", color=True).stderr
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_several_errors_are_counted(file: Path) -> None:
    """Who scrolls to the end of many errors learns how many there are; a single one needs no count."""
    file.write_text(file.read_text().replace("60%", "much"))
    assert not run("--from", file, "timeline").stderr.endswith("problems\n")
    file.write_text(file.read_text().replace("date: 2015", "date: 20x5"))
    assert run("--from", file, "timeline").stderr.endswith("\n2 problems\n")


# Where the history comes from


def test_the_source_is_found_in_the_usual_places(file: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """The option, else CHRONICLE_SOURCE, else ./events, else ./chronicle.db, else an error that says so."""
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)

    def told() -> int:
        return len(answer("timeline")["events"])

    assert run("timeline").exit_code == 3
    assert "error[C604]" in run("timeline").stderr
    assert run("record", file, "--into", "chronicle.db").exit_code == 0
    assert told() == 2
    (place / "events").mkdir()
    (place / "events" / "one.yaml").write_text(file.read_text()[: file.read_text().index("  - id: bolt-r")])
    assert told() == 1
    monkeypatch.setenv("CHRONICLE_SOURCE", "")
    assert told() == 1
    monkeypatch.setenv("CHRONICLE_SOURCE", "chronicle.db")
    assert told() == 2
    assert len(answer("--from", "events", "timeline")["events"]) == 1


@pytest.mark.parametrize("command", [("timeline",), ("as-of", "2015"), ("check",)], ids=" ".join)
def test_a_source_that_is_not_there_is_not_found(command: tuple[str, ...], tmp_path: Path) -> None:
    """Asking of nothing ends with exit code 3, and makes nothing."""
    result = run("--from", tmp_path / "none.db", *command)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "error[C604]" in result.stderr
    assert not (tmp_path / "none.db").exists()


# Knowledge


def test_what_was_not_known_then_is_not_told(file: Path) -> None:
    """The purchase was reported on 11 March 2014; a day before, nobody could tell."""
    before = answer("--from", file, "as-of", "2015", "--known", "2014-03-10")
    after = answer("--from", file, "as-of", "2015", "--known", "2014-03-11")
    assert before["known"] == "2014-03-10"
    assert before["holdings"] == []
    assert holding(after, "acme", "bolt") != []
    assert answer("--from", file, "timeline", "--known", "2014-03-10")["events"] == []


def test_recorded_is_a_question_for_stores(file: Path, tmp_path: Path) -> None:
    """A store that took everything in today knew nothing yesterday; files cannot say, and say so."""
    run("record", file, "--into", tmp_path / "corp.db")
    past = answer("--from", tmp_path / "corp.db", "timeline", "--recorded", "2020")
    now = answer("--from", tmp_path / "corp.db", "timeline", "--recorded", "9000")
    assert (len(past["events"]), len(now["events"])) == (0, 2)
    result = run("--from", file, "as-of", "2015", "--recorded", "2020")
    assert result.exit_code == 2
    assert "error[C509]" in result.stderr


@pytest.mark.parametrize("option", ["--known", "--recorded", "--since", "--until"])
def test_a_date_that_is_none_is_a_matter_of_usage(file: Path, option: str) -> None:
    """A date on the command line that cannot be read ends with exit code 2 and the reason."""
    result = run("--from", file, "timeline", option, "2014-13")
    assert result.exit_code == 2
    assert result.stderr.startswith('error[C301]: no such month: "2014-13"\n')


# check


def test_findings_end_with_one(file: Path) -> None:
    """A history with a doubt ends check with exit code 1, one without with 0."""
    assert run("--from", file, "check").exit_code == 0
    text = file.read_text()
    sold = text[text.index("  - id: acme-buys") : text.index("  - id: bolt-r")]
    sold = sold.replace("acme-buys-bolt", "acme-sells").replace("acquired", "disposed")
    file.write_text(text + sold.replace("2014-03\n", "2014-05\n").replace("60%", "70%"))
    result = run("--from", file, "check")
    assert result.exit_code == 1
    assert "C401" in result.stdout
    assert result.stderr == ""
    found = json.loads(run("--from", file, "check", "--json").stdout)
    assert run("--from", file, "check", "--json").exit_code == 1
    assert "C401" in json.dumps(found)


# record


def content(path: Path) -> list[Any]:
    """Every record of a store."""
    with open_store(path, read_only=True) as store:
        return list(store.read())


def test_recording_says_what_it_did(file: Path, tmp_path: Path) -> None:
    """The number that is new, the number that was there, and the head; nothing on stdout."""
    result = run("record", file, "--into", tmp_path / "corp.db")
    assert (result.exit_code, result.stdout) == (0, "")
    head = content(tmp_path / "corp.db")[-1].chain.hex()
    assert result.stderr == f"recorded 4 events (0 were there already); head 4 {head}\n"


def test_recording_twice_changes_nothing(events: Path, store: Path) -> None:
    """The second time, all is there already."""
    before = content(store)
    result = run("record", *sorted(events.glob("*.yaml")), "--into", store)
    assert result.exit_code == 0
    assert result.stderr.startswith(
        f"recorded 0 events ({len(before)} were there already); head {len(before)} "
    )
    assert content(store) == before


def test_an_edited_event_is_refused(file: Path, tmp_path: Path) -> None:
    """What is recorded stays: the refusal has the id, the place, both contents and the way out."""
    store = tmp_path / "corp.db"
    run("record", file, "--into", store)
    before = content(store)
    file.write_text(file.read_text().replace("60%", "59.32%"))
    result = run("record", file, "--into", store)
    assert (result.exit_code, result.stdout) == (4, "")
    assert f'{file}:6:5: error[C503]: event "acme-buys-bolt" is recorded with other content' in result.stderr
    assert '"share": "60%"' in result.stderr
    assert '"share": "59.32%"' in result.stderr
    assert "record a correction (kind record.corrected" in result.stderr
    assert content(store) == before


def test_files_may_speak_of_what_the_store_knows(file: Path, tmp_path: Path) -> None:
    """A second file names entities, deals and events that only the store has."""
    run("record", file, "--into", tmp_path / "corp.db")
    (tmp_path / "more.yaml").write_text("""\
events:
  - kind: record.corrected
    date: 2015-09-10
    target: acme-buys-bolt
    set: {share: 59.32%}
    reason: exact figure of the annual report
  - kind: stake.disposed
    date: 2016
    holder: acme
    target: bolt
    holds: 0%
""")
    assert "error[C2" in run("timeline", "--from", tmp_path / "more.yaml").stderr
    result = run("record", tmp_path / "more.yaml", "--into", tmp_path / "corp.db")
    assert (result.exit_code, result.stderr[:17]) == (0, "recorded 2 events")
    state = answer("--from", tmp_path / "corp.db", "as-of", "2015")
    assert holding(state, "acme", "bolt") == [({"exact": "0.5932"}, True)]


def test_a_rehearsal_leaves_the_store_alone(file: Path, tmp_path: Path) -> None:
    """--dry-run says what would be, refuses what would be refused, and makes no store."""
    store = tmp_path / "corp.db"
    result = run("record", file, "--into", store, "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "would record 4 events (0 are there already)\n")
    assert not store.exists()
    run("record", file, "--into", store)
    before = content(store)
    file.write_text(file.read_text() + "  - {kind: entity.renamed, date: 2017, entity: acme, name: A}\n")
    result = run("record", file, "--into", store, "--dry-run")
    assert result.stderr == "would record 1 event (4 are there already)\n"
    file.write_text(file.read_text().replace("60%", "61%"))
    assert run("record", file, "--into", store, "--dry-run").exit_code == 4
    assert content(store) == before


def test_a_writer_may_name_the_position_that_it_expects(file: Path, tmp_path: Path) -> None:
    """When somebody else was quicker nothing is recorded."""
    store = tmp_path / "corp.db"
    assert run("record", file, "--into", store, "--expected", "0").exit_code == 0
    file.write_text(file.read_text() + "  - {kind: entity.renamed, date: 2017, entity: acme, name: A}\n")
    result = run("record", file, "--into", store, "--expected", "3")
    assert result.exit_code == 4
    assert "store moved on (expected 3, found 4)" in result.stderr
    assert run("record", file, "--into", store, "--expected", "4").exit_code == 0


def test_files_with_mistakes_make_no_store(file: Path, tmp_path: Path) -> None:
    """Nothing is recorded of files in which something is wrong."""
    file.write_text(file.read_text().replace("holder: acme", "holder: acmee"))
    result = run("record", file, "--into", tmp_path / "corp.db")
    assert result.exit_code == 1
    assert "did you mean acme" in result.stderr
    assert not (tmp_path / "corp.db").exists()


def test_a_store_does_not_go_by_the_name_of_an_event_file(file: Path, tmp_path: Path) -> None:
    """Such a store could not be read by its name, so it is not made."""
    result = run("record", file, "--into", tmp_path / "corp.yaml")
    assert result.exit_code == 2
    assert "that is the name of an event file" in result.stderr
    assert not (tmp_path / "corp.yaml").exists()


# verify


def test_verify_prints_the_head_of_a_sound_store(store: Path) -> None:
    """The position and the hash of the last record, to be kept elsewhere."""
    result = run("verify", store)
    last = content(store)[-1]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{last.position} records intact; head {last.position} {last.chain.hex()}\n"


def test_verify_names_a_record_that_was_changed(store: Path) -> None:
    """Damage ends with exit code 4 and names the record."""
    raw = store.read_bytes()
    assert b'"USD 800M"' in raw
    store.write_bytes(raw.replace(b'"USD 800M"', b'"USD 900M"'))
    result = run("verify", store)
    assert (result.exit_code, result.stdout) == (4, "")
    assert re.search(r'error\[C505\]: record \d+ \("chinavision-stake"\) was changed', result.stderr)


# schema and explain


def test_the_schema_goes_to_stdout_or_a_file(tmp_path: Path) -> None:
    """Both are the same JSON."""
    printed = run("schema").stdout
    assert json.loads(printed)["$defs"]
    assert run("schema", "-o", tmp_path / "schema.json").stdout == ""
    assert (tmp_path / "schema.json").read_text() == printed


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str) -> None:
    """Each has a paragraph that says why it is one and what to do, and an example."""
    result = run("explain", code.lower())
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{CODES[code].severity}[{code}]: {CODES[code].title}\n\n")
    assert CODES[code].explanation
    assert CODES[code].example
    assert "For example:" in result.stdout


def test_explain_lists_every_code() -> None:
    """Without a code, all of them, by subject."""
    listed = re.findall(r"^  (C\d{3})  ", run("explain").stdout, re.MULTILINE)
    assert listed == list(CODES)


def test_an_unknown_code_gets_the_nearest() -> None:
    """Exit code 3, and a suggestion."""
    result = run("explain", "C6044")
    assert result.exit_code == 3
    assert "did you mean C604?" in result.stderr


# bench


@pytest.mark.slow
def test_bench_times_every_workload() -> None:
    """A line for each workload at each size, with how many events a second."""
    lines = run("bench", "--size", "100", "--size", "200", "--rounds", "1").stdout.splitlines()
    assert len(lines) > 3
    assert len({len(line) for line in lines}) == 1
    assert all(re.search(r"\d+\.\d{4} +[\d,]+$", line) for line in lines[1:])


# Help and mistakes of typing


def test_help_lists_every_command_in_one_line() -> None:
    """The table of commands is the help, and every line of it leads to a command with help of its own."""
    text = run("--help").stdout
    for name, listed in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(listed.help)}$", text, re.MULTILINE)
        assert f"Usage: chronicle {name} " in run(name, "--help").stdout


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_has_room_on_80_columns_and_breaks_no_word(name: str) -> None:
    """Each word, option and name of a format is one of those of a very wide page."""
    root = HelpContext(chronicle, info_name="chronicle")
    command = chronicle.get_command(root, name) if name else chronicle
    assert command is not None

    def page(width: int) -> str:
        return HelpContext(command, info_name=name, terminal_width=width).get_help()

    # A page keeps two columns free, as on a terminal.
    assert max(map(len, page(78).splitlines())) <= 80
    assert set(page(78).split()) <= set(page(1000).split())


def test_no_command_at_all_shows_the_help() -> None:
    """Somebody who types only the name learns what there is."""
    assert run().stdout == run("--help").stdout


@pytest.mark.parametrize(
    ("line", "near"),
    [
        (("timelin",), "timeline"),
        (("asof", "2015"), "as-of"),
        (("timeline", "--jsn"), "--json"),
        (("record", "--int", "x.db", "a.yaml"), "--into"),
    ],
    ids=str,
)
def test_a_slip_gets_the_nearest_name(line: tuple[str, ...], near: str) -> None:
    """Commands and options that do not exist end with exit code 2 and what was meant."""
    result = run(*line)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"did you mean {near}?" in result.stderr


def test_an_unknown_command_far_from_any_is_refused_plainly() -> None:
    """No suggestion is better than a wild one."""
    result = run("banana")
    assert result.exit_code == 2
    assert 'error: no such command "banana"\n' in result.stderr


# What people bring in


HOSTILE = "\x1b]0;owned\x07\x1b[31mred\u202e\x9b2J"


def test_no_escape_sequence_of_an_argument_reaches_the_terminal(file: Path) -> None:
    """What was typed is quoted in messages without what a terminal would obey."""
    for line in (
        ("timeline", HOSTILE),
        ("timeline", "--kind", HOSTILE),
        ("as-of", HOSTILE),
        ("explain", HOSTILE),
        ("verify", HOSTILE),
        (HOSTILE,),
        (f"--{HOSTILE}",),
        ("timeline", "--from", HOSTILE),
        ("--color", HOSTILE),
    ):
        result = run("--from", file, *line)
        assert result.exit_code != 0
        assert safe(result.output), line


def safe(text: str) -> bool:
    """Whether a terminal shows the text and obeys nothing in it."""
    return all(line.isprintable() for line in text.split("\n"))


def test_no_escape_sequence_of_a_file_reaches_the_terminal(file: Path) -> None:
    """A name, a note or a title in a file cannot move the cursor, in any form."""
    written = json.dumps(HOSTILE)
    file.write_text(
        file.read_text()
        .replace("name: Nut", f"name: {written}\n    note: {written}")
        .replace("publisher: Gazette, published: 2015", f"title: {written}, published: 2015")
    )
    for command in (("timeline",), ("as-of", "2016"), ("check",)):
        for form in ((), ("--json",), ("--csv",), ("--plain",)):
            result = run("--from", file, *command, *form)
            assert safe(result.output.replace("\t", " ")), (command, form)


@given(st.binary(max_size=200))
def test_random_bytes_end_in_one_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A file of anything is a history or an error with a code, never a traceback."""
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(data)
    result = run("--from", path, "timeline")
    assert result.exit_code in (0, 1)
    assert safe(result.stderr)
    assert (result.exit_code == 1) == ("error[C1" in result.stderr)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_store(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A file of anything under the name of a store is trouble with a store, and stays as it is."""
    path = tmp_path_factory.getbasetemp() / "random.db"
    path.write_bytes(data)
    for line in (("--from", path, "timeline"), ("verify", path)):
        result = run(*line)
        assert (result.exit_code, result.stdout) == (4, "")
        assert "error[C501]" in result.stderr
    assert path.read_bytes() == data


@pytest.mark.parametrize("suffix", [".yaml", ".jsonl"])
def test_deep_nesting_and_wrong_encodings_are_refused(tmp_path: Path, suffix: str) -> None:
    """A thousand brackets, bytes that are no UTF-8 and a line without end are each one error with a code."""
    path = tmp_path / f"bad{suffix}"
    for data in (b"[" * 1000, b"events: \xff\xfe", b"{" * 100_000, b'"' + b"x" * 2_000_000, b"&a [*a, *a]"):
        path.write_bytes(data)
        result = run("--from", path, "timeline")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert len(re.findall(r"error\[C1\d\d\]", result.stderr)) >= 1


@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_arguments_end_in_order(arguments: list[str]) -> None:
    """Whatever is typed ends with one of the exit codes that are promised."""
    result = run("--from", "no-such-place.db", *arguments)
    assert result.exit_code in (0, 1, 2, 3, 4)
    assert safe(result.stderr)


def test_what_if_does_not_touch_the_source(events: Path) -> None:
    """With the injection completed both units belong to Alibaba Pictures, and the history is as before."""
    history = open_history(events)
    before = history.as_of("2016-01-01")
    assumed = history.assume("asset-injection", on="2015-12-31").as_of("2016-01-01")
    owners = {unit.unit: unit.owner for unit in assumed.units()}
    assert owners == {"taobao-movie": "alibaba-pictures", "yulebao": "alibaba-pictures"}
    assert history.as_of("2016-01-01") == before
    assert {unit.owner for unit in before.units()} == {"alibaba-group"}
