"""What changed between two states, and by which events; typed by view, for programs.

The two states may be of two days by the same knowledge (what changed in the world), or of one day by two
days of knowledge (what changed in what is known of it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
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
    """One subject whose facts are not the same in two states.

    ``key`` is what it is about; ``before`` and ``after`` are the facts about it: none where there is no
    value, several where it is uncertain which holds. ``events`` are the ids of the events that made the
    difference: those behind ``after`` that were not behind ``before``, and those that ended ``before``.
    """

    view: str
    key: Key
    before: tuple[Fact, ...]
    after: tuple[Fact, ...]
    events: tuple[str, ...]

    @property
    def how(self) -> How:
        """Whether it began, ended, changed its value, or only became more or less certain."""
        if not self.before:
            return "began"
        if not self.after:
            return "ended"
        if _values(self.before) != _values(self.after):
            return "changed"
        return "surer" if all(fact.certain for fact in self.after) else "less sure"

    def names(self, entity: str) -> bool:
        """Whether one of the facts names an entity, by its id, in its key or its value."""
        return any(
            entity in views.view_of(fact.view).named(fact.key, fact.value)
            for fact in (*self.before, *self.after)
        )


class StakeChanged(Difference):
    """A holding: ``key`` is (holder, target, right)."""


class UnitMoved(Difference):
    """A business unit has another owner, its first owner or none any more: ``key`` is (unit,)."""


class DealAdvanced(Difference):
    """A deal has reached another stage: ``key`` is (deal,)."""


class Renamed(Difference):
    """An entity has another name: ``key`` is (entity,)."""


class StatusChanged(Difference):
    """An entity was founded, became insolvent, was dissolved or reinstated: ``key`` is (entity,)."""


class Identified(Difference):
    """An identifier began or ended: ``key`` is (entity, scheme, value)."""


class Succeeded(Difference):
    """A succession began or ended: ``key`` is (predecessor, successor)."""


class Listed(Difference):
    """A listing began or ended: ``key`` is (entity, exchange)."""


class ControlChanged(Difference):
    """Control began or ended, or has another stated share: ``key`` is (controller, target, basis)."""


class SharesCounted(Difference):
    """The number of shares in issue changed: ``key`` is (issuer,)."""


class RoleChanged(Difference):
    """A person took or left a role: ``key`` is (person, entity, role)."""


class PartnershipChanged(Difference):
    """A partnership began or ended: ``key`` is (together, subject)."""


class Released(Difference):
    """A release of a project began or ended: ``key`` is (project, where)."""


class MembershipChanged(Difference):
    """An entity joined or left a group: ``key`` is (entity, group)."""


def _type(name: str) -> type[Difference]:
    """The class of this name: one of the above, or one that is made for a view that needs only the name."""
    shipped: list[type[Difference]] = [Difference, *Difference.__subclasses__()]
    found = next((each for each in shipped if each.__name__ == name), None)
    return found or type(name, (Difference,), {"__module__": __name__})


DIFFERENCES: Mapping[str, type[Difference]] = MappingProxyType(
    {view.name: _type(view.difference) for view in views.VIEWS.values()}
)
"""The class of the differences of each view; a view of your own has plain ``Difference``."""


def difference(
    before: State,
    after: State,
    reasons: Mapping[str, Sequence[str]] = MappingProxyType({}),
    entity: str | None = None,
    only: Collection[str] | None = None,
) -> tuple[Difference, ...]:
    """All differences of ``after`` from ``before``, view by view, in order of key.

    With ``entity``, an id, only those that name it, and with ``only`` those of some views, for which nothing
    else is looked at.

    ``reasons`` maps the id of an event to those of its corrections and retractions that became known between
    the two days of knowledge: such a change comes from what is known, not from the day.
    """
    with paused_collector():
        if entity is None:
            first, second = _by_subject(before, only), _by_subject(after, only)
        else:
            subjects = _subjects_of(entity, before, after)
            first, second = _of_subjects(before, subjects), _of_subjects(after, subjects)
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


def _by_subject(state: State, only: Collection[str] | None) -> Mapping[tuple[str, Key], Sequence[Fact]]:
    subjects: defaultdict[tuple[str, Key], list[Fact]] = defaultdict(list)
    chosen = (state.view(view) for view in state.views if only is None or view in only)
    for fact in chain.from_iterable(chosen):
        subjects[_subject(fact)].append(fact)
    return subjects


def _subject(fact: Fact) -> tuple[str, Key]:
    span = fact.span
    return span.view, span.key[: views.view_of(span.view).about]


def _subjects_of(entity: str, *states: State) -> set[tuple[str, Key]]:
    """The subjects of which some fact of some state names an entity."""
    return {_subject(fact) for state in states for view in state.views for fact in state.naming(view, entity)}


def _of_subjects(
    state: State, subjects: Iterable[tuple[str, Key]]
) -> Mapping[tuple[str, Key], Sequence[Fact]]:
    found = {(view, key): state.of_subject(view, key) for view, key in subjects}
    return {subject: facts for subject, facts in found.items() if facts}


def _same(before: Sequence[Fact], after: Sequence[Fact]) -> bool:
    """Whether both sides have the same answers. Two states of one ledger mostly share the same spans."""
    if len(before) != len(after):
        return False
    if all(
        one.span is two.span and one.certain == two.certain for one, two in zip(before, after, strict=True)
    ):
        return True
    return _surely(before) == _surely(after)


def _causes(
    before: Sequence[Fact],
    after: Sequence[Fact],
    states: tuple[State, State],
    reasons: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    old = dict.fromkeys(event for fact in before for event in fact.events)
    new = dict.fromkeys(event for fact in after for event in fact.events)
    found = [event for event in new if event not in old]
    # By the later state: the end of a value may have become known between the two.
    found += [event for fact in before for event in states[1].ended_by(fact.view, fact.key)[-1:]]
    # What ended a value in the earlier state may not end it in the later one.
    undone = [event for fact in after for event in states[0].ended_by(fact.view, fact.key)] if reasons else []
    found += [reason for event in (*old, *new, *undone) for reason in reasons.get(event, ())]
    # If the later state only lacks events, those made the difference. Where the same events are behind both
    # sides, only the windows of their dates distinguish the days.
    found = found or [event for event in old if event not in new]
    return tuple(dict.fromkeys(found or _events_of_unmatched(before, after)))


def _events_of_unmatched(before: Sequence[Fact], after: Sequence[Fact]) -> list[str]:
    """Ids of the events that made the facts to which the other side has no equal."""
    first, second = _answers(before), _answers(after)
    apart = [fact for fact, answer in zip(before, first, strict=True) if answer not in second]
    apart += [fact for fact, answer in zip(after, second, strict=True) if answer not in first]
    return [fact.events[-1] for fact in apart]


def _answers(facts: Iterable[Fact]) -> list[tuple[object, ...]]:
    return [(fact.key, fact.value, fact.certain) for fact in facts]


def _surely(facts: Iterable[Fact]) -> dict[tuple[object, ...], bool]:
    """Each answer once, and whether it is certain by any of the facts that give it."""
    found: dict[tuple[object, ...], bool] = {}
    for fact in facts:
        said = fact.key, fact.value
        found[said] = fact.certain or found.get(said, False)
    return found


def _values(facts: Iterable[Fact]) -> list[tuple[object, ...]]:
    return [(fact.key, fact.value) for fact in facts]
