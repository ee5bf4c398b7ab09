"""How the emulator is served: with hypercorn, behind the gateway, on 127.0.0.1 only."""

import os
import secrets
import sys
from pathlib import Path

from local import environment, keys, paths, tls

APP = "local.gateway:app"
# The services that a stack uses, and STS, which returns the account's id. Lambda functions run as the user who started
# the emulator. This is safe: without the checkout's key no program can deploy code here (local/gateway/access.py).
_SERVICES = (
    *("acm", "apigateway", "cloudformation", "cognito-identity", "cognito-idp", "iam", "lambda", "logs", "route53"),
    *("secretsmanager", "ses", "sns", "ssm", "sts", "wafv2"),
)


def served(port: int, key: keys.Key, state: Path, *, keep: bool = False) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves the emulator behind its gateway, and the command's environment.

    Args:
        port: the port on 127.0.0.1.
        key: the access key that the emulator requires.
        state: the folder for the keys that sign tokens, and for the saved data.
        keep: whether the emulator saves its data when it stops; with HTTPS too, if that is turned on.
    """
    secure = tls.turned_on() if keep else None
    # No workers: one process, so that a kill leaves no other process on the port.
    # Connections stay open longer than the engine is ever idle: a request on a closing connection would be lost, and
    # its sender could not know whether it was done.
    command = [sys.executable, "-m", "hypercorn", APP, *_binds(port, secure), "--workers", "0", "--keep-alive", "600"]
    settings = {
        "PYTHONPATH": str(paths.CHECKOUT),
        "GATEWAY_PORT": str(port),
        "GATEWAY_TLS_PORT": str(secure.port if secure else ""),
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        # Lambda functions inherit this environment: keep the user's own AWS settings out of it.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        # A function's SDK sends this in every request, so that the gateway recognizes functions of the emulator.
        "AWS_SDK_UA_APP_ID": secrets.token_hex(16),
        # Check secret hashes, auth flows, codes and access tokens as AWS does.
        "AUTH": "true",
        # Issue no tokens if the pre token generation trigger fails.
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
        # The gateway writes the email, with random codes.
        "COGNITO_EMAIL_ENABLED": "false",
        "SERVICES": ",".join(_SERVICES),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": environment.REGION,
        "PERSIST_STATE": "1" if keep else "0",
        "STATE_DIR": str(state),
        # Unused services, which would listen on other ports and addresses.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return command, {**own, **settings}


def _binds(port: int, secure: tls.Tls | None) -> list[str]:
    """Return hypercorn's options for its addresses. With a certificate, `--bind` serves HTTPS."""
    if secure is None:
        return ["--bind", f"127.0.0.1:{port}"]
    certified = ["--certfile", str(secure.certificate), "--keyfile", str(secure.key)]
    return ["--bind", f"127.0.0.1:{secure.port}", "--insecure-bind", f"127.0.0.1:{port}", *certified]
