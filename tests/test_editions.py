"""Editions of a source, each known from a day of its own, in whatever order they are read."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Mapping
from itertools import chain, permutations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chronicle.cli.group import chronicle
from chronicle.codec import decode
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import importing
from chronicle.interop.importing import import_events
from chronicle.interop.summary import Summary
from chronicle.interop.tabular.csv import finish
from chronicle.interop.tabular.csv import read as read_table
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.interop.tabular.snapshots import AcrossFiles
from chronicle.stores import Store, open_store

LATER = datetime.date(2026, 1, 5)
KEYS = "abcd"


def day(number: int) -> datetime.date:
    """A day of January 2015, on which an edition may have become known."""
    return datetime.date(2015, 1, number)


def row(key: str, holds: str, published: datetime.date | None = None, **more: object) -> Event:
    """A row of a register: what somebody holds of the mill."""
    source = {"publisher": "Register", **({"published": str(published)} if published else {})}
    plain = {"id": key, "kind": "stake.observed", "date": "2014-12-31", "holder": f"holder-{key}"}
    return decode({**plain, "target": "mill", "holds": holds, "sources": [source], **more})


def read(
    store: Store,
    edition: Mapping[str, str],
    known: datetime.date | None,
    today: datetime.date = LATER,
    **how: Any,
) -> Summary:
    """Import an edition that is all that the register has."""
    rows = [row(key, holds) for key, holds in edition.items()]
    return import_events(rows, store, today=today, known=known, **{"withdrawn": True, **how})


def told(store: Store, known: datetime.date | None = None) -> dict[str, str]:
    """Who holds what by what was known on a day."""
    state = History.from_store(store).as_of("2027", known=known)
    return {each.holder.removeprefix("holder-"): str(each.share) for each in state.holdings()}


EDITION = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["10%", "20%", "30%"]), min_size=1)


@given(
    st.dictionaries(st.integers(1, 9), EDITION, min_size=1, max_size=5),
    st.randoms(use_true_random=False),
    st.integers(1, 3),
)
def test_what_was_known_is_the_newest_edition_of_the_day(
    editions: dict[int, dict[str, str]], random: Any, batch: int
) -> None:
    """Whichever editions are read and in whatever order, by every day of knowledge the newest one counts."""
    with open_store("memory:") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "BATCH", batch)
        for number in random.sample(sorted(editions), len(editions)):
            rows = dict(random.sample(sorted(editions[number].items()), len(editions[number])))
            read(store, rows, day(number))
            size = sum(1 for _ in store.read())
            read(store, rows, day(number), today=LATER + datetime.timedelta(1))
            assert sum(1 for _ in store.read()) == size
        for number in range(11):
            by_then = [each for each in editions if each <= number]
            newest = editions[max(by_then)] if by_then else {}
            assert told(store, datetime.date(2014, 12, 31) + datetime.timedelta(number)) == newest


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("told_of_a", [("10%", "20%", None, "10%"), (None, "10%", None, "20%")])
def test_what_went_and_came_back_in_any_order(
    order: tuple[int, ...], told_of_a: tuple[str | None, ...]
) -> None:
    """A row that was changed before it went comes back as its edition has it, whenever the change is read."""
    editions = [{"b": "1%", **({"a": holds} if holds else {})} for holds in told_of_a]
    with open_store("memory:") as store:
        for place in order:
            read(store, editions[place], day(place + 1))
        assert [told(store, day(place + 1)) for place in range(4)] == editions


@given(
    st.dictionaries(st.integers(1, 9), EDITION, min_size=1, max_size=5),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_of_partial_editions_the_newest_that_speaks_of_a_holding_counts(
    editions: dict[int, dict[str, str]], random: Any, dated: bool
) -> None:
    """What an edition does not speak of stays; the day may be given, or be that of its publication."""
    with open_store("memory:") as store:
        for number in random.sample(sorted(editions), len(editions)):
            rows = [
                row(key, holds, day(number) if dated else None) for key, holds in editions[number].items()
            ]
            given_day = {"published": day(number)} if dated else {"known": day(number)}
            for _ in range(2):
                summary = import_events(rows, store, today=LATER, **given_day)
            assert (summary.known, summary.confirmed) == (len(rows), 0)
        for number in range(11):
            expected: dict[str, str] = {}
            for each in sorted(editions):
                expected.update(editions[each] if each <= number else {})
            assert told(store, datetime.date(2014, 12, 31) + datetime.timedelta(number)) == expected


ROW = st.tuples(
    st.sampled_from(KEYS),
    st.sampled_from(["10%", "20%"]),
    st.sampled_from([None, None, day(2)]),
    st.sampled_from([{}, {}, {"known": "2015-01-02"}, {"ends": "b"}, {"after": "a"}, {"note": '"known":"x'}]),
)
DAYS = st.sampled_from([None, day(1), day(2), day(3)])


@given(
    st.lists(st.tuples(st.lists(ROW, max_size=6), DAYS, DAYS, st.booleans()), max_size=5), st.integers(1, 4)
)
def test_a_quick_look_sees_what_a_close_look_sees(
    editions: list[tuple[list[Any], datetime.date | None, datetime.date | None, bool]], batch: int
) -> None:
    """An event whose body is that of the store needs no look at its fields, whatever it says of its days."""
    with open_store("memory:") as quick, open_store("memory:") as close:
        for number, (rows, known, published, all_of_it) in enumerate(editions):
            given_day = {"known": known, "published": published, "today": day(2 + number // 2)}
            events = [row(key, holds, day_of_row, **more) for key, holds, day_of_row, more in rows]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(importing, "BATCH", batch)
                withdrawn = all_of_it and bool(rows)
                one = import_events(events, quick, withdrawn=withdrawn, **given_day)
                patch.setattr(importing, "known_if_alike", lambda *_: None)
                patch.setattr(importing, "names_another", lambda _: True)
                other = import_events(events, close, withdrawn=withdrawn, **given_day)
            assert one == other
            assert [each[2:5] for each in quick.read()] == [each[2:5] for each in close.read()]


def test_an_edition_that_changes_nothing_corrects_nothing_and_joins_the_reasons(store: Store) -> None:
    """The same rows, published a year later, are no corrections; `why` names both editions."""
    for year in (2015, 2016):
        published = datetime.date(year, 2, 1)
        rows = [row("a", "10%", published), row("b", "20%", published)]
        summary = import_events(rows, store, today=LATER, published=published)
    assert (summary.known, summary.confirmed, summary.corrected) == (2, 2, 0)
    history = History.from_store(store)
    (step,) = history.why("holder-a", "mill", as_of="2020").reasons[0].steps
    assert [str(each.sources[0].published) for each in (step.event, *step.confirmations)] == [
        "2015-02-01",
        "2016-02-01",
    ]
    (step,) = history.why("holder-a", "mill", as_of="2020", known="2015").reasons[0].steps
    assert step.confirmations == ()


def test_an_edition_read_late_ends_what_it_began(store: Store) -> None:
    """An older edition has a holding that was over: it ends its own beginning, under the ids of then."""
    begun = {**PLAIN, "id": "a", "date": "2010", "holds": "10%"}
    over = {**PLAIN, "id": "a.end", "date": "2012", "holds": "0%", "ends": "a"}
    for number in (5, 3):
        import_events([decode(begun), decode(over)], store, today=LATER, known=day(number))
    for number in (3, 4, 5):
        history = History.from_store(store)
        assert [str(each.share) for each in history.as_of("2011-06", known=day(number)).holdings()] == ["10%"]
        assert history.as_of("2013", known=day(number)).holdings() == ()
    assert history.as_of("2011-06", known=day(2)).holdings() == ()


PLAIN = {
    "kind": "stake.observed",
    "holder": "north",
    "target": "mill",
    "sources": [{"publisher": "Register"}],
}


def test_a_row_told_again_in_a_later_batch_is_compared_with_what_this_import_made_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated row of a changed edition is the same row, and no finding."""
    monkeypatch.setattr(importing, "BATCH", 1)
    read(store, {"a": "10%"}, day(1))
    again = [row("a", "20%"), row("b", "1%"), row("a", "20%")]
    summary = import_events(again, store, today=LATER, known=day(2))
    assert (summary.corrected, summary.added, summary.known, summary.skipped) == (1, 1, 1, 0)


