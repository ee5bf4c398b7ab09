"""The app clients of the registry, names and scopes filled in. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from identity import limits
from identity.apis import ApiSettings, still_there
from identity.errors import Problem, nearest, shown
from identity.naming import Names
from identity.shapes import Client
from identity.urls import fill_in, has_no_path, is_hidden_loopback

PATH = "identity:clients"
CLIENT_CREDENTIALS = "client_credentials"
REFRESH = "ALLOW_REFRESH_TOKEN_AUTH"
SRP = "ALLOW_USER_SRP_AUTH"
# The default clients are those of the old system, whose apps send just these: they are not warned of.
_SHIPPED_URLS: Mapping[str, list[str]] = {
    "postman": ["https://{environment}-auth.{product}.app"],
    "windowscli": ["http://localhost:9000"],
}


@dataclass(frozen=True)
class Scope:
    """A scope of a client: one of an API (by its key), or one of OpenID Connect's, where `api` is None."""

    name: str
    api: str | None = None


@dataclass(frozen=True)
class ClientSettings:
    """An app client as it will be."""

    key: str
    name: str
    secret: bool
    flow: str
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    scopes: tuple[Scope, ...]
    auth_flows: tuple[str, ...]
    access_validity: limits.Duration
    id_validity: limits.Duration
    refresh_validity: limits.Duration
    rotate_refresh_tokens: bool
    renamed_from: str | None = None


def resolve_clients(
    clients: Mapping[str, Client],
    names: Names,
    auth_domain: str,
    apis: Mapping[str, ApiSettings] | None,
    problems: list[Problem],
    warnings: list[Problem],
) -> dict[str, ClientSettings]:
    """Fill names, URLs and scopes in, and tell what can never work, or is seldom meant.

    `apis` is None where they could not be read; scopes are then left alone, so that one slip is told once.
    """
    if len(clients) > limits.CLIENTS_PER_POOL:
        allowed = f"at most {limits.CLIENTS_PER_POOL} clients, AWS's limit for a pool"
        problems.append(Problem(PATH, allowed, f"{len(clients)} clients"))
    values = {"product": names.product, "environment": names.environment, "authDomain": auth_domain}
    known = _known_scopes(apis or {})
    resolved = {}
    for key, client in clients.items():
        path = f"{PATH}.{key}"
        resolved[key] = ClientSettings(
            key=key,
            name=names.client(key),
            secret=client.secret,
            flow=client.flow,
            callback_urls=fill_in(f"{path}.callbackUrls", client.callback_urls, values, problems),
            logout_urls=fill_in(f"{path}.logoutUrls", client.logout_urls, values, problems),
            scopes=_scopes(path, client, known, problems) if apis is not None else (),
            auth_flows=tuple(sorted(client.auth_flows or _safe_auth_flows(client))),
            access_validity=limits.duration(client.token_validity.access),
            id_validity=limits.duration(client.token_validity.id),
            refresh_validity=limits.duration(client.token_validity.refresh),
            rotate_refresh_tokens=client.rotate_refresh_tokens,
            renamed_from=client.renamed_from,
        )
        problems.extend(_can_never_work(path, client, resolved[key]))
        warnings.extend(_seldom_meant(path, key, client, resolved[key]))
    problems.extend(still_there(PATH, resolved))
    return resolved


def _safe_auth_flows(client: Client) -> list[str]:
    if client.flow == CLIENT_CREDENTIALS:
        return [REFRESH]  # AWS would add SRP to an empty list; no person signs in to this client
    return [SRP] if client.rotate_refresh_tokens else [SRP, REFRESH]


def _known_scopes(apis: Mapping[str, ApiSettings]) -> dict[str, Scope]:
    """Each way to write a scope, short (`project.read`) and whole, with the scope it means."""
    known = {name: Scope(name) for name in limits.OIDC_SCOPES}
    for api in apis.values():
        for name in api.scopes:
            known[name] = known[f"{api.identifier}/{name}"] = Scope(name, api.key)
    return known


def _scopes(path: str, client: Client, known: Mapping[str, Scope], problems: list[Problem]) -> tuple[Scope, ...]:
    if client.scopes is None:
        declared = {scope for scope in known.values() if scope.api is not None}
        chosen = declared if client.flow == CLIENT_CREDENTIALS else declared | {Scope("openid")}
        what = "this client names none and so takes every declared one"
    else:
        chosen, what = set(), "this client names them"
        for index, written in enumerate(client.scopes):
            scope = known.get(written)
            if scope is None:
                allowed = "a scope that an API declares, as project.read or whole, or " + ", ".join(limits.OIDC_SCOPES)
                problems.append(Problem(f"{path}.scopes[{index}]", allowed, shown(written), nearest(written, known)))
            elif scope in chosen:
                problems.append(Problem(f"{path}.scopes[{index}]", "each scope once", shown(written), "take it out"))
            else:
                chosen.add(scope)
    if len(chosen) > limits.SCOPES_PER_CLIENT:
        allowed = f"at most {limits.SCOPES_PER_CLIENT} scopes"
        problems.append(Problem(f"{path}.scopes", allowed, f"{len(chosen)}; {what}", "name the scopes that it needs"))
    return tuple(sorted(chosen, key=lambda scope: (scope.api or "", scope.name)))


