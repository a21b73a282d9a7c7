"""Values of views as canonical JSON and back: one text for each value, decoded on demand.

A value is a text, an exact number, a flag, None, a share, an amount of money, a tuple of these, or the named
tuple of one of Chronicle's views. Other values are not kept. A file can never name code to run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from chronicle.engine import views
from chronicle.engine.views import Control, DealStage, EntityKind, Name, Ownership, Stake, Status, Succession
from chronicle.ledgers.layout import CannotKeep
from chronicle.values import Money, Share

_NAMED: Final[Mapping[str, type]] = MappingProxyType(
    {view.value.__name__: view.value for view in views.VIEWS.values() if view.stated}
)


# Named tuples whose fields are texts, flags and numbers: equal ones have equal texts.
_PLAIN_FIELDS: Final = frozenset({Name, EntityKind, Status, Succession, Ownership, DealStage})


_AS_THEY_ARE: Final = frozenset({str, bool, int})


_READER: Final = json.JSONDecoder()


class NotKept(CannotKeep):
    """A value that has no text: one of a user's own view that is not plain."""


def to_text(value: Any) -> str:
    """A value as text. Raises ``NotKept`` for one that has none."""
    try:
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    except ValueError as error:
        raise NotKept(str(error)) from None


def likeness(value: Any) -> Hashable:
    """A hashable that is equal for values of one view with equal texts; quicker to make than the text."""
    kind = type(value)
    if kind in _PLAIN_FIELDS or (kind is Control and value.share is None):
        plain: Hashable = value
        return plain
    if isinstance(value, Stake):
        return likeness_of_share(value.share), *value[1:]
    # A role is a text, and a membership is a flag.
    return (kind, value) if kind in _AS_THEY_ARE else to_text(value)


def likeness_of_share(share: Share) -> Hashable:
    """The same of a share."""
    low = high = _ratio(share.minimum)
    if share.maximum is not share.minimum:
        high = _ratio(share.maximum)
    return low, high, share.text, share.minimum_open, share.maximum_open, share.approximate, share.certain


def _ratio(number: Fraction | None) -> tuple[int, int] | None:
    return None if number is None else number.as_integer_ratio()


def of_text(text: str) -> Any:
    """The value from which ``to_text`` made ``text``."""
    # As ``json.loads``, without its search for blanks at either end, which these texts do not have.
    plain, _ = _READER.raw_decode(text)
    return _value(plain)


def _plain(value: Any) -> Any:
    """``value`` as JSON data, in which an object with one key gives the type of its list."""
    kind = type(value)
    if value is None or kind in (str, bool, int):
        return value
    if kind in _PLAIN:
        return {kind.__name__: _PLAIN[kind](value)}
    if kind is tuple:
        return {"tuple": [_plain(item) for item in value]}
    # A subclass in which replay keeps more than the fields is written as its base class.
    named = kind if kind.__name__ in _NAMED else kind.__base__
    if named is not None and _NAMED.get(named.__name__) is named:
        return {named.__name__: [_plain(item) for item in value]}
    raise NotKept(f"a value of the type {kind.__name__}")


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    ((name, parts),) = plain.items()
    of = _VALUE.get(name)
    if of is not None:
        return of(parts)
    # Most parts are plain, and a call for each would take half of the time.
    items = [_value(item) if type(item) is dict else item for item in parts]
    return tuple(items) if name == "tuple" else _NAMED[name](*items)


def _exact(number: Fraction | Decimal | None) -> str | None:
    return None if number is None else str(number)


def _share_parts(share: Share) -> list[Any]:
    flags = [share.minimum_open, share.maximum_open, share.approximate]
    return [_exact(share.minimum), _exact(share.maximum), *flags, share.text, share.certain]


def _share(parts: list[Any]) -> Share:
    # One number is one object, as in shares that were parsed.
    parts[0], high = _fraction(parts[0]), parts[0]
    parts[1] = parts[0] if parts[1] == high else _fraction(parts[1])
    return Share(*parts)


def _fraction(text: str | None) -> Fraction | None:
    """A number as ``str`` writes it: Python's own reader takes all forms, and five times as long."""
    if text is None:
        return None
    above, _, below = text.partition("/")
    return Fraction(int(above), int(below or 1))


def _money_parts(money: Money) -> list[Any]:
    flags = [money.minimum_open, money.maximum_open, money.approximate]
    return [money.currency, _exact(money.minimum), _exact(money.maximum), *flags, money.text]


def _money(parts: list[Any]) -> Money:
    currency, low, high, *more = parts
    ends = None if low is None else Decimal(low), None if high is None else Decimal(high)
    return Money(currency, ends[0], ends[1], *more)


_PLAIN: Final[Mapping[type, Callable[[Any], list[Any]]]] = MappingProxyType(
    {
        Share: _share_parts,
        Money: _money_parts,
        Decimal: lambda number: [str(number)],
        Fraction: lambda number: [str(number)],
    }
)
_VALUE: Final[Mapping[str, Callable[[list[Any]], Any]]] = MappingProxyType(
    {
        "Share": _share,
        "Money": _money,
        "Decimal": lambda parts: Decimal(parts[0]),
        "Fraction": lambda parts: Fraction(parts[0]),
    }
)
