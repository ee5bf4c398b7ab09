"""The emails and SMS messages of a pool, made from its templates as on AWS.

The templates have `{####}` for a code or temporary password, `{##...##}` for a link, and `{username}`.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html
"""

import html
import re
import time
from dataclasses import dataclass, field
from typing import Final

from local.gateway.directory import Json

_LINK: Final = re.compile(r"\{##([^{}]+)##\}")
_CODE_TEXT: Final = "Your verification code is {####}."
_LINK_TEXT: Final = "Please click the link below to verify your email address. {##Verify Email##}"
_INVITATION: Final = "Your username is {username} and temporary password is {####}."
_FROM: Final = "no-reply@verificationemail.com"  # Cognito's default sender


@dataclass(frozen=True)
class Message:
    """An email or SMS message that AWS would send.

    Args:
        to: an email address or a phone number.
        subject: the subject; empty for SMS.
        body: HTML for an email, plain text for SMS.
        code: the code or temporary password in the body; empty if it has a link instead.
        link: the link in the body; empty if it has a code instead.
        sender: the sender; empty for SMS.
        at: the time of creation, in seconds since 1970.
    """

    to: str
    subject: str
    body: str
    code: str = ""
    link: str = ""
    sender: str = ""
    at: float = field(default_factory=time.time)


def verification(pool: Json, custom: Json, medium: str, to: str, name: str, code: str, link: str = "") -> Message:
    """Return the message that verifies an address, with a link if one is given and the pool uses links.

    Args:
        pool: the pool, as DescribeUserPool returns it.
        custom: the response of the custom message trigger; its texts override those of the pool.
        medium: email or phone_number.
        to: the address.
        name: the value of `{username}`.
        code: the value of `{####}`.
        link: the target of `{##...##}`.
    """
    given = pool.get("VerificationMessageTemplate") or {}
    if medium == "phone_number":
        text = custom.get("smsMessage") or given.get("SmsMessage") or pool.get("SmsVerificationMessage") or _CODE_TEXT
        return _text(to, text, name, code)
    if link and given.get("DefaultEmailOption") == "CONFIRM_WITH_LINK":
        subject = given.get("EmailSubjectByLink") or "Your verification link"
        text = given.get("EmailMessageByLink") or _LINK_TEXT
    else:
        link = ""
        subject = given.get("EmailSubject") or pool.get("EmailVerificationSubject") or "Your verification code"
        text = given.get("EmailMessage") or pool.get("EmailVerificationMessage") or _CODE_TEXT
    subject, text = custom.get("emailSubject") or subject, custom.get("emailMessage") or text
    return _mail(pool, to, subject, text, name, code, link)


def invitation(pool: Json, custom: Json, medium: str, to: str, name: str, password: str) -> Message:
    """Return the message with the temporary password for a user created by an administrator."""
    given = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    if medium == "phone_number":
        return _text(to, custom.get("smsMessage") or given.get("SMSMessage") or _INVITATION, name, password)
    subject = custom.get("emailSubject") or given.get("EmailSubject") or "Your temporary password"
    text = custom.get("emailMessage") or given.get("EmailMessage") or _INVITATION
    return _mail(pool, to, subject, text, name, password)


def second_factor(pool: Json, config: Json, medium: str, to: str, code: str) -> Message:
    """Return the message with the second factor's code; `config` is as GetUserPoolMfaConfig returns it."""
    plain = "Your authentication code is {####}."
    if medium == "phone_number":
        given = config.get("SmsMfaConfiguration") or {}
        text = given.get("SmsAuthenticationMessage") or pool.get("SmsAuthenticationMessage") or plain
        return _text(to, text, "", code)
    given = config.get("EmailMfaConfiguration") or {}
    return _mail(pool, to, given.get("Subject") or "Your sign-in code", given.get("Message") or plain, "", code)


def first_factor(pool: Json, to: str, code: str) -> Message:
    """Return the email with the code that replaces the password; AWS has no template for it."""
    return _mail(pool, to, "Your sign-in code", "Your sign-in code is {####}.", "", code)


def _text(to: str, text: str, name: str, code: str) -> Message:
    return Message(to, "", text.replace("{username}", name).replace("{####}", code), code)


def _mail(pool: Json, to: str, subject: str, text: str, name: str, code: str, link: str = "") -> Message:
    # The email is HTML, and a user name may contain `<`.
    body = _LINK.sub(lambda found: f'<a href="{html.escape(link)}">{found[1]}</a>', text) if link else text
    body = body.replace("{username}", html.escape(name)).replace("{####}", html.escape(code))
    subject = subject.replace("{username}", name).replace("{####}", code)
    sender = (pool.get("EmailConfiguration") or {}).get("From") or _FROM
    return Message(to, subject, body, "" if link else code, link, sender)
