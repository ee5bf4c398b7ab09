"""The plugin's user pool with a fake Cognito that, as AWS documents, resets what an update omits."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.validate import ParamValidator

from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.emulator import Emulator, Refusal, model
from local.aws_plugin.properties import Props, aligned, changes, comparable, kept
from local.aws_plugin.service import Service

POOL = RESOURCES["aws:cognito/userPool:UserPool"]
ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
OTHER = "arn:aws:lambda:us-east-1:000000000000:function:g"
OUTSIDE = ("Id", "Name", "Arn", "CreationDate", "LastModifiedDate", "UserPoolTags", "SchemaAttributes", "UserPoolTier")
FIXED = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
FACTORS = ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration")


class Cognito:
    """A fake Cognito with one pool. It validates each request with AWS's model."""

    def __init__(self) -> None:
        self.pool: Props = {}
        self.factors: Props = {}
        self.added: list[Props] = []

    def _check(self, operation: str, request: Mapping[str, Any]) -> None:
        shape = model("cognito-idp").operation_model(operation).input_shape
        assert shape is not None
        report = ParamValidator().validate(dict(request), shape)
        assert not report.has_errors(), report.generate_report()

    def create_user_pool(self, **request: Any) -> Props:
        self._check("CreateUserPool", request)
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        request |= {"Name": request.pop("PoolName"), "SchemaAttributes": request.pop("Schema", [])}
        request |= {"Id": "us-east-1_A", "Arn": "arn", "CreationDate": moment, "LastModifiedDate": moment}
        self.pool = deepcopy(request)
        return {"UserPool": self.pool}

    def update_user_pool(self, **request: Any) -> None:
        self._check("UpdateUserPool", request)
        assert request.pop("UserPoolId") == self.pool["Id"]
        stays = {member: value for member, value in self.pool.items() if member in (*OUTSIDE, *FIXED)}
        self.pool = stays | deepcopy(request)

    def set_user_pool_mfa_config(self, **request: Any) -> None:
        self._check("SetUserPoolMfaConfig", request)
        del request["UserPoolId"]
        self.factors = deepcopy(request)

    def add_custom_attributes(self, **request: Any) -> None:
        self._check("AddCustomAttributes", request)
        self.added += request["CustomAttributes"]
        self.pool["SchemaAttributes"] += [
            item | {"Name": f"custom:{item['Name']}"} for item in request["CustomAttributes"]
        ]

    def describe_user_pool(self, UserPoolId: str) -> Props:
        assert UserPoolId == self.pool["Id"]
        return {"UserPool": deepcopy(self.pool) | {"MfaConfiguration": self.factors.get("MfaConfiguration", "OFF")}}

    def get_user_pool_mfa_config(self, UserPoolId: str) -> Props:
        assert UserPoolId == self.pool["Id"]
        return {"MfaConfiguration": "OFF"} | deepcopy(self.factors)


class Account:
    """A fake of the emulator's interface that resources use."""

    region = "us-east-1"

    def __init__(self, cognito: Cognito) -> None:
        self._cognito = cognito

    def client(self, service: str, region: str | None = None) -> Cognito:
        assert (service, region) == ("cognitoidp", self.region)
        return self._cognito


def account(cognito: Cognito) -> Service:
    return Service(cast("Emulator", Account(cognito)), "cognitoidp")


def made(props: Props) -> tuple[Cognito, Props]:
    """Create a pool with these inputs, and return it with its state."""
    cognito = Cognito()
    POOL.create(account(cognito), {"name": "pool", **props})
    return cognito, state_of(cognito)


def state_of(cognito: Cognito, known: Props | None = None) -> Props:
    found = POOL.read(account(cognito), "us-east-1_A", known or {})
    assert found is not None
    return aligned(POOL.inputs, found, known or {})


def updated(cognito: Cognito, old: Props, program: Props) -> Props:
    """Return the state after an update to these inputs of a program."""
    new = kept(POOL.inputs, old, {"name": "pool", **program})
    POOL.update(account(cognito), "us-east-1_A", old, new)
    return state_of(cognito)


