"""aws:cognito UserPoolClient, UserPoolDomain and ResourceServer: what stands on a pool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, Table, from_aws, to_aws
from .resource import Found, Held, Resource, existing

# As AWS answers for a client whose rotation is off; the emulator answers nothing.
_NO_ROTATION = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}
_UNITS = {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"}


class UserPoolClient(Resource):
    """An app client. What a program leaves out stays as it is, as with the official provider."""

    type_name = "aws:cognito/userPoolClient:UserPoolClient"
    service = "cognitoidp"
    inputs: Table = official_table(
        type_name,
        "cognito-idp",
        ("CreateUserPoolClientRequest",),
        Differences(
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
        ),
    )
    secrets = frozenset({"clientSecret"})

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        answer = self.client(emulator, props).create_user_pool_client(**to_aws(self.inputs, props))
        return self._found(emulator, answer["UserPoolClient"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        pool, client_id = known.get("userPoolId"), resource_id
        if not pool:
            pool, found, client_id = resource_id.partition("/")
            if not (pool and found and client_id):
                raise Refusal(f"the id to import is <user pool id>/<client id>; received {resource_id}")
        client = self.client(emulator, known)
        answer = existing(lambda: client.describe_user_pool_client(UserPoolId=pool, ClientId=client_id))
        return answer and self._found(emulator, answer["UserPoolClient"], known)

    def _found(self, emulator: Emulator, answer: Props, known: Props) -> Found:
        silent = {} if known.get("refreshTokenRotation") else {"refreshTokenRotation": _NO_ROTATION}
        state = silent | from_aws(self.inputs, answer)
        computed = {"clientSecret": answer.get("ClientSecret") or "", "region": known.get("region") or emulator.region}
        return Found(answer["ClientId"], state | computed)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        # AWS resets what a request leaves out, so it leaves out nothing.
        request = to_aws(self.inputs, new, clear=True)
        request.pop("GenerateSecret", None)
        answer = self.client(emulator, old).update_user_pool_client(ClientId=resource_id, **request)
        return self._found(emulator, answer["UserPoolClient"], new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_user_pool_client(UserPoolId=state["userPoolId"], ClientId=resource_id))


class UserPoolDomain(Resource):
    """The domain of a pool's sign-in pages: a prefix, or with a certificate a name of one's own."""

    type_name = "aws:cognito/userPoolDomain:UserPoolDomain"
    service = "cognitoidp"
    inputs: Table = official_table(
        type_name,
        "cognito-idp",
        ("CreateUserPoolDomainRequest",),
        Differences(
            replaces=("domain", "userPoolId"),
            keeps=("managedLoginVersion",),
            members={"certificateArn": "CustomDomainConfig.CertificateArn"},
        ),
    )

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """A prefix cannot become a name of one's own, nor the other way; another certificate is an update."""
        one_kind = bool(old.get("certificateArn")) == bool(new.get("certificateArn"))
        return frozenset() if one_kind else frozenset({"certificateArn"})

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        self.client(emulator, props).create_user_pool_domain(**to_aws(self.inputs, props))
        return self.reread(emulator, props["domain"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        answer = self.client(emulator, known).describe_user_pool_domain(Domain=resource_id)
        found = answer.get("DomainDescription") or {}
        if not found.get("Domain"):
            return None
        distribution = found.get("CloudFrontDistribution", "")
        return Found(
            resource_id,
            from_aws(self.inputs, found)
            | {
                "awsAccountId": found.get("AWSAccountId", ""),
                "cloudfrontDistribution": distribution,
                "cloudfrontDistributionArn": distribution,
                # CloudFront's one zone for alias records, the same for every distribution.
                "cloudfrontDistributionZoneId": "Z2FDTNDATAQYW2",
                "s3Bucket": found.get("S3Bucket", ""),
                "version": found.get("Version", ""),
                "region": known.get("region") or emulator.region,
            },
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        self.client(emulator, old).update_user_pool_domain(**to_aws(self.inputs, new))
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_user_pool_domain(Domain=resource_id, UserPoolId=state["userPoolId"]))


class ResourceServer(Held):
    """An API, to Cognito: an identifier and its scopes."""

    type_name = "aws:cognito/resourceServer:ResourceServer"
    service = "cognitoidp"
    inputs: Table = official_table(
        type_name,
        "cognito-idp",
        ("CreateResourceServerRequest",),
        Differences(named="name", replaces=("identifier", "userPoolId")),
    )
    operations = (
        *("create_resource_server", "describe_resource_server"),
        *("update_resource_server", "delete_resource_server"),
    )
    answer, key, separator = "ResourceServer", ("userPoolId", "identifier"), "|"

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        try:
            return {"scopeIdentifiers": _scope_identifiers(new)}
        except TypeError:  # a scope that is not known yet
            return {"scopeIdentifiers": UNKNOWN}

    def computed(self, answer: Props, known: Props) -> Props:  # noqa: ARG002
        return {"scopeIdentifiers": _scope_identifiers(from_aws(self.inputs, answer))}


def _scope_identifiers(props: Props) -> list[str]:
    return sorted(f"{props['identifier']}/{scope['scopeName']}" for scope in props.get("scopes") or [])
