"""DuckDB: a table of stakes as they became known, and a table of intervals made from it once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from benchmarks.peers.histories import ISSUER
from benchmarks.peers.sides.side import FOR_EVER, Row, Side, Stake

# The last version of each stake, and of each when the next of its pair begins: a slowly changing dimension.
_INTERVALS = f"""
    WITH told AS (
        SELECT * FROM stakes {{where}}
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY known DESC) = 1
    ), intervals AS (
        SELECT holder, target, share, earliest AS possible_from, latest AS certain_from,
               lead(earliest, 1, DATE '{FOR_EVER}') OVER pair AS certain_until,
               lead(latest, 1, DATE '{FOR_EVER}') OVER pair AS possible_until
        FROM told WINDOW pair AS (PARTITION BY holder, target ORDER BY earliest)
    )
    SELECT * FROM intervals WHERE share <> '0%'
"""
_STANDING = """
    SELECT holder, target, share, certain_from <= $day AND $day < certain_until AS certain
    FROM {holdings} WHERE possible_from <= $day AND $day < possible_until
"""
_SPANS = "SELECT share, possible_from, certain_from, certain_until, possible_until FROM holdings"
_PAIR = "WHERE holder = $holder AND target = $target"


class DuckDB(Side):
    """Questions of all that is known read the finished table; those of another day of knowledge make it."""

    written = (
        "tables of stakes and of finished intervals by `lead`, sorted by holder; answers are Arrow tables"
    )

    @property
    def _file(self) -> Path:
        return self.folder / "history.duckdb"

    def take_in(self, history: Path) -> None:
        self.open()
        self._connection.execute(
            f"""CREATE TABLE stakes AS SELECT * FROM read_csv('{history / "stakes.csv"}', types = {{
                'share': 'VARCHAR', 'earliest': 'DATE', 'latest': 'DATE', 'known': 'DATE'}})"""
        )
        self.rebuild()
        self.close()

    def open(self) -> None:
        self._connection: Any = duckdb.connect(str(self._file))

    def close(self) -> None:
        self._connection.close()

    def rebuild(self) -> Any:
        intervals = _INTERVALS.format(where="")
        self._connection.execute(
            f"CREATE OR REPLACE TABLE holdings AS {intervals} ORDER BY holder, target, possible_from"
        )
        return ()

    def whole_state(self, day: str) -> Any:
        return self._asked(_STANDING.format(holdings="holdings"), day=day).to_arrow_table()

    def whole_state_known(self, day: str, known: str) -> Any:
        intervals = f"({_INTERVALS.format(where='WHERE known <= $known')})"
        return self._asked(_STANDING.format(holdings=intervals), day=day, known=known).to_arrow_table()

    def one_holder(self, day: str, holder: str) -> Iterable[Row]:
        asked = f"{_STANDING.format(holdings='holdings')} AND holder = $holder"
        return self._rows(asked, day=day, holder=holder)

    def changed(self, first: str, second: str) -> Any:
        standing = _STANDING.format(holdings="holdings")
        before, after = standing.replace("$day", "$first"), standing.replace("$day", "$second")
        asked = f"""
            WITH before AS ({before}), after AS ({after})
            SELECT DISTINCT holder, target FROM (
                (FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before))
        """
        return self._asked(asked, first=first, second=second).to_arrow_table()

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        return self._rows(f"{_SPANS} {_PAIR} ORDER BY possible_from", holder=holder, target=target)

    def counts(self, days: Sequence[str]) -> Iterable[Row]:
        asked = f"""
            SELECT day, count(holder) FROM (SELECT unnest($days::DATE[]) AS day)
            LEFT JOIN holdings
                ON possible_from <= day AND day < possible_until AND NOT starts_with(holder, '{ISSUER}')
            GROUP BY day
        """
        return self._rows(asked, days=days)

    def append(self, stake: Stake) -> None:
        pair = {"holder": stake.holder, "target": stake.target}
        with self._connection.cursor() as cursor:
            cursor.begin()
            cursor.execute("INSERT INTO stakes VALUES (?, ?, ?, ?, ?, ?, ?)", stake.row())
            cursor.execute(f"DELETE FROM holdings {_PAIR}", pair)
            cursor.execute(f"INSERT INTO holdings {_INTERVALS.format(where=_PAIR)}", pair)
            cursor.commit()

    def _asked(self, asked: str, **given: Any) -> Any:
        return self._connection.sql(asked, params=given)

    def _rows(self, asked: str, **given: Any) -> Any:
        # For a few rows the shorter way: no relation is made of the question.
        return self._connection.execute(asked, given).fetchall()

    def rows(self, answer: Any) -> Iterable[Row]:
        return zip(*answer.to_pydict().values(), strict=True) if hasattr(answer, "to_pydict") else answer
