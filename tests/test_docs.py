"""Every block of the pages is run, or checked as far as it can be without AWS. The words after ``` say how:

- `sh`: for the local stack. One bash runs a page's blocks from top to bottom, in a fresh copy of the checkout.
- `console`: for AWS, or for a person at the keyboard, a command a line. Not run; its words are checked.
- `yaml`: a stack file's `config:`, or keys of it. The program takes it, and prod's policies take its clients.
- `yaml local`: the same for the local stack alone, whose policies take its clients.
- `yaml template`: a CloudFormation template. Deployed after the page's commands, with the exports turned on.
- `yaml sam`: a SAM template, which AWS expands. tests/examples/test_api_template.py has it expanded, and deploys it.
- `json policy`: a policy of AWS's IAM. tests/test_roles.py reads it.
- `python`, `js`, `csharp`, `java`, `bash`: consecutive lines of an example's file, which is run where it can be.
- `mermaid`, or nothing: nothing to run. A picture, or what a command prints.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore import xform_name
from pulumi_policy import EnforcementLevel

from identity import facts
from identity.config import check
from local import pulumi_cli
from local.aws_plugin.emulator import model
from policy import enforcement, exemptions
from policy.rule import Resource
from tests.identity.test_program import stack_file
from tests.support.checkout import Checkout
from tests.support.program import REGION, ROOT, Deploy, config_errors, config_of

# How the files of the examples end whose lines a block has, by its kind.
SHOWN = {"python": "py", "js": "mjs", "csharp": "cs", "java": "java", "bash": "sh"}
KINDS = ("sh", "console", "yaml", "yaml local", "yaml template", "yaml sam", "json policy", *SHOWN, "mermaid", "")
TIMEOUT = 300.0  # seconds for the commands of a page

# What a page says that its commands print, as lines of their output.
SAID: dict[str, list[str]] = {
    "adding-a-client.md": [r"ey\S+\.\S+\.\S+"],
    "adding-an-api.md": [r'\s*"app\.focusmark\.api\.invoice/invoice\.read",?', "401"],
    "outputs.md": [r"identity\.env", r".*/identity\.postman_collection\.json"],
    "triggers.md": [r' +"roles": \[', '  "autoConfirmUser": false,'],
    "signing-in-by-hand.md": [
        "http://127.0.0.1:[0-9]+/oauth2/authorize[?].*code_challenge_method=S256",
        "3600",
        r'\{(?!.*email).*"token_use":"access".*"username":"tester".*\}',
        r'\{.*"token_use":"id".*"email":"tester@example.com".*\}',
        r'\{"sub": .*"email": "tester@example.com".*\}',
        "200",
    ],
}


@dataclass(frozen=True)
class Block:
    """A fenced block: the page, the line of its fence, the words after the fence, and what stands in it."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    inside: list[str] | None = None
    kind, start = "", 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if inside is None and line.lstrip().startswith("```"):
            inside, kind, start = [], line.strip().removeprefix("```"), number
        elif inside is not None and line.strip() == "```":
            yield Block(str(page.relative_to(ROOT)), start, kind, "\n".join(inside) + "\n")
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"{page}:{start}: this block has no end"


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def of_kind(*kinds: str) -> Callable[[Any], Any]:
    """Run a test once for each block of these kinds, under the name of its place; without any there is none to run."""
    return pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind in kinds], ids=str)


