"""What AWS accepts: one type a kind of value, one validator a type.

The figures are those of AWS's API model and quota pages
(https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html); a test holds them against botocore's model.
"""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

CLIENTS_PER_POOL = 1000
RESOURCE_SERVERS_PER_POOL = 300
SCOPES_PER_SERVER = 100
SCOPES_PER_CLIENT = 50
URLS_PER_CLIENT = 100
POOL_NAME_LENGTH = 128
CLIENT_NAME_LENGTH = 128
SERVER_NAME_LENGTH = 256
FULL_SCOPE_LENGTH = 256
URL_LENGTH = 1024
DOMAIN_PREFIX_LENGTH = 63
CUSTOM_DOMAIN_LENGTH = 63
CERTIFICATE_NAME_LENGTH = 64
STACK_NAME_LENGTH = 128
TAGS_PER_RESOURCE = 50
ATTRIBUTES_PER_POOL = 50
NEW_ATTRIBUTES_PER_UPDATE = 25
ATTRIBUTE_NAME_LENGTH = 20
_VISIBLE = f"1-{ATTRIBUTE_NAME_LENGTH} visible characters, without space"
RESERVED_PREFIX_WORDS = ("aws", "amazon", "cognito")

PASSWORD_LENGTH = (6, 99)
PASSWORD_HISTORY = (0, 24)
TEMPORARY_PASSWORD_DAYS = (1, 365)
ACCESS_SECONDS = (5 * 60, 86400)
REFRESH_SECONDS = (60 * 60, 3650 * 86400)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}

AUTH_FLOWS = (
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
)
# AWS takes these, and then no sign-in by them can succeed.
FLOWS_WITHOUT_SETUP = {
    "ALLOW_CUSTOM_AUTH": "this one needs triggers in the pool, and this program has no key for them yet",
    "ALLOW_USER_AUTH": "this one needs first factors of the pool, and this program has no key for them yet",
}
ALIAS_ATTRIBUTES = ("email", "phone_number", "preferred_username")
VERIFIED_ATTRIBUTES = ("email", "phone_number")
ATTRIBUTE_TYPES = ("Boolean", "DateTime", "Number", "String")
# Cognito's own: a custom attribute of such a name takes the place of the standard one, for good.
STANDARD_ATTRIBUTES = (
    *("address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "identities", "locale"),
    *("middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username"),
    *("profile", "sub", "updated_at", "website", "zoneinfo"),
)
OIDC_SCOPES = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
# Claims about a person, which go into the id token: without openid there is none.
IDENTITY_SCOPES = ("email", "phone", "profile")

PREFIX_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DNS_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
SCOPE_NAME = re.compile(r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}")
IDENTIFIER = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,256}")
_ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")
_EXPORT = re.compile(r"[A-Za-z0-9:-]{1,255}")
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")


def refuse(allowed: str, fix: str = "") -> NoReturn:
    """Turn a value down: `allowed` says what may stand there, `fix` what to do."""
    raise PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "fix": fix})


