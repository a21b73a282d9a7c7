"""The command line: parse, call ``History``, render. The only package that imports click.

There is one file for each command, under its name, in ``questions``, ``statements`` and ``keeping``.
``group.py`` has the table of commands, ``asked.py`` the options that they share. A command imports what it
needs inside its function, so that ``--help``, ``--version`` and completion stay quick.
"""

from __future__ import annotations

from chronicle.cli.group import COMMANDS, chronicle, main

__all__ = ["COMMANDS", "chronicle", "main"]
