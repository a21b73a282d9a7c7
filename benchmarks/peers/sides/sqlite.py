"""SQLite, by the module of the standard library: tables of stakes and of intervals, with an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.fold import read
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake

_TABLES = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE stakes (id TEXT, holder TEXT, target TEXT, share TEXT, earliest TEXT, latest TEXT,
                         known TEXT);
    CREATE INDEX stakes_of_a_pair ON stakes (holder, target);
    CREATE TABLE holdings (holder TEXT, target TEXT, share TEXT, possible_from TEXT, certain_from TEXT,
                           certain_until TEXT, possible_until TEXT);
    CREATE INDEX holdings_of_a_pair ON holdings (holder, target);
"""
_INTERVALS = f"""
    SELECT * FROM (
        SELECT holder, target, share, earliest AS possible_from, latest AS certain_from,
               lead(earliest, 1, '{FOR_EVER}') OVER pair AS certain_until,
               lead(latest, 1, '{FOR_EVER}') OVER pair AS possible_until
        FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY known DESC) AS version
              FROM stakes {{where}})
        WHERE version = 1 WINDOW pair AS (PARTITION BY holder, target ORDER BY earliest)
    ) WHERE share <> '0%'
"""
_STANDING = """
    SELECT holder, target, share, certain_from <= :day AND :day < certain_until AS certain
    FROM {holdings} WHERE possible_from <= :day AND :day < possible_until
"""
_SPANS = "SELECT share, possible_from, certain_from, certain_until, possible_until FROM holdings"
_PAIR = "WHERE holder = :holder AND target = :target"


class SQLite(Side):
    """The same tables as those of DuckDB, a row at a time."""

    written = "the same tables as in DuckDB, with an index on holder and target; answers are lists of tuples"

    def take_in(self, history: Path) -> None:
        self.open()
        with closing(self._connection), self._connection:
            self._connection.executescript(_TABLES)
            rows = read(history / "stakes.csv")
            self._connection.executemany("INSERT INTO stakes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self.rebuild()

    def open(self) -> None:
        self._connection = sqlite3.connect(self.folder / "history.sqlite")
        self._connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        self._connection.close()

    def rebuild(self) -> Any:
        with self._connection:
            self._connection.execute("DELETE FROM holdings")
            self._connection.execute(f"INSERT INTO holdings {_INTERVALS.format(where='')}")
        return ()

    def whole_state(self, day: str) -> Iterable[Row]:
        return self._rows(_STANDING.format(holdings="holdings"), day=day)

    def whole_state_known(self, day: str, known: str) -> Iterable[Row]:
        intervals = f"({_INTERVALS.format(where='WHERE known <= :known')})"
        return self._rows(_STANDING.format(holdings=intervals), day=day, known=known)

    def one_holder(self, day: str, holder: str) -> Iterable[Row]:
        return self._rows(
            f"{_STANDING.format(holdings='holdings')} AND holder = :holder", day=day, holder=holder
        )

    def changed(self, first: str, second: str) -> Iterable[Row]:
        standing = _STANDING.format(holdings="holdings")
        before, after = standing.replace(":day", ":first"), standing.replace(":day", ":second")
        asked = f"""
            WITH before AS MATERIALIZED ({before}), after AS MATERIALIZED ({after})
            SELECT holder, target FROM (SELECT * FROM before EXCEPT SELECT * FROM after)
            UNION SELECT holder, target FROM (SELECT * FROM after EXCEPT SELECT * FROM before)
        """
        return self._rows(asked, first=first, second=second)

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        return self._rows(f"{_SPANS} {_PAIR} ORDER BY possible_from", holder=holder, target=target)

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        one = "SELECT count(*) FROM holdings WHERE possible_from <= :day AND :day < possible_until"
        asked = f"{one} AND holder NOT LIKE '{ISSUER}%'"
        return [(day, self._rows(asked, day=day)[0][0]) for day in days]

    def append(self, stake: Stake) -> None:
        pair = {"holder": stake.holder, "target": stake.target}
        with self._connection:
            self._connection.execute("INSERT INTO stakes VALUES (?, ?, ?, ?, ?, ?, ?)", stake.row())
            self._connection.execute(f"DELETE FROM holdings {_PAIR}", pair)
            self._connection.execute(f"INSERT INTO holdings {_INTERVALS.format(where=_PAIR)}", pair)

    def _rows(self, asked: str, **given: Any) -> list[Row]:
        return self._connection.execute(asked, given).fetchall()
