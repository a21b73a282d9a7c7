"""How the standard says what a span says: the type of an interest, a share in percent, words beside it."""

from __future__ import annotations

import re
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from chronicle.engine import views
from chronicle.interop.bods.codes import INTERESTS, OF_NOMINATIONS, OF_TRUSTS
from chronicle.interop.bods.interests import BASIS_STATED, INDIRECT, RIGHTS, ROLE_STATED, ROLES, UNKNOWN
from chronicle.interop.exports.plain import data_line, number_text
from chronicle.ownership import HELD_INDIRECTLY, gives_control
from chronicle.values import NOTHING, WHOLE, Share

_OF_RIGHTS: Final = MappingProxyType({right: kind for kind, right in RIGHTS.items()})
_OF_ROLES: Final = MappingProxyType({role: kind for kind, role in ROLES.items()})
_INDIRECT: Final = MappingProxyType(
    {HELD_INDIRECTLY[right]: kind for kind, right in RIGHTS.items()} | {INDIRECT: UNKNOWN}
)

# Types that are no basis of control here, or that only some entities may have.
_NO_BASES: Final = frozenset({*RIGHTS, *ROLES, UNKNOWN, *OF_TRUSTS, *OF_NOMINATIONS})

# What a role must be called to be a seat; the first that fits.
_SEATS: Final = (
    ("boardChair", re.compile(r"\bchair", re.IGNORECASE)),
    (
        "seniorManagingOfficial",
        re.compile(
            r"\b(?:chief|officer|president|manag|secretary|treasurer|general counsel|C[EFOT]O)", re.IGNORECASE
        ),
    ),
    ("boardMember", re.compile(r"\bdirector|\bboard\b", re.IGNORECASE)),
)

_PLACES = 12  # decimals; readers of JSON keep about 15 digits


def interest_of(view: str, what: str, value: Any) -> dict[str, Any] | None:
    """The interest that a holding, control or a role is, without its dates: of a right, a basis or a role.

    None for a role that is no seat on a board or in the management.
    """
    if view == views.HOLDINGS:
        return {"type": _OF_RIGHTS[what], "directOrIndirect": "direct"} | _holding(value)
    if view == views.ROLES:
        kind = _OF_ROLES.get(what) or next((kind for kind, words in _SEATS if words.search(what)), None)
        said = {} if what in _OF_ROLES else {"details": data_line(f"{ROLE_STATED}{what}")}
        return None if kind is None else {"type": kind, "directOrIndirect": "direct"} | said
    return _control(what, value.share)


def _control(basis: str, share: Share | None) -> dict[str, Any]:
    if basis in _INDIRECT:
        return {"type": _INDIRECT[basis], "directOrIndirect": "indirect"} | _stated(share)
    of_others = basis.removeprefix("indirect ")
    if of_others != basis and of_others in INTERESTS and gives_control(of_others):
        return {"type": of_others, "directOrIndirect": "indirect"} | _stated(share)
    if basis in INTERESTS and basis not in _NO_BASES:
        return {"type": basis, "directOrIndirect": "direct"} | _stated(share)
    said = _stated(share, f"{BASIS_STATED}{basis}")
    return {"type": "otherInfluenceOrControl", "directOrIndirect": "direct"} | said


def _holding(stake: views.Stake) -> dict[str, Any]:
    return _stated(stake.share, *([] if stake.basis == "reported" else [stake.basis]))


def _stated(share: Share | None, *more: str) -> dict[str, Any]:
    """A share in numbers; in words what they cannot say of it, and ``more``. None states no share."""
    if share is None:
        return {"details": data_line(", ".join(more))} if more else {}
    numbers = _share(share)
    said = [] if numbers and not share.approximate and "/" not in share.canonical() else [str(share)]
    said += more
    return ({"share": numbers} if numbers else {}) | ({"details": data_line(", ".join(said))} if said else {})


def _share(share: Share) -> dict[str, float]:
    """A share in percent; empty for what the standard cannot have: the unknown, and more than the whole."""
    low, high = share.minimum, share.maximum
    if low is None or high is None or low < NOTHING or high > WHOLE:
        return {}
    if low == high:
        return {"exact": _percent(low)}
    return {
        "exclusiveMinimum" if share.minimum_open else "minimum": _percent(low),
        "exclusiveMaximum" if share.maximum_open else "maximum": _percent(high),
    }


def _percent(value: Fraction) -> float:
    percent = float(number_text(value * 100, _PLACES))
    return int(percent) if percent.is_integer() else percent
