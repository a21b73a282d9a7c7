"""``chronicle ledger``: the ledger beside a store."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chronicle.cli.progress import waiting, waiting_for_all
from chronicle.errors import Problem, StoreError, UsageError, printable
from chronicle.stores.location import is_event_file, is_standard_input

if TYPE_CHECKING:
    from chronicle.history import History
    from chronicle.ledgers.kept import KeptFile

_EPILOG = """\
\b
Examples:
  chronicle ledger corp.db
  chronicle ledger corp.db --workers 8
  chronicle ledger corp.db --drop
"""

_MEGABYTE = 1_000_000


@click.command(epilog=_EPILOG)
@click.argument("store", type=click.Path())
@click.option("--drop", is_flag=True, help="Delete it.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="How many processes make it. If not given, of 300,000 events or more one a processor, at most 8.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ledger(store: str, *, drop: bool, workers: int | None, as_json: bool) -> None:
    """Make the ledger of STORE, unless there is one that fits, and tell its size, head and age.

    It is what replay makes of the events, kept in a file beside the store, so that a question is answered
    in the time of opening a file. Large stores get one unasked. It is proven whenever it is used, and may
    be deleted at any time. Where none can be made, or another process is making it, the exit code is 4.
    """
    from chronicle.history import open_history

    _refuse_files(store)
    with waiting_for_all("reading") as report:
        history = open_history(
            store,
            read_only=True,
            workers=1 if drop else workers,
            report=report,
        )
    with history:
        if drop:
            _print_dropped(history, as_json)
            return
        kept = history.proven_ledger()
        if kept is None or kept.head != history.head or not kept.shares:
            with waiting("replaying"):
                kept = history.keep_ledger()
        _print_notices(history)
        if kept is None:
            click.get_current_context().exit(StoreError.exit_code)
        click.echo(json.dumps(_data(kept), indent=2) if as_json else _told(kept))


def _refuse_files(source: str) -> None:
    """Raise ``UsageError`` (C509) for event files, or a folder of them: only a store has a ledger."""
    if is_standard_input(source) or is_event_file(source) or Path(source).is_dir():
        files = "FILES" if is_standard_input(source) else printable(source)
        message = f'"{printable(source)}" is no store, and only a store has a ledger beside it'
        raise UsageError(Problem("C509", message, help=f"record it: chronicle record {files} --into STORE"))


def _print_dropped(history: History, as_json: bool) -> None:
    dropped = [str(path) for path in history.drop_ledger()]
    if as_json:
        click.echo(json.dumps({"dropped": dropped}, indent=2))
        return
    for path in dropped:
        click.echo(f'dropped "{printable(path)}"')
    if not dropped:
        click.echo("there is no ledger")


def _print_notices(history: History) -> None:
    if history.notices:
        from chronicle.cli.exit import print_problems

        print_problems(history.notices, color=False)


def _data(kept: KeptFile) -> dict[str, Any]:
    return {
        "file": kept.path,
        "size": kept.size,
        "rows": kept.rows,
        "position": kept.head.position,
        "chain": kept.head.chain,
        "made": kept.made,
    }


def _told(kept: KeptFile) -> str:
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(kept.made)
    return (
        f'ledger "{printable(kept.path)}": {kept.rows:,} rows, {kept.size / _MEGABYTE:,.1f} MB, '
        f"made {_ago(age)}\nhead {kept.head.position} {kept.head.chain}"
    )


def _ago(age: datetime.timedelta) -> str:
    """An age in its largest unit."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(age.total_seconds() // seconds)
        if count:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
