"""What stands in front of every page: which requests are let in, and what every answer tells the browser."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_READING: Final = ("GET", "HEAD")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_UNKNOWN: Final = (
    "Not asked by a name of this server: use the address that it printed, or name this one with --name."
)
_ONLY_READS: Final = "This server only reads: GET and HEAD."
_ALWAYS: Final = ("localhost", "127.0.0.1", "[::1]")

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do with a page: load the style and the script of this server, and nothing else."""

_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Lets in what reads, by a name that is known, and tells the browser of every answer what it may do.

    A page of elsewhere can make a browser ask this computer by a name of its own: so the name by which a
    request asks must be one of ``hosts``, those of this computer, or the one that was chosen.
    """

    def __init__(self, application: Application, hosts: Iterable[str] = ()) -> None:
        self._application = application
        self._hosts = frozenset(map(bracketed, (*_ALWAYS, *hosts)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        answer = _GuardedSend(send, head=scope["method"] == "HEAD")
        if not self._is_known(scope):
            await answer.refused(400, _UNKNOWN)
        elif scope["method"] not in _READING:
            await answer.refused(405, _ONLY_READS, allow=", ".join(_READING))
        else:
            await self._application(scope, receive, answer)

    def _is_known(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1:
            return False
        found = _HOST.fullmatch(named[0].decode("latin-1").strip())
        return found is not None and found[1].lower() in self._hosts


def bracketed(host: str) -> str:
    """A name of a host as it stands in a request: an address of IPv6 in brackets."""
    bare = host.strip("[]").lower()
    return f"[{bare}]" if ":" in bare else bare


class _GuardedSend:
    """Sends an answer with the headers that every answer has, and to HEAD without its body."""

    def __init__(self, send: Send, head: bool) -> None:
        self._send, self._head = send, head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {
                **message,
                "headers": [*message["headers"], *(pair for pair in more if pair[0] not in given)],
            }
        elif self._head:
            message = {**message, "body": b""}
        await self._send(message)

    async def refused(self, status: int, words: str, **headers: str) -> None:
        """An answer in plain words."""
        body = f"{words}\n".encode()
        told = {
            "content-type": "text/plain; charset=utf-8",
            "content-length": str(len(body)),
            **headers,
        }
        named = [(name.encode(), value.encode()) for name, value in told.items()]
        await self({"type": "http.response.start", "status": status, "headers": named})
        await self({"type": "http.response.body", "body": body})
