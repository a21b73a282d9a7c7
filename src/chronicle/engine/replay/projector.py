"""Projectors: what turns events into changes."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from chronicle.engine.replay.before import Before
from chronicle.engine.replay.changes import Change
from chronicle.errors import Problem, UsageError, shown

Handler = Callable[[Any, Before], Iterable[Change]]


def _frozen_table(table: Mapping[type, Handler]) -> Mapping[type, Handler]:
    if not isinstance(table, Mapping):
        raise _no_projector("table of a projector is no mapping", "write {EventClass: function}")
    return MappingProxyType(dict(table))


def _no_projector(message: str, help: str) -> UsageError:
    return UsageError(Problem("C607", message, help=help))


@frozen
class Projector:
    """A table from event class to a function of (event, ``Before``) that gives changes.

    ``views`` are the views that it writes, and only it. Events of classes that are not in the table have no
    effect. ``ignores`` is deprecated and without effect. ``version`` must change whenever the
    functions do: only the result of a projector with a version is kept on disk.

    ``partition_key`` names a field of events, such as ``target``. It promises that what the functions do with
    an event depends only on events with the same value there, and that no other events write the same
    cells: then a replay in partitions need not put everything into one.
    """

    name: str
    views: tuple[str, ...]
    table: Mapping[type, Handler] = field(converter=_frozen_table)
    ignores: Set[type[Any]] = frozenset()
    version: str = ""
    partition_key: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Its table cannot be pickled as it is, and workers need it."""
        named = self.name, self.views, dict(self.table), self.ignores, self.version, self.partition_key
        return Projector, named

    def __attrs_post_init__(self) -> None:
        """Raises ``UsageError`` (C607) for what can never work: better now than at some event."""
        whose = f"projector {shown(self.name)}"
        if isinstance(self.views, str) or not all(isinstance(view, str) and view for view in self.views):
            raise _no_projector(f"views of {whose} are no tuple of names", 'write views=("my-view",)')
        if self.ignores:
            message = "Projector(ignores=...) says nothing any more: leave it out, the table says it all"
            warnings.warn(message, DeprecationWarning, stacklevel=3)
        for kind in self.table:
            if not isinstance(kind, type):
                help = "name the class of the event, such as StakeAcquired, and not its kind"
                raise _no_projector(f"{whose} names no class of event: {shown(kind)}", help)
        for kind, handler in self.table.items():
            if not callable(handler):
                message = f"{whose} has no function for {kind.__name__}: {shown(handler)}"
                raise _no_projector(message, "give a function of (event, before) that yields changes")


def handlers_of(projectors: Sequence[Projector]) -> dict[type, Handler]:
    """The function to be called for each class of event.

    Raises ``UsageError`` (C607) if two projectors write the same view.
    """
    owners: dict[str, str] = {}
    table: defaultdict[type, list[Handler]] = defaultdict(list)
    for projector in projectors:
        for view in projector.views:
            if view in owners:
                message = f'projectors "{owners[view]}" and "{projector.name}" both write the view "{view}"'
                raise UsageError(Problem("C607", message, help="give your own view another name"))
            owners[view] = projector.name
        for kind, handler in projector.table.items():
            table[kind].append(handler)
    return {kind: _together(handlers) for kind, handlers in table.items()}


def _together(handlers: Sequence[Handler]) -> Handler:
    """One handler for several: all read the values before the event, none the changes of the others."""
    if len(handlers) == 1:
        return handlers[0]
    return lambda event, before: [change for handler in handlers for change in handler(event, before)]
