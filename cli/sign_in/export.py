"""A stack's outputs as files, for those who do not use Pulumi: `make export`."""

import json
from pathlib import Path

import click

from cli import options
from cli import outputs as stack_outputs
from cli.outputs import Outputs
from cli.sign_in import app_files
from local import paths
from local.console import Failure, give, say


@click.command()
@options.stack
@click.option(
    "--to",
    "directory",
    type=click.Path(file_okay=False),
    callback=options.not_empty,
    help="The directory. Default: .local/export/<stack> in the checkout.",
)
@click.option("--without-secrets", is_flag=True, help="Omit the client secrets, for files that you share.")
@click.option(
    "--client",
    callback=options.not_empty,
    help="The client of the files for Amplify, ASP.NET, Spring and Next. Default: the first that fits, by key.",
)
def export(stack: str, directory: str | None, without_secrets: bool, client: str | None) -> None:
    """Write files for APIs and apps: .env, JSON, Postman, and config files of frameworks."""
    outputs = stack_outputs.read(stack)
    to = Path(directory) if directory else paths.LOCAL / "export" / stack.replace("/", ".")
    for path in write_files(outputs, stack, to, with_secrets=not without_secrets, client=client):
        give(str(path))
    if outputs.client_secrets and not without_secrets:
        say("They contain client secrets: keep them out of version control.")


def write_files(
    outputs: Outputs, stack: str, directory: Path, *, with_secrets: bool, client: str | None = None
) -> list[Path]:
    """Write the files of our own, Postman's and those of frameworks, readable by their owner only; returns their paths.

    Files of an earlier run are replaced; what else is in the directory is not touched.

    Args:
        outputs: of the stack.
        stack: its name.
        directory: where to; it is made if it is not there.
        with_secrets: whether the client secrets stand in them, or nothing in their place.
        client: the key of the client that the files of frameworks are for; see `app_files.files`.

    Raises Failure where there is no such client, where a file of a framework's name is there that differs, and may be
    the app's own, and where the system refuses.
    """
    if not with_secrets:
        outputs = outputs.model_copy(update={"client_secrets": dict.fromkeys(outputs.client_secrets, "")})
    files = {
        "identity.env": app_files.env_text(outputs),
        "identity.json": json.dumps(outputs.model_dump(by_alias=True, exclude_none=True), indent=2) + "\n",
        **app_files.postman(outputs, stack),
    }
    of_apps = app_files.files(outputs, client)
    try:
        if not directory.resolve().is_relative_to(paths.LOCAL):  # there nothing is but what we wrote
            _refuse_to_replace(directory, of_apps)
        for name, text in (files | of_apps).items():
            paths.write_whole(directory / name, text)
    except OSError as error:
        raise Failure(f"The files cannot be written to {directory}: {error.strerror}.") from None
    return [directory / name for name in files | of_apps]


def _refuse_to_replace(directory: Path, files: dict[str, str]) -> None:
    """An app has files of these names, with settings of its own in them."""
    for name, text in files.items():
        path = directory / name
        if path.is_file() and path.read_bytes() != text.encode():
            raise Failure(
                f"{path} is there already, with something else in it, and was not replaced; nothing was written. Put it"
                " away if it is of an earlier export, or take what you need out of .local/export: make export"
            )
