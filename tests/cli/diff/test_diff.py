"""The description of a preview: no change or value can be mistaken for another one."""

from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli.diff import commands, render
from cli.diff.changes import alike_together, compare
from cli.diff.stacks import in_the_place_of_local, moved, region_of
from identity import facts
from local import command_line

POOL = "aws:cognito/userPool:UserPool"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
SERVER = "aws:cognito/resourceServer:ResourceServer"
RECORD = "aws:route53/record:Record"


def step(op: str, kind: str, name: str, old: Any = None, new: Any = None, changed: Any = ()) -> dict[str, Any]:
    return {
        "op": op,
        "type": kind,
        "urn": f"urn:pulumi:local::identity::{kind}::{name}",
        "diffs": list(changed) or None,
        "old": {"inputs": old, "outputs": None} if old else None,
        "new": {"inputs": new, "outputs": None} if new else None,
    }


def preview(*steps: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"succeeded": True, "errors": [], "policies": [], "steps": list(steps), "diff": "", **parts}


def api(op: str, old: list[str], new: list[str]) -> dict[str, Any]:
    """Return a step of the API `t` with its scopes before and after."""
    sides = ({"identifier": "t", "scopes": [{"scopeName": name} for name in names]} for names in (old, new))
    return step(op, SERVER, "access-server-task", *sides)


@pytest.mark.parametrize(
    ("kind", "name", "what"),
    [
        (POOL, "customers", "user pool"),
        (DOMAIN, "customers-prefix-domain", "sign-in domain"),
        (CLIENT, "access-client-web", "client web"),
    ],
)
@pytest.mark.parametrize("op", ["delete", "replace", "create-replacement", "delete-replaced"])
def test_the_end_of_a_pool_domain_or_client_fails_and_is_told_first(kind: str, name: str, what: str, op: str) -> None:
    compared = compare("prod", preview(step(op, kind, name, changed=["x"])))
    assert compared.fails
    assert what in compared.losses[0]
    text, markdown = render.as_text("main", [compared]), render.as_markdown("main", [compared])
    assert text.index(render.ALARM) < text.index("± " if "replace" in op else "- ")
    assert markdown.index("[!CAUTION]") < markdown.index("**REPLACED**" if "replace" in op else "**DELETED**")


@pytest.mark.parametrize(
    ("op", "kind"), [("create", POOL), ("update", CLIENT), ("same", DOMAIN), ("delete", RECORD), ("replace", RECORD)]
)
def test_what_can_be_had_back_does_not_fail(op: str, kind: str) -> None:
    assert not compare("dev", preview(step(op, kind, "x"))).fails


def test_the_steps_of_one_replacement_count_once() -> None:
    steps = [step(op, CLIENT, "access-client-web") for op in ("create-replacement", "replace", "delete-replaced")]
    assert compare("dev", preview(*steps, step("same", POOL, "customers"))).headline == "1 replaced, 1 unchanged"


def test_scopes_and_urls_are_told_in_words() -> None:
    def client(scopes: list[str], urls: list[str], out: list[str]) -> dict[str, Any]:
        return {"allowedOauthScopes": scopes, "callbackUrls": urls, "logoutUrls": out}

    before = client(["openid", "t/task.read"], ["https://old"], ["https://a"])
    after = client(["openid", "t/task.list"], ["https://new"], ["https://b"])
    steps = [
        api("update", ["task.read"], ["task.list"]),
        step("update", CLIENT, "access-client-web", before, after),
        step("delete", CLIENT, "access-client-gone", before),
        step("create", CLIENT, "access-client-app", None, client(["openid"], ["app://x"], [])),
    ]
    assert compare("dev", preview(*steps)).words == (
        "scope t/task.list added",
        "scope t/task.read removed: no app can ask for it any more",
        "client app: callback URL app://x added",
        "client app: may ask for openid",
        "client web: callback URL https://new added",
        "client web: callback URL https://old removed: sign-in that comes back there fails",
        "client web: may ask for t/task.list",
        "client web: may no longer ask for t/task.read",
        "client web: logout URL https://b added",
        "client web: logout URL https://a removed",
    )


def test_a_stack_that_is_made_tells_its_scopes_too() -> None:
    made = step("create", SERVER, "access-server-task", None, {"identifier": "t", "scopes": [{"scopeName": "read"}]})
    assert compare("dev", preview(made)).words == ("scope t/read added",)


