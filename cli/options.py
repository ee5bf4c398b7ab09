"""Common options of the commands."""

import click

from local import paths


def not_empty(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """What a person gives by name. An empty one would stand for whatever Pulumi or the command itself chooses."""
    if value is not None and not value.strip():
        raise click.BadParameter(f"it is empty. Give a name, or omit {parameter.opts[0]}.")
    return value


stack = click.option("--stack", default=paths.STACK, show_default=True, callback=not_empty, help="The Pulumi stack.")
