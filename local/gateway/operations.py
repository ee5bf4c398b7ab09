"""Cognito's operations, as strict as AWS where the emulator is not. One without a rule is the emulator's alone."""

from typing import Final

from local.gateway import (
    account_rules,
    admin_rules,
    attribute_rules,
    auth_time,
    calls,
    challenge_rules,
    pool_rules,
    provider_rules,
    token_rules,
)
from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import JSON, OperationError
from local.gateway.http import Request, Response, of_json

_RULES: Final[dict[str, Rule]] = {
    **account_rules.RULES,
    **admin_rules.RULES,
    **attribute_rules.RULES,
    **challenge_rules.RULES,
    **pool_rules.RULES,
    **provider_rules.RULES,
    **token_rules.RULES,
}


async def answer(request: Request) -> Response | None:
    """The answer to an operation that has a rule; None for any other request."""
    name, given = request.operation(), request.json()
    if not name or given is None:
        return None  # of what is no object the emulator says so
    asked = Call(name, given, request.origin())
    try:
        call = await calls.with_compared_names(asked)
        rule = _RULES.get(call.name)
        if rule is None and call is asked:
            return None
        return of_json(await _done(call, rule), kind=JSON.encode())
    except OperationError as error:
        refused = of_json({"__type": error.code, "message": error.message}, error.status, JSON.encode())
        return Response(refused.status, [*refused.headers, (b"x-amzn-errortype", error.code.encode())], refused.body)


async def run(call: Call) -> Json:
    """Have an operation done for one of the pages. Raises OperationError where it is refused."""
    compared = await calls.with_compared_names(call)
    return await _done(compared, _RULES.get(call.name))


async def _done(call: Call, rule: Rule | None) -> Json:
    done = await (rule(call) if rule else call.passed_on())
    if issued := done.get("AuthenticationResult"):
        by = call.given.get("RefreshToken") or (call.given.get("AuthParameters") or {}).get("REFRESH_TOKEN")
        done["AuthenticationResult"] = auth_time.kept(issued, by or issued.get("RefreshToken", ""))
    return done
