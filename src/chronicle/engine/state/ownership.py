"""Who owns whom on the day, through others: effective shares, ultimate owners, groups of control, loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Final, get_args

from attrs import evolve

from chronicle import ownership
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state.in_floats import FloatsOfDay
from chronicle.errors import InvalidValue, Problem
from chronicle.events import Right
from chronicle.ownership.majority import MAJORITY
from chronicle.values import NOTHING, Share

if TYPE_CHECKING:
    from chronicle.engine.state.answers import Excess
    from chronicle.engine.state.facts import Fact
    from chronicle.engine.state.owners import Declared, Effective, Group, Owner
    from chronicle.ownership import Chain, Controlled, Loop, Owned


class OwnershipOfDay(FloatsOfDay):
    """Who owns whom on the day ``as_of``, by what was known on the day ``known``.

    Where a share on the way is a range, unknown or only possible, the answer lies between what can be.
    """

    __slots__ = ()

    @paused_collector()
    def effective(self, holder: str, target: str, right: Right = "equity") -> Effective:
        """What ``holder`` has of ``target`` at last: of one unit of its profit what reaches the holder.

        A share of a share counts by the product, several chains by their sum, and a loop as often as it is
        gone around. Raises ``NotFound`` for an unknown entity (C601) and right (C610), ``InvalidValue``
        (C612) where companies on the way hold so much of each other that no finite share exists.
        """
        one, other = self._one(holder), self._one(target)
        found = ownership.LookThrough(self.graph_of(right), one, other)
        try:
            with _finite():
                share = found.share
        except ownership.TooManyTogether:
            return self._effective_in_floats(one, other, right)
        chains, complete = found.chains()
        exact = all(edge.exact for edge in found.edges)
        around = (
            share.minimum - sum((_low(chain) for chain in chains), NOTHING)
            if exact and share.minimum
            else None
        )
        declared = self._not_borne_out(one, other, right, share)
        from chronicle.engine.state.owners import Effective

        return Effective(
            one,
            other,
            right,
            evolve(share, certain=False) if declared else share,
            chains,
            complete,
            Share.exact(around) if around else None,
            found.loops,
            tuple(dict.fromkeys((*found.events, *(event for each in declared for event in each.events)))),
            declared,
            self._above(right, [company for company in found.way if company != one]),
        )

    @paused_collector()
    def owners(self, target: str, *, ultimate: bool = True, right: Right = "equity") -> tuple[Owner, ...]:
        """Who has ``target`` at last, those with most first: everybody of whom no holder is known.

        These are persons, governments, and companies whose holders nobody states. What nobody is known to
        hold, and what a loop holds of itself, stands at the end. Together they are exactly the whole where
        shares are exact, unless a company on the way stands above it. With ``ultimate=False`` those who hold
        it directly. Raises as ``effective`` does.
        """
        one = self._one(target)
        graph = self.graph_of(right)
        try:
            with _finite():
                found = (
                    ownership.ultimate_owners(graph, one) if ultimate else ownership.direct_owners(graph, one)
                )
        except ownership.TooManyTogether:
            with _finite():
                found = self.owners_in_floats(one, right)
        owners = [self._owner(owned, owned.entity, one, right) for owned in found]
        if ultimate:
            named = {owner.entity for owner in owners}
            owners += [
                self._owner(ownership.Owned(declared.holder, "owner", _NOT_SURE), declared.holder, one, right)
                for declared in self._declared(None, one, right)
                if declared.holder not in named and not graph.holders(declared.holder)
            ]
        return tuple(sorted(owners, key=lambda owner: owner.part != "owner"))

    @paused_collector()
    def owned(self, holder: str, *, right: Right = "equity") -> tuple[Owner, ...]:
        """Every company of which ``holder`` has something at last, those of which it has most first.

        The ``entity`` of each is the company. Raises as ``effective`` does.
        """
        one = self._one(holder)
        try:
            with _finite():
                found = ownership.owned_below(self.graph_of(right), one)
        except ownership.TooManyTogether:
            with _finite():
                found = self.owned_in_floats(one, right)
        return tuple(
            self._with_declared(owned, owned.entity, (one, owned.entity or ""), right) for owned in found
        )

    @paused_collector()
    def group(self, top: str, *, over: Fraction = MAJORITY, reached: bool = False) -> Group:
        """Everyone controlled by ``top``, an id or a name: the group that grows by whom its members hold.

        A company of which its members together hold more than ``over`` (with ``reached``: at least that)
        joins it: by votes where votes in it are stated, else by equity; and what one of them controls in law
        or in fact. Raises ``NotFound`` (C601) for an unknown entity.
        """
        one = self._one(top)
        threshold = ownership.Threshold(over, reached)
        members = self.control_graph().group([one], threshold)
        from chronicle.engine.state.owners import Group

        return Group(one, threshold, members, self._effective_in(one, members))

    def _effective_in(self, top: str, members: Iterable[Controlled]) -> Mapping[str, Share]:
        """What the top of a group has of each member at last, but for those without a finite share."""
        graph, entities = self.graph_of("equity"), [member.entity for member in members]
        with suppress(
            ownership.Unbounded, ownership.TooManyTogether
        ):  # all at once, if all of them have a finite share
            shares = {owned.entity: owned.share for owned in ownership.owned_below(graph, top)}
            return {entity: shares.get(entity, _NONE) for entity in entities}
        found = dict[str, Share]()
        for entity in entities:
            try:
                found[entity] = ownership.LookThrough(graph, top, entity).share
            except ownership.Unbounded:
                continue
            except ownership.TooManyTogether:
                finite, without = self.finite_in_floats(top, "equity")
                shares = {owned.entity: owned.share for owned in finite}
                return {entity: shares.get(entity, _NONE) for entity in entities if entity not in without}
        return found

    @paused_collector()
    def loops(self, *, right: Right = "equity") -> tuple[Loop, ...]:
        """The loops: companies that hold shares of each other, and those that hold some of themselves."""
        graph = self.graph_of(right)
        targets = {key[1] for key in self._ledger.keys(views.HOLDINGS) if key[2] == right}
        targets |= self._units()
        return ownership.loops_in({target: graph.holders(target) for target in sorted(targets)})

    def behind(self, effective: Effective) -> tuple[Fact, ...]:
        """The facts on which an effective share rests: holdings, owners of units, what is declared."""
        pairs = dict.fromkeys(
            (edge.holder, edge.target) for chain in effective.chains for edge in chain.edges
        )
        pairs |= dict.fromkeys((edge.holder, edge.target) for loop in effective.loops for edge in loop.edges)
        held = [
            fact
            for holder, target in pairs
            for fact in (
                *self.cell(views.HOLDINGS, holder, target, effective.right),
                *self._facts_of_unit(target, holder),
            )
        ]
        said = [
            fact
            for declared in effective.declared
            for fact in self.cell(views.CONTROL, declared.holder, declared.target, declared.basis)
        ]
        return (*held, *said)

    def through_others(self, *key: str, within: int = 2_000) -> Effective | None:
        """What a holder has of a target through others; None for nothing, and for a plain holding.

        ``key`` is holder, target and, but for equity, the right. It is looked for among the next ``within``
        companies above the target, and not at all where no finite share exists.
        """
        right = next((right for right in get_args(Right) if (*key[2:], "equity")[0] == right), None)
        if len(key) < 2 or right is None:
            return None
        one, other = self._one(key[0]), self._one(key[1])
        if not self._hang_together(one, other, right, within):
            return None
        if ownership.surely_too_many(self.graph_of(right), one, other):
            return None
        try:
            _ = ownership.LookThrough(self.graph_of(right), one, other).share
        except (ownership.Unbounded, ownership.TooManyTogether):
            return None
        found = self.effective(one, other, right)
        through = any(len(chain.edges) > 1 for chain in found.chains)
        return found if through or found.declared else None

    def _hang_together(self, one: str, other: str, right: str, within: int) -> bool:
        """Whether one entity has anything of another, as far as the next companies above that show."""
        graph = self.graph_of(right)
        seen, waiting = {other}, [other] if graph.held(one) else []
        for company in waiting:
            for edge in graph.holders(company):
                if edge.holder == one:
                    return True
                if edge.holder not in seen and len(seen) < within:
                    seen.add(edge.holder)
                    waiting.append(edge.holder)
        return any(True for _ in self._declared(one, other, right))

    def _effective_in_floats(self, one: str, other: str, right: Right) -> Effective:
        """An effective share where too many hang together for fractions: a narrow range, no chains."""
        with _finite():
            share = self.share_in_floats(one, other, right)
        declared = self._not_borne_out(one, other, right, share)
        share = evolve(share, certain=False) if declared else share
        events = tuple(dict.fromkeys(event for each in declared for event in each.events))
        from chronicle.engine.state.owners import Effective

        return Effective(one, other, right, share, (), False, None, (), events, declared)

    def _facts_of_unit(self, unit: str, owner: str) -> tuple[Fact, ...]:
        return self.cell(views.UNITS, unit, owner) if views.UNITS in self._ledger.views else ()

    # What is declared, and findings

    def _declared(self, holder: str | None, target: str, right: str) -> Iterator[Declared]:
        from chronicle.engine.state.owners import Declared

        for fact in self._facts_with(views.CONTROL, 1, target):
            by, _, basis = fact.key
            if holder in (None, by) and ownership.held_indirectly(basis) == right:
                share = fact.value.share
                yield Declared(by, target, basis, share, fact.certain, fact.events)

    def _not_borne_out(self, holder: str, target: str, right: str, share: Share) -> tuple[Declared, ...]:
        """What is declared to be held through others and the chains can bring no more of."""
        direct = next((edge for edge in self.graph_of(right).holders(target) if edge.holder == holder), None)
        return tuple(
            declared
            for declared in self._declared(holder, target, right)
            if not ownership.bears_out(share, direct, declared.share)
        )

    def _owner(self, owned: Owned, entity: str | None, target: str, right: str) -> Owner:
        return self._with_declared(owned, entity, (entity or "", target), right)

    def _with_declared(self, owned: Owned, entity: str | None, pair: tuple[str, str], right: str) -> Owner:
        declared = self._not_borne_out(*pair, right, owned.share) if entity else ()
        share = evolve(owned.share, certain=False) if declared else owned.share
        kind = self._last(views.TYPES, (entity,)) if entity else None
        from chronicle.engine.state.owners import Owner

        return Owner(
            entity, owned.part, share, None if kind is None else kind.type, owned.events, owned.loop, declared
        )

    def _above(self, right: str, way: Iterable[str]) -> tuple[Excess, ...]:
        return tuple(excess for excess in self.above_the_whole(*way) if excess.right == right) if way else ()


@contextmanager
def _finite() -> Iterator[None]:
    """Say in words that companies hold too much of each other for a finite share."""
    try:
        yield
    except ownership.Unbounded as unbounded:
        members = ", ".join(unbounded.members[:_SHOWN])
        more = len(unbounded.members) - _SHOWN
        members += f" and {more} more" if more > 0 else ""
        message = f"no finite share exists, as too much is held of each other by {members}"
        help = "correct the shares that add up to more than the whole; `chronicle loops` names them"
        raise InvalidValue(Problem("C612", message, help=help)) from None


_SHOWN: Final = 8
_NONE: Final = Share.exact(NOTHING)
_NOT_SURE: Final = evolve(Share.exact(NOTHING), certain=False)


def _low(chain: Chain) -> Fraction:
    return chain.share.minimum or NOTHING
