"""What AWS accepts: one type for each kind of value, one validator for each type.

The figures are those of AWS's API model and quota pages
(https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html); a test holds them against botocore's model.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from string import whitespace
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from identity.errors import nearest

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
EXPORT_NAME_LENGTH = 255
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

AUTH_SESSION_SECONDS = (3 * 60, 15 * 60)
ROTATION_GRACE_SECONDS = (0, 60)
LEGACY_AUTH_FLOWS = ("ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH")
AUTH_FLOWS = (
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    *LEGACY_AUTH_FLOWS,
)
ALIAS_ATTRIBUTES = ("email", "phone_number", "preferred_username")
VERIFIED_ATTRIBUTES = ("email", "phone_number")
ATTRIBUTE_TYPES = ("Boolean", "DateTime", "Number", "String")
# Cognito's own: a custom attribute of such a name takes the place of the standard one, for good.
STANDARD_ATTRIBUTES = (
    *("address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "identities", "locale"),
    *("middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username"),
    *("profile", "sub", "updated_at", "website", "zoneinfo"),
)
# Those of them that a person or an app can set.
WRITABLE_ATTRIBUTES = tuple(
    sorted(set(STANDARD_ATTRIBUTES) - {"sub", "identities", "email_verified", "phone_number_verified"})
)
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


@dataclass(frozen=True, eq=False)
class Checked:
    """A check of a value, and what the JSON schema says of it, so that editors know it while one types."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), **self.schema}


def matching(pattern: re.Pattern[str], allowed: str) -> Checked:
    def check(value: str) -> str:
        return value if pattern.fullmatch(value) else refuse(allowed)

    # Editors read JavaScript's patterns, to which a letter is one of a to z alone: those of any script are left out.
    return Checked(check, {} if r"\w" in pattern.pattern else {"pattern": f"^(?:{pattern.pattern})$"})


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
    if all(unicodedata.category(item)[0] in "LNZ" or item in "_.:/=+-@" for item in value):
        return value
    return refuse("letters, digits, spaces and _ . : / = + @ -")


def lasting(shortest: int, longest: int, words: str) -> AfterValidator:
    def check(value: str) -> str:
        return value if shortest <= duration(value).seconds <= longest else refuse(words)

    return AfterValidator(check)


def one_of(*known: str) -> Checked:
    def check(value: str) -> str:
        return value if value in known else refuse("one of " + ", ".join(known), nearest(value, known))

    return Checked(check, {"enum": list(known)})


def auth_flow(value: str) -> str:
    if value in AUTH_FLOWS:
        return value
    current = [flow for flow in AUTH_FLOWS if flow not in LEGACY_AUTH_FLOWS]
    return refuse("one of " + ", ".join(current), nearest(value, current))


def whole(least: int, most: int) -> Checked:
    def check(value: int) -> int:
        return value if least <= value <= most else refuse(f"a whole number from {least} to {most}")

    return Checked(check, {"minimum": least, "maximum": most})


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


def _not_null(value: Any) -> Any:
    return refuse("a value", "leave the key out for its default") if value is None else value


def at_most(length: int, what: str = "characters") -> AfterValidator:
    def check(value: Any) -> Any:
        return value if len(value) <= length else refuse(f"at most {length} {what}; this has {len(value)}")

    return AfterValidator(check)


def mail_text(value: str) -> str:
    odd = next((sign for sign in value if not (unicodedata.category(sign)[0] in "LMNPS" or sign in whitespace)), None)
    return value if odd is None else refuse("letters, marks, numbers, signs and plain spaces", f"take {odd!a} out")


def _one_line(value: str) -> str:
    return value if len(value.splitlines()) == 1 else refuse("a text of one line")


def with_code(value: str) -> str:
    return value if "{####}" in value else refuse("a text with {####}, where Cognito puts the code")


def with_link(value: str) -> str:
    if re.search("{##.+?##}", value, re.DOTALL):
        return value
    return refuse("a text with {##words of the link##}, which Cognito makes the link of")


def _with_name_and_code(value: str) -> str:
    missing = [word for word in ("{username}", "{####}") if word not in value]
    return refuse("a text with {username} and {####}", f"put {missing[0]} in") if missing else value


