"""What people read: that it says who differs, what is known instead, and fits on a terminal."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chronicle.cli import chronicle
from chronicle.cli.group import COMMANDS

NAMES = """entities:
  - {id: north, name: North Holdings, type: company}
  - {id: mill, name: Mill Works, type: company}
  - {id: ann, name: Ann Low, type: person}
events:
"""


def said(*arguments: str | Path, width: int = 80) -> str:
    """What ``chronicle`` prints on a terminal of ``width`` columns."""
    result = CliRunner().invoke(chronicle, [str(each) for each in arguments], env={"COLUMNS": str(width)})
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A stake, a role and control, none of them with a source."""
    path = tmp_path / "history.yaml"
    path.write_text(
        NAMES
        + """  - {kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 30%}
  - {kind: role.appointed, date: 2012-03-05, person: ann, entity: mill, role: director}
  - {kind: control.granted, date: 2012, controller: north, target: mill, basis: contract}
"""
    )
    return path


# Why, where nothing is known


def test_what_another_view_knows_is_offered(history: Path) -> None:
    """Ann holds nothing, and has a role: the page says so, with the command that asks for it."""
    page = said("--from", history, "why", "ann", "mill", "--view", "holdings", "--as-of", "2015")
    assert "Nothing is known of it.\n\nKnown instead:\n  role of Ann Low at Mill Works\n" in page
    assert "    chronicle why ann mill --view roles --as-of 2015-12-31\n" in page


def test_what_is_known_the_other_way_round_is_offered(history: Path) -> None:
    """Who mixes up holder and target is shown the stake that there is."""
    page = said("--from", history, "why", "mill", "north", "--as-of", "2015")
    assert "Known instead:\n  stake of North Holdings in Mill Works\n" in page


def test_where_nothing_is_known_at_all_nothing_is_offered(history: Path) -> None:
    """Ann and North have nothing to do with each other."""
    page = said("--from", history, "why", "ann", "north", "--as-of", "2015")
    assert page.endswith("Nothing is known of it.\n")


def test_what_became_known_later_is_said(history: Path) -> None:
    """By the knowledge of 2013 there was no stake, and the page says that one became known."""
    question = ("--from", history, "why", "north", "mill", "--view", "holdings", "--as-of", "2015")
    assert "it became known later. Ask without --known" in said(*question, "--known", "2013").replace(
        "\n", " "
    )


# Who differs


_POST, _TIMES = (f", sources: [{{publisher: {name}}}]" for name in ("Post", "Times"))


@pytest.mark.parametrize(
    ("bought", "seen", "words"),
    [("", "", "claims differ in share"), (_POST, _POST, "claims differ"), (_POST, _TIMES, "sources differ")],
)
def test_only_sources_are_said_to_differ(tmp_path: Path, bought: str, seen: str, words: str) -> None:
    """What was observed later contradicts a purchase; where not two sources say so, claims differ."""
    path = tmp_path / "history.yaml"
    path.write_text(
        NAMES
        + f"""  - {{kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 30%{bought}}}
  - {{kind: stake.observed, date: 2015-03-11, holder: north, target: mill, holds: 25%{seen}}}
"""
    )
    page = said("--from", path, "conflicts")
    assert words in page
    assert "why this one: what is observed later counts from its day on" in page


# Help


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_fits_on_a_terminal(command: tuple[str, ...]) -> None:
    """No line of any help is broken by a terminal of 80 columns, but for what is to be copied."""
    lines = said(*command, "--help").splitlines()
    assert [line for line in lines if len(line) > 80 and "chronicle" not in line] == []


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize("width", [60, 80])
def test_help_breaks_no_word(command: tuple[str, ...], width: int) -> None:
    """Not at a hyphen either: the name of a rule or of an option stays whole."""
    narrow, wide = (
        CliRunner().invoke(chronicle, [*command, "--help"], terminal_width=columns).stdout
        for columns in (width, 100)
    )
    assert set(narrow.split()) <= set(wide.split())
    lines = narrow.splitlines()
    assert [line for line in lines if len(line) > width and "chronicle" not in line] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_no_words_of_its_library(command: str) -> None:
    """An option takes a DATE or an N; the name of a type in the library for command lines says nothing."""
    assert re.findall(r"INTEGER|RANGE|TEXT\]|PATH|FILENAME", said(command, "--help")) == []


def test_tail_asks_for_a_store(history: Path) -> None:
    """Events from files or from standard input are recorded nowhere, and help does not offer them."""
    assert "--from STORE" in said("tail", "--help")
    for source in (str(history), "-"):
        result = CliRunner().invoke(chronicle, ["tail", "--from", source])
        assert (result.exit_code, "error[C509]" in result.stderr) == (2, True)


def test_every_command_stands_under_a_title() -> None:
    """The list of commands is in groups, and has each command once, with its line of help."""
    page = said("--help")
    assert [
        title for title in ("Questions:", "Statements:", "Exports and stores:", "Tools:") if title in page
    ]
    for name, listed in COMMANDS.items():
        assert page.count(f"\n  {name.ljust(9)}  {listed.help}\n") == 1


# The source


# What docstrings and comments say instead of these.
PLAIN = {
    "whoever": "the entity, the caller, the user",
    "surely": "certainly",
    "worked out": "computed",
    "reckon": "compute",
    "put right": "corrected",
    "told of": "reported",
    "nobody knows": "unknown",
    "is no more": "has ended",
}


def prose_of(text: str) -> Iterator[str]:
    """The docstrings and the comments of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield " ".join(str(node.value.value).split())
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    yield from (token.string for token in tokens if token.type == tokenize.COMMENT)


def test_the_source_is_told_in_plain_words(root: Path) -> None:
    """Docstrings and comments have one word for each idea, and none that must be guessed."""
    words = "|".join(word.replace(" ", r"\s+") for word in PLAIN)
    avoided = re.compile(rf"\b({words})", re.IGNORECASE)
    texts = {path: path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py")}
    # Only modules that have such a word anywhere are taken apart.
    found = [
        f"{path.relative_to(root)}: {prose}"
        for path, text in sorted(texts.items())
        if avoided.search(text)
        for prose in prose_of(text)
        if avoided.search(prose)
    ]
    assert found == []
