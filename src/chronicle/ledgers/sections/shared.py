"""What the events of several sections share, and since when their rows were known, as of one ledger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chronicle.ledgers import sharing
from chronicle.ledgers.known import turns
from chronicle.ledgers.layout import Block
from chronicle.ledgers.sections.cells import JoinedCells
from chronicle.ledgers.sections.stacked import Column, Stacked, block, ends_of, inverse, ranges, sorted_pairs


def joined_sharing(stacked: Stacked, _: JoinedCells) -> Iterator[Block]:
    """What all events share."""
    things, places = _things(stacked)
    begins = np.flatnonzero(np.append(True, things[1:] != things[:-1])[: len(things)])
    yield block(sharing.THINGS, "I", things[begins])
    yield block(sharing.PLACES_FROM, "I", np.append(begins, len(things)))
    del things, begins
    yield block(sharing.PLACES, "I", places)
    del places
    for name in (sharing.COUNTED, sharing.TURNING, sharing.EARLY):
        yield block(name, "I", np.unique(stacked.column(name)))
    yield block(sharing.LINKED, "B", np.zeros(1))
    yield from _founded(stacked)
    days, places = sorted_pairs(stacked.column(sharing.KNOWN), stacked.positions(sharing.KNOWN_PLACES))
    yield block(sharing.KNOWN, "i", days)
    yield block(sharing.KNOWN_PLACES, "I", places)


def _things(stacked: Stacked) -> tuple[Column, Column]:
    """The number of a thing and the place of an event that shares it, for all of both, sorted."""
    lengths = map(np.diff, stacked.each(sharing.PLACES_FROM))
    things = [*map(np.repeat, stacked.each(sharing.THINGS), lengths)]
    return sorted_pairs(np.concatenate(things), stacked.positions(sharing.PLACES))


def _founded(stacked: Stacked) -> Iterator[Block]:
    """When each entity was founded: the last day that a section says."""
    entities, days = stacked.column(sharing.FOUNDED), stacked.column(sharing.FOUNDED_BY)
    order = np.lexsort((days, entities))
    entities, days = entities[order], days[order]
    last = np.append(entities[1:] != entities[:-1], True)[: len(entities)]
    yield block(sharing.FOUNDED, "I", entities[last])
    yield block(sharing.FOUNDED_BY, "q", days[last])


def joined_turns(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """Since when all rows were known, and the parts that are out of turn."""
    begins, lengths = stacked.slices(turns.PLACES_FROM)
    places = stacked.positions(turns.PLACES)
    # The parts are numbered by the first of their events.
    order = np.argsort(places[begins])
    of_section = np.split(inverse(order), np.cumsum(_counts(stacked))[:-1])
    part, since = stacked.mapped(turns.PART, of_section), stacked.column(turns.SINCE)
    until = stacked.column(turns.UNTIL)
    between = np.lexsort((until, since, part))
    yield block(turns.SINCE, "i", since[between])
    yield block(turns.UNTIL, "i", until[between])
    yield block(turns.PART, "I", part[between])
    yield block(turns.PLACES_FROM, "I", ends_of(lengths[order]))
    yield block(turns.PLACES, "I", places[ranges(begins[order], lengths[order])])
    of_cells = np.empty(len(cells.cell_numbers), np.uint32)
    of_cells[cells.cell_numbers] = stacked.mapped(turns.CELLS, of_section)
    yield block(turns.CELLS, "I", of_cells)
    yield block(turns.KNOWN, "i", stacked.column(turns.KNOWN)[cells.rows])
    yield block(turns.ENDED, "i", stacked.column(turns.ENDED)[cells.rows])
    again = cells.row_numbers[stacked.shifted(turns.AGAIN, stacked.lengths("rows.value"))]
    order = np.argsort(again, kind="stable")
    yield block(turns.AGAIN, "I", again[order])
    yield block(turns.AGAIN_KNOWN, "i", stacked.column(turns.AGAIN_KNOWN)[order])
    bare = cells.cell_numbers[stacked.shifted(turns.BARE, stacked.lengths("cells.turns"))]
    order = np.argsort(bare, kind="stable")
    yield block(turns.BARE, "I", bare[order])
    yield block(turns.BARE_KNOWN, "i", stacked.column(turns.BARE_KNOWN)[order])


def _counts(stacked: Stacked) -> list[int]:
    """How many parts are out of turn in each section."""
    return [length - 1 for length in stacked.lengths(turns.PLACES_FROM)]
