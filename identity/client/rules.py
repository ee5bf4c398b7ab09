"""Rules for app clients: errors for invalid settings, warnings for unusual ones. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from identity import types
from identity.client.auth_flows import LEGACY_AUTH_FLOWS, REFRESH
from identity.client.settings import CLIENT_CREDENTIALS, COGNITO, EXTERNAL, Client
from identity.errors import Problem, nearest, shown
from identity.facts import OIDC_SCOPES
from identity.urls import has_no_path, is_hidden_loopback, is_taken, redirect_problems
from identity.user_pool.attributes import CUSTOM_ATTRIBUTES

CLIENTS_PER_POOL = 1000
SCOPES_PER_CLIENT = 50
CLIENT_NAME_LENGTH = 128
# Scopes for claims of the ID token, which is only issued with the scope openid.
IDENTITY_SCOPES = ("email", "phone", "profile")
PATH: Final = "identity:clients"
# Callback URLs of the default clients: no warning, because their shipped apps send exactly these.
SHIPPED_URLS: Mapping[str, Sequence[str]] = {
    "postman": ["https://{environment}-auth.{product}.app"],
    "windowscli": ["http://localhost:9000"],
}


def client_problems(
    key: str,
    written: Client,
    client: Client,
    known: Mapping[str, str] | None,
    providers: Sequence[str] | None,
    pool_attributes: Sequence[str],
) -> Iterator[Problem]:
    """The errors and warnings of one client.

    Args:
        key: the config key.
        written: the client as written in the stack file.
        client: the client with defaults filled in.
        known: the full name of each scope, by short form and full name; None if the APIs are invalid.
        providers: the keys of identityProviders; None if these are invalid.
        pool_attributes: all attributes of the pool, custom ones with `custom:`.
    """
    path = f"{PATH}.{key}"
    if len(client.name or "") > CLIENT_NAME_LENGTH:
        yield Problem(path, f"a name of at most {CLIENT_NAME_LENGTH} characters", shown(client.name))
    for field, given, filled in (
        ("callbackUrls", written.callback_urls, client.callback_urls),
        ("logoutUrls", written.logout_urls, client.logout_urls),
    ):
        yield from redirect_problems(f"{path}.{field}", given, filled)
    yield from _flows(path, written, client)
    if known is not None:
        yield from _scopes(path, written, client, known)
    yield from _tokens(path, client)
    yield from _auth_flows(path, written)
    yield from _hidden_loopback(path, client)
    yield from _without_path(path, key, written, client)
    yield from _references(path, written, client, providers, pool_attributes)


def _flows(path: str, written: Client, client: Client) -> Iterator[Problem]:
    flows = client.flows or []
    if written.flows is not None and written.flow != "code":
        yield Problem(f"{path}.flow", "either flow or flows: flow is the short form", shown(written.flow), "remove it")
    if CLIENT_CREDENTIALS in flows and len(flows) > 1:
        yield Problem(f"{path}.flows", "only client_credentials, in a separate client", shown(flows))
    elif client.is_machine:
        yield from _machine_client(path, written, client)
    elif flows and not client.callback_urls:
        yield Problem(f"{path}.callbackUrls", "at least one URL, to which the code flow sends the code", "none")
    if client.default_redirect_url and client.default_redirect_url not in client.callback_urls:
        allowed = "one of callbackUrls: " + (", ".join(client.callback_urls[:3]) or "there is none")
        yield Problem(f"{path}.defaultRedirectUrl", allowed, shown(client.default_redirect_url))
    if not flows:
        for field, given in (("scopes", written.scopes), ("externalScopes", written.external_scopes)):
            if given:
                yield Problem(f"{path}.{field}", "none if flows is []: OAuth is off", shown(given), "remove it")


def _machine_client(path: str, written: Client, client: Client) -> Iterator[Problem]:
    """Machine-to-machine clients need a secret, no URLs and no refresh tokens (RFC 6749, section 4.4)."""
    if not client.secret:
        yield Problem(f"{path}.secret", "true: client_credentials needs a secret", "false")
    for field, urls in (("callbackUrls", written.callback_urls), ("logoutUrls", written.logout_urls)):
        if urls:
            allowed = "none: client_credentials has no redirect"
            yield Problem(f"{path}.{field}", allowed, shown(urls), "remove it", warning=True)
    if client.rotate_refresh_tokens:
        yield Problem(f"{path}.rotateRefreshTokens", "false: client_credentials gives no refresh token", "true")


def _scopes(path: str, written: Client, client: Client, known: Mapping[str, str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, scope in enumerate(written.scopes or []):
        place = f"{path}.scopes[{index}]"
        if scope not in known:
            allowed = "a scope that an API declares, such as project.read, in short or full form, or "
            elsewhere = "move it to externalScopes, if this stack does not manage its resource server"
            fix = nearest(scope, known) or (elsewhere if "/" in scope else "")
            yield Problem(place, allowed + ", ".join(OIDC_SCOPES), shown(scope), fix)
        elif known[scope] in seen:
            yield Problem(place, "each scope once", shown(scope), "remove it")
        else:
            seen.add(known[scope])
    for index, scope in enumerate(written.external_scopes or ()):
        if scope in known or "/" not in scope:
            allowed = "the full name of a scope of another resource server, such as https://billing.example/api/pay"
            fix = "move it to scopes" if scope in known else ""
            yield Problem(f"{path}.externalScopes[{index}]", allowed, shown(scope), fix)
    scopes = client.scopes or []
    if client.flows and written.scopes == [] and not written.external_scopes:
        yield Problem(f"{path}.scopes", "at least one scope, here or in externalScopes", "[]", "remove it for all")
    if len(scopes) > SCOPES_PER_CLIENT:
        what = "this client lists none and so has all of them" if written.scopes is None else "this client lists them"
        allowed = f"at most {SCOPES_PER_CLIENT} scopes"
        yield Problem(f"{path}.scopes", allowed, f"{len(scopes)}; {what}", "list only the scopes that it needs")
    if client.is_machine:
        yield from _machine_scopes(path, written, scopes)
    elif (asked := [scope for scope in IDENTITY_SCOPES if scope in scopes]) and "openid" not in scopes:
        allowed = f"openid together with {', '.join(asked)}: Cognito refuses requests for these scopes without openid"
        yield Problem(f"{path}.scopes", allowed, shown(scopes), "add openid", warning=True)


def _machine_scopes(path: str, written: Client, scopes: Sequence[str]) -> Iterator[Problem]:
    for scope in scopes:
        if scope in OIDC_SCOPES:
            allowed = "only scopes of APIs: client_credentials has no user"
            yield Problem(f"{path}.scopes", allowed, scope, "remove it")
    if written.scopes is None and not scopes:
        fix = "declare an API with a scope in identity:apis, or remove this client"
        yield Problem(f"{path}.scopes", "at least one scope that an API declares", "none", fix)


def _tokens(path: str, client: Client) -> Iterator[Problem]:
    validity = client.token_validity
    for token, text in (("access", validity.access), ("id", validity.id)):
        life = types.duration(text)
        if types.duration(validity.refresh).seconds < life.seconds:
            allowed = f"at least as long as {token}, {life.amount} {life.unit}"
            yield Problem(f"{path}.tokenValidity.refresh", allowed, shown(validity.refresh))


def _auth_flows(path: str, written: Client) -> Iterator[Problem]:
    flows = written.auth_flows or []
    if written.rotate_refresh_tokens and REFRESH in flows:
        fix = f"remove {REFRESH}; rotated tokens are refreshed at the token endpoint"
        yield Problem(f"{path}.authFlows", "no refresh flow if rotateRefreshTokens is true", REFRESH, fix)
    legacy = [flow for flow in flows if flow in LEGACY_AUTH_FLOWS]
    if legacy and len(legacy) < len(flows):
        allowed = "either AWS's old names or the new ones (ALLOW_...), not both"
        yield Problem(f"{path}.authFlows", allowed, shown(flows), "use the new names")
    elif legacy:
        allowed = "AWS's new names (ALLOW_...): ALLOW_USER_AUTH cannot be combined with old names"
        yield Problem(f"{path}.authFlows[0]", allowed, shown(legacy[0]), warning=True)
    if written.propagate_user_context and not written.secret:
        allowed = "false if secret is false: Cognito only accepts it from clients with a secret"
        yield Problem(f"{path}.propagateUserContext", allowed, "true", "set secret: true, or remove it")


def _hidden_loopback(path: str, client: Client) -> Iterator[Problem]:
    for index, url in enumerate(client.callback_urls if client.secret else ()):
        if is_taken(url) and is_hidden_loopback(url):
            allowed = "no other loopback host name if secret is true: a user's machine cannot keep a secret"
            fix = "secret: false, or use localhost, 127.0.0.1 or [::1], which the policies check"
            yield Problem(f"{path}.callbackUrls[{index}]", allowed, shown(url), fix)


def _without_path(path: str, key: str, written: Client, client: Client) -> Iterator[Problem]:
    """Warn about a callback URL to which browsers add a /, at most once per client."""
    urls = client.callback_urls
    bare = next((url for url in urls if is_taken(url) and has_no_path(url) and f"{url}/" not in urls), None)
    if bare and written.callback_urls != SHIPPED_URLS.get(key):
        allowed = "a URL with a path: browsers add / to this one, and then it does not match"
        fix = "add a path, such as /signed-in, or list the URL with and without /"
        yield Problem(f"{path}.callbackUrls[{urls.index(bare)}]", allowed, shown(bare), fix, warning=True)


def _references(
    path: str, written: Client, client: Client, providers: Sequence[str] | None, attributes: Sequence[str]
) -> Iterator[Problem]:
    """Check that the providers and attributes exist."""
    known = [COGNITO, *(providers or ())]
    for index, provider in enumerate(() if providers is None else written.identity_providers or ()):
        if provider not in known and not provider.startswith(EXTERNAL):
            allowed = ", ".join(known) + ", or external:<name> for a provider that this stack does not manage"
            fix = nearest(provider, known)
            yield Problem(f"{path}.identityProviders[{index}]", allowed, shown(provider), fix)
    if written.identity_providers == [] and client.has_pages:
        allowed, fix = "at least one: the sign-in pages have no way to sign in for this client", f"write [{COGNITO}]"
        yield Problem(f"{path}.identityProviders", allowed, "[]", fix, warning=True)
    for field, names in (("readAttributes", written.read_attributes), ("writeAttributes", written.write_attributes)):
        for index, name in enumerate(names or []):
            if name not in attributes:
                allowed = "an attribute of Cognito's, or custom:<name> of userPool.customAttributes"
                place, fix = f"{path}.{field}[{index}]", nearest(name, attributes)
                yield Problem(place, allowed, shown(name), fix, follows=(CUSTOM_ATTRIBUTES,))
