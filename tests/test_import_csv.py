"""Tables to events by a mapping: what cells say, what is tolerated, and what is a finding with its place."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Mapping
from csv import field_size_limit
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronicle.codec import encode
from chronicle.errors import InvalidEvents, InvalidValue, Problem
from chronicle.events import KINDS, Event
from chronicle.interop import FORMATS
from chronicle.interop.incoming import Incoming, opened
from chronicle.interop.reading import read_files
from chronicle.interop.tabular import csv
from chronicle.interop.tabular.cells import Dates, Shares, dashed, identifier, number
from chronicle.interop.tabular.guessing import draft
from chronicle.interop.tabular.mapping import TableMapping, mapping_of
from chronicle.values import parse_share

MEMBERSHIP = {
    "kind": "membership.started",
    "id": "{ticker|dashed}-{from}",
    "date": "{from}",
    "entity": "ticker:{ticker|dashed}",
    "group": "sp-500",
    "end": "{to}",
    "ends": "membership.ended",
}
STAKE = {
    "kind": "stake.observed",
    "id": "{day}-{owner}-{plant}",
    "date": "{day}",
    "holder": "{owner}",
    "target": "{plant}",
    "holds": "{share}",
}


def mapping(*rules: Mapping[str, object], **more: object) -> TableMapping:
    """A mapping of rules and what else it says, which must be right."""
    made, faults = mapping_of({"events": list(rules), **more})
    assert faults == []
    assert made is not None
    return made


def read(table: str | bytes, rules: TableMapping, format: str = "csv") -> list[Incoming]:
    """What a table makes."""
    data = table.encode() if isinstance(table, str) else table
    return list(FORMATS[format].reader()(io.BytesIO(data), "table.csv", rules))


def events(incoming: list[Incoming]) -> list[dict[str, Any]]:
    """The events among what was read, as plain data; there must be no problem."""
    assert [item for item in incoming if isinstance(item, Problem)] == []
    return [encode(item) for item in incoming if isinstance(item, Event)]


def problems(incoming: list[Incoming]) -> list[tuple[str, int, int]]:
    """The code, row and column of every problem."""
    found = [item for item in incoming if isinstance(item, Problem)]
    assert all(problem.place for problem in found)
    return [(item.code, item.place.line, item.place.column) for item in found if item.place]


# Intervals


def test_a_row_with_an_end_makes_two_events() -> None:
    """Who came and went is one row of the table and two events; who is still there is one."""
    found = events(read("ticker,from,to\nBF.B,1996-01-02,\nAAL,1996-01-02,1997-01-15\n", mapping(MEMBERSHIP)))
    assert [(event["kind"], event["id"], event["date"]) for event in found] == [
        ("membership.started", "bf-b-1996-01-02", "1996-01-02"),
        ("membership.started", "aal-1996-01-02", "1996-01-02"),
        ("membership.ended", "aal-1996-01-02.end", "1997-01-15"),
    ]
    assert all(event["group"] == "sp-500" for event in found)


@pytest.mark.parametrize(
    ("stated", "first_day_outside"),
    [
        ("2014-06-30", "2014-07-01"),
        ("2014-12-31~", "2015-01-01~"),
        ("2014-06", "[2014-06-02..2014-07-01]"),
        ("[..2014-06-30]", "[..2014-07-01]"),
    ],
)
def test_an_end_that_is_a_last_day_ends_on_the_day_after(stated: str, first_day_outside: str) -> None:
    """Where a source gives the last day of a membership, the membership is over one day later."""
    rules = mapping(MEMBERSHIP, dates={"ends": "inclusive"})
    found = events(read(f"ticker,from,to\nX,2010-01-01,{stated}\n", rules))
    assert found[1]["date"] == first_day_outside


@pytest.mark.parametrize("end", ["9999-12-31", "2100-01-01", "[2015..]", "none"])
def test_an_end_that_means_no_end_makes_no_event(end: str) -> None:
    """A day that no calendar will see, or a word of the source, says that it still lasts."""
    rules = mapping(MEMBERSHIP, dates={"ends": "inclusive", "open": ["none"]})
    assert len(events(read(f"ticker,from,to\nX,2010-01-01,{end}\n", rules))) == 1


def test_a_date_may_stand_for_another() -> None:
    """What 1900-01-01 means in a source is said in the mapping, and never a day."""
    rules = mapping(MEMBERSHIP, dates={"instead": {"1900-01-01": "[..1957-03-04]", "never": "open"}})
    found = events(read("ticker,from,to\nX,1900-01-01,never\n", rules))
    assert [event["date"] for event in found] == ["[..1957-03-04]"]


TENURES = {
    "membership.ended": {"kind": "membership.started", "entity": "{a}", "group": "{b}"},
    "role.ended": {"kind": "role.appointed", "person": "{a}", "entity": "{b}", "role": "director"},
    "listing.ended": {"kind": "listing.started", "entity": "{a}", "exchange": "{b}"},
    "control.ended": {"kind": "control.granted", "controller": "{a}", "target": "{b}", "basis": "contract"},
    "partnership.ended": {"kind": "partnership.agreed", "parties": ["{a}", "{b}"], "subject": "films"},
    "stake.disposed": {"kind": "stake.acquired", "holder": "{a}", "target": "{b}", "holds": "40%"},
    "stake.observed": {"kind": "stake.observed", "holder": "{a}", "target": "{b}", "holds": "40%"},
}


@pytest.mark.parametrize("ends", TENURES)
@pytest.mark.parametrize("id", ["{row}", None])
def test_an_end_says_that_it_ends_what_its_row_began(ends: str, id: str | None) -> None:
    """Of any kind, and whether its id is of the source or made up: the begin of the same row."""
    more = {"holds": "0%"} if ends.startswith("stake.") else {}
    more = {"reason": "delisted"} if ends == "listing.ended" else more
    rule = {**TENURES[ends], "date": "{from}", "end": "{to}", "ends": {"kind": ends, **more}}
    rule |= {"id": id} if id else {}
    found = read("row,a,b,from,to\n1,a,b,2010,2012\n2,a,b,2014,\n3,a,b,2016,2018\n", mapping(rule))
    made = [item for item in found if isinstance(item, Event)]
    assert [event.ends for event in made] == [None, made[0].id, None, None, made[3].id]
    assert [event.kind for event in made if event.ends] == [ends, ends]


def test_a_row_that_is_a_lot_says_so() -> None:
    """A stake stands under a record only where the mapping names it; then its end does too."""
    rule = {**STAKE, "end": "{to}", "ends": {"holds": "0%"}}
    table = "day,owner,plant,share,to,entry\n2016,a,p,10%,2018,E 1\n"
    assert {event.get("lot") for event in events(read(table, mapping(rule)))} == {None}
    found = events(read(table, mapping({**rule, "lot": "{entry}"})))
    assert [(event["holds"], event["lot"]) for event in found] == [("10%", "E 1"), ("0%", "E 1")]


@pytest.mark.parametrize("to", ["2016", "2017"])
def test_a_row_that_begins_and_ends_in_one_window_makes_two_events(to: str) -> None:
    """An end is lost to no beginning that has the same date, kind and parties."""
    rule = {name: text for name, text in STAKE.items() if name != "id"}
    rules = mapping({**rule, "end": "{to}", "ends": {"holds": "0%"}})
    begun, ended = events(read(f"day,owner,plant,share,to\n2016,a,p,10%,{to}\n", rules))
    assert (begun["id"], ended["ends"]) == ("2016-stake-observed-a-p", begun["id"])
    assert ended["id"] == ("2016-stake-observed-a-p.end" if to == "2016" else "2017-stake-observed-a-p")


def test_what_follows_an_end_may_have_fields_of_its_own() -> None:
    """The event of an end takes over what both kinds have, and gets what only it has from the mapping."""
    rule = {
        "kind": "listing.started",
        "id": "{ticker}",
        "date": "{from}",
        "entity": "{ticker}",
        "exchange": "NYSE",
        "end": "{to}",
        "ends": {"kind": "listing.ended", "reason": "delisted"},
    }
    found = events(read("ticker,from,to\nX,2010,2012\n", mapping(rule)))
    assert found[1] == {
        "kind": "listing.ended",
        "id": "x.end",
        "date": "2012",
        "entity": "x",
        "ends": "x",
        "reason": "delisted",
        "exchange": "NYSE",
    }


def test_a_row_of_which_half_is_wrong_makes_nothing() -> None:
    """A begin without its end would say that it still lasts, so neither is imported."""
    found = read("ticker,from,to\nX,2010-01-01,31.12.2012\nY,2010-01-01,2012\n", mapping(MEMBERSHIP))
    assert problems(found) == [("C301", 2, 14)]
    assert [item.id for item in found if isinstance(item, Event)] == ["y-2010-01-01", "y-2010-01-01.end"]


# Dates, shares, numbers


@pytest.mark.parametrize(
    ("form", "text", "date"),
    [
        ("iso", "2014-Q3", "2014-Q3"),
        ("%d/%m/%Y", "28/06/1995", "1995-06-28"),
        ("%Y%m%d", "20140311", "2014-03-11"),
        ("%m/%Y", "03/2014", "2014-03"),
        ("%Y/", "2014/", "2014"),
        ("%Y-%j", "2014-001", "2014-01-01"),
        ("%Y-%m-%dT%H:%M:%S%z", "2009-01-12T23:30:00-0500", "2009-01-12"),
    ],
)
def test_a_date_is_as_exact_as_its_form(form: str, text: str, date: str) -> None:
    """A form without a day gives a month, one without a month a year; a moment keeps its own day."""
    assert Dates(formats=(form,)).read(text) == date


@pytest.mark.parametrize(
    "text", ["0017-03-02", "3201-01-01", "1905-06-28", "42005", "42005.5", "1900-01-01", "1899-12-30"]
)
def test_an_impossible_date_is_refused_and_not_repaired(text: str) -> None:
    """Years that cannot be, what a spreadsheet made of a date, and days that stand for none are findings."""
    with pytest.raises(InvalidValue) as caught:
        Dates().read(text)
    assert caught.value.code == "C705"


def test_the_mapping_says_which_years_there_are() -> None:
    """Who imports the history of a mint or a day of 1905 says so, and then it is read."""
    assert Dates(earliest=600).read("0793-05-01") == "0793-05-01"
    assert Dates(spreadsheet=True).read("1905-06-28") == "1905-06-28"
    assert Dates(latest=2200).read("2150") == "2150"
    assert Dates().read("[..1990]") == "[..1990]"


@given(st.dates())
def test_a_day_written_in_any_form_is_the_same_day(day: Any) -> None:
    """Writing a day in the form of a source and reading it by that form gives the day, or a refusal."""
    text = f"{day.day:02}/{day.month:02}/{day.year:04}"
    dates = Dates(formats=("%d/%m/%Y",), earliest=1, latest=9999, spreadsheet=True)
    if day.isoformat() in ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01"):
        with pytest.raises(InvalidValue):
            dates.read(text)
    else:
        assert dates.read(text) in (day.isoformat(), None)


@pytest.mark.parametrize(
    ("shares", "text", "share"),
    [
        (Shares("percent"), "60", "60%"),
        (Shares("percent"), "25-50", "25-50%"),
        (Shares("percent"), "> 25%", ">25%"),
        (Shares("percent"), "80-<100", "80-<100%"),
        (Shares("percent", comma=True), "50,00", "50%"),
        (Shares("percent", comma=True), "33,3 – 50,0 %", "33.3-50%"),
        (Shares("stated", comma=True), "50,5%", "50.5%"),
        (Shares("fraction"), "0.6", "60%"),
        (Shares("fraction"), "1", "100%"),
        (Shares("fraction"), "0", "0%"),
        (Shares("fraction"), "0.1429", "14.29%"),
        (Shares("fraction"), "0.25-0.5", "25-50%"),
        (Shares("fraction"), "60%", "60%"),
        (Shares("percent", unknown=frozenset({"undisclosed"})), "undisclosed", "?"),
        (Shares("fraction"), "3/8", "3/8"),
        (Shares(), "3/8", "3/8"),
    ],
)
def test_a_share_is_read_as_its_source_writes_it(shares: Shares, text: str, share: str) -> None:
    """Per cent, parts of one, ranges, bounds and decimal commas come to the same exact shares."""
    assert parse_share(shares.read(text)) == parse_share(share)


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        (Shares(), "60"),
        (Shares(), "25-50"),
        (Shares("percent"), "50,00"),
        (Shares("stated", comma=True), "50,00"),
        (Shares("percent"), "half"),
        (Shares("percent"), "150"),
        (Shares("fraction"), "60"),
        (Shares("percent", comma=True), "1.000"),
        (Shares("percent", comma=True), "12.500"),
        (Shares("stated", comma=True), "33.333%"),
        (Shares("percent", comma=True), "1.000,5"),
    ],
)
def test_a_share_that_may_mean_two_things_is_refused(shares: Shares, text: str) -> None:
    """Nobody guesses whether 60 is 60 % or 50,00 five thousand: the mapping says so, or it is a finding."""
    with pytest.raises(InvalidValue):
        parse_share(shares.read(text))


@given(st.decimals(min_value=0, max_value=1, places=7))
def test_a_part_of_one_stays_exact(value: Any) -> None:
    """A share written as a decimal part of one, with an exponent or not, is that very fraction."""
    assert parse_share(Shares("fraction").read(str(value))).value == value


@pytest.mark.parametrize(
    ("text", "comma", "plain"),
    [
        ("1,234,567", False, "1234567"),
        ("1.234.567,89", True, "1234567.89"),
        ("1 234 567", False, "1234567"),
        ("12,34", False, "12,34"),
        ("2.4bn", False, "2.4bn"),
        ("2,5", True, "2.5"),
    ],
)
def test_separators_of_thousands_are_taken_out_where_they_are_some(
    text: str, comma: bool, plain: str
) -> None:
    """A number loses what groups its digits; what is no such number stays, to be refused by its type."""
    assert number(text, comma) == plain


def test_ids_are_made_of_any_text() -> None:
    """A name in a script that ids cannot have is told apart by a checksum; dots and hyphens can be one."""
    assert identifier("阿里巴巴") != identifier("腾讯")
    assert dashed("BF.B") == dashed("BF-B") == "bf-b"
    assert dashed("阿里巴巴") == identifier("阿里巴巴")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Alibaba Group", "alibaba-group"),
        ("BF.B", "bf.b"),
        ("Société Générale", "societe-generale"),
        ("Ørsted A/S", "orsted-a-s"),
        ("Łódź", "lodz"),
        ("Đuro Đaković", "duro-dakovic"),
        ("Æon & Þór", "aeon-thor"),
        ("Weißbier", "weissbier"),
        ("Işık", "isik"),
        ("Œuvre", "oeuvre"),
    ],
)
def test_what_ascii_can_spell_is_spelled(text: str, id: str) -> None:
    """Ids of ASCII names are what they always were; letters with accents and their like are spelled."""
    assert identifier(text) == id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東芝 Toshiba", "東京 Toshiba"),
        ("Газпром A", "Роснефть A"),
        ("日本", "東京"),
        ("Aα", "Aβ"),
        ("№ 1", "# 1"),
    ],
)
def test_what_ascii_cannot_spell_gets_a_checksum(one: str, other: str) -> None:
    """Two names that differ only in letters that ids cannot have are two ids, each with what can be read."""
    for make in (identifier, dashed):
        assert make(one) != make(other)
    assert identifier("東芝 Toshiba").startswith("toshiba-")


def test_two_texts_with_one_id_are_told_of() -> None:
    """Ids that two names make are listed with both; case and blanks make no other name."""
    table = 'day,owner,plant,share\n2016,"Acme, Inc.",p,60%\n2017,Acme Inc,p,60%\n2018,ACME  inc,p,60%\n'
    found = read(table, mapping(STAKE))
    told = [item for item in found if isinstance(item, Problem)]
    assert [(item.code, item.severity) for item in told] == [("C710", "warning")]
    assert told[0].message == 'one id is made of two texts: acme-inc of "Acme, Inc." and "Acme Inc"'
    assert told[0].place
    assert (told[0].place.line, told[0].place.excerpt) == (3, "2017,Acme Inc,p,60%")
    more = read(table + "2018,B-C,p,60%\n2018,B C,p,60%\n", mapping(STAKE))[-1]
    assert isinstance(more, Problem)
    assert 'and "Acme Inc" (table.csv:3); b-c of "B-C" and "B C" (table.csv:6)' in more.message
    meant = mapping(STAKE, values={"owner": {"Acme, Inc.": "Acme Inc"}})
    assert len(events(read(table, meant))) == 3
    assert len(events(read(table, mapping({**STAKE, "holder": "{owner|dashed}"})))) == 3


def test_cells_of_one_key_are_kept_apart() -> None:
    """1-2 and 3 make the same key as 1 and 2-3, and that is said."""
    rule = {**STAKE, "target": "{plant}-{unit}", "id": "{day}-{owner}"}
    found = read("day,owner,plant,unit,share\n2016,a,1-2,3,60%\n2016,b,1,2-3,60%\n", mapping(rule))
    assert [item.message for item in found if isinstance(item, Problem)] == [
        'one id is made of two texts: 1-2-3 of "1-2 -3" and "1 -2-3"'
    ]


def test_money_counts_lists_and_values_of_a_table() -> None:
    """Amounts lose their separators, lists take several columns, and codes of a source become words."""
    rule = {
        "kind": "entity.founded",
        "date": "{y}",
        "entity": "{id}",
        "name": "{name}",
        "type": "{t}",
        "founders": ["{f1}", "{f2}"],
    }
    price = {
        "kind": "stake.acquired",
        "date": "{y}",
        "holder": "{f1}",
        "target": "{id}",
        "shares": "{n}",
        "price": "USD {p}",
    }
    rules = mapping(rule, price, values={"t": {"1": "company", "2": "fund"}}, empty=["NA"])
    found = events(read('id,name,t,y,f1,f2,n,p\nx,X Ltd,1,2001,Ann,NA,"1,000","2,500,000"\n', rules))
    assert found[0]["type"] == "company"
    assert found[0]["founders"] == ["ann"]
    assert (found[1]["shares"], found[1]["price"]) == ("1000", "USD 2500000")


def test_a_list_of_nothing_is_left_out() -> None:
    """When no founder is given there is no list of founders."""
    rule = {
        "kind": "entity.founded",
        "date": "2001",
        "entity": "{id}",
        "name": "{id}",
        "type": "company",
        "founders": ["{f}"],
    }
    assert "founders" not in events(read("id,f\nx,\n", mapping(rule)))[0]


def test_a_source_may_differ_from_row_to_row() -> None:
    """Who says so may be a constant, a column, or both; a rule may have a source of its own."""
    rules = mapping(
        {**MEMBERSHIP, "source": {"publisher": "{by}", "published": "{on}"}},
        {**MEMBERSHIP, "id": "b-{ticker}"},
        source={"publisher": "S&P", "title": "Index"},
    )
    table = "ticker,from,to,by,on\nX,2010,,Reuters,2011-02\nY,2010,,,\n"
    found = events(read(table, rules))
    assert [event.get("sources") for event in found] == [
        [{"publisher": "Reuters", "published": "2011-02"}],
        [{"publisher": "S&P", "title": "Index"}],
        None,
        [{"publisher": "S&P", "title": "Index"}],
    ]


@pytest.mark.parametrize(
    ("share", "date", "help"),
    [
        ("60", "2016", "say `shares: percent` (60 is 60%) or `shares: fraction` (0.6 is 60%) in the mapping"),
        ("50,5 %", "2016", "if the comma stands before decimals, say `decimal: comma` in the mapping"),
        (
            "60%",
            "11/03/2014",
            "it looks like %d/%m/%Y or %m/%d/%Y: add the one that is meant to `dates.formats`",
        ),
        ("60%", "1.3.14", "it looks like %d.%m.%y: add it to `dates.formats`"),
    ],
)
def test_help_is_in_the_words_of_the_mapping(share: str, date: str, help: str) -> None:
    """Where a line of the mapping would do, the finding has that line."""
    found = read(f'day,owner,plant,share\n{date},a,p,"{share}"\n', mapping(STAKE))
    assert [item.help for item in found if isinstance(item, Problem)] == [help]


# Rows for some rules only


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        ({"empty": "no"}, ["a", "b", "c"]),
        ({"empty": "yes"}, ["d", "e"]),
        ({"like": "New*"}, ["a", "b"]),
        ({"unlike": ["New*", ""]}, ["c", "e"]),
        ({"like": "*bank?", "empty": "no"}, ["b"]),
        ({"not": ["Old", "NA"]}, ["a", "b", "d"]),
        ({"is": "Old", "like": "*bank?"}, ["b", "c"]),
    ],
)
def test_a_condition_may_be_a_pattern_or_that_a_cell_is_filled(
    condition: dict[str, object], taken: list[str]
) -> None:
    """Which rows a rule takes is said by values, by patterns, or by whether there is a value at all."""
    rule = {
        "kind": "entity.renamed",
        "date": "2014",
        "entity": "{id}",
        "name": "{id}",
        "when": {"what": condition},
    }
    table = "id,what\na,New\nb,New banks\nc,Old\nd,\ne,NA\n"
    found = read(table, mapping(rule, rest="skip", empty=["NA"]))
    assert [event["entity"] for event in events(found)] == taken


def test_each_row_goes_to_the_rules_that_take_it() -> None:
    """A column says what kind of event a row is; a row that no rule takes is a warning, or nothing."""
    started = {**MEMBERSHIP, "when": {"what": ["add", "list"]}, "date": "{day}", "id": "{ticker}-{day}"}
    started = {key: value for key, value in started.items() if key not in ("end", "ends")}
    ended = {**started, "kind": "membership.ended", "when": {"what": "drop"}}
    table = "ticker,day,what\nX,2010,add\nY,2011,drop\nZ,2012,split\n"
    found = read(table, mapping(started, ended))
    assert [item.kind for item in found if isinstance(item, Event)] == [
        "membership.started",
        "membership.ended",
    ]
    assert problems(found) == [("C707", 4, 1)]
    assert len(events(read(table, mapping(started, ended, rest="skip")))) == 2


# Snapshots

VANISHING = {**STAKE, "vanished": {"holds": "0%"}}


def stakes(found: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Date, holder, target and share of each event."""
    return [(event["date"], event["holder"], event["target"], event["holds"]) for event in found]


