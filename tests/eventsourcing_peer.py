"""The peer that is measured beside us: the library eventsourcing, used as its documentation shows.

An application with one aggregate, its events decorated methods, kept in SQLite by the persistence module and
the JSON transcoder that come with it; nothing is set but the name of the file. Each of our hundred events is
one of its events, with the kind and the fields as arguments. The library promises no check for damage: what
is measured is what its users get.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Notification

from damage import COUNT, Fate, hundred, ticking

TIMELINE = UUID(int=0x4368726E)


class Timeline(Aggregate):
    """What happened, as an aggregate: a list of facts."""

    @event("Begun")
    def __init__(self, kind: str, fields: dict[str, Any]) -> None:
        self.facts = [(kind, fields)]

    @staticmethod
    def create_id() -> UUID:
        return TIMELINE

    @event("Recorded")
    def record(self, kind: str, fields: dict[str, Any]) -> None:
        self.facts.append((kind, fields))


class Timelines(Application[UUID]):
    """Keeps timelines."""


class PeerAnswer(NamedTuple):
    """What the application answers: the state of the aggregate, and its log of notifications."""

    facts: list[tuple[str, dict[str, Any]]]
    version: int
    times: tuple[datetime, datetime]
    log: list[object]


def application(path: Path) -> Timelines:
    """The application on the file at ``path``."""
    return Timelines(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def write(path: Path) -> Path:
    """The hundred in a file of the peer, closed."""
    clock = ticking()
    with patch("eventsourcing.domain.datetime_now_with_tzinfo", clock), closing(application(path)) as opened:
        first, *rest = ((record.kind, json.loads(record.body)) for record in hundred())
        timeline = Timeline(*first)
        for kind, fields in rest:
            timeline.record(kind, fields)
        opened.save(timeline)
    return path


def ask(opened: Timelines) -> PeerAnswer:
    """The same questions as of a store of ours: all in order, and where it ends."""
    timeline: Timeline = opened.repository.get(TIMELINE)
    times = (timeline.created_on, timeline.modified_on)
    return PeerAnswer(timeline.facts, timeline.version, times, _log(opened))


def _log(opened: Timelines) -> list[object]:
    """The notifications, by sections of ten, the most that it hands out at once. It might not end."""
    log: list[Notification] = []
    while len(log) <= COUNT and (
        section := opened.notification_log.select(start=log[-1].id + 1 if log else 1, limit=10)
    ):
        log.extend(section)
    return list(log)


def answer_of(path: Path) -> PeerAnswer:
    """What an undamaged file answers."""
    with closing(application(path)) as opened:
        return ask(opened)


def fate(path: Path, before: PeerAnswer) -> Fate:
    """What becomes of a user of the peer. Any error at all counts as refused: nobody was deceived."""
    try:
        with closing(application(path)) as opened:
            answer = ask(opened)
    except Exception as error:
        return Fate("refused", type(error).__name__)
    if answer == before:
        return Fate("unchanged")
    what = "facts" if answer.facts != before.facts else "times or log"
    return Fate("silent", f"{what}, {'seen' if _seen_by_sqlite(path) else 'not seen'} by integrity_check")


def _seen_by_sqlite(path: Path) -> bool:
    """Whether SQLite's own check, which the peer never runs, would have found the damage."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    return True