def test_every_block_says_what_is_done_with_it() -> None:
    assert not [f"{block}: {block.kind!r} is none of {KINDS}" for block in BLOCKS if block.kind not in KINDS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert not [target for target in targets if "://" not in target and not (page.parent / target).exists()]


# --- stack config -----------------------------------------------------------------------------------------------------


@of_kind("yaml", "yaml local")
def test_config_is_taken_as_it_stands(block: Block, deploy: Deploy) -> None:
    written: dict[str, Any] = yaml.safe_load(block.text) or {}
    written = written.get("config", written)
    config = stack_file("local") | written
    assert not [str(problem) for problem in config_errors(config, "local")]
    run = deploy(config)
    named = {f"access-client-{key}" for key in written.get("identity:clients", {})}
    environment = "local" if block.kind == "yaml local" else "prod"
    stack = [Resource(item.type, item.name, item.inputs, region=REGION) for item in run.resources.values()]
    exempt = exemptions.by_settings(json.dumps(written.get("identity:clients", {})))
    refused = [
        f"{rule.id}: {finding.wrong}"
        for rule in enforcement.RULES
        if facts.USER_POOL_CLIENT in rule.on and enforcement.level(rule, environment) is EnforcementLevel.MANDATORY
        for resource in stack
        if resource.name in named and not any(item.is_for(rule, resource) for item in exempt)
        for finding in rule.findings(resource, stack)
    ]
    assert not refused


# --- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind in SHOWN], ids=str)
def test_code_is_what_an_example_has(block: Block) -> None:
    examples = [path.read_text(encoding="utf-8") for path in (ROOT / "examples").rglob(f"*.{SHOWN[block.kind]}")]
    shown, *files = (re.sub(r"^ +", "", text, flags=re.MULTILINE) for text in (block.text, *examples))
    assert any(shown in text for text in files), f"{block}: in no file of examples/"


# --- what replaces what -----------------------------------------------------------------------------------------------


def default(key: str) -> set[str]:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return set(schema["config"][f"identity:{key}"]["default"])


def test_the_readme_shows_an_object_that_replaces_the_default_and_one_that_repeats_it() -> None:
    written = [
        yaml.safe_load(block.text)["config"] for block in BLOCKS if (block.page, block.kind) == ("README.md", "yaml")
    ]
    replaces, repeats = (item for item in written if "cart" in item.get("identity:apis", {}))
    resolved = check(config_of(stack_file("local") | replaces), "local")[0]
    assert (set(resolved.apis), set(resolved.clients)) == ({"cart"}, {"shop"})
    resolved = check(config_of(stack_file("local") | repeats), "local")[0]
    assert set(resolved.apis) == default("apis") | {"cart"}
    assert set(resolved.clients) == default("clients")


def test_protect_is_what_the_stacks_file_says_and_no_name_changes_it() -> None:
    for stack in ("local", "dev", "prod", "live"):
        settings, _ = check({"identity:product": "acme"}, stack)
        assert settings.config.protect is False
    assert stack_file("prod")["identity:protect"] is True


# --- how Python is called ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_a_page_calls_the_checkouts_python_and_no_other(page: Path) -> None:
    """Without the packages of .venv each of these ends in a traceback. Rooms are named by `python -m <room>` alone."""
    text = page.read_text(encoding="utf-8")
    calls = re.findall(r"(?:^|[\s`(])([\w./-]*python3?) -m (?!venv|pip)([^`\n]+)", text)
    assert [call for call in calls if call[0] != ".venv/bin/python" and call[1] not in PACKAGES] == []


def test_a_message_calls_the_checkouts_python_and_no_other() -> None:
    files = [file for room in PACKAGES if room != "tests" for file in (ROOT / room).rglob("*.py")]
    found = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if " -m " in line]
    assert [line for line in found if re.search(r"(?<!/)python3? -m \w+ --\S+", line) and '"""' not in line] == []


# --- commands that are not run ----------------------------------------------------------------------------------------


def not_run() -> Iterator[tuple[Block, str]]:
    for block in (block for block in BLOCKS if block.kind == "console"):
        for line in block.text.replace("\\\n", " ").splitlines():
            yield block, line


NOT_RUN = [pytest.param(command, id=f"{block}: {command}") for block, command in not_run()]


def words_of(command: str) -> list[str]:
    return shlex.split(command, comments=True)


@pytest.mark.parametrize("command", NOT_RUN)
def test_a_command_that_is_not_run_is_one_there_is(command: str) -> None:
    syntax = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    assert syntax.returncode == 0, syntax.stderr
    program, *words = words_of(command)
    if program == "make":
        check_make(words)
    elif program == ".venv/bin/python":
        assert words[0] == "-m"
        assert (ROOT / words[1].replace(".", "/") / "__main__.py").is_file()
    elif program == "aws":
        check_aws(words)
    else:
        known = (
            *("pulumi", "curl", "git", "cd", "read", ".", "python3", "export", "set", "eval", "newman", "npm"),
        )  # pulumi's words: the next test
        # pulumi's words: the next test
        assert program in known, f"{program}: teach this test to check it, or put the command into a block of sh"