def test_who_is_not_in_the_next_snapshot_holds_nothing_from_then_on() -> None:
    """An owner who vanishes gets one observation of nothing, on the day of the first snapshot without him."""
    table = "day,owner,plant,share\n2016,a,p,60\n2016,b,p,40\n2017,a,p,100\n2018,a,p,100\n2019,b,p,100\n"
    found = events(read(table, mapping(VANISHING, shares="percent", source={"publisher": "EIA"})))
    assert ("2017", "b", "p", "0%") in stakes(found)
    assert ("2019", "a", "p", "0%") in stakes(found)
    assert len(found) == 7
    gone = next(event for event in found if event["id"] == "2016-b-p.gone-2017")
    assert gone["sources"] == [{"publisher": "EIA"}]


def test_what_snapshots_observe_is_the_whole_of_a_holding() -> None:
    """No row of them is a lot, and nothing in the next one ends all that stood."""
    table = "day,owner,plant,share\n2016,a,p,60\n2017,b,p,40\n"
    found = events(read(table, mapping(VANISHING, shares="percent")))
    assert len(found) == 3
    assert not any("lot" in event or "ends" in event for event in found)


def test_a_lot_vanishes_by_itself() -> None:
    """Where the mapping names lots, one that is not in the next snapshot is gone and the other stays."""
    table = "day,owner,plant,share,lot\n2016,a,p,60,x\n2016,a,p,40,y\n2017,a,p,60,x\n"
    rule = {**VANISHING, "id": "{day}-{owner}-{lot}", "lot": "{lot}"}
    found = events(read(table, mapping(rule, shares="percent")))
    assert [(event["date"], event["holds"], event["lot"]) for event in found[2:]] == [
        ("2017", "60%", "x"),
        ("2017", "0%", "y"),
    ]


