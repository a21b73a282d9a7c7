"""What a history refuses to record: corrections and retractions that could never be applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import chronicle
from chronicle import codec
from chronicle.errors import InvalidEvents, Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.stores.memory import MemoryStore
from given import acquired, corrected, happened, retracted, written

BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
SLIP = corrected("2015", "bought", {"share": "59%"}, id="slip")


def recorded(*events: Event) -> tuple[History, MemoryStore]:
    """A history with these events in a store."""
    store = MemoryStore()
    history = History.from_store(store)
    history.append(events, declared=False)
    return history, store


def refused(held: list[Event], *more: Any) -> list[Problem]:
    """Why a history refuses more events, nothing of which is written."""
    history, store = recorded(*held)
    with pytest.raises(InvalidEvents) as error:
        history.append(more, declared=False)
    assert store.head().position == len(held)
    assert history.events == tuple(held)
    return list(error.value.problems)


def test_a_correction_of_a_missing_event_is_refused_with_the_nearest() -> None:
    """One error, and the good events beside it are not written either."""
    good = acquired("2016", "x", "film", "1%")
    for more in (corrected("2016", "bougth", {"share": "1%"}, id="r"), retracted("2016", "bougth", id="r")):
        (problem,) = refused([BOUGHT], good, more)
        assert (problem.code, problem.events, problem.help) == ("C213", ("r",), "did you mean bought?")
        assert problem.message == f'{more.kind} of an event that is not there: "bougth"'


def test_each_of_many_missing_events_is_told() -> None:
    """All at once, far from anything without a guess."""
    problems = refused([BOUGHT], *(retracted("2016", f"qqqqqqqq{n}", id=f"r{n}") for n in range(20)))
    assert [(problem.code, problem.help) for problem in problems] == [("C213", None)] * 20


@pytest.mark.parametrize(
    ("held", "more", "circle"),
    [
        ([], [retracted("2016", "self", id="self")], ("self",)),
        ([], [retracted("2016", "b", id="a"), corrected("2016", "a", {"reason": "x"}, id="b")], ("a", "b")),
        (
            [],
            [retracted("2016", "c", id="b"), retracted("2016", "b", id="c"), retracted("2016", "b", id="a")],
            ("b", "c"),
        ),
    ],
    ids=["itself", "each other", "with one that leads into it"],
)
def test_records_in_a_circle_are_refused_once(
    held: list[Event], more: list[Event], circle: tuple[str, ...]
) -> None:
    """One error for all of them, that names each."""
    (problem,) = refused([BOUGHT, *held], *more)
    assert (problem.code, problem.events) == ("C214", circle)
    assert problem.message == "corrections in a circle: " + ", ".join(f'"{name}"' for name in circle)
    assert problem.help == "correct or retract the event that was wrong in the first place"


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        ({"share": "six"}, "C302", 'not a share: "six"'),
        ({"share": None}, "C210", "stake.acquired does not say how much"),
        ({"holder": None}, "C203", 'missing field "holder" of stake.acquired'),
        ({"date": "once"}, "C301", '"once"'),
        ({"unit": "u"}, "C202", 'unknown field "unit" of stake.acquired'),
        ({"right": "left"}, "C211", '"left"'),
    ],
)
def test_a_correction_that_makes_no_event_is_refused(patch: dict[str, Any], code: str, message: str) -> None:
    """With what is wrong with the event that it would make, and the ids of both."""
    (problem,) = refused([BOUGHT], corrected("2015", "bought", patch, id="wrong"))
    assert (problem.code, problem.events, problem.place) == (code, ("wrong", "bought"), None)
    assert message in problem.message
    assert problem.message.endswith('(correction "wrong" of "bought")')


@pytest.mark.parametrize("name", ["id", "kind", "known"])
def test_what_no_correction_may_touch_is_refused(name: str) -> None:
    """From plain data; to change it would change what was known."""
    plain = {
        "kind": "record.corrected",
        "date": "2015",
        "target": "bought",
        "set": {name: "x"},
        "reason": "r",
    }
    (problem,) = refused([BOUGHT], plain)
    assert problem.code == "C212"
    assert f'a correction cannot change "{name}"' in problem.message


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A missing event, a circle and a patch that makes no event."""
    problems = refused(
        [BOUGHT],
        retracted("2016", "nobody", id="a"),
        retracted("2016", "b", id="b"),
        corrected("2016", "bought", {"share": "six"}, id="c"),
    )
    assert [problem.code for problem in problems] == ["C213", "C214", "C302"]


