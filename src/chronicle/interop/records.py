"""Records as lines of JSON and back, so that a store can be copied through a file, byte for byte.

A line has the event, then position, time, checksum and chain of the record. The body of the record is the
canonical JSON of that event; where the store has other bytes, the line has these too, as the text ``body``.
``docs/format.md`` describes the same.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple
from zlib import crc32

from chronicle.codec import fields_of
from chronicle.codec.conversion import canonical_json
from chronicle.errors import (
    Damaged,
    InvalidEvents,
    Place,
    Problem,
    printable,
    shown,
)
from chronicle.errors.strict_json import RefusedJSON, decoder, no_number, refuse_depth
from chronicle.events import KINDS
from chronicle.interop.exports.plain import json_text
from chronicle.interop.incoming import LONGEST_EXCERPT, excerpt, opened, shown_name
from chronicle.stores.record import GENESIS, Record, canonical_bytes, is_hash
from chronicle.stores.verification import changed
from chronicle.values import Source

PROOFS: Final = ("position", "recorded_at", "checksum", "chain")
"""The keys that every line has of its record besides the event."""


MEMBERS: Final = frozenset({*PROOFS, "body"})
"""The keys that a line may have of its record. Readers of the event alone ignore them."""


LONGEST_LINE: Final = 1 << 26
"""How many bytes a line may have, to bound memory."""


# From records to lines


def lines(records: Iterable[Record]) -> Iterator[bytes]:
    """Records in their exchange form, a line each, in constant memory: ``lines(store.read())``."""
    for record in records:
        event = _event(record)
        line = _in_order(event)
        line.update(zip(PROOFS, (*record[:2], record.checksum, record.chain.hex()), strict=True))
        if _canonical(event) != record.body:
            line["body"] = record.body.decode()
        yield f"{json_text(line)}\n".encode()


def _event(record: Record) -> dict[str, Any]:
    """The event that a line shows of its record; only kind and id where the body is not a JSON object.

    Numbers become the text in which they are written, as in all readers of files. So a body with numbers is
    never canonical, and the number format of other programs does not matter.
    """
    try:
        text = record.body.decode()
    except UnicodeDecodeError:
        raise Damaged(changed(record)) from None
    try:
        refuse_depth(text)
        plain = _DECODER.decode(text)
    except ValueError:
        plain = None
    event = dict(plain) if isinstance(plain, dict) else {}
    for name in MEMBERS & event.keys():
        del event[name]
    event["kind"], event["id"] = record.kind, record.id
    return event


_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def _canonical(event: Mapping[str, Any]) -> bytes:
    # Surrogates are encoded to bytes that are not UTF-8, so no body is equal to them.
    return canonical_json(event).encode("utf-8", "surrogatepass")


def _in_order(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as plain data, its fields in the order of ``codec.encode``."""
    ordered: dict[str, Any] = _arranged(event, _names(event["kind"]))
    if isinstance(sources := ordered.get("sources"), list):
        ordered["sources"] = [_arranged(source, _SOURCE_NAMES) for source in sources]
    if isinstance(effects := ordered.get("effects"), list):
        ordered["effects"] = [_arranged(effect, _effect_names(effect)) for effect in effects]
    return ordered


def _arranged(plain: Any, names: tuple[str, ...]) -> Any:
    return (
        {name: plain[name] for name in names if name in plain} | plain if isinstance(plain, dict) else plain
    )


@cache
def _names(kind: str) -> tuple[str, ...]:
    fields = tuple(field.name for field in fields_of(KINDS[kind])) if kind in KINDS else ("id",)
    return ("format", "kind", *fields)


def _effect_names(effect: Any) -> tuple[str, ...]:
    kind = effect.get("kind") if isinstance(effect, dict) else None
    return _names(kind) if isinstance(kind, str) else ()


_SOURCE_NAMES: Final = tuple(field.name for field in fields_of(Source))


# From lines to records


class _ExportLine(NamedTuple):
    """A line of an exported file, with its number and file."""

    file: str
    number: int
    raw: bytes

    def refused(self, what: str, id: object = None, help: str | None = None) -> InvalidEvents:
        """The error (C520) for a line that is not as it was exported, with the reason."""
        known = isinstance(id, str)
        which = f"line of {shown(id)}" if known else "line"
        text = excerpt(self.raw[:LONGEST_EXCERPT].decode(errors="replace"))
        place = Place(self.file, self.number, 1, 1, text)
        message = f"{which} is not what was exported: {what}"
        return InvalidEvents(Problem("C520", message, place, help or _ANEW, (str(id),) if known else ()))


_ANEW: Final = (
    "export it anew; to record edited lines as new events use --as-events, or take out position, "
    "recorded_at, checksum and chain everywhere"
)


def is_export(path: Path) -> bool:
    """Whether a file has a line with proofs of a record. False for a file that cannot be read."""
    # Not path.is_file(), which raises for a name that is too long.
    if path.suffix != ".jsonl" or not os.path.isfile(path):
        return False
    try:
        with closing(_lines_of([path])) as found:
            return any(_PROOF.search(line.raw) for line in found)
    except InvalidEvents:
        return False


