"""What an import did, in numbers."""

from __future__ import annotations

from collections import Counter

from attrs import Factory, define

from chronicle.interop.undeclared import Undeclared


@define
class Summary:
    """What an import did.

    ``made`` events and ``skipped`` problems came from the source; ``read`` counts both. Of the events,
    ``added`` are new, ``known`` existed with the same content, and ``corrected`` with another. Of those with
    the same content ``confirmed`` are stated again by an edition that the store did not have. ``retracted``
    events existed and are no longer in the source; ``restored`` ones had been retracted and are in it again.
    ``undeclared`` are the entities that the events name and that neither they nor the store declare.
    """

    read: int = 0
    made: int = 0
    added: int = 0
    known: int = 0
    confirmed: int = 0
    corrected: int = 0
    restored: int = 0
    retracted: int = 0
    skipped: int = 0
    reasons: Counter[str] = Factory(Counter)
    undeclared: Undeclared = Factory(Undeclared)
