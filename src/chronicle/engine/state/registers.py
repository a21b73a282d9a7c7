"""The shares of the day as a register: for questions about very many companies at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, get_args

from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state.edges import EdgesOfDay
from chronicle.engine.tables.buffers import CodedTable, Dictionary
from chronicle.errors import absent_of_few
from chronicle.events import Right

if TYPE_CHECKING:
    from chronicle.ownership import Edge
    from chronicle.ownership.register import Register, StatedShares

_READ = ("holder", "target", "right", "minimum", "maximum", "certain")


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
        table = self._ledger.table(views.HOLDINGS, self.as_of, lambda _: ())
        # Where rows come from facts, they number texts of their own.
        if table is None or table.replaced:
            return None
        from chronicle.ownership.register import Register

        names = _Names()
        batches = list(_batches(table, names))
        if not batches:
            return None
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
    """The names of a dictionary of texts, each decoded when it is asked for."""

    def __init__(self) -> None:
        self.dictionary: Dictionary | None = None

    def name(self, number: int) -> str:
        """The text of a number."""
        assert self.dictionary is not None
        starts, texts = self.dictionary.starts, self.dictionary.texts
        return str(bytes(texts[starts[number] : starts[number + 1]]), "utf-8")


def _batches(table: CodedTable, names: _Names) -> Iterable[StatedShares]:
    from chronicle.ownership.register import StatedShares

    for batch in table.filled():
        columns = dict(zip(table.column_names, batch, strict=True))
        holder, target, right, low, high, certain = (columns[name] for name in _READ)
        names.dictionary = holder.dictionary
        yield StatedShares(
            holder.length,
            holder.values,
            target.values,
            right.values,
            low.values,
            high.values,
            low.present,
            certain.values,
        )
