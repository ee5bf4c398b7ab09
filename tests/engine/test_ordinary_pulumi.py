"""The commands of the pages run with the ordinary `pulumi` on the emulator: deployment, adoption, troubleshooting.

A local directory replaces `s3://my-pulumi-state`, and `--yes` replaces the user's confirmation.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import old_deployment as old
from tests.support.checkout import Checkout
from tests.support.ordinary import Shell
from tests.support.program import ROOT

pytestmark = pytest.mark.engine
PRODUCT = "acme"
STEM = f"{PRODUCT}-dev"
UP = "pulumi up --yes --skip-preview --stack dev"


def section(page: str, heading: str) -> str:
    """Return the text under a heading, up to the next heading of the same or a higher level."""
    text = (ROOT / page).read_text(encoding="utf-8")
    level, _, rest = text.partition(heading)[1].partition(" ")
    found = re.split(rf"^#{{1,{len(level)}}} ", text.partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    assert rest, f"{page} has no heading {heading}"
    return found


def typed(page: str, heading: str) -> list[str]:
    """Return the commands of the console blocks under a heading."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", section(page, heading), re.MULTILINE | re.DOTALL)
    assert blocks
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def confirmed(command: str) -> str:
    """Return a command with its confirmation prompt answered by `--yes`."""
    asks = re.match(r"pulumi (up|destroy|refresh)\b(?!.*--preview-only)", command)
    return f"{command} --yes" if asks else command


