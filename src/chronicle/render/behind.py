"""Who stands behind an entity on a day: its owners at last that have, or may have, more than a quarter."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from chronicle.errors import InvalidValue
from chronicle.render.layout import DOUBT, PLAIN, STRONG, Line
from chronicle.render.words.owners import Called, figure

if TYPE_CHECKING:
    from chronicle.engine.state import Owner, State

_QUARTER: Final = Fraction(1, 4)
_MOST: Final = 100  # entities above, beyond which a page about something else does not look for owners
_LOOPED: Final = 15
_LOOKED: Final = 500  # holders that are looked at for holders of their own


@frozen
class Behind:
    """The owners behind an entity; None where they are too many to look for unasked, or have no finite share.

    ``is_news`` says whether they are others than those who hold it directly, or have another share.
    """

    owners: tuple[Owner, ...] | None
    is_news: bool

    def data(self) -> list[dict[str, Any]] | None:
        """The owners as JSON data."""
        if self.owners is None:
            return None
        return [
            {
                "entity": owner.entity,
                "share": owner.share.to_json(),
                "certain": owner.certain,
                "events": list(owner.events),
            }
            for owner in self.owners
        ]

    def line(self, called: Called) -> Line:
        """The owners in a line; empty where they are no news."""
        if not self.is_news:
            return []
        if self.owners is None:
            return [("Owned at last by: ", PLAIN), ("too many to list, see `chronicle owners`", PLAIN)]
        said: Line = [("Owned at last by: ", PLAIN)]
        for number, owner in enumerate(self.owners):
            said.append(
                (f"{', ' if number else ''}{called(owner.entity or '')} {figure(owner.share)}", STRONG)
            )
            if not owner.certain:
                said.append((" (possible)", DOUBT))
        return said


def behind(state: State, entity: str) -> Behind:
    """Who stands behind an entity, by its id. It is not looked for where that may take long."""
    if not state.few_above(entity, most=_MOST, looped=_LOOPED):
        return Behind(None, _is_held_through_others(state, entity))
    try:
        found = state.owners(entity)
    except InvalidValue:  # too much is held in a loop, which the command for owners says
        return Behind(None, False)
    owners = tuple(owner for owner in found if owner.part == "owner" and owner.share.may_be_above(_QUARTER))
    directly = {(each.entity, each.share) for each in state.owners(entity, ultimate=False)}
    return Behind(owners, any((each.entity, each.share) not in directly for each in owners))


def _is_held_through_others(state: State, entity: str) -> bool:
    """Whether one of its first holders is held itself."""
    holders = (holding.holder for holding in state.holdings(target=entity))
    return any(state.holdings(target=holder) for holder in islice(holders, _LOOKED))
