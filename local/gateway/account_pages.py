"""The pages for sign-up, its confirmation, a forgotten password, and sign-out.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html
"""

from typing import Any
from urllib.parse import urlencode

from local.gateway import attributes, calls, delivery, directory, operations, sessions, sign_in, view
from local.gateway.attempts import Attempt
from local.gateway.authorization import Authorization
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response, redirect


def sign_up_page(attempt: Attempt, error: str = "") -> Response:
    """Return the sign-up page, with the values entered before."""
    asked, names = attempt.asked, ["username", *_sign_up_attributes(attempt.asked.pool)]
    fields = {name: attempt.entered.get(name, "") for name in names}
    form = asked.form("/signup", "Sign up", {**fields, "password": ""})
    return view.page("Sign up", "", error, [form], {"Sign in": asked.to("/login")})


async def sign_up(attempt: Attempt) -> Response:
    """Create the account; sign the user in, or ask for the confirmation code."""
    asked, entered = attempt.asked, attempt.entered
    attempt.name = asked.name(entered.get("username", "").strip())
    attempt.password = entered.get("password", "")
    given = {one: entered[one].strip() for one in _sign_up_attributes(asked.pool) if entered.get(one, "").strip()}
    listed = directory.to_list(given)
    made = await _run(attempt, "SignUp", Password=attempt.password, UserAttributes=listed)
    return await sign_in.begin(attempt) if made.get("UserConfirmed") else _confirmation_page(attempt, made)


async def confirm(attempt: Attempt) -> Response:
    """Confirm a sign-up by its code, or by the link opened before; then continue the sign-in."""
    if "code" in attempt.entered:
        await _run(attempt, "ConfirmSignUp", ConfirmationCode=attempt.entered["code"].strip())
    return await sign_in.begin(attempt)


async def resend(attempt: Attempt) -> Response:
    """Send another code or link."""
    return _confirmation_page(attempt, await _run(attempt, "ResendConfirmationCode"))


async def confirm_by_link(request: Request) -> Response:
    """Confirm a sign-up: the user opened the link in the email."""
    given = request.asked()
    try:
        client = await directory.client(given.get("client_id", ""))
        attempt = Attempt(request, Authorization("", {}, client, {}), given.get("user_name", ""))
        await _run(attempt, "ConfirmSignUp", ConfirmationCode=given.get("confirmation_code", ""))
    except OperationError as error:
        return view.page("This did not work", error=error.message, status=400)
    return view.page("Your registration has been confirmed", "You can close this page and go on where you signed up.")


def forgot_page(attempt: Attempt, error: str = "") -> Response:
    """Return the page that asks for the name of the user who forgot the password."""
    asked = attempt.asked
    form = asked.form("/forgotPassword", "Send a code", {"username": attempt.entered.get("username", "")})
    text = "You get a code to set a new password."
    return view.page("Forgot your password?", text, error, [form], {"Sign in": asked.to("/login")})


async def forgot(attempt: Attempt) -> Response:
    """Send the code that resets the password."""
    attempt.name = attempt.asked.name(attempt.entered.get("username", "").strip())
    sent = await _run(attempt, "ForgotPassword")
    return sign_in.reset_page(attempt, text=f"A code was sent to {sent['CodeDeliveryDetails']['Destination']}.")


async def reset(attempt: Attempt) -> Response:
    """Set the new password."""
    attempt.name = attempt.entered.get("username", "")
    code = attempt.entered.get("code", "").strip()
    password = sign_in.chosen_password(attempt)
    await _run(attempt, "ConfirmForgotPassword", ConfirmationCode=code, Password=password)
    return sign_in.page(attempt, text="Your password is set. Sign in with it.")


async def logout(request: Request) -> Response:
    """End the browser's session; redirect to the client's logout URL, or to a new sign-in."""
    asked = request.asked()
    try:
        client = await directory.client(asked.get("client_id", ""))
    except OperationError:
        return _refused("The client_id is not a client of this stack.")
    ended = sessions.end(request, client["UserPoolId"])
    out = asked.get("logout_uri") in (client.get("LogoutURLs") or [])
    if not out and ("logout_uri" in asked or asked.get("redirect_uri") not in (client.get("CallbackURLs") or [])):
        return _refused(
            "The logout_uri has to be one of the client's logoutUrls, the redirect_uri one of its callbackUrls."
        )
    answer = redirect(asked["logout_uri"] if out else f"/login?{urlencode(asked)}")
    answer.headers["set-cookie"] = ended
    return answer


def _refused(error: str) -> Response:
    return view.page("You cannot sign out here", error=error, status=400)


async def _run(attempt: Attempt, operation: str, **given: Any) -> Json:
    """Run an operation as the app would, with its secret hash if it has a secret."""
    client, name = attempt.asked.client, attempt.name
    proof = {"SecretHash": calls.secret_hash(client, name)} if client.get("ClientSecret") else {}
    named = {"ClientId": client["ClientId"], "Username": name}
    return await operations.run(Call(operation, {**named, **proof, **given}, attempt.request.origin()))


def _confirmation_page(attempt: Attempt, sent: Json) -> Response:
    """Return the page that waits for the confirmation, and names the address that the message was sent to."""
    details = sent.get("CodeDeliveryDetails")
    if not details:
        words = "An administrator has to confirm your account, because this pool does not verify your address."
        return sign_in.confirm_page(attempt, text=words)
    attempt.by_link = delivery.goes_by_link(attempt.asked.pool, details["AttributeName"])
    words = "A link was sent to {}. Open it, then continue here." if attempt.by_link else "A code was sent to {}."
    return sign_in.confirm_page(attempt, text=words.format(details["Destination"]))


def _sign_up_attributes(pool: Json) -> list[str]:
    """Return the attributes on the sign-up page: the required ones, and those that Cognito verifies."""
    named = [*attributes.required(pool), *(pool.get("AutoVerifiedAttributes") or [])]
    return [name for name in dict.fromkeys(named) if name not in (pool.get("UsernameAttributes") or [])]
