"""The peers, each in a file of its own, loaded only when it is its turn."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType

from benchmarks.peers.sides.side import Side

OURS = "Chronicle, replayed"
WITH_LEDGER = "Chronicle, ledger"
EARLIER = "Chronicle, earlier"
"""The commit that is compared with, asked as the replayed one is."""

_PLACES = MappingProxyType(
    {
        OURS: "chronicle:Replayed",
        WITH_LEDGER: "chronicle_ledger:OnDisk",
        EARLIER: "chronicle:Replayed",
        "plain fold": "fold:Fold",
        "SQLite": "sqlite:SQLite",
        "DuckDB": "duckdb:DuckDB",
        "Polars": "polars:Polars",
        "Raphtory": "raphtory:Raphtory",
        "eventsourcing": "eventsourcing:EventSourcing",
    }
)

PEERS: tuple[str, ...] = tuple(name for name in _PLACES if name != EARLIER)


def side(name: str) -> type[Side]:
    """A peer by its name. Raises ``ModuleNotFoundError`` where what it needs is not installed."""
    module, _, kind = _PLACES[name].partition(":")
    found: type[Side] = getattr(import_module(f"benchmarks.peers.sides.{module}"), kind)
    return found
