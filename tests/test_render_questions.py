"""Why, diff and conflicts as pages, JSON, CSV and plain text.

The pages are kept under tests/snapshots. After a change that is meant, write them anew with
``CHRONICLE_WRITE_SNAPSHOTS=1 pytest tests/test_render_questions.py`` and read the difference.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chronicle import authoring, codec
from chronicle.cli import chronicle
from chronicle.codec.event_text import event_file
from chronicle.engine import views
from chronicle.engine.diff import DIFFERENCES, How
from chronicle.errors import InvalidEvents
from chronicle.events import Event
from chronicle.render.layout import PLAIN, line_columns
from chronicle.render.pages.diff import SIGNS
from chronicle.render.tree import Branch, tree

SNAPSHOTS = Path(__file__).parent / "snapshots"

QUESTIONS = {
    "why-corrected": "why acme bolt --as-of 2014",
    "why-possible": "why jane bolt --as-of 2015-11-15",
    "why-contradicted": "why cogs bolt --as-of 2015",
    "why-of-an-entity": "why bolt --as-of 2015",
    "why-of-a-deal": "why injection --as-of 2015",
    "why-nothing": "why acme bolt --as-of 2014 --known 2000",
    "diff-of-days": "diff 2014-03-10 2015-11-10",
    "diff-of-knowledge": "diff 2015-10 --known-from 2015-10-10 --known-to 2015-11",
    "diff-assumed": "diff 2015-12-31 --assume injection@2015-12",
    "diff-nothing": "diff 2013 2014-01-31 jane",
    "conflicts": "conflicts",
}


def asked(question: str, *more: str, width: int = 80) -> str:
    """What a question prints about the small history in tests/data."""
    arguments = ["--from", "tests/data/questions.yaml", *question.split(), *more]
    result = CliRunner().invoke(chronicle, arguments, env={"COLUMNS": str(width)})
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


@pytest.fixture(autouse=True)
def at_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places in files are told as they were asked for: from the root."""
    monkeypatch.chdir(root)


def same_as_snapshot(name: str, text: str) -> None:
    """``text`` must be what was kept under ``name``."""
    path = SNAPSHOTS / name
    if os.environ.get("CHRONICLE_WRITE_SNAPSHOTS"):
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_page_looks_as_it_was_meant_to(name: str) -> None:
    """On a terminal of 80 columns."""
    same_as_snapshot(f"{name}-80.txt", asked(QUESTIONS[name]))


@pytest.mark.parametrize("name", ["why-contradicted", "diff-of-knowledge", "conflicts"])
def test_a_wide_page_looks_as_it_was_meant_to(name: str) -> None:
    """On a terminal of 120 columns."""
    same_as_snapshot(f"{name}-120.txt", asked(QUESTIONS[name], width=120))


@pytest.mark.parametrize("form", ["json", "csv", "plain"])
@pytest.mark.parametrize("name", ["why-corrected", "why-contradicted", "diff-of-days", "conflicts"])
def test_a_program_reads_what_was_agreed(name: str, form: str) -> None:
    """JSON, CSV and plain text stay as they are: programs depend on them."""
    same_as_snapshot(f"{name}.{form}", asked(QUESTIONS[name], f"--{form}"))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """Whatever the width, nothing runs over the edge."""
    lines = asked(QUESTIONS[name], width=width).splitlines()
    assert max(line_columns([(line, PLAIN)]) for line in lines) <= width


def test_nothing_hangs_on_colour_alone() -> None:
    """Every way to differ has a sign of its own, and the page has its word as well."""
    assert SIGNS.keys() == set(get_args(How))
    signs = [sign for sign, _, _ in SIGNS.values()]
    assert len(set(signs)) == len(signs)
    page = asked("diff 2014-02-10 2015-11-10")
    assert "! now certain   The Shop  Acme, possible → certain" in page
    assert "+ began         Cogs in Nut  8%" in page
    assert "~ changed       bolt  Bolt Works (Bolt) → Nut Works (Nut)" in page
    assert "- ended" in asked("diff 2015-06 2016 jane")
    assert "? now possible" in asked("diff 2015-06 2015-11-10 jane")


