"""Events to plain data and records, and back: nothing is lost, and nothing wrong gets in."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import codec
from chronicle.codec import (
    decode,
    diagnose,
    encode,
    fields_of,
    from_record,
    generated_id,
    is_id,
    slug,
    to_record,
    upgrades,
)
from chronicle.codec.ids import are_ids
from chronicle.codec.shapes import EFFECT_KINDS, TAKEN_FROM_DEAL
from chronicle.dates import parse_date
from chronicle.errors import Damaged, InvalidEvents, InvalidValue, StoreError
from chronicle.events import (
    KINDS,
    DealProposed,
    Effect,
    EntityRenamed,
    Event,
    RecordCorrected,
    SharesIssued,
    StakeAcquired,
    UnitTransferred,
    happened,
)
from chronicle.stores.record import Head, NewRecord, chained
from chronicle.values import Share, Source, parse_count, parse_ratio, parse_share
from strategies import events, events_of, ids

DATA = Path(__file__).parent / "data"
# The second was added with the fields `ends`, `apart` and `lot`.
EVERY_FROZEN = (DATA / "every-kind-1.jsonl", DATA / "every-kind-2.jsonl")
FROZEN = EVERY_FROZEN[-1]

STAKE: dict[str, Any] = {
    "kind": "stake.acquired",
    "date": "2014-03",
    "holder": "alibaba-group",
    "target": "alibaba-pictures",
    "share": "60%",
}
DEAL: dict[str, Any] = {
    "kind": "deal.proposed",
    "date": "2015-04",
    "deal": "asset-injection",
    "title": "Asset injection",
    "parties": ["alibaba-group", "alibaba-pictures"],
}
MOVE: dict[str, Any] = {
    "kind": "unit.transferred",
    "unit": "yulebao",
    "from": "alibaba-group",
    "to": "pictures",
}
FIX: dict[str, Any] = {
    "kind": "record.corrected",
    "date": "2015-10",
    "target": "a-stake",
    "set": {"share": "61%"},
    "reason": "misread",
}

_KEPT = "retract the event and record it anew: a correction keeps what happened and when it was known"


def without(plain: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name not in names}


def shown(plain: object) -> list[str]:
    """What the diagnosis says, one text for each fault: the way, with ``!`` when the key is meant."""
    return [
        f"{'.'.join(map(str, fault.path))}{'!' if fault.key else ''}: {fault.problem.code} "
        f"{fault.problem.message} -- {fault.problem.help}"
        for fault in diagnose(plain)
    ]


def said(read: Callable[[str], object], text: str) -> str:
    """What the reader of a value says of a wrong one, which is for its own tests to judge."""
    with pytest.raises(InvalidValue) as caught:
        read(text)
    problem = caught.value.problems[0]
    return f"{problem.code} {problem.message} -- {problem.help}"


# There and back


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_round_trip(kind: str) -> None:
    """An event of every kind comes back as it was, from plain data and from a record."""

    @given(events_of(KINDS[kind]))
    @settings(max_examples=25)
    def there_and_back(event: Event) -> None:
        plain = encode(event)
        assert decode(plain) == event
        assert encode(decode(plain)) == plain
        record = to_record(event)
        assert from_record(record) == event
        assert to_record(from_record(record)).body == record.body
        assert diagnose(plain) == []

    there_and_back()


@given(events())
def test_plain_data_has_no_numbers(event: Event) -> None:
    """Plain data is mappings, lists, texts, yes and no: what JSON has, without its numbers."""

    def refuse(text: str) -> object:
        raise AssertionError(f"a number: {text}")

    plain = encode(event)
    assert json.loads(json.dumps(plain), parse_int=refuse, parse_float=refuse, parse_constant=refuse) == plain


def test_plain_data_reads_well() -> None:
    """What says which event it is comes first, its own fields next, and its sources last."""
    event = decode(
        {"sources": [{"title": "A report"}], "note": "big", **STAKE, "id": "a-stake", "known": "2014"}
    )
    names = ["kind", "id", "date", "holder", "target", "share", "known", "note", "sources"]
    assert list(encode(event)) == names


def test_values_stay_as_stated() -> None:
    """A share of 60.0 % equals one of 60 %, and each is written again as its source stated it."""
    one, two = decode({**STAKE, "share": "60.0%"}), decode(STAKE)
    assert one == two
    assert (encode(one)["share"], encode(two)["share"]) == ("60.0%", "60%")


def test_defaults_are_left_out() -> None:
    """What is as by default is not written; what differs from it is, an empty list of effects too."""
    assert "right" not in encode(decode({**STAKE, "right": "equity"}))
    assert encode(decode({**STAKE, "right": "votes"}))["right"] == "votes"
    agreed = {"kind": "deal.agreed", "date": "2015", "deal": "asset-injection"}
    assert without(encode(decode({**agreed, "binding": True, "parties": []})), "id") == agreed
    assert encode(decode({**agreed, "binding": False}))["binding"] is False
    assert encode(decode({**agreed, "effects": []}))["effects"] == []


def test_null_is_not_given() -> None:
    """A field that is null is one that is not given, in events, their sources and their effects."""
    nulls = {
        **DEAL,
        "note": None,
        "sources": [{"title": "A report", "page": None}],
        "effects": [{**MOVE, "price": None}],
    }
    assert decode(nulls) == decode({**DEAL, "sources": [{"title": "A report"}], "effects": [MOVE]})


@pytest.mark.parametrize(("given", "meant"), [("yes", True), ("true", True), ("no", False), ("false", False)])
def test_yes_and_no(given: str, meant: bool) -> None:
    """Yes and no may be booleans of JSON or the words of a file, and mean the same."""
    words, booleans = ({**DEAL, "binding": binding} for binding in (given, meant))
    assert decode(words) == decode(booleans)


def test_pairs_are_mappings() -> None:
    """Subscribers are written as a mapping, and the order in which they were given makes no other content."""
    one, two = ("a-fund", parse_count("3M")), ("b-fund", parse_count("1M"))
    issue = SharesIssued(
        id="issue", date=parse_date("2014"), issuer="acme", shares=parse_count("4M"), subscribers=(two, one)
    )
    assert encode(issue)["subscribers"] == {"a-fund": "3M", "b-fund": "1M"}
    assert to_record(issue).body == to_record(evolve(issue, subscribers=(one, two))).body


def test_corrections_hold_json() -> None:
    """A correction keeps each new value as canonical JSON, whatever its shape, and writes it plain."""
    values = {
        "sources": [{"url": "https://example.org", "title": "é"}],
        "share": "61%",
        "price": None,
        "ipo": False,
    }
    event = decode({**FIX, "set": values})
    assert isinstance(event, RecordCorrected)
    assert event.set == (
        ("ipo", "false"),
        ("price", "null"),
        ("share", '"61%"'),
        ("sources", '[{"title":"é","url":"https://example.org"}]'),
    )
    assert encode(event)["set"] == values


def test_sources_are_shared() -> None:
    """Events that quote the same source hold one object, so that a register fits in memory."""
    source = {"publisher": "The Morning Post", "published": "2014-03-12"}
    one, two = (decode({**STAKE, "date": when, "sources": [dict(source)]}) for when in ("2014", "2015"))
    assert one.sources[0] is two.sources[0]
    assert one.sources == (Source(publisher="The Morning Post", published=parse_date("2014-03-12")),)


# Effects


def test_effects_have_typed_values() -> None:
    """An effect holds typed values, under the names of the class, and becomes an event on completion."""
    event = decode({**DEAL, "effects": [MOVE]})
    assert isinstance(event, DealProposed)
    effect = Effect("unit.transferred", (("unit", "yulebao"), ("from_", "alibaba-group"), ("to", "pictures")))
    assert event.effects == (effect,)
    completed = decode({"kind": "deal.completed", "date": "2016", "deal": "asset-injection"})
    assert isinstance(happened(effect, completed, KINDS), UnitTransferred)


@pytest.mark.parametrize("kind", EFFECT_KINDS)
def test_every_effect_happens(kind: str) -> None:
    """Whatever an effect was read from, it makes an event when its deal completes."""
    frozen = {json.loads(line)["kind"]: json.loads(line) for line in FROZEN.read_text("utf-8").splitlines()}
    plain = without(frozen[kind], *TAKEN_FROM_DEAL)
    event = decode({**DEAL, "effects": [plain]})
    assert isinstance(event, DealProposed)
    assert event.effects
    completed = decode({"kind": "deal.completed", "date": "2016", "deal": "asset-injection"})
    made = happened(event.effects[0], completed, KINDS)
    assert type(made) is KINDS[kind]
    assert without(encode(made), "id", "date", "deal") == plain


@pytest.mark.parametrize(
    "effect",
    [
        Effect("unit.transferred", (("unit", "yulebao"),)),
        Effect("stake.acquired", (("holder", "acme"), ("target", "pictures"))),
        Effect("unit.moved", (("unit", "yulebao"),)),
    ],
)
def test_effects_that_make_no_event_are_not_written(effect: Effect) -> None:
    """An effect made by hand that lacks what its kind needs, or has no kind, is refused when written."""
    with pytest.raises(InvalidEvents) as caught:
        to_record(evolve(decode(DEAL), effects=(effect,)))
    assert caught.value.code == "C210"


# Ids


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (STAKE, "2014-03-stake-acquired-alibaba-group-alibaba-pictures"),
        ({**STAKE, "date": "[..2014-03]"}, "by-2014-03-stake-acquired-alibaba-group-alibaba-pictures"),
        ({**STAKE, "date": "[2014-09..]"}, "from-2014-09-stake-acquired-alibaba-group-alibaba-pictures"),
        (
            {**STAKE, "date": "[2014..2015-02]"},
            "2014-to-2015-02-stake-acquired-alibaba-group-alibaba-pictures",
        ),
        ({**STAKE, "date": "2014-Q3~"}, "2014-q3-stake-acquired-alibaba-group-alibaba-pictures"),
        (DEAL, "2015-04-deal-proposed-asset-injection"),
        ({**MOVE, "date": "2015"}, "2015-unit-transferred-yulebao-pictures"),
        (
            {"kind": "partnership.agreed", "date": "2015-01", "parties": ["a", "b"], "subject": "a film"},
            "2015-01-partnership-agreed-a-b",
        ),
        (
            {
                "kind": "project.released",
                "date": "2015-09-08",
                "project": "rogue-nation",
                "where": "Hong Kong",
            },
            "2015-09-08-project-released-rogue-nation-hong-kong",
        ),
        (
            {"kind": "project.released", "date": "2015-09-08", "project": "rogue-nation", "where": "中国"},
            "2015-09-08-project-released-rogue-nation-2bedf491",
        ),
        (
            {"kind": "entity.declared", "date": "2015", "entity": "acme", "name": "Acme", "type": "company"},
            "entity-declared-acme",
        ),
        ({}, "event"),
        ({"kind": "Über.Fall"}, "uber-fall"),
        ({"kind": 3, "date": 4}, "event"),
    ],
)
def test_generated_ids(plain: dict[str, Any], expected: str) -> None:
    """An event without an id gets a readable one, of its date, its kind and its subject."""
    assert generated_id(plain) == expected


@given(events())
def test_generated_ids_are_ids(event: Event) -> None:
    """The id that is made is one, stays the same, and the event reads the same with it."""
    plain = without(encode(event), "id")
    made = generated_id(plain)
    assert is_id(made)
    assert decode(plain) == evolve(event, id=made)


def test_long_generated_ids_stay_apart() -> None:
    """Two subjects that differ only far behind still make two ids, neither longer than may be."""
    parties = [f"party-number-{number}" for number in range(30)]
    one, two = (
        generated_id({"kind": "partnership.agreed", "date": "2015", "parties": [*parties, last]})
        for last in ("acme", "bcme")
    )
    assert one != two
    assert is_id(one)
    assert is_id(two)


@given(st.text())
def test_slug_is_an_id_or_nothing(text: str) -> None:
    """A suggestion is an id itself, or there is none."""
    made = slug(text)
    assert made == "" or is_id(made)
    assert slug(made) == made


@given(st.lists(st.text("ab1-._:A \n", max_size=4) | st.just("a" * 200) | st.just("a" * 201), max_size=4))
def test_many_ids_are_valid_where_each_is(texts: list[str]) -> None:
    """To look at many ids together is to look at each."""
    assert are_ids(texts) == all(map(is_id, texts))


@given(ids())
def test_slug_of_an_id(identifier: str) -> None:
    """An id is its own suggestion."""
    assert slug(identifier) == identifier


def test_declarations_without_a_date() -> None:
    """A declaration says nothing of when, so that without a date it holds and is known from the first day."""
    plain = {"kind": "entity.declared", "entity": "acme", "name": "Acme", "type": "company"}
    assert decode(plain) == decode(
        {**plain, "id": "entity-declared-acme", "date": "0001-01-01", "known": "0001-01-01"}
    )


# What is wrong, in words

NO_AMOUNT_HELP = (
    "say share (what changed hands), holds (the result) or shares (a count); `share: ?` when undisclosed"
)
ID_HELP = "an id is lower-case letters and digits, with single - . _ : between them"
STAKE_NEEDS = "stake.acquired needs date, holder, target"
STAKE_FIELDS = (
    "fields are kind, id, date, holder, target, share, holds, shares, right, seller, price, "
    "known, deal, after, ends, apart, confidence, note, sources"
)
RIGHTS = "write equity, votes, board or profit"

FAULTS: list[tuple[object, list[str]]] = [
    # The shape of the whole
    ([], [": C109 list where an event is expected -- write a mapping with kind and date"]),
    ("stake", [": C109 text where an event is expected -- write a mapping with kind and date"]),
    (None, [": C109 nothing where an event is expected -- write a mapping with kind and date"]),
    ({}, [': C203 missing field "kind" of an event -- `chronicle schema` lists every kind']),
    # Kinds
    ({"kind": "stake.aquired"}, ['kind: C201 unknown kind "stake.aquired" -- did you mean stake.acquired?']),
    (
        {"kind": "stake.x"},
        [
            'kind: C201 unknown kind "stake.x" -- kinds of stake: '
            "stake.acquired, stake.disposed, stake.observed"
        ],
    ),
    ({"kind": "zzz"}, ['kind: C201 unknown kind "zzz" -- `chronicle schema` lists every kind']),
    ({"kind": 7}, ['kind: C109 number where a text is expected: 7 -- write "7"']),
    ({"kind": ["a"]}, ["kind: C109 list where a text is expected -- write one text"]),
    # Fields that are unknown or missing
    (
        {**without(STAKE, "holder"), "holdr": "alibaba-group"},
        ['holdr!: C202 unknown field "holdr" of stake.acquired -- did you mean holder?'],
    ),
    (
        {**STAKE, "colour": "red"},
        [
            f'colour!: C202 unknown field "colour" of stake.acquired -- {STAKE_FIELDS}',
        ],
    ),
    (
        without(STAKE, "holder", "target"),
        [f': C203 missing fields "holder", "target" of stake.acquired -- {STAKE_NEEDS}'],
    ),
    (
        {**STAKE, "date": None},
        [': C203 missing field "date" of stake.acquired -- stake.acquired needs date, holder, target'],
    ),
    (without(STAKE, "share"), [f": C210 stake.acquired does not say how much -- {NO_AMOUNT_HELP}"]),
    # Ids and texts
    (
        {**STAKE, "holder": "Alibaba Group"},
        ['holder: C206 not an id: "Alibaba Group" -- write alibaba-group'],
    ),
    (
        {**STAKE, "id": "阿里巴巴"},
        [
            f'id: C206 not an id: "阿里巴巴" -- {ID_HELP}',
        ],
    ),
    (
        {**STAKE, "deal": "x" * 201},
        [f'deal: C206 id longer than 200 characters: "{"x" * 60}…" -- shorten it'],
    ),
    (
        {**STAKE, "after": ""},
        [f'after: C206 not an id: "" -- {ID_HELP}'],
    ),
    ({**STAKE, "holder": ["a"]}, ["holder: C109 list where a text is expected -- write one text"]),
    ({**STAKE, "note": " "}, ["note: C309 text is empty -- write the text or leave the field out"]),
    (
        {**STAKE, "note": "a\x1b[31m"},
        [
            "note: C309 text with a control character (U+001B): "
            '"a\N{REPLACEMENT CHARACTER}[31m" -- take it out'
        ],
    ),
    (
        {"kind": "entity.renamed", "date": "2014", "entity": "acme", "name": "two\nlines"},
        [
            "name: C309 text with a control character (U+000A): "
            '"two\N{REPLACEMENT CHARACTER}lines" -- take it out'
        ],
    ),
    (
        {**STAKE, "note": "abc\u202etxt.exe"},
        [
            "note: C309 text with a control character (U+202E): "
            '"abc\N{REPLACEMENT CHARACTER}txt.exe" -- take it out'
        ],
    ),
    # Words, yes and no
    (
        {**STAKE, "right": "equty"},
        [f'right: C211 not one of the allowed words: "equty" -- did you mean equity? {RIGHTS}'],
    ),
    ({**STAKE, "right": "gold"}, [f'right: C211 not one of the allowed words: "gold" -- {RIGHTS}']),
    ({**STAKE, "right": True}, ['right: C109 boolean where a text is expected: true -- write "true"']),
    ({**DEAL, "binding": "maybe"}, ['binding: C306 not yes or no: "maybe" -- write yes or no']),
    ({**DEAL, "binding": 1}, ["binding: C306 number where yes or no is expected -- write yes or no"]),
    # Dates, shares, amounts
    ({**STAKE, "date": 2014}, ['date: C109 number where a text is expected: 2014 -- write "2014"']),
    (
        {**STAKE, "known": "2014-13"},
        [f"known: {said(parse_date, '2014-13')}"],
    ),
    ({**STAKE, "share": 0.6}, ['share: C109 number where a text is expected: 0.6 -- write "0.6"']),
    ({**STAKE, "share": {}}, ["share: C109 mapping where a text is expected -- write one text"]),
    (
        {"kind": "shares.restructured", "date": "2014", "issuer": "acme", "ratio": "two"},
        [f"ratio: {said(parse_ratio, 'two')}"],
    ),
    ({**STAKE, "date": date(2014, 3, 11)}, ["date: C109 date where a text is expected -- write one text"]),
    # Lists and pairs
    (
        {**DEAL, "parties": "alibaba-group"},
        ["parties: C109 text where a list is expected -- write [alibaba-group]"],
    ),
    (
        {**DEAL, "parties": {"a": "b"}},
        ["parties: C109 mapping where a list is expected -- write a list, such as [one, two]"],
    ),
    (
        {**DEAL, "parties": ["acme", "A b", 3]},
        [
            'parties.1: C206 not an id: "A b" -- write a-b',
            'parties.2: C109 number where a text is expected: 3 -- write "3"',
        ],
    ),
    (
        {
            "kind": "demerger.split",
            "date": "2014",
            "parent": "a",
            "successors": ["b"],
            "allocation": {"A b": "C d"},
        },
        [
            'allocation.A b!: C206 not an id: "A b" -- write a-b',
            'allocation.A b: C206 not an id: "C d" -- write c-d',
        ],
    ),
    (
        {"kind": "shares.issued", "date": "2014", "issuer": "a", "shares": "4M", "subscribers": ["b"]},
        ["subscribers: C109 list where a mapping is expected -- write {one: value, two: value}"],
    ),
    # Sources
    (
        {**STAKE, "sources": [{"publishr": "P"}]},
        ['sources.0.publishr!: C202 unknown field "publishr" of a source -- did you mean publisher?'],
    ),
    (
        {**STAKE, "sources": ["https://example.org"]},
        ["sources.0: C109 text where a source is expected -- write {url: ...}"],
    ),
    (
        {**STAKE, "sources": [[]]},
        ["sources.0: C109 list where a source is expected -- write a mapping with publisher, title or url"],
    ),
    (
        {**STAKE, "sources": [{"page": "3"}]},
        [f"sources.0: {said(lambda page: Source(page=page), '3')}"],
    ),
    (
        {**STAKE, "sources": [{"title": "T"}, {"title": "T", "published": "spring", "page": 12}]},
        [
            f"sources.1.published: {said(parse_date, 'spring')}",
            'sources.1.page: C109 number where a text is expected: 12 -- write "12"',
        ],
    ),
    # Effects
    (
        {**DEAL, "effects": [MOVE, "x"]},
        ["effects.1: C109 text where an effect is expected -- write a mapping with a kind and its fields"],
    ),
    (
        {**DEAL, "effects": [{}]},
        ['effects.0: C203 missing field "kind" of an effect -- `chronicle schema` lists every kind'],
    ),
    (
        {**DEAL, "effects": [{"kind": "deal.completed", "deal": "x"}]},
        [
            "effects.0.kind: C209 deal.completed cannot be an effect -- "
            "name what happens when the deal completes, such as unit.transferred"
        ],
    ),
    (
        {**DEAL, "effects": [{"kind": "unit.moved"}]},
        ['effects.0.kind: C201 unknown kind "unit.moved" -- did you mean unit.closed?'],
    ),
    (
        {**DEAL, "effects": [{**MOVE, "date": "2015"}]},
        [
            'effects.0.date!: C209 "date" in an effect -- '
            "leave it out: it is that of the event that completes the deal"
        ],
    ),
    (
        {**DEAL, "effects": [{**without(MOVE, "unit", "to"), "too": "b", "from": 3}]},
        [
            'effects.0.too!: C202 unknown field "too" of unit.transferred -- did you mean to?',
            'effects.0: C203 missing field "unit" of unit.transferred -- '
            "unit.transferred needs unit, from, to",
            'effects.0.from: C109 number where a text is expected: 3 -- write "3"',
        ],
    ),
    (
        {**DEAL, "effects": [{"kind": "stake.acquired", "holder": "a", "target": "b"}]},
        [f"effects.0: C210 stake.acquired does not say how much -- {NO_AMOUNT_HELP}"],
    ),
    # Corrections
    ({**FIX, "set": []}, ["set: C109 list where a mapping is expected -- write {field: new value}"]),
    (
        {**FIX, "set": {"shar": "1%"}},
        ['set.shar!: C202 unknown field "shar" in a correction -- did you mean share?'],
    ),
    (
        {**FIX, "set": {"id": "other"}},
        [f'set.id!: C212 a correction cannot change "id" -- {_KEPT}'],
    ),
    (
        {**FIX, "set": {"kind": "stake.disposed"}},
        [f'set.kind!: C212 a correction cannot change "kind" -- {_KEPT}'],
    ),
    (
        {**FIX, "set": {"sources": [{"page": 3}]}},
        ['set.sources.0.page: C109 number where a text is expected: 3 -- write "3"'],
    ),
    (
        {**FIX, "set": {"note": "a\x07"}},
        [
            "set.note: C309 text with a control character (U+0007): "
            '"a\N{REPLACEMENT CHARACTER}" -- take it out'
        ],
    ),
    # Formats
    (
        {**STAKE, "format": "9"},
        [
            'format: C502 event in an unknown format: "9" -- '
            "this version reads formats up to 1: install a newer one"
        ],
    ),
    # Everything at once
    (
        {
            "kind": "stake.acquired",
            "date": "soon",
            "holder": "A b",
            "sources": [{"titel": "T"}],
            "colour": "red",
        },
        [
            f'colour!: C202 unknown field "colour" of stake.acquired -- {STAKE_FIELDS}',
            ': C203 missing field "target" of stake.acquired -- stake.acquired needs date, holder, target',
            f"date: {said(parse_date, 'soon')}",
            'holder: C206 not an id: "A b" -- write a-b',
            'sources.0.titel!: C202 unknown field "titel" of a source -- did you mean title?',
        ],
    ),
]


@pytest.mark.parametrize(("plain", "expected"), FAULTS, ids=range(len(FAULTS)))
def test_what_is_wrong(plain: object, expected: list[str]) -> None:
    """Everything that is wrong with an event is said at once, each with its place and the next step."""
    assert shown(plain) == expected
    with pytest.raises(InvalidEvents) as caught:
        decode(plain)  # type: ignore[arg-type]  # it is wrong on purpose
    assert len(caught.value.problems) == len(expected)


def test_places_without_lines() -> None:
    """Who reads no file is told the way to the wrong value within the event."""
    with pytest.raises(InvalidEvents) as caught:
        decode({**STAKE, "id": "a-stake", "sources": [{"title": "T", "published": "x"}]})
    assert str(caught.value).startswith(
        'event "a-stake": sources.0.published: error[C301]: not a date: "x"\n'
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nearest_field(kind: str) -> None:
    """A field of any kind with its last letter doubled is known again, and not said to be missing."""
    event = json.loads(
        next(line for line in FROZEN.read_text("utf-8").splitlines() if f'"id":"{kind}"' in line)
    )
    for field in fields_of(KINDS[kind]):
        wrong = field.name + field.name[-1]
        found = diagnose({**without(event, field.name), wrong: event[field.name]})
        codes = [(fault.problem.code, fault.problem.help) for fault in found if fault.problem.code != "C210"]
        assert codes == [("C202", f"did you mean {field.name}?")]


def test_no_more_than_a_hundred() -> None:
    """Ten thousand mistakes in one event do not make ten thousand problems."""
    assert len(diagnose({**DEAL, "parties": ["A b"] * 10_000})) == 100


# Nothing gets through, and nothing breaks

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(sorted(KINDS))
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_anything_is_refused_in_words(plain: Any) -> None:
    """Whatever JSON there is, it makes an event or is refused with a code, and nothing else happens."""
    with pytest.raises(InvalidEvents):
        decode(plain)


@pytest.mark.slow
@given(st.data(), events(), ANYTHING)
@settings(max_examples=200)
def test_one_wrong_value(data: st.DataObject, event: Event, rubbish: Any) -> None:
    """With any one value replaced by anything, an event is read or refused, with places that exist."""
    plain = deepcopy(encode(event))
    holder: Any = plain
    key = data.draw(st.sampled_from(sorted(plain)))
    while isinstance(holder[key], (dict, list)) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[key] = rubbish
    faults = diagnose(plain)
    for fault in faults:
        found: Any = plain
        for step in fault.path:
            found = found[step]
    if faults:
        with pytest.raises(InvalidEvents):
            decode(plain)
    else:
        read = decode(plain)
        assert decode(encode(read)) == read


@pytest.mark.parametrize(
    "name", ["kind", "date", "holder", "sources", "note", "share", "right", "effects", "set"]
)
def test_deep_nesting(name: str) -> None:
    """A hundred thousand lists in one another are refused like anything else."""
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for base in (STAKE, DEAL, FIX):
        for value in (deep, {"share": deep}, [{"kind": deep, "title": deep}]):
            with pytest.raises(InvalidEvents):
                decode({**base, name: value})


def test_nested_corrections() -> None:
    """What a correction sets may be nested as deep as anything sensible, and no deeper."""

    def nested(levels: int) -> dict[str, Any]:
        value: Any = "x"
        for _ in range(levels):
            value = [value]
        return {**FIX, "set": {"note": value}}

    assert decode(nested(49))
    assert shown(nested(50)) == ["set.note: C107 nested deeper than 50 levels -- write it flat"]


def str_of_size(number: float) -> str:
    return str(float(number)) if number < 1 else "large"


@pytest.mark.parametrize("number", [10**5000, float("nan"), float("inf"), -1], ids=str_of_size)
def test_numbers_are_refused(number: float) -> None:
    """No number stands where a text is expected, however long it is."""
    assert [fault.problem.code for fault in diagnose({**STAKE, "note": number})] == ["C109"]


# Records


def test_record_is_canonical_json() -> None:
    """A record's body is one line of JSON in UTF-8, with sorted keys and no white space between them."""
    renamed = EntityRenamed(id="renamed", date=parse_date("2014"), entity="acme", name="阿里 “A”")
    body = '{"date":"2014","entity":"acme","id":"renamed","kind":"entity.renamed","name":"阿里 “A”"}'
    assert to_record(renamed) == NewRecord("renamed", "entity.renamed", body.encode())


