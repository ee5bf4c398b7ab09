"""The sign-in pages: validation, a page for each client, and losses of a change."""

import base64
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from identity import branding, facts, login
from identity.branding import CATEGORIES, COLOUR_MODES, EXTENSIONS, readable_on
from identity.config import check
from identity.errors import ConfigError
from local.aws_plugin.emulator import model
from tests.identity.test_guard import APIS, BASE, change, state_of
from tests.support.program import ROOT, Deploy, config_errors, config_of
from tests.test_docs import blocks_of

SVG = "{http://www.w3.org/2000/svg}"
WEB = {"callbackUrls": ["https://app.example/back"]}
CLIENTS = {"web": WEB, "phone": WEB, "job": {"flow": "client_credentials", "secret": True}, "off": {"flows": []}}
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with some files for the pages."""
    monkeypatch.setattr("identity.branding.ROOT", tmp_path)
    monkeypatch.setattr("identity.login.ROOT", tmp_path)
    (tmp_path / "logo.svg").write_bytes(PICTURE)
    (tmp_path / "logo.png").write_bytes(PICTURE)
    (tmp_path / "large.png").write_bytes(bytes(1_000_001))
    (tmp_path / "half.png").write_bytes(bytes(999_999))
    (tmp_path / "settings.json").write_text('{"components": {"form": {"borderRadius": 3}}}')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "logo.ico").write_bytes(PICTURE)
    (tmp_path / "large.css").write_bytes(bytes(131_073))
    (tmp_path / "page.css").write_text(".submitButton-customizable {color: red;}")
    return tmp_path


def config(**login: Any) -> dict[str, Any]:
    return {"product": "acme", "apis": APIS, "clients": CLIENTS, "login": login}


def asset(file: str = "logo.svg", category: str = "FORM_LOGO", **more: str) -> dict[str, str]:
    return {"category": category, "file": file, **more}


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ({"version": 3}, "version"),
        ({"branding": {"colour": "blue"}}, "branding.colour"),
        ({"branding": {"logo": "nothing.svg"}}, "branding.logo"),
        ({"branding": {"logo": "../logo.svg"}}, "branding.logo"),
        ({"branding": {"logo": "page.css"}}, "branding.logo"),
        ({"branding": {"favicon": "logo.png"}}, "branding.favicon"),
        ({"branding": {"corners": 101}}, "branding.corners"),
        ({"branding": {}, "settings": "settings.json"}, "branding"),
        ({"settings": "list.json"}, "settings"),
        ({"settings": "logo.svg"}, "settings"),
        ({"css": "page.css"}, "css"),
        ({"version": 1, "settings": "settings.json"}, "settings"),
        ({"version": 1, "assets": [asset()]}, "assets"),
        ({"version": 1, "branding": {"logo": "logo.svg"}}, "branding.logo"),
        ({"version": 1, "branding": {"logo": "half.png"}}, "branding.logo"),
        ({"version": 1, "branding": {"background": "logo.png"}}, "branding.background"),
        ({"version": 1, "branding": {"favicon": "logo.ico"}}, "branding.favicon"),
        ({"version": 1, "branding": {"darkColour": "#539fe5"}}, "branding.darkColour"),
        ({"version": 1, "branding": {"darkBackgroundColour": "#000000"}}, "branding.darkBackgroundColour"),
        ({"version": 1, "branding": {"corners": 0}}, "branding.corners"),
        ({"version": 1, "css": "large.css"}, "css"),
        ({"version": 1, "css": "nothing.css"}, "css"),
        ({"version": 1, "perClient": {"web": {}}}, "perClient.web"),
        ({"perClient": {"webb": {}}}, "perClient.webb"),
        ({"perClient": {"job": {}}}, "perClient.job"),
        ({"assets": [asset("large.png")]}, "assets[0].file"),
        ({"assets": [asset(), asset()]}, "assets[1]"),
        ({"assets": [asset("half.png", category) for category in CATEGORIES[:3]]}, "assets"),
        ({"assets": [asset(category="LOGO")]}, "assets[0].category"),
        ({"assets": [asset(colourMode="BRIGHT")]}, "assets[0].colourMode"),
        ({"assets": [asset()] * 41}, "assets"),
    ],
)
def test_what_aws_refuses_is_told_with_its_path(files: Path, login: dict[str, Any], path: str) -> None:
    assert files.is_dir()
    assert [problem.path for problem in config_errors(config(**login))] == [f"identity:login.{path}"]


def test_managed_login_needs_essentials() -> None:
    given = {**config(version=2), "userPool": {"tier": "lite"}}
    assert [problem.path for problem in config_errors(given)] == ["identity:login.version"]
    assert not config_errors({**given, "login": {"version": 1}})


@pytest.mark.parametrize(
    ("login", "factors", "clients", "warned"),
    [
        ({}, ["password", "passkey"], {"web": WEB}, True),
        ({"login": {"version": 1}}, ["password", "emailOtp"], {"web": WEB}, True),
        ({"login": {"version": 2}}, ["password", "passkey"], {"web": WEB}, False),
        ({}, ["password"], {"web": WEB}, False),
        ({}, ["password", "passkey"], {"off": {"flows": []}}, False),
    ],
)
def test_factors_that_the_old_pages_do_not_offer_are_a_warning(
    login: dict[str, Any], factors: list[str], clients: dict[str, Any], warned: bool
) -> None:
    pool = {"product": "acme", "userPool": {"firstFactors": factors}, "clients": clients}
    _, problems = check(config_of({**pool, **login}), "dev")
    assert ("identity:login.version" in [problem.path for problem in problems if problem.warning]) is warned
    assert [problem for problem in problems if not problem.warning] == []


def test_every_client_with_pages_has_a_style_and_the_domain_serves_it(deploy: Deploy) -> None:
    run = deploy(config())
    styles = {resource.name: resource for resource in run.of_type("ManagedLoginBranding")}
    assert styles.keys() == {"login-web", "login-phone"}
    assert all(style.inputs["useCognitoProvidedValues"] is True for style in styles.values())
    assert run.one("UserPoolDomain").inputs["managedLoginVersion"] == 2
    assert "customers-prefix-domain" in styles["login-web"].waits_for


def test_without_the_key_nothing_is_said_of_the_pages(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "clients": CLIENTS})
    assert "managedLoginVersion" not in run.one("UserPoolDomain").inputs
    assert not run.of_type("ManagedLoginBranding")


def test_a_few_values_are_awss_settings_and_pictures(files: Path, deploy: Deploy) -> None:
    looks = {
        "logo": "logo.svg",
        "background": "logo.png",
        "colour": "#0055aa",
        "backgroundColour": "#f4f4f4",
        "corners": 8,
    }
    run = deploy(config(branding=looks, perClient={"phone": {"settings": "settings.json"}}))
    assert files.is_dir()
    web, phone = (run.resources[f"login-{key}"].inputs for key in ("web", "phone"))
    settings = json.loads(web["settings"])
    button = settings["components"]["primaryButton"]["lightMode"]["defaults"]
    assert button == {"backgroundColor": "0055aaff", "textColor": "ffffffff"}
    assert settings["components"]["pageBackground"]["lightMode"] == {"color": "f4f4f4ff"}
    assert settings["components"]["form"]["borderRadius"] == 8
    assert {item["category"]: item["extension"] for item in web["assets"]} == {
        "FORM_LOGO": "SVG",
        "PAGE_BACKGROUND": "PNG",
    }
    assert base64.b64decode(web["assets"][0]["bytes"]) == PICTURE
    assert json.loads(phone["settings"]) == {"components": {"form": {"borderRadius": 3}}}
    assert "assets" not in phone


def test_the_old_pages_have_one_style_for_the_pool(files: Path, deploy: Deploy) -> None:
    run = deploy(config(version=1, branding={"logo": "logo.png", "colour": "#ffee00"}))
    assert files.is_dir()
    style = run.one("UserPoolUICustomization")
    assert style.inputs["css"] == ".submitButton-customizable {background-color: #ffee00; color: #000000;}"
    assert base64.b64decode(style.inputs["imageFile"]) == PICTURE
    assert run.one("UserPoolDomain").inputs["managedLoginVersion"] == 1
    assert not deploy(config(version=1)).of_type("UserPoolUICustomization")


@pytest.mark.parametrize(
    ("looks", "warned"),
    [
        ({"colour": "#0055aa", "darkColour": "#539fe5"}, []),
        ({"colour": "#777777"}, []),
        ({"colour": "#0055aa"}, ["darkColour"]),
        ({"colour": "#ffee00"}, ["colour"]),
        ({"colour": "#0055aa", "darkColour": "#0f1b2a"}, ["darkColour"]),
        ({"backgroundColour": "#ffee00"}, []),
    ],
)
def test_a_button_that_hardly_stands_out_is_warned_of(looks: dict[str, Any], warned: list[str]) -> None:
    for version, expected in ((2, warned), (1, [name for name in warned if name == "colour"])):
        old = {key: value for key, value in looks.items() if version == 2 or not key.startswith("dark")}
        problems = check(config_of(config(version=version, branding=old)), "dev")[1]
        found = [one for one in problems if one.path.startswith("identity:login.branding")]
        assert [(problem.path.rpartition(".")[2], problem.warning) for problem in found] == [
            (name, True) for name in expected
        ]
        assert all("whose contrast is" in problem.received and problem.fix for problem in found)


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#777777", "#0055aa", "#ffee00", "#ff0000", "#00ff00"])
def test_the_text_of_a_button_can_be_read(colour: str) -> None:
    def luminance(text: str) -> float:
        channels = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(colour), luminance(readable_on(colour))])
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_picture_of_the_docs_is_drawn_from_the_values_beside_it() -> None:
    page = next(block for block in blocks_of(ROOT / "docs" / "sign-in-pages.md") if block.kind == "yaml")
    given = branding.Branding.model_validate(yaml.safe_load(page.text)["identity:login"]["branding"])
    drawn = ElementTree.parse(ROOT / "docs" / "images" / "branding.svg")  # noqa: S314 - a file of this repository
    for mode, button, background, form in (
        ("light", given.colour, given.background_colour, login.FORM),
        ("dark", given.dark_colour, given.dark_background_colour, login.DARK_FORM),
    ):
        shapes = drawn.getroot().findall(f"{SVG}g[@id='{mode}']/*")
        rectangles, texts = ([shape for shape in shapes if shape.tag == f"{SVG}{kind}"] for kind in ("rect", "text"))
        assert [shape.get("fill") for shape in rectangles] == [background, form, form, button]
        assert {shape.get("rx") for shape in rectangles[1:]} == {str(given.corners)}
        (label,) = [text for text in texts if text.text == "Next"]
        assert label.get("fill") == readable_on(str(button))


def test_categories_modes_extensions_and_counts_are_those_of_awss_model() -> None:
    cognito = model("cognito-idp")
    enums = {
        item: cognito.shape_for(item).metadata["enum"]
        for item in ("AssetCategoryType", "ColorSchemeModeType", "AssetExtensionType")
    }
    assert [sorted(enum) for enum in enums.values()] == [
        sorted(CATEGORIES),
        sorted(COLOUR_MODES),
        sorted(set(EXTENSIONS.values())),
    ]
    assert cognito.shape_for("AssetListType").metadata["max"] == 40
    assert cognito.shape_for("AssetBytesType").metadata["max"] == 1_000_000
    assert branding.ROOT.is_dir()


def test_pages_that_people_know_do_not_go_unsaid(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, config(), {"login": "none"})
    (problem,) = refused.value.problems
    assert problem.path == "identity:login"
    assert "write `login: {version: 2}`" in problem.fix


def test_pages_of_an_adopted_domain_without_styles_stay_unsaid(deploy: Deploy) -> None:
    state = state_of(deploy({**BASE, **config()}, stack="dev"))
    bare = {urn: resource for urn, resource in state.items() if resource["type"] != facts.LOGIN_STYLE}
    run = deploy({**BASE, "apis": APIS, "clients": CLIENTS}, stack="dev", state=bare)
    assert "managedLoginVersion" not in run.one("UserPoolDomain").inputs


def test_the_old_pages_instead_of_the_new_are_a_loss_under_protect(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**config(), "protect": True}, {"login": {"version": 1}})
    (problem,) = refused.value.problems
    assert problem.path == "identity:login.version"
    assert "[acme-dev/version]" in problem.fix
    assert change(deploy, config(), {"login": {"version": 1}}).of_type("UserPoolDomain")


def test_another_look_loses_nothing(deploy: Deploy) -> None:
    assert change(deploy, {**config(), "protect": True}, {"login": {"branding": {"colour": "#0055aa"}}}).resources