def arn(service: str, example: str, *kinds: str) -> Checked:
    """The ARN of such a thing as the example is one of, or of these other kinds."""
    kind = "|".join([re.split("[/:]", example.split(":", 5)[5])[0], *kinds])
    pattern = re.compile(rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:(?:[0-9]{{12}}|aws)?:(?:{kind})[/:]\S+")
    return matching(pattern, f"an ARN, such as {example}")


def _by_arn(value: Any) -> Any:
    if isinstance(value, str):
        return {"arn": value}
    return refuse("an ARN, or an object") if isinstance(value, bool | int | float | list) else value


# An object whose plain ARN is the short form of its key `arn`.
ByArn = BeforeValidator(_by_arn)
NotBlank = BeforeValidator(_given)
NotNull = BeforeValidator(_not_null)
Once = AfterValidator(_without_duplicates)
T = TypeVar("T")
# A key that may be left out; written with nothing behind it, it is a mistake.
Maybe = Annotated[T | None, NotNull]

DnsLabel = Annotated[str, AfterValidator(dns_label), NotBlank]
DnsName = Annotated[str, AfterValidator(dns_name), NotBlank]
DomainPrefix = Annotated[str, AfterValidator(domain_prefix), NotBlank]
ZoneId = Annotated[str, AfterValidator(zone_id), NotBlank]
ExportName = Annotated[str, matching(_EXPORT, "an export's name: 1-255 letters, digits, : and -"), NotBlank]
Key = Annotated[str, matching(_KEY, "1-128 letters (a-z, A-Z), digits, _ and -"), NotBlank]
ScopeName = Annotated[
    str, matching(SCOPE_NAME, "a scope's name: 1-256 visible ASCII characters without space, /, \" and \\"), NotBlank
]
ScopeDescription = Annotated[
    str, AfterValidator(lambda v: v if len(v) <= 256 else refuse("a text of 1-256 characters")), NotBlank
]
ServerIdentifier = Annotated[
    str, matching(IDENTIFIER, '1-256 visible ASCII characters without space, " and \\'), NotBlank
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
AttributeType = Annotated[str, one_of(*ATTRIBUTE_TYPES), NotBlank]
AuthFlow = Annotated[str, Checked(auth_flow, {"enum": list(AUTH_FLOWS)}), NotBlank]
AliasAttribute = Annotated[str, one_of(*ALIAS_ATTRIBUTES), NotBlank]
VerifiedAttribute = Annotated[str, one_of(*VERIFIED_ATTRIBUTES), NotBlank]
Flow = Annotated[str, one_of("code", "implicit", "client_credentials"), NotBlank]
AccessValidity = Annotated[str, lasting(*ACCESS_SECONDS, "from 5m to 1d"), NotBlank]
RefreshValidity = Annotated[str, lasting(*REFRESH_SECONDS, "from 60m to 3650d (10 years)"), NotBlank]
Text = Annotated[str, NotBlank]
PasswordLength = Annotated[int, whole(*PASSWORD_LENGTH)]
PasswordHistory = Annotated[int, whole(*PASSWORD_HISTORY)]
TemporaryPasswordDays = Annotated[int, whole(*TEMPORARY_PASSWORD_DAYS)]
AttributeLength = Annotated[int, whole(0, 2048)]
ServerLimit = Annotated[int, whole(1, RESOURCE_SERVERS_PER_POOL)]

_NAME = "letters, digits, spaces and + = , . @ -"
Name = Annotated[str, matching(re.compile(r"[\w\s+=,.@-]{1,128}"), f"1-128 {_NAME}"), NotBlank]
ServerName = Annotated[str, matching(re.compile(r"[\w\s+=,.@-]{1,256}"), f"1-256 {_NAME}"), NotBlank]
AuthSession = Annotated[str, lasting(*AUTH_SESSION_SECONDS, "from 3m to 15m, in whole minutes"), NotBlank]
RotationGrace = Annotated[str, lasting(*ROTATION_GRACE_SECONDS, "from 0s to 60s"), NotBlank]
Subject = Annotated[str, AfterValidator(mail_text), at_most(140), NotBlank]
Body = Annotated[str, AfterValidator(mail_text), at_most(20000), NotBlank]
CodeBody = Annotated[Body, AfterValidator(with_code)]
CodeText = Annotated[str, AfterValidator(with_code), AfterValidator(_one_line), at_most(140), NotBlank]
InvitationBody = Annotated[Body, AfterValidator(_with_name_and_code)]
InvitationText = Annotated[str, AfterValidator(_with_name_and_code), at_most(140), NotBlank]
RoleArn = Annotated[str, arn("iam", "arn:aws:iam::123456789012:role/name"), NotBlank]
FunctionArn = Annotated[str, arn("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:name"), NotBlank]
KeyArn = Annotated[str, arn("kms", "arn:aws:kms:eu-west-1:123456789012:key/name", "alias"), NotBlank]
IdentityArn = Annotated[str, arn("ses", "arn:aws:ses:eu-west-1:123456789012:identity/example.app"), NotBlank]
CertificateArn = Annotated[str, arn("acm", "arn:aws:acm:us-east-1:123456789012:certificate/name"), NotBlank]
WebAclArn = Annotated[str, arn("wafv2", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id"), NotBlank]
ExternalId = Annotated[
    str,
    matching(re.compile("[A-Za-z0-9_+=,.@:/-]{2,1224}"), "2-1,224 of a-z, A-Z, 0-9 and _ + = , . @ : / -"),
    NotBlank,
]
ConfigurationSet = Annotated[
    str, matching(re.compile("[A-Za-z0-9_-]{1,64}"), "1-64 of a-z, A-Z, 0-9, _ and -"), NotBlank
]
Region = Annotated[str, matching(re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]"), "a region, such as eu-west-1"), NotBlank]
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")


def address_in(sender: str) -> str:
    """The address of `Acme <no-reply@acme.app>`, or of one that stands alone; empty where there is none."""
    named = re.fullmatch(r"[^<>]*<([^<>]+)>", sender.strip())
    address = named[1] if named else sender.strip()
    return address if _ADDRESS.fullmatch(address) else ""


Address = Annotated[str, matching(_ADDRESS, "an e-mail address, such as help@example.app"), NotBlank]
