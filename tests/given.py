"""Histories in the words of the domain, for tests: what happened, and what is so on a day.

>>> events = [happened("stake.acquired", "2014-03", holder="group", target="film", share="60%")]
>>> state_on("2014-04-01", events).share("group", "film")
<Share 60%>
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from chronicle import codec
from chronicle.dates import as_day
from chronicle.engine import knowledge
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger, Projector, in_order
from chronicle.engine.state import State
from chronicle.events import ORDER, EntityDeclared, EntityFounded, Event, references

_numbers = count(1)


def day(text: str) -> datetime.date:
    """The day that a text names; the last one of a month or a year."""
    return as_day(text)


def happened(kind: str, date: str, id: str | None = None, **fields: Any) -> Event:
    """An event, from its fields as a file has them; ``from_`` is ``from``. It gets an id if it has none."""
    plain = {name.rstrip("_"): value for name, value in fields.items()}
    given = id or f"{codec.generated_id({'kind': kind, 'date': date, **plain})}-{next(_numbers)}"
    return codec.decode({"id": given, "kind": kind, "date": date, **plain})


def declared(entity: str, name: str, type: str = "company", **fields: Any) -> Event:
    """An entity is there, and goes by a name."""
    return happened("entity.declared", "[..2000]", entity=entity, name=name, type=type, **fields)


def acquired(date: str, holder: str, target: str, share: str | None = None, **fields: Any) -> Event:
    """A holder gets ``share`` of a target; or say ``holds`` or ``shares``."""
    stated = {} if share is None else {"share": share}
    return happened("stake.acquired", date, holder=holder, target=target, **stated, **fields)


def disposed(date: str, holder: str, target: str, share: str | None = None, **fields: Any) -> Event:
    """A holder gives up ``share`` of a target; or say ``holds`` or ``shares``."""
    stated = {} if share is None else {"share": share}
    return happened("stake.disposed", date, holder=holder, target=target, **stated, **fields)


def observed(date: str, holder: str, target: str, holds: str, **fields: Any) -> Event:
    """A source says what a holder has of a target."""
    return happened("stake.observed", date, holder=holder, target=target, holds=holds, **fields)


def launched(date: str, unit: str, owner: str, **fields: Any) -> Event:
    """A business unit starts under an owner."""
    return happened("unit.launched", date, unit=unit, owner=owner, **fields)


def transferred(date: str, unit: str, giver: str, taker: str, **fields: Any) -> Event:
    """A business unit goes from one owner to another."""
    return happened("unit.transferred", date, unit=unit, from_=giver, to=taker, **fields)


def absorbed(date: str, survivor: str, gone: str, **fields: Any) -> Event:
    """One company takes in another."""
    return happened("merger.absorbed", date, survivor=survivor, absorbed=gone, **fields)


def issued(date: str, issuer: str, shares: str, **fields: Any) -> Event:
    """A company makes new shares."""
    return happened("shares.issued", date, issuer=issuer, shares=shares, **fields)


def proposed(date: str, deal: str, *effects: Mapping[str, Any], **fields: Any) -> Event:
    """A deal is put on the table, with what it would do."""
    stated = {"title": deal, "parties": ["group", "film"], **fields}
    if effects:
        stated["effects"] = list(effects)
    return happened("deal.proposed", date, deal=deal, **stated)


def corrected(date: str, target: str, set: Mapping[str, Any], **fields: Any) -> Event:
    """Fields of an event are put right."""
    return happened("record.corrected", date, target=target, set=set, reason="a slip", **fields)


def retracted(date: str, target: str, **fields: Any) -> Event:
    """An event is withdrawn."""
    return happened("record.retracted", date, target=target, reason="it never happened", **fields)


def in_turn(events: Iterable[Event]) -> list[str]:
    """Ids of events in the order of replay."""
    return [event.id for event in in_order(events, ORDER)]


def ledger_of(
    events: Sequence[Event], known: str | None = None, projectors: Sequence[Projector] = PROJECTORS
) -> Ledger:
    """What replay makes of events, by what was known on a day."""
    return knowledge.resolve(events, None if known is None else day(known), projectors).ledger


def state_on(
    date: str, events: Sequence[Event], known: str | None = None, projectors: Sequence[Projector] = PROJECTORS
) -> State:
    """What was so on a day, by what was known on another."""
    asked = None if known is None else day(known)
    return State(day(date), asked, ledger_of(events, known, projectors))


def written(folder: Path, text: str, name: str = "history.yaml") -> Path:
    """A file of events with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def filed(folder: Path, *files: Sequence[Event]) -> Path:
    """A folder with a file of JSON Lines for each sequence of events, and one that declares entities."""
    told = [event for events in files for event in events]
    named = {name for event in told for _, what, name in references(event) if what == "entity"}
    named -= {event.entity for event in told if isinstance(event, EntityDeclared | EntityFounded)}
    declared = [
        happened("entity.declared", "0001-01-01", entity=name, name=name.title(), type="other")
        for name in sorted(named)
    ]
    for number, events in enumerate((declared, *files)):
        lines = (json.dumps(codec.encode(event)) for event in events)
        written(folder, "\n".join(lines), f"{number}.jsonl")
    return folder
