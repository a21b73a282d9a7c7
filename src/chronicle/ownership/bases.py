"""Which words for a basis of control mean control in law or in fact, and which do not."""

from __future__ import annotations

from typing import Final

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
