"""``chronicle export``: a history in other formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, exporting
from chronicle.cli.days import day
from chronicle.cli.keeping.report import page, write_page
from chronicle.cli.keeping.writing import refuse_source, say_written, write_file
from chronicle.errors import Problem, UsageError
from chronicle.interop.exports import EXPORTS, exported, made_of, named

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.interop.exports import Of
    from chronicle.interop.exports.material import Material

_MOST_EDGES = 500
"""The number of edges above which Mermaid refuses a diagram, if its settings do not say otherwise."""


def _formats(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in (*EXPORTS, _PAGE) if name.startswith(incomplete)]


_PAGE = "html"
"""The format of the page that ``chronicle report`` makes, which is made of words and so stands elsewhere."""

_HELP = {name: export.help for name, export in EXPORTS.items()}
_HELP[_PAGE] = "One page of all of it, as chronicle report makes it. Needs the extra report."
_FORMATS = "\n".join(f"  {name:<11} {help}" for name, help in _HELP.items())

_EPILOG = f"""\
\b
Formats:
{_FORMATS}

\b
Examples:
  chronicle export bods -o statements.json
  chronicle export csv --as-of 2014-12-31 --view holdings
  chronicle export mermaid alibaba-pictures --depth 2 --as-of 2015
  chronicle export parquet --view holdings -o holdings.parquet
"""


@click.command(epilog=_EPILOG)
@click.argument("format", metavar="FORMAT", shell_complete=_formats)
@click.argument("entity", required=False, shell_complete=completion.entities)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file instead of printing; it appears only when it is complete.",
)
@click.option(
    "--as-of",
    "as_of",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="Export the facts of this day; today if not given.",
)
@click.option("--events", "of", flag_value="events", help="Export events.")
@click.option("--spans", "of", flag_value="spans", help="Export spans: what was so, from when until when.")
@click.option("--view", metavar="VIEW", help="Only this view, such as holdings, units, names or roles.")
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="N",
    help="With ENTITY: only what is at most N ties away from it.",
)
@click.option(
    "--for-spreadsheets",
    is_flag=True,
    help="CSV in which no cell is a formula: an apostrophe before a text that may be one.",
)
@exporting
def export(
    asked: Asked,
    *,
    format: str,
    entity: str | None,
    output: Path | None,
    as_of: PartialDate | None,
    of: Of | None,
    view: str | None,
    depth: int | None,
    for_spreadsheets: bool,
) -> None:
    """Export a history to BODS, Parquet, SQLite, CSV and other formats.

    A format is made of events, of the facts of one day, or of spans: what was so, from when until when
    (slowly changing dimension type 2). Each has one of these as its default, which the list below names
    first; --events, --as-of and --spans ask for another one. With ENTITY (an id or a name) a diagram has
    only what is around it.
    """
    if format == _PAGE:
        _refuse_of_page(of, view, for_spreadsheets)
        chunks = iter([page(asked, [entity] if entity else [], depth, as_of)])
        if output is None:
            _print(chunks)
        else:
            write_page(asked, chunks, output)
        return
    if of is None and as_of is not None and not named(format).until:
        of = "facts"
    of = made_of(format, of)
    _refuse_limits(format, entity, depth, for_spreadsheets)
    _refuse_terminal(format, output)
    from chronicle.cli.progress import waiting

    if output is not None:
        refuse_source(asked, output)
    with waiting("exporting"):
        if (format, of, view) == ("jsonl", "events", None) and _is_whole_store(asked):
            chunks, left_out, too_many = _records(asked.source_named()), 0, 0
        else:
            limits = {"entity": entity, "depth": depth, "for_spreadsheets": for_spreadsheets}
            made_from = _material(asked, as_of, view, limits)
            too_many = _edges(made_from) if format == "mermaid" else 0
            chunks = exported(format, made_from, of)
            left_out = len(made_from.told) - len(made_from.dated) if named(format).dated else 0
        if output is None:
            _print(chunks)
        else:
            size = write_file(chunks, output)
    if left_out:
        click.echo(f"left out {left_out:,} event{'' if left_out == 1 else 's'} without any date", err=True)
    if too_many > _MOST_EDGES:
        click.echo(
            f"{too_many:,} edges: Mermaid draws no more than {_MOST_EDGES} unless its setting maxEdges "
            "says so; name an ENTITY, with --depth, or export dot or graphml",
            err=True,
        )
    if output is not None:
        say_written(size, output)


def _refuse_of_page(of: Of | None, view: str | None, for_spreadsheets: bool) -> None:
    """Raise ``UsageError`` for what a page cannot be limited to: it has every day and every view."""
    for given, option in ((of, f"--{of}"), (view, "--view"), (for_spreadsheets, "--for-spreadsheets")):
        if given:
            help = "leave it out; `chronicle export html ENTITY` has what is around one entity"
            raise UsageError(Problem("C742", f"html is one page of everything, without {option}", help=help))


def _refuse_limits(format: str, entity: str | None, depth: int | None, for_spreadsheets: bool) -> None:
    """Raise ``UsageError`` for what a format cannot be limited to."""
    if depth is not None and entity is None:
        raise click.UsageError("--depth needs ENTITY: so many ties away from whom?")
    if entity is not None and not named(format).around:
        diagrams = " or ".join(name for name, export in EXPORTS.items() if export.around)
        problem = Problem(
            "C742", f"{format} is not made of what is around an entity", help=f"export {diagrams}"
        )
        raise UsageError(problem)
    if for_spreadsheets and not named(format).cells:
        problem = Problem("C742", f"{format} is no CSV", help="export csv or scd2 for spreadsheets, or xlsx")
        raise UsageError(problem)


def _edges(material: Material) -> int:
    from chronicle.interop.exports.diagrams.graph import ownership

    return len(ownership(material).edges)


def _material(
    asked: Asked, as_of: PartialDate | None, view: str | None, limits: Mapping[str, Any]
) -> Material:
    from chronicle.interop.exports.material import material
    from chronicle.render.words.names import namer
    from chronicle.render.words.sentences import Teller, titles_of

    history = asked.history()
    known, recorded = asked.known, asked.recorded
    titles = titles_of(iter(history.timeline(known=known, recorded=recorded)))
    teller = Teller(namer(partial(history.as_of, known=known, recorded=recorded)), titles)
    return material(history, as_of, known=known, recorded=recorded, view=view, tell=teller.told, **limits)


def _is_whole_store(asked: Asked) -> bool:
    """Whether the source is a store and all of it is exported."""
    if asked.known is not None or asked.recorded is not None or asked.assumed:
        return False
    from chronicle.stores.location import is_address, is_event_file, is_standard_input

    source = asked.source_named()
    if is_standard_input(source):
        return False
    return is_address(source) or (os.path.isfile(source) and not is_event_file(source))


def _records(source: str) -> Iterator[bytes]:
    """The records of a store in exchange form, so that the store can be copied. No event is decoded."""
    from chronicle.interop.records import lines
    from chronicle.stores import open_store

    with open_store(source, read_only=True) as store:
        yield from lines(store.read())


def _refuse_terminal(format: str, output: Path | None) -> None:
    if output is None and named(format).binary and _on_terminal():
        message = f"{format} is no text for a terminal"
        help = f"write it to a file: -o history{named(format).suffix}"
        raise UsageError(Problem("C742", message, help=help))


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _print(chunks: Iterator[bytes]) -> None:
    stream = sys.stdout.buffer
    for chunk in chunks:
        stream.write(chunk)
    stream.flush()
