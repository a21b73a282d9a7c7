"""A supplement held against a replay."""

from __future__ import annotations

from typing import Any

from chronicle.engine.partial.parts import Parts
from chronicle.engine.replay import Ledger, Span
from chronicle.ledgers.known.by_day import StoredByDay
from chronicle.ledgers.rows import WholeReplay
from chronicle.ledgers.sharing import KNOWN, days_known, lacking_in
from chronicle.ledgers.supplements.opening import Supplement
from chronicle.ledgers.supplements.replaced import REPLACED, rows_replaced
from chronicle.ledgers.supplements.sharing import SharingOfBoth
from chronicle.ledgers.values import to_text


def faults_of(
    supplement: Supplement, first: StoredByDay, replayed: WholeReplay, parts: Parts
) -> tuple[str, ...]:
    """What differs from a replay of its events and of those of the ledger, which share ``first``.

    The names of the views, and of the blocks of what ``parts`` share, sorted.
    """
    sharing = supplement.sharing
    wrong = {view for view in replayed.ledger.views if not _says(view, supplement.ledger, replayed.ledger)}
    wrong |= {*lacking_in(SharingOfBoth(first, sharing), parts, supplement.head.position)}
    behind = range(first.length, supplement.head.position)
    if [*sharing.days()] != days_known(replayed.log.events, behind):
        wrong.add(KNOWN)
    ledger = supplement.ledger
    if [*supplement.file.numbers(REPLACED)] != rows_replaced(ledger.base, ledger.patches()):
        wrong.add(REPLACED)
    return tuple(sorted(wrong))


def _says(view: str, found: Ledger, replayed: Ledger) -> bool:
    """Whether the same keys of a view are there as in a replay, and of each the same spans."""
    keys = {*replayed.keys(view)}
    return keys == {*found.keys(view)} and all(
        [*map(_told, found.cell(view, key))] == [*map(_told, replayed.cell(view, key))]
        and [*found.nothing_in((view, key))] == [*replayed.nothing_in((view, key))]
        for key in keys
    )


def _told(span: Span) -> tuple[Any, ...]:
    """All that a span says, its value to the letter."""
    days = span.possible_from, span.certain_from, span.certain_until, span.possible_until
    told = to_text(span.value), span.begin, span.end, span.ended_by, span.events
    return *told, *days, span.ends_in_nothing, span.doubts
