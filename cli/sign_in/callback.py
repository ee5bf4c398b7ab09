"""The browser's way back: a listener on this machine's loopback, or an address pasted by hand.

Rules: RFC 8252, section 7.3 and 8.3 (loopback only, open only while a sign-in runs) and RFC 6749, section 4.1.2.
"""

import errno
import queue
import secrets
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from cli.sign_in.errors import CallbackTimeoutError, DeniedError, PortBusyError, UntrustedAnswerError, plain
from cli.sign_in.loopback_server import Answer, LoopbackServer, own_hosts, page
from cli.sign_in.oauth import Question


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
        self.hosts = own_hosts(parts.port or 80)
        self.question: Question | None = None
        self.strangers = 0
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.finished = threading.Event()
        self.delivered = threading.Event()
        self.page = b""
        self._taken = threading.Lock()
        # A browser may take `localhost` for either address, so both are held where the machine has both.
        hosts = ["127.0.0.1", "::1"] if parts.hostname == "localhost" else [str(parts.hostname)]
        self._servers: list[LoopbackServer] = []
        try:
            for host in hosts:
                self._listen(host, parts.port or 80)
        except BaseException:
            self.close()
            raise

    def _listen(self, host: str, port: int) -> None:
        try:
            server = LoopbackServer(host, port, self)
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
            " gives it longer, --paste does without a listener (with make: TIMEOUT=, PASTE=1)."
        )

    def finish(self, title: str, text: str) -> None:
        """Give the waiting browser its page."""
        self.page = page(title, text)
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
