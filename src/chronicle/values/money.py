"""Amounts of money: exact, a range, or undisclosed, in the currency in which they were stated."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from chronicle.errors import InvalidValue, shown
from chronicle.values.amounts import AMOUNT, SUFFIX, exact_amount
from chronicle.values.currencies import CURRENCIES, unknown_currency
from chronicle.values.wording import LONGEST, Stated, Wording

_WORDING: Final = Wording(
    "C303",
    "amount of money",
    "USD 800M",
    "write USD 800M, ~USD 380M, USD 800-805M, >USD 1bn, or undisclosed",
)


def _decimal(value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, float):
        help = 'give Decimal("3.5") or parse_money("USD 3.5M")'
        raise _WORDING.invalid(f"float cannot be exact: {value!r}", help)
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool) and Decimal(value).is_finite():
        return Decimal(value)
    raise _WORDING.invalid(f"amount is not a number: {shown(value)}", "give a Decimal or an int")


@frozen(repr=False)
class Money(Stated):
    """An amount of money as stated: exact, a range, or undisclosed. Amounts are never converted.

    ``currency`` is a code of ISO 4217; it is ``None`` only when the amount is undisclosed as well.
    An end of the range that was not stated is ``None``; both are when the amount is undisclosed.
    ``text`` is how it was stated; equality and hash leave it out. Raises ``InvalidValue`` (C303).
    """

    currency: str | None
    minimum: Decimal | None = field(converter=_decimal)
    maximum: Decimal | None = field(converter=_decimal)
    minimum_open: bool = False
    maximum_open: bool = False
    approximate: bool = False
    text: str = field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        low, high = self.minimum, self.maximum
        if self.currency is not None and self.currency not in CURRENCIES:
            raise unknown_currency(self.currency)
        if self.currency is None and not self.is_undisclosed:
            raise _WORDING.invalid("amount without a currency", "name the currency, as in USD 800M")
        if low is not None and high is not None:
            is_open = self.minimum_open or self.maximum_open
            if low > high or (low == high and is_open):
                raise _WORDING.invalid(
                    f"range runs backwards: {shown(str(self))}", "write the smaller end first"
                )

    @classmethod
    def exact(cls, currency: str, amount: Decimal | int) -> Money:
        """Exactly this amount."""
        return cls(currency, amount, amount)

    @classmethod
    def undisclosed(cls, currency: str | None = None) -> Money:
        """An amount that nobody stated, which is not zero."""
        return cls(currency, None, None)

    @property
    def is_undisclosed(self) -> bool:
        """Whether no amount was stated."""
        return self.minimum is None and self.maximum is None

    @property
    def amount(self) -> Decimal | None:
        """The amount when it is one number, else ``None``."""
        return self.minimum if self.minimum == self.maximum else None

    def canonical(self) -> str:
        """The text that ``parse_money`` reads as this value, whatever text it was stated in."""
        if self.is_undisclosed:
            return f"{self.currency} ?" if self.currency else "undisclosed"
        return ("~" if self.approximate else "") + self._range_text()

    def _range_text(self) -> str:
        if self.maximum is None:
            return f"{'>' if self.minimum_open else '>='}{self.currency} {self.minimum:f}"
        if self.minimum is None:
            return f"{'<' if self.maximum_open else '<='}{self.currency} {self.maximum:f}"
        if self.minimum == self.maximum:
            return f"{self.currency} {self.minimum:f}"
        low, high = ">" if self.minimum_open else "", "<" if self.maximum_open else ""
        return f"{self.currency} {low}{self.minimum:f}-{high}{self.maximum:f}"


_MONEY = re.compile(rf"(~?)(>=|>|<=|<|)([A-Z]{{3}}) ({AMOUNT})({SUFFIX})")
_MONEY_RANGE = re.compile(rf"(~?)([A-Z]{{3}}) (>?)({AMOUNT})({SUFFIX})-(<?)({AMOUNT})({SUFFIX})")
_MONEY_UNDISCLOSED = re.compile(r"([A-Z]{3}) \?")


def parse_money(text: str) -> Money:
    """The amount that ``text`` states.

    ``USD 800M`` · ``HKD 6,244,000,000`` · ``~USD 380M`` (about) · ``USD 800-805M`` (the suffix of the second
    number counts for both) · ``>USD 1bn``, ``>=``, ``<``, ``<=`` · ``USD ?`` and ``undisclosed``. The
    suffixes are k (thousand), M (million), bn (10^9) and tn (10^12), and no others: m, B and "million" are
    refused, and the help gives the right form. Raises ``InvalidValue`` (C303).
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _WORDING.unreadable(text)
    return _parse_money(text)


