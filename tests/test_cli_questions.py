"""Why, diff, conflicts, correct, retract and what-if on the command line."""

from __future__ import annotations

import csv
import datetime
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chronicle.cli import chronicle
from chronicle.codec import encode
from chronicle.history import open_history
from chronicle.stores import open_store

CHINAVISION = "events/chinavision-2014"


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
def file(root: Path, tmp_path: Path) -> Path:
    """A small history with something of everything, in a file."""
    return Path(shutil.copy(root / "tests/data/questions.yaml", tmp_path / "history.yaml"))


@pytest.fixture
def store(file: Path, tmp_path: Path) -> Path:
    """The same, recorded in a store."""
    path = tmp_path / "history.db"
    assert run("record", file, "--into", path).exit_code == 0
    return path


def shares(state: Any, holder: str, target: str) -> list[Any]:
    """The shares of one in another, in the JSON of a state."""
    held = [each for each in state["holdings"] if (each["holder"], each["target"]) == (holder, target)]
    return [each["share"] for each in held]


# Why


def test_why_leads_from_a_stake_to_its_sources(file: Path) -> None:
    """The value, the event, the source with its date, the correction, and the line of the file."""
    [reason] = answer("--from", file, "why", "acme", "bolt", "--as-of", "2014")["reasons"]
    assert (reason["value"]["share"], reason["certain"], reason["since"]) == (
        {"exact": "0.5932"},
        True,
        "2014-03-08",
    )
    [step] = reason["steps"]
    assert step["event"]["sources"][0]["published"] == "2014-03-11"
    assert (step["known"], step["known_assumed"]) == ("2014-03-11", False)
    assert [correction["id"] for correction in step["corrections"]] == ["acme-buys-bolt-exactly"]
    assert step["place"]["file"] == str(file)
    assert file.read_text().splitlines()[step["place"]["line"] - 1].strip() == "- id: acme-buys-bolt"


def test_why_says_when_knowledge_is_assumed(file: Path) -> None:
    """An event without a dated source counts as known from the end of its own date, and why says so."""
    page = run("--from", file, "why", "bolt", "--as-of", "2015").stdout
    assert "(assumed: no source is dated)" in page
    assert "no source" in page


def test_why_by_earlier_knowledge_knows_no_later_correction(file: Path) -> None:
    """In May the share was 60 %, and nothing of the answer comes from June."""
    result = run("--from", file, "why", "acme", "bolt", "--as-of", "2014", "--known", "2014-05", "--json")
    assert "59.32" not in result.stdout
    [reason] = json.loads(result.stdout)["reasons"]
    assert reason["value"]["share"] == {"exact": "0.6"}


def test_why_shows_the_claim_that_lost(file: Path) -> None:
    """The blog's 9 % does not count, and stays in sight."""
    [reason] = answer("--from", file, "why", "cogs", "bolt", "--as-of", "2015")["reasons"]
    assert reason["contradicted_by"] == ["cogs-holds-bolt-by-a-blog"]
    [conflict] = reason["steps"][0]["conflicts"]
    assert [claim["event"]["holds"] for claim in conflict["claims"]] == ["8%", "9%"]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (["shop"], ["units"]),
        (["injection"], ["deals"]),
        (["bolt"], ["names", "listings"]),
        (["acme", "Nut Works"], ["holdings"]),
        (["Acme", "bolt", "equity"], ["holdings"]),
        (["Jane Doe", "bolt"], ["roles"]),
        (["shop", "acme"], ["units"]),
    ],
)
def test_a_key_is_looked_up_where_it_fits(file: Path, key: list[str], found: list[str]) -> None:
    """One id is a unit, a deal or an entity; two are a stake, else whatever there is between them."""
    reasons = answer("--from", file, "why", *key, "--as-of", "2015-10-31")["reasons"]
    assert list(dict.fromkeys(reason["view"] for reason in reasons)) == found


def test_a_view_can_be_asked_for(file: Path) -> None:
    """The parts of the key that are no entities go by their text."""
    why = answer("--from", file, "why", "bolt", "NYSE", "--view", "listings", "--as-of", "2015")
    assert why["view"] == "listings"
    assert why["reasons"][0]["key"] == {"entity": "bolt", "exchange": "NYSE"}


