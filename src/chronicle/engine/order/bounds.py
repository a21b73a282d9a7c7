"""What a group of events leaves in a cell: which values are possible on which days, and which are certain."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from attrs import define

from chronicle.dates import FOREVER
from chronicle.engine.order.component import DOUBTED, LIVE, OpenDoubt, said
from chronicle.engine.order.course import Course, Stretch, as_date, runs_of, stretches_of, surely
from chronicle.engine.order.deciding import Deciding
from chronicle.engine.order.search import Arrangement, Found, Search
from chronicle.engine.order.touching import ANNOUNCED
from chronicle.engine.replay import GOES_ON, Bounds, Cell, Change, Guess, Nothing, Other, Replay, doubts_in
from chronicle.events import Event


def bases_of(running: Replay, kept: Sequence[Arrangement]) -> dict[Cell, Any]:
    """The values before the group of the cells that some best order changes, or makes doubtful."""
    cells = dict.fromkeys(
        cell[1] if cell[0] == DOUBTED else cell
        for node in kept
        for cell in node.overlay
        if cell[0] not in (LIVE, ANNOUNCED)
    )
    return {cell: running.before.get(*cell) for cell in cells}


_event_of = attrgetter("event")


@define
class Left:
    """The values that a group leaves in one cell: by the order of replay, and by the other best orders."""

    running: Replay
    search: Search
    found: Found
    cell: Cell
    base: Any
    doubts: frozenset[OpenDoubt]
    made: list[int]
    order: tuple[str, ...]
    # The other values of the cell by a guess before the group: empty once the group set the cell outright,
    # None if no such guess was involved.
    earlier: tuple[Any, ...] | None = None

    def in_node(self, node: Arrangement) -> tuple[Any, bool]:
        """The value of the cell in a node, and whether it is in doubt."""
        return node.overlay.get(self.cell, self.base), bool(self._doubts(node))

    def _doubts(self, node: Arrangement) -> frozenset[OpenDoubt]:
        found: frozenset[OpenDoubt] = node.overlay.get((DOUBTED, self.cell), self.doubts)
        return found

    def bound(self, course: Course) -> None:
        """Bound every possible value by a stretch of the course."""
        view, key = self.cell
        log = self.running.changes.cells[view].get(key, [])
        if not log:
            self._absent(course)
            return
        runs = [index for index in self.made if log[index].operation not in GOES_ON]
        standing = log[runs[-1]].value if runs else self.base
        finals = list(dict.fromkeys(node.overlay.get(self.cell, self.base) for node in self.found.best))
        told = len(self.running.changes.others[self.cell])
        self._assign(course, log, runs, standing)
        self._note_nothing(course, log)
        others = tuple(value for value in finals if said(value) != said(standing))
        if others:
            concerned = Deciding(self.search, self.found, self.cell, self.base).concerned(self.order)
            self.running.guesses.append(Guess(view, key, concerned))
        if self.earlier is not None:
            self._rest_on_earlier(course, runs, told)
            others = (*others, *(value for value in self.earlier if value not in others))
        if others:
            self.running.doubtful[self.cell] = others
        else:
            self.running.doubtful.pop(self.cell, None)
        if self.search.doubting:
            self._leave_doubts(log)

    def _leave_doubts(self, log: list[Change]) -> None:
        """Note the doubts that only another best order leaves about the value."""
        last = log[-1]
        if last.value is None:
            return
        known = {doubt.made_from for doubt in self.running.changes.open_doubts(self.cell)}
        for doubt in sorted({each for node in self.found.best for each in self._doubts(node)}, key=_event_of):
            if doubt.made_from not in known:
                known.add(doubt.made_from)
                change = last._replace(operation="doubt", window=doubt.window, event=doubt.event)
                log.append(change._replace(made_from=doubt.made_from))
                self.running.changes.doubted.add(self.cell)

    def _rest_on_earlier(self, course: Course, runs: Sequence[int], told: int) -> None:
        """Make the values of the group possible only, after a guess before it, up to where it sets the cell.

        ``told`` is the number of other values that the cell had before the group.
        """
        bounds, others = self.running.changes.bounds[self.cell], self.running.changes.others[self.cell]
        for index in runs if self.earlier else runs[:-1]:
            bounds[index] = bounds.get(index, Bounds())._replace(certain_until=datetime.date.min)
        if runs and not self.earlier:
            outright = as_date(course[-1].day)
            last = bounds.get(runs[-1], Bounds())
            sure = max(last.certain_from or outright, outright)
            bounds[runs[-1]] = last._replace(certain_from=sure)
        others[told:] = [
            each._replace(bounds=each.bounds._replace(certain_until=datetime.date.min))
            for each in others[told:]
        ]

    def _note_nothing(self, course: Course, log: list[Change]) -> None:
        """Note when the cell may be empty, but not the time before the group and before the first value."""
        for low, high in runs_of([place for place, each in enumerate(course) if None in each.values]):
            if low or high < len(course) or any(len(each.values) > 1 for each in course):
                until = None if high == len(course) else self._day(course, high)
                times = Nothing(as_date(course[low].day), until, not low, high == len(course))
                if low or until is None or not self._begins(log, until):
                    self.running.changes.nothing[self.cell].append(times)

    def _begins(self, log: list[Change], until: datetime.date) -> bool:
        """Whether the first value that the cell ever has may not have begun up to a day, by its own window.

        That it may be empty until then is known without a word, as it is where no order is in doubt.
        """
        if 0 not in self.made or self.running.changes.others[self.cell]:
            return False
        bounds = self.running.changes.bounds[self.cell].get(0)
        certain = None if bounds is None else bounds.certain_from
        return until <= (certain or log[0].window.latest)

    def _absent(self, course: Course) -> None:
        """Bound a cell without changes that another best order fills: it needs a log of changes."""
        view, key = self.cell
        value = next((value for each in course for value in each.values if value is not None), None)
        if value is None:
            return
        event = self._makers(value)[-1]
        self.running.changes.cells[view][key] = [Change(view, key, "end", None, event.date, event.id)]
        if view in self.running.before.appeared:
            self.running.before.appeared[view].append(key)
        self.bound(course)

    def _assign(self, course: Course, log: list[Change], runs: list[int], standing: Any) -> None:
        stretches = stretches_of(course)
        free = list(runs)
        end = len(course)
        if self.base is not None and stretches:
            stretches = self._end_base(course, log, stretches, bool(runs))
        ending = (each for each in reversed(stretches) if each.high == end)
        last = next((each for each in ending if said(each.value) == said(standing)), None)
        if last is not None and runs:
            stretches.remove(last)
            for index in self._divide(course, log, self._of_value(log, runs, last), last):
                free.remove(index)
        for place, stretch in enumerate(stretches):
            later = [each for each in stretches[place + 1 :] if each.high < end]
            own = [] if stretch.high == end else self._runs_of(course, log, free, stretch, later)
            if not own:
                self._add_other(course, log, stretch)
            for index in self._divide(course, log, own, stretch) if own else ():
                free.remove(index)
        for index in free:
            day = as_date(course[-1].day)
            self.running.changes.bounds[self.cell][index] = Bounds(day, day, datetime.date.min, day)

    def _end_base(
        self, course: Course, log: list[Change], stretches: list[Stretch], changed: bool
    ) -> list[Stretch]:
        """Bound the end of the value before the group, and give the remaining stretches."""
        before = min(self.made, default=len(log)) - 1
        while before > 0 and log[before].operation in GOES_ON:
            before -= 1
        own = next((each for each in stretches if each.value == self.base and each.low == 0), None)
        if own is None:
            first = as_date(course[0].day)
            self._cut(before, first, first)
            return stretches
        rest = [each for each in stretches if each is not own]
        self._doubt_base(course, log, before, own)
        sure = next((place for place in range(own.high) if len(course[place].values) > 1), None)
        goes_on = own.high == len(course)
        if sure is not None and (goes_on or self._bringing_back(log)):
            # It may stand again: that is another span, and none begins before the event that begins it.
            day = self._day(course, sure)
            self._cut(before, day, max(day, self._begins_again(log, day)) if changed else day)
            rest.append(Stretch(own.value, sure, own.high, surely(course, range(sure, own.high))))
        elif not goes_on:
            self._cut(
                before, self._day(course, own.high if sure is None else sure), self._day(course, own.high)
            )
        elif changed:
            day = self._begins_again(log, as_date(self.search.first_of(log[max(self.made)].event)))
            self._cut(before, day, day)
            rest.append(own)
        return rest

    def _doubt_base(self, course: Course, log: list[Change], before: int, own: Stretch) -> None:
        """Cut the certainty of the value before the group where only another best order makes it doubtful."""
        following = next((index for index in self.made if log[index].operation not in GOES_ON), len(log))
        told = doubts_in(log[:following])
        for place in range(1, own.high):
            low, high = (
                course[place].day,
                course[place + 1].day - 1 if place + 1 < len(course) else FOREVER.toordinal(),
            )
            if course[place].doubted and not any(
                each.on(as_date(low)) and each.on(as_date(high)) for each in told
            ):
                bounds = self.running.changes.bounds[self.cell]
                bounds[before] = bounds.get(before, Bounds())._replace(certain_until=as_date(low))
                return

    def _cut(self, index: int, certain: datetime.date, possible: datetime.date | None) -> None:
        bounds = self.running.changes.bounds[self.cell]
        old = bounds.get(index, Bounds())
        until = certain if old.certain_until is None else min(certain, old.certain_until)
        bounds[index] = old._replace(certain_until=until, possible_until=possible)

    def _begins_again(self, log: Sequence[Change], day: datetime.date) -> datetime.date:
        """The first day on which the group may bring back what stood before; ``day`` if it never does."""
        own = (as_date(self.search.first_of(log[index].event)) for index in self._bringing_back(log))
        return min(own, default=day)

    def _bringing_back(self, log: Sequence[Change]) -> list[int]:
        """The changes of the group that make what stood before it."""
        again = (index for index in self.made if said(log[index].value) == said(self.base))
        return [index for index in again if log[index].operation not in GOES_ON]

    def _of_value(self, log: Sequence[Change], runs: Sequence[int], stretch: Stretch) -> list[int]:
        """Those of some changes that make the value of a stretch."""
        return [index for index in runs if said(log[index].value) == said(stretch.value)]

    def _runs_of(
        self,
        course: Course,
        log: Sequence[Change],
        free: Sequence[int],
        stretch: Stretch,
        later: Sequence[Stretch],
    ) -> list[int]:
        """The changes that made the value of a stretch with an end: all that can, but one for each later one.

        What ended and began again in one day leaves one stretch of days, though it has two beginnings.
        """
        same = self._of_value(log, free, stretch)
        kept = sum(1 for each in later if said(each.value) == said(stretch.value))
        high = self._day(course, stretch.high)
        own = [index for index in same if as_date(self.search.first_of(log[index].event)) < high]
        return own[: max(1, len(same) - kept)] or same[:1]

    def _divide(
        self, course: Course, log: Sequence[Change], same: Sequence[int], stretch: Stretch
    ) -> list[int]:
        """Divide a stretch among the changes to its value, and give the indexes of those that have a part.

        If the value before the group is possible throughout, it stands until the group restores it, and each
        change holds from its own first day on; otherwise the first holds from the beginning of the stretch.
        """
        low = as_date(course[stretch.low].day)
        days = [max(low, as_date(self.search.first_of(log[index].event))) for index in same]
        if said(stretch.value) != said(self.base) or not all(self.base in each.values for each in course):
            days[0] = low
        end = None if stretch.high == len(course) else self._day(course, stretch.high)
        bounds = self.running.changes.bounds[self.cell]
        shared: list[int] = []
        for place, (index, day) in enumerate(zip(same, days, strict=True)):
            until = min(days[place + 1 :], default=end)
            if until is None or day < until:
                bounds[index] = self._between(course, stretch, day, until)
                shared.append(index)
        return shared

    def _between(
        self, course: Course, stretch: Stretch, low: datetime.date, high: datetime.date | None
    ) -> Bounds:
        """The bounds of the part of a stretch from a day to another, exclusive (None: without an end)."""
        alone = [place for place in range(stretch.low, stretch.high) if course[place].sure]
        sure: list[tuple[datetime.date, datetime.date | None]] = []
        for first, end in runs_of(alone):
            begin = max(low, self._day(course, first))
            until = high if end == len(course) else self._day(course, end)
            until = until if high is None else min(high, until or high)
            if until is None or begin < until:
                sure.append((begin, until))
        if not sure:
            # It has begun for certain where it is the only value, though it may be in doubt from then on.
            places = range(stretch.low, stretch.high)
            only = next((place for place in places if len(course[place].values) == 1), None)
            begun = low if only is None else max(low, as_date(course[only].day))
            return Bounds(low, begun, datetime.date.min, high)
        begin, until = max(sure, key=lambda run: (run[1] or FOREVER) - run[0])
        return Bounds(low, begin, until, high)

    def _days_of(
        self, course: Course, stretch: Stretch
    ) -> tuple[datetime.date, datetime.date, datetime.date]:
        """From when a value is possible, and from when until when it is certain."""
        low = as_date(course[stretch.low].day)
        if stretch.sure is None:
            return low, low, datetime.date.min
        return low, as_date(course[stretch.sure[0]].day), self._day(course, stretch.sure[1])

    def _day(self, course: Course, place: int) -> datetime.date:
        return as_date(course[place].day) if place < len(course) else FOREVER

    def _add_other(self, course: Course, log: Sequence[Change], stretch: Stretch) -> None:
        makers = self._makers(stretch.value)
        low, certain, until = self._days_of(course, stretch)
        open_end = stretch.high == len(course)
        sure = stretch.sure is not None and open_end and stretch.sure[1] == len(course)
        before = min(self.made, default=len(log)) - 1
        past = (
            self.running.changes.events(*self.cell, before) if self.base is not None and before >= 0 else ()
        )
        events = tuple(dict.fromkeys((*past, *(event.id for event in makers))))
        self.running.changes.others[self.cell].append(
            Other(
                len(log) - 1,
                stretch.value,
                makers[-1].date if makers else log[before].window,
                events,
                Bounds(
                    low,
                    certain,
                    None if sure else until,
                    None if open_end else self._day(course, stretch.high),
                ),
            )
        )

    def _makers(self, value: Any) -> list[Event]:
        """The events by which some best order arrives at a value, in order."""
        plan, members = self.search.plan, self.search.members
        for node in self.found.kept():
            if node.overlay.get(self.cell, self.base) != value or not node.ways:
                continue
            makers: list[Event] = []
            after = node
            while after.ways:
                before, place = after.ways[0]
                if before.overlay.get(self.cell, self.base) != after.overlay.get(self.cell, self.base):
                    makers.append(plan.natural[members[place]])
                after = before
            if makers:
                return makers[::-1]
        return []
