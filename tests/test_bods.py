"""Beneficial ownership statements, 0.1 to 0.4: what they say becomes history, what breaks a rule is said."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from chronicle import codec
from chronicle.errors import Place, Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import bods, registers
from chronicle.interop.bods.rules import is_date_or_moment
from chronicle.interop.exports import bods as export
from chronicle.interop.exports.material import material
from chronicle.stores import open_store
from chronicle.values import Share
from given import state_on

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "bods"
PACK = DATA / "lib-cove-bods-0.4"
needs_data = pytest.mark.skipif(not PACK.is_dir(), reason=f"the sample statements are not at {DATA.name}")
TODAY = datetime.date(2026, 1, 1)


def read(statements: Any, **options: Any) -> tuple[list[Event], list[Problem]]:
    """Events and problems of statements, or of the bytes or the text of a file."""
    if not isinstance(statements, (bytes, str)):
        statements = json.dumps(statements)
    data = statements.encode() if isinstance(statements, str) else statements
    found = list(bods.read(io.BytesIO(data), "statements.json", today=TODAY, **options))
    events = [each for each in found if not isinstance(each, Problem)]
    return events, [each for each in found if isinstance(each, Problem)]


def said(problems: Iterable[Problem]) -> list[str]:
    return [f"{problem.code} {problem.message}" for problem in problems]


def statement(record: str, kind: str, date: str, details: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A statement of 0.4; its id is made of the record and the date."""
    status = fields.pop("status", "new")
    return {
        "statementId": f"{record}-{date}-{status}".ljust(32, "x"),
        "statementDate": date,
        "declarationSubject": "film",
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": {"isComponent": False, **details},
        **fields,
    }


def company(record: str, date: str, name: str = "Film Ltd", **fields: Any) -> dict[str, Any]:
    details = {"entityType": {"type": "registeredEntity"}, "name": name, **fields.pop("details", {})}
    return statement(record, "entity", date, details, **fields)


def person(record: str, date: str, name: str = "Ann Lee", **fields: Any) -> dict[str, Any]:
    details = {"personType": "knownPerson", "names": [{"type": "legal", "fullName": name}]}
    return statement(record, "person", date, {**details, **fields.pop("details", {})}, **fields)


def tie(date: str, *interests: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What Ann has of the film company."""
    details = {"subject": "film", "interestedParty": "ann", "interests": list(interests)}
    return statement("tie", "relationship", date, {**details, **fields.pop("details", {})}, **fields)


def holds(share: Any = None, kind: str = "shareholding", **fields: Any) -> dict[str, Any]:
    stated = share if isinstance(share, dict) or share is None else {"exact": share}
    return {"type": kind, "directOrIndirect": "direct", **({"share": stated} if stated else {}), **fields}


BOTH = [company("film", "2020-01-01"), person("ann", "2020-01-01")]
ANN, FILM = "bods:ann", "bods:film"


# What the samples of the standard say


def samples(folder: str, pattern: str = "*.json") -> list[Path]:
    return sorted((DATA / folder).glob(pattern))


@needs_data
@pytest.mark.parametrize("folder", ["lib-cove-bods-0.4/valid-schema", "v04-examples"])
def test_every_valid_file_is_imported_and_breaks_no_rule(folder: str) -> None:
    """All valid samples and all examples of the standard make events and no fault of form."""
    files = samples(folder)
    assert len(files) > 15
    for file in files:
        events, problems = read(file.read_bytes())
        assert events, file.name
        assert [text for text in said(problems) if text[:4] in ("C720", "C721")] == [], file.name


@needs_data
def test_the_samples_at_the_top_are_imported_whole() -> None:
    """The sample of 300 statements is imported without a doubt, and no top sample has a refusal."""
    for file in samples("lib-cove-bods-0.4"):
        events, problems = read(file.read_bytes())
        assert events, file.name
        assert not [problem for problem in problems if problem.code == "C720"], file.name
    events, problems = read((PACK / "sample_300_statements.json").read_bytes())
    assert len(events) > 500
    assert problems == []


REASONS = {
    "required": " lacks ",
    "type": " is not ",
    "enum": "is none of",
    "anyOf": " n",  # "is not a day ...", "has neither scheme nor ..."
    "format": " is not ",
    "pattern": " is not ",
    "oneOf": " is not ",
    "minLength": "shorter than",
    "maxLength": "longer than",
    "minimum": "below 0",
    "maximum": "above 100",
    "const": "must be left out",
}


@needs_data
def test_every_invalid_file_is_refused_or_flagged_for_its_reason() -> None:
    """All 192 files of the standard's list of expected errors: the right field and the right reason."""
    with (PACK / "invalid-schema" / "expected_errors.csv").open(encoding="utf-8", newline="") as file:
        expected = [[cell.strip() for cell in row] for row in csv.reader(file)]
    missed = [row for row in expected if not any(_is_about(text, *row[1:]) for text in _faults_of(row[0]))]
    assert len(expected) == 192
    assert missed == []


def _faults_of(name: str) -> list[str]:
    return said(read((PACK / "invalid-schema" / name).read_bytes())[1])


def _is_about(text: str, rule: str, path: str, name: str) -> bool:
    if path == "$":
        return "neither a list nor JSON Lines" in text
    where = path.replace("$[0].", "").replace("$[0]", "statement")
    if rule == "required":
        return f"{where} lacks {name}" in text or f"annotations[0] lacks {name}" in text
    subtype = "subtype" in where and "only of" in text
    return f"{where} " in text and (REASONS[rule] in text or subtype)


DOUBTS = {
    "annotiation_statement_pointer_target": "points at nothing",
    "interested_party_person_with_beneficial_ownership_or_control": "the interested party is no person",
    "relationship_interest_for_trusts": "one of trusts",
    "relationship_interest_nominee_or_nominator": "one of nominations",
    "retrievedat_not_future_date": "retrievedAt lies in the future",
    "statement_annotation_creation_date_future_date": "creationDate lies in the future",
    "statement_date_not_future_date": "statementDate lies in the future",
    "statement_declaration_subject": "declarationSubject is",
    "statement_duplicate_statement_id": "was used before",
    "statement_entity_foundation_dissolution_dates": "lies before foundingDate",
    "statement_entity_identifier_scheme_known": "no register that is known",
    "statement_entity_is_component": "component is in no componentRecords",
    "statement_entity_securities_listings_haspubliclisting_not_false": "although hasPublicListing is false",
    "statement_must_have_unique_statement_identifier": "was used before",
    "statement_person_birth_date_sensible": "birthDate lies",
    "statement_person_date_of_death_sane": "deathDate lies",
    "statement_person_identifiers_correct_scheme": "of a person is no country code",
    "statement_person_identifiers_have_correct_scheme": "of a person is no country code",
    "statement_person_is_component": "component is in no componentRecords",
    "statement_publication_date_future_date": "publicationDate lies in the future",
    "statement_relationship_component_records_are_record_ids": "componentRecords has one",
    "statement_relationship_interested_party_entity_or_person": "recordDetails.interestedParty is",
    "statement_relationship_interests_share_values": ".share ",
    "statement_relationship_interests_start_end_dates": "lies before startDate",
    "statement_relationship_is_component": "component is in no componentRecords",
    "statement_relationship_subject_refers_to_entity_statement": "recordDetails.subject is",
    "statement_serialisation": "described by no statement before this one",
    "statement_series": "",
}


@needs_data
def test_every_further_check_flags_its_invalid_files_and_passes_its_valid_ones() -> None:
    """The samples of checks beyond the schema: 61 invalid ones have their doubt, 46 valid ones have not."""
    counted = {"invalid": 0, "valid": 0}
    for file in samples("lib-cove-bods-0.4/additional-checks"):
        check, _, rest = file.stem.partition("-")
        doubt = DOUBTS.get(check, "birthDate lies")
        flagged = [text for text in said(read(file.read_bytes())[1]) if doubt in text]
        sort = rest.partition("-")[0]
        assert bool(flagged) == (sort == "invalid"), file.name
        counted[sort] += 1
    assert counted["invalid"] + counted["valid"] == len(samples("lib-cove-bods-0.4/additional-checks"))
    assert counted["invalid"] > 55


@needs_data
def test_the_first_example_is_read_as_it_stands() -> None:
    """Jennifer holds all of Profitech since 6 April 2016, and the company has its number of the register."""
    events, _ = read((PACK / "basic_1.json").read_bytes())
    state = state_on("2020-03-04", events)
    assert state.share("bods:10478c6cf6de", "gb-coh:2063384560").value == 1
    assert state.entity("gb-coh:2063384560").name == "Profitech Ltd"
    assert ("gb-coh", "2063384560") in state.entity("gb-coh:2063384560").identifiers
    assert state.entity("bods:10478c6cf6de").type == "person"
    assert state_on("2016-04-05", events).share("bods:10478c6cf6de", "gb-coh:2063384560") is None


@needs_data
@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("bods-package-fi-soe", "100%"),
        ("indirect-ownership", "30%"),
        ("multiple-indirect-ownership", "60%"),
        ("mutilple-indirect-ownership-2", "60%"),
        ("mixed-direct-and-indirect-ownership", "50%"),
    ],
)
def test_the_examples_keep_the_share_that_is_held_through_others(name: str, share: str) -> None:
    """What is declared beside the chain is a tie with its share, from the export as well."""
    events, _ = read((DATA / "v04-examples" / f"{name}.json").read_bytes())
    again, _ = read(b"".join(export.spans(material(History(events), datetime.date(2026, 1, 1)))))
    for told in (events, again):
        ties = History(told).as_of("2026-01-01").control()
        assert [str(fact.value.share) for fact in ties if fact.key[2] == "indirect shareholding"] == [share]


