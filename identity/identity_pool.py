"""An identity pool: AWS credentials for signed-in users
(https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import pulumi
from pulumi_aws import cognito, iam
from pydantic import Field

from identity import types
from identity.errors import Problem, nearest, shown
from identity.provider_names import arguments
from identity.setting import Change, Codec, Model, setting, words

PATH: Final = "identity:identityPool"
_RULES = 25
_OTHER_PERMISSIONS = "Users would get other AWS permissions, or none."
_role = partial(setting, change=Change.MATTERS, loss=_OTHER_PERMISSIONS)


class Rule(Model):
    """A rule: the role for users whose claim has a certain value."""

    claim: types.Text = setting("A claim of the ID token.", "claim", default=..., example="custom:tenant")
    match: Annotated[types.Text, types.one_of("Equals", "Contains", "StartsWith", "NotEqual")] = setting(
        "Equals, Contains, StartsWith or NotEqual.", "matchType", default="Equals"
    )
    value: Annotated[types.Text, types.at_most(128)] = setting("The value, 1-128 characters.", "value", default=...)
    role_arn: types.RoleArn = setting("The role on a match.", "roleArn", default=...)


# AWS does not accept an empty list.
_RULES_OF_AWS = Codec(
    lambda rules: [rule.inputs() for rule in rules] or None, lambda found: [Rule.read(rule) for rule in found]
)


class RoleMapping(Model):
    """The role of a client's users: the role of their group, or selected by rules."""

    type: Annotated[types.Text, types.one_of("token", "rules")] = setting(
        "token, the role of the group with the lowest precedence; or rules.",
        "type",
        default="token",
        codec=words({"token": "Token", "rules": "Rules"}),
    )
    rules: Annotated[list[Rule], Field(max_length=_RULES)] = setting(
        "The rules, at most 25; the first match applies.", "mappingRules", default=[], codec=_RULES_OF_AWS
    )
    otherwise: Annotated[types.Text, types.one_of("authenticated", "deny")] = setting(
        "If nothing matches: authenticated for the role of signed-in users, or deny.",
        "ambiguousRoleResolution",
        default="deny",
        codec=words({"authenticated": "AuthenticatedRole", "deny": "Deny"}),
    )


class IdentityPool(Model):
    """An identity pool."""

    name: types.Maybe[types.Name] = setting(
        "The name in AWS. Default: `<product>-<environment>-identitypool`.",
        "identityPoolName",
        # AWS can rename it, but the provider replaces it: https://github.com/hashicorp/terraform-provider-aws/issues/49638
        Change.REPLACES,
        loss="All identity ids would be lost, and apps that have stored them would not recognise their users.",
    )
    clients: Annotated[list[types.Key], Field(min_length=1), types.Once] = setting(
        "The keys of the clients whose ID tokens are accepted.",
        default=...,
        loss="Users of this client would get no credentials.",
        example=["web"],
    )
    unauthenticated: bool = setting(
        "Whether anybody gets credentials without signing in.",
        "allowUnauthenticatedIdentities",
        default=False,
        loss="Users who are not signed in would get no credentials.",
    )
    authenticated_role_arn: types.Maybe[types.RoleArn] = _role(
        "The role of signed-in users. Default: a new role without permissions."
    )
    unauthenticated_role_arn: types.Maybe[types.RoleArn] = _role(
        "The role of users who are not signed in. Default: with unauthenticated, a new role without permissions."
    )
    role_mappings: dict[types.Key, RoleMapping] = setting(
        "Role mappings of single clients, client key -> object.",
        default={},
        loss=_OTHER_PERMISSIONS,
    )
    classic_flow: bool = setting(
        "Whether apps may use the classic flow, in which the app selects the role.",
        "allowClassicFlow",
        default=False,
        loss="Apps with the classic flow would get no credentials.",
    )


def identity_pool_problems(pool: IdentityPool, clients: Mapping[str, Any]) -> Iterator[Problem]:
    """The errors in the settings of the identity pool."""
    for index, key in enumerate(pool.clients):
        if key not in clients:
            known = ", ".join(clients) or "there is none"
            yield Problem(f"{PATH}.clients[{index}]", f"a client: {known}", shown(key), nearest(key, clients))
    for key, mapping in pool.role_mappings.items():
        path = f"{PATH}.roleMappings.{key}"
        if key not in pool.clients:
            yield Problem(path, f"one of identityPool.clients: {', '.join(pool.clients)}", shown(key))
        if (mapping.type == "rules") != bool(mapping.rules):
            allowed = "rules if type is rules, otherwise none"
            yield Problem(f"{path}.rules", allowed, f"{len(mapping.rules)} of them, type {mapping.type}")
    if pool.unauthenticated_role_arn and not pool.unauthenticated:
        allowed = "none if unauthenticated is false"
        yield Problem(f"{PATH}.unauthenticatedRoleArn", allowed, shown(pool.unauthenticated_role_arn), "remove it")


@dataclass(frozen=True)
class PeopleInAwsArgs:
    """The arguments of `PeopleInAws`.

    Args:
        settings: the settings of the identity pool, with its name filled in.
        region, user_pool_id: the region and id of the user pool whose users get credentials.
        client_ids: the client ids by key.
        tags: the tags of all resources.
    """

    settings: IdentityPool
    region: str
    user_pool_id: pulumi.Input[str]
    client_ids: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class PeopleInAws(pulumi.ComponentResource):
    """An identity pool, its roles, and the role mappings.

    Roles created here have no permissions: add them in your own stack. Existing roles are not changed.

    Attributes:
        id: the id of the identity pool.
    """

    def __init__(self, name: str, args: PeopleInAwsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:PeopleInAws", name, {}, opts)
        self._name, self._tags, settings = name, args.tags, args.settings
        issuer = pulumi.Output.concat("cognito-idp.", args.region, ".amazonaws.com/", args.user_pool_id)
        pool = cognito.IdentityPool(
            name,
            **arguments(settings.inputs()),
            cognito_identity_providers=[
                # With the check, users who are disabled or signed out globally get no credentials.
                {"client_id": args.client_ids[key], "provider_name": issuer, "server_side_token_check": True}
                for key in settings.clients
            ],
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.id = pool.id
        roles = {"authenticated": settings.authenticated_role_arn or self._role("authenticated")}
        if settings.unauthenticated:
            roles["unauthenticated"] = settings.unauthenticated_role_arn or self._role("unauthenticated")
        cognito.IdentityPoolRoleAttachment(
            f"{name}-roles",
            identity_pool_id=pool.id,
            roles=roles,
            role_mappings=[
                cognito.IdentityPoolRoleAttachmentRoleMappingArgs(
                    identity_provider=pulumi.Output.concat(issuer, ":", args.client_ids[key]),
                    **arguments(mapping.inputs()),
                )
                for key, mapping in sorted(settings.role_mappings.items())
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

    def _role(self, whose: str) -> pulumi.Output[str]:
        """The ARN of a new role that only this identity pool can assume, for one kind of users."""
        role = iam.Role(
            f"{self._name}-{whose}",
            # Do not change: another text would update the roles of all existing stacks.
            description=f"What {whose} people may do in AWS by their identity pool: nothing, until somebody adds it.",
            assume_role_policy=self.id.apply(lambda pool: _trust(pool, whose)),
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        arn: pulumi.Output[str] = role.arn
        return arn


def _trust(pool: str, whose: str) -> str:
    host = "cognito-identity.amazonaws.com"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": host},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": pool}, "ForAnyValue:StringLike": {f"{host}:amr": whose}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
