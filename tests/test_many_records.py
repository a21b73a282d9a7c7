"""Many records make the events that each of them makes alone, and what is wrong with one is said as alone."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.codec import records as codec_records
from chronicle.codec.conversion import canonical_json
from chronicle.codec.many import body_form, event_reader
from chronicle.codec.many.event_reader import EventReader
from chronicle.errors import ChronicleError, Damaged, InvalidEvents, Problem
from chronicle.events import KINDS, Event
from chronicle.stores.record import NewRecord, Record
from given import acquired, happened
from test_partitions import recorded
from test_telling import ACQUIRED, PIECES, REFUSED, of_every_kind, others_like, record_of

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def _forms_are_learned_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reader, "_FEWEST", 1)
    monkeypatch.setattr(codec_records, "_FEWEST", 1)


def alone(record: Record | NewRecord) -> Event | str:
    """The event of a record read by itself, or what is wrong with it."""
    try:
        return codec.from_record(record)
    except ChronicleError as error:
        return f"{type(error).__name__} {error.problems}"


def assert_same(found: Event | None, expected: Event | str) -> None:
    """The same class, with values of the same types in all fields."""
    assert isinstance(expected, Event)
    assert found == expected
    assert hash(found) == hash(expected)
    assert type(found) is type(expected)
    for field in fields(type(expected)):
        assert typed(getattr(found, field.name)) == typed(getattr(expected, field.name))


def typed(value: object) -> object:
    """A value with the types of all its parts."""
    if isinstance(value, tuple):
        return type(value), [typed(each) for each in value]
    return type(value), repr(value)


def assert_read_as_alone(records: Sequence[Record], reader: EventReader | None = None) -> list[int]:
    """Events that are certain are those of each alone. Gives the places of all others."""
    expected = [alone(record) for record in records]
    found = (reader or EventReader()).certain_events(records)
    for one, other in zip(found, expected, strict=True):
        if one is not None:
            assert_same(one, other)
    assert_in_order(records, expected)
    return [place for place, event in enumerate(found) if event is None]


def assert_in_order(records: Sequence[Record], expected: Sequence[Event | str]) -> None:
    """All of the events are given, or the error of the first record that makes none."""
    found: list[Event] | str
    try:
        found = [event for _, some in codec.from_records(iter(records)) for event in some]
    except ChronicleError as error:
        found = f"{type(error).__name__} {error.problems}"
    assert found == next((each for each in expected if isinstance(each, str)), [*expected])


def of_all_kinds() -> list[Event]:
    """Events of every kind, with all fields, with few, and about others."""
    return [
        other
        for event in of_every_kind(DATA.parent.parent)
        for other in (event, *others_like(event), evolve(event, id=f"{event.id}.apart", apart=True))
    ]


def test_every_kind_makes_the_same_events_together_as_alone() -> None:
    """With all fields and with few; only what holds lists in lists or mappings in mappings is read alone."""
    events = of_all_kinds()
    assert {event.kind for event in events} == set(KINDS)
    records = recorded(events)
    reader = EventReader()
    assert_read_as_alone(records, reader)
    alone_still = {records[place].kind for place in assert_read_as_alone(records, reader)}
    assert alone_still <= {"deal.proposed", "deal.agreed", "deal.completed", "record.corrected"}


@pytest.mark.parametrize("name", ["every-kind-1.jsonl", "every-kind-2.jsonl"])
def test_frozen_files_make_the_same_events(name: str) -> None:
    """Their bodies as they stand in the file, with blanks and escapes, and as a store writes them."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    plain = [json.loads(line) for line in lines]
    as_written = [
        record_of(line, each.get("id", ""), each["kind"], at)
        for at, (line, each) in enumerate(zip(lines, plain, strict=True), 1)
    ]
    assert_read_as_alone(as_written * 3)
    assert_read_as_alone(recorded([codec.decode(each) for each in plain]) * 3)


def test_a_made_up_history_is_read_together_but_for_few() -> None:
    """Of more than a thousand records some dozens are read alone."""
    records = recorded(list(made(1_500).events))
    assert len(assert_read_as_alone(records)) < 150


@st.composite
def torn(draw: st.DrawFn) -> list[Record]:
    """Records of a few bodies, written one below the other, changed somewhere, and torn apart anew."""
    whole = draw(st.lists(st.sampled_from(WHOLE), min_size=2, max_size=6))
    joined = "\n".join(body for _, _, body in whole)
    for _ in range(draw(st.integers(0, 3))):
        at, cut = draw(st.integers(0, len(joined))), draw(st.integers(0, 3))
        more = draw(st.one_of(st.sampled_from((*PIECES, *BRACKETS)), st.text(max_size=3)))
        joined = joined[:at] + more + joined[at + cut :]
    bodies = joined.split("\n")
    while len(bodies) > 1 and draw(st.booleans()):
        at = draw(st.integers(0, len(bodies) - 2))
        bodies[at : at + 2] = ["\n".join(bodies[at : at + 2])]
    return [record_of(body, *whole[at % len(whole)][:2], at + 1) for at, body in enumerate(bodies)]


