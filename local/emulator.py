"""The emulator (emulated AWS) of this checkout: start it, find it, stop it. It listens on 127.0.0.1 only.

The emulator keeps its data in memory, saves it to files when it stops, and loads them when it starts. The files are
then removed: after a kill, they would bring back resources deleted since. So a stop keeps all data, and a kill loses
all data.
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
_START_TIMEOUT = 30.0  # seconds; a start takes about one
_STOP_TIMEOUT = 20.0


class _Running(NamedTuple):
    """The running emulator of this checkout. Not ours if `.local/` was removed after its start: its key is lost."""

    process: psutil.Process
    port: int
    is_ours: bool


def ensure(port: int) -> None:
    """Start the emulator on `port`, or move it there with its data if it runs on another port.

    An emulator that does not answer, or that started before `.local/` was removed, is replaced by an empty one. Raises
    Failure if another program uses the port or the emulator does not start.
    """
    found = _running()
    if found and not (found.is_ours and ports.is_healthy(found.port)):
        discard()
        found = None
    if found and found.port == port:
        return
    ports.refuse_taken(port)  # before the running emulator is stopped
    if found:
        say(f"Moving the emulator from port {found.port} to {port} ...")
        stop()
    _start(port)


def stop() -> bool:
    """Stop the emulator, which saves its data, and return whether it was running.

    Raises Failure if it could not save everything. Drops the data if it started before `.local/` was removed.
    """
    found = _running()
    if found and found.is_ours:
        logged = _logged()
        found.process.terminate()
        if lost := _unsaved(found.process, logged):
            discard()
            raise Failure(
                f"The emulator is stopped, but it could not save its data:\n{lost}\n"
                "The next `make up` starts over: it creates the stack and the users of local/people.yaml again."
            )
    elif found:
        discard()
    return found is not None


def discard() -> None:
    """Kill the emulator if it is running, and drop its data, saved or not."""
    if found := _running():
        found.process.kill()
        _wait_for_end(found.process)
    shutil.rmtree(_STATE, ignore_errors=True)


def is_lost() -> bool:
    """Whether the emulator's data is lost, as after a kill: it is not running, and no data is saved."""
    return _running() is None and not any(_STATE.glob("*.json"))


def running_port() -> int | None:
    """Return the port of this checkout's emulator; None if none is running that accepts this checkout's key."""
    found = _running()
    return found.port if found and found.is_ours else None


def port_for(given: int | None) -> int:
    """Return the port for a command: the given port, else the running emulator's, else 4566."""
    return given or running_port() or _USUAL_PORT


@functools.lru_cache(maxsize=32)
def client(service: str, port: int, key: keys.Key | None = None, region: str = environment.REGION) -> Any:
    """Return a boto3 client for a service of the emulator. It ignores the user's own AWS settings.

    Args:
        service: the service's name in boto3.
        port: the emulator's port.
        key: the emulator's access key; default: this checkout's.
        region: the stack's region; the emulator keeps the resources of each region apart.
    """
    key, url = key or keys.own(), f"http://127.0.0.1:{port}"
    return connect(service, url, region, (key.id, key.secret), read_timeout=30, retries={"total_max_attempts": 2})


def _running() -> _Running | None:
    """Find the emulator by its command and its folder. A stored process id may belong to another program by now."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if APP in process.cmdline():
                own = process.environ()
                if own.get("STATE_DIR") == str(_STATE):
                    return _Running(process, int(own["GATEWAY_PORT"]), own["AWS_ACCESS_KEY_ID"] == keys.own().id)
    return None


def _wait_for_end(process: psutil.Process) -> bool:
    """Wait until the process ends, and return whether it did in time.

    A zombie counts as ended: in a container there may be no parent process to reap it. But it must have only one thread
    left: threads end one by one, and the last one holds the port.
    """
    deadline = time.monotonic() + _STOP_TIMEOUT
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
    return True


def _unsaved(process: psutil.Process, logged: str) -> str:
    """Wait for the end of the emulator, and return the reason why data is lost; empty if all is saved.

    Args:
        process: the emulator, which is stopping.
        logged: its log before the stop.
    """
    if not _wait_for_end(process):
        return f"It did not end within {_STOP_TIMEOUT:.0f} seconds."
    lines = _logged().removeprefix(logged).splitlines()
    return "\n".join([line for line in lines if "failed to save" in line][:3])


def _logged() -> str:
    """Return the log; empty if it was removed."""
    return LOG.read_text(errors="replace") if LOG.exists() else ""


def serve_https(port: int) -> tls.Tls:
    """Serve HTTPS on `port` beside HTTP from now on. A running emulator is restarted.

    Raises Failure if another program uses the port.
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
    """Return a free port of 127.0.0.1, below the ephemeral ports, which engines and plugins take at any time."""
    port = random.randrange(10000, 32000)  # noqa: S311 - any free port will do
    return port if ports.can_be_bound(port) else free_port()


def _start(port: int) -> None:
    paths.EMULATOR.mkdir(mode=0o700, parents=True, exist_ok=True)
    command, settings = served(port, keys.own(), _STATE, keep=True)
    LOG.touch(mode=0o600)
    with LOG.open("ab") as log:
        # In its own session, so that Ctrl-C stops the command that started the emulator, not the emulator.
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
    deadline = time.monotonic() + _START_TIMEOUT
    while not ports.is_healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            end = "\n".join(_logged().splitlines()[-15:])
            raise Failure(f"The emulator does not start on port {port}. The end of {LOG}:\n{end}")
        time.sleep(0.1)
    _drop_loaded_files()


def _drop_loaded_files() -> None:
    """Remove the loaded files except the keys that sign tokens: otherwise a kill would make all tokens invalid."""
    for entry in _STATE.glob("*"):
        if entry.is_dir() and entry.name not in _SIGNING_KEYS:
            shutil.rmtree(entry)
        elif entry.name not in _SIGNING_KEYS:
            entry.unlink()
