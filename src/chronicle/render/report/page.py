"""The page of a report: one file of HTML with its style, its script and its data, which asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from chronicle.drawing import STYLE
from chronicle.events import EntityDeclared, references
from chronicle.render.layout import joined
from chronicle.render.markup import environment
from chronicle.render.report.deals import lanes
from chronicle.render.report.facts import Facts
from chronicle.render.report.material import Report
from chronicle.render.report.scale import Scale
from chronicle.render.report.state import LastState
from chronicle.render.report.structure import structure_of
from chronicle.render.report.told import UNLISTED, EventTold, Wordings
from chronicle.render.words.days import day_words
from chronicle.render.words.said import plainly

_STATIC: Final = "static"
_STYLES: Final = ("page.css", "tables.css", "timeline.css", "print.css")
_SCRIPTS: Final = (
    "dates.js",
    "facts.js",
    "look.js",
    "tables.js",
    "events.js",
    "find.js",
    "picture.js",
    "why.js",
    "changes.js",
    "controls.js",
)
# What would end the element, or be read as markup in it, if the data had it.
_ESCAPES: Final = MappingProxyType(
    {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"}
)


@frozen
class Surroundings:
    """What a server puts around a report, as HTML: elements for its head, and those before its content."""

    head: str
    body: str


def html(report: Report) -> str:
    """The page of a report. Raises ``UsageError`` (C740) where jinja2 is not installed."""
    return _page(report, None)[0]


def served(report: Report, around: Surroundings) -> tuple[str, str, str]:
    """The page within what a server puts around it, and the hashes of its script and of its style.

    Such a page has no policy: the server says by these what a browser may do with it.
    """
    return _page(report, around)


def _page(report: Report, around: Surroundings | None) -> tuple[str, str, str]:
    template = environment(_text).get_template("report.html.jinja")
    style, script = STYLE + _text(*_STYLES), _script()
    policy = "" if around else _policy(style, script)
    page: str = template.render(**_content(report), style=style, script=script, policy=policy, around=around)
    return page, hashed(script), hashed(style)


def _content(report: Report) -> Mapping[str, Any]:
    facts, wordings = Facts(report), Wordings(report)
    events = wordings.events()
    named = [_named(report, event.id, facts) for event in events]
    data = facts.data()
    scale = Scale.of(event for event in report.events if not isinstance(event, UNLISTED))
    tables = LastState(data, report.names, report.day).tables()
    return {
        "title": _title(report),
        "day": day_words(report.day),
        "span": scale.words(),
        "tables": tables,
        "looked": bool(report.looked.found),
        "left_out": report.looked.left_out,
        "possible": any(not row.certain for table in tables for row in table.rows),
        "events": events,
        "lanes": lanes(report, scale),
        "scale": scale,
        "conflicts": wordings.conflicts(),
        "sources": wordings.sources(),
        "data": as_data(data | _around(report, scale, events, named)),
        "drawing": structure_of(report),
    }


def _title(report: Report) -> str:
    """The names of the entities that were chosen, or of the two that most events name."""
    named = report.chosen or [entity for entity, _ in _counted(report).most_common(2)]
    names = [report.names.name(entity, report.day, None) for entity in named]
    others = [] if report.chosen or len(_counted(report)) <= len(names) else ["others"]
    return plainly(joined([[(name, "")] for name in (*names, *others)])) or "No events"


def _counted(report: Report) -> Counter[str]:
    """How many events name each entity."""
    told = (event for event in report.events if not isinstance(event, EntityDeclared))
    return Counter(name for event in told for _, what, name in references(event) if what == "entity")


def _named(report: Report, event: str, facts: Facts) -> list[int]:
    """The numbers of the entities that an event names, in any version."""
    named = (
        name
        for version in report.versions[event]
        for _, what, name in references(version.event)
        if what == "entity"
    )
    return [facts.entity(entity) for entity in dict.fromkeys(named)]


def _around(
    report: Report, scale: Scale, events: Sequence[EventTold], named: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """What the page needs besides facts: windows of events and whom they name, the last day, the scale."""
    return {
        "events": [
            [event.earliest, event.latest, *entities] for event, entities in zip(events, named, strict=True)
        ],
        "last": report.day.toordinal(),
        "scale": [scale.first, scale.last],
    }


def as_data(data: object) -> str:
    """``data`` as JSON that can stand in an element of HTML whatever texts are in it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _policy(style: str, script: str) -> str:
    """What a browser may do with the page: run this script and apply this style, and nothing else."""
    return (
        f"default-src 'none'; script-src '{hashed(script)}'; style-src '{hashed(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def hashed(text: str) -> str:
    """A script or a style by its hash, as a policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _script() -> str:
    return f'(() => {{\n"use strict";\n{_text(*_SCRIPTS)}}})();\n'


def _text(*names: str) -> str:
    folder = files(__package__) / _STATIC
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)
