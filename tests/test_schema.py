"""The JSON Schema of event files: it knows what the classes know, and takes what Chronicle takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings

from chronicle.codec import decode, diagnose, encode, fields_of
from chronicle.codec.schema import json_schema
from chronicle.codec.shapes import EFFECT_KINDS, TAKEN_FROM_DEAL
from chronicle.events import KINDS, Event
from strategies import events, events_of

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FROZEN = Path(__file__).parent / "data" / "every-kind-2.jsonl"

STAKE: dict[str, Any] = {
    "kind": "stake.acquired",
    "date": "2014-03",
    "holder": "alibaba-group",
    "target": "alibaba-pictures",
    "share": "60%",
}
DONE: dict[str, Any] = {"kind": "deal.completed", "date": "2014", "deal": "d"}
SPLIT: dict[str, Any] = {"kind": "demerger.split", "date": "2014", "parent": "a", "successors": ["b"]}
ACME = {"id": "acme", "name": "Acme", "type": "company"}


def accepts(*events: object) -> bool:
    return VALIDATOR.is_valid({"events": list(events)})


def complaints(*events: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors({"events": list(events)})]


def shipped(root: Path) -> Iterator[Path]:
    yield from sorted((root / "events").rglob("*.yaml"))


def test_it_is_a_schema() -> None:
    """What is written is itself a valid schema of its dialect, and plain JSON."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_it_is_made_anew() -> None:
    """Who changes a schema that was handed out changes no other."""
    json_schema()["$defs"].clear()
    assert json_schema() == SCHEMA


def test_every_kind_has_a_branch() -> None:
    """Every kind is listed for the editor, and each has its own fields, its own prose and no others."""
    assert SCHEMA["$defs"]["event"]["properties"]["kind"]["enum"] == list(KINDS)
    assert SCHEMA["$defs"]["effect"]["properties"]["kind"]["enum"] == list(EFFECT_KINDS)
    for kind, cls in KINDS.items():
        branch = SCHEMA["$defs"][f"event.{kind}"]
        assert branch["properties"].keys() == {"kind", *(field.name for field in fields_of(cls))}
        assert branch["additionalProperties"] is False
        assert branch["description"].startswith((cls.__doc__ or "").splitlines()[0].replace("``", "`"))


def test_required_fields() -> None:
    """The fields that a class needs are required; an id never is, nor the date of a declaration."""
    for kind, cls in KINDS.items():
        needed = {field.name for field in fields_of(cls) if field.required} - {"id"}
        required = set(SCHEMA["$defs"][f"event.{kind}"]["required"])
        assert required == {"kind", *needed} - ({"date"} if kind == "entity.declared" else set())
    for kind in EFFECT_KINDS:
        effect = SCHEMA["$defs"][f"effect.{kind}"]
        assert not TAKEN_FROM_DEAL & {*effect["required"], *effect["properties"]}


def test_references_lead_somewhere() -> None:
    """Every definition that is named is there, and every one that is there is named."""
    lines = json.dumps(SCHEMA, indent=0).splitlines()
    named = {line.split("/")[-1].rstrip('",') for line in lines if line.startswith('"$ref"')}
    assert named == SCHEMA["$defs"].keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_written_is_accepted(kind: str) -> None:
    """Whatever event of a kind Chronicle writes, the schema takes."""

    @given(events_of(KINDS[kind]))
    @settings(max_examples=8)
    def accepted(event: Event) -> None:
        assert complaints(encode(event)) == []

    accepted()


def test_frozen_events_are_accepted() -> None:
    """The frozen event of every kind, with every field, is accepted."""
    assert complaints(*(json.loads(line) for line in FROZEN.read_text("utf-8").splitlines())) == []


def test_shipped_files_are_accepted(root: Path) -> None:
    """The event files of the project are right, with scalars as text and as a YAML reader has them."""
    files = list(shipped(root))
    assert files
    for path in files:
        text = path.read_text("utf-8")
        for loader in (yaml.BaseLoader, yaml.SafeLoader):
            content = json.loads(json.dumps(yaml.load(text, loader), default=str))
            errors = [error.message for error in VALIDATOR.iter_errors(content)]
            assert errors == [], f"{path.name} read by {loader.__name__}"