@pytest.mark.parametrize("first", ["create-replacement", "delete-replaced"])
def test_a_replacement_tells_what_is_before_and_after_in_whatever_order_its_steps_come(first: str) -> None:
    sides = {"logoutUrls": ["https://a"]}, {"logoutUrls": ["https://b"]}
    steps = [
        step("create-replacement", CLIENT, "access-client-web", *sides, changed=["logoutUrls"]),
        step("replace", CLIENT, "access-client-web", *sides, changed=["logoutUrls"]),
        step("delete-replaced", CLIENT, "access-client-web", sides[0]),
    ]
    compared = compare("dev", preview(*(steps if first == "create-replacement" else reversed(steps))))
    assert compared.words == ("client web: logout URL https://b added", "client web: logout URL https://a removed")
    assert compared.changes[0].values == ('logoutUrls: ["https://a"] -> ["https://b"]',)


def test_a_refused_preview_fails_with_its_reasons() -> None:
    compared = compare("dev", preview(succeeded=False, errors=["restore it"]))
    assert compared.fails
    assert compared.headline == "refused"
    for shown in (render.as_text("main", [compared]), render.as_markdown("main", [compared])):
        assert "restore it" in shown


def test_a_failure_without_a_reason_is_a_failure_all_the_same() -> None:
    assert compare("dev", preview(succeeded=False)).fails


def test_policies_speak_in_one_line_each() -> None:
    message = "Demands.\n  customers: tags are missing.\n  Where: there\n  Fix: so"
    found = {"policy_name": "tags", "enforcement_level": "advisory", "resource_urn": "x::customers", "message": message}
    text = render.as_text("main", [compare("dev", preview(policies=[found]))])
    assert "policy tags (advisory): customers: tags are missing." in text


def test_stacks_of_which_the_same_becomes_are_told_once() -> None:
    same, other = preview(step("create", POOL, "x")), preview(step("update", POOL, "x"))
    told = alike_together([compare("dev", same), compare("local", other), compare("prod", same)])
    assert [comparison.stack for comparison in told] == ["dev, prod", "local"]


def test_the_diff_names_resources_and_leaves_out_what_is_told_in_words() -> None:
    diff = "\n".join(
        [
            "Previewing update (local):",
            "    ~ aws:x: (update)",
            "        [urn=urn:pulumi:local::identity::a$aws:x::access-client-web]",
            "        [provider=urn:pulumi:local::identity::pulumi:providers:aws::default::1]",
            '      ~ name: "a" => "b"',
            "    --outputs:--",
            "  ~ clients: {",
            "    }",
            "Resources:",
            "    ~ 1 to update",
            "Policy Packs run:",
            "    Name",
        ]
    )
    lean = compare("dev", preview(diff=diff)).diff
    kept = ["~ aws:x: (update)", "[access-client-web]", '~ name: "a" => "b"', "Resources:", "~ 1 to update"]
    assert [line.strip() for line in lean.splitlines()] == kept


@pytest.mark.parametrize("name", ["`code`", "``` \n# A title", "<b>bold</b>", "@everyone", "]( https://x )"])
def test_nothing_from_a_revision_is_markdown_of_ours(name: str) -> None:
    compared = compare(
        "dev", preview(step("create", SERVER, f"access-server-{name}"), errors=[name], diff=f"    + {name}")
    )
    fence = ""
    for line in render.as_markdown("main", [compared]).splitlines():
        if not fence and line.startswith("```"):
            fence = line.rstrip("abcdefghijklmnopqrstuvwxyz")
        elif fence:
            fence = "" if line == fence else fence
        elif any(part in line for part in name.split("\n")):
            assert line.startswith("- `"), line


def test_many_words_leave_room_for_the_rest() -> None:
    many = api("update", [], [f"s{index}" for index in range(300)])
    assert len(render.as_text("main", [compare("dev", preview(many))]).splitlines()) < 60


def write(directory: Path, stack: str, config: Any) -> None:
    (directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"encryptionsalt": "s", "config": config}))


def test_a_stack_is_deployed_by_its_own_settings_on_the_emulators_account(tmp_path: Path) -> None:
    write(tmp_path, "local", {"aws:region": "us-east-1", "aws:accessKey": "test", "identity:product": "local"})
    write(tmp_path, "prod", {"aws:region": "eu-west-1", "identity:product": "focusmark", "identity:protect": True})
    assert in_the_place_of_local(tmp_path, "prod")
    assert yaml.safe_load((tmp_path / "Pulumi.local.yaml").read_text()) == {
        "config": {
            "aws:region": "us-east-1",
            "aws:accessKey": "test",
            "identity:product": "focusmark",
            "identity:protect": True,
            "identity:environment": "prod",
        }
    }
    assert region_of(tmp_path, "prod") == "eu-west-1"


