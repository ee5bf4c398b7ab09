"""The `aws` plugin's tables against the official provider's own classes, and what follows from the tables."""

import inspect
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape
from pulumi.provider.experimental.util import camel_case
from pulumi.runtime.rpc import UNKNOWN

# Its packages load on first use, and are broken for good where a module of theirs is imported before that.
from pulumi_aws import _inputs, acm, cloudformation, cognito, get_region, route53
from pulumi_aws.provider import ProviderArgs

from local.aws_plugin import cognito_pool_tables, cognito_schema, install
from local.aws_plugin.emulator import SERVICES, Emulator, Refusal, endpoints_of
from local.aws_plugin.install import VERSION
from local.aws_plugin.properties import Kind, Property, Table, aligned, changes, from_aws, kept, problems, to_aws
from local.aws_plugin.provider import CONFIG, INVOKES, RESOURCES

OFFICIAL: dict[str, tuple[Any, Any]] = {
    "aws:acm/certificate:Certificate": (acm.certificate.CertificateArgs, acm.certificate._CertificateState),
    "aws:acm/certificateValidation:CertificateValidation": (
        acm.certificate_validation.CertificateValidationArgs,
        acm.certificate_validation._CertificateValidationState,
    ),
    "aws:cloudformation/stack:Stack": (cloudformation.stack.StackArgs, cloudformation.stack._StackState),
    "aws:cognito/resourceServer:ResourceServer": (
        cognito.resource_server.ResourceServerArgs,
        cognito.resource_server._ResourceServerState,
    ),
    "aws:cognito/userPool:UserPool": (cognito.user_pool.UserPoolArgs, cognito.user_pool._UserPoolState),
    "aws:cognito/userPoolClient:UserPoolClient": (
        cognito.user_pool_client.UserPoolClientArgs,
        cognito.user_pool_client._UserPoolClientState,
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": (
        cognito.user_pool_domain.UserPoolDomainArgs,
        cognito.user_pool_domain._UserPoolDomainState,
    ),
    "aws:route53/record:Record": (route53.record.RecordArgs, route53.record._RecordState),
}
NESTED: dict[tuple[str, str], Any] = {
    ("aws:acm/certificate:Certificate", "options"): acm.CertificateOptionsArgs,
    ("aws:cognito/resourceServer:ResourceServer", "scopes"): cognito.ResourceServerScopeArgs,
    ("aws:cognito/userPool:UserPool", "accountRecoverySetting"): cognito.UserPoolAccountRecoverySettingArgs,
    ("aws:cognito/userPool:UserPool", "adminCreateUserConfig"): cognito.UserPoolAdminCreateUserConfigArgs,
    ("aws:cognito/userPool:UserPool", "passwordPolicy"): cognito.UserPoolPasswordPolicyArgs,
    ("aws:cognito/userPool:UserPool", "deviceConfiguration"): cognito.UserPoolDeviceConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "emailConfiguration"): cognito.UserPoolEmailConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "emailMfaConfiguration"): cognito.UserPoolEmailMfaConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "lambdaConfig"): cognito.UserPoolLambdaConfigArgs,
    ("aws:cognito/userPool:UserPool", "signInPolicy"): cognito.UserPoolSignInPolicyArgs,
    ("aws:cognito/userPool:UserPool", "smsConfiguration"): cognito.UserPoolSmsConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "softwareTokenMfaConfiguration"): (
        cognito.UserPoolSoftwareTokenMfaConfigurationArgs
    ),
    ("aws:cognito/userPool:UserPool", "userAttributeUpdateSettings"): cognito.UserPoolUserAttributeUpdateSettingsArgs,
    ("aws:cognito/userPool:UserPool", "webAuthnConfiguration"): cognito.UserPoolWebAuthnConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "schemas"): cognito.UserPoolSchemaArgs,
    ("aws:cognito/userPool:UserPool", "userPoolAddOns"): cognito.UserPoolUserPoolAddOnsArgs,
    ("aws:cognito/userPool:UserPool", "usernameConfiguration"): cognito.UserPoolUsernameConfigurationArgs,
    ("aws:cognito/userPool:UserPool", "verificationMessageTemplate"): cognito.UserPoolVerificationMessageTemplateArgs,
    ("aws:cognito/userPoolClient:UserPoolClient", "analyticsConfiguration"): (
        cognito.UserPoolClientAnalyticsConfigurationArgs
    ),
    ("aws:cognito/userPoolClient:UserPoolClient", "refreshTokenRotation"): (
        cognito.UserPoolClientRefreshTokenRotationArgs
    ),
    ("aws:cognito/userPoolClient:UserPoolClient", "tokenValidityUnits"): cognito.UserPoolClientTokenValidityUnitsArgs,
    ("aws:route53/record:Record", "aliases"): route53.RecordAliasArgs,
}
POOL = RESOURCES["aws:cognito/userPool:UserPool"].inputs
DEEPER: dict[str, tuple[Table, Any]] = {
    "advancedSecurityAdditionalFlows": (
        cognito_pool_tables.ADD_ONS,
        cognito.UserPoolUserPoolAddOnsAdvancedSecurityAdditionalFlowsArgs,
    ),
    "customEmailSender": (cognito_pool_tables.TRIGGERS, cognito.UserPoolLambdaConfigCustomEmailSenderArgs),
    "customSmsSender": (cognito_pool_tables.TRIGGERS, cognito.UserPoolLambdaConfigCustomSmsSenderArgs),
    "inviteMessageTemplate": (
        POOL["adminCreateUserConfig"].block or {},
        cognito.UserPoolAdminCreateUserConfigInviteMessageTemplateArgs,
    ),
    "preTokenGenerationConfig": (
        cognito_pool_tables.TRIGGERS,
        cognito.UserPoolLambdaConfigPreTokenGenerationConfigArgs,
    ),
    "stringAttributeConstraints": (cognito_pool_tables.SCHEMA, cognito.UserPoolSchemaStringAttributeConstraintsArgs),
    "numberAttributeConstraints": (cognito_pool_tables.SCHEMA, cognito.UserPoolSchemaNumberAttributeConstraintsArgs),
    "recoveryMechanisms": (
        POOL["accountRecoverySetting"].block or {},
        cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs,
    ),
}


