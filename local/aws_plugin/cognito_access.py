"""aws:cognito UserPoolClient, UserPoolDomain and ResourceServer: what stands on a pool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

from pulumi.runtime.rpc import UNKNOWN

from .official import Differences
from .properties import Props, from_aws
from .resource import Held
from .service import Service

# As AWS answers for a client whose rotation is off; the emulator answers nothing.
_NO_ROTATION = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}
_UNITS = {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"}


class UserPoolClient(Held):
    """An app client. What a program leaves out stays as it is, as with the official provider."""

    type_name = "aws:cognito/userPoolClient:UserPoolClient"
    service = "cognitoidp"
    differences = Differences(
        named="name",
        replaces=("userPoolId", "generateSecret"),
        keeps=(
            *("accessTokenValidity", "allowedOauthFlows", "allowedOauthFlowsUserPoolClient", "allowedOauthScopes"),
            *("analyticsConfiguration.roleArn", "analyticsConfiguration.userDataShared", "authSessionValidity"),
            *("callbackUrls", "defaultRedirectUri", "enablePropagateAdditionalUserContextData"),
            *("enableTokenRevocation", "explicitAuthFlows", "idTokenValidity", "logoutUrls", "readAttributes"),
            *("preventUserExistenceErrors", "refreshTokenValidity", "supportedIdentityProviders"),
            *("writeAttributes",),
        ),
        # As with the official provider: an import does not read it, and nothing is neither true nor false.
        unread=("generateSecret",),
        members={"name": "ClientName"},
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


class UserPoolDomain(Held):
    """The domain of a pool's sign-in pages: a prefix, or with a certificate a name of one's own."""

    type_name = "aws:cognito/userPoolDomain:UserPoolDomain"
    service = "cognitoidp"
    differences = Differences(
        replaces=("domain", "userPoolId"),
        keeps=("managedLoginVersion",),
        members={"certificateArn": "CustomDomainConfig.CertificateArn"},
    )
    noun, answer = "UserPoolDomain", "DomainDescription"
    key, rereads = ("domain",), True

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """A prefix cannot become a name of one's own, nor the other way; another certificate is an update."""
        one_kind = bool(old.get("certificateArn")) == bool(new.get("certificateArn"))
        return frozenset() if one_kind else frozenset({"certificateArn"})

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = super().read(aws, resource_id, known)
        return found if found and found.get("userPoolId") else None  # AWS describes one that is not there by nothing

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {
            "cloudfrontDistributionArn": answer.get("CloudFrontDistribution", ""),
            # CloudFront's one zone for alias records, the same for every distribution.
            "cloudfrontDistributionZoneId": "Z2FDTNDATAQYW2",
        }


class ResourceServer(Held):
    """An API, to Cognito: an identifier and its scopes."""

    type_name = "aws:cognito/resourceServer:ResourceServer"
    service = "cognitoidp"
    differences = Differences(named="name", replaces=("identifier", "userPoolId"))
    noun, key, separator = "ResourceServer", ("userPoolId", "identifier"), "|"

    def planned(self, old: Props, new: Props) -> Props:
        try:
            return {"scopeIdentifiers": _scope_identifiers(new)}
        except TypeError:  # a scope that is not known yet
            return {"scopeIdentifiers": UNKNOWN}

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {"scopeIdentifiers": _scope_identifiers(from_aws(self.inputs, answer))}


def _scope_identifiers(props: Props) -> list[str]:
    return sorted(f"{props['identifier']}/{scope['scopeName']}" for scope in props.get("scopes") or [])