def test_a_snapshot_may_go_on_in_the_next_file(tmp_path: Path) -> None:
    """Files of one import are one series: nobody vanishes at the end of a file in the midst of a year."""
    for name, rows in {"1": "2016,a,p,60\n2017,a,p,60\n", "2": "2017,b,p,40\n2018,b,p,40\n"}.items():
        (tmp_path / name).write_text("day,owner,plant,share\n" + rows, encoding="utf-8")
    rules = mapping(VANISHING, shares="percent")
    found = events(list(read_files("csv", [str(tmp_path / "1"), str(tmp_path / "2")], rules)))
    assert [item for item in stakes(found) if item[3] == "0%"] == [("2018", "a", "p", "0%")]


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ("2017,,p,40", "[2017-01-01..2018-12-31]"),
        ("2017,b,p", "[2017-01-01..2019-12-31]"),
        ("2017,caf\xe9,p,40", "[2017-01-01..2019-12-31]"),
    ],
)
def test_nobody_vanishes_in_a_row_that_could_not_be_read(row: str, day: str) -> None:
    """Whoever stood in a lost row may not be gone: he is only in the first snapshot that is surely whole."""
    rows = f"2016,a,p,60\n2016,b,p,40\n2017,a,p,60\n{row}\n2018,a,p,60\n2019,a,p,60\n"
    found = read(("day,owner,plant,share\n" + rows).encode("cp1252"), mapping(VANISHING, shares="percent"))
    gone = [encode(item)["date"] for item in found if isinstance(item, Event) and ".gone-" in item.id]
    assert gone == [day]
    assert {item.code for item in found[4:] if isinstance(item, Problem)} == {"C701"}


