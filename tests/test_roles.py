"""The AWS role of a preview of a pull request, as docs/pull-requests.md has it: it sees neither people nor secrets."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.aws_plugin.emulator import model
from tests.support.program import ROOT

PAGE = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
# What an answer of Cognito's holds where it tells of a person, of a client's secret or of a provider's.
TELLING = {"UserType", "UserImportJobType", "AttributeType", "DeviceType", "ProviderDetailsType"}
READS = r"(Admin)?(Get|List|Describe)[A-Z]"
S3 = {"GetObject", "ListBucket", "GetBucketLocation"}  # S3's actions are not called like its operations


def policy() -> list[dict[str, Any]]:
    (written,) = re.findall(r"```json policy\n(.*?)```", PAGE.replace("\n   ", "\n"), re.DOTALL)
    statements: list[dict[str, Any]] = json.loads(written)["Statement"]
    return statements


def actions(effect: str) -> list[str]:
    return [action for statement in policy() if statement["Effect"] == effect for action in statement["Action"]]


def shapes(shape: Any, seen: frozenset[str] = frozenset()) -> Iterator[Any]:
    if shape is None or shape.name in seen:
        return
    yield shape
    inner: list[Any] = []
    if shape.type_name == "structure":
        inner = list(shape.members.values())
    elif shape.type_name == "list":
        inner = [shape.member]
    elif shape.type_name == "map":
        inner = [shape.value]
    for part in inner:
        yield from shapes(part, seen | {shape.name})


def tells(operation: str) -> bool:
    """Whether its answer holds people, or something that AWS itself calls sensitive; a client's id is public."""
    found = list(shapes(model("cognito-idp").operation_model(operation).output_shape))
    sensitive = {shape.name for shape in found if shape.metadata.get("sensitive")} - {"ClientIdType"}
    return bool(sensitive or TELLING & {shape.name for shape in found})


def telling() -> set[str]:
    """The operations that read and tell."""
    return {name for name in model("cognito-idp").operation_names if re.match(READS, name) and tells(name)}


def denied(operation: str) -> bool:
    return any(fnmatchcase(f"cognito-idp:{operation}", pattern) for pattern in actions("Deny"))


def test_a_preview_is_denied_whatever_tells_of_people_or_secrets() -> None:
    found = telling()
    assert {"ListUsers", "AdminGetUser", "DescribeUserPoolClient"} <= found
    assert [operation for operation in found if not denied(operation)] == []


def test_what_is_denied_is_denied_everywhere_and_nothing_that_is_allowed() -> None:
    for statement in policy():
        if statement["Effect"] == "Deny":
            assert statement["Resource"] == "*"
            assert "Condition" not in statement
    for action in actions("Allow"):
        assert not any(fnmatchcase(action, pattern) for pattern in actions("Deny")), action


@pytest.mark.parametrize("action", actions("Allow"))
def test_what_is_allowed_reads_and_is_named_in_full(action: str) -> None:
    service, name = action.split(":")
    assert "*" not in action
    assert re.match(READS, name) or action == "kms:Decrypt"
    assert name in (S3 if service == "s3" else model(service).operation_names)


@pytest.mark.parametrize("action", actions("Deny"))
def test_what_is_denied_is_there(action: str) -> None:
    service, pattern = action.split(":")
    known = model("cognito-identity" if service == "cognito-identity" else service).operation_names
    assert any(fnmatchcase(name, pattern) for name in known)


def test_every_environment_of_the_workflows_is_on_the_page() -> None:
    text = "".join(file.read_text() for file in (ROOT / ".github" / "workflows").glob("*.yml"))
    named = {line.replace("${{ matrix.stack }}", "dev") for line in re.findall(r" environment: ([^#\n]*[^#\s])", text)}
    assert {"dev", "prod", "prod-drift", "dev-drift", "dev-preview"} == named
    assert [name for name in named if f"`{name}`" not in PAGE] == []
