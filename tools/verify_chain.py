"""Verify a store of Chronicle, or its export as JSON Lines, without Chronicle: docs/format.md in code.

Usage: python verify_chain.py corp.db, or export.jsonl in its place. Prints position and chain hash of the
last record; or the first record that is wrong and what is wrong with it, and exits with 1.
"""

import json
import os
import sqlite3
import sys
from hashlib import sha256
from pathlib import Path
from zlib import crc32


def stored(path):
    """The store, only for reading and in one state, whoever writes to it."""
    # Whoever may not write would keep others out by the files that SQLite shares; so alone, if nobody is in.
    alone = not os.access(path, os.W_OK) and not Path(f"{path}-wal").exists()
    address = path.absolute().as_uri() + ("?mode=ro&immutable=1" if alone else "?mode=ro")
    store = sqlite3.connect(address, uri=True, isolation_level=None)
    store.text_factory = bytes
    store.execute("BEGIN")
    return store


def once(pairs):
    """A JSON object; none with a key that is given twice, of which two readers may take two values."""
    return dict(pairs) if len(dict(pairs)) == len(pairs) else sys.exit(f"record {last + 1} has a key twice")


def exported(line):
    """The record of a line. Without "body" its body is the canonical JSON of what is no proof."""
    event = json.loads(line, object_pairs_hook=once)
    position, recorded_at, checksum, chain = map(event.pop, ("position", "recorded_at", "checksum", "chain"))
    body = event.get("body") or json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    texts = (text.encode() for text in (recorded_at, event["id"], event["kind"], body))
    return position, *texts, checksum, bytes.fromhex(chain)


QUERY = "SELECT position, recorded_at, id, kind, body, checksum, chain FROM records ORDER BY position"
path, last, before = Path(sys.argv[1]), 0, bytes(32)
try:
    with path.open("rb") as file:
        store = stored(path) if file.peek(15)[:15] == b"SQLite format 3" else None
        rows = store.execute(QUERY) if store else map(exported, filter(bytes.strip, file))
        for position, *fields, checksum, chain in rows:
            canonical = b"%d\n%b\n%b\n%b\n%b" % (position, *fields)
            if crc32(canonical) != checksum or canonical.count(b"\n") != 4:
                sys.exit(f"record {position} was changed")
            if position > last + 1:
                sys.exit(f"record {last + 1} is missing")
            if position <= last or sha256(before + canonical).digest() != chain:
                sys.exit(f"record {position} does not follow from record {last}")
            last, before = position, chain
    if store and store.execute("SELECT position, chain FROM head").fetchall() != [(last, before)]:
        sys.exit(f"the store was not left at record {last}")
except Exception as error:  # whatever was done to the bytes, one line says so
    sys.exit(f"record {last + 1} cannot be read: {error}")
print(last, before.hex())
