"""Answers in a notebook: a timeline, what changed, and why, as tables with names; and for data frames."""

from __future__ import annotations

import copy
import datetime
import pickle

import pytest

from chronicle.engine.why import Why
from chronicle.history import History
from given import acquired, corrected, declared, disposed, observed, proposed

EVIL = "<script>alert(1)</script>"
POST = [{"publisher": "Post", "published": "2014"}]
HISTORY = (
    declared("group", "Alibaba Group"),
    declared("film", EVIL),
    acquired("2014-03", "group", "film", "60%", id="bought", sources=POST),
    disposed("[..2015-08]", "group", "film", "10%", id="sold", price="USD 5M"),
    observed("2016", "group", "bank", "?", id="seen"),
)


def history() -> History:
    """A stake in a film company, of which some is sold, and one of unknown size."""
    return History(HISTORY)


def test_a_name_says_its_language() -> None:
    """Where it has a tag of a language, and nothing that would end the attribute."""
    events = (
        declared("group", "阿里巴巴集团", lang="zh-Hans"),
        declared("film", "Film", lang='en" onclick="alert(1)'),
        declared("bank", "Bank"),
        acquired("2014", "group", "film", "60%"),
        acquired("2014", "group", "bank", "5%"),
        acquired("2014", "nobody", "bank", "5%"),
        proposed("2014", "merger", parties=["group", "nobody"]),
    )
    page = History(events).as_of("2015")._repr_html_()
    assert '<td><span lang="zh-Hans">阿里巴巴集团</span></td><td>Film</td>' in page
    assert "<td></td><td>Bank</td>" in page
    assert '<td><span lang="zh-Hans">阿里巴巴集团</span>, nobody</td><td></td>' in page
    assert "onclick" not in page


def test_a_timeline_is_a_tuple_and_a_table() -> None:
    """With sentences, names, days and sources; equal to the plain tuple, and kept as one."""
    told = history().timeline("group")
    assert told == tuple(told)
    assert [event.id for event in told] == ["bought", "sold", "seen"]
    rows = {row["id"]: row for row in told.table().to_dicts()}
    assert rows["bought"] == {
        "id": "bought",
        "kind": "stake.acquired",
        "date": "2014-03",
        "earliest": datetime.date(2014, 3, 1),
        "latest": datetime.date(2014, 3, 31),
        "known": datetime.date(2014, 12, 31),
        "what": f"Alibaba Group acquires a stake in {EVIL}",
        "share": "+60%",
        "money": None,
        "deal": None,
        "confidence": None,
        "sources": ("Post, 2014",),
        "entities": ("group", "film"),
        "entity_names": ("Alibaba Group", EVIL),
    }
    assert (rows["sold"]["earliest"], rows["sold"]["money"]) == (None, "USD 5M")
    for kept in (pickle.loads(pickle.dumps(told)), copy.deepcopy(told)):
        assert type(kept) is tuple
        assert kept == told


def test_a_notebook_shows_the_timeline() -> None:
    """What happened, when, says who; a name from a file runs no script."""
    page = history().timeline()._repr_html_()
    assert page.startswith("<table><thead><tr><th>date</th><th>what</th><th>share</th><th>money</th>")
    assert "<td>Alibaba Group acquires a stake in &lt;script&gt;" in page
    assert "<script>" not in page


def test_a_timeline_by_what_was_known_then_has_the_names_known_then() -> None:
    """A name that a correction put right is told as it was known on the day that was asked for."""
    told = History([*HISTORY, corrected("2017", "bought", {"share": "55%"}, id="corrected")])
    was, is_now = (told.timeline("film", known=known).table().to_dicts() for known in ("2016", None))
    assert [row["share"] for row in was if row["id"] == "bought"] == ["+60%"]
    assert [row["share"] for row in is_now if row["id"] == "bought"] == ["+55%"]


