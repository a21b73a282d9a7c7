"""Questions in Python with what they cannot mean: it is said in words, and never answered with nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chronicle
from chronicle.engine.state import State
from chronicle.errors import InvalidValue, NotFound
from chronicle.history import History

Ask = Callable[[History, State], object]


@pytest.fixture(scope="module")
def history(root: Path) -> History:
    """The shipped history."""
    return chronicle.open(root / "events")


@pytest.mark.parametrize("word", [5, None, float("nan"), ["alibaba-group"], b"alibaba-group"], ids=repr)
@pytest.mark.parametrize(
    "ask",
    [
        lambda history, _, word: history.lineage(word),
        lambda history, _, word: history.resolver().entity(word),
        lambda history, _, word: history.resolver().either(word),
        lambda _, state, word: state.entity(word),
        lambda _, state, word: state.owners(word),
        lambda _, state, word: state.owned(word),
        lambda _, state, word: state.group(word),
    ],
)
def test_what_is_no_text_means_no_entity(history: History, ask: Callable[..., Any], word: object) -> None:
    """An empty cell of a data frame, a number: the error says what was given, and what to give."""
    with pytest.raises(NotFound, match="not the id or the name of a thing") as error:
        ask(history, history.as_of("2015"), word)
    assert error.value.code == "C601"
    assert error.value.problems[0].help == "give the id of the entity, or its name, as a text"


def test_an_entity_itself_is_no_name_of_one(history: History) -> None:
    """It is what `entity` gives; its id is a field of it."""
    state = history.as_of("2015")
    one: Any = state.entity("alibaba-group")
    with pytest.raises(NotFound, match="a value of type Entity"):
        state.holdings(holder=one)
    assert state.holdings(holder=one.entity) != ()
    number: Any = 5
    for ask in (lambda: state.deals(number), lambda: history.resolver().deal(number)):
        with pytest.raises(NotFound) as error:
            ask()
        assert error.value.code == "C602"


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda history, _: history.lineage("alibaba-pictures", way="up"), "C211"),
        (lambda _, state: state.deals(stage="complete"), "C211"),
        (lambda _, state: state.group("alibaba-group", over="50%"), "C302"),
        (lambda history, _: history.event(5), "C608"),
        (lambda history, _: history.search(5), "C601"),
        (lambda _, state: state.view(None), "C606"),
        (lambda history, _: history.timeline(kinds=[chronicle.events.StakeAcquired]), "C201"),
        (lambda *_: chronicle.open(""), "C604"),
    ],
)
def test_what_is_none_of_the_words_that_there_are_is_refused(history: History, ask: Ask, code: str) -> None:
    """Not answered as if there were nothing, and not with an error of the inside."""
    with pytest.raises((NotFound, InvalidValue)) as error:
        ask(history, history.as_of("2015"))
    assert error.value.code == code