# In a text of JSON a quote is escaped, so this can only match a key.
_PROOF: Final = re.compile(rb'"(?:recorded_at|checksum|chain)"\s*:')


def read_records(paths: Sequence[Path]) -> Iterator[Record]:
    """The records in exported files, each verified to follow the one before.

    For a first record that is not record 1, what it follows cannot be verified here. Raises ``InvalidEvents``
    at the first line that is not as it was exported (C520), is too long (C108) or cannot be read (C101).
    """
    before: Record | None = None
    for line in _lines_of(paths):
        record = _record(line)
        _refuse_gap(line, record, before)
        before = record
        yield record


def _lines_of(paths: Sequence[Path]) -> Generator[_ExportLine]:
    for path in paths:
        file = shown_name(printable(str(path)))
        with opened(str(path)) as stream:
            number = 0
            while raw := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    help = f"at most {LONGEST_LINE // 2**20} MiB"
                    raise InvalidEvents(Problem("C108", "line is too long", Place(file, number, 1), help))
                if not raw.isspace():
                    yield _ExportLine(file, number, raw)


def _record(line: _ExportLine) -> Record:
    """The record of a line. Raises ``InvalidEvents`` (C520) unless its checksum fits."""
    data = _data(line)
    id = data.get("id")
    for name, fits in _FITTING.items():
        if name in data and not fits(data[name]):
            raise line.refused(f'its "{name}" is none', id)
    event = {name: value for name, value in data.items() if name not in MEMBERS}
    try:
        body = data["body"].encode() if "body" in data else canonical_json(event).encode()
        position, recorded_at, kind = data["position"], data["recorded_at"], data["kind"]
        checksum = crc32(canonical_bytes(position, recorded_at, data["id"], kind, body))
    except UnicodeEncodeError:
        raise line.refused("it has half a character", id) from None
    if checksum != data["checksum"]:
        raise line.refused("its checksum does not fit", id)
    record = Record(position, recorded_at, data["id"], kind, body, checksum, bytes.fromhex(data["chain"]))
    if "body" in data and _canonical(event) != _canonical(_event(record)):
        raise line.refused('what it shows is not what is in its "body"', id)
    return record


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_position(value: object) -> bool:
    return type(value) is int and value > 0


def _is_checksum(value: object) -> bool:
    return type(value) is int


_FITTING: Final[Mapping[str, Callable[[object], bool]]] = {
    "position": _is_position,
    "recorded_at": _is_text,
    "id": _is_text,
    "kind": _is_text,
    "checksum": _is_checksum,
    "chain": is_hash,
    "body": _is_text,
}


def _data(line: _ExportLine) -> dict[str, Any]:
    try:
        data = _decoded(line.raw.decode())
    except ValueError as error:
        if not line.raw.endswith(b"\n"):
            help = "copy the file anew; its whole lines can be recorded by themselves"
            raise line.refused("the file ends in the middle of it", help=help) from None
        raise line.refused(_reason(error)) from None
    if not isinstance(data, dict):
        raise line.refused("it is no JSON object")
    missing = [name for name in (*PROOFS, "id", "kind") if name not in data]
    if missing:
        raise line.refused(f"it has no {', '.join(missing)}", data.get("id"))
    return data


def _reason(error: ValueError) -> str:
    match error:
        case RefusedJSON():
            return _REFUSED.get(error.code, f"{shown(error.token)} stands in it without quotes")
        case UnicodeDecodeError():
            return "it is not UTF-8"
        case json.JSONDecodeError():
            return f"not JSON: {error.msg.lower()}"
    return "it has a number that is too long"


# Values of an event are texts, and proofs are whole.
_decoded: Final = decoder(fraction=no_number)

_REFUSED: Final = {"C105": "it has a key twice", "C107": "it is nested too deeply"}


def _refuse_gap(line: _ExportLine, record: Record, before: Record | None) -> None:
    last = before.position if before else record.position - 1
    if record.position > last + 1:
        raise line.refused(f"record {last + 1} is missing before it", record.id)
    if record.position <= last:
        raise line.refused(f"it is record {record.position} and stands behind record {last}", record.id)
    if before and record.recorded_at < before.recorded_at:
        raise line.refused("it was recorded before the one before it", record.id)
    previous = before.chain if before else GENESIS
    if (before or not last) and not follows(record, previous):
        name = f"record {last}" if last else "the start of the chain"
        raise line.refused(f"it does not follow from {name}", record.id)


def follows(record: Record, previous: bytes) -> bool:
    """Whether the chain hash of a record is that of its content after ``previous``."""
    return sha256(previous + canonical_bytes(*record[:5])).digest() == record.chain


def __getattr__(name: str) -> Any:
    """Names that moved to ``restoring`` after 0.1.0; removed with the next version."""
    if name not in ("examine", "restore"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    new = "chronicle.interop.restoring"
    warnings.warn(f"{__name__}.{name} has moved: import it from {new}", DeprecationWarning, stacklevel=2)
    return getattr(import_module(new), name)