@pytest.mark.parametrize("known", [(), ("--known", "2000")])
def test_why_of_nothing_explains_itself(file: Path, known: tuple[str, ...]) -> None:
    """Before a thing began, or before anybody knew: no reasons, words instead, exit code 0."""
    why = answer("--from", file, "why", "acme", "bolt", "--as-of", "2013", *known)
    assert why["reasons"] == []
    assert why["instead"].startswith("nothing")
    assert run("--from", file, "why", "acme", "bolt", "--as-of", "2013", *known, "--plain").stdout.startswith(
        "nothing\t"
    )


def test_a_store_has_no_files_and_says_the_same(file: Path, store: Path) -> None:
    """From a store there is no place; all else is as from files."""
    question = ("why", "cogs", "bolt", "--as-of", "2015")
    from_files, from_store = (answer("--from", source, *question) for source in (file, store))
    for reason in from_files["reasons"]:
        for step in reason["steps"]:
            step["place"] = None
    assert from_files == from_store


def test_what_may_be_over_names_the_end(file: Path) -> None:
    """In November Jane left; in the middle of it nobody can say whether she had."""
    [reason] = answer("--from", file, "why", "jane", "bolt", "--as-of", "2015-11-15")["reasons"]
    assert (reason["certain"], reason["ended_by"]) == (False, "jane-leaves")
    [before] = answer("--from", file, "why", "jane", "bolt", "--as-of", "2015-10-15")["reasons"]
    assert (before["certain"], before["ended_by"]) == (True, None)


# Diff


def differences(*arguments: str | Path) -> list[tuple[str, str, list[str]]]:
    """Type, how and events of every difference."""
    found = answer(*arguments)["differences"]
    return [(each["type"], each["how"], each["events"]) for each in found]


def test_differences_are_typed_and_have_their_causes(file: Path) -> None:
    """From one day to another: what began, what changed, and by which event."""
    found = differences("--from", file, "diff", "2014-03-31", "2015-06-30")
    assert ("StakeChanged", "began", ["cogs-holds-bolt"]) in found
    assert ("Renamed", "changed", ["bolt-renamed"]) in found
    assert ("DealAdvanced", "began", ["injection-proposed"]) in found
    assert ("Listed", "began", ["bolt-listed"]) in found


def test_no_differences_are_fine_too(file: Path) -> None:
    """Nothing changed is an answer and no error."""
    assert answer("--from", file, "diff", "2013", "2013")["differences"] == []
    assert "No differences." in run("--from", file, "diff", "2013", "2013").stdout


def test_what_was_learned_is_told_from_what_happened(file: Path) -> None:
    """On one day, from one day of knowledge to another: the correction is the cause."""
    arguments = ("--from", file, "diff", "2014", "--known-from", "2014-04", "--known-to", "2014-07")
    [stake] = [each for each in answer(*arguments)["differences"] if each["type"] == "StakeChanged"]
    assert [each["value"]["share"] for each in stake["before"] + stake["after"]] == [
        {"exact": "0.6"},
        {"exact": "0.5932"},
    ]
    assert stake["events"] == ["acme-buys-bolt-exactly"]
    assert (answer(*arguments)["known_from"], answer(*arguments)["known_to"]) == ("2014-04-30", "2014-07-31")


@pytest.mark.parametrize("days", [("2015", "2016"), ("2016",)])
def test_an_assumed_deal_is_what_makes_the_difference(file: Path, days: tuple[str, ...]) -> None:
    """The left side is without the deal, the right side with it; the second day may be left out."""
    found = answer("--from", file, "diff", *days, "--assume", "injection@2015-12-01")
    assert found["assumed"] == [{"deal": "injection", "date": "2015-12-01"}]
    by_type = {each["type"]: each for each in found["differences"]}
    assert by_type["UnitMoved"]["after"][0]["value"]["owner"] == "bolt"
    assert by_type["UnitMoved"]["events"] == ["assumed-injection"]
    assert by_type["DealAdvanced"]["how"] == "changed"


@pytest.mark.parametrize("entity", ["jane", "Jane Doe", "JANE"])
def test_an_entity_keeps_what_concerns_it(file: Path, entity: str) -> None:
    """By id or by name: of all differences only those that name her."""
    assert differences("--from", file, "diff", "2014", "2015-10", entity) == [
        ("RoleChanged", "began", ["jane-chairs"])
    ]


