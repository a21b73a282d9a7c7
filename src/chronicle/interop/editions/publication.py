"""When an edition was published, as its files say: by their names, or in their headers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from chronicle.errors import InvalidEvents
from chronicle.interop.incoming import STDIN, opened, shown_name
from chronicle.interop.tabular.rules import TableMapping
from chronicle.interop.tabular.text.names import base_of, parts_of


def published(format: str, files: Sequence[str], mapping: TableMapping | None) -> datetime.date | None:
    """The last day on which one of the files was published, for then all of the edition was known.

    A mapping says it for the whole table, or takes it from the names of the files; of GLEIF the header of an
    XML file says it. None where some file does not say so.
    """
    days = list(_by_names(files, mapping) if mapping is not None else _by_headers(format, files))
    known = [day for day in days if day is not None]
    return max(known, default=None) if len(known) == len(days) else None


def _by_names(files: Sequence[str], mapping: TableMapping) -> Iterator[datetime.date | None]:
    for name in files:
        base = base_of(shown_name(name))
        parts = {} if mapping.file is None else parts_of(base, mapping.file) or {}
        yield mapping.published({f"file.{part}": text for part, text in parts.items()})


def _by_headers(format: str, files: Sequence[str]) -> Iterator[datetime.date | None]:
    if format == "gleif":
        from chronicle.interop.gleif.reading import content_date

        for name in files:
            # What was read from standard input cannot be read again.
            yield None if name == STDIN else _read(name, content_date)


def _read(name: str, day_of: Callable[[BinaryIO, str], datetime.date | None]) -> datetime.date | None:
    """What a file says; None for one that cannot be read, which the import says."""
    try:
        with opened(name) as stream:
            return day_of(stream, name)
    except InvalidEvents:
        return None
