"""What a ledger is made from: of a store, of Chronicle, and of the projectors of a user."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from chronicle.engine.replay import Projector

# The packages that give events their meaning. Another version of these may make another ledger.
_ROOMS: Final = ("codec", "dates", "engine", "events", "ledgers", "values")


class MadeFrom(NamedTuple):
    """Everything from which a ledger is made, which must be equal for the ledger to be used.

    ``begins`` is the chain hash of the first record of the store, which no other history has. ``code`` is a
    hash of the code that replayed, ``projectors`` the names and versions of the user's own.
    """

    begins: str
    position: int
    chain: str
    code: str
    projectors: str

    def differs(self, about: dict[str, Any]) -> str:
        """How a ledger differs, in a few words; empty where it does not."""
        if about.get("begins") != self.begins:
            return "it is of another history"
        if about.get("code") != self.code:
            return "another version of Chronicle made it"
        if about.get("projectors") != self.projectors:
            return "it was made with other projectors"
        if about.get("position") != self.position or about.get("chain") != self.chain:
            return f"it was made of {about.get('position'):,} events, and the store has {self.position:,}"
        return ""


@cache
def code_key() -> str:
    """A hash of the code that gives events their meaning."""
    root = Path(__file__).resolve().parents[2]
    hashed = sha256(str(import_module("chronicle").__version__).encode())
    for room in _ROOMS:
        for module in sorted(_modules(str(root / room))):
            # Every process that asks a ledger reads two hundred of them: by ``pathlib`` in twice the time.
            with open(module, "rb", buffering=0) as file:
                hashed.update(file.read())
    return hashed.hexdigest()


def _modules(folder: str) -> Iterator[str]:
    """The paths of all modules in a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir():
                yield from _modules(entry.path)


def projectors_key(projectors: Sequence[Projector]) -> str | None:
    """The user's own projectors as text; None where one of them has no version."""
    if not projectors:
        return ""
    from chronicle.engine.projectors import PROJECTORS

    own = [projector for projector in projectors if projector not in PROJECTORS]
    if not all(projector.version for projector in own):
        return None
    return "\n".join(f"{each.name}\t{each.version}\t{','.join(each.views)}" for each in own)