@pytest.mark.parametrize("row", ["soon,b,p,40", "b,p"])
def test_a_row_between_two_snapshots_may_be_of_either(row: str) -> None:
    """When a row without a date is lost where a snapshot ends, nobody is gone in that one nor in the next."""
    table = f"day,owner,plant,share\n2016,a,p,60\n2016,b,p,40\n{row}\n2017,a,p,60\n2018,a,p,60\n"
    found = read(table, mapping(VANISHING, shares="percent"))
    assert [item.id for item in found if isinstance(item, Event) and ".gone-" in item.id] == [
        "2016-b-p.gone-2018"
    ]


def test_a_row_with_a_wrong_share_still_says_that_its_owner_is_there() -> None:
    """An owner whose share cannot be read is no owner who vanished."""
    table = "day,owner,plant,share\n2016,a,p,60\n2017,a,p,most\n2018,a,p,60\n"
    found = read(table, mapping(VANISHING, shares="percent"))
    assert problems(found) == [("C302", 3, 10)]
    assert not any(".gone-" in item.id for item in found if isinstance(item, Event))


def test_snapshots_out_of_order_are_a_finding() -> None:
    """A row of an earlier snapshot after one of a later cannot be placed: who vanished when?"""
    table = "day,owner,plant,share\n2017,a,p,60\n2016,b,p,40\n"
    assert problems(read(table, mapping(VANISHING, shares="percent"))) == [("C701", 3, 1)]


