"""Common options of the commands."""

import click

from local import paths


def not_empty(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty name: it would mean the default of Pulumi or of the command."""
    if value is not None and not value.strip():
        raise click.BadParameter(f"it is empty. Give a name, or omit {parameter.opts[0]}.")
    return value


stack = click.option("--stack", default=paths.STACK, show_default=True, callback=not_empty, help="The Pulumi stack.")
