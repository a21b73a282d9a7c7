"""Another day of knowledge out of a ledger on disk: its rows cut off, and few events read."""

from __future__ import annotations

import datetime
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.engine import knowledge, partial
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.engine.replay.patched import PatchedLedger
from chronicle.engine.state import State
from chronicle.errors import InvalidEvents
from chronicle.events import Event, IdentityLinked, known_on
from chronicle.history import History
from chronicle.ledgers import keeping, layout, places, vectors
from chronicle.ledgers.known import cutting
from chronicle.ledgers.layout import LedgerFile
from chronicle.stores import open_store
from given import acquired, corrected, happened, issued, observed, retracted
from kept_ledgers import all_blocks, answers, some_days
from test_in_turn import OWN_DAYS, days_of, known_soon, mixed
from test_ledgers_that_grow import flipped
from test_parts import GROUPS, HISTORIES, assert_keys_equal, everything, spread
from test_rectangles import SHIPPED


@pytest.fixture(autouse=True)
def always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ledgers are cut off however little differs; the cache of the user is a folder of the test."""
    monkeypatch.setattr(places, "cache_folder", lambda: tmp_path / "cache")
    with patch.object(partial, "_ONE_IN_CUT", 10**9), patch.object(partial, "_ONE_IN", 1):
        yield


def stored(path: Path, events: Iterable[Event]) -> Path:
    """A store of some events, with a ledger beside it."""
    with chronicle.open(path, create=True) as history:
        history.append([], declared=False)
    appended(path, events)
    with chronicle.open(path) as history:
        assert history.keep_ledger() is not None
    return path


def appended(path: Path, events: Iterable[Event]) -> None:
    """Append by a process of its own."""
    with open_store(str(path)) as store:
        store.append([codec.to_record(event) for event in events])


def ledger_by(history: History, by: datetime.date) -> Ledger:
    """The ledger by a day of knowledge, as whoever goes through everything gets it."""
    asked = history.ledger(by)
    replay: Any = history._partial
    found: Ledger | None = None if replay is None else replay.ledger(by)
    # Too much may have come behind a ledger.
    return asked if found is None else found


def assert_cut(path: Path, days: Iterable[datetime.date] | None = None) -> int:
    """By every day of knowledge the rows cut off are those of a full replay, and so are tables and facts.

    Gives by how many days the ledger was one cut off.
    """
    cuts = 0
    with chronicle.open(path) as history, chronicle.open(path, ledger=False) as plain:
        events, origin = plain.events, plain._origin
        for by in days_of(events) if days is None else days:
            wanted, found = (
                knowledge.resolve(events, by, PROJECTORS, origin).ledger,
                ledger_by(history, by),
            )
            assert everything(found) == everything(wanted), by
            assert_keys_equal(found, wanted)
            for on in some_days(wanted, 2):
                one, two = State(on, by, found), State(on, by, wanted)
                assert answers(one) == answers(two)
                for view in filter(wanted.keys, wanted.views):
                    rows, right = (_rows(state, view) for state in (one, two))
                    assert rows == right
            cuts += isinstance(found, PatchedLedger) and isinstance(
                getattr(found.base, "stored", None) and found.base.stored.file, cutting.CutFile
            )
    return cuts


def _rows(state: State, view: str) -> list[str]:
    table = pyarrow.table(state.table(view))
    table.validate(full=True)
    return sorted(map(str, table.to_pylist()))


_DISPOSED = happened("stake.disposed", "2014-01-03", "gone", holder="a", target="b", holds="0%")
_BOUNDED = [
    *(acquired("2014", "a", "b", "5%", id=id) for id in ("one", "two")),
    _DISPOSED,
    happened("deal.proposed", "2015", "deal", deal="d", title="D", parties=["a", "b"]),
]


def test_what_nothing_ends_keeps_its_bounds(tmp_path: Path) -> None:
    """What is certain for a time only, since the order is open, is no more certain by an earlier day."""
    assert assert_cut(stored(tmp_path / "corp.db", _BOUNDED)) > 0


@pytest.mark.slow
@settings(max_examples=max(100, settings.default.max_examples))
@given(st.one_of(OWN_DAYS, st.builds(spread, HISTORIES, GROUPS)), st.integers(0, 12), st.booleans())
def test_of_random_histories_rows_cut_off_are_what_was_known(
    events: list[Event], later: int, quick: bool
) -> None:
    """By every day of knowledge; with events that came behind the ledger, and whether with numpy or not."""
    if any(isinstance(event, IdentityLinked) for event in events):
        return
    # What is made of random events may be one that no file can say.
    events = [event for event in events if _can_be_written(event)]
    if not events:
        return
    many = 1 if quick else vectors.MANY
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(vectors, "MANY", many),
        patch.object(vectors, "SOME", many),
        patch.object(keeping, "_ONE_IN", 1),
    ):
        path = stored(Path(folder) / "corp.db", events[: max(1, len(events) - later)])
        appended(path, events[max(1, len(events) - later) :])
        assert_cut(path)


def _can_be_written(event: Event) -> bool:
    try:
        codec.to_record(event)
    except InvalidEvents:
        return False
    return True


@pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)
def test_of_a_shipped_history_the_same(source: Path, tmp_path: Path) -> None:
    """Told soon after it happened."""
    events = known_soon(chronicle.open(source).events, 1)
    days = days_of(events)
    assert assert_cut(stored(tmp_path / "corp.db", events), days[::4]) > 0


@pytest.mark.slow
def test_of_made_histories_the_same(tmp_path: Path) -> None:
    """A thousand events each, by some days of knowledge."""
    for number, events in enumerate((mixed(1000, tmp_path), made(1000).events)):
        days = days_of(events)[:: 60 if number == 0 else 6]
        assert assert_cut(stored(tmp_path / f"{number}.db", events), days) > len(days) / 2


TOLD = [
    observed("2011-05-01", "ann", "mill", "10%", id="seen"),
    observed("2012-05-01", "ann", "mill", "10%", id="seen-again"),
    observed("2013-05-01", "ann", "mill", "12%", id="more"),
    acquired("2011-05-01", "bob", "farm", "10%"),
    corrected("2013-05-01", "2011-05-01-stake-acquired-bob-farm", {"share": "11%"}),
    acquired("2011-05-01", "cat", "shop", "10%"),
    happened("entity.dissolved", "2012-05-01", "gone", entity="cat", reason="wound up"),
    acquired("2010-05-01", "dan", "kiln", "10%", known="2013-01-01"),
    acquired("2011-05-01", "dan", "kiln", "10%"),
    *(acquired("2012-05-01", "eve", f"mill-{number}", "1%") for number in range(30)),
    *(acquired("2010-05-01", "eve", f"shop-{number}", "1%") for number in range(30)),
]


@pytest.mark.slow
def test_what_is_confirmed_corrected_doubted_or_late_later_is_as_it_was_known(tmp_path: Path) -> None:
    """An observation that only confirmed is not among the events behind a value before it was known."""
    path = stored(tmp_path / "corp.db", TOLD)
    assert assert_cut(path) > 3
    with chronicle.open(path) as history:
        (held,) = history.as_of("2012-06-01", known="2011-12-31").holdings("ann")
        assert held.events == ("seen",)
        (held,) = history.as_of("2012-06-01", known="2012-12-31").holdings("ann")
        assert held.events == ("seen", "seen-again")


def test_few_events_are_read_for_all_that_was_known_on_a_day(tmp_path: Path) -> None:
    """Only those of the parts that were told out of turn, and of these what was known by then."""
    path = stored(tmp_path / "corp.db", TOLD)
    with chronicle.open(path) as history:
        table = history.as_of("2015", known="2011-12-31").table("holdings")
        assert table is not None
        assert len(table) == 34
        log: Any = history._told
        read = [log.events[position - 1] for position in log.events.recorded]
        assert 0 < len(read) < 5
        assert max(map(known_on, read)) <= datetime.date(2011, 12, 31)


@pytest.mark.slow
def test_after_late_events_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that came behind the ledger are replayed with what they touch, by days before and after them."""
    monkeypatch.setattr(keeping, "_ONE_IN", 1)
    path = stored(tmp_path / "corp.db", TOLD)
    more = [
        acquired("2009-01-01", "eve", "mill-7", "2%", known="2013-01-01", id="late"),
        issued("2012-02-01", "mill-9", "100", known="2012-03-01"),
        acquired("2012-06-01", "dan", "mill", "2%"),
        retracted("2014", "late"),
        retracted("2014", "seen"),
    ]
    appended(path, more)
    assert assert_cut(path) > 3


