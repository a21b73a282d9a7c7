"""``chronicle report``: a history as one page of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, exporting, limit
from chronicle.cli.days import day
from chronicle.cli.keeping.writing import refuse_source, say_written, write_file

if TYPE_CHECKING:
    from chronicle.dates import PartialDate

_NAME = "report.html"


@click.command(
    epilog="\b\nExamples:\n  chronicle report\n  chronicle report alibaba-pictures -o alibaba-pictures.html"
    "\n  chronicle report --svg pictures --as-of 2015-06-30"
)
@click.argument("entities", metavar="[ENTITY]...", nargs=-1, shell_complete=completion.entities)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(_NAME),
    show_default=True,
    metavar="FILE",
    help="Write to this file; it appears only when it is complete.",
)
@click.option(
    "--as-of",
    "as_of",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="Open on this day; on the last one if not given.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="N",
    help="With ENTITY: what is at most N ties away. Of the page 1 if not given; of pictures the nearest.",
)
@click.option(
    "--svg",
    "pictures",
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE",
    help="In place of the page write pictures: structure.svg and timeline.svg into this folder, or the "
    "structure alone to this file.svg.",
)
@click.option(
    "--least",
    type=limit,
    metavar="SHARE",
    help="Leave out of the picture of the structure holdings of less, such as 5%; of the one on the page "
    "those that never reach it.",
)
@exporting
def report(
    asked: Asked,
    *,
    entities: tuple[str, ...],
    output: Path,
    as_of: PartialDate | None,
    depth: int | None,
    pictures: Path | None,
    least: Fraction | None,
) -> None:
    """Make one page of a history, to look at, to print and to send on.

    The page needs no other file and no network. On it are a slider for the day and one for what was known,
    the structure as a picture, a table for each kind of fact, the timeline, conflicts and sources; every
    number says why. With ENTITY (ids or names) it has only what is around these.

    With --svg the structure on a day and the timeline as pictures, for papers and slides.
    """
    if pictures is not None:
        from chronicle.cli.keeping.pictures import Pictured, one_entity, write_pictures

        write_pictures(asked, Pictured(one_entity(entities), as_of, depth, least), pictures)
        return
    if depth is not None and not entities:
        raise click.UsageError("--depth needs ENTITY: so many ties away from whom?")
    write_page(asked, iter([page(asked, entities, depth, as_of, least)]), output)


def page(
    asked: Asked,
    entities: Sequence[str],
    depth: int | None,
    as_of: PartialDate | None,
    least: Fraction | None = None,
) -> bytes:
    """The page that was asked for."""
    from chronicle.cli.progress import waiting

    history = asked.history()
    with waiting("making the page"):
        made = history.report(
            *entities,
            depth=depth or 1,
            least=least,
            as_of=as_of,
            known=asked.known,
            recorded=asked.recorded,
        )
    return made.encode()


def write_page(asked: Asked, chunks: Iterator[bytes], output: Path) -> None:
    """Write a page, unless that would destroy a history, and say how large it is."""
    refuse_source(asked, output)
    say_written(write_file(chunks, output), output)
