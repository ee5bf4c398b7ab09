"""The summary of `make up` stays short in large stacks, and contains the next steps."""

from typing import Any

import pytest

from local import report
from local.state import State

SCOPES = [f"app.acme.api.project/project.{verb}-{index}" for verb in ("read", "write") for index in range(6)]
URL = "http://127.0.0.1:4566"


def known(**clients: Any) -> State:
    made = {
        key: {"clientId": f"id-{key}", "scopes": SCOPES, "callbackUrls": urls, "loginUrl": "x" * 2000}
        for key, urls in clients.items()
    }
    stack = {
        "type": "pulumi:pulumi:Stack",
        "urn": "urn:pulumi:local::identity::stack",
        "outputs": {
            "userPoolId": "us-east-1_a",
            "authorizeUrl": f"{URL}/oauth2/authorize",
            "jwksUri": f"{URL}/us-east-1_a/.well-known/jwks.json",
            "clients": made,
        },
    }
    with_secret = {
        "type": "aws:cognito/userPoolClient:UserPoolClient",
        "urn": "urn:pulumi:local::identity::client",
        "id": "id-secret",
        "outputs": {"generateSecret": True},
    }
    return State.model_validate({"checkpoint": {"latest": {"manifest": {}, "resources": [stack, with_secret]}}})


def screen(state: State, capsys: pytest.CaptureFixture[str]) -> list[str]:
    report.ready(state, ["ada", "grace"])
    return capsys.readouterr().err.splitlines()


def test_twelve_scopes_do_not_fill_the_screen_and_the_inbox_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    lines = screen(known(secret=["https://a.example/"], web=["http://localhost:3000/callback"]), capsys)
    assert len(lines) <= 8
    assert any(f"{URL}/_mail" in line for line in lines)
    assert max(map(len, lines)) <= 140
    assert not [line for line in lines if "project.read" in line]


def test_the_page_of_the_first_public_client_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    lines = screen(known(machine=[], secret=["https://a.example/"], web=["http://localhost:3000/callback"]), capsys)
    query = "client_id=id-web&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"
    assert f"Sign in:   {URL}/login?{query}" in lines


@pytest.mark.parametrize("clients", [{}, {"machine": []}, {"secret": ["https://a.example/"]}])
def test_where_nobody_can_try_it_no_page_is_named(clients: Any, capsys: pytest.CaptureFixture[str]) -> None:
    lines = screen(known(**clients), capsys)
    assert not [line for line in lines if line.startswith("Sign in")]
    assert any("make status" in line for line in lines)
