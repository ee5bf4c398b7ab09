"""Entry point of `python -m tests.performance`."""

from local import command_line
from tests.performance.commands import bench

command_line.main(bench, "python -m tests.performance")
