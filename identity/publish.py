"""Published outputs: SSM parameters, and client secrets in Secrets Manager
(https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pulumi
from pulumi_aws import secretsmanager, ssm

from identity import types
from identity.naming import Names
from identity.setting import Model, setting
from identity.urls import fill_in

PATH: Final = "identity:publish"
_BY_DEFAULT = "/{product}/{environment}/identity"
ParameterPath = Annotated[
    types.Text,
    types.matching(
        r"(?!/aws|/ssm)(/(?:[A-Za-z0-9_.-]|\{product\}|\{environment\})+){1,12}",
        f"a parameter path, such as {_BY_DEFAULT}: letters, digits, _ . - between slashes",
    ),
]


class Publish(Model):
    """Published outputs: what is written where."""

    ssm: types.Maybe[ParameterPath] = setting(
        "The path for SSM parameters with the outputs: each text output, `clients/<key>/clientId` and "
        "`apis/<key>/identifier`. {product} and {environment} are replaced. Default: no parameters.",
        example=_BY_DEFAULT,
    )
    secrets: bool = setting(
        "Whether client secrets are stored in Secrets Manager, as `<path>/clients/<key>/secret`; without ssm the path "
        f"is `{_BY_DEFAULT}`.",
        default=False,
        example=True,
    )

    def path(self, names: Names) -> str:
        return fill_in(self.ssm or _BY_DEFAULT, names.placeholders)


def _parameters(outputs: Mapping[str, Any]) -> dict[str, pulumi.Input[str]]:
    """The published values, by name below the path."""
    # Outputs of resources, and strings: not the objects and lists.
    texts = {name: value for name, value in outputs.items() if isinstance(value, str | pulumi.Output)}
    found = {name: value for name, value in texts.items() if name != "clientSecrets"}
    found |= {f"clients/{key}/clientId": client["clientId"] for key, client in outputs["clients"].items()}
    return found | {f"apis/{key}/identifier": api["identifier"] for key, api in outputs["apis"].items()}


@dataclass(frozen=True)
class PublicationArgs:
    """The arguments of `Publication`.

    Args:
        publish: the settings.
        names: the naming rules.
        outputs: the outputs of the stack.
        client_secrets: the client secrets by key.
        tags: the tags of all parameters and secrets.
    """

    publish: Publish
    names: Names
    outputs: Mapping[str, Any]
    client_secrets: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class Publication(pulumi.ComponentResource):
    """An SSM parameter for each value, and a Secrets Manager secret for each client with a secret.

    Other parameters and secrets of the account are not changed. IAM decides who may read them.
    """

    def __init__(self, name: str, args: PublicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:Publication", name, {}, opts)
        child, path = pulumi.ResourceOptions(parent=self), args.publish.path(args.names)
        for key, value in (_parameters(args.outputs) if args.publish.ssm else {}).items():
            ssm.Parameter(
                f"{name}-{key.replace('/', '-')}",
                name=f"{path}/{key}",
                type="String",
                value=value,
                tags=args.tags,
                opts=child,
            )
        for key, value in (args.client_secrets if args.publish.secrets else {}).items():
            made = secretsmanager.Secret(
                f"{name}-secret-{key}",
                name=f"{path}/clients/{key}/secret",
                description=f"The secret of the app client {key}",
                # Delete at once, so that the name is free again; the client secret itself is in Cognito.
                recovery_window_in_days=0,
                tags=args.tags,
                opts=child,
            )
            secretsmanager.SecretVersion(
                f"{name}-secret-{key}-version", secret_id=made.id, secret_string=value, opts=child
            )
        self.register_outputs({})
