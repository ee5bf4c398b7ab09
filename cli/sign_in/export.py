"""A stack's outputs as files, for those who do not use Pulumi: our own names, and Postman's."""

import json
import re
import shlex
from pathlib import Path

from cli.outputs import Outputs
from cli.sign_in import app_files, postman
from local import paths
from local.console import Failure


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
        "identity.env": env_text(outputs),
        "identity.json": _json(outputs.model_dump(by_alias=True, exclude_none=True)),
        "identity.postman_environment.json": _json(postman.environment(outputs, stack)),
        "identity.postman_collection.json": _json(postman.collection(outputs)),
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


def env_text(outputs: Outputs) -> str:
    """Lines of NAME=value, for a shell (`set -a; . identity.env`) and other readers of such files.

    Scopes are separated by spaces, as in a token's `scope`; values are quoted where a shell needs it.
    Raises Failure where two keys give the same name.
    """
    pairs = [
        ("IDENTITY_ISSUER", outputs.issuer),
        ("IDENTITY_OPENID_CONFIGURATION_URI", outputs.discovery_uri),
        ("IDENTITY_JWKS_URI", outputs.jwks_uri),
        ("IDENTITY_AUTHORIZE_URL", outputs.authorize_url),
        ("IDENTITY_TOKEN_URL", outputs.token_url),
        ("IDENTITY_USER_INFO_URL", outputs.user_info_url),
        ("IDENTITY_LOGOUT_URL", outputs.logout_url),
        ("IDENTITY_USER_POOL_ID", outputs.user_pool_id),
    ]
    for key, api in outputs.apis.items():
        pairs.append((f"IDENTITY_API_{_name(key)}_IDENTIFIER", api.identifier))
        pairs.append((f"IDENTITY_API_{_name(key)}_SCOPES", " ".join(api.scopes)))
    for key, client in outputs.clients.items():
        pairs.append((f"IDENTITY_CLIENT_{_name(key)}_ID", client.client_id))
        pairs.append((f"IDENTITY_CLIENT_{_name(key)}_SCOPES", " ".join(client.scopes)))
        if client.callback_urls:
            pairs.append((f"IDENTITY_CLIENT_{_name(key)}_CALLBACK_URL", client.callback_urls[0]))
        if client.logout_urls:
            pairs.append((f"IDENTITY_CLIENT_{_name(key)}_LOGOUT_URL", client.logout_urls[0]))
        if key in outputs.client_secrets:
            pairs.append((f"IDENTITY_CLIENT_{_name(key)}_SECRET", outputs.client_secrets[key]))
    pairs = [(name, value) for name, value in pairs if value or name.endswith("_SCOPES")]
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Failure(f"Two APIs or clients have the same name in the .env file: {', '.join(twice)}. Rename one.")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in pairs)


def _name(key: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", key.upper())


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
