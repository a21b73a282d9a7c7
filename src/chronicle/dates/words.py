"""Dates in English, for people: "11 March 2014", "about 2014", "by September 2014"."""

from __future__ import annotations

from chronicle.dates.calendar import QUARTERS, month_words
from chronicle.dates.refusals import refusal
from chronicle.dates.windows import QUALIFIERS, plain_window


def date_words(text: str, *, approximate: bool, uncertain: bool) -> str:
    """The date ``text`` in English. Raises ``InvalidValue`` (C301) when it is no date."""
    plain = text.rstrip(QUALIFIERS)
    words = _range_words(plain) if plain.startswith("[") else _plain_words(plain)
    if approximate:
        words = f"about {_with_article(words)}"
    return f"{words} (uncertain)" if uncertain else words


def _plain_words(text: str) -> str:
    window = plain_window(text)
    if window is None:
        raise refusal(text)
    first, _, precision = window
    if precision == "day":
        return f"{first.day} {month_words(first)}"
    if precision == "month":
        return month_words(first)
    if precision == "quarter":
        return f"{QUARTERS[first.month // 3]} quarter of {first.year}"
    return str(first.year)


def _range_words(text: str) -> str:
    first, last = text[1:-1].split("..")
    if not first:
        return f"by {_end_words(last)}"
    if not last:
        return f"{_plain_words(first)} or later"
    if first == last:
        return _plain_words(first)
    return f"between {_shortened(first, last)} and {_the(last)}"


def _end_words(text: str) -> str:
    """The words for the end of a range. A year becomes "the end of 2014", since "by 2014" is ambiguous."""
    words = _the(text)
    return f"the end of {words}" if words.isdigit() else words


def _the(text: str) -> str:
    return _with_article(_plain_words(text))


def _with_article(words: str) -> str:
    return f"the {words}" if "quarter" in words else words


def _shortened(first: str, last: str) -> str:
    """The words of ``first`` without what ``last`` repeats: the year, or the month and the year."""
    words, others = _the(first).split(" "), _the(last).split(" ")
    if len(words) == len(others) and "quarter" in words and words[-1] == others[-1]:
        return " ".join(words[:2])
    if "quarter" in words + others or len(words) == 1 or len(others) == 1 or words[-1] != others[-1]:
        return " ".join(words)
    same_month = words[-2] == others[-2] and len(words) == len(others)
    return " ".join(words[:-2] if same_month else words[:-1])
