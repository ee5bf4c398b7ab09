"""Write messages for users to standard error, and results for programs to standard output."""

import contextlib
import errno
import os
import shlex
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from local import paths

_log_too = False


class Failure(Exception):
    """A command cannot do its work. The user sees only the message: what happened, why, and how to fix it."""


def say(text: str, style: str = "") -> None:
    """Write `text` to standard error, in a style such as `red` or `bold red`. Ignore errors of writing."""
    global _log_too
    bold, _, colour = style.rpartition(" ")
    plain = False if os.environ.get("NO_COLOR") else None  # https://no-color.org; None: colours only on a terminal
    with contextlib.suppress(OSError):
        click.secho(text, err=True, color=plain, fg=colour or None, bold=bool(bold) or None)
    if _log_too:
        try:
            give(text)
        except Failure as failure:
            _log_too = False
            say(f"{failure} Continuing without it.", style="yellow")


def give(text: str) -> None:
    """Write a command's result to standard output. Raises Failure if it cannot be written."""
    try:
        click.echo(text)
    except UnicodeEncodeError as error:
        raise Failure(
            f"Standard output cannot be written to: {error.encoding} cannot encode all characters. Set PYTHONUTF8=1."
        ) from None
    except OSError as error:
        _drop(sys.stdout)
        if isinstance(error, BrokenPipeError):  # the reader has read enough, as `head` does
            return
        raise Failure(f"Standard output cannot be written to: {error.strerror or error}.") from None


@contextlib.contextmanager
def logged() -> Iterator[None]:
    """Copy all messages to standard output, without colours, if that is a file or pipe other than standard error."""
    global _log_too
    _log_too = _has_own_output()
    try:
        yield
    finally:
        _log_too = False


def refused(error: OSError) -> str:
    """Return the message for an error of the operating system that has no message of its own, with a way to fix it."""
    at = shlex.quote(str(error.filename)) if error.filename else ""
    look = f"See whose it is and who may write there: ls -ld {at or '<the file>'}."
    ways = {
        errno.EEXIST: f"Another file is in its place. Move it: mv {at} {at}.old.",
        errno.EISDIR: f"A folder is in the place of a file. Move it: mv {at} {at}.old.",
        errno.ENOTDIR: "A file is in the place of a folder. Move it, as in: mv <file> <file>.old.",
        errno.ENOSPC: f"Free space on that disk: df -h {at or shlex.quote(str(paths.LOCAL))}.",
        errno.EDQUOT: "Free space in your quota: quota.",
        errno.EROFS: "That disk is read-only.",
        errno.ENOEXEC: f"It is no program for this machine. Remove it: rm {at}.",
        errno.EMFILE: "Too many files are open: ulimit -n 4096.",
        errno.ENAMETOOLONG: "Move the checkout to a shorter path.",
    }
    return f"The system refused: {error}. {ways.get(error.errno or 0, look)} Then try again."


def leave_output() -> None:
    """Flush standard output and standard error. Ignore errors: at the end of a program no one can act on them."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # a stream that was closed before the start is None
            _drop(stream)


def _has_own_output() -> bool:
    """Whether standard output is a file or a pipe, and not the same as standard error, as in `make up > log`."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        output, error = os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno())
        return not sys.stdout.isatty() and not os.path.samestat(output, error)
    return False


def _drop(stream: TextIO) -> None:
    """Drop unwritten output. Otherwise Python tries again when it exits, shows an error, and exits with status 120."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
