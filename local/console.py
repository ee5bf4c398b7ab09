"""What people read: progress and failures, on standard error, so that standard output stays for programs."""

from rich.console import Console

_console = Console(stderr=True, highlight=False, soft_wrap=True)


class Failure(Exception):
    """A command cannot do its work. The message says what happened, why, and what to do; it is all a person sees."""


def say(text: str, style: str = "") -> None:
    """Print `text` as it stands: brackets in it are not markup."""
    _console.print(text, style=style or None, markup=False)