@given(events())
def test_bodies_are_one_line(event: Event) -> None:
    """No body has a line end in it, whatever its texts have."""
    assert b"\n" not in to_record(event).body


def test_records_of_events_made_by_hand() -> None:
    """No store takes in an event that could not be read again."""
    good = StakeAcquired(id="x", date=parse_date("2014"), holder="a", target="b", share=parse_share("1%"))
    assert from_record(to_record(good)) == good
    wrong: list[dict[str, Any]] = [
        {"id": "Not An Id"},
        {"holder": ""},
        {"holder": 3},
        {"note": "\x00"},
        {"note": "half a character: \ud800"},
        {"sources": "x"},
        {"sources": (3,)},
        {"price": 3},
        {"right": "gold"},
    ]
    for change in wrong:
        with pytest.raises(InvalidEvents):
            to_record(evolve(good, **change))
    with pytest.raises(InvalidValue, match="not a date"):
        evolve(good, date="soon")


def test_computed_shares_can_be_recorded() -> None:
    """A share that was computed and never stated is written in its canonical form."""
    event = StakeAcquired(
        id="x", date=parse_date("2014"), holder="a", target="b", share=Share.exact(Fraction(1, 3))
    )
    assert encode(event)["share"] == "1/3"
    assert from_record(to_record(event)) == event


