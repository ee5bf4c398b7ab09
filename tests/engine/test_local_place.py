"""A checkout works in any directory."""

from pathlib import Path

import pytest

from tests.support.checkout import Checkout


@pytest.mark.engine
def test_a_checkout_works_under_any_name(tmp_path: Path) -> None:
    with Checkout(tmp_path, name='it\'s "x", ü $HOME `y` b*[z];! c#d?e=f&g a%20b 50%') as checkout:
        assert checkout.run("up") == {"create": 13}
        checkout.assert_nothing_to_do()
        assert checkout.outputs("--show-secrets")["clientSecrets"]["postman"]
        assert checkout.local("stop").status == 0
        assert checkout.run("destroy") == {"delete": 13}


@pytest.mark.engine
def test_what_is_local_may_be_kept_on_another_disk(own: Checkout, tmp_path: Path) -> None:
    assert own.local("stop").status == 0
    (tmp_path / "another").mkdir()
    disk = (own.root / ".local").rename(tmp_path / "another" / "disk")
    (own.root / ".local").symlink_to(disk)
    own.config(tags={"team": "identity"})
    assert own.run("up")["update"] == 2
    own.assert_nothing_to_do()
    assert own.local("stop").status == 0  # its emulator runs in a directory where the fixture's cleanup does not look
