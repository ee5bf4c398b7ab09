"""aws:cognito UserPoolClient, UserPoolDomain and ResourceServer: what stands on a pool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

from typing import Any, ClassVar

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal, is_gone
from .properties import Kind, Property, Props, Table, from_aws, to_aws
from .resource import REGION, Found, Resource

_POOL = Property(kind=Kind.TEXT, aws="UserPoolId", required=True, replaces=True)


def _kept(kind: Kind, aws: str) -> Property:
    return Property(kind=kind, aws=aws, keeps=True)


class UserPoolClient(Resource):
    """An app client. What a program leaves out stays as it is, as with the official provider."""

    type_name = "aws:cognito/userPoolClient:UserPoolClient"
    service = "cognitoidp"
    inputs: ClassVar[Table] = {
        "name": Property(kind=Kind.TEXT, aws="ClientName", named=True),
        "userPoolId": _POOL,
        # As with the official provider: an import does not read it, and nothing is neither true nor false.
        "generateSecret": Property(kind=Kind.FLAG, aws="GenerateSecret", forgotten=True, replaces=True),
        "allowedOauthFlows": _kept(Kind.SET, "AllowedOAuthFlows"),
        "allowedOauthFlowsUserPoolClient": _kept(Kind.FLAG, "AllowedOAuthFlowsUserPoolClient"),
        "allowedOauthScopes": _kept(Kind.SET, "AllowedOAuthScopes"),
        "callbackUrls": _kept(Kind.SET, "CallbackURLs"),
        "defaultRedirectUri": _kept(Kind.TEXT, "DefaultRedirectURI"),
        "logoutUrls": _kept(Kind.SET, "LogoutURLs"),
        "explicitAuthFlows": _kept(Kind.SET, "ExplicitAuthFlows"),
        "preventUserExistenceErrors": _kept(Kind.TEXT, "PreventUserExistenceErrors"),
        "supportedIdentityProviders": _kept(Kind.SET, "SupportedIdentityProviders"),
        "enableTokenRevocation": _kept(Kind.FLAG, "EnableTokenRevocation"),
        "enablePropagateAdditionalUserContextData": _kept(Kind.FLAG, "EnablePropagateAdditionalUserContextData"),
        "accessTokenValidity": _kept(Kind.NUMBER, "AccessTokenValidity"),
        "idTokenValidity": _kept(Kind.NUMBER, "IdTokenValidity"),
        "refreshTokenValidity": _kept(Kind.NUMBER, "RefreshTokenValidity"),
        "tokenValidityUnits": Property(
            kind=Kind.BLOCK,
            aws="TokenValidityUnits",
            absent={"accessToken": "hours", "idToken": "hours", "refreshToken": "days"},
            block={
                "accessToken": Property(kind=Kind.TEXT, aws="AccessToken", default="hours"),
                "idToken": Property(kind=Kind.TEXT, aws="IdToken", default="hours"),
                "refreshToken": Property(kind=Kind.TEXT, aws="RefreshToken", default="days"),
            },
        ),
        "refreshTokenRotation": Property(
            kind=Kind.BLOCK,
            aws="RefreshTokenRotation",
            forgotten=True,
            absent={"feature": "DISABLED"},
            block={
                "feature": Property(kind=Kind.TEXT, aws="Feature", required=True),
                "retryGracePeriodSeconds": Property(kind=Kind.NUMBER, aws="RetryGracePeriodSeconds", absent=0),
            },
        ),
        "readAttributes": _kept(Kind.SET, "ReadAttributes"),
        "writeAttributes": _kept(Kind.SET, "WriteAttributes"),
        "authSessionValidity": _kept(Kind.NUMBER, "AuthSessionValidity"),
        "analyticsConfiguration": Property(
            kind=Kind.BLOCK,
            aws="AnalyticsConfiguration",
            block={
                "applicationArn": Property(kind=Kind.TEXT, aws="ApplicationArn"),
                "applicationId": Property(kind=Kind.TEXT, aws="ApplicationId"),
                "externalId": Property(kind=Kind.TEXT, aws="ExternalId"),
                "roleArn": _kept(Kind.TEXT, "RoleArn"),
                "userDataShared": _kept(Kind.FLAG, "UserDataShared"),
            },
        ),
        "region": REGION,
    }
    outputs = ("clientSecret",)
    secrets = frozenset({"clientSecret"})

    def create(self, emulator: Emulator, props: Props, timeout: float) -> str:  # noqa: ARG002
        answer = self.client(emulator, props).create_user_pool_client(**to_aws(self.inputs, props))
        return str(answer["UserPoolClient"]["ClientId"])

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        pool, client_id = known.get("userPoolId"), resource_id
        if not pool:
            pool, client_id = _parts(resource_id, "/", "<user pool id>/<client id>")
        client = self.client(emulator, known)
        answer = _found(lambda: client.describe_user_pool_client(UserPoolId=pool, ClientId=client_id))
        if answer is None:
            return None
        found = answer["UserPoolClient"]
        secret = found.get("ClientSecret") or ""
        return Found(
            client_id,
            from_aws(self.inputs, found) | {"clientSecret": secret, "region": known.get("region") or emulator.region},
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> None:  # noqa: ARG002
        # AWS resets what a request leaves out, so it leaves out nothing.
        request = to_aws(self.inputs, new, clear=True)
        request.pop("GenerateSecret", None)
        self.client(emulator, old).update_user_pool_client(ClientId=resource_id, **request)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        _found(lambda: client.delete_user_pool_client(UserPoolId=state["userPoolId"], ClientId=resource_id))


class UserPoolDomain(Resource):
    """The domain of a pool's sign-in pages: a prefix, or with a certificate a name of one's own."""

    type_name = "aws:cognito/userPoolDomain:UserPoolDomain"
    service = "cognitoidp"
    inputs: ClassVar[Table] = {
        "domain": Property(kind=Kind.TEXT, aws="Domain", required=True, replaces=True),
        "userPoolId": _POOL,
        "certificateArn": Property(kind=Kind.TEXT, aws="CustomDomainConfig.CertificateArn"),
        "managedLoginVersion": Property(kind=Kind.NUMBER, aws="ManagedLoginVersion", keeps=True),
        "region": REGION,
    }
    outputs = (
        *("awsAccountId", "cloudfrontDistribution", "cloudfrontDistributionArn", "cloudfrontDistributionZoneId"),
        *("s3Bucket", "version"),
    )

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """A prefix cannot become a name of one's own, nor the other way; another certificate is an update."""
        one_kind = bool(old.get("certificateArn")) == bool(new.get("certificateArn"))
        return frozenset() if one_kind else frozenset({"certificateArn"})

    def create(self, emulator: Emulator, props: Props, timeout: float) -> str:  # noqa: ARG002
        self.client(emulator, props).create_user_pool_domain(**to_aws(self.inputs, props))
        return str(props["domain"])

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

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> None:  # noqa: ARG002
        self.client(emulator, old).update_user_pool_domain(**to_aws(self.inputs, new))

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        _found(lambda: client.delete_user_pool_domain(Domain=resource_id, UserPoolId=state["userPoolId"]))


