"""Statements of several files and several imports: what they say together does not depend on their order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chronicle.errors import Problem
from chronicle.history import History
from chronicle.interop.importing import Summary, import_events
from chronicle.interop.reading import read_files
from chronicle.stores import Store, open_store

Statement = dict[str, Any]

ACME, BOB = "gb-coh:01234567", "bods:rec-bob"
TODAY = date(2026, 1, 1)
COMPANY = [{"id": "01234567", "scheme": "GB-COH"}]


def entity(day: str = "2020-01-10", name: str = "Acme Ltd", status: str = "new", **more: Any) -> Statement:
    details = {"entityType": {"type": "registeredEntity"}, "name": name, "identifiers": COMPANY, **more}
    return stated("rec-acme", "entity", day, status, details)


def person(day: str = "2020-01-10") -> Statement:
    names = [{"type": "legal", "fullName": "Bob Example"}]
    details = {"personType": "knownPerson", "names": names, "birthDate": "1970-01"}
    return stated("rec-bob", "person", day, "new", details)


def tie(record: str, day: str, status: str, *interests: Statement) -> Statement:
    """A relationship of Bob to Acme."""
    details = {"subject": "rec-acme", "interestedParty": "rec-bob", "interests": list(interests)}
    return stated(record, "relationship", day, status, details)


def stated(record: str, kind: str, day: str, status: str, details: Statement) -> Statement:
    return {
        "statementId": f"{record}-{day}-{status}".ljust(32, "0"),
        "statementDate": day,
        "declarationSubject": "rec-acme",
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": {"isComponent": False, **details},
        "publicationDetails": {
            "publicationDate": "2024-01-01",
            "bodsVersion": "0.4",
            "publisher": {"name": "Demo"},
        },
    }


def shares(percent: float | None = None, *days: str, **more: Any) -> Statement:
    """An interest in shares: how much of a hundred, from when and to when."""
    share = {} if percent is None else {"share": {"exact": percent}}
    dated = dict(zip(("startDate", "endDate"), days, strict=False))
    return {"type": "shareholding", "directOrIndirect": "direct", **share, **dated, **more}


NEW = tie("rr", "2020-01-10", "new", shares(30, "2019-05-01"))
CLOSED = tie("rr", "2021-02-03", "closed", shares(30, "2019-05-01", "2021-02-01"))
UPDATED = tie("rr", "2021-02-03", "updated", shares(70, "2021-02-01"))


class Imported:
    """A store, and the problems of everything that was imported into it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.store: Store = stack.enter_context(open_store("memory:"))
        self.problems: list[Problem] = []

    def take(self, *files: Sequence[Statement], withdrawn: bool = False) -> Summary:
        """Import files of statements in one call; ``withdrawn`` says that they are all that there is."""
        names = []
        for number, statements in enumerate(files):
            name = self.folder / f"{number}.json"
            name.write_text(json.dumps(list(statements)), encoding="utf-8")
            names.append(str(name))
        incoming = read_files("bods", names, store=self.store)
        refuse = self.problems.append
        return import_events(incoming, self.store, today=TODAY, withdrawn=withdrawn, refuse=refuse)

    @property
    def history(self) -> History:
        return History.from_store(self.store)

    def held(self, day: str) -> list[tuple[str, str, str, bool]]:
        """Who holds how much of what on a day, and whether that is certain."""
        return [
            (each.holder, each.target, str(each.share), each.certain)
            for each in self.history.as_of(day).holdings()
        ]


@pytest.fixture
def imported(tmp_path: Path) -> Iterable[Imported]:
    with ExitStack() as stack:
        yield Imported(tmp_path, stack)


def halves(one: list[Statement], other: list[Statement]) -> list[list[list[list[Statement]]]]:
    """The calls by which two files can be imported: in one or in two, in both orders."""
    return [[[one, other]], [[other, one]], [[one], [other]], [[other], [one]]]