def _matching(pattern: re.Pattern[str], allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        return value if pattern.fullmatch(value) else refuse(allowed)

    return AfterValidator(check)


def dns_label(value: str) -> str:
    if _DNS_LABEL.fullmatch(value):
        return value
    lower = value.strip().lower()
    fix = f'write "{lower}"' if _DNS_LABEL.fullmatch(lower) else ""
    return refuse("a DNS label: 1-63 of a-z, 0-9 and -, no - at either end", fix)


def dns_name(value: str) -> str:
    name = value.removesuffix(".")
    labels = name.split(".")
    if len(labels) > 1 and len(name) <= 253 and all(_DNS_LABEL.fullmatch(label) for label in labels):
        return name
    lower = re.sub(r"^https?://|/+$", "", value.strip().lower()).removesuffix(".")
    sound = lower != name and "." in lower and all(_DNS_LABEL.fullmatch(label) for label in lower.split("."))
    return refuse("a domain name such as example.app, in lower case", f'write "{lower}"' if sound else "")


def zone_id(value: str) -> str:
    if _ZONE_ID.fullmatch(value):
        return value
    bare = value.strip().removeprefix("/").removeprefix("hostedzone/")
    fix = f'write "{bare}"' if _ZONE_ID.fullmatch(bare) else ""
    return refuse("a hosted zone's id, such as Z0123456789ABCDEFGHIJ", fix)


def domain_prefix(value: str) -> str:
    word = next((word for word in RESERVED_PREFIX_WORDS if word in value), None)
    if word:
        refuse("a prefix without the words aws, amazon and cognito", f'take out "{word}"')
    if PREFIX_DOMAIN.fullmatch(value):
        return value
    return refuse("1-63 of a-z, 0-9 and -, no - at either end")


def attribute_name(value: str) -> str:
    """A custom attribute's name, without the prefix `custom:` that Cognito puts before it."""
    prefix = re.match(r"(?:dev:)?(?:custom:)+", value)
    if prefix:
        bare = value[prefix.end() :]
        own = bare.lower() in STANDARD_ATTRIBUTES
        other = f"take it out, for every pool has {bare.lower()}" if own else f"write {_VISIBLE}"
        fix = f'write "{bare}"' if is_attribute_name(bare) else other
        refuse(f"a name without {prefix[0]}, which Cognito adds", fix)
    standard = value.lower()
    if standard in STANDARD_ATTRIBUTES:
        allowed = (
            "a name that is none of Cognito's own attributes: it would take the place of the standard one for good"
        )
        refuse(allowed, f"take it out, for every pool has {standard}; or give it a name of its own")
    return value if is_attribute_name(value) else refuse(_VISIBLE)


def is_attribute_name(value: str) -> bool:
    """Whether a custom attribute may have this name: letters, marks, symbols, numbers, punctuation of any script."""
    visible = all(unicodedata.category(character)[0] in "LMNPS" for character in value)
    return visible and 1 <= len(value) <= ATTRIBUTE_NAME_LENGTH and value.lower() not in STANDARD_ATTRIBUTES


@dataclass(frozen=True)
class Duration:
    """A time as it is written and as AWS takes it: an amount and the unit's name."""

    amount: int
    unit: str

    @property
    def seconds(self) -> int:
        return self.amount * _SECONDS[self.unit]


def duration(value: str) -> Duration:
    """The duration of a text such as `60m`; s, m, h and d are its units."""
    match = _DURATION.fullmatch(value)
    if not match:
        refuse("a whole number with a unit, s, m, h or d, such as 60m")
    return Duration(int(match[1]), next(unit for unit in _SECONDS if unit.startswith(match[2])))


def tag_text(value: str) -> str:
    """Letters, numbers and separators of any script, as AWS has it: a tab and a line break are none of these."""
    if all(unicodedata.category(it)[0] in "LNZ" or it in "_.:/=+-@" for it in value):
        return value
    return refuse("letters, digits, spaces and _ . : / = + @ -")


def _lasting(shortest: int, longest: int, words: str) -> AfterValidator:
    def check(value: str) -> str:
        return value if shortest <= duration(value).seconds <= longest else refuse(words)

    return AfterValidator(check)


def _one_of(known: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        return value if value in known else refuse("one of " + ", ".join(known))

    return AfterValidator(check)


def auth_flow(value: str) -> str:
    if value not in AUTH_FLOWS:
        refuse("one of " + ", ".join(flow for flow in AUTH_FLOWS if flow not in FLOWS_WITHOUT_SETUP))
    if value in FLOWS_WITHOUT_SETUP:
        refuse(f"a flow that the pool can serve: {FLOWS_WITHOUT_SETUP[value]}", "take it out")
    return value


def _whole(least: int, most: int) -> AfterValidator:
    def check(value: int) -> int:
        return value if least <= value <= most else refuse(f"a whole number from {least} to {most}")

    return AfterValidator(check)


def _without_duplicates(values: list[Any]) -> list[Any]:
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            refuse("each entry once", f'take out the second "{value}"')
        seen.add(value)
    return values


def _given(value: Any) -> Any:
    """Blank text is a slip in every place, so it is told the same way everywhere."""
    return refuse("a text that is not empty or blank") if isinstance(value, str) and not value.strip() else value


NotBlank = BeforeValidator(_given)
Once = AfterValidator(_without_duplicates)

DnsLabel = Annotated[str, AfterValidator(dns_label), NotBlank]
DnsName = Annotated[str, AfterValidator(dns_name), NotBlank]
DomainPrefix = Annotated[str, AfterValidator(domain_prefix), NotBlank]
ZoneId = Annotated[str, AfterValidator(zone_id), NotBlank]
ExportName = Annotated[str, _matching(_EXPORT, "an export's name: 1-255 letters, digits, : and -"), NotBlank]
Key = Annotated[str, _matching(_KEY, "1-128 letters (a-z, A-Z), digits, _ and -"), NotBlank]
ScopeName = Annotated[
    str, _matching(SCOPE_NAME, "a scope's name: 1-256 visible ASCII characters without space, /, \" and \\"), NotBlank
]
ScopeDescription = Annotated[
    str, AfterValidator(lambda v: v if len(v) <= 256 else refuse("a text of 1-256 characters")), NotBlank
]
ServerIdentifier = Annotated[
    str, _matching(IDENTIFIER, '1-256 visible ASCII characters without space, " and \\'), NotBlank
]
TagKey = Annotated[
    str,
    AfterValidator(lambda k: refuse("a key that does not begin with aws:") if k.lower().startswith("aws:") else k),
    AfterValidator(lambda k: k if len(k) <= 128 else refuse("a key of 1-128 characters")),
    AfterValidator(tag_text),
    NotBlank,
]
TagValue = Annotated[
    str,
    AfterValidator(lambda v: v if len(v) <= 256 else refuse("a value of 0-256 characters")),
    AfterValidator(tag_text),
]
AttributeName = Annotated[str, AfterValidator(attribute_name), NotBlank]
AttributeType = Annotated[str, _one_of(ATTRIBUTE_TYPES), NotBlank]
AuthFlow = Annotated[str, AfterValidator(auth_flow), NotBlank]
AliasAttribute = Annotated[str, _one_of(ALIAS_ATTRIBUTES), NotBlank]
VerifiedAttribute = Annotated[str, _one_of(VERIFIED_ATTRIBUTES), NotBlank]
Flow = Annotated[str, _one_of(("code", "client_credentials")), NotBlank]
AccessValidity = Annotated[str, _lasting(*ACCESS_SECONDS, "from 5m to 1d"), NotBlank]
RefreshValidity = Annotated[str, _lasting(*REFRESH_SECONDS, "from 60m to 3650d (10 years)"), NotBlank]
Text = Annotated[str, NotBlank]
PasswordLength = Annotated[int, _whole(*PASSWORD_LENGTH)]
PasswordHistory = Annotated[int, _whole(*PASSWORD_HISTORY)]
TemporaryPasswordDays = Annotated[int, _whole(*TEMPORARY_PASSWORD_DAYS)]
AttributeLength = Annotated[int, _whole(0, 2048)]
ServerLimit = Annotated[int, _whole(1, RESOURCE_SERVERS_PER_POOL)]
