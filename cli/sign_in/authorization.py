"""The authorization request, and the response to it: RFC 6749, section 4.1; OpenID Connect Core, section 3.1.2."""

import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from cli.sign_in.errors import AuthorizationError, InvalidResponseError, plain


@dataclass(frozen=True)
class AuthorizationRequest:
    """An authorization request: the URL to open, and the secrets of this sign-in."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    code_verifier: str
    scopes: list[str] = field(default_factory=list)


def code_of(request: AuthorizationRequest, response: dict[str, list[str]]) -> str:
    """Return the authorization code from the query parameters of the response.

    Raises InvalidResponseError for the response to another request, AuthorizationError for an error response.
    """
    if repeated := [name for name, values in response.items() if len(values) > 1]:
        raise InvalidResponseError(f"The response has `{plain(repeated[0], 40)}` more than once. Sign in again.")
    values = {name: given[0] for name, given in response.items()}
    if not secrets.compare_digest(values.get("state", "").encode(errors="replace"), request.state.encode()):
        raise InvalidResponseError(
            "The response's `state` is not this sign-in's: it belongs to an earlier attempt, or was made by somebody"
            " else. It was not used. Sign in again, in one browser window."
        )
    if error := values.get("error"):
        described = f": {plain(values['error_description'])}" if values.get("error_description") else ""
        what = "was denied" if error == "access_denied" else "failed at the sign-in server"
        raise AuthorizationError(f"The sign-in {what} ({plain(error)}{described}).")
    if not values.get("code"):
        raise InvalidResponseError("The response has no `code`. Sign in again, up to the end of the login page.")
    return values["code"]


def code_of_pasted(request: AuthorizationRequest, pasted: str) -> str:
    """Return the code from an address copied from the browser. Raises as `code_of` does."""
    pasted = pasted.strip()
    if not pasted:
        raise InvalidResponseError("Nothing was pasted. After signing in, copy the whole URL from the browser.")
    if _without_query(pasted) != _without_query(request.redirect_uri):
        raise InvalidResponseError(
            f"The pasted text is not an address of this client's callback: it has to begin with {request.redirect_uri}"
            " and have `code=` and `state=`. Was it copied from another client's sign-in?"
        )
    return code_of(request, parse_qs(urlsplit(pasted).query))


def _without_query(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    return (parts.scheme, parts.netloc, parts.path or "/")