def parameters(function: Any) -> dict[str, inspect.Parameter]:
    found = inspect.signature(function).parameters
    return {camel_case(name): parameter for name, parameter in found.items() if name not in ("self", "__self__")}


def kinds(annotation: Any) -> set[Kind]:
    text = re.sub(r"ForwardRef|typing\.|_builtins\.", "", str(annotation))
    if "Sequence" in text:
        return {Kind.SET} if re.search(r"\bstr\b|'str'", text) else {Kind.BLOCKS}
    if "Mapping" in text:
        return {Kind.MAP}
    found = {kind for word, kind in (("bool", Kind.FLAG), ("int", Kind.NUMBER)) if re.search(rf"\b{word}\b", text)}
    return found or ({Kind.BLOCK} if re.search(r"Args\b", text) else {Kind.TEXT})


def assert_official(table: Table, arguments: Any) -> None:
    official = parameters(arguments.__init__)
    assert set(table) <= set(official)
    for name, prop in table.items():
        assert prop.kind in kinds(official[name].annotation), name
        assert prop.required <= (official[name].default is inspect.Parameter.empty), name


@pytest.mark.parametrize("token", OFFICIAL)
def test_the_inputs_are_the_official_ones_each_supported_or_refused_as_such(token: str) -> None:
    resource, (arguments, _) = RESOURCES[token], OFFICIAL[token]
    official = parameters(arguments.__init__)
    assert set(resource.inputs) | resource.unsupported == set(official)
    assert not set(resource.inputs) & resource.unsupported
    assert_official(resource.inputs, arguments)


@pytest.mark.parametrize("token", OFFICIAL)
def test_the_outputs_are_the_official_ones(token: str) -> None:
    arguments, state = (set(parameters(made.__init__)) for made in OFFICIAL[token])
    assert set(RESOURCES[token].outputs) == state - arguments


def test_every_resource_and_every_block_is_pinned() -> None:
    blocks = {(token, name) for token, made in RESOURCES.items() for name, prop in made.inputs.items() if prop.block}
    assert set(RESOURCES) == set(OFFICIAL)
    assert blocks == set(NESTED)


