"""Start the local stack over after an interrupted run, a damaged state or a kill. It is disposable: never repaired."""

import contextlib
import shutil
from collections.abc import Iterator

from botocore.exceptions import ClientError

from identity import facts
from local import emulator, paths, project, state
from local.console import say
from local.progress import Progress


def if_needed(port: int) -> None:
    """Make sure that the emulator runs on `port` and matches the state. If they do not match, empty both.

    Raises Failure if another program uses the port, or the state cannot be read.
    """
    if_lost()
    emulator.ensure(port)
    if pool := _missing_pool(port):
        _start_over(f"the emulator no longer has the user pool {pool}")
        emulator.ensure(port)
    state.point_at(port)


def if_lost() -> None:
    """Drop the stack if the files show that it is unusable. Raises Failure if they cannot be read."""
    if paths.UNFINISHED.exists():
        _start_over("the last run was cut off")
        return
    try:
        known = state.read()
    except state.Damaged:
        _start_over("the stack's state is damaged")
        return
    if known is None and project.has_stack():
        _start_over("the stack's state is gone")
    elif known and known.resources and emulator.is_lost():
        _start_over("the emulator's data is gone")


@contextlib.contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """Keep the mark `UNFINISHED` while the engine changes resources, and afterwards if the state lacks the changes.

    The engine writes the state once, at its end, but not if it is killed or the disk is full. If the emulator ends
    during a create, the engine does not know whether the resource exists.
    """
    shutil.rmtree(state.LOCKS, ignore_errors=True)  # left by a killed engine: no other engine runs here
    before = state.written()
    paths.UNFINISHED.touch()
    try:
        yield
    finally:
        if not progress.broken_off and (state.written() != before or not progress.began):
            paths.UNFINISHED.unlink(missing_ok=True)


def _missing_pool(port: int) -> str | None:
    known = state.read()
    for pool in known.of_type(facts.USER_POOL) if known else ():
        try:
            emulator.client("cognito-idp", port).describe_user_pool(UserPoolId=pool.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return pool.id
    return None


def _start_over(why: str) -> None:
    say(
        f"Starting over: {why}. The emulator and the state are cleared; `make up` creates everything again, with the "
        "users of local/people.yaml.",
        style="yellow",
    )
    # In this order, so that after a kill in between the next command starts over again.
    emulator.discard()
    state.drop()
    paths.UNFINISHED.unlink(missing_ok=True)