def test_an_entity_can_follow_the_one_day(file: Path) -> None:
    """Where the second day is left out, what is no date is an entity."""
    question = ("diff", "2016", "shop", "--assume", "injection@2015-12-01")
    assert [kind for kind, _, _ in differences("--from", file, *question)] == ["UnitMoved"]


# Conflicts


def test_conflicts_list_every_claim(file: Path) -> None:
    """Two sources, one stake: who says what, which one counts, and by which rule."""
    [conflict] = answer("--from", file, "conflicts")["conflicts"]
    assert (conflict["fact"], conflict["differ"]) == (["stake", "cogs", "bolt", "equity"], ["share"])
    assert [(claim["event"]["id"], claim["counts"]) for claim in conflict["claims"]] == [
        ("cogs-holds-bolt", True),
        ("cogs-holds-bolt-by-a-blog", False),
    ]
    assert "confirmed" in conflict["rule"]


def test_before_the_second_source_there_was_no_conflict(file: Path) -> None:
    """Conflicts go by what was known."""
    assert answer("--from", file, "conflicts", "--known", "2015-02-28")["conflicts"] == []


# Knowledge


@pytest.mark.parametrize(
    "question",
    [
        ("as-of", "2016"),
        ("timeline",),
        ("diff", "2013", "2016"),
        ("conflicts",),
        ("why", "acme", "bolt", "--as-of", "2016"),
        ("check",),
    ],
)
def test_before_all_knowledge_the_answer_is_empty_and_explained(
    file: Path, question: tuple[str, ...]
) -> None:
    """No error: nothing was known, and the page says since when something is."""
    result = run("--from", file, *question, "--known", "2000")
    assert (result.exit_code, result.stderr) == (0, "")
    if question != ("check",):
        assert "the first of it became known on 20 February 2014" in " ".join(result.stdout.split())
        assert "2014" not in run("--from", file, *question, "--known", "2000", "--json").stdout


@pytest.mark.parametrize(
    "question",
    [
        ("as-of", "2016"),
        ("timeline",),
        ("diff", "2013", "2016"),
        ("conflicts",),
        ("why", "acme", "bolt", "--as-of", "2016"),
        ("check",),
    ],
)
def test_every_question_can_be_asked_of_what_was_recorded(store: Path, question: tuple[str, ...]) -> None:
    """Before the store held anything the answer is empty."""
    result = run("--from", store, *question, "--recorded", "2000", "--json")
    assert result.exit_code == 0
    assert "acme-buys-bolt" not in result.stdout


def test_a_name_that_came_later_still_says_who_is_meant(file: Path) -> None:
    """Nobody knew the name Nut in 2014, and who asks by it means Bolt."""
    assert shares(answer("--from", file, "as-of", "2014", "Nut", "--known", "2014-12"), "acme", "bolt") == [
        {"exact": "0.5932"}
    ]


def test_the_chinavision_stake_by_the_knowledge_of_two_days(root: Path) -> None:
    """In April 2014 an agreed deal and no stake, at the end of June 59.32 %, certain."""
    source = root / CHINAVISION
    before = answer("--from", source, "as-of", "2014-12-31", "--known", "2014-04-01")
    assert shares(before, "alibaba-group", "alibaba-pictures") == []
    assert [deal["stage"] for deal in before["deals"]] == ["agreed"]
    after = answer("--from", source, "as-of", "2014-12-31", "--known", "2014-06-30")
    assert shares(after, "alibaba-group", "alibaba-pictures") == [{"exact": "0.5932"}]


# What if


def test_assumptions_change_answers_and_say_so(file: Path) -> None:
    """A state, a timeline and a reason with the deal done; the file is as before."""
    text = file.read_text()
    assumed = ("--assume", "injection@2015-12-31")
    state = answer("--from", file, "as-of", "2016", *assumed)
    assert shares(state, "acme", "bolt") == [{"exact": "0.65"}]
    assert state["assumed"] == [{"deal": "injection", "date": "2015-12-31"}]
    assert (
        "assuming that injection is completed (31 Dec 2015)"
        in run("--from", file, "as-of", "2016", *assumed).stdout
    )
    [reason] = answer("--from", file, "why", "shop", "--as-of", "2016", *assumed)["reasons"]
    assert reason["key"]["owner"] == "bolt"
    assert "assumed-injection" in {
        each["id"] for each in answer("--from", file, "timeline", *assumed)["events"]
    }
    assert run("--from", file, "check", *assumed).exit_code == 0
    assert file.read_text() == text


