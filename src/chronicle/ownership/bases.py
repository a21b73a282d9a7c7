"""Which words for a basis of control mean control in law or in fact, and which do not."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from chronicle.ownership.graph import Edge
from chronicle.values import NOTHING, Share

CONTROLLING: Final = frozenset(
    {
        # as one writes it
        "consolidated in accounts",
        "consolidation",
        "ultimate consolidation",
        "contract",
        "contracts",
        "contractual arrangements",
        "majority of the board",
        "majority of votes",
        "majority of voting rights",
        "right to appoint a majority of the board",
        "variable interest entity",
        # Beneficial Ownership Data Standard 0.4, codelist interestType
        "controlbylegalframework",
        "controlviacompanyrulesorarticles",
        "rightsgrantedbycontract",
    }
)
"""The bases that count as control, in small letters.

A seat on a board does not, nor what is held indirectly or an interest of unknown kind.
"""

HELD_INDIRECTLY: Final = MappingProxyType(
    {
        "equity": "indirect shareholding",
        "votes": "indirect votingRights",
        "board": "indirect appointmentOfBoard",
        "profit": "indirect rightsToProfitOrIncome",
    }
)
"""By right, the basis that says that shares of it are held through others.

The holdings of these others are records of their own: it describes chains, and is no second holding.
"""

INDIRECT_OF_UNKNOWN_KIND: Final = "indirect interest"
"""The basis of what is held through others where nobody says of which right: it is taken for equity."""

_RIGHTS: Final = MappingProxyType(
    {basis.casefold(): right for right, basis in HELD_INDIRECTLY.items()}
    | {INDIRECT_OF_UNKNOWN_KIND: "equity"}
)


def gives_control(basis: str) -> bool:
    """Whether a basis of control is one in law or in fact, whatever its capital letters and hyphens."""
    return " ".join(basis.casefold().replace("-", " ").split()) in CONTROLLING


def held_indirectly(basis: str) -> str | None:
    """The right of which a basis says that shares of it are held through others; None for any other."""
    return _RIGHTS.get(basis.casefold())


def bears_out(share: Share, direct: Edge | None, declared: Share | None) -> bool:
    """Whether what is declared to be held through others can be what the chains bring.

    ``share`` is what they bring with what is held directly, ``direct``. ``declared`` may be the whole or the
    part of it that is held through others; None where no share is stated.
    """
    if declared is None:
        return share.maximum is None or share.maximum > NOTHING
    if share.may_equal(declared):
        return True
    if direct is None or share.is_unknown:
        return False
    low, _, high, _ = share.order
    return Share(max(NOTHING, low - direct.high), max(NOTHING, high - direct.low)).may_equal(declared)
