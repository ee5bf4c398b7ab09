"""The mails and texts of a pool, written from its templates as AWS writes them.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html: a code
or a temporary password stands where `{####}` is, a link where `{##...##}` is, a user's name where `{username}` is.
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
_FROM: Final = "no-reply@verificationemail.com"  # whom Cognito sends as, where a pool has no address of its own


@dataclass(frozen=True)
class Message:
    """A mail or a text that would have been sent.

    Args:
        to: an email address or a phone number.
        subject: empty for a text.
        body: HTML for a mail, plain for a text.
        code: the code or the temporary password in it; empty where it has a link.
        link: the link in it; empty where it has a code.
        sender: whom it is from; empty for a text.
        at: when it was written, in seconds since 1970.
    """

    to: str
    subject: str
    body: str
    code: str = ""
    link: str = ""
    sender: str = ""
    at: float = field(default_factory=time.time)


def verification(pool: Json, words: Json, medium: str, to: str, name: str, code: str, link: str = "") -> Message:
    """The message by which an address is verified; by the link where one is given and the pool says so.

    Args:
        pool: as DescribeUserPool answers.
        words: those of the pool's function for messages, which go before the pool's own.
        medium: email or phone_number.
        to: the address.
        name: the user name that is shown.
        code: what `{####}` becomes.
        link: what `{##...##}` leads to.
    """
    given = pool.get("VerificationMessageTemplate") or {}
    if medium == "phone_number":
        text = words.get("smsMessage") or given.get("SmsMessage") or pool.get("SmsVerificationMessage") or _CODE_TEXT
        return _text(to, text, name, code)
    if link and given.get("DefaultEmailOption") == "CONFIRM_WITH_LINK":
        subject, text = given.get("EmailSubjectByLink") or "Your verification link", given.get("EmailMessageByLink")
        text = text or _LINK_TEXT
    else:
        link = ""
        subject = given.get("EmailSubject") or pool.get("EmailVerificationSubject") or "Your verification code"
        text = given.get("EmailMessage") or pool.get("EmailVerificationMessage") or _CODE_TEXT
    subject, text = words.get("emailSubject") or subject, words.get("emailMessage") or text
    return _mail(pool, to, subject, text, name, code, link)


def invitation(pool: Json, words: Json, medium: str, to: str, name: str, password: str) -> Message:
    """The message by which a person whom an administrator made gets the temporary password."""
    given = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    if medium == "phone_number":
        return _text(to, words.get("smsMessage") or given.get("SMSMessage") or _INVITATION, name, password)
    subject = words.get("emailSubject") or given.get("EmailSubject") or "Your temporary password"
    text = words.get("emailMessage") or given.get("EmailMessage") or _INVITATION
    return _mail(pool, to, subject, text, name, password)


def second_factor(pool: Json, config: Json, medium: str, to: str, code: str) -> Message:
    """The message that proves a sign-in beside the password; `config` as GetUserPoolMfaConfig answers."""
    plain = "Your authentication code is {####}."
    if medium == "phone_number":
        given = config.get("SmsMfaConfiguration") or {}
        text = given.get("SmsAuthenticationMessage") or pool.get("SmsAuthenticationMessage") or plain
        return _text(to, text, "", code)
    given = config.get("EmailMfaConfiguration") or {}
    return _mail(pool, to, given.get("Subject") or "Your sign-in code", given.get("Message") or plain, "", code)


def first_factor(pool: Json, to: str, code: str) -> Message:
    """The mail whose code stands in for a password; AWS has no template for it."""
    return _mail(pool, to, "Your sign-in code", "Your sign-in code is {####}.", "", code)


def _text(to: str, text: str, name: str, code: str) -> Message:
    return Message(to, "", text.replace("{username}", name).replace("{####}", code), code)


def _mail(pool: Json, to: str, subject: str, text: str, name: str, code: str, link: str = "") -> Message:
    # A name may have a `<` in it; the mail is HTML.
    body = _LINK.sub(lambda found: f'<a href="{html.escape(link)}">{found[1]}</a>', text) if link else text
    body = body.replace("{username}", html.escape(name)).replace("{####}", html.escape(code))
    subject = subject.replace("{username}", name).replace("{####}", code)
    sender = (pool.get("EmailConfiguration") or {}).get("From") or _FROM
    return Message(to, subject, body, "" if link else code, link, sender)