def test_pairs_given_twice_are_not_recorded() -> None:
    """A subscriber named twice is refused, for a mapping would lose one of the two."""
    pair = ("a-fund", parse_count("1M"))
    issue = SharesIssued(
        id="issue", date=parse_date("2014"), issuer="a", shares=parse_count("2M"), subscribers=(pair, pair)
    )
    with pytest.raises(InvalidEvents, match="given twice"):
        to_record(issue)


def test_damaged_bodies() -> None:
    """A body that is no JSON, or another event's, is damage, and the record is named."""
    record = chained([to_record(decode({**STAKE, "id": "a-stake"}))], Head(0, "00" * 32), "2024")[0]
    other = to_record(decode({**STAKE, "id": "another"})).body
    cases = {
        b"": 'body of record 1 ("a-stake") is not JSON',
        b"\xff": 'body of record 1 ("a-stake") is not JSON',
        b"[" * 100_000: 'body of record 1 ("a-stake") is not JSON',
        b"[1]": 'body of record 1 ("a-stake") is not a JSON object',
        other: 'body of record 1 ("a-stake") is that of another event: "another"',
        b'{"id":3}': 'body of record 1 ("a-stake") is that of another event: 3 (int)',
    }
    for body, message in cases.items():
        with pytest.raises(Damaged) as caught:
            from_record(record._replace(body=body))
        assert (caught.value.code, caught.value.problems[0].message) == ("C505", message)


