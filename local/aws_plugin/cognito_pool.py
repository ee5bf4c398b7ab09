"""aws:cognito/userPool:UserPool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
"""

from datetime import datetime

from .cognito_pool_tables import POOL
from .cognito_schema import by_name, impossible, own_attributes
from .emulator import Emulator, Refusal
from .properties import Props, Table, from_aws, to_aws
from .resource import Found, Resource, existing, tag_changes, tagged

# Given at creation; UpdateUserPool has no members for them.
_FIXED = frozenset({"AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "Schema"})
# Neither CreateUserPool nor UpdateUserPool has members for these; SetUserPoolMfaConfig does.
_FACTORS = ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration")
# The older members for the texts of a verification, and those of the template that stand for them.
_OLDER = {
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
    "SmsVerificationMessage": "SmsMessage",
}
_BY_CODE = "CONFIRM_WITH_CODE"


class UserPool(Resource):
    """A user pool. Schema attributes can only be added; the emulator cannot rename a pool, so its old name stays."""

    type_name = "aws:cognito/userPool:UserPool"
    service = "cognitoidp"
    inputs: Table = POOL

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        client, request = self.client(emulator, props), to_aws(self.inputs, props)
        factors = _factors(request)
        if props.get("tags"):
            request["UserPoolTags"] = props["tags"]
        # As the official provider does: AWS takes MFA only from a pool that has its factors.
        request.pop("MfaConfiguration")
        pool_id = str(client.create_user_pool(**request)["UserPool"]["Id"])
        if factors != {"MfaConfiguration": "OFF"}:
            client.set_user_pool_mfa_config(UserPoolId=pool_id, **factors)
        return self.reread(emulator, pool_id, props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        answer = existing(lambda: client.describe_user_pool(UserPoolId=resource_id))
        factors = answer and existing(lambda: client.get_user_pool_mfa_config(UserPoolId=resource_id))
        if factors is None:
            return None
        pool = _as_aws_answers(answer["UserPool"], factors)
        region = known.get("region") or emulator.region
        state = from_aws(self.inputs, pool | {"PoolName": pool["Name"]})
        attributes = own_attributes(pool.get("SchemaAttributes", []), known.get("schemas") or [])
        state |= {"schemas": attributes} if attributes else {}
        state |= tagged(pool.get("UserPoolTags") or {})
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
                "region": region,
            },
        )

    def impossible(self, old: Props, new: Props) -> str | None:
        return impossible(old, new)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, request = self.client(emulator, new), to_aws(self.inputs, _one_token_trigger(old, new), clear=True)
        had = by_name(old.get("schemas") or [])
        if added := [attribute for attribute in request["Schema"] if attribute["Name"] not in had]:
            client.add_custom_attributes(UserPoolId=resource_id, CustomAttributes=added)
        client.set_user_pool_mfa_config(UserPoolId=resource_id, **_factors(request))
        left_out = {*_FIXED, *(_OLDER if "VerificationMessageTemplate" in request else ()), *_nobodys(old, new)}
        client.update_user_pool(
            UserPoolId=resource_id, **{member: value for member, value in request.items() if member not in left_out}
        )
        setting, dropping = tag_changes(old, new)
        if setting:
            client.tag_resource(ResourceArn=old["arn"], Tags=setting)
        if dropping:
            client.untag_resource(ResourceArn=old["arn"], TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

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


def _nobodys(old: Props, new: Props) -> set[str]:
    """The members that neither the pool nor the program has: there is nothing to take back."""
    return {prop.aws for name, prop in POOL.items() if not old.get(name) and not new.get(name)}


def _factors(request: Props) -> Props:
    """What SetUserPoolMfaConfig is asked for, taken out of the request but for the mode, which is in both."""
    mode = request.get("MfaConfiguration", "OFF")
    factors = {member: request.pop(member) for member in _FACTORS if member in request}
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
    return {"MfaConfiguration": mode, **factors}


def _as_aws_answers(pool: Props, factors: Props) -> Props:
    """A pool as AWS describes it, with its factors: the emulator keeps apart what AWS takes for one and the same."""
    sms = factors.get("SmsMfaConfiguration") or {}
    texts = {new: pool[older] for older, new in _OLDER.items() if pool.get(older)}
    message = pool.get("SmsAuthenticationMessage") or sms.get("SmsAuthenticationMessage")
    default = POOL["smsAuthenticationMessage"].absent
    return (
        pool
        | {member: factors[member] for member in ("MfaConfiguration", *_FACTORS) if member in factors}
        | {
            "SmsConfiguration": pool.get("SmsConfiguration") or sms.get("SmsConfiguration"),
            "SmsAuthenticationMessage": None if message == default else message,
            "VerificationMessageTemplate": {"DefaultEmailOption": _BY_CODE}
            | texts
            | (pool.get("VerificationMessageTemplate") or {}),
        }
    )


def _one_token_trigger(old: Props, new: Props) -> Props:
    """AWS has the function before a token twice, and refuses two that differ: the one that changed counts."""
    before, after = (props.get("lambdaConfig") or {} for props in (old, new))
    function, versioned = after.get("preTokenGeneration"), after.get("preTokenGenerationConfig")
    if not function or not versioned or versioned.get("lambdaArn") == function:
        return new
    if function != before.get("preTokenGeneration"):
        after = after | {"preTokenGenerationConfig": versioned | {"lambdaArn": function}}
    else:
        after = after | {"preTokenGeneration": versioned["lambdaArn"]}
    return new | {"lambdaConfig": after}


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
