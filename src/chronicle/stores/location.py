"""What the text of a source names: an event file, a store on a server, or a store in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

EVENT_FILES: Final = (".yaml", ".yml", ".jsonl")
"""The suffixes of event files."""


_STANDARD_INPUT: Final = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def is_event_file(source: str | Path) -> bool:
    """Whether a name is that of an event file, by its suffix."""
    return Path(source).suffix in EVENT_FILES


def is_address(source: str | Path) -> bool:
    """Whether a text is the address of a store on a server, such as ``postgresql://host/database``."""
    return "://" in str(source)


def is_standard_input(path: str | Path) -> bool:
    """Whether a path stands for standard input: ``-``, or a name that the system has for it."""
    return str(path) in _STANDARD_INPUT
