"""Guards for projectors of your own: an error in one names the projector and the event.

Those that come with Chronicle are tested instead, and are not guarded, for speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from attrs import evolve

from chronicle.dates import PartialDate
from chronicle.engine.replay import Before, Change, Handler, Operation, Projector
from chronicle.errors import ChronicleError, Problem, UsageError, shown
from chronicle.events import KINDS

_OPERATIONS = get_args(Operation)


def guarded(projector: Projector) -> Projector:
    """The same projector with each of its functions guarded.

    They raise ``UsageError`` (C607), which names the projector and the event, for a function that fails
    and for a result that is not a valid change of one of its views. This function raises it for what is not a
    projector, and for a table that names a base class of events.
    """
    if not isinstance(projector, Projector):
        message = f"not a projector: {shown(projector)}"
        raise UsageError(Problem("C607", message, help="pass what chronicle.engine.replay.Projector makes"))
    for kind in projector.table:
        if kind not in KINDS.values() and any(issubclass(each, kind) for each in KINDS.values()):
            message = (
                f'projector "{projector.name}" is never called for {kind.__name__}: no event is only that'
            )
            raise UsageError(Problem("C607", message, help="name each class of event, such as StakeAcquired"))
    table = {kind: _watched(projector, handler) for kind, handler in projector.table.items()}
    return evolve(projector, table=table)


def _watched(projector: Projector, handler: Handler) -> Handler:
    views = frozenset(projector.views)

    def watched(event: Any, before: Before) -> Iterable[Change]:
        try:
            found: object = handler(event, before)
            changes = tuple(found) if isinstance(found, Iterable) and not isinstance(found, Change) else None
        except ChronicleError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            help = "mend its function; the error itself stands above this one"
            raise _at(projector, event, f"failed: {said}", help) from error
        if changes is None:
            returned = "a change by itself" if isinstance(found, Change) else shown(found)
            raise _at(projector, event, f"returned {returned}", "yield each change, or return a list of them")
        for change in changes:
            for fault in _faults(change, event, views):
                raise _at(projector, event, *fault)
        return changes

    return watched


def _faults(change: object, event: Any, views: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a change, each with the help."""
    if not isinstance(change, Change):
        yield f"gave no change: {shown(change)}", "yield Change(view, key, operation, value, window, event)"
        return
    if change.view not in views:
        yield f"writes to the view {shown(change.view)}, which is not its own", "name it among its views"
    if not isinstance(change.key, tuple) or not all(isinstance(part, str) for part in change.key):
        yield f"has a key that is no tuple of texts: {shown(change.key)}", 'write ("part", "part")'
    if change.operation not in _OPERATIONS:
        yield f"has an unknown operation: {shown(change.operation)}", f"write {', '.join(_OPERATIONS)}"
    if (change.value is None) != (change.operation == "end"):
        yield f"has {change.operation!r} with the value {shown(change.value)}", "only an end has no value"
    if not isinstance(change.window, PartialDate):
        yield f"has a window that is no partial date: {shown(change.window)}", "give the date of the event"
    if change.event != event.id:
        yield f"names another event in its change: {shown(change.event)}", "give the id of the event"


def _at(projector: Projector, event: Any, what: str, help: str) -> UsageError:
    name = f"projector {shown(projector.name)}"
    message = f"{name} {what} (at event {shown(event.id)}, {event.kind})"
    return UsageError(Problem("C607", message, help=help, events=(event.id,)))