@pytest.mark.skipif(not DATA.is_dir(), reason="the examples of the standard are not here")
@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("indirect-ownership", "<=60%"),
        ("multiple-indirect-ownership", "?"),
        ("mutilple-indirect-ownership-2", "<=60%"),
        ("mixed-direct-and-indirect-ownership", ">=50%"),
    ],
)
def test_the_chains_of_the_examples_bear_out_what_is_declared(name: str, share: str) -> None:
    """K12: the first links are unknown; the declared indirect share agrees and is never added."""
    events, _ = read((DATA / "v04-examples" / f"{name}.json").read_bytes())
    state = History(events).as_of("2026-01-01")
    (declared,) = (fact for fact in state.control() if fact.key[2] == "indirect shareholding")
    found = state.effective(declared.key[0], declared.key[1])
    assert (str(found.share), found.declared) == (share, ())


@pytest.mark.skipif(not DATA.is_dir(), reason="the examples of the standard are not here")
def test_a_direct_share_and_one_through_a_company_come_to_the_whole() -> None:
    """K11: a ministry with 23.5 % directly, and all of a company with 76.5 %."""
    events, _ = read((DATA / "v04-examples" / "bods-package-fi-soe.json").read_bytes())
    state = History(events).as_of("2026-01-01")
    (direct,) = (holding for holding in state.holdings() if str(holding.share) == "23.5%")
    assert str(state.effective(direct.holder, direct.target).share) == "100%"


# What statements say


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ({"exact": 59.32}, "59.32%"),
        ({"minimum": 25, "maximum": 50}, "25-50%"),
        ({"exclusiveMinimum": 25, "maximum": 50}, ">25-50%"),
        ({"minimum": 75, "exclusiveMaximum": 100}, "75-<100%"),
        ({"exclusiveMinimum": 50}, ">50%"),
        ({"maximum": 3.2}, "<=3.2%"),
        ({}, "?"),
        ({"minimum": 60, "maximum": 50}, "?"),
        ({"exact": True}, "?"),
    ],
)
def test_a_share_keeps_its_ends_open_or_closed(share: dict[str, Any], text: str) -> None:
    """Percentages stay exact, and a bound that is left out stays left out."""
    events, _ = read([*BOTH, tie("2020-01-01", {"type": "shareholding", "share": share})])
    assert str(events[-1].holds) == text


def test_each_interest_becomes_a_right_or_control() -> None:
    """Shares, votes, seats that one fills and profit are holdings; most others are control by that basis."""
    kinds = ["shareholding", "votingRights", "appointmentOfBoard", "rightsToProfitOrIncome", "settlor"]
    events, _ = read([*BOTH, tie("2020-01-01", *(holds(40, kind=kind) for kind in kinds))])
    state = state_on("2020-01-01", events)
    found = {holding.right: str(holding.share) for holding in state.holdings(holder=ANN)}
    assert found == {"equity": "40%", "votes": "40%", "board": "40%", "profit": "40%"}
    assert {event.basis for event in events if event.kind == "control.granted"} == {"settlor"}


