"""An app client: its settings, the inputs of its resource, and reading a live one
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import Field

from identity import types
from identity.client.auth_flows import AWS_AUTH_FLOWS, REFRESH, SRP, USER, AuthFlow
from identity.client.token_validity import TOKEN_VALIDITY, TokenValidity
from identity.facts import OIDC_SCOPES
from identity.naming import Names
from identity.setting import SORTED, Change, Codec, Model, setting
from identity.urls import fill_in

URLS_PER_CLIENT = 100
CLIENT_CREDENTIALS: Final = "client_credentials"
EXTERNAL: Final = "external:"
COGNITO: Final = "COGNITO"
_SIGN_IN_ENDS = "Sign-in with this callback URL would fail."
Urls = Annotated[list[types.Text], Field(max_length=URLS_PER_CLIENT), types.Once]
OidcFlow = Annotated[types.Text, types.one_of("code", "implicit", CLIENT_CREDENTIALS)]
Flow = Annotated[types.Text, types.one_of("code", CLIENT_CREDENTIALS)]
SECONDS = Codec(lambda text: types.duration(text).seconds, lambda seconds: f"{int(seconds)}s")
MINUTES = Codec(lambda text: types.duration(text).seconds // 60, lambda minutes: f"{int(minutes)}m")


@dataclass(frozen=True)
class ClientContext:
    """The values from the rest of the config that a client needs.

    Args:
        names: the naming rules.
        auth_domain: the value of {authDomain}.
        scopes: the full name of each scope, by short form and full name.
        providers: the name in AWS of each identity provider, by key.
        write_attributes: the default for clients without a list; None for AWS's default.
        choice: whether the pool has several first factors.
    """

    names: Names
    auth_domain: str
    scopes: Mapping[str, str]
    providers: Mapping[str, str]
    write_attributes: list[str] | None
    choice: bool


class Client(Model):
    """An app client. The defaults are the safe choice; only callbackUrls is needed."""

    name: types.Maybe[types.Name] = setting(
        "The name in AWS. Default: `<product>-<environment>-userpoolclient-<key>`.", "name", example="web"
    )
    secret: bool = setting(
        "Whether the client has a secret. A change replaces the client.",
        "generateSecret",
        Change.REPLACES,
        default=False,
    )
    callback_urls: Urls = setting(
        "The callback URLs of the code flow, at most 100. {product}, {environment} and {authDomain} are replaced.",
        "callbackUrls",
        default=[],
        loss=_SIGN_IN_ENDS,
        always=True,
        example=["https://app.example/signed-in"],
    )
    logout_urls: Urls = setting(
        "The allowed sign-out URLs, at most 100, with the same placeholders.",
        "logoutUrls",
        default=[],
        loss="Sign-out with this URL would fail.",
        always=True,
        example=["https://app.example/"],
    )
    default_redirect_url: types.Maybe[types.Text] = setting(
        "The default callback URL, one of callbackUrls.", "defaultRedirectUri"
    )
    scopes: types.Maybe[types.Texts] = setting(
        "The scopes, short (project.read) or full, and OpenID Connect scopes; at most 50. Default: openid and all "
        "scopes of the APIs.",
        "allowedOauthScopes",
        loss="Apps that request it could not sign in.",
        always=True,
        example=["openid", "project.read"],
    )
    external_scopes: types.Maybe[types.Texts] = setting(
        "Full names of scopes of resource servers that this stack does not manage.",
        loss="Apps that request it could not sign in.",
        example=["https://billing.example/api/pay"],
    )
    flow: Flow = setting("Short form of flows: code or client_credentials.", default="code")
    flows: types.Maybe[Annotated[list[OidcFlow], types.Once]] = setting(
        "The OAuth flows: code, implicit, both, or only client_credentials; [] turns OAuth off. Default: flow.",
        "allowedOauthFlows",
        loss="Apps that use this flow could not sign in.",
        codec=SORTED,
        example=["code"],
    )
    auth_flows: types.Maybe[Annotated[list[AuthFlow], Field(min_length=1), types.Once]] = setting(
        "The auth flows for apps with their own sign-in form, by AWS's names. Default: ALLOW_USER_SRP_AUTH; "
        "ALLOW_REFRESH_TOKEN_AUTH if refresh tokens do not rotate; ALLOW_USER_AUTH if userPool.firstFactors has more "
        "than the password.",
        "explicitAuthFlows",
        loss="Apps that use this auth flow could not sign in.",
        always=True,
        codec=SORTED,
        example=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    auth_session_validity: types.Maybe[
        Annotated[types.Text, types.lasting(3 * 60, 15 * 60, "from 3m to 15m, in whole minutes", step=60)]
    ] = setting(
        "The time limit for a sign-in with several steps, 3m-15m. Default: AWS's, 3m.",
        "authSessionValidity",
        kept=True,
        codec=MINUTES,
        nothing=3,
        example="5m",
    )
    token_validity: TokenValidity = setting("Token lifetimes.", default=TokenValidity())
    rotate_refresh_tokens: bool = setting(
        "Whether each use of a refresh token returns a new one and ends the old one.",
        "refreshTokenRotation.feature",
        default=False,
        loss="A stolen refresh token would be valid for its whole lifetime.",
        always=True,
        codec=Codec(lambda on: "ENABLED" if on else "DISABLED", lambda feature: feature == "ENABLED"),
        example=True,
    )
    rotation_grace: types.Maybe[Annotated[types.Text, types.lasting(0, 60, "from 0s to 60s")]] = setting(
        "The grace period in which a rotated refresh token still works, 0s-60s. Default: 10s.",
        "refreshTokenRotation.retryGracePeriodSeconds",
        Change.MATTERS,
        loss="Apps that retry a request could be signed out, or a stolen token would work for longer.",
        codec=SECONDS,
        example="30s",
    )
    identity_providers: types.Maybe[types.Texts] = setting(
        "COGNITO, keys of identityProviders, and external:<name> for a provider that this stack does not manage. "
        "Default: COGNITO.",
        "supportedIdentityProviders",
        loss="Users of this provider could not sign in.",
        example=[COGNITO],
    )
    read_attributes: types.Maybe[types.Texts] = setting(
        "The attributes that the app may read, including custom: ones. Default: AWS's, which is all.",
        "readAttributes",
        loss="The app could no longer read it.",
        kept=True,
        codec=SORTED,
        example=["email", "custom:tenant"],
    )
    write_attributes: types.Maybe[types.Texts] = setting(
        "The attributes that the app, and every user with a token of it, may write. Default in a pool with custom "
        "attributes: the mutable standard ones, because users must not set attributes that control access. Default "
        "otherwise, and for []: AWS's, which is all.",
        "writeAttributes",
        loss="The app could no longer write it.",
        kept=True,
        codec=SORTED,
        example=["email", "name"],
    )
    propagate_user_context: types.Maybe[bool] = setting(
        "Whether the app sends the user's IP address to Cognito; requires a secret. Default: false.",
        "enablePropagateAdditionalUserContextData",
        kept=True,
        nothing=False,
        example=True,
    )
    prevent_user_existence_errors: bool = setting(
        "Whether errors do not reveal if a user exists; false for apps that rely on it.",
        "preventUserExistenceErrors",
        Change.MATTERS,
        default=True,
        loss="Apps could no longer recognise unknown users by the error, or everybody could.",
        codec=Codec(lambda on: "ENABLED" if on else "LEGACY", lambda value: value == "ENABLED"),
    )
    enable_token_revocation: bool = setting(
        "Whether refresh tokens can be revoked.",
        "enableTokenRevocation",
        Change.MATTERS,
        default=True,
        loss="Tokens would change their form (origin_jti), or could no longer be revoked.",
    )
    renamed_from: types.Maybe[types.Key] = setting("The previous key, to keep the client after a rename.")

    @property
    def is_machine(self) -> bool:
        """Whether it is a machine-to-machine client, with the client credentials flow."""
        return self.flows == [CLIENT_CREDENTIALS]

    @property
    def has_pages(self) -> bool:
        """Whether the client uses the sign-in pages."""
        return bool(self.flows) and not self.is_machine

    def filled(self, key: str, rest: ClientContext) -> "Client":
        """The client with defaults filled in."""
        names, providers = rest.names, rest.providers
        values = {**names.placeholders, "authDomain": rest.auth_domain}
        flows = [self.flow] if self.flows is None else self.flows
        machine = flows == [CLIENT_CREDENTIALS]
        default = self.default_redirect_url
        chosen = self.identity_providers
        if chosen is None:
            chosen = [] if machine else [COGNITO]
        return self.model_copy(
            update={
                "name": self.name or names.client(key),
                "flows": flows,
                "callback_urls": [fill_in(url, values) for url in self.callback_urls],
                "logout_urls": [fill_in(url, values) for url in self.logout_urls],
                "default_redirect_url": default and fill_in(default, values),
                "scopes": self._whole_scopes(rest.scopes, flows),
                "rotation_grace": self.rotation_grace or ("10s" if self.rotate_refresh_tokens else None),
                "auth_flows": sorted(self.auth_flows or self._safe_auth_flows(machine, rest.choice)),
                "identity_providers": [providers.get(name, name.removeprefix(EXTERNAL)) for name in chosen],
                "write_attributes": rest.write_attributes if self.write_attributes is None else self.write_attributes,
            }
        )

    def _whole_scopes(self, known: Mapping[str, str], flows: Sequence[str]) -> list[str]:
        if not flows:
            return []
        declared = {whole for whole in known.values() if whole not in OIDC_SCOPES}
        if self.scopes is None and flows == [CLIENT_CREDENTIALS]:
            chosen = declared
        elif self.scopes is None:
            chosen = declared | {"openid"}
        else:
            chosen = {known[written] for written in self.scopes if written in known}
        return sorted(chosen | set(self.external_scopes or ()), key=lambda scope: ("/" in scope, scope))

    def _safe_auth_flows(self, machine: bool, choice: bool) -> list[str]:
        if machine:
            return [REFRESH]  # for an empty list, AWS would allow SRP, which this client does not need
        return [SRP, *([] if self.rotate_refresh_tokens else [REFRESH]), *([USER] if choice else [])]

    def inputs(self) -> dict[str, Any]:
        """The resource inputs, including "off" values: the provider keeps the current value of omitted inputs."""
        made = super().inputs()
        if not self.rotate_refresh_tokens:
            made["refreshTokenRotation"] = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}  # as AWS returns it
        if not self.flows:
            # Keep AWS's current flows and scopes, which have no effect.
            made = {
                name: value for name, value in made.items() if name not in ("allowedOauthFlows", "allowedOauthScopes")
            }
        return {**made, "allowedOauthFlowsUserPoolClient": bool(self.flows)}

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        found = super().read(outputs)
        if not found.rotate_refresh_tokens:
            found = found.model_copy(update={"rotation_grace": None})
        if not outputs.get("allowedOauthFlowsUserPoolClient", True):
            return found.model_copy(update={"flows": [], "scopes": []})
        return found


def keep_equivalent(inputs: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, with live values where they are equivalent, to avoid an update without effect.

    No authentication flows are equivalent to `AWS_AUTH_FLOWS`, and token lifetimes can have different units.
    """
    made = dict(inputs)
    if live and not live.get("explicitAuthFlows") and made["explicitAuthFlows"] == AWS_AUTH_FLOWS:
        del made["explicitAuthFlows"]
    if live and TokenValidity.read(live).seconds == TokenValidity.read(inputs).seconds:
        made = {name: value for name, value in made.items() if name not in TOKEN_VALIDITY}
        made |= {name: live[name] for name in TOKEN_VALIDITY if live.get(name)}
    return made
