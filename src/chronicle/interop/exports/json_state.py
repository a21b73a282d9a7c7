"""JSON: the facts of a day in one document, view by view."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.engine.views.data import fact_data
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded, json_text


def facts(material: Material) -> Iterator[bytes]:
    """One object: the day, the day of knowledge, and the facts of each view."""
    state = material.state
    document = {
        "as_of": state.as_of.isoformat(),
        "known": state.known and state.known.isoformat(),
        "views": {view: [fact_data(fact) for fact in state.view(view)] for view in material.views_asked()},
    }
    return encoded([json_text(document, indent=2)])
