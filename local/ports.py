"""TCP ports of this machine: whether a port is free, and which program uses it."""

import contextlib
import http.client
import shlex
import socket

import psutil

from local.console import Failure


def listener(port: int) -> str | None:
    """Return the command and process that listen on a port; None if unknown, as for other users' processes."""
    with contextlib.suppress(psutil.Error):
        for found in psutil.net_connections("tcp"):
            if found.pid and found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port:
                return f"{shlex.join(psutil.Process(found.pid).cmdline())} (process {found.pid})"
    return None


def refuse_taken(port: int) -> None:
    """Raise Failure if another program uses the port."""
    if can_be_bound(port):
        return
    who = listener(port) or "another program"
    kind = "the emulator of another checkout, or one that was started manually: " if is_healthy(port) else ""
    raise Failure(
        f"Port {port} of 127.0.0.1 is in use by {kind}{who}.\n"
        f"Choose another port: make up PORT={port + 35}.\n"
        "Or stop that program; for the emulator of another checkout, run `make stop` there."
    )


def can_be_bound(port: int) -> bool:
    """Whether a server can bind the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_healthy(port: int) -> bool:
    """Whether an emulator answers on the port of 127.0.0.1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False
