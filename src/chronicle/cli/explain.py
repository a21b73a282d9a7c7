"""``chronicle explain``: what an error or a finding means, by its code."""

from __future__ import annotations

from itertools import groupby
from textwrap import indent
from types import MappingProxyType

import click

from chronicle.cli import completion
from chronicle.errors import NotFound, Problem, nearest
from chronicle.errors.codes import CODES, Code

_SUBJECTS = MappingProxyType(
    {
        "C1": "Reading files",
        "C2": "Events and their fields",
        "C3": "Values",
        "C4": "Findings of chronicle check",
        "C5": "Stores",
        "C6": "Questions",
        "C7": "Importing and exporting",
    }
)


@click.command(epilog="Example: chronicle explain C204")
@click.argument("code", required=False, shell_complete=completion.codes)
def explain(code: str | None) -> None:
    """What the error or the finding CODE means, why it is one, and what to do. Without CODE, list
    all codes.
    """
    click.echo(_listed() if code is None else _explained(code_named(code)))


def code_named(word: str) -> Code:
    """The code that an argument means. Raises ``NotFound`` (C605) when there is none."""
    code = CODES.get(word.upper())
    if code is None:
        near = nearest(word.upper(), CODES)
        help = f"did you mean {near}?" if near else "list them all with chronicle explain"
        raise NotFound(Problem("C605", f'no code "{word}"', help=help))
    return code


def _listed() -> str:
    parts = []
    for subject, codes in groupby(CODES.values(), key=lambda code: code.code[:2]):
        lines = [f"  {code.code}  {code.severity:7}  {code.title}" for code in codes]
        parts.append("\n".join([_SUBJECTS[subject], *lines]))
    return "\n\n".join(parts)


def _explained(code: Code) -> str:
    parts = [f"{code.severity}[{code.code}]: {code.title}"]
    if code.explanation:
        parts.append(click.wrap_text(code.explanation, width=80, preserve_paragraphs=True))
    if code.example:
        parts.append("For example:\n\n" + indent(code.example, "  "))
    return "\n\n".join(parts)