WHOLE = [(event.id, event.kind, canonical_json(codec.encode(event))) for event in of_all_kinds()]
BRACKETS = ("[", "]", "[]", "},{", '"],"', '":"', '":["', "false", ',"note":"n"', '"apart":true,', "\\u0061")


@pytest.mark.slow
@settings(max_examples=max(400, settings.default.max_examples), deadline=None)
@given(torn(), st.integers(0, 3))
def test_no_record_is_taken_for_another(records: list[Record], before: int) -> None:
    """However bodies are broken, and wherever one ends and the next begins."""
    reader = EventReader()
    assert_read_as_alone([record_of(body, id, kind) for id, kind, body in WHOLE[: before * 40]], reader)
    assert_read_as_alone(records, reader)


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_broken_record_is_found_among_others(body: str | bytes) -> None:
    """First, last, and among many that are whole; the others make their events."""
    whole = [record_of(ACQUIRED, "a", "stake.acquired", at) for at in (1, 2)]
    broken = record_of(body, "a", "stake.acquired", 3)
    for records in ([broken, *whole], [*whole, broken], [whole[0], broken, whole[1]]):
        places = assert_read_as_alone(records)
        assert len(places) <= (1 if b"\n" not in broken.body and b"\xff" not in broken.body else 3)


ODD = {
    "a list with a bracket in a text": '"sources":[{"publisher":"A","title":"x]"}]',
    "a list that does not end": '"sources":[{"publisher":"A","title":"x"]',
    "a list of something else": '"sources":[1]',
    "an empty list": '"sources":[]',
    "a list with nothing in it": '"sources":[{"publisher":"A","title":null}]',
    "no number": '"sources":[NaN]',
    "blanks in a list": '"sources":[ { "publisher" : "A" } ]',
    "an escape in a list": '"sources":[{"publisher":"\\u0041"}]',
    "a source twice": '"sources":[{"publisher":"A"},{"publisher":"A"}]',
    "a key twice in a source": '"sources":[{"publisher":"B","publisher":"A"}]',
    "an unknown key in a source": '"sources":[{"publisher":"A","editor":"B"}]',
    "another order": '"sources":[{"title":"T","publisher":"A"}]',
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_stands_in_a_list_is_read_as_json(text: str) -> None:
    """Whatever it is, it makes what it makes in a record alone."""
    body = ACQUIRED.replace('"target"', '"sources":[{"publisher":"A"}],"target"')
    other = ACQUIRED.replace('"target"', f'{text},"target"')
    bodies = [body, other, body, other]
    assert_read_as_alone([record_of(each, "a", "stake.acquired", at) for at, each in enumerate(bodies, 1)])


def test_a_list_goes_on_in_no_other_record() -> None:
    """Where a line break within one body makes up for the end of another, nothing is certain."""
    body = ACQUIRED.replace('"target"', '"sources":[{"publisher":"A"},{"publisher":"B"}],"target"')
    begin, end = body.split('{"publisher":"B"}')
    bodies = [body, "x\ny", begin, f'{{"publisher":"B"}}{end}']
    records = [record_of(each, "a", "stake.acquired", at) for at, each in enumerate(bodies, 1)]
    assert assert_read_as_alone(records) == [1, 2, 3]


def test_names_are_read_together_whatever_they_are_written_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters of any script; what has to be escaped is read alone."""
    monkeypatch.setattr(event_reader, "_IN_VAIN", 1)
    names = [
        "阿里影业",
        "Ångström",
        "a%sb",
        "{}",
        "[x]",
        "No. 1",
        'the "A"',
        "a\\b",
        "a\u00a0b",
        "😀",
        "٣",
        'a "B"',
    ]
    records = recorded(
        [
            happened("entity.founded", "2001", f"e{at}", entity="x", name=name, type="company")
            for at, name in enumerate(["plain", *names])
        ]
    )
    assert assert_read_as_alone(records) == [8, 9, 12]


def test_damage_is_said_before_what_makes_no_event() -> None:
    """As if all records had been read from the store before the first event was made."""
    broken = [record_of("{}", "a", "stake.acquired", at) for at in (1, 2)]

    def damaged() -> Iterator[Record]:
        yield from broken
        raise Damaged(Problem("C506", "record 3 is missing"))

    with pytest.raises(Damaged, match="record 3 is missing"):
        list(codec.from_records(damaged()))
    with pytest.raises(Damaged, match="record 1"):
        list(codec.from_records(iter(broken)))


def test_few_records_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """To learn a form costs as much as to read some records."""
    monkeypatch.setattr(event_reader, "_FEWEST", 4)
    records = recorded([acquired("2001", "h", "t", "10%", id=f"a{at}") for at in range(6)])
    reader = EventReader()
    assert assert_read_as_alone(records[:3], reader) == [0, 1, 2]
    assert assert_read_as_alone(records[3:], reader) == []


def test_nothing_is_read_together_while_formats_are_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an upgrade makes of an event may depend on anything in it."""
    records = recorded([acquired("2001", "h", "t", "10%", id=f"a{at}") for at in range(3)])
    monkeypatch.setattr(event_reader, "UPGRADES", (dict,))
    assert assert_read_as_alone(records) == [0, 1, 2]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of texts and of lists are forgotten, and read again when they come again."""
    monkeypatch.setattr(event_reader, "_MOST_VALUES", 1)
    monkeypatch.setattr(event_reader, "_MOST_OF_JSON", 1)
    monkeypatch.setattr(event_reader, "_AT_ONCE", 2)
    assert assert_read_as_alone(recorded(list(made(300).events))) == []


@pytest.mark.parametrize("seed", range(5))
def test_any_fields_may_be_there_or_not(seed: int) -> None:
    """A form has all the fields that were met; what is not there has its default, as alone."""
    chance = Random(seed)
    optional: dict[str, object] = {
        "known": "2003-02",
        "note": "n",
        "price": "USD 8M",
        "seller": "s",
        "confidence": "reported",
        "deal": "d",
        "after": "b",
        "apart": True,
        "right": "votes",
        "sources": [{"publisher": "P"}],
        "holds": "20%",
        "shares": "12",
    }
    records = []
    for at in range(60):
        given = {name: value for name, value in optional.items() if chance.random() < 0.5}
        plain = {
            "id": f"e{at}",
            "kind": "stake.acquired",
            "date": "2001",
            "holder": "h",
            "target": "t",
            **given,
        }
        body = canonical_json({**plain, "share": "10%"} if chance.random() < 0.9 else plain)
        records.append(record_of(body, f"e{at}", "stake.acquired", at + 1))
    without = [at for at, record in enumerate(records) if isinstance(alone(record), str)]
    assert assert_read_as_alone(records) == without


def test_a_field_that_is_written_in_two_ways_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two types in JSON a form takes the first that it met."""
    monkeypatch.setattr(event_reader, "_IN_VAIN", 2)
    ways = ["true", '"yes"', "false", '"no"', "true", '"yes"']
    bodies = [ACQUIRED.replace('{"date"', f'{{"apart":{way},"date"') for way in ways]
    records = [record_of(body, "a", "stake.acquired", at) for at, body in enumerate(bodies, 1)]
    assert assert_read_as_alone(records) == [5]


def test_an_event_made_of_its_form_is_like_any_other() -> None:
    """It is of its class, and frozen, and can be copied, pickled and evolved."""
    events = EventReader().events(recorded([acquired("2001", "h", "t", "10%", id=f"a{at}") for at in "123"]))
    for event in events:
        with pytest.raises(FrozenInstanceError):
            event.note = "changed"  # type: ignore[misc]
        assert copy.deepcopy(event) == pickle.loads(pickle.dumps(event)) == evolve(event) == event
        assert evolve(event, note="n").note == "n"


def test_a_class_that_does_more_makes_its_events_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a field has a validator, no event is made without it."""
    records = recorded([acquired("2001", "h", "t", "10%", id=f"a{at}") for at in range(3)])
    monkeypatch.setattr(event_reader, "_IN_VAIN", 1)
    monkeypatch.setattr(body_form, "_is_special", lambda attribute: attribute.name == "holder")
    body_form._form.cache_clear()
    try:
        assert assert_read_as_alone(records) == [1, 2]
    finally:
        body_form._form.cache_clear()


def test_fields_that_do_not_go_together_are_refused() -> None:
    """An acquisition that does not say how much, whose form has a field for it all the same."""
    bodies = [ACQUIRED, ACQUIRED.replace('"share":"10%"', '"seller":"s"'), ACQUIRED]
    records = [record_of(each, "a", "stake.acquired", at) for at, each in enumerate(bodies, 1)]
    assert assert_read_as_alone(records) == [1]
    assert isinstance(alone(records[1]), str)
    with pytest.raises(InvalidEvents, match="does not say how much"):
        EventReader().events(records)
