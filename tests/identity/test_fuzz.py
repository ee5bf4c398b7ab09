"""Random config: valid ones satisfy AWS's model, one mistake is reported by its key, and no input gives a traceback.

`make test` runs 30 cases of each test, `make fuzz` more than 10,000 in all. `make fuzz SEED=7` repeats the same cases.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from identity.client.auth_flows import AUTH_FLOWS, LEGACY_AUTH_FLOWS
from identity.config.keys import KEYS
from identity.domain import RESERVED_PREFIX_WORDS
from identity.errors import ConfigError
from tests.support.pools import user_pools
from tests.support.program import Deploy, config_errors

# Cases may share the `deploy` fixture, because each call is a new run.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

LABELS = st.from_regex(r"[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,6})?", fullmatch=True)
KEY = st.from_regex(r"[A-Za-z0-9_-]{1,24}", fullmatch=True)
SCOPE = st.from_regex(r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,30}", fullmatch=True)
TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60
).filter(str.strip)
TAG = st.from_regex(r"(?!aws:)[A-Za-z0-9_.:/=+@ -]{1,30}", fullmatch=True).filter(str.strip)
TAGS = st.dictionaries(
    TAG.filter(lambda item: item not in ("environment", "service", "product")), st.just("v"), max_size=5
)
NAMES = LABELS.filter(lambda item: not any(word in item for word in RESERVED_PREFIX_WORDS) and item != "none")
URLS = st.one_of(
    st.builds("https://{}.example/{}".format, LABELS, LABELS),
    st.builds(
        "http://{}:{}/{}".format, st.sampled_from(["localhost", "127.0.0.1", "[::1]"]), st.integers(1, 65535), LABELS
    ),
    st.builds("{}://back".format, st.from_regex(r"[a-z]{3,8}app", fullmatch=True)),
    st.builds("https://{}.{{authDomain}}/{{environment}}".format, LABELS),
)


APIS = st.dictionaries(
    KEY, st.fixed_dictionaries({"scopes": st.dictionaries(SCOPE, TEXT, min_size=1, max_size=4)}), max_size=4
)
FLOWS = st.lists(
    st.sampled_from(sorted(set(AUTH_FLOWS) - set(LEGACY_AUTH_FLOWS) - {"ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"})),
    min_size=1,
    unique=True,
)
CALLBACKS = st.lists(URLS, min_size=1, max_size=4, unique=True)
LOGOUTS = st.lists(URLS, max_size=2, unique=True)


def with_openid(scopes: list[str]) -> list[str]:
    return ["openid", *(scope for scope in scopes if scope != "openid")][:50] if "email" in scopes else scopes[:50]


@st.composite
def client(draw: st.DrawFn, declared: list[str]) -> dict[str, Any]:
    machine = bool(declared) and draw(st.booleans())
    scopes = st.lists(
        st.sampled_from([*declared] if machine else ["openid", "email", *declared]), min_size=1, unique=True
    )
    access, refresh = draw(st.integers(5, 1440)), draw(st.integers(1, 3650))
    validity = {"access": f"{access}m", "id": f"{draw(st.integers(300, 86400))}s", "refresh": f"{refresh}d"}
    made: dict[str, Any] = {"scopes": draw(scopes.map(with_openid)), "tokenValidity": validity}
    if machine:
        return made | {"flow": "client_credentials", "secret": True}
    made |= {"secret": draw(st.booleans()), "callbackUrls": draw(CALLBACKS)}
    made["logoutUrls"] = draw(LOGOUTS)
    if draw(st.booleans()):
        return made | {"rotateRefreshTokens": True}
    return made | {"authFlows": draw(FLOWS)}


@st.composite
def pools_of(draw: st.DrawFn, auth_domain: str) -> dict[str, Any]:
    """Draw a pool with all keys, whose passkeys belong to the stack's own domain."""
    pool = draw(user_pools())
    if "relyingPartyId" in pool.get("passkeys", {}):
        pool["passkeys"]["relyingPartyId"] = auth_domain
    return pool


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    made_apis = draw(APIS)
    declared = [f"{key}.{scope}" for key, api in made_apis.items() for scope in api["scopes"]]
    config: dict[str, Any] = {
        "product": draw(NAMES),
        "environment": draw(NAMES),
        "protect": draw(st.booleans()),
        "tags": draw(TAGS),
        "apis": made_apis,
        "clients": draw(st.dictionaries(KEY, client(declared), max_size=4)),
    }
    config["userPool"] = draw(pools_of(f"auth.{config['product']}.app"))
    config["authDomain"] = f"auth.{config['product']}.app"
    if draw(st.booleans()):
        config |= {"zoneName": f"{config['product']}.app", "customDomain": draw(st.booleans())}
    return config


