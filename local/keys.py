"""The access key of this checkout's emulator: random, created once, and stored only in `.local/`.

The key gives full access to the emulator, so only the user who created its file can read it (mode 0600).
"""

import json
import os
import re
import secrets
import string
from pathlib import Path
from typing import NamedTuple

from local import paths
from local.console import Failure

_LETTERS = string.ascii_uppercase + string.digits
_PART = re.compile("[A-Za-z0-9_-]+")


class Key(NamedTuple):
    """An AWS access key for SDKs and the AWS CLI."""

    id: str
    secret: str


def own(file: Path = paths.KEY) -> Key:
    """Return the checkout's key; the first call creates it. Raises Failure if the file does not hold a key."""
    try:
        return _parsed(file.read_bytes())
    except FileNotFoundError:
        # Real AWS keys begin with AKIA: no tool should take this key for a real one.
        key = Key("LOCAL" + "".join(secrets.choice(_LETTERS) for _ in range(15)), secrets.token_urlsafe(30))
        part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        paths.write_whole(part, json.dumps(key._asdict()))
        try:
            os.link(part, file)
        except FileExistsError:
            pass  # if two processes create a key at once, the first wins, and both use its key
        finally:
            part.unlink()
        return own(file)
    except (ValueError, TypeError, RecursionError):
        raise Failure(
            f"{file} is not an access key that this program wrote. Remove it and run `make stop`, then `make up`."
        ) from None


def _parsed(content: bytes) -> Key:
    """Return the key in the file. Not with pydantic: the emulator imports this module, and would start 70 ms later."""
    key = Key(**json.loads(content))
    if not all(isinstance(part, str) and _PART.fullmatch(part) for part in key):
        raise ValueError
    return key
