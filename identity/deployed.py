"""The deployed resources of the stack, read from Pulumi's state before any resource is registered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from identity import facts
from identity.errors import Problem, shown
from identity.naming import Names


@dataclass(frozen=True)
class Deployed:
    """A resource in the state: its type, logical name and outputs."""

    type: str
    name: str
    outputs: Mapping[str, Any]


def region_of(arn: str) -> str:
    """The region in an ARN; empty if it has none."""
    return (arn.split(":") + [""] * 4)[3]


def read_state() -> list[Deployed]:
    """All resources of the stack as of the last update; empty for a new stack."""
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    # Unlike a StackReference, this engine function registers no resource, and returns more than the stack's outputs.
    answer = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack}).value or {}
    return [
        Deployed(str(entry.get("type", "")), urn.rsplit("::", 1)[-1], entry.get("outputs") or {})
        for urn, entry in (answer.get("outputs") or {}).items()
    ]


def of_type(state: Iterable[Deployed], name: str) -> list[Deployed]:
    """The resources of this type."""
    return [resource for resource in state if resource.type == name]


def outputs_of(state: Iterable[Deployed], name: str) -> list[Mapping[str, Any]]:
    """The outputs of the resources of this type."""
    return [resource.outputs for resource in of_type(state, name)]


def created_arns(state: Iterable[Deployed], *names: str) -> set[str]:
    """The ARNs of the resources of these types, all of which the stack created."""
    return {str(arn) for name in names for outputs in outputs_of(state, name) if (arn := outputs.get("arn"))}


def renamed(names: Names) -> Iterator[Problem]:
    """Report a changed product or environment: errors in the names derived from them have this cause."""
    tags = (pool.get("tags") or {} for pool in outputs_of(read_state(), facts.USER_POOL))
    for key, (old, new) in names.changed(next(tags, {})).items():
        yield Problem(f"identity:{key}", f"{old}, with which this stack was created", shown(new), "restore it")


def pool_without_case(state: Iterable[Deployed]) -> bool:
    """Whether the stack's pool has no `usernameConfiguration`.

    For AWS, this means case-sensitive user names. But the provider would replace the pool if the setting were added.
    """
    return any(not pool.get("usernameConfiguration") for pool in outputs_of(state, facts.USER_POOL))


def private_keys(state: Iterable[Deployed]) -> Mapping[str, str]:
    """The fingerprint of the private key from the last update, by the name of the identity provider."""
    known = (registry.get("privateKeys") for registry in outputs_of(state, facts.ACCESS_REGISTRY))
    return next((keys for keys in known if isinstance(keys, Mapping)), {})


def mail_sender(state: Iterable[Deployed]) -> str | None:
    """The sender of the pool's email as of the last update; None if the program did not set one."""
    found = {resource.type: resource.outputs for resource in state}
    recorded = found.get(facts.POOL_COMPONENT, {}).get("mailFrom")
    return recorded or found.get(facts.EMAIL_IDENTITY, {}).get("emailIdentity")


def current_region(configured: str | None) -> str:
    """`aws:region` if set, otherwise the region that the AWS provider has from the environment."""
    from pulumi_aws.get_region import get_region  # imported here because most stacks set their region

    return configured or str(get_region().region)


def statements(state: Iterable[Deployed]) -> dict[str, str]:
    """The statement ids of the Lambda permissions, by logical name."""
    made = of_type(state, facts.PERMISSION)
    return {permission.name: str(permission.outputs.get("statementId")) for permission in made}


def clients(state: Iterable[Deployed]) -> dict[str, Mapping[str, Any]]:
    """The outputs of the stack's clients, by logical name."""
    return {client.name: client.outputs for client in of_type(state, facts.USER_POOL_CLIENT)}


def current_account() -> str:
    """The account of the AWS provider's credentials; empty if AWS does not return it."""
    from pulumi_aws.get_caller_identity import get_caller_identity  # imported here because new stacks do not need it

    try:
        return get_caller_identity().account_id
    except Exception:  # the engine raises no specific type for failed invokes
        return ""