@pytest.mark.parametrize(("token", "name"), NESTED)
def test_the_members_of_a_block_are_official(token: str, name: str) -> None:
    assert_official(RESOURCES[token].inputs[name].block or {}, NESTED[token, name])


def test_every_block_in_a_block_is_pinned() -> None:
    inner = {name for table in _tables() for name, prop in table.items() if prop.block}
    assert inner == set(DEEPER)


def _tables() -> list[Table]:
    return [prop.block or {} for made in RESOURCES.values() for prop in made.inputs.values()]


@pytest.mark.parametrize("name", DEEPER)
def test_the_members_of_a_block_in_a_block_are_official(name: str) -> None:
    table, arguments = DEEPER[name]
    assert_official(table[name].block or {}, arguments)


@pytest.mark.parametrize(
    ("token", "function"),
    [
        ("aws:cloudformation/getExport:getExport", cloudformation.get_export),
        ("aws:index/getRegion:getRegion", get_region),
        ("aws:route53/getRecords:getRecords", route53.get_records),
        ("aws:route53/getZone:getZone", route53.get_zone),
    ],
)
def test_the_arguments_of_a_function_are_official(token: str, function: Any) -> None:
    assert INVOKES[token][1] <= set(parameters(function))


def test_the_settings_and_endpoints_are_official() -> None:
    assert set(CONFIG) - {"version", "pluginDownloadURL"} <= set(parameters(ProviderArgs.__init__))
    assert set(SERVICES) <= set(parameters(_inputs.ProviderEndpointArgs.__init__))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:cognito/userPool:UserPool", {"aliasAttributes", "usernameAttributes", "usernameConfiguration"}),
        ("aws:cognito/userPoolClient:UserPoolClient", {"generateSecret", "userPoolId"}),
        ("aws:cognito/userPoolDomain:UserPoolDomain", {"domain", "userPoolId"}),
        ("aws:cognito/resourceServer:ResourceServer", {"identifier", "userPoolId"}),
        (
            "aws:acm/certificate:Certificate",
            {"domainName", "subjectAlternativeNames", "keyAlgorithm", "validationMethod"},
        ),
        ("aws:acm/certificateValidation:CertificateValidation", {"certificateArn", "validationRecordFqdns"}),
        ("aws:route53/record:Record", {"zoneId", "name", "type"}),
        ("aws:cloudformation/stack:Stack", {"name"}),
    ],
)
def test_these_properties_replace_and_no_others(token: str, expected: set[str]) -> None:
    replacing = {name for name, prop in RESOURCES[token].inputs.items() if prop.replaces}
    assert replacing - {"region"} == expected


@pytest.mark.parametrize(
    ("before", "after", "replaces"),
    [(None, "arn:a", True), ("arn:a", None, True), ("arn:a", "arn:b", False)],
    ids=["added", "removed", "another"],
)
def test_a_domain_is_replaced_when_its_certificate_comes_or_goes(
    before: str | None, after: str | None, replaces: bool
) -> None:
    domain = RESOURCES["aws:cognito/userPoolDomain:UserPoolDomain"]
    replaced = domain.replaced_by({"certificateArn": before}, {"certificateArn": after})
    assert bool(replaced) is replaces


