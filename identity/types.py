"""Value types that several AWS resources share, each with its validator.

Figures, here and with each thing, are those of AWS's API model and quota pages
(https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html); a test holds them against botocore's model.
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
    """Turn a value down: `allowed` says what may stand there, `fix` what to do."""
    raise PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "fix": fix})


def refusal(check: Callable[[str], object], value: str) -> tuple[str, str] | None:
    """What may stand there, and what to do, where a check turns the value down; None where it takes it."""
    try:
        check(value)
    except PydanticCustomError as error:
        context = error.context or {}
        return context["allowed"], context["fix"]
    return None


@dataclass(frozen=True, eq=False)
class Checked:
    """A check of a value, and what the JSON schema says of it, so that editors know it while one types."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), **self.schema}


def matching(pattern: str, allowed: str) -> Checked:
    def check(value: str) -> str:
        return value if re.fullmatch(pattern, value) else refuse(allowed)

    # Editors read JavaScript's patterns, to which a letter is one of a to z alone: those of any script are left out.
    return Checked(check, {} if r"\w" in pattern else {"pattern": f"^(?:{pattern})$"})


def name(most: int) -> Checked:
    return matching(rf"[\w\s+=,.@-]{{1,{most}}}", f"1-{most} letters, digits, spaces and + = , . @ -")


def is_visible(value: str) -> bool:
    """Whether a text has no space: letters, marks, numbers, punctuation and symbols of any script."""
    return all(unicodedata.category(sign)[0] in "LMNPS" for sign in value)


def sound(value: str, holds: Callable[[str], object], allowed: str, better: str) -> str:
    """The value where it holds. Else it is turned down, and to write the better one is the fix where that holds."""
    return value if holds(value) else refuse(allowed, f'write "{better}"' if holds(better) else "")


def dns_label(value: str) -> str:
    allowed = "a DNS label: 1-63 of a-z, 0-9 and -, no - at either end"
    return sound(value, DNS_LABEL.fullmatch, allowed, value.strip().lower())


def dns_name(value: str) -> str:
    def is_name(name: str) -> bool:
        return "." in name and len(name) <= 253 and all(DNS_LABEL.fullmatch(label) for label in name.split("."))

    better = re.sub(r"^https?://|/+$", "", value.strip().lower()).removesuffix(".")
    return sound(value.removesuffix("."), is_name, "a domain name such as example.app, in lower case", better)


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


def lasting(shortest: int, longest: int, words: str, step: int = 1) -> AfterValidator:
    """A time of so many seconds, and of whole steps of seconds."""

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


def _given(value: Any) -> Any:
    """Blank text is a slip in every place, so it is told the same way everywhere."""
    return refuse("a string that is not empty or blank") if isinstance(value, str) and not value.strip() else value


def _not_null(value: Any) -> Any:
    return refuse("a value", "remove the key to use its default") if value is None else value


def at_most(length: int, what: str = "characters") -> AfterValidator:
    def check(value: Any) -> Any:
        return value if len(value) <= length else refuse(f"at most {length} {what}; this has {len(value)}")

    return AfterValidator(check)


def arn(service: str, example: str, *kinds: str) -> Checked:
    """The ARN of such a thing as the example is one of, or of these other kinds."""
    kind = "|".join([re.split("[/:]", example.split(":", 5)[5])[0], *kinds])
    pattern = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:(?:[0-9]{{12}}|aws)?:(?:{kind})[/:]\S+"
    return matching(pattern, f"an ARN, such as {example}")


def _by_arn(value: Any) -> Any:
    if isinstance(value, str):
        return {"arn": value}
    return refuse("an ARN, or an object") if isinstance(value, bool | int | float | list) else value


# An object whose plain ARN is the short form of its key `arn`.
ByArn = BeforeValidator(_by_arn)
Once = AfterValidator(_without_duplicates)
T = TypeVar("T")
# A key that may be left out; written with nothing behind it, it is a mistake.
Maybe = Annotated[T | None, BeforeValidator(_not_null)]

Text = Annotated[str, BeforeValidator(_given)]
Texts = Annotated[list[Text], Once]  # each once
DnsLabel = Annotated[Text, AfterValidator(dns_label)]
DnsName = Annotated[Text, AfterValidator(dns_name)]
Key = Annotated[Text, matching("[A-Za-z0-9_-]{1,128}", "1-128 letters (a-z, A-Z), digits, _ and -")]
Name = Annotated[Text, name(128)]
RoleArn = Annotated[Text, arn("iam", "arn:aws:iam::123456789012:role/name")]
