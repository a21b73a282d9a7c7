"""Peers are asked the same as Chronicle, and no time counts before they answer the same."""

from __future__ import annotations

import collections
import gc
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from benchmarks.peers import histories, ratios, report, running
from benchmarks.peers.comparing import mismatches
from benchmarks.peers.questions import FIRST, QUESTIONS
from benchmarks.peers.running import Asking
from benchmarks.peers.sides import OURS, PEERS, WITH_LEDGER, side
from benchmarks.peers.turn import Turn, turn

SIZE = 400


@pytest.fixture(scope="module", autouse=True)
def _no_search_for_cycles() -> Iterator[None]:
    """A turn searches for cycles before each question, among all that a run of tests imported."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small made-up history."""
    folder = tmp_path_factory.mktemp("history")
    histories.write(folder, SIZE)
    return folder


@pytest.fixture(scope="module")
def asked(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Turn]:
    """A turn of a peer by its name, taken once."""
    taken: dict[str, Turn] = {}

    def ask(name: str) -> Turn:
        if name not in taken:
            taken[name] = turn_of(name, history, tmp_path_factory.mktemp("store"))
        return taken[name]

    return ask


def turn_of(name: str, history: Path, store: Path) -> Turn:
    """Make the store of a peer and ask it everything, as its process would tell it."""
    try:
        side(name)(store).take_in(history)
        told = turn(name, history, store, time.monotonic(), certain=name == running.FOLD)
    except ModuleNotFoundError as missing:
        pytest.skip(f"{missing.name} is not installed")
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PEERS if name != OURS])
def test_a_peer_says_what_chronicle_says(name: str, asked: Callable[[str], Turn]) -> None:
    """Every answer of every peer is ours, or it says why it has none."""
    told = asked(name)  # which skips the test for a peer that is not installed
    certain = asked(running.FOLD) if side(name).part == "certain" else None
    assert [*mismatches(name, told, asked(OURS), certain)] == []
    answered = [question for question, told in asked(name).items() if "wall" in told]
    assert {FIRST, "whole state of a day", "one holder", "diff of two days", "key in time"} <= {*answered}


def test_questions_are_about_something(asked: Callable[[str], Turn]) -> None:
    """No question has nothing for an answer, by which any peer would be right."""
    empty = [
        question
        for question, told in asked(OURS).items()
        if "wall" in told
        and question != "append of one event"
        and not all(each["count"] for each in told["answers"])
    ]
    assert empty == []


