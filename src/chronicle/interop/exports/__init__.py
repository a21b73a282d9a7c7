"""Exports: one module per format, each with functions from material to bytes.

``EXPORTS`` is the table of formats. A format can be made of events, of the facts of a day, of spans, or of
several of these; the first that it lists is its default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chronicle.errors import Problem, UsageError, absent

if TYPE_CHECKING:
    from chronicle.interop.exports.material import Material

Of = Literal["events", "facts", "spans"]
"""What an export can be made of: events, the facts of a day, or spans."""

_HOME = "chronicle.interop.exports"


class Export(NamedTuple):
    """A format: a line of help, the suffix of its files, and its writers.

    ``writers`` are ``module:function``, by what they are made of. ``binary`` says that the bytes are not
    text, ``until`` that spans end at the day that is asked for, ``dated`` that events without any date are
    left out, ``around`` that it can be limited to what is around one entity, and ``cells`` that it is CSV,
    whose cells can be made safe for spreadsheets.
    """

    help: str
    suffix: str
    writers: Mapping[Of, str]
    binary: bool = False
    until: bool = False
    dated: bool = False
    around: bool = False
    cells: bool = False

    def writer(self, of: Of) -> Callable[[Material], Iterator[bytes]]:
        """The function that writes the format, its module imported."""
        module, _, function = self.writers[of].partition(":")
        write: Any = getattr(import_module(f"{_HOME}.{module}"), function)
        return write  # type: ignore[no-any-return]


def exported(name: str, material: Material, of: Of | None = None) -> Iterator[bytes]:
    """The bytes of ``material`` in a format, in chunks, made of ``of`` or else of the format's default.

    Raises ``NotFound`` (C743) for an unknown format, ``UsageError``: C742 for one that cannot be made of
    ``of``, C740 when a library is missing.
    """
    export = named(name)
    return export.writer(made_of(name, of))(material)


def named(name: str) -> Export:
    """The format of this name. Raises ``NotFound`` (C743)."""
    if name not in EXPORTS:
        raise absent("C743", "format to export to", name, EXPORTS)
    return EXPORTS[name]


def made_of(name: str, of: Of | None) -> Of:
    """What a format is to be made of: ``of``, else its default.

    Raises ``UsageError`` (C742) where it cannot be made of ``of``.
    """
    writers = named(name).writers
    if of is None:
        return next(iter(writers))
    if of not in writers:
        message = f"{name} is not made of {_WORDS[of]}"
        help = f"it is made of {' or of '.join(_WORDS[each] for each in writers)}"
        raise UsageError(Problem("C742", message, help=help))
    return of


_WORDS: Mapping[Of, str] = MappingProxyType(
    {"events": "events", "facts": "the facts of a day", "spans": "spans"}
)


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "jsonl": Export(
            "JSON Lines: events (of a store: a copy to record), facts, spans.",
            ".jsonl",
            {"events": "jsonl:events", "facts": "jsonl:facts", "spans": "jsonl:spans"},
        ),
        "json": Export("JSON: facts, in one document.", ".json", {"facts": "json_state:facts"}),
        "csv": Export(
            "CSV: events, facts, spans.",
            ".csv",
            {"events": "delimited:events", "facts": "delimited:facts", "spans": "delimited:spans"},
            cells=True,
        ),
        "scd2": Export(
            "CSV for a warehouse: spans of one view, valid_from to valid_to.",
            ".csv",
            {"spans": "delimited:by_day"},
            cells=True,
        ),
        "xlsx": Export(
            "Workbook: facts, spans, a sheet a view. Needs the extra xlsx.",
            ".xlsx",
            {"facts": "workbook:facts", "spans": "workbook:spans"},
            binary=True,
        ),
        "parquet": Export(
            "Parquet: spans as in scd2, facts. Needs the extra parquet.",
            ".parquet",
            {"spans": "columnar:parquet_by_day", "facts": "columnar:parquet_facts"},
            binary=True,
        ),
        "arrow": Export(
            "Arrow IPC stream: as parquet. Needs the extra parquet.",
            ".arrows",
            {"spans": "columnar:arrow_by_day", "facts": "columnar:arrow_facts"},
            binary=True,
        ),
        "sqlite": Export(
            "SQLite file for datasette: events and spans, keys and views.",
            ".sqlite",
            {"spans": "sqlite:everything"},
            binary=True,
        ),
        "mermaid": Export(
            "Mermaid diagram: facts, who owns what.", ".mmd", {"facts": "diagrams.mermaid:facts"}, around=True
        ),
        "dot": Export(
            "Graphviz diagram: facts, who owns what.",
            ".dot",
            {"facts": "diagrams.graphviz:facts"},
            around=True,
        ),
        "graphml": Export(
            "GraphML, for Gephi and yEd: facts, who owns what.",
            ".graphml",
            {"facts": "diagrams.graphml:facts"},
            around=True,
        ),
        "icalendar": Export(
            "iCalendar: events, each as an all-day entry.", ".ics", {"events": "icalendar:events"}, dated=True
        ),
        "timelinejs": Export(
            "TimelineJS: events, each as a slide.", ".json", {"events": "timelinejs:events"}, dated=True
        ),
        "bods": Export(
            "Beneficial Ownership Data Standard 0.4: spans up to a day.",
            ".json",
            {"spans": "bods:spans"},
            until=True,
        ),
        "ftm": Export("FollowTheMoney: spans, a JSON object a line.", ".ftm.json", {"spans": "ftm:spans"}),
    }
)
"""Every format that can be exported to, by the name that ``chronicle export`` takes."""
