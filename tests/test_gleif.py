"""The register of legal entities: entities, who consolidates whom, and why some name no parent."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from chronicle.engine.state import State
from chronicle.errors import InvalidEvents, Problem
from chronicle.events import Event
from chronicle.interop import gleif
from chronicle.interop.gleif.dates import local_date
from given import ledger_of, state_on

HERE = Path(__file__).resolve().parent
DATA = HERE / "data" / "others" / "gleif"
SHARED = HERE.parents[1] / "shared" / "data" / "gleif"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the sample records are not at {SHARED.name}")
CHILD, PARENT = "5493001KJTIIGC8Y1R12", "213800QILIUD4ROSUO03"
CHILD_ID, PARENT_ID = f"lei:{CHILD.lower()}", f"lei:{PARENT.lower()}"


def read(file: Any) -> tuple[list[Event], list[Problem]]:
    """Events and problems of records, or of the bytes or the text of a file."""
    if not isinstance(file, (bytes, str)):
        file = json.dumps(file)
    data = file.encode() if isinstance(file, str) else file
    found = list(gleif.read(io.BytesIO(data), "records"))
    events = [each for each in found if not isinstance(each, Problem)]
    return events, [each for each in found if isinstance(each, Problem)]


def said(problems: Iterable[Problem]) -> list[str]:
    return [f"{problem.code} {problem.message}" for problem in problems]


def entity(name: str = "Film Ltd", **fields: Any) -> dict[str, Any]:
    """A record of level 1."""
    registration = {
        "InitialRegistrationDate": "2014-01-01T00:00:00Z",
        "LastUpdateDate": "2022-06-30T00:00:00Z",
        "RegistrationStatus": fields.pop("registration", "ISSUED"),
    }
    return {
        "LEI": CHILD,
        "Entity": {"LegalName": name, "LegalJurisdiction": "DE", "EntityStatus": "ACTIVE", **fields},
        "Registration": registration,
    }


def relationship(kind: str = "IS_DIRECTLY_CONSOLIDATED_BY", **fields: Any) -> dict[str, Any]:
    """A record of level 2: the parent consolidates the child."""
    registration = {
        "InitialRegistrationDate": "2018-03-01T00:00:00Z",
        "LastUpdateDate": "2022-06-30T00:00:00Z",
        "RegistrationStatus": fields.pop("registration", "PUBLISHED"),
    }
    nodes = {
        "StartNode": {"NodeID": CHILD, "NodeIDType": "LEI"},
        "EndNode": {"NodeID": PARENT, "NodeIDType": "LEI"},
        "RelationshipType": kind,
        "RelationshipStatus": "ACTIVE",
    }
    return {"Relationship": {**nodes, **fields}, "Registration": registration}


def period(start: str | None, end: str | None = None, kind: str = "RELATIONSHIP_PERIOD") -> dict[str, Any]:
    dates = {"StartDate": start, "EndDate": end}
    return {**{name: date for name, date in dates.items() if date}, "PeriodType": kind}


def happening(kind: str, date: str = "2021-05-01T00:00:00Z", status: str = "COMPLETED") -> dict[str, Any]:
    return {
        "@event_status": status,
        "LegalEntityEventType": kind,
        "LegalEntityEventEffectiveDate": date,
        "LegalEntityEventRecordedDate": "2021-06-01T00:00:00Z",
    }


# The samples


def sample(name: str) -> tuple[list[Event], list[Problem]]:
    return read(sample_file(name).read_bytes())


def sample_file(name: str) -> Path:
    """A sample by its name; one of another version of the format is not in the repository."""
    return DATA / name if (DATA / name).is_file() else SHARED / name


@pytest.mark.parametrize(
    "name", ["lei-data.json", "lei-data.xml", pytest.param("lei2-20180901-top10.xml", marks=needs_shared)]
)
def test_every_entity_of_a_sample_goes_by_its_legal_name(name: str) -> None:
    """Each record of level 1 is there, by its LEI, with the legal name and the jurisdiction of the record."""
    events, problems = sample(name)
    state = state_on("2023-07-01", events)
    expected = dict(_names(sample_file(name)))
    assert len(expected) in (10, 13)
    assert problems == []
    for code, (legal, jurisdiction) in expected.items():
        found = state.entity(f"lei:{code.lower()}")
        assert (found.name, found.jurisdiction) == (" ".join(legal.split()), jurisdiction)
        assert ("lei", code) in found.identifiers


def _names(file: Path) -> Iterable[tuple[str, tuple[str, str]]]:
    """LEI, legal name and jurisdiction of each record, read in the plainest way."""
    if file.suffix == ".json":
        for record in json.loads(file.read_text(encoding="utf-8")):
            yield record["LEI"], (record["Entity"]["LegalName"], record["Entity"]["LegalJurisdiction"])
        return
    space = "{http://www.gleif.org/data/schema/leidata/2016}"
    for record in ElementTree.parse(file).iter(f"{space}LEIRecord"):
        texts = [
            record.findtext(f".//{space}{tag}") or "" for tag in ("LEI", "LegalName", "LegalJurisdiction")
        ]
        yield texts[0], (texts[1], texts[2])


def test_json_and_xml_of_the_same_records_say_the_same() -> None:
    """The two forms of a sample make the same events, but for the languages that only XML gives."""
    for stem in ("lei-data", "rr-data", "repex-data"):
        listed, marked = sample(f"{stem}.json")[0], sample(f"{stem}.xml")[0]
        assert [event.id for event in listed] == [event.id for event in marked]
        same = [one == other for one, other in zip(listed, marked, strict=True) if not hasattr(one, "lang")]
        assert all(same)


@pytest.mark.parametrize("name", ["rr-data.json", "rr-data.xml"])
def test_every_relationship_of_a_sample_is_control_since_its_period(name: str) -> None:
    """Each of the ten relationships stands after its period starts, with its basis, and not before."""
    events, problems = sample(name)
    assert problems == []
    records = json.loads((DATA / "rr-data.json").read_text(encoding="utf-8"))
    late, early = state_on("2023-07-01", events), state_on("2012-01-01", events)
    assert len(records) == 10
    for record in records:
        node = record["Relationship"]
        key = (
            f"lei:{node['EndNode']['NodeID'].lower()}",
            f"lei:{node['StartNode']['NodeID'].lower()}",
            gleif_basis(node["RelationshipType"]),
        )
        assert key in _control(late)
        assert key not in _control(early)


def gleif_basis(kind: str) -> str:
    return {
        "IS_DIRECTLY_CONSOLIDATED_BY": "consolidation",
        "IS_ULTIMATELY_CONSOLIDATED_BY": "ultimate consolidation",
        "IS_FUND-MANAGED_BY": "fund management",
        "IS_SUBFUND_OF": "umbrella fund",
    }[kind]


def _control(state: State) -> set[tuple[str, ...]]:
    return {fact.key for fact in state.view("control")}


def test_the_one_dissolved_company_of_the_sample_is_dissolved() -> None:
    """Of 13 entities 12 are active, and the one that is not ended on the day of its event."""
    events, _ = sample("lei-data.json")
    ended = [event for event in events if event.kind == "entity.dissolved"]
    assert [event.reason for event in ended] == ["dissolution"]
    assert state_on("2023-07-01", events).entity(ended[0].entity).status == "dissolved"


@pytest.mark.parametrize("name", ["repex-data.json", "repex-data.xml"])
def test_every_exception_of_a_sample_is_a_group_of_its_reason(name: str) -> None:
    """Who names no parent is in the group of those who do not for the same reason; nobody says since when."""
    events, problems = sample(name)
    assert problems == []
    assert len(events) == 10
    assert {event.group for event in events} == {
        "gleif-exception:direct:no-known-person",
        "gleif-exception:direct:non-consolidating",
        "gleif-exception:direct:non-public",
    }


# Days


@pytest.mark.parametrize(
    ("stamp", "country", "day"),
    [
        ("2009-01-11T23:00:00Z", "FR", "2009-01-12"),
        ("2025-03-21T18:30:00Z", "IN", "2025-03-22"),
        ("2012-11-04T05:00:00.000Z", "US-MA", "2012-11-04"),
        ("2012-11-29T00:00:00.000Z", "US", "2012-11-29"),
        ("1994-12-21T00:00:00+01:00", "", "1994-12-21"),
        ("2021-01-01T01:00:00+0100", "", "2021-01-01"),
        ("2019-07-31T12:00:00Z", "NZ", "2019-08-01"),
        ("2019-07-31T11:00:00Z", "US", "2019-07-31"),
        ("2019-07-31", "", "2019-07-31"),
        ("2019-07-31T10:17:03Z", "DE", "2019-07-31"),
        ("2019-07-31T23:17:03Z", "DE", "2019-08-01"),
        ("2019-07-31T22:30:01Z", "DE", "[2019-07-31..2019-08-01]"),
        ("2023-05-18T08:47:10.475Z", "", "[2023-05-17..2023-05-18]"),
        ("2019-02-30T00:00:00Z", "", None),
        ("9999-12-31T00:00:00Z", "", None),
        ("0017-01-01", "", None),
        ("soon", "", None),
    ],
)
def test_a_timestamp_is_the_local_day(stamp: str, country: str, day: str | None) -> None:
    """The day where it happened, never the day of the UTC time: midnight elsewhere is told by its hour."""
    assert local_date(stamp, country) == day


# Level 1


def test_a_renamed_company_had_its_former_name_before() -> None:
    """One former name and one dated change: each name on its days."""
    former = [{"type": "PREVIOUS_LEGAL_NAME", "OtherEntityName": "Old Film AG"}]
    change = [happening("CHANGE_LEGAL_NAME", "2020-04-30T22:00:00Z")]
    record = entity(OtherEntityNames=former, LegalEntityEvents=change, EntityCreationDate="2001-02-03")
    events, problems = read([record])
    assert problems == []
    assert state_on("2020-04-30", events).entity(CHILD_ID).name == "Old Film AG"
    assert state_on("2020-05-01", events).entity(CHILD_ID).name == "Film Ltd"
    assert state_on("2001-02-03", events).entity(CHILD_ID).status == "active"


def test_names_without_a_day_find_the_entity_and_name_it_on_no_day() -> None:
    """Two former names and no date, a trading name and one in other letters are kept as identifiers."""
    record = entity(
        OtherEntityNames={
            "OtherEntityName": [
                {"$": "Older", "@type": "PREVIOUS_LEGAL_NAME"},
                {"$": "Oldest", "@type": "PREVIOUS_LEGAL_NAME"},
                {"$": "Trade", "@type": "TRADING_OR_OPERATING_NAME"},
                "Plain",
            ]
        },
        TransliteratedOtherEntityNames={
            "TransliteratedOtherEntityName": {"$": "Firm", "@type": "AUTO_ASCII_TRANSLITERATED_LEGAL_NAME"}
        },
    )
    events, _ = read([record])
    found = {event.scheme: event.value for event in events if event.kind == "entity.identified"}
    assert found == {
        "lei": CHILD,
        "lei-registration": "ISSUED",
        "previous-legal-name": "Oldest",
        "trading-or-operating-name": "Trade",
        "auto-ascii-transliterated-legal-name": "Firm",
        "other-name": "Plain",
    }
    assert state_on("2022-01-01", events).entity(CHILD_ID).name == "Film Ltd"


def test_the_registration_is_another_axis_than_the_entity() -> None:
    """A registration that lapsed is no end of the company."""
    events, _ = read([entity(registration="LAPSED")])
    state = state_on("2022-07-01", events)
    assert state.entity(CHILD_ID).status is None
    assert ("lei-registration", "LAPSED") in state.entity(CHILD_ID).identifiers
    assert ("lei-registration", "ISSUED") not in state.entity(CHILD_ID).identifiers
    before = state_on("2020-01-01", events).entity(CHILD_ID).identifiers
    assert ("lei-registration", "ISSUED") in before
    assert ("lei-registration", "LAPSED") not in before


def test_an_inactive_company_merged_into_its_successor() -> None:
    """The one successor of a merger takes over what the company held, on the day of the event."""
    successor = [{"SuccessorLEI": PARENT, "SuccessorEntityName": "Group"}]
    fields = {"EntityStatus": "INACTIVE", "SuccessorEntity": successor}
    record = entity(**fields, LegalEntityEvents=[happening("MERGERS_AND_ACQUISITIONS")])
    events, problems = read([record])
    assert problems == []
    assert (events[-1].kind, events[-1].survivor, events[-1].absorbed) == (
        "merger.absorbed",
        PARENT_ID,
        CHILD_ID,
    )
    assert state_on("2021-05-01", events).entity(CHILD_ID).status == "dissolved"


def test_an_end_names_all_its_successors() -> None:
    """An inactive company with two successors and no event that tells of it ends by the last update."""
    successors = [{"SuccessorLEI": PARENT}, {"SuccessorLEI": "01370W6ZIY66KQ4J3570"}]
    events, _ = read([entity(EntityStatus="INACTIVE", SuccessorEntity=successors)])
    ended = [event for event in events if event.kind == "entity.dissolved"]
    assert [event.successor for event in ended] == [PARENT_ID, "lei:01370w6ziy66kq4j3570"]
    assert {str(event.date) for event in ended} == {"[..2022-06-30]"}
    split = happening("DEMERGER")
    events, _ = read([entity(SuccessorEntity=successors, LegalEntityEvents=[split])])
    assert events[-1].successors == (PARENT_ID, "lei:01370w6ziy66kq4j3570")


def test_an_end_before_there_were_events_has_a_date_and_a_reason() -> None:
    """Older records say when and why an entity expired; one successor then stands alone."""
    record = entity(
        EntityStatus="INACTIVE",
        EntityExpirationDate="2016-08-31T00:00:00+02:00",
        EntityExpirationReason="CORPORATE_ACTION",
        SuccessorEntity={"SuccessorLEI": PARENT},
    )
    events, _ = read([record])
    assert (str(events[-1].date), events[-1].reason, events[-1].successor) == (
        "2016-08-31",
        "corporate action",
        PARENT_ID,
    )
    record = entity(EntityStatus="INACTIVE")
    del record["Registration"]
    assert str(read([record])[0][-1].date) == "[0001..9999]"


def test_insolvency_reaches_its_stages_and_is_known_when_recorded() -> None:
    """Each proceeding counts from its day and is known from the day that it was recorded."""
    events, _ = read([entity(LegalEntityEvents=[happening("BANKRUPTCY", status="IN_PROGRESS")])])
    assert (events[-1].kind, events[-1].stage, str(events[-1].known)) == (
        "entity.insolvent",
        "bankruptcy",
        "2021-06-01",
    )
    assert state_on("2021-05-15", events).entity(CHILD_ID).status == "insolvent"
    assert state_on("2021-05-15", events, known="2021-05-31").entity(CHILD_ID).status is None


def test_what_did_not_happen_or_has_no_other_party_is_left_out() -> None:
    """Withdrawn events, those without a day and mergers without a partner are said and make nothing."""
    happenings = [
        happening("DISSOLUTION", status="WITHDRAWN_CANCELLED"),
        happening("DISSOLUTION", "9999-12-31"),
        happening("MERGERS_AND_ACQUISITIONS"),
        happening("CHANGE_HQ_ADDRESS"),
    ]
    events, problems = read([entity(LegalEntityEvents=happenings, EntityCreationDate="0017-01-01")])
    assert said(problems) == [
        'C721 EntityCreationDate is no day: "0017-01-01"',
        "C724 legal-entity event that did not come about: DISSOLUTION, WITHDRAWN_CANCELLED",
        "C724 legal-entity event without a day: DISSOLUTION",
        "C724 legal-entity event without the other party: MERGERS_AND_ACQUISITIONS",
    ]
    assert {event.kind for event in events} == {"entity.declared", "entity.identified"}


def test_two_leis_of_one_entity_are_linked_and_a_void_one_is_left_out() -> None:
    """A duplicate leads to the LEI that stays; an LEI that was annulled was never anybody's."""
    events, _ = read([entity(registration="DUPLICATE", SuccessorEntity={"SuccessorLEI": PARENT})])
    assert [(event.kind, event.a, event.b) for event in events] == [("identity.linked", PARENT_ID, CHILD_ID)]
    events, problems = read([entity(registration="ANNULLED")])
    assert events == []
    assert [problem.code for problem in problems] == ["C724"]


