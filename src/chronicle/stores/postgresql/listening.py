"""Waiting until a store changes: the server sends NOTIFY over a connection that is used for nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import psycopg

from chronicle.stores.postgresql import connection as postgresql_connection
from chronicle.stores.postgresql.address import Address
from chronicle.stores.postgresql.errors import reported
from chronicle.stores.postgresql.statements import Statements


class Listener:
    """The connection over which a store is notified of appends; made on the first wait."""

    def __init__(self, address: Address, statements: Statements) -> None:
        """Does not connect yet."""
        self.connection: psycopg.Connection[Any] | None = None
        # A replica sends no notifications.
        self.on_replica = False
        self._address = address
        self._statements = statements
        self._lock = Lock()

    def wait(self, seconds: float, moved: Callable[[], bool]) -> None:
        """Sleep until the server notifies, at most ``seconds``; return at once if ``moved()`` is true."""
        if not self._lock.acquire(timeout=seconds):
            return
        try:
            with reported(self._address.shown):
                self._sleep(seconds, moved)
        except BaseException:
            self._disconnect()
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection, once no thread waits."""
        with self._lock:
            self._disconnect()

    def _sleep(self, seconds: float, moved: Callable[[], bool]) -> None:
        """Connect and listen if needed, then sleep as ``wait`` says."""
        if self.connection is None:
            self.connection = postgresql_connection.connect(self._address, read_only=True)
            try:
                self.connection.execute(self._statements.listen)
            except psycopg.errors.ReadOnlySqlTransaction:
                self.on_replica = True
        # An append between the last look at the head and LISTEN was not notified.
        if moved():
            return
        if self.on_replica:
            time.sleep(seconds)
        else:
            for _ in self.connection.notifies(timeout=seconds, stop_after=1):
                pass

    def _disconnect(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
