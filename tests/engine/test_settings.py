"""All user pool settings at once, with the real engine: the emulator has each one, and a second run changes nothing."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from identity import facts
from identity.setting import Model, model_in
from identity.user_pool.settings import UserPool
from local.gateway import tokens
from tests.support import totp
from tests.support.checkout import Checkout
from tests.test_docs import BLOCKS

pytestmark = pytest.mark.engine

PERSON, PASSWORD = "tess", "Correct-horse-9-battery"
CODE = "def handler(event, context):\n    return event\n"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
BY_PASSWORD = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH"]
CLIENTS = {"app": {"callbackUrls": ["http://localhost:9000/back"], "authFlows": BY_PASSWORD}}


def settings(function: str) -> dict[str, Any]:
    """Return all keys of `userPool` that are valid together, each with a value other than its default."""
    path = {"path": "triggers/own", "memory": 256, "timeout": 3, "environment": {"STAGE": "local"}}
    path |= {"handler": "own.handler", "runtime": "python3.12"}
    existing = [
        *("postConfirmation", "preAuthentication", "postAuthentication", "customMessage", "userMigration"),
        *("defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse"),
        *("customEmailSender", "customSmsSender"),
    ]
    return {
        "name": "everything",
        "tier": "plus",
        "usernameAttributes": [],
        "aliasAttributes": ["email"],
        "caseSensitive": True,
        "autoVerifiedAttributes": ["email", "phone_number"],
        "selfSignUp": False,
        "standardAttributes": {"email": {"required": True, "maxLength": 99}, "given_name": {"mutable": True}},
        "customAttributes": {"tenant": {"maxLength": 36}, "seats": {"type": "Number", "minValue": 1, "maxValue": 9}},
        "passwordPolicy": {
            **{"minimumLength": 14, "requireLowercase": True, "requireUppercase": True, "requireNumbers": True},
            **{"requireSymbols": True, "temporaryPasswordValidityDays": 3, "passwordHistorySize": 5},
        },
        "firstFactors": ["password", "emailOtp", "smsOtp", "passkey"],
        "passkeys": {"relyingPartyId": "local-auth.focusmark.app", "userVerification": "required"},
        "mfa": {
            **{"mode": "optional", "totp": True},
            **{"email": {"subject": "Code", "message": "{####}."}, "sms": {"message": "Code: {####}"}},
        },
        "recovery": ["verified_phone_number", "verified_email"],
        "verifyBeforeUpdate": ["email"],
        "devices": {"challengeOnNewDevice": True, "onlyRememberedOnUserPrompt": True},
        "verification": {"by": "code", "subject": "Hello", "message": "Code {####}", "smsMessage": "Code {####}"},
        "invitation": {"subject": "Hi", "message": "{username} {####}", "smsMessage": "{username} {####}"},
        "email": {
            **{"from": "Us <no-reply@mail.focusmark.app>", "replyTo": "help@focusmark.app"},
            "configurationSet": "sign-in",
        },
        "sms": {"externalId": "everything", "region": "us-east-1"},
        "triggers": {
            **dict.fromkeys(existing, function),
            "preSignUp": path,
            "preTokenGeneration": {"path": "triggers/claims", "version": "V2_0"},
            "kmsKeyArn": KEY,
        },
        "threatProtection": {
            **{"mode": "enforced", "customAuth": "audit", "leakedPasswords": "block"},
            "takeover": {"low": "none", "medium": "mfaIfConfigured", "high": "block"},
            **{"alwaysBlock": ["192.0.2.0/24"], "neverBlock": ["198.51.100.0/24"]},
        },
        "logs": {"notifications": "90d", "signIns": "365d"},
        "webAcl": {"requestsPer5Minutes": 1000, "managedRules": ["common", "ipReputation"]},
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    with Checkout(tmp_path_factory.mktemp("settings")) as checkout:
        checkout.start_emulator()
        (checkout.root / "triggers" / "own").mkdir()
        (checkout.root / "triggers" / "own" / "own.py").write_text(CODE)
        checkout.config(userPool=settings(made_elsewhere(checkout)), clients=CLIENTS, groups={"staff": {}})
        checkout.run("up", policies=True)
        yield checkout


def made_elsewhere(checkout: Checkout) -> str:
    """Create a Lambda function outside of the stack and return its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("main.py", CODE)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = checkout.aws("iam").create_role(RoleName="elsewhere", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    made = checkout.aws("lambda").create_function(
        FunctionName="elsewhere",
        Role=role,
        Runtime="python3.12",
        Handler="main.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return str(made["FunctionArn"])


def described(checkout: Checkout) -> dict[str, Any]:
    cognito, pool = checkout.aws("cognito-idp"), checkout.outputs()["userPoolId"]
    found: dict[str, Any] = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    return found | {"Factors": cognito.get_user_pool_mfa_config(UserPoolId=pool)}


# Each setting, the member of AWS's API that contains it, and the value of that member.
SHOWN: list[tuple[str, str, Any]] = [
    ("name", "Name", "everything"),
    ("tier", "UserPoolTier", "PLUS"),
    ("aliasAttributes", "AliasAttributes", ["email"]),
    ("caseSensitive", "UsernameConfiguration.CaseSensitive", True),
    ("autoVerifiedAttributes", "AutoVerifiedAttributes", ["email", "phone_number"]),
    ("selfSignUp", "AdminCreateUserConfig.AllowAdminCreateUserOnly", True),
    ("passwordPolicy.minimumLength", "Policies.PasswordPolicy.MinimumLength", 14),
    ("passwordPolicy.requireLowercase", "Policies.PasswordPolicy.RequireLowercase", True),
    ("passwordPolicy.requireUppercase", "Policies.PasswordPolicy.RequireUppercase", True),
    ("passwordPolicy.requireNumbers", "Policies.PasswordPolicy.RequireNumbers", True),
    ("passwordPolicy.requireSymbols", "Policies.PasswordPolicy.RequireSymbols", True),
    ("passwordPolicy.temporaryPasswordValidityDays", "Policies.PasswordPolicy.TemporaryPasswordValidityDays", 3),
    ("passwordPolicy.passwordHistorySize", "Policies.PasswordPolicy.PasswordHistorySize", 5),
    (
        "firstFactors",
        "Policies.SignInPolicy.AllowedFirstAuthFactors",
        ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    ),
    ("passkeys.relyingPartyId", "Factors.WebAuthnConfiguration.RelyingPartyId", "local-auth.focusmark.app"),
    ("passkeys.userVerification", "Factors.WebAuthnConfiguration.UserVerification", "required"),
    ("mfa.mode", "Factors.MfaConfiguration", "OPTIONAL"),
    ("mfa.totp", "Factors.SoftwareTokenMfaConfiguration.Enabled", True),
    ("mfa.email.subject", "Factors.EmailMfaConfiguration.Subject", "Code"),
    ("mfa.email.message", "Factors.EmailMfaConfiguration.Message", "{####}."),
    ("mfa.sms.message", "SmsAuthenticationMessage", "Code: {####}"),
    (
        "recovery",
        "AccountRecoverySetting.RecoveryMechanisms",
        [{"Name": "verified_phone_number", "Priority": 1}, {"Name": "verified_email", "Priority": 2}],
    ),
    ("verifyBeforeUpdate", "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate", ["email"]),
    ("devices.challengeOnNewDevice", "DeviceConfiguration.ChallengeRequiredOnNewDevice", True),
    ("devices.onlyRememberedOnUserPrompt", "DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt", True),
    ("verification.by", "VerificationMessageTemplate.DefaultEmailOption", "CONFIRM_WITH_CODE"),
    ("verification.subject", "VerificationMessageTemplate.EmailSubject", "Hello"),
    ("verification.message", "VerificationMessageTemplate.EmailMessage", "Code {####}"),
    ("verification.smsMessage", "VerificationMessageTemplate.SmsMessage", "Code {####}"),
    ("invitation.subject", "AdminCreateUserConfig.InviteMessageTemplate.EmailSubject", "Hi"),
    ("invitation.message", "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage", "{username} {####}"),
    ("invitation.smsMessage", "AdminCreateUserConfig.InviteMessageTemplate.SMSMessage", "{username} {####}"),
    ("email.from", "EmailConfiguration.From", "Us <no-reply@mail.focusmark.app>"),
    ("email.replyTo", "EmailConfiguration.ReplyToEmailAddress", "help@focusmark.app"),
    ("email.configurationSet", "EmailConfiguration.ConfigurationSet", "sign-in"),
    (
        "email.identityArn",
        "EmailConfiguration.SourceArn",
        "arn:aws:ses:us-east-1:000000000000:identity/mail.focusmark.app",
    ),
    ("sms.externalId", "SmsConfiguration.ExternalId", "everything"),
    ("sms.region", "SmsConfiguration.SnsRegion", "us-east-1"),
    ("triggers.kmsKeyArn", "LambdaConfig.KMSKeyID", KEY),
    ("triggers.preTokenGeneration.version", "LambdaConfig.PreTokenGenerationConfig.LambdaVersion", "V2_0"),
    ("threatProtection.mode", "UserPoolAddOns.AdvancedSecurityMode", "ENFORCED"),
    (
        "threatProtection.customAuth",
        "UserPoolAddOns.AdvancedSecurityAdditionalFlows.CustomAuthMode",
        "AUDIT",
    ),
]
# Settings covered by their own tests below.
SHOWN_ELSEWHERE = ("standardAttributes", "customAttributes", "triggers", "sms.roleArn", "logs", "webAcl")
# Settings that the emulator does not support. The plugin stores them.
REMEMBERED = ("threatProtection.leakedPasswords", "threatProtection.takeover", "threatProtection.alwaysBlock")
# Not compared: `aliasAttributes` excludes the first, and the second belongs with `alwaysBlock`.
EXCLUDED = ("usernameAttributes", "threatProtection.neverBlock")


def test_the_emulator_shows_what_each_key_says(whole: Checkout) -> None:
    found = described(whole)
    assert {key: listed(at(found, member)) for key, member, _ in SHOWN} == {key: listed(item) for key, _, item in SHOWN}


def listed(value: Any) -> Any:
    """Sort a list: AWS ignores the order of lists, except where entries are numbered."""
    return sorted(value, key=lambda item: json.dumps(item, sort_keys=True)) if isinstance(value, list) else value


def at(found: Any, member: str) -> Any:
    for step in member.split("."):
        found = (found or {}).get(step)
    return found


def test_each_key_is_shown_somewhere() -> None:
    looked_at = (*(key for key, *_ in SHOWN), *SHOWN_ELSEWHERE, *REMEMBERED, *EXCLUDED)
    assert [key for key in keys(UserPool) if not key.startswith(looked_at)] == []


def keys(model: type[Model], path: str = "") -> Iterator[str]:
    for field in model.model_fields.values():
        inner = model_in(field)
        yield from keys(inner, f"{path}{field.alias}.") if inner else [f"{path}{field.alias}"]


def test_the_pool_has_its_attributes(whole: Checkout) -> None:
    attributes = {attribute["Name"]: attribute for attribute in described(whole)["SchemaAttributes"]}
    assert attributes["email"]["StringAttributeConstraints"]["MaxLength"] == "99"
    assert attributes["custom:tenant"]["StringAttributeConstraints"]["MaxLength"] == "36"
    assert attributes["custom:seats"]["NumberAttributeConstraints"] == {"MinValue": "1", "MaxValue": "9"}


def test_functions_are_made_of_code_and_the_pool_alone_may_call_them(whole: Checkout) -> None:
    functions, pool = whole.aws("lambda"), described(whole)
    for trigger in ("PreSignUp", "PreTokenGeneration", "PostConfirmation"):
        arn = pool["LambdaConfig"][trigger]
        policy = json.loads(functions.get_policy(FunctionName=arn)["Policy"])
        callers = [statement["Condition"]["ArnLike"]["AWS:SourceArn"] for statement in policy["Statement"]]
        assert set(callers) == {pool["Arn"]}
    made = functions.get_function_configuration(FunctionName=pool["LambdaConfig"]["PreSignUp"])
    assert (made["MemorySize"], made["Timeout"], made["Handler"]) == (256, 3, "own.handler")
    assert made["Environment"]["Variables"] == {"STAGE": "local"}
    assert pool["LambdaConfig"]["CustomEmailSender"]["LambdaArn"].endswith(":elsewhere")


def test_texts_are_sent_by_a_role_for_this_pool_alone(whole: Checkout) -> None:
    iam, name = whole.aws("iam"), described(whole)["SmsConfiguration"]["SnsCallerArn"].rpartition("/")[2]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": "everything"}}
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    rights = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"]
    assert [right["Action"] for right in rights] == ["sns:Publish"]


def test_the_sender_of_the_mail_has_its_records_in_the_zone(whole: Checkout) -> None:
    found = whole.aws("sesv2").get_email_identity(EmailIdentity="mail.focusmark.app")["DkimAttributes"]["Tokens"]
    route53 = whole.aws("route53")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    sets = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    records = {record["Name"]: record for record in sets}
    for token in found:
        record = records[f"{token}._domainkey.mail.focusmark.app."]
        assert record["ResourceRecords"] == [{"Value": f"{token}.dkim.amazonses.com"}]


def test_what_is_written_down_goes_to_log_groups_that_forget(whole: Checkout) -> None:
    groups = whole.aws("logs").describe_log_groups(logGroupNamePrefix="/aws/vendedlogs/cognito")["logGroups"]
    kept = {group["logGroupName"].rpartition("/")[2]: group["retentionInDays"] for group in groups}
    assert kept == {"notifications": 90, "signIns": 365}


def test_a_web_acl_stands_in_front_of_the_pool(whole: Checkout) -> None:
    acl = whole.aws("wafv2").get_web_acl_for_resource(ResourceArn=described(whole)["Arn"])["WebACL"]
    rate, *managed = sorted(acl["Rules"], key=lambda rule: rule["Priority"])
    assert rate["Statement"]["RateBasedStatement"]["Limit"] == 1000
    assert [rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in managed] == [
        *("AWSManagedRulesCommonRuleSet", "AWSManagedRulesAmazonIpReputationList")
    ]


def test_nothing_is_left_to_do_and_a_preview_says_the_plan_that_the_config_needs(whole: Checkout) -> None:
    ran = whole.local("preview", "--json")
    assert set(ran.changes) == {"same"}
    assert f"{facts.PLAN_LINE} plus: userPool.threatProtection" in ran.said


@pytest.fixture(scope="module")
def tess(whole: Checkout) -> str:
    """Create the user PERSON, and return the id of the client that she signs in with."""
    outputs, cognito = whole.outputs(), whole.aws("cognito-idp")
    pool, client = outputs["userPoolId"], outputs["clients"]["app"]["clientId"]
    email = [{"Name": "email", "Value": "tess@focusmark.app"}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(UserPoolId=pool, Username=PERSON, UserAttributes=email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=PERSON, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=PERSON, GroupName="staff")
    return str(client)


def test_the_shipped_function_puts_groups_into_the_access_token(whole: Checkout, tess: str) -> None:
    signed_in = whole.aws("cognito-idp").initiate_auth(
        ClientId=tess, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": PERSON, "PASSWORD": PASSWORD}
    )["AuthenticationResult"]
    assert tokens.claims(signed_in["AccessToken"])["roles"] == ["staff"]
    id_token = tokens.claims(signed_in["IdToken"])
    assert id_token["cognito:groups"] == ["staff"]
    assert "roles" not in id_token


def test_nobody_gives_themselves_a_custom_attribute_by_an_own_token(whole: Checkout, tess: str) -> None:
    cognito, asked = whole.aws("cognito-idp"), {"USERNAME": PERSON, "PASSWORD": PASSWORD}
    signed_in = cognito.initiate_auth(ClientId=tess, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    token = signed_in["AuthenticationResult"]["AccessToken"]
    with pytest.raises(cognito.exceptions.NotAuthorizedException, match="unauthorized attribute"):
        cognito.update_user_attributes(
            AccessToken=token, UserAttributes=[{"Name": "custom:tenant", "Value": "someone-elses"}]
        )
    cognito.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "given_name", "Value": "Tess"}])


@pytest.mark.parametrize(("name", "answer"), [("preTokenGeneration", '"roles"'), ("userMigration", "userAttributes")])
def test_a_trigger_is_tried_and_its_answer_is_checked(whole: Checkout, tess: str, name: str, answer: str) -> None:
    assert tess
    ran = whole.ran("-m", "cli", "trigger", f"--name={name}", f"--user-name={PERSON}")
    # The external function returns an empty response, which is no valid user migration: attributes are missing.
    assert ran.status == (0 if name == "preTokenGeneration" else 1)
    assert answer in ran.said
    assert "Traceback" not in ran.said


def test_the_commands_of_the_pages_are_answered(whole: Checkout) -> None:
    """The pool, user, domain and stack named on the pages are replaced by those of this test."""
    here = {"us-east-1_AbC": whole.outputs()["userPoolId"], "acme-prod": "focusmark-local"}
    here |= {"identity focusmark.app": "identity mail.focusmark.app", "username ada": "username nina"}
    pages = ("who-may-sign-up", "second-factor", "email", "threat-protection")
    blocks = [block for page in pages for block in BLOCKS if (block.page, block.kind) == (f"docs/{page}.md", "console")]
    script = "\n".join(["set -euo pipefail", whole.local("env").stdout, *(block.text for block in blocks)])
    for name, other in here.items():
        assert name in script
        script = script.replace(name, other)
    path = f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash"], input=script, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count('"Username": "nina"') == 3
    assert '"VerifiedForSendingStatus": true' in ran.stdout


def test_an_authenticator_app_is_enrolled_and_asked_for(whole: Checkout, tess: str) -> None:
    cognito, client = whole.aws("cognito-idp"), tess
    asked = {"USERNAME": PERSON, "PASSWORD": PASSWORD}

    def sign_in() -> Any:
        return cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)

    access = sign_in()["AuthenticationResult"]["AccessToken"]
    secret = cognito.associate_software_token(AccessToken=access)["SecretCode"]
    verified = cognito.verify_software_token(AccessToken=access, UserCode=totp.code(secret))
    assert verified["Status"] == "SUCCESS"
    preferred = {"Enabled": True, "PreferredMfa": True}
    cognito.set_user_mfa_preference(AccessToken=access, SoftwareTokenMfaSettings=preferred)
    challenge = sign_in()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    answer = {"USERNAME": PERSON, "SOFTWARE_TOKEN_MFA_CODE": totp.code(secret)}
    signed_in = cognito.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=challenge["Session"],
        ChallengeResponses=answer,
    )
    assert signed_in["AuthenticationResult"]["AccessToken"]
