"""Foreign formats to events and back, a module for each format, imported when it is needed.

``FORMATS`` is the table of formats that can be imported.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from chronicle.interop.incoming import Incoming
    from chronicle.stores import Store


class Format(NamedTuple):
    """A format that can be imported: its reader in ``interop`` (``module:function``), and a line of help.

    ``mapped`` says that the reader takes a mapping, since such files do not say what their columns mean;
    ``as_written`` that events which do not say when they were known are left so. ``together`` is where the
    reader of all files of one import is made, for a format whose files change what earlier ones say.
    """

    home: str
    help: str
    mapped: bool = False
    as_written: bool = False
    together: str | None = None

    def reader(self) -> Callable[..., Iterator[Incoming]]:
        """The function ``read(stream, name, ...)`` of the format, its module imported."""
        return _found(self.home)  # type: ignore[no-any-return]

    def made_together(self, store: Store | None, day: datetime.date | None = None) -> JoinedReader:
        """The reader of all files of one import into ``store``; ``day`` is that of the edition, if given."""
        assert self.together is not None
        return _found(self.together)(store, day)  # type: ignore[no-any-return]


class JoinedReader(Protocol):
    """The reader of all files of one import, which knows what the store has."""

    def read(self, stream: BinaryIO, name: str) -> Iterator[Incoming]:
        """The events and problems of a file, as far as they need no other file."""

    def finish(self) -> Iterator[Incoming]:
        """The events and problems for which all files had to be read."""

    def is_newer(self, id: str) -> bool:
        """Whether an event replaces one of the same id, since it is of the newer of two editions."""


def _found(home: str) -> Any:
    module, _, function = home.partition(":")
    return getattr(import_module(f"chronicle.interop.{module}"), function)


FORMATS = MappingProxyType(
    {
        "csv": Format("tabular.csv:read", "Tables of text, with a mapping file.", mapped=True),
        "tsv": Format("tabular.csv:read_tsv", "The same, with tabs between cells.", mapped=True),
        "xlsx": Format(
            "tabular.xlsx:read", "Excel workbooks, with a mapping file. Needs the extra xlsx.", mapped=True
        ),
        "bods": Format(
            "bods:read", "Beneficial Ownership Data Standard 0.1 to 0.4.", together="bods:together"
        ),
        "gleif": Format(
            "gleif:read",
            "GLEIF: legal entities, relationships, reporting exceptions.",
            together="gleif:together",
        ),
        "ftm": Format("followthemoney:read", "FollowTheMoney entities, as OpenSanctions publishes them."),
        "jsonl": Format("jsonl:read", "JSON Lines, as chronicle export jsonl writes them.", as_written=True),
    }
)
"""Every format that can be imported, by the name that ``chronicle import`` takes."""
