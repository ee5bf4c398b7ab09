"""The session of a client on a stack, kept between commands.

Without it every `refresh`, `token` and `logout` would need a new sign-in. It is a file in the checkout's `.local/`
(never under version control), readable by its owner only, as the AWS and Pulumi CLIs keep their own credentials: a
system keyring is not there on servers, in containers and over ssh, where a terminal sign-in is needed most. `logout`
deletes it, and a session of a pool or client that is gone is not used.
"""

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from errno import EISDIR
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError

from cli.sign_in.errors import SessionFileError
from cli.sign_in.stack import CHECKOUT, Client, Outputs

KEPT_IN = CHECKOUT / ".local" / "sign-in"


class Session(BaseModel):
    """Verified tokens, and whose they are."""

    issuer: str
    client_id: str
    subject: str
    name: str
    scopes: list[str]
    expires_at: int = Field(ge=0, lt=253402300800)  # up to the year 9999, the last that a date can show
    access_token: str
    id_token: str | None = None
    refresh_token: str | None = None

    def valid_for(self, seconds: int) -> bool:
        """Whether the access token lives that much longer."""
        return self.expires_at - time.time() > seconds


class SessionFile:
    """Where one stack's and client's session is kept.

    Each of its methods raises SessionFileError where the system refuses, with what to do.
    """

    def __init__(self, stack: str, key: str, directory: Path | None = None) -> None:
        name = f"{quote(stack, safe='')}.{quote(key, safe='')}.json"
        self.path = (directory or KEPT_IN) / name

    def read(self, outputs: Outputs, client: Client) -> Session | None:
        """The session, if there is one and it is of this pool and client."""
        return self.look(outputs, client)[0]

    def look(self, outputs: Outputs, client: Client) -> tuple[Session | None, str]:
        """The session or, where a file is there that holds none for this pool and client, why that is not used."""
        try:
            with self._told("read"):
                text = _read_private(self.path)
            session = Session.model_validate_json(text)
        except FileNotFoundError:
            return None, ""
        except ValidationError:
            return None, f"The session file {self.path} is damaged (it holds no session), so it is not used."
        if (session.issuer, session.client_id) != (outputs.issuer, client.client_id):
            return None, "The session that was kept is of a user pool or a client that is gone, so it is not used."
        return session, ""

    def prepare(self) -> None:
        """Make sure that a session can be kept, before anybody goes through a sign-in for it."""
        with self._told("written"):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.parent.chmod(0o700)  # one that was there already
            if self.path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass  # a directory of another account, a disk without room

    def write(self, session: Session) -> None:
        """Keep the session, in place of an earlier one; a reader never sees half of it."""
        self.prepare()
        with self._told("written"):
            write_private(self.path, session.model_dump_json(indent=2))

    def delete(self) -> None:
        """Forget the session."""
        with self._told("deleted"):
            self.path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise SessionFileError(
                f"The session file {self.path} cannot be {what} ({error.strerror}). Is it another account's, a folder,"
                f" or the disk full? Remove what is there, with that account's rights (`sudo rm -rf {self.path}`), or"
                f" take the folder {self.path.parent} over, then sign in again."
            ) from None


class LastClient:
    """Which client of a stack signed in last here, kept beside the sessions. Unreadable is as good as none."""

    def __init__(self, stack: str) -> None:
        self.path = KEPT_IN / f"{quote(stack, safe='')}.last-client"

    def read(self) -> str | None:
        """Its key, where one is known."""
        try:
            return _read_private(self.path).decode().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, key: str) -> None:
        """Remember it."""
        with contextlib.suppress(OSError):
            write_private(self.path, f"{key}\n")


def _read_private(path: Path) -> bytes:
    """The text of a file of ours; one that others could read is closed to them."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a pipe in its place is not waited for
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(EISDIR, "it is no file")
        if about.st_uid == os.geteuid() and about.st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        return file.read()


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
