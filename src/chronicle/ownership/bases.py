"""Which words for a basis of control mean control in law or in fact, and which do not."""

from __future__ import annotations

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


def gives_control(basis: str) -> bool:
    """Whether a basis of control is one in law or in fact, whatever its capital letters and hyphens."""
    return " ".join(basis.casefold().replace("-", " ").split()) in CONTROLLING


def is_indirect(basis: str) -> bool:
    """Whether a basis says that something is held through others: it describes chains and is none itself."""
    return basis.casefold().startswith("indirect ")


def right_of(basis: str) -> str:
    """The right of which an indirect basis says that it is held: votes or equity."""
    return "votes" if "vot" in basis.casefold() else "equity"


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
