"""Chronicle: an event-sourced timeline engine for corporate histories.

>>> import chronicle
>>> history = chronicle.open("events/")
>>> state = history.as_of("2015-05-01")
>>> state.share("alibaba-group", "alibaba-pictures")
<Share 60%>

``open`` gives a ``History``; everything else is reached from there. The classes of events are in
``chronicle.events``.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chronicle.dates import PartialDate, parse_date
    from chronicle.errors import ChronicleError, Problem
    from chronicle.history import History
    from chronicle.history import open_history as open
    from chronicle.replay import Before, Change, Projector, Span
    from chronicle.state import State
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
        "Before": ("chronicle.replay", "Before"),
        "Change": ("chronicle.replay", "Change"),
        "ChronicleError": ("chronicle.errors", "ChronicleError"),
        "History": ("chronicle.history", "History"),
        "Money": ("chronicle.values", "Money"),
        "PartialDate": ("chronicle.dates", "PartialDate"),
        "Problem": ("chronicle.errors", "Problem"),
        "Projector": ("chronicle.replay", "Projector"),
        "Share": ("chronicle.values", "Share"),
        "Source": ("chronicle.values", "Source"),
        "Span": ("chronicle.replay", "Span"),
        "State": ("chronicle.state", "State"),
        "open": ("chronicle.history", "open_history"),
        "parse_date": ("chronicle.dates", "parse_date"),
        "parse_money": ("chronicle.values", "parse_money"),
        "parse_share": ("chronicle.values", "parse_share"),
    }
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chronicle' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
