"""The share that a source states for control: of what is held through others, or by what control comes."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given as given_any
from hypothesis import strategies as st

import chronicle
from chronicle import cli
from chronicle.engine import views
from chronicle.engine.diff import ControlChanged
from chronicle.engine.views.data import fact_data, flat_data
from chronicle.events import Event
from chronicle.history import History
from chronicle.stores import open_store
from chronicle.values import Share
from given import declared, happened
from kept_ledgers import assert_history_kept

BASIS = "indirect shareholding"
HISTORY = """entities:
  - {id: ann, name: Ann Low, type: person}
  - {id: mill, name: Mill Works, type: company}
  - {id: yard, name: Yard, type: company}
events:
  - {id: first, kind: control.granted, date: 2014, controller: ann, target: mill, basis: BASIS, share: 30%}
  - {id: more, kind: control.granted, date: 2016-03-01, controller: ann, target: mill, basis: BASIS,
     share: ">50-75%"}
  - {id: pact, kind: control.granted, date: 2014, controller: ann, target: yard, basis: contract}
  - {id: votes, kind: control.granted, date: 2014, controller: ann, target: yard, basis: votes, share: "?"}
""".replace("BASIS", BASIS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """30 % of the mill, later more than half; of the yard no share is stated, and one that nobody knows."""
    file = tmp_path / "stated.yaml"
    file.write_text(HISTORY, encoding="utf-8")
    return file


def said(*arguments: str | Path) -> str:
    """What the command prints."""
    result = CliRunner().invoke(cli.chronicle, [str(each) for each in arguments], env={"COLUMNS": "110"})
    assert result.exit_code == 0, result.output
    return result.stdout


def granted(date: str, share: str | None, id: str, **fields: Any) -> Event:
    """Ann comes to control the mill through others."""
    tie = {"controller": "ann", "target": "mill", "basis": BASIS, **fields}
    return happened("control.granted", date, id, **tie, **({"share": share} if share else {}))


def ended(date: str, **fields: Any) -> Event:
    """She does so no longer."""
    tie = {"controller": "ann", "target": "mill", "basis": BASIS}
    return happened("control.ended", date, **tie, **fields)


def stated(history: History, day: str) -> list[tuple[str, bool]]:
    """The shares that are stated for control on a day, and whether each is certain."""
    return [(str(fact.value.share), fact.certain) for fact in history.as_of(day).control()]


def test_what_is_stated_is_no_holding(path: Path) -> None:
    """It stands beside the holdings, as a value of its own, and is never one of them."""
    state = chronicle.open(path).as_of("2015")
    assert state.holdings() == ()
    assert state.share("ann", "mill") is None
    assert {fact.key[1:]: fact.value for fact in state.control()} == {
        ("mill", BASIS): views.Control(Share.exact(chronicle.parse_share("30%").value)),
        ("yard", "contract"): views.Control(),
        ("yard", "votes"): views.Control(Share.unknown()),
    }


def test_pages_say_the_share(path: Path) -> None:
    """In the timeline, on the page of a day, in the reasons, and what changed between two days."""
    page = said("--from", path, "as-of", "2015")
    assert f"Mill Works ({BASIS}), share 30%" in page
    assert "Yard (contract)  " in page
    assert "Yard (votes), share unknown" in page
    assert f"Mill Works ({BASIS}) 30%" in " ".join(said("--from", path, "timeline").split())
    assert "in control, share >50-75%, certain" in said(
        "--from", path, "why", "ann", "mill", "--as-of", "2017"
    )
    assert "share 30% → in control, share >50-75%" in " ".join(
        said("--from", path, "diff", "2015", "2017").split()
    )


def test_data_has_the_share_beside_what_it_had(path: Path) -> None:
    """Every key that was there is there as it was: the value of control in JSON is its basis."""
    state = chronicle.open(path).as_of("2017")
    (fact,) = state.control(target="mill")
    share = {"min": "0.5", "max": "0.75", "min_open": True, "max_open": False}
    key = {"controller": "ann", "target": "mill", "basis": BASIS}
    sure = {"certain": True, "since": "2016-03-01", "events": ["more"]}
    assert fact_data(fact) == {"view": "control", "key": key, "value": BASIS, "share": share, **sure}
    assert flat_data(fact) == {**key, **sure, "share": share}
    (difference,) = json.loads(said("--from", path, "diff", "2015", "2017", "--json"))["differences"]
    assert [(side["value"], side["share"]) for side in (*difference["before"], *difference["after"])] == [
        (BASIS, {"exact": "0.3"}),
        (BASIS, share),
    ]


def test_rows_have_the_share_and_its_ends(path: Path) -> None:
    """Of the answer, of an export of a day, and of one of spans."""
    rows = csv.DictReader(io.StringIO(said("--from", path, "as-of", "2017", "--csv")))
    found = [(row["detail"], row["value"], row["minimum"]) for row in rows if row["what"] == "control"]
    assert found == [(BASIS, ">50-75%", "0.5"), ("contract", "", ""), ("votes", "?", "")]
    for asked in (("--as-of", "2017"), ("--spans",)):
        exported = csv.DictReader(io.StringIO(said("--from", path, "export", "csv", *asked)))
        ends = {
            (row["value"], row["minimum"], row["maximum"]) for row in exported if row["view"] == "control"
        }
        assert ends - {(BASIS, "0.3", "0.3")} == {
            (BASIS, "0.5", "0.75"),
            ("contract", "", ""),
            ("votes", "", ""),
        }
    table = chronicle.open(path).as_of("2017").table(views.CONTROL).select("basis", "share", "minimum_open")
    assert list(table.rows()) == [(BASIS, ">50-75%", True), ("contract", None, None), ("votes", "?", None)]


def test_a_ledger_on_disk_keeps_the_share(path: Path, tmp_path: Path) -> None:
    """Every span and every table out of the file is as the replay has it."""
    assert_history_kept(chronicle.open(path), tmp_path / "stated.ledger")


def test_another_stated_share_is_a_change() -> None:
    """From 30 % to more is a change of control, from a share to the same share is none."""
    history = History((granted("2014", "30%", "a"), granted("2015", "30%", "b"), granted("2016", "40%", "c")))
    assert history.diff("2014", "2015") == ()
    (difference,) = history.diff("2015", "2016")
    assert isinstance(difference, ControlChanged)
    assert (difference.how, difference.events) == ("changed", ("c",))


def test_a_share_may_be_withdrawn_and_corrected() -> None:
    """A correction sets the share, or withdraws it; before it was known, what was stated stands."""
    history = History(
        (
            granted("2014", "30%", "a"),
            happened("record.corrected", "2016", id="c", target="a", set={"share": "35%"}, reason="a slip"),
            happened("record.corrected", "2018", id="d", target="a", set={"share": None}, reason="not so"),
        )
    )
    by_known = [
        str(history.as_of("2015", known=known).control()[0].value.share) for known in ("2015", "2017", "2019")
    ]
    assert by_known == ["30%", "35%", "None"]


def test_what_a_record_says_later_takes_the_place_of_what_it_said() -> None:
    """So the end of what it said last leaves nothing; of two records the other one stays."""
    first, more = granted("2014", "30%", "a", record="r1"), granted("2016", "40%", "b", record="r1")
    other = granted("2015", "10%", "x", record="r2")
    over = ended("2018", ends="b")
    one = History((first, more, over))
    assert [stated(one, day) for day in ("2015", "2017", "2018")] == [[("30%", True)], [("40%", True)], []]
    two = History((first, other, more, over))
    assert [stated(two, day) for day in ("2015", "2017", "2018")] == [
        [("10%", True)],
        [("40%", True)],
        [("10%", True)],
    ]


def test_two_shares_of_one_time_leave_open_which_counts() -> None:
    """Where nobody says which came later, both are possible, and check says that their order is a guess."""
    history = History(
        (
            declared("ann", "Ann"),
            declared("mill", "Mill"),
            granted("2014-03", "30%", "a"),
            granted("2014", "40%", "b"),
        )
    )
    assert set(stated(history, "2015")) == {("30%", False), ("40%", False)}
    assert [problem.code for problem in history.check()] == ["C408"]


# Whatever records say

_RECORDS = st.sampled_from((None, "r1", "r2"))
_SAYINGS = st.lists(
    st.one_of(
        st.tuples(st.just("granted"), st.sampled_from(("30%", "40%", None)), _RECORDS),
        st.tuples(st.just("ended"), st.integers(0, 6), st.none()),
    ),
    max_size=7,
)


def _told(sayings: Sequence[tuple[str, Any, str | None]]) -> list[Event]:
    """What records say on one day after the other; an end names the event of an earlier day."""
    events: list[Event] = []
    for number, (what, said, record) in enumerate(sayings):
        day = f"2014-01-{number + 10}"
        if what == "granted":
            events.append(granted(day, said, f"e{number}", **({"record": record} if record else {})))
        elif any(each.id == f"e{said}" and each.kind == "control.granted" for each in events):
            events.append(ended(day, ends=f"e{said}", id=f"e{number}"))
    return events


def _simply(events: Sequence[Event], day: datetime.date) -> list[str]:
    """The share that stands on a day, by the shortest account of it: the newest that no end and no later word
    of its record has taken away."""
    standing: list[Any] = []
    for event in events:
        if event.date.earliest > day:
            continue
        standing = [
            each
            for each in standing
            if each.id != event.ends
            and (event.kind == "control.ended" or event.record is None or each.record != event.record)
        ]
        if event.kind == "control.granted":
            standing.append(event)
    return [str(standing[-1].share)] if standing else []


@given_any(_SAYINGS, st.booleans())
def test_the_newest_that_nothing_took_away_stands(
    sayings: list[tuple[str, Any, str | None]], by_one: bool
) -> None:
    """On every day, whether the events are recorded one by one or together."""
    events = _told(sayings)
    store = open_store("memory:")
    history = History.from_store(store)
    for batch in [[event] for event in events] if by_one else [events] if events else []:
        history.append(batch, declared=False)
    for number in range(10, 18):
        day = datetime.date(2014, 1, number)
        assert [str(fact.value.share) for fact in history.as_of(day).control()] == _simply(events, day)
