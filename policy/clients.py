"""Rules for app clients: flows, secrets, tokens, scopes and writable attributes."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from identity import facts
from policy.rule import COGNITO_GUIDE, UNKNOWN, Finding, Resource, Rule

_rule: Final = partial(Rule, on=(facts.USER_POOL_CLIENT,))
_RFC_9700: Final = "https://www.rfc-editor.org/rfc/rfc9700.html"

_PASSWORD_FLOWS: Final = (
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
)
_REFRESH_FLOW: Final = "ALLOW_REFRESH_TOKEN_AUTH"
_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# name in the stack file -> property, property of its unit, default unit, default, maximum in seconds
_LIFETIMES: Final = {
    "access": ("accessTokenValidity", "accessToken", "hours", 1, 3600),
    "id": ("idTokenValidity", "idToken", "hours", 1, 3600),
    "refresh": ("refreshTokenValidity", "refreshToken", "days", 30, 30 * 86400),
}
_AUTHORISATION: Final = re.compile(
    r"role|group|admin|permission|scope|tenant|organi[sz]ation|plan|tier|entitle|privilege|licen[cs]e|staff|verified",
    re.IGNORECASE,
)
_NO_KEY: Final = "the client in identity/; no key of the stack file sets it"


def at(client: Resource, setting: str) -> str:
    """Return the place of a client's setting in the stack file, for a finding."""
    return f"identity:clients -> {client.key} -> {setting}"


@_rule(fix="flow: code", severity=Severity.HIGH, elsewhere=EnforcementLevel.MANDATORY, url=f"{_RFC_9700}#section-2.1.2")
def client_no_implicit_flow(client: Resource) -> Iterator[Finding]:
    """An app client uses the code or client_credentials flow, not the implicit flow.

    The implicit flow exposes tokens in the address bar, the browser history and logs (RFC 9700).
    """
    if "implicit" in client.texts("allowedOauthFlows"):
        yield Finding("allowedOauthFlows has implicit", at(client, "flow"))


@_rule(
    fix="remove it; authFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH] is the safe choice",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.ADVISORY,
    url=f"{_RFC_9700}#section-2.4",
)
def client_no_password_flow(client: Resource) -> Iterator[Finding]:
    """An app client does not allow password auth flows; ALLOW_USER_SRP_AUTH is allowed.

    With a password flow the app sees the password, and the protections of the sign-in page do not apply.
    """
    for flow in client.texts("explicitAuthFlows"):
        if flow in _PASSWORD_FLOWS:
            yield Finding(f"explicitAuthFlows has {flow}", at(client, "authFlows"))


@_rule(
    fix=f"rotateRefreshTokens: true, and authFlows without {_REFRESH_FLOW}",
    elsewhere=EnforcementLevel.ADVISORY,
    url=f"{_RFC_9700}#section-4.14.2",
)
def client_refresh_rotation(client: Resource) -> Iterator[Finding]:
    """An app client without a secret rotates refresh tokens.

    Anyone can use a public client's stolen refresh token; rotation limits that (RFC 9700).
    """
    # The code flow returns a refresh token, and the token endpoint accepts it, whatever explicitAuthFlows has.
    flows = client.texts("allowedOauthFlows")
    refreshes = client.get("explicitAuthFlows") is None or _REFRESH_FLOW in client.texts("explicitAuthFlows")
    public = client.lacks("generateSecret", True) and "client_credentials" not in flows
    if public and ("code" in flows or refreshes) and client.lacks("refreshTokenRotation.feature", "ENABLED"):
        yield Finding(
            "refreshTokenRotation is not ENABLED on a client without a secret", at(client, "rotateRefreshTokens")
        )


