"""A state as a table of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from chronicle.engine.state.answers import Deal, Holding, Unit

Called = Callable[[str], str | None]


def html_table(
    caption: str, holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal], name: Called
) -> str:
    """The holdings, units and deals of a day, one per row, below a caption, with names beside the ids."""
    rows = "".join(_row(cells) for cells in _cells(holdings, units, deals, name))
    head = "".join(f"<th>{title}</th>" for title in _HEAD)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


_HEAD = ("who", "what", "of", "sure", "since", "who_name", "of_name")


def _cells(
    holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal], name: Called
) -> Iterator[tuple[str, ...]]:
    for holding in holdings:
        what = f"{holding.share} {holding.right}"
        cells = (holding.holder, what, holding.target, _sure(holding.certain), str(holding.since))
        yield (*cells, name(holding.holder) or "", name(holding.target) or "")
    for unit in units:
        cells = (unit.owner, "unit", unit.unit, _sure(unit.certain), str(unit.since))
        yield (*cells, name(unit.owner) or "", name(unit.unit) or "")
    for deal in deals:
        cells = (", ".join(deal.parties), deal.stage, deal.title, _sure(deal.certain), str(deal.since))
        yield (*cells, ", ".join(name(party) or party for party in deal.parties), "")


def _sure(certain: bool) -> str:
    return "certain" if certain else "possible"


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
