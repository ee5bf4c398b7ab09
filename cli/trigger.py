"""Run the Lambda function of a pool's trigger with an event as Cognito sends it: `make trigger`.

It works for every trigger source, also for those that the emulator never calls.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import click
from pydantic import ValidationError

from cli import aws, options
from cli import outputs as stack_outputs
from cli.outputs import Outputs
from cli.sign_in.choice import choose_client
from cli.sign_in.errors import plain
from identity.facts import OPERATIONS_SCOPE
from identity.user_pool.trigger_answers import Answer, answer_of
from identity.user_pool.trigger_events import EVENTS, MACHINE, VERSIONS, Event
from local.console import Failure, give, say

_TOKENS = "preTokenGeneration"
_NO_USER: Final[dict[str, Any]] = {"name": MACHINE, "attributes": {}, "groups": []}
_KINDS = {str: "a string", dict: "an object", list: "a list", bool: "true or false"}


@click.command()
@options.stack
@click.option("--name", required=True, type=click.Choice(list(EVENTS)), help="The trigger, as in userPool.triggers.")
@click.option("--user-name", metavar="NAME", help="The user of the event, with attributes and groups from the pool.")
@click.option("--source", metavar="OCCASION", help="The trigger source, such as RefreshTokens.")
@click.option("--version", type=click.Choice(VERSIONS), help="The event version, instead of the one in the pool.")
@click.option("--client", metavar="KEY", help="The app client.")
@click.option("--request", metavar="JSON", help="JSON to merge into the event's request.")
def trigger(
    stack: str,
    name: str,
    user_name: str | None,
    source: str | None,
    version: str | None,
    client: str | None,
    request: str | None,
) -> None:
    """Run the Lambda function of a trigger with AWS's event, and check its response.

    The function really runs: on AWS it has its real effects.
    """
    event, source = EVENTS[name], source or EVENTS[name].sources[0]
    _check(name, source, version, user_name)
    given, outputs = _extra_request(request, event), stack_outputs.read(stack)
    with aws.refusals(f"The trigger {name} of {outputs.user_pool_id}", outputs.is_local):
        cognito = aws.client(outputs, "cognito-idp")
        arn, own_version = _function(cognito, outputs, name, event)
        number = (version or own_version)[1] if name == _TOKENS else "1"
        if source == MACHINE and number != "3":
            raise click.UsageError(f"{MACHINE} requires version V3_0: give --version V3_0 to test it anyway")
        answer = answer_of(name, number)
        user = _find_user(cognito, outputs, user_name, event) if user_name and source != MACHINE else _NO_USER
        key = _client(outputs, client, source)
        sent = event.of(
            source,
            {"region": outputs.region, "userPoolId": outputs.user_pool_id, "userName": user["name"]},
            outputs.clients[key].client_id,
            {**_request(name, user, outputs.clients[key].scopes, source, number), **given},
            answer.unsaid() if answer else {},
            number,
        )
        say(f"{sent['triggerSource']} for {plain(sent['userName'])} by the client {key}, with {arn}")
        answered = _invoke(outputs, name, arn, sent)
    if answer is None:
        say("Cognito ignores the response of this trigger. Its code is empty: only Cognito can encrypt one.")
        return
    give(json.dumps(answered.get("response") if isinstance(answered, dict) else answered, indent=2))
    problems = list(answer_problems(answer, sent, answered))
    if problems:
        raise Failure(
            "\n".join([f"Cognito would reject this response of {name}:", *(f"  {problem}" for problem in problems)])
        )


def _check(name: str, source: str, version: str | None, user_name: str | None) -> None:
    """Raise UsageError if the options conflict."""
    event = EVENTS[name]
    if source not in event.sources:
        raise click.UsageError(f"--source of {name}: {', '.join(event.sources)}; received {plain(source)}")
    if version and name != _TOKENS:
        raise click.UsageError(f"--version is for {_TOKENS}: every other trigger has one event version")
    if not user_name and source != MACHINE:
        raise click.UsageError(f"--user-name (with make: USER_NAME=) is required: {event.prefix}_{source} has a user")


def answer_problems(answer: type[Answer], sent: Mapping[str, Any], answered: Any) -> Iterator[str]:
    """Describe what Cognito would reject or ignore in a function's response.

    Args:
        answer: the model of a valid response.
        sent: the event sent to the function.
        answered: the function's response.
    """
    if not isinstance(answered, Mapping) or not isinstance(answered.get("response"), Mapping):
        yield f"the function has to return the event, with an object as its `response`; received {_shown(answered)}"
        return
    known = {"userAttributes": {}, **sent["request"], "clientId": sent["callerContext"]["clientId"]}
    try:
        answer.model_validate(answered["response"], context=known)
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(["response", *(str(step) for step in problem["loc"])])
            received = "" if problem["type"] == "value_error" else f"; received {_shown(problem['input'])}"
            yield f"{place}: {problem['msg'].removeprefix('Value error, ')}{received}"


def _shown(value: Any) -> str:
    return plain(json.dumps(value, default=str), 80)


def _extra_request(request: str | None, event: Event) -> dict[str, Any]:
    """Parse the option --request. Raises UsageError if it does not fit the event."""
    try:
        value = json.loads(request or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise click.UsageError('--request has to be a JSON object, such as \'{"clientMetadata": {"shop": "one"}}\'')
    for usual in ({"userAttributes": {}}, event.request, *event.by_source.values()):
        for member in value.keys() & usual.keys():
            if usual[member] is not None and not isinstance(value[member], type(usual[member])):
                raise click.UsageError(f"--request: {member} has to be {_KINDS[type(usual[member])]}")
    return value


def _function(cognito: Any, outputs: Outputs, name: str, event: Event) -> tuple[str, str]:
    """Return the ARN of the pool's function for a trigger, and the event version."""
    config = cognito.describe_user_pool(UserPoolId=outputs.user_pool_id)["UserPool"].get("LambdaConfig") or {}
    key = "PreTokenGeneration" if name == _TOKENS else event.prefix
    found = config.get(f"{key}Config") or config.get(key)
    if not found:
        raise Failure(
            f"The pool {outputs.user_pool_id} has no function for {name}. Add one to the "
            f"stack file and deploy it:\n  identity:userPool:\n    triggers:\n      {name}: {{path: triggers/<folder>}}"
        )
    return (found["LambdaArn"], found["LambdaVersion"]) if isinstance(found, dict) else (found, VERSIONS[0])


