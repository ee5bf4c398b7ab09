"""A stack's outputs as files, for users without Pulumi: `make export`.

Each file has a template of its name: two general files, Postman's files, and files for frameworks. A framework can read
its file unchanged, for AWS and for the local stack. It lists each endpoint, because on the local stack the keys are not
at the issuer's address. It is for one client with user sign-in.
"""

import json
import re
import shlex
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli import options
from cli import outputs as stack_outputs
from cli.outputs import Outputs
from cli.sign_in.errors import plain
from local import paths, tls
from local.console import Failure, give, say

_WITH_A_SERVER = ("appsettings.json", "application.yaml", ".env.local")  # ASP.NET, Spring, and Next with Auth.js
# Delimiters that Postman and Spring do not use. Each value needs the filter of its kind of file.
_TEMPLATES = Environment(  # noqa: S701 - none of them is HTML
    *("<%", "%>", "<<", ">>", "<#", "#>"),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
)
_TEMPLATES.filters |= {
    "json": partial(json.dumps, ensure_ascii=False),
    "sh": shlex.quote,
    "name": lambda key: re.sub(r"[^A-Z0-9]", "_", key.upper()),
}


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
    """Write all files, readable by their owner only, and return their paths.

    Files of an earlier run are replaced; other files in the directory are not changed.

    Args:
        outputs: the stack's outputs.
        stack: the stack's name.
        directory: the target; created if it does not exist.
        with_secrets: whether to write the client secrets; without, they are empty.
        client: the key of the client for the files of frameworks; see `app_files`.

    Raises Failure if the client does not exist, if a framework's file exists with other content (it may be the app's
    own), or if writing fails.
    """
    if not with_secrets:
        outputs = outputs.model_copy(update={"client_secrets": dict.fromkeys(outputs.client_secrets, "")})
    files = {
        "identity.env": env_text(outputs),
        "identity.json": json.dumps(outputs.model_dump(by_alias=True, exclude_none=True), indent=2) + "\n",
        **postman(outputs, stack),
    }
    of_apps = app_files(outputs, client)
    try:
        if not directory.resolve().is_relative_to(paths.LOCAL):  # .local has only generated files
            _refuse_to_replace(directory, of_apps)
        for name, text in (files | of_apps).items():
            paths.write_whole(directory / name, text)
    except OSError as error:
        raise Failure(f"The files cannot be written to {directory}: {error.strerror}.") from None
    return [directory / name for name in files | of_apps]


def _refuse_to_replace(directory: Path, files: dict[str, str]) -> None:
    """Raise Failure if a file exists with other content: it may be an app's own settings file."""
    for name, text in files.items():
        path = directory / name
        if path.is_file() and path.read_bytes() != text.encode():
            raise Failure(
                f"{path} is there already, with something else in it, and was not replaced; nothing was written. Put it"
                " away if it is of an earlier export, or take what you need out of .local/export: make export"
            )


def env_text(outputs: Outputs) -> str:
    """Return lines of NAME=value, for a shell (`set -a; . identity.env`) and other readers of .env files.

    Scopes are separated by spaces, as in a token's `scope`. Values are quoted if a shell needs it.
    Raises Failure if two keys give the same name.
    """
    made = _text("identity.env", outputs)
    names = [line.partition("=")[0] for line in made.splitlines()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Failure(f"Two APIs or clients have the same name in the .env file: {', '.join(twice)}. Rename one.")
    return made


def postman(outputs: Outputs, stack: str) -> dict[str, str]:
    """Return Postman's files by name: the environment of one stack, and a collection of requests for every stack."""
    names = ("identity.postman_environment.json", "identity.postman_collection.json")
    return {name: _text(name, outputs, stack=stack) for name in names}


def app_files(outputs: Outputs, key: str | None = None) -> dict[str, str]:
    """Return the files of frameworks by name, only those that a client of the stack fits.

    Args:
        outputs: the stack's outputs.
        key: the client's key. A client with a secret does not fit Amplify, because the secret would be public.
            Default for Amplify: the first public client by key. Default for the others, which have a server that can
            keep a secret: the first client with a secret, else the first public client.

    Raises Failure for an unknown client, and for a machine-to-machine client.
    """
    if not outputs.authorize_url:
        return {}  # all of them need sign-in pages
    with_sign_in = {name: client for name, client in sorted(outputs.clients.items()) if client.callback_urls}
    if key is not None and key not in with_sign_in:
        why = "is a machine-to-machine client without user sign-in" if key in outputs.clients else "is not in the stack"
        raise Failure(f"The client `{plain(key, 60)}` {why}. Name one of: {', '.join(with_sign_in) or 'none'}.")
    chosen = [key] if key else list(with_sign_in)
    public = [name for name in chosen if name not in outputs.client_secrets]
    confidential = [name for name in chosen if name in outputs.client_secrets]
    clients = {"amplify_outputs.json": public[:1], **dict.fromkeys(_WITH_A_SERVER, [*confidential, *public][:1])}
    return {
        file: _text(
            file,
            outputs,
            client=with_sign_in[name],
            secret=outputs.client_secrets.get(name),
            callback_path=urlsplit(with_sign_in[name].callback_urls[0]).path or "/",
            https_host=_https_host(outputs),
        )
        for file, names in clients.items()
        for name in names
    }


def _https_host(outputs: Outputs) -> str:
    """Return the host for Amplify, which requires HTTPS: on the local stack, the TLS port if TLS is on."""
    https = tls.turned_on() if outputs.is_local else None
    return f"localhost:{https.port}" if https else urlsplit(outputs.authorize_url).netloc


def _text(name: str, outputs: Outputs, **values: object) -> str:
    made = _TEMPLATES.get_template(f"{name}.jinja").render(outputs=outputs, **values)
    if name.endswith(".json"):
        return json.dumps(json.loads(made), indent=2) + "\n"
    return yaml.safe_dump(yaml.safe_load(made), sort_keys=False) if name.endswith(".yaml") else made
