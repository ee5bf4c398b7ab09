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
    """A resource of the state: its type, the name the program gave it, and its outputs."""

    type: str
    name: str
    outputs: Mapping[str, Any]


def region_of(arn: str) -> str:
    """The region in an ARN; empty where there is none."""
    return (arn.split(":") + [""] * 4)[3]


def read_state() -> list[Deployed]:
    """Every resource of the stack, as the last update left it; none for a new stack."""
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    # The engine's builtin registers nothing, unlike a StackReference, which moreover sees the stack's outputs alone.
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


def renamed(names: Names) -> Iterator[Problem]:
    """Another product or environment than the stack was made with: a cause of mistakes in what is named after them."""
    tags = (pool.get("tags") or {} for pool in outputs_of(read_state(), facts.USER_POOL))
    for key, (old, new) in names.changed(next(tags, {})).items():
        yield Problem(f"identity:{key}", f"{old}, with which this stack was created", shown(new), "restore it")


def pool_without_case(state: Iterable[Deployed]) -> bool:
    """Whether the stack has a pool that says nothing of its user names' case.

    AWS takes that for case-sensitive, but the provider takes the words for it for another pool, and replaces it.
    """
    return any(not pool.get("usernameConfiguration") for pool in outputs_of(state, facts.USER_POOL))


def private_keys(state: Iterable[Deployed]) -> Mapping[str, str]:
    """By an identity provider's name the fingerprint of the private key that the last update gave it."""
    known = (registry.get("privateKeys") for registry in outputs_of(state, facts.ACCESS_REGISTRY))
    return next((keys for keys in known if isinstance(keys, Mapping)), {})


def mail_sender(state: Iterable[Deployed]) -> str | None:
    """By whom the last update had the pool's mail sent; None where it left that alone."""
    found = {resource.type: resource.outputs for resource in state}
    said = found.get(facts.POOL_COMPONENT, {}).get("mailFrom")
    return said or found.get(facts.EMAIL_IDENTITY, {}).get("emailIdentity")


def current_region(configured: str | None) -> str:
    """`aws:region`, or, where the stack leaves it to the environment, what the AWS provider took."""
    from pulumi_aws.get_region import get_region  # here: most stacks name their region

    return configured or str(get_region().region)


def statements(state: Iterable[Deployed]) -> dict[str, str]:
    """The statements by which functions may be called, by the logical names of their permissions."""
    made = of_type(state, facts.PERMISSION)
    return {permission.name: str(permission.outputs.get("statementId")) for permission in made}


def clients(state: Iterable[Deployed]) -> dict[str, Mapping[str, Any]]:
    """The outputs of the clients that the stack has, by logical name."""
    return {client.name: client.outputs for client in of_type(state, facts.USER_POOL_CLIENT)}


def current_account() -> str:
    """The account of the AWS provider's credentials; empty where AWS does not tell."""
    from pulumi_aws.get_caller_identity import get_caller_identity  # here: a new stack has no need of it

    try:
        return get_caller_identity().account_id
    except Exception:  # the engine gives invoke failures no type of their own
        return ""