def check_make(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name = word.partition("=")[0]
        pattern = rf"[,$({{]{name}\b|\b{name} \?=" if "=" in word else rf"^[a-z ]*\b{re.escape(word)}\b[a-z ]*:"
        assert word.startswith("-") or re.search(pattern, makefile, re.MULTILINE), f"the Makefile knows no {word}"


def check_aws(words: list[str]) -> None:
    service = model(words[0])
    operations = {xform_name(name, "-"): name for name in service.operation_names}
    assert words[1] in operations
    shape = service.operation_model(operations[words[1]]).input_shape
    options = {f"--{xform_name(name, '-')}" for name in shape.members} if shape else set()
    assert {word for word in words if word.startswith("--")} <= options | {"--region", "--profile"}


@pytest.mark.engine
@pytest.mark.parametrize("command", [item for item in NOT_RUN if str(item.values[0]).startswith("pulumi ")])
def test_the_pulumi_cli_knows_its_commands(command: str) -> None:
    words = words_of(command)
    help_text = subprocess.run(
        [pulumi_cli.find().command, *words[1:], "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    ).stdout
    usage = re.search(r"Usage:\n +(pulumi(?: [a-z-]+)+)", help_text)
    assert usage, f"no such command: {command}"
    *path, last = usage[1].split()
    aliases = re.search(r"Aliases:\n +(.+)", help_text)
    assert words[: len(path)] == path
    assert words[len(path)] in (last, *(aliases[1].split(", ") if aliases else ()))
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in help_text]
    assert not unknown, f"{usage[1]} has no {', '.join(unknown)}"


# --- commands that are run --------------------------------------------------------------------------------------------


RUN_PAGES = sorted({block.page for block in BLOCKS if block.kind == "sh"})


def with_packages(checkout: Checkout) -> Checkout:
    """The packages that run this test, where the Makefile would install them, and marked as installed."""
    there = checkout.root / ".venv"
    there.unlink()
    there.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith("installed"):
            (there / entry.name).symlink_to(entry)
    (there / "installed").touch()
    return checkout


def _as_from_a_shell() -> dict[str, str]:
    """The environment without what `make test` passes on to the makes below it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def run_commands(checkout: Checkout, blocks: list[Block]) -> str:
    """Run the blocks by one bash, and give back what they printed."""
    # What a block leaves in the background ends with the page, also where a later one fails.
    script = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    script += ['make() { [[ $1 == test ]] || command make "$@"; }']  # `make test` is what runs this
    for block in blocks:
        script += [f"echo '::: {block}' >&2", block.text]
    shell = shutil.which("bash")
    assert shell, "bash is not installed"
    ran = subprocess.run(
        [shell],
        input="\n".join(script),
        cwd=checkout.root,
        env={**_as_from_a_shell(), "PORT": str(checkout.port)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert ran.returncode == 0, f"the last block that began has failed\n{ran.stderr[-3000:]}\n{ran.stdout[-1000:]}"
    return ran.stdout


def deploy_templates(checkout: Checkout, templates: list[Block]) -> None:
    checkout.config(cloudFormationExports=True)
    assert checkout.local("up").status == 0
    cloudformation = checkout.aws("cloudformation")
    for block in templates:
        name = f"of-line-{block.line}"
        cloudformation.create_stack(StackName=name, TemplateBody=block.text)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2})
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2})


@pytest.mark.engine
@pytest.mark.parametrize("page", RUN_PAGES)
def test_the_commands_of_a_page_work(page: str, tmp_path: Path, default_stack: Path) -> None:
    blocks = [block for block in BLOCKS if block.page == page]
    templates = [block for block in blocks if block.kind == "yaml template"]
    commands = [block for block in blocks if block.kind == "sh"]
    begins = commands[0].text.startswith("make up")  # else the page speaks of a stack that is up
    with with_packages(Checkout(tmp_path, None if begins else default_stack)) as checkout:
        printed = run_commands(checkout, commands).splitlines()
        missing = [
            line for line in SAID.get(Path(page).name, []) if not any(re.fullmatch(line, item) for item in printed)
        ]
        assert not missing, f"not printed: {missing}\n" + "\n".join(printed)[-3000:]
        if templates:
            deploy_templates(checkout, templates)


# --- what is named ----------------------------------------------------------------------------------------------------

SOURCES = sorted(file for room in PACKAGES for file in (ROOT / room).rglob("*.py"))


def is_there(dotted: str) -> bool:
    """Whether a module has this name, or something in a module has."""
    *path, last = dotted.split(".")
    if (ROOT.joinpath(*path, last)).is_dir() or (ROOT.joinpath(*path, f"{last}.py")).is_file():
        return True
    package = ROOT.joinpath(*path)
    module = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    return module.is_file() and bool(re.search(rf"\b{last}\b", module.read_text(encoding="utf-8")))


def test_a_module_that_a_file_names_is_there() -> None:
    module = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)`")
    named = [(file, item) for file in SOURCES for item in module.findall(file.read_text(encoding="utf-8"))]
    assert [pair for pair in named if not pair[1].endswith(".py") and not is_there(pair[1])] == []


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def rooms() -> Iterator[tuple[str, str]]:
    """Each file or folder that the table of CONTRIBUTING.md names, with the row: `b.py` beside `a/x.py` is a/b.py."""
    for line in re.findall(r"^\| (`.*) \|$", CONTRIBUTING.partition("## Where things go")[2], re.MULTILINE):
        folder = ""
        for name in re.findall(r"`([\w./<>-]+(?:\.\w+|/\w*))`", line):
            folder = name.rpartition("/")[0] or folder
            beside = "/" not in name and folder and not (ROOT / name).exists()
            yield line, f"{folder}/{name}" if beside else name


def test_what_contributing_names_is_there() -> None:
    named = [name for _, name in rooms() if "<" not in name]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_contributing_names_every_room() -> None:
    named = {name.partition("/")[0] for _, name in rooms()}
    assert set(PACKAGES) <= named


def test_the_commands_and_tests_that_contributing_names_are_there() -> None:
    for command in re.findall(r"`make ([^`]+)`", CONTRIBUTING):
        check_make(shlex.split(command))
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_[a-z_]+)`", CONTRIBUTING):
        assert f"def {name}(" in tests, name