class ResourceServer(Resource):
    """An API, to Cognito: an identifier and its scopes."""

    type_name = "aws:cognito/resourceServer:ResourceServer"
    service = "cognitoidp"
    inputs: ClassVar[Table] = {
        "identifier": Property(kind=Kind.TEXT, aws="Identifier", required=True, replaces=True),
        "name": Property(kind=Kind.TEXT, aws="Name", named=True),
        "userPoolId": _POOL,
        "scopes": Property(
            kind=Kind.BLOCKS,
            aws="Scopes",
            block={
                "scopeName": Property(kind=Kind.TEXT, aws="ScopeName", required=True),
                "scopeDescription": Property(kind=Kind.TEXT, aws="ScopeDescription", required=True),
            },
        ),
        "region": REGION,
    }
    outputs = ("scopeIdentifiers",)

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        try:
            return {"scopeIdentifiers": _scope_identifiers(new)}
        except TypeError:  # a scope that is not known yet
            return {"scopeIdentifiers": UNKNOWN}

    def create(self, emulator: Emulator, props: Props, timeout: float) -> str:  # noqa: ARG002
        self.client(emulator, props).create_resource_server(**to_aws(self.inputs, props))
        return f"{props['userPoolId']}|{props['identifier']}"

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        pool, identifier = _parts(resource_id, "|", "<user pool id>|<identifier>")
        client = self.client(emulator, known)
        answer = _found(lambda: client.describe_resource_server(UserPoolId=pool, Identifier=identifier))
        if answer is None:
            return None
        state = from_aws(self.inputs, answer["ResourceServer"])
        return Found(
            resource_id,
            state | {"scopeIdentifiers": _scope_identifiers(state), "region": known.get("region") or emulator.region},
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> None:  # noqa: ARG002
        self.client(emulator, old).update_resource_server(**to_aws(self.inputs, new, clear=True))

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        pool, identifier = _parts(resource_id, "|", "<user pool id>|<identifier>")
        client = self.client(emulator, state)
        _found(lambda: client.delete_resource_server(UserPoolId=pool, Identifier=identifier))


def _scope_identifiers(props: Props) -> list[str]:
    return sorted(f"{props['identifier']}/{scope['scopeName']}" for scope in props.get("scopes") or [])


def _parts(resource_id: str, separator: str, shape: str) -> tuple[str, str]:
    first, found, second = resource_id.partition(separator)
    if not (first and found and second):
        raise Refusal(f"the id to import is {shape}; received {resource_id}")
    return first, second


def _found(call: Any) -> Any:
    """What the call answers, or None when there is no such thing."""
    try:
        return call()
    except Exception as error:
        if is_gone(error):
            return None
        raise
