"""The local stack's commands, for users and for programs."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator import free_port
from local.ports import listener
from tests.support.checkout import Checkout, Ran

pytestmark = pytest.mark.engine


def _told(ran: Ran) -> tuple[str, dict[str, int]]:
    told = json.loads(ran.stdout.splitlines()[-1])
    return told["result"], told["changes"]


def test_before_the_first_up_each_command_says_so(tmp_path: Path) -> None:
    with Checkout(tmp_path) as checkout:
        for command in ("outputs", "refresh"):
            ran = checkout.local(command)
            assert (ran.status, ran.stdout) == (1, "")
            assert "Deploy it: make up" in ran.stderr
        assert "make up" in checkout.local("env").stderr
        ran = checkout.local("destroy", "--json")
        assert ran.status == 0
        assert _told(ran) == ("succeeded", {})
        assert "nothing to destroy" in ran.stderr


def test_up_again_and_preview_change_nothing_and_write_into_no_committed_file(up: Checkout) -> None:
    before = {file.name: file.read_bytes() for file in up.root.glob("Pulumi*.yaml")}
    for command in ("up", "preview", "refresh"):
        ran = up.local(command, "--json")
        assert ran.status == 0, ran.stderr
        assert _told(ran) == ("succeeded", {"same": 13})
        assert "Nothing to change." in ran.stderr
    assert {file.name: file.read_bytes() for file in up.root.glob("Pulumi*.yaml")} == before


def test_outputs_are_one_json_object_and_hide_secrets(up: Checkout) -> None:
    ran, shown = up.local("outputs"), up.local("outputs", "--show-secrets")
    assert ran.stderr == shown.stderr == ""
    assert json.loads(ran.stdout)["clientSecrets"] == "[secret]"
    assert json.loads(shown.stdout)["clientSecrets"]["postman"]


def test_a_shell_is_pointed_at_the_emulator_by_its_printed_lines(up: Checkout) -> None:
    ran = up.local("env")
    assert ran.status == 0, ran.stderr
    asked = 'import boto3; print(boto3.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"][0]["Name"])'
    own = {"AWS_PROFILE": "nobody", "AWS_SESSION_TOKEN": "x", "AWS_REGION": "eu-west-1"}
    shell = subprocess.run(
        ["sh", "-c", f"eval \"$LINES_OF_IT\"; exec '{sys.executable}' -c '{asked}'"],
        env={**os.environ, **own, "LINES_OF_IT": ran.stdout},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.stdout == "focusmark-local-userpool-customers\n", shell.stderr


def test_a_persons_own_settings_do_not_matter(up: Checkout) -> None:
    ran = up.local(
        "up",
        "--json",
        AWS_PROFILE="nobody",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        PULUMI_BACKEND_URL="file:///nowhere",
        PULUMI_CONFIG_PASSPHRASE="another",
        HTTP_PROXY="http://127.0.0.1:1",
    )
    assert ran.status == 0, ran.stderr


def test_another_port_moves_the_emulator_with_all_it_holds(own: Checkout) -> None:
    before = own.inventory()
    port = free_port()
    ran = own.local("up", "--json", PORT=str(port))
    assert ran.status == 0, ran.stderr
    assert set(_told(ran)[1]) == {"same"}
    assert f":{port}/" in json.loads(own.local("outputs").stdout)["jwksUri"]
    assert own.local("refresh").status == 0  # does not run the program, and moves the emulator back to its first port
    assert own.inventory() == before


def test_a_port_in_use_is_told_with_another_one(up: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = up.local("up", "--json", PORT=str(port))
    assert ran.status == 1
    assert _told(ran)[0] == "failed"
    assert f"Port {port} of 127.0.0.1 is in use by" in ran.stderr
    assert "make up PORT=" in ran.stderr


@pytest.mark.parametrize("port", ["0", "80", "70000", "x"])
def test_a_port_that_cannot_be_is_refused(up: Checkout, port: str) -> None:
    ran = up.local("up", PORT=port)
    assert ran.status == 2
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("identity:product: focusmark", "identity:product: [", "not valid YAML"),
        ("identity:product: focusmark", "identity:product: Focusmark", "identity:product"),
        ("identity:product: focusmark", "identity:protect: 3", "identity:protect"),
        ("identity:product: focusmark", "identity:produkt: focusmark", "identity:produ"),
    ],
)
def test_a_broken_stack_file_is_told_without_a_traceback(edited: Checkout, old: str, new: str, told: str) -> None:
    edited.stack_file.write_text(edited.stack_file.read_text().replace(old, new))
    ran = edited.local("preview", "--json")
    assert ran.status == 1
    assert _told(ran)[0] == "failed"
    assert told in ran.stderr
    for noise in ("Traceback", "code: 255", ".local/project"):
        assert noise not in ran.stderr


def test_a_program_that_fails_is_told_with_its_line(up: Checkout) -> None:
    program = up.root / "__main__.py"
    before = program.read_text()
    program.write_text(before + "\n1 / 0\n")
    ran = up.local("preview")
    program.write_text(before)
    assert ran.status == 1
    assert "ZeroDivisionError" in ran.stderr
    assert "__main__.py" in ran.stderr


def test_stop_keeps_what_the_emulator_holds(own: Checkout) -> None:
    before = own.inventory()
    assert "is stopped" in own.local("stop").stderr
    assert "not running" in own.local("stop").stderr
    assert listener(own.port) is None
    assert _told(own.local("up", "--json")) == ("succeeded", _told(own.local("preview", "--json"))[1])
    assert own.inventory() == before


def test_destroy_leaves_nothing_even_with_a_broken_stack_file(own: Checkout) -> None:
    own.stack_file.write_text("config: [")
    ran = own.local("destroy", "--json")
    assert ran.status == 0, ran.stderr
    assert set(_told(ran)[1]) == {"delete"}
    assert not any(own.inventory().values())


def test_a_protected_stack_is_kept_and_the_way_told(own: Checkout) -> None:
    own.config(protect=True)
    assert own.local("up").status == 0
    ran = own.local("destroy", "--json")
    assert ran.status == 1
    assert _told(ran) == ("failed", {})
    assert "Nothing was destroyed" in ran.stderr
    assert "identity:protect: false" in ran.stderr
    own.config(protect=False)
    assert own.local("up").status == 0
    assert own.local("destroy").status == 0
    assert not any(own.inventory().values())


def test_a_zone_behind_an_export_is_there_as_well(tmp_path: Path) -> None:
    with Checkout(tmp_path) as checkout:
        checkout.config(zoneName=None, zoneExport="focusmark-route53-dotAppZone")
        ran = checkout.local("up")
        assert ran.status == 0, ran.stderr
        assert checkout.inventory()["zones"] == ["focusmark.app."]
        assert checkout.local("destroy").status == 0
        assert not any(checkout.inventory().values())
        assert checkout.aws("cloudformation").list_exports()["Exports"] == []


def test_nobody_else_can_read_what_a_command_leaves(tmp_path: Path) -> None:
    with Checkout(tmp_path) as checkout:
        local = checkout.root / ".local"
        local.mkdir(mode=0o755)  # as an older version created it
        before = os.umask(0o022)
        try:
            assert checkout.run("up") == {"create": 13}
            assert checkout.local("stop").status == 0
            assert set(checkout.run("preview")) == {"same"}
        finally:
            os.umask(before)
        modes = {path: path.lstat().st_mode for path in (local, *local.rglob("*")) if not path.is_symlink()}
        open_to_others = [path for path, mode in modes.items() if mode & 0o077]
        assert open_to_others == []
        assert (local / "emulator/state").is_dir()


def test_the_rules_of_production_are_tried_on_the_local_stack_as_the_docs_say(edited: Checkout) -> None:
    edited.config(production=True)
    ran = edited.local("preview", policies=True)
    ran.refused("policy pool-protected (mandatory)", "preview failed.")
    assert "identity:allowLoss" not in ran.said
    edited.config(production=None)
    edited.assert_nothing_to_do()


def test_another_environment_is_had_on_purpose_by_the_way_that_the_refusal_names(own: Checkout) -> None:
    own.config(environment="prod", production=False)
    ran = own.local("preview")
    ran.refused("identity:environment", "identity:domainPrefix")
    own.config(allowLoss=[f"{own.outputs()['userPoolId']}/environment", "focusmark-local"])
    assert own.local("up").status == 0
    assert own.inventory()["domains"] == ["focusmark-prod"]
