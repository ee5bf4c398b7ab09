"""The naming rules."""

import pytest

from identity import facts
from identity.naming import Names


@pytest.mark.parametrize(
    ("environment", "domain"),
    [("prod", "auth.acme.app"), ("dev", "dev-auth.acme.app"), ("production", "production-auth.acme.app")],
)
def test_prod_alone_drops_the_prefix_of_the_auth_domain(environment: str, domain: str) -> None:
    assert Names("acme", environment).auth_domain == domain


def test_every_name_begins_with_product_and_environment() -> None:
    names = Names("acme", "dev")
    for name in (names.user_pool, names.domain_prefix, names.resource_server("x"), names.client("x")):
        assert name.startswith("acme-dev")


def test_an_identifier_is_the_same_in_every_environment() -> None:
    assert Names("acme", "dev").resource_server_identifier("x") == Names("acme", "prod").resource_server_identifier("x")


def test_the_tags_that_the_policies_demand_are_those_that_every_stack_sets() -> None:
    assert sorted(Names("acme", "dev").tags) == sorted(facts.TAGS)