def test_every_view_is_told() -> None:
    """A view that ships is told in words of its own, and so is every difference of it."""
    assert views.VIEWS.keys() == views.KEYS.keys() == DIFFERENCES.keys()
    assert all(view.name == name for name, view in views.VIEWS.items())


# Trees

TEXTS = st.text("ab ", min_size=1, max_size=60).map(lambda text: " ".join(text.split()) or "a")
NODES = st.recursive(
    st.builds(lambda text: Branch(([(text, PLAIN)],)), TEXTS),
    lambda inner: st.builds(
        lambda text, children: Branch(([(text, PLAIN)],), tuple(children)), TEXTS, st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


def words_of(node: Branch) -> list[str]:
    """All words of a tree, top down."""
    own = [word for line in node.lines for text, _ in line for word in text.split()]
    return [*own, *(word for child in node.children for word in words_of(child))]


@given(node=NODES, width=st.integers(60, 100))
def test_a_tree_says_every_word_once_and_in_order(node: Branch, width: int) -> None:
    """Breaking lines and drawing branches loses nothing and moves nothing."""
    lines = ["".join(text for text, _ in line) for line in tree(node, width)]
    drawn = str.maketrans(dict.fromkeys("├─└│", " "))
    assert [word for line in lines for word in line.translate(drawn).split()] == words_of(node)
    assert max(map(len, lines)) <= width
    assert all(unicodedata.east_asian_width(each) in "NA" for each in "├─└│")


# Event files


def read_back(text: str, folder: Path) -> tuple[Event, ...]:
    """The events that the reader of files finds in a text."""
    (folder / "written.yaml").write_text(text, encoding="utf-8")
    return authoring.read(
        [folder / "written.yaml"], ["acme", "bolt", "shop"], ["injection"], ["target"]
    ).events


@pytest.mark.parametrize(
    "reason",
    [
        "plain",
        "yes",
        "null",
        "~",
        "- a",
        "a: b",
        "a #b",
        'it\'s "quoted"',
        "two\nlines",
        "2014-03",
        "0.50",
        "*star",
        "&anchor",
        "!tag",
        "%percent",
        "@at",
        "中文，好",
        "trailing:",
        "{a: b}",
        "[a]",
        "back\\slash",
        "> folded",
    ],
)
def test_an_event_that_was_written_is_read_back(reason: str, tmp_path: Path) -> None:
    """Whatever people write as a reason, the file means the same event."""
    event = codec.decode(
        {
            "id": "put-right",
            "kind": "record.corrected",
            "date": "2014",
            "target": "target",
            "set": {"share": "59.32%", "date": "[2014-03..2014-04]", "parties": ["acme", "bolt"]},
            "reason": reason,
            "sources": [
                {"publisher": reason.replace("\n", " "), "page": "3"},
                {"url": "https://a.example/?b=1;c=2#d"},
            ],
        }
    )
    assert read_back(event_file([event, event])[: len(event_file([event]))], tmp_path) == (event,)


@given(reason=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip))
def test_any_text_is_read_back_or_was_no_event(reason: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No character gets lost or means something else on the way through a file."""
    plain = {"id": "x", "kind": "record.retracted", "date": "2014", "target": "target", "reason": reason}
    try:
        event = codec.decode(plain)
    except InvalidEvents:
        return
    assert read_back(event_file([event]), tmp_path_factory.mktemp("file")) == (event,)


@pytest.mark.parametrize("frozen", ["every-kind-1.jsonl", "every-kind-2.jsonl"])
def test_every_kind_is_read_back(frozen: str, root: Path, tmp_path: Path) -> None:
    """Effects, lists, mappings: what the codec can write, a file can say."""
    lines = (root / "tests/data" / frozen).read_text("utf-8").splitlines()
    for line in lines:
        event = codec.decode(json.loads(line))
        text = event_file([event])
        # A declaration stands under entities:, and a file cannot take a field away.
        if ": null" in text or event.kind == "entity.declared":
            continue
        (tmp_path / "written.yaml").write_text(text, encoding="utf-8")
        names = set(line.replace('"', " ").split())
        found = authoring.read([tmp_path / "written.yaml"], names, names, names).events
        assert found == (event,)
