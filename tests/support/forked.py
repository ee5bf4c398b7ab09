"""A Python process that has imported the packages and forks for each command: imports are half of most commands.

Each command is its own process with its own main module, working directory, environment and output. It inherits only
third-party packages, and imports this program's modules from its working directory.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# The third-party packages that the commands and the program import.
_PACKAGES = (
    *("authlib.integrations.httpx_client", "boto3", "botocore.session", "click", "grpc.aio", "httpx2", "jinja2"),
    *("joserfc.jwt", "psutil", "pulumi.automation", "pulumi_aws.acm", "pulumi_aws.cognito", "pulumi_aws.route53"),
    *(
        "pydantic.alias_generators",
        "pydantic.fields",
        "pydantic.main",
        "pydantic.type_adapter",
        "pydantic.types",
        "yaml",
    ),
)

_AT_A_TIME = threading.Lock()


def run(
    arguments: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    timeout: float,
    policies: bool = True,
    typed: bytes = b"",
    began: Callable[[int], object] = lambda _: None,
) -> tuple[int, str, str]:
    """Run `python -m ...` or `python -c ...` to its end. Return exit status, standard output and standard error.

    Args:
        arguments: the arguments of Python.
        directory: the working directory.
        environment: the whole environment.
        timeout: seconds until the command is killed.
        policies: whether an engine started by the command runs the policy pack.
        typed: the standard input.
        began: called with the process id.

    Raises:
        TimeoutError: the command did not end in time.
    """
    request = json.dumps([list(arguments), str(directory), dict(environment), policies]).encode()
    a_file = tempfile.TemporaryFile
    with _AT_A_TIME, a_file() as given, a_file() as out, a_file() as err:
        given.write(typed)
        given.seek(0)
        server, process = _server()
        socket.send_fds(server, [len(request).to_bytes(4, "big")], [file.fileno() for file in (given, out, err)])
        server.sendall(request)
        server.settimeout(timeout)
        try:
            began(int.from_bytes(server.recv(4, socket.MSG_WAITALL), "big"))
            status = int(server.recv(10))
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _server.cache_clear()
            raise
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return status, said[0], said[1]


@functools.cache
def _server() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Return the socket and process of the fork server of this process. The server ends with this process."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", f"import runpy; runpy.run_path({__file__!r})['serve']()"]
    process = subprocess.Popen(command, stdin=theirs.fileno(), start_new_session=True)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours, process


def serve() -> None:
    """Fork for each request, until the socket is closed."""
    for name in _PACKAGES:
        hasattr(importlib.import_module(name), "__all__")  # packages of pulumi_aws load on first attribute access
    gc.freeze()
    asked = socket.socket(fileno=os.dup(0))
    while True:
        size, files, *_ = socket.recv_fds(asked, 4, 3)
        if not size:
            return
        request = asked.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
        if not (child := os.fork()):
            break
        for file in files:
            os.close(file)
        asked.sendall(child.to_bytes(4, "big"))
        asked.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    asked.close()
    arguments, directory, environment, policies = json.loads(request)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    if not policies:
        _without_policies()
    _become(*arguments, directory=directory)


def _without_policies() -> None:
    from pulumi.automation import Stack

    def without(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: method(*given, **{**named, "policy_packs": None})

    Stack.up, Stack.preview = without(Stack.up), without(Stack.preview)  # type: ignore[method-assign]


def _become(kind: str, what: str, *arguments: str, directory: str) -> None:
    sys.path[0] = directory
    sys.argv = [kind, *arguments]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - the test's own lines
