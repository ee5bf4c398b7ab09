"""The tables of the `aws` plugin, compared with the classes of the official provider."""

import inspect
import subprocess
import sys
from typing import Any

import pytest
from botocore.model import StructureShape
from pulumi.provider.experimental.util import camel_case
from pulumi.runtime.rpc import UNKNOWN

# The packages load lazily. Importing a submodule first would break them for the whole process.
from pulumi_aws import _inputs, cloudformation, get_region, route53
from pulumi_aws.provider import ProviderArgs

from local.aws_plugin import cognito_schema
from local.aws_plugin.catalogue import INVOKES, RESOURCES
from local.aws_plugin.checks import problems
from local.aws_plugin.emulator import SERVICES, Emulator, Refusal, endpoints_of, model
from local.aws_plugin.properties import Kind, Property, Table, aligned, changes, from_aws, kept, put, to_aws, unheld
from local.aws_plugin.provider import CONFIG
from tests.support.program import ROOT

POOL = RESOURCES["aws:cognito/userPool:UserPool"].inputs
ATTRIBUTE = POOL["schemas"].block


@pytest.mark.parametrize("token", RESOURCES)
def test_every_property_of_a_type_is_official_and_has_its_place_in_awss_model(token: str) -> None:
    """The table comes from both. If no property is missing, reading it raises no error."""
    resource = RESOURCES[token]
    assert not set(resource.outputs) & set(resource.inputs)
    assert all(prop.block for prop in resource.inputs.values() if prop.kind in (Kind.BLOCK, Kind.BLOCKS))


@pytest.mark.parametrize("token", RESOURCES)
def test_what_is_written_by_hand_is_about_properties_that_there_are(token: str) -> None:
    resource = RESOURCES[token]
    differences = resource.differences
    several = [paths for paths in vars(differences).values() if isinstance(paths, tuple | dict)]
    for path in {path for paths in several for path in paths}:
        assert at(resource.inputs, path)
    assert differences.named in ("name", *resource.inputs)
    assert {path.partition(".")[0] for path in resource.secrets} <= {*resource.inputs, *resource.outputs}


def at(table: Table, path: str) -> Property:
    *blocks, name = path.split(".")
    for block in blocks:
        table = table[block].block
    return table[name]


@pytest.mark.parametrize(
    ("path", "kind", "aws", "required"),
    [
        ("name", Kind.TEXT, "PoolName", False),
        ("usernameAttributes", Kind.SET, "UsernameAttributes", False),
        ("passwordPolicy", Kind.BLOCK, "Policies.PasswordPolicy", False),
        ("passwordPolicy.requireNumbers", Kind.FLAG, "RequireNumbers", False),
        ("passwordPolicy.minimumLength", Kind.NUMBER, "MinimumLength", False),
        ("schemas", Kind.BLOCKS, "Schema", False),
        ("schemas.attributeDataType", Kind.TEXT, "AttributeDataType", True),
        ("schemas.stringAttributeConstraints.maxLength", Kind.TEXT, "MaxLength", False),
        ("lambdaConfig.customSmsSender", Kind.BLOCK, "CustomSMSSender", False),
        ("lambdaConfig.customSmsSender.lambdaVersion", Kind.TEXT, "LambdaVersion", True),
        ("tags", Kind.MAP, "UserPoolTags", False),
        (
            "userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates",
            Kind.SET,
            "AttributesRequireVerificationBeforeUpdate",
            True,
        ),
    ],
)
def test_types_come_from_the_official_classes_and_members_from_awss_model(
    path: str, kind: Kind, aws: str, required: bool
) -> None:
    prop = at(POOL, path)
    assert (prop.kind, prop.aws, prop.required) == (kind, aws, required)


def test_the_values_that_aws_takes_come_from_its_model() -> None:
    assert POOL["mfaConfiguration"].values == ("OFF", "ON", "OPTIONAL")
    assert "WEB_AUTHN" in at(POOL, "signInPolicy.allowedFirstAuthFactors").values


def parameters(function: Any) -> set[str]:
    return {camel_case(name) for name in inspect.signature(function).parameters}


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
    assert INVOKES[token][1] <= parameters(function)


