"""The kinds of event in words: what lists and explains them, their examples, and the page of the docs."""

from __future__ import annotations

import os
import runpy
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner

from chronicle import authoring, codec
from chronicle.cli import chronicle
from chronicle.codec.kinds import described, in_families
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.moves import moves
from chronicle.engine.replay import Before, Change
from chronicle.errors import NotFound
from chronicle.events import KINDS, Event
from chronicle.events.meanings import EXAMPLES
from chronicle.history import History


def said(*arguments: str) -> str:
    """What a command prints that ends well."""
    result = CliRunner().invoke(chronicle, arguments, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.stdout


# Examples


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_that_is_read(kind: str, tmp_path: Path) -> None:
    """As it is printed, in a file of its own beside those of the other kinds."""
    example = described(kind).example
    assert example.startswith(f"- kind: {kind}")
    item = "".join(f"  {line}\n" for line in example.splitlines())
    everything = EXAMPLES.read_text(encoding="utf-8")
    assert everything.count(item) == 1
    (tmp_path / "rest.yaml").write_text(everything.replace(item, ""), encoding="utf-8")
    (tmp_path / "one.yaml").write_text(f"events:\n{item}", encoding="utf-8")
    authored = authoring.read([tmp_path])
    (read,) = [event for event in authored.events if authored.places[event.id].file.endswith("one.yaml")]
    assert read.kind == kind


def test_together_the_examples_are_a_history_without_a_doubt() -> None:
    """Nothing in them is a finding, so that whoever takes one as a pattern starts well."""
    assert History.from_files([EXAMPLES]).check() == ()
    longest = max(len(line) for line in EXAMPLES.read_text(encoding="utf-8").split("\n", 3)[3].splitlines())
    assert longest <= 78  # so that it is printed whole on 80 columns


# What each says


@pytest.mark.parametrize("kind", KINDS)
def test_explain_says_all_of_a_kind(kind: str) -> None:
    """Every field with its meaning, which are needed, what it moves, and the example."""
    page = said("explain", kind.upper())
    one = described(kind)
    assert page.startswith(f"{kind}\n\n")
    for field in codec.fields_of(KINDS[kind]):
        free = field.name == "id" or (kind, field.name) == ("entity.declared", "date")
        star = "*" if field.required and not free else " "
        assert f"\n  {field.name}{star} " in page
    assert all(field.meaning and field.holds for field in one.fields)
    assert "\nMoves: " in page
    assert all(f"  {line}\n" in page for line in one.example.splitlines())
    assert max(map(len, page.splitlines())) <= 80
    assert "Raises" not in page


def test_an_unknown_kind_gets_the_nearest() -> None:
    """Whether the dot was typed or only a family is meant."""
    result = CliRunner().invoke(chronicle, ["explain", "stake.aquired"])
    assert (result.exit_code, "did you mean stake.acquired?" in result.stderr) == (3, True)
    with pytest.raises(NotFound, match='no kind "stake"'):
        described("stake")


def test_a_family_stands_for_its_kinds() -> None:
    """As it does in ``timeline --kind``."""
    assert said("explain", "stake").splitlines()[:1] == ["stake"]
    assert [line.split()[0] for line in said("explain", "stake").splitlines() if line.startswith("  ")] == [
        "stake.acquired",
        "stake.disposed",
        "stake.observed",
    ]


def test_kinds_lists_every_kind_on_a_line() -> None:
    """By family, in every form."""
    lines = [line for line in said("kinds").splitlines() if line.startswith("  ") and "." in line.split()[0]]
    assert [line.split()[0] for line in lines] == [each.kind for each in in_families()]
    assert {each.kind for each in in_families()} == set(KINDS)
    assert len(said("kinds", "--csv").splitlines()) == len(KINDS) + 1
    assert len(said("kinds", "--plain").splitlines()) == len(KINDS)
    assert '"needed"' not in said("kinds", "--json")


# What each moves


def test_a_kind_moves_what_it_is_said_to_move(root: Path) -> None:
    """As its events do in the examples, and in a history that has every kind twice over."""
    found: dict[type[Event], set[str]] = defaultdict(set)

    def watched(handler: Callable[[Any, Before], Iterable[Change]]) -> Callable[[Any, Before], list[Change]]:
        def call(event: Any, before: Before) -> list[Change]:
            changes = list(handler(event, before))
            found[type(event)] |= {change.view for change in changes if isinstance(change, Change)}
            return changes

        return call

    projectors = [
        evolve(each, table={kind: watched(handler) for kind, handler in each.table.items()})
        for each in PROJECTORS
    ]
    for path in (EXAMPLES, root / "events", root / "events" / "chinavision-2014"):
        history = History.from_files([path])
        history._projectors = tuple(projectors)
        history.as_of("2030")
    for kind in KINDS.values():
        told = set(moves(kind))
        assert found[kind] <= told, kind
        # No example of a merger moves a holding, and no observation founds anything.
        assert told - found[kind] <= {"holdings", "units", "deals"}, kind


# The page


def test_the_page_of_the_docs_is_made_from_the_classes(root: Path) -> None:
    """Made anew by tools/events_page.py, or here with CHRONICLE_UPDATE_EXPECTED."""
    tool = runpy.run_path(str(root / "tools" / "events_page.py"))
    page = root / "docs" / "events.md"
    if os.environ.get("CHRONICLE_UPDATE_EXPECTED"):
        page.write_text(tool["page"](), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == tool["page"]()