def test_what_vanishes_without_an_id_gets_one_of_its_own() -> None:
    """A mapping without a template for ids leaves them to be made of date, kind and parties."""
    rule = {key: value for key, value in VANISHING.items() if key != "id"}
    found = events(read("day,owner,plant,share\n2016,a,p,60\n2017,b,p,60\n", mapping(rule, shares="percent")))
    assert [event["id"] for event in found][1:] == [
        "2017-stake-observed-b-p",
        "2017-stake-observed-a-p",
    ]


# What programs leave behind


@pytest.mark.parametrize(
    "table",
    [
        b"ticker,from,to\nX,2010,\n",
        b"\xef\xbb\xbfticker,from,to\r\nX,2010,\r\n",
        "\ufeffticker,from,to\nX,2010,\n".encode("utf-16-le"),
        "\ufeffticker,from,to\nX,2010,\n".encode("utf-16-be"),
        b"\n\n,,\nticker;from;to\n\nX;2010;\n;;\n",
        "#\u00a0ticker ,\u00a0from,to\u00a0\n X\u00a0, 2010,\n".encode(),
        b"Ticker|FROM|To\nX|2010|\n",
        b'"ticker",from,to,\n"X",2010,,\n',
        b"ticker,from,to\rX,2010,\r",
        b"ticker,from,to\nX,2010,,,\n",
    ],
)
def test_what_programs_leave_behind_is_tolerated(table: bytes) -> None:
    """Marks of byte order, odd blanks, empty lines, other delimiters and line ends all make one event."""
    assert [event["id"] for event in events(read(table, mapping(MEMBERSHIP)))] == ["x-2010"]


