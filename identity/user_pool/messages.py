"""Message templates for verification and invitation, rules for their texts, and the keys of `userPool` for messages."""

import re
from collections.abc import Mapping
from string import whitespace
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator

from identity import types
from identity.setting import Change, Model, setting, words
from identity.user_pool.mail import Email
from identity.user_pool.sms import Sms

BY: Final = {"link": "CONFIRM_WITH_LINK", "code": "CONFIRM_WITH_CODE"}
_TEMPLATE = "verificationMessageTemplate"
_INVITATION = "adminCreateUserConfig.inviteMessageTemplate"
By = Annotated[types.Text, types.one_of(*BY)]
NO_ADDRESS: Final = "Emails would come from Cognito's own address, at most 50 a day."


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


class Verification(Model):
    """The message that verifies an address or a phone number
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
    """

    by: By = setting(
        "Verify by link or by code.",
        f"{_TEMPLATE}.defaultEmailOption",
        Change.MATTERS,
        default="link",
        loss="Apps that ask for a code, or expect a link, would stop working.",
        codec=words(BY),
        example="code",
    )
    subject: types.Maybe[Subject] = setting(
        "The subject of the email, 1-140 characters. Default: AWS's text.", example="Welcome to Acme"
    )
    message: types.Maybe[Body] = setting(
        "The email, 6-20,000 characters, with the placeholder {####} for a code, or {##link text##} for a link. "
        "Default: AWS's text.",
        example="Please {##confirm your address##}.",
    )
    sms_message: types.Maybe[CodeText] = setting(
        "The text message, 6-140 characters, with the placeholder {####}. Default: AWS's text.",
        f"{_TEMPLATE}.smsMessage",
        kept=True,
        example="Your code is {####}.",
    )

    def inputs(self) -> dict[str, Any]:
        made = super().inputs()
        for key, text in zip(_texts(self.by), (self.subject, self.message), strict=True):
            if text is not None:
                made[_TEMPLATE][key] = text
        return made

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        found, template = super().read(outputs), outputs.get(_TEMPLATE) or {}
        subject, message = (template.get(key) or None for key in _texts(found.by))
        return found.model_copy(update={"subject": subject, "message": message})


def _texts(by: str) -> tuple[str, str]:
    return ("emailSubjectByLink", "emailMessageByLink") if by == "link" else ("emailSubject", "emailMessage")


class Invitation(Model):
    """The message to a user whom an administrator creates."""

    subject: types.Maybe[Subject] = setting(
        "The subject of the email, 1-140 characters.", f"{_INVITATION}.emailSubject", example="Your account"
    )
    message: types.Maybe[InvitationBody] = setting(
        "The email, 6-20,000 characters, with the placeholders {username} and {####}.",
        f"{_INVITATION}.emailMessage",
        example="You are {username}, and your password is {####}.",
    )
    sms_message: types.Maybe[InvitationText] = setting(
        "The text message, 6-140 characters, with the placeholders {username} and {####}.",
        f"{_INVITATION}.smsMessage",
        example="{username}: {####}",
    )


class Messages(Model):
    """The keys of `userPool` for messages to users."""

    verification: Verification = setting(
        "The message that verifies an email address or phone number.", default=Verification(), example={"by": "code"}
    )
    invitation: types.Maybe[Invitation] = setting(
        "The message to a user whom an administrator creates. Default: AWS's text.",
        kept=True,
        example={"subject": "Your account"},
    )
    email: types.Maybe[Email] = setting(
        "Email through Amazon SES. Default: Cognito's own email, at most 50 a day.",
        loss=NO_ADDRESS,
        example={"from": "no-reply@example.app"},
        kept=True,
    )
    sms: types.Maybe[Sms] = setting(
        "Text messages through Amazon SNS. The AWS provider cannot remove this setting again.",
        change=Change.IMPOSSIBLE,
        loss="the AWS provider cannot remove the text message settings of a pool; instead remove what sends text "
        "messages, such as mfa.sms, phone_number in autoVerifiedAttributes and smsOtp in firstFactors",
        kept=True,
        example={},
    )
