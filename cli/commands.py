"""The command line: all subcommands and their modules.

Messages go to standard error, results to standard output. So
`curl -H "Authorization: Bearer $(python -m cli token)"` gets the token and nothing else.
"""

import importlib

import click

# Command -> its module, which has a function of that name. Modules are imported only when needed: sign-in does not load
# Pulumi's SDK, and adoption does not load OAuth.
# https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
MODULES = {
    "login": "cli.sign_in.commands",
    "token": "cli.sign_in.commands",
    "logout": "cli.sign_in.commands",
    "user": "cli.user",
    "export": "cli.sign_in.export",
    "mail": "cli.mail",
    "people": "cli.people",
    "status": "cli.status",
    "trigger": "cli.trigger",
    "adopt": "cli.adopt.commands",
    "diff": "cli.diff.commands",
    "reference": "cli.reference",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in MODULES:
            return None
        command: click.Command = getattr(importlib.import_module(MODULES[cmd_name]), cmd_name)
        return command


@click.group(cls=_LazyGroup)
def commands() -> None:
    """Sign in to a stack, manage its users, read its messages, adopt an existing user pool.

    To run the local stack: python -m local.
    """