@pytest.mark.parametrize("way", range(4))
def test_parties_and_ties_in_files_of_their_own(imported: Imported, way: int) -> None:
    """The company is found under its number, in whatever order people and ties are imported."""
    for call in halves([entity(), person()], [NEW])[way]:
        imported.take(*call)
    assert imported.held("2020-06-01") == [(BOB, ACME, "30%", True)]
    assert imported.history.as_of("2020-06-01").entity(ACME).name == "Acme Ltd"
    assert imported.history.check() == ()


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize(("delta", "held"), [(CLOSED, []), (UPDATED, [(BOB, ACME, "70%", True)])])
def test_a_delta_lands(imported: Imported, way: int, delta: Statement, held: list[Any]) -> None:
    """What closes or updates a record of an earlier import does so, whatever came first."""
    for call in halves([entity(), person(), NEW], [delta])[way]:
        imported.take(*call)
    assert imported.held("2020-12-31") == [(BOB, ACME, "30%", True)]
    assert imported.held("2022") == held


def test_a_delta_without_its_interests_closes_what_the_store_has(imported: Imported) -> None:
    """A closing statement need not repeat what it ends: shares, control and roles."""
    trustee, seat = ({"type": kind, "startDate": "2019-05-01"} for kind in ("trustee", "boardMember"))
    imported.take([entity(), person(), tie("rr", "2020-01-10", "new", shares(30), trustee, seat)])
    imported.take([tie("rr", "2021-02-03", "closed")])
    before, after = imported.history.as_of("2021-02-02"), imported.history.as_of("2021-02-03")
    for view in ("holdings", "control", "roles"):
        assert len(list(before.view(view))) == 1, view
        assert list(after.view(view)) == [], view


def test_records_of_earlier_files_and_of_the_store_are_no_doubts(imported: Imported) -> None:
    """Nothing is said of a party or a record that another file or an earlier import describes."""
    imported.take([entity(), person()], [NEW])
    imported.take([UPDATED])
    imported.take([tie("rr", "2023-01-01", "closed")])
    assert imported.problems == []
    imported.take([tie("r9", "2023-01-01", "closed")])
    assert [problem.code for problem in imported.problems] == ["C722"]


def test_importing_again_adds_nothing(imported: Imported) -> None:
    """Any of the files, or all of them, before or after what they led to."""
    calls = [[entity(), person()], [NEW], [UPDATED], [entity("2022-01-01", "Acme Group", "updated")]]
    for call in (calls[1], calls[0], *calls[2:]):
        imported.take(call)
    before = imported.store.head().position
    for again in (*calls, [*calls[3], *calls[0]]):
        summary = imported.take(again)
        assert (summary.added, summary.corrected, summary.retracted) == (0, 0, 0)
    imported.take(*calls[::-1])
    assert imported.store.head().position == before


def test_what_a_later_statement_dropped_stays_dropped_when_all_is_imported_again(imported: Imported) -> None:
    """Votes that the second statement has no more, and a closing one that states nothing."""
    first = tie("rr", "2020-01-10", "new", shares(30), {"type": "votingRights"}, {"type": "trustee"})
    calls = [[entity(), person(), first], [UPDATED], [tie("rr", "2022-02-03", "closed")]]
    for call in calls:
        imported.take(call)
    before = imported.store.head().position
    for again in (*calls, [each for call in calls for each in call]):
        assert imported.take(again).added == 0
    assert imported.store.head().position == before
    assert imported.held("2022-02-03") == []


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_an_update_that_is_read_late_is_ended_all_the_same(
    imported: Imported, order: tuple[int, ...]
) -> None:
    """30 %, then 50 %, then nothing: whichever of the three is imported last."""
    middle = tie("rr", "2020-07-01", "updated", shares(50, "2020-06-01"))
    end = tie("rr", "2021-02-03", "closed", shares(50, "2020-06-01", "2021-02-01"))
    imported.take([entity(), person()])
    for place in order:
        imported.take([(NEW, middle, end)[place]])
    found = [[held[2] for held in imported.held(day)] for day in ("2020-05-31", "2020-12-31", "2021-02-01")]
    assert found == [["30%"], ["50%"], []]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_name_of_a_statement_that_is_read_late_is_the_earlier_name(
    imported: Imported, order: tuple[int, ...]
) -> None:
    """The company had the name that the earlier statement gives until some day before the later one."""
    statements = entity(), entity("2022-03-01", "Acme Group", "updated")
    for place in order:
        imported.take([statements[place]])

    def name(day: str) -> str | None:
        return imported.history.as_of(day).entity(ACME).name

    assert (name("2020-01-10"), name("2022-03-01")) == ("Acme Ltd", "Acme Group")