TABLE: Table = {
    "set": Property(kind=Kind.SET),
    "kept": Property(kind=Kind.SET, keeps=True),
    "tags": Property(kind=Kind.MAP),
    "mode": Property(kind=Kind.TEXT, default="OFF"),
    "fixed": Property(kind=Kind.TEXT, replaces=True),
    "block": Property(
        kind=Kind.BLOCK,
        absent={"on": False},
        block={"on": Property(kind=Kind.FLAG, default=False), "size": Property(kind=Kind.NUMBER, keeps=True)},
    ),
    "blocks": Property(kind=Kind.BLOCKS, block={"name": Property(kind=Kind.TEXT, required=True)}),
}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"set": ["a", "b"]}, {"set": ["b", "a"]}, {}),
        ({"set": []}, {}, {}),
        ({"set": ["a"]}, {}, {"set": "DELETE"}),
        ({"set": ["a", "b"]}, {"set": ["b", "c"]}, {"set[0]": "DELETE", "set[1]": "ADD"}),
        ({"kept": ["a"]}, {}, {}),
        ({"kept": ["a"]}, {"kept": []}, {"kept": "DELETE"}),
        (
            {"tags": {"a": "1", "b": "2"}},
            {"tags": {"b": "3", "c:d": "4"}},
            {"tags.a": "DELETE", "tags.b": "UPDATE", 'tags["c:d"]': "ADD"},
        ),
        ({}, {"mode": "OFF"}, {}),
        ({"mode": "OFF"}, {"mode": "ON"}, {"mode": "UPDATE"}),
        ({"block": {"on": False}}, {}, {}),
        ({"block": {"on": True, "size": 3}}, {"block": {}}, {"block.on": "UPDATE"}),
        ({"block": {"on": True, "size": 3}}, {"block": {"on": True}}, {}),
        ({"blocks": [{"name": "a"}, {"name": "b"}]}, {"blocks": [{"name": "b"}, {"name": "a"}]}, {}),
        ({"blocks": [{"name": "a"}]}, {"blocks": [{"name": "b"}]}, {"blocks[0]": "UPDATE"}),
        ({"fixed": "a"}, {"fixed": UNKNOWN}, {"fixed": "UPDATE"}),
        ({"set": ["a"]}, {"set": UNKNOWN}, {"set": "UPDATE"}),
        ({"set": ["a"]}, {"set": [UNKNOWN]}, {"set[0]": "UPDATE"}),
    ],
)
def test_only_what_means_something_else_to_aws_is_a_change(
    old: dict[str, Any], new: dict[str, Any], expected: dict[str, str]
) -> None:
    assert {path: change.kind for path, change in changes(TABLE, old, new).items()} == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sett": []}, "sett: no such property of it; did you mean set?"),
        ({"other": 1}, "other: the official provider has this property of it, the local stack's does not"),
        ({"set": "a"}, 'set: must be a list of strings; received "a"'),
        ({"set": [1]}, "set: must be a list of strings; received [1]"),
        ({"block": {"on": "yes"}}, 'block.on: must be true or false; received "yes"'),
        ({"block": {"size": True}}, "block.size: must be a number; received true"),
        ({"blocks": [{}]}, "blocks[0].name: it needs it; received nothing"),
        ({"blocks": [{"nam": "a", "name": "b"}]}, "blocks[0].nam: no such property of it; did you mean name?"),
    ],
)
def test_a_wrong_input_is_refused_by_its_path(given: dict[str, Any], message: str) -> None:
    found = list(problems("it", TABLE, frozenset({"other"}), given))
    assert len(found) == 1
    assert found[0].startswith(message)


def test_what_is_not_known_yet_is_no_wrong_input() -> None:
    unknown = dict.fromkeys(TABLE, UNKNOWN) | {"blocks": [UNKNOWN]}
    assert list(problems("it", TABLE, frozenset(), unknown)) == []


def test_a_pool_goes_to_aws_and_comes_back_the_same() -> None:
    table = RESOURCES["aws:cognito/userPool:UserPool"].inputs
    given = {
        "name": "pool",
        "aliasAttributes": ["email"],
        "passwordPolicy": {"minimumLength": 8, "requireNumbers": True},
        "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
        "deletionProtection": "ACTIVE",
    }
    request = to_aws(table, given)
    assert request["Policies"]["PasswordPolicy"]["RequireSymbols"] is False
    assert aligned(table, from_aws(table, request), given) == given | {"mfaConfiguration": "OFF"}


def test_what_a_block_leaves_out_is_kept_where_aws_keeps_it() -> None:
    old = {"kept": ["a"], "set": ["a"], "block": {"on": True, "size": 3}}
    assert kept(TABLE, old, {"block": {"on": False}}) == {"kept": ["a"], "block": {"on": False, "size": 3}}


