"""Rules for callback and logout URLs of app clients."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from identity import facts
from identity.loopback import PLAIN_HTTP, host_of, is_loopback
from policy.clients import at
from policy.rule import Finding, Resource, Rule

_RFC_9700: Final = "https://www.rfc-editor.org/rfc/rfc9700.html"
_RFC_8252: Final = "https://www.rfc-editor.org/rfc/rfc8252.html#section-8.5"
_rule: Final = partial(Rule, on=(facts.USER_POOL_CLIENT,))
# property -> its name in the stack file
_URLS: Final = {"callbackUrls": "callbackUrls", "logoutUrls": "logoutUrls", "defaultRedirectUri": "defaultRedirectUrl"}


def _urls(client: Resource) -> Iterator[tuple[str, str, str]]:
    """Yield each known URL of a client: the property, its key path in the stack file, the URL."""
    for prop, setting in _URLS.items():
        one = client.get(prop)
        for url in (one,) if isinstance(one, str) else client.texts(prop):
            yield prop, at(client, setting), url


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


@_rule(fix="use https", severity=Severity.HIGH, elsewhere=EnforcementLevel.MANDATORY, url=f"{_RFC_9700}#section-2.6")
def client_https_urls(client: Resource) -> Iterator[Finding]:
    """A URL uses https, http on localhost, 127.0.0.1 or [::1], or a custom scheme.

    Over plain http the authorization code can be intercepted.
    """
    for prop, where, url in _urls(client):
        if _scheme(url) == "http" and host_of(url) not in PLAIN_HTTP:
            yield Finding(f"{prop} has {url}", where)


@_rule(
    fix="list each URL in full, including its query",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.MANDATORY,
    url=f"{_RFC_9700}#section-2.1",
)
def client_exact_urls(client: Resource) -> Iterator[Finding]:
    """A URL is complete and exact, without * and without a #fragment.

    A wildcard lets many hosts receive codes; a fragment never reaches the server (RFC 9700).
    """
    for prop, where, url in _urls(client):
        for mark, meaning in (("*", "a wildcard"), ("#", "a fragment")):
            if mark in url:
                yield Finding(f"{prop} has {meaning}: {url}", where)


@_rule(
    fix="secret: false, or a separate client for development; remove the loopback URL from this client",
    elsewhere=EnforcementLevel.ADVISORY,
    url=_RFC_8252,
)
def client_no_secret_on_loopback(client: Resource) -> Iterator[Finding]:
    """An app client with a secret has no loopback callback URL, such as localhost or 127.0.0.1.

    A loopback URL is for apps on a user's machine, where a secret cannot be kept, or is left from development.
    """
    for url in client.texts("callbackUrls") if client.get("generateSecret") is True else ():
        if is_loopback(host_of(url)):
            yield Finding(f"callbackUrls has {url}, and the client has a secret", at(client, "callbackUrls, secret"))


@_rule(fix="secret: false", elsewhere=EnforcementLevel.ADVISORY, url=_RFC_8252)
def client_no_secret_in_apps(client: Resource) -> Iterator[Finding]:
    """An app client with a secret has no callback URL with a custom scheme, such as myapp://.

    An installed app cannot keep a secret: it is a public client and uses PKCE.
    """
    for url in client.texts("callbackUrls") if client.get("generateSecret") is True else ():
        if _scheme(url) not in ("http", "https"):
            yield Finding(f"callbackUrls has {url}, and the client has a secret", at(client, "secret"))
