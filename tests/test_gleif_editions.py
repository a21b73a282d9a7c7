"""Editions of GLEIF: what is deleted or replaced ends, and of two editions the newer counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chronicle.cli.group import chronicle
from chronicle.errors import Problem
from chronicle.history import History
from chronicle.interop import gleif
from chronicle.interop.importing import Summary, import_events
from chronicle.interop.reading import read_files
from chronicle.stores import Store, open_store

CHILD, PARENT = "5493001KJTIIGC8Y1R12", "213800QILIUD4ROSUO03"
CHILD_ID, PARENT_ID = f"lei:{CHILD.lower()}", f"lei:{PARENT.lower()}"


class Register:
    """A store into which editions are imported, each known from a day."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.file = folder / "edition"
        self.store = store
        self.problems: list[Problem] = []

    def take(self, day: str, *records: Any) -> Summary:
        """Import one file: of records, or of its text."""
        text = records[0] if isinstance(records[0], str) else json.dumps(list(records))
        self.file.write_text(text, encoding="utf-8")
        known = date.fromisoformat(day)
        joined = gleif.together(self.store, known)
        return import_events(
            read_files("gleif", [str(self.file)], joined=joined),
            self.store,
            today=date(2026, 1, 1),
            known=known,
            newer=joined.is_newer,
            refuse=self.problems.append,
        )

    def facts(self, view: str, day: str) -> list[tuple[str, ...]]:
        return [fact.key for fact in History.from_store(self.store).as_of(day).view(view)]

    def registration(self, day: str) -> list[str]:
        """The states of the registration of the child on a day."""
        return [key[2] for key in self.facts("identifiers", day) if key[1] == "lei-registration"]

    def reasons(self, day: str) -> list[str]:
        """Why the child names no parent on a day."""
        return [key[1].rpartition(":")[2] for key in self.facts("memberships", day)]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with open_store("memory:") as store:
        yield Register(tmp_path, store)


def entity(status: str = "ISSUED", updated: str = "2020-06-30", name: str = "Film Ltd") -> dict[str, Any]:
    registration = {
        "InitialRegistrationDate": "2014-01-01T00:00:00Z",
        "LastUpdateDate": f"{updated}T00:00:00Z",
        "RegistrationStatus": status,
    }
    described = {"LegalName": name, "LegalJurisdiction": "DE", "EntityStatus": "ACTIVE"}
    return {"LEI": CHILD, "Entity": described, "Registration": registration}


def relationship(updated: str = "2020-06-30", **fields: Any) -> dict[str, Any]:
    nodes = {
        "StartNode": {"NodeID": CHILD, "NodeIDType": "LEI"},
        "EndNode": {"NodeID": PARENT, "NodeIDType": "LEI"},
        "RelationshipType": "IS_DIRECTLY_CONSOLIDATED_BY",
        "RelationshipStatus": "ACTIVE",
        "RelationshipPeriods": [{"StartDate": "2016-01-01", "PeriodType": "RELATIONSHIP_PERIOD"}],
    }
    registration = {
        "InitialRegistrationDate": "2018-03-01T00:00:00Z",
        "LastUpdateDate": f"{updated}T00:00:00Z",
        "RegistrationStatus": "PUBLISHED",
    }
    return {"Relationship": nodes, "Registration": registration, **fields}


def exception(reason: str, **fields: Any) -> dict[str, Any]:
    return {
        "LEI": CHILD,
        "ExceptionCategory": "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT",
        "ExceptionReason": [reason],
        **fields,
    }


DELETED = {"Deletion": {"DeletedAt": "2022-03-01T00:00:00Z"}}


@pytest.mark.parametrize(
    "mark", [DELETED, {"gleif:Deletion": {"gleif:DeletedAt": {"$": "2022-03-01T00:00:00Z"}}}]
)
@pytest.mark.parametrize("together", [True, False])
def test_a_deleted_relationship_ends(register: Register, mark: dict[str, Any], together: bool) -> None:
    """From the day of its deletion on, in the edition that has both or in one of its own."""
    if together:
        register.take("2022-03-02", relationship(), relationship("2021-01-01", Extension=mark))
    else:
        register.take("2020-07-01", relationship())
        register.take("2022-03-02", relationship("2021-01-01", Extension=mark))
    assert register.facts("control", "2022-02-28") == [(PARENT_ID, CHILD_ID, "consolidation")]
    assert register.facts("control", "2022-03-01") == []
    assert register.take("2022-03-02", relationship("2021-01-01", Extension=mark)).added == 0
    assert register.problems == []


def test_an_empty_mark_deletes_nothing(register: Register) -> None:
    """Golden copies have it beside records that stand."""
    register.take("2020-07-01", relationship(Extension={"gleif:Deletion": None}))
    assert len(register.facts("control", "2023")) == 1


def test_a_deletion_of_what_was_never_imported_is_said(register: Register) -> None:
    """There is nothing to end."""
    register.take("2022-03-02", relationship(Extension=DELETED), exception("NO_LEI", Extension=DELETED))
    assert [problem.code for problem in register.problems] == ["C724", "C724"]