def test_a_completed_deal_may_be_assumed_by_earlier_knowledge(root: Path) -> None:
    """By what was known in May 2014 the subscription was open: what would it change?"""
    arguments = ("--known", "2014-05-31", "--assume", "chinavision-subscription@2014-06-15")
    found = answer("--from", root / CHINAVISION, "diff", "2014-12-31", *arguments)
    assert "StakeChanged" in {each["type"] for each in found["differences"]}


# Corrections and retractions


SET = ("--set", "share=59.3%", "--set", "price=HKD 6244M", "--reason", "the second circular: p. 3")


def test_a_correction_of_a_file_is_printed_and_counts_when_it_is_put_there(
    file: Path, tmp_path: Path
) -> None:
    """What is printed is an event file: put beside the others, it corrects."""
    arguments = (
        *SET,
        "--date",
        "2014-07-02",
        "--source",
        "publisher=Bolt Works; published=2014-07-01; page=3",
    )
    result = run("--from", file, "correct", "acme-buys-bolt", *arguments)
    assert result.exit_code == 0
    assert "nothing has changed yet" in result.stderr
    (tmp_path / "corrections.yaml").write_text(result.stdout)
    before, after = ("2014-06-30", "2014-07-01")
    assert shares(answer("--from", tmp_path, "as-of", "2014", "--known", before), "acme", "bolt") == [
        {"exact": "0.5932"}
    ]
    assert shares(answer("--from", tmp_path, "as-of", "2014", "--known", after), "acme", "bolt") == [
        {"exact": "0.593"}
    ]


def test_a_correction_goes_into_a_store_once(store: Path) -> None:
    """The same correction twice is one; another one of the same day gets an id of its own."""
    arguments = ("correct", "acme-buys-bolt", *SET, "--date", "2014-07-02", "--into", store)
    first, second = run(*arguments), run(*arguments)
    assert first.stderr.startswith('recorded "2014-07-02-record-corrected-acme-buys-bolt"; head 18 ')
    assert "was there already; head 18 " in second.stderr
    third = run(
        "--from",
        store,
        "correct",
        "acme-buys-bolt",
        "--unset",
        "price",
        "--reason",
        "not stated",
        "--date",
        "2014-07-02",
    )
    assert third.stderr.startswith('recorded "2014-07-02-record-corrected-acme-buys-bolt-2"')
    [step] = answer("--from", store, "why", "acme", "bolt", "--as-of", "2015")["reasons"][0]["steps"]
    assert (step["event"]["share"], "price" in step["event"]) == ("59.3%", False)
    assert open_store(store, read_only=True).verify() is not None


def test_a_correction_can_be_tried_first(store: Path) -> None:
    """With --dry-run it is printed, and the store is as before."""
    held = store.read_bytes()
    result = run("correct", "acme-buys-bolt", *SET, "--into", store, "--dry-run")
    assert result.stdout.startswith("events:\n  - id: ")
    assert store.read_bytes() == held


def test_a_retraction_takes_an_event_out_from_the_day_it_is_known(store: Path) -> None:
    """Before that the event stands. The retraction can be retracted."""
    said = ("--reason", "the report was withdrawn", "--into", store)
    assert run("retract", "cogs-holds-bolt", *said, "--date", "2015-05-01", "--id", "gone").exit_code == 0
    state = ("as-of", "2015")
    assert shares(answer("--from", store, *state, "--known", "2015-04"), "cogs", "bolt") == [
        {"exact": "0.08"}
    ]
    assert shares(answer("--from", store, *state, "--known", "2015-05"), "cogs", "bolt") == [
        {"exact": "0.09"}
    ]
    assert run("retract", "gone", *said, "--date", "2015-06-01").exit_code == 0
    assert shares(answer("--from", store, *state), "cogs", "bolt") == [{"exact": "0.08"}]