@pytest.mark.parametrize("kind", ["", "unknownInterest"])
def test_an_interest_of_unknown_kind_is_a_stake_of_unknown_share(kind: str) -> None:
    """Nobody says that it is control; a share that is stated is that of the stake, and its end is one."""
    events, problems = read([*BOTH, tie("2020-01-01", holds(kind=kind))])
    assert [str(each.share) for each in state_on("2020-01-01", events).holdings(holder=ANN)] == ["?"]
    assert [problem.code for problem in problems] == ([] if kind else ["C721"])
    ended = [tie("2020-01-01", holds(20, kind=kind)), tie("2021-01-01", status="closed")]
    events, _ = read([*BOTH, *ended])
    assert str(state_on("2020-12-31", events).share(ANN, FILM)) == "20%"
    assert state_on("2021-01-01", events).holdings(holder=ANN) == ()


def test_an_interest_of_unknown_kind_makes_no_known_share_unknown() -> None:
    """Beside a share that the same record states it makes no event, and that is said."""
    events, problems = read([*BOTH, tie("2020-01-01", holds(40), holds(kind="unknownInterest"))])
    assert [
        (each.right, str(each.share)) for each in state_on("2020-01-01", events).holdings(holder=ANN)
    ] == [("equity", "40%")]
    assert said(problems) == ["C724 interest of unknown kind beside a share"]


def test_a_seat_on_the_board_is_a_role() -> None:
    """Who sits on the board, chairs it or manages has a role, until the record ends it."""
    kinds = ["boardMember", "boardChair", "seniorManagingOfficial"]
    first = tie("2020-01-01", *(holds(kind=kind, startDate="2019-05-01") for kind in kinds))
    later = tie("2021-01-01", holds(kind="boardMember", startDate="2019-05-01"), status="updated")
    events, problems = read([*BOTH, first, later])
    assert problems == []

    def roles(day: str) -> list[tuple[str, ...]]:
        return [fact.key for fact in state_on(day, events).view("roles")]

    assert roles("2020-06-01") == [
        (ANN, FILM, role) for role in ("board chair", "board member", "senior managing official")
    ]
    assert roles("2021-06-01") == [(ANN, FILM, "board member")]
    assert list(state_on("2020-06-01", events).view("control")) == []


def test_an_interest_ends_on_its_end_date() -> None:
    """From the end date on nothing is held; the day before it was."""
    interest = holds(40, startDate="2018-01-01", endDate="2019-06-30")
    trustee = holds(kind="trustee", startDate="2018-01-01", endDate="2019-06-30")
    events, _ = read([*BOTH, tie("2020-01-01", interest, trustee)])
    assert str(state_on("2019-06-29", events).share(ANN, FILM)) == "40%"
    assert state_on("2019-06-30", events).share(ANN, FILM) in (None, Share.exact(0))
    assert [(event.kind, str(event.date)) for event in events][-2:] == [
        ("control.granted", "2018-01-01"),
        ("control.ended", "2019-06-30"),
    ]


def test_two_interests_of_one_right_add_up() -> None:
    """Two classes of shares are one holding; together more than the whole they say nothing."""
    events, _ = read([*BOTH, tie("2020-01-01", holds(20), holds({"minimum": 10, "maximum": 20}))])
    assert str(events[-1].holds) == "30-40%"
    events, _ = read([*BOTH, tie("2020-01-01", holds(80), holds(70))])
    assert str(events[-1].holds) == "?"


def test_the_end_of_a_chain_is_no_second_holding() -> None:
    """What is held indirectly is a tie and no holding, with its chain or without; nothing counts twice."""
    indirect = holds(50, directOrIndirect="indirect")
    for chain in ({"componentRecords": ["ann"]}, {}):
        events, _ = read([*BOTH, tie("2020-01-01", indirect, details=chain)])
        assert (events[-1].kind, events[-1].basis, events[-1].note) == (
            "control.granted",
            "indirect shareholding",
            "share 50%",
        )


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ({"exact": 30}, "30%"),
        ({"minimum": 25, "maximum": 50}, "25-50%"),
        ({"exclusiveMinimum": 25, "maximum": 50}, ">25-50%"),
        ({"maximum": 3.2}, "<=3.2%"),
        ({"minimum": 60, "maximum": 50}, "None"),
        ({}, "None"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "direct", "basis"),
    [
        ("shareholding", "indirect", "indirect shareholding"),
        ("votingRights", "indirect", "indirect votingRights"),
        ("appointmentOfBoard", "indirect", "indirect appointmentOfBoard"),
        ("rightsToProfitOrIncome", "indirect", "indirect rightsToProfitOrIncome"),
        ("unknownInterest", "indirect", "indirect interest"),
        ("rightsToSurplusAssetsOnDissolution", "direct", "rightsToSurplusAssetsOnDissolution"),
        ("otherInfluenceOrControl", "direct", "otherInfluenceOrControl"),
    ],
)
def test_control_keeps_the_share_that_is_stated_for_it(
    kind: str, direct: str, basis: str, share: dict[str, Any], text: str
) -> None:
    """What is held through others, or by what control comes: exact or a range, and none where none is."""
    events, _ = read([*BOTH, tie("2020-01-01", holds(share, kind=kind, directOrIndirect=direct))])
    state = state_on("2020-01-01", events)
    assert [(fact.key[2], str(fact.value.share)) for fact in state.control()] == [(basis, text)]
    assert state.holdings() == ()


def test_a_role_with_a_share_stays_a_role() -> None:
    """A seat is no control, so its share stands in its note, and the record ends it whatever it said last."""
    series = [tie("2020-01-01", holds(10, kind="boardMember"))]
    series.append(tie("2021-01-01", holds(20, kind="boardMember"), status="updated"))
    series.append(tie("2022-01-01", status="closed"))
    events, _ = read([*BOTH, *series])
    assert [event.note for event in events if event.kind == "role.appointed"] == ["share 10%", "share 20%"]
    days = ("2020-01-01", "2021-01-01", "2022-01-01")
    assert [len(state_on(day, events).roles()) for day in days] == [1, 1, 0]


INDIRECTLY = {"directOrIndirect": "indirect"}
FIRST_THEN_MORE = (
    tie("2020-01-01", holds(50, **INDIRECTLY)),
    tie("2021-01-01", holds(70, **INDIRECTLY), status="updated"),
    tie("2022-01-01", status="closed"),
)
WITH_DAYS = (
    tie(
        "2022-01-01",
        holds(50, **INDIRECTLY, startDate="2019-06-01", endDate="2021-01-01"),
        holds(70, **INDIRECTLY, startDate="2021-01-01", endDate="2022-01-01"),
    ),
)


