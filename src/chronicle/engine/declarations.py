"""Which entities and deals events introduce, and which they only name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import define, field

from chronicle import events as kinds
from chronicle.engine.event_log import EventLog
from chronicle.errors import Problem, nearest

if TYPE_CHECKING:
    from chronicle.events import Effect, Event, RecordCorrected


def brought_in(event: Event) -> Iterator[tuple[str, str]]:
    """What an event introduces, so that others may name it: (``"entity"`` | ``"deal"``, id).

    An entity by declaring or founding it, also by an effect; a deal by proposing or agreeing it.
    """
    if isinstance(event, kinds.EntityDeclared | kinds.EntityFounded):
        yield "entity", event.entity
    effects: Iterable[Effect] = getattr(event, "effects", None) or ()
    for effect in effects:
        if effect.kind in (kinds.EntityDeclared.kind, kinds.EntityFounded.kind):
            yield "entity", str(dict(effect.fields)["entity"])
    if isinstance(event, kinds.DealProposed | kinds.DealAgreed):
        yield "deal", event.deal


def named_by_correction(
    correction: RecordCorrected, log: Mapping[str, Event]
) -> Iterator[tuple[str, str, str]]:
    """What a correction makes its target refer to, as ``references`` gives it of an event.

    ``log`` has the target; of one that it does not have nothing is known to be a name.
    """
    target = log.get(correction.target)
    values: Any = {name: json.loads(text) for name, text in correction.set}
    while isinstance(target, kinds.RecordCorrected) and isinstance(values, dict):
        # A correction of a correction: what it sets are fields of the event that that one corrects.
        target, values = log.get(target.target), values.get("set")
    if target is not None and isinstance(values, dict):
        yield from _named_in({**values, "kind": target.kind})


def _named_in(plain: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The references in fields as they are in a file; a text that is no id is none."""
    from chronicle import codec  # only for corrections, so that other questions start without it

    for name, what, shape in kinds.reference_fields(plain["kind"]):
        found = _texts_in(plain.get(kinds.plain_name(name)), shape)
        yield from ((name, what, each) for each in found if isinstance(each, str) and codec.is_id(each))
    effects = plain.get("effects")
    for effect in effects if isinstance(effects, list) else ():
        if isinstance(effect, dict) and effect.get("kind") in kinds.KINDS:
            yield from _named_in(effect)


def _texts_in(value: object, shape: str) -> Iterable[object]:
    """The items of a value of a field of this shape that are ids."""
    if shape == "one":
        return (value,)
    if isinstance(value, dict):
        return (*value, *(value.values() if shape == "pairs" else ()))
    return value if isinstance(value, list) else ()


@define
class Named:
    """The ids of the entities and deals that events name, collected while a history grows.

    ``before`` has those of earlier events by ``"entity"`` and ``"deal"``, sorted, where these were collected
    before.
    """

    entities: set[str] = field(factory=set)
    deals: set[str] = field(factory=set)
    before: Mapping[str, Collection[str]] = field(factory=dict)

    def note(self, events: Sequence[Event], log: EventLog) -> None:
        """Add what ``events``, the last ones of ``log``, name, and what is named by their corrections."""
        by_kind: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_kind[event.kind].append(event)
        for kind, some in by_kind.items():
            self.entities.update(chain.from_iterable(map(kinds.own_entities_of(kind), some)))
            self.deals.update(event.deal for event in some if event.deal is not None)
            with_effects = some if hasattr(some[0], "effects") else ()
            for effect in chain.from_iterable(event.effects or () for event in with_effects):  # type: ignore[attr-defined]
                self.entities.update(name for _, what, name in kinds.references(effect) if what == "entity")
        for event in by_kind[kinds.RecordCorrected.kind]:
            self._note_correction(cast("RecordCorrected", event), log)
        if len(events) < len(log):
            # A correction may have been there before the event that it corrects.
            for other in log.with_statements_of(event.id for event in events):
                if isinstance(other, kinds.RecordCorrected):
                    self._note_correction(other, log)

    def _note_correction(self, correction: RecordCorrected, log: EventLog) -> None:
        for _, what, identifier in named_by_correction(correction, log):
            if what != "event":
                self._new(what).add(identifier)

    def has(self, what: str, identifier: str) -> bool:
        """Whether some event names an ``"entity"`` or a ``"deal"`` of this id."""
        return identifier in self._new(what) or identifier in self.before.get(what, ())

    def in_order(self, what: str) -> tuple[str, ...]:
        """All ids of one sort, ``"entity"`` or ``"deal"``, sorted."""
        new, before = self._new(what), self.before.get(what, ())
        return tuple(sorted({*before, *new}) if new else before)

    def count(self, what: str) -> int:
        """How many ids of one sort there are."""
        return len(self.before.get(what, ())) + len(self.added(what))

    def added(self, what: str) -> list[str]:
        """The ids of one sort that are not among those of ``before``, sorted."""
        before = self.before.get(what, ())
        return sorted(each for each in self._new(what) if each not in before)

    def _new(self, what: str) -> set[str]:
        return self.entities if what == "entity" else self.deals


def unknown_names(events: Iterable[Event], named: Named) -> tuple[Problem, ...]:
    """A problem, once, for each name in ``events`` that neither they introduce nor ``named`` has.

    C204 for an entity, C208 for a deal, with a suggestion for the first few.
    """
    events = tuple(events)
    new: Mapping[str, set[str]] = {"entity": set(), "deal": set()}
    for event in events:
        for what, identifier in brought_in(event):
            new[what].add(identifier)
    missing: dict[tuple[str, str], list[str]] = {}
    for event in events:
        for _, what, identifier in kinds.references(event):
            if what in new and identifier not in new[what] and not named.has(what, identifier):
                missing.setdefault((what, identifier), []).append(event.id)
    return tuple(
        unknown(
            what,
            identifier,
            (*named.in_order(what), *new[what]) if rank < _MOST_HELP else (),
            tuple(dict.fromkeys(by)),
        )
        for rank, ((what, identifier), by) in enumerate(missing.items())
    )


def unknown(what: str, identifier: str, known: Iterable[str], events: tuple[str, ...] = ()) -> Problem:
    """The problem of a name that does not exist, with the nearest of ``known`` as help, if there is one."""
    code, message, otherwise = UNKNOWN[what]
    near = nearest(identifier, known)
    help = f"did you mean {near}?" if near else otherwise
    return Problem(code, f'{message} "{identifier}"', help=help, events=events)


# A search for the nearest of many ids is slow, and a hundred unknown names are not misspellings.
_MOST_HELP: Final = 5

UNKNOWN: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "entity": ("C204", "unknown entity", "declare it under `entities:` with id, name and type"),
        "deal": ("C208", "unknown deal", "add the deal.proposed or deal.agreed that starts it"),
        "event": ("C213", "unknown event", "name the id of the event that is corrected or retracted"),
    }
)
"""By what is referred to: the code, the message, and the help where no name is similar."""
