"""The pages for signing in by a code that is mailed, where pool and client have it as a first factor.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

from typing import Final

from local.gateway import attempts, authorization, codes, delivery, directory, sign_in, view
from local.gateway.attempts import Attempt
from local.gateway.authorization import Authorization
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response
from local.gateway.view import Field, Form, Page

_PATH: Final = "/loginByCode"


async def name_page(_request: Request, asked: Authorization) -> Response:
    """The page that asks who signs in."""
    if not asked.may_go_by_mail():
        return sign_in.page(asked, "This app does not allow sign-in with a code.")
    field = Field("username", sign_in.name_label(asked.pool), complete="username")
    form = Form(asked.to(_PATH), "Send a code", [field])
    return view.response(Page("Sign in by email", forms=[form], links={"Use your password": asked.to("/login")}))


async def enter(request: Request, asked: Authorization) -> Response:
    """The name, to which a code is sent, or the code."""
    if not asked.may_go_by_mail():
        return await name_page(request, asked)
    form = request.form()
    if attempts.FIELD in form:
        return await _check(request, asked)
    attempt = Attempt(asked, asked.name(form.get("username", "").strip()), "")
    user = await directory.person(asked.pool["Id"], attempt.name)
    if user and user["Enabled"] and user["UserStatus"] == "CONFIRMED":
        delivery.first_factor(asked.pool, user)
    return _code_page(attempt)  # the same for somebody who is not there


async def _check(request: Request, asked: Authorization) -> Response:
    attempt = attempts.take(request)
    if attempt is None:
        return sign_in.page(asked, sign_in.ENDED)
    user = await directory.person(attempt.request.pool["Id"], attempt.name)
    name = user["Username"] if user else ""
    try:
        codes.check(attempt.request.pool["Id"], name, codes.FIRST, request.form().get("code", ""))
    except OperationError as error:
        return _code_page(attempt, error.message)
    codes.use_up(attempt.request.pool["Id"], name, codes.FIRST)
    return sign_in.back(attempt, await authorization.code_without_password(attempt.request, attempt.name))


def _code_page(attempt: Attempt, error: str = "") -> Response:
    form = Form(attempt.request.to(_PATH), "Sign in", [sign_in.CODE], attempts.begin(attempt, _PATH))
    return view.response(Page("Enter a code", "If the user exists, a code was sent.", error, [form]))
