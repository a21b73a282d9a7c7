"""What the name of a source says: a file of events, the address of a server, or a store in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

EVENT_FILES: Final = (".yaml", ".yml", ".jsonl")
"""How the names of event files end."""


def is_event_file(source: str | Path) -> bool:
    """Whether a name is that of a file of events, by its end."""
    return Path(source).suffix in EVENT_FILES


def is_address(source: str | Path) -> bool:
    """Whether a name is the address of a store on a server, such as ``postgresql://host/database``."""
    return "://" in str(source)
