"""One deal: its stages, what it does when it completes, and its events."""

from __future__ import annotations

from collections.abc import Sequence

from chronicle import codec
from chronicle.engine.replay import Span
from chronicle.engine.resolver.search import SearchHit
from chronicle.events import Event
from chronicle.render.layout import DIM, PLAIN, Line, clean
from chronicle.render.lookup.shown import ShownLine, ShownPart, ShownThing, told, window_data
from chronicle.render.terms import Terms
from chronicle.render.words.days import short
from chronicle.render.words.sentences import Teller


def deal_shown(
    found: SearchHit,
    stages: Sequence[Span],
    events: Sequence[Event],
    teller: Teller,
    terms: Terms,
) -> ShownThing:
    """A deal as an answer: ``stages`` are those that it went through, ``events`` all that belong to it."""
    announcing = next((each for each in reversed(events) if getattr(each, "effects", None)), None)
    effects = getattr(announcing, "effects", None) or ()
    completed = any(stage.value.stage == "completed" for stage in stages)
    parts = (
        ShownPart(
            "Stages",
            [ShownLine([(each.value.stage, PLAIN)], short(each.begin), each.events[-1]) for each in stages],
        ),
        ShownPart(
            "What it did" if completed else "What it does when it completes",
            [ShownLine(teller.effect(each, announcing.date)) for each in effects] if announcing else (),
        ),
        ShownPart("Events", told(events, teller)),
    )
    titles = list(dict.fromkeys(span.value.title for span in stages))
    plain = {
        "titles": titles,
        "stage": found.type,
        "stages": [
            {"stage": each.value.stage, **window_data(each), "event": each.events[-1]} for each in stages
        ],
        "effects": codec.encode(announcing)["effects"] if announcing else [],
        "events": [codec.encode(each) for each in events],
    }
    about: Line = [(clean(titles[-1]) if titles else "", PLAIN), (f", {found.type}", DIM)]
    return ShownThing("deal", found.id, about, parts, plain, terms)
