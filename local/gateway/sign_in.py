"""The sign-in pages: name and password, a new password, the second factor, and the redirect to the app.

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

_WRONG: Final = "Incorrect username or password."
CODE: Final = {"code": ""}
_NEW_PASSWORD: Final = {"new_password": "", "confirm_password": ""}


async def authorize(request: Request) -> Response:
    """Redirect to the app if the browser has a session, or to the named provider; else show the sign-in page."""
    checked = await authorization.checked(request)
    if isinstance(checked, Response):
        return checked
    asked = checked.asked
    if asked.get("identity_provider", COGNITO) != COGNITO or asked.get("idp_identifier"):
        return await federation.authorize(checked)
    session = sessions.find(request, checked.pool["Id"]) if asked.get("prompt") != "login" else None
    if session and COGNITO in checked.providers():
        answer = await _code(checked, session.name, session.password)
        if answer.has_redirect_location:
            return answer
    if asked.get("prompt") == "none":
        return checked.refused("login_required")
    return page(Attempt(request, checked, asked.get("login_hint", "")))


def page(attempt: Attempt, error: str = "", text: str = "") -> Response:
    """Return the page for name and password, with links to the client's other ways to sign in."""
    asked = attempt.asked
    known = {"username": attempt.name, "password": ""}
    forms = [asked.form("/login", "Sign in", known)] if COGNITO in asked.providers() else []
    links = {
        f"Sign in with {one}": asked.to("/oauth2/authorize") + "&" + urlencode({"identity_provider": one})
        for one in asked.providers()
        if one != COGNITO
    }
    if forms and asked.may_go_by_mail():
        links["Get a code by email instead"] = asked.to("/loginByCode")
    if forms:
        links["Forgot your password?"] = asked.to("/forgotPassword")
    if forms and not (asked.pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        links["Sign up"] = asked.to("/signup")
    return view.page("Sign in", text, error, forms, links)


def expired(request: Request, asked: Authorization) -> Response:
    """Return the sign-in page for an attempt that has expired."""
    return page(Attempt(request, asked), "This sign-in has expired. Start again.")


async def login(attempt: Attempt) -> Response:
    """Take the name and password entered."""
    attempt.name = attempt.asked.name(attempt.entered.get("username", ""))
    attempt.password = attempt.entered.get("password", "")
    return await begin(attempt)


async def begin(attempt: Attempt) -> Response:
    """Check name and password; then redirect to the app, or show the page for the next step."""
    asked = attempt.asked
    user = await directory.user(asked.pool["Id"], attempt.name) if COGNITO in asked.providers() else None
    if user is None:
        return page(attempt, _WRONG)
    if user["UserStatus"] == "UNCONFIRMED":
        attempt.by_link = delivery.goes_by_link(asked.pool, delivery.first_address(asked.pool, user))
        way = "Open the link" if attempt.by_link else "Enter the code"
        return confirm_page(attempt, text=f"Your account is not confirmed yet. {way} that was sent to you.")
    if user["UserStatus"] == "RESET_REQUIRED":
        return reset_page(attempt, text="You have to reset your password with the code that was sent to you.")
    answer = await authorization.code(asked, attempt.name, attempt.password)
    if answer.has_redirect_location:
        return await _second_factor(attempt, user, answer)
    # For a temporary password, the emulator returns its own page for a new password.
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and b'name="np_token"' in answer.content:
        return new_password_page(attempt)
    return page(attempt, _WRONG)


async def _code(asked: Authorization, name: str, password: str) -> Response:
    if password:
        return await authorization.code(asked, name, password)
    return await authorization.code_without_password(asked, name)


async def _second_factor(attempt: Attempt, user: Json, answer: Response) -> Response:
    """Ask for the second factor; if none is required, return `answer`, the redirect to the app."""
    client, pool = attempt.asked.client, attempt.asked.pool
    attempt.factor = await mfa.factor(pool, user)
    if not attempt.factor:
        return back(attempt, answer)
    if attempt.factor == mfa.SET_UP:
        attempt.access_token, secret = await mfa.begin_set_up(client, user)
        attempt.shown = {"Key": secret, "Link": mfa.address(pool, user, secret)}
        return factor_page(attempt)
    sent = await mfa.send(pool, user, attempt.factor)
    return factor_page(attempt, text=f"A code was sent to {sent['Destination']}." if sent else "")


def factor_page(attempt: Attempt, error: str = "", text: str = "") -> Response:
    """Return the page for the second factor; the sign-in page if too many codes were wrong."""
    if not attempt.guesses:
        return expired(attempt.request, attempt.asked)
    if attempt.shown:
        text = "Add this account to an authenticator app, by the key or the link, then enter the code that it shows."
    text = text or "Enter the code that your authenticator app shows."
    form = attempt.asked.form("/mfa", "Sign in", CODE, attempts.begin(attempt, "/mfa"))
    return view.page("Enter a code", text, error, [form], shown=attempt.shown)


async def second_factor(attempt: Attempt) -> Response:
    """Check the code of the second factor, and sign in."""
    user = await directory.user(attempt.asked.pool["Id"], attempt.name)
    if user is None:
        return expired(attempt.request, attempt.asked)
    attempt.guesses -= 1
    digits = attempt.entered.get("code", "").strip()
    if attempt.factor == mfa.SET_UP:
        await mfa.end_set_up(attempt.access_token, digits)
    else:
        await mfa.check(attempt.asked.client, user, attempt.factor, digits)
    return back(attempt, await authorization.code(attempt.asked, attempt.name, attempt.password))


def back(attempt: Attempt, answer: Response) -> Response:
    """Return the redirect to the app, with a new session cookie."""
    if not answer.has_redirect_location:
        return expired(attempt.request, attempt.asked)
    answer.headers["set-cookie"] = sessions.begin(attempt.asked.pool["Id"], attempt.name, attempt.password)
    return answer


def new_password_page(attempt: Attempt, error: str = "") -> Response:
    """Return the page where an invited user chooses a password."""
    hidden = attempts.begin(attempt, "/changePassword")
    form = attempt.asked.form("/changePassword", "Go on", _NEW_PASSWORD, hidden)
    return view.page("Choose a password", "The temporary password only works once.", error, [form])


async def change_password(attempt: Attempt) -> Response:
    """Replace the temporary password by the chosen one, and continue the sign-in."""
    attempt.password = chosen_password(attempt)
    named = {"UserPoolId": attempt.asked.pool["Id"], "Username": attempt.name}
    await operate("AdminSetUserPassword", **named, Password=attempt.password, Permanent=True)
    return await begin(attempt)


def confirm_page(attempt: Attempt, error: str = "", text: str = "") -> Response:
    """Return the page that waits for the confirmation of a sign-up by code or link."""
    hidden, form = attempts.begin(attempt, "/confirm", "/resendcode"), attempt.asked.form
    enter = form("/confirm", "Continue", {}, hidden) if attempt.by_link else form("/confirm", "Confirm", CODE, hidden)
    again = form("/resendcode", "Send it again", {}, hidden)
    return view.page("Confirm your account", text, error, [enter, again])


def reset_page(attempt: Attempt, error: str = "", text: str = "") -> Response:
    """Return the page that sets a new password with a code."""
    fields, hidden = {**CODE, **_NEW_PASSWORD}, {"username": attempt.name}
    form = attempt.asked.form("/confirmForgotPassword", "Set the password", fields, hidden)
    return view.page("Set a new password", text, error, [form])


def chosen_password(attempt: Attempt) -> str:
    """Return the new password. Raises OperationError if its two entries differ."""
    password = attempt.entered.get("new_password", "")
    if password != attempt.entered.get("confirm_password"):
        raise OperationError("InvalidParameterException", "The two passwords differ.")
    return password
