"""The session of a client on a stack, kept between commands.

Without it every `refresh`, `token` and `logout` would need a new sign-in. It is a file in the checkout's `.local/`
(never under version control), readable by its owner only, as the AWS and Pulumi CLIs keep their own credentials: a
system keyring is not there on servers, in containers and over ssh, where a terminal sign-in is needed most. `logout`
deletes it, and a session of a pool or client that is gone is not used.
"""

import os
import time
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from sign_in.stack import CHECKOUT, Client, Outputs

KEPT_IN = CHECKOUT / ".local" / "sign-in"


class Session(BaseModel):
    """Verified tokens, and whose they are."""

    issuer: str
    client_id: str
    subject: str
    name: str
    scopes: list[str]
    expires_at: int
    access_token: str
    id_token: str | None = None
    refresh_token: str | None = None

    def valid_for(self, seconds: int) -> bool:
        """Whether the access token lives that much longer."""
        return self.expires_at - time.time() > seconds


class SessionFile:
    """Where one stack's and client's session is kept. Any of its errors of reading means: no session."""

    def __init__(self, stack: str, key: str, directory: Path | None = None) -> None:
        name = f"{quote(stack, safe='')}.{quote(key, safe='')}.json"
        self.path = (directory or KEPT_IN) / name

    def read(self, outputs: Outputs, client: Client) -> Session | None:
        """The session, if there is one and it is of this pool and client."""
        try:
            session = Session.model_validate_json(self.path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        same = (session.issuer, session.client_id) == (outputs.issuer, client.client_id)
        return session if same else None

    def write(self, session: Session) -> None:
        """Keep the session, in place of an earlier one; a reader never sees half of it."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.path, session.model_dump_json(indent=2))

    def delete(self) -> None:
        """Forget the session."""
        self.path.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, at no moment otherwise, and whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