def test_a_retraction_of_a_file_is_printed(file: Path, tmp_path: Path) -> None:
    """And does what it says once it is in a file of the history."""
    result = run(
        "--from", file, "retract", "cogs-holds-bolt-by-a-blog", "--reason", "it's gone", "--date", "2015-05"
    )
    (tmp_path / "retractions.yaml").write_text(result.stdout)
    assert answer("--from", tmp_path, "conflicts")["conflicts"] == []


def test_without_a_date_a_correction_is_of_today(file: Path) -> None:
    """The day of the correction, in the time zone of whoever makes it."""
    days = {str(datetime.date.today())}
    printed = run("--from", file, "retract", "bolt-listed", "--reason", "x").stdout
    days.add(str(datetime.date.today()))
    assert any(f"\n    date: {day}\n" in printed for day in days)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("parties=acme, cogs", "parties", ["acme", "cogs"]),
        ('parties=["acme"]', "parties", ["acme"]),
        ("binding=yes", "binding", True),
        ("date=[2015-04-01..2015-04-15]", "date", "[2015-04-01..2015-04-15]"),
        ("title=[Sic]", "title", "[Sic]"),
        (
            'effects=[{"kind": "unit.transferred", "unit": "shop", "from": "acme", "to": "cogs"}]',
            "effects",
            None,
        ),
    ],
)
def test_a_field_is_set_as_a_file_would_have_it(store: Path, text: str, field: str, value: Any) -> None:
    """Text stays text, lists have commas or are JSON, and what has parts is JSON."""
    result = run("correct", "injection-proposed", "--set", text, "--reason", "misread", "--into", store)
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    [event] = [each for each in open_history(store).timeline() if each.id == "injection-proposed"]
    plain = encode(event)
    assert plain[field] == (value or json.loads(text.partition("=")[2]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reuters", {"publisher": "Reuters"}),
        ("https://a.example/x?b=1", {"url": "https://a.example/x?b=1"}),
        ("publisher=A; url=https://a.example/x;y=1?b=2; quote=so; it goes", None),
        ("title = Alibaba buys ; published = 2014-06", {"title": "Alibaba buys", "published": "2014-06"}),
    ],
)
def test_a_source_is_written_field_by_field(store: Path, text: str, expected: dict[str, str] | None) -> None:
    """An address or a publisher alone is enough; semicolons inside a value stay in it."""
    assert (
        run(
            "retract", "bolt-listed", "--reason", "x", "--source", text, "--id", "out", "--into", store
        ).exit_code
        == 0
    )
    plain: dict[str, Any] = encode(open_history(store).events[-1])
    [source] = plain["sources"]
    wanted = expected or {"publisher": "A", "url": "https://a.example/x;y=1?b=2", "quote": "so; it goes"}
    assert source == wanted


def test_nothing_is_written_when_anything_is_wrong(store: Path) -> None:
    """A value that is none leaves the store as it was."""
    held = store.read_bytes()
    for wrong in ("share=59", "holder=nobody", "known=2014", "date=someday"):
        assert (
            run("correct", "acme-buys-bolt", "--set", wrong, "--reason", "x", "--into", store).exit_code == 1
        )
    assert store.read_bytes() == held


# Forms


@pytest.mark.parametrize(
    "question", [("why", "acme", "bolt", "--as-of", "2015"), ("diff", "2013", "2016"), ("conflicts",)]
)
def test_tables_are_whole(file: Path, question: tuple[str, ...]) -> None:
    """Every row of CSV has every column, and plain text has a line for each row."""
    header, *rows = csv.reader(io.StringIO(run("--from", file, *question, "--csv").stdout))
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    plain = run("--from", file, *question, "--plain").stdout.splitlines()
    assert [line.split("\t") for line in plain] == rows


def test_an_entity_may_be_named_by_an_identifier(root: Path) -> None:
    """A ticker says who is meant, with its scheme or without."""
    source = str(root / "events" / "chinavision-2014")
    by_id = CliRunner().invoke(chronicle, ["--from", source, "as-of", "2014-12-31", "alibaba-pictures"])
    assert by_id.exit_code == 0
    for word in ("1060.HK", "ticker:1060.HK"):
        named = CliRunner().invoke(chronicle, ["--from", source, "as-of", "2014-12-31", word])
        assert named.output == by_id.output
