"""How fast a table becomes a store: its first edition, the same again, and one with a few changes.

Every run checks what was imported. With timing off (as in ``make check``) the tables are small: then it is
the answers that count.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from chronicle.history import History
from chronicle.interop.editions.days import EditionDays
from chronicle.interop.importing import import_events
from chronicle.interop.reading import read_files
from chronicle.interop.summary import Summary
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.interop.tabular.snapshots import AcrossFiles
from chronicle.stores import open_store

TODAY = datetime.date(2026, 1, 5)
RULE = {
    "kind": "stake.observed",
    "id": "entry-{entry}",
    "date": "{from}",
    "holder": "{owner}",
    "target": "{company}",
    "holds": "{percent}",
    "lot": "{entry}",
    "end": "{to}",
    "ends": {"holds": "0%"},
}
NUMBERS = count()


class Register(NamedTuple):
    """How many rows a register has, how many of its owners differ, and which of its rows have ended."""

    rows: int
    owners: int
    ended: int

    def table(self, changed: int) -> Iterator[str]:
        """Its rows; every hundredth has one percent more where it ``changed``."""
        yield "entry,owner,company,from,to,percent\n"
        for row in range(self.rows):
            more = changed if row % 100 == 7 else 0
            to = "2020-05-01" if row % self.ended == 0 else ""
            owner, company = row % self.owners, row % (self.owners * 7 // 5)
            yield f"{row},owner {owner},company {company},{2000 + row % 16}-05-01,{to},{row % 90 + more}\n"

    def imported(self, folder: Path, changed: int, store: Path) -> Summary:
        """Import the table of an edition into a store, as the command does."""
        rules, faults = mapping_of(
            {"events": [RULE], "source": {"publisher": "Register"}, "shares": "percent"}
        )
        assert rules is not None, faults
        days = EditionDays(TODAY, None, None, as_written=False)
        with open_store(str(store), create=True) as opened:
            across = AcrossFiles()
            rows = read_files(
                "csv", [str(folder / f"{changed}.csv")], rules, across=across, store=opened, as_records=days
            )
            return import_events(rows, opened, today=TODAY, decoded=True, row=across.row)


@pytest.mark.parametrize("work", ["first", "again", "changed"])
@pytest.mark.parametrize("many", [False, True], ids=["few owners", "many owners"])
def test_import(benchmark: BenchmarkFixture, work: str, many: bool, tmp_path: Path) -> None:
    """Each row is one event, or two where it has ended; what changed since is corrected, and nothing else."""
    rows = 2_000 if benchmark.disabled else 100_000
    register = Register(rows, rows if many else rows // 20, ended=10)
    for changed in (0, 1):
        (tmp_path / f"{changed}.csv").write_text("".join(register.table(changed)), encoding="utf-8")
    benchmark.group = f"import of {rows:,} rows, {'many' if many else 'few'} owners"

    def prepared() -> tuple[tuple[Path, int, Path], dict[str, object]]:
        store = tmp_path / f"{next(NUMBERS)}.db"
        if work != "first":
            register.imported(tmp_path, 0, store)
        return (tmp_path, int(work == "changed"), store), {}

    summary = benchmark.pedantic(register.imported, setup=prepared, rounds=1 if benchmark.disabled else 3)
    events, corrected = rows + rows // 10, rows // 100
    counts = (summary.made, summary.added, summary.known, summary.corrected, summary.skipped)
    assert (
        counts
        == {
            "first": (events, events, 0, 0, 0),
            "again": (events, 0, events, 0, 0),
            "changed": (events, 0, events - corrected, corrected, 0),
        }[work]
    )
    if benchmark.disabled and many:
        with open_store(str(tmp_path / f"{next(NUMBERS) - 1}.db"), read_only=True) as opened:
            state = History.from_store(opened).as_of("2026-12-31")
            shares = {(each.holder, each.target): str(each.share) for each in state.holdings()}
        assert shares["owner-7", "company-7"] == ("8%" if work == "changed" else "7%")
        assert ("owner-0", "company-0") not in shares
