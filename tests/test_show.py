"""One event, deal, entity or source with all that is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.errors import NotFound
from chronicle.history import History

HISTORY = """\
entities:
  - {id: north, name: Northern Group, short: Northern, type: company}
  - {id: film, name: Film Works, type: company}
  - {id: shop, name: Ticket Shop, type: unit}
  - {id: sale, name: Sale AG, type: company}

events:
  - id: bought
    kind: stake.acquired
    date: 2014-03
    holder: north
    target: film
    share: 60%
    sources:
      - {publisher: The Gazette, title: "North buys", url: "https://example.org/a?b", published: 2014-03-11}
  - {id: sold, kind: stake.disposed, date: 2016, holder: north, target: film, share: 10%}
  - id: put-right
    kind: record.corrected
    date: 2014-06
    target: bought
    set: {share: 59%}
    reason: the circular
  - {id: opened, kind: unit.launched, date: 2013, unit: shop, owner: north}
  - {id: renamed, kind: entity.renamed, date: 2015-06-01, entity: film, name: Film Works International}
  - {id: told, kind: entity.identified, date: 2015, entity: film, scheme: lei, value: ABC123}
  - {id: rumour, kind: stake.observed, date: 2015, holder: film, target: sale, holds: ">50%"}
  - {id: withdrawn, kind: record.retracted, date: 2015-02, target: rumour, reason: nobody said so}
  - id: proposed
    kind: deal.proposed
    date: 2015-04
    deal: sale
    title: The sale of the shop
    parties: [north, film]
    effects: [{kind: unit.transferred, unit: shop, from: north, to: film}]
  - {id: completed, kind: deal.completed, date: 2015-12-31, deal: sale}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A history in a file."""
    path = tmp_path / "history.yaml"
    path.write_text(HISTORY)
    return path


@pytest.fixture
def history(file: Path) -> History:
    """The same, read."""
    return chronicle.open(file)


def show(file: Path, *arguments: str, width: int = 80) -> Result:
    """Run ``chronicle show``."""
    line = ["--from", str(file), "show", *arguments]
    return CliRunner().invoke(command_line, line, env={"COLUMNS": str(width)})


def page(file: Path, *arguments: str, width: int = 80) -> str:
    """What it prints, when it ends well."""
    result = show(file, *arguments, width=width)
    assert result.exit_code == 0, result.output
    assert all(len(line) <= width for line in result.stdout.splitlines())
    return result.stdout


def data(file: Path, *arguments: str) -> Any:
    """What it prints as JSON."""
    return json.loads(page(file, *arguments, "--json", width=1000))


# An event


def test_an_event_is_shown_as_it_was_written_and_corrected(file: Path) -> None:
    """With its place, its source and its address, what corrected it, and what it changed."""
    text = page(file, "bought", width=100)
    assert text.startswith("bought  event\nNorthern acquires a stake in Film Works\n\nAs written\n")
    assert f"{file}:8:5, known from 11 March 2014".replace("\n", "") in " ".join(text.split())
    written, corrected = text.split("As corrected")
    assert "    share: 60%\n" in written
    assert "    share: 59%\n" in corrected
    assert "  The Gazette, 11 Mar 2014: North buys  https://example.org/a?b\n" in corrected
    assert "  Jun 2014  Correction of bought: share is 59% (the circular)  put-right\n" in corrected
    assert corrected.endswith("What it changed\n  stake of Northern in Film Works: 59%\n")


def test_what_is_shown_as_written_is_read_again(file: Path, tmp_path: Path) -> None:
    """The block can be taken into a file as it stands."""
    lines = page(file, "proposed").split("As written\n")[1].split("\n\n")[0].splitlines()
    block = "\n".join(lines[[line.startswith("  - id:") for line in lines].index(True) :])
    names = HISTORY.partition("\nevents:")[0]
    (tmp_path / "again.yaml").write_text(f"{names}\nevents:\n{block}\n")
    assert chronicle.open(tmp_path / "again.yaml").event("proposed") == chronicle.open(file).event("proposed")


def test_before_the_correction_was_known_it_is_not_shown(file: Path) -> None:
    """An answer as of that knowledge has what was known then; an event that was not known is not there."""
    text = page(file, "bought", "--known", "2014-05")
    assert "As corrected" not in text
    assert "stake of Northern in Film Works: 60%" in text
    result = show(file, "sold", "--known", "2014-05")
    assert (result.exit_code, "was not known yet" in result.stderr) == (3, True)


def test_a_retracted_event_is_shown_as_one(file: Path) -> None:
    """It stays where it is, and changed nothing."""
    text = page(file, "rumour")
    assert "is reported to hold a stake in Sale AG, retracted" in text
    assert "withdrawn" in text
    assert "What it changed" not in text
    assert data(file, "rumour")["retracted"] is True


def test_a_completion_changed_what_its_deal_did(history: History) -> None:
    """The stage of the deal, and the owner of the unit that the effects moved."""
    moved = history.moved_by("completed")
    found = {(each.view, each.key, each.before is None, each.after is None) for each in moved}
    assert found == {
        ("units", ("shop", "north"), False, True),
        ("units", ("shop", "film"), True, False),
        ("deals", ("sale",), False, False),
    }
    with pytest.raises(NotFound, match="did you mean completed"):
        history.moved_by("complete")


def test_an_event_as_data_has_what_the_page_has(file: Path) -> None:
    """Plain data for programs; the parts as rows."""
    found = data(file, "sold")
    assert (found["what"], found["position"], found["corrected"]) == ("event", 6, None)
    assert found["changes"][0]["before"]["value"]["share"] == {"exact": "0.59"}
    assert found["changes"][0]["after"]["value"]["share"] == {"exact": "0.49"}
    assert page(file, "bought", "--csv", width=1000).splitlines()[0] == "part,date,text,id"
    rows = page(file, "bought", "--plain", width=1000).splitlines()
    assert "what it changed\t\tstake of Northern in Film Works: 59%\t" in rows


# A deal


def test_a_deal_has_its_stages_effects_and_events(file: Path) -> None:
    """By its title too."""
    text = page(file, "the sale of the shop")
    assert text.startswith("sale  deal\nThe sale of the shop, completed\n\nStages\n")
    assert "  Apr 2015     proposed  proposed\n  31 Dec 2015  completed  completed\n" in text
    assert "What it did\n  Ticket Shop → Film Works" in text
    assert data(file, "sale", "--as", "deal")["effects"] == [
        {"kind": "unit.transferred", "unit": "shop", "from": "north", "to": "film"}
    ]


def test_what_has_the_same_id_is_named(file: Path) -> None:
    """A deal and a company are both called ``sale``; ``--as`` chooses."""
    assert "Of this id there is also: entity (show it with --as entity)" in page(file, "sale")
    assert page(file, "sale", "--as", "entity").startswith("sale  entity\nSale AG, company\n")
    assert show(file, "bought", "--as", "deal").exit_code == 3
    assert show(file, "nothing", "--as", "event").exit_code == 3


# An entity


def test_an_entity_has_its_names_over_time_and_what_is_so(file: Path) -> None:
    """Names, identifiers, what is so on the day that is asked for, first and last events."""
    text = page(file, "Film Works International", "--as-of", "2017", width=100)
    assert text.startswith("film  entity\nFilm Works International, company\n\nNames\n")
    assert "  Film Works  until 1 Jun 2015" in text
    assert "  Film Works International  since 1 Jun 2015  renamed\n" in text
    assert "  lei ABC123  since 2015  told\n" in text
    assert "On 31 December 2017\n" in text
    assert "since 2016 " in text
    assert "stake of Northern in Film Works International: 49%, derived\n" in text
    assert "Events (6)" in text
    found = data(file, "film", "--as-of", "2017")
    assert [each["name"] for each in found["names"]] == ["Film Works", "Film Works International"]
    assert {fact["view"] for fact in found["facts"]} == {"holdings", "units", "deals"}
    assert found["facts"][0]["names"]["holder"] == "Northern"


# A source


@pytest.mark.parametrize("text", ["gazette", "north buys", "example.org", "THE GAZETTE buys"])
def test_a_source_has_the_events_that_cite_it(file: Path, text: str) -> None:
    """By a part of its publisher, its title or its address."""
    told = page(file, text, width=100)
    assert "1 source, cited by 1 event\n\nThe Gazette, 11 Mar 2014: North buys" in told
    assert "  Mar 2014  Northern acquires a stake in Film Works  +59%  bought\n" in told
    assert data(file, text, "--as", "source")["sources"][0]["events"] == ["bought"]


# Nothing


def test_what_is_nowhere_names_the_nearest(file: Path) -> None:
    """An event, an entity or a deal, whichever is nearest."""
    for word, near in (("bougth", "event bought"), ("Film Work", "Film Works"), ("sael", "sale")):
        result = show(file, word)
        assert (result.exit_code, result.stdout) == (3, "")
        assert near in result.stderr
    assert "no source has" in show(file, "nobody", "--as", "source").stderr
