"""A stack's outputs as files, for those who do not use Pulumi."""

import json
import re
import shlex
from pathlib import Path

from cli.outputs import Outputs
from cli.sign_in import postman
from local import paths
from local.console import Failure


def write_files(outputs: Outputs, stack: str, directory: Path, *, with_secrets: bool) -> list[Path]:
    """Write identity.env, identity.json and the two Postman files, readable by their owner only; returns their paths.

    Files of an earlier run are replaced. Nothing else in the directory is touched.
    """
    if not with_secrets:
        outputs = outputs.model_copy(update={"client_secrets": {}})
    files = {
        "identity.env": env_text(outputs),
        "identity.json": _json(outputs.model_dump(by_alias=True, exclude_none=True)),
        "identity.postman_environment.json": _json(postman.environment(outputs, stack)),
        "identity.postman_collection.json": _json(postman.collection(outputs)),
    }
    try:
        for name, text in files.items():
            paths.write_whole(directory / name, text)
    except OSError as error:
        raise Failure(f"The files cannot be written to {directory}: {error.strerror}.") from None
    return [directory / name for name in files]


def env_text(outputs: Outputs) -> str:
    """Lines of NAME=value, for a shell (`set -a; . identity.env`) and other readers of such files.

    Scopes are separated by spaces, as in a token's `scope`; values are quoted where a shell needs it.
    Raises Failure where two keys give the same name.
    """
    pairs = [
        ("IDENTITY_ISSUER", outputs.issuer),
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
        if key in outputs.client_secrets:
            pairs.append((f"IDENTITY_CLIENT_{_name(key)}_SECRET", outputs.client_secrets[key]))
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Failure(f"Two APIs or clients have the same name in the .env file: {', '.join(twice)}. Rename one.")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in pairs)


def _name(key: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", key.upper())


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
