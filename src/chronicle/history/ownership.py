"""What changed in who owns and controls whom through others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Self

from chronicle.dates import Day, Moment
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.history.over_days import QuestionsOverDays

if TYPE_CHECKING:
    from chronicle.engine.diff.through_others import ThroughOthers


class OwnershipQuestions(QuestionsOverDays):
    """The questions that can be asked of events, and that for what changed through others."""

    @paused_collector()
    def diff_through_others(
        self,
        first: Day,
        second: Day,
        *,
        entity: str | None = None,
        known: tuple[Day | None, Day | None] = (None, None),
        recorded: Moment | None = None,
        what_if: Self | None = None,
    ) -> ThroughOthers:
        """What changed from ``first`` to ``second`` in what is owned and controlled through others.

        It takes and raises what ``diff`` does, whose events it names. ``complete`` is false where so many
        entities hang together that not all were compared; then ask for one entity.
        """
        from chronicle.engine.diff import difference
        from chronicle.engine.diff.through_others import changed_through_others

        second_side = self if what_if is None else what_if
        before, after = self.as_of(first, known[0], recorded), second_side.as_of(second, known[1], recorded)
        ties: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        learned = self._learned(known, recorded, second_side)
        for each in difference(before, after, learned, only=(views.HOLDINGS, views.CONTROL, views.UNITS)):
            if each.view == views.UNITS:
                for fact in (*each.before, *each.after):
                    ties[fact.key[1], fact.key[0]] += each.events
            else:
                ties[each.key[0], each.key[1]] += each.events
        one = None
        if entity is not None:
            one = second_side.resolver(known[1], recorded).entity(entity, after.as_of)
        return changed_through_others(before, after, ties, one)
