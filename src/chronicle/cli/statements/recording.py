"""Corrections and retractions: their options, and how they are appended to a store or printed as YAML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from chronicle.cli import completion
from chronicle.cli.asked import Asked, color_option, source_option
from chronicle.cli.days import as_written, date
from chronicle.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from chronicle.dates import PartialDate
    from chronicle.events import Event
    from chronicle.history import History
    from chronicle.stores import Store

_SOURCE_FIELDS = ("publisher", "title", "url", "published", "retrieved", "quote", "page")
_DATES = ("published", "retrieved")
_NEXT_FIELD = re.compile(rf";\s*(?=(?:{'|'.join(_SOURCE_FIELDS)})\s*=)")


@frozen
class Options:
    """The options of a statement about an event: why, who says so, when, and where to append it."""

    reason: str
    sources: tuple[dict[str, str], ...]
    date: PartialDate | None
    known: PartialDate | None
    id: str | None
    into: str | None
    dry_run: bool

    @property
    def said(self) -> dict[str, Any]:
        """The arguments of ``History.correct`` and ``History.retract`` but what it is about."""
        return {
            "reason": self.reason,
            "sources": self.sources,
            "date": self.date,
            "known": self.known,
            "id": self.id,
        }


def source(text: str) -> dict[str, str]:
    """The source in ``publisher=ECNS; published=2014-06-25; url=...``, an address, or a publisher."""
    if not re.match(rf"\s*(?:{'|'.join(_SOURCE_FIELDS)})\s*=", text):
        name, equals, _ = text.partition("=")
        if equals and re.fullmatch(r"\s*\w+\s*", name):
            near = nearest(name.strip(), _SOURCE_FIELDS)
            hint = f"did you mean {near}?" if near else f"it has {', '.join(_SOURCE_FIELDS)}"
            raise click.BadParameter(f'a source has no "{name.strip()}"; {hint}')
        return {"url" if re.match(r"(?:https?://|urn:|doi:|10\.)", text) else "publisher": text}
    parts = (part.partition("=") for part in _NEXT_FIELD.split(text))
    given = {name.strip(): value.strip().rstrip(";").rstrip() for name, _, value in parts}
    return {name: as_written(value) if name in _DATES else value for name, value in given.items()}


def pairs(fields: tuple[str, ...], otherwise: str = "") -> dict[str, str]:
    """The fields and their values in texts such as ``share=60%``.

    Raises ``UsageError`` for another form; ``otherwise`` says what to do instead of giving no value.
    """
    given: dict[str, str] = {}
    for text in fields:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals):
            raise click.UsageError(f'not FIELD=VALUE: "{text}"; such as --set share=59.32%')
        if not value.strip():
            raise click.UsageError(f'no value for "{name.strip()}"{otherwise.format(name=name.strip())}')
        if name.strip() in given:
            raise click.UsageError(f'field "{name.strip()}" is given twice')
        given[name.strip()] = value.strip()
    return given


_OPTIONS = (
    click.option("--reason", required=True, metavar="TEXT", help="Why, in a sentence."),
    click.option(
        "--source",
        "sources",
        type=source,
        multiple=True,
        metavar="SOURCE",
        help="Who says so, such as 'publisher=ECNS; published=2014-06-25; url=...'; may be repeated.",
    ),
    click.option(
        "--date",
        "date",
        type=date,
        metavar="DATE",
        shell_complete=completion.days,
        help="The date of this statement; today if not given.",
    ),
    click.option(
        "--known",
        "known",
        type=date,
        shell_complete=completion.days,
        metavar="DATE",
        help="When it became known; by its sources if not given.",
    ),
    click.option(
        "--id",
        "id",
        metavar="ID",
        help="The id of the new event; made from its date and target if not given.",
    ),
    click.option(
        "--into",
        metavar="STORE",
        type=click.Path(),
        help="The store to append to; that of --from if not given.",
    ),
    click.option("--dry-run", is_flag=True, help="Print the event as YAML, and leave the store as it is."),
)


def stating(function: Any) -> Any:
    """The options of a command that makes a statement about an event; its first argument is an ``Asked``."""
    for option in reversed((source_option, *_OPTIONS, color_option)):
        function = option(function)
    return click.pass_obj(function)


# The history


def opened(asked: Asked, into: str | None) -> tuple[History, Store | None]:
    """The history that a statement is about, and its store when it comes from one."""
    from chronicle.history import History, open_history
    from chronicle.stores import open_store
    from chronicle.stores.location import is_address, is_event_file, is_standard_input

    if into is not None and (is_event_file(into) or Path(into).is_dir()):
        raise click.UsageError(f'"{into}" is no store; without --into the event is printed, for a file')
    named = into or asked.source_named()
    path = Path(named)
    if is_standard_input(named):
        return open_history(named, ledger=False), None
    if not is_address(named) and (is_event_file(path) or path.is_dir() or not path.exists()):
        return open_history(named, read_only=True, ledger=False), None
    store = open_store(named, create=False)
    click.get_current_context().call_on_close(store.close)
    return History.from_store(store, ledger=False), store


def copied(store: Store | None) -> Store:
    """A copy of a store in memory, to be tried on; empty where there is none."""
    from chronicle.stores import NewRecord, open_store

    copy = open_store("memory:")
    if store is not None:
        copy.append([NewRecord(record.id, record.kind, record.body) for record in store.read()])
    return copy


# The output


def state(history: History, store: Store | None, made: Callable[[bool], Event], statement: Options) -> None:
    """Append an event to the store of the history, or print it as YAML.

    ``made`` makes it, and appends it unless it is told that this is a dry run.
    """
    if store is None or statement.dry_run:
        from chronicle.codec.event_text import event_file

        click.echo(event_file([made(True)]), nl=False)
        next = "leave out --dry-run to record it" if store else "put it into a file of the history"
        click.echo(f"nothing has changed yet: {next}", err=True)
        return
    before = store.head().position
    event = made(False)
    head = store.head()
    said = (
        f'recorded "{event.id}"' if history.position(event.id) > before else f'"{event.id}" was there already'
    )
    click.echo(f"{said}; head {head.position} {head.chain}", err=True)
