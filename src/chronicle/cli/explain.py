"""``chronicle explain``: what an error, a finding or a kind of event means."""

from __future__ import annotations

from itertools import groupby
from textwrap import indent
from types import MappingProxyType

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, color_option
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


@click.command(epilog="\b\nExamples:\n  chronicle explain C204\n  chronicle explain stake.acquired")
@click.argument("word", metavar="[CODE|KIND]", required=False, shell_complete=completion.codes_and_kinds)
@color_option
@click.pass_obj
def explain(asked: Asked, word: str | None) -> None:
    """What the error or the finding CODE means, why it is one, and what to do. Or what an event of KIND says:
    its fields, which of them are needed, what each may hold, what it moves, and an example.

    Without either, list all codes; `chronicle kinds` lists all kinds.
    """
    if word is None:
        click.echo(_listed())
    elif _is_kind(word):
        _explain_kind(asked, word.lower())
    else:
        click.echo(_explained(code_named(word)))


def _is_kind(word: str) -> bool:
    """Whether a word is meant as a kind or a family of kinds."""
    from chronicle.events import KINDS

    families = {kind.partition(".")[0] for kind in KINDS}
    return "." in word or word.lower() in families


def _explain_kind(asked: Asked, word: str) -> None:
    from chronicle.codec.kinds import described, in_families
    from chronicle.render.lookup.kinds import KindInFull, Kinds

    family = [each for each in in_families() if each.family == word]
    asked.show(Kinds(family) if family else KindInFull([described(word)]))


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