def test_without_a_day_an_edition_is_known_from_the_day_of_the_import(store: Store) -> None:
    """Nobody says when it was published, so that nothing is said to have been known before it was read."""
    read(store, {"a": "10%", "b": "20%"}, None)
    read(store, {"a": "15%"}, None, today=LATER + datetime.timedelta(1))
    assert told(store, LATER - datetime.timedelta(1)) == {}
    assert told(store, LATER) == {"a": "10%", "b": "20%"}
    assert told(store) == {"a": "15%"}


def test_what_an_event_says_of_itself_is_kept_unless_a_day_is_given(store: Store) -> None:
    """A row with its own day of knowledge keeps it; a day given for the edition is for all of it."""
    import_events([row("a", "10%", known="2015-01-02")], store, today=LATER)
    import_events([row("b", "20%", known="2015-01-02")], store, today=LATER, known=day(7))
    assert told(store, day(2)) == {"a": "10%"}
    assert told(store, day(7)) == {"a": "10%", "b": "20%"}


@pytest.fixture
def store() -> Any:
    """An empty store in memory."""
    with open_store("memory:") as opened:
        yield opened


def test_an_import_without_a_day_never_comes_before_what_is_there(store: Store) -> None:
    """What is announced for a later day than today is corrected and withdrawn all the same."""
    import_events([row("a", "10%", known="2030-01-01")], store, today=LATER)
    import_events([row("a", "20%")], store, today=LATER)
    assert told(store) == {"a": "20%"}
    import_events([row("b", "5%")], store, today=LATER, withdrawn=True)
    assert told(store) == {"b": "5%"}


