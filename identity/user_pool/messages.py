"""What Cognito writes to people, and by whom it is sent: verification, invitation, e-mail, text messages."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator

from identity import types
from identity.setting import Change, Model, setting, words
from identity.types import Maybe

BY: Final = {"link": "CONFIRM_WITH_LINK", "code": "CONFIRM_WITH_CODE"}
_TEMPLATE = "verificationMessageTemplate"
_INVITATION = "adminCreateUserConfig.inviteMessageTemplate"
By = Annotated[str, types.one_of(*BY), types.NotBlank]
_NO_ADDRESS = "Mails would come from Cognito's own address again, 50 a day at most."


def _sender(value: str) -> str:
    """An address, or a name and an address: `Acme <no-reply@acme.app>`."""
    address = types.address_in(value)
    return value if address else types.refuse('an address, or "Name <no-reply@example.app>"')


Sender = Annotated[str, AfterValidator(_sender), types.NotBlank]


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


class Email(Model):
    """Mail by Amazon SES instead of Cognito's own 50 a day
    (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html).
    """

    from_: Sender = setting(
        ...,
        "The sender: an address, or a name and an address, of the verified identity.",
        "emailConfiguration.fromEmailAddress",
        alias="from",
        example="Acme <no-reply@example.app>",
    )
    reply_to: Maybe[types.Address] = setting(
        None,
        "Where answers go.",
        "emailConfiguration.replyToEmailAddress",
        example="help@example.app",
    )
    configuration_set: Maybe[types.Name] = setting(
        None,
        "An SES configuration set.",
        "emailConfiguration.configurationSet",
        Change.LESSENS,
        loss="SES would not record bounces and complaints any more.",
        example="sign-in",
    )
    identity_arn: Maybe[types.IdentityArn] = setting(
        None,
        "The SES identity of the sender. Not given, and with a zone of the sender's domain - the program makes the "
        "identity of that domain and its DKIM records.",
        "emailConfiguration.sourceArn",
        example="arn:aws:ses:eu-west-1:123456789012:identity/example.app",
    )

    @property
    def domain(self) -> str:
        return types.address_in(self.from_).rpartition("@")[2].lower()

    def inputs(self) -> dict[str, Any]:
        made = super().inputs()
        made["emailConfiguration"]["emailSendingAccount"] = "DEVELOPER"
        return made

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        return (outputs.get("emailConfiguration") or {}).get("emailSendingAccount") == "DEVELOPER"


class Sms(Model):
    """Text messages (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html).

    `{}` makes the role that lets Cognito send them.
    """

    role_arn: Maybe[types.RoleArn] = setting(
        None,
        "The role that lets Cognito send texts by SNS. Not given - the program makes one.",
        "smsConfiguration.snsCallerArn",
        example="arn:aws:iam::123456789012:role/cognito-sms",
    )
    external_id: Maybe[types.Text] = setting(
        None,
        "What the role asks Cognito for. Not given - the name of the pool.",
        "smsConfiguration.externalId",
        example="acme-sign-in",
    )
    region: Maybe[types.Region] = setting(
        None, "The region of SNS. Not given - the pool's.", "smsConfiguration.snsRegion", example="eu-west-1"
    )


class Messages(Model):
    """The keys of `userPool` that say what is sent to people, and how."""

    verification: Verification = setting(Verification(), "The message that verifies an address.")
    invitation: Maybe[Invitation] = setting(
        None, "The message to somebody whom an administrator signs up. Not given - AWS's.", kept=True
    )
    email: Maybe[Email] = setting(
        None,
        "Mail by Amazon SES. Not given - Cognito's own, 50 a day.",
        change=Change.LESSENS,
        loss=_NO_ADDRESS,
        kept=True,
    )
    sms: Maybe[Sms] = setting(
        None,
        "Text messages. The AWS provider cannot take them out of a pool again.",
        change=Change.IMPOSSIBLE,
        kept=True,
        example={},
    )
