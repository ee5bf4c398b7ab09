"""Detects loopback hosts in all spellings. Pure, standard library only."""

from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

# AWS allows http for callback URLs only on these hosts.
PLAIN_HTTP = ("localhost", "127.0.0.1", "::1")
# Names in /etc/hosts of common systems.
_NAMES = ("localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback")
_DOMAINS = ("localhost", "localdomain", "localdomain4", "localdomain6")


def host_of(url: str) -> str:
    """The host of a URL in lower case; empty if it has none or is invalid."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost and its subdomains, 127.0.0.0/8, 0.0.0.0, ::1 and ::.

    Includes all spellings that a browser reads as such an address: 127.1, 2130706433, 0x7f.1, 0177.0.0.1.
    """
    name = unquote(host).lower().removesuffix(".")
    if name in _NAMES or name.rpartition(".")[2] in _DOMAINS:
        return True
    if ":" in name:
        return _is_own_ipv6(name.strip("[]").partition("%")[0])
    address = ipv4_of(name)
    return address is not None and _is_own_ipv4(address)


def ipv4_of(host: str) -> IPv4Address | None:
    """The IPv4 address that a browser reads from a numeric host (https://url.spec.whatwg.org/#concept-ipv4-parser)."""
    numbers = [_number(part) for part in host.split(".")]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(known) > 4 or any(number > 255 for number in known[:-1]):
        return None
    if known[-1] >= 256 ** (5 - len(known)):
        return None
    return IPv4Address(sum(number << 8 * (3 - index) for index, number in enumerate(known[:-1])) + known[-1])


def _number(text: str) -> int | None:
    base = 16 if text.startswith("0x") else 8 if text.startswith("0") and len(text) > 1 else 10
    digits = text[2:] if base == 16 else text
    if not text or len(text) > 20 or not (digits or base == 16) or not digits.isascii() or "_" in digits:
        return None
    try:
        return int(digits or "0", base)
    except ValueError:
        return None


def _is_own_ipv4(address: IPv4Address) -> bool:
    return int(address) >> 24 in (0, 127)


def _is_own_ipv6(text: str) -> bool:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    # ::1 and ::, and an IPv4 address in the last 32 bits: ::127.0.0.1, ::ffff:127.0.0.1, ::ffff:0:127.0.0.1 (SIIT),
    # 64:ff9b::127.0.0.1 (NAT64).
    before, last = int(address) >> 32, int(address) & 0xFFFFFFFF
    if before == 0:
        return last <= 1 or last >> 24 == 127
    return before in (0xFFFF, 0xFFFF0000, 0x64FF9B << 64) and _is_own_ipv4(IPv4Address(last))