# Level 2


def test_control_lasts_for_the_period_of_the_relationship() -> None:
    """The accounting year is not the relationship: only its own period counts, with both its ends."""
    periods = [
        period("2021-01-01T01:00:00+01:00", "2021-12-31T01:00:00+01:00", "ACCOUNTING_PERIOD"),
        period("2017-12-06T01:00:00+01:00", "2022-03-31T00:00:00+02:00"),
    ]
    events, _ = read([relationship(RelationshipPeriods=periods)])
    key = (PARENT_ID, CHILD_ID, "consolidation")
    assert _control(state_on("2022-03-30", events)) == {key}
    assert _control(state_on("2022-03-31", events)) == set()
    assert _control(state_on("2017-12-05", events)) == set()
    assert str(events[0].known) == "2018-03-01"


@pytest.mark.parametrize(
    ("periods", "registration", "date"),
    [
        ([period("2019-01-01", "2019-12-31", "ACCOUNTING_PERIOD")], True, "[..2019-01-01]"),
        ([], True, "[..2018-03-01]"),
        ([], False, "[0001..9999]"),
        ([period(None)], True, "[0001..9999]"),
    ],
)
def test_without_a_period_of_its_own_a_relationship_began_by_then(
    periods: list[dict[str, Any]], registration: bool, date: str
) -> None:
    """An accounting period or the registration says that it stood by then, and not since when."""
    record = relationship(RelationshipPeriods=periods)
    if not registration:
        del record["Registration"]
    events, _ = read([record])
    assert str(events[0].date) == date


