"""``chronicle report --svg``: the structure on a day and the timeline, as pictures for papers and slides."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import chronicle as library
from chronicle.cli import chronicle

Report = Callable[..., Result]


@pytest.fixture
def report(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The command on the shipped history, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(chronicle, ["report", "--from", str(root / "events"), *words])


def title(path: str) -> str | None:
    """What a picture is called."""
    return ET.parse(path).getroot().findtext("{http://www.w3.org/2000/svg}title")


@pytest.mark.slow
def test_a_folder_gets_both_pictures(report: Report, root: Path) -> None:
    """That of the structure on the last day, and the timeline; the folder is made."""
    done = report("--svg", "some/pictures")
    assert done.exit_code == 0
    assert "wrote" in done.stderr
    assert done.stdout == ""
    assert sorted(path.name for path in Path("some/pictures").iterdir()) == ["structure.svg", "timeline.svg"]
    assert title("some/pictures/structure.svg") == "Ownership on 8 September 2015"
    assert title("some/pictures/timeline.svg") == "Timeline"
    history = library.open(str(root / "events"))
    written = Path("some/pictures/timeline.svg").read_text(encoding="utf-8")
    assert written == history.timeline().svg()
    structure = Path("some/pictures/structure.svg").read_text(encoding="utf-8")
    assert structure == history.as_of("2015-09-08").graph().svg()
    assert not Path("report.html").exists()


def test_a_file_gets_the_structure(report: Report) -> None:
    """Around an entity, so many ties away, on a day, by what was known, without small holdings."""
    words = ("alibaba pictures", "--as-of", "2015-06", "--depth", "1", "--known", "2015-09-07")
    assert report("--svg", "one.svg", *words).exit_code == 0
    assert (
        title("one.svg") == "Ownership around Alibaba Pictures on 30 June 2015, as known on 7 September 2015"
    )
    page = Path("one.svg").read_text(encoding="utf-8")
    assert 'data-source="alibaba-group" data-target="alibaba-pictures"' in page
    assert 'data-node="enlight"' not in page
    assert ">+3</text>" in page, "the others that the group is tied to"
    assert report("--svg", "one.svg", "--least", "10%").exit_code == 0
    assert 'data-node="enlight"' not in Path("one.svg").read_text(encoding="utf-8")
    assert [*Path().iterdir()] == [Path("one.svg")]


def test_where_nothing_is_known_the_picture_says_of_which_day_it_is(report: Report) -> None:
    """An empty picture, of the day of knowledge."""
    assert report("--svg", "none.svg", "--known", "2010").exit_code == 0
    assert title("none.svg") == "Ownership on 31 December 2010, as known on 31 December 2010"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--svg", "x", "enlight", "alibaba-group"), "one ENTITY"),
        (("--svg", "x", "enlihgt"), "error[C601]"),
        (("--svg", "x", "--least", "much"), "error[C302]"),
    ],
)
def test_what_cannot_be_drawn_is_refused(report: Report, words: tuple[str, ...], said: str) -> None:
    """And nothing is written."""
    done = report(*words)
    assert done.exit_code != 0
    assert said in done.stderr
    assert [*Path().iterdir()] == []


def test_a_history_is_not_drawn_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a store nor a file of events, whatever they are called."""
    monkeypatch.chdir(tmp_path)
    store = library.open("kept.db", create=True)
    bought = {"kind": "stake.acquired", "date": "2014", "holder": "a", "target": "b", "share": "5%"}
    store.append([bought], declared=False)
    Path("kept.db").rename("kept.svg")
    before = Path("kept.svg").read_bytes()
    done = CliRunner().invoke(chronicle, ["report", "--from", "kept.svg", "--svg", "kept.svg"])
    assert done.exit_code != 0
    assert Path("kept.svg").read_bytes() == before
