"""Value types that several AWS resources share, each with its validator.

Limits, here and in the files of the resources, are those of AWS's API model and quota pages
(https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html); a test compares them with botocore's model.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from identity.errors import nearest

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
DNS_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")


def refuse(allowed: str, fix: str = "") -> NoReturn:
    """Reject a value: `allowed` says which values are allowed, `fix` what to do."""
    raise PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "fix": fix})


def refusal(check: Callable[[str], object], value: str) -> tuple[str, str] | None:
    """The allowed values and the fix, if a check rejects the value; None if the value is valid."""
    try:
        check(value)
    except PydanticCustomError as error:
        context = error.context or {}
        return context["allowed"], context["fix"]
    return None


@dataclass(frozen=True, eq=False)
class Checked:
    """A validator and its JSON schema, so that editors validate the value as well."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), **self.schema}


def matching(pattern: str, allowed: str) -> Checked:
    def check(value: str) -> str:
        return value if re.fullmatch(pattern, value) else refuse(allowed)

    # In JavaScript patterns, which editors use, \w has only ASCII letters: omit the pattern if it contains \w.
    return Checked(check, {} if r"\w" in pattern else {"pattern": f"^(?:{pattern})$"})


def name(most: int) -> Checked:
    return matching(rf"[\w\s+=,.@-]{{1,{most}}}", f"1-{most} letters, digits, spaces and + = , . @ -")


def is_visible(value: str) -> bool:
    """Whether all characters are letters, marks, numbers, punctuation or symbols of any script; no spaces."""
    return all(unicodedata.category(sign)[0] in "LMNPS" for sign in value)


def ensure(value: str, holds: Callable[[str], object], allowed: str, better: str) -> str:
    """Return the value if it is valid. Otherwise reject it, and suggest `better` if that is valid."""
    return value if holds(value) else refuse(allowed, f'write "{better}"' if holds(better) else "")


def dns_label(value: str) -> str:
    allowed = "a DNS label: 1-63 of a-z, 0-9 and -, no - at either end"
    return ensure(value, DNS_LABEL.fullmatch, allowed, value.strip().lower())


def dns_name(value: str) -> str:
    def is_name(name: str) -> bool:
        return "." in name and len(name) <= 253 and all(DNS_LABEL.fullmatch(label) for label in name.split("."))

    better = re.sub(r"^https?://|/+$", "", value.strip().lower()).removesuffix(".")
    return ensure(value.removesuffix("."), is_name, "a domain name such as example.app, in lower case", better)


@dataclass(frozen=True)
class Duration:
    """A duration as an amount and a unit such as `minutes`, the form that AWS uses."""

    amount: int
    unit: str

    @property
    def seconds(self) -> int:
        return self.amount * _SECONDS[self.unit]


def duration(value: str) -> Duration:
    """Parse a duration such as `60m`; the units are s, m, h and d."""
    match = _DURATION.fullmatch(value)
    if not match:
        refuse("a whole number with a unit, s, m, h or d, such as 60m")
    return Duration(int(match[1]), next(unit for unit in _SECONDS if unit.startswith(match[2])))


def lasting(shortest: int, longest: int, words: str, step: int = 1) -> AfterValidator:
    """A validator for durations: the limits and the step are in seconds."""

    def check(value: str) -> str:
        seconds = duration(value).seconds
        return value if shortest <= seconds <= longest and seconds % step == 0 else refuse(words)

    return AfterValidator(check)


def one_of(*known: str) -> Checked:
    def check(value: str) -> str:
        return value if value in known else refuse("one of " + ", ".join(known), nearest(value, known))

    return Checked(check, {"enum": list(known)})


def whole(least: int, most: int) -> Checked:
    def check(value: int) -> int:
        return value if least <= value <= most else refuse(f"a whole number from {least} to {most}")

    return Checked(check, {"minimum": least, "maximum": most})


def _without_duplicates(values: list[Any]) -> list[Any]:
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            refuse("each entry once", f'remove the second "{value}"')
        seen.add(value)
    return values


def _not_blank(value: Any) -> Any:
    """Reject blank strings: they are a mistake in every setting."""
    return refuse("a string that is not empty or blank") if isinstance(value, str) and not value.strip() else value


def _not_null(value: Any) -> Any:
    return refuse("a value", "remove the key to use its default") if value is None else value


def at_most(length: int, what: str = "characters") -> AfterValidator:
    def check(value: Any) -> Any:
        return value if len(value) <= length else refuse(f"at most {length} {what}; this has {len(value)}")

    return AfterValidator(check)


def arn(service: str, example: str, *kinds: str) -> Checked:
    """An ARN with the same resource type as the example, or one of the other `kinds`."""
    kind = "|".join([re.split("[/:]", example.split(":", 5)[5])[0], *kinds])
    pattern = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:(?:[0-9]{{12}}|aws)?:(?:{kind})[/:]\S+"
    return matching(pattern, f"an ARN, such as {example}")


def _by_arn(value: Any) -> Any:
    if isinstance(value, str):
        return {"arn": value}
    return refuse("an ARN, or an object") if isinstance(value, bool | int | float | list) else value


# An object that can be written as a plain ARN, the short form of its key `arn`.
ByArn = BeforeValidator(_by_arn)
Once = AfterValidator(_without_duplicates)
T = TypeVar("T")
# An optional key. A key without a value is an error.
Maybe = Annotated[T | None, BeforeValidator(_not_null)]

Text = Annotated[str, BeforeValidator(_not_blank)]
Texts = Annotated[list[Text], Once]  # without duplicates
DnsLabel = Annotated[Text, AfterValidator(dns_label)]
DnsName = Annotated[Text, AfterValidator(dns_name)]
Key = Annotated[Text, matching("[A-Za-z0-9_-]{1,128}", "1-128 letters (a-z, A-Z), digits, _ and -")]
Name = Annotated[Text, name(128)]
RoleArn = Annotated[Text, arn("iam", "arn:aws:iam::123456789012:role/name")]