def test_the_end_of_a_relationship_says_which_beginning_it_ends() -> None:
    """Of two periods each end is of its own; an inactive relationship ends the only beginning there is."""
    twice = [period("2015-01-01", "2016-01-01"), period("2017-01-01", "2018-01-01")]
    events, _ = read([relationship(RelationshipPeriods=twice)])
    began, ended = events[::2], events[1::2]
    assert [event.ends for event in ended] == [event.id for event in began]
    once = relationship(RelationshipStatus="INACTIVE", RelationshipPeriods=[period("2017-01-01")])
    events, _ = read([once])
    assert [event.ends for event in events] == [None, events[0].id]
    open_ends = [period("2015-01-01"), period("2017-01-01")]
    events, _ = read([relationship(RelationshipStatus="INACTIVE", RelationshipPeriods=open_ends)])
    assert [(event.kind, event.ends) for event in events][2:] == [("control.ended", None)]


def test_a_lapsed_relationship_is_stale_and_an_inactive_one_over() -> None:
    """Only what is inactive ends, by the last update where nobody says when."""
    events, _ = read([relationship(registration="LAPSED", RelationshipPeriods=[period("2017-01-01")])])
    assert [event.kind for event in events] == ["control.granted"]
    inactive = relationship(RelationshipStatus="INACTIVE", RelationshipPeriods=[period("2017-01-01")])
    events, _ = read([inactive])
    assert [(event.kind, str(event.date)) for event in events][1:] == [("control.ended", "[..2022-06-30]")]
    del inactive["Registration"]
    assert str(read([inactive])[0][-1].date) == "[0001..9999]"
    events, problems = read([relationship(registration="ANNULLED")])
    assert (events, [problem.code for problem in problems]) == ([], ["C724"])


