"""Foreign formats to events and back, a module for each format, imported when it is needed.

``FORMATS`` is the table of formats that can be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chronicle.interop.incoming import Incoming


class Format(NamedTuple):
    """A format that can be imported: its reader in ``interop`` (``module:function``), and a line of help.

    ``mapped`` says that the reader takes a mapping, since such files do not say what their columns mean;
    ``as_written`` that events which do not say when they were known are left so.
    """

    home: str
    help: str
    mapped: bool = False
    as_written: bool = False

    def reader(self) -> Callable[..., Iterator[Incoming]]:
        """The function ``read(stream, name, ...)`` of the format, its module imported."""
        module, _, function = self.home.partition(":")
        read: Any = getattr(import_module(f"chronicle.interop.{module}"), function)
        return read  # type: ignore[no-any-return]


FORMATS = MappingProxyType(
    {
        "csv": Format("tabular.csv:read", "Tables of text, with a mapping file.", mapped=True),
        "tsv": Format("tabular.csv:read_tsv", "The same, with tabs between cells.", mapped=True),
        "xlsx": Format(
            "tabular.xlsx:read", "Excel workbooks, with a mapping file. Needs the extra xlsx.", mapped=True
        ),
        "bods": Format("bods:read", "Beneficial Ownership Data Standard 0.1 to 0.4."),
        "gleif": Format("gleif:read", "GLEIF: legal entities, relationships, reporting exceptions."),
        "ftm": Format("followthemoney:read", "FollowTheMoney entities, as OpenSanctions publishes them."),
        "jsonl": Format("jsonl:read", "JSON Lines, as chronicle export jsonl writes them.", as_written=True),
    }
)
"""Every format that can be imported, by the name that ``chronicle import`` takes."""
