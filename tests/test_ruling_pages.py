"""Rules of law asked from the command line: the page, JSON, tables, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chronicle.cli import chronicle as command_line
from given import declared, filed, observed

EVENTS = [
    declared("ann", "Ann Low", "person"),
    declared("ben", "Ben High", "person"),
    declared("north", "North Holdings"),
    declared("mill", "Mill Works"),
    *(
        observed("2010-01-01", holder, target, share, id=f"{holder}-{target}")
        for holder, share, target in (
            ("ann", "60%", "north"),
            ("north", "30%", "mill"),
            ("ben", "15-30%", "mill"),
        )
    ),
]


@pytest.fixture
def asked(tmp_path: Path):
    """A function that runs ``chronicle owners mill`` with some words, and gives exit code and output."""
    source = filed(tmp_path, EVENTS)

    def run(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(command_line, ["--from", str(source), "owners", "mill", *words])
        return found.exit_code, found.output

    return run


def test_the_page_has_the_answer_the_rule_of_the_day_and_what_decides(asked) -> None:
    """By two listed persons together: it hangs on a range, and in 2013 one alone had to have it."""
    code, page = asked("--rule", "us-ofac-50", "--listed", "Ann Low, ben", "--as-of", "2020")
    assert code == 0
    assert page.splitlines()[:2] == ["us-ofac-50: Mill Works", "on 31 December 2020"]
    assert "cannot be told: " in page
    assert "since 13 August 2014: listed persons together own at least 50 %" in page
    assert "by ownership as recorded here; not legal advice" in " ".join(page.split())
    assert (
        "since 14 February 2008 until 12 August 2014"
        in asked("--rule", "us-ofac-50", "--listed", "ann", "--as-of", "2013")[1]
    )


def test_before_a_rule_is_known_neither_yes_nor_no(asked) -> None:
    """The page, JSON and the table say so."""
    words = ("--rule", "uk-psc", "--as-of", "2015")
    assert "not known when this rule began: " in asked(*words)[1]
    data = json.loads(asked(*words, "--json")[1])
    assert (data["answer"], data["version"], data["persons"]) == ("not known when this rule began", None, [])
    (row,) = csv.DictReader(io.StringIO(asked(*words, "--csv")[1]))
    assert (row["answer"], row["holders"], row["target_name"]) == (
        "not known when this rule began",
        "",
        "Mill Works",
    )


def test_json_and_tables_have_every_person_with_names_beside_ids(asked) -> None:
    """A person with a company under its control is a beneficial owner; of one with a range it is open."""
    words = ("--rule", "eu-aml", "--as-of", "2020")
    data = json.loads(asked(*words, "--json")[1])
    assert data["answer"] == "yes"
    assert data["version"]["since"] == "2017-06-26"
    verdicts = {tuple(each["holders"]): each for each in data["persons"]}
    assert verdicts["ann",]["answer"] == "yes"
    assert verdicts["ben",]["answer"] == "cannot be told"
    assert verdicts["ann",]["holder_names"] == ["Ann Low"]
    assert set(verdicts["ann",]["events"]) == {"ann-north", "north-mill"}
    rows = {row["holders"]: row for row in csv.DictReader(io.StringIO(asked(*words, "--csv")[1]))}
    assert (rows["ann"]["verdict"], rows["ann"]["holder_names"]) == ("yes", "Ann Low")
    plain = asked(*words, "--plain")[1].splitlines()
    assert sorted(line.split("\t")[4:6] for line in plain) == [["ann", "yes"], ["ben", "cannot be told"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "us-ofac", "--listed", "ann"), "did you mean us-ofac-50?"),
        (("--rule", "us-ofac-50"), "asks about listed persons, and none is given"),
        (("--rule", "us-ofac-50", "--listed", "anne"), 'no entity "anne"'),
        (("--rule", "eu-aml", "--listed", "ann"), "asks about no listed persons"),
        (("--listed", "ann"), "--listed and --acting-together go with --rule"),
        (("--rule", "eu-aml", "--direct"), "--rule goes with neither --direct nor --owned nor --over"),
        (("--rule", "us-ofac-50", "--listed", "ann", "--acting-together", "ann"), "does not ask who acts"),
    ],
)
def test_what_has_no_answer_is_refused_with_the_next_step(asked, words: tuple[str, ...], said: str) -> None:
    """An unknown rule or person, and options that have no meaning together."""
    code, output = asked(*words)
    assert code != 0
    assert said in output