def test_a_type_of_relationship_that_is_new_keeps_its_name() -> None:
    """A type that comes after this was written is control by a basis of its name."""
    events, _ = read([relationship("IS_GUARANTEED_BY", EndNode={"NodeID": "XY 1", "NodeIDType": "ISIN"})])
    assert (events[0].basis, events[0].controller) == ("is guaranteed by", "isin:xy-1")


# Files

CSV = f"""\ufeffLEI,Entity.LegalName,Entity.LegalName.xmllang,Entity.OtherEntityNames.OtherEntityName.1,\
Entity.OtherEntityNames.OtherEntityName.1.type,Entity.LegalJurisdiction,Entity.EntityStatus,\
Entity.LegalEntityEvents.LegalEntityEvent.1.event_status,\
Entity.LegalEntityEvents.LegalEntityEvent.1.LegalEntityEventType,\
Entity.LegalEntityEvents.LegalEntityEvent.1.LegalEntityEventEffectiveDate,\
Registration.InitialRegistrationDate,Registration.RegistrationStatus
{CHILD},Film Ltd,en,Old Film AG,PREVIOUS_LEGAL_NAME,DE,ACTIVE,COMPLETED,CHANGE_LEGAL_NAME,2020-05-01,\
2014-01-01,ISSUED

"""


