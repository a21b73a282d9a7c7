"""What of a ledger its supplement replaces: rows, and keys that are no more, as blocks of its file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping
from typing import Final

from chronicle.engine.replay import Key
from chronicle.engine.replay.patched import Patches
from chronicle.ledgers.kept import KeptLedger
from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.texts import TextTable, text_blocks

_GONE: Final = "gone"

REPLACED: Final = "replaced"
"""The name of the block of the rows of the ledger, in order, that are not those of the cells any more."""


def replaced_blocks(base: KeptLedger, cells: Patches) -> list[Block]:
    """What is not as in ``base``, where some cells are those of other ledgers, as blocks."""
    gone = (
        json.dumps([view, *key], separators=(",", ":"))
        for view, of_view in cells.items()
        for key, ledger in of_view.items()
        if not ledger.has(view, key) and base.has(view, key)
    )
    return [Block(REPLACED, "I", array("I", rows_replaced(base, cells))), *text_blocks(_GONE, sorted(gone))]


def rows_replaced(base: KeptLedger, cells: Mapping[str, Iterable[Key]]) -> list[int]:
    """The rows of some cells of ``base``, in order."""
    return [row for view in base.views if view in cells for row in base.stored.rows_of_all(view, cells[view])]


def gone_in(file: LedgerFile) -> dict[str, frozenset[Key]]:
    """The keys, by view, that a supplement says are gone."""
    found: dict[str, set[Key]] = {}
    for view, *key in map(json.loads, TextTable(file, _GONE)):
        found.setdefault(view, set()).add(tuple(key))
    return {view: frozenset(keys) for view, keys in found.items()}
