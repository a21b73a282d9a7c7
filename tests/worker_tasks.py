"""What worker processes are told to do in tests, in a module that they can import."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def killed(*_: object) -> None:
    """Comes to a sudden end, as a process does for want of memory."""
    os._exit(9)


def sleeps(folder: Path, number: int) -> None:
    """Is busy with a section, which it says by a file there, for longer than any test waits."""
    Path(f"{folder}.{number}.busy").touch()
    time.sleep(600)


def prints() -> str:
    """Says something while it works, and reads what is not there."""
    print("said on standard output")
    return f"read: {sys.stdin.read()!r}"


def fails() -> None:
    """Raises what everybody can read."""
    raise ValueError("the mill has burnt down")


def fails_in_its_own_way() -> None:
    """Raises what cannot be told to another process."""

    class OwnError(Exception):
        pass

    raise OwnError("unheard of")


class Untold:
    """Something that cannot be told to another process."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("no words for it")


def gives_what_cannot_be_told() -> Any:
    """Its work is done in vain."""
    return Untold()