def test_the_csv_of_the_golden_copy_says_what_the_json_says() -> None:
    """Columns with dots and numbers are the same record: entities, relationships and exceptions."""
    change = {**happening("CHANGE_LEGAL_NAME", "2020-05-01")}
    former = {"OtherEntityName": {"$": "Old Film AG", "@type": "PREVIOUS_LEGAL_NAME"}}
    record = entity({"$": "Film Ltd", "@lang": "en"}, OtherEntityNames=former, LegalEntityEvents=[change])
    assert read(CSV)[0] == read([record])[0]
    tie = (
        "Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,Relationship.EndNode.NodeID,"
        "Relationship.EndNode.NodeIDType,Relationship.RelationshipType,Relationship.RelationshipStatus,"
        "Relationship.Period.1.startDate,Relationship.Period.1.periodType,"
        "Registration.InitialRegistrationDate,Registration.RegistrationStatus\n"
        f"{CHILD},LEI,{PARENT},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2017-12-06,RELATIONSHIP_PERIOD,"
        "2018-03-01,PUBLISHED\n"
    )
    assert read(tie)[0] == read([relationship(RelationshipPeriods=[period("2017-12-06")])])[0]
    exceptions = (
        "LEI,Exception.Category,Exception.Reason.1,Exception.Reason.2,Exception.Reference.1\n"
        f"{CHILD},ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT,NO_LEI,NATURAL_PERSONS,\n"
    )
    assert [event.group for event in read(exceptions)[0]] == [
        "gleif-exception:ultimate:no-lei",
        "gleif-exception:ultimate:natural-persons",
    ]


