"""Drafts of mappings: what is seen in a table, and what is left as a question that must be answered."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from chronicle.cli.statements.mapping_file import read_mapping
from chronicle.codec import encode
from chronicle.errors import InvalidEvents, Problem
from chronicle.events import Event
from chronicle.interop import FORMATS
from chronicle.interop.tabular import cells
from chronicle.interop.tabular.guesses import columns, forms
from chronicle.interop.tabular.guessing import draft
from chronicle.interop.tabular.text import date_forms
from effort import searching_no_more


def drafted(table: str | bytes) -> str:
    """The draft of a table."""
    return draft(io.BytesIO(table if isinstance(table, bytes) else table.encode()), "some/table.csv")


def imported(
    table: str | bytes, path: Path, answers: dict[str, str] | None = None
) -> list[dict[str, object]]:
    """The events that a table makes by its own draft, its holes answered; there must be no problem."""
    text = drafted(table)
    for line, answer in (answers or {}).items():
        assert line in text
        text = text.replace(line, answer)
    (path / "map.yaml").write_text(text, encoding="utf-8")
    data = table if isinstance(table, bytes) else table.encode()
    found = list(FORMATS["csv"].reader()(io.BytesIO(data), "t.csv", read_mapping(str(path / "map.yaml"))))
    assert [each for each in found if isinstance(each, Problem)] == []
    return [encode(each) for each in found if isinstance(each, Event)]


STAKES = "company,owner,percent,from\n{}"


# Dates


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (("11.03.2014", "2014", "01.02.2013"), 'formats: ["%d.%m.%Y", "iso"]'),
        (("11/03/2014", "31/03/2014", "2014"), 'formats: ["%d/%m/%Y", "iso"]'),
        (("11/03/2014", "03/31/2014", "Mar 2014"), 'formats: ["%m/%d/%Y", "%b %Y"]'),
        (("2014-03-11T10:00:00Z", "2014-03-12 10:00"), 'formats: ["iso"]'),
        (("20140311", "20140312", ""), 'formats: ["%Y%m%d"]'),
        (("11-Mar-2014", "1 March 2014", "2014"), 'formats: ["iso", "%d-%b-%Y", "%d %B %Y"]'),
        (("03/2014", "3.2014"), 'formats: ["%m/%Y", "%m.%Y"]'),
        (("31/12/2014 23:00", "2014"), 'formats: ["iso", "%d/%m/%Y %H:%M"]'),
    ],
)
def test_a_draft_has_every_form_of_dates_that_was_seen(cells: tuple[str, ...], line: str) -> None:
    """The most frequent form first; a cell that fits one form only decides for those that fit two."""
    rows = "".join(f"mill,north,{n + 10},{cell}\n" for n, cell in enumerate(cells))
    assert line in drafted(STAKES.format(rows))


def test_a_form_that_only_a_later_row_has_is_seen_too() -> None:
    """The whole sample is read, and not its first rows alone."""
    rows = "mill,north,10,2014-03-11\n" * 900 + "mill,north,10,12.03.2014\n"
    assert 'formats: ["iso", "%d.%m.%Y"]' in drafted(STAKES.format(rows))


@pytest.mark.parametrize(
    ("cells", "question"),
    [
        (("01/02/2014", "03/04/2014"), "from has 01/02/2014: does the day come first, or the month?"),
        (("13/02/2014", "02/13/2014", "01/02/2014"), "which form is meant?"),
    ],
)
def test_a_date_of_two_meanings_is_a_question(cells: tuple[str, ...], question: str, tmp_path: Path) -> None:
    """Whether the day or the month comes first nobody guesses, and nothing is imported before it is said."""
    rows = "".join(f"mill,north,{n + 10},{cell}\n" for n, cell in enumerate(cells))
    text = drafted(STAKES.format(rows))
    assert 'formats: ["???"]' in text
    assert question in text
    with pytest.raises(InvalidEvents, match="still to be answered"):
        imported(STAKES.format(rows), tmp_path)


def test_a_question_is_asked_once(tmp_path: Path) -> None:
    """What is still to be answered is not wrong in another way as well."""
    text = drafted("owner,company,stake,from\nann,mill,0.6,2014-01-02\nbob,mill,40,2014-01-02\n")
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidEvents) as refused:
        read_mapping(str(tmp_path / "map.yaml"))
    assert [each.message for each in refused.value.problems] == ['"shares" is still to be answered: "???"']


def test_one_column_decides_the_form_of_another(tmp_path: Path) -> None:
    """A day of one column that fits one form only says how the other column is written."""
    table = "ticker,index,since,until\nX,DAX,01/02/2010,28/02/2012\nY,DAX,03/04/2010,\n"
    assert [event["date"] for event in imported(table, tmp_path)] == [
        "2010-02-01",
        "2012-02-28",
        "2010-04-03",
    ]


@pytest.mark.parametrize("table", ["a,b\n1,2\n", "owner,company,share\nann,mill,30%\n", "x,year\n1,2014\n"])
def test_no_date_is_ever_made_up(table: str, tmp_path: Path) -> None:
    """What has no date or no meaning stays a question, and the mapping is refused until it is answered."""
    assert "???" in drafted(table)
    assert "2000" not in drafted(table)
    with pytest.raises(InvalidEvents) as caught:
        imported(table, tmp_path)
    assert {problem.code for problem in caught.value.problems} == {"C702"}


# Shares and numbers


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (("59,32", "25,5 %"), ["decimal: comma", "shares: percent"]),
        (("0,5932", "0,4"), ["decimal: comma", "shares: fraction"]),
        (("59.32", "25"), ["shares: percent"]),
        (("0.6", "1"), ["shares: fraction"]),
        (("60%", "25-50%"), ["shares: percent"]),
        (("0.6", "60"), ['shares: "???"', "0.6 and 60 both occur"]),
        (("0.6", "60%"), ['shares: "???"', "0.6 and 60% both occur"]),
        (("59,32", "59.32"), ['decimal: "???"', "59,32 and 59.32"]),
        (("1", "1"), ['shares: "???"', "only 1 occurs"]),
    ],
)
def test_a_draft_says_how_shares_are_written(cells: tuple[str, ...], lines: list[str]) -> None:
    """Percent or fraction, comma or point; where the cells say both, it is a question."""
    rows = "".join(f"mill{n};north;{cell};2014\n" for n, cell in enumerate(cells))
    text = drafted("company;owner;percent;from\n" + rows)
    assert [line for line in lines if line not in text] == []
    assert ("decimal" in text) == ("decimal" in lines[0])


# Columns


def test_the_end_of_a_stake_is_used(tmp_path: Path) -> None:
    """Whoever left holds nothing from then on, and both sides are declared by their names."""
    table = "company,owner,percent,from,to\nmill,bob,10%,2013-03-11,2014-03-11\nmill,ann,20%,2013,\n"
    found = imported(table, tmp_path)
    assert [(e["date"], e["holds"], e.get("ends")) for e in found if e["kind"] == "stake.observed"] == [
        ("2013-03-11", "10%", None),
        ("2014-03-11", "0%", "bob-mill-2013-03-11"),
        ("2013", "20%", None),
    ]
    assert {e["name"] for e in found if e["kind"] == "entity.declared"} == {"mill", "ann", "bob"}


@pytest.mark.parametrize(
    "header",
    [
        "Firma;Gesellschafter;Anteil;von;bis",
        "Société;Actionnaire;Part;du;au",
        "issuer;investor;stake;joined;left",
    ],
)
def test_columns_are_known_in_other_words(header: str, tmp_path: Path) -> None:
    """Names of columns in other words and languages mean the same, with the marks of their letters."""
    found = imported(f"{header}\nMill;Bob;10 %;01.02.2013;28.02.2014\nMill;Ann;20 %;01.02.2013;\n", tmp_path)
    assert [(e["holder"], e["target"], e["holds"]) for e in found if e["kind"] == "stake.observed"] == [
        ("bob", "mill", "10%"),
        ("bob", "mill", "0%"),
        ("ann", "mill", "20%"),
    ]


def test_columns_are_known_by_what_they_have(tmp_path: Path) -> None:
    """A share is what has signs of percent, an end is the second date and never before the first."""
    table = "company,owner,c,d,e\nmill,bob,10%,11.03.2013,12.03.2014\nmill,ann,20%,11.03.2013,\n"
    found = imported(table, tmp_path)
    assert [(e["date"], e["holds"]) for e in found if e["kind"] == "stake.observed"] == [
        ("2013-03-11", "10%"),
        ("2014-03-12", "0%"),
        ("2013-03-11", "20%"),
    ]


def test_numbers_of_two_kinds_are_kept_apart(tmp_path: Path) -> None:
    """Owner 195 and plant 195 are two; with the same name under both columns they are one."""
    header = "Plant Code,Plant Name,Owner ID,Owner Name,Percent,Year\n"
    two = header + "195,Dam,7,Ann,60,2014\n8,Mill,195,Bob,40,2014\n"
    assert {e["holder"] for e in imported(two, tmp_path) if "holder" in e} == {"owner:7", "owner:195"}
    one = two.replace("Bob", "Dam")
    assert {e["holder"] for e in imported(one, tmp_path) if "holder" in e} == {"7", "195"}


def test_a_key_has_as_many_columns_as_tell_its_rows_apart(tmp_path: Path) -> None:
    """Where one plant has several units with owners of their own, the unit belongs to the key."""
    table = "Plant Code,Unit No,Owner ID,Percent,Year\n1,A,7,60,2014\n1,B,7,50,2014\n2,A,7,50,2014\n"
    assert {e["target"] for e in imported(table, tmp_path)} == {"1-a", "1-b", "2-a"}


def test_an_acquisition_asks_for_its_share(tmp_path: Path) -> None:
    """A table of who bought whom says no share; the price has its currency."""
    header = "company_name,acquirer_name,acquired_at,price_amount,price_currency_code\n"
    table = header + "Mill,Ann,2014-03-11,900,USD\n"
    answer = {'share: "???"     # which share was bought? 100%, if all of it': "share: 100%"}
    assert [(e["share"], e["price"]) for e in imported(table, tmp_path, answer) if "share" in e] == [
        ("100%", "USD 900")
    ]


def test_changes_of_a_list_are_two_rules(tmp_path: Path) -> None:
    """One column has who came, the other who left; a row has one of them or both."""
    table = "date,add,remove\n2019-01-18,TFX,PCG\n2019-02-15,ATO,\n"
    answer = {'"???"     # of which index or association?': "sp-500"}
    assert [(e["kind"], e["entity"]) for e in imported(table, tmp_path, answer)] == [
        ("membership.started", "tfx"),
        ("membership.ended", "pcg"),
        ("membership.started", "ato"),
    ]


def test_roles_are_seen(tmp_path: Path) -> None:
    """Who is what in which company, from when to when."""
    table = "Company,Director Name,Position,Appointed,Resigned\nMill,Ann Bell,Chair,2014-01-01,2015-01-01\n"
    found = imported(table, tmp_path)
    assert [(e["kind"], e["person"], e["entity"]) for e in found if "person" in e] == [
        ("role.appointed", "ann-bell", "mill"),
        ("role.ended", "ann-bell", "mill"),
    ]


# The form of the table


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Owners of mills\n\nas of 2014,,,\n", "header: {line: 4}"),
        ("", "events:"),
        ("\n\n", "events:"),
        ("Register of owners; all of them\n", "header: {line: 2}"),
    ],
)
def test_a_header_below_titles_is_found(above: str, line: str, tmp_path: Path) -> None:
    """Titles above a header are passed over, and the mapping says in which line the header is."""
    table = above + STAKES.format("mill,bob,60,2014\nmill,ann,40,2014\n")
    assert line in drafted(table)
    assert len([e for e in imported(table, tmp_path) if "holds" in e]) == 2


@pytest.mark.parametrize(
    "rows", ["mill,bob,60%,2014-01-01\ndam,ann,40%,2014-01-02\n", "mill,bob\nmill,ann\n"]
)
def test_a_table_without_a_header_gets_one(rows: str) -> None:
    """A first row with the same kind of cells as those below it names no columns."""
    assert 'header: ["column 1", "column 2"' in drafted(rows)


def test_years_may_name_columns() -> None:
    """A header of years above numbers is a header."""
    assert "header:" not in drafted("company,2014,2015\nmill,10.5,11\ndam,3,4\n")


def test_a_table_of_an_older_encoding_is_drafted_in_it(tmp_path: Path) -> None:
    """What is not UTF-8 is read as cp1252, and the draft says so."""
    table = "Société,Propriétaire owner,percent,from\nCafé,Zoë,60,2014\nCafé,Ann,40,2014\n".encode("cp1252")
    assert "encoding: cp1252" in drafted(table)
    assert {e["name"] for e in imported(table, tmp_path) if "name" in e} == {"Café", "Zoë", "Ann"}


def test_a_wide_table_is_drafted() -> None:
    """However long its rows are together, and each by itself."""
    wide = ",".join(["company,owner,percent,from", *(f"note {n}" for n in range(2_000))])
    row = ",".join(["mill,bob,60,2014", *["x" * 40] * 2_000])
    assert "kind: stake.observed" in drafted(f"{wide}\n" + f"{row}\n" * 40)


@pytest.mark.parametrize("cell", ["9" * 300_000, "1," * 150_000, "1 " * 150_000, "-" * 300_000])
def test_only_the_beginning_of_a_cell_is_looked_at(cell: str) -> None:
    """However long it is, and whatever it looks like there: no pattern goes over all of it."""
    table = f'company,owner,percent,from\nmill,bob,"{cell}",2014\nmill,ann,5,2014\n'
    with searching_no_more([forms, columns, cells, date_forms], most=200) as looks:
        assert "# Columns: company, owner, percent, from\n" in drafted(table)
        assert looks()


def test_the_delimiter_is_that_of_most_rows() -> None:
    """A comma in the header of a table with semicolons changes nothing."""
    text = drafted("owner;company;share, in %, of all;from\nbob;mill;50,5;2014\nann;mill;49,5;2014\n")
    assert "delimiter: semicolon" in text
    assert "decimal: comma" in text
