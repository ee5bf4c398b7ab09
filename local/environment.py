"""The environment of a run, independent of the user's own AWS and Pulumi settings."""

import os
import shlex
from urllib.parse import quote

from local import keys, paths

# The local stack's secrets belong to an emulator and are worth nothing, but the engine encrypts them all the same, as
# it does elsewhere. A passphrase that anyone knows is right here, and only here: no one should be asked for one.
PASSPHRASE = "local"  # noqa: S105

REGION = "us-east-1"
_OTHERS = ("AWS_", "PULUMI_", "MINISTACK_", "LOCALSTACK_")


def shut_out_others() -> None:
    """Take a person's own AWS and Pulumi settings out of this process, and so out of all that it starts.

    And whatever these write is for its own person alone: states and logs have client secrets and passwords in them.
    """
    os.umask(0o077)
    for name in list(os.environ):
        if name.startswith(_OTHERS):
            del os.environ[name]
    # Files in the home directory would be read as well.
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # it would tell people of connections that end as they should
    # A proxy cannot reach this machine's loopback.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def of_the_engine() -> dict[str, str]:
    """What the Pulumi CLI is told: keep to this checkout's `.local/`, and ask nothing of the network."""
    return {
        "PULUMI_HOME": str(paths.PULUMI_HOME),
        "PULUMI_BACKEND_URL": f"file://{quote(str(paths.BACKEND))}",  # `%`, `#` and `?` are no part of a URL's path
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_AUTOMATION_API": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "GOGC": "400",  # it runs for seconds: looking for garbage as often as a server does costs a fifth of its time
    }


def of_the_aws_tools(port: int) -> list[str]:
    """Lines for a shell: the AWS CLI and SDKs then speak to the emulator on `port`, and to nothing else."""
    key = keys.own()
    values = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
    }
    # A person's own would be sent along with the key, or stand in its way.
    taken_out = "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN"
    return [taken_out, *(f"export {name}={shlex.quote(value)}" for name, value in values.items())]
