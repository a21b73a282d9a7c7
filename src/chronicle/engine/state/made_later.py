"""Fields of answers that are made when they are first read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type)


class _MadeLater:
    """A slot that holds a value, or the call that makes it, which is made when the slot is first read."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, answer: object, of: type | None = None) -> Any:
        if answer is None:
            return self
        value = self._slot.__get__(answer, of)
        if type(value) is partial:
            value = value()
            self._slot.__set__(answer, value)
        return value

    def __set__(self, answer: object, value: Any) -> None:
        self._slot.__set__(answer, value)


def made_later(*names: str) -> Callable[[_Class], _Class]:
    """Let fields of a class with slots be given as a ``partial`` that makes them on the first reading.

    An answer that is read, compared, printed or copied shows the value alone.
    """

    def changed(of: _Class) -> _Class:
        for name in names:
            setattr(of, name, _MadeLater(getattr(of, name)))
        return of

    return changed
