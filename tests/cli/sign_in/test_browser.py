"""The whole path of a user: `up`, sign-up or a test user, sign-in pages in a real browser, verified tokens.

    SCREENSHOTS=docs/images .venv/bin/python -m pytest tests/cli/sign_in/test_browser.py

updates the screenshots of the docs.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait

from local.emulator import free_port
from local.gateway import tokens
from local.gateway.directory import of_list
from tests.cli.sign_in.test_environment import OF_A_PERSON
from tests.engine.test_ordinary_pulumi import section
from tests.support import npm, servers, totp
from tests.support.checkout import Checkout, finished
from tests.support.chromium import chromium
from tests.support.emulated_sign_in import Command

pytestmark = pytest.mark.engine


def of_page(page: str, heading: str) -> dict[str, Any]:
    """Return the config under a heading of a page."""
    found = re.search(r"^```yaml\n(.*?)^```", section(page, heading), re.MULTILINE | re.DOTALL)
    assert found
    return {key.removeprefix("identity:"): value for key, value in yaml.safe_load(found[1]).items()}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Yield a stack with a client for passwords and one for identity providers. Their callback ports are free here."""
    with Checkout(tmp_path_factory.mktemp("browser")) as checkout:
        client = {"callbackUrls": [f"http://localhost:{free_port()}"], "authFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
        given = of_page("docs/one-account.md", "# Account linking")
        given |= of_page("docs/identity-providers.md", "## Try it on the local stack")
        given["clients"]["web"]["callbackUrls"] = [f"http://localhost:{free_port()}/signed-in"]
        checkout.config(**{**given, "clients": {"windowscli": client, **given["clients"]}})
        up = checkout.local("up")
        assert up.status == 0, up.stderr
        yield checkout


def made_user(stack: Checkout) -> dict[str, str]:
    """Create the test user with `make user` and return its output: a name and a value per line."""
    ran = stack.ran("-m", "cli", "user")
    assert ran.status == 0, ran.stderr
    return dict(line.split(maxsplit=1) for line in ran.stdout.splitlines())


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def browser(opened: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """Yield the shared browser, and sign it out after the test."""
    yield opened
    opened.execute_cdp_cmd("Network.clearBrowserCookies", {})
    opened.get("about:blank")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    directory = Path(os.environ.get("SCREENSHOTS", tmp_path))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def fill_in(browser: webdriver.Chrome, name: str, password: str, **more: str) -> None:
    for field, value in {"username": name, "password": password, **more}.items():
        element = browser.find_element(By.ID, field)
        element.clear()
        element.send_keys(value)


def text_once_there(browser: webdriver.Chrome, selector: str) -> str:
    """Wait for an element of the next page and return its text."""
    found = _wait(browser).until(
        expected_conditions.visibility_of_element_located((By.CSS_SELECTOR, selector)), f"nothing is {selector}"
    )
    return str(found.text)


def shows(browser: webdriver.Chrome, selector: str, text: str) -> None:
    """Wait until an element has this text. Before, the browser may still show the previous page."""

    def has_it(driver: webdriver.Chrome) -> bool:
        found = driver.find_element(By.CSS_SELECTOR, selector)
        return found.is_displayed() and found.text == text

    _wait(browser).until(has_it, f"{selector}: {text}")


def _wait(browser: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    # While a page loads, elements may be missing or detached from the document.
    return WebDriverWait(browser, 20, ignored_exceptions=[WebDriverException])


def test_a_person_signs_in_with_a_browser(stack: Checkout, browser: webdriver.Chrome, pictures: Path) -> None:
    user = made_user(stack)
    command = Command(stack.python("-m", "cli", "login", "--no-browser", "--json"))
    try:
        browser.get(command.url)
        shows(browser, "h1", "Sign in")
        browser.save_screenshot(str(pictures / "sign-in-1-page.png"))

        fill_in(browser, user["name"], "not-the-password")
        browser.find_element(By.CSS_SELECTOR, "button").click()
        shows(browser, ".error", "Incorrect username or password.")
        browser.save_screenshot(str(pictures / "sign-in-2-wrong-password.png"))
        assert command.process.poll() is None  # the command still waits

        fill_in(browser, user["name"], user["password"])
        browser.find_element(By.CSS_SELECTOR, "button").click()
        assert _wait(browser).until(expected_conditions.title_is("You are signed in"))
        assert f"Signed in as {user['name']}" in text_once_there(browser, "p")
        browser.save_screenshot(str(pictures / "sign-in-3-signed-in.png"))

        status, out, err = command.end()
        assert status == 0, err
        assert f"Signed in: {user['name']}" in err
        assert {"access_token", "id_token", "refresh_token"} <= json.loads(out).keys()
    finally:
        command.process.kill()
        command.process.wait()


def by_provider(
    stack: Checkout, browser: webdriver.Chrome, button: str, account: str, pictures: Path
) -> tuple[int, str, str]:
    """Run `make login`, sign in with this account at a provider, and return the command's result."""
    command = Command(stack.python("-m", "cli", "login", "--client", "web", "--no-browser", "--json"))
    try:
        browser.get(command.url)
        press(browser, button)
        found = (By.XPATH, f"//button[starts-with(., '{account},')]")
        chosen = _wait(browser).until(expected_conditions.element_to_be_clickable(found))
        if button == "Sign in with Google":
            browser.save_screenshot(str(pictures / "identity-provider.png"))
        chosen.click()
        return command.end()
    finally:
        command.process.kill()
        command.process.wait()


def test_who_comes_by_a_provider_is_who_the_page_says(
    stack: Checkout, browser: webdriver.Chrome, pictures: Path
) -> None:
    table = section("docs/one-account.md", "## Try it on the local stack")
    rows = re.findall(r"^\| \*(Sign in with .+)\* \| \*(.+)\* \| (.+) \|$", table, re.MULTILINE)
    cognito, pool = stack.aws("cognito-idp"), stack.outputs()["userPoolId"]
    seen = []
    for button, account, you_are in rows:
        status, out, err = by_provider(stack, browser, button, account, pictures)
        name = re.search(r"`(\w+)`", you_are)
        if you_are.startswith("refused: ") or not name:
            assert (status, "verified" in err) == (1, True), err
        else:
            assert status == 0, err
            claims = tokens.claims(json.loads(out)["id_token"])
            user = cognito.admin_get_user(UserPoolId=pool, Username=name[1])
            assert (claims["cognito:username"], claims["sub"]) == (name[1], of_list(user["UserAttributes"])["sub"])
            assert f"{claims['given_name']} {claims['family_name']}" == account
        seen.append(status)
    assert seen == [0, 0, 0, 1, 1]


def press(browser: webdriver.Chrome, words: str) -> None:
    """Wait for a link or button with this text and click it."""
    where = (By.XPATH, f"//a[.='{words}'] | //button[.='{words}']")
    _wait(browser).until(expected_conditions.element_to_be_clickable(where)).click()


def newest_mail(browser: webdriver.Chrome, stack: Checkout, selector: str, pictures: Path) -> str:
    """Return an element's text in the newest message, and open the message's link. Both happen in new tabs."""
    page = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(f"http://127.0.0.1:{stack.port}/_mail")
    found = text_once_there(browser, f"article:first-of-type {selector}")
    browser.save_screenshot(str(pictures / "sign-up-2-mail.png"))
    if selector == ".link":
        tabs = len(browser.window_handles)
        browser.find_element(By.CSS_SELECTOR, "article:first-of-type .link").click()
        _wait(browser).until(expected_conditions.number_of_windows_to_be(tabs + 1))
        browser.switch_to.window(browser.window_handles[-1])
        shows(browser, "h1", "Your registration has been confirmed")
    browser.switch_to.window(page)
    return found


def set_pool(stack: Checkout, by: str, mfa: str) -> None:
    """Set the pool's verification to CODE or LINK, and whether it requires an authenticator app."""
    cognito, pool_id = stack.aws("cognito-idp"), stack.outputs()["userPoolId"]
    template = {"DefaultEmailOption": f"CONFIRM_WITH_{by}"}
    verified = {"AutoVerifiedAttributes": ["email"]}
    cognito.update_user_pool(UserPoolId=pool_id, VerificationMessageTemplate=template, **verified)
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool_id, MfaConfiguration=mfa, SoftwareTokenMfaConfiguration={"Enabled": True}
    )


@pytest.mark.parametrize(("by", "mfa"), [("CODE", "OFF"), ("LINK", "OFF"), ("CODE", "ON")])
def test_a_person_signs_up_with_a_browser(
    stack: Checkout, browser: webdriver.Chrome, pictures: Path, by: str, mfa: str
) -> None:
    set_pool(stack, by, mfa)
    name, password = f"person-{by}-{mfa}".lower(), "Correct-horse-9"
    command = Command(stack.python("-m", "cli", "login", "--no-browser", "--json"))
    try:
        browser.get(command.url)
        press(browser, "Sign up")
        fill_in(browser, name, password, email=f"{name}@example.com")
        browser.save_screenshot(str(pictures / "sign-up-1-page.png"))
        press(browser, "Sign up")
        shows(browser, "h1", "Confirm your account")
        if by == "LINK":
            newest_mail(browser, stack, ".link", pictures)
            press(browser, "Continue")
        else:
            browser.find_element(By.ID, "code").send_keys(newest_mail(browser, stack, ".code", pictures))
            press(browser, "Confirm")
        if mfa == "ON":
            shows(browser, "h1", "Enter a code")
            browser.save_screenshot(str(pictures / "sign-up-3-authenticator.png"))
            secret = browser.find_element(By.ID, "key").text
            browser.find_element(By.ID, "code").send_keys(totp.code(secret))
            press(browser, "Sign in")
        assert _wait(browser).until(expected_conditions.title_is("You are signed in"))
        status, out, err = command.end()
        assert status == 0, err
        assert f"Signed in: {name}" in err
        assert {"access_token", "id_token", "refresh_token"} <= json.loads(out).keys()
    finally:
        command.process.kill()
        command.process.wait()


def test_a_persons_own_aws_settings_matter_to_no_command_of_the_local_stack(stack: Checkout, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile prod\n[[")
    given = {name: value.format(home=tmp_path) for name, value in OF_A_PERSON.items()}
    del given["HOME"]  # the built Pulumi CLI is cached there
    for arguments in (["user"], ["export", "--to", str(tmp_path / "out")]):
        ran = finished(stack.python("-m", "cli", *arguments, **given))
        assert ran.status == 0, ran.stderr
    ran = finished(stack.python("-m", "cli", "login", "--no-browser", "--timeout", "1", **given))
    assert "within 1 seconds" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture
def single_page_app(tmp_path: Path, default_stack: Path) -> Iterator[tuple[Checkout, str]]:
    """Yield a stack with the client of examples/spa, and the URL of the running app."""
    home = f"http://localhost:{free_port()}/"
    with Checkout(tmp_path, default_stack) as checkout:
        client = {"callbackUrls": [f"{home}callback"], "logoutUrls": [home], "rotateRefreshTokens": True}
        checkout.config(clients={"web": client})
        checkout.run("up")
        assert checkout.ran("-m", "cli", "export").status == 0
        (checkout.root / ".local/connect").symlink_to(npm.installed())
        script = f"set -a; . .local/export/local/identity.env; exec {sys.executable} -m examples.spa"
        with servers.running(["bash", "-c", script], home, tmp_path / "log", os.environ, checkout.root):
            yield checkout, home


def said_after(browser: webdriver.Chrome, button: str) -> str:
    """Click a button of the single-page app and return its next output."""
    before = browser.find_element(By.ID, "said").text
    press(browser, button)
    return _wait(browser).until(lambda item: text if (text := item.find_element(By.ID, "said").text) != before else "")


def test_a_person_signs_up_in_a_single_page_app_and_uses_it(
    single_page_app: tuple[Checkout, str], browser: webdriver.Chrome, pictures: Path
) -> None:
    checkout, home = single_page_app
    browser.get(home)
    shows(browser, "#sign-in", "Sign in")
    press(browser, "Sign in")
    press(browser, "Sign up")
    fill_in(browser, "lin", "Correct-horse-9", email="lin@example.com")
    press(browser, "Sign up")
    shows(browser, "h1", "Confirm your account")
    newest_mail(browser, checkout, ".link", pictures)
    press(browser, "Continue")
    shows(browser, "#who", "Signed in: lin")
    assert said_after(browser, "Call the API") == "200: []"
    assert said_after(browser, "Refresh the tokens").startswith("Renewed: true")
    assert said_after(browser, "Call the API") == "200: []"
    press(browser, "Sign out")
    shows(browser, "#sign-in", "Sign in")
    shows(browser, "#who", "Nobody is signed in.")
    press(browser, "Sign in")
    shows(browser, "#username", "")  # the session of the sign-in pages has ended too
