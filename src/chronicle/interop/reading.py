"""All files of one import as one stream of events and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from chronicle.errors import InvalidEvents
from chronicle.interop import FORMATS, JoinedReader
from chronicle.interop.editions.days import EditionDays
from chronicle.interop.incoming import Advance, Incoming, opened, shown_name
from chronicle.interop.tabular.rules import TableMapping
from chronicle.interop.tabular.snapshots import AcrossFiles
from chronicle.stores import Store


def read_files(
    format: str,
    names: Sequence[str],
    mapping: TableMapping | None = None,
    advance: Advance | None = None,
    *,
    across: AcrossFiles | None = None,
    store: Store | None = None,
    joined: JoinedReader | None = None,
    as_records: EditionDays | None = None,
) -> Iterator[Incoming]:
    """The events and problems of all files, one after the other.

    ``-`` is standard input; what is compressed is unpacked. A file that cannot be read, or has another
    format, is a problem among the others. ``mapping`` is for formats that are ``mapped``. ``advance`` is
    called with the number of bytes of each piece that was read. ``across`` counts the rows of tables;
    ``store`` is the one that is imported into, for formats whose files change what earlier files say;
    ``joined`` is the reader of such a format, else one is made. With ``as_records`` rows of tables may come
    as records that are known from these days, of which no event was made.
    """
    if FORMATS[format].together:
        reader = joined or FORMATS[format].made_together(store)
        yield from _opened(names, advance, reader.read)
        yield from reader.finish()
        return
    if mapping is None:
        yield from _each(format, names, (), advance)
        return
    from chronicle.interop.tabular.csv import finish

    shared = AcrossFiles() if across is None else across
    shared.store, shared.as_records = store, as_records
    yield from _each(format, names, (mapping, shared), advance)
    if names:
        yield from finish(shown_name(names[-1]), mapping, shared)


def _each(
    format: str, names: Sequence[str], options: tuple[object, ...], advance: Advance | None
) -> Iterator[Incoming]:
    read = FORMATS[format].reader()
    return _opened(names, advance, lambda stream, name: read(stream, name, *options))


def _opened(
    names: Sequence[str], advance: Advance | None, read: Callable[[BinaryIO, str], Iterator[Incoming]]
) -> Iterator[Incoming]:
    for name in names:
        try:
            with opened(name, advance) as stream:
                yield from read(stream, shown_name(name))
        except InvalidEvents as error:
            yield from error.problems
