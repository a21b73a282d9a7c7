"""What records share is the same, whether each is read alone or many are together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import codec
from chronicle.codec.conversion import canonical_json
from chronicle.engine.order.touching import possible_effects_of
from chronicle.engine.partial.connected import (
    BINDS,
    COUNTED,
    FOUNDED,
    IF_COUNTED,
    IF_TURNING,
    TURNING,
    target_of,
)
from chronicle.engine.partial.shared import (
    ENTITY,
    EVENT,
    HELD,
    OWNED,
    SET,
    TURNS,
    founds,
    shared_by,
)
from chronicle.errors import ChronicleError, InvalidEvents
from chronicle.events import (
    KINDS,
    EntityFounded,
    Event,
    IdentityLinked,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    reference_fields,
    references,
    renamed,
)
from chronicle.ledgers.partitions import frames, telling, tells
from chronicle.ledgers.partitions.telling import ABOUT, FAULTY
from chronicle.stores.record import Record
from given import absorbed, acquired, happened
from test_partitions import recorded
from test_parts import GROUPS, HISTORIES
from test_parts import spread as in_groups


def record_of(body: str | bytes, id: str, kind: str, position: int = 1) -> Record:
    """A record without proofs."""
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return Record(position, "", id, kind, data, 0, b"")


def told(records: Sequence[Record], *, proven: bool = False) -> dict[int, set[tuple[Any, ...]]]:
    """What each record says of what it shares, all of them asked at once."""
    batches = list(frames.record_batches(records))
    if not proven:
        batches = [batch.drop_columns(["checksum", "chain"]) for batch in batches]
    found: defaultdict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for batch in tells(batches):
        for position, *said in frames.rows_in(batch):
            found[position].add(tuple(said))
    return dict(found)


def told_alone(record: Record) -> set[tuple[Any, ...]]:
    """What the event of a record says, which is made of it alone."""
    try:
        event = codec.from_record(record)
    except ChronicleError as error:
        return {(FAULTY, 0, 0, f"{error.problems[0].code} {error.problems[0].message}")}
    target = target_of(event)
    about = set() if target is None else {(ABOUT, 0, 0, target)}
    return {(*each, None) for each in said_by(event)} | about


def said_by(event: Event) -> Iterator[tuple[int, int, int]]:
    """What an event says of what it shares, one thing after the other."""
    yield BINDS, number_of(EVENT, event.id), 0
    for sort, which in shared_by(event):
        if sort == ENTITY:
            when = 2**62 if founds(event, which) else event.date.order
            yield IF_TURNING, number_of(ENTITY, which), when
        elif sort not in (OWNED, SET):
            yield IF_COUNTED if sort == HELD else BINDS, number_of(sort, which), 0
    for each in (event, *possible_effects_of(event)):
        match each:
            case SharesIssued() | SharesCancelled() | SharesRestructured():
                yield COUNTED, number_of(HELD, each.issuer), 0
            case EntityFounded():
                yield FOUNDED, number_of(ENTITY, each.entity), event.date.past
        if isinstance(each, (*TURNS, IdentityLinked)):
            names = (name for _, what, name in references(each) if what == "entity")
            yield from ((TURNING, number_of(ENTITY, name), 0) for name in names)


def number_of(sort: str, which: Any) -> int:
    """The number of one thing, which is not looked at together with others."""
    (number,) = telling._numbers_of(sort, [which]).tolist()
    return int(number)


def assert_told_alike(records: Sequence[Record], *, proven: bool = False) -> None:
    """All at once they say what each says alone."""
    assert told(records, proven=proven) == {each.position: told_alone(each) for each in records}


def of_every_kind(root: Path) -> Iterator[Event]:
    """Events of every kind, with nearly every field, in one line each."""
    for line in (root / "tests" / "data" / "every-kind-2.jsonl").read_text("utf-8").splitlines():
        yield codec.decode(json.loads(line.replace("\\n", " ")))


def others_like(event: Event) -> Iterator[Event]:
    """Events of the same fields, about others, with other dates and other words."""
    named = [name for _, what, name in references(event) if what == "entity"]
    for number in range(3):
        other = renamed(event, {name: f"{name}-{number}" for name in named})
        yield evolve(other, id=f"{event.id}.{number}", date=f"{2001 + number}-02", confidence="confirmed")
    # One in all places that an entity has, unless some are the keys of pairs.
    if not {"keys", "pairs"}.intersection(shape for *_, shape in reference_fields(event.kind)):
        yield evolve(renamed(event, dict.fromkeys(named, "one")), id=f"{event.id}.one")
    yield evolve(event, id=f"{event.id}.few", note=None, after=None, sources=())


def test_records_of_every_kind_say_alike_what_they_say_alone(root: Path) -> None:
    """With all fields and with few, and with texts that differ or are one."""
    events = [other for event in of_every_kind(root) for other in (event, *others_like(event))]
    assert {event.kind for event in events} == set(KINDS)
    assert_told_alike(recorded(events), proven=True)


@pytest.mark.slow
@settings(max_examples=max(50, settings.default.max_examples // 2), deadline=None)
@given(HISTORIES, GROUPS)
def test_random_histories_say_alike_what_they_say_alone(events: list[Event], groups: list[str]) -> None:
    """With corrections, links of ids, deals with effects, mergers, and events that name one another."""
    records = list[Record]()
    for event in in_groups(events, groups):
        # Some of the events are none that a file could have.
        with suppress(InvalidEvents):
            records += recorded([event])
    assert_told_alike([each._replace(position=at) for at, each in enumerate(records, 1)])


BODIES = [
    canonical_json(codec.encode(event))
    for event in (
        acquired("2001-02", "h", "t", "10%", id="a"),
        happened("role.appointed", "2001-02", "b", person="p", entity="t", role="chair"),
        happened("entity.founded", "2001", "c", entity="t", name="T", type="company"),
        absorbed("2001", "t", "u", id="d"),
    )
]


@st.composite
def mutilated(draw: st.DrawFn) -> list[tuple[str, str, bytes]]:
    """Bodies of records, in some of which a few characters are others."""
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        body = draw(st.sampled_from(BODIES))
        plain = json.loads(body)
        for _ in range(draw(st.integers(0, 2))):
            at, cut = draw(st.integers(0, len(body))), draw(st.integers(0, 3))
            more = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)))
            body = body[:at] + more + body[at + cut :]
        rows.append((plain["id"], plain["kind"], body.encode("utf-8", "surrogatepass")))
    return rows


PIECES = (
    '"',
    '""',
    ":",
    ",",
    "{",
    "}",
    " ",
    "\n",
    "\t",
    "\\",
    "null",
    "true",
    "0",
    "?",
    "-",
    '","date":"2002',
    "é",
)


@pytest.mark.slow
@settings(max_examples=max(300, settings.default.max_examples), deadline=None)
@given(mutilated())
def test_what_makes_no_event_is_never_taken_for_one(rows: list[tuple[str, str, bytes]]) -> None:
    """A body with some characters too many or too few says what it says alone, or that it is broken."""
    whole = [(json.loads(body)["id"], json.loads(body)["kind"], body) for body in BODIES]
    records = [record_of(body, id, kind, at) for at, (id, kind, body) in enumerate([*whole, *rows], 1)]
    assert_told_alike(records)


ACQUIRED = BODIES[0]
REFUSED = {
    "two objects in one line": ACQUIRED + ACQUIRED,
    "nothing": "",
    "a text that does not end": ACQUIRED + '"',
    "texts before and after": f'""{ACQUIRED}""',
    "a key twice": ACQUIRED.replace('"date"', '"date":"2000","date"'),
    "an empty text": ACQUIRED.replace('"h"', '""'),
    "no id": ACQUIRED.replace('"h"', '"H H"'),
    "a line break in a text": ACQUIRED.replace('"h"', '"h\n"'),
    "nothing in a field": ACQUIRED.replace('"h"', "null"),
    "a number for a text": ACQUIRED.replace('"h"', "1"),
    "no date": ACQUIRED.replace("2001-02", "2001-13"),
    "no share": ACQUIRED.replace("10%", "10%%"),
    "a key of another kind": ACQUIRED.replace('"holder"', '"issuer"'),
    "an old format": ACQUIRED.replace('{"date"', '{"format":"1","date"'),
    "blanks": ACQUIRED.replace(":", " : "),
    "an escape": ACQUIRED.replace('"h"', '"\\u0068"'),
    "another id": ACQUIRED.replace('"a"', '"b"'),
    "another kind": ACQUIRED.replace("stake.acquired", "stake.disposed"),
    "an unknown kind": ACQUIRED.replace("stake.acquired", "stake.lent"),
    "no UTF-8": ACQUIRED.encode().replace(b'"h"', b'"\xff"'),
    "half a character": ACQUIRED.encode().replace(b'"h"', b'"\xed\xa0\x80"'),
}


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_broken_record_is_found_among_others(body: str | bytes, first: bool) -> None:
    """It says what it says alone, whether its outline was met before or not."""
    broken = record_of(body, "a", "stake.acquired", 1 if first else 3)
    others = [record_of(ACQUIRED, "a", "stake.acquired", at) for at in ((2, 3) if first else (1, 2))]
    assert_told_alike(sorted([broken, *others]))


def test_a_record_that_was_changed_is_found_among_others() -> None:
    """Its checksum is computed again."""
    records = recorded([acquired("2001", "h", "t", "10%", id=id) for id in "ab"])
    records[1] = records[1]._replace(body=records[1].body.replace(b"10%", b"20%"))
    assert {how for how, *_ in told(records, proven=True)[2]} == {FAULTY}


def test_numbers_of_things_are_the_same_however_many_are_asked() -> None:
    """Beside long ones and short ones, in other letters, and of another sort another one."""
    things: list[Any] = [
        "a",
        "b",
        "ab",
        "ba",
        "a" * 64,
        "a" * 65,
        "a" * 200,
        "\udc80",
        "\u732b",
        ("a", "b"),
        ("a",),
    ]
    numbers = telling._numbers_of("names", things).tolist()
    assert numbers == [number_of("names", each) for each in things]
    # One text says what a tuple of it alone says.
    assert len({*numbers}) == len(things) - 1
    assert number_of("names", "a") == number_of("names", ("a",)) != number_of("units", "a")


def test_numbers_of_many_things_are_different() -> None:
    """Of names that differ in few characters, too."""
    things = [f"company-{number}" for number in range(200_000)]
    assert len({*telling._numbers_of("names", things).tolist()}) == len(things)
