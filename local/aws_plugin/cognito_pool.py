"""aws:cognito/userPool:UserPool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
"""

from .cognito_schema import by_name, impossible, own_attributes
from .emulator import Refusal
from .official import Differences
from .properties import Props, Table, to_aws
from .resource import Resource
from .service import Service

# Only SetUserPoolMfaConfig has members for these, not CreateUserPool and UpdateUserPool.
_FACTORS = ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration")
# Older member for a verification message -> the member of VerificationMessageTemplate that replaced it.
_OLDER = {
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
    "SmsVerificationMessage": "SmsMessage",
}
# AWS's default message. Sent to reset a custom message, since AWS refuses an empty one.
_SMS_CODE = "Your authentication code is {####}. "
_MODE = "MfaConfiguration"
_BY_CODE = "CONFIRM_WITH_CODE"


class UserPool(Resource, module="cognito"):
    """A user pool. Schema attributes can only be added. The emulator cannot rename a pool: the old name stays."""

    requests = ("CreateUserPool", "SetUserPoolMfaConfig")
    # `keeps` follows the official provider: if the program omits one of these, its value in the state is sent again,
    # since UpdateUserPool would reset it. Every other omitted property is reset.
    differences = Differences(
        replaces=("aliasAttributes", "usernameAttributes", "usernameConfiguration"),
        keeps=(
            *("accountRecoverySetting", "emailConfiguration", "smsConfiguration.snsRegion"),
            *("passwordPolicy.minimumLength", "passwordPolicy.temporaryPasswordValidityDays"),
            "usernameConfiguration.caseSensitive",
            *(f"verificationMessageTemplate.{kind}" for kind in ("emailMessage", "emailSubject", "smsMessage")),
            *(f"verificationMessageTemplate.{kind}" for kind in ("emailMessageByLink", "emailSubjectByLink")),
            *("lambdaConfig.preTokenGeneration", "lambdaConfig.preTokenGenerationConfig"),
        ),
        resets=("usernameConfiguration",),
        members={
            "schemas": "Schema",
            "passwordPolicy": "Policies.PasswordPolicy",
            "signInPolicy": "Policies.SignInPolicy",
            "emailConfiguration.fromEmailAddress": "From",
        },
        default={
            "deletionProtection": "INACTIVE",
            "mfaConfiguration": "OFF",
            "emailConfiguration.emailSendingAccount": "COGNITO_DEFAULT",
            "passwordPolicy.passwordHistorySize": 0,
            "verificationMessageTemplate.defaultEmailOption": "CONFIRM_WITH_CODE",
        },
        absent={
            "smsAuthenticationMessage": _SMS_CODE,
            "softwareTokenMfaConfiguration": {"enabled": False},
            "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": []},
            "userPoolAddOns": {"advancedSecurityMode": "OFF"},
        },
    )

    @property
    def _attribute(self) -> Table:
        return self.inputs["schemas"].block

    def make(self, aws: Service, props: Props) -> str:
        request = to_aws(self.inputs, props)
        factors = _factors(request)
        # As in the official provider: AWS requires the factors before it turns on MFA.
        made = aws.call("CreateUserPool", {name: value for name, value in request.items() if name != _MODE})
        pool_id = str(made["UserPool"]["Id"])
        if factors != {_MODE: "OFF"}:
            aws.client.set_user_pool_mfa_config(UserPoolId=pool_id, **factors)
        return pool_id

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        answer = aws.client.describe_user_pool(UserPoolId=resource_id)["UserPool"]
        pool = _as_aws_answers(answer, aws.client.get_user_pool_mfa_config(UserPoolId=resource_id))
        more = {
            "schemas": own_attributes(self._attribute, pool["SchemaAttributes"], known.get("schemas") or []) or None,
            "endpoint": f"cognito-idp.{aws.region}.amazonaws.com/{resource_id}",
        }
        return self.state(aws, resource_id, pool | {"PoolName": pool["Name"]}, **more)

    def impossible(self, old: Props, new: Props) -> str | None:
        return impossible(self._attribute, old, new)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        request = to_aws(self.inputs, _one_token_trigger(old, new), old) | {"UserPoolId": resource_id}
        had = by_name(self._attribute, old.get("schemas") or [])
        if added := [attribute for attribute in request.get("Schema", []) if attribute["Name"] not in had]:
            aws.client.add_custom_attributes(UserPoolId=resource_id, CustomAttributes=added)
        aws.call("SetUserPoolMfaConfig", request | _factors(request))
        left_out = _OLDER if "VerificationMessageTemplate" in request else ()
        aws.call("UpdateUserPool", {name: value for name, value in request.items() if name not in left_out})

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        found = self.read(aws, resource_id, state) or {}
        # AWS refuses to delete such pools; the emulator does not.
        if found.get("deletionProtection") == "ACTIVE":
            raise Refusal(
                "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first: set deletion_protection to INACTIVE and update"
            )
        if domain := found["domain"] or found["customDomain"]:
            raise Refusal(
                "InvalidParameterException: User pool cannot be deleted. It has a domain configured that should be "
                f"deleted first: {domain}"
            )
        aws.client.delete_user_pool(UserPoolId=resource_id)


