"""A ledger of the beginning of a store: what was appended is replayed with what it touches alone."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chronicle
import histories
from chronicle import codec
from chronicle.cli.workloads import made
from chronicle.dates import parse_date
from chronicle.engine import partial
from chronicle.errors import InvalidEvents, NotFound
from chronicle.events import Event, RecordConfirmed
from chronicle.history import History
from chronicle.ledgers import keeping, layout, places, vectors
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.stored_log import StoredEvents
from chronicle.stores import Record, open_store
from given import absorbed, acquired, corrected, disposed, happened, observed, retracted
from kept_ledgers import all_blocks, answers, assert_holdings_equal, kept_beside
from test_parts import GROUPS, WRITTEN, assert_keys_equal, everything, spread

KNOWN = st.sampled_from(histories.KNOWN)
SIZE = 300


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache of the user is a folder of the test."""
    monkeypatch.setattr(places, "cache_folder", lambda: tmp_path / "cache")


@pytest.fixture
def generous() -> Iterator[None]:
    """However much was appended, or differs, only the parts of it are replayed."""
    with ExitStack() as stack:
        # Nor is any part too small to be looked for in the file.
        for module, names in ((keeping, ["_ONE_IN"]), (partial, ["_ONE_IN", "_MANY"])):
            for name in names:
                stack.enter_context(patch.object(module, name, 1))
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a few hundred events, and a ledger beside it that says what they share."""
    path = tmp_path_factory.mktemp("filled") / "corp.db"
    with chronicle.open(path, create=True) as history:
        history.append(made(SIZE).events, declared=False)
        history.keep_ledger()
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    """A copy of both for the test."""
    for path in (filled, Path(f"{filled}.ledger")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path / filled.name


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions of the events that are read, one by one or together."""
    found: list[int] = []
    take_in, take_in_all = StoredEvents.take_in, StoredEvents._take_in_all

    def noted(self: StoredEvents, record: Record) -> None:
        found.append(record.position)
        take_in(self, record)

    def all_noted(self: StoredEvents, records: Iterable[Record]) -> None:
        several = [*records]
        found.extend(record.position for record in several)
        take_in_all(self, iter(several))

    monkeypatch.setattr(StoredEvents, "take_in", noted)
    monkeypatch.setattr(StoredEvents, "_take_in_all", all_noted)
    return found


def appended(store: Path, *events: Event) -> None:
    """Append events by a process of its own."""
    with open_store(str(store)) as opened:
        opened.append([codec.to_record(event) for event in events])


def plain(store: Path) -> History:
    """The history in a store, without any ledger on disk."""
    return chronicle.open(store, ledger=False)


def test_after_an_append_only_what_it_touches_is_read(store: Path, read: list[int]) -> None:
    """The next process answers from the ledger of before, and from the few events of one part."""
    held = plain(store).as_of("2030").holdings()[0]
    appended(store, disposed("2031", held.holder, held.target, holds="0%"))
    history = chronicle.open(store)
    assert answers(history.as_of("2032")) == answers(plain(store).as_of("2032"))
    assert_holdings_equal(plain(store).as_of("2032"), history.as_of("2032"))
    assert 0 < len(set(read)) < SIZE / 10
    assert history.notices == ()


def test_a_day_that_is_asked_again_is_answered_with_what_came_since(store: Path) -> None:
    """What a day means is kept as long as nothing was added, and is that of the day as it is asked."""
    with chronicle.open(store) as history:
        held = history.as_of("2030").holdings()[0]
        assert history.as_of("2032") == history.as_of("2032")
        assert history.as_of("2032", known="2032").known is not None
        assert [history.as_of(day).as_of.isoformat() for day in ("2031", "2032-01", "2031")] == [
            *("2031-12-31", "2032-01-31", "2031-12-31")
        ]
        before = history.as_of("2032")
        history.append([observed("2031", held.holder, held.target, "3%")])
        assert str(history.as_of("2032").share(held.holder, held.target)) == "3%"
        assert before.share(held.holder, held.target) == held.share
        history.keep_ledger()
        rows = history.as_of("2032").rows("holdings", "target", "share", holder=held.holder)
        assert (held.target, "3%") in rows


def test_what_was_assumed_of_a_company_founded_before_is_no_event_of_the_history(tmp_path: Path) -> None:
    """The history that was assumed goes on further than the one whose parts are asked for next."""
    store = tmp_path / "corp.db"
    with chronicle.open(store, create=True) as history:
        founded = happened("entity.founded", "2000", entity="mill", name="Mill", type="company")
        history.append([*made(SIZE).events, founded], declared=False)
        history.keep_ledger()
        history.append([acquired("2031", "newcomer", "company-1", "1%")], declared=False)
    history = chronicle.open(store)
    assumed = history.assume(events=[acquired("2032", "newcomer", "mill", "2%")])
    assert str(assumed.as_of("2033").share("newcomer", "mill")) == "2%"
    assert history.timeline("mill") == plain(store).timeline("mill")


