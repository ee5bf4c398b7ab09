"""The local stack is disposable: what was cut off, damaged or killed is not repaired but made again from nothing."""

import contextlib
import shutil
from collections.abc import Iterator

from botocore.exceptions import ClientError

from identity import facts
from local import emulator, paths, project, state
from local.console import say
from local.progress import Progress


def if_needed(port: int) -> None:
    """Have an emulator on `port` that holds what the state says: as both are, or else both of them empty.

    Raises Failure where the port is somebody else's, or the state cannot be read.
    """
    if_lost()
    emulator.ensure(port)
    if pool := _missing_pool(port):
        _start_over(f"the emulator no longer has the user pool {pool}")
        emulator.ensure(port)
    state.point_at(port)


def if_lost() -> None:
    """Drop the stack where what is on the disk alone says that it is no good. Raises Failure if that cannot be read."""
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
    """Leave a mark while the engine changes things. It stays where nobody has written down what was changed.

    The engine writes the state once, at its end, and not where it is killed or the disk is full. And it cannot know of
    a create whose emulator went away in the middle.
    """
    shutil.rmtree(state.LOCKS, ignore_errors=True)  # of an engine that was killed: no other runs in this checkout
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
    # In this order, so that a kill in between starts over again.
    emulator.discard()
    state.drop()
    paths.UNFINISHED.unlink(missing_ok=True)
