"""The way to the emulator through a forwarder that a test can cut, at the request it chooses, and fix."""

import socket
import socketserver
import threading
from typing import Literal

Loses = Literal["request", "answer"]


class CutLine:
    """Listens on `port` of 127.0.0.1 and hands everything on to `onward`, until it is cut. A context manager."""

    def __init__(self, port: int, onward: int) -> None:
        self.onward = onward
        self.cut = threading.Event()
        self._trap: tuple[bytes, Loses, bool] | None = None
        self._open: set[socket.socket] = set()
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line.carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> "CutLine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._hang_up()
        self._thread.join()
        self._server.server_close()

    def cut_at(self, call: str, loses: Loses, for_good: bool = True) -> None:
        """Cut at the next call of this name: it is lost, or its answer is. Not for good: that one connection alone."""
        self._trap = (f".{call}\r".encode(), loses, for_good)

    def restore(self) -> None:
        self.cut.clear()

    def carry(self, near: socket.socket) -> None:
        """One connection, there and back, until either side ends it."""
        if self.cut.is_set():
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.onward))
        except ConnectionRefusedError:
            return
        with far:
            self._open |= {near, far}
            doomed = threading.Event()
            back = threading.Thread(target=self._back, args=(near, far, doomed), daemon=True)
            back.start()
            while data := _received(near):
                if self._trap and self._trap[0] in data:
                    _, loses, for_good = self._trap
                    self._trap = None
                    doomed.set()
                    if for_good:
                        self.cut.set()
                    if loses == "request":
                        break
                if not _sent(far, data):
                    break
            _ended(near, far)
            back.join()
            self._open -= {near, far}

    def _back(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        while (data := _received(far)) and not doomed.is_set() and _sent(near, data):
            pass
        if self.cut.is_set():
            self._hang_up()
        _ended(near, far)

    def _hang_up(self) -> None:
        _ended(*self._open)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _sent(end: socket.socket, data: bytes) -> bool:
    try:
        end.sendall(data)
    except OSError:
        return False
    return True


def _ended(*ends: socket.socket) -> None:
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
