"""Names stand beside ids in every table, behind the columns that were there before."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import chronicle
from chronicle.cli import chronicle as command_line
from given import written

TOLD = """
entities:
  - {id: north, name: North Holdings Ltd, short: North, type: company}
  - {id: mill, name: Mill Works, type: company}
  - {id: shop, name: The Shop, type: unit}
  - {id: ann, name: Ann Example, type: person}
events:
  - {id: bought, kind: stake.acquired, date: 2014-03, holder: north, target: mill, share: 60%}
  - {id: opened, kind: unit.launched, date: 2014, unit: shop, owner: mill}
  - {id: chair, kind: role.appointed, date: 2014, person: ann, entity: mill, role: chair}
  - {id: sale, kind: deal.proposed, date: 2015, deal: sale, title: A sale, parties: [north, mill]}
  - {id: renamed, kind: entity.renamed, date: 2016, entity: mill, name: Mill Group}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history in a file."""
    return written(tmp_path, TOLD)


def run(path: Path, *words: str) -> str:
    """What a command prints of it."""
    result = CliRunner().invoke(command_line, ["--from", str(path), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(path: Path, *words: str) -> list[dict[str, str]]:
    """The rows that a command prints of it."""
    return list(csv.DictReader(io.StringIO(run(path, *words))))


def test_the_facts_of_a_day_have_the_names_of_that_day(path: Path) -> None:
    """After the columns of before; of a deal those of all its parties."""
    found = rows(path, "as-of", "2015", "--csv")
    assert list(found[0])[-3:] == ["shares", "subject_name", "object_name"]
    named = {row["what"]: (row["subject_name"], row["object_name"]) for row in found}
    assert named["holding"] == ("North Holdings Ltd", "Mill Works")
    assert named["unit"] == ("The Shop", "Mill Works")
    assert named["role"] == ("Ann Example", "Mill Works")
    assert "North Holdings Ltd; Mill Works" in named["deal"]
    (holding,) = [row for row in rows(path, "as-of", "2017", "--csv") if row["what"] == "holding"]
    assert holding["object_name"] == "Mill Group"
    assert all("Holdings" not in line for line in run(path, "as-of", "2015", "--plain").splitlines()[:1])


def test_an_export_of_one_view_has_a_column_for_each_field(path: Path) -> None:
    """And names last; without a view, names of each part of the key."""
    (row,) = rows(path, "export", "csv", "--as-of", "2015", "--view", "holdings")
    assert (row["holder"], row["share"], row["certain"], row["since"]) == ("north", "60%", "true", "2014-03")
    assert list(row)[-3:] == ["events", "holder_name", "target_name"]
    assert (row["holder_name"], row["target_name"]) == ("North Holdings Ltd", "Mill Works")
    (deal,) = rows(path, "export", "csv", "--as-of", "2015", "--view", "deals")
    assert json.loads(deal["parties_names"]) == ["North Holdings Ltd", "Mill Works"]
    (name,) = [
        row
        for row in rows(path, "export", "csv", "--as-of", "2015", "--view", "names")
        if row["entity"] == "mill"
    ]
    assert (name["name"], "entity_name" in name) == ("Mill Works", False)
    every = rows(path, "export", "csv", "--as-of", "2015")
    assert list(every[0])[:5] == ["view", "key_1", "key_2", "key_3", "value"]
    (holding,) = [row for row in every if row["view"] == "holdings"]
    assert (holding["key_1_name"], holding["key_2_name"], holding["key_3_name"]) == (
        "North Holdings Ltd",
        "Mill Works",
        "",
    )


@pytest.mark.parametrize(
    "words", [("csv", "--spans", "--view", "holdings"), ("scd2",), ("scd2", "--view", "units")]
)
def test_spans_have_the_names_of_their_beginning(path: Path, words: tuple[str, ...]) -> None:
    """A later name is in the view of names, with its own time."""
    first = rows(path, "export", *words)[0]
    assert "Mill Works" in list(first.values())[-2:]


def test_tables_for_data_frames_and_notebooks(path: Path) -> None:
    """Holdings, units and deals, and the page of a notebook."""
    state = chronicle.open(path).as_of("2015")
    (holding,), (unit,), (deal,) = (
        table.to_dicts() for table in (state.holdings_table(), state.units_table(), state.deals_table())
    )
    assert (holding["holder_name"], holding["target_name"]) == ("North Holdings Ltd", "Mill Works")
    assert (unit["unit_name"], unit["owner_name"]) == ("The Shop", "Mill Works")
    assert deal["parties_names"] == ("North Holdings Ltd", "Mill Works")
    page = state._repr_html_()
    assert "<th>since</th><th>who_name</th><th>of_name</th>" in page
    assert page.count("<td>North Holdings Ltd</td>") == 1


def test_what_happened_names_whom_it_concerns(path: Path) -> None:
    """In the table of the timeline, by the names of that day; the sentence has short names and no ids."""
    found = {row["id"]: row for row in rows(path, "timeline", "--csv")}
    assert list(found["bought"])[-3:] == ["sources", "entities", "entity_names"]
    named = {id: (row["entities"], row["entity_names"]) for id, row in found.items()}
    assert named["bought"] == ("north mill", "North; Mill Works")
    assert named["renamed"] == ("mill", "Mill Group")


def test_an_export_of_events_has_the_names_of_its_fields(path: Path) -> None:
    """A column for each field that names entities, a list for one that names several."""
    found = {row["id"]: row for row in rows(path, "export", "csv", "--events")}
    bought, sale = found["bought"], found["sale"]
    assert (bought["holder_name"], bought["target_name"]) == ("North Holdings Ltd", "Mill Works")
    assert (bought["person_name"], bought["parties_names"]) == ("", "")
    assert json.loads(sale["parties_names"]) == ["North Holdings Ltd", "Mill Works"]
    columns = list(bought)
    named = [at for at, name in enumerate(columns) if name.endswith(("_name", "_names"))]
    assert named == list(range(named[0], len(columns)))


def test_why_has_ids_beside_names_and_a_conflict_its_names(path: Path) -> None:
    """Last, so that nothing that reads the columns before breaks."""
    (row,) = rows(path, "why", "north", "mill", "--as-of", "2015", "--csv")
    assert (row["subject"], row["subject_id"]) == ("North in Mill Works", "north mill equity")
    stake = "kind: stake.observed, date: 2015, holder: north, target: mill"
    claims = [
        f"  - {{id: by-{held}, {stake}, holds: {held}%, sources: [{{publisher: P{held}}}]}}\n"
        for held in (50, 70)
    ]
    path.write_text(TOLD + "".join(claims), encoding="utf-8")
    found = rows(path, "conflicts", "--csv")
    assert {row["fact_name"] for row in found} == {"Stake of North in Mill Works"}


def test_a_new_name_is_that_of_its_entity(path: Path) -> None:
    """What changed in the names of a company is told of the company, by its name on the later day."""
    (row,) = [row for row in rows(path, "diff", "2015", "2017", "--csv") if row["type"] == "Renamed"]
    assert (row["subject"], row["subject_name"]) == ("mill", "Mill Group")


@pytest.mark.parametrize("view", ["holdings", "units", "roles", "deals", "names"])
def test_a_table_of_any_view_has_names_where_they_are_asked_for(path: Path, view: str) -> None:
    """Behind the columns that it has without."""
    state = chronicle.open(path).as_of("2015")
    plain, named = state.table(view), state.table(view, names=True)
    assert named.column_names[: len(plain.column_names)] == plain.column_names
    assert [row[: len(plain.column_names)] for row in named.rows()] == [*plain.rows()]
    assert all(name.endswith(("_name", "_names")) for name in named.column_names[len(plain.column_names) :])


def test_why_and_diff_have_names_as_json(path: Path) -> None:
    """By the part of the key, or the field of the value, beside what was there before."""
    why: dict[str, Any] = json.loads(run(path, "why", "north", "mill", "--as-of", "2015", "--json"))
    assert why["reasons"][0]["key"] == {"holder": "north", "target": "mill", "right": "equity"}
    assert why["reasons"][0]["names"] == {"holder": "North", "target": "Mill Works"}
    found = json.loads(run(path, "diff", "2013", "2015", "--json"))["differences"]
    named = {each["type"]: each["names"] for each in found}
    assert named["StakeChanged"] == {"holder": "North", "target": "Mill Works"}
    assert named["UnitMoved"] == {"unit": "The Shop", "owner": "Mill Works"}
    assert named["DealAdvanced"] == {"parties": ["North", "Mill Works"]}
    (stake,) = [row for row in rows(path, "diff", "2013", "2015", "--csv") if row["type"] == "StakeChanged"]
    assert (stake["subject"], stake["subject_name"]) == ("north mill equity", "North in Mill Works")


def test_cells_for_spreadsheets_are_no_formulas(tmp_path: Path) -> None:
    """An apostrophe stands before what may be one, numbers stay numbers, and only CSV can be asked so."""
    more = (
        TOLD.replace("North Holdings Ltd", "'=1+1'")
        .replace("The Shop", '"@shop"')
        .replace("Ann Example", '"-Ann"')
    )
    path = written(tmp_path, more)
    words = ("export", "csv", "--as-of", "2015")
    (plain,) = rows(path, *words, "--view", "holdings")
    (safe,) = rows(path, *words, "--view", "holdings", "--for-spreadsheets")
    assert (plain["holder_name"], safe["holder_name"]) == ("=1+1", "'=1+1")
    assert (safe["minimum"], safe["target_name"]) == ("0.6", "Mill Works")
    (unit,) = rows(path, *words, "--view", "units", "--for-spreadsheets")
    assert unit["unit_name"] == "'@shop"
    (role,) = rows(path, *words, "--view", "roles", "--for-spreadsheets")
    assert role["person_name"] == "'-Ann"
    assert "'=1+1" in run(path, "export", "csv", "--events", "--for-spreadsheets")
    result = CliRunner().invoke(command_line, ["--from", str(path), "export", "json", "--for-spreadsheets"])
    assert (result.exit_code, "is no CSV" in result.stderr) == (2, True)


def test_what_has_no_object_has_no_name_for_it(tmp_path: Path) -> None:
    """A partnership need not be for a project: its row has the parties, as a table and as lines."""
    told = TOLD + "  - {kind: partnership.agreed, date: 2014, parties: [north, mill], subject: films}\n"
    path = written(tmp_path, told)
    (row,) = [row for row in rows(path, "as-of", "2015", "--csv") if row["what"] == "partnership"]
    assert (row["subject_name"], row["object_name"]) == ("North Holdings Ltd; Mill Works", "")
    assert "partnership\tnorth mill" in run(path, "as-of", "2015", "--plain")
