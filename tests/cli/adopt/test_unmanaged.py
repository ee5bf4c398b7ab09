"""What nobody manages in a pool is told each night: things, and settings for which the AWS provider has no word."""

import functools
import inspect
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pulumi_aws.cognito as provider
import pulumi_aws.cognito._inputs as nested
import pytest
from botocore import xform_name

from cli.adopt import unknown, unmanaged
from tests.support.program import ROOT

COGNITO = botocore.session.get_session().get_service_model("cognito-idp")
POOL_ID = "us-east-1_AbCdEfGhI"

# --- what the provider knows ------------------------------------------------------------------------------------------

# AWS's answers have it under another name than the provider, or it is none of a pool's settings.
OTHERWISE = {
    *("Status", "EmailConfiguration.From", "SmsConfigurationFailure", "EmailConfigurationFailure", "Policies"),
    *("AdminCreateUserConfig.UnusedAccountValidityDays", "SchemaAttributes", "UserPoolTags", "AliasAttributes"),
    *("SmsMfaConfiguration", "SmsMfaConfiguration.SmsAuthenticationMessage", "SmsMfaConfiguration.SmsConfiguration"),
}
UNKNOWN = {
    *("KeyConfiguration", "IssuerConfiguration", "LambdaConfig.InboundFederation", "SmsConfiguration.EumsSms"),
    *("SmsMfaConfiguration.SmsConfiguration.EumsSms", "WebAuthnConfiguration.FactorConfiguration"),
}


def paths(shape: Any, known: unknown.Known | None, path: str = "") -> Iterator[tuple[str, bool]]:
    """Each member of AWS's answer, and whether the tables have it; what is not there is not looked into."""
    for name, member in shape.members.items():
        there = known is not None and name in known
        yield f"{path}{name}", there
        if there and member.type_name == "structure":
            assert known is not None
            yield from paths(member, known[name], f"{path}{name}.")


@functools.cache
def words_of_the_provider() -> set[str]:
    classes = [provider.UserPool, provider.UserPoolClient]
    classes += [it for name, it in inspect.getmembers(nested, inspect.isclass) if name.startswith("UserPool")]
    names = {name for it in classes for name, value in vars(it).items() if isinstance(value, property)}
    return {name.replace("_", "").removesuffix("s") for name in names} | {"id", "userpoolid", "clientid", "clientname"}


ANSWERS = [
    *paths(COGNITO.shape_for("UserPoolType"), unknown.POOL),
    *paths(COGNITO.operation_model("GetUserPoolMfaConfig").output_shape, unknown.MFA),
    *paths(COGNITO.shape_for("UserPoolClientType"), unknown.CLIENT),
]


def test_the_tables_have_all_of_awss_answers_but_what_the_provider_does_not_know() -> None:
    assert {path for path, there in ANSWERS if not there} == UNKNOWN


@pytest.mark.parametrize("path", sorted({path for path, there in ANSWERS if there} - OTHERWISE))
def test_what_the_tables_have_is_a_word_of_the_provider(path: str) -> None:
    name = path.rpartition(".")[2].lower().removesuffix("s")
    assert name in words_of_the_provider()


def test_the_tables_name_nothing_that_aws_does_not_have() -> None:
    def named(known: unknown.Known, path: str = "") -> Iterator[str]:
        for name, inner in known.items():
            yield f"{path}{name}"
            yield from named(inner or {}, f"{path}{name}.")

    there = {path for path, _ in ANSWERS}
    assert {it for table in (unknown.POOL, unknown.MFA, unknown.CLIENT) for it in named(table)} == there - UNKNOWN


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"Name": "x", "MfaConfiguration": "ON", "SchemaAttributes": [{"Name": "sub", "New": 1}]}, []),
        (
            {"LambdaConfig": {"PreSignUp": "arn", "InboundFederation": {"LambdaArn": "arn"}}},
            ["LambdaConfig.InboundFederation"],
        ),
        ({"KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"}, "IssuerConfiguration": {"Type": "ORIGINAL"}}, []),
        ({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn"}}, ["KeyConfiguration"]),
        ({"IssuerConfiguration": {"Type": "UPDATED"}}, ["IssuerConfiguration"]),
        ({"MadeNextYear": {"On": True}}, ["MadeNextYear"]),
        ({"MadeNextYear": {"On": False}, "Another": [], "Third": "", "Fourth": None, "Fifth": {}}, []),
        (
            {"Policies": {"PasswordPolicy": {"MinimumLength": 8, "Dictionary": "on"}}},
            ["Policies.PasswordPolicy.Dictionary"],
        ),
        ({"MadeNextYear": 0}, []),
    ],
)
def test_a_setting_that_the_provider_does_not_know_is_told_and_a_usual_one_is_not(
    answer: Mapping[str, Any], told: list[str]
) -> None:
    assert list(unknown.members(answer, unknown.POOL)) == told


