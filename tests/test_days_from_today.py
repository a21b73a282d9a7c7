"""Days counted from today: in every question, and in no file."""

from __future__ import annotations

import datetime
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from chronicle.cli import COMMANDS, chronicle, days
from chronicle.dates import RELATIVE, as_day, parse_date, relative_date
from chronicle.errors import InvalidValue

TODAY = datetime.date(2016, 3, 31)

HISTORY = """\
entities:
  - {id: north, name: Northern Group, type: company}
  - {id: film, name: Film Works, type: company}
  - {id: press, name: Press, type: company}

events:
  - {id: one, kind: stake.acquired, date: 2014-03, holder: north, target: film, share: 60%}
  - {id: two, kind: stake.acquired, date: 2015-06-30, holder: north, target: press, share: 10%}
  - {id: three, kind: stake.acquired, date: 2016-03-31, holder: film, target: press, share: 20%}
  - {id: four, kind: role.appointed, date: "[..2015-01]", person: film, entity: press, role: adviser}
  - {id: five, kind: control.granted, date: "[0001..9999]", controller: north, target: press, basis: contract}
"""


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is the last of March 2016."""
    monkeypatch.setattr(days, "today", lambda: TODAY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A history in a file."""
    path = tmp_path / "history.yaml"
    path.write_text(HISTORY)
    return path


def run(file: Path, *arguments: str) -> Result:
    """Run a command on 80 columns."""
    return CliRunner().invoke(chronicle, ["--from", str(file), *arguments], env={"COLUMNS": "80"})


def answer(file: Path, *arguments: str) -> Any:
    """The JSON that it prints."""
    result = run(file, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# What is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today", "2016-03-31"),
        ("Today", "2016-03-31"),
        ("yesterday", "2016-03-30"),
        ("tomorrow", "2016-04-01"),
        ("this-month", "2016-03"),
        ("last-month", "2016-02"),
        ("last month", "2016-02"),
        ("this-quarter", "2016-Q1"),
        ("last-quarter", "2015-Q4"),
        ("this-year", "2016"),
        ("last.year", "2015"),
        ("0 days ago", "2016-03-31"),
        ("1-day-ago", "2016-03-30"),
        ("30 days ago", "2016-03-01"),
        ("2.weeks.ago", "2016-03-17"),
        ("1 month ago", "2016-02-29"),
        ("13-months-ago", "2015-02-28"),
        ("1 year ago", "2015-03-31"),
        ("-30d", "2016-03-01"),
        ("-2w", "2016-03-17"),
        ("-6m", "2015-09-30"),
        ("-10y", "2006-03-31"),
    ],
)
def test_a_day_counted_from_today(text: str, meant: str) -> None:
    """A period of before is the whole of it, so that its last day stands for it, as for any partial date."""
    assert str(relative_date(text, TODAY)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2014",
        "3 months",
        "months ago",
        "-30",
        "30d",
        "last-decade",
        "-3q",
        "9999 years ago",
        "-999999w",
    ],
)
def test_anything_else_is_not_counted_from_today(text: str) -> None:
    """Nor is a day before the year 1."""
    assert relative_date(text, TODAY) is None


@given(st.dates(datetime.date(2, 1, 31)), st.sampled_from([*RELATIVE, "1 month ago", "-1y", "-400d"]))
def test_every_word_means_a_date_on_every_day(today: datetime.date, word: str) -> None:
    """Whatever the length of the month and the year."""
    if (today, word) == (datetime.date.max, "tomorrow"):
        return
    meant = relative_date(word, today)
    assert meant is not None
    assert parse_date(str(meant)) == meant


# Where days are asked for


