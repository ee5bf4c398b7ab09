"""The engine's state file of the local stack. It is fixed only under the lock, and never during a run."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from local import paths, room
from local.console import Failure, say

_ROOT = paths.BACKEND / ".pulumi"
FILE = _ROOT / "stacks" / "identity" / f"{paths.STACK}.json"
_BACKUPS = _ROOT / "backups" / "identity" / paths.STACK

_SECRET = "[secret]"  # noqa: S105 - as the engine shows one
_SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key that marks a value that is no plain one
_ENCRYPTED = "1b47061264138c4ac30d75fd1eb44270"  # what stands under that key for a secret
_ROOM = 16 * 2**20  # bytes; a run writes the state anew at each step, and keeps copies of it

Resource = dict[str, Any]


class State:
    """What the state file holds. Changes count once `save` is called."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        # A stack without any deployment yet has no `latest`.
        self._latest: dict[str, Any] = content["checkpoint"].get("latest") or {}

    @property
    def resources(self) -> list[Resource]:
        return self._latest.get("resources") or []

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack puts out, with `[secret]` for what is one."""
        stack = next(self.of_type("pulumi:pulumi:Stack"), {})
        return {name: _shown(value) for name, value in sorted((stack.get("outputs") or {}).items())}

    @property
    def clients_with_a_secret(self) -> set[str]:
        """Their ids."""
        clients = self.of_type("aws:cognito/userPoolClient:UserPoolClient")
        return {str(client.get("id")) for client in clients if (client.get("outputs") or {}).get("generateSecret")}

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Operations that were begun and whose end nobody saw: each with its `resource` and `type`."""
        return self._latest.get("pending_operations") or []

    def of_type(self, type_name: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource["type"] == type_name)

    def add_pending(self, creates: Iterable[Resource]) -> None:
        """Note creates whose end nobody saw, as the engine does for those it was killed in."""
        pending = [{"resource": resource, "type": "creating"} for resource in creates]
        self._latest["pending_operations"] = [*self.pending, *pending]

    def drop_pending(self) -> None:
        self._latest.pop("pending_operations", None)

    def save(self) -> None:
        paths.write_whole(FILE, json.dumps(self._content, indent=4))


def read() -> State | None:
    """The state, or None where there is no stack yet. Raises Failure if the file is damaged, or cannot be read."""
    text = _text()
    if text is None:
        return None
    state = _parsed(text)
    if state is None:
        raise Failure(f"The stack's state, {FILE}, is damaged. `make up` fixes it from its last good copy.")
    return state


def repair() -> bool:
    """Put the last good copy in place of a damaged state file, and say whether that was needed.

    Raises Failure if there is no good copy, or the file cannot be read: it may be whole then, and is left alone.
    """
    text = _text()
    if text is None or _parsed(text):
        return False
    for name, copy in _copies():
        if _parsed(copy):
            say(f"The stack's state was damaged; going on from its last good copy ({name}).", style="yellow")
            FILE.replace(FILE.with_suffix(".damaged"))
            paths.write_whole(FILE, copy.decode())
            return True
    raise Failure(
        f"The stack's state, {FILE}, is damaged, and there is no good copy of it.\n"
        f"Keep what the emulator holds: rm {FILE}; then adopt it (docs/adopting.md, 'The state is lost').\n"
        f"Or start from nothing (all of that is lost): make stop; rm -r {paths.LOCAL}; make up"
    )


def refuse_full_disk() -> None:
    """Raise Failure where a run could not write down what it makes: the engine leaves half a file behind then."""
    room.ask_for(paths.BACKEND, "the stack's state", "Nothing was changed.", _ROOM)


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return _SECRET if value.get(_SIGNATURE) == _ENCRYPTED else {key: _shown(item) for key, item in value.items()}
    return value


def _copies() -> Iterator[tuple[str, bytes]]:
    """The copies that can be read, the newest first, by name."""
    newest_first = sorted(_BACKUPS.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in (FILE.with_name(f"{FILE.name}.bak"), *newest_first):
        with contextlib.suppress(OSError):
            yield path.name, path.read_bytes()


def _text() -> bytes | None:
    """What the state file has; None where there is none."""
    try:
        return FILE.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(
            f"The stack's state, {FILE}, cannot be read: {error.strerror or error}.\n"
            f"See whose it is and who may read it (ls -ld {FILE}; it has to be a file of yours: chmod u+rw), then try "
            "again. Nothing was changed."
        ) from None


def _is_whole(resource: Resource) -> bool:
    """Whether it has what the engine, which breaks off without it, and the commands take for granted."""
    texts = resource["type"], resource["urn"]
    maps = resource.get("inputs"), resource.get("outputs")
    return (
        all(isinstance(text, str) for text in texts)
        and texts[1].startswith("urn:pulumi:")
        and all(value is None or isinstance(value, dict) for value in maps)
    )


def _parsed(text: bytes) -> State | None:
    try:
        content = json.loads(text)
        state = State(content)
        if not all(_is_whole(resource) for resource in state.resources):
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return state
