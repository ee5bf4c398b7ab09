"""What adoption refuses by name: whatever `up` would take from a pool or a client that the config has no key for."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from cli.adopt import adoption, leftover, program, show
from cli.adopt.account import Account
from cli.adopt.compare import Meaning
from cli.adopt.find import Finder
from cli.adopt.keep import config_key
from cli.adopt.plan import Existing, Ids, Plan, Wanted
from cli.adopt.suggest import suggestions
from identity.errors import ConfigError
from local import paths
from tests.cli.adopt.test_suggestions import CLIENT, CONFIG, EMAIL, STACK, There, attribute, text

Shape = dict[str, Any]
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:"
OWN = {"UsernameConfiguration": {"CaseSensitive": False}, "SchemaAttributes": [EMAIL]}
PLAIN = {"AllowedOAuthFlows": ["code"], "CallbackURLs": ["https://app.focusmark.app/in"]}
WITH_CLIENT = CONFIG | {"identity:clients": CLIENT}


def refused(there: Shape, config: Mapping[str, str]) -> str:
    """All that the command would refuse, as a person reads it."""
    found = There(there)
    account, finder = cast("Account", found), cast("Finder", found)
    plan = program.run(paths.CHECKOUT, STACK, config, account, finder, Ids())
    items = adoption.items(plan, {})
    told = [str(it) for it in adoption.problems(items, items, {}, suggestions(items, config, STACK))]
    try:
        program.check(paths.CHECKOUT, STACK, config, account, finder, plan)
    except ConfigError as error:
        told.extend(str(it) for it in error.problems)
    return "\n".join(told)


def pool(mfa: Shape | None = None, **more: Any) -> Shape:
    return {"pool": OWN | more, "mfa": mfa or {}, "domain": "focusmark-dev"}


def client(**more: Any) -> Shape:
    return pool() | {"client": {"ClientName": "by hand"} | PLAIN | more}


# What AWS has, the property that is named, and the value that is told beside it.
TAKEN: list[tuple[Shape, str, str]] = [
    *(
        (pool(LambdaConfig={aws: FUNCTION + "f"}), f"lambdaConfig.{ours}", FUNCTION + "f")
        for aws, ours in (
            ("PreSignUp", "preSignUp"),
            ("PostConfirmation", "postConfirmation"),
            ("PreAuthentication", "preAuthentication"),
            ("PostAuthentication", "postAuthentication"),
            ("CustomMessage", "customMessage"),
            ("DefineAuthChallenge", "defineAuthChallenge"),
            ("CreateAuthChallenge", "createAuthChallenge"),
            ("VerifyAuthChallengeResponse", "verifyAuthChallengeResponse"),
            ("PreTokenGeneration", "preTokenGeneration"),
            ("UserMigration", "userMigration"),
        )
    ),
    (
        pool(LambdaConfig={"CustomEmailSender": {"LambdaArn": FUNCTION + "mail", "LambdaVersion": "V1_0"}}),
        "lambdaConfig.customEmailSender",
        FUNCTION + "mail",
    ),
    (pool({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}), "mfaConfiguration", "on"),
    (pool({"SoftwareTokenMfaConfiguration": {"Enabled": True}}), "softwareTokenMfaConfiguration", "true"),
    (pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True}), "deviceConfiguration", "true"),
    (
        pool(UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]}),
        "userAttributeUpdateSettings",
        "email",
    ),
    (pool(UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}), "userPoolAddOns", "enforced"),
    (
        pool(VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_CODE"}),
        "verification.by",
        "code",
    ),
    (pool(SchemaAttributes=[EMAIL, attribute("name", Required=True, **text())]), "schemas.name", "required"),
    (client(SupportedIdentityProviders=["COGNITO", "CIS2-int"]), "supportedIdentityProviders", "CIS2-int"),
    (client(AllowedOAuthFlows=["code", "implicit"]), "allowedOauthFlows", "implicit"),
    (client(EnableTokenRevocation=False), "enableTokenRevocation", "false"),
    (client(PreventUserExistenceErrors="LEGACY"), "preventUserExistenceErrors", "LEGACY"),
]


@pytest.mark.parametrize(("there", "name", "value"), TAKEN, ids=[name for _, name, _ in TAKEN])
def test_what_an_update_would_take_is_refused_by_its_name_with_its_value(there: Shape, name: str, value: str) -> None:
    told = refused(there, WITH_CLIENT if "client" in there else CONFIG)
    assert name in told
    assert value in told


# Pools that public projects run, as AWS describes them, cut to what the program does not speak of; what is refused.
BY_EMAIL: dict[str, Any] = {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}
ONLY_INVITED = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}
RUNNING: dict[str, tuple[Shape, set[str]]] = {
    "a court": (
        pool(
            **BY_EMAIL,
            LambdaConfig={"PostConfirmation": FUNCTION + "confirmed"},
            SmsAuthenticationMessage="Code {####}",
            SchemaAttributes=[EMAIL, attribute("name", Required=True, **text("0", "255"))],
        )
        | {"client": {"ClientName": "client"} | PLAIN | {"AllowedOAuthFlows": ["code", "implicit"]}},
        {"usernameAttributes", "lambdaConfig.postConfirmation", "smsAuthenticationMessage", "schemas.name", "implicit"},
    ),
    "its invited people": (
        pool(
            {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}, **BY_EMAIL, **ONLY_INVITED
        ),
        {"usernameAttributes", "mfaConfiguration", "softwareTokenMfaConfiguration"},
    ),
    "a health service": (
        pool(
            UsernameAttributes=["email"],
            **ONLY_INVITED,
            LambdaConfig={
                "PreTokenGeneration": FUNCTION + "claims",
                "PreTokenGenerationConfig": {"LambdaArn": FUNCTION + "claims", "LambdaVersion": "V2_0"},
                "PreAuthentication": FUNCTION + "before",
            },
        )
        | {"client": {"ClientName": "main"} | PLAIN | {"SupportedIdentityProviders": ["COGNITO", "CIS2-int"]}},
        {"usernameAttributes", "lambdaConfig.preTokenGeneration", "lambdaConfig.preAuthentication", "CIS2-int"},
    ),
    "a media store": (
        pool(
            **BY_EMAIL,
            **ONLY_INVITED,
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        ),
        {"usernameAttributes", "userAttributeUpdateSettings"},
    ),
    "forms": (
        pool(
            **BY_EMAIL,
            LambdaConfig={
                "KMSKeyID": "arn:aws:kms:us-east-1:000000000000:key/k",
                "PreSignUp": FUNCTION + "check",
                "CustomEmailSender": {"LambdaArn": FUNCTION + "mail", "LambdaVersion": "V1_0"},
            },
        ),
        {"usernameAttributes", "lambdaConfig.preSignUp", "lambdaConfig.customEmailSender"},
    ),
    "a portal": (
        pool(
            **BY_EMAIL,
            LambdaConfig={"PostConfirmation": FUNCTION + "confirmed", "PreAuthentication": FUNCTION + "may"},
        ),
        {"usernameAttributes", "lambdaConfig.postConfirmation", "lambdaConfig.preAuthentication"},
    ),
    "a small product": (
        pool(**BY_EMAIL, VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"}),
        {"usernameAttributes"},
    ),
}


@pytest.mark.parametrize(("there", "names"), RUNNING.values(), ids=RUNNING.keys())
def test_a_pool_that_people_run_loses_nothing_in_silence(there: Shape, names: set[str]) -> None:
    config = WITH_CLIENT if "client" in there else CONFIG
    told = refused(there, config)
    assert {name for name in names if name not in told} == set()

    found = There(there)
    plan = program.run(paths.CHECKOUT, STACK, config, cast("Account", found), cast("Finder", found), Ids())
    items = adoption.items(plan, {})
    offered = suggestions(items, config, STACK)
    silent = [
        field.path
        for item in items
        for field in item.fields
        if field.meaning is Meaning.REMOVED
        and not ((key := config_key(item.wanted, field)) and key[0] in offered)
        and field.path.partition(".")[0] not in told
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ({"LambdaConfig": {"InboundFederation": {"LambdaArn": FUNCTION + "in"}}}, "InboundFederation", FUNCTION + "in"),
        ({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn"}}, "KeyConfiguration", "arn"),
        ({"IssuerConfiguration": {"Type": "UPDATED"}}, "IssuerConfiguration", "UPDATED"),
    ],
)
def test_what_the_provider_does_not_know_is_refused_by_its_name(setting: Shape, name: str, value: str) -> None:
    it = Wanted("aws:cognito/userPool:UserPool", "customers", "urn", "", {}, Existing("p", "p", {}))
    (problem,) = leftover.unknown_settings(Plan([it]), cast("Finder", _Pool(setting)))
    assert problem.path.startswith("customers.")
    assert name in problem.path
    assert value in problem.allowed
    assert list(leftover.unknown_settings(Plan([it]), cast("Finder", _Pool({})))) == []


def test_what_stays_without_a_key_is_told_by_its_name() -> None:
    texts = {"InviteMessageTemplate": {"EmailSubject": "Welcome"}}
    there = {"AdminCreateUserConfig": texts, "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}}
    it = Wanted("aws:cognito/userPool:UserPool", "customers", "urn", "", {}, Existing("p", "p", {}))
    told = "\n".join(leftover.find(Plan([it]), cast("Finder", _Pool(there))))
    assert "AdminCreateUserConfig.InviteMessageTemplate" in told
    assert "Policies.SignInPolicy" in told


def test_the_summary_tells_each_change_with_both_values(capsys: pytest.CaptureFixture[str]) -> None:
    ours = {"name": "ours", "tags": {}}
    there = Existing("p", "p", {"name": "by hand", "mfaConfiguration": "ON", "tags": {"team": "shop"}})
    it = Wanted("aws:cognito/userPool:UserPool", "customers", "urn", "", ours, there)
    show.summary(adoption.items(Plan([it]), {}), CONFIG, STACK, {})
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert 'customers.name: "by hand" -> "ours"' in lines
    assert lines.index('customers.tags.team: "shop" -> nothing') > lines.index("would be removed by up:")


class _Pool:
    """A pool without anything in it but its settings."""

    def __init__(self, settings: Shape) -> None:
        self._settings = settings

    def pool(self, _: str) -> Shape:
        return self._settings

    def clients_of(self, _: str) -> list[Any]:
        return []

    servers_of = clients_of
