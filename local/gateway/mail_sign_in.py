"""The pages for sign-in with a code sent by email, if pool and client allow it as the first factor.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

from typing import Final

from local.gateway import attempts, authorization, codes, delivery, directory, sign_in, view
from local.gateway.attempts import Attempt
from local.gateway.http import Response

_PATH: Final = "/loginByCode"


def page(attempt: Attempt, error: str = "") -> Response:
    """Return the page that asks for the user name, then for the code."""
    asked = attempt.asked
    if not asked.may_go_by_mail():
        return sign_in.page(attempt, "This app does not allow sign-in with a code.")
    if attempt.factor:
        form = asked.form(_PATH, "Sign in", sign_in.CODE, attempts.begin(attempt, _PATH))
        return view.page("Enter a code", "If the user exists, a code was sent.", error, [form])
    form = asked.form(_PATH, "Send a code", {"username": ""})
    return view.page("Sign in by email", forms=[form], links={"Use your password": asked.to("/login")})


async def enter(attempt: Attempt) -> Response:
    """Take the user name and send a code, or take the code and sign in."""
    asked, pool_id = attempt.asked, attempt.asked.pool["Id"]
    if not asked.may_go_by_mail():
        return page(attempt)
    first = not attempt.factor
    if first:
        attempt.name = asked.name(attempt.entered.get("username", "").strip())
        attempt.factor = codes.FIRST
    user = await directory.user(pool_id, attempt.name)
    if first:
        if user and user["Enabled"] and user["UserStatus"] == "CONFIRMED":
            delivery.first_factor(asked.pool, user)
        return page(attempt)  # the same page for an unknown user
    name = user["Username"] if user else ""
    codes.check(pool_id, name, codes.FIRST, attempt.entered.get("code", ""))
    codes.use_up(pool_id, name, codes.FIRST)
    return sign_in.back(attempt, await authorization.code_without_password(asked, attempt.name))