def test_a_process_appends_without_reading_everything(store: Path, read: list[int]) -> None:
    """It checks the events, appends them and answers, and what it did not need it never read."""
    held = plain(store).as_of("2030").holdings()[0]
    with chronicle.open(store) as history:
        history.append([observed("2031", held.holder, held.target, "3%")])
        assert str(history.as_of("2032").share(held.holder, held.target)) == "3%"
        assert history.head is not None
        assert history.head.position == SIZE + 1
    assert len(set(read)) < SIZE / 10


def test_which_cells_a_large_part_had_is_read_and_not_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger says which are of a part that some day of knowledge found out of turn."""
    holders = [f"holder-{number}" for number in range(12)]
    stakes = [acquired(str(2001 + at), holder, "mill", "5%") for at, holder in enumerate(holders)]
    part = [happened("shares.issued", "2000", issuer="mill", shares="1000", known="2016"), *stakes]
    store = kept_beside(tmp_path / "corp.db", [*made(SIZE).events, *part])
    monkeypatch.setattr(partial, "_MANY", 10)
    replayed: list[int] = []
    resolve = partial.PartialReplay._resolve

    def noted(replay: Any, events: Any, known: Any) -> Any:
        replayed.append(len(events))
        return resolve(replay, events, known)

    monkeypatch.setattr(partial.PartialReplay, "_resolve", noted)
    appended(store, happened("shares.issued", "2004-06", issuer="mill", shares="500"))
    found, wanted = chronicle.open(store), plain(store)
    assert everything(found.ledger()) == everything(wanted.ledger())
    assert_keys_equal(found.ledger(), wanted.ledger())
    assert replayed == [len(part) + 1]


def test_tables_are_columns_of_the_file_with_the_rows_that_were_replayed_last(store: Path) -> None:
    """The rows of the file but for the cells that were replayed since, and these behind them."""
    held = plain(store).as_of("2030").holdings()[0]
    appended(
        store,
        observed("2031", held.holder, held.target, "3%"),
        acquired("2031", "company-1", "newcomer", "1%"),
    )
    history = chronicle.open(store)
    for many in (vectors.MANY, 1):
        with patch.object(vectors, "MANY", many), patch.object(vectors, "SOME", many):
            found, wanted = (each.as_of("2032").table("holdings") for each in (history, plain(store)))
            assert len(found) == len(wanted)
            assert by_key(found) == by_key(wanted)
            keys = [(row["holder"], row["target"]) for row in pyarrow.table(found).to_pylist()]
            assert {*keys[-2:]} == {(held.holder, held.target), ("company-1", "newcomer")}
            assert [row[:2] for row in found.rows()] == keys
    registers = [each.as_of("2032").register() for each in (history, plain(store))]
    assert registers[0].effective("company-1", "newcomer") == registers[1].effective("company-1", "newcomer")


def by_key(table: Any) -> list[dict[str, Any]]:
    """The rows of a table, in an order that does not matter."""
    return sorted(pyarrow.table(table).to_pylist(), key=str)


def test_names_that_nothing_declared_are_refused_as_ever(store: Path) -> None:
    """The ids that events name come from the file, with those of later events."""
    appended(store, acquired("2031", "newcomer", "company-1", "1%"))
    for history in (chronicle.open(store), plain(store)):
        with pytest.raises(InvalidEvents) as refused:
            history.append([acquired("2031", "newcomer", "compani-1", "1%")])
        assert [problem.code for problem in refused.value.problems] == ["C204"]
        assert history.entity_ids() == plain(store).entity_ids()


def test_why_reads_the_events_behind_an_answer_alone(store: Path, read: list[int]) -> None:
    """With what corrected them, and the editions that state them again."""
    held = plain(store).as_of("2030").holdings()[0]
    told = plain(store).spans(held.holder, held.target)[0].events[0]
    appended(
        store,
        corrected("2031", told, {"note": "as the register has it"}),
        RecordConfirmed(id="edition", date=parse_date("2031"), targets=(told,)),
    )
    history = chronicle.open(store)
    asked = history.why(held.holder, held.target, as_of="2030")
    assert asked == plain(store).why(held.holder, held.target, as_of="2030")
    assert len(set(read)) < SIZE / 10


def test_an_event_is_given_without_the_others(store: Path, read: list[int]) -> None:
    """As it was corrected; one that was retracted is refused."""
    first, second = plain(store).events[10].id, plain(store).events[11].id
    appended(store, corrected("2031", first, {"note": "mended"}), retracted("2031", second))
    history = chronicle.open(store)
    assert history.event(first) == plain(store).event(first)
    with pytest.raises(InvalidEvents):
        history.event(second)
    with pytest.raises(NotFound):
        history.event("no-such-event")


def test_corrections_of_corrections_are_looked_through(store: Path) -> None:
    """One that leaves no event behind the correction that it corrects is refused, as with everything read."""
    told = plain(store).events[10].id
    appended(store, corrected("2031", told, {"note": "a"}, id="one"))
    faulty = corrected("2032", "one", {"set": {"no_such_field": "b"}}, id="two")
    refusals = []
    for history in (chronicle.open(store), plain(store)):
        with pytest.raises(InvalidEvents) as refused:
            history.append([faulty])
        refusals.append(
            [(problem.code, problem.message, problem.events) for problem in refused.value.problems]
        )
    assert refusals[0] == refusals[1] != []


def test_a_ledger_that_nobody_asked_for_says_what_events_share(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the first append of a new process reads what it touches, and nothing else."""
    file = Path(f"{store}.ledger")
    file.unlink()
    monkeypatch.setattr(keeping, "UNASKED", SIZE)
    chronicle.open(store).as_of("2030")
    assert layout.has_sharing(LedgerFile(file))
    history = chronicle.open(store)
    history.append([acquired("2032", "company-1", "company-2", "1%")])
    assert answers(history.as_of("2033")) == answers(plain(store).as_of("2033"))
    assert history._unread
    assert chronicle.open(store).ledger_faults() == ()


