"""Round trip: adopting the resources that the program makes of a stack file gives the same stack file."""

from typing import Any

import pytest

from cli.adopt import describe, stack_settings
from cli.adopt.entries import hidden
from cli.adopt.things import Live, Thing
from identity import facts
from identity.namespace import ROOT
from local import paths, stack_file
from tests.cli.adopt.test_describe import SPECS, TEXTS, adopted
from tests.support.program import Deploy, Run

POOL = "eu-west-1_Pool1"
FILES: dict[str, dict[str, Any]] = {
    name: {**stack_file.config(paths.CHECKOUT / f"Pulumi.{name}.yaml"), "aws:region": "eu-west-1"}
    for name in ("dev", "local", "prod")
}
CLIENTS = {
    "web": {"callbackUrls": ["https://{authDomain}/in", "https://{environment}.{product}.app/in"], "secret": True},
    "job": {"flow": "client_credentials", "secret": True, "scopes": ["read"]},
    "phone": {"callbackUrls": ["acme.app://in"], "rotateRefreshTokens": True, "tokenValidity": {"refresh": "7d"}},
}
FILES["own"] = {
    **TEXTS,
    "identity:customDomain": True,
    "identity:certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
    "identity:protect": True,
    "identity:apis": {"orders": {"prefixScopes": False, "scopes": {"read": "Read"}}, "bare": {"scopes": {}}},
    "identity:clients": CLIENTS,
    "identity:groups": {"staff": {"precedence": 3}},
    "identity:tags": {"team": "one"},
}


def live_of(run: Run) -> Live:
    """Return the resources of a run as if AWS had returned them."""
    ids = {
        facts.USER_POOL_CLIENT: "{pool}/{logical}",
        facts.RESOURCE_SERVER: "{pool}|{identifier}",
        facts.IDENTITY_PROVIDER: "{pool}:{providerName}",
        facts.USER_GROUP: "{pool}/{name}",
        facts.USER_POOL_DOMAIN: "{domain}",
        facts.RISK_CONFIGURATION: "{pool}",
        facts.LOG_DELIVERY: "{pool}",
    }
    pool, things = run.one("UserPool"), []
    for permission in run.of_type("Permission"):
        trigger = permission.name.removeprefix(f"{facts.LOGICAL_POOL}-").removesuffix("-permission")
        things.append(Thing(facts.PERMISSION, trigger, {}, trigger))
    names = [domain.inputs["domain"] for domain in run.of_type("UserPoolDomain")]
    served = {"customDomain" if "." in name else "domain": name for name in names}
    for made in run.resources.values():
        if made.type in ids:
            named = made.inputs.get("name") or made.inputs.get("identifier") or made.inputs.get("providerName")
            outputs = dict(made.inputs)
            if "providerDetails" in outputs:
                outputs["providerDetails"] = hidden(outputs["providerDetails"])
            number = ids[made.type].format(pool=POOL, logical=made.name, **{"name": named, **made.inputs})
            things.append(Thing(made.type, str(named or made.inputs.get("domain")), outputs, number))
    arn = f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{POOL}"
    return Live(Thing(facts.USER_POOL, pool.inputs["name"], {**pool.inputs, **served, "arn": arn}, POOL), things)


@pytest.mark.parametrize("stack", FILES)
def test_a_stack_of_ones_own_is_described_by_its_own_file(deploy: Deploy, stack: str) -> None:
    said = FILES[stack]
    there = live_of(deploy(said, stack=stack))
    described = describe.describe(there, stack_settings.as_texts(said, stack), stack, {})
    merged, disagreements = stack_settings.merge(said, described, stack, None)
    assert list(map(str, disagreements)) == []
    assert {key: value for key, value in merged.items() if key != f"{ROOT}protect"} == {
        key: value for key, value in said.items() if key != f"{ROOT}protect"
    }


@pytest.mark.parametrize("name", [name for name in SPECS if name not in ("museum", "gallery")])
def test_what_is_made_of_a_description_is_described_alike(deploy: Deploy, name: str) -> None:
    _, described = adopted(name)
    said = {**TEXTS, **{f"{ROOT}{key}": value for key, value in described.keys.items()}}
    run = deploy(stack_settings.with_secrets(said, described.secrets), stack="prod")
    again = describe.describe(live_of(run), TEXTS, "prod", {})
    assert again.keys == described.keys


def test_a_default_that_the_file_says_outright_disagrees_with_nothing() -> None:
    _, described = adopted("academy")
    said = {**TEXTS, **{f"{ROOT}{key}": value for key, value in {**described.keys, "customDomain": False}.items()}}
    assert stack_settings.merge(said, described, "prod", None)[1] == []
