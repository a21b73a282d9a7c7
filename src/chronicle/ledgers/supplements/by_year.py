"""What began and ended in a year, by the rows of a ledger on disk and by what was replayed behind it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator

from chronicle.engine.replay import Ledger, Span
from chronicle.ledgers.kept import KeptLedger
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.supplements.ledger import on_disk, replaced_in
from chronicle.ledgers.supplements.replaced import rows_replaced


def began_by_year(ledger: Ledger) -> dict[int, int]:
    """By year, how many values began in it, as far as that is certain: by the first day of each."""
    stored, replaced, spans = _parted(ledger)
    found: Counter[int] = Counter() if stored is None else stored.years()
    if stored is not None:
        found.subtract(stored.year(stored.begin_of[row]) for row in replaced)
    found.update(span.begin.earliest.year for span in spans)
    return {year: found[year] for year in sorted(found) if found[year]}


def happened(ledger: Ledger, first: datetime.date, last: datetime.date) -> list[str]:
    """The ids of the events that began or ended a value from one day to another, by the days of these."""
    stored, replaced, spans = _parted(ledger)
    found = {} if stored is None else stored.happened(first, last, replaced)
    for event, day in _began_or_ended(spans):
        if first <= day <= last:
            found.setdefault(event, day)
    return sorted(found, key=found.__getitem__)


def _began_or_ended(spans: Iterable[Span]) -> Iterator[tuple[str, datetime.date]]:
    for span in spans:
        yield span.events[-1], span.begin.earliest
        if span.end is not None and span.ended_by is not None:
            yield span.ended_by, span.end.earliest


def _parted(ledger: Ledger) -> tuple[StoredRows | None, set[int], list[Span]]:
    """The rows on disk, if there are any, which of them are replaced, and the spans in their place."""
    base = on_disk(ledger)
    if not isinstance(base, KeptLedger):
        return None, set(), [*ledger]
    cells = replaced_in(ledger)
    spans = [span for view, of_view in cells.items() for key in of_view for span in ledger.cell(view, key)]
    return base.stored, {*rows_replaced(base, cells)}, spans
