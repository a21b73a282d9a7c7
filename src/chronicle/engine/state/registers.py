"""The shares of the day as a register: for questions about very many companies at once."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args

from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state.edges import EdgesOfDay
from chronicle.engine.tables.buffers import CodedTable, Dictionary, Filled
from chronicle.errors import absent_of_few
from chronicle.events import Right

if TYPE_CHECKING:
    from chronicle.ownership import Edge
    from chronicle.ownership.register import Register, StatedShares

_KEYS = "holder", "target", "right"
_ERRORS = "surrogatepass"


class RegisterOfDay(EdgesOfDay):
    """The holdings of the day and the owners of units, as registers of one right each."""

    __slots__ = ("_registers",)

    # By right, made when the first is asked for.
    _registers: dict[str, Register]

    @paused_collector()
    def register(self, right: Right = "equity") -> Register:
        """The shares of one right as a register, which answers in floats with proved bounds, by id.

        It is made once for a state. Out of a ledger on disk it is made from columns, without an object for a
        share. Raises ``NotFound`` for an unknown right (C610), ``UsageError`` (C740) without the extra
        ``scale``.
        """
        if right not in get_args(Right):
            raise absent_of_few("C610", "right", right, get_args(Right))
        if not hasattr(self, "_registers"):
            object.__setattr__(self, "_registers", {})
        if right not in self._registers:
            self._registers[right] = self._of_columns(right) or self._of_edges(right)
        return self._registers[right]

    def _of_columns(self, right: str) -> Register | None:
        table = self._ledger.table(
            views.HOLDINGS, self.as_of, lambda keys: self._listed(views.HOLDINGS, keys)
        )
        if table is None:
            return None
        from chronicle.ownership.register import Register

        found = _batches(table)
        if found is None:
            return None
        names, batches = found
        return Register.of_ledger(
            batches,
            names.name,
            right,
            lambda holder, target: self._edge((holder, target, right)),
            self._all_unit_edges() if right != "board" else (),
        )

    def _of_edges(self, right: str) -> Register:
        from chronicle.ownership.register import Register

        keys = self._ledger.keys(views.HOLDINGS)
        held = (self._edge(key) for key in keys if key[2] == right)
        units = self._all_unit_edges() if right != "board" else ()
        return Register.of([*(edge for edge in held if edge is not None), *units])

    def _all_unit_edges(self) -> Iterator[Edge]:
        for unit in sorted(self._units()):
            yield from self._unit_edges(0, unit)


class _Names:
    """The names in the dictionaries of the columns of keys, under one number each.

    The columns share a dictionary, but for one that has the same text in each row, which has it for itself,
    and rows that were made of facts.
    """

    def __init__(self, columns: Iterable[Filled]) -> None:
        dictionaries = [column.dictionary for column in columns if column.dictionary is not None]
        self._shared = max(dictionaries, key=attrgetter("size"))
        self._texts = bytes(self._shared.texts)
        # Names that the shared dictionary does not have: their numbers follow on its own.
        self._more: dict[str, int] = {}

    def name(self, number: int) -> str:
        """The text of a number."""
        if number >= self._shared.size:
            return [*self._more][number - self._shared.size]
        return _decoded(self._shared, number)

    def numbers(self, column: Filled) -> Any:
        """The numbers of a column of texts."""
        own = column.dictionary
        if own is None or own is self._shared:
            return column.values
        found = array("i", [self._number(_decoded(own, place)) for place in range(own.size)])
        if own.size == 1:
            return found * column.length
        return array("i", map(found.__getitem__, memoryview(column.values).cast("B").cast("i")))

    def _number(self, name: str) -> int:
        wanted, starts = name.encode("utf-8", _ERRORS), self._shared.starts
        at = self._texts.find(wanted)
        while at >= 0:
            place = bisect_left(starts, at)
            if starts[place] == at and starts[place + 1] == at + len(wanted):
                return place
            at = self._texts.find(wanted, at + 1)
        return self._more.setdefault(name, self._shared.size + len(self._more))


def _decoded(dictionary: Dictionary, number: int) -> str:
    starts = dictionary.starts
    return str(bytes(dictionary.texts[starts[number] : starts[number + 1]]), "utf-8", _ERRORS)


def _batches(table: CodedTable) -> tuple[_Names, list[StatedShares]] | None:
    """The columns of holdings, with the names that their numbers stand for; None without a holding."""
    from chronicle.ownership.register import StatedShares

    batches = [dict(zip(table.column_names, batch, strict=True)) for batch in table.filled()]
    if not batches:
        return None
    names = _Names(batch[key] for batch in batches for key in _KEYS)
    return names, [
        StatedShares(
            length=batch["holder"].length,
            holders=names.numbers(batch["holder"]),
            targets=names.numbers(batch["target"]),
            rights=names.numbers(batch["right"]),
            minimum=batch["minimum"].values,
            maximum=batch["maximum"].values,
            known=batch["minimum"].present,
            certain=batch["certain"].values,
        )
        for batch in batches
    ]
