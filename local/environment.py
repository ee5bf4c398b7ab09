"""The environment of a run, independent of the user's own AWS and Pulumi settings."""

import os
import shlex
from urllib.parse import quote

from local import keys, paths

# The engine always encrypts secrets. Those of the local stack belong to an emulator and are worth nothing. So here, and
# only here, a public passphrase is right: the user should not have to enter one.
PASSPHRASE = "local"  # noqa: S105

REGION = "us-east-1"
_USER_SETTINGS = ("AWS_", "PULUMI_", "MINISTACK_", "LOCALSTACK_")


def shut_out_others() -> None:
    """Remove the user's own AWS and Pulumi settings from the environment of this process and of its child processes.

    Also make all files that they write readable by this user only: states and logs hold client secrets and passwords.
    """
    os.umask(0o077)
    for name in list(os.environ):
        if name.startswith(_USER_SETTINGS):
            del os.environ[name]
    # Otherwise the AWS files in the home directory would be read.
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # gRPC would warn of connections that end normally
    # A proxy cannot reach the loopback addresses of this machine.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def of_the_engine() -> dict[str, str]:
    """Return the environment variables for the Pulumi CLI: use only this checkout's `.local/`, and no network."""
    return {
        "PULUMI_HOME": str(paths.PULUMI_HOME),
        "PULUMI_BACKEND_URL": f"file://{quote(str(paths.BACKEND))}",  # escapes `%`, `#` and `?`
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_AUTOMATION_API": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "GOGC": "400",  # rare garbage collection saves a fifth of the time: the engine runs only for seconds
    }


def of_the_aws_tools(port: int) -> list[str]:
    """Return shell commands that point the AWS CLI and SDKs to the emulator on `port`, and to no other endpoint."""
    key = keys.own()
    values = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
    }
    # The user's own values would be used together with the key, or instead of it.
    unset = "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN"
    return [unset, *(f"export {name}={shlex.quote(value)}" for name, value in values.items())]