@pytest.mark.parametrize("series", [FIRST_THEN_MORE, WITH_DAYS], ids=["updated", "with-days"])
def test_another_share_that_is_held_indirectly_takes_its_place(series: Iterable[dict[str, Any]]) -> None:
    """A later share of a record replaces the earlier one, and the end of the record leaves neither."""
    events, _ = read([*BOTH, *series])
    found = {
        day: [str(fact.value.share) for fact in state_on(day, events).control()]
        for day in ("2020-01-01", "2021-01-01", "2021-12-31", "2022-01-01")
    }
    assert found == {"2020-01-01": ["50%"], "2021-01-01": ["70%"], "2021-12-31": ["70%"], "2022-01-01": []}


def test_two_records_of_what_is_held_indirectly_end_by_themselves() -> None:
    """The later of two records says the share; when it ends, what the other says stands again."""
    records = [
        record_tie("r1", "2020-01-01", holds(30, **INDIRECTLY, startDate="2019-01-01")),
        record_tie("r2", "2021-01-01", holds(40, **INDIRECTLY, startDate="2020-06-01")),
        record_tie("r2", "2022-01-01", status="closed"),
    ]
    events, _ = read([*BOTH, *records])
    days = ("2020-01-01", "2021-01-01", "2021-06-01", "2022-06-01")
    found = [[str(fact.value.share) for fact in state_on(day, events).control()] for day in days]
    assert found == [["30%"], ["40%"], ["40%", "30%"], ["30%"]]


def test_a_statement_of_the_same_day_corrects_the_share() -> None:
    """The share that was stated first is corrected, from the day on which the correction was published."""
    first = tie("2020-01-01", holds(50, **INDIRECTLY))
    second = tie("2020-01-01", holds(**INDIRECTLY), status="updated")
    second["publicationDetails"] = published("2021-01-01")
    events, _ = read([*BOTH, first, second])
    assert [str(fact.value.share) for fact in state_on("2020-06-01", events).control()] == ["None"]
    known = History(events).as_of("2020-06-01", known="2020-12-31").control()
    assert [str(fact.value.share) for fact in known] == ["50%"]


def test_what_an_update_leaves_out_ended_since_the_statement_before() -> None:
    """Nobody says when: it is certain by the one statement, possible until the other, and over by that."""
    series = [
        tie("2020-01-01", holds(40), holds(kind="boardMember", startDate="2019-01-01")),
        tie("2022-01-01", holds(40), status="updated"),
    ]
    events, _ = read([*BOTH, *series])
    found = [
        [fact.certain for fact in state_on(day, events).roles()]
        for day in ("2020-01-01", "2020-01-02", "2021-12-31", "2022-01-01")
    ]
    assert found == [[True], [False], [False], []]
    later = tie("2022-01-01", holds(50, startDate="2021-06-01"), status="closed")
    events, _ = read([*BOTH, series[0], later])
    assert [str(e.date) for e in events if e.kind == "stake.observed"][-2:] == [
        "2021-06-01",
        "[2021-06-02..2022-01-01]",
    ]


def test_a_closed_record_ends_what_it_held() -> None:
    """By the closing statement nothing is held and nothing controlled, unless an end date says when."""
    series = [tie("2020-01-01", holds(40), holds(kind="trustee")), tie("2021-05-01", status="closed")]
    events, _ = read([*BOTH, *series])
    assert [(e.kind, str(e.date)) for e in events][-2:] == [
        ("stake.observed", "[2020-01-02..2021-05-01]"),
        ("control.ended", "[2020-01-02..2021-05-01]"),
    ]
    bare = [tie("2020-01-01"), tie("2021-05-01", status="updated")]
    events, _ = read([*BOTH, *bare])
    assert [str(e.holds) for e in events if e.kind == "stake.observed"] == ["?"]
    events, _ = read([*BOTH, *bare, tie("2022-05-01", status="closed")])
    assert (str(events[-1].holds), str(events[-1].date)) == ("0%", "[2021-05-02..2022-05-01]")
    ended = holds(40, startDate="2019-01-01", endDate="2021-03-01")
    events, _ = read([*BOTH, tie("2020-01-01", holds(40)), tie("2021-05-01", ended, status="closed")])
    assert [(str(e.date), str(e.holds)) for e in events[-2:]] == [
        ("[..2020-01-01]", "40%"),
        ("2021-03-01", "0%"),
    ]


def test_a_confirmation_makes_no_event() -> None:
    """A later statement that says the same adds nothing."""
    first, _ = read([*BOTH, tie("2020-01-01", holds(40))])
    again = [
        company("film", "2021-01-01", status="updated"),
        person("ann", "2021-01-01", status="updated"),
        tie("2021-01-01", holds(40), status="updated"),
    ]
    second, problems = read([*BOTH, tie("2020-01-01", holds(40)), *again])
    assert second == first
    assert problems == []


def test_a_change_counts_from_its_start_or_from_the_statement() -> None:
    """A new share since a day counts from that day; without one, from the day of the statement."""
    first = tie("2020-01-01", holds(40, startDate="2016-04-06"))
    events, _ = read([*BOTH, first, tie("2021-01-01", holds(60, startDate="2016-04-06"), status="updated")])
    assert (str(events[-1].date), str(events[-1].holds)) == ("2021-01-01", "60%")
    events, _ = read([*BOTH, first, tie("2021-01-01", holds(60, startDate="2020-07-01"), status="updated")])
    assert (str(events[-1].date), str(events[-1].holds)) == ("2020-07-01", "60%")
    events, _ = read([*BOTH, first, tie("2021-01-01", holds(kind="votingRights"), status="updated")])
    assert {(e.right, str(e.holds)) for e in events[-2:]} == {("equity", "0%"), ("votes", "?")}


def published(date: str) -> dict[str, Any]:
    return {"publicationDate": date, "bodsVersion": "0.4", "publisher": {"name": "The register"}}


def test_a_correction_acts_on_what_is_known() -> None:
    """The same day said again otherwise: before that was published the old answer stands."""
    wrong = tie("2020-01-01", holds(40), holds(kind="boardChair"), publicationDetails=published("2020-01-02"))
    note = {"statementPointerTarget": "/", "motivation": "correcting", "description": "typing error"}
    right = tie(
        "2020-01-01",
        holds(45),
        holds(10, kind="votingRights"),
        publicationDetails=published("2020-09-01"),
        annotations=[note],
        status="updated",
    )
    events, problems = read([*BOTH, wrong, right])
    assert problems == []
    assert str(state_on("2020-12-31", events, known="2020-08-31").share(ANN, FILM)) == "40%"
    assert str(state_on("2020-12-31", events, known="2020-09-01").share(ANN, FILM)) == "45%"
    assert {event.kind for event in events if event.id.endswith(("corrected", "retracted"))} == {
        "record.corrected",
        "record.retracted",
    }
    assert {event.reason for event in events if hasattr(event, "reason")} == {"typing error"}
    state = state_on("2020-12-31", events)
    assert {holding.right for holding in state.holdings(holder=ANN)} == {"equity", "votes"}


