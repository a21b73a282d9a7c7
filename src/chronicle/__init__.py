"""Chronicle: an event-sourced, bitemporal timeline engine for corporate histories.

>>> import chronicle
>>> history = chronicle.open("events/")
>>> state = history.as_of("2015-05-01")
>>> state.share("alibaba-group", "alibaba-pictures")
<Share 60%>

``open`` gives a ``History``; everything else is reached from there. The classes of events are in
``chronicle.events``.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chronicle.dates import PartialDate, parse_date
    from chronicle.engine.replay import Before, Change, Projector, Span
    from chronicle.engine.state import State
    from chronicle.errors import ChronicleError, Problem
    from chronicle.history import History
    from chronicle.history import open_history as open
    from chronicle.values import Money, Share, Source, parse_money, parse_share

__all__ = [
    "Before",
    "Change",
    "ChronicleError",
    "History",
    "Money",
    "PartialDate",
    "Problem",
    "Projector",
    "Share",
    "Source",
    "Span",
    "State",
    "open",
    "parse_date",
    "parse_money",
    "parse_share",
]

__version__ = "0.1.0"

# Where each public name lives. Loaded on first use, so that `chronicle --help` loads next to nothing.
_HOMES = MappingProxyType(
    {
        "Before": ("chronicle.engine.replay", "Before"),
        "Change": ("chronicle.engine.replay", "Change"),
        "ChronicleError": ("chronicle.errors", "ChronicleError"),
        "History": ("chronicle.history", "History"),
        "Money": ("chronicle.values", "Money"),
        "PartialDate": ("chronicle.dates", "PartialDate"),
        "Problem": ("chronicle.errors", "Problem"),
        "Projector": ("chronicle.engine.replay", "Projector"),
        "Share": ("chronicle.values", "Share"),
        "Source": ("chronicle.values", "Source"),
        "Span": ("chronicle.engine.replay", "Span"),
        "State": ("chronicle.engine.state", "State"),
        "open": ("chronicle.history", "open_history"),
        "parse_date": ("chronicle.dates", "parse_date"),
        "parse_money": ("chronicle.values", "parse_money"),
        "parse_share": ("chronicle.values", "parse_share"),
    }
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chronicle' has no attribute {name!r}")
    from chronicle.engine.gc_pause import paused_collector

    module, attribute = _HOMES[name]
    # What modules are made of stays, and to search it for what does not takes a tenth of the time.
    with paused_collector():
        return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


# Where modules of 0.1.0 have gone; what lies below one goes with it. Kept for one version.
_MOVED = MappingProxyType(
    {
        **{
            name: f"engine.{name}"
            for name in (
                *("checks", "conflicts", "diff", "knowledge", "projectors"),
                *("replay", "state", "tables", "views", "why"),
            )
        },
        "codes": "errors.codes",
        "collector": "engine.gc_pause",
        "importing": "interop.importing",
        "schema": "codec.schema",
        "workloads": "cli.workloads",
        **{
            f"interop.{name}": f"interop.tabular.{new}"
            for name, new in (
                *((same, same) for same in ("cells", "csv", "guessing", "mapping", "templates", "xlsx")),
                ("making", "applying"),
            )
        },
        **{
            f"interop.exports.{name}": f"interop.exports.diagrams.{name}"
            for name in ("graph", "graphviz", "mermaid")
        },
        **{
            f"{room}_{part}": f"{room}.{part}"
            for room, parts in (
                ("interop.bods", "checks codes interests parties rules versions"),
                ("interop.gleif", "dates events nodes ties"),
                ("interop.followthemoney", "values"),
                ("stores.sqlite", "errors file tables"),
                ("stores.postgresql", "address connection copying errors tables"),
            )
            for part in parts.split()
        },
    }
)


class _OldNames:
    """Finds a module under the name that it had in 0.1.0, and warns."""

    @staticmethod
    def find_spec(name: str, *_more: object) -> ModuleSpec | None:
        """As ``importlib.abc.MetaPathFinder`` says."""
        old, rest = name.removeprefix("chronicle."), ""
        while old not in _MOVED and "." in old:
            old, _, last = old.rpartition(".")
            rest = f".{last}{rest}"
        if old not in _MOVED or not name.startswith("chronicle."):
            return None
        new = f"chronicle.{_MOVED[old]}{rest}"
        message = f"{name} is {new} now, and goes by its old name for this version only"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return ModuleSpec(name, _Alias(new))  # type: ignore[arg-type]  # a loader needs no base class


class _Alias:
    """Loads a module under another name: the very same module, with its own name in it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, _: ModuleSpec) -> ModuleType:
        """The module under its new name."""
        module = import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run again; the import system has put the old name into the module, which goes."""
        module.__spec__ = self._spec


# Before all others: under the old name of a folder, what lies in it would be found and loaded a second time.
sys.meta_path.insert(0, _OldNames)
