"""The Beneficial Ownership Data Standard, 0.1 to 0.4, as JSON (one list) or JSON Lines.

Every statement is compared with the rules of the standard; one that breaks a rule is reported and, where
possible, imported all the same. A few values of each record are remembered, so that a later statement makes
events only of what changed, a confirmation makes none, and a correction makes a ``record.corrected``. What
other files of the same import and the store have of a record is known too, in whatever order they are read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from chronicle.interop.bods.earlier import EarlierRecords
from chronicle.interop.bods.statements import StatementReader
from chronicle.interop.incoming import Incoming
from chronicle.stores import Store


def read(
    stream: BinaryIO,
    name: str,
    *,
    today: datetime.date | None = None,
    entities: Mapping[str, str] | None = None,
) -> Iterator[Incoming]:
    """The events and problems of a file of statements by itself.

    A date after ``today`` is doubtful. ``entities`` maps the ids of records that other files describe to the
    ids of their entities. A bad statement is a problem, never an exception.
    """
    reader = StatementReader(today or datetime.date.today(), EarlierRecords(None), dict(entities or {}))
    yield from reader.read(stream, name)
    yield from reader.finish()


def together(store: Store | None, _: datetime.date | None = None) -> StatementReader:
    """The reader of all files of one import into ``store``, which is None where there is none yet."""
    return StatementReader(datetime.date.today(), EarlierRecords(store))