def test_without_numpy_everything_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same."""
    path = stored(tmp_path / "corp.db", TOLD)
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, cutting.__name__)
    assert assert_cut(path) == 0


@pytest.mark.parametrize("block", ["turns.known", "turns.cells", "turns.places"])
def test_a_flipped_bit_in_what_was_known_when_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: str
) -> None:
    """The ledger is refused, and the answer is right."""
    monkeypatch.setattr(layout, "PAGE", 4096)
    path = stored(tmp_path / "corp.db", TOLD)
    flipped(Path(f"{path}.ledger"), block)
    with chronicle.open(path) as history, chronicle.open(path, ledger=False) as plain:
        assert answers(history.as_of("2015", known="2012")) == answers(plain.as_of("2015", known="2012"))
        assert [notice.code for notice in history.notices] == ["C521"]


def forged(path: Path, name: str, change: int) -> None:
    """Write the ledger of a store anew, with another number in one of its blocks."""
    file = LedgerFile(Path(f"{path}.ledger"))
    blocks = []
    for block in all_blocks(file):
        content = bytearray(memoryview(block.numbers).tobytes())
        if block.name == name:
            content[0] ^= change
        blocks.append(
            layout.Block(block.name, block.code, memoryview(content).cast(block.code) if content else b"")
        )
    with Path(f"{path}.forged").open("wb") as out:
        layout.write(out, file.about, blocks)
    Path(f"{path}.forged").replace(f"{path}.ledger")


@pytest.mark.parametrize("block", ["turns.known", "turns.ended", "turns.cells", "turns.since", "turns.again"])
def test_verify_holds_what_was_known_when_against_the_events(tmp_path: Path, block: str) -> None:
    """A number that no event says is found, though every hash of the file is right."""
    path = stored(tmp_path / "corp.db", TOLD)
    with chronicle.open(path) as history:
        assert history.ledger_faults() == ()
    forged(path, block, 1)
    with chronicle.open(path) as history:
        assert history.ledger_faults() == (block,)


def test_verify_finds_no_fault_after_what_was_assumed(tmp_path: Path) -> None:
    """What a history learned of assumptions is not written into its ledger."""
    path = tmp_path / "corp.db"
    stored(path, TOLD)
    with chronicle.open(path, ledger=False) as history:
        history.ledger()
        history.assume(events=[issued("2016", "mill", "100", id="assumed")]).ledger()
        history.ledger(datetime.date(2012, 1, 1))
        assert history.keep_ledger() is not None
    with chronicle.open(path) as history:
        assert history.ledger_faults() == ()


def test_of_few_events_another_day_of_knowledge_does_not_wait_for_numpy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are replayed sooner; the answers are the same."""
    path = stored(tmp_path / "corp.db", made(200).events)
    wanted = chronicle.open(path, ledger=False).as_of("2015", known="2010")
    monkeypatch.setattr(cutting, "CutFile", None)
    monkeypatch.delitem(sys.modules, "numpy")
    with chronicle.open(path) as history:
        found = history.as_of("2015", known="2010")
        assert [found.view(view) for view in found.views] == [wanted.view(view) for view in wanted.views]
        assert history.kept_ledger
    assert "numpy" not in sys.modules
