"""The emulated AWS of this checkout: start it, find it, stop it. It listens on 127.0.0.1 only.

It keeps what it holds in memory, writes it down when it is stopped and reads it when it is started. What was read is
then dropped: after a kill it would bring back what had been deleted since. So a stop loses nothing, a kill everything.
"""

import contextlib
import functools
import random
import shutil
import subprocess
import time
from typing import Any, NamedTuple

import psutil

from local import environment, keys, paths, ports, tls
from local.aws_plugin.emulator import connect
from local.console import Failure, say
from local.serving import APP, served

LOG = paths.EMULATOR / "log"
_STATE = paths.EMULATOR / "state"
_SIGNING_KEYS = ("cognito-rsa-key.pem", "cognito-pool-keys")
_USUAL_PORT = 4566
_STARTING = 30.0  # seconds; it takes about one
_STOPPING = 20.0


class _Running(NamedTuple):
    """This checkout's emulator, as its process tells. It is not ours where it is from before `.local/` was removed."""

    process: psutil.Process
    port: int
    is_ours: bool


def ensure(port: int) -> None:
    """Have the emulator run on `port`, moving it there with all it holds if it runs on another one.

    One that does not answer, or is from before `.local/` was removed, is replaced by an empty one. Raises Failure when
    the port is someone else's or the emulator does not come up.
    """
    found = _running()
    if found and not (found.is_ours and ports.is_healthy(found.port)):
        discard()
        found = None
    if found and found.port == port:
        return
    ports.refuse_taken(port)  # while the one that runs is still there
    if found:
        say(f"Moving the emulator from port {found.port} to {port} ...")
        stop()
    _start(port)


def stop() -> bool:
    """Stop the emulator, which then writes down what it holds, and say whether it ran.

    What an emulator from before `.local/` was removed holds is dropped, and that of one that does not end.
    """
    found = _running()
    if found and found.is_ours:
        found.process.terminate()
    if found and not (found.is_ours and _ends(found.process)):
        discard()
    return found is not None


def discard() -> None:
    """End the emulator where it runs, and drop what it held or had written down."""
    if found := _running():
        found.process.kill()
        _ends(found.process)
    shutil.rmtree(_STATE, ignore_errors=True)


def is_lost() -> bool:
    """Whether what it held is gone, as after a kill: it neither runs nor has anything written down."""
    return _running() is None and not any(_STATE.glob("*.json"))


def running_port() -> int | None:
    """The port this checkout's emulator listens on; None when none runs that takes its key."""
    found = _running()
    return found.port if found and found.is_ours else None


def port_for(given: int | None) -> int:
    """The port for a command: the one that is given, else where the emulator runs already, else the usual one."""
    return given or running_port() or _USUAL_PORT


@functools.lru_cache(maxsize=32)
def client(service: str, port: int, key: keys.Key | None = None, region: str = environment.REGION) -> Any:
    """A client for one of the emulator's services, with nothing of a person's own AWS set-up.

    Args:
        service: as boto3 calls it.
        port: where the emulator listens.
        key: the key of the checkout whose emulator it is; without one this checkout's own.
        region: the stack's, in which the emulator keeps what it has apart.
    """
    key, url = key or keys.own(), f"http://127.0.0.1:{port}"
    return connect(service, url, region, (key.id, key.secret), read_timeout=30, retries={"total_max_attempts": 2})


def _running() -> _Running | None:
    """Found by its own command and folder, not by a number that was noted: that may be another program's by now."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if APP in process.cmdline():
                own = process.environ()
                if own.get("STATE_DIR") == str(_STATE):
                    return _Running(process, int(own["GATEWAY_PORT"]), own["AWS_ACCESS_KEY_ID"] == keys.own().id)
    return None


def _ends(process: psutil.Process) -> bool:
    """Wait for its end. What is left of it may stay: in a container there may be nobody who clears it away.

    Its threads end one by one, and the last has its port.
    """
    deadline = time.monotonic() + _STOPPING
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
    return True


def serve_https(port: int) -> tls.Tls:
    """Serve HTTPS on `port` beside HTTP, from now on; the emulator is started again where it runs.

    Raises Failure when the port is someone else's.
    """
    before, found = tls.turned_on(), _running()
    if not (found and before and before.port == port):
        ports.refuse_taken(port)
    made = tls.turn_on(port)
    if found:
        stop()
        ensure(found.port)
    return made


def free_port() -> int:
    """A port of 127.0.0.1 below those that the system hands out, which engines and plugins take at any moment."""
    port = random.randrange(10000, 32000)  # noqa: S311 - any free one will do
    return port if ports.can_be_bound(port) else free_port()


def _start(port: int) -> None:
    paths.EMULATOR.mkdir(mode=0o700, parents=True, exist_ok=True)
    command, settings = served(port, keys.own(), _STATE, keep=True)
    LOG.touch(mode=0o600)
    with LOG.open("ab") as log:
        # A session of its own, so that Ctrl-C ends the command that started it and not the emulator.
        process = subprocess.Popen(
            command,
            env=settings,
            cwd=paths.EMULATOR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
        )
    deadline = time.monotonic() + _STARTING
    while not ports.is_healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            end = "\n".join(LOG.read_text(errors="replace").splitlines()[-15:])
            raise Failure(f"The emulator does not start on port {port}. The end of {LOG}:\n{end}")
        time.sleep(0.1)
    _drop_what_was_read()


def _drop_what_was_read() -> None:
    """All but the keys that tokens are signed with: without them every token would die with the emulator."""
    for entry in _STATE.glob("*"):
        if entry.is_dir() and entry.name not in _SIGNING_KEYS:
            shutil.rmtree(entry)
        elif entry.name not in _SIGNING_KEYS:
            entry.unlink()
