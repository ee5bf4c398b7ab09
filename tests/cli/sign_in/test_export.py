"""Exported files for apps and tools without Pulumi."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.outputs import Outputs
from cli.sign_in.export import env_text, postman, write_files
from local.console import Failure
from tests.cli.sign_in.test_choice import OUTPUTS, READ, WRITE, outputs


def environment() -> Any:
    return json.loads(postman(outputs(), "dev")["identity.postman_environment.json"])


def collection() -> Any:
    return json.loads(postman(outputs(), "dev")["identity.postman_collection.json"])


def settings(folder: Any) -> dict[str, Any]:
    """Return a folder's OAuth settings by name."""
    assert folder["auth"]["type"] == "oauth2"
    return {entry["key"]: entry["value"] for entry in folder["auth"]["oauth2"]}


def folders(made: Any) -> dict[str, Any]:
    return {item["name"]: item for item in made["item"] if "item" in item}


def resolved(text: Any, values: dict[str, str]) -> Any:
    """Return a setting with the environment's values inserted. An unknown variable fails."""
    return re.sub(r"\{\{(.+?)\}\}", lambda match: values[match[1]], text) if isinstance(text, str) else text


@pytest.mark.parametrize(
    ("key", "grant", "secret"),
    [
        ("postman", "authorization_code_with_pkce", "s3cret"),
        ("cli", "authorization_code_with_pkce", None),
        ("nightly", "client_credentials", "s3cret"),
    ],
)
def test_every_client_gets_a_token_in_postman_without_typing(key: str, grant: str, secret: str | None) -> None:
    values = {entry["key"]: entry["value"] for entry in environment()["values"]}
    given = settings(folders(collection())[key])
    found = {name: resolved(value, values) for name, value in given.items()}
    client = outputs().clients[key]
    assert found["grant_type"] == grant
    assert found["clientId"] == client.client_id
    assert found.get("clientSecret") == secret
    assert found["client_authentication"] == ("header" if secret else "body")
    assert found["accessTokenUrl"] == OUTPUTS["tokenUrl"]
    assert found["scope"] == " ".join(client.scopes)
    if grant == "client_credentials":
        assert "authUrl" not in found
        return
    assert (found["authUrl"], found["challengeAlgorithm"]) == (OUTPUTS["authorizeUrl"], "S256")
    assert found["redirect_uri"] == client.callback_urls[0]
    assert found["useBrowser"] is False


def test_the_collection_is_of_format_2_1_and_holds_no_stacks_values() -> None:
    made = json.dumps(collection())
    assert '"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"' in made
    assert "s3cret" not in made
    assert "acme.example" not in made


def test_secrets_are_masked_in_postman() -> None:
    values = environment()["values"]
    hidden = [entry["key"] for entry in values if entry["type"] == "secret"]
    assert {"postman.clientSecret", "server.clientSecret", "nightly.clientSecret"} <= set(hidden)
    assert {key.partition(".")[2] for key in hidden} == {"clientSecret", "accessToken"}
    assert not [entry for entry in values if entry["value"] == "s3cret" and entry["type"] != "secret"]


def test_a_shell_reads_the_env_file_as_it_is_meant(tmp_path: Path) -> None:
    odd = {"odd-api": {"identifier": "it's $HOME `id`;", "scopes": ["a'b/odd-api.x", "c/odd-api.y"]}}
    (tmp_path / "x.env").write_text(env_text(outputs(apis=OUTPUTS["apis"] | odd)))
    names = ["API_ODD_API_IDENTIFIER", "API_ODD_API_SCOPES", "API_PROJECT_SCOPES", "CLIENT_POSTMAN_SECRET", "ISSUER"]
    script = f". {tmp_path}/x.env; " + "; ".join(f'printf "%s\\n" "$IDENTITY_{name}"' for name in names)
    shell = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True)
    assert shell.stdout.splitlines() == [
        "it's $HOME `id`;",
        "a'b/odd-api.x c/odd-api.y",
        f"{READ} {WRITE}",
        "s3cret",
        OUTPUTS["issuer"],
    ]


def test_two_keys_of_one_name_are_refused() -> None:
    api = OUTPUTS["apis"]["project"]
    with pytest.raises(Failure, match="IDENTITY_API_A_B_IDENTIFIER"):
        env_text(outputs(apis={"a-b": api, "a_b": api}))


def test_the_json_file_reads_back_as_the_same_outputs(tmp_path: Path) -> None:
    paths = write_files(outputs(), "dev", tmp_path, with_secrets=True)
    assert Outputs.model_validate_json((tmp_path / "identity.json").read_text()) == outputs()
    assert {path.name for path in paths} == {path.name for path in tmp_path.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


def test_without_secrets_no_file_has_one(tmp_path: Path) -> None:
    for path in write_files(outputs(), "dev", tmp_path, with_secrets=False):
        assert "s3cret" not in path.read_text()


def test_a_collection_to_pass_on_is_for_the_same_kinds_of_clients(tmp_path: Path) -> None:
    for name, with_secrets in (("ours", True), ("theirs", False)):
        write_files(outputs(), "dev", tmp_path / name, with_secrets=with_secrets)
    ours, theirs = ((tmp_path / name / "identity.postman_collection.json").read_text() for name in ("ours", "theirs"))
    assert ours == theirs


def test_an_output_that_no_command_reads_is_exported_all_the_same(tmp_path: Path) -> None:
    more = {"groups": ["admins"], "revokeUrl": "https://acme.example/oauth2/revoke"}
    write_files(outputs(**more), "dev", tmp_path, with_secrets=True)
    assert json.loads((tmp_path / "identity.json").read_text()).items() >= more.items()


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot be written"):
        write_files(outputs(), "dev", tmp_path / "file", with_secrets=True)
