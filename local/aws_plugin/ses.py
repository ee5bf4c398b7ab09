"""aws:sesv2 EmailIdentity: an address or a domain that mail is sent from.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
"""

from .emulator import Emulator
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, key_values, tag_changes, tagged

_DKIM = "dkimSigningAttributes"
_COMPUTED = (
    *("currentSigningKeyLength", "lastKeyGenerationTimestamp", "nextSigningKeyLength", "signingAttributesOrigin"),
    *("status", "tokens"),
)


class EmailIdentity(Resource):
    """An identity. SES signs for a domain with three keys, whose records are named by the `tokens`."""

    type_name = "aws:sesv2/emailIdentity:EmailIdentity"
    service = "sesv2"
    secrets = frozenset({f"{_DKIM}.domainSigningPrivateKey"})
    inputs = official_table(
        type_name,
        "sesv2",
        ("CreateEmailIdentityRequest",),
        Differences(
            replaces=("emailIdentity",),
            keeps=(_DKIM, *(f"{_DKIM}.{name}" for name in (*_COMPUTED, "domainSigningSelector"))),
            unread=(f"{_DKIM}.domainSigningPrivateKey", f"{_DKIM}.domainSigningSelector"),
            secret=(_DKIM,),
            own=tuple(f"{_DKIM}.{name}" for name in _COMPUTED if name != "nextSigningKeyLength"),
            members={f"{_DKIM}.nextSigningKeyLength": "NextSigningKeyLength"},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        request = to_aws(self.inputs, props) | {"Tags": key_values(props.get("tags") or {})}
        self.client(emulator, props).create_email_identity(**request)
        return self.reread(emulator, props["emailIdentity"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = existing(lambda: client.get_email_identity(EmailIdentity=resource_id))
        if found is None:
            return None
        region = known.get("region") or emulator.region
        dkim, given = found.get("DkimAttributes") or {}, known.get(_DKIM) or {}
        signing = {name: dkim.get(name[:1].upper() + name[1:]) for name in _COMPUTED}
        moment = dkim.get("LastKeyGenerationTimestamp")
        signing["lastKeyGenerationTimestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
        state = from_aws(self.inputs, found) | {
            "emailIdentity": resource_id,
            _DKIM: {name: value for name, value in (given | signing).items() if value is not None},
            "arn": f"arn:aws:ses:{region}:000000000000:identity/{resource_id}",
            "identityType": found["IdentityType"],
            "verificationStatus": found.get("VerificationStatus", "PENDING"),
            "verifiedForSendingStatus": found.get("VerifiedForSendingStatus", False),
            "region": region,
        }
        tags = client.list_tags_for_resource(ResourceArn=state["arn"])["Tags"]  # the identity has those of its making
        return Found(resource_id, state | tagged({tag["Key"]: tag["Value"] for tag in tags}))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client = self.client(emulator, old)
        if new.get("configurationSetName") != old.get("configurationSetName"):
            configuration = (
                {"ConfigurationSetName": new["configurationSetName"]} if new.get("configurationSetName") else {}
            )
            client.put_email_identity_configuration_set_attributes(EmailIdentity=resource_id, **configuration)
        setting, dropping = tag_changes(old, new)
        if setting:
            client.tag_resource(ResourceArn=old["arn"], Tags=key_values(setting))
        if dropping:
            client.untag_resource(ResourceArn=old["arn"], TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_email_identity(EmailIdentity=resource_id))
