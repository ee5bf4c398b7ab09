"""The engine's copies of the project files, and errors for broken files."""

from pathlib import Path

import pytest
import yaml

from local import paths, project
from local.aws_plugin.emulator import SERVICES
from local.console import Failure

STACK = """\
config:
  aws:region: us-east-1
  aws:endpoints:
    - sts: http://127.0.0.1:4566
      acm: https://acm.us-east-1.amazonaws.com
  identity:product: focusmark
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with valid Pulumi.yaml and Pulumi.local.yaml."""
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    monkeypatch.setattr(paths, "PROJECT", tmp_path / ".local" / "project")
    (tmp_path / "Pulumi.yaml").write_text("name: identity\nruntime: python\n")
    (tmp_path / "Pulumi.local.yaml").write_text(STACK)
    return tmp_path


def _derived(checkout: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((checkout / ".local/project/Pulumi.local.yaml").read_text())
    return content


def test_every_endpoint_is_the_emulator_on_the_port(checkout: Path) -> None:
    project.write(4601)
    config = _derived(checkout)["config"]
    assert isinstance(config, dict)
    assert config["aws:endpoints"] == [dict.fromkeys(SERVICES, "http://127.0.0.1:4601")]
    assert config["identity:product"] == "focusmark"


def test_the_committed_file_is_never_written_to(checkout: Path) -> None:
    project.write(4601)
    assert (checkout / "Pulumi.local.yaml").read_text() == STACK


def test_the_salt_of_the_engine_stays(checkout: Path) -> None:
    project.write(4601)
    with (checkout / ".local/project/Pulumi.local.yaml").open("a") as file:
        file.write("encryptionsalt: v1:salt\n")
    project.write(4602)
    assert _derived(checkout)["encryptionsalt"] == "v1:salt"


def test_a_half_written_copy_is_written_anew(checkout: Path) -> None:
    project.write(4601)
    (checkout / ".local/project/Pulumi.local.yaml").write_text("config:\n  aws:endp")
    project.write(4601)
    assert "encryptionsalt" not in _derived(checkout)
    assert "config" in _derived(checkout)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("Pulumi.local.yaml", "config:\n  a: [1\n", "Pulumi.local.yaml, line 3, column 1: not valid YAML"),
        ("Pulumi.local.yaml", "config:\n\ta: 1\n", "Pulumi.local.yaml, line 2, column 1: not valid YAML"),
        ("Pulumi.local.yaml", "", "Pulumi.local.yaml: expected a map of settings; received nothing"),
        ("Pulumi.local.yaml", "- a\n", 'expected a map of settings; received ["a"]'),
        ("Pulumi.local.yaml", "conf: {}\n", "Pulumi.local.yaml, line 1, column 1: `conf` is ignored here"),
        ("Pulumi.local.yaml", "environment: x\n", "environment: received"),
        ("Pulumi.local.yaml", "config:\n", "Pulumi.local.yaml: config: expected a map of settings; received nothing"),
        ("Pulumi.local.yaml", "config: 3\n", "config: expected a map of settings; received 3"),
        ("Pulumi.local.yaml", "config: {1: 2}\n", "line 1, column 10: the key `1` is not a string"),
        ("Pulumi.local.yaml", "encryptionsalt: v1:x\nconfig: {}\n", "encryptionsalt and secretsprovider are not for"),
        (
            "Pulumi.local.yaml",
            "environment: [x]\nconfig: {}\n",
            'environment: received ["x"]; environments belong to',
        ),
        ("Pulumi.yaml", "name: [", "Pulumi.yaml, line 1"),
        ("Pulumi.yaml", "name: other\n", 'Pulumi.yaml: name: expected identity; received "other"'),
    ],
)
def test_a_broken_file_is_named_with_its_line(checkout: Path, name: str, text: str, told: str) -> None:
    (checkout / name).write_text(text)
    with pytest.raises(Failure) as failure:
        project.write(4566)
    assert told in str(failure.value)
    assert not (checkout / ".local").exists()


def test_every_key_without_a_value_is_told_before_the_engine_runs(checkout: Path) -> None:
    (checkout / "Pulumi.local.yaml").write_text(f"{STACK}  identity:clients:\n  tags: null\n  environment: ~\n")
    with pytest.raises(Failure) as failure:
        project.write(4566)
    assert "3 problems in Pulumi.local.yaml; nothing was changed." in str(failure.value)
    for key in ("clients", "tags", "environment"):
        assert f"  identity:{key}\n      received: null\n" in str(failure.value)
    assert str(failure.value).count("remove the key to use its default") == 3
    assert not (checkout / ".local").exists()


def test_a_key_of_others_without_a_value_stays(checkout: Path) -> None:
    (checkout / "Pulumi.local.yaml").write_text(f"{STACK}  aws:profile:\n")
    assert project.write(4566)["aws:profile"] is None


def test_a_missing_file_is_named_with_the_way_back(checkout: Path) -> None:
    (checkout / "Pulumi.local.yaml").unlink()
    with pytest.raises(Failure, match=r"git checkout -- Pulumi\.local\.yaml"):
        project.write(4566)


def test_text_that_is_no_utf8_is_refused(checkout: Path) -> None:
    (checkout / "Pulumi.local.yaml").write_bytes(b"config: \xff")
    with pytest.raises(Failure, match="not UTF-8"):
        project.write(4566)