def test_a_name_and_a_birth_can_be_put_right_too() -> None:
    """What is said again of the same day about a company or a person corrects the events it made."""
    wrong = company("film", "2020-01-01", "Filn Ltd", details={"foundingDate": "1999-05-01"})
    right = company(
        "film", "2020-01-01", "Film Ltd", details={"foundingDate": "1999-06-01"}, status="updated"
    )
    again = company(
        "film", "2021-01-01", "Film Ltd", details={"foundingDate": "1999-06-01"}, status="updated"
    )
    right |= {"publicationDetails": published("2020-03-01")}
    events, _ = read([wrong, right, again])
    assert state_on("2020-06-01", events).entity(FILM).name == "Film Ltd"
    assert state_on("2020-06-01", events, known="2020-02-29").entity(FILM).name == "Filn Ltd"
    assert state_on("1999-05-15", events).entity(FILM).status is None
    assert events[-1].kind == "record.corrected"


def test_a_company_is_founded_renamed_identified_listed_and_dissolved() -> None:
    """The life of a company over two statements: the change of name lies somewhere between them."""
    listing = {
        "hasPublicListing": True,
        "securitiesListings": [
            {
                "stockExchangeName": "London",
                "stockExchangeJurisdiction": "GB",
                "security": {"ticker": "FLM", "idScheme": "isin", "id": "GB0000000001"},
            }
        ],
    }
    numbers = [{"scheme": "GB-COH", "id": "012/345"}, {"scheme": "XI-LEI", "id": "5493001KJTIIGC8Y1R12"}]
    first = {"identifiers": numbers, "foundingDate": "1999-05-01", "publicListing": listing}
    later = {**first, "dissolutionDate": "2022-02-02", "publicListing": {"hasPublicListing": False}}
    events, problems = read(
        [
            company("film", "2020-01-01", "Film Ltd", details=first),
            company("film", "2022-03-01", "Pictures Ltd", details=later, status="updated"),
        ]
    )
    assert problems == []
    film = "lei:5493001kjtiigc8y1r12"
    assert state_on("2020-01-01", events).entity(film).name == "Film Ltd"
    assert state_on("2022-03-01", events).entity(film).name == "Pictures Ltd"
    renamed = next(event for event in events if event.kind == "entity.renamed")
    assert str(renamed.date) == "[2020-01-02..2022-03-01]"
    assert state_on("2022-02-02", events).entity(film).status == "dissolved"
    found = dict(state_on("2020-01-01", events).entity(film).identifiers)
    assert found == {
        "bods": "film",
        "gb-coh": "012/345",
        "lei": "5493001KJTIIGC8Y1R12",
        "isin": "GB0000000001",
    }
    assert [event.kind for event in events if event.kind.startswith("listing")] == [
        "listing.started",
        "listing.ended",
    ]


def test_a_founding_date_that_changes_puts_the_founding_right() -> None:
    """There is one founding; a later statement with another date corrects it from the day it was said."""
    first = company("film", "2020-01-01", details={"foundingDate": "1999-05-01"})
    later = company("film", "2021-01-01", details={"foundingDate": "1998-05-01"}, status="updated")
    events, _ = read([first, later])
    assert state_on("1998-06-01", events).entity(FILM).status == "active"
    assert state_on("1998-06-01", events, known="2020-06-01").entity(FILM).status is None


@pytest.mark.parametrize(
    ("details", "name", "kind"),
    [
        ({"entityType": {"type": "arrangement", "subtype": "trust"}, "name": "T"}, "T", "trust"),
        ({"entityType": {"type": "state"}, "name": "Finland"}, "Finland", "government"),
        ({"entityType": {"type": "unknownEntity"}, "name": None}, "unnamed entity film", "other"),
        (
            {"unspecifiedEntityDetails": {"reason": "unknown"}, "name": ""},
            "unspecified: unknown",
            "company",
        ),
        ({"identifiers": [{"schemeName": "Register", "id": "7"}], "name": ""}, "7", "company"),
    ],
)
def test_an_entity_always_has_a_name_and_a_type(details: dict[str, Any], name: str, kind: str) -> None:
    """Whoever has no name goes by the reason, by a number or by the record."""
    events, _ = read([company("film", "2020-01-01", details=details)])
    entity = state_on("2020-01-01", events).entity(FILM)
    assert (entity.name, entity.type) == (name, kind)


def test_a_person_goes_by_the_legal_name_and_dies() -> None:
    """The legal name comes before others, parts of a name make one, and a death is an end."""
    names = [
        {"type": "former", "fullName": "Ann Bo"},
        {"type": "legal", "givenName": "Ann", "familyName": "Lee"},
    ]
    details = {"names": names, "birthDate": "1950-02", "deathDate": "2019"}
    events, _ = read([person("ann", "2020-01-01", details=details)])
    entity = state_on("2020-01-01", events).entity(ANN)
    assert (entity.name, entity.status) == ("Ann Lee", "dissolved")


def test_a_party_that_is_not_named_is_reported_and_kept() -> None:
    """That nobody is named is said, and kept as an entity for this record only."""
    party = {"reason": "noBeneficialOwners", "description": "none at all"}
    details = {"subject": "film", "interestedParty": party}
    events, problems = read([BOTH[0], statement("tie", "relationship", "2020-01-01", details)])
    assert said(problems) == ["C723 party is not named: interestedParty, noBeneficialOwners (none at all)"]
    assert events[-2].name == "unspecified: noBeneficialOwners"
    assert (events[-1].kind, events[-1].basis) == ("control.granted", "noBeneficialOwners")
    assert events[-1].controller == events[-2].entity == "bods:tie:interestedparty"


def test_records_of_other_files_can_be_told() -> None:
    """A file that refers to a company of an earlier file finds it when its id is given."""
    events, _ = read(
        [person("ann", "2020-01-01"), tie("2020-01-01", holds(5))], entities={"film": "gb-coh:1"}
    )
    assert events[-1].target == "gb-coh:1"


