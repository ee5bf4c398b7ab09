"""How the emulator is served: by hypercorn, behind the gateway, on 127.0.0.1 only."""

import os
import secrets
import sys
from pathlib import Path

from local import environment, keys, paths, tls

APP = "local.gateway:app"
# What a sign-in stack is made of, and STS, which tells the account. Functions run as the person who started this: a
# trigger's code is the checkout's own, and nobody without its key can bring any (local/gateway/access.py).
_SERVICES = (
    *("acm", "apigateway", "cloudformation", "cognito-identity", "cognito-idp", "iam", "lambda", "logs", "route53"),
    *("secretsmanager", "ses", "sns", "ssm", "sts", "wafv2"),
)


def served(port: int, key: keys.Key, state: Path, *, keep: bool = False) -> tuple[list[str], dict[str, str]]:
    """The command that serves the emulator on `port` by its gateway, and the environment it runs in.

    Args:
        port: of 127.0.0.1.
        key: the one that its API asks for.
        state: the folder for the keys that it signs tokens with, and for what it holds where that is kept.
        keep: whether it writes down what it holds when it is stopped.
    """
    secure = tls.turned_on() if keep else None
    # No workers: one process, so that a kill leaves no half of it behind on the port.
    # Connections are kept longer than any run of the engine is idle: a request on one that is being closed would be
    # lost, and who sent it cannot tell whether it was done.
    command = [sys.executable, "-m", "hypercorn", APP, *_binds(port, secure), "--workers", "0", "--keep-alive", "600"]
    settings = {
        "PYTHONPATH": str(paths.CHECKOUT),
        "GATEWAY_PORT": str(port),
        "GATEWAY_TLS_PORT": str(secure.port if secure else ""),
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        # A function gets this environment: nothing of a person's own AWS set-up is in it.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        # Its SDK shows this in every request: by it the gateway knows a function that the emulator runs.
        "AWS_SDK_UA_APP_ID": secrets.token_hex(16),
        # Secret hashes, auth flows, codes and access tokens are checked as AWS does.
        "AUTH": "true",
        # Where the function fails that Cognito calls before tokens, there are none.
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
        # The gateway writes the mail, with codes that nobody knows before.
        "COGNITO_EMAIL_ENABLED": "false",
        "SERVICES": ",".join(_SERVICES),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": environment.REGION,
        "PERSIST_STATE": "1" if keep else "0",
        "STATE_DIR": str(state),
        # Services this stack has no use for, which would listen on ports and addresses of their own.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return command, {**own, **settings}


def _binds(port: int, secure: tls.Tls | None) -> list[str]:
    """Hypercorn's words for where it listens: with a certificate, `--bind` is what has TLS."""
    if secure is None:
        return ["--bind", f"127.0.0.1:{port}"]
    certified = ["--certfile", str(secure.certificate), "--keyfile", str(secure.key)]
    return ["--bind", f"127.0.0.1:{secure.port}", "--insecure-bind", f"127.0.0.1:{port}", *certified]
