"""Files for frameworks: the framework can read each file, and the client in it suits the framework."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.outputs import Outputs
from cli.sign_in.export import app_files, write_files
from local.console import Failure
from tests.cli.sign_in.test_choice import OUTPUTS, outputs

NAMES = {"amplify_outputs.json", "appsettings.json", "application.yaml", ".env.local"}


def local(**changes: Any) -> Outputs:
    urls = dict.fromkeys(("authorizeUrl", "tokenUrl", "userInfoUrl", "logoutUrl"), "http://127.0.0.1:4566/x")
    pool = f"http://127.0.0.1:4566/{OUTPUTS['userPoolId']}"
    return outputs(**urls, jwksUri=f"{pool}/.well-known/jwks.json", **changes)


def read(made: Outputs, key: str | None = None) -> dict[str, Any]:
    """Return the files, parsed as the frameworks do."""
    parsers: dict[str, Callable[[str], Any]] = {".json": json.loads, ".yaml": yaml.safe_load, ".local": env}
    return {name: parsers[Path(name).suffix](text) for name, text in app_files(made, key).items()}


def env(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(text))


def at(content: Any, path: str) -> Any:
    for name in path.split("/"):
        content = content[name]
    return content


@pytest.mark.parametrize("made", [outputs(), local()], ids=["AWS", "local"])
def test_amplify_gets_what_its_types_cannot_say(made: Outputs) -> None:
    oauth = read(made)["amplify_outputs.json"]["auth"]["oauth"]
    assert oauth["redirect_sign_in_uri"]
    assert oauth["redirect_sign_out_uri"]
    for several in (one for one in oauth.values() if isinstance(one, list)):
        assert len(set(several)) == len(several)
    assert "://" not in oauth["domain"]


def test_amplify_is_told_where_cognito_is_on_the_local_stack_alone() -> None:
    assert read(local())["amplify_outputs.json"]["custom"] == {"user_pool_endpoint": "http://127.0.0.1:4566"}
    assert "custom" not in read(outputs())["amplify_outputs.json"]


@pytest.mark.parametrize(
    ("key", "public", "with_a_server"),
    [(None, "3", "1"), ("cli", "3", "3"), ("server", None, "2"), ("postman", None, "1")],
)
def test_each_file_is_for_a_client_that_it_can_be_used_with(
    key: str | None, public: str | None, with_a_server: str
) -> None:
    made = read(outputs(), key)
    amplify = made.get("amplify_outputs.json")
    assert (amplify and amplify["auth"]["user_pool_client_id"]) == public
    assert at(made["appsettings.json"], "Authentication/Schemes/OpenIdConnect/ClientId") == with_a_server
    assert at(made["application.yaml"], "spring/security/oauth2/client/registration/cognito/client-id") == with_a_server
    assert made[".env.local"]["AUTH_COGNITO_ID"] == with_a_server


def test_adding_a_client_of_a_later_key_changes_no_file() -> None:
    later = {"zzz": {"clientId": "z", "scopes": [], "callbackUrls": ["https://z.example/"]}}
    assert read(outputs(clients=later | OUTPUTS["clients"])) == read(outputs())


@pytest.mark.parametrize(
    ("key", "why"), [("nightly", "is a machine-to-machine client"), ("gone", "is not in the stack")]
)
def test_a_client_that_nobody_signs_in_with_is_refused_with_those_that_there_are(key: str, why: str) -> None:
    with pytest.raises(Failure, match=f"`{key}` {why}.* Name one of: cli, postman, server"):
        app_files(outputs(), key)


def test_without_anybody_to_sign_in_there_is_no_file() -> None:
    machines = {"nightly": OUTPUTS["clients"]["nightly"]}
    assert app_files(outputs(clients=machines)) == {}


@pytest.mark.parametrize("made", [outputs(), local()], ids=["AWS", "local"])
def test_no_framework_has_to_find_the_keys_by_the_issuer(made: Outputs) -> None:
    written = read(made)
    schemes = at(written["appsettings.json"], "Authentication/Schemes")
    assert schemes["Bearer"]["ValidIssuer"] == made.issuer
    for scheme in schemes.values():
        assert scheme["MetadataAddress"] == made.jwks_uri.replace("jwks.json", "openid-configuration")
        assert ("RequireHttpsMetadata" in scheme) == made.is_local
    oauth2 = at(written["application.yaml"], "spring/security/oauth2")
    assert oauth2["resourceserver"]["jwt"] == {"issuer-uri": made.issuer, "jwk-set-uri": made.jwks_uri}
    assert oauth2["client"]["provider"]["cognito"]["jwk-set-uri"] == made.jwks_uri
    assert "issuer-uri" not in oauth2["client"]["provider"]["cognito"]
    assert written[".env.local"]["AUTH_COGNITO_TOKEN_URL"] == made.token_url


def test_a_public_client_has_no_secret_in_any_file() -> None:
    for text in app_files(outputs(), "cli").values():
        assert "s3cret" not in text
        assert "client-secret:" not in text
        assert "ClientSecret" not in text


def test_a_file_of_an_app_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "appsettings.json").write_text('{"Logging": {}}')
    with pytest.raises(Failure, match=r"appsettings\.json is there already"):
        write_files(outputs(), "dev", tmp_path, with_secrets=True)
    assert [path.name for path in tmp_path.iterdir()] == ["appsettings.json"]


def test_an_export_can_be_made_again(tmp_path: Path) -> None:
    for _ in range(2):
        made = write_files(outputs(), "dev", tmp_path, with_secrets=True)
    assert {path.name for path in made} >= NAMES


def test_what_is_passed_on_is_for_the_same_clients(tmp_path: Path) -> None:
    for name, with_secrets in (("ours", True), ("theirs", False)):
        write_files(outputs(), "dev", tmp_path / name, with_secrets=with_secrets)
    for name in NAMES:
        ours, theirs = ((tmp_path / which / name).read_text() for which in ("ours", "theirs"))
        assert ours.replace("s3cret", "") in (theirs, theirs.replace("''", ""))
