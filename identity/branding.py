"""Branding of the sign-in pages: simple values, or AWS's own settings and images
(https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-branding.html).
"""

import base64
import json
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

from pydantic import Field

from identity import types
from identity.setting import Codec, Model, setting

ROOT: Final = Path(__file__).parents[1]
CATEGORIES: Final = (
    *("AUTH_APP_GRAPHIC", "EMAIL_GRAPHIC", "FAVICON_ICO", "FAVICON_SVG", "FORM_BACKGROUND", "FORM_LOGO"),
    *("IDP_BUTTON_ICON", "PAGE_BACKGROUND", "PAGE_FOOTER_BACKGROUND", "PAGE_FOOTER_LOGO", "PAGE_HEADER_BACKGROUND"),
    *("PAGE_HEADER_LOGO", "PASSKEY_GRAPHIC", "PASSWORD_GRAPHIC", "SMS_GRAPHIC"),
)
COLOUR_MODES: Final = ("DARK", "DYNAMIC", "LIGHT")
EXTENSIONS: Final = {
    ".ico": "ICO", ".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".svg": "SVG", ".webp": "WEBP",
}  # fmt: skip
_ASSETS = 40
Colour = Annotated[types.Text, types.matching("#[0-9a-fA-F]{6}", "a colour, such as #0055aa")]
File = Annotated[
    types.Text,
    types.matching(r"(?!/)(?!.*\.\.)[\w ./-]{1,200}", "the path of a file relative to the root of the repository"),
]


class Asset(Model):
    """An image of the sign-in pages."""

    category: Annotated[types.Text, types.one_of(*CATEGORIES)] = setting(
        f"The category: {', '.join(CATEGORIES)}.", default=..., example="FORM_LOGO"
    )
    colour_mode: Annotated[types.Text, types.one_of(*COLOUR_MODES)] = setting(
        "The colour mode of the browser: LIGHT, DARK or DYNAMIC (both).", default="DYNAMIC"
    )
    file: File = setting(
        "An ico, jpeg, png, svg or webp file of at most 1 MB, from the root of the repository.", default=...,
        example="login/logo.svg",
    )  # fmt: skip

    def input(self) -> dict[str, str]:
        return {
            "category": self.category,
            "colorMode": self.colour_mode,
            "extension": EXTENSIONS[PurePosixPath(self.file).suffix.lower()],
            "bytes": encoded(self.file),
        }


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1-21 (WCAG 2.2, 1.4.3)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str) -> str:
    """White or black, whichever has the higher contrast: at least 4.5 on any colour."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, colour))


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _rgba(colour: str) -> str:
    return f"{colour[1:].lower()}ff"


def _button(colour: str) -> dict[str, Any]:
    look = {"backgroundColor": _rgba(colour), "textColor": _rgba(readable_on(colour))}
    return {"defaults": look, "hover": look, "active": look}


def _kind(icon: str) -> str:
    return "ICO" if icon.lower().endswith(".ico") else "SVG"


_LOGO: Final = {"enabled": True, "location": "CENTER", "position": "TOP", "formInclusion": "IN"}
_ICON: Final = Codec(lambda icon: [_kind(icon)])
_BUTTON: Final = Codec(_button)


class Branding(Model):
    """Simple branding with a few values. The text on buttons is black or white, whichever has more contrast."""

    logo: types.Maybe[File] = setting(
        "An image above the form.", "components.form.logo", codec=Codec(lambda _: _LOGO), example="login/logo.svg"
    )
    background: types.Maybe[File] = setting(
        "A background image; version 2 only.", "components.pageBackground.image.enabled", codec=Codec(lambda _: True)
    )
    favicon: types.Maybe[File] = setting(
        "The favicon, an ico or svg file; version 2 only.", "components.favicon.enabledTypes", codec=_ICON
    )
    colour: types.Maybe[Colour] = setting(
        "The colour of buttons.", "components.primaryButton.lightMode", codec=_BUTTON, example="#0055aa"
    )
    dark_colour: types.Maybe[Colour] = setting(
        "The colour of buttons in dark mode; version 2 only. Default: colour.",
        "components.primaryButton.darkMode",
        codec=_BUTTON,
        example="#66aaff",
    )
    background_colour: types.Maybe[Colour] = setting(
        "The background colour of the page.",
        "components.pageBackground.lightMode.color",
        codec=Codec(_rgba),
        example="#f4f4f4",
    )
    dark_background_colour: types.Maybe[Colour] = setting(
        "The background colour in dark mode; version 2 only.",
        "components.pageBackground.darkMode.color",
        codec=Codec(_rgba),
    )
    corners: types.Maybe[Annotated[int, types.whole(0, 100)]] = setting(
        "The corner radius of forms, buttons and fields in pixels, 0-100; version 2 only.",
        "components.form.borderRadius",
        example=8,
    )

    def assets(self) -> list[Asset]:
        """The images, with AWS's categories."""
        icon = f"FAVICON_{_kind(self.favicon or '')}"
        files = {"FORM_LOGO": self.logo, "PAGE_BACKGROUND": self.background, icon: self.favicon}
        return [Asset(category=category, file=file) for category, file in files.items() if file]

    def settings(self) -> dict[str, Any]:
        """The settings in AWS's format. Cognito uses its defaults for omitted ones."""
        made = self.model_copy(update={"dark_colour": self.dark_colour or self.colour}).inputs()
        if self.corners is not None:
            radius = {"borderRadius": self.corners}
            made["componentClasses"] = {"buttons": radius, "input": radius}
        return made

    def css(self) -> str:
        """The same values as CSS, for version 1."""
        rules = []
        if self.colour:
            text = readable_on(self.colour)
            rules.append(f".submitButton-customizable {{background-color: {self.colour}; color: {text};}}")
        if self.background_colour:
            rules.append(f".background-customizable {{background-color: {self.background_colour};}}")
        return "\n".join(rules)


class Look(Model):
    """The style of the sign-in pages: simple values, or AWS's own settings."""

    branding: types.Maybe[Branding] = setting("Simple branding.")
    settings: types.Maybe[File] = setting(
        "A JSON file with all settings, as exported from the branding editor of AWS; version 2 only.",
        example="login/settings.json",
    )
    css: types.Maybe[File] = setting("A CSS file with AWS's class names; version 1 only.")
    assets: Annotated[list[Asset], Field(max_length=_ASSETS)] = setting(
        "Additional images, at most 40 with 2 MB in total; version 2 only.", default=[]
    )

    def old_css(self) -> str:
        """The CSS for version 1."""
        if self.css:
            return (ROOT / self.css).read_text(encoding="utf-8")
        return (self.branding or Branding()).css()

    def styled(self) -> dict[str, Any]:
        """The inputs of the branding resource; Cognito's default style if nothing is set."""
        own = json.loads((ROOT / self.settings).read_text(encoding="utf-8")) if self.settings else None
        branding = self.branding or Branding()
        settings, assets = own or branding.settings(), [*branding.assets(), *self.assets]
        if not settings and not assets:
            return {"useCognitoProvidedValues": True}
        made: dict[str, Any] = {"settings": json.dumps(settings, sort_keys=True)}
        return made | ({"assets": [asset.input() for asset in assets]} if assets else {})


def encoded(file: str) -> str:
    return base64.b64encode((ROOT / file).read_bytes()).decode("ascii")