@pytest.mark.parametrize("name", [running.FOLD, "DuckDB"])
def test_a_wrong_answer_is_found(
    name: str, history: Path, asked: Callable[[str], Turn], tmp_path: Path
) -> None:
    """With one share changed in what a peer is given, it is named, with the question and both rows."""
    wrong, store = tmp_path / "history", tmp_path / "store"
    wrong.mkdir()
    store.mkdir()
    (wrong / "asked.json").write_bytes((history / "asked.json").read_bytes())
    told = json.loads((history / "asked.json").read_text(encoding="utf-8"))["pairs"][0]
    lines = (history / "stakes.csv").read_text(encoding="utf-8").splitlines()
    place = next(place for place, line in enumerate(lines) if ",".join(told) in line and ",0%," not in line)
    id, holder, target, _, *rest = lines[place].split(",")
    lines[place] = ",".join([id, holder, target, "99.99%", *rest])
    (wrong / "stakes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = [*mismatches(name, turn_of(name, wrong, store), asked(OURS))]
    assert any(fault.startswith(f"{name}, key in time (1): ") and "99.99%" in fault for fault in found)


def test_nobody_is_timed_when_answers_differ(
    asked: Callable[[str], Turn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends and says which peer answered what otherwise."""
    ours = asked(OURS)
    whole = {**ours[FIRST], "answers": [{"count": 1, "hash": "another", "rows": [["a", "b", "1%", 1]]}]}
    turns: Mapping[str, Turn] = {OURS: ours, WITH_LEDGER: {**ours, FIRST: whole}}
    monkeypatch.setattr(running, "_turn", lambda at, name, tree, questions: turns.get(name, ours))
    with pytest.raises(SystemExit, match=rf"no time is believed:\n{WITH_LEDGER}, {FIRST} \(1\): 1 rows"):
        collections.deque(running.measured([SIZE], tmp_path, Asking(1, names=[OURS, WITH_LEDGER])), maxlen=0)


def test_nobody_is_believed_without_chronicle(
    asked: Callable[[str], Turn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Chronicle itself takes too long there is nothing to compare with, and the run ends."""

    def taken(at: Path, name: str, tree: Path, questions: Sequence[str]) -> Turn:
        if name == OURS:
            raise subprocess.TimeoutExpired(name, 1.0)
        return asked(running.FOLD)

    monkeypatch.setattr(running, "_turn", taken)
    with pytest.raises(SystemExit, match=f"{running.FOLD}: nothing to hold it against, for {OURS}"):
        collections.deque(running.measured([SIZE], tmp_path, Asking(1, names=[running.FOLD])), maxlen=0)


def test_few_questions_are_asked_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a history that is too large for the rest: those named, held against the ledger, and no others."""
    seen = list[tuple[str, Sequence[str]]]()

    def taken(at: Path, name: str, tree: Path, questions: Sequence[str]) -> Turn:
        seen.append((name, questions))
        store = at / name
        store.mkdir()
        side(name)(store).take_in(at / "history")
        return turn(name, at / "history", store, time.monotonic(), questions=questions)

    monkeypatch.setattr(running, "_turn", taken)
    asking = Asking(1, names=["DuckDB"], questions=["one holder"], held_against=WITH_LEDGER)
    (found,) = running.measured([SIZE], tmp_path, asking)
    assert {name for name, _ in seen} == {"DuckDB", WITH_LEDGER}
    turns = found["sizes"][str(SIZE)]["turns"]
    assert {question for taken in turns.values() for each in taken for question in each} == {
        FIRST,
        "one holder",
    }
    told = {"cpu": [0.5], "wall": [0.6], "memory": 1}
    everything = [dict.fromkeys((FIRST, *(question.name for question in QUESTIONS)), told)]
    found["sizes"]["100"] = {"events": 100, "turns": {OURS: everything}}
    assert ratios.largest(found) == "100"
    del found["sizes"]["100"]
    assert "| one holder |" in report.tables(found)
    assert "| diff of two days |" not in report.tables(found)


def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out, and the report says so."""

    def missing(name: str) -> Any:
        if name == "DuckDB":
            raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
        return side(name)

    monkeypatch.setattr(running, "side", missing)
    there, absent = running.present([OURS, "DuckDB", "SQLite"])
    assert (there, absent) == ([OURS, "SQLite"], {"DuckDB": "duckdb is not installed"})
    found = {"peers": {}, "absent": absent, "given up": {}, "base": None, "sizes": {"100": EMPTY}}
    assert "Not asked: DuckDB, duckdb is not installed." in report.tables(found)


EMPTY = {"events": 100, "turns": {}}


def test_the_history_is_mixed_as_it_says(history: Path, tmp_path: Path) -> None:
    """Seven events in ten are stakes, four dates in ten partial, one in ten known late; and it is seeded."""
    histories.write(tmp_path, 4_000)
    events = [
        json.loads(line) for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    made = [event for event in events if event["kind"] != "entity.founded"]
    assert 0.65 < sum(event["kind"].startswith("stake.") for event in events) / len(events) < 0.80
    assert 0.35 < sum(len(event["date"]) < 10 for event in made) / len(made) < 0.45
    late = sum(int(event["known"][:4]) > int(event["date"][:4]) + 1 for event in made)
    assert 0.08 < late / len(made) < 0.15
    kinds = {event["kind"] for event in events}
    assert {
        "record.corrected",
        "merger.absorbed",
        "shares.issued",
        "deal.completed",
        "role.appointed",
    } <= kinds
    again = tmp_path / "again"
    again.mkdir()
    histories.write(again, SIZE)
    assert (again / "events.jsonl").read_bytes() == (history / "events.jsonl").read_bytes()


def test_a_promise_is_kept_or_not() -> None:
    """A ratio is of the least times of two peers at the largest size; where one was not asked, none."""

    def taken(seconds: float) -> list[Turn]:
        told = {"cpu": [seconds, 9.0], "wall": [9.0], "memory": 1}
        return [dict.fromkeys((FIRST, *(question.name for question in QUESTIONS)), told)]

    sizes = {"100": EMPTY, "1000": {"events": 1000, "turns": {"DuckDB": taken(3.0), WITH_LEDGER: taken(1.0)}}}
    found = {each.ratio.what: each for each in ratios.found({"sizes": sizes})}
    whole = found["whole state as Arrow, against the finished table of DuckDB"]
    assert (whole.cpu, whole.wall, whole.verdict) == (3.0, 1.0, "yes")
    assert found["one holder, against DuckDB"].verdict == "no"
    assert found["one holder, against SQLite with an index"].verdict == "not measured"


def test_the_page_and_the_picture_are_made_of_the_figures(tmp_path: Path) -> None:
    """What stands between the marks is put anew, the rest stays; the same figures give the same picture."""
    pytest.importorskip("matplotlib")
    told = {"cpu": [0.5, 0.7], "wall": [0.6], "memory": 2_000_000}
    taken = [dict.fromkeys((FIRST, *(question.name for question in QUESTIONS)), told)]
    sizes = {size: {"events": int(size), "turns": {"DuckDB": taken}} for size in ("100", "1000")}
    found = {"peers": {"DuckDB": "2"}, "absent": {}, "given up": {}, "base": None, "sizes": sizes}
    (tmp_path / "img").mkdir()
    page = tmp_path / report.PAGE
    page.write_text(f"before\n{report.BEGINS}\nstale figures\n{report.ENDS}\nafter\n", encoding="utf-8")
    pictures = set()
    for _ in range(2):
        report.write(found, tmp_path)
        pictures.add((tmp_path / report.PICTURE).read_bytes())
    text = page.read_text(encoding="utf-8")
    assert "| one holder | 500 (600) |" in text
    assert "stale figures" not in text
    assert (text[:7], text[-7:]) == ("before\n", "\nafter\n")
    assert len(pictures) == 1