def test_a_correction_in_a_file_of_its_own(imported: Imported) -> None:
    """A statement of the same day as one of the store corrects it, from its publication on."""
    imported.take([entity(), person(), NEW])
    slip = tie("rr", "2020-01-10", "updated", shares(35, "2019-05-01"))
    slip["publicationDetails"] = {**slip["publicationDetails"], "publicationDate": "2024-05-01"}
    summary = imported.take([slip])
    assert (summary.added, summary.corrected) == (1, 0)
    assert imported.held("2020-06-01") == [(BOB, ACME, "35%", True)]
    known = imported.history.as_of("2020-06-01", known="2024-04-30").holdings()
    assert [str(each.share) for each in known] == ["30%"]
    assert imported.take([slip]).added == 0


def test_an_interest_without_a_start_is_possible_before_the_statement(imported: Imported) -> None:
    """By the day of the statement it was there; a change without a day lies between two statements."""
    imported.take([entity(), person(), tie("rr", "2020-01-10", "new", shares(30))])
    imported.take([tie("rr", "2022-01-10", "updated", shares(40))])
    assert imported.held("2019-06-30") == [(BOB, ACME, "30%", False)]
    assert imported.held("2020-01-10") == [(BOB, ACME, "30%", True)]
    assert imported.held("2021-01-01") == [(BOB, ACME, "30%", False), (BOB, ACME, "40%", False)]
    assert imported.held("2022-01-10") == [(BOB, ACME, "40%", True)]


@pytest.mark.parametrize("together", [True, False])
def test_direct_and_indirect_in_one_record_or_in_two(imported: Imported, together: bool) -> None:
    """30 % directly; the 20 % that are held through others are a tie, and are added to nothing."""
    direct = shares(30, "2019-05-01")
    indirect = shares(20, "2019-05-01", directOrIndirect="indirect")
    records = [("r1", [direct, indirect])] if together else [("r2", [indirect]), ("r1", [direct])]
    imported.take([entity(), person(), *(tie(name, "2020-01-10", "new", *each) for name, each in records)])
    assert imported.held("2022") == [(BOB, ACME, "30%", True)]
    assert [fact.key for fact in imported.history.as_of("2022").view("control")] == [
        (BOB, ACME, "indirect shareholding")
    ]


@pytest.mark.parametrize("together", [True, False])
def test_two_direct_records_of_one_right_add_up(imported: Imported, together: bool) -> None:
    """Also when the second is imported later; and when one is closed, the other stays."""
    ties = [tie("r1", "2020-01-10", "new", shares(30)), tie("r2", "2020-01-10", "new", shares(20))]
    imported.take([entity(), person(), *(ties if together else ties[:1])])
    if not together:
        imported.take(ties[1:])
    assert imported.held("2022") == [(BOB, ACME, "50%", True)]
    imported.take([tie("r1", "2023-01-01", "closed")])
    assert imported.held("2023") == [(BOB, ACME, "20%", True)]


# Statements of 0.2 and 0.3


def older(identifier: str, kind: str, day: str, *replaced: str, **fields: Any) -> Statement:
    """A statement of 0.2 or 0.3, which names those that it replaces."""
    return {
        "statementID": identifier.ljust(32, "0"),
        "statementType": f"{kind}Statement",
        "statementDate": day,
        **({"replacesStatements": [each.ljust(32, "0") for each in replaced]} if replaced else {}),
        "publicationDetails": {
            "publicationDate": day,
            "bodsVersion": "0.2",
            "publisher": {"name": "Demo"},
        },
        **fields,
    }


def older_tie(identifier: str, day: str, percent: int, *replaced: str, entity: str = "e1") -> Statement:
    return older(
        identifier,
        "ownershipOrControl",
        day,
        *replaced,
        isComponent=False,
        subject={"describedByEntityStatement": entity.ljust(32, "0")},
        interestedParty={"describedByPersonStatement": "p1".ljust(32, "0")},
        interests=[{"type": "shareholding", "interestLevel": "direct", "share": {"exact": percent}}],
    )


def older_entity(identifier: str, day: str, name: str, *replaced: str) -> Statement:
    numbers = [{"scheme": "GB-COH", "id": "01234567"}]
    more: Statement = {"entityType": "registeredEntity", "name": name, "identifiers": numbers}
    return older(identifier, "entity", day, *replaced, isComponent=False, **more)


