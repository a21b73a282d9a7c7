"""A state as a table of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from chronicle.engine.state.answers import Deal, Holding, Unit
from chronicle.engine.views import Name

NameOf = Callable[[str], Name | None]
"""A function that gives the name of an entity, by its id, on the day of a state."""


def html_table(
    caption: str, holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal], name: NameOf
) -> str:
    """The holdings, units and deals of a day, one per row, below a caption, with names beside the ids.

    A name says its language, so that it is read aloud and broken into lines as in it.
    """
    head = "".join(f"<th>{title}</th>" for title in _HEAD)
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(text)}</td>" for text in texts)
        + _named(who, name)
        + _named(of, name)
        + "</tr>"
        for texts, who, of in _rows(holdings, units, deals)
    )
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


_HEAD = ("who", "what", "of", "sure", "since", "who_name", "of_name")

_Row = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Texts, and the ids of those who are named beside them: who it is, and of what."""


def _rows(holdings: Iterable[Holding], units: Iterable[Unit], deals: Iterable[Deal]) -> Iterator[_Row]:
    for holding in holdings:
        what = f"{holding.share} {holding.right}"
        texts = (holding.holder, what, holding.target, _sure(holding.certain), str(holding.since))
        yield texts, (holding.holder,), (holding.target,)
    for unit in units:
        texts = (unit.owner, "unit", unit.unit, _sure(unit.certain), str(unit.since))
        yield texts, (unit.owner,), (unit.unit,)
    for deal in deals:
        texts = (", ".join(deal.parties), deal.stage, deal.title, _sure(deal.certain), str(deal.since))
        yield texts, deal.parties, ()


def _sure(certain: bool) -> str:
    return "certain" if certain else "possible"


def _named(entities: tuple[str, ...], name: NameOf) -> str:
    """A cell with the names of entities; where there are several, an id stands for one without."""
    found = [(entity, name(entity)) for entity in entities]
    if len(found) == 1 and found[0][1] is None:
        return "<td></td>"
    return f"<td>{', '.join(_spoken(entity, each) for entity, each in found)}</td>"


def _spoken(entity: str, name: Name | None) -> str:
    text = escape(entity if name is None else name.name)
    return f'<span lang="{name.tag}">{text}</span>' if name is not None and name.tag else text
