"""Each value in each column of a table, written to the file once, so that tables decode no values."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chronicle.engine.tables.arrow import fits, scaled
from chronicle.engine.tables.columns import values_of
from chronicle.engine.tables.table import Column, Kind
from chronicle.errors import InvalidValue
from chronicle.ledgers.layout import Block
from chronicle.ledgers.texts import NONE, Numbered

WIDE: Final = 16
"""The bytes of a number with decimal places."""


class Valued(NamedTuple):
    """A row of a table that has a value and nothing else."""

    value: Any


def of_values(view: str, values: Sequence[Any]) -> list[Block]:
    """The values of a view in each column of a table, as blocks.

    A column with a number that Arrow cannot hold is left out; the table is then made row by row.
    """
    rows = [Valued(value) for value in values]
    blocks: list[Block] = []
    for column in values_of(view):
        try:
            filled = _FILL[column.kind](block_name(view, column), [column.read(row) for row in rows])
        except InvalidValue:
            continue
        blocks += filled
    return blocks


def block_name(view: str, column: Column) -> str:
    """The first part of the names of the blocks of a column of values."""
    return f"column.{view}.{column.name}"


def _text(name: str, values: list[str | None]) -> list[Block]:
    texts = Numbered()
    numbers = array("I", (NONE if value is None else texts[value] for value in values))
    return [*texts.blocks(f"{name}.texts"), Block(name, "I", numbers)]


def _texts(name: str, values: list[tuple[str, ...] | None]) -> list[Block]:
    texts, begins, items = Numbered(), array("I", [0]), array("I")
    for value in values:
        items.extend([texts[text] for text in value or ()])
        begins.append(len(items))
    lists = [Block(name, "I", items), Block(f"{name}.from", "I", begins)]
    return [*texts.blocks(f"{name}.texts"), *lists, *_present(name, values)]


def _present(name: str, values: list[Any]) -> list[Block]:
    if None not in values:
        return []
    return [Block(f"{name}.present", "B", bytes(value is not None for value in values))]


def _integer(name: str, values: list[int | None]) -> list[Block]:
    for value in values:
        fits(value)
    return [Block(name, "q", array("q", (value or 0 for value in values))), *_present(name, values)]


def _flag(name: str, values: list[bool | None]) -> list[Block]:
    return [Block(name, "B", bytes(bool(value) for value in values)), *_present(name, values)]


def _number(name: str, values: list[Any]) -> list[Block]:
    wide = b"".join(scaled(value).to_bytes(WIDE, "little", signed=True) for value in values)
    return [Block(name, "B", wide), *_present(name, values)]


_FILL: Final[Mapping[Kind, Callable[[str, list[Any]], list[Block]]]] = MappingProxyType(
    {"text": _text, "texts": _texts, "integer": _integer, "flag": _flag, "number": _number}
)