def test_a_correction_of_a_correction_must_leave_an_event_too() -> None:
    """The new value reaches the event by the old correction; what would be wrong there is refused."""
    (problem,) = refused([BOUGHT, SLIP], corrected("2016", "slip", {"set": {"share": "six"}}, id="again"))
    assert (problem.code, problem.events) == ("C302", ("slip", "bought"))
    (problem,) = refused([BOUGHT, SLIP], corrected("2016", "slip", {"holder": "x"}, id="again"))
    assert (problem.code, problem.events) == ("C202", ("again", "slip"))


def test_a_retraction_that_leaves_a_correction_without_ground_is_refused() -> None:
    """The share could go since a result had come; without the result nobody says how much."""
    held = [
        BOUGHT,
        corrected("2015", "bought", {"holds": "60%"}, id="result"),
        corrected("2016", "bought", {"share": None}, id="gone"),
    ]
    (problem,) = refused(held, retracted("2017", "result"))
    assert (problem.code, problem.events) == ("C210", ("gone", "bought"))


def test_corrections_that_build_on_each_other_are_taken() -> None:
    """Each is looked at as the earlier ones leave the event, in one batch or in several."""
    first = corrected("2015", "bought", {"holds": "60%"}, id="first")
    second = corrected("2016", "bought", {"share": None}, id="second")
    history, _ = recorded(BOUGHT)
    assert history.append([first, second]) == 2
    assert history.append([corrected("2017", "second", {"set": {"note": "n"}}, id="third")]) == 1
    assert str(history.as_of("2014").share("group", "film")) == "60%"
    batch, _ = recorded(BOUGHT, SLIP, retracted("2016", "slip", id="back"), retracted("2017", "back"))
    assert str(batch.as_of("2014").share("group", "film")) == "59%"


def test_to_record_the_same_correction_again_is_no_mistake() -> None:
    """It is known already, with its target or without."""
    history, _ = recorded(BOUGHT, SLIP)
    assert history.append([SLIP]) == 0
    assert history.append([codec.encode(BOUGHT), codec.encode(SLIP)]) == 0


def test_what_is_wrong_already_does_not_stop_what_is_right() -> None:
    """A store may hold what another program wrote: a new event is not blamed for it, and check tells."""
    store = MemoryStore()
    wrong = corrected("2015", "bought", {"share": "six"}, id="wrong")
    store.append([codec.to_record(event) for event in (BOUGHT, wrong, retracted("2016", "nobody"))])
    history = History.from_store(store)
    assert history.append([corrected("2016", "bought", {"price": "USD 1M"}, id="right")]) == 1
    assert history.append([acquired("2016", "group", "film", "1%")]) == 1
    assert "C302" in [problem.code for problem in history.check()]


def test_a_correction_that_cannot_be_applied_has_the_place_of_the_correction(tmp_path: Path) -> None:
    """In a file that was read all the same, check points at the line where it stands."""
    declared = [
        {"kind": "entity.declared", "entity": id, "name": id, "type": "company"} for id in ("group", "film")
    ]
    wrong = corrected("2015", "bought", {"share": None}, id="wrong")
    lines = [json.dumps(plain) for plain in (*declared, codec.encode(BOUGHT), codec.encode(wrong))]
    (problem,) = chronicle.open(written(tmp_path, "\n".join(lines), "history.jsonl")).check()
    assert (problem.code, problem.place and problem.place.line) == ("C210", 4)


def test_identities_are_no_corrections() -> None:
    """A link names entities and not events, and is taken as it is."""
    history, _ = recorded(BOUGHT)
    link = happened("identity.linked", "2016", id="link", a="film", b="chinavision")
    assert history.append([link], declared=False) == 1