def test_records_that_make_no_event() -> None:
    """A body that makes no event is refused with its position, its id and the way to the fault."""
    body = b'{"id":"a-stake","kind":"stake.acquired","date":"x","holder":"a","target":"b","share":"1%"}'
    with pytest.raises(InvalidEvents) as caught:
        from_record(NewRecord("a-stake", "stake.acquired", body))
    assert str(caught.value).startswith('record ("a-stake"): date: error[C301]: not a date: "x"')
    assert caught.value.problems[0].events == ("a-stake",)


def test_records_of_a_newer_version() -> None:
    """A record in a format that is not known yet asks for a newer version, not for a backup."""
    body = b'{"format":"2","id":"a-stake","kind":"stake.acquired"}'
    with pytest.raises(StoreError) as caught:
        from_record(NewRecord("a-stake", "stake.acquired", body))
    assert caught.value.code == "C502"


# For ever


@pytest.mark.parametrize("frozen", EVERY_FROZEN, ids=lambda path: path.name)
def test_frozen_file_opens(frozen: Path) -> None:
    """A file with one event of every kind, as first written, opens and is written again byte by byte."""
    lines = frozen.read_bytes().splitlines()
    for line in lines:
        plain = json.loads(line)
        event = from_record(NewRecord(plain["id"], plain["kind"], line))
        assert to_record(event).body == line
        assert decode(encode(event)) == event


