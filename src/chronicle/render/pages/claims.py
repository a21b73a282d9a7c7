"""Claims about one fact, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chronicle import codec
from chronicle.dates import PartialDate, parse_date
from chronicle.engine.conflicts import Conflict
from chronicle.events import EntityFounded, EntityRenamed, Event
from chronicle.render.layout import PLAIN, clean, joined
from chronicle.render.words.days import short
from chronicle.render.words.figures import grouped, money_words, share_of
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_words

_VERBS: Final[Mapping[str, str]] = MappingProxyType({"=": "holds", "+": "acquires", "-": "gives up", "": ""})


def claimed(event: Event, teller: Teller) -> str:
    """What a claim says of the fact: its figures, the effects of its deal, and its date."""
    share = share_of(event)
    shares = getattr(event, "shares", None)
    effects = getattr(event, "effects", None) or ()
    said = [
        clean(event.name) if isinstance(event, EntityFounded | EntityRenamed) else "",
        "" if share is None else f"{_VERBS[share[0]]} {clean(str(share[1]))}".strip(),
        "" if shares is None else f"{grouped(clean(str(shares)))} shares",
        money_words(event),
        "; ".join("".join(text for text, _ in teller.effect(effect, event.date)) for effect in effects),
        short(event.date),
    ]
    return ", ".join(filter(None, said))


def said_by(event: Event, teller: Teller) -> str:
    """Who makes a claim, its confidence, since when it is known, and its id."""
    known = teller.known(event)
    said = [
        "; ".join(map(source_words, event.sources)) or "no source",
        event.confidence or "",
        f"known from {short(PartialDate.of(known.day))}" + (" (assumed)" if known.assumed else ""),
        clean(event.id),
    ]
    return " · ".join(filter(None, said))


def differing(conflict: Conflict) -> str:
    """What the claims differ in: "share, amount and day"."""
    return "".join(text for text, _ in joined([[(word, PLAIN)] for word in conflict.differ]))


def disagreement(conflict: Conflict) -> str:
    """The words before ``differing``: "sources differ in ", or "claims" where not each has another source."""
    sources = [event.sources for event in (conflict.chosen, *conflict.others)]
    who = "sources" if all(sources) and len(set(sources)) > 1 else "claims"
    return f"{who} differ in "


_REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "confirmed outweighs the others": (
            "it is confirmed, the other is not",
            "it is confirmed, the others are not",
        ),
        "reported outweighs the others": (
            "it is reported, the other is only a rumour",
            "it is reported, the others are only rumours",
        ),
        "known last": (
            "of two equally confident claims it became known last",
            "of equally confident claims it became known last",
        ),
        "observed later": ("what is observed later counts from its day on",) * 2,
    }
)


def reason_words(conflict: Conflict) -> str:
    """Why a claim counts: "it is confirmed, the others are not"."""
    rule, _, dated = conflict.rule.partition("; dated ")
    words = _REASONS.get(rule, (rule, rule))[len(conflict.others) > 1]
    if not dated:
        return words
    date, comma, allowed = dated.partition(",")
    return f"{words}; dated {short(parse_date(date))}{comma}{allowed}"


def once(conflict: Conflict) -> str:
    """That several report one happening: "told by 2, counted once"; empty where that was not in question."""
    return f"told by {1 + len(conflict.others)}, counted once" if conflict.once else ""


def claim_data(event: Event, teller: Teller, counts: bool) -> dict[str, Any]:
    """A claim as in a file, with the day from which it is known and whether it counts."""
    known = teller.known(event)
    return {
        "event": codec.encode(event),
        "counts": counts,
        "known": known.day.isoformat(),
        "known_assumed": known.assumed,
    }


def conflict_data(conflict: Conflict, teller: Teller) -> dict[str, Any]:
    """A conflict as JSON data: the fact, what claims differ in, the rule, and every claim.

    The claim that counts comes first. ``counted_once`` is true for claims that were taken as one happening;
    those may differ in nothing.
    """
    return {
        "fact": list(conflict.fact),
        "differ": list(conflict.differ),
        "rule": conflict.rule,
        "counted_once": conflict.once,
        "claims": [
            claim_data(conflict.chosen, teller, counts=True),
            *(claim_data(other, teller, counts=False) for other in conflict.others),
        ],
    }
