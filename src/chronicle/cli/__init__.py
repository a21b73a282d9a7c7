"""The command line: parse, call ``History``, render. Thin, and the only package that knows click.

One file for each command, under its name, in ``questions``, ``statements`` and ``keeping``. ``group.py``
has the table of them; ``asked.py`` the options that commands share. A command imports what it works with
inside its function, so that ``--help``, ``--version`` and completion stay quick.
"""

from __future__ import annotations

from chronicle.cli.group import COMMANDS, chronicle, main

__all__ = ["COMMANDS", "chronicle", "main"]
