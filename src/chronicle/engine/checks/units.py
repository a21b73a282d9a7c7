"""Findings about business units: two owners at once, or transferred by an entity that did not own them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, involved, listed
from chronicle.engine.checks.periods import CertainDays, certain_stretch, crowds
from chronicle.engine.checks.standing import meant
from chronicle.engine.replay import Span
from chronicle.errors import Problem
from chronicle.events import UnitTransferred

_ONE = Fraction(1)


def two_owners(examined: Examined) -> Iterator[Problem]:
    """C403: a unit certainly belongs to several owners on one day."""
    units: defaultdict[str, list[CertainDays]] = defaultdict(list)
    for key in examined.ledger.keys(views.UNITS):
        for span in examined.ledger.cell(views.UNITS, key):
            stretch = certain_stretch(span, _ONE)
            if stretch is not None:
                units[key[0]].append(stretch)
    for unit, stretches in units.items():
        for crowd in crowds(stretches, lambda weight, _: weight > 1):
            owners = listed(sorted(span.key[1] for span in crowd.spans))
            yield Problem(
                "C403",
                f"unit with two owners: {unit} belongs to {owners} from {crowd.day}",
                help="add the unit.transferred or unit.closed that is missing, or correct `from`",
                events=involved(crowd.newest.events[-1], *(span.events for span in crowd.spans)),
            )


def handed_over_by_another(examined: Examined) -> Iterator[Problem]:
    """C403: a unit is transferred from an entity that was not known to own it."""
    if views.UNITS not in examined.ledger.views:
        return
    for event in examined.ordered:
        if not isinstance(event, UnitTransferred) or event.from_ == event.to:
            continue
        if examined.ended(views.UNITS, (event.unit, event.from_), event.id):
            continue
        owners = _owners(event, examined)
        whose = listed(span.key[1] for span in owners)
        fault = f"it belonged to {whose}" if owners else "nobody was known to own it"
        yield Problem(
            "C403",
            f"unit handed over by another than its owner: {event.unit} goes from {event.from_} to {event.to} "
            f"on {event.date}, but {fault}",
            help=(None if owners else meant(examined, views.UNITS, (event.unit, event.from_), event.date))
            or "correct `from`, or add the unit.launched or unit.transferred that made it the owner",
            events=involved(event.id, *(span.events for span in owners)),
        )


def _owners(event: UnitTransferred, examined: Examined) -> list[Span]:
    """The spans of possible owners on the first day of the transfer, without those that it makes."""
    keys = examined.ledger.where(views.UNITS, 0, event.unit)
    spans = (span for key in keys for span in examined.ledger.cell(views.UNITS, key))
    return [span for span in spans if span.possible(event.date.earliest) and event.id not in span.events]