def test_taking_a_property_back_is_said_to_aws() -> None:
    table = RESOURCES["aws:cognito/userPool:UserPool"].inputs
    request = to_aws(table, {"name": "pool"}, clear=True)
    assert request["AutoVerifiedAttributes"] == []
    assert request["UserPoolAddOns"] == {"AdvancedSecurityMode": "OFF"}
    assert "UserPoolTier" not in request


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://127.9.9.9:1", "http://localhost:4566", "http://[::1]:9"]
)
def test_an_endpoint_on_this_machine_is_taken(url: str) -> None:
    Emulator("us-east-1", "test", "test", {"acm": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://acm.us-east-1.amazonaws.com",
        "http://10.0.0.1:4566",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "127.0.0.1:4566",
        "http://[::1",
        "",
    ],
)
def test_an_endpoint_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="only speaks to the emulator on this machine"):
        Emulator("us-east-1", "test", "test", {"acm": url})


@pytest.mark.parametrize("text", ["nonsense", "{", '["a"]', "3", '{"acm": "http://127.0.0.1"}'])
def test_endpoints_of_another_shape_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="aws:endpoints must be a list of objects"):
        endpoints_of(text)


def test_the_installed_plugin_starts_and_prints_its_port(tmp_path: Path) -> None:
    install(tmp_path)
    install(tmp_path)
    home = tmp_path / f"resource-aws-v{VERSION}"
    assert [path.name for path in home.iterdir()] == ["pulumi-resource-aws"]
    command = [str(home / "pulumi-resource-aws"), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        port = process.stdout.readline()
        process.terminate()
    assert port.strip().isdecimal()


def test_it_ends_with_the_engine_that_started_it(tmp_path: Path) -> None:
    install(tmp_path)
    plugin = tmp_path / f"resource-aws-v{VERSION}" / "pulumi-resource-aws"
    killed_engine = (
        "import subprocess, sys\n"
        "plugin = subprocess.Popen([sys.argv[1], '127.0.0.1:1'], stdout=subprocess.PIPE)\n"
        "plugin.stdout.readline()\n"
        "print(plugin.pid, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed_engine, str(plugin)], capture_output=True, text=True, check=True
    )
    for _ in range(50):
        try:
            os.kill(int(done.stdout), 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the plugin is still there 5 seconds after its engine went")


def test_started_by_hand_it_says_what_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.aws_plugin"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode != 0
    assert "make up" in done.stderr


@pytest.mark.parametrize("prefix", ["custom:", "dev:custom:"])
@pytest.mark.parametrize("name", ["tenant", "sbx:client_id", "email"])
def test_a_custom_attribute_is_read_by_the_name_it_was_given(prefix: str, name: str) -> None:
    (read,) = cognito_schema.own_attributes([{"Name": f"{prefix}{name}", "AttributeDataType": "String"}], [])
    assert read["name"] == name


def test_a_number_without_bounds_is_the_same_with_and_without_its_empty_block() -> None:
    number = {"name": "n", "attributeDataType": "Number"}
    with_block = {**number, "numberAttributeConstraints": {}}
    assert cognito_schema.by_name([number]) == cognito_schema.by_name([with_block])


def _members(shape: str) -> set[str]:
    found = botocore.session.Session().get_service_model("cognito-idp").shape_for(shape)
    assert isinstance(found, StructureShape)
    return set(found.members)


# What the plugin says in its outputs, or under another name; and what the official provider does not know.
OF_ITSELF = {
    "UserPoolType": {
        *("Id", "Name", "Arn", "CreationDate", "LastModifiedDate", "EstimatedNumberOfUsers", "Domain", "CustomDomain"),
        *("SchemaAttributes", "UserPoolTags", "Status", "SmsConfigurationFailure", "EmailConfigurationFailure"),
        *("Policies", "KeyConfiguration", "IssuerConfiguration"),
    },
    "UserPoolClientType": {"ClientId", "ClientSecret", "CreationDate", "LastModifiedDate"},
}


@pytest.mark.parametrize(
    ("shape", "token"),
    [
        ("UserPoolType", "aws:cognito/userPool:UserPool"),
        ("UserPoolClientType", "aws:cognito/userPoolClient:UserPoolClient"),
    ],
)
def test_every_member_of_awss_answer_is_read(shape: str, token: str) -> None:
    read = {prop.aws for prop in RESOURCES[token].inputs.values()}
    assert _members(shape) - OF_ITSELF[shape] <= read