def test_the_settings_and_endpoints_are_official() -> None:
    assert set(CONFIG) - {"version", "pluginDownloadURL"} <= parameters(ProviderArgs.__init__)
    assert set(SERVICES) <= parameters(_inputs.ProviderEndpointArgs.__init__)


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
        ("aws:cognito/identityPool:IdentityPool", {"developerProviderName", "identityPoolName"}),
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
        inner=lambda: {"on": Property(kind=Kind.FLAG, default=False), "size": Property(kind=Kind.NUMBER, keeps=True)},
    ),
    "blocks": Property(kind=Kind.BLOCKS, inner=lambda: {"name": Property(kind=Kind.TEXT, required=True)}),
    "policy": Property(kind=Kind.TEXT),
    "ordered": Property(kind=Kind.SET, ordered=True),
    "hidden": Property(kind=Kind.TEXT, secret=True, values=("A", "B")),
    "other": Property(kind=Kind.TEXT, unsupported=True),
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
        ({"policy": '{"a": [1, 2]}'}, {"policy": '{\n  "a": [1,2]}'}, {}),
        ({"policy": '{"a": 1}'}, {"policy": '{"a": 2}'}, {"policy": "UPDATE"}),
        ({"ordered": ["a", "b"]}, {"ordered": ["b", "a"]}, {"ordered": "UPDATE"}),
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
        ({"blocks": [{}]}, "blocks[0].name: it requires it; received nothing"),
        ({"hidden": "my password"}, "hidden: must be one of A, B; received [secret]"),
        ({"hidden": ["my password"]}, "hidden: must be a string; received [secret]"),
        ({"blocks": [{"nam": "a", "name": "b"}]}, "blocks[0].nam: no such property of it; did you mean name?"),
    ],
)
def test_a_wrong_input_is_refused_by_its_path(given: dict[str, Any], message: str) -> None:
    found = list(problems("it", TABLE, given))
    assert len(found) == 1
    assert found[0].startswith(message)


def test_what_is_not_known_yet_is_no_wrong_input() -> None:
    unknown = {name: UNKNOWN for name, prop in TABLE.items() if not prop.unsupported} | {"blocks": [UNKNOWN]}
    assert list(problems("it", TABLE, unknown)) == []


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


def test_what_was_given_and_is_not_there_is_found_and_put_back() -> None:
    given = {"set": ["a"], "block": {"on": True, "size": 3}, "mode": "ON", "tags": {"a": "1"}}
    held = {"set": ["a"], "block": {"on": True}, "mode": "OFF"}
    lost = dict(unheld(TABLE, held, given))
    assert lost == {"block.size": None, "mode": "OFF", "tags": None}
    for path in lost:
        held = put(held, path, given)
    assert held == given


def test_what_a_block_leaves_out_is_kept_where_aws_keeps_it() -> None:
    old = {"kept": ["a"], "set": ["a"], "block": {"on": True, "size": 3}}
    assert kept(TABLE, old, {"block": {"on": False}}) == {"kept": ["a"], "block": {"on": False, "size": 3}}


def test_taking_a_property_back_is_said_to_aws() -> None:
    table = RESOURCES["aws:cognito/userPool:UserPool"].inputs
    old = {
        "autoVerifiedAttributes": ["email"],
        "userPoolAddOns": {"advancedSecurityMode": "AUDIT"},
        "userPoolTier": "PLUS",
    }
    request = to_aws(table, {"name": "pool"}, old)
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


@pytest.mark.parametrize("prefix", ["custom:", "dev:custom:"])
@pytest.mark.parametrize("name", ["tenant", "sbx:client_id", "email"])
def test_a_custom_attribute_is_read_by_the_name_it_was_given(prefix: str, name: str) -> None:
    (read,) = cognito_schema.own_attributes(ATTRIBUTE, [{"Name": f"{prefix}{name}", "AttributeDataType": "String"}], [])
    assert read["name"] == name


def test_a_number_without_bounds_is_the_same_with_and_without_its_empty_block() -> None:
    number = {"name": "n", "attributeDataType": "Number"}
    with_block = {**number, "numberAttributeConstraints": {}}
    assert cognito_schema.by_name(ATTRIBUTE, [number]) == cognito_schema.by_name(ATTRIBUTE, [with_block])


def _members(shape: str) -> set[str]:
    found = model("cognito-idp").shape_for(shape)
    assert isinstance(found, StructureShape)
    return set(found.members)


# Members that the plugin returns as outputs or under another name, or that the official provider does not support.
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


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from local.aws_plugin.official import official_outputs

sys.setswitchinterval(1e-6)
with ThreadPoolExecutor() as threads:
    print(*map(len, threads.map(official_outputs, sys.argv[1:])))
"""


@pytest.mark.engine
def test_the_first_resources_of_a_service_can_come_at_once() -> None:
    """As in a `destroy`, where no program has loaded the classes of the service before."""
    types = [name for name in RESOURCES if name.startswith("aws:cognito/")]
    ran = subprocess.run([sys.executable, "-c", AT_ONCE, *types], cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(ran.stdout.split()) == len(types), ran.stderr
