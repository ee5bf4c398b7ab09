"""A real browser, without a window."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

_FLAGS = (
    "--headless",
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox does not start
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
    """Chromium with a new profile; it trusts the certificates of this machine, or all of them."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.fail("Chromium and its driver are not installed: apt-get install -y chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.accept_insecure_certs = any_certificate
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    with webdriver.Chrome(options, webdriver.ChromeService(driver)) as opened:
        yield opened