def test_the_mapping_may_say_encoding_delimiter_and_header() -> None:
    """A table in an older encoding and without a header is read when the mapping has both."""
    rules = mapping(MEMBERSHIP, encoding="cp1252", delimiter="bar", header=["ticker", "from", "to"])
    assert events(read("N\u00c9E|2010|\n".encode("cp1252"), rules))[0]["entity"] == "ticker:nee"


def test_a_row_in_another_encoding_is_a_finding_and_the_rest_is_read() -> None:
    """One row in cp1252 in a table of UTF-8 is named with its column; those around it are imported."""
    found = read(b"ticker,from,to\nX,2010,\nC,2010,caf\xe9\nY,2010,\n", mapping(MEMBERSHIP))
    assert problems(found) == [("C704", 3, 8)]
    assert "".join(
        item.place.excerpt for item in found if isinstance(item, Problem) and item.place
    ).isprintable()
    assert len(found) == 3


@pytest.mark.parametrize(("encoding", "row"), [("shift_jis", b"\x81 ,2010,"), ("cp1252", b"\x81,2010,")])
def test_a_row_that_the_stated_encoding_does_not_have_is_a_finding(encoding: str, row: bytes) -> None:
    """In any encoding bytes that it does not have are named, with the encoding that the mapping says."""
    found = read(b"ticker,from,to\n" + row + b"\nY,2010,\n", mapping(MEMBERSHIP, encoding=encoding))
    assert problems(found) == [("C704", 2, 1)]
    assert isinstance(found[0], Problem)
    assert encoding in found[0].message


def test_tabs_stand_between_cells_of_tsv() -> None:
    """A table with tabs may have commas in its cells."""
    assert len(events(read("ticker\tfrom\tto\nX,Y\t2010\t\n", mapping(MEMBERSHIP), "tsv"))) == 1


def test_a_quote_that_is_never_closed_loses_its_row_and_not_the_memory() -> None:
    """An opened quote swallows rows until they are too long; that is a finding, and the reading goes on.

    Also where another library has lifted the limit that the csv module has for the whole process.
    """
    before = field_size_limit(sys.maxsize)
    try:
        _swallowed()
    finally:
        field_size_limit(before)
    _swallowed()


def _swallowed() -> None:
    table = 'ticker,from,to\nX,2010,\n"' + "Y,2010,\n" * 20_000 + "Z,2010,\n"
    found = read(table, mapping(MEMBERSHIP))
    assert isinstance(found[0], Event)
    assert problems(found)[0][:2] == ("C701", 3)
    assert isinstance(found[-1], Event)
    assert found[-1].id == "z-2010"


def test_a_cell_may_have_line_breaks() -> None:
    """A quoted cell over two lines is one cell, and the next row still has its own number."""
    table = 'ticker,from,to,note\nX,2010,,"a\nb"\nY,soon,,\n'
    rules = mapping({**MEMBERSHIP, "note": "{note}"})
    found = read(table, rules)
    assert isinstance(found[0], Event)
    assert found[0].note == "a\nb"
    assert problems(found) == [("C301", 4, 3)]


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"%PDF-1.7", b"", b"\n\n", b"a\0,b\0\n"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    """A workbook, a PDF, an empty file or bytes that are no text are no table, and that is said."""
    with pytest.raises(InvalidEvents) as caught:
        read(data, mapping(MEMBERSHIP))
    assert caught.value.code == "C706"
    assert caught.value.problems[0].place is not None


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    """A rule that needs the column makes nothing, another goes on, and an optional field is left out."""
    other = {**MEMBERSHIP, "id": "{symbol}", "entity": "{symbol}", "note": "{remark}"}
    found = read("symbol,from,to,tickr\nX,2010,,\n", mapping(MEMBERSHIP, other))
    told = [item for item in found if isinstance(item, Problem)]
    assert [(item.code, item.message) for item in told] == [
        ("C703", 'no column "ticker"'),
        ("C703", 'no column "remark"'),
    ]
    assert told[0].help == "did you mean tickr?"
    assert [item.id for item in found if isinstance(item, Event)] == ["x"]


def test_two_columns_of_one_name_are_a_finding() -> None:
    """Of two columns with one name nobody knows which is meant; the first is taken, and it is said."""
    found = read("ticker,from,to,from\nX,2010,,2011\n", mapping(MEMBERSHIP))
    assert problems(found) == [("C703", 1, 1)]
    assert any(isinstance(item, Event) and item.id == "x-2010" for item in found)


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "cp1252", "shift_jis", "gb18030", "utf-16-le"]))
def test_no_bytes_make_the_reader_fail(data: bytes, encoding: str) -> None:
    """Whatever stands in a file, in whatever encoding, reading it gives events and problems."""
    table = "ticker,from,to\n".encode(encoding) + data
    found = read(table, mapping(MEMBERSHIP, encoding=encoding))
    assert all(isinstance(item, (Event, Problem)) for item in found)


# Files


