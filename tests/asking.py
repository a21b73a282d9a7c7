"""Asks an application of ASGI in this process, without a server between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from attrs import Factory, define, frozen

LOCAL = "localhost:8014"


@frozen
class Got:
    """An answer: its status, its headers by their names in lower case, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


@define
class _Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    found: list[tuple[str, dict[str, str]]] = Factory(list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}))


def elements(page: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a page of HTML, in order, each with its attributes."""
    parser = _Elements()
    parser.feed(page)
    return parser.found


def asked(
    application: Any,
    target: str,
    method: str = "GET",
    hosts: tuple[bytes, ...] = (LOCAL.encode(),),
) -> Got:
    """The answer to one request; ``target`` is a path, escaped as in a request, with a query or without."""
    return run(_asked(application, target, method, hosts))


def asked_together(application: Any, targets: Sequence[str]) -> list[Got]:
    """The answers to several requests that are made at once."""

    async def together() -> list[Got]:
        return await asyncio.gather(
            *(_asked(application, target, "GET", (LOCAL.encode(),)) for target in targets)
        )

    return run(together())


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What some work gives, in a thread of its own: a browser that is open keeps a loop in the test's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _asked(application: Any, target: str, method: str, hosts: tuple[bytes, ...]) -> Got:
    raw, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [(b"host", host) for host in hosts],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8014),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Got(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))
