"""``chronicle import``: import a foreign format into a store."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli import exit as ending
from chronicle.cli.asked import Asked, color_option
from chronicle.cli.days import day
from chronicle.cli.explain import code_named
from chronicle.cli.progress import Report, waiting
from chronicle.errors import Problem
from chronicle.interop import FORMATS

if TYPE_CHECKING:
    from chronicle.cli.statements.import_report import Write
    from chronicle.dates import PartialDate
    from chronicle.interop.tabular.rules import TableMapping
    from chronicle.interop.tabular.snapshots import AcrossFiles
    from chronicle.stores import Store

_QUARANTINE_COLUMNS = ("file", "line", "column", "code", "reason", "help", "row")

_FORMATS = "\n".join(f"  {name:<7}{listed.help}" for name, listed in FORMATS.items())

_EPILOG = f"""\
\b
Formats:
{_FORMATS}

\b
Examples:
  chronicle import csv --guess members.csv > members.yaml
  chronicle import csv members.csv --mapping members.yaml --into corp.db
"""


@click.command("import", epilog=_EPILOG)
@click.argument("format", type=click.Choice(list(FORMATS)), metavar="FORMAT")
@click.argument("files", nargs=-1, required=True, metavar="FILES...", shell_complete=completion.files)
@click.option("--into", metavar="STORE", type=click.Path(), help="The store; made if there is none.")
@click.option(
    "--mapping",
    metavar="FILE",
    type=click.Path(),
    help="The YAML file that says how rows become events; csv, tsv and xlsx need one.",
)
@click.option("--guess", is_flag=True, help="Print the draft of a mapping, made from the header of a table.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and leave the store as it is.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N events or problems.")
@click.option(
    "--quarantine",
    metavar="FILE",
    type=click.Path(),
    help="Write the rows that cannot be imported to this CSV file, with the reasons.",
)
@click.option(
    "--withdrawn",
    is_flag=True,
    help="FILES are all that the source has now: retract what the store has of it and they have not.",
)
@click.option(
    "--known",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="The day on which this edition became known; else that of its publication, else today.",
)
@click.option(
    "--skip",
    "accepted",
    metavar="CODE",
    multiple=True,
    shell_complete=completion.codes,
    help="Leave out what has this problem, without an exit code of 1; may be repeated.",
)
@color_option
@click.pass_obj
def import_(
    asked: Asked,
    *,
    format: str,
    files: tuple[str, ...],
    into: str | None,
    mapping: str | None,
    guess: bool,
    dry_run: bool,
    limit: int | None,
    quarantine: str | None,
    withdrawn: bool,
    known: PartialDate | None,
    accepted: tuple[str, ...],
) -> None:
    """Import FILES of FORMAT into a store. - is stdin, and .gz is unpacked.

    Importing is idempotent: what the store has already is skipped, and what the source has changed since
    becomes a correction. What an edition adds, corrects and withdraws is known from one day on.

    Rows that cannot be imported are named with the reason, the rest is imported, and the exit code is 1.
    """
    from chronicle.cli.statements.import_report import Problems, outcome, undeclared
    from chronicle.interop.editions.days import EditionDays, source_unknown
    from chronicle.interop.editions.publication import published
    from chronicle.interop.importing import import_events
    from chronicle.interop.reading import read_files

    mapped = FORMATS[format].mapped
    if guess:
        _guess(format, files, mapped)
        return
    if into is None and not dry_run:
        raise click.UsageError("missing option --into")
    if mapped and mapping is None:
        raise click.UsageError(f"{format} needs --mapping; `chronicle import {format} --guess` drafts one")
    if mapping is not None and not mapped:
        raise click.UsageError(f"{format} takes no --mapping: it says itself what its events are")
    if withdrawn and limit is not None:
        raise click.UsageError("--withdrawn needs all of the source; leave --limit out")
    rules = _mapping(mapping)
    accepted = tuple(code_named(code).code for code in accepted)
    if withdrawn and rules is not None and not all(rule.source for rule in rules.rules):
        raise source_unknown()
    across = _across(mapped)
    with ExitStack() as stack:
        problems = Problems(stack.enter_context(_quarantined(quarantine)), accepted)
        store = _opened(into, dry_run, stack)
        advance = _advance(files, stack.enter_context(waiting("importing")))
        day = None if known is None else known.latest
        joined = FORMATS[format].made_together(store, day) if FORMATS[format].together else None
        written = FORMATS[format].as_written
        edition = published(format, files, rules)
        said = across.said if across else {}
        days = EditionDays(datetime.date.today(), day, edition, written, said)
        found = read_files(
            format, files, rules, advance, across=across, store=store, joined=joined, as_records=days
        )
        incoming = islice(found, limit)
        summary = import_events(
            incoming,
            store,
            today=days.today,
            known=day,
            published=edition,
            withdrawn=withdrawn,
            accepted=accepted,
            as_written=written,
            row=across.row if across else lambda: None,
            dry_run=dry_run,
            decoded=FORMATS[format].mapped,
            said=said,
            newer=joined.is_newer if joined else lambda _: False,
            refuse=problems.add,
        )
    problems.print(ending.colored(asked.color, sys.stderr), quarantine)
    click.echo(outcome(summary, dry_run, across), err=True)
    if summary.undeclared.count:
        click.echo(undeclared(summary.undeclared), err=True)
    if problems.errors:
        click.get_current_context().exit(1)


def _guess(format: str, files: tuple[str, ...], mapped: bool) -> None:
    if not mapped or len(files) != 1:
        raise click.UsageError("--guess drafts a mapping from one table: give one csv, tsv or xlsx file")
    from chronicle.interop.incoming import opened, shown_name
    from chronicle.interop.tabular.guessing import draft

    name = shown_name(files[0])
    between = {"tsv": "\t", "xlsx": ","}.get(format)
    with opened(files[0]) as stream:
        if format == "xlsx":
            from chronicle.interop.tabular.xlsx import sample

            table, sheets = sample(stream, name)
            click.echo(draft(table, name, between, sheets), nl=False)
        else:
            click.echo(draft(stream, name, between), nl=False)


def _mapping(path: str | None) -> TableMapping | None:
    if path is None:
        return None
    from chronicle.cli.statements.mapping_file import read_mapping

    return read_mapping(path)


def _across(mapped: bool) -> AcrossFiles | None:
    if not mapped:
        return None
    from chronicle.interop.tabular.snapshots import AcrossFiles

    return AcrossFiles()


def _opened(into: str | None, dry_run: bool, stack: ExitStack) -> Store | None:
    """The store; None for one that does not exist and, on a dry run, is not made.

    One that is made here is removed again when nothing comes into it, or Ctrl-C is pressed.
    """
    from chronicle.stores import open_store
    from chronicle.stores.location import is_address, is_event_file

    if into is None:
        return None
    if is_event_file(into):
        raise click.UsageError(f'a store cannot be called "{into}": that is the name of an event file')
    if not is_address(into) and not os.path.lexists(into):
        if dry_run:
            return None
        kept = stack.enter_context(_removed_unless_used(Path(into)))
        store = stack.enter_context(open_store(into, create=True))
        stack.callback(lambda: kept.append(store.head().position > 0))
        return store
    return stack.enter_context(open_store(into, create=not dry_run, read_only=dry_run))


@contextmanager
def _removed_unless_used(path: Path) -> Iterator[list[bool]]:
    """Remove a new store at the end, unless ``True`` was put into the list and nobody pressed Ctrl-C."""
    used: list[bool] = []
    try:
        yield used
    except KeyboardInterrupt:
        used = [False]
        raise
    finally:
        if not all(used):
            for end in ("", "-wal", "-shm", "-journal"):
                path.with_name(path.name + end).unlink(missing_ok=True)


def _advance(files: tuple[str, ...], report: Report) -> Callable[[int], None]:
    """A function that turns the sizes of pieces read into progress; the total of stdin is unknown."""
    total = 0 if "-" in files else sum(os.path.getsize(name) for name in files if os.path.isfile(name))
    done = 0

    def advance(read: int) -> None:
        nonlocal done
        done += read
        report(done, total)

    return advance


@contextmanager
def _quarantined(path: str | None) -> Iterator[Write]:
    """A function that writes a problem to the quarantine file; it does nothing without a file."""
    if path is None:
        yield lambda _: None
        return
    import csv

    with open(path, "w", encoding="utf-8", newline="", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow(_QUARANTINE_COLUMNS)

        def write(problem: Problem) -> None:
            place = problem.place
            where = (place.file, place.line or "", place.column or "") if place else ("", "", "")
            row = place.excerpt if place else ""
            writer.writerow((*where, problem.code, problem.message, problem.help or "", row))

        yield write
