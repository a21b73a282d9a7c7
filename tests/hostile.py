"""A history in which every text was written by somebody who wants it to be obeyed, and not read.

All of it is allowed: a name may be anything that can be read. Texts that cannot be (control characters,
marks that turn the direction of text) no event has; they are in ``REFUSED``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

TEXTS = (
    "'; DROP TABLE records; --",
    '" OR ""="',
    "Robert'); DELETE FROM head; --",
    "$(touch executed)",
    "`touch executed`",
    "; touch executed #",
    "| touch executed &",
    "__import__('os').system('touch executed')",
    "!!python/object/apply:os.system ['touch executed']",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "${jndi:ldap://localhost/x}",
    "%s %n %(name)s {0.__class__} {name!r}",
    '=HYPERLINK("http://localhost/?"&A1,"x")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></svg><svg onload=alert(1)>",
    "]]> --> <!-- <![CDATA[",
    "&lt;b&gt; &amp; &#x1b;",
    '"]; n9 [label="x',
    '"] --> n9["x',
    "end\\",
    "a;b,c:d\\n\\\\",
    "BEGIN:VEVENT END:VCALENDAR",
    "javascript:alert(1)",
    "[bold red]red[/] :skull: [link=http://localhost]x[/link]",
    "# heading | a | b | *c* _d_ ~~~",
    "../../../etc/passwd",
    "C:\\Windows\\..\\con",
    "file:///etc/passwd?mode=memory#x",
    "--help",
    "-rf *",
    "\\x1b[2J \\u202e \\033]0;x\\007 ^[[2J %1b%5b2J",
    "null",
    "NaN",
    "0x1F 1e400 1_000",
    "true",
    "~",
    "{a: &x [*x]}",
    "影业\u3000有限公司 ～ ﹙ａ﹚",
    "שלום Acme עולם",
    "مرحبا",
    "Z\u0351\u036b\u0343a\u0342\u035bl\u0334g\u0321o\u0335" * 3,
    "zero\u200bwidth\u200djoined\u2060\ufeffmarks",
    "left\u200eright\u200fletter\u061cmark",
    "tag\U000e0041\U000e0042 private\ue000 none\ufffe\uffff",
    "👩\u200d👩\u200d👧\u200d👦🏴\U000e0067\U000e0062\U000e007f",
    "ﬀ İ ı ß ẞ ſ K Å é é",
    "\u00a0blank\u2003blanks\u3000",
    "x" * 5_000,
    "word " * 400 + "end",
    "．．／．．／passwd",
    "ｓｃｒｉｐｔ＞",
    "\U0001d54f\U00020000\U0010fffd",
    '{"a": "\\u0000"}',
    "\\ud800",
    "°º¹ ½ ٣ ४",
)
"""Texts of one line, all of which a name may be."""

LINES = (
    "one\ntwo\n\n---\nkind: record.retracted\n",
    "tab\there\n\t- and here",
    "END:VEVENT\nBEGIN:VEVENT\nSUMMARY:x",
    'x\n"}\n{"kind":"entity.founded"}',
    'a,b\n=1+1,"c\nd"',
)
"""Texts of several lines, as a note or a quote may have."""

REFUSED = (
    *("\x00", "\x07", "\x08", "\x1b[2J", "\x1b]0;title\x07", "\x7f", "\x85", "\x9b31m", "\x9d0;x\x9c"),
    *("\r", "\x0b", "\x0c", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ud800", "\udfff"),
)
"""What no text of an event may have in it."""

# The fields that take several lines.
_IN_LINES = ("note", "quote", "reason")


def _entity(number: int, type: str = "company") -> dict[str, Any]:
    fields = {"name": "", "short": "", "lang": "", "jurisdiction": "", "note": ""}
    return {
        "kind": "entity.declared",
        "entity": f"e{number}",
        "type": type,
        "id": f"declared-{number}",
        **fields,
    }


_SOURCE = {"publisher": "", "title": "", "quote": "", "page": "", "published": "2014-02-01"}


def _event(kind: str, date: str, **fields: Any) -> dict[str, Any]:
    source = {**_SOURCE, "url": "https://localhost/?q='><script>%0d%0a&x=$(touch${IFS}executed)"}
    plain = {name.rstrip("_"): value for name, value in fields.items()}
    return {"kind": kind, "date": date, "note": "", "sources": [source], **plain}


def _skeleton() -> list[dict[str, Any]]:
    """Events of every kind that hang together; a text that is empty is still to be filled."""
    effect = {"kind": "unit.transferred", "unit": "e7", "from": "e1", "to": "e2"}
    return [
        *(_entity(number) for number in range(1, 5)),
        *(_entity(5, "person"), _entity(6, "project"), _entity(7, "unit"), _entity(8, "index")),
        _event(
            "entity.founded", "1998", entity="e9", name="", type="company", jurisdiction="", founders=["e5"]
        ),
        _event("entity.identified", "1999", entity="e1", scheme="lei", value=""),
        _event("entity.renamed", "2001", entity="e1", name="", lang="", short=""),
        _event("unit.launched", "2002", unit="e7", owner="e1"),
        _event(
            "stake.acquired", "2014-03", holder="e1", target="e2", share="60%", price="HKD 6.2bn", seller="e3"
        ),
        _event("stake.acquired", "2014-04", holder="e3", target="e4", share="25-50%", right="votes"),
        _event("stake.observed", "2014-12-31", holder="e1", target="e2", holds="59.32%"),
        _event("stake.observed", "2014-12-31", holder="e1", target="e2", holds="61%", confidence="reported"),
        _event("stake.disposed", "2015", holder="e3", target="e4", holds="10%", right="votes"),
        # A loop: the second holds some of the first.
        _event("stake.acquired", "2015-02", holder="e2", target="e1", share="10-20%"),
        _event("shares.issued", "2015-02", issuer="e2", shares="1bn", subscribers={"e1": "1bn"}),
        _event("shares.restructured", "2015-03", issuer="e2", ratio="5:1"),
        _event("investment.made", "2015-04", investor="e2", project="e6", share="?", amount="undisclosed"),
        _event("deal.proposed", "2015-04-01", deal="d1", title="", parties=["e1", "e2"], effects=[effect]),
        _event("deal.agreed", "2015-05-01", deal="d1", title=""),
        _event("deal.approved", "2015-06-01", deal="d1", reason=""),
        _event("deal.completed", "2015-12-31", deal="d1"),
        _event("deal.proposed", "2016-04-01", deal="d2", title="", parties=["e2", "e3"]),
        _event("deal.terminated", "2016-05-01", deal="d2", reason=""),
        _event("deal.proposed", "2017", deal="d3", title="", parties=["e2", "e3"]),
        _event(
            "listing.started", "2014-09-19", entity="e1", exchange="", ticker="", ipo=True, raised="USD 25bn"
        ),
        _event("listing.ended", "2021", entity="e1", reason=""),
        _event("control.granted", "2014-07", controller="e1", target="e4", basis=""),
        _event("role.appointed", "2015-01", person="e5", entity="e2", role=""),
        _event("membership.started", "2020", entity="e1", group="e8"),
        _event("membership.ended", "2022", entity="e1", group="e8"),
        _event("partnership.agreed", "2015-01", parties=["e2", "e3"], subject="", project="e6"),
        _event("partnership.ended", "2017-12", parties=["e2", "e3"], reason=""),
        _event("project.released", "2015-09-08", project="e6", where="", by=["e2"]),
        _event("unit.closed", "2019", unit="e7", reason=""),
        _event("merger.absorbed", "2018", survivor="e1", absorbed="e3"),
        _event("entity.insolvent", "2020-02", entity="e4", stage=""),
        _event("entity.dissolved", "2020-12", entity="e4", reason=""),
        _event("record.corrected", "2016", target="first", set={"share": "59.32%", "note": ""}, reason=""),
        _event("record.retracted", "2016", target="second", reason=""),
    ]


def history() -> list[dict[str, Any]]:
    """The events as plain data, every text of them hostile and each of ``TEXTS`` in several."""
    texts, lines = _around(TEXTS), _around(LINES)
    made: list[dict[str, Any]] = [_filled(event, texts, lines) for event in _skeleton()]
    numbers = count(1)
    for event in made:
        event.setdefault("id", f"event-{next(numbers)}")
    acquired = [event["id"] for event in made if event["kind"] == "stake.acquired"]
    named = {"first": acquired[0], "second": acquired[1]}
    return [
        {**event, "target": named.get(event["target"], event["target"])} if "target" in event else event
        for event in made
    ]


def _around(texts: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from texts


def _filled(value: Any, texts: Iterator[str], lines: Iterator[str]) -> Any:
    if isinstance(value, list):
        return [_filled(item, texts, lines) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: item if item != "" and not isinstance(item, (dict, list)) else _text(name, item, texts, lines)
        for name, item in value.items()
    }


def _text(name: str, item: Any, texts: Iterator[str], lines: Iterator[str]) -> Any:
    if item != "":
        return _filled(item, texts, lines)
    return next(lines) if name in _IN_LINES else next(texts)


def json_lines() -> str:
    """The history as a file of JSON Lines."""
    return "".join(json.dumps(event) + "\n" for event in history())