@lru_cache(maxsize=16_384)
def _parse_money(text: str) -> Money:
    money = _read_money(text)
    if money is None:
        raise _money_refusal(text)
    return money


def _read_money(text: str) -> Money | None:
    """The amount that ``text`` states, or None when it is in none of the accepted forms."""
    if text == "undisclosed":
        return Money(None, None, None, text=text)
    if found := _MONEY_UNDISCLOSED.fullmatch(text):
        return Money(found[1], None, None, text=text)
    if found := _MONEY.fullmatch(text):
        sign, amount = found[2], exact_amount(found[4], found[5])
        low = None if sign.startswith("<") else amount
        high = None if sign.startswith(">") else amount
        return Money(found[3], low, high, sign == ">", sign == "<", bool(found[1]), text)
    if found := _MONEY_RANGE.fullmatch(text):
        low, high = exact_amount(found[4], found[5] or found[8]), exact_amount(found[7], found[8])
        return Money(found[2], low, high, bool(found[3]), bool(found[6]), bool(found[1]), text)
    return None


_MONEY_SIGNS = (
    ("US$", "USD"),
    ("HK$", "HKD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("S$", "SGD"),
    ("NT$", "TWD"),
    ("RMB", "CNY"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("₩", "KRW"),
)
_SUFFIX_WORDS = (
    (r"(?:thousand|K|tsd)", "k"),
    (r"(?:million|mln|mio|mn|m)", "M"),
    (r"(?:billion|bln|B|b|BN|Bn|mrd)", "bn"),
    (r"(?:trillion|trn|T|t|TN|Tn)", "tn"),
)


def _money_refusal(text: str) -> InvalidValue:
    if re.fullmatch(rf"~?{AMOUNT}\s?{SUFFIX}", text):
        return _WORDING.invalid(f"amount without a currency: {shown(text)}", "name it first, as in USD 800M")
    likely = _likely_money(text)
    if likely is None and re.search(r"[$¥]", text):
        help = "write the code of ISO 4217, as in USD 800M"
        return _WORDING.invalid(f"sign of several currencies: {shown(text)}", help)
    found = re.match(r"[~<>=]*([A-Z]{3}) [<>0-9?]", text)
    if likely is None and found and found[1] not in CURRENCIES:
        return unknown_currency(found[1])
    return _WORDING.refusal(text, f"write {likely}" if likely else None)


def _likely_money(text: str) -> str | None:
    """The accepted form that ``text`` probably stands for, or None."""
    if text.casefold() in ("?", "unknown", "n/a", "na", "none", "null", "-", "not disclosed", "tbd"):
        return "undisclosed"
    tidied = re.sub(r"\s+", "", text).replace("–", "-").replace("—", "-")
    for sign, code in _MONEY_SIGNS:
        tidied = tidied.replace(sign, code)
    for words, suffix in _SUFFIX_WORDS:
        tidied = re.sub(rf"(?<=[0-9]){words}(?![A-Za-z]{{1,2}}$|[a-z])", suffix, tidied)
    found = re.fullmatch(r"([~<>=]*)([A-Za-z]{3})([~<>=]*)(.*)", tidied)
    if found is None and (swapped := re.fullmatch(r"([~<>=]*)(.*?)([A-Z]{3})", tidied)):
        found = re.fullmatch(r"([~<>=]*)([A-Z]{3})([~<>=]*)(.*)", f"{swapped[1]}{swapped[3]}{swapped[2]}")
    if found is None:
        return None
    likely = f"{found[1]}{found[3]}{found[2].upper()} {found[4]}"
    try:
        return likely if likely != text and _read_money(likely) else None
    except InvalidValue:
        return None