def test_lists_within_an_object_and_lines_are_read_too() -> None:
    """The golden copy keeps its list under a key; one record in each line does as well."""
    listed = read([entity(), relationship()])
    wrapped = read('{ "records" : ' + json.dumps([entity(), relationship()]) + "}")
    assert wrapped == listed
    assert read(json.dumps(entity()) + "\n" + json.dumps(relationship())) == listed


def test_ids_and_events_are_the_same_when_only_the_photograph_is_newer() -> None:
    """A later update of the same record changes no event, so that importing it again adds nothing."""
    newer = entity()
    newer["Registration"]["LastUpdateDate"] = "2025-01-01T00:00:00Z"
    assert read([newer]) == read([entity()])
    assert len({event.id for event in read([entity()])[0]}) == len(read([entity()])[0])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML with a document type"),
        (b'<?xml version="1.0" encoding="latin-1"?><a/>', "another encoding than UTF-8"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), "another encoding than UTF-8"),
        (b"<!--" + b"x" * 70_000, "XML without an element"),
    ],
)
def test_xml_that_could_do_anything_is_refused(file: bytes, message: str) -> None:
    """Document types and entities are refused before a parser sees them, other encodings as well."""
    with pytest.raises(InvalidEvents, match=message):
        read(file)


def test_xml_that_breaks_off_gives_what_came_before() -> None:
    """The records before the fault are imported, and the fault is said with its line."""
    record = f"<LEIRecord><LEI>{CHILD}</LEI><Entity><LegalName>Film</LegalName></Entity></LEIRecord>"
    events, problems = read(f'<?xml version="1.0" encoding="UTF-8"?>\n<a><r>{record}{record}\n<b></a>')
    assert len(events) == 4
    assert (problems[0].code, problems[0].place.line) == ("C720", 3)


