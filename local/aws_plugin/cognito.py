"""The types of aws:cognito except UserPool: the parts of a user pool, and identity pools.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
"""

import base64

from pulumi.runtime.rpc import UNKNOWN

from .official import Differences
from .properties import Props, from_aws, to_aws
from .resource import Held, Resource, parted
from .service import Service

# AWS's response for a client without rotation; the emulator omits it.
_NO_ROTATION = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}
_UNITS = {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"}


class UserPoolClient(Held, module="cognito"):
    """An app client. A property that the program omits keeps its value, as with the official provider."""

    differences = Differences(
        replaces=("userPoolId", "generateSecret"),
        keeps=("analyticsConfiguration.roleArn", "analyticsConfiguration.userDataShared"),
        # As in the official provider: an import does not read it, and not set differs from true and false.
        unread=("generateSecret",),
        default={f"tokenValidityUnits.{token}": unit for token, unit in _UNITS.items()},
        absent={
            "tokenValidityUnits": _UNITS,
            "refreshTokenRotation": _NO_ROTATION,
            "refreshTokenRotation.retryGracePeriodSeconds": 0,
        },
    )
    secrets = frozenset({"clientSecret"})
    noun, key, member = "UserPoolClient", ("userPoolId",), "ClientId"

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        silent = "RefreshTokenRotation" not in answer and not known.get("refreshTokenRotation")
        return {"refreshTokenRotation": _NO_ROTATION} if silent else {}


class UserPoolDomain(Held, module="cognito"):
    """The domain of a pool's sign-in pages: a prefix, or a custom domain with a certificate."""

    differences = Differences(
        replaces=("domain", "userPoolId"),
        members={"certificateArn": "CustomDomainConfig.CertificateArn"},
    )
    noun, answer = "UserPoolDomain", "DomainDescription"
    key, rereads = ("domain",), True

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """A change between a prefix and a custom domain replaces the domain; another certificate updates it."""
        one_kind = bool(old.get("certificateArn")) == bool(new.get("certificateArn"))
        return frozenset() if one_kind else frozenset({"certificateArn"})

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = super().read(aws, resource_id, known)
        return found if found and found.get("userPoolId") else None  # for a missing domain AWS returns an empty one

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {
            "cloudfrontDistributionArn": answer.get("CloudFrontDistribution", ""),
            # CloudFront's hosted zone for alias records, the same for every distribution.
            "cloudfrontDistributionZoneId": "Z2FDTNDATAQYW2",
        }


class ResourceServer(Held, module="cognito"):
    """A resource server: an API's identifier and its scopes."""

    differences = Differences(replaces=("identifier", "userPoolId"))
    noun, key, separator = "ResourceServer", ("userPoolId", "identifier"), "|"

    def planned(self, old: Props, new: Props) -> Props:
        try:
            return {"scopeIdentifiers": _scope_identifiers(new)}
        except TypeError:  # a scope is not known yet
            return {"scopeIdentifiers": UNKNOWN}

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {"scopeIdentifiers": _scope_identifiers(from_aws(self.inputs, answer))}


def _scope_identifiers(props: Props) -> list[str]:
    return sorted(f"{props['identifier']}/{scope['scopeName']}" for scope in props.get("scopes") or [])


class IdentityProvider(Held, module="cognito"):
    """An identity provider for a pool's users; local/gateway simulates its sign-in."""

    differences = Differences(
        replaces=("providerName", "providerType", "userPoolId"),
        resets=("attributeMapping",),
        secret=("providerDetails",),
    )
    secrets = frozenset({"providerDetails.client_secret", "providerDetails.private_key"})
    noun, key, separator = "IdentityProvider", ("userPoolId", "providerName"), ":"

    def warning(self) -> str:
        return "a page of this stack simulates every provider, with three accounts to choose from"


class UserGroup(Held, module="cognito"):
    """A group of a pool's users."""

    differences = Differences(replaces=("name", "userPoolId"), absent={"precedence": 0})
    noun, verbs = "Group", ("Create", "Get", "", "Delete")
    key = ("userPoolId", "name")

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        """Delete the group and create it again, with its members: the emulator has no UpdateGroup."""
        named = {"UserPoolId": old["userPoolId"], "GroupName": old["name"]}
        pages = aws.client.get_paginator("list_users_in_group").paginate(**named)
        members = [user["Username"] for page in pages for user in page["Users"]]
        self.delete(aws, resource_id, old)
        found = self.create(aws, new)
        for member in members:
            aws.client.admin_add_user_to_group(**named, Username=member)
        return found


class UserPoolUICustomization(Resource, module="cognito"):
    """A style sheet and a logo, for one client or for ALL. The emulator accepts the logo but does not store it."""

    requests = ("SetUICustomization",)
    changing = ("cssVersion", "imageUrl", "lastModifiedDate")
    differences = Differences(
        replaces=("clientId", "userPoolId"), unread=("imageFile",), own=("imageFile",), default={"clientId": "ALL"}
    )

    def make(self, aws: Service, props: Props) -> str:
        request = {"CSS": "", **to_aws(self.inputs, props)}
        if image := props.get("imageFile"):
            request["ImageFile"] = base64.b64decode(image)
        aws.client.set_ui_customization(**request)
        return f"{props['userPoolId']},{props['clientId']}"

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        pool, client_id = parted(resource_id, "<user pool id>,<client id>")
        found = aws.client.get_ui_customization(UserPoolId=pool, ClientId=client_id).get("UICustomization") or {}
        # For a client without its own, AWS and the emulator return the pool's customization.
        if found.get("ClientId") != client_id or not (found.get("CSS") or known.get("imageFile")):
            return None
        return self.state(aws, resource_id, found)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        pool, client_id = parted(resource_id, "<user pool id>,<client id>")
        aws.client.set_ui_customization(UserPoolId=pool, ClientId=client_id, CSS="")


class IdentityPool(Held, module="cognito", service="cognitoidentity"):
    """An identity pool."""

    differences = Differences(
        replaces=("developerProviderName", "identityPoolName"),
        default={"allowClassicFlow": False, "allowUnauthenticatedIdentities": False},
    )
    noun, answer, member = "IdentityPool", "", "IdentityPoolId"

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {"arn": f"arn:aws:cognito-identity:{aws.region}:000000000000:identitypool/{answer[self.member]}"}


class IdentityPoolRoleAttachment(Held, module="cognito", service="cognitoidentity"):
    """The roles that an identity pool gives; of the whole pool, so there is one of these at most."""

    differences = Differences(
        replaces=("identityPoolId",),
        ordered=("roleMappings.mappingRules",),
        keyed={"roleMappings": "identityProvider"},
        own=("roleMappings.identityProvider",),
        members={"roleMappings.mappingRules": "RulesConfiguration.Rules"},
    )

    noun, verbs, answer = "IdentityPoolRoles", ("Set", "Get", "Set", "Set"), ""
    key, rereads = ("identityPoolId",), True

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = super().read(aws, resource_id, known) or {}
        return found if found.get("roles") or found.get("roleMappings") else None

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.set_identity_pool_roles(IdentityPoolId=resource_id, Roles={}, RoleMappings={})