def test_files_are_unpacked_and_stdin_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compressed is unpacked whatever its name, - is what is piped in, and both can be told of."""
    packed = tmp_path / "table.csv"
    packed.write_bytes(gzip.compress(b"ticker,from,to\nX,2010,\n"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ticker,from,to\nY,2010,\n")))
    read: list[int] = []
    found = events(list(read_files("csv", [str(packed), "-"], mapping(MEMBERSHIP), read.append)))
    assert [event["id"] for event in found] == ["x-2010", "y-2010"]
    assert sum(read) == packed.stat().st_size + 23


def test_a_file_that_cannot_be_read_is_a_finding_among_others(tmp_path: Path) -> None:
    """One file that is missing, cut short or broken does not keep the others from being imported."""
    whole = gzip.compress(b"ticker,from,to\n" + b"X,2010,\n" * 5_000)
    (tmp_path / "short.gz").write_bytes(whole[:-20])
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08\x00" + b"\xff" * 30)
    (tmp_path / "fine.csv").write_bytes(b"ticker,from,to\nY,2010,\n")
    names = [str(tmp_path / name) for name in ("none.csv", "short.gz", "broken.gz", "fine.csv")]
    found = list(read_files("csv", names, mapping(MEMBERSHIP)))
    assert [item.code for item in found if isinstance(item, Problem)] == ["C101", "C706", "C706"]
    assert isinstance(found[-1], Event)
    assert found[-1].id == "y-2010"


def test_every_format_says_what_it_is() -> None:
    """Each line of the table of formats names a module of its own and what it reads."""
    assert all(callable(listed.reader()) and listed.help for listed in FORMATS.values())
    with pytest.raises(InvalidEvents), opened("no/such/file"):
        pass


# Mappings


@pytest.mark.parametrize(
    ("plain", "path"),
    [
        ({}, ()),
        ({"events": []}, ("events",)),
        ({"events": ["x"]}, ("events", 0)),
        ({"events": [{"date": "2010"}]}, ("events", 0)),
        ({"events": [{"kind": ["a"]}]}, ("events", 0, "kind")),
        ({"events": [{"kind": "no.such"}]}, ("events", 0, "kind")),
        ({"events": [{**MEMBERSHIP, "entity": "{}"}]}, ("events", 0, "entity")),
        ({"events": [{**MEMBERSHIP, "entity": ["a"]}]}, ("events", 0, "entity")),
        ({"events": [{**MEMBERSHIP, "ends": "membership.endet"}]}, ("events", 0, "ends", "kind")),
        (
            {"events": [{**MEMBERSHIP, "ends": {"kind": "membership.ended", "x": "y"}}]},
            ("events", 0, "ends", "x"),
        ),
        ({"events": [{**MEMBERSHIP, "when": "x"}]}, ("events", 0, "when")),
        ({"events": [{**MEMBERSHIP, "source": {"publishr": "x"}}]}, ("events", 0, "source", "publishr")),
        ({"events": [{key: value for key, value in MEMBERSHIP.items() if key != "end"}]}, ("events", 0)),
        ({"events": [MEMBERSHIP], "delimiter": "x"}, ("delimiter",)),
        ({"events": [MEMBERSHIP], "encoding": "klingon"}, ("encoding",)),
        ({"events": [MEMBERSHIP], "encoding": "base64"}, ("encoding",)),
        ({"events": [MEMBERSHIP], "header": [["x"]]}, ("header",)),
        ({"events": [MEMBERSHIP], "dates": {"earliest": "early"}}, ("dates", "earliest")),
        ({"events": [MEMBERSHIP], "dates": {"instead": {"x": "some day"}}}, ("dates", "instead", "x")),
        ({"events": [MEMBERSHIP], "dates": {"formats": ["d/m/y"]}}, ("dates", "formats")),
        ({"events": [MEMBERSHIP], "shares": {"form": "parts"}}, ("shares", "form")),
        ({"events": [MEMBERSHIP], "values": {"x": "y"}}, ("values", "x")),
        (
            {"events": [{"kind": "deal.agreed", "date": "2010", "deal": "d", "title": "t", "effects": "x"}]},
            ("events", 0, "effects"),
        ),
    ],
)
def test_whatever_is_wrong_with_a_mapping_is_said_with_its_path(
    plain: dict[str, object], path: tuple[Any, ...]
) -> None:
    """A mapping that means nothing is refused before a row is read, at the place that is wrong."""
    made, faults = mapping_of(plain)
    assert made is None
    assert path in [fault.path for fault in faults]
    assert all(fault.problem.code in ("C702", "C301") for fault in faults)


def test_shares_may_say_what_is_unknown() -> None:
    """The words of a source for what nobody knows are an unknown share, and never zero."""
    rules = mapping(STAKE, shares={"form": "percent", "unknown": ["n/a"]}, dates={"earliest": "1500"})
    found = events(read("day,owner,plant,share\n2016,a,p,n/a\n", rules))
    assert found[0]["holds"] == "?"


def test_no_kind_has_a_field_that_a_rule_means_otherwise() -> None:
    """The keys of a rule are no fields of any kind, so that each key means one thing.

    Only ``ends`` is both: the field is never filled from a column, for the row itself says what it ends.
    """
    names = {name.name for kind in KINDS.values() for name in kind.__attrs_attrs__}
    assert names & {"when", "end", "ends", "vanished", "source"} == {"ends"}
    for rule in (
        {**STAKE, "ends": "{day}"},
        {**MEMBERSHIP, "ends": {"kind": "membership.ended", "ends": "x"}},
    ):
        _, faults = mapping_of({"events": [rule]})
        assert {fault.path[:3] for fault in faults} <= {("events", 0), ("events", 0, "ends")}
        assert faults


# Drafts

TABLES = {
    "members": "ticker,start_date,end_date\nX,01/02/2010,28/02/2012\n",
    "owners": "Plant Code;Owner Name;Ownership ID;Report Year;Percent Owned\n1;A;7;2010;0.6\n",
    "banks": ",Cert_ID,Name,Effective_Date\n0,17,First Bank,2010-01-02\n",
    "open": "company\tindex\tsince\tuntil\nX\tDAX\t2010-01-01\t\n",
    "bare": "a,b\n1,2\n",
    "percent": "holder,target,date,stake\nA,B,2010,25-50%\n",
    "points": "holder,target,date,stake\nA,B,20100131,60\n",
    "empty": "name,from,to\n",
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_draft_is_a_mapping_that_reads_its_table(name: str, tmp_path: Path) -> None:
    """What --guess prints makes events of its table, once whatever it asks is answered, and not before."""
    from chronicle.cli.statements.mapping_file import read_mapping

    file = tmp_path / "draft.yaml"
    text = draft(io.BytesIO(TABLES[name].encode()), f"some/{name}.csv")
    file.write_text(text, encoding="utf-8")
    assert ("???" in text) == (name in ("members", "bare", "empty"))
    if "???" in text:
        with pytest.raises(InvalidEvents, match="still to be answered"):
            read_mapping(str(file))
    else:
        assert events(read(TABLES[name], read_mapping(str(file))))


def test_a_draft_sees_intervals_owners_and_forms_of_dates() -> None:
    """From the header and the first rows it is seen which columns are dates, in which form, and shares."""
    members = draft(io.BytesIO(TABLES["members"].encode()), "members.csv")
    assert '"%d/%m/%Y"' in members
    assert "ends: membership.ended" in members
    owners = draft(io.BytesIO(TABLES["owners"].encode()), "owners.csv")
    assert "delimiter: semicolon" in owners
    assert "shares: fraction" in owners
    assert 'holder: "{Ownership ID}"' in owners
    with pytest.raises(InvalidEvents):
        draft(io.BytesIO(b";;\n"), "none.csv")
    with pytest.raises(InvalidEvents):
        draft(io.BytesIO(b'"",""\n'), "none.csv")


def test_an_empty_date_is_not_the_date_of_an_optional_field() -> None:
    """An optional date that means no day is left out; one that is needed is a finding."""
    rule = {
        "kind": "entity.identified",
        "date": "{from}",
        "entity": "{id}",
        "scheme": "lei",
        "value": "{id}",
        "until": "{to}",
    }
    found = read("id,from,to\nx,2010,9999-12-31\ny,9999-12-31,\n", mapping(rule))
    assert isinstance(found[0], Event)
    assert "until" not in encode(found[0])
    assert problems(found) == [("C705", 3, 3)]


def test_the_reader_of_tables_is_itself_lazy() -> None:
    """Nothing of a table is read before the first event is asked for."""
    stream = io.BytesIO(b"ticker,from,to\n")
    csv.read(stream, "table.csv", mapping(MEMBERSHIP))
    assert stream.tell() == 0


# JSON Lines of our own


def lines(data: bytes) -> list[Incoming]:
    """What a file of JSON Lines makes."""
    return list(FORMATS["jsonl"].reader()(io.BytesIO(data), "events.jsonl"))


def test_json_lines_come_back_as_the_events_that_they_were(tmp_path: Path) -> None:
    """What was exported as JSON Lines is imported as the same events; a position elsewhere means nothing."""
    found = [
        item for item in read("ticker,from,to\nX,2010,2011\n", mapping(MEMBERSHIP)) if isinstance(item, Event)
    ]
    text = "\n".join(json.dumps({"position": 7, **encode(event)}) for event in found)
    (tmp_path / "events.jsonl").write_text("\ufeff" + text + "\n\n", encoding="utf-8")
    assert list(read_files("jsonl", [str(tmp_path / "events.jsonl")])) == found


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "C111"),
        (b'{"kind": "a", "kind": "b"}', "C111"),
        (b"[" * 100_000, "C111"),
        (b"[]", "C109"),
        (b"3", "C109"),
        (b'{"kind": "entity.renamed"}', "C203"),
        (b'{"kind": "no.such"}', "C201"),
        (b'{"kind": "entity.renamed", "date": "soon", "entity": "x", "name": "X"}', "C301"),
        (b"caf\xe9", "C704"),
        (b'"' + b"x" * 3_000_000 + b'"', "C108"),
    ],
)
def test_a_line_that_makes_no_event_is_a_finding(line: bytes, code: str) -> None:
    """Whatever is wrong with a line is said with its number, and the next line is read."""
    good = b'{"kind": "entity.renamed", "date": "2010", "entity": "x", "name": "X"}\n'
    found = lines(good + line + b"\n" + good)
    assert problems(found) == [(code, 2, 1)]
    assert len(found) == 3


def test_declarations_need_no_date() -> None:
    """A table of names declares entities, which claims nothing of when; saying it twice is saying it once."""
    rule = {"kind": "entity.declared", "entity": "eia:{id}", "name": "{name} 100%", "type": "company"}
    found = events(read("id,name\n195,Alabama Power\n", mapping(rule)))
    assert (found[0]["entity"], found[0]["name"]) == ("eia:195", "Alabama Power 100%")


def test_a_bad_cell_among_the_first_rows_does_not_change_what_is_guessed() -> None:
    """The header says what a column is; one cell that is no number is a finding for later."""
    table = b"company,owner,percent,from\nacme,bob,60,01/03/2014\nacme,carol,x,2014\nacme,dan,40,31/03/2014\n"
    drafted = draft(BytesIO(table), "owners.csv")
    assert "kind: stake.observed" in drafted
    assert 'holds: "{percent}"' in drafted
    assert 'formats: ["%d/%m/%Y", "iso"]' in drafted