@pytest.mark.slow
def test_xml_is_read_in_constant_memory() -> None:
    """What was used is let go of: eight thousand records take no more than a few."""
    record = f"<LEIRecord><LEI>{CHILD}</LEI><Entity><LegalName>{'x' * 500}</LegalName></Entity></LEIRecord>"

    class Long(io.RawIOBase):
        """A file that is made as it is read, so that it is nowhere in memory."""

        left = 8_000

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            assert size >= len(record)
            self.left -= 1
            return b"<a><r>" if self.left == 7_999 else record.encode() if self.left > 0 else b""

    tracemalloc.start()
    found = sum(1 for _ in gleif.read(Long(), "long.xml"))  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found > 2 * 7_000
    assert peak < 3 * 1024 * 1024


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("a,b\n1,2\n", "C720 neither JSON nor XML nor a golden copy"),
        ("", "C720 neither JSON nor XML nor a golden copy"),
        ([7], "C720 neither an entity nor a relationship nor an exception"),
        ([{"Entity": {}}], "C720 entity without an LEI"),
        ([{"LEI": CHILD, "Entity": {}}], "C720 entity without a name"),
        ([{"LEI": CHILD, "Entity": "x"}], "C720 entity without a name"),
        ([{"Relationship": {}}], "C720 relationship without a start"),
        ([{"ExceptionCategory": "DIRECT"}], "C720 exception without an LEI"),
        ("[{", "C720 not JSON"),
        ("LEI,x\n\x00\n", "C720"),
    ],
)
def test_a_bad_record_is_a_problem(file: Any, message: str) -> None:
    """What is no record of the register is said, never raised."""
    events, problems = read(file)
    assert events == []
    assert re.match(re.escape(message), said(problems)[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given_any(st.data())
def test_no_record_makes_the_reader_fail(data: st.DataObject) -> None:
    """Whatever stands in whatever field: events and problems, never an exception."""
    periods = [period("2019-01-01")]
    base = [
        entity(LegalEntityEvents=[happening("DISSOLUTION")], SuccessorEntity=[], OtherEntityNames=[]),
        relationship(RelationshipPeriods=periods),
        {"LEI": CHILD, "ExceptionCategory": "DIRECT", "ExceptionReason": "NO_LEI"},
    ]
    record: Any = json.loads(json.dumps(data.draw(st.sampled_from(base))))
    node = record
    if data.draw(st.booleans()):
        node = next((value for value in record.values() if isinstance(value, dict)), record)
    node[data.draw(st.sampled_from(list(node)))] = data.draw(JSON)
    events, problems = read([record])
    assert events or problems
    ledger_of(events)
