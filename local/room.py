"""Whether something can be written, before it is too late to find that out."""

import contextlib
import os
import shutil
from pathlib import Path

from local import paths
from local.console import Failure

_ROOM = 16 * 2**20  # bytes; more than an emulator or a state of the largest size holds


def ask_for(directory: Path, what: str, otherwise: str, size: int = _ROOM) -> None:
    """Have a directory, and see that `size` bytes can be written there.

    Args:
        what: is to be written there, as the message says it.
        otherwise: what did not happen for want of room, a sentence.

    Raises:
        Failure: with the cause, where they cannot.
    """
    try:
        paths.private(directory)
        free = shutil.disk_usage(directory).free
        if free < size:
            raise Failure(
                f"No room for {what}: {free // 1024:,} KiB are free on the disk of {directory}, and "
                f"{size // 1024:,} are needed.\nMake room, then try again. {otherwise}"
            )
        _try(directory / f".room-{os.getpid()}", size)
    except OSError as error:
        raise Failure(
            f"{what[0].upper()}{what[1:]} cannot be written to {directory}: {error.strerror or error}.\n"
            f"Look at the room on its disk, your quota, and whose it is: ls -ld {directory}. Then try again.\n"
            f"{otherwise}"
        ) from None


def _try(probe: Path, size: int) -> None:
    """Take the room and give it back: a quota is told by no figure."""
    try:
        file = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, size)
            else:
                os.write(file, bytes(size))
        finally:
            os.close(file)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