# --- what is in the pool ----------------------------------------------------------------------------------------------


def resource(kind: str, id_: str, **outputs: Any) -> dict[str, Any]:
    name = kind[0].lower() + kind[1:]
    return {"type": f"aws:cognito/{name}:{kind}", "id": id_, "outputs": outputs}


POOL = resource("UserPool", POOL_ID, arn=f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{POOL_ID}")
STATE = [
    {"type": "pulumi:pulumi:Stack", "urn": "urn"},
    POOL,
    resource("UserPoolClient", "ourclient", name="shop"),
    resource("ResourceServer", f"{POOL_ID}|app.api", identifier="app.api"),
    resource("UserPoolDomain", "ours", domain="ours"),
    resource("UserGroup", f"{POOL_ID}/staff", name="staff"),
    resource("IdentityProvider", f"{POOL_ID}:Google", providerName="Google"),
]
CLIENT = {"ClientId": "ourclient", "ClientName": "shop", "ClientSecret": "a-secret-of-the-shop"}
# What AWS answers where everything is the stack's.
CLEAN: dict[str, Any] = {
    "describe-user-pool": {
        "UserPool": {"Id": POOL_ID, "Domain": "ours", "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"}}
    },
    "list-resource-servers": {"ResourceServers": [{"Identifier": "app.api", "Name": "api"}]},
    "list-groups": {"Groups": [{"GroupName": "staff"}]},
    "list-identity-providers": {"Providers": [{"ProviderName": "Google", "ProviderType": "Google"}]},
    "get-user-pool-mfa-config": {"MfaConfiguration": "OFF"},
    "describe-risk-configuration": {"RiskConfiguration": {"UserPoolId": POOL_ID}},
    "get-log-delivery-configuration": {"LogDeliveryConfiguration": {"UserPoolId": POOL_ID, "LogConfigurations": []}},
    "list-user-pool-clients": {"UserPoolClients": [{"ClientId": "ourclient", "ClientName": "shop"}]},
    "describe-user-pool-client": {"UserPoolClient": CLIENT},
    "list-user-pool-client-secrets": {"ClientSecrets": [{"ClientSecretId": "1", "ClientSecretValue": "a-secret"}]},
}
# One change of an answer, and what is told of it.
STRAY: dict[str, tuple[str, dict[str, Any]]] = {
    "client:stray": ("list-user-pool-clients", {"UserPoolClients": [{"ClientId": "stray", "ClientName": "shop"}]}),
    "api:other": ("list-resource-servers", {"ResourceServers": [{"Identifier": "other", "Name": "api"}]}),
    "group:admins": ("list-groups", {"Groups": [{"GroupName": "admins", "RoleArn": "arn:aws:iam::1:role/all"}]}),
    "provider:Evil": ("list-identity-providers", {"Providers": [{"ProviderName": "Evil", "ProviderType": "OIDC"}]}),
    "domain:theirs": ("describe-user-pool", {"UserPool": {"Domain": "ours", "CustomDomain": "theirs"}}),
    "setting:LambdaConfig.InboundFederation": (
        "describe-user-pool",
        {"UserPool": {"LambdaConfig": {"InboundFederation": {"LambdaArn": "arn", "LambdaVersion": "V1_0"}}}},
    ),
    "setting:WebAuthnConfiguration.FactorConfiguration": (
        "get-user-pool-mfa-config",
        {"WebAuthnConfiguration": {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}},
    ),
    "risk-configuration": (
        "describe-risk-configuration",
        {"RiskConfiguration": {"RiskExceptionConfiguration": {"SkippedIPRangeList": ["0.0.0.0/0"]}}},
    ),
    "logs:userAuthEvents": (
        "get-log-delivery-configuration",
        {"LogDeliveryConfiguration": {"LogConfigurations": [{"EventSource": "userAuthEvents"}]}},
    ),
    "client:ourclient:Madenextyear": (
        "describe-user-pool-client",
        {"UserPoolClient": {"ClientName": "shop", "Madenextyear": "on"}},
    ),
    "client:ourclient:secrets": (
        "list-user-pool-client-secrets",
        {"ClientSecrets": [{"ClientSecretId": it, "ClientSecretValue": "a-secret"} for it in ("1", "2")]},
    ),
}


