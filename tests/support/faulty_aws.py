"""A proxy in front of the emulator that simulates AWS failures: it refuses an operation, or never responds."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from local.keys import Key
from tests.support import signing

_HOP = {"connection", "content-length", "transfer-encoding", "date", "server"}


@dataclass(frozen=True)
class Fault:
    """An error of AWS instead of the emulator's response. With `done` the operation was executed all the same."""

    code: str
    message: str
    status: int = 400
    done: bool = False


@dataclass
class FaultyAws:
    """The failures of the proxy.

    `faults` has the errors for the next calls of an operation (`CreateUserPoolClient`), in order.
    `instead` has, by operation, a text of the emulator's response and its replacement.
    An operation in `held` is executed, but gets no response until the test ends. `reached` is set when one arrives.
    """

    url: str
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    instead: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    reached: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def faulty_aws(emulator: str, key: Key) -> Iterator[FaultyAws]:
    """Run the proxy on a free port, for the emulator with this URL and key, and yield it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            queue = aws.faults.get(operation)
            if queue:
                fault = queue.pop(0)
                if fault.done:
                    self._passed_on(body)
                told = {"__type": fault.code, "message": fault.message}
                self._answer(fault.status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(told).encode())
                return
            there = self._passed_on(body)
            if operation in aws.held:
                aws.reached.set()
                aws.ended.wait()
            kept = {name: value for name, value in there.headers.items() if name.lower() not in _HOP}
            words, others = aws.instead.get(operation, (b"", b""))
            self._answer(there.status_code, kept, there.content.replace(words, others) if words else there.content)

        do_GET = do_POST

        def _passed_on(self, body: bytes) -> httpx2.Response:
            return client.request(self.command, f"{emulator}{self.path}", headers=self._signed(body), content=body)

        def _signed(self, body: bytes) -> dict[str, str]:
            """Return the request's headers, signed again if it was signed: a signature is valid for one address."""
            said = {name: self.headers[name] for name in ("Content-Type", "X-Amz-Target") if name in self.headers}
            if "Authorization" not in self.headers:
                return said
            service = self.headers["Authorization"].split("/")[3]
            return signing.headers(self.command, f"{emulator}{self.path}", body, said, key, service)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            with contextlib.suppress(ConnectionError):  # the client may have been killed
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    aws = FaultyAws(f"http://127.0.0.1:{server.server_address[1]}")
    with httpx2.Client(timeout=60, trust_env=False) as client:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield aws
        finally:
            aws.ended.set()
            server.shutdown()
            server.server_close()
