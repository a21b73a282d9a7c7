"""The local day of a timestamp of GLEIF, which is often not the day of its UTC time.

The register keeps days as moments: midnight in the time zone of the issuer of the LEI, converted to UTC. So
2009-01-11T23:00Z is 12 January in Paris, and 2025-03-21T18:30Z is 22 March in Delhi. The rules, in this
order:

1. A day without a time is that day.
2. A time with an offset other than Z is local: its day is the day.
3. Midnight UTC is that day. Any other full quarter of an hour is taken for midnight somewhere: up to noon
   west of Greenwich, on the same day; after noon east of Greenwich, on the next day. From 10 to 12 o'clock it
   is the next day in countries of the Pacific that are ahead of Greenwich by 12 hours or more.
4. Any other moment was taken from a clock. Its day is the window of the days that it can be in the country of
   the record, or anywhere when the country is not in the table.
"""

from __future__ import annotations

import datetime
import re
from types import MappingProxyType
from typing import Final

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NOON = 12 * 60
_FIRST_AHEAD = 10 * 60
_SENTINEL_YEARS = (1800, 2100)

# Countries that are 12 to 14 hours ahead of Greenwich, where midnight is 10 to 12 o'clock UTC.
_FAR_AHEAD = frozenset("NZ FJ TO WS KI TK TV NR WF MH".split())  # noqa: SIM905

# The least and the most hours that a country is ahead of Greenwich in a year.
_HOURS: Final = MappingProxyType(
    {
        country: hours
        for countries, hours in (
            ("GB IE PT IM JE GG IS", (-1, 1)),
            ("ES", (0, 2)),
            (
                "AT BE CH CZ DE DK FR HU IT LI LU MC MT NL NO PL SE SI SK SM HR BA RS ME MK AL AD GI VA",
                (1, 2),
            ),
            ("BG CY EE FI GR LT LV MD RO UA IL LB", (2, 3)),
            ("TR SA QA KW BH IQ BY", (3, 3)),
            ("AE OM AZ GE AM MU SC", (4, 4)),
            ("IN LK", (5, 6)),
            ("CN HK MO TW SG MY PH", (8, 8)),
            ("JP KR", (9, 9)),
            ("AU", (8, 11)),
            ("NZ", (12, 14)),
            ("US", (-10, -4)),
            ("CA", (-8, -2)),
            ("MX", (-8, -5)),
            ("BR", (-5, -2)),
            ("KY BS PA CO PE EC JM", (-5, -4)),
            ("VG BM PR BB CL", (-4, -3)),
            ("ZA", (2, 2)),
            ("RU", (2, 12)),
        )
        for country in countries.split()
    }
)
_ANYWHERE = (-12, 14)


def local_date(stamp: str, country: str = "") -> str | None:
    """The local day of a timestamp as the text of a date, or a window of days; None when it is no day.

    ``country`` is a code of ISO 3166, or of a subdivision. Years before 1800 and from 2100 on count as no
    day.
    """
    found = _MOMENT.fullmatch(stamp.strip())
    if found is None:
        return None
    try:
        day = datetime.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    if not _SENTINEL_YEARS[0] <= day.year < _SENTINEL_YEARS[1]:
        return None
    zone = (found[8] or "Z").replace(":", "")
    if found[4] is None or zone not in ("Z", "+0000", "-0000"):
        return day.isoformat()
    minutes = int(found[4]) * 60 + int(found[5])
    exact = float(found[7] or 0) == 0 and found[6] in (None, "00")
    code = country[:2].upper()
    if exact and minutes % 15 == 0:
        ahead = minutes > _NOON or (minutes >= _FIRST_AHEAD and code in _FAR_AHEAD)
        return (day + datetime.timedelta(days=int(ahead))).isoformat()
    return _window(day, minutes, code)


def _window(day: datetime.date, minutes: int, country: str) -> str:
    least, most = _HOURS.get(country, _ANYWHERE)
    first, last = (
        day + datetime.timedelta(days=(minutes + hours * 60) // (24 * 60)) for hours in (least, most)
    )
    return first.isoformat() if first == last else f"[{first.isoformat()}..{last.isoformat()}]"
