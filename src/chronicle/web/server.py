"""The server: one process on this computer, that ends with Ctrl-C."""

from __future__ import annotations

import logging
import socket
from asyncio import CancelledError
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final

from chronicle.errors import Problem, UsageError, not_installed, printable, reason_of
from chronicle.web.guard import bracketed
from chronicle.web.served import Served

_PATIENCE: Final = 2
"""For how many seconds after Ctrl-C an answer is waited for."""


def serve(
    served: Served, host: str, port: int, *, names: Iterable[str] = (), ready: Callable[[str, bool], None]
) -> None:
    """Serve the pages of a history until Ctrl-C.

    ``port`` 0 takes any that is free; ``names`` are further ones by which it may be asked. ``ready`` is
    called once it is open, with the address and whether only this computer reaches it. Raises ``UsageError``:
    C740 without the extra, C752 for a host or a port that cannot be had.
    """
    uvicorn = _uvicorn()
    from chronicle.web.application import application

    pages = application(served, (host, *names))
    with _opened(host, port) as listening:
        name, bound = listening.getsockname()[:2]
        ready(f"http://{bracketed(host)}:{bound}/", ip_address(name.partition("%")[0]).is_loopback)
        config = uvicorn.Config(
            pages,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_PATIENCE,
        )
        logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Whether a message is other than that questions were not answered before the end."""
    raised = record.exc_info[1] if record.exc_info else None
    return "graceful shutdown" not in record.getMessage() and not isinstance(raised, CancelledError)


def _uvicorn() -> Any:
    try:
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise not_installed(error.name or "uvicorn", "which serves pages", "web") from None
    return uvicorn


def _opened(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ``UsageError`` (C752)."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    # A name that cannot be a host is a ValueError.
    except (OSError, ValueError) as error:
        reason = (
            reason_of(error).partition(" (while")[0]
            if isinstance(error, OSError)
            else "that is no name of a computer"
        )
        message = f'cannot listen on "{printable(host)}", port {port}: {reason}'
        raise UsageError(Problem("C752", message, help="give another --port, or 0 for any")) from None
