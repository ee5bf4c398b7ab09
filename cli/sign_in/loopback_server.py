"""The HTTP server behind a loopback callback: which requests are handed on, and what a browser is shown."""

import html
import socket
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

Answer = dict[str, list[str]]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem;color:#232f3e}}</style>
<h1>{title}</h1><p>{text}</p></html>"""


def page(title: str, text: str) -> bytes:
    """A page of the listener: the text is shown as it stands."""
    return PAGE.format(title=html.escape(title), text=html.escape(text)).encode()


NOT_HERE = page("Nothing is here", "A terminal waits at this address for the end of a sign-in.")
NOT_OURS = page(
    "Not this sign-in's answer",
    "It belongs to an earlier attempt, or was made by somebody else. Nothing was used of it, and the terminal still"
    " waits: go on in the window that it opened.",
)


def own_hosts(port: int) -> frozenset[str]:
    """What a browser on this machine says as Host when it comes to a loopback callback of this port."""
    names = ("localhost", "127.0.0.1", "[::1]")
    return frozenset([f"{name}:{port}" for name in names] + (list(names) if port == 80 else []))


class Receiver(Protocol):
    """Who waits for the answer to a sign-in, on one path and under these names of this machine."""

    path: str
    hosts: frozenset[str]
    page: bytes
    finished: threading.Event
    delivered: threading.Event

    def take(self, answer: Answer) -> bool:
        """Whether it is the answer that is waited for."""


class LoopbackServer(ThreadingTCPServer):  # not HTTPServer, which asks DNS for its own name
    """Hands a receiver what comes to one address of this machine."""

    allow_reuse_address = True
    daemon_threads = True  # a spare connection of the browser must not hold up the end

    def __init__(self, host: str, port: int, listener: Receiver) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = listener
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up early is no news, and a traceback could show the request."""


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    timeout = 5  # seconds for a request to arrive; browsers open spare connections and send nothing
    protocol_version = "HTTP/1.0"  # one request a connection, so none is left open behind

    def do_GET(self) -> None:
        listener = self.server.listener
        if refused := self._refusal(listener):
            self._answer(*refused)
            return
        listener.finished.wait()
        self._answer(200, listener.page)
        listener.delivered.set()

    def _refusal(self, listener: Receiver) -> tuple[int, bytes] | None:
        try:
            parts = urlsplit(self.path)
        except ValueError:
            return 400, NOT_HERE
        # A page of a name that leads to this machine (DNS rebinding) says that name here.
        named = [*self.headers.get_all("Host", []), *([parts.netloc] if parts.netloc else [])]
        if not named or {host.lower() for host in named} - listener.hosts:
            return 421, NOT_HERE
        answer = parse_qs(parts.query, keep_blank_values=True)
        if (parts.path or "/") != listener.path or not answer:
            return 404, NOT_HERE  # the browser's icon, or someone looking around
        return None if listener.take(answer) else (400, NOT_OURS)

    def _answer(self, status: int, page: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(page)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
        """Nothing: the request line holds the code."""
