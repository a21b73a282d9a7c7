"""The states of many days at once, for data frames."""

from __future__ import annotations

from functools import partial

from chronicle.dates import Day, Period, as_date, as_day, ends_between
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.tables import Table
from chronicle.history.questions import Questions


class QuestionsOverDays(Questions):
    """The questions that can be asked of events, and what was so on each of many days."""

    @paused_collector()
    def states(
        self,
        start: Day,
        end: Day,
        every: Period = "M",
        *,
        view: str = views.HOLDINGS,
        known: Day | None = None,
    ) -> Table:
        """What was so at the end of each month from ``start`` to ``end``, both inclusive, as one table.

        A row for each holding, or fact of another ``view``, of each day, as ``as_of(day)`` gives it, with the
        ``day`` in front and names last. ``every`` is ``"D"`` for each day, ``"W"`` for each Sunday, ``"M"``,
        ``"Q"`` or ``"Y"`` for the last day of each month, quarter or year. A partial date begins with its
        first day and ends with its last. Raises ``UsageError`` for another period (C211), and when no day
        lies between (C609); ``NotFound`` (C606) for an unknown view.
        """
        first, last = as_date(start).earliest, as_day(end)
        days = [*ends_between(first, last, every)]
        ledger = self.resolver(known).ledger
        from chronicle.engine.state.over_days import facts_over_days

        return facts_over_days(ledger, view, days, partial(self.as_of, known=known))