def account(checkout: Checkout, product: str) -> None:
    """Start the emulator as an AWS account that exports the product's zone."""
    checkout.start_emulator()
    zone = json.loads(json.dumps(old.ZONE).replace(f"{old.PRODUCT}.app", f"{product}.app"))
    old.create(checkout.aws, "dns", zone)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Yield a stack `dev` created by the commands of the README."""
    directory = tmp_path_factory.mktemp("dev")
    with Checkout(directory) as checkout, Shell(checkout, directory / "home") as shell:
        account(checkout, PRODUCT)
        shell.emulated("dev")
        for command in typed("README.md", "## Deploy dev and prod"):
            ran = shell.types(confirmed(command.replace("s3://my-pulumi-state", shell.backend)))
            if command.startswith("pulumi preview"):
                assert "+ 13 to create" in ran.said
                assert "identity@v0.1.0 (local: policy)" in ran.said
        yield shell


@pytest.fixture
def stack_file(dev: Shell) -> Iterator[Path]:
    """Yield the stack file, and restore it after a test that changes the file but not the stack."""
    file = dev.checkout.root / "Pulumi.dev.yaml"
    before = file.read_text()
    yield file
    file.write_text(before)


def state(shell: Shell, *options: str) -> dict[str, Any]:
    exported = json.loads(shell.types(" ".join(["pulumi stack export --stack dev", *options])).stdout)
    deployment: dict[str, Any] = exported["deployment"]
    return deployment


def urns(shell: Shell) -> dict[str, str]:
    return {
        resource["urn"].rpartition("::")[2]: resource["urn"]
        for resource in state(shell)["resources"]
        if resource["type"].startswith("aws:")
    }


def pool_of(shell: Shell) -> str:
    return shell.types("pulumi stack output userPoolId --stack dev").stdout.strip()


def nothing_to_do(shell: Shell, options: str = "") -> None:
    shell.types(f"pulumi preview --stack dev --expect-no-changes {options}")


def test_what_the_readmes_commands_made_is_there_and_the_next_preview_is_empty(dev: Shell) -> None:
    nothing_to_do(dev, "--policy-pack policy")
    held = dev.checkout.inventory()
    assert held["pools"] == [f"{STEM}-userpool-customers"]
    assert held["clients"] == [f"{STEM}-userpoolclient-postman", f"{STEM}-userpoolclient-windowscli"]
    assert held["certificates"] == [f"dev-auth.{PRODUCT}.app"]


def test_no_secret_stands_in_clear_in_the_state_or_on_the_screen(dev: Shell) -> None:
    secrets = json.loads(dev.types("pulumi stack output clientSecrets --json --show-secrets --stack dev").stdout)
    assert set(secrets) == {"postman"}
    for shown in (
        dev.types("pulumi stack output --json --stack dev").stdout,
        json.dumps(state(dev)),
        dev.types("pulumi preview --stack dev --diff --show-sames").said,
        *[file.read_text(errors="replace") for file in (dev.home / "state").rglob("*.json*")],
    ):
        assert secrets["postman"] not in shown


def test_a_value_encrypted_where_nothing_is_secret_is_refused_and_never_shown(dev: Shell, stack_file: Path) -> None:
    dev.types("pulumi config set --stack dev --secret --path identity:tags.team 0pen-sesame")
    assert "0pen-sesame" not in stack_file.read_text()
    ran = dev.refused("pulumi preview --stack dev", "identity:tags", "without --secret")
    assert "0pen-sesame" not in ran.said


def test_a_secret_set_by_path_stays_secret_in_file_state_preview_and_rotation(dev: Shell) -> None:
    cognito, pool = dev.checkout.aws("cognito-idp"), pool_of(dev)
    for secret, heading in (("0pen-sesame", "## Google, step by step"), ("0pen-barley", "## When a secret changes")):
        commands = typed("docs/identity-providers.md", heading)
        given = [f"{command} {secret}" if command.endswith("--secret") else command for command in commands]
        shown = [dev.types(confirmed(command)).said for command in given]
        there = cognito.describe_identity_provider(UserPoolId=pool, ProviderName="Google")["IdentityProvider"]
        assert there["ProviderDetails"]["client_secret"] == secret
        kept = [dev.checkout.root / "Pulumi.dev.yaml", *(dev.home / "state").rglob("*.json*")]
        assert not [text for text in [*shown, *(item.read_text(errors="replace") for item in kept)] if secret in text]
    nothing_to_do(dev)


@pytest.mark.usefixtures("stack_file")
def test_the_policy_pack_as_a_folder_stops_what_it_forbids(dev: Shell) -> None:
    client = "identity:clients.shop.callbackUrls[0]"
    dev.types(f"pulumi config set --stack dev --path '{client}' 'https://{PRODUCT}.app/*'")
    words = ("[mandatory]", "client-exact-urls", "in Pulumi.dev.yaml")
    dev.refused("pulumi preview --stack dev --policy-pack policy", *words)
    assert len(dev.checkout.inventory()["clients"]) == 2


def test_an_update_of_one_resource_leaves_the_others_to_the_next(dev: Shell) -> None:
    dev.types("pulumi config set --stack dev --path identity:tags.team shop")
    dev.types(f"{UP} --target '{urns(dev)['customers']}'")
    tagged = {
        resource["urn"].rpartition("::")[2]: resource.get("outputs", {}).get("tags") or {}
        for resource in state(dev)["resources"]
    }
    assert tagged["customers"]["team"] == "shop"
    assert "update" in dev.types("pulumi preview --stack dev").said
    dev.types(UP)
    nothing_to_do(dev)


def test_drift_is_shown_and_taken_back_by_the_pages_commands(dev: Shell) -> None:
    cognito, pool = (
        dev.checkout.aws("cognito-idp"),
        dev.types("pulumi stack output userPoolId --stack dev").stdout.strip(),
    )
    server = f"app.{PRODUCT}.api.task"
    written = cognito.describe_resource_server(UserPoolId=pool, Identifier=server)["ResourceServer"]
    cognito.update_resource_server(UserPoolId=pool, Identifier=server, Name="by hand", Scopes=written["Scopes"])
    look, back = typed("docs/troubleshooting.md", "### Drift")
    assert "by hand" in dev.types(confirmed(look)).said
    dev.types(confirmed(back))
    assert cognito.describe_resource_server(UserPoolId=pool, Identifier=server)["ResourceServer"] == written
    nothing_to_do(dev)


def test_a_state_moves_to_another_backend_by_the_pages_commands_and_nothing_changes(dev: Shell) -> None:
    before = dev.types("pulumi stack output --json --show-secrets --stack dev").stdout
    other = dev.home / "other-state"
    other.mkdir()
    for command in typed("docs/troubleshooting.md", "### Moving the state"):
        ran = dev.types(confirmed(command.replace("s3://my-other-state", f"file://{other}")))
    assert " unchanged" in ran.said
    assert dev.types("pulumi stack output --json --show-secrets --stack dev").stdout == before
    dev.types(f"pulumi login {dev.backend}")
    nothing_to_do(dev)


def test_a_stack_is_destroyed_as_the_page_says_and_a_protected_one_is_not(dev: Shell) -> None:
    assert "identity:protect: false" in section("README.md", "## Destroy")
    dev.types("pulumi config set --stack dev identity:protect true")
    dev.types(UP)
    held = dev.checkout.inventory()
    dev.refused("pulumi destroy --yes --stack dev", "because it is protected")
    pool = dev.checkout.aws("cognito-idp").describe_user_pool(UserPoolId=pool_of(dev))["UserPool"]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert dev.checkout.inventory() == held

    dev.types("pulumi config set --stack dev identity:protect false")
    dev.types(UP)
    dev.types("pulumi destroy --yes --stack dev")
    assert not dev.checkout.inventory()["pools"]


# --- adoption ---------------------------------------------------------------------------------------------------------


def adopting(pool: str) -> list[str]:
    """Return the first three commands of docs/adopting.md for the stack `dev`, with `make adopt` expanded."""
    page = (ROOT / "docs" / "adopting.md").read_text(encoding="utf-8").partition("\n## ")[0]
    lines = [line.partition("#")[0].strip() for line in page.splitlines() if line.startswith("    ")]
    assert [line.split()[0] for line in lines] == ["make", "make", "pulumi"]
    written = [line.replace("<stack>", "dev").replace("<id>", pool) for line in lines]
    return [_without_make(line) for line in written]


def _without_make(line: str) -> str:
    made = re.fullmatch(r"make adopt STACK=(\S+) POOL=(\S+) (WRITE|IMPORT)=1", line)
    if made is None:
        return line
    stack, pool, what = made.groups()
    return f".venv/bin/python -m cli adopt --stack {stack} --pool {pool} --{what.lower()}"


def test_a_config_that_linux_gives_no_program_is_told(dev: Shell, stack_file: Path) -> None:
    stack_file.write_text(stack_file.read_text().replace("config:\n", f"config:\n  another:text: {'x' * 2**18}\n", 1))
    dev.refused("pulumi preview --stack dev", "rgument list too long")


def test_the_old_stacks_are_adopted_by_the_pages_commands(tmp_path: Path) -> None:
    with Checkout(tmp_path) as checkout, Shell(checkout, tmp_path / "home") as shell:
        account(checkout, old.PRODUCT)
        for name, template in old.STACKS.items():
            old.create(checkout.aws, name, template)
        pool = old.only_pool(checkout.aws)
        before = old.ids(checkout.aws, pool)
        shell.emulated("dev")
        shell.types(f"pulumi login {shell.backend}")
        shell.types("pulumi stack init dev")
        shell.types(f"pulumi config set identity:environment {old.ENVIRONMENT}")
        shell.types("pulumi config set identity:protect true")
        *adopt, up = adopting(pool)
        for command in adopt:
            shell.types(command)
        shown = shell.types("pulumi preview --stack dev").said
        assert "to replace" not in shown
        assert "to delete" not in shown
        shell.types(confirmed(up))
        nothing_to_do(shell, "--policy-pack policy")
        assert old.ids(checkout.aws, pool) == before
