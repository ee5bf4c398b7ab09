"""The access key of this checkout's emulator: random, made once, and written into `.local/` alone.

Whoever can read it can do with the emulator what they like; so it is nobody's but the person's who made it (0600).
"""

import contextlib
import json
import os
import secrets
import string
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import StringConstraints, TypeAdapter, ValidationError

from local import paths
from local.console import Failure

_LETTERS = string.ascii_uppercase + string.digits
Part = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]+$")]


class Key(NamedTuple):
    """An AWS access key, as SDKs and the AWS CLI take it."""

    id: Part
    secret: Part


def own(file: Path = paths.KEY) -> Key:
    """The checkout's key, made at the first call. Raises Failure where what lies there is no key."""
    try:
        return TypeAdapter(Key).validate_json(file.read_bytes())
    except FileNotFoundError:
        # Not AKIA, as AWS's own begin: nothing should take it for one of those.
        key = Key("LOCAL" + "".join(secrets.choice(_LETTERS) for _ in range(15)), secrets.token_urlsafe(30))
        part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        paths.write_whole(part, json.dumps(key._asdict()))
        with contextlib.suppress(FileExistsError):
            os.link(part, file)  # two at a time: one of them is the first, and both use its key
        part.unlink()
        return own(file)
    except ValidationError:
        raise Failure(
            f"{file} is not an access key that this program wrote. Remove it and run `make stop`, then `make up`."
        ) from None
