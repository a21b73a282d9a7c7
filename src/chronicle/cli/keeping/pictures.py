"""``chronicle report --svg``: the structure on a day and the timeline, as pictures for papers and slides."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from chronicle.cli.asked import Asked
from chronicle.cli.keeping.writing import refuse_source, say_written, write_file

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.events import Event
    from chronicle.history import History

STRUCTURE = "structure.svg"
TIMELINE = "timeline.svg"


@frozen
class Pictured:
    """What the pictures are of: an entity, the day, how far around it, and the least share."""

    entity: str | None
    as_of: PartialDate | None
    depth: int | None
    least: Fraction | None


def write_pictures(asked: Asked, pictured: Pictured, output: Path) -> None:
    """Write both pictures into the folder ``output``, or that of the structure to the file of that name."""
    from chronicle.cli.progress import waiting

    history = asked.history()
    to_file = output.suffix.lower() == ".svg" and not output.is_dir()
    with waiting("drawing"):
        pictures = {output if to_file else output / STRUCTURE: _structure(asked, history, pictured)}
        if not to_file:
            pictures[output / TIMELINE] = _timeline(asked, history, pictured)
    for path in pictures:
        refuse_source(asked, path)
    if not to_file:
        output.mkdir(parents=True, exist_ok=True)
    for path, picture in pictures.items():
        say_written(write_file(iter([picture.encode()]), path), path)


def one_entity(entities: tuple[str, ...]) -> str | None:
    """The entity that the pictures are around. Refuses several."""
    if len(entities) > 1:
        raise click.UsageError("--svg draws what is around one ENTITY: make the pictures one by one")
    return entities[0] if entities else None


def _structure(asked: Asked, history: History, pictured: Pictured) -> str:
    told = history.timeline(known=asked.known, recorded=asked.recorded)
    day = pictured.as_of or _last_day(told) or asked.known or datetime.date.today()
    state = history.as_of(day, known=asked.known, recorded=asked.recorded)
    return state.graph(pictured.entity, depth=pictured.depth, least=pictured.least).svg()


def _last_day(events: Iterable[Event]) -> datetime.date | None:
    """The last day on which something may have happened; None where nothing is known."""
    days = (event.date.latest for event in events if event.date.latest < datetime.date.max)
    return max(days, default=None)


def _timeline(asked: Asked, history: History, pictured: Pictured) -> str:
    told = history.timeline(pictured.entity, known=asked.known, recorded=asked.recorded)
    return told.svg(pictured.as_of)
