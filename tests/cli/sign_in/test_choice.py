"""The choice of a client and its scopes from a stack's outputs."""

from typing import Any

import pytest

from cli.outputs import Outputs
from cli.sign_in.choice import choose_client, choose_scopes
from local.console import Failure

READ, WRITE = "app.acme.api.project/project.read", "app.acme.api.project/project.write"
OUTPUTS: dict[str, Any] = {
    "userPoolId": "eu-west-1_Abc",
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc",
    "jwksUri": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc/.well-known/jwks.json",
    "authorizeUrl": "https://acme.example/oauth2/authorize",
    "tokenUrl": "https://acme.example/oauth2/token",
    "userInfoUrl": "https://acme.example/oauth2/userInfo",
    "logoutUrl": "https://acme.example/logout",
    "apis": {
        "project": {"identifier": "app.acme.api.project", "scopes": [READ, WRITE]},
        "task": {"identifier": "app.acme.api.task", "scopes": ["app.acme.api.task/task.read"]},
        "old": {"identifier": "old", "scopes": ["old/task.read"]},
    },
    "clients": {
        "postman": {"clientId": "1", "scopes": ["openid", READ, WRITE], "callbackUrls": ["https://acme.example"]},
        "server": {"clientId": "2", "scopes": ["openid", READ], "callbackUrls": ["http://localhost:1"]},
        "cli": {"clientId": "3", "scopes": ["openid", READ], "callbackUrls": ["myapp://x", "http://127.0.0.1:9000"]},
        "nightly": {"clientId": "4", "scopes": [READ]},
    },
    "clientSecrets": {"postman": "s3cret", "server": "s3cret", "nightly": "s3cret"},
}


def outputs(**changes: Any) -> Outputs:
    return Outputs.model_validate(OUTPUTS | changes)


def test_the_first_public_client_that_comes_back_here_is_the_default() -> None:
    assert choose_client(outputs(), None)[0] == "cli"


def with_clients(*keys: str) -> Outputs:
    """Return the outputs with additional clients before the existing ones."""
    added = {key: {"clientId": key, "scopes": [], "callbackUrls": ["http://localhost:1"]} for key in keys}
    return outputs(clients=added | OUTPUTS["clients"])


@pytest.mark.parametrize("added", [(), ("aaa",), ("aaa", "b", "c")])
@pytest.mark.parametrize("last", ["cli", "postman", "server"])
def test_adding_clients_does_not_change_which_one_is_meant(added: tuple[str, ...], last: str) -> None:
    assert choose_client(with_clients(*added), None, last)[0] == last


@pytest.mark.parametrize("last", [None, "", "gone", "nightly"])
def test_where_none_signed_in_last_it_is_the_first_public_one(last: str | None) -> None:
    assert choose_client(outputs(), None, last)[0] == "cli"
    assert choose_client(with_clients("aaa"), None, last)[0] == "aaa"


def test_a_named_client_is_meant_whichever_was_used_last() -> None:
    assert choose_client(outputs(), "server", "cli")[0] == "server"


@pytest.mark.parametrize(
    ("clients", "name", "said"),
    [
        (OUTPUTS["clients"], "clii", "It has: postman, server, cli, nightly."),
        ({"postman": OUTPUTS["clients"]["postman"]}, None, "name one with --client: postman"),
        ({}, None, "no clients"),
    ],
)
def test_a_client_that_is_not_there_names_those_that_are(clients: Any, name: str | None, said: str) -> None:
    with pytest.raises(Failure, match=said):
        choose_client(outputs(clients=clients), name)


@pytest.mark.parametrize(
    ("key", "wanted", "chosen"),
    [
        ("postman", [], ["openid", READ, WRITE]),
        ("postman", ["project.read"], ["openid", READ]),
        ("postman", [WRITE, "project.read", "openid", READ], ["openid", WRITE, READ]),
        ("nightly", ["project.read"], [READ]),
    ],
)
def test_scopes_are_chosen_by_short_or_full_name(key: str, wanted: list[str], chosen: list[str]) -> None:
    assert choose_scopes(outputs(), outputs().clients[key], wanted) == chosen


@pytest.mark.parametrize(
    ("key", "wanted", "said"),
    [
        ("postman", "project.raed", "is declared by no API. The client may have: openid, "),
        ("postman", "email", "is not allowed for this client"),
        ("cli", "project.write", "is not allowed for this client"),
        ("cli", "task.read", "declared by more than one API. Say: app.acme.api.task/task.read or old/task.read"),
        ("cli", "", "is declared by no API"),
    ],
)
def test_a_scope_that_cannot_be_had_says_why(key: str, wanted: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        choose_scopes(outputs(), outputs().clients[key], [wanted])