# Inputs of a program, each with the other inputs that it requires.
KEPT: dict[str, Props] = {
    "invitation": {
        "adminCreateUserConfig": {
            "allowAdminCreateUserOnly": True,
            "inviteMessageTemplate": {
                "emailMessage": "Hello {username}, {####}",
                "emailSubject": "Welcome",
                "smsMessage": "{username} {####}",
            },
        }
    },
    "first factors": {"signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    "password policy": {"passwordPolicy": {"minimumLength": 12, "requireSymbols": True}},
    "recovery": {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
    "verification": {
        "verificationMessageTemplate": {
            "defaultEmailOption": "CONFIRM_WITH_LINK",
            "emailMessage": "Your code {####}",
            "emailMessageByLink": "Press {##here##}",
            "emailSubject": "Code",
            "emailSubjectByLink": "Link",
            "smsMessage": "Code {####}",
        }
    },
    "mail": {
        "emailConfiguration": {
            "emailSendingAccount": "DEVELOPER",
            "fromEmailAddress": "a@p.app",
            "replyToEmailAddress": "b@p.app",
            "configurationSet": "set",
            "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/p.app",
        }
    },
    "texts": {
        "smsConfiguration": {
            "externalId": "x",
            "snsCallerArn": "arn:aws:iam::000000000000:role/sms",
            "snsRegion": "us-east-1",
        }
    },
    "tier": {"userPoolTier": "PLUS"},
}
RESET: dict[str, Props] = {
    "triggers": {
        "lambdaConfig": {
            "preSignUp": ARN,
            "preTokenGeneration": ARN,
            "preTokenGenerationConfig": {"lambdaArn": ARN, "lambdaVersion": "V2_0"},
            "customEmailSender": {"lambdaArn": ARN, "lambdaVersion": "V1_0"},
            "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/k",
        }
    },
    "devices, always remembered": {"deviceConfiguration": {"challengeRequiredOnNewDevice": False}},
    "devices": {"deviceConfiguration": {"deviceOnlyRememberedOnUserPrompt": True}},
    "verify before update": {"userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]}},
    "threat protection": {
        "userPoolAddOns": {
            "advancedSecurityMode": "ENFORCED",
            "advancedSecurityAdditionalFlows": {"customAuthMode": "AUDIT"},
        }
    },
    "text of a code": {"smsAuthenticationMessage": "Sign in with {####}"},
    "passkeys": {"webAuthnConfiguration": {"relyingPartyId": "p.app", "userVerification": "required"}},
    "codes by an app": {"mfaConfiguration": "ON", "softwareTokenMfaConfiguration": {"enabled": True}},
    "codes by mail": {
        "mfaConfiguration": "OPTIONAL",
        "emailMfaConfiguration": {"message": "Code {####}", "subject": "Code"},
    },
    "verified": {"autoVerifiedAttributes": ["email"]},
}


def meaning(props: Props, names: Props) -> Props:
    return {name: comparable(POOL.inputs[name], props.get(name)) for name in names}


@pytest.mark.parametrize("given", [*KEPT.values(), *RESET.values()], ids=[*KEPT, *RESET])
def test_all_that_a_pool_has_is_read_into_the_state(given: Props) -> None:
    _, state = made(given)
    assert meaning(state, given) == meaning(given, given)


@pytest.mark.parametrize("given", KEPT.values(), ids=KEPT)
def test_what_the_official_provider_keeps_is_kept_by_an_update_that_says_nothing_of_it(given: Props) -> None:
    cognito, state = made(given)
    assert not changes(POOL.inputs, state, {"name": "pool"})
    after = updated(cognito, state, {"deletionProtection": "ACTIVE"})
    assert meaning(after, given) == meaning(given, given)


@pytest.mark.parametrize("given", RESET.values(), ids=RESET)
def test_what_the_official_provider_takes_out_is_a_change_and_is_taken_out(given: Props) -> None:
    cognito, state = made(given)
    told = {path.partition(".")[0] for path in changes(POOL.inputs, state, {"name": "pool", "mfaConfiguration": "OFF"})}
    assert told == set(given)
    after = updated(cognito, state, {"mfaConfiguration": "OFF"})
    assert not changes(POOL.inputs, after, {"name": "pool", "mfaConfiguration": "OFF"})


@pytest.mark.parametrize("given", [*KEPT.values(), *RESET.values()], ids=[*KEPT, *RESET])
def test_a_second_update_with_the_same_words_is_no_change(given: Props) -> None:
    cognito, state = made({})
    after = updated(cognito, state, given)
    assert not changes(POOL.inputs, after, {"name": "pool", **given})


def test_the_codes_of_an_app_are_no_part_of_a_pool_whose_mfa_is_off() -> None:
    with pytest.raises(Refusal, match="can't turn off MFA and configure an MFA together"):
        made({"softwareTokenMfaConfiguration": {"enabled": True}})


def test_codes_by_text_are_set_up_with_the_role_that_sends_them() -> None:
    cognito, _ = made({**KEPT["texts"], "mfaConfiguration": "ON", "smsAuthenticationMessage": "Code {####}"})
    sms = cognito.factors["SmsMfaConfiguration"]
    assert sms["SmsConfiguration"]["ExternalId"] == "x"
    assert sms["SmsAuthenticationMessage"] == "Code {####}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"preTokenGeneration": ARN}, {"preTokenGeneration": OTHER}),
        (
            {"preTokenGeneration": ARN},
            {"preTokenGenerationConfig": {"lambdaArn": OTHER, "lambdaVersion": "V2_0"}},
        ),
    ],
    ids=["plain", "with a version"],
)
def test_the_function_before_a_token_is_the_same_in_both_of_its_places(old: Props, new: Props) -> None:
    version = {"lambdaArn": ARN, "lambdaVersion": "V1_0"}
    cognito, state = made({"lambdaConfig": old | {"preTokenGenerationConfig": version}})
    updated(cognito, state, {"lambdaConfig": new})
    triggers = cognito.pool["LambdaConfig"]
    assert triggers["PreTokenGeneration"] == triggers["PreTokenGenerationConfig"]["LambdaArn"] == OTHER


def test_texts_set_by_the_older_members_are_kept_as_the_templates() -> None:
    cognito, _ = made({})
    cognito.pool |= {"EmailVerificationMessage": "Your code: {####}", "EmailVerificationSubject": "Code"}
    template = {"defaultEmailOption": "CONFIRM_WITH_LINK"}
    updated(cognito, state_of(cognito), {"verificationMessageTemplate": template})
    assert cognito.pool["VerificationMessageTemplate"]["EmailMessage"] == "Your code: {####}"
    assert "EmailVerificationMessage" not in cognito.pool


def attribute(name: str, **changed: Any) -> Props:
    bounds = {"MinLength": "0", "MaxLength": "2048"}
    given = {"Name": name, "AttributeDataType": "String", "Mutable": True, "Required": False}
    return given | {"StringAttributeConstraints": bounds} | changed


@pytest.mark.parametrize(
    ("item", "known", "name"),
    [
        (attribute("custom:plan"), [], "plan"),
        (attribute("custom:billing:plan"), [], "billing:plan"),
        (attribute("dev:custom:plan"), [], "plan"),
        (attribute("email", Required=True), [], "email"),
        (attribute("phone_number", Mutable=False), [], "phone_number"),
        (attribute("nickname"), ["nickname"], "nickname"),
        (attribute("birthdate", StringAttributeConstraints={"MinLength": "10", "MaxLength": "10"}), [], None),
        (attribute("nickname"), [], None),
        (attribute("one_that_aws_adds_later"), [], None),
        (attribute("sub", Required=True, Mutable=False), [], None),
    ],
)
def test_the_attributes_of_a_pool_are_its_own_and_not_those_that_every_pool_has(
    item: Props, known: list[str], name: str | None
) -> None:
    cognito, _ = made({})
    cognito.pool["SchemaAttributes"] = [item]
    schemas = [{"name": entry, "attributeDataType": "String"} for entry in known]
    found = state_of(cognito, {"schemas": schemas} if known else {}).get("schemas") or []
    assert [entry["name"] for entry in found] == ([name] if name else [])


def plan(name: str = "plan", **changed: Any) -> Props:
    bounds = {"minLength": "1", "maxLength": "20"}
    given = {"name": name, "attributeDataType": "String", "mutable": True, "required": False}
    return given | {"stringAttributeConstraints": bounds} | changed


def count(**bounds: str) -> Props:
    return {"name": "count", "attributeDataType": "Number", "mutable": True, "numberAttributeConstraints": bounds}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (plan(), plan(stringAttributeConstraints={"minLength": "1", "maxLength": "30"}), 'maxLength "20" -> "30"'),
        (plan(), plan(stringAttributeConstraints={"minLength": "0", "maxLength": "20"}), 'minLength "1" -> "0"'),
        (plan(), plan(stringAttributeConstraints={"minLength": "1"}), 'maxLength "20" -> none'),
        (plan(), plan(stringAttributeConstraints=None), "stringAttributeConstraints"),
        (plan(), plan(mutable=False), "mutable true -> false"),
        (plan(), plan(attributeDataType="Number", stringAttributeConstraints=None), '"String" -> "Number"'),
        (plan(), plan(developerOnlyAttribute=True), "developerOnlyAttribute false -> true"),
        (plan("email"), plan("email", required=True), "required false -> true"),
        (plan("email", required=True), plan("email"), "required true -> false"),
        (plan("email", mutable=False), plan("email"), "mutable false -> true"),
        (count(minValue="1"), count(minValue="2"), 'minValue "1" -> "2"'),
        (count(minValue="1"), count(minValue="1", maxValue="9"), 'maxValue none -> "9"'),
        (count(minValue="1"), count(), "numberAttributeConstraints"),
        (plan(), None, "plan (gone)"),
        (plan(), plan("level"), "plan (gone)"),
    ],
)
def test_an_attribute_that_is_there_can_neither_change_nor_go(before: Props, after: Props | None, told: str) -> None:
    """The preview reports it too, because the provider checks this before both."""
    why = POOL.impossible({"schemas": [before]}, {"schemas": [after] if after else []})
    assert why is not None
    assert "cannot modify or remove schema items" in why
    assert told in why


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ([plan("nickname")], "Invalid AttributeDataType: nickname is a standard attribute"),
        ([plan("level", required=True)], "Required custom attributes are not supported currently: level"),
        ([plan(f"level{number}") for number in range(26)], "at most 25 attributes in one update, and this adds 26"),
    ],
)
def test_what_aws_would_not_add_is_refused(added: list[Props], told: str) -> None:
    why = POOL.impossible({"schemas": [plan()]}, {"schemas": [plan(), *added]})
    assert why is not None
    assert told in why


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([plan(), plan("level")], [plan("level"), plan()]),
        ([plan()], [plan(), *(plan(f"level{number}") for number in range(25))]),
        ([plan()], [plan(), count(), plan("billing:level")]),
        ([plan(developerOnlyAttribute=False)], [plan()]),
    ],
)
def test_attributes_can_be_added_and_their_order_means_nothing(before: list[Props], after: list[Props]) -> None:
    assert POOL.impossible({"schemas": before}, {"schemas": after}) is None
