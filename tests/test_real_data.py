"""Histories that others wrote, held against answers that others counted.

Extracts of what is free lie in ``tests/data/others``. The whole files lie beside the repository and are not
part of it; without them only the extracts are read.
"""

from __future__ import annotations

import csv
import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from chronicle.cli.statements.mapping_file import read_mapping
from chronicle.codec import slug
from chronicle.engine.state import State
from chronicle.history import History
from chronicle.interop.importing import import_events
from chronicle.interop.reading import read_files
from chronicle.interop.tabular.cells import dashed
from chronicle.stores import open_store

HERE = Path(__file__).resolve().parent
MAPPINGS = HERE / "data" / "mappings"
EXTRACTS = HERE / "data" / "others"
SHARED = HERE.parent.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the data of others is not here: ../shared/data"
)

Days = Mapping[datetime.date, tuple[set[str], set[str]]]
DAY = datetime.timedelta(days=1)


@pytest.fixture(
    scope="module", params=["extract", pytest.param("whole", marks=(needs_shared, pytest.mark.slow))]
)
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the data of others lies: the extracts, and all of it where it is there."""
    return EXTRACTS if request.param == "extract" else SHARED


def imported(mapping: str, file: Path) -> History:
    """The history that a table makes by one of the mappings of the tests; nothing of it may be skipped."""
    store = open_store("memory:")
    incoming = read_files("csv", [str(file)], read_mapping(str(MAPPINGS / mapping)))
    summary = import_events(incoming, store, today=datetime.date(2026, 1, 1), decoded=True)
    assert summary.skipped == 0
    assert summary.added == summary.made
    return History.from_store(store)


def members(state: State, group: str) -> set[str]:
    """The tickers that belong to a group on a day, without a doubt."""
    facts = state.view("memberships")
    assert all(fact.certain for fact in facts)
    return {fact.key[0].removeprefix("ticker:") for fact in facts if fact.key[1] == group}


# Nasdaq-100: lists of a year and their changes, as YAML


def nasdaq(year: int, folder: Path) -> tuple[set[str], Days]:
    """The opening list of a year and its changes: for each day who goes and who comes."""
    if folder == EXTRACTS:
        return nasdaq_extract(year)
    text = (folder / "nasdaq100" / f"n100-ticker-changes-{year}.yaml").read_text(encoding="utf-8")
    plain = yaml.load(text, Loader=yaml.BaseLoader)
    changes = {
        datetime.date.fromisoformat(day): (set(change.get("difference", [])), set(change.get("union", [])))
        for day, change in (plain.get("changes") or {}).items()
    }
    return set(plain["tickers_on_Jan_1"]), changes


def nasdaq_extract(year: int) -> tuple[set[str], Days]:
    """The same of the extract, which is a table of all years."""
    opening: set[str] = set()
    changes: defaultdict[datetime.date, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    with (EXTRACTS / "nasdaq100" / "members_2015_2019.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["date"].startswith(str(year)):
                gone, come = changes[datetime.date.fromisoformat(row["date"])]
                {"listed": opening, "removed": gone, "added": come}[row["change"]].add(row["ticker"])
    return opening, changes


def nasdaq_table(year: int, folder: Path, file: Path) -> Path:
    """One year as a table: a row for each ticker of the opening list and one for each change."""
    opening, changes = nasdaq(year, folder)
    rows = [(f"{year}-01-01", "listed", ticker) for ticker in sorted(opening)]
    for day, (gone, come) in changes.items():
        rows += [(day.isoformat(), "removed", ticker) for ticker in sorted(gone)]
        rows += [(day.isoformat(), "added", ticker) for ticker in sorted(come)]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("date", "change", "ticker"), *rows])
    return file


@pytest.mark.parametrize("year", [2015, 2016, 2017, 2018])
def test_the_list_of_a_year_and_its_changes_make_the_list_of_the_next(
    year: int, folder: Path, tmp_path: Path
) -> None:
    """What the Nasdaq-100 was on 1 January and what changed since is what it was a year later."""
    history = imported("nasdaq100.yaml", nasdaq_table(year, folder, tmp_path / "table.csv"))
    following, _ = nasdaq(year + 1, folder)
    assert members(history.as_of(datetime.date(year + 1, 1, 1)), "nasdaq-100") == {
        ticker.lower() for ticker in following
    }


@pytest.mark.parametrize("year", [2015, 2016, 2017, 2018, 2019])
def test_the_members_of_every_day_are_those_counted_by_hand(year: int, folder: Path, tmp_path: Path) -> None:
    """On any day of a year the members are the opening list with the changes until then, no more, no less."""
    history = imported("nasdaq100.yaml", nasdaq_table(year, folder, tmp_path / "table.csv"))
    current, changes = nasdaq(year, folder)
    day = datetime.date(year, 1, 1)
    while day.year == year:
        gone, come = changes.get(day, (set(), set()))
        current = (current - gone) | come
        assert members(history.as_of(day), "nasdaq-100") == {ticker.lower() for ticker in current}, day
        day += DAY


# FDIC: new banks


def test_new_banks_of_a_year_are_as_many_as_the_register_counted(folder: Path) -> None:
    """The commercial banks founded in each of 21 years are the new charters of the official totals."""
    history = imported("fdic.yaml", folder / "fdic" / "new_institutions_2000_2020.csv")
    founded = Counter(event.date.earliest.year for event in history.timeline(kinds="entity.founded"))
    with (folder / "fdic" / "commercial_bank_totals_by_year.csv").open(encoding="utf-8-sig") as file:
        official = {int(row["YEAR"]): int(row["New_Char"]) for row in csv.DictReader(file)}
    years = range(2000, 2021)
    assert {year: founded[year] for year in years} == {year: official[year] for year in years}


# EIA-860: who owns which generator, at the end of each year


@pytest.fixture(scope="module")
def eia(folder: Path) -> History:
    """The history of the owners of generators, of four year-end snapshots."""
    return imported("eia860.yaml", folder / "eia860" / "owners_2016_2019.csv")


@pytest.fixture(scope="module")
def snapshots(folder: Path) -> Mapping[int, Mapping[tuple[str, str], Fraction]]:
    """The rows of each year as they stand in the file: holder and unit, and the exact share."""
    found: defaultdict[int, dict[tuple[str, str], Fraction]] = defaultdict(dict)
    with (folder / "eia860" / "owners_2016_2019.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            unit = f"eia-unit:{row['Plant Code']}-{slug(row['Generator ID'])}"
            key = (f"eia-owner:{row['Ownership ID']}", unit)
            assert key not in found[int(row["report_year"])]
            found[int(row["report_year"])][key] = Fraction(row["Percent Owned"])
    return found


# Rows of the extract that are in one year and not in the next.
GONE_OF_EXTRACT = 92


def held(state: State) -> dict[tuple[str, str], Fraction]:
    """Every holding of a day with its exact share, those of nothing left out."""
    holdings = state.holdings()
    assert all(holding.certain and holding.share.is_exact for holding in holdings)
    return {
        (holding.holder, holding.target): holding.share.value for holding in holdings if holding.share.value
    }


@pytest.mark.parametrize("year", [2016, 2017, 2018, 2019])
def test_a_year_end_is_the_snapshot_of_that_year(
    year: int, eia: History, snapshots: Mapping[int, Mapping[tuple[str, str], Fraction]]
) -> None:
    """As of 31 December every row of that year stands, with its exact share, and nothing besides."""
    expected = {key: share for key, share in snapshots[year].items() if share}
    assert held(eia.as_of(datetime.date(year, 12, 31))) == expected


def test_an_owner_who_vanished_holds_nothing_from_the_next_snapshot_on(eia: History, folder: Path) -> None:
    """Whoever is in one snapshot and not in the next has nothing by the day of the next."""
    gone = [event for event in eia.timeline(kinds="stake.observed") if ".gone-" in event.id]
    assert len(gone) == (GONE_OF_EXTRACT if folder == EXTRACTS else 743)
    assert {str(event.date) for event in gone} == {
        f"[{year}-01-01..{year}-12-31]" for year in (2017, 2018, 2019)
    }


def test_years_imported_one_by_one_are_what_they_are_in_one_call(
    eia: History, folder: Path, tmp_path: Path
) -> None:
    """Each year in a call of its own: who is not in the next one has vanished, as in a table of all years."""
    with (folder / "eia860" / "owners_2016_2019.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    rules = read_mapping(str(MAPPINGS / "eia860.yaml"))
    with open_store("memory:") as store:
        for year in ("2016", "2017", "2018", "2019"):
            name = tmp_path / f"{year}.csv"
            with name.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(
                    [header, *(row for row in rows if row[header.index("report_year")] == year)]
                )
            incoming = read_files("csv", [str(name)], rules, store=store)
            import_events(incoming, store, today=datetime.date(2026, 1, 1), decoded=True)
        assert {event.id: event for event in History.from_store(store).events} == {
            event.id: event for event in eia.events
        }


def test_units_whose_shares_do_not_come_to_the_whole_are_found(eia: History) -> None:
    """The shares of a unit come to one, or they are the few of which the file itself falls short."""
    short = {}
    for year in (2016, 2017, 2018, 2019):
        sums: defaultdict[str, Fraction] = defaultdict(Fraction)
        for (_, unit), share in held(eia.as_of(datetime.date(year, 12, 31))).items():
            sums[unit] += share
        short.update({(year, unit): total for unit, total in sums.items() if total != 1})
    assert short == {
        (2016, "eia-unit:7835-1"): Fraction(1, 2),
        (2016, "eia-unit:56200-i"): Fraction(99, 100),
        (2016, "eia-unit:56203-1"): Fraction(19, 20),
    }


# S&P 500: intervals of one author, lists of another


@pytest.fixture(scope="module")
def sp500(folder: Path) -> History:
    """The members of the index by the intervals of one author, whose ends are the first day outside."""
    return imported("sp500.yaml", folder / "sp500" / "sp500_ticker_start_end.csv")


def sp500_lists(folder: Path) -> Iterator[tuple[datetime.date, set[str]]]:
    """What the other author's list held at each of its versions; the extract has 15, since 2020."""
    name = "lists_2020_2022.csv" if folder == EXTRACTS else "datasets_snapshots_to_2022.csv"
    with (folder / "sp500" / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.datetime.fromisoformat(row["commit_time"]).date()
            yield day, {dashed(ticker) for ticker in row["tickers"].split()}


@pytest.mark.slow
def test_the_intervals_of_one_author_are_replayed_exactly(sp500: History, folder: Path) -> None:
    """On the first day of every month the members are those whose interval, end excluded, has that day."""
    with (folder / "sp500" / "sp500_ticker_start_end.csv").open(encoding="utf-8") as file:
        rows = [(dashed(row["ticker"]), row["start_date"], row["end_date"]) for row in csv.DictReader(file)]
    for year in range(1996, 2026):
        for month in range(1, 13):
            day = f"{year}-{month:02}-01"
            expected = {ticker for ticker, start, end in rows if start <= day and (not end or day < end)}
            assert members(sp500.as_of(day), "sp-500") == expected, day


# Where the two authors differ since May 2020, to the ticker: what only the first has, and what only the
# second has. A change seen a day apart; a row broken at a comma of its name; a ticker entered late.
SINCE_2020 = {
    "2021-02-13": ({"mpwr"}, {"fti"}),
    "2021-03-11": ({"aal"}, {"airlines", "american", "group"}),
    "2021-08-29": ({"mxim"}, {"tech"}),
}


def test_two_authors_agree_but_for_three_days_since_2020(sp500: History, folder: Path) -> None:
    """Since 2020 two lists kept apart are one but for three days; before, one has later names."""
    differing: dict[str, list[tuple[set[str], set[str]]]] = {}
    for day, listed in sp500_lists(folder):
        replayed = members(sp500.as_of(day), "sp-500")
        if replayed != listed:
            differing.setdefault(day.isoformat(), []).append((replayed - listed, listed - replayed))
    agreeing = len(list(sp500_lists(folder))) - sum(map(len, differing.values()))
    assert agreeing == (12 if folder == EXTRACTS else 36)
    assert {day: found[0] for day, found in differing.items() if day > "2020"} == SINCE_2020
    if folder == EXTRACTS:
        return
    sizes = {day: max(len(one | other) for one, other in found) for day, found in differing.items()}
    assert max(sizes.items(), key=lambda item: item[1]) == ("2015-07-09", 80)
    # Renamed since: the first author knows Priceline only as Booking, McGraw Hill only as S&P Global.
    (one, other), *_ = differing["2015-07-09"]
    assert {"bkng", "spgi", "wba"} <= one
    assert {"pcln", "mhfi", "wag"} <= other
