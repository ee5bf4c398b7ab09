"""The pages of a sign-in: name and password, a new password, the second factor, and back to the app.

https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html
"""

from typing import Final
from urllib.parse import urlencode

from local.gateway import attempts, authorization, delivery, directory, federation, mfa, sessions, view
from local.gateway.attempts import Attempt
from local.gateway.authorization import COGNITO, Authorization
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate
from local.gateway.http import Request, Response
from local.gateway.view import Field, Form, Page

_WRONG: Final = "Incorrect username or password."
ENDED: Final = "This sign-in has expired. Start again."
CODE: Final = Field("code", "Code", complete="one-time-code")


async def authorize(request: Request) -> Response:
    """Straight back to the app where the browser has a session, to the provider that is named, or the page."""
    asked = request.asked()
    if asked.get("identity_provider", COGNITO) != COGNITO or asked.get("idp_identifier"):
        return await federation.authorize(request)
    checked = await authorization.checked(request)
    if isinstance(checked, Response):
        return checked
    session = sessions.find(request, checked.pool["Id"]) if asked.get("prompt") != "login" else None
    if session and COGNITO in checked.providers():
        answer = await _code(checked, session.name, session.password)
        if answer.status == 302:
            return answer
    if asked.get("prompt") == "none":
        return checked.refused("login_required")
    return page(checked, name=asked.get("login_hint", ""))