def _client(outputs: Outputs, key: str | None, source: str) -> str:
    """Return the key of the named client, else of the first client that fits the trigger source."""
    if key:
        return choose_client(outputs, key)[0]
    machine = source == MACHINE
    fitting = [name for name, client in outputs.clients.items() if bool(client.callback_urls) != machine]
    if not fitting:
        raise Failure(f"The stack has no client for {'machines' if machine else 'people'}: name one with --client.")
    return fitting[0]


def _find_user(cognito: Any, outputs: Outputs, name: str, event: Event) -> dict[str, Any]:
    """Return name, attributes and groups of a user; only the name if the user need not exist for this trigger."""
    who = {"UserPoolId": outputs.user_pool_id, "Username": name}
    try:
        user = cognito.admin_get_user(**who)
    except cognito.exceptions.UserNotFoundException:
        if not event.knows:
            return {**_NO_USER, "name": name}
        raise Failure(f"The pool has no user {plain(name)}. List the users: make people") from None
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    if event.knows:
        attributes["cognito:user_status"] = user["UserStatus"]
    else:
        attributes.pop("sub", None)
    groups = cognito.admin_list_groups_for_user(**who)["Groups"]
    return {"name": user["Username"], "attributes": attributes, "groups": groups}


def _request(name: str, user: Mapping[str, Any], scopes: Iterable[str], source: str, number: str) -> dict[str, Any]:
    """Return the part of the event's request about the user and the client."""
    if name == "userMigration":
        return {}  # the user does not exist yet
    request = {"userAttributes": user["attributes"]}
    if name == _TOKENS:
        request["groupConfiguration"] = _groups(user["groups"])
        if number != "1":
            request["scopes"] = list(scopes) if source in ("HostedAuth", MACHINE) else [OPERATIONS_SCOPE]
    return request


def _groups(groups: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the groups and their roles, and the role of the group with the lowest precedence."""
    by_rank = sorted(groups, key=lambda group: group.get("Precedence", float("inf")))
    roles = [group["RoleArn"] for group in by_rank if group.get("RoleArn")]
    return {
        "groupsToOverride": [group["GroupName"] for group in by_rank],
        "iamRolesToOverride": roles,
        "preferredRole": roles[0] if roles else None,
    }


def _invoke(outputs: Outputs, name: str, arn: str, sent: Mapping[str, Any]) -> Any:
    functions = aws.client(outputs, "lambda")
    try:
        ran = functions.invoke(FunctionName=arn, Payload=json.dumps(sent).encode(), LogType="Tail")
    except functions.exceptions.ResourceNotFoundException:
        raise Failure(
            f"The function that the pool has for {name} is not there: {arn}. On a local stack give code by `path`"
            " instead of an ARN, or make a function of that name there."
        ) from None
    for line in base64.b64decode(ran.get("LogResult", "")).decode("utf-8", "replace").splitlines():
        say(f"  {plain(line)}")  # what the function printed
    answered = json.loads(ran["Payload"].read() or "null")
    if ran.get("FunctionError"):
        details = answered if isinstance(answered, dict) else {}
        kind, message = str(details.get("errorType", "error")), str(details.get("errorMessage", answered))
        raise Failure(
            f"The function failed, and Cognito would return this error to the app: {plain(kind)}: {plain(message, 500)}"
        )
    return answered
