"""A headless browser."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver

from tests.support import building

_FLAGS = (
    "--headless",
    "--no-sandbox",  # Chromium's sandbox does not start as root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=720,640",
)


@contextlib.contextmanager
def chromium(profile: Path, *, any_certificate: bool = False) -> Iterator[webdriver.Chrome]:
    """Yield Chromium with a new profile. It trusts the certificates of this machine, or with `any_certificate` all."""
    building.require("chromium", "chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.accept_insecure_certs = any_certificate
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    with webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver"))) as opened:
        yield opened