OLDER = [
    older_entity("e1", "2019-01-01", "Acme Ltd"),
    older(
        "p1",
        "person",
        "2019-01-01",
        isComponent=False,
        personType="knownPerson",
        names=[{"type": "individual", "fullName": "Bob Example"}],
    ),
    older_tie("t1", "2019-01-01", 30),
    older_entity("e2", "2020-01-01", "Acme Group", "e1"),
    older_tie("t2", "2020-01-01", 50, "t1", entity="e2"),
    older_tie("t3", "2021-01-01", 70, "t2", entity="e2"),
]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("calls", [1, 6])
def test_a_chain_of_older_statements_over_several_files(imported: Imported, turned: bool, calls: int) -> None:
    """Each replaces one of an earlier file, in one call or in six, the newest first or last."""
    statements = OLDER[::-1] if turned and calls == 1 else OLDER
    if calls == 1:
        imported.take(*([each] for each in statements))
    else:
        for each in statements:
            imported.take([each])
    assert [
        [held[1:3] for held in imported.held(day)] for day in ("2019-01-01", "2020-01-01", "2021-01-01")
    ] == [
        [(ACME, "30%")],
        [(ACME, "50%")],
        [(ACME, "70%")],
    ]
    assert imported.history.as_of("2021-01-01").entity(ACME).name == "Acme Group"
    assert imported.take(OLDER).added == 0


# In any order, in any number of files and imports

THROUGH_OTHERS = {"directOrIndirect": "indirect"}
STATEMENTS = (
    entity(),
    entity("2021-05-01", "Acme Group", "updated", foundingDate="1999-04-01"),
    person(),
    NEW,
    tie("rr", "2020-09-01", "updated", shares(50, "2020-06-01"), {"type": "votingRights"}),
    tie("rr", "2021-02-03", "closed", shares(50, "2020-06-01", "2021-02-01")),
    tie("r2", "2020-01-10", "new", shares(20, "2018-01-01"), {"type": "trustee", "startDate": "2018-01-01"}),
    tie("r2", "2021-06-01", "updated", shares(25, "2021-03-01")),
    tie("r2", "2022-06-01", "closed", shares(25, "2021-03-01", "2022-05-01")),
    tie("r4", "2020-02-01", "new", shares(30, "2018-03-01", **THROUGH_OTHERS)),
    tie("r4", "2021-08-01", "updated", shares(45, "2021-07-01", **THROUGH_OTHERS)),
    tie("r4", "2022-09-01", "closed", shares(45, "2021-07-01", "2022-08-01", **THROUGH_OTHERS)),
    tie("r3", "2020-03-01", "new", {"type": "boardMember", "startDate": "2019-01-01"}),
    tie(
        "r3",
        "2022-03-01",
        "closed",
        {"type": "boardMember", "startDate": "2019-01-01", "endDate": "2022-01-01"},
    ),
)
DAYS = (
    "2018-06-01",
    "2019-12-31",
    "2020-08-01",
    "2020-12-31",
    "2021-02-01",
    "2021-04-01",
    "2021-12-31",
    "2023",
)


def facts_on(history: History) -> list[list[Any]]:
    """What stands on each of the days: holdings, control, roles and names."""
    return [
        [
            (
                fact.view,
                fact.key,
                str(getattr(fact.value, "share", getattr(fact.value, "name", ""))),
                fact.certain,
            )
            for view in ("holdings", "control", "roles", "names")
            for fact in history.as_of(day).view(view)
        ]
        for day in DAYS
    ]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.permutations(STATEMENTS), st.lists(st.sampled_from([0, 1, 2]), min_size=14, max_size=14))
def test_any_order_of_statements_files_and_imports_gives_one_state(
    statements: list[Statement], breaks: list[int]
) -> None:
    """Between two statements a file or an import may end: what stands is the same, and all of it is known."""
    calls: list[list[list[Statement]]] = [[[]]]
    for each, cut in zip(statements, breaks, strict=True):
        if cut == 1:
            calls[-1].append([])
        elif cut == 2:
            calls.append([[]])
        calls[-1][-1].append(each)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        whole, parts = (Imported(Path(folder), stack) for _ in range(2))
        whole.take(list(STATEMENTS))
        for call in calls:
            parts.take(*call)
        assert facts_on(parts.history) == facts_on(whole.history)
        again = parts.take(statements, withdrawn=True)
        assert (again.added, again.corrected) == (0, 0)
        assert facts_on(parts.history) == facts_on(whole.history)


