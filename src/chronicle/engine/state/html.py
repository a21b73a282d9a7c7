"""A state as a table of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from chronicle.engine.state.answers import Deal, Holding, Unit


def html_table(
    caption: str, holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal]
) -> str:
    """The holdings, units and deals of a day, one per row, below a caption."""
    rows = "".join(_row(cells) for cells in _cells(holdings, units, deals))
    head = "".join(f"<th>{name}</th>" for name in ("who", "what", "of", "sure", "since"))
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(
    holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal]
) -> Iterator[tuple[str, ...]]:
    for holding in holdings:
        what = f"{holding.share} {holding.right}"
        yield (holding.holder, what, holding.target, _sure(holding.certain), str(holding.since))
    for unit in units:
        yield (unit.owner, "unit", unit.unit, _sure(unit.certain), str(unit.since))
    for deal in deals:
        yield (", ".join(deal.parties), deal.stage, deal.title, _sure(deal.certain), str(deal.since))


def _sure(certain: bool) -> str:
    return "certain" if certain else "possible"


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