def test_questions_take_days_counted_from_today(file: Path) -> None:
    """And the answer says which day was meant."""
    assert answer(file, "as-of", "last-year")["as_of"] == "2015-12-31"
    assert run(file, "as-of", "30-days-ago").stdout.startswith("As of 1 March 2016\n")
    assert answer(file, "owners", "film", "--as-of", "yesterday")["as_of"] == "2016-03-30"
    assert answer(file, "owners", "film")["as_of"] == "2016-03-31"
    assert answer(file, "as-of", "today", "--known", "-2y")["known"] == "2014-03-31"
    assert run(file, "diff", "last-year", "today").stdout.startswith(
        "From 31 December 2015 to 31 March 2016\n"
    )
    assert run(file, "lineage", "film", "--as-of", "today").exit_code == 0
    page = run(file, "timeline", "--since", "this-year", "--until", "today").stdout
    assert "2 events since 1 January 2016 until 31 March 2016\n" in page
    assert run(file, "timeline", "--since", "tomorrow", "--kind", "stake").stdout == (
        "No events since 1 April 2016.\n"
    )
    assert run(file, "export", "csv", "--as-of", "last-month").exit_code == 0


DAYS_ASKED = [
    pytest.param(command, parameter, id=f"{command.name}-{parameter.name}")
    for command in (chronicle.get_command(click.Context(chronicle), name) for name in COMMANDS)
    if command is not None
    for parameter in command.params
    if parameter.metavar in ("DATE", "MOMENT", "DEAL@DATE", "A") or parameter.name == "date"
]


def test_days_are_asked_for_in_many_places() -> None:
    """So that the next test has something to try."""
    assert len(DAYS_ASKED) > 50


@pytest.mark.parametrize(("command", "parameter"), DAYS_ASKED)
def test_every_option_that_takes_a_day_takes_one_counted_from_today(
    command: click.Command, parameter: click.Parameter
) -> None:
    """And the Tab key offers the words for it, in every command."""
    context = click.Context(command)
    deal = "deal@" if parameter.metavar == "DEAL@DATE" else ""
    for word, meant in (("yesterday", "2016-03-30"), ("-6m", "2015-09-30"), ("2-days-ago", "2016-03-29")):
        found = parameter.type.convert(f"{deal}{word}", parameter, context)
        # `add` reads all of its options as a file would have them, when its kind is known.
        assert str(found[1] if deal else found) in (meant, word if command.name == "add" else meant)
    if not deal:
        assert "yesterday" in [each.value for each in parameter.shell_complete(context, "yes")]


@pytest.mark.parametrize(
    "page", ["as-of?as_of={}", "as-of?known={}", "timeline?since={}", "diff?from=2014&to={}"]
)
def test_an_address_takes_them_too(file: Path, page: str) -> None:
    """Where a page is served; what is meant stands on it."""
    pytest.importorskip("starlette")
    from asking import asked
    from chronicle.web.application import application
    from chronicle.web.served import Served

    with closing(Served.of(str(file))) as served:
        pages = application(served)
        today = datetime.date.today()
        for word in ("yesterday", "last-year", "-6m"):
            meant = relative_date(word, today)
            got = asked(pages, f"/{page.format(word).replace('?', '.json?')}")
            assert got.status == 200, got.text
            assert got.body == asked(pages, f"/{page.format(meant).replace('?', '.json?')}").body
            assert asked(pages, f"/{page.format(word)}").status == 200
        assert asked(pages, f"/{page.format('yesteday')}").status == 400


def test_a_short_day_is_no_option(file: Path) -> None:
    """Also as an argument, after ``--`` and beside options; a slip in an option is still one."""
    assert answer(file, "as-of", "-30d")["as_of"] == "2016-03-01"
    assert answer(file, "as-of", "-1Y", "film", "--known", "-6m")["known"] == "2015-09-30"
    assert run(file, "as-of", "--", "-2w").stdout.startswith("As of 17 March 2016\n")
    assert run(file, "diff", "-1y", "-6m", "film").stdout.startswith(
        "Film Works: from 31 March 2015 to 30 September 2015\n"
    )
    assert run(file, "as-of", "2015", "--", "-30d").exit_code == 3
    for slip in ("-3q", "-d", "-30"):
        result = run(file, "as-of", slip)
        assert (result.exit_code, "no such option" in result.stderr) == (2, True)


