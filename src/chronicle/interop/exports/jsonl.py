"""JSON Lines: events as they were written, the facts of a day, or every span."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.codec import encode
from chronicle.engine.views.data import fact_data
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded, json_text, span_data


def events(material: Material) -> Iterator[bytes]:
    """A line for each event, by position. Recorded elsewhere, they make the same history.

    For a copy of a store, with positions, times and proofs, see ``chronicle.interop.records``.
    """
    return encoded(json_text(encode(event)) for event in material.written)


def facts(material: Material) -> Iterator[bytes]:
    """A line for each fact, with the day that it is for."""
    state = material.state
    day = {"as_of": state.as_of.isoformat(), "known": state.known and state.known.isoformat()}
    asked = (fact for view in material.views_asked() for fact in state.view(view))
    return encoded(json_text(day | fact_data(fact)) for fact in asked)


def spans(material: Material) -> Iterator[bytes]:
    """A line for each span: what a key had, from when to when."""
    return encoded(json_text(span_data(span)) for span in material.spans())
