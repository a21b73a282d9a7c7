"""Lineage: what a company came out of and what it became, over any number of hops."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.errors import NotFound
from chronicle.events import Event
from chronicle.history import History
from given import absorbed, declared, happened, proposed, written

BANKS = {"a": "Alpha Bank", "b": "Beta Bank", "c": "Ceres Trust", "d": "Delta", "e": "Epsilon", "f": "Phi"}


def split(date: str, parent: str, *successors: str, **fields: Any) -> Event:
    """A parent passes units and holdings on to successors, and goes on."""
    return happened("demerger.split", date, parent=parent, successors=list(successors), **fields)


def merged(date: str, successor: str, *predecessors: str, **fields: Any) -> Event:
    """Several companies become a new one."""
    fields["predecessors"] = list(predecessors)
    return happened("merger.consolidated", date, successor=successor, **fields)


def history(*events: Event) -> History:
    """Banks, and what became of them."""
    return History([*(declared(id, name) for id, name in BANKS.items()), *events])


def hops(found: Any) -> list[tuple[str, int, str, str]]:
    """The hops of a lineage: the way, how far, and the two entities."""
    return [(hop.way, hop.hops, hop.predecessor, hop.successor) for hop in found.hops]


def test_predecessors_and_successors_over_any_number_of_hops() -> None:
    """A bank is absorbed, its survivor consolidated, the new one split, a part dissolved into a last."""
    told = history(
        absorbed("2000", "b", "a", id="first"),
        merged("2005", "d", "b", "c", id="second"),
        split("2010", "d", "e", id="third"),
        happened("entity.dissolved", "2015", entity="e", reason="merged", successor="f", id="fourth"),
    )
    found = told.lineage("Delta")
    assert found.predecessors == ("b", "c", "a")
    assert found.successors == ("e", "f")
    assert hops(found) == [
        ("back", 1, "b", "d"),
        ("back", 1, "c", "d"),
        ("back", 2, "a", "b"),
        ("forward", 1, "d", "e"),
        ("forward", 2, "e", "f"),
    ]
    assert [(hop.how, hop.events, str(hop.since)) for hop in found.hops[2:]] == [
        ("absorbed", ("first",), "2000"),
        ("split", ("third",), "2010"),
        ("dissolved", ("fourth",), "2015"),
    ]
    assert all(hop.certain and hop.line_certain for hop in found.hops)
    assert list(found.events) == ["second", "first", "third", "fourth"]
    assert found.events["fourth"].kind == "entity.dissolved"
    assert repr(found) == "<Lineage of d: 3 predecessors, 2 successors>"


def test_one_way_and_one_day() -> None:
    """Only what happened by the day, and only the way that was asked for."""
    told = history(absorbed("2000", "b", "a"), merged("2005", "d", "b", "c"), split("2010", "d", "e"))
    assert told.lineage("d", way="back").successors == ()
    assert told.lineage("a", way="forward").successors == ("b", "d", "e")
    assert told.lineage("a", as_of="2009").successors == ("b", "d")
    assert told.lineage("a", as_of="1999").hops == ()
    inside = told.lineage("a", as_of="2005-06-30")
    assert [(hop.far, hop.certain, hop.line_certain) for hop in inside.hops] == [
        ("b", True, True),
        ("d", False, False),
    ]


def test_what_was_known_recorded_and_assumed() -> None:
    """Asked like any other question: by an earlier knowledge, and with a deal that may complete."""
    effect = {"kind": "merger.absorbed", "survivor": "c", "absorbed": "b"}
    told = history(
        absorbed("2000", "b", "a", sources=[{"publisher": "Gazette", "published": "2003"}]),
        proposed("2004", "sale", effect),
    )
    assert told.lineage("a", known="2002").successors == ()
    assert told.lineage("a", known="2003").successors == ("b",)
    assert told.assume("sale", on="2005").lineage("a").successors == ("b", "c")
    with pytest.raises(NotFound, match="did you mean Ceres Trust"):
        told.lineage("Ceres Trus")


def test_a_circle_ends() -> None:
    """A bank that was absorbed, split off again and absorbed again is told with each time, and once only."""
    told = history(
        absorbed("2000", "b", "a", id="in"),
        split("2005", "b", "a", id="out"),
        absorbed("2010", "b", "a", id="in-again"),
    )
    found = told.lineage("a")
    assert [(hop.way, hop.events[0], hop.again) for hop in found.hops] == [
        ("back", "out", False),
        ("back", "in", True),
        ("forward", "in", False),
        ("forward", "in-again", True),
        ("forward", "out", True),
    ]
    assert (found.predecessors, found.successors) == (("b",), ("b",))


def test_a_company_is_no_successor_of_what_came_into_its_parent_later() -> None:
    """What split off before is not in the line; where the years leave it open, the line is only possible."""
    told = history(
        split("1995", "b", "f"),
        split("2000", "b", "e"),
        absorbed("2000-03-01", "b", "a"),
        split("2001", "b", "c"),
    )
    found = told.lineage("a")
    assert [(hop.far, hop.certain, hop.line_certain) for hop in found.hops] == [
        ("b", True, True),
        ("e", True, False),
        ("c", True, True),
    ]
    assert told.lineage("f").predecessors == ("b",)
    assert told.lineage("c").predecessors == ("b", "a")


def test_an_end_comes_after_what_came_before_it_whatever_the_years_say() -> None:
    """Two mergers of one year: a company that is absorbed has first taken in what it took in."""
    found = history(absorbed("2000", "b", "a"), absorbed("2000", "c", "b")).lineage("a")
    assert [(hop.far, hop.line_certain) for hop in found.hops] == [("b", True), ("c", True)]


def test_what_two_are_said_to_have_absorbed_is_possible_with_both() -> None:
    """And so is all that lies beyond."""
    found = history(
        absorbed("2000", "b", "a"), absorbed("2000-06", "c", "a"), absorbed("2005", "d", "c")
    ).lineage("a")
    assert {hop.far: (hop.certain, hop.line_certain) for hop in found.hops} == {
        "b": (False, False),
        "c": (False, False),
        "d": (True, False),
    }


def test_where_lines_meet_what_lies_beyond_is_told_once() -> None:
    """A split, and both parts in one company again."""
    found = history(
        split("2000", "a", "b", "c"),
        absorbed("2005", "d", "b"),
        absorbed("2006", "d", "c"),
        absorbed("2010", "e", "d"),
    ).lineage("a")
    assert [(hop.near, hop.far, hop.hops, hop.again) for hop in found.hops] == [
        ("a", "b", 1, False),
        ("a", "c", 1, False),
        ("b", "d", 2, False),
        ("c", "d", 2, True),
        ("d", "e", 3, False),
    ]


# By the letter of the law


@st.composite
def successions(draw: st.DrawFn) -> list[Event]:
    """Some mergers and splits of six companies, in any year, which may make no sense together."""
    pairs = [(one, other) for one in BANKS for other in BANKS if one != other]
    dates = st.sampled_from(["2000", "2001", "2001-03", "2001-09-30", "2002", "[2000..2002]"])
    told = draw(st.lists(st.tuples(st.sampled_from(pairs), dates, st.booleans()), max_size=7))
    return [split(date, *pair) if parts else absorbed(date, pair[1], pair[0]) for pair, date, parts in told]


def reached(one: str, steps: Iterable[Any], way: str) -> set[str]:
    """All that any walk forward in time leads to, each walk tried."""
    found: set[str] = set()

    def go(at: str, left: tuple[Any, ...], earliest: int, latest: int) -> None:
        for number, hop in enumerate(left):
            first, last = hop.since.earliest.toordinal(), hop.since.latest.toordinal()
            near, far = (
                (hop.predecessor, hop.successor) if way == "forward" else (hop.successor, hop.predecessor)
            )
            if near != at or (last < earliest if way == "forward" else first > latest):
                continue
            found.add(far)
            go(far, left[:number] + left[number + 1 :], max(earliest, first), min(latest, last))

    go(one, tuple(steps), 0, 10**7)
    return found - {one}


@given(successions())
def test_the_lineage_is_what_every_walk_forward_in_time_leads_to(events: list[Event]) -> None:
    """Both ways, of every company; and whoever has a successor is among the predecessors of it."""
    told = history(*events)
    every = {id: told.lineage(id) for id in BANKS}
    steps = {(hop.fact.key, hop.since): hop for found in every.values() for hop in found.hops}.values()
    for id, found in every.items():
        assert set(found.successors) == reached(id, steps, "forward")
        assert set(found.predecessors) == reached(id, steps, "back")
        for other in found.successors:
            assert id in every[other].predecessors
            assert told.why(id, other, as_of="2005").reasons
        for way in ("back", "forward"):
            places = [hop.far for hop in found.hops if hop.way == way and not hop.again]
            assert len(places) == len(set(places))
            assert set(places) == set(found.successors if way == "forward" else found.predecessors)


# A register


def test_a_line_of_thousands_is_told_in_every_form(tmp_path: Path) -> None:
    """No form needs more depth than a computer has; a tree too deep for a page says how deep it is."""
    number = 3000
    path = tmp_path / "line.jsonl"
    lines = [
        *(
            {"kind": "entity.declared", "entity": f"b{n}", "name": f"Bank {n}", "type": "company"}
            for n in range(number + 1)
        ),
        *(
            {
                "kind": "merger.absorbed",
                "date": f"{1000 + n // 12}-{n % 12 + 1:02}",
                "absorbed": f"b{n}",
                "survivor": f"b{n + 1}",
                "id": f"m{n}",
            }
            for n in range(number)
        ),
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    page = said(path, "b0")
    # The ids of events no longer fit beside it.
    assert f"({number:,} hops)  Bank {number}  absorbed Dec 1249\n" in page
    assert max(map(len, page.splitlines())) < 110
    assert len(json.loads(said(path, "b0", "--json"))["forward"]) == number
    assert len(list(csv.DictReader(io.StringIO(said(path, f"b{number}", "--csv"))))) == number


# The command


def said(path: Path, *words: str) -> str:
    """What ``chronicle lineage`` prints."""
    result = CliRunner().invoke(command_line, ["--from", str(path), "lineage", *words])
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


TOLD = """
entities:
  - {id: a, name: Alpha Bank, type: company}
  - {id: b, name: Beta Bank, type: company}
  - {id: c, name: Ceres Trust, type: company}
  - {id: d, name: Delta, type: company}
  - {id: e, name: Epsilon, type: company}