# A case is a whole run of the program: too slow to shrink, and short enough to read.
@settings(shared, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(configs())
def test_a_valid_config_gives_resources_that_satisfy_awss_model(deploy: Deploy, config: dict[str, Any]) -> None:
    zone = config.get("zoneName", "focusmark.app")
    run = deploy({"aws:region": "us-east-1", **config}, zone=zone)
    assert len(run.of_type("UserPoolClient")) == len(config["clients"])  # `deploy` checks them with AWS's model


def _at(*steps: str) -> Callable[[dict[str, Any], Any], str | None]:
    """Return a function that sets a value at a path and returns the path, or None if there is no entry for `*`."""

    def put(config: dict[str, Any], value: Any) -> str | None:
        place: Any = config
        walked: list[str] = []
        for step in steps[:-1]:
            if step == "*" and not place:
                return None
            walked.append(sorted(place)[0] if step == "*" else step)
            place = place.setdefault(walked[-1], {})
        place[steps[-1]] = value
        return "identity:" + ".".join([*walked, steps[-1]])

    return put


SLIPS: list[tuple[Callable[[dict[str, Any], Any], str | None], Any]] = [
    (_at("product"), "Upper"),
    (_at("product"), " "),
    (_at("environment"), "a_b"),
    (_at("zoneId"), "lower"),
    (_at("protect"), "maybe"),
    (_at("domainPrefix"), "my-cognito"),
    (_at("colour"), "red"),
    (_at("tags", "aws:x"), "y"),
    (_at("tags", "k"), 5),
    (_at("userPool", "mfa"), "ON"),
    (_at("userPool", "tier"), "free"),
    (_at("userPool", "mfa", "mode"), "always"),
    (_at("userPool", "firstFactors"), ["password", "magic"]),
    (_at("userPool", "recovery"), ["sms"]),
    (_at("userPool", "email", "from"), "nobody"),
    (_at("userPool", "sms", "roleArn"), "role"),
    (_at("userPool", "verification", "by"), "pigeon"),
    (_at("userPool", "invitation", "message"), "Hello"),
    (_at("userPool", "triggers", "preSignUp"), "function"),
    (_at("userPool", "triggers", "preSignin"), "arn:aws:lambda:eu-west-1:123456789012:function:f"),
    (_at("userPool", "threatProtection", "mode"), "off"),
    (_at("userPool", "threatProtection", "alwaysBlock"), ["everybody"]),
    (_at("userPool", "logs", "signIns"), "1y"),
    (_at("userPool", "webAcl", "requestsPer5Minutes"), 1),
    (_at("userPool", "devices", "remember"), True),
    (_at("userPool", "passwordPolicy", "minimumLength"), 5),
    (_at("userPool", "passwordPolicy", "requireNumbers"), "no"),
    (_at("userPool", "caseSensitive"), None),
    (_at("userPool", "customAttributes", "a", "type"), "Float"),
    (_at("apis", "*", "scopes"), ["read"]),
    (_at("apis", "*", "scopes", "a/b"), "text"),
    (_at("apis", "*", "scopes", "blank"), " "),
    (_at("apis", "*", "identifier"), "with space"),
    (_at("apis", "*", "sopes"), {}),
    (_at("clients", "*", "flow"), "password"),
    (_at("clients", "*", "secret"), "yes"),
    (_at("clients", "*", "colour"), "red"),
    (_at("clients", "*", "callbackUrls"), "https://a.example"),
    (_at("clients", "*", "authFlows"), ["SOME"]),
    (_at("clients", "*", "scopes"), ["no-such.scope"]),
    (_at("clients", "*", "tokenValidity", "access"), "1m"),
    (_at("clients", "*", "tokenValidity", "refresh"), "11y"),
    (_at("clients", "*", "logoutUrls"), ["http://far.example"]),
]


@shared
@given(configs(), st.sampled_from(SLIPS))
def test_any_single_slip_is_refused_with_its_key(
    config: dict[str, Any], slip: tuple[Callable[[dict[str, Any], Any], str | None], Any]
) -> None:
    put, value = slip
    broken = copy.deepcopy(config)
    path = put(broken, value)
    if path is None:
        return
    problems = config_errors(broken)
    assert any(problem.path.startswith(path) for problem in problems), [str(problem) for problem in problems]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["code", "openid", "1h"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["scopes", "app", "flow", "tokenValidity"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@shared
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), JSON | st.text(max_size=20), max_size=8))
def test_arbitrary_json_never_gives_a_traceback(config: dict[str, Any]) -> None:
    assert str(ConfigError("dev", config_errors(config)))


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_in_the_settings(key: str) -> None:
    problems = config_errors({"product": "acme", key: "\x00"})
    assert any(problem.path.startswith(f"identity:{key}") for problem in problems)