# Snapshots, each with all that is so on its day

SNAPSHOTS, _ = mapping_of(
    {
        "source": {"publisher": "Register"},
        "events": [
            {
                "kind": "stake.observed",
                "id": "{owner}-{day}",
                "date": "{day}",
                "holder": "{owner}",
                "target": "mill",
                "holds": "{share}",
                "vanished": {"holds": "0%"},
            }
        ],
    }
)
SNAPSHOT = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["10%", "20%"]), min_size=1)


def snapshots(store: Store, **each: Mapping[str, str]) -> None:
    """Import a table of snapshots by their days."""
    rows = "".join(
        f"{at[1:].replace('_', '-')},{key},{holds}\n"
        for at, told in each.items()
        for key, holds in told.items()
    )
    across = AcrossFiles(store)
    table = read_table(io.BytesIO(f"day,owner,share\n{rows}".encode()), "t.csv", SNAPSHOTS, across)
    last = finish("t.csv", SNAPSHOTS, across)
    import_events(chain(table, last), store, today=LATER, decoded=True)


@given(st.lists(SNAPSHOT, min_size=1, max_size=5))
def test_snapshots_one_by_one_are_what_they_are_together(told: list[dict[str, str]]) -> None:
    """The last snapshot is in the store: who is missing in the next import has vanished."""
    dated = {f"d201{year}_12_31": each for year, each in enumerate(told)}
    with open_store("memory:") as together, open_store("memory:") as one_by_one:
        snapshots(together, **dated)
        for day_of, each in dated.items():
            snapshots(one_by_one, **{day_of: each})
            snapshots(one_by_one, **{day_of: each})
        held = [{(record.id, record.body) for record in store.read()} for store in (together, one_by_one)]
    assert held[0] == held[1]


def test_who_vanished_may_have_held_until_the_next_snapshot(store: Store) -> None:
    """Between the last snapshot with him and the first without, nobody knows: he is possible."""
    snapshots(store, d2014_12_31={"ann": "10%", "bob": "20%"}, d2015_12_31={"ann": "10%"})
    history = History.from_store(store)
    sure = {day: [each.certain for each in history.as_of(day).holdings("bob", "mill")] for day in DAYS}
    assert sure == {"2014-12-31": [True], "2015-06-30": [False], "2015-12-31": []}


DAYS = ("2014-12-31", "2015-06-30", "2015-12-31")


def test_a_snapshot_read_late_ends_by_the_next_one(store: Store) -> None:
    """Who is only in a snapshot between two that are there is gone by the later one."""
    snapshots(store, d2013_12_31={"ann": "10%"}, d2015_12_31={"ann": "10%"})
    snapshots(store, d2014_12_31={"ann": "10%", "bob": "20%"})
    history = History.from_store(store)
    sure = {day: [each.certain for each in history.as_of(day).holdings("bob", "mill")] for day in DAYS}
    assert sure == {"2014-12-31": [True], "2015-06-30": [False], "2015-12-31": []}


@pytest.mark.parametrize("order", list(permutations((2010, 2011, 2012))))
@pytest.mark.parametrize("holders", ["ab ab a", "ab a ab", "a ab a", "ab b a", "a b ab"])
def test_snapshots_in_any_order_say_what_was_known(order: tuple[int, ...], holders: str) -> None:
    """By every day of knowledge, on every day, what those that were known say when read in their order."""
    editions = dict(zip((2010, 2011, 2012), holders.split(), strict=True))
    in_order, mixed = open_store("memory:"), open_store("memory:")
    for store, years in ((in_order, (2010, 2011, 2012)), (mixed, order)):
        for year in years:
            across = AcrossFiles(store)
            rows = "".join(f"{year}-12-31,{key},10%\n" for key in editions[year])
            table = read_table(io.BytesIO(f"day,owner,share\n{rows}".encode()), "t.csv", SNAPSHOTS, across)
            known = datetime.date(year + 1, 2, 1)
            items = chain(table, finish("t.csv", SNAPSHOTS, across))
            import_events(items, store, today=LATER, known=known, decoded=True, said=across.said)
    said = [
        [
            {(each.holder, each.certain) for each in told.as_of(day, known=known).holdings()}
            for known in ("2011-03", "2012-03", "2013-03")
            for day in ("2010-12-31", "2011-06-30", "2011-12-31", "2012-06-30", "2012-12-31")
        ]
        for told in map(History.from_store, (in_order, mixed))
    ]
    assert said[0] == said[1]