events:
  - {id: m1, kind: merger.absorbed, date: 2000-03-01, absorbed: a, survivor: b, sources: [publisher: Gazette]}
  - {id: s1, kind: demerger.split, date: 2000, parent: b, successors: [e]}
  - {id: m2, kind: merger.consolidated, date: 2005, predecessors: [b, c], successor: d}
  - {id: s2, kind: demerger.split, date: 2008, parent: d, successors: [a]}
  - {id: r1, kind: entity.renamed, date: 2010, entity: d, name: Delta Group}
"""


def test_a_lineage_is_told_as_a_tree(tmp_path: Path) -> None:
    """Names of the day, what is only possible marked, a circle said to be one, and the events."""
    path = written(tmp_path, TOLD)
    assert (
        said(path, "Alpha Bank")
        == """\
Lineage: Alpha Bank
all that is known

Came out of
└─ Delta Group  split 2008  [s2]
   ├─ Beta Bank  consolidated 2005  [m2]
   │  └─ Alpha Bank  absorbed 1 Mar 2000  [m1]  (a circle)
   └─ Ceres Trust  consolidated 2005  [m2]

Became
└─ Beta Bank  absorbed 1 Mar 2000  [m1]
   ├─ Epsilon  split 2000, certain, but the line to here is only possible  [s1]
   └─ Delta Group  consolidated 2005  [m2]
      └─ Alpha Bank  split 2008  [s2]  (a circle)
