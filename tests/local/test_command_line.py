"""All command lines end with the exit status of their kind of end, with a one-line message and without a traceback."""

import click
import pytest

from local import command_line
from local.console import Failure
from local.outcome import Interrupted


@pytest.mark.parametrize(
    ("end", "status", "line"),
    [
        (None, 0, ""),
        (0, 0, ""),
        (1, 1, ""),
        (Failure("no such [stack]"), 1, "no such [stack]\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied"),
        (click.UsageError("no such option"), 2, "no such option"),
        (click.BadParameter("no number"), 2, "no number"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
        (Interrupted(), 130, "Stopped.\n"),
        (click.Abort(), 130, "Stopped.\n"),
    ],
    ids=repr,
)
def test_each_end_of_a_command_has_its_status(
    capsys: pytest.CaptureFixture[str], end: BaseException | int | None, status: int, line: str
) -> None:
    @click.command()
    def command() -> int | None:
        if isinstance(end, BaseException):
            raise end
        return end

    assert command_line.run(command, "test", arguments=[]) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert line in printed.err
    assert "Traceback" not in printed.err
