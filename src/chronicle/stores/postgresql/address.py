"""The address of a PostgreSQL store, parsed. Only for the store in this folder."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from chronicle.errors import Problem, StoreError, printable, without_passwords
from chronicle.errors import shown as quoted

DEFAULT_SCHEMA = "chronicle"

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,49}", re.ASCII)


class Address(NamedTuple):
    """The parts of an address: what libpq gets, the schema of the store, and what may be shown.

    ``shown`` is the address with ``***`` for every password.
    """

    for_libpq: str
    schema: str
    shown: str


def parsed(location: str) -> Address:
    """The parts of ``postgresql://user:password@host:port/database?schema=acme&...``.

    Only ``schema`` is Chronicle's own; everything else goes to libpq unchanged. Raises ``StoreError`` (C507)
    for a name that no schema can have, and for an unescaped password that libpq would take for a host or a
    database.
    """
    shown = without_passwords(location)
    start, mark, query = location.partition("?")
    scheme, _, rest = start.partition("://")
    if "@" in rest.partition("/")[2] or "@" in query.partition("=")[0]:
        help = "in a password write %2F for /, %3F for ?, %40 for @ and %23 for #, or use a password file"
        raise _refused(f"{scheme}://***", "cannot be told apart: a sign in it is not escaped", help)
    parts = [part.partition("=") for part in query.split("&")] if mark else []
    schemas = [unquote(value) for name, _, value in parts if name == "schema"]
    others = "&".join("".join(part) for part in parts if part[0] != "schema")
    schema = schemas[-1] if schemas else DEFAULT_SCHEMA
    if len(schemas) > 1:
        raise _refused(shown, "has two schemas", "give one")
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        help = "use lower-case letters, digits and underscores, at most 50, and not pg_ at the start"
        raise _refused(shown, f"has a schema that cannot be called {quoted(schema)}", help)
    return Address(f"{scheme.lower()}://{rest}" + (f"?{others}" if others else ""), schema, shown)


def _refused(shown: str, why: str, help: str) -> StoreError:
    return StoreError(Problem("C507", f'address "{printable(shown)}" {why}', help=help))
