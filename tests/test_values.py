"""Values as sources state them: shares, money, counts, ratios, sources, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pycountry
import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from chronicle.dates import parse_date
from chronicle.errors import InvalidValue
from chronicle.values import (
    CURRENCIES,
    UNKNOWN,
    Count,
    Money,
    Ratio,
    Share,
    Source,
    parse_count,
    parse_money,
    parse_ratio,
    parse_share,
)
from effort import Beginning

SHARE_FORMS = "write 60%, 3/8, 25-50%, >50%, <=3.2%, or ? for unknown"
MONEY_FORMS = "write USD 800M, ~USD 380M, USD 800-805M, >USD 1bn, or undisclosed"
COUNT_FORMS = "write 12488058846, 12,488,058,846, 12.488bn, 10M or ~30"
RATIO_FORMS = "write new:old in whole numbers, as 2:1 for two new shares for each old one"


def refusal(make: Callable[[], object]) -> tuple[str, str, str | None]:
    """The code, the message and the help with which something is refused."""
    with pytest.raises(InvalidValue) as caught:
        make()
    (problem,) = caught.value.problems
    return problem.code, problem.message, problem.help


# Shares: the forms

parts = st.one_of(
    st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(5932, 10_000)]),
    st.fractions(0, 1, max_denominator=1000),
    st.integers(0, 10_000).map(lambda hundredths: Fraction(hundredths, 10_000)),
)


@st.composite
def known_shares(draw: st.DrawFn) -> Share:
    """Shares that are exact or a range, from nothing to the whole."""
    low, high = sorted((draw(parts), draw(parts)))
    if low == high or draw(st.booleans()):
        return Share.exact(low)
    return Share(low, high, draw(st.booleans()), draw(st.booleans()), draw(st.booleans()))


shares = st.one_of(known_shares(), st.just(UNKNOWN))


@st.composite
def share_with_a_point(draw: st.DrawFn) -> tuple[Share, Fraction]:
    """A known share and one of the numbers that it can be."""
    share = draw(known_shares())
    assert share.minimum is not None
    assert share.maximum is not None
    where = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 7)]))
    point = share.minimum + (share.maximum - share.minimum) * where
    return share, point if share.contains(point) else (share.minimum + share.maximum) / 2


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "minimum_open", "maximum_open", "json"),
    [
        ("59.32%", "5932/10000", "5932/10000", False, False, {"exact": "0.5932"}),
        ("8.8 %", "88/1000", "88/1000", False, False, {"exact": "0.088"}),
        ("3/8", "3/8", "3/8", False, False, {"exact": "0.375"}),
        ("1/3", "1/3", "1/3", False, False, {"exact": "1/3"}),
        ("0%", "0", "0", False, False, {"exact": "0"}),
        ("100%", "1", "1", False, False, {"exact": "1"}),
        ("~9.2%", "92/1000", "92/1000", False, False, {"exact": "0.092", "approximate": True}),
        (
            "25-50%",
            "1/4",
            "1/2",
            False,
            False,
            {"min": "0.25", "max": "0.5", "min_open": False, "max_open": False},
        ),
        (
            ">25-50%",
            "1/4",
            "1/2",
            True,
            False,
            {"min": "0.25", "max": "0.5", "min_open": True, "max_open": False},
        ),
        (
            "25-<50%",
            "1/4",
            "1/2",
            False,
            True,
            {"min": "0.25", "max": "0.5", "min_open": False, "max_open": True},
        ),
        (
            ">1/3-<50%",
            "1/3",
            "1/2",
            True,
            True,
            {"min": "1/3", "max": "0.5", "min_open": True, "max_open": True},
        ),
        (">50%", "1/2", "1", True, False, {"min": "0.5", "max": "1", "min_open": True, "max_open": False}),
        (
            ">=50%",
            "1/2",
            "1",
            False,
            False,
            {"min": "0.5", "max": "1", "min_open": False, "max_open": False},
        ),
        (
            "<3.2%",
            "0",
            "4/125",
            False,
            True,
            {"min": "0", "max": "0.032", "min_open": False, "max_open": True},
        ),
        (
            "~<=3.2%",
            "0",
            "4/125",
            False,
            False,
            {"min": "0", "max": "0.032", "min_open": False, "max_open": False, "approximate": True},
        ),
    ],
)
def test_every_form_of_a_share(
    text: str,
    minimum: str,
    maximum: str,
    *,
    minimum_open: bool,
    maximum_open: bool,
    json: dict[str, Any],
) -> None:
    """Each form has its ends, open or closed, prints as stated, and has its JSON."""
    share = parse_share(text)
    assert (share.minimum, share.maximum) == (Fraction(minimum), Fraction(maximum))
    assert (share.minimum_open, share.maximum_open) == (minimum_open, maximum_open)
    assert share.approximate == text.startswith("~")
    assert str(share) == text
    assert share.to_json() == json
    assert share.is_exact == ("exact" in json)
    assert share.value == (Fraction(minimum) if share.is_exact else None)
    assert not share.is_unknown
    assert parse_share(share.canonical()) == share


def test_the_unknown_share_is_not_zero() -> None:
    """Nobody said how much: that is no number, not nothing, and not everything either."""
    unknown = parse_share("?")
    assert unknown == Share.unknown() == UNKNOWN
    assert unknown != parse_share("0%")
    assert unknown != parse_share(">=0%")
    assert unknown.is_unknown
    assert not unknown.is_exact
    assert unknown.value is None
    assert unknown.to_json() is None
    assert str(unknown) == unknown.canonical() == "?"


@given(shares)
def test_a_share_prints_and_reads_back(share: Share) -> None:
    """The text of any share from nothing to the whole reads as the same share."""
    again = parse_share(str(share))
    assert again == share
    assert hash(again) == hash(share)
    assert str(again) == str(share)
    assert pickle.loads(pickle.dumps(share)) == share


@given(parts)
def test_numbers_of_shares_are_exact_texts(part: Fraction) -> None:
    """The number in JSON is the share itself, to the last digit."""
    json = Share.exact(part).to_json()
    assert json is not None
    assert Fraction(json["exact"]) == part


def test_equal_shares_may_be_stated_in_two_ways() -> None:
    """37.5 % and 3/8 are one value in two texts."""
    one, two = parse_share("3/8"), parse_share("37.5%")
    assert one == two == Share.exact(Fraction(3, 8)) == Share.exact(Decimal("0.375"))
    assert len({one, two}) == 1
    assert (str(one), str(two)) == ("3/8", "37.5%")
    assert parse_share(">50%") == parse_share(">50-100%")
    assert parse_share("9.2%") != parse_share("~9.2%")


def test_a_share_shows_what_it_is_and_stays_so() -> None:
    """At the prompt a share is one short line, and nothing in it can be changed."""
    share = parse_share(">25-50%")
    assert repr(share) == "<Share >25-50%>"
    with pytest.raises(FrozenInstanceError):
        share.minimum = Fraction(1)  # type: ignore[misc]


# Shares: arithmetic


@pytest.mark.parametrize(
    ("left", "operation", "right", "result"),
    [
        ("60%", "+", "8.8%", "68.8%"),
        ("60%", "-", "0.68%", "59.32%"),
        ("1/3", "+", "1/3", "2/3"),
        ("60%", "*", "50%", "30%"),
        ("25-50%", "+", "10%", "35-60%"),
        (">25-50%", "+", "25-<50%", ">50-<100%"),
        ("60%", "-", ">25-50%", "10-<35%"),
        (">50%", "*", "50%", ">25-50%"),
        ("<50%", "*", "<50%", "<25%"),
        ("<50%", "*", "0%", "0%"),
        (">0-50%", "*", ">0-50%", ">0-25%"),
        ("~9.2%", "+", "1%", "~10.2%"),
        ("~25-50%", "-", "5%", "~20-45%"),
        ("?", "+", "10%", "?"),
    ],
)
def test_arithmetic_keeps_the_ends(left: str, operation: str, right: str, result: str) -> None:
    """Sums, differences and shares of shares are exact, and an end that was open stays open."""
    one, two = parse_share(left), parse_share(right)
    computed = {"+": one.__add__, "-": one.__sub__, "*": one.__mul__}[operation](two)
    assert computed == parse_share(result)
    assert str(computed) == result


@given(share_with_a_point(), share_with_a_point())
def test_arithmetic_loses_no_possible_value(one: tuple[Share, Fraction], two: tuple[Share, Fraction]) -> None:
    """Whatever two shares really are, their sum, difference and product are among the results."""
    (left, left_point), (right, right_point) = one, two
    assert (left + right).contains(left_point + right_point)
    assert (left - right).contains(left_point - right_point)
    assert (left * right).contains(left_point * right_point)
    assert ((left - right) * (right - left)).contains(-((left_point - right_point) ** 2))


@given(known_shares(), known_shares())
def test_arithmetic_promises_no_value_that_cannot_be(left: Share, right: Share) -> None:
    """An end of a result is reached just when the ends that make it are."""
    total, rest = left + right, left - right
    assert left.minimum is not None
    assert left.maximum is not None
    assert right.minimum is not None
    assert right.maximum is not None
    assert total.contains(left.minimum + right.minimum) == (
        left.contains(left.minimum) and right.contains(right.minimum)
    )
    assert rest.contains(left.maximum - right.minimum) == (
        left.contains(left.maximum) and right.contains(right.minimum)
    )
    assert (total.minimum, total.maximum) == (left.minimum + right.minimum, left.maximum + right.maximum)
    assert (rest.minimum, rest.maximum) == (left.minimum - right.maximum, left.maximum - right.minimum)


@given(shares, shares, shares)
def test_the_order_of_a_sum_does_not_matter(a: Share, b: Share, c: Share) -> None:
    """Holdings may be added up in any order, and nothing may be added."""
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a * b == b * a
    assert a + Share.exact(0) == a
    assert a * Share.exact(1) == a


@given(shares)
def test_the_unknown_absorbs(share: Share) -> None:
    """Anything with an unknown share in it is unknown."""
    for result in (share + UNKNOWN, UNKNOWN + share, share - UNKNOWN, UNKNOWN - share, share * UNKNOWN):
        assert result == UNKNOWN
    assert UNKNOWN.scaled(0) == UNKNOWN


def test_excess_is_kept() -> None:
    """Sums above the whole and differences below nothing are what they are: findings, not errors."""
    excess = parse_share("60%") + parse_share("55.1%")
    assert excess.value == Fraction(1151, 1000)
    assert str(excess) == "115.1%"
    assert excess.definitely_above(1)
    shortfall = parse_share("10%") - parse_share("25-50%")
    assert (shortfall.minimum, shortfall.maximum) == (Fraction(-2, 5), Fraction(-3, 20))
    assert str(parse_share("0.5%") - parse_share("1%")) == "-0.5%"
    assert str(parse_share("1/3") - parse_share("1/2")) == "-1/6"


def test_dilution_scales_a_share() -> None:
    """8 % of ten becomes 3.2 % when there are twenty-five, and a range keeps its open end."""
    assert parse_share("8%").scaled(Fraction(10, 25)) == parse_share("3.2%")
    assert parse_share("<50%").scaled(Decimal("0.5")) == parse_share("<25%")
    assert parse_share(">25-50%").scaled(0) == parse_share("0%")


@given(shares, st.booleans(), shares, st.booleans())
def test_what_is_computed_is_as_certain_as_its_parts(
    one: Share, one_certain: bool, two: Share, two_certain: bool
) -> None:
    """A sum with a share in it that is only possible is itself only possible; its value is the same."""
    left, right = evolve(one, certain=one_certain), evolve(two, certain=two_certain)
    for result, value in ((left + right, one + two), (left - right, one - two), (left * right, one * two)):
        assert result == value
        assert result.certain == (one_certain and two_certain)


def test_shares_only_meet_shares() -> None:
    """A share and a bare number do not add up: nobody knows what the number means."""
    share: Any = parse_share("60%")
    for operation in (share.__add__, share.__sub__, share.__mul__):
        assert operation(1) is NotImplemented


@pytest.mark.parametrize(
    ("text", "surely", "maybe", "can_be"),
    [
        ("50%", False, False, True),
        ("50.01%", True, True, False),
        (">50%", True, True, False),
        (">=50%", False, True, True),
        ("25-50%", False, False, True),
        ("25-<50%", False, False, False),
        ("25-75%", False, True, True),
        ("<3.2%", False, False, False),
        ("?", False, True, True),
    ],
)
def test_what_is_sure_of_a_majority(text: str, surely: bool, maybe: bool, can_be: bool) -> None:
    """Whether a share is above one half for sure, perhaps, or can be exactly that."""
    share = parse_share(text)
    half = Fraction(1, 2)
    assert share.definitely_above(half) == surely
    assert share.may_be_above(half) == maybe
    assert share.contains(half) == can_be


@given(share_with_a_point(), parts)
def test_what_is_sure_is_so_for_every_value(one: tuple[Share, Fraction], limit: Fraction) -> None:
    """What is surely above a limit is above it whatever the value; what may not be above it never is."""
    share, point = one
    if share.definitely_above(limit):
        assert point > limit
    if not share.may_be_above(limit):
        assert point <= limit


@given(share_with_a_point(), known_shares())
def test_shares_that_have_a_value_in_common_may_be_equal(one: tuple[Share, Fraction], other: Share) -> None:
    """A value of both is enough; and being the same goes both ways."""
    share, point = one
    if other.contains(point):
        assert share.may_equal(other)
    assert share.may_equal(other) == other.may_equal(share)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("60%", "60%", True),
        ("60%", "59.32%", False),
        ("60%", ">50%", True),
        ("50%", ">50%", False),
        ("25-<50%", "50-75%", False),
        ("25-50%", "50-75%", True),
        ("?", "0%", True),
    ],
)
def test_a_report_agrees_with_what_it_may_equal(one: str, two: str, expected: bool) -> None:
    """An observation agrees with a holding when both can be the same number."""
    assert parse_share(one).may_equal(parse_share(two)) == expected


# Shares: refusals


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("", 'not a share: ""', SHARE_FORMS),
        ("a lot", 'not a share: "a lot"', SHARE_FORMS),
        ("0.6", 'share without a unit: "0.6"', "write 60% or 3/5"),
        ("60", 'share without a unit: "60"', "write 60%"),
        ("1", 'share without a unit: "1"', "write 100%"),
        ("0", 'share without a unit: "0"', "write 0%"),
        ("1000", 'share without a unit: "1000"', SHARE_FORMS),
        ("50,5%", 'not a share: "50,5%"', "write 50.5%"),
        ("60 percent", 'not a share: "60 percent"', "write 60%"),
        ("> 25%", 'not a share: "> 25%"', "write >25%"),
        ("25 - 50 %", 'not a share: "25 - 50 %"', "write 25-50%"),
        ("25–50%", 'not a share: "25–50%"', "write 25-50%"),
        ("25-50", 'not a share: "25-50"', "write 25-50%"),
        ("≥50%", 'not a share: "≥50%"', "write >=50%"),
        (".5%", 'not a share: ".5%"', "write 0.5%"),
        ("about 9.2%", 'not a share: "about 9.2%"', "write ~9.2%"),
        ("unknown", 'not a share: "unknown"', "write ?"),
        ("６０%", 'not a share: "６０%"', SHARE_FORMS),
        ("-5%", 'share below nothing: "-5%"', "a share is at least 0%"),
        ("<0%", 'share below nothing: "<0%"', "a share is at least 0%"),
        ("120%", 'share above the whole: "120%"', "a share is at most 100%"),
        ("8/3", 'share above the whole: "8/3"', "a share is at most 100%"),
        (">100%", 'share above the whole: ">100%"', "a share is at most 100%"),
        (">=101%", 'share above the whole: ">=101%"', "a share is at most 100%"),
        ("50-120%", 'share above the whole: "50-120%"', "a share is at most 100%"),
        ("50-25%", 'range runs backwards: "50-25%"', "write the smaller end first"),
        (
            ">50-50%",
            'range of shares is empty: ">50-50%"',
            "write the smaller end first, and one share alone, as 60%",
        ),
        ("5/0", 'share divides by zero: "5/0"', SHARE_FORMS),
        (0.6, "float cannot be exact: 0.6", 'write it in quotes, as "60%"'),
        (60, "share is not a text: 60 (int)", 'write it in quotes, as "60%"'),
        (["60%"], "share is not a text: a value of type list", 'write it in quotes, as "60%"'),
    ],
)
def test_what_is_no_share_is_refused(text: Any, message: str, help: str) -> None:
    """A text that is no share is refused, and the help says what to write."""
    assert refusal(lambda: parse_share(text)) == ("C302", message, help)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Share.exact(0.6), "float cannot be exact: 0.6"),  # type: ignore[arg-type]
        (lambda: Share(0.25, 0.5), "float cannot be exact: 0.25"),  # type: ignore[arg-type]
        (lambda: parse_share("60%").scaled(0.5), "float cannot be exact: 0.5"),  # type: ignore[arg-type]
        (lambda: parse_share("60%").contains(0.5), "float cannot be exact: 0.5"),  # type: ignore[arg-type]
        (lambda: parse_share("60%").definitely_above(0.5), "float cannot be exact: 0.5"),  # type: ignore[arg-type]
        (lambda: UNKNOWN.may_be_above(0.5), "float cannot be exact: 0.5"),  # type: ignore[arg-type]
        (lambda: Share.exact(True), "share is not a number: True (bool)"),
        (lambda: Share.exact(None), "share is not a number: None"),  # type: ignore[arg-type]
        (lambda: Share.exact("60%"), 'share is not a number: "60%"'),  # type: ignore[arg-type]
        (lambda: Share.exact(Decimal("NaN")), "share is not a number: NaN"),
        (lambda: Share(Fraction(1, 2), None), "share with one end"),
        (lambda: Share(None, None, minimum_open=True), "share with one end"),
        (lambda: Share(Fraction(1, 2), Fraction(1, 4)), 'range of shares is empty: "50-25%"'),
    ],
)
def test_a_share_is_made_of_exact_ends(make: Callable[[], object], message: str) -> None:
    """Floats, half ranges and empty ranges make no share."""
    code, said, help = refusal(make)
    assert (code, said) == ("C302", message)
    assert help


# Money


@pytest.mark.parametrize(
    ("text", "currency", "minimum", "maximum", "canonical"),
    [
        ("USD 800M", "USD", "800000000", "800000000", "USD 800000000"),
        ("HKD 6244000000", "HKD", "6244000000", "6244000000", "HKD 6244000000"),
        ("HKD 6,244,000,000", "HKD", "6244000000", "6244000000", "HKD 6244000000"),
        ("~USD 380M", "USD", "380000000", "380000000", "~USD 380000000"),
        ("CNY 2.4bn", "CNY", "2400000000", "2400000000", "CNY 2400000000"),
        ("JPY 1.05tn", "JPY", "1050000000000", "1050000000000", "JPY 1050000000000"),
        ("EUR 0.07", "EUR", "0.07", "0.07", "EUR 0.07"),
        ("USD 800-805M", "USD", "800000000", "805000000", "USD 800000000-805000000"),
        ("USD 900k-1.2M", "USD", "900000", "1200000", "USD 900000-1200000"),
        ("USD >1-<2M", "USD", "1000000", "2000000", "USD >1000000-<2000000"),
        (">USD 1bn", "USD", "1000000000", None, ">USD 1000000000"),
        (">=USD 1bn", "USD", "1000000000", None, ">=USD 1000000000"),
        ("<=EUR 3.5k", "EUR", None, "3500", "<=EUR 3500"),
        ("~<EUR 3.5k", "EUR", None, "3500", "~<EUR 3500"),
        ("DEM 5k", "DEM", "5000", "5000", "DEM 5000"),
        ("USD ?", "USD", None, None, "USD ?"),
        ("undisclosed", None, None, None, "undisclosed"),
    ],
)
def test_every_form_of_money(
    text: str, currency: str | None, minimum: str | None, maximum: str | None, canonical: str
) -> None:
    """Each form has its currency and its ends, prints as stated, and reads back from plain digits."""
    money = parse_money(text)
    low = None if minimum is None else Decimal(minimum)
    high = None if maximum is None else Decimal(maximum)
    assert (money.currency, money.minimum, money.maximum) == (currency, low, high)
    assert money.amount == (low if low == high else None)
    assert money.is_undisclosed == (low is None and high is None)
    assert money.approximate == text.startswith("~")
    assert str(money) == text
    assert money.canonical() == canonical
    assert parse_money(canonical) == money
    assert hash(parse_money(canonical)) == hash(money)


@given(
    st.sampled_from(sorted(CURRENCIES)),
    st.decimals(0, 10**15, places=2),
    st.decimals(0, 10**15, places=2),
    st.booleans(),
    st.booleans(),
)
def test_money_prints_and_reads_back(
    currency: str, one: Decimal, two: Decimal, low_open: bool, high_open: bool
) -> None:
    """Any amount, exact or between two, reads back from its text as the same."""
    low, high = sorted((one, two))
    is_range = low < high
    money = Money(currency, low, high, low_open and is_range, high_open and is_range)
    assert parse_money(str(money)) == money
    assert parse_money(str(Money(currency, low, None, low_open))) == Money(currency, low, None, low_open)
    assert Money.exact(currency, low).amount == low


def test_undisclosed_money_is_not_zero() -> None:
    """An amount that nobody stated is no amount; its currency may still be known."""
    assert parse_money("undisclosed") == Money.undisclosed()
    assert parse_money("USD ?") == Money.undisclosed("USD") != parse_money("USD 0")
    assert repr(Money.undisclosed("USD")) == "<Money USD ?>"


def test_amounts_do_not_depend_on_the_context() -> None:
    """Money is exact, however few digits the decimal context of the thread has."""
    with localcontext() as context:
        context.prec = 3
        money = parse_money("HKD 6,244,193,820.55")
        assert money.amount == Decimal("6244193820.55")
        assert str(parse_money("USD 1.23456789bn").amount) == "1234567890"


def test_every_currency_of_the_standard_is_known() -> None:
    """The table has each code in use that another list of ISO 4217 has, and the well-known old ones."""
    assert {currency.alpha_3 for currency in pycountry.currencies} <= CURRENCIES
    assert {"DEM", "FRF", "ITL", "ESP", "NLG", "ATS", "YUM", "SUR", "TRL"} <= CURRENCIES
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("", 'not an amount of money: ""', MONEY_FORMS),
        ("a fortune", 'not an amount of money: "a fortune"', MONEY_FORMS),
        ("USD -5", 'not an amount of money: "USD -5"', MONEY_FORMS),
        ("USD 1,00", 'not an amount of money: "USD 1,00"', MONEY_FORMS),
        ("USD 800 M", 'not an amount of money: "USD 800 M"', "write USD 800M"),
        ("USD800M", 'not an amount of money: "USD800M"', "write USD 800M"),
        ("usd 800M", 'not an amount of money: "usd 800M"', "write USD 800M"),
        ("800M USD", 'not an amount of money: "800M USD"', "write USD 800M"),
        ("USD >1bn", 'not an amount of money: "USD >1bn"', "write >USD 1bn"),
        ("EUR 3.5m", 'not an amount of money: "EUR 3.5m"', "write EUR 3.5M"),
        ("EUR 3.5B", 'not an amount of money: "EUR 3.5B"', "write EUR 3.5bn"),
        ("US$800 million", 'not an amount of money: "US$800 million"', "write USD 800M"),
        ("RMB 2.4 billion", 'not an amount of money: "RMB 2.4 billion"', "write CNY 2.4bn"),
        ("€5k", 'not an amount of money: "€5k"', "write EUR 5k"),
        ("unknown", 'not an amount of money: "unknown"', "write undisclosed"),
        ("$800M", 'sign of several currencies: "$800M"', "write the code of ISO 4217, as in USD 800M"),
        ("¥500", 'sign of several currencies: "¥500"', "write the code of ISO 4217, as in USD 800M"),
        ("800M", 'amount without a currency: "800M"', "name it first, as in USD 800M"),
        ("UDS 5", 'unknown currency: "UDS"', "did you mean USD?"),
        ("RMB 5bn", 'unknown currency: "RMB"', "did you mean CNY?"),
        ("EUT 5", 'unknown currency: "EUT"', "did you mean EUR?"),
        (
            "QQQ 5",
            'unknown currency: "QQQ"',
            "use the three letters of ISO 4217, such as USD, EUR, CNY",
        ),
        ("USD 805-800M", 'range runs backwards: "USD 805-800M"', "write the smaller end first"),
        (5.0, "float cannot be exact: 5.0", 'write it in quotes, as "USD 800M"'),
        (None, "amount of money is not a text: None (NoneType)", 'write it in quotes, as "USD 800M"'),
    ],
)
def test_what_is_no_money_is_refused(text: Any, message: str, help: str) -> None:
    """A text that is no amount is refused, and the help says what to write."""
    assert refusal(lambda: parse_money(text)) == ("C303", message, help)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Money.exact("USD", 5.5), "float cannot be exact: 5.5"),  # type: ignore[arg-type]
        (lambda: Money.exact("USD", True), "amount is not a number: True (bool)"),
        (lambda: Money.exact("USD", Decimal("Infinity")), "amount is not a number: a value of type Decimal"),
        (lambda: Money.exact("dollar", 5), 'unknown currency: "dollar"'),
        (lambda: Money(5, 1, 1), "unknown currency: 5 (int)"),  # type: ignore[arg-type]
        (lambda: Money(None, 5, 5), "amount without a currency"),  # type: ignore[arg-type]
    ],
)
def test_money_is_made_of_exact_amounts(make: Callable[[], object], message: str) -> None:
    """Floats, unknown currencies and amounts of nothing make no money."""
    code, said, help = refusal(make)
    assert (code, said) == ("C303", message)
    assert help


# Counts and ratios


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12488058846", 12_488_058_846),
        ("12,488,058,846", 12_488_058_846),
        ("12.488bn", 12_488_000_000),
        ("1.93bn", 1_930_000_000),
        ("10M", 10_000_000),
        ("1.5k", 1500),
        ("12.0", 12),
        ("0", 0),
        ("~30", 30),
    ],
)
def test_every_form_of_a_count(text: str, value: int) -> None:
    """A count is a whole number, however short it was written, and prints as stated."""
    count = parse_count(text)
    assert count == Count(value, approximate=text.startswith("~"))
    assert str(count) == text
    assert repr(count) == f"<Count {text}>"
    assert parse_count(count.canonical()) == count


@given(st.integers(0, 10**20), st.booleans())
def test_a_count_prints_and_reads_back(value: int, approximate: bool) -> None:
    """The text of any count reads as the same count."""
    count = Count(value, approximate)
    assert parse_count(str(count)) == count
    assert parse_count(f"{'~' if approximate else ''}{value:,}") == count


@pytest.mark.parametrize(
    ("make", "message", "help"),
    [
        (lambda: parse_count(""), 'not a count: ""', COUNT_FORMS),
        (lambda: parse_count("-3"), 'not a count: "-3"', COUNT_FORMS),
        (lambda: parse_count("1,00"), 'not a count: "1,00"', COUNT_FORMS),
        (lambda: parse_count("thirty"), 'not a count: "thirty"', COUNT_FORMS),
        (lambda: parse_count("12.5"), 'count is not a whole number: "12.5"', COUNT_FORMS),
        (lambda: parse_count("1.2345k"), 'count is not a whole number: "1.2345k"', COUNT_FORMS),
        (
            lambda: parse_count(30),  # type: ignore[arg-type]
            "count is not a text: 30 (int)",
            'write it in quotes, as "12488058846"',
        ),
        (lambda: Count(3.0), "count is not a whole number: 3.0 (float)", "give an int"),  # type: ignore[arg-type]
        (lambda: Count(-1), "count below zero: -1", "counts are zero or more"),
    ],
)
def test_what_is_no_count_is_refused(make: Callable[[], object], message: str, help: str) -> None:
    """Halves, negatives, words and floats are no counts."""
    assert refusal(make) == ("C304", message, help)


def test_a_ratio_is_new_for_old() -> None:
    """Two new for one old doubles the shares; one for ten leaves a tenth."""
    assert parse_ratio("2:1").factor == 2
    assert parse_ratio("1:10").factor == Fraction(1, 10)
    assert str(parse_ratio("05:2")) == "05:2"
    assert parse_ratio("05:2") == Ratio(5, 2)
    assert str(Ratio(5, 2)) == Ratio(5, 2).canonical() == "5:2"
    assert repr(Ratio(5, 2)) == "<Ratio 5:2>"


@given(st.integers(1, 10**17), st.integers(1, 10**17))
def test_a_ratio_prints_and_reads_back(new: int, old: int) -> None:
    """The text of any ratio reads as the same ratio."""
    assert parse_ratio(str(Ratio(new, old))) == Ratio(new, old)


@pytest.mark.parametrize(
    ("make", "message", "help"),
    [
        (lambda: parse_ratio("2"), 'not a ratio: "2"', RATIO_FORMS),
        (lambda: parse_ratio("2.5:1"), 'not a ratio: "2.5:1"', RATIO_FORMS),
        (lambda: parse_ratio("2:1:1"), 'not a ratio: "2:1:1"', RATIO_FORMS),
        (lambda: parse_ratio("0:1"), 'ratio with a zero: "0:1"', RATIO_FORMS),
        (lambda: parse_ratio("1:0"), 'ratio with a zero: "1:0"', RATIO_FORMS),
        (lambda: parse_ratio(2.0), "float cannot be exact: 2.0", 'write it in quotes, as "2:1"'),  # type: ignore[arg-type]
        (lambda: Ratio(2.0, 1), "not a ratio of whole numbers: 2.0 (float)", RATIO_FORMS),  # type: ignore[arg-type]
        (lambda: Ratio(1, 0), "not a ratio of whole numbers: 0 (int)", RATIO_FORMS),
    ],
)
def test_what_is_no_ratio_is_refused(make: Callable[[], object], message: str, help: str) -> None:
    """A ratio is two whole numbers above zero."""
    assert refusal(make) == ("C305", message, help)


# Sources


def test_a_source_says_who_says_so() -> None:
    """A source is named by publisher, title or address, and dated as precisely as it is known."""
    source = Source(publisher="Caixin", title="A star is bought", published="2015-09-07", page="B3")
    assert source.published == parse_date("2015-09-07")
    assert source == Source(
        publisher="Caixin", title="A star is bought", published=parse_date("2015-09-07"), page="B3"
    )
    assert str(source) == "Caixin, A star is bought, 2015-09-07"
    assert str(Source(url="https://example.org/1")) == "https://example.org/1"
    assert hash(source) == hash(pickle.loads(pickle.dumps(source)))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "urn:isbn:9780141036144",
        "doi:10.1000/182",
        "10.1371/journal.pone.0025995",
    ],
)
def test_addresses_of_sources(url: str) -> None:
    """Addresses on the web, names of books and identifiers of papers all lead to a source."""
    assert Source(url=url).url == url


NO_ADDRESS = "write an address with http://, https://, urn: or doi:"


@pytest.mark.parametrize(
    ("fields", "code", "message", "help"),
    [
        ({}, "C307", "source without a name", "give a publisher, a title or a url"),
        ({"quote": "so it was"}, "C307", "source without a name", "give a publisher, a title or a url"),
        (
            {"url": "javascript:alert(1)"},
            "C307",
            'not an address: "javascript:alert(1)"',
            NO_ADDRESS,
        ),
        ({"url": "example.org"}, "C307", 'not an address: "example.org"', NO_ADDRESS),
        ({"url": "https://"}, "C307", 'not an address: "https://"', NO_ADDRESS),
        ({"url": "https://a b"}, "C307", 'not an address: "https://a b"', NO_ADDRESS),
        (
            {"url": "https://a\x1b[2J"},
            "C307",
            'not an address: "https://a\N{REPLACEMENT CHARACTER}[2J"',
            NO_ADDRESS,
        ),
        ({"publisher": " "}, "C307", "publisher of a source is empty", "write the publisher or leave it out"),
        (
            {"title": "x", "page": 3},
            "C307",
            "page of a source is not a text: 3 (int)",
            "write the page in quotes",
        ),
        (
            {"title": "x", "published": "2014-3"},
            "C301",
            'not a date: "2014-3"',
            "did you mean 2014-03?",
        ),
    ],
)
def test_what_is_no_source_is_refused(fields: dict[str, Any], code: str, message: str, help: str) -> None:
    """A source without a name, with an odd address or a bad date is refused."""
    assert refusal(lambda: Source(**fields)) == (code, message, help)


# All of them


@given(st.one_of(st.text(max_size=70), st.text(alphabet="0123456789,.%/-<>=~? USDEURkMbn:", max_size=30)))
@pytest.mark.parametrize(
    ("parse", "code"),
    [(parse_share, "C302"), (parse_money, "C303"), (parse_count, "C304"), (parse_ratio, "C305")],
)
def test_any_text_is_a_value_or_one_error(parse: Callable[[str], object], code: str, text: str) -> None:
    """No text ends in anything but a value that prints as stated, or one error with help."""
    try:
        assert str(parse(text)) == text
    except InvalidValue as error:
        refused = error
    else:
        return
    assert refused.code == code
    assert refused.problems[0].help


@pytest.mark.parametrize("parse", [parse_share, parse_money, parse_count, parse_ratio])
def test_a_giant_text_is_refused_at_once(parse: Callable[[str], object]) -> None:
    """Ten million digits are not looked at, and the message quotes sixty of them."""
    _, message, _ = refusal(lambda: parse(Beginning("9" * 10_000_000)))
    assert message.endswith(f'"{"9" * 60}…"')


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (">50%", ">50.0%"),
        (">=50%", ">=50.0%"),
        ("<=3.2%", "<=3.2%"),
        ("<25%", "<25.0%"),
        ("25-50%", "25.0-50.0%"),
        (">25-<50%", ">25.0-<50.0%"),
        ("~>50%", "~>50.0%"),
        ("~9.2%", "~9.2%"),
        ("3/8", "37.5%"),
        ("?", "?"),
    ],
)
def test_a_share_in_a_format_of_numbers_keeps_its_ends(stated: str, shown: str) -> None:
    """Also a range that is open on one side; a format that there is not is an error."""
    share = parse_share(stated)
    assert f"{share:.1%}" == shown
    with pytest.raises(ValueError, match="format"):
        f"{share:.1x}"
