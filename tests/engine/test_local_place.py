"""A checkout works wherever it is."""

from pathlib import Path

import pytest

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
