"""Who owns whom where too many companies hang together for fractions: in floats, with proved bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from chronicle import ownership
from chronicle.engine.state.registers import RegisterOfDay
from chronicle.events import Right
from chronicle.values import Share

if TYPE_CHECKING:
    from chronicle.ownership import Owned
    from chronicle.ownership.register import Portfolio, Reached


class _Above(NamedTuple):
    """Of all shares above some companies: whether each is one number, and whether each is certainly held."""

    exact: bool
    certain: bool


class FloatsOfDay(RegisterOfDay):
    """Effective shares as narrow ranges in which the exact ones certainly lie, without chains and events."""

    __slots__ = ()

    def share_in_floats(self, holder: str, target: str, right: Right) -> Share:
        """What a holder has of a target, by ids.

        Raises ``Unbounded``, and ``UsageError`` (C740) without the extra ``scale``.
        """
        share = self.register(right).effective(holder, target).share
        return evolve(share, certain=self._above_all([target], right).certain)

    def owners_in_floats(self, target: str, right: Right) -> tuple[Owned, ...]:
        """All that a target belongs to at last. Raises as ``share_in_floats`` does."""
        found = self.register(right).ultimate_owners(target)
        above = self._above_all([target], right)
        owners = [_owned(each, above) for each in found]
        surely = {members for members, _ in found.nobody}
        closing = () if above.exact else self._may_close(target, right, surely)
        if found.not_known.most > 0:
            known = sum(owner.share.order[2] for owner in owners)
            least = found.not_known.least if above.exact else float(max(0, 1 - known))
            least = 0.0 if closing else least
            share = _between(min(least, found.not_known.least), found.not_known.most)
            owners.append(ownership.Owned(None, "not known", evolve(share, certain=above.certain)))
        owners += [
            ownership.Owned(None, "nobody", _between(part.least, part.most), loop=members)
            for members, part in found.nobody
            if part.most > 0
        ]
        most = float(max(0, 1 - sum(owner.share.order[0] for owner in owners)))
        owners += [ownership.Owned(None, "nobody", _between(0.0, most), loop=members) for members in closing]
        return tuple(owners)

    def _may_close(
        self, target: str, right: Right, surely: Collection[tuple[str, ...]]
    ) -> tuple[tuple[str, ...], ...]:
        """The loops above a target that may be closed, but for those that certainly are."""
        loops = ownership.closing_loops(self.graph_of(right).above([target]))
        return tuple(members for members in loops if members not in surely)

    def owned_in_floats(self, holder: str, right: Right) -> tuple[Owned, ...]:
        """Every company of which a holder has something at last. Raises as ``share_in_floats`` does."""
        found = self.register(right).owned_below(holder)
        if found.unbounded:
            raise ownership.Unbounded(found.unbounded[0])
        return self._owned(found, right)

    def finite_in_floats(self, holder: str, right: Right) -> tuple[tuple[Owned, ...], frozenset[str]]:
        """The same of those of which a finite share exists; and of which none does, by their ids."""
        found = self.register(right).owned_below(holder)
        return self._owned(found, right), frozenset(found.ids[place] for place in found.boundless)

    def _owned(self, found: Portfolio, right: Right) -> tuple[Owned, ...]:
        above = self._above_all((each.entity for each in found), right)
        return tuple(_owned(each, above) for each in found)

    def _above_all(self, targets: Iterable[str], right: Right) -> _Above:
        edges = [edge for held in self.graph_of(right).above(targets).values() for edge in held]
        return _Above(all(edge.exact for edge in edges), all(edge.certain for edge in edges))


def _owned(reached: Reached, above: _Above) -> Owned:
    """What was found in floats. Where every share is one number, the most is the least."""
    share = _between(reached.low.least, reached.low.most) if above.exact else reached.share
    return ownership.Owned(reached.entity, "owner", evolve(share, certain=above.certain))


def _between(least: float, most: float) -> Share:
    low = Fraction(max(0.0, least))
    return Share(low, max(low, Fraction(most)), approximate=True)
