"""What changed between two states, and by which events. Typed, so that a program can tell what is what.

Two states may be of two days by the same knowledge (what changed in the world), or of one day by two
days of knowledge (what changed in what we know of it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from attrs import frozen

from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Key
from chronicle.engine.state import Fact, State

How = Literal["began", "ended", "changed", "surer", "less sure"]


@frozen
class Difference:
    """One thing that is not the same in two states.

    ``key`` is what it is about; ``before`` and ``after`` are the facts about it, none where there is
    nothing, several where the day is not sure. ``events`` are the ids of the events that made the
    difference: those behind ``after`` that were not behind ``before``, and those that ended ``before``.
    """

    view: str
    key: Key
    before: tuple[Fact, ...]
    after: tuple[Fact, ...]
    events: tuple[str, ...]

    @property
    def how(self) -> How:
        """Whether it began, ended, changed, or only became surer or less sure."""
        if not self.before:
            return "began"
        if not self.after:
            return "ended"
        if _values(self.before) != _values(self.after):
            return "changed"
        return "surer" if all(fact.certain for fact in self.after) else "less sure"

    def names(self, entity: str) -> bool:
        """Whether the key or one of the facts names an entity, by its id."""
        return entity in self.key or any(
            entity in views.view_of(fact.view).named(fact.key, fact.value)
            for fact in (*self.before, *self.after)
        )


class StakeChanged(Difference):
    """A holding: ``key`` is (holder, target, right)."""


class UnitMoved(Difference):
    """A business unit has another owner, a first or a last one: ``key`` is (unit,)."""


class DealAdvanced(Difference):
    """A deal has reached another stage: ``key`` is (deal,)."""


class Renamed(Difference):
    """An entity goes by another name: ``key`` is (entity,)."""


class StatusChanged(Difference):
    """An entity was founded, became insolvent, was dissolved or reinstated: ``key`` is (entity,)."""


class Identified(Difference):
    """An identifier began or ended: ``key`` is (entity, scheme, value)."""


class Succeeded(Difference):
    """An entity came out of another: ``key`` is (predecessor, successor)."""


class Listed(Difference):
    """A listing began or ended: ``key`` is (entity, exchange)."""


class ControlChanged(Difference):
    """Control began or ended: ``key`` is (controller, target, basis)."""


class SharesCounted(Difference):
    """The number of shares in issue changed: ``key`` is (issuer,)."""


class RoleChanged(Difference):
    """A person took or left a role: ``key`` is (person, entity, role)."""


class PartnershipChanged(Difference):
    """A partnership began or ended: ``key`` is (together, subject)."""


class Released(Difference):
    """A project came out: ``key`` is (project, where)."""


class MembershipChanged(Difference):
    """An entity joined or left a group: ``key`` is (entity, group)."""


def _type(name: str) -> type[Difference]:
    """The type of this name: one of these, or one made for a view that needs no more than the name."""
    shipped: list[type[Difference]] = [Difference, *Difference.__subclasses__()]
    found = next((each for each in shipped if each.__name__ == name), None)
    return found or type(name, (Difference,), {"__module__": __name__})


DIFFERENCES: Mapping[str, type[Difference]] = MappingProxyType(
    {view.name: _type(view.difference) for view in views.VIEWS.values()}
)
"""The type of the differences of each view; one of a view of your own is a plain ``Difference``."""


def difference(
    before: State, after: State, reasons: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> tuple[Difference, ...]:
    """Everything that is not the same in ``after`` as in ``before``, view by view, in order of key.

    ``reasons`` maps the id of an event to those of the corrections and retractions of it that became
    known from the one day of knowledge to the other: they make a difference that no day makes.
    """
    with paused_collector():
        first, second = _by_subject(before), _by_subject(after)
        changed = [
            subject
            for subject in {**first, **second}
            if not _same(first.get(subject, ()), second.get(subject, ()))
        ]
        views_in_order = {view: rank for rank, view in enumerate((*before.views, *after.views))}
        changed.sort(key=lambda subject: (views_in_order[subject[0]], subject[1]))
        return tuple(
            _differing(subject, first.get(subject, ()), second.get(subject, ()), (before, after), reasons)
            for subject in changed
        )


def _differing(
    subject: tuple[str, Key],
    before: Sequence[Fact],
    after: Sequence[Fact],
    states: tuple[State, State],
    reasons: Mapping[str, Sequence[str]],
) -> Difference:
    view, key = subject
    causes = _causes(before, after, states, reasons)
    return DIFFERENCES.get(view, Difference)(view, key, tuple(before), tuple(after), causes)


def _by_subject(state: State) -> Mapping[tuple[str, Key], Sequence[Fact]]:
    subjects: defaultdict[tuple[str, Key], list[Fact]] = defaultdict(list)
    for fact in state.facts():
        span = fact.span
        subjects[span.view, span.key[: views.view_of(span.view).about]].append(fact)
    return subjects


def _same(before: Sequence[Fact], after: Sequence[Fact]) -> bool:
    """Whether two sides answer the same. Two states of one ledger mostly share their very spans."""
    if len(before) != len(after):
        return False
    if all(
        one.span is two.span and one.certain == two.certain for one, two in zip(before, after, strict=True)
    ):
        return True
    return _answers(before) == _answers(after)


def _causes(
    before: Sequence[Fact],
    after: Sequence[Fact],
    states: tuple[State, State],
    reasons: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    old = dict.fromkeys(event for fact in before for event in fact.events)
    new = dict.fromkeys(event for fact in after for event in fact.events)
    found = [event for event in new if event not in old]
    # As the later state has it: what ended a value may have become known between the two.
    found += [event for fact in before for event in states[1].ended_by(fact.view, fact.key)[-1:]]
    # What was said to have ended a value may turn out not to have.
    undone = [event for fact in after for event in states[0].ended_by(fact.view, fact.key)] if reasons else []
    found += [reason for event in (*old, *new, *undone) for reason in reasons.get(event, ())]
    # Looking back, what made the difference is what is not there any more. Where the very same events
    # are behind both sides, only the windows of their dates tell the days apart.
    found = found or [event for event in old if event not in new]
    return tuple(dict.fromkeys(found or _last_events(before, after)))


def _last_events(before: Sequence[Fact], after: Sequence[Fact]) -> list[str]:
    """Ids of the events that made the facts of which the other side has none that is equal."""
    first, second = _answers(before), _answers(after)
    apart = [fact for fact, answer in zip(before, first, strict=True) if answer not in second]
    apart += [fact for fact, answer in zip(after, second, strict=True) if answer not in first]
    return [fact.events[-1] for fact in apart]


def _answers(facts: Iterable[Fact]) -> list[tuple[object, ...]]:
    return [(fact.key, fact.value, fact.certain) for fact in facts]


def _values(facts: Iterable[Fact]) -> list[tuple[object, ...]]:
    return [(fact.key, fact.value) for fact in facts]
