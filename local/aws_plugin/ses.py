"""aws:sesv2 EmailIdentity: an address or domain that sends email.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
"""

from .official import Differences
from .properties import Props
from .resource import Held, shown
from .service import Service

_DKIM = "dkimSigningAttributes"
_COMPUTED = (
    *("currentSigningKeyLength", "lastKeyGenerationTimestamp", "nextSigningKeyLength", "signingAttributesOrigin"),
    *("status", "tokens"),
)


class EmailIdentity(Held, module="sesv2"):
    """An email identity. SES signs a domain's email with three DKIM keys, whose DNS records use the `tokens`.

    The emulator can only update the tags: a changed configuration set is stored only in the state.
    """

    secrets = frozenset({f"{_DKIM}.domainSigningPrivateKey"})
    differences = Differences(
        replaces=("emailIdentity",),
        keeps=tuple(f"{_DKIM}.{name}" for name in (*_COMPUTED, "domainSigningSelector")),
        unread=(f"{_DKIM}.domainSigningPrivateKey", f"{_DKIM}.domainSigningSelector"),
        secret=(_DKIM,),
        own=tuple(f"{_DKIM}.{name}" for name in _COMPUTED if name != "nextSigningKeyLength"),
        members={f"{_DKIM}.nextSigningKeyLength": "NextSigningKeyLength"},
    )
    noun, verbs, answer = "EmailIdentity", ("Create", "Get", "", "Delete"), ""
    key, rereads = ("emailIdentity",), True

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        identity = known["emailIdentity"]
        arn = f"arn:aws:ses:{aws.region}:000000000000:identity/{identity}"
        tags = aws.client.list_tags_for_resource(ResourceArn=arn)["Tags"]  # the identity's own are never updated
        dkim = answer.get("DkimAttributes") or {}
        signing = {name: dkim.get(name[:1].upper() + name[1:]) for name in _COMPUTED}
        signing["lastKeyGenerationTimestamp"] = shown(dkim.get("LastKeyGenerationTimestamp"))
        given = known.get(_DKIM) or {}
        return {
            _DKIM: {name: value for name, value in (given | signing).items() if value is not None},
            "arn": arn,
            "verificationStatus": answer.get("VerificationStatus", "PENDING"),
            "tags": {tag["Key"]: tag["Value"] for tag in tags},
        }

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        aws.retag(old, new, ResourceArn=old["arn"])
        return self.reread(aws, resource_id, new)
