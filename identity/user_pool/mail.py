"""Email with Amazon SES, and the SES identity of the sender."""

import re
from collections.abc import Iterator, Mapping
from email.utils import formataddr
from typing import Annotated, Any, Final

import pulumi
import pulumi_aws as aws
from pydantic import AfterValidator

from identity import types
from identity.errors import Problem, shown
from identity.setting import Model, setting
from identity.user_pool.beside import Beside

IdentityArn = Annotated[types.Text, types.arn("ses", "arn:aws:ses:eu-west-1:123456789012:identity/example.app")]
ConfigurationSet = Annotated[types.Text, types.matching("[A-Za-z0-9_-]{1,64}", "1-64 of a-z, A-Z, 0-9, _ and -")]
_ADDRESS = r"[^\s@<>\"]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}"


def address_in(sender: str) -> str:
    """The address in `Acme <no-reply@acme.app>` or in a plain address; empty if there is none."""
    named = re.fullmatch(r"[^<>]*<([^<>]+)>", sender.strip())
    address = named[1] if named else sender.strip()
    return address if re.fullmatch(_ADDRESS, address) else ""


Address = Annotated[types.Text, types.matching(_ADDRESS, "an e-mail address, such as help@example.app")]
PATH: Final = "identity:userPool.email"
IDENTITY: Final = "mail-identity"
# A name as words, a quoted string, or an encoded word (RFC 2047).
_NAME: Final = re.compile(r"""[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*|"[ !#-~]+\"""")
_KEYS: Final = 3  # SES signs with three DKIM keys, each published in a record


def _sender(value: str) -> str:
    """Validate a sender: an address, or a name and an address such as `Acme <no-reply@acme.app>`."""
    address, name = address_in(value), value.rpartition("<")[0].strip()
    if not address:
        types.refuse('an address, or "Name <no-reply@example.app>"')
    if not _NAME.fullmatch(name):
        allowed = "an ASCII name, in quotes if it has a full stop, a comma or other special characters (RFC 5322)"
        types.refuse(allowed, f"write '{formataddr((name.strip(chr(34)), address))}'")
    return value


Sender = Annotated[types.Text, AfterValidator(_sender)]


class Email(Model):
    """Email with Amazon SES instead of Cognito's own, which is limited to 50 a day
    (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html).
    """

    from_: types.Maybe[Sender] = setting(
        "The sender: an address, or a name and an address, of the verified identity. Default: the address of "
        "identityArn.",
        "emailConfiguration.fromEmailAddress",
        alias="from",
        example="Acme <no-reply@example.app>",
    )
    reply_to: types.Maybe[Address] = setting(
        "The reply-to address.",
        "emailConfiguration.replyToEmailAddress",
        example="help@example.app",
    )
    configuration_set: types.Maybe[ConfigurationSet] = setting(
        "An SES configuration set.",
        "emailConfiguration.configurationSet",
        loss="SES would no longer record bounces and complaints.",
        example="sign-in",
    )
    identity_arn: types.Maybe[IdentityArn] = setting(
        "The SES identity of the sender. Default: if the sender's domain is in the stack's zone, the program creates "
        "an identity and its DKIM records.",
        "emailConfiguration.sourceArn",
        example="arn:aws:ses:eu-west-1:123456789012:identity/example.app",
    )

    @property
    def domain(self) -> str:
        return address_in(self.from_ or "").rpartition("@")[2].lower()

    def inputs(self) -> dict[str, Any]:
        made = super().inputs()
        made["emailConfiguration"]["emailSendingAccount"] = "DEVELOPER"
        return made

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        return (outputs.get("emailConfiguration") or {}).get("emailSendingAccount") == "DEVELOPER"


def mail_problems(email: Email, has_zone: bool, zone_name: str | None) -> Iterator[Problem]:
    """The errors of the sender: not an address of the SES identity, or its domain is not in the stack's zone.

    Args:
        email: the email settings.
        has_zone: whether the stack has a zone.
        zone_name: the zone's name, if known.
    """
    path, sender = f"{PATH}.from", shown(email.from_)
    identity = (email.identity_arn or "").rpartition(":identity/")[2].lower()
    if email.from_ is None:
        if "@" not in identity:
            yield Problem(path, "the sender's address, such as no-reply@example.app", "nothing")
        return
    if identity:
        address = address_in(email.from_).lower()
        if address != identity and not address.endswith((f"@{identity}", f".{identity}")):
            allowed = f"an address of the identity {identity}: SES refuses others"
            yield Problem(path, allowed, sender, f"write an address of {identity}, or the ARN of the sender's identity")
        return
    fix = f"set {PATH}.identityArn to the ARN of a verified SES identity"
    if not has_zone:
        allowed = "an address whose domain is in the zone of the stack, for the DNS records of its identity"
        yield Problem(path, allowed, sender, f"{fix}, or set the zone with identity:zoneName")
    elif zone_name and email.domain != zone_name and not email.domain.endswith(f".{zone_name}"):
        yield Problem(path, f"an address in the zone {zone_name}", sender, fix)


def not_known_yet(domain: str) -> str:
    """The warning at the first update with a new SES identity for this domain."""
    return (
        f"SES verifies {domain} within minutes, sometimes hours, after its DNS records exist. Until then Cognito "
        f"refuses the sender: if this update fails at the pool, run it again once "
        f"`aws sesv2 get-email-identity --email-identity {domain}` has VerifiedForSendingStatus true."
    )


def mail_identity(beside: Beside, domain: str, zone_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """Create an SES identity for the domain and its DKIM records. The ARN is known once the records exist.

    SES verifies the records in the background, within minutes, sometimes hours
    (https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
    """
    identity = aws.sesv2.EmailIdentity(
        f"{beside.name}-{IDENTITY}", email_identity=domain, tags=beside.tags, opts=beside.options()
    )
    tokens = identity.dkim_signing_attributes.tokens
    records = [
        aws.route53.Record(
            f"{beside.name}-mail-dkim-{number + 1}",
            zone_id=zone_id,
            name=tokens[number].apply(lambda token: f"{token}._domainkey.{domain}"),
            type="CNAME",
            records=[tokens[number].apply(lambda token: f"{token}.dkim.amazonses.com")],
            ttl=300,
            opts=beside.options(),
        )
        for number in range(_KEYS)
    ]
    arns = pulumi.Output.all(identity.arn, *(record.fqdn for record in records))
    return arns.apply(lambda made: str(made[0]))