@pytest.mark.parametrize(("unasked", "events"), [(SIZE, SIZE + 1), (2 * SIZE, SIZE)])
def test_where_too_much_hangs_together_everything_is_replayed_and_nothing_said(
    store: Path, unasked: int, events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger of a large store is made anew then, that of a small one is left; neither was wrong."""
    held = plain(store).as_of("2030").holdings()[0]
    appended(store, observed("2031", held.holder, held.target, "3%"))
    monkeypatch.setattr(partial, "_ONE_IN", SIZE)
    monkeypatch.setattr(keeping, "UNASKED", unasked)
    history = chronicle.open(store)
    assert answers(history.as_of("2032")) == answers(plain(store).as_of("2032"))
    assert not history._unread
    assert history.notices == ()
    again = chronicle.open(store).kept_ledger
    assert again is not None
    assert again.head.position == events


def test_rows_stand_in_the_order_of_their_keys_but_for_those_that_were_replayed(store: Path) -> None:
    """By another day of knowledge and after an append they are the same as without a ledger, in any order."""
    for known in (None, "2009"):
        kept, right = (each.as_of("2012", known=known) for each in (chronicle.open(store), plain(store)))
        keys = [row[:3] for row in right.rows("holdings")]
        assert keys == sorted(keys) != []
        if known is None:
            assert kept.rows("holdings") == right.rows("holdings")
        assert by_key(kept.table("holdings")) == by_key(right.table("holdings"))


def flipped(file: Path, block: str) -> None:
    """One bit of a block of a ledger is another."""
    kept = LedgerFile(file)
    _, offset, length = kept._blocks[block]
    whole = bytearray(file.read_bytes())
    whole[kept._base + offset + length // 2] ^= 4
    del kept
    file.with_suffix(".new").write_bytes(whole)
    file.with_suffix(".new").replace(file)


def another_day_of_knowledge(history: History) -> object:
    """A question for which one must know what events share."""
    return answers(history.as_of("2030", known="2020"))


def an_append(history: History) -> object:
    """Another."""
    history.append([acquired("2032", "company-1", "company-2", "1%", id="one-more")])
    return answers(history.as_of("2033"))


def an_assumption(history: History) -> object:
    """One for which all events are read, too."""
    return answers(history.assume(history.deal_ids()[0], on="2032").as_of("2033"))


def the_reasons(history: History) -> object:
    """One of which the answer is in events."""
    held = history.as_of("2030").holdings()[0]
    return history.why(held.holder, held.target, as_of="2030").table().to_dicts()


@pytest.mark.parametrize("ask", [another_day_of_knowledge, an_append, an_assumption, the_reasons])
def test_what_events_share_is_verified_when_it_is_needed(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[History], object]
) -> None:
    """Other answers do not rest on it; with the first that does the ledger is refused, and made anew."""
    monkeypatch.setattr(layout, "PAGE", 4096)
    chronicle.open(store).keep_ledger()
    wanted = ask(plain(Path(shutil.copy(store, tmp_path / "copy.db"))))
    flipped(Path(f"{store}.ledger"), "sharing.places")
    history = chronicle.open(store)
    assert answers(history.as_of("2030")) == answers(plain(store).as_of("2030"))
    assert history.notices == ()
    assert ask(history) == wanted
    assert [notice.code for notice in history.notices] == ["C521"]
    assert answers(history.as_of("2031")) == answers(plain(store).as_of("2031"))
    assert chronicle.open(store).ledger_faults() == ()
    assert chronicle.open(store).notices == ()


def test_verify_finds_that_what_events_share_was_changed(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though no question has read it yet."""
    monkeypatch.setattr(layout, "PAGE", 4096)
    chronicle.open(store).keep_ledger()
    flipped(Path(f"{store}.ledger"), "sharing.known")
    assert chronicle.open(store).ledger_faults() == (layout.SHARED,)


@pytest.mark.parametrize("block", ["sharing.places", "sharing.known", "sharing.turning"])
def test_verify_finds_a_ledger_that_says_less_than_events_share(store: Path, block: str) -> None:
    """Else an append would be replayed without what it touches."""
    appended(store, absorbed("2031", "company-1", "company-2"))
    chronicle.open(store).keep_ledger()
    file = LedgerFile(Path(f"{store}.ledger"))
    changed = []
    for name, code, numbers in all_blocks(file):
        content = bytearray(memoryview(numbers).tobytes())
        if name == block:
            content[0] ^= 255
        changed.append(layout.Block(name, code, memoryview(content).cast(code) if content else b""))
    with Path(f"{store}.forged").open("wb") as out:
        layout.write(out, file.about, changed)
    Path(f"{store}.forged").replace(f"{store}.ledger")
    appended(store, acquired("2032", "company-3", "company-4", "1%"))
    assert chronicle.open(store).ledger_faults() == (block,)


def test_a_ledger_of_a_store_that_was_begun_anew_is_not_gone_on_from(store: Path) -> None:
    """The record at its end must be the one that the ledger was made of."""
    file = Path(f"{store}.ledger").read_bytes()
    events = plain(store).events
    other = store.parent / "other" / "corp.db"
    other.parent.mkdir()
    with chronicle.open(other, create=True) as history:
        history.append([*events[:-1], acquired("2031", "company-1", "company-2", "1%")], declared=False)
        history.append([acquired("2032", "company-1", "company-2", "1%")], declared=False)
    Path(f"{other}.ledger").write_bytes(file)
    found = chronicle.open(other)
    assert answers(found.as_of("2033")) == answers(plain(other).as_of("2033"))
    assert [notice.code for notice in found.notices] == ["C521"]


@pytest.mark.slow
@pytest.mark.usefixtures("generous")
@given(WRITTEN, GROUPS, st.tuples(st.integers(1, 12), st.integers(0, 12)), KNOWN, st.booleans())
def test_a_ledger_of_any_beginning_goes_on_as_if_everything_were_replayed(
    events: list[Event], groups: list[str], cuts: tuple[int, int], known: datetime.date, asked_before: bool
) -> None:
    """Fact by fact, span by span, by every day of knowledge, and with the same reasons."""
    history, (cut, later) = spread(events, groups), cuts
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corp.db"
        with chronicle.open(path, create=True) as made_of:
            made_of.append([], declared=False)
        appended(path, *history[:cut])
        with chronicle.open(path) as before:
            if asked_before:
                before.ledger(known)
            before.keep_ledger()
        appended(path, *history[cut : cut + later])
        with chronicle.open(path) as grown, plain(path) as fresh:
            with open_store(str(path)) as writer:
                if later % 2:
                    grown.ledger()
                writer.append([codec.to_record(event) for event in history[cut + later :]])
            grown.refresh()
            fresh.refresh()
            for by in (None, known):
                ledger, wanted = grown.ledger(by), fresh.ledger(by)
                assert everything(ledger) == everything(wanted)
                assert_keys_equal(ledger, wanted)
                for view in wanted.views:
                    asked = [each.as_of("2014-06", known=by) for each in (grown, fresh)]
                    assert by_key(asked[0].table(view)) == by_key(asked[1].table(view))
                for view, key in everything(wanted)[0]:
                    where: dict[str, Any] = {"as_of": "2014-06", "view": view, "known": by}
                    assert _reason(grown, key, where) == _reason(fresh, key, where)
            assert grown.entity_ids() == fresh.entity_ids()
            assert grown.deal_ids() == fresh.deal_ids()
            assert grown.events == fresh.events
            assert grown.check() == fresh.check()


def _reason(history: History, key: tuple[str, ...], where: dict[str, Any]) -> object:
    """Why a fact is so, or that what it names is not found: what only a correction names has no name."""
    try:
        return history.why(*key, **where)
    except NotFound as missing:
        return missing.problems
