"""The keys of a ledger that are no more, as blocks of its supplement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from chronicle.engine.replay import Key
from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.texts import TextTable, text_blocks

_GONE: Final = "gone"


def gone_blocks(gone: Iterable[tuple[str, Key]]) -> list[Block]:
    """Some keys, each with its view, as blocks."""
    return text_blocks(_GONE, sorted(json.dumps([view, *key], separators=(",", ":")) for view, key in gone))


def gone_in(file: LedgerFile) -> dict[str, frozenset[Key]]:
    """The keys, by view, that a supplement says are gone."""
    found: dict[str, set[Key]] = {}
    for view, *key in map(json.loads, TextTable(file, _GONE)):
        found.setdefault(view, set()).add(tuple(key))
    return {view: frozenset(keys) for view, keys in found.items()}
