"""Routes of the requests that the gateway answers: the pages, some endpoints, some operations, and the inbox."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Final

from local.gateway import (
    account_pages,
    attempts,
    authorization,
    delivery,
    endpoints,
    federation,
    mail_sign_in,
    operations,
    sign_in,
    stand_in,
    view,
)
from local.gateway.attempts import Attempt
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response, of_json

_Page = Callable[[Attempt, str], Response]
_Step = Callable[[Attempt], Awaitable[Response]]
_Handler = Callable[[Request], Awaitable[Response | None]]


async def answer(request: Request) -> Response | None:
    """Return the gateway's response; None to pass the request to the emulator."""
    if handler := _HANDLERS.get((request.method, request.path)):
        return await handler(request)
    if request.path.startswith(stand_in.PREFIX):
        return await federation.at_provider(request)
    if request.method == "GET" and request.path.endswith("/.well-known/openid-configuration"):
        return await endpoints.discovery(request)
    form = _FORMS.get(request.path)
    if form and (request.method == "POST" or (request.method == "GET" and request.path in _LINKED)):
        return await _at_page(request, *form)
    return await operations.answer(request)


async def _at_page(request: Request, page: _Page, step: _Step) -> Response:
    """Show a page, or run the step of its form; show the page again with the error if the step fails."""
    asked = await authorization.checked(request)
    if isinstance(asked, Response):
        return asked
    if request.method == "GET":
        return page(Attempt(request, asked), "")
    goes_on = request.path in _GOING_ON or attempts.FIELD in request.form()
    attempt = attempts.take(request) if goes_on else Attempt(request, asked)
    if attempt is None:
        return sign_in.expired(request, asked)
    try:
        return await step(attempt)
    except OperationError as error:
        return page(attempt, error.message)


async def _mail(_request: Request) -> Response:
    return view.mail(delivery.inbox)


async def _mail_for_programs(_request: Request) -> Response:
    return of_json({"messages": [asdict(message) for message in delivery.inbox]})


async def _reset(_request: Request) -> None:
    """Clear the inbox, and pass the request on: the emulator deletes its resources."""
    delivery.inbox.clear()


# The last two need the checkout's key: they are not in public_requests.
_HANDLERS: Final[dict[tuple[str, str], _Handler]] = {
    ("GET", "/oauth2/authorize"): sign_in.authorize,
    ("GET", "/login"): sign_in.authorize,
    ("POST", "/oauth2/token"): endpoints.token,
    ("POST", "/oauth2/revoke"): endpoints.revoke,
    ("GET", "/logout"): account_pages.logout,
    ("GET", "/oauth2/idpresponse"): federation.back,
    ("POST", "/oauth2/idpresponse"): federation.back,
    ("POST", "/saml2/idpresponse"): federation.back,
    ("GET", "/confirmUser"): account_pages.confirm_by_link,
    ("GET", "/_mail"): _mail,
    ("GET", "/_mail/messages"): _mail_for_programs,
    ("POST", "/_ministack/reset"): _reset,
}
# Path of a form -> its page, and the step that handles the form.
_FORMS: Final[dict[str, tuple[_Page, _Step]]] = {
    "/login": (sign_in.page, sign_in.login),
    "/loginByCode": (mail_sign_in.page, mail_sign_in.enter),
    "/signup": (account_pages.sign_up_page, account_pages.sign_up),
    "/forgotPassword": (account_pages.forgot_page, account_pages.forgot),
    "/confirmForgotPassword": (sign_in.reset_page, account_pages.reset),
    "/mfa": (sign_in.factor_page, sign_in.second_factor),
    "/changePassword": (sign_in.new_password_page, sign_in.change_password),
    "/confirm": (sign_in.confirm_page, account_pages.confirm),
    "/resendcode": (sign_in.confirm_page, account_pages.resend),
}
_LINKED: Final = ("/loginByCode", "/signup", "/forgotPassword")
# The forms that continue a sign-in in progress.
_GOING_ON: Final = ("/mfa", "/changePassword", "/confirm", "/resendcode")