class Aws:
    """`aws` and `pulumi` on a PATH of their own; each call of `aws` is checked against AWS's model."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.answers = dict(CLEAN)
        self.state: list[dict[str, Any]] = STATE
        self._program("aws", "import json, sys; print(json.dumps(json.load(open(HERE + '/answers'))[sys.argv[2]]))")
        self._program("pulumi", "print(open(HERE + '/state').read())")

    def look(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        (self._directory / "answers").write_text(json.dumps(self.answers))
        (self._directory / "state").write_text(json.dumps({"deployment": {"resources": self.state}}))
        return subprocess.run(
            [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {RUN}", *arguments],
            env={"PATH": str(self._directory), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self._directory / "aws.calls").read_text().splitlines()]

    def _program(self, name: str, code: str) -> None:
        note = f"open(HERE + '/{name}.calls', 'a').write(json.dumps(sys.argv[1:]) + '\\n')"
        text = f"#!{sys.executable}\nimport json, sys\nHERE = {str(self._directory)!r}\n{note}\n{code}\n"
        (self._directory / name).write_text(text)
        (self._directory / name).chmod(stat.S_IRWXU)


RUN = "from cli.adopt import unmanaged; sys.exit(unmanaged.main(sys.argv[1:]))"


@pytest.fixture
def aws(tmp_path: Path) -> Aws:
    return Aws(tmp_path)


def test_a_pool_that_has_what_its_stack_has_is_clean(aws: Aws) -> None:
    ran = aws.look("prod")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Nothing else" in ran.stdout


@pytest.mark.parametrize("name", STRAY)
def test_what_nobody_manages_is_told_by_name_until_it_is_meant(aws: Aws, name: str) -> None:
    operation, answer = STRAY[name]
    aws.answers[operation] = answer
    ran = aws.look("prod")
    assert ran.returncode == 1
    assert re.findall(r"^- `([^`]+)`", ran.stdout, re.MULTILINE) == [name]
    assert aws.look("prod", UNMANAGED=f"\n{name}\n").returncode == 0


def test_what_is_named_as_meant_and_is_not_there_is_told(aws: Aws) -> None:
    ran = aws.look("prod", UNMANAGED="group:gone")
    assert ran.returncode == 0
    assert "`group:gone`, which is not there" in ran.stdout


def test_no_secret_is_printed(aws: Aws) -> None:
    for operation, answer in STRAY.values():
        aws.answers[operation] = answer
        ran = aws.look("prod")
        assert "a-secret" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["a`b", "x\n::error::y", "x\r- y", "\u202egnissim", "`" * 9])
def test_a_name_out_of_aws_stays_a_name(aws: Aws, name: str) -> None:
    aws.answers["list-groups"] = {"Groups": [{"GroupName": name, "RoleArn": f"![]({name})<b>@x"}]}
    ran = aws.look("prod")
    (line,) = [it for it in ran.stdout.splitlines() if it.startswith("- ")]
    assert line.count("`") == 2
    assert not re.search(r"[<>\[\]@()\u202e]", line)


@pytest.mark.parametrize("state", [[], STATE[:1], [POOL, POOL]])
def test_a_stack_without_its_one_pool_is_told_without_a_traceback(aws: Aws, state: list[dict[str, Any]]) -> None:
    aws.state = state
    ran = aws.look("prod")
    assert ran.returncode == 1
    assert "user pools; one is expected" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("program", ["aws", "pulumi"])
def test_a_program_that_fails_or_is_missing_is_told_without_a_traceback(aws: Aws, tmp_path: Path, program: str) -> None:
    (tmp_path / program).write_text(f"#!{sys.executable}\nimport sys; sys.exit('denied to you')\n")
    ran = aws.look("prod")
    assert (ran.returncode, "denied to you" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)
    (tmp_path / program).unlink()
    ran = aws.look("prod")
    assert (ran.returncode, f"{program} is not on the PATH" in ran.stderr, "Traceback" in ran.stderr) == (
        1,
        True,
        False,
    )


@pytest.mark.parametrize("arguments", [[], ["dev", "prod"], ["--help"]])
def test_other_words_are_a_mistake_of_usage(aws: Aws, arguments: list[str]) -> None:
    assert aws.look(*arguments).returncode == 2


def test_every_call_is_one_that_aws_has_and_reads(aws: Aws) -> None:
    aws.look("prod")
    operations = {xform_name(name, "-"): name for name in COGNITO.operation_names}
    for service, operation, *options in aws.calls():
        assert service == "cognito-idp"
        assert operation.startswith(("list-", "describe-", "get-"))
        given = dict(zip(options[::2], options[1::2], strict=True))
        assert given.pop("--region") == "eu-west-1"
        assert given.pop("--output") == "json"
        shape = COGNITO.operation_model(operations[operation]).input_shape
        assert shape is not None
        assert {f"--{xform_name(name, '-')}" for name in shape.required_members} == set(given)
    assert {call[1] for call in aws.calls()} == set(CLEAN)


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import cli.adopt.unmanaged; print(*set(sys.modules) - before)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name.partition(".")[0] for name in loaded} <= {*sys.stdlib_module_names, "cli"}


def test_the_pool_is_looked_for_where_it_lives() -> None:
    ours = unmanaged.managed({"resources": STATE})
    assert (ours.pool, ours.region) == (POOL_ID, "eu-west-1")