# Corrections, and names and interests that come back


def corrected(statement: Statement, published: str, *interests: Statement) -> Statement:
    """A statement of the same day that was published later: it corrects what the first one said."""
    details = {**statement["recordDetails"], "interests": list(interests)}
    return {
        **statement,
        "statementId": f"{statement['recordId']}-{published}-corrects".ljust(32, "0"),
        "recordStatus": "updated",
        "recordDetails": details,
        "publicationDetails": {**statement["publicationDetails"], "publicationDate": published},
    }


RIGHT = corrected(NEW, "2024-06-01", shares(35, "2019-05-01"))
VOTES = {"type": "votingRights", "share": {"exact": 50}, "startDate": "2019-05-01"}


@pytest.mark.parametrize("order", [*permutations(range(4))])
@pytest.mark.parametrize("calls", [1, 4])
def test_a_correction_counts_also_where_it_is_read_first(
    imported: Imported, order: tuple[int, ...], calls: int
) -> None:
    """What was published later of the same day is right, in whatever order, file or import both are read."""
    statements = [(entity(), person(), NEW, RIGHT)[place] for place in order]
    for call in [statements] if calls == 1 else [[each] for each in statements]:
        imported.take(call)
    assert imported.held("2020-06-01") == [(BOB, ACME, "35%", True)]


def test_a_file_with_a_correction_can_be_imported_again(imported: Imported) -> None:
    """A second import adds nothing and changes no answer; what was known before the correction stays."""
    wrong = tie("rr", "2020-01-10", "new", shares(30, "2019-05-01"), VOTES)
    whole = [entity(), person(), wrong, RIGHT]
    imported.take(whole)
    for _ in range(2):
        assert imported.held("2020-06-01") == [(BOB, ACME, "35%", True)]
        earlier = imported.history.as_of("2020-06-01", known="2024-05-31").holdings()
        assert [(each.right, str(each.share)) for each in earlier] == [("equity", "30%"), ("votes", "50%")]
        again = imported.take(whole)
        assert (again.added, again.corrected) == (0, 0)


def test_a_correction_that_was_read_first_is_said_to_stand(imported: Imported) -> None:
    """The statement that it corrects is left out, and that is a finding."""
    imported.take([entity(), person(), RIGHT])
    imported.take([NEW])
    assert "statement was corrected by one that was read before it" in imported.problems[-1].message


@pytest.mark.parametrize("order", [*permutations(range(3))])
@pytest.mark.parametrize("names", ["ABA", "AAB", "ABB", "ABC"])
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_company_has_its_names_in_turn(
    imported: Imported, names: str, order: tuple[int, ...], calls: int
) -> None:
    """A name that comes back is a change of name, whichever statement is read first."""
    days = ("2018-01-10", "2020-01-10", "2022-01-10")
    told = [
        entity(day, name, status, identifiers=[*COMPANY, {"id": f"N{place}", "schemeName": "own"}])
        for place, (day, name, status) in enumerate(zip(days, names, ("new", *["updated"] * 2), strict=True))
    ]
    statements = [told[place] for place in order]
    for call in {1: [statements], 2: [statements[:1], statements[1:]]}.get(calls, [[s] for s in statements]):
        imported.take(call)
    seen = [imported.history.as_of(day).entity(ACME) for day in days]
    assert [(each.name, each.certain) for each in seen] == [(name, True) for name in names]


