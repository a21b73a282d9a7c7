"""Processes that are there to be killed: a nursery starts them in a millisecond, and loses none.

A nursery is a process that has loaded everything and opened nothing. It forks a child from itself for
each work that it is asked for, so that a thousand kills do not cost a thousand starts of Python, and no
connection is ever carried over a fork. What a child may be asked to do stands in ``appending.py``.

Every wait has an end: a child that hangs fails the test, and whatever lives when a test is over is killed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from patience import PATIENCE


class Child:
    """A process of a nursery, and what it reports, line by line."""

    def __init__(self, nursery: Nursery, pid: int, reports: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._reports = reports
        self._text = b""
        self._ended = False

    def wait_for(self, line: str | None = None, seconds: float = PATIENCE) -> None:
        """Wait until the child has said this line, or any. Raises ``EOFError`` when it ended without."""
        deadline = time.monotonic() + seconds
        while not (line in self.lines() if line else self.lines()):
            if self._ended:
                raise EOFError(f"a child ended before it said {line or 'anything'}: {self.lines()[-3:]}")
            self._take(deadline)

    def lines(self) -> list[str]:
        """What it has reported, as far as somebody waited for it."""
        return self._text.decode().splitlines()

    def kill(self) -> None:
        """SIGKILL; nothing happens to a child that has ended by itself."""
        # The nursery has not let go of the number yet, so it belongs to nobody else.
        os.kill(self.pid, signal.SIGKILL)

    def end(self, seconds: float = PATIENCE) -> tuple[list[str], int]:
        """Wait until the child is gone: everything that it reported, and its exit code (-9: killed)."""
        deadline = time.monotonic() + seconds
        while not self._ended:
            self._take(deadline)
        os.close(self._reports)
        return self.lines(), self._nursery.bury(self)

    def _take(self, deadline: float) -> None:
        ready, _, _ = select.select([self._reports], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"a child went silent after {self._text[-200:]!r}")
        part = os.read(self._reports, 1 << 16)
        self._text += part
        self._ended = not part


class Nursery:
    """Starts children. As a context manager: nobody outlives it."""

    def __init__(self) -> None:
        self._children: dict[int, Child] = {}

    def __enter__(self) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE)
        self._channel = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        return self

    def start(self, work: str, **given: object) -> Child:
        """Start the function ``work`` of ``appending.py``, with a place to report to and what is given."""
        reading, writing = os.pipe()
        try:
            request = json.dumps({"work": work, "given": given}).encode()
            socket.send_fds(self._channel, [request], [writing])
        finally:
            os.close(writing)
        child = Child(self, int(self._channel.recv(64)), reading)
        self._children[child.pid] = child
        return child

    def bury(self, child: Child) -> int:
        """The exit code of a child whose end was seen."""
        self._channel.send(json.dumps({"bury": child.pid}).encode())
        status = int(self._channel.recv(64))
        del self._children[child.pid]
        return status

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._children.values()):
            with suppress(OSError):
                child.kill()
                child.end(5.0)
        self._channel.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5.0)


class Server:
    """A PostgreSQL server of its own, that is killed with all that it started, and started again."""

    def __init__(self, folder: Path) -> None:
        """Lay it out in ``folder``; as a context manager, it runs."""
        from postgresql_server import start, with_schema

        made = start(folder)
        self.url = with_schema(made.get_uri(), "chronicle")
        sockets = made.get_postmaster_info().socket_dir
        made.stop()
        self._log = folder / "log"
        self._user = made.system_user
        self._command = [made.bin_path / "postgres", "-D", folder, "-h", "", "-k", sockets]

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, user=self._user)
        self._wait_for_an_answer()

    def _wait_for_an_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError(f"the server is stuck: {self._log.read_text()[-2_000:]}")
            time.sleep(0.01)

    def _answers(self) -> bool:
        import psycopg

        from postgresql_server import connected

        with suppress(psycopg.OperationalError):
            connected(self.url).close()
            return True
        return False

    def kill(self) -> None:
        """SIGKILL to the server and to every process that it started."""
        # Held still first, so that it starts nobody who would be overlooked.
        self._process.send_signal(signal.SIGSTOP)
        self._started = self._children()
        self._process.kill()
        for each in self._started:
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._wait_for_their_end()

    def lose(self, name: str) -> None:
        """SIGKILL to the one process of the server that serves the application ``name``."""
        from postgresql_server import connected

        self._started = self._children()
        with connected(self.url) as connection:
            serving = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
            ((pid,),) = connection.execute(serving, [name]).fetchall()
        os.kill(pid, signal.SIGKILL)

    def recover(self) -> None:
        """After ``kill`` or ``lose``: wait until nobody of before is left, and somebody answers again."""
        self._wait_for_their_end()
        if self._process.poll() is None:
            self._wait_for_an_answer()
        else:
            self._start()

    def _wait_for_their_end(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while any(map(_lives, self._started)):
            if time.monotonic() > deadline:
                raise TimeoutError("a process of the server does not end")
            time.sleep(0.01)

    def _children(self) -> list[Any]:
        import psutil

        return psutil.Process(self._process.pid).children(recursive=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.kill()


def _lives(process: Any) -> bool:
    import psutil

    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _serve(channel: socket.socket) -> None:
    """The nursery itself: forks when asked to work, waits when asked to bury, ends when nobody asks."""
    living: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 1 << 16, 1)
        if not message:
            break
        request = json.loads(message)
        if "bury" in request:
            living.discard(request["bury"])
            answer = os.waitstatus_to_exitcode(os.waitpid(request["bury"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                channel.close()
                _live(request["work"], request["given"], descriptors[0])
            living.add(answer)
            os.close(descriptors[0])
        channel.send(str(answer).encode())
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _live(work: str, given: dict[str, object], reports: int) -> NoReturn:
    """A child: does one work, and is gone without any tidying up of what it has of its parent."""
    import appending

    def report(line: str) -> None:
        # Up to 4,096 bytes are written to a pipe whole or not at all, even when the writer is killed.
        os.write(reports, f"{line}\n".encode())

    try:
        getattr(appending, work)(report, **given)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    import appending

    appending.load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
