"""The session of a client on a stack, saved between commands.

Without it every `token` and `logout` would need a new sign-in. It is a file in the checkout's `.local/` (never under
version control), readable by its owner only, like the credentials of the AWS and Pulumi CLIs. A system keyring is
missing on servers, in containers and over ssh, where a terminal sign-in is needed most. `logout` deletes the file. The
session of a deleted pool or client is not used.
"""

import contextlib
import os
import shlex
import stat
import tempfile
import time
from collections.abc import Iterator
from errno import EISDIR
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError

from cli.outputs import ClientOutput, Outputs
from local import paths
from local.console import Failure

SESSIONS = paths.LOCAL / "sign-in"


class Session(BaseModel):
    """Verified tokens and their user."""

    issuer: str
    client_id: str
    subject: str
    name: str
    scopes: list[str]
    expires_at: int = Field(ge=0, lt=253402300800)  # up to the year 9999, the largest of datetime
    access_token: str
    id_token: str | None = None
    refresh_token: str | None = None

    @property
    def minutes_left(self) -> int:
        """Minutes until the access token expires."""
        return max(0, round((self.expires_at - time.time()) / 60))

    def valid_for(self, seconds: int) -> bool:
        """Whether the access token is valid for more than `seconds`."""
        return self.expires_at - time.time() > seconds


class SessionFile:
    """The file with the session of one client on one stack. Methods raise Failure if the file system refuses."""

    def __init__(self, stack: str, key: str) -> None:
        self.path = SESSIONS / f"{quote(stack, safe='')}.{quote(key, safe='')}.json"

    def read(self, outputs: Outputs, client: ClientOutput) -> Session | None:
        """Return the session; None if there is none for this pool and client."""
        return self.look(outputs, client)[0]

    def look(self, outputs: Outputs, client: ClientOutput) -> tuple[Session | None, str]:
        """Return the session, or None and, if a file exists, the reason why it is not used."""
        try:
            with self._refusals("read"):
                session = Session.model_validate_json(_read_private(self.path))
        except FileNotFoundError:
            return None, ""
        except ValidationError:
            return None, f"The session file {self.path} is damaged (it holds no session), so it is not used."
        if (session.issuer, session.client_id) != (outputs.issuer, client.client_id):
            return None, "The saved session is of a user pool or a client that was deleted, so it is not used."
        return session, ""

    def prepare(self) -> None:
        """Check that a session can be saved, before the user signs in."""
        with self._refusals("written"):
            paths.private(self.path.parent)
            if self.path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass  # fails in a directory of another account, and on a full disk

    def write(self, session: Session) -> None:
        """Save the session; replace an earlier one."""
        self.prepare()
        with self._refusals("written"):
            paths.write_whole(self.path, session.model_dump_json(indent=2))

    def delete(self) -> None:
        """Delete the session, if there is one."""
        with self._refusals("deleted"):
            self.path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _refusals(self, what: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Failure(
                f"The session file {self.path} cannot be {what} ({error.strerror}). Is it another account's, a folder,"
                f" or the disk full? Remove what is there, with that account's rights"
                f" (`sudo rm -rf {shlex.quote(str(self.path))}`), or take the folder {self.path.parent} over, then"
                " sign in again."
            ) from None


class LastClient:
    """The client of the last sign-in to a stack, saved next to the sessions. An unreadable file is ignored."""

    def __init__(self, stack: str) -> None:
        self.path = SESSIONS / f"{quote(stack, safe='')}.last-client"

    def read(self) -> str | None:
        """Return the client's key; None if unknown."""
        try:
            return _read_private(self.path).decode().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, key: str) -> None:
        """Save the client's key; ignore errors of the file system."""
        with contextlib.suppress(OSError):
            paths.write_whole(self.path, f"{key}\n")


def _read_private(path: Path) -> bytes:
    """Return the content of a file; remove the permissions of other accounts."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # do not wait for a pipe
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(EISDIR, "it is no file")
        if about.st_uid == os.geteuid() and about.st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        return file.read()
