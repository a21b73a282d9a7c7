"""Facts of any view in words: what each is about, and what it says."""

from __future__ import annotations

from typing import Any

from chronicle.engine.replay import Key
from chronicle.engine.state import Fact
from chronicle.engine.views import view_of
from chronicle.render.words.said import Called, plainly, said


def subject(view: str, key: Key, value: Any, called: Called) -> str:
    """What a key is about, as text; ``value`` may be None, for what the key alone says."""
    told = view_of(view)
    return plainly(said(told, told.subject, key, value, called))


def subject_of(fact: Fact, called: Called) -> str:
    """What a fact is about, without the name of its view."""
    return subject(fact.view, fact.key, fact.value, called)


def statement(fact: Fact, called: Called) -> str:
    """What a fact says of its subject."""
    told = view_of(fact.view)
    return plainly(said(told, told.says, fact.key, fact.value, called))