@pytest.mark.parametrize("order", [*permutations(range(3))])
@pytest.mark.parametrize("calls", [1, 3])
def test_a_company_is_founded_once(imported: Imported, order: tuple[int, ...], calls: int) -> None:
    """On the day that the last statement has, whichever is read first."""
    statements = [
        entity("2018-01-10", foundingDate="1990-01-01"),
        entity("2020-01-10", "Acme Group", "updated", foundingDate="1991-01-01"),
        entity(
            "2022-01-10", "Acme Group", "updated", foundingDate="1992-01-01", dissolutionDate="2021-12-01"
        ),
    ]
    read = [statements[place] for place in order]
    for call in [read] if calls == 1 else [[each] for each in read]:
        imported.take(call)
    history = imported.history
    assert [str(each.begin) for each in history.spans(ACME, view="status")] == ["1992-01-01", "2021-12-01"]
    assert history.conflicts() == ()


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_what_is_held_again_is_held_in_any_order(imported: Imported, order: tuple[int, ...]) -> None:
    """Board member, then holder of shares, then board member again; nobody has what is left out."""
    board = {"type": "boardMember", "startDate": "2018-01-01"}
    again = {"type": "boardMember", "startDate": "2022-06-01"}
    series = [
        tie("rr", "2020-01-10", "new", board, shares(10)),
        tie("rr", "2021-01-10", "updated", shares(20, "2020-06-01")),
        tie("rr", "2023-01-10", "updated", again, shares(30, "2022-06-01")),
        tie("rr", "2024-01-10", "closed", again, shares(30, "2022-06-01")),
    ]
    imported.take([entity(), person()])
    for place in order:
        imported.take([series[place]])
    days = ("2020-06-30", "2021-06-30", "2022-06-30", "2023-06-30", "2024-01-10")
    held = [[share for _, _, share, _ in imported.held(day)] for day in days]
    assert held == [["20%"], ["20%"], ["30%"], ["30%"], []]
    # Since when again is lost where a statement is first read behind one that says the same: it is possible.
    # What a statement leaves out was over at some time since the one before it.
    seats = [
        imported.history.as_of(day).roles() for day in ("2020-01-10", *days[:2], "2023-01-10", *days[3:])
    ]
    certain = [sum(each.certain for each in found) for found in seats]
    assert certain == [1, 0, 0, 1, 0, 0]
    assert [len(found) for found in seats][:2] == [1, 1]
    assert [len(found) for found in seats][3:] == [1, 1, 0]


def test_an_interest_that_is_over_when_it_is_first_told_was_there(imported: Imported) -> None:
    """The update says what the statement before it did not: votes, from their first day to their last."""
    past = {**VOTES, "startDate": "2018-01-05", "endDate": "2021-06-01"}
    imported.take(
        [entity(), person(), NEW, tie("rr", "2022-01-10", "updated", shares(30, "2019-05-01"), past)]
    )
    votes = [imported.history.as_of(day).share(BOB, ACME, "votes") for day in ("2018-01-04", "2018-01-05")]
    assert [str(each) for each in votes] == ["None", "50%"]
    assert imported.history.as_of("2021-06-01").share(BOB, ACME, "votes") is None


def older(id: str, kind: str, day: str, replaces: Sequence[str] = (), **fields: Any) -> Statement:
    """A statement of 0.2, which may replace others."""
    replaced = {"replacesStatements": [each.ljust(32, "0") for each in replaces]} if replaces else {}
    return {
        "statementID": id.ljust(32, "0"),
        "statementType": kind,
        "statementDate": day,
        "isComponent": False,
        **fields,
        **replaced,
        "publicationDetails": {
            "publicationDate": "2024-01-01",
            "bodsVersion": "0.2",
            "publisher": {"name": "Demo"},
        },
    }


@pytest.mark.parametrize("order", [*permutations(range(5))][::7])
def test_a_tie_to_a_statement_that_replaces_another_is_a_tie_to_the_company(
    imported: Imported, order: tuple[int, ...]
) -> None:
    """Also where the tie is imported first, when nobody knows yet which company the statement is about."""

    def held(name: str, percent: int, day: str, company: str, replaces: Sequence[str] = ()) -> Statement:
        ends = {
            "subject": {"describedByEntityStatement": company.ljust(32, "0")},
            "interestedParty": {"describedByPersonStatement": "person".ljust(32, "0")},
        }
        interest = {"type": "shareholding", "interestLevel": "direct", "share": {"exact": percent}}
        return older(name, "ownershipOrControlStatement", day, replaces, **ends, interests=[interest])

    named = {"personType": "knownPerson", "names": [{"type": "individual", "fullName": "Bob Example"}]}
    statements = [
        older("first", "entityStatement", "2020-01-10", entityType="registeredEntity", name="Acme Ltd"),
        older(
            "second", "entityStatement", "2021-03-01", ["first"], entityType="registeredEntity", name="Acme"
        ),
        older("person", "personStatement", "2020-01-10", **named),
        held("tie-1", 30, "2020-01-10", "first"),
        held("tie-2", 40, "2021-03-01", "second", ["tie-1"]),
    ]
    for place in order:
        imported.take([statements[place]])
    assert [share for _, _, share, _ in imported.held("2022-01-01")] == ["40%"]
