"""``chronicle tail``: the last records of a store, and new ones as they come."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.cli.asked import Asked, store_option
from chronicle.errors import Problem, UsageError, printable

if TYPE_CHECKING:
    from chronicle.events import Event
    from chronicle.stores import Record, Store

_LAST = 10
_PATIENCE = 1.0

_EPILOG = """\
\b
Examples:
  chronicle tail corp.db
  chronicle tail corp.db --follow
  chronicle tail corp.db --after 28 --json
"""


@click.command(epilog=_EPILOG)
@click.argument("store", required=False, type=click.Path())
@store_option
@click.option(
    "-n", "count", type=click.IntRange(min=0), metavar="N", help="How many records; 10 if not given."
)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="POSITION", help="Only records after this position."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with each new record, until Ctrl-C.")
@click.option("--json", "form", flag_value="json", help="Print one JSON object per line.")
@click.option("--plain", "form", flag_value="plain", help="Print tab-separated text, for cut, sort and awk.")
@click.pass_obj
def tail(
    asked: Asked, *, store: str | None, count: int | None, after: int | None, follow: bool, form: str | None
) -> None:
    """Show the last records of STORE, oldest first: position, time of recording, kind, date, what happened.

    Entities are shown by their ids, since names would have to be read from the whole store.
    """
    from chronicle.stores import open_store
    from chronicle.stores.location import is_event_file

    source = store or asked.source_named()
    if source == "-" or is_event_file(source) or Path(source).is_dir():
        message = f'"{printable(source)}" is no store: nothing is recorded in files'
        raise UsageError(Problem("C509", message, help="record them: chronicle record FILES --into STORE"))
    tell = _FORMS[form]
    try:
        with open_store(source, read_only=True) as opened:
            for record in _records(opened, _start(opened, count, after), follow):
                click.echo(tell(record))
    except KeyboardInterrupt:
        if not follow:
            raise
        # Ctrl-C is the usual way to end this. The line on which the terminal shows ^C is ended.
        click.echo(err=True)


def _start(store: Store, count: int | None, after: int | None) -> int:
    """The position after which to begin. With both options, the last ``count`` of those after ``after``."""
    if count is None and after is not None:
        return after
    last = store.head().position - (_LAST if count is None else count)
    return max(0, last, after or 0)


def _records(store: Store, position: int, follow: bool) -> Iterator[Record]:
    """The records after a position, each once and in order; with ``follow`` also new ones, without end."""
    while True:
        for record in store.read(position):
            position = record.position
            yield record
        if not follow:
            return
        while not store.wait(position, _PATIENCE):
            _refuse_closed_output()


def _refuse_closed_output() -> None:
    """Raise ``BrokenPipeError`` when the reader of a pipe has closed it: nothing is written that would."""
    if not hasattr(select, "poll"):
        return
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # no descriptor under the output
        return
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        raise BrokenPipeError


# The text of a line


def _for_people(record: Record) -> str:
    event = _event(record)
    time = record.recorded_at[:19].replace("T", " ") + "Z"
    figures = "".join(f"  {figure}" for figure in _figures(event))
    what = f"{event.kind:<20}  {_cell(event.date)}  {_sentence(event)}{figures}"
    return f"{record.position:>6}  {time}  {what}"


def _as_plain(record: Record) -> str:
    event = _event(record)
    cells = (str(record.position), record.recorded_at, _cell(event.date), event.kind, _cell(event.id))
    return "\t".join((*cells, _sentence(event)))


def _as_json(record: Record) -> str:
    from chronicle.codec import encode
    from chronicle.interop.exports.plain import json_text

    return json_text(
        {
            "position": record.position,
            "recorded_at": record.recorded_at,
            "chain": record.chain.hex(),
            "event": encode(_event(record)),
        }
    )


_FORMS: dict[str | None, Callable[[Record], str]] = {
    None: _for_people,
    "plain": _as_plain,
    "json": _as_json,
}


def _event(record: Record) -> Event:
    from chronicle.codec import from_record

    return from_record(record)


def _sentence(event: Event) -> str:
    from chronicle.render.words.names import by_id
    from chronicle.render.words.sentences import Teller

    return Teller(by_id, {}).told(event)


def _figures(event: Event) -> list[str]:
    from chronicle.render.words.figures import money_words, share_figure

    return [figure for figure in (share_figure(event), money_words(event)) if figure]


def _cell(value: object) -> str:
    from chronicle.render.layout import clean

    return clean(str(value))