@pytest.mark.parametrize(
    "event",
    [
        {**STAKE, "date": 2014},
        {**STAKE, "id": 2014},
        {**STAKE, "note": 12},
        {**STAKE, "note": True},
        {**STAKE, "shares": 12488058846},
        {"kind": "shares.restructured", "date": 2014, "issuer": "acme", "ratio": "2:1"},
        {"kind": "listing.started", "date": "2014-09", "entity": "acme", "ipo": True, "ticker": 1060},
        {"kind": "listing.started", "date": "2014-09", "entity": "acme", "ipo": "yes"},
    ],
)
def test_scalars_of_yaml(event: dict[str, Any]) -> None:
    """What a YAML reader takes for a number or a boolean is accepted, for Chronicle reads it as text."""
    assert complaints(event) == []


@pytest.mark.parametrize(
    "event",
    [
        "stake.acquired",
        {},
        {"date": "2014"},
        {"kind": "stake.aquired"},
        {name: value for name, value in STAKE.items() if name != "holder"},
        {**STAKE, "holdr": "acme"},
        {**STAKE, "holder": "Alibaba Group"},
        {**STAKE, "holder": "x" * 201},
        {**STAKE, "date": "March 2014"},
        {**STAKE, "date": 20140311},
        {**STAKE, "date": "[..]x"},
        {**STAKE, "share": 60},
        {**STAKE, "share": "sixty"},
        {**STAKE, "price": "800 dollars"},
        {**STAKE, "right": "gold"},
        {**STAKE, "sources": {"publisher": "P"}},
        {**STAKE, "sources": [{"page": "3"}]},
        {**STAKE, "sources": [{"publisher": "P", "published": "spring"}]},
        {"kind": "deal.proposed", "date": "2014", "deal": "d", "title": "T", "parties": "acme"},
        {**DONE, "effects": [{"kind": "unit.closed", "unit": "u", "reason": "r", "date": "2014"}]},
        {**DONE, "effects": [{"kind": "deal.approved", "deal": "d"}]},
        {"kind": "record.corrected", "date": "2014", "target": "t", "set": {"id": "u"}, "reason": "r"},
        {**SPLIT, "allocation": {"A b": "c"}},
    ],
)
def test_wrong_events_are_refused(event: Any) -> None:
    """What Chronicle refuses for its form, the schema underlines while it is typed."""
    assert not accepts(event)
    assert diagnose(event)


def test_one_mistake_is_one_complaint() -> None:
    """A misspelt field is named alone: the branches of the other kinds do not join in."""
    (message,) = complaints({**STAKE, "colour": "red"})
    assert "'colour' was unexpected" in message


def test_sections() -> None:
    """A file has entities, events or both, and nothing else."""
    assert VALIDATOR.is_valid({"entities": [ACME]})
    assert VALIDATOR.is_valid({"entities": [ACME], "events": [STAKE]})
    assert not VALIDATOR.is_valid({})
    assert not VALIDATOR.is_valid([])
    assert not VALIDATOR.is_valid({"event": []})


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"short": "A", "lang": "en", "jurisdiction": "no", "note": "n", "sources": [{"title": "T"}]}, True),
        ({"type": "firm"}, False),
        ({"id": "A B"}, False),
        ({"entity": "acme"}, False),
        ({"date": "2014"}, False),
        ({"kind": "entity.declared"}, False),
    ],
)
def test_entities(change: dict[str, Any], right: bool) -> None:
    """An entity has an id, a name and a type, and no date."""
    assert VALIDATOR.is_valid({"entities": [{**ACME, **change}]}) is right


@pytest.mark.parametrize("name", sorted(ACME))
def test_entities_need(name: str) -> None:
    """An entity without its id, its name or its type is refused."""
    entity = {key: value for key, value in ACME.items() if key != name}
    assert not VALIDATOR.is_valid({"entities": [entity]})


@given(events())
@settings(max_examples=30)
def test_it_follows_the_codec(event: Event) -> None:
    """Without its id an event is accepted as well, and reads the same way."""
    plain = {name: value for name, value in encode(event).items() if name != "id"}
    assert accepts(plain)
    assert type(decode(plain)) is type(event)
