"""A checkout works wherever it is, or says why not."""

from pathlib import Path

import pytest

from local import lock, paths
from local.console import Failure
from tests.support.checkout import Checkout


@pytest.mark.engine
@pytest.mark.parametrize("name", ["a%20b c", "50%", "c#d?e=f&g", 'it\'s "x", ü $HOME `y` b*[z];!'])
def test_a_checkout_works_under_any_name(tmp_path: Path, name: str) -> None:
    with Checkout(tmp_path, name=name) as checkout:
        assert checkout.run("up") == {"create": 13}
        checkout.assert_nothing_to_do()
        assert checkout.outputs("--show-secrets")["clientSecrets"]["postman"]
        assert checkout.local("stop").status == 0
        assert checkout.run("destroy") == {"delete": 13}


@pytest.mark.engine
def test_what_is_local_may_be_kept_on_another_disk(tmp_path: Path) -> None:
    (tmp_path / "another" / "disk").mkdir(parents=True)
    with Checkout(tmp_path) as checkout:
        (checkout.root / ".local").symlink_to(tmp_path / "another" / "disk")
        assert checkout.run("up") == {"create": 13}
        assert checkout.local("stop").status == 0
        checkout.assert_nothing_to_do()


@pytest.mark.parametrize("name", ["a:b", "a\nb", "a\tb", "a\x7fb"])
def test_a_path_that_no_python_takes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path / name)
    with pytest.raises(Failure, match="Move the checkout"), lock.only_one("make up"):
        pass
    assert not (tmp_path / name).exists()
