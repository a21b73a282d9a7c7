"""Ids: which texts are ids, the id that a text would be, and the readable id of an event without one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from chronicle.events import KINDS, EntityDeclared, plain_name

LONGEST = 200
PATTERN = r"[a-z0-9]+([-._:][a-z0-9]+)*"

_is_id = re.compile(PATTERN).fullmatch
_are_ids = re.compile(rf"{PATTERN}(\n{PATTERN})*").fullmatch
_RANGE = re.compile(r"\[(.*)\.\.(.*)\]", re.DOTALL)
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def is_id(text: str) -> bool:
    """Whether ``text`` is valid as the id of an event, an entity or a deal."""
    return len(text) <= LONGEST and _is_id(text) is not None


def are_ids(texts: Sequence[str]) -> bool:
    """Whether all of many texts are valid ids. Looked at together, which takes less time than one by one."""
    joined = "\n".join(texts)
    if not texts or max(map(len, texts)) > LONGEST or joined.count("\n") >= len(texts):
        return not texts
    return _are_ids(joined) is not None


def slug(text: str) -> str:
    """``text`` as an id: ``alibaba-group`` for "Alibaba Group". Empty when no character of it can stay."""
    lower = text[: 4 * LONGEST].casefold()
    if is_id(lower):
        return lower
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return _NOT_IN_IDS.sub("-", plain)[:LONGEST].strip("-")


def generated_id(plain: Mapping[str, object]) -> str:
    """The id of an event that has none: ``2014-03-stake-acquired-alibaba-group-alibaba-pictures``.

    Takes an event as plain data, with or without faults, and never raises. Made of its date, its kind and
    what it is about, so that it stays the same as long as these do. The id of a declaration has no date,
    since the date of a declaration has no meaning.
    """
    kind = plain.get("kind")
    name = kind if isinstance(kind, str) else "event"
    parts = [] if name == EntityDeclared.kind else [_date_slug(plain.get("date"))]
    parts += [slug(name.replace(".", "-")), *_subjects(name, plain)]
    return _shortened("-".join(part for part in parts if part)) or "event"


def _subjects(kind: str, plain: Mapping[str, object]) -> Iterator[str]:
    about = KINDS[kind].about if kind in KINDS else ()
    for attribute in about:
        value = plain.get(plain_name(attribute))
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(text, str):
                yield _part(text)


def _part(text: str) -> str:
    """A text as a part of an id. One of which no character can stay becomes a checksum."""
    return slug(text) or (_checksum(text) if text else "")


def _date_slug(date: object) -> str:
    if not isinstance(date, str):
        return ""
    ends = _RANGE.fullmatch(date)
    if ends is None:
        return slug(date.rstrip("~?%"))
    first, last = slug(ends[1]), slug(ends[2])
    if first and last:
        return f"{first}-to-{last}"
    return f"from-{first}" if first else f"by-{last}"


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 9].rstrip('-._:')}-{_checksum(text)}"


def _checksum(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"
