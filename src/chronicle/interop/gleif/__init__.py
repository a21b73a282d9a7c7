"""Import of the register of GLEIF: level 1, level 2 and reporting exceptions.

Level 1 says who is who, level 2 who consolidates whom, an exception why no parent is named. Files are JSON,
JSON Lines, XML or the CSV of the golden copy; format and level are found by their content. Records are read
one at a time.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from chronicle.errors import Problem
from chronicle.interop.gleif.editions import EditionReader
from chronicle.interop.gleif.reading import items_of, record_events
from chronicle.interop.incoming import Incoming
from chronicle.stores import Store


def read(stream: BinaryIO, name: str) -> Iterator[Incoming]:
    """The events and problems of a file of GLEIF by itself, in the order of the file.

    A bad record is a problem. Raises ``InvalidEvents`` (C720) for an XML file with a document type, which may
    define entities, or in another encoding than UTF-8.
    """
    for item in items_of(stream, name):
        if isinstance(item, Problem):
            yield item
        elif not isinstance(item, datetime.date):
            yield from record_events(item, item.place(name))


def together(store: Store | None, day: datetime.date | None = None) -> EditionReader:
    """The reader of all files of one import into ``store``; ``day`` is that of the edition, else today."""
    return EditionReader(store, day or datetime.date.today(), fixed=day is not None)
