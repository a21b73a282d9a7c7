"""A replay in partitions: whole parts of a history, each replayed alone, in processes or on many machines.

The rows of all partitions together are the ledger of the history, fact by fact.
"""

from __future__ import annotations

from chronicle.ledgers.partitions.partitioning import Partitioning, partitioned
from chronicle.ledgers.partitions.replaying import replay_partition
from chronicle.ledgers.partitions.telling import tells

__all__ = ["Partitioning", "partitioned", "replay_partition", "tells"]
