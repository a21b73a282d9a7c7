"""``chronicle add``: add an event to a file of the history, or to a store, by questions or by options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from chronicle.cli import completion
from chronicle.cli.asked import Asked, color_option, written_option
from chronicle.cli.exit import colored, print_problems
from chronicle.cli.statements.drafting import EventDraft, value_of
from chronicle.cli.statements.recording import copied, opened, pairs, source

if TYPE_CHECKING:
    from chronicle.authoring.adding import Addition
    from chronicle.errors import Problem
    from chronicle.events import EntityDeclared, Event
    from chronicle.history import History
    from chronicle.stores import Store


@click.command(
    epilog="\b\nExamples:\n  chronicle add\n"
    "  chronicle add --no-input --kind stake.acquired --date 2014-03 \\\n"
    "    --set holder=acme --set target=bolt --set share=60% \\\n"
    "    --declare 'id=bolt; name=Bolt Inc.; type=company' \\\n"
    "    --source 'publisher=ECNS; published=2014-06-25'"
)
@click.option("--kind", metavar="KIND", shell_complete=completion.kinds, help="What happened.")
@click.option("--date", metavar="DATE", shell_complete=completion.days, help="When it happened.")
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A field and its value; may be repeated.",
)
@click.option(
    "--source",
    "sources",
    type=source,
    multiple=True,
    metavar="SOURCE",
    help="Who says so, such as 'publisher=ECNS; published=2014-06-25; url=...'; may be repeated.",
)
@click.option(
    "--known",
    metavar="DATE",
    shell_complete=completion.days,
    help="When it became known; by its sources if not given.",
)
@click.option("--id", "id", metavar="ID", help="The id of the event; made from its date, kind and subject.")
@click.option(
    "--declare",
    "declared",
    multiple=True,
    metavar="ENTITY",
    help="An entity that is new, as 'id=acme; name=Acme Inc.; type=company'; may be repeated.",
)
@click.option(
    "--file",
    metavar="FILE",
    type=click.Path(),
    help="The event file to write to, also a new one; that last written to if not given.",
)
@click.option("--into", metavar="STORE", type=click.Path(), help="The store to append to, instead of a file.")
@click.option("--no-input", is_flag=True, help="Ask nothing: take the options, for scripts.")
@click.option("--dry-run", is_flag=True, help="Print the event as YAML, and write nothing.")
@written_option
@color_option
@click.pass_obj
def add(asked: Asked, /, **given: Any) -> None:
    """Add an event. What the options do not give is asked for, each answer is examined at once, and
    nothing is written before the whole event was shown and confirmed.

    It goes to the end of an event file, in which no other line changes; or to the store that --into or
    --from names. Write a value as it would stand in a file: a list with commas between its items
    (--set parties=acme,bolt), and what has fields of its own as YAML (--set 'effects=[{kind: ...}]').
    """
    target = _target(asked, given["file"], given["into"], given["dry_run"])
    draft = _draft(given)
    if given["no_input"]:
        if draft.kind is None and "kind" not in draft.plain:
            raise click.UsageError("say what happened: --kind KIND")
        target.write(draft.event(), draft.declared, asked)
        return
    from chronicle.cli.statements.asking import Interview

    try:
        Interview(target, draft, asked).ask()
    except click.Abort:
        click.echo("\nnothing was written", err=True)
        raise


# The options


def _draft(given: dict[str, Any]) -> EventDraft:
    """The event that the options give so far."""
    fields = pairs(given["fields"])
    named = {name: given[name] for name in ("id", "kind", "date", "known") if given[name] is not None}
    if given["sources"]:
        named["sources"] = list(given["sources"])
    for name in named.keys() & fields.keys():
        raise click.UsageError(f'field "{name}" is given twice')
    if "kind" in fields:
        named["kind"] = fields.pop("kind")
    draft = EventDraft(named, [_declaration(text) for text in given["declared"]])
    known = draft.fields()
    fields.update((name, named[name]) for name in ("date", "known") if name in named)
    draft.plain.update({name: value_of(known.get(name), text) for name, text in fields.items()})
    return draft


def _declaration(text: str) -> EntityDeclared:
    """The declaration in ``id=acme; name=Acme Inc.; type=company``."""
    from chronicle.authoring.reading import declaration

    parts = (part.partition("=") for part in text.split(";") if part.strip())
    return declaration({name.strip(): value.strip() for name, _, value in parts})


# Where it is written


def _target(asked: Asked, file: str | None, into: str | None, dry_run: bool) -> Destination:
    from chronicle.stores.location import is_event_file, is_standard_input

    if into is not None and (is_event_file(into) or os.path.isdir(into)):
        raise click.UsageError(f'"{into}" is no store; to write to a file use --from and --file')
    named = into or asked.source_named()
    if is_standard_input(named):
        raise click.UsageError("nothing can be added to standard input; name a folder, a file or a store")
    history, store = opened(asked, into)
    if store is not None and file is not None:
        raise click.UsageError("--file is for a history of files, and this is a store")
    return Destination(str(named), history, store, file, dry_run)


@frozen
class Destination:
    """Where an event is written to: a file of the history ``source``, or a store."""

    source: str
    history: History
    store: Store | None
    file: str | None
    dry_run: bool

    def write(
        self, event: Event, declared: list[EntityDeclared], asked: Asked, file: str | Path | None = None
    ) -> None:
        """Write an event and the entities that it declares; say where, and what it makes ``check`` find."""
        if self.dry_run:
            from chronicle.codec.event_text import file_of

            self._try(event, declared, file)
            click.echo(file_of(declared, event), nl=False)
            click.echo("nothing has changed yet: leave out --dry-run to write it", err=True)
            return
        before = _findings(self.history)
        if self.store is None:
            from chronicle.authoring.adding import add as add_to_files
            from chronicle.history import open_history

            added = add_to_files(self.source, event, declared, file or self.file)
            click.echo(_told(event, added), err=True)
            after = open_history(self.source, read_only=True, ledger=False)
        else:
            new = self.history.append([*declared, event])
            head = self.store.head()
            said = f'recorded "{event.id}"' if new else f'"{event.id}" was there already'
            click.echo(f"{said}; head {head.position} {head.chain}", err=True)
            after = self.history
        caused = tuple(problem for said, problem in _findings(after).items() if said not in before)
        print_problems(caused, color=colored(asked.color, sys.stderr))

    def _try(self, event: Event, declared: list[EntityDeclared], file: str | Path | None) -> None:
        """Do all but the writing, so that what would be refused is refused."""
        if self.store is None:
            from chronicle.authoring.adding import add as add_to_files

            add_to_files(self.source, event, declared, file or self.file, dry_run=True)
        else:
            from chronicle.history import History

            History.from_store(copied(self.store), ledger=False).append([*declared, event])


_MOST_CHECKED = 20_000


def _findings(history: History) -> dict[tuple[object, ...], Problem]:
    """What ``check`` finds, by all of it but its place, which moves when something is written above it.

    Nothing is looked for in a history so large that it would take long.
    """
    found = history.check() if len(history.events) <= _MOST_CHECKED else ()
    return {(problem.code, problem.message, problem.events): problem for problem in found}


def _told(event: Event, added: Addition) -> str:
    if not added.written:
        return f'"{event.id}" is there already: {added.place}'
    others = [str(path) for path in added.written if path != added.file]
    also = f", and its entities to {', '.join(others)}" if others else ""
    return f'wrote "{event.id}" to {added.place}{also}'
