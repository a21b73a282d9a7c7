"""``chronicle serve`` as a process of its own: its address, its end, and why it cannot begin."""

from __future__ import annotations

import http.client
import logging
import re
import signal
import socket
import subprocess
import sys
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chronicle.web.server import _is_no_farewell
from test_cli_process import chronicle, environment

SHIPPED = Path(__file__).parent.parent / "events"


@contextmanager
def serving(*options: str, source: Path = SHIPPED) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chronicle", "--from", str(source), "serve", "--port", "0", *options],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.match(r"(http://\S+/)  Ctrl-C ends it$", line)
        assert found is not None, line or process.communicate()[1]
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def got(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What a server answers."""
    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.mark.slow
def test_a_process_serves_until_ctrl_c_and_ends_quietly() -> None:
    """On the port that it names, with nothing on its streams but the address, and exit code 0."""
    with serving() as (process, address):
        status, headers, body = got(address, "/entity/alibaba-pictures?as_of=2015")
        assert status == 200
        assert b"Alibaba Group" in body
        assert "server" not in headers
        assert got(address, "/as-of", Host="example.org")[0] == 400
        assert got(address, "/nothing%ff")[0] == 404
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
        assert (process.returncode, rest, said) == (0, "", "")


@pytest.mark.slow
def test_a_process_listens_where_it_is_told() -> None:
    """On an address of IPv6, under a name that is allowed besides."""
    if not _has_ipv6():
        pytest.skip("this computer has no IPv6")
    with serving("--host", "::1", "--name", "timeline.example.org") as (_, address):
        assert address.startswith("http://[::1]:")
        assert got(address, "/as-of", Host="timeline.example.org")[0] == 200


def test_nothing_is_said_of_questions_that_the_end_cut_off() -> None:
    """But every other error of the server is."""
    said = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "%s", (), None)
    said.args = ("Cancel 1 running task(s), timeout graceful shutdown exceeded",)
    assert not _is_no_farewell(said)
    said.args = ("Exception in ASGI application",)
    for error, shown in ((CancelledError(), False), (ValueError(), True)):
        said.exc_info = (type(error), error, None)
        assert _is_no_farewell(said) is shown


@pytest.mark.slow
def test_others_who_may_reach_it_are_told_of() -> None:
    """On every address of this computer: a note on stderr, and the names by which it is asked as before."""
    with serving("--host", "0.0.0.0") as (process, address):
        local = address.replace("0.0.0.0", "127.0.0.1")
        assert got(local, "/as-of")[0] == 200
        assert got(local, "/as-of", Host="192.0.2.7:80")[0] == 400
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
    assert said == "note: other computers may reach this, and there is no login\n"


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.slow
def test_a_port_in_use_is_said() -> None:
    """With exit code 2, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = chronicle("--from", SHIPPED, "serve", "--port", port)
    assert result.returncode == 2
    assert f'error[C752]: cannot listen on "127.0.0.1", port {port}: ' in result.stderr
    assert "--port, or 0 for any" in result.stderr


@pytest.mark.parametrize("library", ["starlette", "uvicorn", "jinja2"])
def test_without_the_extra_the_error_names_it(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is listened on."""
    from click.testing import CliRunner

    from chronicle.cli.group import chronicle as command

    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("chronicle.web.application", "chronicle.render.markup"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    result = CliRunner().invoke(command, ["--from", str(SHIPPED), "serve", "--port", "0"])
    assert result.exit_code == 2
    assert "error[C740]" in result.stderr
    assert "pip install 'chronicle-timeline[web]'" in result.stderr