"""
    )
    assert (
        said(path, "e", "--forward", "--as-of", "2008-06", "--known", "2009")
        == """\
Lineage: Epsilon
by 30 June 2008, as known on 31 December 2009

Became
Nothing is known that it became.
"""
    )
    assert "Delta  consolidated" in said(path, "a", "--as-of", "2009")
    assert "Alpha Bank  split 2008, possible  [s2]" in said(path, "d", "--forward", "--as-of", "2008-06")


def test_a_lineage_as_table_and_as_json(tmp_path: Path) -> None:
    """With the names of both beside the ids, and the events whole in JSON."""
    path = written(tmp_path, TOLD)
    first, *others = csv.DictReader(io.StringIO(said(path, "a", "--forward", "--csv")))
    assert first == {
        "way": "forward",
        "hops": "1",
        "predecessor": "a",
        "successor": "b",
        "how": "absorbed",
        "certain": "certain",
        "since": "2000-03-01",
        "events": "m1",
        "line": "certain",
        "again": "no",
        "what": "Beta Bank absorbs Alpha Bank",
        "sources": "Gazette",
        "predecessor_name": "Alpha Bank",
        "successor_name": "Beta Bank",
    }
    assert [(row["successor"], row["line"], row["again"]) for row in others] == [
        ("e", "possible", "no"),
        ("d", "certain", "no"),
        ("a", "certain", "yes"),
    ]
    assert said(path, "a", "--forward", "--plain").splitlines()[0].split("\t") == list(first.values())
    data = json.loads(said(path, "a", "--back", "--json"))
    assert (data["entity"], data["name"], data["as_of"], data["forward"]) == ("a", "Alpha Bank", None, None)
    assert data["back"][0] == {
        "predecessor": "d",
        "successor": "a",
        "how": "split",
        "certain": True,
        "since": "2008",
        "events": ["s2"],
        "hops": 1,
        "line_certain": True,
        "again": False,
        "predecessor_name": "Delta Group",
        "successor_name": "Alpha Bank",
    }
    assert data["events"]["m1"]["sources"] == [{"publisher": "Gazette"}]
    assert json.loads(said(path, "a", "--json", "--as-of", "2009"))["as_of"] == "2009-12-31"


def test_a_lineage_is_a_table_for_data_frames() -> None:
    """A row for each hop."""
    table = history(absorbed("2000", "b", "a")).lineage("a").table()
    (row,) = table.to_dicts()
    assert (row["predecessor_name"], row["successor_name"], row["line_certain"]) == (
        "Alpha Bank",
        "Beta Bank",
        True,
    )
    assert table.column_names[-2:] == ("predecessor_name", "successor_name")
    assert "Alpha Bank" in history(absorbed("2000", "b", "a")).lineage("a")._repr_html_()


def test_why_tells_the_line_between_two_companies(tmp_path: Path) -> None:
    """Every succession on the way, in whatever order the two are named; before the last one, nothing."""
    path = written(tmp_path, TOLD)

    def why(*words: str) -> str:
        result = CliRunner().invoke(command_line, ["--from", str(path), "why", *words])
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    page = why("a", "Delta Group", "--as-of", "2007")
    assert page.startswith("Why: succession of Alpha Bank → Delta\non 31 December 2007\n")
    assert page.index("Beta Bank absorbs Alpha Bank") < page.index(
        "Beta Bank and Ceres Trust merge into Delta"
    )
    assert "source  Gazette" in page
    assert why("d", "c", "--as-of", "2007").count("consolidated, certain") == 1
    data = json.loads(why("d", "a", "--as-of", "2007", "--json"))
    assert (data["view"], [reason["steps"][0]["event"]["id"] for reason in data["reasons"]]) == (
        "lineage",
        ["m1", "m2"],
    )
    assert "it begins 2005" in why("a", "d", "--as-of", "2004")
    assert "nothing is known of it" in why("e", "d", "--as-of", "2007").lower()
    told = chronicle.open(path)
    assert told.why("a", "d", as_of="2007", view="lineage").key == ("a", "d")
    assert told.why("d", "a", as_of="2007").key == ("a", "d")
