"""What an app client must be: its flows, its secret, its tokens and its scopes."""

from collections.abc import Iterator, Sequence
from typing import Final

from policy.rule import CLIENT, SERVER, UNKNOWN, Finding, Level, Resource, Rule, rule, stack_rule

_PASSWORD_FLOWS: Final = (
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
)
_REFRESH_FLOW: Final = "ALLOW_REFRESH_TOKEN_AUTH"
# Cognito's own scopes; every other one belongs to a resource server.
_OWN_SCOPES: Final = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# name in the stack file -> property, its unit, the unit where none is given, Cognito's default, the longest allowed
_LIFETIMES: Final = {
    "access": ("accessTokenValidity", "accessToken", "hours", 1, 3600),
    "id": ("idTokenValidity", "idToken", "hours", 1, 3600),
    "refresh": ("refreshTokenValidity", "refreshToken", "days", 30, 30 * 86400),
}


def _where(client: Resource, setting: str) -> str:
    return f"identity:clients -> {client.key} -> {setting}"


@rule(
    "client-no-implicit-flow",
    demands="An app client does not use the implicit flow; code or client_credentials it may use.",
    why="The implicit flow puts tokens into the address bar, the browser's history and the logs on the way (RFC 9700).",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
)
def no_implicit_flow(client: Resource) -> Iterator[Finding]:
    if "implicit" in client.texts("allowedOauthFlows"):
        yield Finding("allowedOauthFlows has implicit", _where(client, "flow"), "flow: code")


@rule(
    "client-no-password-flow",
    demands="An app client does not take the user's password; ALLOW_USER_SRP_AUTH it may have.",
    why="With a password flow every app sees the password, and it skips the sign-in page with all its guards.",
    elsewhere=Level.ADVISORY,
    on=(CLIENT,),
)
def no_password_flow(client: Resource) -> Iterator[Finding]:
    for flow in client.texts("explicitAuthFlows"):
        if flow in _PASSWORD_FLOWS:
            yield Finding(
                f"explicitAuthFlows has {flow}",
                _where(client, "authFlows"),
                "take it out; authFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH] is the safe choice",
            )


@rule(
    "client-refresh-rotation",
    demands="An app client without a secret gets a new refresh token with each use of the old one.",
    why="Nothing but the refresh token guards a public client: rotation makes a stolen one worthless (RFC 9700).",
    elsewhere=Level.ADVISORY,
    on=(CLIENT,),
)
def refresh_rotation(client: Resource) -> Iterator[Finding]:
    # The code flow gives a refresh token, and the token endpoint takes it, whatever explicitAuthFlows says.
    flows = client.texts("allowedOauthFlows")
    refreshes = client.get("explicitAuthFlows") is None or _REFRESH_FLOW in client.texts("explicitAuthFlows")
    public = client.lacks("generateSecret", True) and "client_credentials" not in flows
    if public and ("code" in flows or refreshes) and client.lacks("refreshTokenRotation.feature", "ENABLED"):
        yield Finding(
            "refreshTokenRotation is not ENABLED on a client without a secret",
            _where(client, "rotateRefreshTokens"),
            f"rotateRefreshTokens: true, and authFlows without {_REFRESH_FLOW}",
        )


@rule(
    "client-token-lifetimes",
    demands="Access and id tokens live at most 1 hour, refresh tokens at most 30 days.",
    why="An API cannot call back an access token that was stolen: it is good until it expires.",
    elsewhere=Level.ADVISORY,
    on=(CLIENT,),
)
def token_lifetimes(client: Resource) -> Iterator[Finding]:
    for kind, (validity, unit_of, default_unit, default, longest) in _LIFETIMES.items():
        value = client.get(validity) or default
        unit = client.get(f"tokenValidityUnits.{unit_of}") or default_unit
        if isinstance(value, int | float) and unit in _SECONDS and value * _SECONDS[unit] > longest:
            yield Finding(
                f"{validity} is {value:g} {unit}",
                _where(client, f"tokenValidity -> {kind}"),
                f"{kind}: {'30d' if kind == 'refresh' else '60m'}, or shorter",
            )


@stack_rule(
    "client-declared-scopes",
    demands="An app client asks only for scopes of OpenID Connect and for those that an API of this stack declares.",
    why="A scope that nobody declares is a slip or a leftover; AWS refuses it half-way through the update.",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
)
def declared_scopes(client: Resource, stack: Sequence[Resource]) -> Iterator[Finding]:
    declared = {scope for server in stack if server.type == SERVER for scope in _scopes(server)}
    for scope in client.texts("allowedOauthScopes"):
        if scope not in _OWN_SCOPES and scope not in declared:
            yield Finding(
                f"allowedOauthScopes has {scope}, which no API declares",
                _where(client, "scopes"),
                f"one of {', '.join(sorted(declared)) or 'those of an API'}; or declare it in identity:apis",
            )


def _scopes(server: Resource) -> Iterator[str]:
    identifier, scopes = server.get("identifier"), server.get("scopes")
    for scope in scopes if isinstance(scopes, list | tuple) else ():
        if scope is not UNKNOWN and identifier is not UNKNOWN:
            yield f"{identifier}/{scope.get('scopeName')}"


@rule(
    "client-hides-users",
    demands="An app client does not tell whether a user exists: preventUserExistenceErrors is ENABLED.",
    why="Otherwise anyone can try names against the sign-in page until one is known.",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
    covers=("prowler:cognito_user_pool_client_prevent_user_existence_errors",),
)
def hides_users(client: Resource) -> Iterator[Finding]:
    if client.lacks("preventUserExistenceErrors", "ENABLED"):
        yield Finding(
            f"preventUserExistenceErrors is {client.get('preventUserExistenceErrors') or 'not given'}",
            "identity/registry.py; no key of the stack file sets it",
            "prevent_user_existence_errors=ENABLED",
        )


@rule(
    "client-token-revocation",
    demands="An app client's refresh tokens can be revoked: enableTokenRevocation is true.",
    why="Without it signing out ends nothing, and a stolen token cannot be called back.",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
    covers=("prowler:cognito_user_pool_client_token_revocation_enabled",),
)
def token_revocation(client: Resource) -> Iterator[Finding]:
    if client.lacks("enableTokenRevocation", True):
        yield Finding(
            "enableTokenRevocation is not true",
            "identity/registry.py; no key of the stack file sets it",
            "enable_token_revocation=True",
        )


RULES: Final[tuple[Rule, ...]] = (
    no_implicit_flow,
    no_password_flow,
    refresh_rotation,
    token_lifetimes,
    declared_scopes,
    hides_users,
    token_revocation,
)