def page(request: Authorization, error: str = "", text: str = "", name: str = "") -> Response:
    """The page for name and password, with what else the client may sign in by."""
    known = [
        Field("username", name_label(request.pool), value=name, complete="username"),
        Field("password", "Password", "password", complete="current-password"),
    ]
    forms = [Form(request.to("/login"), "Sign in", known)] if COGNITO in request.providers() else []
    links = {
        f"Sign in with {one}": request.to("/oauth2/authorize") + "&" + urlencode({"identity_provider": one})
        for one in request.providers()
        if one != COGNITO
    }
    if forms and request.may_go_by_mail():
        links["Get a code by email instead"] = request.to("/loginByCode")
    if forms:
        links["Forgot your password?"] = request.to("/forgotPassword")
    if forms and not (request.pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        links["Sign up"] = request.to("/signup")
    return view.response(Page("Sign in", text, error, forms, links))


async def login(request: Request, asked: Authorization) -> Response:
    """What was entered at the page."""
    form = request.form()
    return await begin(Attempt(asked, asked.name(form.get("username", "")), form.get("password", "")))


async def begin(attempt: Attempt) -> Response:
    """Go on from name and password as far as nothing more is asked for."""
    asked = attempt.request
    user = await directory.person(asked.pool["Id"], attempt.name) if COGNITO in asked.providers() else None
    if user is None:
        return page(asked, _WRONG, name=attempt.name)
    if user["UserStatus"] == "UNCONFIRMED":
        attempt.by_link = delivery.goes_by_link(asked.pool, user)
        way = "Open the link" if attempt.by_link else "Enter the code"
        return confirm_page(attempt, f"Your account is not confirmed yet. {way} that was sent to you.")
    if user["UserStatus"] == "RESET_REQUIRED":
        return reset_page(asked, attempt.name, "You have to reset your password with the code that was sent to you.")
    answer = await authorization.code(asked, attempt.name, attempt.password)
    if answer.status == 302:
        return await _second_factor(attempt, user, answer)
    # To the temporary password of an invitation the emulator answers by its own page for a new one.
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and b'name="np_token"' in answer.body:
        return _new_password_page(attempt)
    return page(asked, _WRONG, name=attempt.name)


async def _code(request: Authorization, name: str, password: str) -> Response:
    if password:
        return await authorization.code(request, name, password)
    return await authorization.code_without_password(request, name)


async def _second_factor(attempt: Attempt, user: Json, answer: Response) -> Response:
    client, pool = attempt.request.client, attempt.request.pool
    attempt.factor = await mfa.factor(pool, user)
    if not attempt.factor:
        return back(attempt, answer)
    if attempt.factor == mfa.SET_UP:
        attempt.access_token, attempt.secret = await mfa.begin_set_up(client, user)
        return _factor_page(attempt, user)
    sent = await mfa.send(pool, user, attempt.factor)
    return _factor_page(attempt, user, f"A code was sent to {sent['Destination']}." if sent else "")


def _factor_page(attempt: Attempt, user: Json, text: str = "", error: str = "") -> Response:
    shown = {}
    if attempt.factor == mfa.SET_UP:
        text = "Add this account to an authenticator app, by the key or the link, then enter the code that it shows."
        shown = {"Key": attempt.secret, "Link": mfa.address(attempt.request.pool, user, attempt.secret)}
    text = text or "Enter the code that your authenticator app shows."
    form = Form(attempt.request.to("/mfa"), "Sign in", [CODE], attempts.begin(attempt, "/mfa"))
    return view.response(Page("Enter a code", text, error, [form], shown=shown))


async def second_factor(request: Request, attempt: Attempt) -> Response:
    """The code that was entered."""
    user = await directory.person(attempt.request.pool["Id"], attempt.name)
    if user is None:
        return page(attempt.request, ENDED)
    digits = request.form().get("code", "").strip()
    try:
        if attempt.factor == mfa.SET_UP:
            await mfa.end_set_up(attempt.access_token, digits)
        else:
            await mfa.check(attempt.request.client, user, attempt.factor, digits)
    except OperationError as error:
        attempt.guesses -= 1
        return _factor_page(attempt, user, error=error.message) if attempt.guesses else page(attempt.request, ENDED)
    return back(attempt, await authorization.code(attempt.request, attempt.name, attempt.password))


def back(attempt: Attempt, answer: Response) -> Response:
    """The redirect to the app, with the session that the next app finds."""
    if answer.status != 302:
        return page(attempt.request, ENDED)
    kept = sessions.begin(attempt.request.pool["Id"], attempt.name, attempt.password)
    return Response(answer.status, [*answer.headers, *kept], answer.body)


def _new_password_page(attempt: Attempt, error: str = "") -> Response:
    hidden = attempts.begin(attempt, "/changePassword")
    form = Form(attempt.request.to("/changePassword"), "Go on", new_password(), hidden)
    return view.response(Page("Choose a password", "The temporary password only works once.", error, [form]))


async def change_password(request: Request, attempt: Attempt) -> Response:
    """The password of one's own after the temporary one of an invitation."""
    password, named = request.form().get("new_password", ""), {"UserPoolId": attempt.request.pool["Id"]}
    if password != request.form().get("confirm_password"):
        return _new_password_page(attempt, "The two passwords differ.")
    try:
        await operate("AdminSetUserPassword", **named, Username=attempt.name, Password=password, Permanent=True)
    except OperationError as error:
        return _new_password_page(attempt, error.message)
    return await begin(Attempt(attempt.request, attempt.name, password))


def confirm_page(attempt: Attempt, text: str, error: str = "") -> Response:
    """The page that a sign-up waits at, for the code or until the link was opened."""
    hidden, to = attempts.begin(attempt, "/confirm", "/resendcode"), attempt.request.to
    enter = Form(to("/confirm"), "Confirm", [CODE], hidden)
    if attempt.by_link:
        enter = Form(to("/confirm"), "Continue", hidden=hidden)
    again = Form(to("/resendcode"), "Send it again", hidden=hidden)
    return view.response(Page("Confirm your account", text, error, [enter, again]))


def reset_page(request: Authorization, name: str, text: str, error: str = "") -> Response:
    """The page where a code sets a new password."""
    form = Form(request.to("/confirmForgotPassword"), "Set the password", [CODE, *new_password()], {"username": name})
    return view.response(Page("Set a new password", text, error, [form]))


def new_password() -> list[Field]:
    """A new password, twice."""
    return [
        Field("new_password", "New password", "password", complete="new-password"),
        Field("confirm_password", "Repeat the password", "password", complete="new-password"),
    ]


def name_label(pool: Json) -> str:
    """What people know their user name as."""
    words = {"email": "Email address", "phone_number": "Phone number"}
    names = [words[one] for one in pool.get("UsernameAttributes") or []]
    return " or ".join(names) or "Username"