# The command

MAPPING = """
source: {publisher: Register, title: Members, published: PUBLISHED}
shares: percent
events:
  - {kind: stake.observed, id: "{owner}", date: "{day}", holder: "{owner}", target: mill, holds: "{share}"}
"""


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and everything printed by a command."""
    result = CliRunner().invoke(chronicle, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a register of two years, each with its mapping."""
    monkeypatch.chdir(tmp_path)
    for year, rows in ((2015, "ann,2014,60\nbob,2014,40\n"), (2016, "ann,2014,55\ncarl,2015,40\n")):
        (tmp_path / f"{year}.csv").write_text("owner,day,share\n" + rows, encoding="utf-8")
        mapping = MAPPING.replace("PUBLISHED", f"{year}-02-01")
        (tmp_path / f"{year}.yaml").write_text(mapping, encoding="utf-8")
    return tmp_path


def take(year: int, *more: str) -> tuple[int, str]:
    """Import the register of a year by its mapping."""
    options = ("--mapping", f"{year}.yaml", "--into", "s.db")
    return run("import", "csv", f"{year}.csv", *options, *more)


@pytest.mark.parametrize("years", [(2015, 2016), (2016, 2015)])
def test_two_years_of_a_register_in_either_order(years: tuple[int, int], folder: Path) -> None:
    """The day of publication in the mapping says what was known when, whichever file is read first."""
    for year in years:
        assert take(year, "--withdrawn")[0] == 0
    told_on = {}
    for known in ("2015-01-31", "2015-02-01", "2016-01-31", "2016-02-01"):
        _, output = run("as-of", "2017", "--from", "s.db", "--known", known, "--json")
        told_on[known] = {each["holder"]: each["share"]["exact"] for each in json.loads(output)["holdings"]}
    first, second = {"ann": "0.6", "bob": "0.4"}, {"ann": "0.55", "carl": "0.4"}
    assert list(told_on.values()) == [{}, first, first, second]


def test_a_day_given_for_an_edition_is_that_of_all_it_changes(folder: Path) -> None:
    """`--known` decides over what the mapping says."""
    take(2015, "--known", "2014-06-01")
    take(2016, "--known", "2014-07-01", "--withdrawn")
    with open_store(folder / "s.db") as store:
        days = {str(decode(json.loads(record.body)).known) for record in store.read()}
    assert days == {"2014-06-01", "2014-07-01"}


def known_to_hold(*days: str) -> list[dict[str, str]]:
    """Who holds which part of the mill in 2017, as known on each of some days."""
    found = []
    for known in days:
        _, output = run("as-of", "2017", "--from", "s.db", "--known", known, "--json")
        found.append({each["holder"]: each["share"]["exact"] for each in json.loads(output)["holdings"]})
    return found


@pytest.mark.parametrize("years", [(2015, 2016), (2016, 2015)])
def test_the_name_of_a_file_may_say_when_an_edition_was_published(
    years: tuple[int, int], folder: Path
) -> None:
    """What it corrects and withdraws is known from then on too, and editions may be read in any order."""
    text = 'file: "{year}.csv"\n' + MAPPING.replace("PUBLISHED", '"{file.year}-02-01"')
    for year in years:
        (folder / f"{year}.yaml").write_text(text, encoding="utf-8")
        assert take(year, "--withdrawn")[0] == 0
    first, second = {"ann": "0.6", "bob": "0.4"}, {"ann": "0.55", "carl": "0.4"}
    assert known_to_hold("2015-01-31", "2015-02-01", "2016-01-31", "2016-02-01") == [{}, first, first, second]


