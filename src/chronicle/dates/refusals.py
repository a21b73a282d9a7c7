"""Errors for a text that is no date: what is wrong with it, and the nearest accepted form."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from chronicle.dates.calendar import MONTHS, month_words
from chronicle.dates.windows import QUALIFIERS, month_window, plain_window, range_window
from chronicle.errors import InvalidValue, Problem, shown

FORMS: Final = "write a year, quarter, month or day: 2014, 2014-Q3, 2014-03, 2014-03-11"
ZONES: Final = "the same moment is another day in another time zone"


def invalid(message: str, help: str) -> InvalidValue:
    """The error (C301) for a value that is no date."""
    return InvalidValue(Problem("C301", message, help=help))


def _accepted(text: str) -> bool:
    if text.startswith("["):
        window = range_window(text)
        return window is not None and window[0] <= window[1]
    return plain_window(text[:-1] if text[-1:] in QUALIFIERS else text) is not None


def refusal(text: str) -> InvalidValue:
    """The error for a text that is no date: what is wrong with it, and what was probably meant."""
    for explain in _EXPLANATIONS:
        problem = explain(text)
        if problem is not None:
            return invalid(f"{problem[0]}: {shown(text)}", problem[1])
    return invalid(f"not a date: {shown(text)}", FORMS)


_Explanation = tuple[str, str]


def _explain_empty(text: str) -> _Explanation | None:
    return None if text else ("date is empty", FORMS)


def _explain_white_space(text: str) -> _Explanation | None:
    stripped = text.strip()
    if stripped == text:
        return None
    return "white space around a date", f"write {stripped}" if _accepted(stripped) else FORMS


def _explain_script(text: str) -> _Explanation | None:
    if text.isascii():
        return None
    tidied = "".join(_ascii(character) for character in text)
    written = re.fullmatch(
        r"([0-9]{4}) ?[年년](?: ?([0-9]{1,2}) ?[月월](?: ?([0-9]{1,2}) ?[日일号號])?)?", tidied
    )
    if written:
        likely = _numbers(written)[0]
        return ("not a date", f"write {likely}") if _accepted(likely) else None
    if _accepted(tidied):
        return "date has characters that only look right", f"write {tidied}"
    return None


def _explain_own_words(text: str) -> _Explanation | None:
    """A fiscal year, and words such as "unknown": neither has an accepted form."""
    words = text.casefold()
    if re.fullmatch(_WORDS_FOR_UNKNOWN, words):
        return (
            "date that nobody knows",
            "say by when it was so, as [..2014-09], or [0001..9999] for some time",
        )
    fiscal = re.fullmatch(r"(?:fy|fiscal|fiscal year|financial year)[ -]?'?([0-9]{4}|[0-9]{2})", words)
    if fiscal:
        year = int(fiscal[1]) if len(fiscal[1]) == len("2014") else 2000 + int(fiscal[1])
        if year > 1:
            months = f"as [{year - 1:04}-07..{year:04}-06]"
            help = f"write its first and last month, {months}, or {year:04} where it is the calendar year"
            return "fiscal year instead of a date", help
    return None


_WORDS_FOR_UNKNOWN: Final = (
    r"unknown|not known|unclear|undated|no date|none|null|nil|n\.?d\.?|n/?a|n\.a\."
    r"|tba|tbc|tbd|tbs|\?+|-+|—|–|不明|不详|未知"
)


def _explain_relative(text: str) -> _Explanation | None:
    """A day counted from today, such as "yesterday", which a question takes."""
    from chronicle.dates.relative import relative_date  # it reads dates itself

    meant = relative_date(text, datetime.date.today())
    if meant is None:
        return None
    return "day counted from today", f"write {meant}: a date must mean the same whenever it is read"


def _ascii(character: str) -> str:
    if unicodedata.category(character) == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _explain_moment(text: str) -> _Explanation | None:
    found = re.match(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]", text)
    if found is None:
        return None
    return "moment instead of a day", f"write the day where it happened, such as {found[1]}: {ZONES}"


def _explain_number_of_days(text: str) -> _Explanation | None:
    parts = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})[~?%]?", text)
    if parts is None or parts[1] == "0000":
        return None
    month = month_window(int(parts[1]), int(parts[2]))
    if month is None:
        return None
    return "no such day", f"{month_words(month[0])} has {month[1].day} days"


def _explain_year(text: str) -> _Explanation | None:
    if re.match(r"(?:0000|[-+]?[0-9]{5,}|[-+][0-9]{4}|Y-?[0-9]+)(?:-|[~?%]|$)", text) and not _is_basic(text):
        return "no such year", "years run from 0001 to 9999"
    return None


def _is_basic(text: str) -> bool:
    return re.fullmatch(r"[12][0-9]{3}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?", text) is not None


_SEASON = ("season instead of a date", "write a quarter or a range, such as 2014-Q3 or [2014-06..2014-08]")


def _explain_season(text: str) -> _Explanation | None:
    return _SEASON if re.search(r"\b(?:spring|summer|autumn|fall|winter)\b", text, re.IGNORECASE) else None


def _explain_month(text: str) -> _Explanation | None:
    parts = re.match(r"[0-9]{4}-([0-9]{2})(?:-[0-9]{2})?[~?%]?$", text)
    if parts is None:
        return None
    if parts[1] in ("21", "22", "23", "24"):  # the numbers that EDTF gives them
        return _SEASON
    return "no such month", "months run from 01 to 12, quarters from Q1 to Q4"


def _explain_quarter(text: str) -> _Explanation | None:
    if re.fullmatch(r"[0-9]{4}-[Qq][0-9]+[~?%]?", text) and text[6:7] not in "1234":
        return "no such quarter", "quarters run from Q1 to Q4"
    return None


def _explain_unspecified(text: str) -> _Explanation | None:
    decade = re.fullmatch(r"([0-9]{1,3})([XxUu]{1,3})", text)
    if decade and len(text) == len("2014"):
        low, high = decade[1] + "0" * len(decade[2]), decade[1] + "9" * len(decade[2])
        low = max(low, "0001")
        return "digits left open", f"write [{low}..{high}]"
    shorter = re.fullmatch(r"([0-9]{4}(?:-[0-9]{2})?)(?:-[Xx]{2}){1,2}", text)
    if shorter and _accepted(shorter[1]):
        return "digits left open", f"write {shorter[1]}"
    return None


def _explain_range(text: str) -> _Explanation | None:
    if text.startswith("[") and text.endswith(tuple(QUALIFIERS)):
        return "range that is approximate or uncertain", f"write {text.rstrip(QUALIFIERS)}"
    if text == "[..]":
        return "range without ends", "write one end at least, as [..2014-09] or [2014-09..]"
    ends = re.fullmatch(
        r"[\[{(]?\s*([^\s./,]*)\s*(?:/|\.\.\.?|,|--| to )\s*([^\s./,]*?|\.\.)\s*[\]})]?", text
    )
    if ends is None:
        return None
    first, last = (_likely_end(end) for end in ends.groups())
    if first is not None and last is not None and _accepted(f"[{first}..{last}]"):
        return "not a date", f"for a day somewhere between two dates write [{first}..{last}]"
    return _explain_end(ends) if text.startswith("[") else None


def _likely_end(text: str) -> str | None:
    """The accepted form that an end of a range probably stands for; None unless there is exactly one."""
    plain = text.rstrip(QUALIFIERS)
    if plain in ("", "..") or plain_window(plain) is not None:
        return plain.replace("..", "")
    likely = _likely_forms(plain)
    return likely[0] if len(likely) == 1 else None


def _explain_end(ends: re.Match[str]) -> _Explanation | None:
    for end in ends.groups():
        if end and plain_window(end) is None:
            return "range with an end that is no date", refusal(end).problems[0].help or FORMS
    return None


def _explain_likely(text: str) -> _Explanation | None:
    likely = _likely_forms(text)
    return ("not a date", f"did you mean {' or '.join(likely)}?") if likely else None


def _likely_forms(text: str) -> list[str]:
    """The accepted forms that ``text`` resembles, each once, the likelier first."""
    for pattern, rewrite in _REWRITES:
        found = re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII)
        if found is not None:
            likely = [form for form in dict.fromkeys(rewrite(found)) if _accepted(form)]
            if likely:
                return likely
    return []


_Rewrite = Callable[[re.Match[str]], list[str]]


def _numbers(found: re.Match[str]) -> list[str]:
    year, *rest = (part for part in found.groups() if part)
    return ["-".join([year, *(f"{int(part):02}" for part in rest)])]


def _day_or_month_first(found: re.Match[str]) -> list[str]:
    one, two = int(found[1]), int(found[2])
    return [f"{found[3]}-{two:02}-{one:02}", f"{found[3]}-{one:02}-{two:02}"]


def _month_first(found: re.Match[str]) -> list[str]:
    return [f"{found[2]}-{int(found[1]):02}"]


def _named_month(found: re.Match[str]) -> list[str]:
    name = found["month"].casefold()
    matches = [number for number, month in enumerate(MONTHS, 1) if month.casefold().startswith(name)]
    day = found["day"] or found["other"]
    after = f"-{int(day):02}" if day else ""
    return [f"{found['year']}-{number:02}{after}" for number in matches]


def _quarter(found: re.Match[str]) -> list[str]:
    return [f"{found['year'] or found['other']}-Q{found['quarter'] or found['number']}"]


def _half(found: re.Match[str]) -> list[str]:
    year, half = (
        found["year"] or found["other"] or found["last"],
        found["half"] or found["number"] or found["before"],
    )
    return [f"[{year}-01..{year}-06]" if half == "1" else f"[{year}-07..{year}-12]"]


def _part_of_year(found: re.Match[str]) -> list[str]:
    """Early, in the middle or late in a year: a range of four months."""
    word, year = found[1].casefold(), found[2]
    first = {"early": 1, "beginning of": 1, "start of": 1, "mid": 5, "middle of": 5}.get(word, 9)
    return [f"[{year}-{first:02}..{year}-{first + 3:02}]"]


def _part_of_month(found: re.Match[str]) -> list[str]:
    """Early, in the middle or late in a month: the whole month, since the words give no days."""
    return _likely_forms(found[1])


def _decade(found: re.Match[str]) -> list[str]:
    return [f"[{found[1]}0..{found[1]}9]".replace("[0000", "[0001")]


def _about(found: re.Match[str]) -> list[str]:
    return [f"{found[1]}~"]


def _open_range(found: re.Match[str]) -> list[str]:
    """ "by", "before", "since", "from" or "after" a date, as a range."""
    word, date = found[1].casefold(), found[2]
    window = plain_window(date)
    if window is None:
        return []
    try:
        if word == "before":
            return [f"[..{window[0] - datetime.timedelta(days=1)}]"]
        if word == "after":
            return [f"[{window[1] + datetime.timedelta(days=1)}..]"]
    except OverflowError:
        return []
    return [f"[{date}..]" if word in ("since", "from") else f"[..{date}]"]


def _two_years(found: re.Match[str]) -> list[str]:
    return [f"[{found[1]}..{found[2]}]"]


def _both_qualifiers(found: re.Match[str]) -> list[str]:
    return [f"{found[1]}%"]


def _week(found: re.Match[str]) -> list[str]:
    year, week, day = int(found[1]), int(found[2]), found[3]
    try:
        first = datetime.date.fromisocalendar(year, week, int(day or 1))
        last = datetime.date.fromisocalendar(year, week, int(day or 7))
    except ValueError:
        return []
    return [str(first) if first == last else f"[{first}..{last}]"]


def _day_of_year(found: re.Match[str]) -> list[str]:
    try:
        first = datetime.date(int(found[1]), 1, 1)
        day = first + datetime.timedelta(days=int(found[2]) - 1)
    except (ValueError, OverflowError):
        return []
    return [str(day)] if day.year == first.year else []


# As texts, compiled on first use: most histories have no date that is refused.
_REWRITES: tuple[tuple[str, _Rewrite], ...] = (
    (r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?", _numbers),
    (r"(\d{4})(\d\d)(\d\d)?", _numbers),
    (r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", _day_or_month_first),
    (r"(\d{1,2})[-/. ](\d{4})", _month_first),
    (
        r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -])?(?P<month>[a-z]{3,9})\.?[ -]"
        r"(?:(?P<other>\d{1,2})(?:st|nd|rd|th)?,? )?(?P<year>\d{4})",
        _named_month,
    ),
    (r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])|Q(?P<number>[1-4])[-/ ]?(?P<other>\d{4})", _quarter),
    (
        r"(?P<year>\d{4})[- ]?H(?P<half>[12])|H(?P<number>[12])[-/ ]?(?P<other>\d{4})"
        r"|(?P<before>[12])H[-/ ]?(?P<last>\d{4})",
        _half,
    ),
    (r"(early|beginning of|start of|mid|middle of|late|end of)(?: in)?[- ](\d{4})", _part_of_year),
    (r"(?:early|beginning of|start of|mid|middle of|late|end of)(?: in)?[- ](.{6,20})", _part_of_month),
    (r"(?:the )?(\d{3})0'?s", _decade),
    (r"(?:~|c\.?|ca\.?|circa|about|around) ?(\d{4}[-0-9Q]*)", _about),
    (r"(by|until|before|since|from|after) (\d{4}[-0-9Q]*)", _open_range),
    (r"(\d{4})-(\d{4})", _two_years),
    (r"(\d{4}[-0-9Q]*)(?:~\?|\?~)", _both_qualifiers),
    (r"(\d{4})-?W(\d\d)(?:-?([1-7]))?", _week),
    (r"(\d{4})-(\d{3})", _day_of_year),
)

_EXPLANATIONS: tuple[Callable[[str], _Explanation | None], ...] = (
    _explain_empty,
    _explain_white_space,
    _explain_own_words,
    _explain_relative,
    _explain_script,
    _explain_moment,
    _explain_number_of_days,
    _explain_year,
    _explain_season,
    _explain_month,
    _explain_quarter,
    _explain_unspecified,
    _explain_range,
    _explain_likely,
)
