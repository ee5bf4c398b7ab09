"""Unfinished sign-ins, from page to page."""

from urllib.parse import urlencode

import pytest

from local.gateway import attempts
from local.gateway.attempts import Attempt
from local.gateway.authorization import Authorization
from local.gateway.http import Request

STEPS = ("/confirm", "/resendcode")


def begun() -> dict[str, str]:
    return attempts.begin(Attempt(sent("/login", {}), Authorization("", {}, {}, {}), "ada"), *STEPS)


def sent(path: str, fields: dict[str, str]) -> Request:
    return Request("POST", path, path, "", {}, urlencode(fields).encode())


@pytest.mark.parametrize("path", ["/mfa", "/changePassword", "/loginByCode", ""])
def test_a_form_goes_on_with_no_sign_in_that_waits_for_another_one(path: str) -> None:
    assert attempts.take(sent(path, begun())) is None


@pytest.mark.parametrize("path", STEPS)
def test_a_sign_in_goes_on_once(path: str) -> None:
    fields = begun()
    assert attempts.take(sent(path, fields))
    assert attempts.take(sent(path, fields)) is None