def test_a_notebook_shows_what_changed() -> None:
    """Each difference with the names of both sides, the value before and the one after."""
    found = history().diff("2014", "2016")
    assert found == tuple(found)
    rows = found.table().to_dicts()
    assert [(row["how"], row["subject_name"], row["before"], row["after"]) for row in rows] == [
        ("began", "Alibaba Group in bank", "", "share unknown"),
        ("changed", f"Alibaba Group in {EVIL}", "60% (possible) or 50%, derived (possible)", "50%, derived"),
    ]
    page = found._repr_html_()
    assert "<th>before</th><th>after</th>" in page
    assert "Alibaba Group in bank" in page
    assert "<script>" not in page
    assert pickle.loads(pickle.dumps(found)) == found
    assert len(history().diff("2014", "2016", entity="bank")) < len(found)


def test_a_notebook_shows_why() -> None:
    """Each event behind the value, with its source; the answer is kept without the history."""
    why = history().why("group", "film", as_of="2016")
    page = why._repr_html_()
    assert page is not None
    assert "<td>50%, derived</td><td>certain</td>" in page
    assert "Post, 2014" in page
    assert "<script>" not in page
    kept = pickle.loads(pickle.dumps(why))
    assert kept == why
    assert kept._repr_html_() is None, "a notebook shows its text then"
    assert Why("holdings", ("a",), ()).table() is None


DISPUTED = (
    *HISTORY,
    observed(
        "2016", "group", "bank", "5%", id="claimed", sources=[{"publisher": "Times", "published": "2016"}]
    ),
    observed(
        "2016", "group", "bank", "7%", id="denied", sources=[{"publisher": "Post", "published": "2017"}]
    ),
)


def test_a_notebook_shows_where_sources_disagree() -> None:
    """A row for each claim, the one that counts first; the answer is a tuple, as before."""
    found = History(DISPUTED).conflicts()
    assert found == tuple(found)
    assert [conflict.chosen.id for conflict in found] == ["denied"]
    rows = found.table().to_dicts()
    assert [(row["event"], row["counts"], row["fact_name"]) for row in rows][:2] == [
        ("denied", "yes", "Stake of Alibaba Group in bank"),
        ("claimed", "no", "Stake of Alibaba Group in bank"),
    ]
    assert "<td>Stake of Alibaba Group in bank</td><td>share</td><td>yes</td>" in found._repr_html_()
    assert pickle.loads(pickle.dumps(found)) == found
    assert "<tbody></tbody>" in history().conflicts()._repr_html_()


def test_a_notebook_shows_what_a_search_found() -> None:
    """With names, of which none runs a script."""
    found = history().search("group")
    assert found == tuple(found)
    assert found.table().to_dicts()[0]["names"] == "Alibaba Group [since 2000 or earlier]"
    assert "<td>Alibaba Group [since 2000 or earlier]</td>" in found._repr_html_()
    assert "<script>" not in history().search()._repr_html_()


def test_ipython_shows_tables_and_pictures() -> None:
    """By its own formatter, which chooses among what an answer can be shown as."""
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    told, state = History(DISPUTED), history().as_of("2016")
    for answer in (
        *(state, told.timeline(), told.diff("2014", "2016"), told.conflicts(), told.search("group")),
        *(told.why("group", "film", as_of="2016"), told.states("2014", "2016", "Y"), state.holdings_table()),
    ):
        shown, _ = shell.display_formatter.format(answer)
        assert shown["text/html"].startswith("<table>")
        assert "Alibaba Group" in shown["text/html"]
    shown, _ = shell.display_formatter.format(state.graph())
    assert shown["image/svg+xml"].startswith("<svg")


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_data_frames_take_answers(library: str) -> None:
    """A timeline and its days, as every other table."""
    module = pytest.importorskip(library)
    table = history().timeline().table()
    frame = module.DataFrame(table) if library == "polars" else module.DataFrame.from_arrow(table)
    assert next(iter(frame["what"]))
    assert len(frame) == len(history().timeline())
