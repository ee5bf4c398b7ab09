"""What adoption suggests, over pools of many shapes: the program takes it, and then makes what is there."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import yaml
from botocore.exceptions import ClientError

from cli.adopt import adoption, program
from cli.adopt.account import Account
from cli.adopt.adoption import Item
from cli.adopt.compare import Meaning
from cli.adopt.find import Candidate, Finder
from cli.adopt.keep import config_key
from cli.adopt.plan import Ids
from cli.adopt.suggest import as_yaml, suggestions, with_keys
from cli.adopt.trouble import reading
from identity import config as settings
from local import paths

STACK = "dev"
CONFIG = {"identity:product": "focusmark", "identity:clients": "{}", "identity:apis": "{}", "aws:region": "us-east-1"}
CLIENT = '{"app": {"callbackUrls": ["https://app.focusmark.app/in"]}}'
MACHINE = '{"job": {"flow": "client_credentials", "secret": true, "scopes": ["cart.read"]}}'
CART = '{"cart": {"scopes": {"read": "Read carts"}}}'
ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_A"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class Cognito:
    """A pool with at most one client, one API and one domain, as AWS would describe them."""

    def __init__(self, there: Mapping[str, Any]) -> None:
        self.there = there

    def describe_user_pool(self, **_: Any) -> dict[str, Any]:
        fixed = {"Id": "us-east-1_A", "Name": "by hand", "Arn": ARN, "CreationDate": MOMENT, "LastModifiedDate": MOMENT}
        return {"UserPool": fixed | self.there.get("pool", {})}

    def get_user_pool_mfa_config(self, **_: Any) -> dict[str, Any]:
        return {"MfaConfiguration": "OFF", **self.there.get("mfa", {})}

    def describe_user_pool_client(self, **_: Any) -> dict[str, Any]:
        return {"UserPoolClient": {"UserPoolId": "us-east-1_A", "ClientId": "c", **self._one("client")}}

    def describe_resource_server(self, **_: Any) -> dict[str, Any]:
        return {"ResourceServer": {"UserPoolId": "us-east-1_A", **self._one("server")}}

    def get_caller_identity(self) -> dict[str, Any]:
        return {"Account": "000000000000", "Arn": "arn:aws:iam::000000000000:root", "UserId": "u"}

    def describe_user_pool_domain(self, Domain: str) -> dict[str, Any]:
        return {"DomainDescription": {"Domain": Domain, "UserPoolId": "us-east-1_A"}}

    def _one(self, kind: str) -> dict[str, Any]:
        if kind not in self.there:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Describe")
        return dict(self.there[kind])


class There:
    """In the places of the account and of the finder."""

    region = "us-east-1"

    def __init__(self, there: Mapping[str, Any]) -> None:
        self._there = there
        self._cognito = Cognito(there)

    def client(self, *_: Any) -> Cognito:
        return self._cognito

    def reading(self, subject: str) -> AbstractContextManager[None]:
        return reading(subject, emulated=False)

    def importable(self, type_name: str) -> bool:
        return ":cognito/" in type_name

    def candidates(self, type_name: str, inputs: Mapping[str, Any]) -> list[Candidate]:
        del inputs
        kind = type_name.rpartition(":")[2]
        ids = {"UserPool": "us-east-1_A", "UserPoolDomain": self._there.get("domain", "by-hand")}
        ids |= {"UserPoolClient": "us-east-1_A/c", "ResourceServer": "us-east-1_A|it"}
        names = {"UserPoolClient": "client", "ResourceServer": "server"}
        return [Candidate(ids[kind])] if kind not in names or names[kind] in self._there else []

    def import_id(self, type_name: str, inputs: Mapping[str, Any], given: str) -> str:
        del type_name, inputs
        return given


def looked_at(there: Mapping[str, Any], config: Mapping[str, str]) -> list[Item]:
    found = There(there)
    plan = program.run(paths.CHECKOUT, STACK, config, cast("Account", found), cast("Finder", found), Ids())
    return adoption.items(plan, {})


def text(low: str | None = "0", high: str | None = "2048") -> dict[str, Any]:
    bounds = {"MinLength": low, "MaxLength": high}
    return {"StringAttributeConstraints": {name: it for name, it in bounds.items() if it is not None}}


def attribute(name: str, kind: str = "String", **more: Any) -> dict[str, Any]:
    return {"Name": name, "AttributeDataType": kind, "Mutable": True, "Required": False} | more


EMAIL = attribute("email", Required=True, **text())
POOLS: dict[str, dict[str, Any]] = {
    "as the program makes it": {"UsernameConfiguration": {"CaseSensitive": False}, "SchemaAttributes": [EMAIL]},
    "nothing said of the case": {"SchemaAttributes": [EMAIL]},
    "case-sensitive": {"UsernameConfiguration": {"CaseSensitive": True}},
    "no alias": {"AliasAttributes": []},
    "other aliases": {"AliasAttributes": ["phone_number", "email"], "AutoVerifiedAttributes": ["email"]},
    "nothing verified": {"AutoVerifiedAttributes": []},
    "phone numbers": {"AliasAttributes": ["phone_number"], "AutoVerifiedAttributes": ["phone_number"]},
    "e-mail as user name": {"UsernameAttributes": ["email"]},
    "weak passwords": {"Policies": {"PasswordPolicy": {"MinimumLength": 6, "TemporaryPasswordValidityDays": 0}}},
    "strong passwords": {
        "Policies": {"PasswordPolicy": {"MinimumLength": 99, "RequireSymbols": True, "PasswordHistorySize": 24}}
    },
    "custom attributes": {
        "SchemaAttributes": [
            EMAIL,
            attribute("custom:tenant", Mutable=False, **text("1", "36")),
            attribute("custom:unbounded", StringAttributeConstraints={}),
            attribute("custom:no.constraints"),
            attribute("custom:sbx:client_id", **text()),
            attribute("custom:count", "Number", NumberAttributeConstraints={"MinValue": "-5", "MaxValue": "5"}),
            attribute("custom:any", "Number", NumberAttributeConstraints={}),
            attribute("custom:fraction", "Number", NumberAttributeConstraints={"MinValue": "0.5"}),
            attribute("custom:when", "DateTime"),
            attribute("custom:flag", "Boolean"),
            attribute("dev:custom:ours", DeveloperOnlyAttribute=True, **text()),
        ]
    },
    "standard attributes that AWS answers with": {
        "SchemaAttributes": [
            EMAIL,
            attribute("birthdate", **text("10", "10")),
            attribute("identities", StringAttributeConstraints={}),
            attribute("sub", Required=True, Mutable=False, **text("1", "2048")),
            attribute("one_of_tomorrow", **text()),
        ]
    },
    "required standard attributes": {"SchemaAttributes": [EMAIL, attribute("name", Required=True, **text("0", "255"))]},
    "e-mail of another length": {"SchemaAttributes": [EMAIL | text("5", "255")]},
    "e-mail that is not required": {"SchemaAttributes": [EMAIL | {"Required": False}]},
    "protected, with tags": {
        "DeletionProtection": "ACTIVE",
        "UserPoolTags": {"CostCentre": "forms", "a.b": "c", "environment": "other", "empty": "", "bad": "#!"},
    },
}
CLIENTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "empty lists": {"CallbackURLs": [], "LogoutURLs": [], "AllowedOAuthScopes": [], "AllowedOAuthFlows": []},
    "a secret": {"ClientSecret": "s", "CallbackURLs": ["https://app.focusmark.app/in"]},
    "many URLs": {
        "CallbackURLs": [f"https://app.focusmark.app/a/long/way/to/sign/in/{number}" for number in range(30)],
        "LogoutURLs": ["myapp://out"],
    },
    "what the config refuses in a URL": {"CallbackURLs": ["http://app.example/in", "https://app.example/in"]},
    "braces in a URL": {"CallbackURLs": ["https://app.example/{tenant}"]},
    "a machine": {
        "ClientSecret": "s",
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["app.focusmark.api.cart/cart.read"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    },
    "scopes of an API that nobody manages": {"AllowedOAuthScopes": ["openid", "https://other.example/read"]},
    "implicit": {"AllowedOAuthFlows": ["code", "implicit"], "AllowedOAuthScopes": ["openid", "email"]},
    "legacy flows": {"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"]},
    "passwords": {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
    "validity in other units": {
        "AccessTokenValidity": 1,
        "IdTokenValidity": 1,
        "RefreshTokenValidity": 12,
        "TokenValidityUnits": {"AccessToken": "days", "IdToken": "hours", "RefreshToken": "hours"},
    },
    "validity out of reach": {"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "seconds"}},
    "rotation": {
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    },
    "rotation off": {"RefreshTokenRotation": {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}},
}
SERVERS: dict[str, dict[str, Any]] = {
    "an identifier of its own": {"Identifier": "https://api.example", "Name": "cart", "Scopes": []},
    "scopes of another name": {
        "Identifier": "cart",
        "Name": "cart",
        "Scopes": [
            {"ScopeName": "read", "ScopeDescription": "See"},
            {"ScopeName": "cart.", "ScopeDescription": "None"},
        ],
    },
    "more scopes": {
        "Identifier": "app.focusmark.api.cart",
        "Name": "cart",
        "Scopes": [
            {"ScopeName": "cart.read", "ScopeDescription": "See a cart"},
            {"ScopeName": "cart.a.b:c", "ScopeDescription": " "},
            {"ScopeName": "cart.write", "ScopeDescription": "Change a cart"},
        ],
    },
}
SHAPES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    *((name, {"pool": pool}, {}) for name, pool in POOLS.items()),
    *(
        (f"app: {name}", {"client": it}, {"identity:clients": CLIENT, "identity:apis": CART})
        for name, it in CLIENTS.items()
    ),
    *(
        (f"job: {name}", {"client": it}, {"identity:clients": MACHINE, "identity:apis": CART})
        for name, it in CLIENTS.items()
    ),
    *((name, {"server": it}, {"identity:apis": CART}) for name, it in SERVERS.items()),
    ("another prefix", {"domain": "login-of-ours"}, {}),
    ("a prefix that the config refuses", {"domain": "my-aws-login"}, {}),
]
# What the program has no key for, although its change would replace something or fail.
FINAL: dict[str, set[str]] = {
    "other aliases": {"aliasAttributes"},  # an alias that nobody can verify
    "phone numbers": {"aliasAttributes"},
    "e-mail as user name": {"usernameAttributes"},
    "custom attributes": {"schemas.fraction", "schemas.ours"},
    "required standard attributes": {"schemas.name"},
    "e-mail of another length": {"schemas.email"},
    "e-mail that is not required": {"schemas.email"},
    "a prefix that the config refuses": {"domain"},
    # A machine's client has a secret: none of those without one can become one.
    **{f"job: {name}": {"generateSecret"} for name, it in CLIENTS.items() if not it.get("ClientSecret")},
}


@pytest.mark.parametrize(("name", "there", "more"), SHAPES, ids=[it[0] for it in SHAPES])
def test_every_key_that_adoption_suggests_passes_the_programs_own_check_and_keeps_what_is_there(
    name: str, there: dict[str, Any], more: dict[str, str]
) -> None:
    config = CONFIG | more
    items = looked_at(there, config)
    offered = suggestions(items, config, STACK)

    found = settings.check(config | with_keys(config, offered), STACK)[1]
    assert [problem for problem in found if not problem.warning] == []
    after = looked_at(there, config | with_keys(config, offered))
    left = [
        (field.path, key[0])
        for item in after
        for field in item.fields
        if field.meaning is not Meaning.SAME and (key := config_key(item.wanted, field)) and key[0] in offered
    ]
    assert left == []
    assert {field.path for item in after for field in item.fields if field.lost} == FINAL.get(name, set())

    pasted = yaml.safe_load(as_yaml(config, offered)) or {}
    written = {key: it if isinstance(it, str) else json.dumps(it) for key, it in pasted.items()}
    assert written == with_keys(config, offered)
