"""What reaches an owner at last, exactly: the smallest solution of the equations of all companies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Final

from chronicle.ownership.components import strong_components
from chronicle.values import NOTHING, WHOLE

Weights = Mapping[str, Iterable[tuple[str, Fraction]]]
"""Of each company its holders, and which part of it each of them has."""

Rows = dict[str, dict[str, Fraction]]


class Unbounded(Exception):
    """That companies hold more of each other than the whole, so that no finite share exists."""

    def __init__(self, members: tuple[str, ...]) -> None:
        """``members`` are the ids of the companies of the loop."""
        super().__init__(", ".join(members))
        self.members = members


MOST_TOGETHER: Final = 150
"""Of so many companies on one loop fractions are computed, in seconds; of more it would take hours."""


class TooManyTogether(Exception):
    """That more companies hold shares of each other than fractions can be computed for."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} companies on one loop")
        self.count = count


def arriving(
    weights: Weights, owners: Collection[str], given: Mapping[str, Fraction] | None = None
) -> dict[str, Fraction]:
    """What of one unit of the profit of each company reaches ``owners`` at last, counted when it first does.

    The smallest solution, of which nothing is negative, of ``y(owner) = 1`` and
    ``y(t) = given(t) + sum of weight(k, t) * y(k)`` over the holders k of t. What goes around a loop and
    never leaves it reaches nobody. ``weights`` must have every company that stands in it as a holder. Raises
    ``Unbounded`` where no finite solution exists, ``TooManyTogether`` where it cannot be computed.
    """
    found: dict[str, Fraction] = dict.fromkeys(owners, WHOLE)
    columns = {
        company: [(holder, weight) for holder, weight in holders if weight]
        for company, holders in weights.items()
        if company not in found
    }
    alone = given or {}
    components = strong_components(
        columns, lambda company: (holder for holder, _ in columns[company] if holder in columns)
    )
    for component in components:
        if len(component) == 1:
            _one(component[0], columns, alone, found)
        else:
            _together(component, columns, alone, found)
    return found


def _one(
    company: str,
    columns: Mapping[str, list[tuple[str, Fraction]]],
    given: Mapping[str, Fraction],
    found: dict[str, Fraction],
) -> None:
    """The value of a company on no loop; it may hold shares of itself."""
    total, own = given.get(company, NOTHING), NOTHING
    for holder, weight in columns[company]:
        if holder == company:
            own += weight
        else:
            value = found[holder]
            if value:
                total += weight * value
    if total and own:
        if own >= WHOLE:
            raise Unbounded((company,))
        total /= WHOLE - own
    found[company] = total


def _together(
    component: list[str],
    columns: Mapping[str, list[tuple[str, Fraction]]],
    given: Mapping[str, Fraction],
    found: dict[str, Fraction],
) -> None:
    """The values of the companies of a loop, by elimination."""
    inside = frozenset(component)
    right = {company: given.get(company, NOTHING) for company in component}
    rows: Rows = {company: {company: WHOLE} for company in component}
    for company in component:
        row = rows[company]
        for holder, weight in columns[company]:
            if holder in inside:
                row[holder] = row.get(holder, NOTHING) - weight
            elif found[holder]:
                right[company] += weight * found[holder]
    if any(right.values()):
        if len(component) > MOST_TOGETHER:
            raise TooManyTogether(len(component))
        found.update(eliminated(rows, right))
    else:  # nothing comes in from outside: what such a loop holds of itself reaches nobody
        found.update(dict.fromkeys(component, NOTHING))


def eliminated(rows: Rows, right: dict[str, Fraction]) -> dict[str, Fraction]:
    """The solution of ``rows * y = right``; both are used up.

    ``rows`` is the unit matrix less one that has nothing below zero and in which all companies hang together.
    A solution with nothing below zero exists exactly if every pivot is positive, in any order of elimination
    on the diagonal (Berman and Plemmons, Nonnegative Matrices in the Mathematical Sciences, chapter 6).
    Raises ``Unbounded`` where none exists.
    """
    return _Elimination(rows, right).solution()


class _Elimination:
    """Equations of which one company after the other is taken out."""

    def __init__(self, rows: Rows, right: dict[str, Fraction]) -> None:
        self._rows, self._right = rows, right
        self._members = tuple(sorted(rows))
        # In the rows of which other companies each company stands.
        self._users: dict[str, set[str]] = {company: set() for company in rows}
        for company, row in rows.items():
            for other in row:
                if other != company:
                    self._users[other].add(company)

    def solution(self) -> dict[str, Fraction]:
        order: list[tuple[str, dict[str, Fraction]]] = []
        left = set(self._rows)
        while left:
            # The one that touches the fewest others, so that few entries are added.
            company = min(left, key=lambda each: (len(self._rows[each]) * len(self._users[each]), each))
            left.discard(company)
            order.append((company, self._taken_out(company)))
        values: dict[str, Fraction] = {}
        for company, row in reversed(order):
            known = sum((value * values[other] for other, value in row.items()), NOTHING)
            values[company] = self._right[company] - known
        return values

    def _taken_out(self, company: str) -> dict[str, Fraction]:
        """Take a company out of the rows of the others. Gives its own, as which it is one less that."""
        row = self._rows[company]
        pivot = row.pop(company)
        if pivot <= NOTHING:
            raise Unbounded(self._members)
        for other in row:
            self._users[other].discard(company)
        if pivot != WHOLE:
            row = {other: value / pivot for other, value in row.items()}
            self._right[company] /= pivot
        for user in self._users[company]:
            self._put(company, row, user)
        return row

    def _put(self, company: str, row: Mapping[str, Fraction], user: str) -> None:
        """Put what the row of a company says in its place in the row of ``user``."""
        changed = self._rows[user]
        factor = changed.pop(company)
        self._right[user] -= factor * self._right[company]
        for other, value in row.items():
            changed[other] = changed.get(other, NOTHING) - factor * value
            if other != user:
                self._users[other].add(user)
