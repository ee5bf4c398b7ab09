"""Rules for message texts."""

import re
from string import whitespace
from typing import Annotated

from pydantic import AfterValidator

from identity import types


def mail_text(value: str) -> str:
    odd = next((sign for sign in value if not (types.is_visible(sign) or sign in whitespace)), None)
    return value if odd is None else types.refuse("letters, marks, numbers, signs and plain spaces", f"remove {odd!a}")


def _one_line(value: str) -> str:
    return value if len(value.splitlines()) == 1 else types.refuse("a string without line breaks")


def with_code(value: str) -> str:
    return value if "{####}" in value else types.refuse("a string with {####}, where Cognito puts the code")


def with_link(value: str) -> str:
    if re.search("{##.+?##}", value, re.DOTALL):
        return value
    return types.refuse("a string with {##link text##}, which Cognito replaces by the link")


def _with_name_and_code(value: str) -> str:
    missing = [word for word in ("{username}", "{####}") if word not in value]
    return types.refuse("a string with {username} and {####}", f"add {missing[0]}") if missing else value


Subject = Annotated[types.Text, AfterValidator(mail_text), types.at_most(140)]
Body = Annotated[types.Text, AfterValidator(mail_text), types.at_most(20000)]
CodeBody = Annotated[Body, AfterValidator(with_code)]
CodeText = Annotated[types.Text, AfterValidator(with_code), AfterValidator(_one_line), types.at_most(140)]
InvitationBody = Annotated[Body, AfterValidator(_with_name_and_code)]
InvitationText = Annotated[types.Text, AfterValidator(_with_name_and_code), types.at_most(140)]
