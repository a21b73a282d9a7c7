"""A question about one entity opens the files that name it, takes in its cells, and misses none."""

from __future__ import annotations

import datetime
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle.cli.made_up import made
from chronicle.engine import views
from chronicle.engine.replay import Ledger
from chronicle.errors import Problem, StoreError
from chronicle.events import Event
from chronicle.history import History
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions import collected, frames
from chronicle.ledgers.partitions.folder import StoredRowsFolder
from chronicle.ledgers.partitions.id_filters import BucketIds
from chronicle.ledgers.partitions.job import replay_into
from chronicle.stores.record import Record
from given import acquired, declared, happened
from test_partitions import _store as store_of
from test_partitions import recorded
from test_parts import GROUPS, HISTORIES, KNOWN, told
from test_parts import spread as in_groups
from test_rows_folders import run, stored


@frozen
class GivenRecords:
    """Records in memory as what a replay is made of."""

    records: Sequence[Record]
    key: str = "given"
    head: Mapping[str, Any] = {}
    broken: Mapping[int, Problem] = {}

    def batches(self) -> Iterator[Any]:
        """The records as record batches of Arrow."""
        return frames.record_batches(self.records)


def assert_answers_alike(found: Ledger, wanted: Ledger, ids: Sequence[str], chance: random.Random) -> None:
    """Both say the same of every cell and of every id, in whatever order they are asked."""
    asked = [("naming", view, id) for view in wanted.views for id in ids]
    asked += [("where", view, id) for view in wanted.views for id in ids]
    asked += [("cell", view, key) for view in wanted.views for key in (*wanted.keys(view), ("no", "one"))]
    asked += [("keys", view, "") for view in wanted.views if chance.random() < 0.1]
    chance.shuffle(asked)
    for how, view, what in asked:
        assert _said(found, how, view, what) == _said(wanted, how, view, what)


def _said(ledger: Ledger, how: str, view: str, what: Any) -> object:
    if how == "naming":
        return sorted(ledger.keys_naming(view, what, views.view_of(view).named))
    if how == "where":
        return [sorted(ledger.where(view, at, what)) for at in range(len(views.KEYS.get(view, (1,))))]
    if how == "cell":
        found = list(map(told, ledger.cell(view, what))), list(ledger.nothing_in((view, what)))
        return found, ledger.has(view, what)
    return sorted(ledger.keys(view))


@pytest.mark.slow
@settings(max_examples=max(60, settings.default.max_examples))
@given(HISTORIES, GROUPS, st.sampled_from((2, 7)), st.none() | KNOWN, st.integers(0, 999))
def test_no_cell_is_missed(
    events: list[Event], groups: list[str], number: int, known: datetime.date | None, seed: int
) -> None:
    """Of random histories, by what is known and was known, also where tables are dropped and read again."""
    records = recorded(in_groups(events, groups))
    history = History.from_store(store_of(records), ledger=False)
    chance = random.Random(seed)
    few = patch.multiple(collected, _KEPT=chance.choice((1, 3, 32)), _MANY=chance.choice((1, 4, 64)))
    with few, tempfile.TemporaryDirectory() as folder:
        replay_into(Path(folder), GivenRecords(records), partitions=number)
        found = History.from_rows(folder).ledger(known)
        ids = [*history.entity_ids(), *history.deal_ids(), "nobody", "equity"]
        assert_answers_alike(found, history.ledger(known), ids, chance)


def test_no_cell_of_the_shipped_histories_is_missed(root: Path, tmp_path: Path) -> None:
    """Of every folder of events."""
    folders = [root / "events", *(path for path in (root / "events").iterdir() if path.is_dir())]
    for number, folder in enumerate(folders):
        wanted = chronicle.open(folder)
        rows = tmp_path / str(number)
        replay_into(rows, GivenRecords(recorded(wanted.events)), partitions=5)
        ids = [*wanted.entity_ids()[:40], *wanted.deal_ids()[:10]]
        history = History.from_store(store_of(recorded(wanted.events)), ledger=False)
        assert_answers_alike(History.from_rows(rows).ledger(), history.ledger(), ids, random.Random(number))


# What was learned


