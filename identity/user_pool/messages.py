"""What Cognito writes to people: verification and invitation; and the keys of `userPool` for these and their ways."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from identity import types
from identity.setting import Change, Model, setting, words
from identity.types import Maybe
from identity.user_pool.mail import Email
from identity.user_pool.sms import Sms

BY: Final = {"link": "CONFIRM_WITH_LINK", "code": "CONFIRM_WITH_CODE"}
_TEMPLATE = "verificationMessageTemplate"
_INVITATION = "adminCreateUserConfig.inviteMessageTemplate"
By = Annotated[str, types.one_of(*BY), types.NotBlank]
NO_ADDRESS: Final = "Mails would come from Cognito's own address again, 50 a day at most."


class Verification(Model):
    """The message that verifies an address or a phone number
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
    """

    by: By = setting(
        "link",
        "link, or code.",
        f"{_TEMPLATE}.defaultEmailOption",
        Change.MATTERS,
        loss="Apps that ask for the code, or wait for the link, would wait in vain.",
        codec=words(BY),
        example="code",
    )
    subject: Maybe[types.Subject] = setting(
        None, "The subject of the mail, 1-140 characters. Not given - AWS's.", example="Welcome to Acme"
    )
    message: Maybe[types.Body] = setting(
        None,
        "The mail, 6-20,000 characters, with {####} for a code, or {##words##} for a link. Not given - AWS's.",
        example="Please {##confirm your address##}.",
    )
    sms_message: Maybe[types.CodeText] = setting(
        None,
        "The text message, 6-140 characters, with {####}. Not given - AWS's.",
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
    """The message to a person whom an administrator signs up."""

    subject: Maybe[types.Subject] = setting(
        None, "The subject of the mail, 1-140 characters.", f"{_INVITATION}.emailSubject", example="Your account"
    )
    message: Maybe[types.InvitationBody] = setting(
        None,
        "The mail, 6-20,000 characters, with {username} and {####}.",
        f"{_INVITATION}.emailMessage",
        example="You are {username}, and your password is {####}.",
    )
    sms_message: Maybe[types.InvitationText] = setting(
        None,
        "The text message, 6-140 characters, with {username} and {####}.",
        f"{_INVITATION}.smsMessage",
        example="{username}: {####}",
    )


class Messages(Model):
    """The keys of `userPool` that say what is sent to people, and how."""

    verification: Verification = setting(
        Verification(), "The message that verifies an address.", example={"by": "code"}
    )
    invitation: Maybe[Invitation] = setting(
        None,
        "The message to somebody whom an administrator signs up. Not given - AWS's.",
        kept=True,
        example={"subject": "Your account"},
    )
    email: Maybe[Email] = setting(
        None,
        "Mail by Amazon SES. Not given - Cognito's own, 50 a day.",
        change=Change.LESSENS,
        loss=NO_ADDRESS,
        example={"from": "no-reply@example.app"},
        kept=True,
    )
    sms: Maybe[Sms] = setting(
        None,
        "Text messages. The AWS provider cannot take them out of a pool again.",
        change=Change.IMPOSSIBLE,
        loss="the AWS provider cannot take text messages out of a pool, so take out what sends them instead, such as "
        "mfa.sms, phone_number of autoVerifiedAttributes and smsOtp of firstFactors",
        kept=True,
        example={},
    )
