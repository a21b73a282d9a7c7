"""What records share is the same, whether each is read as an event or many are by their outlines."""

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
from chronicle.codec.many import outlines
from chronicle.codec.many.outlines import AlikeRecords, OutlineReader
from chronicle.engine.partial.connected import target_of, tells_of
from chronicle.engine.partial.patterns import patterns_of
from chronicle.errors import ChronicleError, InvalidEvents
from chronicle.events import KINDS, Event, PartnershipAgreed, reference_fields, references, renamed
from chronicle.ledgers.partitions import frames, tells
from chronicle.ledgers.partitions.telling import ABOUT, FAULTY
from chronicle.stores.record import Record
from given import absorbed, acquired, happened, retracted
from test_partitions import recorded
from test_parts import GROUPS, HISTORIES
from test_parts import spread as in_groups

# Kinds of which one event may say more than its texts do: of each an event is made.
ALONE = {"record.corrected", "record.retracted", "partnership.agreed", "partnership.ended"}


def record_of(body: str | bytes, id: str, kind: str, position: int = 1) -> Record:
    """A record without proofs."""
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return Record(position, "", id, kind, data, 0, b"")


def read(
    records: Sequence[Record], reader: OutlineReader | None = None
) -> tuple[list[AlikeRecords], list[int]]:
    """The records that make events by their outlines, and the places of others."""
    ids, kinds, bodies = zip(*((each.id, each.kind, each.body) for each in records), strict=True)
    return (reader or OutlineReader()).read(ids, kinds, bodies)


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
    return {(*each, None) for each in tells_of(event)} | about


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


def test_of_most_kinds_no_event_is_made(root: Path) -> None:
    """Only of those that have effects, sets or pairs, and of those that the outline does not settle."""
    records = recorded(list(of_every_kind(root)))
    alike, alone = read(records)
    bodies = {records[place].kind: json.loads(records[place].body) for place in alone}
    assert all(
        body.keys() & {"effects", "set", "names", "allocation", "subscribers"} for body in bodies.values()
    )
    unsettled = {
        group.outline.event.kind
        for group in alike
        if patterns_of(group.outline.event, group.outline.texts, {}, group.outline.values) is None
    }
    assert unsettled <= ALONE


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


def test_no_outline_is_taken_while_formats_are_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an upgrade makes of an event may depend on any text in it."""
    records = [record_of(ACQUIRED, "a", "stake.acquired")]
    assert read(records)[1] == []
    monkeypatch.setattr(outlines, "UPGRADES", (dict,))
    assert read(records)[1] == [0]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of too many outlines are read alone, and texts are forgotten."""
    monkeypatch.setattr(outlines, "_MOST_OUTLINES", 2)
    monkeypatch.setattr(outlines, "_MOST_TEXTS", 1)
    ids = [(json.loads(body)["id"], json.loads(body)["kind"]) for body in BODIES]
    records = [record_of(body, *ids[at % 4], at + 1) for at, body in enumerate(BODIES * 3)]
    reader = OutlineReader()
    assert read(records, reader)[1] == read(records, reader)[1] == [2, 3, 6, 7, 10, 11]
    assert_told_alike(records)


def test_what_is_made_of_texts_has_no_pattern() -> None:
    """The parties of a partnership are one text in its key, and a date is no text."""
    agreed = happened("partnership.agreed", "2001", "a", parties=["x", "y"], subject="s")
    assert isinstance(agreed, PartnershipAgreed)
    assert patterns_of(agreed, {"id": 0}, {}, {"date"}) is not None
    assert patterns_of(agreed, {"id": 0, "parties": (1, 2)}, {}, {"date"}) is None
    assert patterns_of(retracted("2001", "a"), {"id": 0}, {}, {"date"}) is None
