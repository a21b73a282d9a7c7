"""What stands behind an event, in words: since when it is known, its corrections, and its rivals."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

from chronicle import codec
from chronicle.dates import PartialDate
from chronicle.engine.conflicts import Conflict
from chronicle.events import Event, Knowledge, RecordCorrected, knowledge
from chronicle.render.layout import clean
from chronicle.render.pages.claims import differing, disagreement, once, reason_words
from chronicle.render.words.days import short
from chronicle.render.words.sentences import has_parts, stated
from chronicle.render.words.sources import source_words


def known_words(event: Event, known: Knowledge) -> str:
    """The id and the kind of an event, from when it is known, and its confidence."""
    assumed = " (assumed: no source is dated)" if known.assumed else ""
    said = [
        event.id,
        event.kind,
        "" if known.day <= datetime.date.min else f"known from {day_in_words(known.day)}{assumed}",
        event.confidence or "",
    ]
    return " · ".join(clean(part) for part in said if part)


def corrections_told(event: Event, corrections: Iterable[Event]) -> Iterator[tuple[str, str, str]]:
    """For each correction of an event as it was written: what it changes, why, and its record."""
    plain: dict[str, Any] = dict(codec.encode(event))
    for correction in corrections:
        assert isinstance(correction, RecordCorrected)
        changes = ", ".join(_change(plain, name, json.loads(text)) for name, text in correction.set)
        sources = "; ".join(map(source_words, correction.sources))
        known = day_in_words(knowledge(correction).day)
        tail = f"{clean(correction.id)} · known from {known}" + (f" · {sources}" if sources else "")
        yield changes, clean(correction.reason), tail


def rivalry(conflict: Conflict) -> tuple[str, str]:
    """What a claim that counts has beside it: a word for that, and in what it differs and why it counts."""
    if not conflict.differ:
        return "told by others too", f"counted once; {reason_words(conflict)}"
    told = f"{once(conflict)}; " if conflict.once else ""
    differs = f"{disagreement(conflict)}{differing(conflict)}"
    return "contradicted", f"{told}{differs}; this one counts: {reason_words(conflict)}"


def day_in_words(day: datetime.date) -> str:
    """A day in few words."""
    return short(PartialDate.of(day))


def _change(plain: dict[str, Any], name: str, value: Any) -> str:
    """One field of a correction in words. ``plain`` is the event until then; its field is changed."""
    before = plain.pop(name, None)
    if value is not None:
        plain[name] = value
    if has_parts(before) or has_parts(value):
        return f"{clean(name)} stated anew"
    old, new = ("nothing" if each is None else stated(each) for each in (before, value))
    return f"{clean(name)} {old} → {new}"