@pytest.mark.slow
@settings(max_examples=max(60, settings.default.max_examples))
@given(HISTORIES, GROUPS, st.sampled_from((2, 7)), st.tuples(KNOWN, st.none() | KNOWN), KNOWN)
def test_what_was_learned_is_what_the_store_says(
    events: list[Event],
    groups: list[str],
    number: int,
    known: tuple[datetime.date, datetime.date | None],
    day: datetime.date,
) -> None:
    """Each difference with its events, corrections and retractions among them; of all, and of one entity."""
    records = recorded(in_groups(events, groups))
    store = History.from_store(store_of(records), ledger=False)
    with tempfile.TemporaryDirectory() as folder:
        replay_into(Path(folder), GivenRecords(records), partitions=number)
        rows = History.from_rows(folder)
        for days in ((day, day), (known[0], day)):
            for entity in (None, *store.entity_ids()[:2]):
                asked: Any = {"known": known, "entity": entity}
                assert tuple(rows.diff(*days, **asked)) == tuple(store.diff(*days, **asked))


# How much is read


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are opened from now on."""
    names = list[str]()
    proven = StoredRowsFolder._proven

    def noted(self: StoredRowsFolder, name: str) -> bytes:
        names.append(name)
        return proven(self, name)

    monkeypatch.setattr(StoredRowsFolder, "_proven", noted)
    return names


@pytest.fixture
def mills(tmp_path: Path) -> Path:
    """The rows of four hundred companies, of which each holds one mill and is party to a deal."""
    history = [
        event
        for n in range(400)
        for event in (
            declared(f"holder-{n}", f"Holder {n}"),
            declared(f"mill-{n}", f"Mill {n}"),
            acquired("2012", f"holder-{n}", f"mill-{n}", "10%", known="2014"),
            happened(
                "listing.started", "2013", f"listing-{n}", entity=f"mill-{n}", exchange="LSE", known="2014"
            ),
            happened(
                "deal.proposed",
                "2013",
                f"proposal-{n}",
                deal=f"deal-{n}",
                title=f"Deal {n}",
                parties=[f"holder-{n}", f"mill-{n}"],
            ),
        )
    ]
    replay_into(tmp_path / "rows", records_at(stored(tmp_path / "corp.db", history)))
    return tmp_path / "rows"


@pytest.mark.parametrize(
    ("question", "most"),
    [
        (("as-of", "2015", "holder-7", "--json"), 12),
        (("as-of", "2015", "holder-7"), 12),
        (("as-of", "2015", "holder-7", "--known", "2014", "--json"), 20),
        (("export", "dot", "holder-7", "--as-of", "2015"), 12),
        (("owners", "mill-7", "--as-of", "2015", "--plain"), 12),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_of_one_entity_few_files_are_read(
    question: tuple[str, ...], most: int, mills: Path, read: list[str]
) -> None:
    """Of nearly a hundred files, beside what says of each bucket what it names; and the answer is whole."""
    assert len([*mills.rglob("*.parquet")]) == 96
    answer = run("--from", mills, *question).stdout
    of_views = {name for name in read if name.endswith(".parquet") and "_all" not in name}
    assert 0 < len(of_views) <= most
    assert answer == run("--from", mills.parent / "corp.db", *question).stdout


def test_what_a_bucket_names_is_written_and_read() -> None:
    """View by view; of an unknown view it names nothing."""
    ids = {"holdings": {"ann", "mill"}, "units": set[str](), "deals": {f"deal-{n}" for n in range(500)}}
    found = BucketIds.of_bytes(BucketIds.of(ids).to_bytes())
    assert all(found.may_have(view, name) for view, some in ids.items() for name in some)
    assert not found.may_have("units", "ann")
    assert not found.may_have("roles", "ann")
    assert sum(found.may_have("deals", f"other-{n}") for n in range(2_000)) < 30


def test_rows_of_another_format_are_refused_in_words(mills: Path) -> None:
    """Those of an earlier version are to be made again."""
    manifest = mills / "chronicle-rows.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"format": 3', '"format": 2'), "utf-8")
    with pytest.raises(StoreError, match="of format 2, and this version of Chronicle reads format 3"):
        chronicle.open(mills)


def test_a_large_history_is_asked_of_rows_as_of_the_store(tmp_path: Path) -> None:
    """Of some entities, one after the other, with the same history open."""
    store = stored(tmp_path / "corp.db", made(600).events)
    replay_into(tmp_path / "rows", records_at(store), partitions=7)
    rows = chronicle.open(tmp_path / "rows")
    with chronicle.open(store) as plain:
        for entity in plain.entity_ids()[::15]:
            for view in plain.ledger().views:
                day = "2015-06-30"
                assert rows.as_of(day).naming(view, entity) == plain.as_of(day).naming(view, entity)
