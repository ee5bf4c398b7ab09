"""Lambda functions, permissions and roles on a real emulator, which runs the functions."""

import json
from pathlib import Path

import local.emulator
from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.properties import Props
from tests.local.aws_plugin.cases import ALLOW, CLIENT, FUNCTION, POOL, TRUST
from tests.local.aws_plugin.lifecycle import Made, Plugin, archive, differing


def role(plugin: Plugin) -> Made:
    return plugin.made("aws:iam/role:Role", {"name": "run", "assumeRolePolicy": json.dumps(TRUST)}, "role")


def test_a_function_runs_the_code_of_its_folder_and_another_one_after_an_update(
    plugin: Plugin, emulator: str, tmp_path: Path
) -> None:
    given: Props = {
        "name": "claims",
        "role": role(plugin).state["arn"],
        "runtime": "python3.12",
        "handler": "main.handler",
        "code": archive("def handler(event, context):\n    return 'one'\n", tmp_path / "one"),
        "environment": {"variables": {"LEVEL": "info"}},
        "timeout": 5,
        "tags": {"a": "b"},
    }
    made = plugin.made(FUNCTION, given)
    assert set(RESOURCES[FUNCTION].outputs) <= made.state.keys()
    assert differing(FUNCTION, given, made.state) == set()
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    edited = given | {"code": archive("def handler(event, context):\n    return 'changed'\n", tmp_path / "one")}
    assert made.diff(edited) == {"code": "UPDATE"}
    assert made.refreshed() == made.state
    client = local.emulator.client("lambda", int(emulator.rpartition(":")[2]))
    assert json.loads(client.invoke(FunctionName="claims")["Payload"].read()) == "one"
    same_code = archive("def handler(event, context):\n    return 'one'\n", tmp_path / "two")
    assert made.diff(given | {"code": same_code}) == {}
    changed = given | {
        "code": archive("def handler(event, context):\n    return 'two'\n", tmp_path / "two"),
        "memorySize": 256,
        "environment": None,
        "reservedConcurrentExecutions": 5,
        "tags": {"a": "c"},
    }
    assert made.diff(changed)["code"] == "UPDATE"
    made.update(changed)
    assert made.diff(changed) == {}
    assert made.refreshed() == made.state
    assert json.loads(client.invoke(FunctionName="claims")["Payload"].read()) == "two"
    read = made.imported("claims") or {}
    assert differing(FUNCTION, changed, read) == set()
    made.delete()
    assert made.refreshed() is None
    made.delete()
    assert plugin.said == []


def test_a_permission_is_a_statement_of_the_functions_policy(plugin: Plugin, pool: str) -> None:
    function = {
        "name": "claims",
        "role": role(plugin).state["arn"],
        "runtime": "python3.12",
        "handler": "main.handler",
        "code": archive("def handler(event, context): ..."),
    }
    plugin.made(FUNCTION, function)
    given = {
        "function": "claims",
        "action": "lambda:InvokeFunction",
        "principal": "cognito-idp.amazonaws.com",
        "sourceArn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}",
    }
    token = "aws:lambda/permission:Permission"
    made = plugin.made(token, given)
    assert differing(token, given, made.state) == set()
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    assert made.diff(given | {"sourceArn": "arn:aws:cognito-idp:::other"}) == {"sourceArn": "UPDATE_REPLACE"}
    read = made.imported(f"claims/{made.id}") or {}
    assert differing(token, given, read) == set()
    made.delete()
    assert made.refreshed() is None
    made.delete()


def test_a_roles_policies_come_and_go_with_their_resources(plugin: Plugin) -> None:
    run = role(plugin)
    given = {"role": "run", "name": "send", "policy": json.dumps(ALLOW, indent=2)}
    inline = plugin.made("aws:iam/rolePolicy:RolePolicy", given)
    assert inline.id == "run:send"
    assert inline.diff(given) == {}
    changed = given | {"policy": json.dumps({**ALLOW, "Id": "another"})}
    assert inline.diff(changed) == {"policy": "UPDATE"}
    inline.update(changed)
    assert inline.diff(changed) == {}
    assert inline.refreshed() == inline.state
    assert (inline.imported("run:send") or {}).keys() == given.keys() | {"__defaults"}
    inline.delete()
    assert inline.refreshed() is None
    inline.delete()
    run.delete()
    assert run.refreshed() is None


def test_a_trigger_of_the_programs_own_runs_when_somebody_signs_up(plugin: Plugin, emulator: str) -> None:
    code = "def handler(event, context):\n    event['response']['autoConfirmUser'] = True\n    return event\n"
    function = plugin.made(
        FUNCTION,
        {
            "name": "confirm",
            "role": role(plugin).state["arn"],
            "runtime": "python3.12",
            "handler": "main.handler",
            "code": archive(code),
        },
        "function",
    )
    pool = plugin.made(POOL, {"name": "pool", "lambdaConfig": {"preSignUp": function.state["arn"]}}, "pool")
    client = plugin.made(CLIENT, {"name": "client", "userPoolId": pool.id}, "client")
    permission = {
        "function": "confirm",
        "action": "lambda:InvokeFunction",
        "principal": "cognito-idp.amazonaws.com",
        "sourceArn": pool.state["arn"],
    }
    plugin.made("aws:lambda/permission:Permission", permission, "permission")
    cognito = local.emulator.client("cognito-idp", int(emulator.rpartition(":")[2]))
    assert cognito.sign_up(ClientId=client.id, Username="ada", Password="Correct-horse-1")["UserConfirmed"]
