"""The access key of this checkout's emulator: random, made once, and written into `.local/` alone.

Whoever can read it can do with the emulator what they like; so it is nobody's but the person's who made it (0600).
"""

import json
import os
import re
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

from local import paths
from local.console import Failure

_LETTERS = string.ascii_uppercase + string.digits
_PART = re.compile(r"[\w-]+", re.ASCII)


@dataclass(frozen=True)
class Key:
    """An AWS access key, as SDKs and the AWS CLI take it."""

    id: str
    secret: str


def own(file: Path = paths.KEY) -> Key:
    """The checkout's key, made at the first call. Raises Failure where what lies there is no key."""
    try:
        return _checked(Key(**json.loads(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return _made(file)
    except (ValueError, TypeError, RecursionError):
        raise Failure(
            f"{file} is not an access key that this program wrote. Remove it and run `make stop`, then `make up`."
        ) from None


def _checked(key: Key) -> Key:
    if not all(isinstance(part, str) and _PART.fullmatch(part) for part in (key.id, key.secret)):
        raise ValueError
    return key


def _made(file: Path) -> Key:
    # Not AKIA, as AWS's own begin: nothing should take it for one of those.
    key = Key("LOCAL" + "".join(secrets.choice(_LETTERS) for _ in range(15)), secrets.token_urlsafe(30))
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    paths.write_whole(part, json.dumps(asdict(key)))
    try:
        os.link(part, file)  # two at a time: one of them is the first, and both use its key
    except FileExistsError:
        return own(file)
    finally:
        part.unlink()
    return key
