"""What the events of several sections share, and since when their rows were known, as of one ledger."""

from __future__ import annotations

from array import array
from itertools import accumulate

import numpy as np

from chronicle.ledgers import sharing
from chronicle.ledgers.known import turns
from chronicle.ledgers.layout import Block
from chronicle.ledgers.sections.cells import JoinedCells
from chronicle.ledgers.sections.laying import PLACES
from chronicle.ledgers.sections.stacked import Column, Stacked, block, ends_of


def joined_sharing(stacked: Stacked) -> list[Block]:
    """What all events share."""
    lengths = [np.diff(np.asarray(each.numbers(sharing.PLACES_FROM))) for each in stacked.sections]
    things = np.concatenate(
        [
            np.repeat(np.asarray(each.numbers(sharing.THINGS)), length)
            for each, length in zip(stacked.sections, lengths, strict=True)
        ]
    )
    places = stacked.positions(sharing.PLACES)
    order = np.lexsort((places, things))
    things, places = things[order], places[order]
    numbers, counts = np.unique(things, return_counts=True)
    days, known = stacked.column(sharing.KNOWN), stacked.positions(sharing.KNOWN_PLACES)
    by_day = np.lexsort((known, days))
    return [
        block(sharing.THINGS, "I", numbers),
        block(sharing.PLACES_FROM, "I", ends_of(counts)),
        block(sharing.PLACES, "I", places),
        *(
            block(name, "I", np.unique(stacked.column(name)))
            for name in (sharing.COUNTED, sharing.TURNING, sharing.EARLY)
        ),
        block(sharing.LINKED, "B", np.zeros(1)),
        *_founded(stacked),
        block(sharing.KNOWN, "i", days[by_day]),
        block(sharing.KNOWN_PLACES, "I", known[by_day]),
    ]


def _founded(stacked: Stacked) -> list[Block]:
    """When each entity was founded: the last day that a section says."""
    entities, days = stacked.column(sharing.FOUNDED), stacked.column(sharing.FOUNDED_BY)
    order = np.lexsort((days, entities))
    entities, days = entities[order], days[order]
    last = np.append(entities[1:] != entities[:-1], True)[: len(entities)]
    return [block(sharing.FOUNDED, "I", entities[last]), block(sharing.FOUNDED_BY, "q", days[last])]


def joined_turns(stacked: Stacked, cells: JoinedCells) -> list[Block]:
    """Since when all rows were known, and the parts that are out of turn."""
    numbers, between, places = _parts(stacked)
    ends = accumulate(map(len, places), initial=0)
    of_cells = np.empty(len(cells.cell_numbers), np.uint32)
    of_cells[cells.cell_numbers] = stacked.mapped(turns.CELLS, numbers)
    again = cells.row_numbers[stacked.shifted(turns.AGAIN, stacked.lengths("rows.value"))]
    bare = cells.cell_numbers[stacked.shifted(turns.BARE, stacked.lengths("cells.turns"))]
    again_order, bare_order = np.argsort(again, kind="stable"), np.argsort(bare, kind="stable")
    return [
        Block(turns.SINCE, "i", array("i", [since for since, _, _ in between])),
        Block(turns.UNTIL, "i", array("i", [until for _, until, _ in between])),
        Block(turns.PART, "I", array("I", [part for _, _, part in between])),
        Block(turns.PLACES_FROM, "I", array("I", ends)),
        block(turns.PLACES, "I", np.concatenate([*places, np.empty(0, np.uint32)])),
        block(turns.CELLS, "I", of_cells),
        block(turns.KNOWN, "i", stacked.column(turns.KNOWN)[cells.rows]),
        block(turns.ENDED, "i", stacked.column(turns.ENDED)[cells.rows]),
        block(turns.AGAIN, "I", again[again_order]),
        block(turns.AGAIN_KNOWN, "i", stacked.column(turns.AGAIN_KNOWN)[again_order]),
        block(turns.BARE, "I", bare[bare_order]),
        block(turns.BARE_KNOWN, "i", stacked.column(turns.BARE_KNOWN)[bare_order]),
    ]


def _parts(stacked: Stacked) -> tuple[list[Column], list[tuple[int, int, int]], list[Column]]:
    """The parts out of turn: by section their numbers, their days, and the places of their events.

    They are numbered by the first of their events.
    """
    found = list[tuple[int, int, int]]()
    places = list[list[Column]]()
    for at, section in enumerate(stacked.sections):
        of_all = np.asarray(section.numbers(PLACES))[np.asarray(section.numbers(turns.PLACES))]
        ends = np.asarray(section.numbers(turns.PLACES_FROM)).astype(np.int64)
        places.append(np.split(of_all, ends[1:-1]) if len(ends) > 1 else [])
        found += [(int(part[0]), at, number) for number, part in enumerate(places[at])]
    found.sort()
    numbers = [np.empty(len(each), np.uint32) for each in places]
    for become, (_, at, number) in enumerate(found):
        numbers[at][number] = become
    between = sorted(
        (int(numbers[at][number]), since, until)
        for at, section in enumerate(stacked.sections)
        for since, until, number in zip(
            *(section.numbers(name) for name in (turns.SINCE, turns.UNTIL, turns.PART)), strict=True
        )
    )
    ordered = [places[at][number] for _, at, number in found]
    return numbers, [(since, until, part) for part, since, until in between], ordered