def test_the_second_day_may_be_left_out_before_no_word_for_a_day(file: Path) -> None:
    """A word for a day is the second day, as a date is, and no entity."""
    for day in ("today", "yesterday", "-1d", "2016-03-30"):
        page = run(file, "diff", "2015", day, "--known-from", "2014-06", "--known-to", "today").stdout
        assert page.startswith("31 December 2015 and 3")


def test_a_slip_in_a_word_gets_the_nearest(file: Path) -> None:
    """A slip in a date is explained as before."""
    for word, near in (("yesteday", "yesterday"), ("last yaer", "last-year"), ("2014-3", "2014-03")):
        result = run(file, "as-of", word)
        assert (result.exit_code, f"did you mean {near}?" in result.stderr) == (2, True)


def test_why_without_a_day_means_today(file: Path) -> None:
    """And says so, which it does not where a day is given."""
    assert run(file, "why", "north", "film").stdout.startswith(
        "Why: stake of Northern Group in Film Works\non 31 March 2016, today\n"
    )
    assert "\non 31 March 2016\n" in run(file, "why", "north", "film", "--as-of", "today").stdout
    assert answer(file, "why", "film", "press")["as_of"] == "2016-03-31"


@pytest.mark.parametrize("text", ["today", "yesterday", "last-year", "3 months ago"])
def test_in_a_file_they_are_refused(text: str) -> None:
    """With the date that would have been meant, and the reason."""
    with pytest.raises(InvalidValue) as error:
        parse_date(text)
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("C301", f'day counted from today: "{text}"')
    meant = relative_date(text, datetime.date.today())
    assert problem.help == f"write {meant}: a date must mean the same whenever it is read"
    assert meant is not None
    assert as_day(meant) <= datetime.date.today()


# What the timeline leaves out


def ids(file: Path, *arguments: str) -> list[str]:
    """The ids of a timeline, in order."""
    return [line.split("\t")[2] for line in run(file, "timeline", "--plain", *arguments).stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--kind", "stake"], ["one", "two", "three"]),
        (["--kind", "stake", "--reverse"], ["three", "two", "one"]),
        (["-n", "1"], ["three"]),
        (["-n", "2"], ["two", "three"]),
        (["--last", "2", "--reverse"], ["three", "two"]),
        (["--first", "1"], ["one"]),
        (["-n", "99", "film"], ["four", "one", "three"]),
        (["film", "press", "--kind", "stake"], ["one", "two", "three"]),
        (["Film Works", "press", "-n", "1"], ["three"]),
    ],
)
def test_the_first_the_last_and_several(file: Path, arguments: list[str], expected: list[str]) -> None:
    """By the order in which a page has them: undated events are neither first nor last."""
    assert ids(file, *arguments) == expected


def test_the_page_says_what_is_left_out_and_shows_ids(file: Path) -> None:
    """Only where it is asked for."""
    text = run(file, "timeline", "-n", "2", "--ids", "--reverse").stdout
    assert "2 of 5 events\n" in text
    assert text.index("three") < text.index("two")
    assert "three" not in run(file, "timeline").stdout
    assert run(file, "timeline", "-n", "2", "--first", "2").exit_code == 2


# The Tab key


def test_the_tab_key_knows_the_words(file: Path) -> None:
    """With the dates that they mean."""
    env = {"_CHRONICLE_COMPLETE": "zsh_complete", "COMP_WORDS": "chronicle as-of last-", "COMP_CWORD": "2"}
    offered = CliRunner().invoke(chronicle, [], prog_name="chronicle", env=env).stdout.split("\n")
    assert offered[1:6:3] == ["last-month", "last-quarter"]
    assert offered[2] == "2016-02"
