"""Cognito operations that the gateway makes as strict as on AWS: each has a rule, which handles its calls.

The emulator handles all other operations alone.
"""

from typing import Final

from local.gateway import (
    account_rules,
    attribute_rules,
    calls,
    challenge_rules,
    federation,
    pool_rules,
    tokens,
)
from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import JSON, OperationError
from local.gateway.http import Request, Response, of_json

_RULES: Final[dict[str, Rule]] = {
    "AdminCreateUser": account_rules.admin_create,
    "AdminInitiateAuth": challenge_rules.initiate,
    "AdminResetUserPassword": account_rules.admin_reset_password,
    "AdminRespondToAuthChallenge": challenge_rules.respond,
    "ConfirmForgotPassword": account_rules.confirm,
    "ConfirmSignUp": account_rules.confirm,
    "CreateIdentityProvider": federation.create,
    "CreateUserPoolClient": pool_rules.set_client,
    "DescribeIdentityProvider": federation.describe,
    "DescribeUserPool": pool_rules.describe,
    "DescribeUserPoolClient": pool_rules.describe_client,
    "ForgotPassword": account_rules.forgot_password,
    "GetIdentityProviderByIdentifier": federation.describe,
    "GetTokensFromRefreshToken": pool_rules.refresh,
    "GetUserAttributeVerificationCode": attribute_rules.send_code,
    "InitiateAuth": challenge_rules.initiate,
    "ListIdentityProviders": federation.list_types,
    "ResendConfirmationCode": account_rules.resend,
    "RespondToAuthChallenge": challenge_rules.respond,
    "RevokeToken": pool_rules.revoke,
    "SignUp": account_rules.sign_up,
    "UpdateIdentityProvider": federation.update,
    "UpdateUserAttributes": attribute_rules.update,
    "UpdateUserPoolClient": pool_rules.set_client,
    "VerifyUserAttribute": attribute_rules.verify,
}


async def answer(request: Request) -> Response | None:
    """Return the response to an operation that has a rule or changed user names; None to pass the request on."""
    name, given = request.operation(), request.json()
    if not name or given is None:
        return None  # the emulator reports a body that is not an object
    asked = Call(name, given, request.origin())
    try:
        call = await calls.with_compared_names(asked)
        rule = _RULES.get(call.name)
        if rule is None and call is asked:
            return None
        return of_json(await _result(call, rule), kind=JSON)
    except OperationError as error:
        refused = of_json({"__type": error.code, "message": error.message}, error.status, JSON)
        refused.headers["x-amzn-errortype"] = error.code
        return refused


async def run(call: Call) -> Json:
    """Run an operation for one of the pages. Raises OperationError if it fails."""
    compared = await calls.with_compared_names(call)
    return await _result(compared, _RULES.get(call.name))


async def _result(call: Call, rule: Rule | None) -> Json:
    """Run an operation by its rule, else on the emulator; set `auth_time` in the tokens of its result."""
    result = await (rule(call) if rule else call.passed_on())
    if issued := result.get("AuthenticationResult"):
        by = call.given.get("RefreshToken") or (call.given.get("AuthParameters") or {}).get("REFRESH_TOKEN")
        result["AuthenticationResult"] = tokens.with_auth_time(issued, by or issued.get("RefreshToken", ""))
    return result
