"""The browser's way back: a listener on this machine's loopback, or an address pasted by hand.

Rules: RFC 8252, section 7.3 and 8.3 (loopback only, open only while a sign-in runs) and RFC 6749, section 4.1.2.
"""

import errno
import html
import queue
import secrets
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from sign_in.errors import CallbackTimeoutError, DeniedError, PortBusyError, UntrustedAnswerError, plain
from sign_in.oauth import Question

Answer = dict[str, list[str]]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem;color:#232f3e}}</style>
<h1>{title}</h1><p>{text}</p></html>"""


def _page(title: str, text: str) -> bytes:
    return PAGE.format(title=html.escape(title), text=html.escape(text)).encode()


NOT_HERE = _page("Nothing is here", "A terminal waits at this address for the end of a sign-in.")
NOT_OURS = _page(
    "Not this sign-in's answer",
    "It belongs to an earlier attempt, or was made by somebody else. Nothing was used of it, and the terminal still"
    " waits: go on in the window that it opened.",
)


def read_answer(question: Question, answer: Answer) -> str:
    """The code in the server's answer to this question.

    Raises UntrustedAnswerError for an answer to another question, DeniedError for a refusal.
    """
    if repeated := [name for name, values in answer.items() if len(values) > 1]:
        raise UntrustedAnswerError(f"The answer has `{plain(repeated[0], 40)}` more than once, which no server sends.")
    values = {name: given[0] for name, given in answer.items()}
    if not secrets.compare_digest(values.get("state", "").encode(errors="replace"), question.state.encode()):
        raise UntrustedAnswerError(
            "The answer's `state` is not this sign-in's: it belongs to an earlier attempt, or was made by"
            " somebody else. Nothing was used of it. Sign in again, in one browser window."
        )
    if error := values.get("error"):
        said = plain(error) + (f": {plain(values['error_description'])}" if values.get("error_description") else "")
        if error == "access_denied":
            raise DeniedError(f"The sign-in was denied ({said}).")
        raise DeniedError(f"The sign-in server refused to sign in ({said}).")
    if not values.get("code"):
        raise UntrustedAnswerError("The answer has no `code`. Sign in again, and let the login page come to its end.")
    return values["code"]


def read_pasted(question: Question, pasted: str) -> str:
    """The code in an address copied out of the browser's address bar."""
    pasted = pasted.strip()
    if not pasted:
        raise UntrustedAnswerError("Nothing was pasted. After signing in, copy the whole address out of the browser.")
    if _without_query(pasted) != _without_query(question.redirect_uri):
        raise UntrustedAnswerError(
            f"The pasted text is not an address of this client's callback: it has to begin with"
            f" {question.redirect_uri} and hold `code=` and `state=`. Was it copied from another client's sign-in?"
        )
    return read_answer(question, parse_qs(urlsplit(pasted).query))


def _own_hosts(port: int) -> frozenset[str]:
    """What a browser on this machine says as Host when it comes to a loopback callback of this port."""
    names = ("localhost", "127.0.0.1", "[::1]")
    return frozenset([f"{name}:{port}" for name in names] + (list(names) if port == 80 else []))


def _without_query(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    return (parts.scheme, parts.netloc, parts.path or "/")


class CallbackListener:
    """Listens on one loopback callback, on this machine's own addresses only, for the answer to one question.

    Any page and any program of this machine can send a request here. What is not the answer to the question is told so
    and forgotten, and the listener goes on: nobody but the sign-in server ends a sign-in. The browser that brings the
    answer is kept waiting for its page until `finish` says how the sign-in ended, so that the page never claims more
    than what was verified.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self.path = parts.path or "/"
        self.hosts = _own_hosts(parts.port or 80)
        self.question: Question | None = None
        self.strangers = 0
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.finished = threading.Event()
        self.delivered = threading.Event()
        self.page = b""
        self._taken = threading.Lock()
        # A browser may take `localhost` for either address, so both are held where the machine has both.
        hosts = ["127.0.0.1", "::1"] if parts.hostname == "localhost" else [str(parts.hostname)]
        self._servers: list[_Server] = []
        try:
            for host in hosts:
                self._listen(host, parts.port or 80)
        except BaseException:
            self.close()
            raise

    def _listen(self, host: str, port: int) -> None:
        try:
            server = _Server(host, port, self)
        except OSError as error:
            if host == "::1" and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} and self._servers:
                return  # a machine without IPv6
            reason = (
                "is in use by another program" if error.errno == errno.EADDRINUSE else f"is closed ({error.strerror})"
            )
            raise PortBusyError(
                f"The callback {self.url} cannot be listened on: port {port} of {host} {reason}. End that program (`ss"
                f" -ltnp 'sport = :{port}'` names it), give the client a second loopback callback in the stack file, or"
                " sign in with --paste."
            ) from None
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def expect(self, question: Question) -> None:
        """Take the answer to this question from now on; before, nothing is an answer."""
        self.question = question

    def take(self, answer: Answer) -> bool:
        """Whether it answers the question. The first that does is kept; a browser that reloads sends it again."""
        try:
            if self.question is None:
                return False
            read_answer(self.question, answer)
        except DeniedError:
            pass  # an answer as well, and it has the question's state
        except UntrustedAnswerError:
            self.strangers += 1
            return False
        if self._taken.acquire(blocking=False):
            self.answers.put(answer)
        return True

    def wait(self, timeout: float) -> Answer:
        """The answer to the question. Raises CallbackTimeoutError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            try:
                return self.answers.get(timeout=min(left, 0.5))  # short, so that Ctrl-C is heard on every system
            except queue.Empty:
                continue
        others = (
            " An answer that came was another sign-in's, or made by somebody else, and was not used."
            if self.strangers
            else ""
        )
        raise CallbackTimeoutError(
            f"The browser did not come back to {self.url} within {timeout:g} seconds.{others} Sign in again; --timeout"
            " gives it longer, --paste does without a listener."
        )

    def finish(self, title: str, text: str) -> None:
        """Give the waiting browser its page."""
        self.page = _page(title, text)
        self.finished.set()

    def close(self) -> None:
        """Stop listening, once the browser that brought the answer has its page."""
        if not self.finished.is_set():
            self.finish("Not signed in", "The sign-in was stopped. The terminal says why.")
        if self._taken.locked():
            self.delivered.wait(2)
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Server(ThreadingTCPServer):  # not HTTPServer, which asks DNS for its own name
    allow_reuse_address = True
    daemon_threads = True  # a spare connection of the browser must not hold up the end

    def __init__(self, host: str, port: int, listener: CallbackListener) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = listener
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up early is no news, and a traceback could show the request."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
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

    def _refusal(self, listener: CallbackListener) -> tuple[int, bytes] | None:
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