def test_a_deletion_in_xml(register: Register) -> None:
    """The mark has a space of names of its own, and the file says its day."""
    register.take("2020-07-01", relationship(), exception("NO_LEI"))
    nodes = (
        f"<Relationship><StartNode><NodeID>{CHILD}</NodeID><NodeIDType>LEI</NodeIDType></StartNode>"
        f"<EndNode><NodeID>{PARENT}</NodeID><NodeIDType>LEI</NodeIDType></EndNode>"
        "<RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</RelationshipType></Relationship>"
    )
    mark = "<Extension><g:Deletion><g:DeletedAt>2022-03-01T00:00:00Z</g:DeletedAt></g:Deletion></Extension>"
    register.take(
        "2022-03-05",
        '<a xmlns:g="urn:x"><Header><ContentDate>2022-03-04T00:00:00Z</ContentDate></Header>'
        f"<RelationshipRecord>{nodes}{mark}</RelationshipRecord><Exception><LEI>{CHILD}</LEI>"
        "<ExceptionCategory>DIRECT_ACCOUNTING_CONSOLIDATION_PARENT</ExceptionCategory>"
        f"<ExceptionReason>NO_LEI</ExceptionReason>{mark}</Exception></a>",
    )
    assert register.facts("control", "2022-03-01") == []
    assert register.reasons("2022-02-28") == ["no-lei"]
    assert register.reasons("2022-03-01") == []


def test_another_reason_ends_the_one_before(register: Register) -> None:
    """By the day of the edition that gives it; a reason that comes back is there again."""
    for day, reason in (("2020-01-01", "NO_LEI"), ("2021-01-01", "NON_PUBLIC"), ("2022-01-01", "NO_LEI")):
        register.take(day, exception(reason))
    assert register.reasons("2019") == ["no-lei", "non-public"]
    assert register.reasons("2021-06-01") == ["no-lei", "non-public"]
    assert register.reasons("2022-01-01") == ["no-lei"]
    last = register.store.head().position
    register.take("2022-01-01", exception("NO_LEI"))
    assert register.store.head().position == last


def test_the_last_of_two_exceptions_in_one_file_counts(register: Register) -> None:
    """They have no moment of their last update."""
    register.take("2020-01-01", exception("NO_LEI"), exception("NON_PUBLIC"))
    assert register.reasons("2020-01-01") == ["non-public"]


def test_a_registration_that_comes_back_ends_its_lapse(register: Register) -> None:
    """Issued, lapsed, renewed: each ends what was before it."""
    register.take("2020-07-01", entity())
    register.take("2021-07-01", entity("LAPSED", "2021-06-30"))
    register.take("2022-07-01", entity("ISSUED", "2022-06-30"))
    days = ("2020-12-31", "2021-12-31", "2022-12-31")
    assert [register.registration(day) for day in days] == [["ISSUED"], ["LAPSED"], ["ISSUED"]]
    again = register.take("2022-07-02", entity("ISSUED", "2022-06-30"))
    assert (again.added, again.corrected) == (0, 0)
    register.take("2023-07-01", entity("ISSUED", "2023-01-31"))
    assert [register.registration(day) for day in days] == [["ISSUED"], ["LAPSED"], ["ISSUED"]]


@pytest.mark.parametrize("turned", [True, False])
def test_of_two_editions_in_one_file_the_newer_counts(register: Register, turned: bool) -> None:
    """Whichever stands first; the older one is named where it comes second."""
    editions = [entity(name="Film Ltd"), entity(updated="2021-06-30", name="Pictures Ltd")]
    register.take("2022-01-01", *(editions[::-1] if turned else editions))
    assert History.from_store(register.store).as_of("2022").entity(CHILD_ID).name == "Pictures Ltd"
    assert [problem.code for problem in register.problems] == (["C722"] if turned else [])


def xml_of(reason: str, made: str) -> str:
    """A file of one exception, made at a moment."""
    return (
        f"<a><Header><ContentDate>{made}</ContentDate></Header><Exception><LEI>{CHILD}</LEI>"
        "<ExceptionCategory>DIRECT_ACCOUNTING_CONSOLIDATION_PARENT</ExceptionCategory>"
        f"<ExceptionReason>{reason}</ExceptionReason></Exception></a>"
    )


@pytest.mark.parametrize("clock", ["00:00:00Z", "08:20:51Z", "23:59:59.999+02:00"])
def test_a_file_says_in_its_header_from_when_it_is_known(clock: str, tmp_path: Path) -> None:
    """On the day that the moment shows, whatever the clock says."""
    for year, reason in ((2020, "NO_LEI"), (2021, "NON_PUBLIC")):
        (tmp_path / "edition.xml").write_text(xml_of(reason, f"{year}-03-04T{clock}"), encoding="utf-8")
        arguments = ["import", "gleif", str(tmp_path / "edition.xml"), "--into", str(tmp_path / "s.db")]
        assert CliRunner().invoke(chronicle, arguments).exit_code == 0
    with open_store(tmp_path / "s.db") as store:
        told = History.from_store(store)
        known = {
            day: [
                fact.key[1].rpartition(":")[2] for fact in told.as_of("2022", known=day).view("memberships")
            ]
            for day in ("2020-03-03", "2020-03-04", "2021-03-03", "2021-03-04")
        }
    assert list(known.values()) == [[], ["no-lei"], ["no-lei"], ["non-public"]]
