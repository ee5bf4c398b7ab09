"""A pool without a domain: no sign-in pages, and no outputs with URLs of a domain."""

from typing import Any

import pytest

from identity.config import check
from tests.support.program import Deploy, config_errors, config_of

NONE = {"product": "acme", "signInDomain": False, "clients": {"phone": {"flows": []}}}
ON_A_DOMAIN = ("domain", "authorizeUrl", "tokenUrl", "userInfoUrl", "revokeUrl", "logoutUrl")


def test_without_a_domain_none_is_made_and_no_output_names_one(deploy: Deploy) -> None:
    run = deploy(NONE)
    assert run.of_type("UserPoolDomain") == []
    assert not run.outputs.keys() & set(ON_A_DOMAIN)
    assert run.outputs["clients"]["phone"].keys() == {"clientId", "scopes", "callbackUrls"}
    assert {"issuer", "jwksUri", "openIdConfigurationUri"} <= run.outputs.keys()


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"customDomain": True, "zoneName": "acme.app", "authDomain": "auth.acme.app"}, "customDomain"),
        ({"domainPrefix": "acme-dev"}, "domainPrefix"),
        ({"login": {"version": 2}}, "login"),
        ({"keepPrefixDomain": True}, "keepPrefixDomain"),
    ],
)
def test_what_would_be_on_the_domain_is_refused(more: dict[str, Any], path: str) -> None:
    assert f"identity:{path}" in [problem.path for problem in config_errors({**NONE, **more}) if not problem.warning]


@pytest.mark.parametrize(
    ("client", "warned"),
    [
        ({"flows": []}, []),
        ({"callbackUrls": ["https://a.example/back"]}, ["identity:clients.one.flows"]),
        ({"flow": "client_credentials", "secret": True, "externalScopes": ["a/b"]}, ["identity:clients.one.flows"]),
    ],
)
def test_a_client_that_needs_a_domain_is_a_warning(client: dict[str, Any], warned: list[str]) -> None:
    _, problems = check(config_of({**NONE, "clients": {"one": client}}), "dev")
    assert [problem.path for problem in problems if problem.path.endswith(".flows")] == warned
    assert [problem for problem in problems if not problem.warning] == []


def test_a_name_too_long_for_a_prefix_is_no_mistake_where_there_is_none() -> None:
    assert config_errors({**NONE, "product": "amazon-fans"}) == []
    assert config_errors({"product": "amazon-fans"}) != []
