"""``chronicle record``: record event files, or the export of a store, in a store."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from chronicle.cli.exit import colored, print_problems
from chronicle.cli.progress import waiting
from chronicle.cli.statements.recording import copied
from chronicle.errors import AppendRefused, ChronicleError, InvalidEvents, Problem, printable
from chronicle.stores.location import is_address, is_event_file

if TYPE_CHECKING:
    from chronicle.authoring import Authored
    from chronicle.history import History
    from chronicle.stores import Head, Store


@click.command(epilog="Example: chronicle record events/*.yaml --into corp.db")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--into", required=True, metavar="STORE", type=click.Path(), help="The store; made if there is none."
)
@click.option(
    "--expected",
    type=click.IntRange(min=0),
    metavar="N",
    help="Refuse unless the store ends at position N, so that nobody recorded in between (optimistic"
    " concurrency).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and leave the store as it is.")
@click.option(
    "--as-events",
    is_flag=True,
    help="Take the events of an export as new ones of this store, with positions and times of their own.",
)
@click.option(
    "--new",
    "is_new",
    is_flag=True,
    help="Record also what looks like a recorded event with another date: it is another event.",
)
def record(
    files: tuple[str, ...], into: str, *, expected: int | None, dry_run: bool, as_events: bool, is_new: bool
) -> None:
    """Record the events of FILES, or of folders, in a store: all of them or none. - is stdin.

    Recording is idempotent: what the store has already is skipped. A recorded event never changes, so one
    that was edited in its file is refused: record a correction (`chronicle correct`). Refused, too, is what
    looks like a recorded event with another date, unless it has an id of its own.

    FILES may be the export of a store (`chronicle export jsonl`). This makes a copy of it, with the same
    positions, times and chain, in a new store or in an older copy.
    """
    if is_event_file(into):
        raise click.UsageError(f'a store cannot be called "{into}": that is the name of an event file')
    with _piped(files) as piped:
        exports = () if as_events else _exports(files, piped)
        if exports:
            _copy(exports, into, expected, dry_run)
            return
    with waiting("reading"):
        held = _held(into, dry_run)
        authored = _read(files, held, None if piped is None else piped.data)
        if held and not is_new:
            _refuse_edited(authored, held.history, into)
    with waiting("recording"):
        target = _rehearsal(held) if dry_run else held or _opened(into, create=True)
        new = _append(target.history, authored, expected)
    click.echo(_outcome(new, len(authored.events) - new, target.store.head(), dry_run), err=True)


@frozen
class _Piped:
    """The content of standard input, and a copy in a file, since an export has to be read twice."""

    data: bytes
    copy: Path


@contextmanager
def _piped(files: tuple[str, ...]) -> Iterator[_Piped | None]:
    """Standard input, if it is among the files. Its copy is deleted at the end."""
    from chronicle.authoring import is_json_lines, standard_input
    from chronicle.stores.location import is_standard_input
    from chronicle.stores.work_folders import work_folder

    if not any(map(is_standard_input, files)):
        yield None
        return
    data = standard_input()
    with work_folder("input") as folder:
        copy = folder / ("stdin.jsonl" if is_json_lines(data) else "stdin.yaml")
        copy.write_bytes(data)
        yield _Piped(data, copy)


def _exports(files: tuple[str, ...], piped: _Piped | None) -> tuple[Path, ...]:
    """The files, when they are exports of a store. Raises ``UsageError`` when only some are."""
    from chronicle.authoring import event_files
    from chronicle.interop.records import is_export
    from chronicle.stores.location import is_standard_input

    paths = [piped.copy if piped and is_standard_input(path) else path for path in event_files(files)]
    exports = tuple(path for path in paths if is_export(path))
    others = [path for path in paths if path not in exports]
    if exports and others:
        export, other = (printable(str(listed[0])) for listed in (exports, others))
        raise click.UsageError(
            f'"{export}" is the export of a store and "{other}" is not: '
            "record one after the other, or both with --as-events"
        )
    return exports


def _copy(exports: tuple[Path, ...], into: str, expected: int | None, dry_run: bool) -> None:
    """Restore the records of exports into a store. Nothing is written before everything is verified."""
    from chronicle.interop.restoring import examine, restore
    from chronicle.stores import open_store

    with ExitStack() as stack:
        create = is_address(into) and not dry_run
        there = is_address(into) or os.path.exists(into)
        store = stack.enter_context(open_store(into, create, read_only=dry_run)) if there else None
        with waiting("reading"):
            examined = examine(exports, store)
        if examined.new:
            _refuse_moved(store, expected)
        if not dry_run:
            store = store or stack.enter_context(open_store(into, create=True))
            with waiting("recording") as report:
                restore(exports, store, examined, report)
        head = store.head() if store else examined.head
    click.echo(_outcome(examined.new, examined.known, head, dry_run), err=True)


def _refuse_moved(store: Store | None, expected: int | None) -> None:
    """Refuse (C504) a store that does not end at ``expected``.

    A later change of the store is safe: it takes no records of another history.
    """
    found = store.head().position if store else 0
    if expected is not None and expected != found:
        message = f"store moved on (expected {expected}, found {found})"
        raise AppendRefused(
            Problem("C504", message, help="read the store again, and append again if it still holds")
        )


@frozen
class _Target:
    """A store and the history in it."""

    store: Store
    history: History


def _held(into: str, dry_run: bool) -> _Target | None:
    """The store as it is; None for a file that does not exist yet. On a server it is made at once."""
    if is_address(into):
        return _opened(into, create=not dry_run)
    return _opened(into, create=False) if os.path.exists(into) else None


def _opened(into: str, create: bool) -> _Target:
    from chronicle.history import History
    from chronicle.stores import open_store

    store = open_store(into, create=create)
    click.get_current_context().call_on_close(store.close)
    return _Target(store, History.from_store(store, ledger=False))


def _rehearsal(held: _Target | None) -> _Target:
    """A copy in memory, for a dry run."""
    from chronicle.history import History

    store = copied(held.store if held else None)
    return _Target(store, History.from_store(store, ledger=False))


def _read(files: tuple[str, ...], held: _Target | None, piped: bytes | None) -> Authored:
    """The events of the files, which may refer to everything to which the store refers."""
    from chronicle import authoring
    from chronicle.events import references

    events = held.history.events if held else ()
    known: dict[str, set[str]] = {"entity": set(), "deal": set(), "event": {event.id for event in events}}
    for event in events:
        for _, what, identifier in references(event):
            known[what].add(identifier)
    return authoring.read(files, known["entity"], known["deal"], known["event"], piped)


def _refuse_edited(authored: Authored, history: History, into: str) -> None:
    """Refuse what looks like a recorded event with another date; warn of one with another party."""
    from chronicle.authoring import recorded_otherwise
    from chronicle.events import KINDS

    current = history.timeline(kinds=KINDS)
    found = recorded_otherwise(authored.events, history.events, current, into)
    placed = tuple(_placed(problem, authored) for problem in found)
    refused = [problem for problem in placed if problem.severity == "error"]
    if refused:
        raise InvalidEvents(*refused)
    print_problems(placed, color=colored(click.get_current_context().obj.color, sys.stderr))


def _append(history: History, authored: Authored, expected: int | None) -> int:
    try:
        return history.append(authored.events, expected)
    except ChronicleError as error:
        raise type(error)(*(_placed(problem, authored) for problem in error.problems)) from None


def _placed(problem: Problem, authored: Authored) -> Problem:
    places = (authored.places.get(event) for event in problem.events)
    return problem.at(next((place for place in places if place), None))


def _outcome(new: int, known: int, head: Head, dry_run: bool) -> str:
    recorded = f"{new:,} event{'' if new == 1 else 's'}"
    if dry_run:
        return f"would record {recorded} ({known:,} {'is' if known == 1 else 'are'} there already)"
    there = f"{known:,} {'was' if known == 1 else 'were'} there already"
    return f"recorded {recorded} ({there}); head {head.position} {head.chain}"
