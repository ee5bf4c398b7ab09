"""Come right after a kill, under the lock and before the engine runs: what was left half done is seen and fixed."""

import contextlib
import json
import re
import time
from typing import Any

from botocore.exceptions import ClientError

from identity import facts
from local import emulator, keys, leftovers, paths, processes, state
from local.console import Failure, say
from local.state import State

_LOCKS = paths.BACKEND / ".pulumi" / "locks"
_PATIENCE = 30.0  # seconds for a `pulumi` that someone runs by hand on this state
_PULUMI = re.compile(r"^(\S*/)?pulumi(\s|$)")
_PROVIDER = "pulumi:providers:aws"


def repair(port: int, may_touch: bool) -> bool:
    """Make the state fit for a run, and say whether the engine has to compare it with the emulator first.

    Args:
        port: where the emulator listens.
        may_touch: whether things may be deleted in the emulator; a preview changes nothing.

    Raises:
        Failure: where someone else works on the state, or it is damaged beyond repair.
    """
    _clear_locks()
    if state.repair():
        paths.STALE.touch()
    known = state.read()
    if known is None:
        return False
    lost = _lost_pools(known, port)
    if lost:
        say(
            f"The emulator no longer has what the stack's state says it has (user pool {', '.join(lost)}): it was "
            "killed or emptied, and what it holds is only written down when it is stopped. Everything that is gone "
            "is made again; its users are lost.",
            style="yellow",
        )
    pending = bool(known.pending)
    if pending and may_touch:
        say("The last run was cut off; clearing up what it left half done.", style="yellow")
        leftovers.remove(known, port)
        known.drop_pending()
    if _point_at(known, port) or (pending and may_touch):
        known.save()
    return paths.STALE.exists() or pending or bool(lost)


def _lost_pools(known: State, port: int) -> list[str]:
    cognito = emulator.client("cognito-idp", port)
    lost = []
    for pool in known.of_type(facts.USER_POOL):
        try:
            cognito.describe_user_pool(UserPoolId=pool["id"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            lost.append(str(pool["id"]))
    return lost


def _point_at(known: State, port: int) -> bool:
    """Have the state's providers speak to the emulator of today; refresh and destroy go by the state alone."""
    url, key, changed = f"http://127.0.0.1:{port}", keys.own(), False
    signed = {"accessKey": key.id, "secretKey": key.secret}
    for provider in known.of_type(_PROVIDER):
        for side in ("inputs", "outputs"):
            values: dict[str, Any] = provider.get(side) or {}
            with contextlib.suppress(KeyError, ValueError, TypeError):
                entries = json.loads(values["endpoints"])
                moved = [dict.fromkeys(entry, url) for entry in entries]
                if moved != entries:
                    values["endpoints"] = json.dumps(moved, separators=(",", ":"))
                    changed = True
            if values and values | signed != values:
                values.update(signed)
                changed = True
    return changed


def _clear_locks() -> None:
    """Remove the locks of engines that are gone; wait a while for one that is not."""
    deadline = time.monotonic() + _PATIENCE
    for lock in sorted(_LOCKS.glob("**/*.json")) if _LOCKS.is_dir() else ():
        while lock.exists() and _holds(pid := _owner(lock.read_text())):
            if time.monotonic() > deadline:
                raise Failure(
                    f"A `pulumi` (process {pid}) works on this checkout's state.\n"
                    "Let it end, or stop it, then try again. Nothing was changed."
                )
            time.sleep(0.5)
        lock.unlink(missing_ok=True)


def _owner(lock: str) -> int:
    try:
        return int(json.loads(lock)["pid"])
    except (ValueError, KeyError, TypeError):
        return 0


def _holds(pid: int) -> bool:
    # The number may have gone to another program since.
    return pid > 0 and processes.identity(pid) is not None and _PULUMI.search(processes.command_line(pid)) is not None