def _factors(request: Props) -> Props:
    """Return the mode and the factors for SetUserPoolMfaConfig."""
    mode = request.get(_MODE, "OFF")
    factors = {member: request[member] for member in _FACTORS if member in request}
    on = [member for member in _FACTORS[:2] if factors.get(member) not in (None, {}, {"Enabled": False})]
    if mode == "OFF" and on:
        raise Refusal(
            "InvalidParameterException: Invalid MFA configuration given, can't turn off MFA and configure an MFA "
            f"together: {', '.join(on)}. Set mfa_configuration to OPTIONAL or ON, or leave that out"
        )
    if mode != "OFF" and "SmsConfiguration" in request:
        texts = {"SmsAuthenticationMessage": request.get("SmsAuthenticationMessage")}
        sms = {"SmsConfiguration": request["SmsConfiguration"], **texts}
        factors["SmsMfaConfiguration"] = {member: value for member, value in sms.items() if value}
    return {_MODE: mode, **factors}


def _as_aws_answers(pool: Props, factors: Props) -> Props:
    """Merge a pool and its factors as AWS returns them: the emulator stores some members twice that are one in AWS."""
    sms = factors.get("SmsMfaConfiguration") or {}
    texts = {new: pool[older] for older, new in _OLDER.items() if pool.get(older)}
    message = pool.get("SmsAuthenticationMessage") or sms.get("SmsAuthenticationMessage")
    return (
        pool
        | {member: factors[member] for member in (_MODE, *_FACTORS) if member in factors}
        | {
            "SmsConfiguration": pool.get("SmsConfiguration") or sms.get("SmsConfiguration"),
            "SmsAuthenticationMessage": None if message == _SMS_CODE else message,
            "VerificationMessageTemplate": {"DefaultEmailOption": _BY_CODE}
            | texts
            | (pool.get("VerificationMessageTemplate") or {}),
        }
    )


def _one_token_trigger(old: Props, new: Props) -> Props:
    """Make both members for the pre token generation trigger equal, as AWS requires. The changed one wins."""
    before, after = (props.get("lambdaConfig") or {} for props in (old, new))
    function, versioned = after.get("preTokenGeneration"), after.get("preTokenGenerationConfig")
    if not function or not versioned or versioned.get("lambdaArn") == function:
        return new
    if function != before.get("preTokenGeneration"):
        after = after | {"preTokenGenerationConfig": versioned | {"lambdaArn": function}}
    else:
        after = after | {"preTokenGeneration": versioned["lambdaArn"]}
    return new | {"lambdaConfig": after}