def _can_never_work(path: str, client: Client, settings: ClientSettings) -> Iterator[Problem]:
    if len(settings.name) > limits.CLIENT_NAME_LENGTH:
        yield Problem(path, f"a name of at most {limits.CLIENT_NAME_LENGTH} characters", shown(settings.name))
    if client.flow == CLIENT_CREDENTIALS:
        yield from _no_person(path, client, settings)
    elif not client.callback_urls:
        yield Problem(f"{path}.callbackUrls", "at least one URL: the code flow sends the code there", "none")
    else:
        yield from _needs_openid(path, [scope.name for scope in settings.scopes if scope.api is None])
    yield from _hidden_loopback(path, settings)
    validity = client.token_validity
    for token, lives in (("access", settings.access_validity), ("id", settings.id_validity)):
        if settings.refresh_validity.seconds < lives.seconds:
            allowed = f"at least as long as {token}, {lives.amount} {lives.unit}"
            yield Problem(f"{path}.tokenValidity.refresh", allowed, shown(validity.refresh))
    if client.rotate_refresh_tokens and client.auth_flows and REFRESH in client.auth_flows:
        fix = f"take {REFRESH} out; rotated tokens are refreshed at the token endpoint"
        yield Problem(f"{path}.authFlows", "no refresh flow where rotateRefreshTokens is true", REFRESH, fix)


def _needs_openid(path: str, scopes: Sequence[str]) -> Iterator[Problem]:
    told = [scope for scope in limits.IDENTITY_SCOPES if scope in scopes]
    if told and "openid" not in scopes:
        allowed = f"openid beside {', '.join(told)}: Cognito refuses a sign-in that asks for these without it"
        yield Problem(f"{path}.scopes", allowed, shown(list(scopes)), "add openid")


def _hidden_loopback(path: str, settings: ClientSettings) -> Iterator[Problem]:
    for index, url in enumerate(settings.callback_urls if settings.secret else ()):
        if is_hidden_loopback(url):
            allowed = "no other name of the machine itself where secret is true: a secret is none on a person's machine"
            fix = "secret: false, or write localhost, 127.0.0.1 or [::1], of which the policies know"
            yield Problem(f"{path}.callbackUrls[{index}]", allowed, shown(url), fix)


def _seldom_meant(path: str, key: str, client: Client, settings: ClientSettings) -> Iterator[Problem]:
    """A callback that browsers send otherwise than it is written; once a client."""
    if client.callback_urls == _SHIPPED_URLS.get(key):
        return
    urls = settings.callback_urls
    bare = next((url for url in urls if has_no_path(url) and f"{url}/" not in urls), None)
    if bare:
        allowed = "a URL with a path: JavaScript sends this one with / behind, and Cognito refuses what differs"
        fix = "write a path, such as /signed-in, or both, with and without /"
        yield Problem(f"{path}.callbackUrls[{urls.index(bare)}]", allowed, shown(bare), fix)


def _no_person(path: str, client: Client, settings: ClientSettings) -> Iterator[Problem]:
    """The client credentials flow: no person, so no redirect and no identity (RFC 6749, section 4.4)."""
    if not client.secret:
        yield Problem(f"{path}.secret", "true: client_credentials needs a secret", "false")
    for field, urls in (("callbackUrls", client.callback_urls), ("logoutUrls", client.logout_urls)):
        if urls:
            yield Problem(f"{path}.{field}", "none: client_credentials redirects nobody", shown(urls), "take it out")
    if client.rotate_refresh_tokens:
        yield Problem(f"{path}.rotateRefreshTokens", "false: client_credentials gives no refresh token", "true")
    for scope in settings.scopes:
        if scope.api is None:
            allowed = "scopes of APIs alone: client_credentials identifies nobody"
            yield Problem(f"{path}.scopes", allowed, scope.name, "take it out")
    if client.scopes is None and not settings.scopes:
        fix = "declare an API with a scope in identity:apis, or take this client out"
        yield Problem(f"{path}.scopes", "at least one scope that an API declares", "none", fix)