def test_the_source_of_a_statement_is_kept() -> None:
    """Who published it and when, where it was found, and which statement it was."""
    source = {"url": "https://register.example/1", "retrievedAt": "2020-02-03T10:00:00Z"}
    events, _ = read(
        [company("film", "2020-01-01", source=source, publicationDetails=published("2020-02-01"))]
    )
    plain = codec.encode(events[0])
    assert plain["known"] == "2020-01-01"
    assert plain["sources"] == [
        {
            "publisher": "The register",
            "title": "statement film-2020-01-01-newxxxxxxxxxxxxx",
            "url": "https://register.example/1",
            "published": "2020-02-01",
            "retrieved": "2020-02-03",
        }
    ]
    asserted = {"url": "not an address", "assertedBy": [{"name": "Film Ltd"}]}
    events, _ = read([company("film", "2020-01-01", source=asserted)])
    assert codec.encode(events[0])["sources"][0]["publisher"] == "Film Ltd"


# Which beginning an end ends, and the lots of a holding


def record_tie(record: str, date: str, *interests: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What Ann has of the film company by a record of its own."""
    details = {"subject": "film", "interestedParty": "ann", "interests": list(interests)}
    return statement(record, "relationship", date, details, **fields)


def ended(events: Iterable[Event]) -> dict[str, str | None]:
    """Each event that ends something by its id, and the event that it ends."""
    return {
        event.id: event.ends
        for event in events
        if event.kind in ("control.ended", "listing.ended") or str(getattr(event, "holds", "")) == "0%"
    }


def test_an_end_says_which_event_it_ends() -> None:
    """The end of a share, of control and of each of several times names the event that began it."""
    times = [
        holds(40, startDate="2016-01-01", endDate="2017-01-01"),
        holds(30, startDate="2018-01-01", endDate="2019-01-01"),
        holds(kind="trustee", startDate="2018-01-01", endDate="2019-01-01"),
    ]
    events, _ = read([*BOTH, tie("2020-01-01", *times)])
    made = "bods:tie-2020-01-01-newxxxxxxxxxxxxxx"
    assert ended(events) == {
        f"{made}:equity:1": f"{made}:equity:0",
        f"{made}:equity:3": f"{made}:equity:2",
        f"{made}:control:trustee:1": f"{made}:control:trustee:0",
    }


def test_an_end_ends_what_the_record_last_said() -> None:
    """A share that went up and was confirmed before its record was closed ends where it went up."""
    series = [
        tie("2020-01-01", holds(40), holds(kind="trustee")),
        tie("2021-01-01", holds(60), holds(kind="trustee"), status="updated"),
        tie("2022-01-01", holds(60), holds(kind="trustee"), status="updated"),
        tie("2023-01-01", status="closed"),
    ]
    events, _ = read([*BOTH, *series])
    closed = "bods:tie-2023-01-01-closedxxxxxxxxxxx"
    assert ended(events) == {
        f"{closed}:equity:0": "bods:tie-2021-01-01-updatedxxxxxxxxxx:equity:0",
        f"{closed}:control:trustee:0": "bods:tie-2020-01-01-newxxxxxxxxxxxxxx:control:trustee:0",
    }


def test_what_was_put_right_is_ended_under_the_id_that_it_has() -> None:
    """A statement of the same day puts events right; what ends them later names those that there are."""
    listing = {"hasPublicListing": True, "securitiesListings": [{"stockExchangeName": "London"}]}
    series = [
        company("film", "2020-02-01", details={"publicListing": listing}),
        company("film", "2020-02-01", "Pictures", details={"publicListing": listing}),
        company("film", "2021-02-01", "Pictures"),
        tie("2020-02-01", holds(40, endDate="2021-03-01")),
        tie("2020-02-01", holds(45, endDate="2021-03-01"), status="updated"),
        tie("2022-02-01", holds(50), status="updated"),
        tie("2023-02-01", status="closed"),
    ]
    series[1]["statementId"] = "another".ljust(32, "x")
    events, _ = read([BOTH[1], *series])
    ids = {event.id for event in events}
    assert len(ended(events)) == 3
    assert set(ended(events).values()) <= ids
    assert (("holds", '"45%"'),) in [event.set for event in events if event.kind == "record.corrected"]


def test_a_listing_that_is_over_ends_the_one_that_began() -> None:
    """Of two exchanges the one that is no longer told ends, whatever statements came between."""
    both = [{"stockExchangeName": "London"}, {"stockExchangeName": "Paris"}]
    listed = [{"hasPublicListing": True, "securitiesListings": each} for each in (both, both, both[1:])]
    days = ["2020-01-01", "2021-01-01", "2022-01-01"]
    series = [
        company("film", date, details={"publicListing": each})
        for date, each in zip(days, listed, strict=True)
    ]
    events, _ = read(series)
    began = next(event for event in events if event.kind == "listing.started" and event.exchange == "London")
    assert list(ended(events).values()) == [began.id]


def test_every_record_is_a_lot_of_the_holding() -> None:
    """Two records of one right are two lots, one with another right another; an update or an end keeps it."""
    events, _ = read(
        [
            *BOTH,
            record_tie("r1", "2020-01-01", holds(20), holds(20, kind="votingRights"), holds(kind="trustee")),
            record_tie("r2", "2020-01-01", holds(30)),
            record_tie("r1", "2021-01-01", holds(25), status="updated"),
            record_tie("r2", "2022-01-01", status="closed"),
        ]
    )
    assert [(event.lot, str(event.holds)) for event in events if event.kind == "stake.observed"] == [
        ("bods:r1:equity", "20%"),
        ("bods:r1:votes", "20%"),
        ("bods:r2:equity", "30%"),
        ("bods:r1:equity", "25%"),
        ("bods:r1:votes", "0%"),
        ("bods:r2:equity", "0%"),
    ]


def test_several_interests_of_one_right_are_one_lot() -> None:
    """They are summed as they come and go, and every sum is of the one lot of their record."""
    events, _ = read([*BOTH, tie("2020-01-01", holds(20, endDate="2021-01-01"), holds(10))])
    found = [(event.lot, str(event.holds)) for event in events if event.kind == "stake.observed"]
    assert found == [("bods:tie:equity", "30%"), ("bods:tie:equity", "10%")]


def test_what_is_held_through_others_is_no_lot() -> None:
    """Nothing indirect is added to what is held directly, in one record or in two; nor is its end."""
    indirect = holds(20, directOrIndirect="indirect")
    events, _ = read(
        [
            *BOTH,
            record_tie("r1", "2020-01-01", holds(30)),
            record_tie("r2", "2020-01-01", indirect),
            record_tie("r2", "2021-01-01", status="closed"),
        ]
    )
    assert [event.kind for event in events[-3:]] == ["stake.observed", "control.granted", "control.ended"]
    assert events[-1].ends == events[-2].id
    events, _ = read([*BOTH, tie("2020-01-01", holds(30), indirect)])
    assert [(event.kind, getattr(event, "lot", None)) for event in events[-2:]] == [
        ("stake.observed", "bods:tie:equity"),
        ("control.granted", None),
    ]


RELATIONS = [
    record_tie(
        "r1", "2020-01-10", holds(30, startDate="2016-05-01", endDate="2018-01-01"), holds(kind="trustee")
    ),
    record_tie("r2", "2020-01-10", holds(60, startDate="2018-01-01")),
    record_tie("r3", "2020-01-10", holds(5, kind="votingRights", startDate="2017-01-01")),
    tie("2020-01-10", holds(10, startDate="2018-01-01", endDate="2019-01-01")),
]


@given_any(st.permutations(RELATIONS))
def test_the_order_of_records_does_not_matter(relations: list[dict[str, Any]]) -> None:
    """Whatever order the relationships of a file stand in, each makes the same events."""
    assert set(read([*BOTH, *relations])[0]) == set(read([*BOTH, *RELATIONS])[0])


INTERESTS = st.builds(
    holds,
    st.sampled_from([0, 10, 20, None]),
    kind=st.sampled_from(["shareholding", "votingRights", "trustee"]),
    directOrIndirect=st.sampled_from(["direct", "indirect", "unknown"]),
    startDate=st.sampled_from(["2018-01-01", "2019-01-01", ""]),
    endDate=st.sampled_from(["2018-06-01", "2019-06-01", ""]),
)
STATEMENTS = st.builds(
    lambda record, year, interests, status: record_tie(record, f"{year}-01-01", *interests, status=status),
    st.sampled_from(["r1", "r2"]),
    st.integers(2018, 2021),
    st.lists(INTERESTS, max_size=3),
    st.sampled_from(["new", "updated", "closed"]),
)


@given_any(st.lists(STATEMENTS, max_size=6))
def test_an_end_ends_an_earlier_event_of_its_record_about_the_same(statements: list[dict[str, Any]]) -> None:
    """Whatever statements say, what an end names was made before it, by its record, and of its right."""
    events, _ = read([*BOTH, *statements])
    corrected = {event.target for event in events if event.kind == "record.corrected"}
    earlier: dict[str, Event] = {}
    for event in events:
        if event.ends is not None:
            begun = earlier[event.ends]
            for name in ("holder", "target", "right", "basis"):
                assert getattr(begun, name, None) == getattr(event, name, None)
            assert begun.id in corrected or getattr(begun, "lot", None) == getattr(event, "lot", None)
        earlier[event.id] = event


# Older versions

OLD = [
    {"statementID": "e1".ljust(32, "x"), "statementType": "entityStatement", "statementDate": "2018-01-01"}
    | {"entityType": "registeredEntity", "name": "Film Ltd"}
    | {"incorporatedInJurisdiction": {"name": "UK", "code": "GB"}},
    {"statementID": "p1".ljust(32, "x"), "statementType": "personStatement", "statementDate": "2018-01-01"}
    | {"personType": "knownPerson", "names": [{"type": "individual", "fullName": "Ann Lee"}]},
    {"statementID": "o1".ljust(32, "x"), "statementType": "ownershipOrControlStatement"}
    | {"statementDate": "2018-01-01", "subject": {"describedByEntityStatement": "e1".ljust(32, "x")}}
    | {"interestedParty": {"describedByPersonStatement": "p1".ljust(32, "x")}}
    | {
        "interests": [
            {
                "type": "voting-rights",
                "interestLevel": "direct",
                "share": {"minimum": 25, "maximum": 50, "exclusiveMinimum": True, "exclusiveMaximum": False},
            },
            {"type": "influence-or-control", "interestLevel": "direct"},
        ]
    },
]


def test_statements_before_0_4_are_read_by_their_chains() -> None:
    """Statements that refer to statements, replaced by newer ones: one record through all of them."""
    entity, _, relationship = OLD
    newer = {**entity, "statementID": "e2".ljust(32, "x"), "replacesStatements": [entity["statementID"]]}
    newer = {**newer, "statementDate": "2019-01-01", "name": "Pictures Ltd"}
    changed = {**relationship, "statementID": "o2".ljust(32, "x"), "statementDate": "2019-01-01"}
    changed |= {"replacesStatements": [relationship["statementID"]]}
    changed |= {"subject": {"describedByEntityStatement": newer["statementID"]}}
    changed |= {"interests": [{"type": "shareholding", "share": {"exact": 30, "minimum": 30, "maximum": 30}}]}
    events, problems = read([*OLD, newer, changed])
    assert problems == []
    film, ann = f"bods:{'e1'.ljust(32, 'x')}", f"bods:{'p1'.ljust(32, 'x')}"
    state = state_on("2018-06-01", events)
    assert str(state.share(ann, film, right="votes")) == ">25-50%"
    assert state.entity(film).jurisdiction == "GB"
    assert {event.basis for event in events if event.kind == "control.granted"} == {"otherInfluenceOrControl"}
    later = state_on("2019-01-01", events)
    assert later.entity(film).name == "Pictures Ltd"
    assert str(later.share(ann, film)) == "30%"
    assert [event.kind for event in events if event.kind == "control.ended"] == ["control.ended"]


def test_older_parties_without_a_name_and_older_codes() -> None:
    """The unspecified party of 0.2, subtypes of 0.3, components, and what is nothing at all."""
    entity = {**OLD[0], "entitySubtype": {"generalCategory": "stateBody-stateAgency", "localTerm": "Agency"}}
    entity |= {"entityType": "stateBody"}
    nobody = {"unspecified": {"reason": "no-beneficial-owners", "description": "none"}}
    relationship = {
        **OLD[2],
        "interestedParty": nobody,
        "interests": ["?"],
        "componentStatementIDs": [OLD[0]["statementID"]],
    }
    events, problems = read([entity, relationship])
    assert [problem.code for problem in problems] == ["C721", "C723"]
    assert events[0].type == "government"
    assert str(events[-1].holds) == "?"
    _, problems = read([{**OLD[0], "entityType": {"type": "state"}}, {**OLD[2], "statementType": "?"}])
    assert "recordType is none of the codes" in " ".join(said(problems))


# Files


def test_a_list_and_lines_say_the_same() -> None:
    """A list over many lines and one object in each line make the same events."""
    statements = [*BOTH, tie("2020-01-01", holds(12.5))]
    listed, _ = read(json.dumps(statements, indent=2))
    lines, _ = read("\ufeff" + "\n\n".join(json.dumps(each) for each in statements) + "\n")
    assert listed == lines
    assert listed[-1].holds.value == Fraction(1, 8)


def test_ids_are_those_of_the_statements() -> None:
    """Read again, a file makes the same ids, and no two events have the same."""
    statements = [*BOTH, tie("2020-01-01", holds(12.5), holds(kind="trustee"))]
    first, _ = read(statements)
    assert first == read(statements)[0]
    assert len({event.id for event in first}) == len(first)
    assert all(event.id.startswith("bods:") for event in first)


def test_what_is_no_json_says_where() -> None:
    """A bad line costs itself; a fault in a list ends the reading, with the line it is in."""
    events, problems = read('{"statementId": \n' + json.dumps(BOTH[0]) + "\n{} {}\n")
    assert [(problem.code, problem.place.line) for problem in problems if problem.place][:1] == [("C720", 1)]
    assert events
    assert "more than one value" in " ".join(said(problems))
    _, problems = read("[\n\n" + json.dumps(BOTH[0]) + ',\n{"a" 1}]')
    assert (problems[0].place.line, "not JSON" in problems[0].message) == (4, True)
    assert "has no end" in read("[" + json.dumps(BOTH[0]))[1][0].message
    assert "not JSON" in read('[{"a": "')[1][0].message
    assert "nested" in read("[" * 100_000)[1][0].message or "recursion" in read("[" * 100_000)[1][0].message
    assert read("[]") == read("") == ([], [])


def test_a_slow_stream_says_what_a_fast_one_says() -> None:
    """However the bytes arrive, one by one or all at once, the same events come of them."""
    statements = [
        company("film", "2020-01-01", "Пример"),
        person("ann", "2020-01-01"),
        tie("2020-01-01", holds(5)),
    ]
    lines = "\n".join(json.dumps(each) for each in statements)
    for text in (json.dumps(statements, indent=1, ensure_ascii=False), lines):
        slow = bods.read(Slow(text.encode()), "slow.json", today=TODAY)
        assert list(slow) == read(text)[0]


class Slow(io.BytesIO):
    """A stream that gives one byte at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size
        return super().read(1)


def test_what_no_event_can_be_is_a_problem_with_its_place() -> None:
    """An event that its fields do not make is said where the record stands."""
    place = Place("statements.json", 7)
    problem = registers.made(
        place, "C720", {"kind": "stake.observed", "id": "x", "date": "2020", "holder": "a"}
    )
    assert isinstance(problem, Problem)
    assert (problem.code, problem.place) == ("C720", place)
    assert problem.message.startswith("stake.observed: ")


def test_numbers_that_nobody_can_hold_are_no_json() -> None:
    """A number of ten thousand digits is a problem and not a crash."""
    assert "C720" in said(read('[{"a": ' + "9" * 10_000 + "}]")[1])[0]


def test_imported_again_a_file_adds_nothing_to_a_store() -> None:
    """Ids and contents come from the statements alone: a store takes the second import as the first."""
    share = holds(12.5, startDate="2018-01-01", endDate="2019-01-01")
    first = tie("2020-01-01", share, publicationDetails=published("2020-01-02"))
    corrected = tie("2020-01-01", holds(13), publicationDetails=published("2020-02-02"), status="updated")
    statements = [*BOTH, first, corrected]
    with open_store("memory:") as store:
        for _ in range(2):
            store.append([codec.to_record(event) for event in read(statements)[0]])
            kept = [codec.from_record(record) for record in store.read()]
            assert kept == read(statements)[0]


def test_a_long_file_is_read_bit_by_bit() -> None:
    """A statement comes as soon as it was read: the file is never held whole."""
    one = json.dumps(company("film", "2020-01-01", "x" * 1000))

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return (("," if self.taken > size else "[") + one).encode()

    stream = Endless()
    found = bods.read(stream, "endless.json", today=TODAY)  # type: ignore[arg-type]
    for _ in range(50):
        next(found)
    assert stream.taken < 100 * 1024 * 1024


@pytest.mark.parametrize("name", ["statementId", "recordId", "recordType", "recordDetails", "statementDate"])
def test_a_statement_without_the_essential_is_refused(name: str) -> None:
    """Without its id, its record or its date nothing can be said; the rest of the file is imported."""
    broken = {key: value for key, value in BOTH[1].items() if key != name}
    events, problems = read([BOTH[0], broken, 7])
    assert [problem.message for problem in problems if problem.code == "C720"] == [
        f"statement lacks {name}",
        "statement is not an object: 7 (int)",
    ]
    assert {getattr(event, "entity", None) for event in events} == {FILM}


def test_values_that_no_event_can_have_are_problems() -> None:
    """A date outside the calendar of the events is a problem, not a crash."""
    events, problems = read([company("film", "0000-01-01")])
    assert [problem.code for problem in problems if problem.code == "C720"]
    assert events == []


def test_a_moment_is_a_day_with_a_time() -> None:
    """Times with and without a zone are accepted, hours and minutes that there are not are not."""
    assert is_date_or_moment("2020-01-01T10:00:00+01:00")
    assert is_date_or_moment("2020-01-01T10:00")
    assert not is_date_or_moment("2020-01-01T10:61:00Z")
    assert not is_date_or_moment("2020-02-30")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.slow
@given_any(st.data())
def test_no_statement_makes_the_reader_fail(data: st.DataObject) -> None:
    """Whatever stands in whatever field: events and problems, never an exception."""
    base = [*OLD, *BOTH, tie("2020-01-01", holds(5), annotations=[{}], source={}, publicationDetails={})]
    chosen = json.loads(json.dumps(data.draw(st.sampled_from(base))))
    node: Any = chosen
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [key for key, value in node.items() if isinstance(value, dict)]
        if inner:
            node = node[data.draw(st.sampled_from(inner))]
    key = data.draw(st.sampled_from([*node, "interests", "identifiers", "publicListing", "names", "share"]))
    node[key] = data.draw(JSON)
    events, _ = read([*BOTH, chosen])
    assert events


def test_control_through_others_is_no_control_of_the_one_between() -> None:
    """A contract that somebody has indirectly is a tie of its own word, and gives no control."""
    contract = {"type": "rightsGrantedByContract"}
    for directness, basis, members in (
        ("direct", "rightsGrantedByContract", 1),
        ("indirect", "indirect rightsGrantedByContract", 0),
    ):
        events, _ = read([*BOTH, tie("2020-01-01", {**contract, "directOrIndirect": directness})])
        again, _ = read(b"".join(export.spans(material(History(events), datetime.date(2026, 1, 1)))))
        for told in (events, again):
            state = History(told).as_of("2026-01-01")
            (fact,) = state.control()
            assert fact.key[2] == basis
            assert len(state.group(fact.key[0]).members) == members
