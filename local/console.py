"""What people read, on standard error, and what programs read, on standard output."""

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
    """A command cannot do its work. The message says what happened, why, and what to do; it is all a person sees."""


def say(text: str, style: str = "") -> None:
    """Tell people `text`, in a colour such as `red` or `bold red`. Where nobody can be told, work goes on."""
    global _log_too
    bold, _, colour = style.rpartition(" ")
    plain = False if os.environ.get("NO_COLOR") else None  # https://no-color.org; else a terminal's alone are coloured
    with contextlib.suppress(OSError):
        click.secho(text, err=True, color=plain, fg=colour or None, bold=bool(bold) or None)
    if _log_too:
        try:
            give(text)
        except Failure as failure:
            _log_too = False
            say(f"{failure} Continuing without it.", style="yellow")


def give(text: str) -> None:
    """Print what was asked for. Raises Failure where it cannot be printed."""
    try:
        click.echo(text)
    except UnicodeEncodeError as error:
        raise Failure(
            f"Standard output cannot be written to: {error.encoding} cannot encode all characters. Set PYTHONUTF8=1."
        ) from None
    except OSError as error:
        _drop(sys.stdout)
        if isinstance(error, BrokenPipeError):  # whoever read it has read enough
            return
        raise Failure(f"Standard output cannot be written to: {error.strerror or error}.") from None


@contextlib.contextmanager
def logged() -> Iterator[None]:
    """Have standard output say, without colours, all that people are told, where it is a file or a pipe of its own."""
    global _log_too
    _log_too = _has_own_output()
    try:
        yield
    finally:
        _log_too = False


def refused(error: OSError) -> str:
    """What the system refused, and the way on, for whatever nobody has told better."""
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
    """Write out what still waits to be printed; at a program's end nobody is left to be told that it cannot be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # None where it was closed from the start
            _drop(stream)


def _has_own_output() -> bool:
    """Whether standard output is a file or a pipe, and another one than standard error's, as in `make up > log`."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        output, error = os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno())
        return not sys.stdout.isatty() and not os.path.samestat(output, error)
    return False


def _drop(stream: TextIO) -> None:
    """Drop what waits to be printed: Python would try again at its end, tell that, and end with status 120."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
