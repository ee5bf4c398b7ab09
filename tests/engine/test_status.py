"""The output of `status` and `mail` for a local stack."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.support.checkout import Checkout, Ran

pytestmark = pytest.mark.engine
LINES = 10


def told(checkout: Checkout, *arguments: str) -> Ran:
    ran = checkout.ran("-m", "cli", *arguments)
    assert ran.status == 0, ran.stderr
    return ran


def status(checkout: Checkout) -> dict[str, str]:
    lines = told(checkout, "status").stdout.splitlines()
    assert len(lines) <= LINES
    return {line[:10].strip(): line[11:] for line in lines}


def test_a_stack_that_is_up_is_told_in_ten_lines(up: Checkout) -> None:
    said = status(up)
    assert said["stack"].startswith("13 resources; last run: update succeeded")
    assert said["emulator"] == f"http://127.0.0.1:{up.port}"
    assert said["clients"] == "postman (secret), windowscli"
    assert said["signed in"] == "nobody; make login"
    assert said["config"] == "unchanged since the last run"


def test_what_the_config_says_otherwise_is_named(own: Checkout) -> None:
    own.config(protect=True, tags={"team": "a"})
    assert "changed since the last run: protect, tags;" in status(own)["config"]
    own.config(protect=None, tags=None)
    assert status(own)["config"] == "unchanged since the last run"
    own.stack_file.write_text("config: [")
    assert "Pulumi.local.yaml" in status(own)["config"]


def test_where_nothing_is_up_the_way_on_is_told(tmp_path: Path) -> None:
    with Checkout(tmp_path) as checkout:
        assert status(checkout) == {"stack": "not deployed; make up", "emulator": "stopped; make up"}
        ran = checkout.ran("-m", "cli", "mail")
        ran.refused("The emulator is not running", "make up")


def test_the_code_of_a_sign_up_is_in_the_mail(up: Checkout) -> None:
    assert "No messages yet" in told(up, "mail").stderr
    app: Any = boto3.client(
        "cognito-idp",
        "us-east-1",
        endpoint_url=f"http://127.0.0.1:{up.port}",
        config=Config(signature_version=UNSIGNED, proxies={}),
    )
    client = up.outputs()["clients"]["windowscli"]["clientId"]
    email = [{"Name": "email", "Value": "lin@example.com"}]
    app.sign_up(ClientId=client, Username="lin", Password="Correct-horse-9", UserAttributes=email)
    lines = told(up, "mail").stdout.splitlines()
    assert lines[0].partition("  ")[2].startswith("to lin@example.com: ")
    what, _, value = lines[1].strip().partition("  ")
    assert what in ("code", "link")
    assert value
    if what == "code":
        app.confirm_sign_up(ClientId=client, Username="lin", ConfirmationCode=value)
