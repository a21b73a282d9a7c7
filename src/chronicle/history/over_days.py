"""The states of many days at once, for data frames."""

from __future__ import annotations

from chronicle.dates import Day, Period, as_date, as_day, ends_between
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state import State
from chronicle.engine.tables import Table, table_over_days
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
        days = ends_between(first, last, every)
        empty = _table(self.as_of(last, known), view)
        return table_over_days(empty, ((day, _table(self.as_of(day, known), view)) for day in days))


def _table(state: State, view: str) -> Table:
    """The facts of a view on a day, with names; holdings, units and deals as their own tables have them."""
    if view == views.HOLDINGS:
        return state.holdings_table()
    if view == views.UNITS:
        return state.units_table()
    return state.deals_table() if view == views.DEALS else state.table(view, names=True)
