"""Rules for callback and logout URLs. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import urlsplit

from identity.errors import Problem, nearest, shown
from identity.loopback import PLAIN_HTTP, host_of, ipv4_of, is_loopback
from identity.types import refusal, refuse

URL_LENGTH = 1024
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("product", "environment", "authDomain")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_WEB = ("http", "https")
# The browser or the system handles these schemes: no app can receive a code with them.
_NOT_FOR_APPS = frozenset(
    [
        *("about", "android-app", "blob", "chrome", "cid", "content", "data", "feed", "file", "filesystem", "ftp"),
        *("ftps", "gopher", "intent", "irc", "ircs", "jar", "javascript", "ldap", "ldaps", "livescript", "mailto"),
        *("mhtml", "mid", "mms", "news", "nntp", "resource", "rtsp", "sftp", "sip", "sips", "sms", "smb", "ssh"),
        *("tel", "telnet", "tftp", "urn", "vbscript", "view-source", "ws", "wss"),
    ]
)
_ALLOWED = (
    f"an absolute URL of 1-{URL_LENGTH} characters: https, http on localhost, 127.0.0.1 or [::1], or a custom "
    "scheme, such as myapp:// or com.example.app:/back"
)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Replace placeholders in a URL, path or name; unknown ones stay."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def redirect_problems(path: str, written: Sequence[str], filled: Sequence[str]) -> Iterator[Problem]:
    """The errors in a client's URLs: `written` as in the stack file, `filled` with placeholders replaced."""
    for index, whole in enumerate(filled):
        place = f"{path}[{index}]"
        if "{" in whole or "}" in whole:
            unknown = _PLACEHOLDER.findall(whole)
            allowed = "the placeholders " + ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
            fix = nearest(unknown[0], PLACEHOLDERS) if unknown else ""
            yield Problem(place, allowed, shown(written[index]), fix)
            continue
        if refused := refusal(redirect_url, whole):
            yield Problem(place, refused[0], shown(whole), refused[1])
        elif whole in filled[:index]:
            yield Problem(place, "each URL once, after replacing placeholders", shown(whole), "remove it")


def redirect_url(value: str) -> str:
    """Validate a callback or logout URL without placeholders (RFC 6749, section 3.1.2; AWS's RedirectUrlType)."""
    scheme, colon, rest = value.partition(":")
    if not value.isprintable() or " " in value or "\\" in value or len(value) > URL_LENGTH:
        refuse(_ALLOWED, "write it without spaces, backslashes and invisible characters" if value.strip() else "")
    if not colon or not _SCHEME.fullmatch(scheme) or (rest != "//" and not rest.strip("/")):
        refuse(_ALLOWED)
    if "#" in value:
        refuse("a URL without a fragment", "remove the # and everything after it")
    kind = scheme.lower()
    if kind in _NOT_FOR_APPS:
        refuse(f"https, http on localhost, or a custom scheme: no app receives a code with {kind}:")
    if kind not in _WEB and re.match(r"[0-9]+(?:[/?]|$)", rest):
        fix = f'write "http://{value}"' if kind == "localhost" else f'write "https://{value}"'
        refuse("a URL with a scheme before the host", fix)
    authority = re.split(r"[/?]", rest[2:], maxsplit=1)[0] if rest.startswith("//") else ""
    # `name:x@host` without slashes has a scheme by the standard, but users mean user info before a host.
    _no_user_info(authority, authority if rest.startswith("/") else re.split(r"[/?]", rest, maxsplit=1)[0])
    if kind in _WEB:
        _web(kind, value, authority)
    return value


def is_taken(url: str) -> bool:
    """Whether the URL is valid in the config."""
    return refusal(redirect_url, url) is None


def has_no_path(url: str) -> bool:
    """Whether a web URL has no path, such as `http://localhost:9000`: browsers add a /."""
    return url.partition(":")[0].lower() in _WEB and not urlsplit(url).path


def is_hidden_loopback(url: str) -> bool:
    """Whether a web URL has a loopback host other than those that AWS recognises."""
    host = host_of(url)
    return url.partition(":")[0].lower() in _WEB and host not in PLAIN_HTTP and is_loopback(host)


def _no_user_info(authority: str, before_path: str) -> None:
    if "@" in before_path or "%40" in before_path:
        refuse("a URL without user info: text before an @ can be mistaken for the host", "remove the @")
    if not authority.isascii():
        fix = "write the host in punycode, xn--..."
        refuse("a host with ASCII letters only: other letters can look the same", fix)


def _web(kind: str, value: str, authority: str) -> None:
    try:
        parts = urlsplit(value)
        port = parts.port  # raises ValueError if it is not a number or over 65535
    except ValueError:
        refuse(_ALLOWED)
    if port == 0:
        refuse("a URL with a port from 1 to 65535, or without one", "remove the port")
    host = parts.hostname
    if not host or authority.endswith(":") or not _is_host(host, authority):
        refuse("a URL with a host of letters, digits and -, such as https://app.example/signed-in")
    if kind == "http" and host not in PLAIN_HTTP:
        own = "use localhost, 127.0.0.1 or [::1] as the host"
        fix = own if is_loopback(host) else "write https instead of http"
        refuse("https; http only on localhost, 127.0.0.1 or [::1]", fix)


def _is_host(host: str, authority: str) -> bool:
    if authority.startswith("["):
        try:
            return "%" not in host and bool(IPv6Address(host))
        except AddressValueError:
            return False
    labels: Sequence[str] = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        return False
    # To a browser, a host that ends in a number is an IPv4 address or invalid.
    return not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) or ipv4_of(host.removesuffix(".")) is not None
