"""aws:cognito/userPool:UserPool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
"""

from datetime import datetime
from typing import Any, ClassVar

from .emulator import Emulator, Refusal, is_gone
from .properties import Kind, Property, Props, Table, comparable, from_aws, to_aws
from .resource import REGION, TAGS, Found, Resource, own_tags, tag_changes


def _flag(aws: str) -> Property:
    return Property(kind=Kind.FLAG, aws=aws, default=False)


def _text(aws: str, *, required: bool = False) -> Property:
    return Property(kind=Kind.TEXT, aws=aws, required=required)


def _range(aws: str, low: str, low_aws: str, high: str, high_aws: str) -> Property:
    return Property(kind=Kind.BLOCK, aws=aws, block={low: _text(low_aws), high: _text(high_aws)})


SCHEMA: Table = {
    "name": _text("Name", required=True),
    "attributeDataType": _text("AttributeDataType", required=True),
    "developerOnlyAttribute": _flag("DeveloperOnlyAttribute"),
    "mutable": _flag("Mutable"),
    "required": _flag("Required"),
    "stringAttributeConstraints": _range(
        "StringAttributeConstraints", "minLength", "MinLength", "maxLength", "MaxLength"
    ),
    "numberAttributeConstraints": _range("NumberAttributeConstraints", "minValue", "MinValue", "maxValue", "MaxValue"),
}
PASSWORD_POLICY: Table = {
    "minimumLength": Property(kind=Kind.NUMBER, aws="MinimumLength", keeps=True),
    "requireLowercase": _flag("RequireLowercase"),
    "requireUppercase": _flag("RequireUppercase"),
    "requireNumbers": _flag("RequireNumbers"),
    "requireSymbols": _flag("RequireSymbols"),
    "temporaryPasswordValidityDays": Property(kind=Kind.NUMBER, aws="TemporaryPasswordValidityDays", keeps=True),
    "passwordHistorySize": Property(kind=Kind.NUMBER, aws="PasswordHistorySize", default=0),
}
MESSAGES: Table = {
    "defaultEmailOption": Property(kind=Kind.TEXT, aws="DefaultEmailOption", default="CONFIRM_WITH_CODE"),
    "emailMessage": Property(kind=Kind.TEXT, aws="EmailMessage", keeps=True),
    "emailMessageByLink": Property(kind=Kind.TEXT, aws="EmailMessageByLink", keeps=True),
    "emailSubject": Property(kind=Kind.TEXT, aws="EmailSubject", keeps=True),
    "emailSubjectByLink": Property(kind=Kind.TEXT, aws="EmailSubjectByLink", keeps=True),
    "smsMessage": Property(kind=Kind.TEXT, aws="SmsMessage", keeps=True),
}
RECOVERY: Table = {
    "name": _text("Name", required=True),
    "priority": Property(kind=Kind.NUMBER, aws="Priority", required=True),
}
# Given at creation; UpdateUserPool has no members for them.
_FIXED = frozenset({"AliasAttributes", "UsernameAttributes", "UsernameConfiguration"})


