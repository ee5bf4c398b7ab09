"""Codes sent to users: their lifetime and purpose."""

import time

import pytest

from local.gateway import codes
from local.gateway.emulated import OperationError

HOUR = 3600


@pytest.mark.parametrize(
    ("purpose", "lasts"),
    [
        (codes.SIGN_UP, 24 * HOUR),
        (codes.RESET, HOUR),
        (codes.MFA, 180),
        (codes.FIRST, 180),
        ("email", 24 * HOUR),
    ],
)
def test_a_code_is_good_for_as_long_as_on_aws(monkeypatch: pytest.MonkeyPatch, purpose: str, lasts: int) -> None:
    begin = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begin)
    digits = codes.issue("pool", "ada", purpose)
    monkeypatch.setattr(time, "monotonic", lambda: begin + lasts - 1)
    codes.check("pool", "ada", purpose, digits)
    monkeypatch.setattr(time, "monotonic", lambda: begin + lasts + 1)
    with pytest.raises(OperationError, match="request a code again"):
        codes.check("pool", "ada", purpose, digits)


def test_a_code_is_for_one_person_one_pool_and_one_purpose() -> None:
    digits = codes.issue("pool", "ada", codes.RESET)
    for asked in (("other", "ada", codes.RESET), ("pool", "grace", codes.RESET), ("pool", "ada", "phone_number")):
        with pytest.raises(OperationError):
            codes.check(*asked, digits)
    codes.check("pool", "ada", codes.RESET, digits)
    codes.use_up("pool", "ada", codes.RESET)
    with pytest.raises(OperationError):
        codes.check("pool", "ada", codes.RESET, digits)