def test_frozen_file_covers_everything() -> None:
    """The frozen file has every kind there is, and each of them with every field."""
    plain = [json.loads(line) for line in FROZEN.read_text("utf-8").splitlines()]
    assert sorted(event["kind"] for event in plain) == sorted(KINDS)
    for event in plain:
        assert event.keys() == codec.kind_names(event["kind"])


def test_upgrades(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event goes through every upgrade from its own format on, and is written in that of today."""

    def ratio_in_words(plain: dict[str, object]) -> dict[str, object]:
        words = {"two for one": "2:1"}
        return plain | {"ratio": words.get(str(plain.get("ratio")), plain.get("ratio"))}

    def company_to_issuer(plain: dict[str, object]) -> dict[str, object]:
        return {"issuer" if name == "company" else name: value for name, value in plain.items()}

    monkeypatch.setattr(upgrades, "UPGRADES", (ratio_in_words, company_to_issuer))
    event = {"kind": "shares.restructured", "id": "split", "date": "2014"}
    first = {**event, "company": "acme", "ratio": "two for one"}
    second = {"format": "2", **event, "company": "acme", "ratio": "2:1"}
    third = {"format": "3", **event, "issuer": "acme", "ratio": "2:1"}
    read = decode(third)
    assert encode(read) == third
    for old in (first, {"format": "1", **first}, second):
        body = json.dumps(old).encode()
        assert from_record(NewRecord("split", "shares.restructured", body)) == read == decode(old)
    assert b'"format":"3"' in to_record(read).body
    assert from_record(to_record(read)) == read
    assert shown({**third, "ratio": "x"})[0].startswith("ratio: C305")
    assert shown({**third, "format": "4"})[0].startswith("format: C502")
    assert shown({**third, "format": ["1"]})[0].startswith("format: C502")


def test_format_of_today() -> None:
    """The first format is the one without a name, and no number stands in it."""
    assert codec.current_format() == 1 + len(codec.UPGRADES)
    assert decode({**STAKE, "format": "1"}) == decode(STAKE)


def test_records_differ_when_events_do() -> None:
    """Two events of different content never have the same body."""
    different = [decode({**STAKE, "share": share}) for share in ("60%", "61%", ">60%", "~60%", "?")]
    assert len({to_record(event).body for event in different}) == len(different)
