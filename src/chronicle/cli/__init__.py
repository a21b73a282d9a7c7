"""The command line: parse, call ``History``, render. The only package that imports click.

There is one file for each command, under its name, in ``questions``, ``statements`` and ``keeping``.
``group.py`` has the table of commands, ``asked.py`` the options that they share. A command imports what it
needs inside its function, so that ``--help``, ``--version`` and completion stay quick.
"""

from __future__ import annotations

import atexit
import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from chronicle.cli.group import COMMANDS, chronicle

__all__ = ["COMMANDS", "chronicle", "main"]

_YOUNG: Final = 100_000
"""How many more objects there may be before cycles are looked for. By default it is 700."""


def main() -> NoReturn:
    """Run the command line, and end the process with its exit code.

    A command is a short process: it makes modules, classes and an answer, and leaves few cycles behind. To
    look for these takes a twentieth of it while it runs, and a sixth at its end, when all is given back.
    """
    gc.set_threshold(_YOUNG)
    atexit.register(gc.freeze)
    import_module("chronicle.cli.group").main()
    raise AssertionError("a command line in standalone mode ends the process")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("chronicle.cli.group"), name)
