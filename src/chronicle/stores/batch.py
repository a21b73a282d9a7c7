"""Batches: which records of an append are new, which are refused, and why; and how many go in at once.

Pure functions that all stores share. A store gives them what it holds under the ids of the batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chronicle.errors import AppendRefused, InvalidValue, Problem, printable
from chronicle.stores.record import NewRecord, Record

_WIDTH = 400


def checked_batch(records: Sequence[NewRecord]) -> dict[str, NewRecord]:
    """The records by id, each once, in their order.

    Raises ``InvalidValue`` for ids, kinds and bodies that no store can keep, ``AppendRefused`` (C503) for an
    id with two contents.
    """
    batch = {record.id: record for record in records}
    return batch if len(batch) == len(records) and _all_fit(records) else _examined(records)


def _all_fit(records: Sequence[NewRecord]) -> bool:
    """Whether all records can be kept. Checked together, which is much quicker for a large batch."""
    ids = [record.id for record in records]
    kinds = {record.kind for record in records}
    bodies = [record.body for record in records]
    try:
        lines = b"\n".join(bodies).decode()
        names = "".join((*ids, *kinds))
    except (UnicodeDecodeError, TypeError):
        return False
    one_line_each = lines.count("\n") == max(len(bodies) - 1, 0) and "\0" not in lines
    return one_line_each and all(ids) and all(kinds) and all(bodies) and names.isprintable()


def _examined(records: Sequence[NewRecord]) -> dict[str, NewRecord]:
    """The records by id, each checked alone, so that the error names every fault."""
    problems: list[Problem] = []
    batch: dict[str, NewRecord] = {}
    for record in records:
        problem = _shape(record)
        if problem:
            problems.append(problem)
        elif batch.setdefault(record.id, record) != record:
            problems.append(_two_contents(record, batch[record.id]))
    if any(problem.code != "C503" for problem in problems):
        raise InvalidValue(*(problem for problem in problems if problem.code != "C503"))
    if problems:
        raise AppendRefused(*problems)
    return batch


def new_records(
    batch: Mapping[str, NewRecord], held: Mapping[str, NewRecord], position: int, expected: int | None
) -> list[NewRecord]:
    """The records of ``batch`` that the store does not have.

    ``held`` is what the store has under the ids of the batch, ``position`` is where it ends. Raises
    ``AppendRefused``: C503 for every id with other content; else C504 when there is something to add and the
    store does not end at ``expected``.
    """
    problems = [
        _other_content(record, held[id]) for id, record in batch.items() if id in held and held[id] != record
    ]
    if problems:
        raise AppendRefused(*problems)
    fresh = [record for id, record in batch.items() if id not in held]
    if fresh and expected is not None and expected != position:
        raise AppendRefused(
            Problem(
                "C504",
                f"store moved on (expected {expected}, found {position})",
                help="read the store again, and append again if it still holds",
            )
        )
    return fresh


def _shape(record: NewRecord) -> Problem | None:
    """Why a record cannot be kept, or None: its canonical bytes must be five lines of UTF-8."""
    for name, text in (("id", record.id), ("kind", record.kind)):
        if not text or not text.isprintable():
            return Problem(
                "C206",
                f'{name} of a record is empty or has a control character: "{printable(text)}"',
                help="use letters, digits, hyphens and dots",
            )
    try:
        whole = record.body.decode()
    except UnicodeDecodeError:
        whole = ""
    if not whole or "\n" in whole or "\0" in whole:
        return Problem(
            "C206",
            f'body of record "{record.id}" is not one line of UTF-8 text',
            help="write it as JSON without line breaks",
            events=(record.id,),
        )
    return None


def _other_content(given: NewRecord, held: NewRecord) -> Problem:
    recorded, refused = _contents(held, given)
    return Problem(
        "C503",
        f'event "{given.id}" is recorded with other content\n  recorded: {recorded}\n  refused:  {refused}',
        help=_way_out(given.id),
        events=(given.id,),
    )


def _two_contents(second: NewRecord, first: NewRecord) -> Problem:
    one, other = _contents(first, second)
    return Problem(
        "C503",
        f'event "{second.id}" is given twice with different content\n  first:  {one}\n  second: {other}',
        help="keep one of them, or give the other an id of its own",
        events=(second.id,),
    )


def _way_out(id: str) -> str:
    return f'what is recorded stays: record a correction (kind record.corrected, target "{id}")'


def _contents(one: NewRecord, other: NewRecord) -> tuple[str, str]:
    """Both contents as text; where one is long, only the fields in which they differ."""
    first, second = _fields(one), _fields(other)
    texts = _text(first), _text(second)
    if max(map(len, texts)) <= _WIDTH:
        return texts
    differing = [key for key in first | second if (first.get(key, _ABSENT)) != second.get(key, _ABSENT)]
    return _cut(_text(first, differing)), _cut(_text(second, differing))


_ABSENT = object()


def _fields(record: NewRecord) -> dict[str, object]:
    """The kind and the fields of the body; a body that is not a JSON object is one field."""
    try:
        body = json.loads(record.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        body = {"body": record.body.decode(errors="replace")}
    return {"kind": record.kind, **body}


def _text(fields: Mapping[str, object], keys: Sequence[str] | None = None) -> str:
    chosen = fields if keys is None else {key: fields[key] for key in keys if key in fields}
    return printable(json.dumps(chosen, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 4] + " ..."


# Of records on their way from one store to another

_MOST_RECORDS = 10_000
_MOST_BYTES = 16_000_000


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Records in lists of bounded number and size, so that each fits into memory."""
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.body)
        if len(batch) >= _MOST_RECORDS or size >= _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
