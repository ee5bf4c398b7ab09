"""What the gateway answers by itself: the pages, some endpoints, some operations, and the mail."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Final

from local.gateway import (
    account_pages,
    attempts,
    authorization,
    endpoints,
    federation,
    inbox,
    mail_sign_in,
    operations,
    sign_in,
    stand_in,
    view,
)
from local.gateway.attempts import Attempt
from local.gateway.authorization import Authorization
from local.gateway.http import Request, Response, of_json

_Page = Callable[[Request, Authorization], Awaitable[Response]]
_Step = Callable[[Request, Attempt], Awaitable[Response]]
_Handler = Callable[[Request], Awaitable[Response | None]]


async def answer(request: Request) -> Response | None:
    """Its own answer; None for what is the emulator's to answer."""
    asked = (request.method, request.path)
    if handler := _HANDLERS.get(asked):
        return await handler(request)
    if request.path.startswith(stand_in.PREFIX):
        return await federation.at_provider(request)
    if request.method == "GET" and request.path.endswith("/.well-known/openid-configuration"):
        return await endpoints.discovery(request)
    page, step = _PAGES.get(asked), _STEPS.get(asked)
    if not page and not step:
        return await operations.answer(request)
    checked = await authorization.checked(request)
    if isinstance(checked, Response):
        return checked
    if page:
        return await page(request, checked)
    attempt = attempts.take(request)
    return await step(request, attempt) if step and attempt else sign_in.page(checked, sign_in.ENDED)


async def _mail(_request: Request) -> Response:
    return view.mail(inbox.messages())


async def _mail_for_programs(_request: Request) -> Response:
    return of_json({"messages": [asdict(message) for message in inbox.messages()]})


async def _reset(_request: Request) -> None:
    """Throw the mail away with the stack, which the emulator forgets."""
    inbox.empty()


# With the key alone: public_requests has neither of the last two.
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
_PAGES: Final[dict[tuple[str, str], _Page]] = {
    ("POST", "/login"): sign_in.login,
    ("GET", "/loginByCode"): mail_sign_in.name_page,
    ("POST", "/loginByCode"): mail_sign_in.enter,
    ("GET", "/signup"): account_pages.sign_up_page,
    ("POST", "/signup"): account_pages.sign_up,
    ("GET", "/forgotPassword"): account_pages.forgot_page,
    ("POST", "/forgotPassword"): account_pages.forgot,
    ("POST", "/confirmForgotPassword"): account_pages.reset,
}
# The forms that go on with a sign-in under way.
_STEPS: Final[dict[tuple[str, str], _Step]] = {
    ("POST", "/mfa"): sign_in.second_factor,
    ("POST", "/changePassword"): sign_in.change_password,
    ("POST", "/confirm"): account_pages.confirm,
    ("POST", "/resendcode"): account_pages.resend,
}
