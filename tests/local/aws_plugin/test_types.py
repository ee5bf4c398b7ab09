"""Special behaviour of single resource types of the plugin, on a real emulator."""

import pytest

import local.emulator
from local.aws_plugin.emulator import Refusal
from local.aws_plugin.properties import Props
from tests.local.aws_plugin.cases import CASES, VISIBLE
from tests.local.aws_plugin.lifecycle import Plugin, differing


def test_the_members_of_a_group_stay_when_it_changes(plugin: Plugin, pool: str, emulator: str) -> None:
    given = {"userPoolId": pool, "name": "admins", "precedence": 1}
    made = plugin.made("aws:cognito/userGroup:UserGroup", given)
    cognito = local.emulator.client("cognito-idp", int(emulator.rpartition(":")[2]))
    cognito.admin_create_user(UserPoolId=pool, Username="ada")
    cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="admins", Username="ada")
    made.update(given | {"precedence": 5})
    assert cognito.get_group(UserPoolId=pool, GroupName="admins")["Group"]["Precedence"] == 5
    users = cognito.list_users_in_group(UserPoolId=pool, GroupName="admins")["Users"]
    assert [user["Username"] for user in users] == ["ada"]


def test_a_providers_secrets_are_secret_in_its_state(plugin: Plugin, pool: str) -> None:
    token = "aws:cognito/identityProvider:IdentityProvider"
    made = plugin.made(token, next(case for case in CASES if case.token == token).given(pool))
    assert made.secrets == {"providerDetails.client_secret"}


def test_a_secrets_value_is_a_version_of_it_and_another_value_another_version(plugin: Plugin) -> None:
    secret = plugin.made("aws:secretsmanager/secret:Secret", {"name": "acme/client"}, "secret")
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    given = {"secretId": secret.id, "secretString": "hush"}
    made = plugin.made(token, given)
    assert made.secrets == {"secretString"}
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    assert made.diff(given | {"secretString": "rotated"}) == {"secretString": "UPDATE_REPLACE"}
    assert (made.imported(made.id) or {})["secretString"] == "hush"
    made.delete()
    secret.delete()
    assert secret.refreshed() is None
    assert made.refreshed() is None


def test_an_identity_pool_gives_roles_by_rules(plugin: Plugin) -> None:
    pool = plugin.made("aws:cognito/identityPool:IdentityPool", {"identityPoolName": "acme"}, "pool")
    arn = "arn:aws:iam::000000000000:role/run"
    rule = {"claim": "cognito:groups", "matchType": "Contains", "roleArn": arn, "value": "admins"}
    given: Props = {
        "identityPoolId": pool.id,
        "roles": {"authenticated": arn},
        "roleMappings": [
            {
                "identityProvider": "cognito-idp.us-east-1.amazonaws.com/us-east-1_A:client",
                "type": "Rules",
                "ambiguousRoleResolution": "Deny",
                "mappingRules": [rule, rule | {"value": "staff"}],
            }
        ],
    }
    token = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
    made = plugin.made(token, given)
    assert differing(token, given, made.state) == set()
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    changed = {"identityPoolId": pool.id, "roles": {"authenticated": arn, "unauthenticated": arn}}
    made.update(changed)
    assert made.diff(changed) == {}
    assert differing(token, changed, made.imported(pool.id) or {}) == set()
    made.delete()
    assert made.refreshed() is None


def test_the_looks_of_the_classic_pages_are_of_one_client_or_of_all(plugin: Plugin, pool: str) -> None:
    plugin.made("aws:cognito/userPoolDomain:UserPoolDomain", {"domain": "acme", "userPoolId": pool}, "domain")
    token = "aws:cognito/userPoolUICustomization:UserPoolUICustomization"
    given = {"userPoolId": pool, "css": ".banner-customizable {background: red;}", "imageFile": "aWNvbg=="}
    made = plugin.made(token, given)
    assert made.id == f"{pool},ALL"
    assert made.diff(given) == {}
    changed = {"userPoolId": pool, "css": ".banner-customizable {background: blue;}"}
    made.update(changed)
    assert made.diff(changed) == {}
    assert made.refreshed() == made.state
    assert differing(token, changed, made.imported(made.id) or {}) == set()
    made.delete()
    assert made.refreshed() is None


def test_the_configuration_set_of_a_mail_identity_comes_changes_and_goes(plugin: Plugin) -> None:
    given = {"emailIdentity": "acme.app"}
    made = plugin.made("aws:sesv2/emailIdentity:EmailIdentity", given)
    for changed in (given | {"configurationSetName": "one"}, given | {"configurationSetName": "two"}, given):
        made.update(changed)
        assert made.diff(changed) == {}
        assert made.refreshed() == made.state


def test_an_empty_block_of_a_web_acl_says_something(plugin: Plugin) -> None:
    given = {"name": "acl", "scope": "REGIONAL", "visibilityConfig": VISIBLE}
    made = plugin.made("aws:wafv2/webAcl:WebAcl", given | {"defaultAction": {"allow": {}}})
    told = made.diff(given | {"defaultAction": {"block": {}}})
    assert told == {"defaultAction.allow": "DELETE", "defaultAction.block": "ADD"}


def test_a_web_acl_stands_in_front_of_a_pool_until_it_is_taken_away(plugin: Plugin, pool: str) -> None:
    token, resource = "aws:wafv2/webAclAssociation:WebAclAssociation", f"arn:aws:cognito-idp:::userpool/{pool}"
    given = {"name": "acl", "scope": "REGIONAL", "visibilityConfig": VISIBLE, "defaultAction": {"allow": {}}}
    acl = plugin.made("aws:wafv2/webAcl:WebAcl", given)
    inputs = {"webAclArn": acl.state["arn"], "resourceArn": resource}
    made = plugin.made(token, inputs)
    assert made.refreshed() == made.state
    assert differing(token, inputs, made.imported(made.id) or {}) == set()
    made.delete()
    assert made.refreshed() is None
    assert plugin.said == []
    acl.delete()
    with pytest.raises(Refusal, match="the emulator has no web ACL"):
        plugin.made(token, inputs)
