"""A sequence that is made when it is first used, and then kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload


class Later(Sequence[Any]):
    """The sequence that ``make`` gives, called once, on first use."""

    def __init__(self, make: Callable[[], Sequence[Any]]) -> None:
        self._make = make
        self._made: Sequence[Any] | None = None

    def _items(self) -> Sequence[Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __len__(self) -> int:
        return len(self._items())

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """An item, or a slice."""
        return self._items()[place]