class UserPool(Resource):
    """A user pool. Schema attributes can only be added; the emulator cannot rename a pool, so its old name stays."""

    type_name = "aws:cognito/userPool:UserPool"
    service = "cognitoidp"
    inputs: ClassVar[Table] = {
        "name": Property(kind=Kind.TEXT, aws="PoolName", named=True, forgotten=True),
        "aliasAttributes": Property(kind=Kind.SET, aws="AliasAttributes", replaces=True),
        "usernameAttributes": Property(kind=Kind.SET, aws="UsernameAttributes", replaces=True),
        "usernameConfiguration": Property(
            kind=Kind.BLOCK,
            aws="UsernameConfiguration",
            replaces=True,
            block={"caseSensitive": Property(kind=Kind.FLAG, aws="CaseSensitive", keeps=True)},
        ),
        "autoVerifiedAttributes": Property(kind=Kind.SET, aws="AutoVerifiedAttributes"),
        "schemas": Property(kind=Kind.BLOCKS, block=SCHEMA),
        "verificationMessageTemplate": Property(
            kind=Kind.BLOCK, aws="VerificationMessageTemplate", keeps=True, block=MESSAGES
        ),
        "passwordPolicy": Property(kind=Kind.BLOCK, aws="Policies.PasswordPolicy", keeps=True, block=PASSWORD_POLICY),
        "deletionProtection": Property(kind=Kind.TEXT, aws="DeletionProtection", default="INACTIVE"),
        "mfaConfiguration": Property(kind=Kind.TEXT, aws="MfaConfiguration", default="OFF"),
        "accountRecoverySetting": Property(
            kind=Kind.BLOCK,
            aws="AccountRecoverySetting",
            keeps=True,
            block={"recoveryMechanisms": Property(kind=Kind.BLOCKS, aws="RecoveryMechanisms", block=RECOVERY)},
        ),
        "adminCreateUserConfig": Property(
            kind=Kind.BLOCK,
            aws="AdminCreateUserConfig",
            keeps=True,
            block={"allowAdminCreateUserOnly": _flag("AllowAdminCreateUserOnly")},
        ),
        "userPoolAddOns": Property(
            kind=Kind.BLOCK,
            aws="UserPoolAddOns",
            absent={"advancedSecurityMode": "OFF"},
            block={"advancedSecurityMode": _text("AdvancedSecurityMode", required=True)},
        ),
        "userPoolTier": Property(kind=Kind.TEXT, aws="UserPoolTier", keeps=True),
        "tags": TAGS,
        "region": REGION,
    }
    unsupported = frozenset(
        [
            "deviceConfiguration",
            "emailConfiguration",
            "emailMfaConfiguration",
            "emailVerificationMessage",
            "emailVerificationSubject",
            "lambdaConfig",
            "signInPolicy",
            "smsAuthenticationMessage",
            "smsConfiguration",
            "smsVerificationMessage",
            "softwareTokenMfaConfiguration",
            "userAttributeUpdateSettings",
            "webAuthnConfiguration",
        ]
    )
    outputs = (
        *("arn", "endpoint", "domain", "customDomain", "creationDate", "lastModifiedDate"),
        *("estimatedNumberOfUsers", "tagsAll"),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> str:  # noqa: ARG002
        request = to_aws(self.inputs, props)
        if props.get("schemas"):
            request["Schema"] = [to_aws(SCHEMA, attribute) for attribute in props["schemas"]]
        if props.get("tags"):
            request["UserPoolTags"] = props["tags"]
        return str(self.client(emulator, props).create_user_pool(**request)["UserPool"]["Id"])

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        try:
            pool = self.client(emulator, known).describe_user_pool(UserPoolId=resource_id)["UserPool"]
        except Exception as error:
            if is_gone(error):
                return None
            raise
        region = known.get("region") or emulator.region
        tags = own_tags(pool.get("UserPoolTags") or {})
        state = from_aws(self.inputs, pool | {"PoolName": pool["Name"]})
        attributes = _attributes(pool.get("SchemaAttributes", []), known.get("schemas") or [])
        state |= {"schemas": attributes} if attributes else {}
        state |= {"tags": tags} if tags else {}
        return Found(
            resource_id,
            state
            | {
                "arn": pool["Arn"],
                "endpoint": f"cognito-idp.{region}.amazonaws.com/{resource_id}",
                "domain": pool.get("Domain") or "",
                "customDomain": pool.get("CustomDomain") or "",
                "creationDate": _date(pool["CreationDate"]),
                "lastModifiedDate": _date(pool["LastModifiedDate"]),
                "estimatedNumberOfUsers": pool.get("EstimatedNumberOfUsers", 0),
                "tagsAll": tags,
                "region": region,
            },
        )

    def impossible(self, old: Props, new: Props) -> str | None:
        if not isinstance(new.get("schemas") or [], list):
            return None  # not known yet
        before, after = (_by_name(props.get("schemas") or []) for props in (old, new))
        touched = sorted(name for name in before if before[name] != after.get(name))
        if not touched:
            return None
        return (
            "cannot modify or remove schema items: Cognito only adds attributes to a pool that exists, and this "
            f"changes {', '.join(touched)}. Put the attribute back as it was; with another schema the pool would "
            "have to be a new one, without its users"
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, new)
        had = _by_name(old.get("schemas") or [])
        added = [to_aws(SCHEMA, item) for item in new.get("schemas") or [] if item["name"] not in had]
        if added:
            client.add_custom_attributes(UserPoolId=resource_id, CustomAttributes=added)
        request = to_aws(self.inputs, new, clear=True)
        client.update_user_pool(
            UserPoolId=resource_id, **{member: value for member, value in request.items() if member not in _FIXED}
        )
        setting, dropping = tag_changes(old, new)
        if setting:
            client.tag_resource(ResourceArn=old["arn"], Tags=setting)
        if dropping:
            client.untag_resource(ResourceArn=old["arn"], TagKeys=dropping)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        found = self.read(emulator, resource_id, state)
        if found is None:
            return
        # AWS refuses these two; the emulator would not.
        if found.state.get("deletionProtection") == "ACTIVE":
            raise Refusal(
                "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first: set deletion_protection to INACTIVE and update"
            )
        if domain := found.state["domain"] or found.state["customDomain"]:
            raise Refusal(
                "InvalidParameterException: User pool cannot be deleted. It has a domain configured that should be "
                f"deleted first: {domain}"
            )
        self.client(emulator, state).delete_user_pool(UserPoolId=resource_id)


def _by_name(attributes: list[Props]) -> dict[str, Any]:
    one = Property(kind=Kind.BLOCK, block=SCHEMA)
    return {attribute["name"]: comparable(one, attribute) for attribute in attributes}


def _attributes(answer: list[Props], known: list[Props]) -> list[Props]:
    """The pool's own attributes: the custom ones, and the standard ones that the program names or that are required.

    AWS answers with every standard attribute there is, and cannot tell which of them a program gave.
    """
    names = {attribute["name"] for attribute in known}
    found = []
    for item in answer:
        # A name of its own may have a colon, too.
        short = item["Name"].removeprefix("dev:").removeprefix("custom:")
        attribute = from_aws(SCHEMA, item) | {"name": short}
        if short != item["Name"] or short in names or (item.get("Required") and short != "sub"):
            found.append(attribute)
    return found


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
