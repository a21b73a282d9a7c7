"""The blocks of a ledger in a file without a header, until it is known what is in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from attrs import Factory, define

from chronicle.ledgers.layout import Block, Size, filled

_AT_ONCE: Final = 1 << 20
"""So many bytes are read at a time."""


@define
class BlockSpool:
    """Writes blocks into an empty file, each as soon as it is there; ``sizes`` are theirs."""

    _file: BinaryIO
    sizes: list[Size] = Factory(list)

    def take(self, block: Block) -> None:
        """Write the next block. Raises ``OSError``."""
        numbers, more = filled(block)
        self._file.write(numbers)
        self._file.write(more)
        self.sizes.append((block.name, block.code, len(numbers)))


def spooled_bytes(path: Path) -> Iterator[bytes]:
    """All bytes of such a file, for ``write_sized``. Raises ``OSError``."""
    with path.open("rb") as file:
        yield from iter(partial(file.read, _AT_ONCE), b"")
