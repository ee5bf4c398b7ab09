"""The client's callback on this machine's loopback: RFC 8252, sections 7.3 and 8.3 (open only while a sign-in runs)."""

import contextlib
import errno
import html
import socket
import threading
from concurrent.futures import Future, InvalidStateError
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import parse_qs, urlsplit

from cli.sign_in.authorization import AuthorizationRequest, code_of
from cli.sign_in.errors import AuthorizationError, InvalidResponseError, PortInUseError
from local.console import Failure

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem;color:#232f3e}}</style>
<h1>{title}</h1><p>{text}</p></html>"""


def _page(title: str, text: str) -> bytes:
    return _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()


_NOT_FOUND = _page("Nothing is here", "A terminal waits at this URL for a sign-in to finish.")
_NOT_THIS_SIGN_IN = _page(
    "Not this sign-in",
    "This response belongs to an earlier attempt, or was made by somebody else. It was not used. Continue in "
    "the window that the terminal opened.",
)


class CallbackListener(contextlib.AbstractContextManager["CallbackListener"]):
    """Listens on a request's callback URL for the response, on loopback addresses only.

    Any page and any program on this machine can send a request here. A request that is not the response gets an error,
    and the listener continues: only the sign-in server can end a sign-in. The browser waits for its page until `finish`
    gives the result, so the page shows success only after the tokens are verified.

    Raises PortInUseError if it cannot listen on the callback URL.
    """

    def __init__(self, request: AuthorizationRequest) -> None:
        parts = urlsplit(request.redirect_uri)
        port = parts.port or 80
        self.request = request
        self.path = parts.path or "/"
        names = ("localhost", "127.0.0.1", "[::1]")
        # Host headers that a browser on this machine may send.
        self.hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())
        self.ignored = False
        self.code: Future[str] = Future()
        self.page: Future[bytes] = Future()
        self.delivered = threading.Event()
        # A browser may resolve `localhost` to either address, so listen on both if the machine has both.
        hosts = ["127.0.0.1", "::1"] if parts.hostname == "localhost" else [str(parts.hostname)]
        self._servers: list[_Server] = []
        try:
            for host in hosts:
                self._listen(host, port)
        except BaseException:
            self.close()
            raise

    def _listen(self, host: str, port: int) -> None:
        try:
            server = _Server(host, port, self)
        except OSError as error:
            if host == "::1" and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} and self._servers:
                return  # a machine without IPv6
            in_use = error.errno == errno.EADDRINUSE
            reason = "is in use by another program" if in_use else f"cannot be opened ({error.strerror})"
            raise PortInUseError(
                f"Nothing can listen on the callback {self.request.redirect_uri}: port {port} of {host} {reason}. End"
                f" that program (`ss -ltnp 'sport = :{port}'` names it), add a second loopback callback URL to the"
                " client, or sign in with --paste."
            ) from None
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def take(self, response: dict[str, list[str]]) -> bool:
        """Whether this is the response to `request`. The first one counts; a browser that reloads sends it again."""
        with contextlib.suppress(InvalidStateError):
            try:
                self.code.set_result(code_of(self.request, response))
            except AuthorizationError as error:  # an error response has the request's state too
                self.code.set_exception(error)
            except InvalidResponseError:
                self.ignored = True
                return False
        return True

    def wait(self, timeout: float) -> str:
        """Return the code. Raises AuthorizationError for an error response, Failure after `timeout` seconds."""
        try:
            return self.code.result(timeout)
        except TimeoutError:
            ignored = " A response that came was another sign-in's, or made by somebody else, and was not used."
            raise Failure(
                f"The browser did not come back to {self.request.redirect_uri} within {timeout:g} seconds."
                f"{ignored if self.ignored else ''}"
                " Sign in again; --timeout waits longer, --paste needs no listener (with make: TIMEOUT=, PASTE=1)."
            ) from None

    def finish(self, title: str, text: str) -> None:
        """Send the waiting browser its page."""
        self.page.set_result(_page(title, text))

    def close(self) -> None:
        """Stop listening once the browser has its page; wait at most two seconds."""
        if not self.page.done():
            self.finish("Not signed in", "The terminal says why. You can close this window.")
        if self.code.done():
            self.delivered.wait(2)
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingTCPServer):  # not HTTPServer, which looks up its own name in DNS
    allow_reuse_address = True
    daemon_threads = True  # an idle connection of the browser must not delay the exit

    def __init__(self, host: str, port: int, listener: CallbackListener) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = listener
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing if a browser disconnects early: a traceback could show the request."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # seconds to wait for a request; browsers open idle connections
    protocol_version = "HTTP/1.0"  # one request per connection, so none stays open

    def do_GET(self) -> None:
        listener = self.server.listener
        if refused := self._refusal(listener):
            self._answer(*refused)
            return
        self._answer(200, listener.page.result())
        listener.delivered.set()

    def _refusal(self, listener: CallbackListener) -> tuple[int, bytes] | None:
        """Return status and page for a request that is not the response; None for the response."""
        try:
            parts = urlsplit(self.path)
        except ValueError:
            return 400, _NOT_FOUND
        # With DNS rebinding, a foreign page sends its own name as Host.
        named = [*self.headers.get_all("Host", []), *([parts.netloc] if parts.netloc else [])]
        if not named or {host.lower() for host in named} - listener.hosts:
            return 421, _NOT_FOUND
        response = parse_qs(parts.query, keep_blank_values=True)
        if (parts.path or "/") != listener.path or not response:
            return 404, _NOT_FOUND  # such as a request for the page's icon
        return None if listener.take(response) else (400, _NOT_THIS_SIGN_IN)

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

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing: the request line contains the code."""