def test_an_environment_that_is_given_stays(tmp_path: Path) -> None:
    write(tmp_path, "local", {"aws:region": "us-east-1"})
    write(tmp_path, "prod", {"identity:environment": "live"})
    in_the_place_of_local(tmp_path, "prod")
    assert "identity:environment: live" in (tmp_path / "Pulumi.local.yaml").read_text()


def test_a_broken_stack_file_is_left_for_the_program_to_tell(tmp_path: Path) -> None:
    write(tmp_path, "local", {"aws:region": "us-east-1"})
    (tmp_path / "Pulumi.prod.yaml").write_text("config: [")
    assert in_the_place_of_local(tmp_path, "prod")
    assert (tmp_path / "Pulumi.local.yaml").read_text() == "config: ["


def test_a_mistake_in_the_local_stacks_file_is_none_of_another_stack(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.local.yaml").write_text("config: {aws:region: us-east-1}\nprotect: true\n")
    write(tmp_path, "prod", {"aws:region": "eu-west-1", "identity:product": "focusmark"})
    assert in_the_place_of_local(tmp_path, "prod")
    assert yaml.safe_load((tmp_path / "Pulumi.local.yaml").read_text()) == {
        "config": {"aws:region": "us-east-1", "identity:product": "focusmark", "identity:environment": "prod"}
    }


def test_a_stack_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path, "local", {})
    assert not in_the_place_of_local(tmp_path, "prod")


@pytest.mark.parametrize(
    "text",
    ["config: [", "config:\n  a: b: c", "\tconfig: {}", "- a list", "config: text", "config: {1: 2}", "\0", "a: &a *b"],
)
def test_a_stack_file_that_cannot_be_read_is_no_change_of_region(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    assert region_of(tmp_path, "prod") is None
    assert not moved("us-east-1", region_of(tmp_path, "prod"))


@pytest.mark.parametrize(
    ("project", "stack", "region"),
    [
        (None, {"aws:region": "us-east-1"}, "us-east-1"),
        ({"aws:region": "eu-west-1"}, {"aws:region": "us-east-1"}, "us-east-1"),
        ({"aws:region": "us-east-1"}, {"identity:product": "a"}, "us-east-1"),
        ({"aws:region": {"value": "us-east-1"}}, {}, "us-east-1"),
        ({"aws:region": {"default": "us-east-1"}}, None, "us-east-1"),
        ({"identity:product": {"type": "string"}}, {"aws:region": None}, ""),
    ],
)
def test_a_region_is_the_stacks_or_else_the_projects(tmp_path: Path, project: Any, stack: Any, region: str) -> None:
    if project is not None:
        (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "identity", "config": project}))
    write(tmp_path, "prod", stack)
    assert region_of(tmp_path, "prod") == region


@pytest.mark.parametrize("new", ["eu-west-1", ""])
def test_another_region_is_told_as_the_loss_that_it_is(new: str) -> None:
    assert "all of them would be lost" in moved("us-east-1", new)
    assert "us-east-1" in moved("us-east-1", new)
    assert "None" not in moved("us-east-1", new)


@pytest.mark.parametrize(("old", "new"), [(None, "us-east-1"), ("", "us-east-1"), ("us-east-1", "us-east-1")])
def test_the_same_region_or_a_first_one_is_no_loss(old: str | None, new: str) -> None:
    assert not moved(old, new)


def test_a_changed_setting_is_told_with_both_values_and_can_be_nothing_else() -> None:
    urls = {"callbackUrls": ["https://a"]}, {"callbackUrls": ["https://`b`\n# c"]}
    compared = compare("dev", preview(step("update", CLIENT, "access-client-web", *urls, changed=["callbackUrls"])))
    text, markdown = render.as_text("main", [compared]), render.as_markdown("main", [compared])
    assert '      callbackUrls: ["https://a"] -> ["https://`b`\\n# c"]' in text.splitlines()
    assert '  - `` callbackUrls: ["https://a"] -> ["https://`b`\\n# c"] ``' in markdown.splitlines()


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(OSError("no room"), 1), (click.BadParameter("no such revision"), 2), (KeyboardInterrupt(), 130)],
)
def test_each_way_to_end_has_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trouble: BaseException, status: int
) -> None:
    def failing(_: str) -> str:
        raise trouble

    monkeypatch.setattr(commands, "commit_of", failing)
    assert command_line.run(commands.diff, "python -m cli diff", arguments=["main"]) == status
    assert "Traceback" not in capsys.readouterr().err


def test_the_plan_that_the_config_needs_is_said_with_its_key() -> None:
    line = f"{facts.PLAN_LINE} essentials: userPool.firstFactors[1] emailOtp"
    compared = [compare("dev", preview(plan=[line]))]
    assert f"note: {line}" in render.as_text("main", compared)
    assert line in render.as_markdown("main", compared)
