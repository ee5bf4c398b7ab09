"""Where an app client may send people, and which of those places may hold a secret."""

from collections.abc import Iterator
from typing import Final

from identity.loopback import PLAIN_HTTP, host_of, is_loopback
from policy.rule import CLIENT, Finding, Level, Resource, Rule, rule

# property -> its name in the stack file
_URLS: Final = {"callbackUrls": "callbackUrls", "logoutUrls": "logoutUrls", "defaultRedirectUri": "callbackUrls"}


def _urls(client: Resource) -> Iterator[tuple[str, str, str]]:
    """Every known URL of a client: the property, its key path in the stack file, the URL."""
    for prop, setting in _URLS.items():
        one = client.get(prop)
        for url in (one,) if isinstance(one, str) else client.texts(prop):
            yield prop, f"identity:clients -> {client.key} -> {setting}", url


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


@rule(
    "client-https-urls",
    demands="A URL is https, http on localhost, 127.0.0.1 or [::1], or of an app's own scheme.",
    why="Over plain http the authorization code can be read on the way.",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
)
def https_urls(client: Resource) -> Iterator[Finding]:
    for prop, where, url in _urls(client):
        if _scheme(url) == "http" and host_of(url) not in PLAIN_HTTP:
            yield Finding(f"{prop} has {url}", where, f"https{url[4:]}")


@rule(
    "client-exact-urls",
    demands="A URL is whole and exact, without * and without a #fragment.",
    why="A wildcard sends codes to whoever holds one of many hosts; a fragment never reaches the server (RFC 9700).",
    elsewhere=Level.MANDATORY,
    on=(CLIENT,),
)
def exact_urls(client: Resource) -> Iterator[Finding]:
    for prop, where, url in _urls(client):
        for mark, meaning in (("*", "a wildcard"), ("#", "a fragment")):
            if mark in url:
                yield Finding(f"{prop} has {meaning}: {url}", where, "name each URL in full, up to its query")


@rule(
    "client-no-secret-on-loopback",
    demands="An app client with a secret has no callback on the machine itself: localhost, 127.0.0.1, or another name.",
    why="What listens there runs on a person's own machine, where a secret is none; leftovers of development, too.",
    elsewhere=Level.ADVISORY,
    on=(CLIENT,),
)
def no_secret_on_loopback(client: Resource) -> Iterator[Finding]:
    if client.get("generateSecret") is not True:
        return
    for url in client.texts("callbackUrls"):
        if is_loopback(host_of(url)):
            yield Finding(
                f"callbackUrls has {url}, and the client has a secret",
                f"identity:clients -> {client.key} -> callbackUrls, secret",
                "secret: false, or another client for development; take the loopback URL out of this one",
            )


@rule(
    "client-no-secret-in-apps",
    demands="An app client with a secret has no callback of an app's own scheme, such as myapp://.",
    why="An installed app carries the secret to everyone who installs it: it is a public client, and PKCE its guard.",
    elsewhere=Level.ADVISORY,
    on=(CLIENT,),
)
def no_secret_in_apps(client: Resource) -> Iterator[Finding]:
    if client.get("generateSecret") is not True:
        return
    for url in client.texts("callbackUrls"):
        if _scheme(url) not in ("http", "https"):
            yield Finding(
                f"callbackUrls has {url}, and the client has a secret",
                f"identity:clients -> {client.key} -> secret",
                "secret: false",
            )


RULES: Final[tuple[Rule, ...]] = (https_urls, exact_urls, no_secret_on_loopback, no_secret_in_apps)