@_rule(
    fix="access: 60m, id: 60m, refresh: 30d, or shorter",
    elsewhere=EnforcementLevel.ADVISORY,
    url=f"{COGNITO_GUIDE}/amazon-cognito-user-pools-using-tokens-with-identity-providers.html",
)
def client_token_lifetimes(client: Resource) -> Iterator[Finding]:
    """Access and ID tokens are valid for at most 1 hour, refresh tokens for at most 30 days.

    A stolen access token works until it expires; an API cannot revoke it.
    """
    for kind, (validity, unit_of, default_unit, default, longest) in _LIFETIMES.items():
        value = client.get(validity) or default
        unit = client.get(f"tokenValidityUnits.{unit_of}") or default_unit
        if isinstance(value, int | float) and unit in _SECONDS and value * _SECONDS[unit] > longest:
            yield Finding(f"{validity} is {value:g} {unit}", at(client, f"tokenValidity -> {kind}"))


@_rule(
    fix="use or declare a scope in identity:apis; list scopes of other resource servers in externalScopes",
    elsewhere=EnforcementLevel.MANDATORY,
    beside=(facts.RESOURCE_SERVER,),
    url=f"{COGNITO_GUIDE}/cognito-user-pools-define-resource-servers.html",
)
def client_declared_scopes(client: Resource, servers: Sequence[Resource]) -> Iterator[Finding]:
    """An app client only has OpenID Connect scopes, scopes of this stack's APIs, and its externalScopes.

    An undeclared scope is a typo or a leftover; AWS refuses it in the middle of the update.
    """
    declared = {scope for server in servers for scope in _scopes(server)}
    for scope in client.texts("allowedOauthScopes"):
        if scope not in facts.OIDC_SCOPES and scope not in declared:
            known = ", ".join(sorted(declared)) or "none"
            yield Finding(
                f"allowedOauthScopes has {scope}, which no API declares; declared: {known}", at(client, "scopes")
            )


def _scopes(server: Resource) -> Iterator[str]:
    identifier = server.get("identifier")
    for scope in server.items("scopes"):
        if scope is not UNKNOWN and identifier is not UNKNOWN:
            yield f"{identifier}/{scope.get('scopeName')}"


@_rule(
    fix="prevent_user_existence_errors=ENABLED",
    elsewhere=EnforcementLevel.MANDATORY,
    url=f"{COGNITO_GUIDE}/cognito-user-pool-managing-errors.html",
    covers=("prowler:cognito_user_pool_client_prevent_user_existence_errors",),
)
def client_hides_users(client: Resource) -> Iterator[Finding]:
    """An app client does not reveal whether a user exists: preventUserExistenceErrors is ENABLED.

    Otherwise attackers can find out user names.
    """
    if client.lacks("preventUserExistenceErrors", "ENABLED"):
        yield Finding(f"preventUserExistenceErrors is {client.shown('preventUserExistenceErrors')}", _NO_KEY)


@_rule(
    fix="enable_token_revocation=True",
    elsewhere=EnforcementLevel.MANDATORY,
    url=f"{COGNITO_GUIDE}/token-revocation.html",
    covers=("prowler:cognito_user_pool_client_token_revocation_enabled",),
)
def client_token_revocation(client: Resource) -> Iterator[Finding]:
    """An app client's refresh tokens can be revoked: enableTokenRevocation is true.

    Otherwise signing out does not end the session, and a stolen token cannot be revoked.
    """
    if client.lacks("enableTokenRevocation", True):
        yield Finding("enableTokenRevocation is not true", _NO_KEY)


@_rule(
    fix="remove it from writeAttributes, and set it by an administrator or a trigger; or use groups",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.ADVISORY,
    production=EnforcementLevel.ADVISORY,
    url=f"{COGNITO_GUIDE}/user-pool-settings-attributes.html",
)
def client_own_rights(client: Resource) -> Iterator[Finding]:
    """Users cannot write custom attributes that may control access, such as custom:role.

    Every signed-in user can set the attributes in writeAttributes to any value.
    """
    for attribute in client.texts("writeAttributes"):
        if attribute.startswith("custom:") and _AUTHORISATION.search(attribute.removeprefix("custom:")):
            yield Finding(f"writeAttributes has {attribute}", at(client, "writeAttributes"))
