"""Ledgers in files, held against those that were replayed: what both must say of everything."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow
from attrs import astuple

import chronicle
from chronicle.engine.replay import Ledger, Span
from chronicle.engine.state import State
from chronicle.engine.views import KEYS, view_of
from chronicle.events import Event
from chronicle.history import History
from chronicle.ledgers.kept import KeptLedger, write_ledger
from chronicle.ledgers.layout import CHANGED, Block, LedgerFile, Unsound

_NAMED = 60
"""Of so many entities is it asked what names them."""


def kept_beside(store: Path, events: Iterable[Event]) -> Path:
    """A new store of some events, with the ledger beside it."""
    with chronicle.open(store, create=True) as history:
        history.append(events, declared=False)
        assert history.keep_ledger() is not None
    return store


def beside(store: Path) -> Path:
    """Where the ledger of a store lies."""
    return Path(f"{store}.ledger")


def copied(store: Path, folder: Path) -> Path:
    """A copy of a store and of its ledger in a folder."""
    for path in (store, beside(store)):
        shutil.copy(path, folder / path.name)
    return folder / store.name


def all_blocks(file: LedgerFile) -> list[Block]:
    """The blocks of a ledger, to be written again. Raises ``Unsound`` where it is not as it was written."""
    if not file.is_whole():
        raise Unsound(CHANGED)
    numbers = {name: file.numbers(name) for name, _ in file}
    return [Block(name, numbers[name].format, numbers[name]) for name in numbers]


def written(history: History, file: Path) -> LedgerFile:
    """The ledger of all that a history knows, written into a file, proven and opened."""
    with file.open("wb") as out:
        write_ledger(out, {}, history._all_replayed())
    return LedgerFile(file)


def kept(history: History, file: Path) -> KeptLedger:
    """The same as a ledger to be asked."""
    return KeptLedger.of(written(history, file))


def as_written(value: Any) -> tuple[str, ...]:
    """A value to the letter: shares and amounts are equal whatever they were written as."""
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def told(span: Span) -> tuple[Any, ...]:
    """All that a span says."""
    days = span.possible_from, span.certain_from, span.certain_until, span.possible_until
    value = span.value, as_written(span.value)
    return (
        *(span.view, span.key, *value, span.begin, span.end, span.ended_by, span.events, days),
        *(span.ends_in_nothing, span.doubts),
    )


def edges(ledger: Ledger) -> Iterator[datetime.date]:
    """Every day on which an answer of a ledger can change."""
    for span in ledger:
        days = {span.possible_from, span.certain_from, span.certain_until, span.possible_until}
        days |= {date.earliest for doubt in span.doubts for date in (doubt.since, doubt.until) if date}
        days |= {date.latest for doubt in span.doubts for date in (doubt.since, doubt.until) if date}
        yield from (day for day in days if day is not None)


def some_days(ledger: Ledger, most: int = 40) -> list[datetime.date]:
    """Days on which an answer can change and those before them, from the first to the last."""
    found = sorted(set(edges(ledger)))
    chosen = found[:: max(1, len(found) // most)]
    before = (day - datetime.timedelta(1) for day in chosen if day > datetime.date.min)
    return sorted({*chosen, *before, datetime.date.min, datetime.date.max})


def answers(state: State) -> list[tuple[Any, ...]]:
    """Every fact of a day, fact by fact, those that lists leave out included."""
    facts = (fact for view in state.views for fact in state.beginning(view))
    return [
        (
            *(fact.view, fact.key, fact.value, as_written(fact.value)),
            fact.certain,
            fact.since,
            fact.events,
            fact.doubted_by,
        )
        for fact in facts
    ]


def assert_equal(plain: Ledger, from_file: Ledger, days: Iterable[datetime.date] | None = None) -> None:
    """Both say the same of every view, every key, every part of a key, every span and every day."""
    assert from_file.views == plain.views
    assert from_file.names == plain.names
    assert sorted(map(repr, from_file.guesses)) == sorted(map(repr, plain.guesses))
    for view in plain.views:
        keys = list(plain.keys(view))
        assert sorted(from_file.keys(view)) == sorted(keys)
        for key in keys:
            assert list(map(told, from_file.cell(view, key))) == list(map(told, plain.cell(view, key)))
            assert from_file.cell(view, key) == plain.cell(view, key)
            assert list(from_file.nothing_in((view, key))) == list(plain.nothing_in((view, key)))
        for position in range(min(map(len, keys), default=0)):
            for part in {key[position] for key in keys} | {"nobody", ""}:
                found = sorted(from_file.where(view, position, part))
                assert found == sorted(plain.where(view, position, part))
        _assert_named_equal(plain, from_file, view)
    assert from_file.cell("holdings", ("nobody", "mill", "equity")) == ()
    for day in some_days(plain) if days is None else days:
        assert answers(State(day, None, from_file)) == answers(State(day, None, plain))
        assert_holdings_equal(State(day, None, plain), State(day, None, from_file))
        assert State(day, None, from_file).holdings("nobody") == ()


def _assert_named_equal(plain: Ledger, from_file: Ledger, view: str) -> None:
    """The keys of a view that name an entity, of some entities, are the same."""
    named = view_of(view).named
    entities = {each for span in plain.spans(view) for each in named(span.key, span.value) if each}
    for entity in [*sorted(entities)[:_NAMED], "nobody", ""]:
        found = from_file.keys_naming(view, entity, named)
        assert sorted(found) == sorted(plain.keys_naming(view, entity, named))


def assert_holdings_equal(plain: State, from_file: State) -> None:
    """Both say the same of all holdings, and of those of each holder and in each target."""
    wanted = plain.holdings()
    assert from_file.holdings() == wanted
    assert [*map(as_written, map(astuple, from_file.holdings()))] == [*map(as_written, map(astuple, wanted))]
    for holder, target, right in {(each.holder, each.target, each.right) for each in wanted}:
        assert from_file.holdings(holder) == tuple(each for each in wanted if each.holder == holder)
        assert from_file.holdings(target=target) == tuple(each for each in wanted if each.target == target)
        one = tuple(
            each for each in wanted if (each.holder, each.target, each.right) == (holder, target, right)
        )
        assert from_file.holdings(holder, target, right) == one


def assert_tables_equal(plain: Ledger, from_file: Ledger, days: Iterable[datetime.date]) -> None:
    """Both make the same table of every view on some days, column by column."""
    for day in days:
        replayed, opened = State(day, None, plain), State(day, None, from_file)
        assert_holdings_equal(replayed, opened)
        for view in filter(plain.keys, plain.views):
            wanted, found = replayed.table(view), opened.table(view)
            table = pyarrow.table(found)
            table.validate(full=True)
            assert table.schema == pyarrow.table(wanted).schema
            assert table.to_pylist() == pyarrow.table(wanted).to_pylist()
            assert len(found) == table.num_rows
            some = found.column_names[::-2]
            assert pyarrow.table(found.select(*some)).to_pylist() == table.select(list(some)).to_pylist()
            assert found.to_dicts() == wanted.to_dicts()
            assert_rows_equal(replayed, opened, view)


def assert_rows_equal(plain: State, from_file: State, view: str) -> None:
    """Both have the same rows of a view as tuples: all of them, and those with each part of a key."""
    columns = plain.table(view).column_names
    for names in (columns, columns[::-2]):
        assert from_file.rows(view, *names) == [*plain.table(view).select(*names).rows()]
        facts = plain.view(view)
        for position, name in enumerate(KEYS.get(view, ())):
            for part in {fact.key[position] for fact in facts}:
                told = plain.rows(view, *names, **{name: part})
                assert from_file.rows(view, *names, **{name: part}) == told
                assert len(told) == len(plain.view(view, **{name: part})) > 0
        for fact in facts:
            parts = dict(zip(KEYS.get(view, ()), fact.key, strict=False))
            if parts:
                assert from_file.rows(view, *names, **parts) == plain.rows(view, *names, **parts)
    if view in KEYS:
        assert from_file.rows(view, columns[0], **{KEYS[view][0]: "nobody at all"}) == []


def assert_history_kept(history: History, file: Path) -> None:
    """The ledger of a history in a file says what the replayed one says."""
    proven = written(history, file)
    from_file = KeptLedger.of(proven)
    assert_equal(history.ledger(), from_file)
    assert_tables_equal(history.ledger(), from_file, some_days(history.ledger(), 2)[2:-1])
    assert tuple(from_file.named_ids()["entity"]) == history.entity_ids()
    assert tuple(from_file.named_ids()["deal"]) == history.deal_ids()