def test_a_correction_is_known_from_the_day_on_which_its_row_was_published(folder: Path) -> None:
    """Where that is later; a row that is put right without another day is known from the import on."""
    text = MAPPING.replace("PUBLISHED", '"{printed}"')
    for year, ann in ((2015, "60,2015-02-01"), (2016, "55,2016-02-01"), (2017, "54,2016-02-01")):
        (folder / f"{year}.yaml").write_text(text, encoding="utf-8")
        rows = f"owner,day,share,printed\nann,2014,{ann}\n"
        (folder / f"{year}.csv").write_text(rows, encoding="utf-8")
        assert take(year)[0] == 0
    held = known_to_hold("2015-02-01", "2016-01-31", "2016-02-01", "2017-01-01", "9999")
    assert [each.get("ann") for each in held] == ["0.6", "0.6", "0.55", "0.55", "0.54"]


def test_a_row_whose_id_can_be_read_is_not_gone(folder: Path) -> None:
    """One bad cell is no reason to withdraw nothing, nor to withdraw its row."""
    take(2015, "--withdrawn")
    (folder / "2016.csv").write_text("owner,day,share\nann,2014,half\n", encoding="utf-8")
    code, output = take(2016, "--withdrawn")
    assert (code, "1 retracted" in output, "C709" in output) == (1, True, False), output
    shown = run("as-of", "2017", "--from", "s.db", "--csv")[1]
    assert ("ann" in shown, "bob" in shown) == (True, False)


def test_two_rows_that_make_one_event_are_named_with_the_row(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding has the file, the row and the whole id, also in the quarantine, and in a later batch."""
    rows = f"owner,day,share\n{'ann' * 30},2014,60\nbob,2014,40\n{'ann' * 30},2014,55\n"
    (folder / "2015.csv").write_text(rows, encoding="utf-8")
    for batch in (1, 5_000):
        monkeypatch.setattr(importing, "BATCH", batch)
        code, output = take(2015, "--quarantine", f"bad-{batch}.csv")
        assert (code, output.startswith("2015.csv:4:1: error[C708]")) == (1, True), output
        assert f'"{"ann" * 30}" with holds "60%" and "55%"' in output
        with (folder / f"bad-{batch}.csv").open(encoding="utf-8", newline="") as file:
            (bad,) = csv.DictReader(file)
        assert (bad["file"], bad["line"], bad["row"]) == ("2015.csv", "4", "ann" * 30 + ",2014,55")


def test_a_known_fault_can_be_left_out(folder: Path) -> None:
    """`--skip` of its code: the rest comes in, what is gone is withdrawn, and the exit code is 0."""
    (folder / "2015.csv").write_text("owner,day,share\nann,2014,60\nbob,2014,half\n", encoding="utf-8")
    code, output = take(2015, "--skip", "C302", "--withdrawn")
    assert (code, "imported: 1 added" in output) == (0, True), output
    (folder / "2015.csv").write_text("owner,day,share\nann,2014,half\n", encoding="utf-8")
    assert take(2015, "--skip", "C302", "--withdrawn")[0] == 0
    assert "ann" in run("as-of", "2017", "--from", "s.db")[1]
    code, output = take(2015, "--skip", "C30")
    assert (code, 'no code "C30"' in output) == (3, True), output


def test_two_imports_of_one_day_are_told_apart_by_the_time(folder: Path) -> None:
    """A question by what was recorded takes a time, in any zone."""
    store_path = folder / "s.db"
    times = iter((9, 15))
    clock = lambda: datetime.datetime(2026, 1, 5, next(times), 30, tzinfo=datetime.UTC)  # noqa: E731
    with open_store(store_path, create=True, clock=clock) as store:
        for holds, known in (("10%", 5), ("20%", 6)):
            read(store, {"a": holds}, day(known), withdrawn=False)
        moments = [record.recorded_at for record in store.read()]
    assert moments == sorted(moments)
    asked = {}
    for moment in ("2026-01-04", moments[0], "2026-01-05T12:00Z", "2026-01-05T20:00+08:00", "2026-01-05"):
        code, output = run("as-of", "2027", "--from", "s.db", "--recorded", moment, "--json")
        assert code == 0, output
        asked[moment] = [each["share"] for each in json.loads(output)["holdings"]]
    assert list(asked.values()) == [
        [],
        [{"exact": "0.1"}],
        [{"exact": "0.1"}],
        [{"exact": "0.1"}],
        [{"exact": "0.2"}],
    ]
    code, output = run("as-of", "2027", "--from", "s.db", "--recorded", "2026-01-05T12:00")
    assert (code, "time without a zone" in output) == (2, True)
    assert (
        "as recorded by 5 January 2026, 12:00 UTC"
        in run("as-of", "2027", "--from", "s.db", "--recorded", "2026-01-05T12:00Z")[1]
    )
