"""Writes docs/events.md: every kind of event with its fields, what it moves, and an example.

    python tools/events_page.py

All of it comes from the classes and from the files beside them; a test holds the page equal to what this
writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from chronicle.codec.kinds import Described, DescribedField, described, in_families
from chronicle.events.meanings import EXAMPLES
from chronicle.render.lookup.kinds import moved

PAGE = Path(__file__).parent.parent / "docs" / "events.md"

_HEAD = """\
# Kinds of event

What can be written under `events:`, by family. `chronicle kinds` lists the kinds, `chronicle explain
stake.acquired` shows one of them, and `chronicle schema` lets an editor complete them. `*` marks a field that
is needed. This page is made from the code by `tools/events_page.py`.

The examples are together one small history, in which nothing is doubtful. They speak of these:

```yaml
{entities}
```

## Fields of any event

{fields}
"""


def page() -> str:
    """The text of the page."""
    entities = EXAMPLES.read_text(encoding="utf-8").partition("entities:\n")[2].partition("\n\n")[0]
    shared = [each for each in described("stake.acquired").fields if not each.own]
    head = _HEAD.format(entities=f"entities:\n{entities}", fields="\n".join(_table(shared)))
    return "\n".join([head, *_families()])


def _families() -> Iterator[str]:
    for family, kinds in groupby(in_families(), key=lambda kind: kind.family):
        yield f"## {family}\n"
        for kind in kinds:
            yield from _kind(kind)


def _kind(kind: Described) -> Iterator[str]:
    yield f"### {kind.kind}\n"
    for paragraph in kind.text.split("\n\n"):
        yield " ".join(paragraph.split()) + "\n"
    yield from _table([field for field in kind.fields if field.own])
    yield f"\nMoves: {moved(kind.kind)}.\n"
    yield f"```yaml\n{kind.example}\n```\n"


def _table(fields: list[DescribedField]) -> Iterator[str]:
    yield "| field | what it says | what it may hold |"
    yield "|---|---|---|"
    for field in fields:
        cells = (f"`{field.name}`{'*' if field.required else ''}", field.meaning, field.holds)
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
