"""Event files to events with their places: YAML and JSON Lines as people write them.

``read`` takes a folder or files and gives all events, or all problems. YAML is read as nodes: each scalar is
a text; anchors, tags, merge keys, repeated keys and further documents are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from attrs import field, frozen

from chronicle.authoring.files import event_files, is_json_lines, standard_input
from chronicle.authoring.reading import Entry, open_document
from chronicle.authoring.recorded import recorded_otherwise
from chronicle.authoring.references import Known, examine
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import InvalidEvents, Place
from chronicle.events import EntityDeclared, Event

__all__ = [
    "Authored",
    "event_files",
    "is_json_lines",
    "read",
    "recorded_otherwise",
    "standard_input",
]


@frozen
class Authored:
    """The events of some files, declarations first, else as written; and the place of each by its id."""

    events: tuple[Event, ...]
    places: Mapping[str, Place] = field(repr=False)


def read(
    paths: str | Path | Sequence[str | Path],
    known_entities: Iterable[str] = (),
    known_deals: Iterable[str] = (),
    known_events: Iterable[str] = (),
    piped: bytes | None = None,
) -> Authored:
    """The events of a folder (the files directly in it) or of files, with their places.

    ``known_entities``, ``known_deals`` and ``known_events`` are ids that may be referred to although no file
    has them, such as those in a store. The path ``-`` is standard input; ``piped`` is its content, if it was
    read already. Raises ``InvalidEvents`` with every problem of every file, in the order of files and lines.
    """
    with paused_collector():
        documents = [open_document(path, piped) for path in event_files(paths)]
    known = Known(dict.fromkeys(known_entities), dict.fromkeys(known_deals), dict.fromkeys(known_events))
    examine(documents, known)
    problems = [problem for document in documents for problem in document.placed()]
    if problems:
        raise InvalidEvents(*problems)
    return _authored(entry for document in documents for entry in document.entries)


def _authored(entries: Iterable[Entry]) -> Authored:
    made = [(entry.event, entry.place) for entry in entries if entry.event is not None]
    # Declarations come before everything that refers to them. The rest stays as it was written.
    made.sort(key=lambda one: not isinstance(one[0], EntityDeclared))
    places = {event.id: place for event, place in made}
    return Authored(tuple(event for event, _ in made), MappingProxyType(places))
