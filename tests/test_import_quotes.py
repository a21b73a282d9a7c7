"""Quotes of a table: a stray one is a finding with its row, and loses no other row."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronicle.codec import encode
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.interop import FORMATS
from chronicle.interop.tabular.mapping import mapping_of

OWNERS = {
    "kind": "stake.acquired",
    "id": "o-{company}-{owner}",
    "date": "{from}",
    "holder": "{owner}",
    "target": "{company}",
    "share": "{percent}",
}


def read(rows: str, format: str = "csv", **more: object) -> tuple[list[str], list[tuple[str, int, int]]]:
    """The holders that a table of owners makes, and the code, line and column of every problem."""
    made, faults = mapping_of({"events": [OWNERS], "shares": "percent", **more})
    assert made is not None, faults
    header = "company,owner,percent,from\n".replace(",", "\t" if format == "tsv" else ",")
    found = list(FORMATS[format].reader()(io.BytesIO((header + rows).encode()), "t.csv", made))
    places = [(each.code, each.place) for each in found if isinstance(each, Problem)]
    return (
        [encode(each)["holder"] for each in found if isinstance(each, Event)],
        [(code, place.line, place.column) for code, place in places if place],
    )


@pytest.mark.parametrize(
    ("bad", "places"),
    [
        ('acme,"carol,20,2014-04\n', [("C701", 3, 6)]),
        ('acme,carol",20,2014-04\n', [("C701", 3, 6)]),
        ('acme,"carol"x,20,2014-04\n', [("C701", 3, 6)]),
        ('"acme,carol,20,2014-04\n', [("C701", 3, 1)]),
        ('acme,carol,20,"2014-04\n', [("C701", 3, 15)]),
        ('acme,"carol""",20,"2014-04\n', [("C701", 3, 19)]),
        ('acme,"carol,20,2014-04\nacme,cyd",20,2014-04\n', [("C701", 3, 6), ("C701", 4, 6)]),
        ('acme,"carol,20,2014-04\nacme,dan,7,2014-04",9\n', [("C701", 3, 6), ("C701", 4, 12)]),
        ('acme,"a\nb,20,2014-04\n', [("C701", 3, 6), ("C701", 4, 1)]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_stray_quote_loses_its_own_row_and_no_other(
    bad: str, places: list[tuple[str, int, int]], end: str
) -> None:
    """Whatever the quote opens or closes, rows before and behind it come in, quoted ones too."""
    around = f'acme,bob,60,2014-03\n{bad}acme,dora,5,2014-05\nbeta,"fritz",11,2014-07\nbeta,"gi, na",12,2014'
    rows = around.replace("\n", end or "\n") + end
    assert read(rows) == (["bob", "dora", "fritz", "gi-na"], places)


@pytest.mark.parametrize(
    ("cell", "holder"),
    [
        ('"carol ""the owl"" x"', "carol-the-owl-x"),
        ('carol "the owl" x', "carol-the-owl-x"),
        ('"carol" ', "carol"),
        (' "carol"', "carol"),
        ('"carol\nthe owl"', "carol-the-owl"),
        ('"12 Owl St, Flat 4\nBoston, MA"', "12-owl-st-flat-4-boston-ma"),
        ("carol\tthe owl", "carol-the-owl"),
        ('"a\n""b"", c\n"', "a-b-c"),
    ],
)
def test_what_a_quote_may_do_stays_allowed(cell: str, holder: str) -> None:
    """A cell in quotes may have quotes, commas and line breaks; quotes in pairs within a cell are text."""
    assert read(f"acme,{cell},20,2014\nbeta,gina,1,2014\n") == ([holder, "gina"], [])


def test_quotes_of_a_table_with_tabs_are_read_the_same() -> None:
    """In TSV a stray quote is a finding too; where quotes are mere text, the mapping says so."""
    rows = 'acme\t"carol\t20\t2014\nacme\t12" pipes\t5\t2014\nacme\t"dora"\t5\t2014\n'
    assert read(rows, "tsv") == (["dora"], [("C701", 2, 6), ("C701", 3, 6)])
    assert read(rows, "tsv", quotes="text") == (["carol", "12-pipes", "dora"], [])


def test_a_tab_in_a_cell_is_a_blank() -> None:
    """A name that was pasted with a tab in it is a name, and no finding; the tab is a blank."""
    made, _ = mapping_of(
        {"events": [{"kind": "entity.declared", "entity": "{id}", "name": "{n}", "type": "company"}]}
    )
    assert made is not None
    found = list(FORMATS["csv"].reader()(io.BytesIO(b'id,n\na,Acme\tLtd\nb,"Beta\tLtd"\n'), "t.csv", made))
    assert [encode(each)["name"] for each in found if isinstance(each, Event)] == ["Acme Ltd", "Beta Ltd"]


@given(st.lists(st.text(alphabet='a",\n', max_size=8), min_size=1, max_size=12))
def test_no_row_disappears(bad: list[str]) -> None:
    """Whatever stands between two good rows, these come in, unless a cell in quotes holds them whole."""
    rows = "acme,first,1,2014\n" + "\n".join(bad) + "\nacme,last,2,2014\n"
    holders, problems = read(rows)
    assert holders[0] == "first"
    assert holders[-1] == "last" or problems
