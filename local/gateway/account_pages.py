"""The pages for signing up, confirming it, a forgotten password and signing out.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html
"""

from typing import Any, Final
from urllib.parse import urlencode

from local.gateway import attributes, calls, directory, operations, sessions, sign_in, view
from local.gateway.attempts import Attempt
from local.gateway.authorization import Authorization
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response, redirect
from local.gateway.view import Field, Form, Page

_KINDS: Final = {"email": "email", "phone_number": "tel", "birthdate": "date", "website": "url"}


async def sign_up_page(request: Request, asked: Authorization, error: str = "") -> Response:
    """The page for a new account, with what was entered already."""
    entered = request.form()
    fields = [
        Field("username", sign_in.name_label(asked.pool), value=entered.get("username", ""), complete="username"),
        *(_field(name, entered) for name in _asked_for(asked.pool)),
        Field("password", "Password", "password", complete="new-password"),
    ]
    form = Form(asked.to("/signup"), "Sign up", fields)
    return view.response(Page("Sign up", "", error, [form], {"Sign in": asked.to("/login")}))


async def sign_up(request: Request, asked: Authorization) -> Response:
    """The account that was asked for."""
    entered = request.form()
    name = asked.name(entered.get("username", "").strip())
    given = {one: entered[one].strip() for one in _asked_for(asked.pool) if entered.get(one, "").strip()}
    password, listed = entered.get("password", ""), directory.to_list(given)
    try:
        made = await _run(request, "SignUp", asked.client, name, Password=password, UserAttributes=listed)
    except OperationError as error:
        return await sign_up_page(request, asked, error.message)
    attempt = Attempt(asked, name, password)
    if made.get("UserConfirmed"):
        return await sign_in.begin(attempt)
    return _waiting(attempt, made)


async def confirm(request: Request, attempt: Attempt) -> Response:
    """The code of a sign-up, or that the link was opened; then the sign-in goes on."""
    digits, client = request.form().get("code"), attempt.request.client
    try:
        if digits is not None:
            await _run(request, "ConfirmSignUp", client, attempt.name, ConfirmationCode=digits.strip())
    except OperationError as error:
        return sign_in.confirm_page(attempt, "", error.message)
    return await sign_in.begin(attempt)


async def resend(request: Request, attempt: Attempt) -> Response:
    """Another code or link."""
    try:
        sent = await _run(request, "ResendConfirmationCode", attempt.request.client, attempt.name)
    except OperationError as error:
        return sign_in.confirm_page(attempt, "", error.message)
    return _waiting(attempt, sent)


async def confirm_by_link(request: Request) -> Response:
    """The link of a sign-up's mail, opened."""
    given = request.asked()
    try:
        client = await directory.client(given.get("client_id", ""))
        more = {"ConfirmationCode": given.get("confirmation_code", "")}
        await _run(request, "ConfirmSignUp", client, given.get("user_name", ""), **more)
    except OperationError as error:
        return view.response(Page("This did not work", error=error.message), 400)
    text = "You can close this page and go on where you signed up."
    return view.response(Page("Your registration has been confirmed", text))


async def forgot_page(request: Request, asked: Authorization, error: str = "") -> Response:
    """The page that asks whose password is forgotten."""
    name = request.form().get("username", "")
    field = Field("username", sign_in.name_label(asked.pool), value=name, complete="username")
    form = Form(asked.to("/forgotPassword"), "Send a code", [field])
    text = "You get a code to set a new password."
    return view.response(Page("Forgot your password?", text, error, [form], {"Sign in": asked.to("/login")}))


async def forgot(request: Request, asked: Authorization) -> Response:
    """Send the code."""
    name = asked.name(request.form().get("username", "").strip())
    try:
        sent = await _run(request, "ForgotPassword", asked.client, name)
    except OperationError as error:
        return await forgot_page(request, asked, error.message)
    return sign_in.reset_page(asked, name, f"A code was sent to {sent['CodeDeliveryDetails']['Destination']}.")


async def reset(request: Request, asked: Authorization) -> Response:
    """Set the new password."""
    entered = request.form()
    name, password = entered.get("username", ""), entered.get("new_password", "")
    if password != entered.get("confirm_password"):
        return sign_in.reset_page(asked, name, "", "The two passwords differ.")
    more = {"ConfirmationCode": entered.get("code", "").strip(), "Password": password}
    try:
        await _run(request, "ConfirmForgotPassword", asked.client, name, **more)
    except OperationError as error:
        return sign_in.reset_page(asked, name, "", error.message)
    return sign_in.page(asked, text="Your password is set. Sign in with it.", name=name)


async def logout(request: Request) -> Response:
    """End the session of the pages, and go where the client has it registered: out, or to a new sign-in."""
    asked = request.asked()
    try:
        client = await directory.client(asked.get("client_id", ""))
    except OperationError:
        return _refused("The client_id is not a client of this stack.")
    ended = sessions.end(request, client["UserPoolId"])
    if asked.get("logout_uri") in (client.get("LogoutURLs") or []):
        return redirect(asked["logout_uri"], ended)
    if "logout_uri" not in asked and asked.get("redirect_uri") in (client.get("CallbackURLs") or []):
        return redirect(f"/login?{urlencode(asked)}", ended)
    return _refused(
        "The logout_uri has to be one of the client's logoutUrls, the redirect_uri one of its callbackUrls."
    )


def _refused(error: str) -> Response:
    return view.response(Page("You cannot sign out here", error=error), 400)


async def _run(request: Request, operation: str, client: Json, name: str, **given: Any) -> Json:
    """Have an operation done as the app itself would have it, with the proof of its secret."""
    proof = {"SecretHash": calls.secret_hash(client, name)} if client.get("ClientSecret") else {}
    named = {"ClientId": client["ClientId"], "Username": name}
    return await operations.run(Call(operation, {**named, **proof, **given}, request.origin()))


def _waiting(attempt: Attempt, sent: Json) -> Response:
    """The page that a sign-up waits at, with what an operation says of the message that it sent."""
    details = sent.get("CodeDeliveryDetails")
    if not details:
        told = "An administrator has to confirm your account, because this pool does not verify your address."
        return sign_in.confirm_page(attempt, told)
    option = (attempt.request.pool.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption")
    attempt.by_link = option == "CONFIRM_WITH_LINK" and details["DeliveryMedium"] == "EMAIL"
    told = "A link was sent to {}. Open it, then continue here." if attempt.by_link else "A code was sent to {}."
    return sign_in.confirm_page(attempt, told.format(details["Destination"]))


def _asked_for(pool: Json) -> list[str]:
    """The attributes that the page asks for: the required ones, and those by which a sign-up is confirmed."""
    named = [*attributes.required(pool), *(pool.get("AutoVerifiedAttributes") or [])]
    return [name for name in dict.fromkeys(named) if name not in (pool.get("UsernameAttributes") or [])]


def _field(name: str, entered: dict[str, str]) -> Field:
    words = name.replace("_", " ").capitalize()
    return Field(name, words, _KINDS.get(name, "text"), entered.get(name, ""), name.replace("_", "-"))
