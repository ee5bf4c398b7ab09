"""The workflows keep their promises: nothing unpinned, no right too many, and no secret within a fork's reach."""

import functools
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import pulumi_cli

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"

every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@functools.cache
def workflow(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def triggers(file: Path) -> set[str]:
    # YAML takes the word `on` for a boolean.
    return set(workflow(file)[True])  # type: ignore[index]


def jobs(file: Path) -> Iterator[dict[str, Any]]:
    yield from workflow(file)["jobs"].values()


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(file):
        yield from job.get("steps", [])


def pulumi_steps() -> Iterator[dict[str, Any]]:
    for file in FILES:
        yield from (step["with"] for step in steps(file) if step.get("uses", "").startswith("pulumi/actions@"))


@every_file
def test_every_action_is_pinned_to_a_commit_and_names_its_version(file: Path) -> None:
    for line in re.findall(r"uses: *(.+)", file.read_text()):
        assert line.startswith("./") or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_commit_everywhere() -> None:
    used = {line for file in FILES for line in re.findall(r"uses: *([\w-]+/[\w-]+@\S+)", file.read_text())}
    assert len({line.split("@")[0] for line in used}) == len(used)


@every_file
def test_no_workflow_has_a_right_that_a_job_does_not_ask_for(file: Path) -> None:
    assert workflow(file)["permissions"] == {}
    assert all(job["permissions"] for job in jobs(file))


@every_file
def test_no_workflow_names_a_secret(file: Path) -> None:
    assert "secrets." not in file.read_text()
    assert not {"pull_request_target", "issue_comment"} & triggers(file)


@every_file
def test_a_job_with_a_cloud_role_is_out_of_a_forks_reach_and_in_an_environment(file: Path) -> None:
    for job in jobs(file):
        if "id-token" in job["permissions"]:
            assert job["environment"]
            assert "pull_request" not in triggers(file) or SAME_REPOSITORY in job["if"]
            assert not {"aws-access-key-id", "aws-secret-access-key"} & {
                key for step in job["steps"] for key in step.get("with", {})
            }


@every_file
def test_what_runs_a_pull_requests_code_may_read_the_repository_and_nothing_else(file: Path) -> None:
    if "pull_request" in triggers(file):
        for job in jobs(file):
            # A token for a role is no right on GitHub; who gets one is the test above.
            assert set(job["permissions"].items()) <= {("contents", "read"), ("id-token", "write")}
            assert not any("comment-on-pr" in step.get("with", {}) for step in job.get("steps", []))


@every_file
def test_an_environment_that_a_pull_request_can_reach_is_none_of_mains(file: Path) -> None:
    for job in jobs(file):
        if "environment" in job:
            assert job["environment"].endswith("-preview") == ("pull_request" in triggers(file))


@every_file
def test_what_holds_a_cloud_role_installs_what_an_update_needs_and_nothing_else(file: Path) -> None:
    for job in jobs(file):
        if "id-token" in job["permissions"]:
            scripts = " ".join(step.get("run", "") for step in job["steps"])
            # Each night the pool is compared with the stack's file as well, which takes AWS's SDK.
            needed = "requirements-tools.txt" if file.stem == "drift" else "requirements.txt"
            assert re.findall(r"-r (\S+)", scripts) == [needed]
            assert "--require-hashes" in scripts
            assert "make" not in scripts.split()


@every_file
def test_an_update_has_two_hours_and_its_session_lasts_as_long(file: Path) -> None:
    for job in jobs(file):
        if any(step.get("with", {}).get("command") == "up" for step in job.get("steps", [])):
            assert job["timeout-minutes"] == 120
            (role,) = (step["with"] for step in job["steps"] if "role-to-assume" in step.get("with", {}))
            assert role["role-duration-seconds"] == job["timeout-minutes"] * 60


def test_only_what_runs_on_main_looks_at_aws_by_a_refresh() -> None:
    """A refresh reads each client with its secret, which the roles of the previews are denied."""
    commands = [
        (file.stem, step["with"]) for file in FILES for step in steps(file) if "command" in step.get("with", {})
    ]
    for name, settings in commands:
        assert settings.get("refresh", False) is (name != "cloud-preview"), name


def test_what_is_approved_for_prod_is_what_runs() -> None:
    deploy = workflow(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    made, taken = (
        next(step for step in deploy[job]["steps"] if step.get("with", {}).get("stack-name") == "prod")
        for job in ("prod-plan", "prod")
    )
    assert (made["with"]["command"], taken["with"]["command"]) == ("preview", "up")
    assert made["with"]["plan"] == taken["with"]["plan"]
    assert made["env"] == taken["env"] == {"PULUMI_EXPERIMENTAL": "true"}
    (upload,) = (step["with"] for step in deploy["prod-plan"]["steps"] if "upload-artifact" in step.get("uses", ""))
    assert upload["path"] == made["with"]["plan"]
    assert upload["if-no-files-found"] == "error"
    # A later run of the same job takes the place of its first plan, and no other file can.
    assert upload["overwrite"] is True
    assert deploy["prod-plan"]["outputs"] == {"sha256": "${{ steps.plan.outputs.sha256 }}"}
    (download,) = (step["run"] for step in deploy["prod"]["steps"] if "gh run download" in step.get("run", ""))
    assert f"--name {upload['name']}" in download
    assert "sha256sum --check" in download


@pytest.mark.parametrize(("found", "passes"), [(b"{}", True), (b"{} ", False), (b"", False), (None, False)])
def test_no_other_plan_than_the_approved_one_runs(found: bytes | None, passes: bool, tmp_path: Path) -> None:
    (script,) = (
        step["run"]
        for step in workflow(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["prod"]["steps"]
        if "gh run download" in step.get("run", "")
    )
    (tmp_path / "gh").write_text('#!/bin/sh\ncp "$FOUND" "$RUNNER_TEMP/plan.json"\n')
    (tmp_path / "gh").chmod(stat.S_IRWXU)
    if found is not None:
        (tmp_path / "found").write_bytes(found)
    (tmp_path / "temp").mkdir()
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "FOUND": str(tmp_path / "found"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "REPOSITORY": "owner/identity",
        "RUN": "7",
        "SHA256": hashlib.sha256(b"{}").hexdigest(),
    }
    # As the runner does.
    ran = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, check=False)
    assert (ran.returncode == 0) is passes


def test_what_may_comment_on_a_forks_pull_request_runs_none_of_its_code() -> None:
    (job,) = jobs(ROOT / ".github" / "workflows" / "comment.yml")
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    for step in job["steps"]:
        assert "uses" not in step
        assert "${{" not in step["run"]  # GitHub's values come as variables, never as text of the script


@every_file
def test_a_checkout_leaves_no_token_behind(file: Path) -> None:
    for step in steps(file):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_every_update_and_preview_of_a_stack_runs_the_policy_pack_by_the_version_that_the_tests_run() -> None:
    found = list(pulumi_steps())
    assert {step["pulumi-version"] for step in found} == {str(pulumi_cli.VERSION)}
    commands = [step for step in found if "command" in step]
    assert {step["command"] for step in commands} == {"preview", "up"}
    assert {step["policyPacks"] for step in commands} == {"policy"}
    assert (ROOT / "policy" / "PulumiPolicy.yaml").is_file()


def test_prod_is_updated_after_dev_and_only_with_approval() -> None:
    deploy = workflow(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    assert deploy["dev"]["needs"] == "checks"
    assert deploy["prod-plan"]["needs"] == "dev"
    assert deploy["prod"]["needs"] == "prod-plan"
    assert deploy["prod"]["environment"] == "prod"


def test_no_update_begins_where_the_last_one_was_cut_off() -> None:
    for name, job in workflow(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"].items():
        acting = [step["with"] for step in job.get("steps", []) if "command" in step.get("with", {})]
        checks = [step["run"] for step in job.get("steps", []) if "pending_operations" in step.get("run", "")]
        wanted = [f".venv/bin/python .github/pending_operations.py {settings['stack-name']}" for settings in acting]
        assert checks == wanted, name


@pytest.mark.parametrize(
    ("pending", "passes"),
    [
        ('{"deployment": {}}', True),
        ('{"deployment": {"pending_operations": []}}', True),
        ('{"deployment": {"pending_operations": [{"type": "updating", "resource": {"urn": "u"}}]}}', True),
        ('{"deployment": {"pending_operations": [{"type": "creating", "resource": {"urn": "u"}}]}}', False),
    ],
    ids=["no word", "none", "a refresh clears it", "a create"],
)
def test_a_create_that_was_cut_off_stops_an_update(pending: str, passes: bool, tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text('#!/bin/sh\necho "$PENDING"\n')
    (tmp_path / "pulumi").chmod(stat.S_IRWXU)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PENDING": pending}
    script = [sys.executable, str(ROOT / ".github" / "pending_operations.py"), "dev"]
    ran = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode == 0) is passes
    assert ("Pending operations" in ran.stdout) is not passes


def test_the_nightly_preview_fails_on_drift() -> None:
    (settings,) = (step for step in pulumi_steps() if step.get("expect-no-changes"))
    assert (settings["command"], settings["refresh"]) == ("preview", True)
    drift = ROOT / ".github" / "workflows" / "drift.yml"
    assert {"schedule", "workflow_dispatch"} == triggers(drift)
    assert all("github.ref == 'refs/heads/main'" in job["if"] for job in jobs(drift))


def test_the_nightly_run_lists_what_nobody_manages_also_where_the_preview_fails() -> None:
    *_, last = steps(ROOT / ".github" / "workflows" / "drift.yml")
    assert last["run"].startswith('.venv/bin/python -m cli adopt --stack "$STACK" --check')
    assert last["if"] == "${{ !cancelled() }}"
    assert last["shell"] == "bash"  # with pipefail: `tee` must not hide what is found


def test_the_checks_run_on_each_python_that_the_readme_names_from_the_oldest_on() -> None:
    checks = workflow(ROOT / ".github" / "workflows" / "checks.yml")["jobs"]
    pythons = checks["python"]["strategy"]["matrix"]["python"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\b3\.1\d\b", readme))) == pythons
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={pythons[0]}"
    (setup,) = (step["with"] for step in checks["python"]["steps"] if "setup-python" in step.get("uses", ""))
    assert setup["python-version"] == "${{ matrix.python }}"


@pytest.mark.parametrize(
    ("result", "passes"), [("success", True), ("failure", False), ("cancelled", False), ("", False)]
)
def test_a_merge_needs_the_checks_on_all_of_them(result: str, passes: bool) -> None:
    checks = workflow(ROOT / ".github" / "workflows" / "checks.yml")["jobs"]["checks"]
    assert (checks["needs"], checks["if"], checks["name"]) == ("python", "${{ always() }}", "Checks")
    (step,) = checks["steps"]
    assert step["env"] == {"RESULT": "${{ needs.python.result }}"}
    ran = subprocess.run(["bash", "-e", "-c", step["run"]], env={"RESULT": result}, check=False)
    assert (ran.returncode == 0) is passes


@every_file
def test_every_make_target_that_is_called_is_there(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"run: make (\S+)", file.read_text()):
        assert re.search(rf"^{re.escape(target)}\b.*:", makefile, re.MULTILINE), target


STUB = r"""#!/bin/sh
printf '%s\0' "$@" > "$STUB/last"
echo "$*" >> "$STUB/calls"
case "$*" in
"run download"*)
    [ -e "$STUB/diff.md" ] || exit 1
    mkdir text
    if [ -e "$STUB/target" ]; then ln -s "$(cat "$STUB/target")" text/diff.md; else cp "$STUB/diff.md" text; fi
    ;;
*--paginate*) cat "$STUB/comments" ;;
"api --method GET"*) cat "$STUB/pulls" ;;
esac
"""


@pytest.fixture
def comment(tmp_path: Path) -> Any:
    """Run the script of comment.yml against a `gh` of the test's own; gives the last call and the comment."""
    stub, place = tmp_path / "bin", tmp_path / "run"
    stub.mkdir()
    place.mkdir()
    (stub / "gh").write_text(STUB)
    (stub / "gh").chmod(stat.S_IRWXU)
    (job,) = jobs(ROOT / ".github" / "workflows" / "comment.yml")

    def run(pulls: Any, comments: Any = (), text: bytes | None = b"what it does") -> tuple[list[str], str]:
        (tmp_path / "pulls").write_text(json.dumps(pulls))
        (tmp_path / "comments").write_text(json.dumps(comments))
        if text is not None:
            (tmp_path / "diff.md").write_bytes(text)
        environment = {
            "PATH": f"{stub}:{os.environ['PATH']}",
            "STUB": str(tmp_path),
            "REPOSITORY": "owner/identity",
            "RUN": "7",
            "HEAD": "stranger:fix",
            "COMMIT": "c0ffee",
        }
        script = job["steps"][0]["run"]
        subprocess.run(["bash", "-c", script], env=environment, cwd=place, check=True, capture_output=True)
        body = place / "comment.md"
        last = (tmp_path / "last").read_text().split("\0")[:-1]
        return last, body.read_text() if body.exists() else ""

    return run


PULL = {"number": 5, "head": {"sha": "c0ffee"}}


def test_a_comment_is_posted_once_and_then_renewed(comment: Any) -> None:
    call, body = comment([{"number": 4, "head": {"sha": "older"}}, PULL])
    assert call[:4] == ["api", "--method", "POST", "repos/owner/identity/issues/5/comments"]
    assert "what it does" in body


def test_only_its_own_comment_is_renewed(comment: Any) -> None:
    mark = "<!-- preview on the emulated AWS -->"
    comments = [
        {"id": 1, "user": {"login": "stranger"}, "body": mark},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "another"},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": f"{mark} old"},
    ]
    call, _ = comment([PULL], comments)
    assert call[:4] == ["api", "--method", "PATCH", "repos/owner/identity/issues/comments/3"]


def test_a_long_text_is_cut_to_what_a_comment_holds(comment: Any) -> None:
    _, body = comment([PULL], text=b"x" + "é".encode() * 60_000)
    assert len(body.encode()) < 61_000
    assert "by the code of this pull request" in body


HOSTILE = {
    "mention, markdown, html, a command of the runner's and other at signs": "\n".join(
        [
            "@everyone and @owner/team, mail me@example.org",
            "## Approved by security\n\n[merge it](https://evil.example) ![](https://evil.example/seen.png)",
            "</details><img src=x onerror=alert(1)><!-- preview on the emulated AWS -->@owner",
            "::set-output name=x::y\n@owner",
            "@owner \u202e@owner",
        ]
    ).encode(),
    "closing fence": b"```\n@owner merge it\n```",
    "long closing fence": b"`" * 40 + b"\n@owner\n",
    "endless fence": b"`" * 70_000 + b"\n@owner\n",
    "tildes": b"~~~\n</details>\n~~~~~~\n@owner",
    "fence behind spaces and returns": b"\r\n   `````\r@owner\r\n",
    "many": b"@" * 70_000,
    "no UTF-8": b"\xff@\xfe`\xc3`",
    "a fence that the cut makes": b"x" * 59_990 + b"\n" + b"`" * 500,
    "nothing": b"",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_forks_text_is_shown_as_text_and_calls_nobody(comment: Any, text: bytes) -> None:
    _, body = comment([PULL], text=text)
    (fence,) = re.findall(r"^(`{3,})text$", body, re.MULTILINE)[:1]
    before, _, rest = body.partition(f"{fence}text\n")
    inside, _, after = rest.rpartition(f"\n{fence}\n")
    assert before == "<!-- preview on the emulated AWS -->\n"
    assert max((len(run) for run in re.findall("`+", inside)), default=0) < len(fence)
    assert not re.search(r"@(?!\u200b)", body)
    assert not re.search(r"[\r\u202a-\u202e\u2066-\u2069]", body)
    assert "by the code of this pull request" in after
    assert len(body.encode()) < 65_536


@pytest.mark.parametrize("target", ["/proc/self/environ", "/etc/passwd", "nowhere", "."])
def test_a_link_in_a_forks_artifact_is_not_followed(comment: Any, target: str, tmp_path: Path) -> None:
    (tmp_path / "target").write_text(target)
    with pytest.raises(subprocess.CalledProcessError):
        comment([PULL])
    assert "POST" not in (tmp_path / "calls").read_text()


def test_a_harmless_text_is_shown_as_it_is(comment: Any) -> None:
    text = "a ``b`` c\n```diff\n+ one\n```\n- `client` updated: `scopes`, é"
    _, body = comment([PULL], text=text.encode())
    assert f"text\n{text}\n" in body


def test_a_pull_request_that_has_gone_on_gets_no_comment(comment: Any) -> None:
    call, body = comment([{"number": 5, "head": {"sha": "newer"}}])
    assert (call[2], body) == ("GET", "")


def test_a_preview_without_a_text_posts_nothing(comment: Any) -> None:
    call, body = comment([PULL], text=None)
    assert (call[:2], body) == (["run", "download"], "")
