"""The sign-in pages: version, branding, and rules for them
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Final

from identity import types
from identity.branding import EXTENSIONS, ROOT, Branding, Look, contrast
from identity.client.settings import Client
from identity.errors import Problem, nearest, shown
from identity.setting import Plan, setting

PATH: Final = "identity:login"
_ASSET_BYTES, _ALL_ASSETS_BYTES, _OLD_LOGO_BYTES, _CSS_BYTES = 1_000_000, 2_000_000, 100_000, 131_072
_OLD, _MANAGED = 1, 2  # AWS's version numbers: classic hosted UI and managed login
_VERSION_2_ONLY = ("background", "favicon", "dark_colour", "dark_background_colour", "corners")
# The background of Cognito's form in light and dark mode, and the minimum contrast of a button (WCAG 2.2, 1.4.11).
FORM, DARK_FORM, _MIN_CONTRAST = "#ffffff", "#0f1b2a", 3
_LOOKS = "Users would see the classic pages, without passkeys and one-time codes."


class Login(Look):
    """The sign-in pages."""

    version: Annotated[int, types.whole(1, 2)] = setting(
        "2 for managed login, 1 for the classic hosted UI.",
        "managedLoginVersion",
        default=2,
        loss=_LOOKS,
        plan=Plan.ESSENTIALS,
        free=(1,),
        example=2,
    )
    per_client: dict[types.Key, Look] = setting(
        "Branding of single clients, client key -> object; version 2 only.", default={}
    )

    def look_of(self, key: str) -> Look:
        return self.per_client.get(key, self)


def pages_of_factors(login: Login | None, factors: Sequence[str], clients: Mapping[str, Client]) -> Iterator[Problem]:
    """First factors that the pages of version 1 do not offer."""
    old = login is None or login.version == _OLD
    if old and len(factors) > 1 and any(client.has_pages for client in clients.values()):
        allowed = "2 with more firstFactors than the password: the classic pages, AWS's default, offer nothing else"
        fix = "set it to 2, unless users only sign in on your own pages"
        yield Problem(f"{PATH}.version", allowed, shown(login.version) if login else "nothing", fix, warning=True)


def login_problems(login: Login, clients: Mapping[str, Client]) -> Iterator[Problem]:
    """The errors in the settings of the sign-in pages."""
    yield from _look_problems(PATH, login, login.version)
    for key, look in login.per_client.items():
        path = f"{PATH}.perClient.{key}"
        if key not in clients or not clients[key].has_pages:
            known = [name for name, client in clients.items() if client.has_pages]
            allowed = "a client with user sign-in: " + (", ".join(known) or "there is none")
            yield Problem(path, allowed, shown(key), nearest(key, known))
        if login.version == _OLD:
            allowed = "not set in version 1, which has one branding for the pool"
            yield Problem(path, allowed, shown(key), "set version: 2")
        yield from _look_problems(path, look, login.version)


def _look_problems(path: str, look: Look, version: int) -> Iterator[Problem]:
    other = {_OLD: ("settings", "assets"), _MANAGED: ("css",)}[version]
    for name in other:
        if getattr(look, name):
            yield Problem(f"{path}.{name}", f"not set in version {version}", "a value", "remove it")
    if look.settings and look.branding:
        yield Problem(f"{path}.branding", "branding or settings, not both", "both", "remove one of them")
    yield from _settings(path, look)
    if look.css:
        yield from _too_large(f"{path}.css", look.css, _CSS_BYTES)
    branding, seen = look.branding or Branding(), set[tuple[str, str]]()
    yield from _branding_problems(f"{path}.branding", branding, version)
    files = [(f"{path}.branding.{name}", getattr(branding, name)) for name in ("logo", "background", "favicon")]
    assets = enumerate(look.assets if version == _MANAGED else ())
    files += [(f"{path}.assets[{index}].file", asset.file) for index, asset in assets]
    sizes = []
    for place, file in files:
        if file:
            most = _OLD_LOGO_BYTES if version == _OLD else _ASSET_BYTES
            found = [*_extension(place, file, version), *_too_large(place, file, most)]
            yield from found
            sizes += [] if found else [(ROOT / file).stat().st_size]
    for index, asset in enumerate(look.assets):
        mark = (asset.category, asset.colour_mode)
        if mark in seen:
            yield Problem(f"{path}.assets[{index}]", "one image per category and mode", shown(asset.category))
        seen.add(mark)
    if sum(sizes) > _ALL_ASSETS_BYTES:
        yield Problem(f"{path}.assets", "at most 2 MB in all", f"{sum(sizes):,} bytes")


def _branding_problems(path: str, branding: Branding, version: int) -> Iterator[Problem]:
    """Values that version 1 does not support, and buttons with low contrast."""
    for name in _VERSION_2_ONLY if version == _OLD else ():
        if getattr(branding, name) is not None:
            yield Problem(f"{path}.{Branding.model_fields[name].alias}", "not set in version 1", "a value", "remove it")
    buttons = [("colour", branding.colour, FORM, "darker")]
    if version == _MANAGED:
        buttons.append(("darkColour", branding.dark_colour or branding.colour, DARK_FORM, "lighter"))
    for name, colour, form, better in buttons:
        if colour and (found := contrast(colour, form)) < _MIN_CONTRAST:
            allowed = f"a colour with a contrast of {_MIN_CONTRAST} or more on {form}, the background of the form"
            received = f"{shown(colour)}, whose contrast is {found:.1f}"
            yield Problem(f"{path}.{name}", allowed, received, f"use a {better} one", warning=True)


def _extension(place: str, file: str, version: int) -> Iterator[Problem]:
    suffix = PurePosixPath(file).suffix.lower()
    allowed = (".jpg", ".jpeg", ".png") if version == _OLD else tuple(EXTENSIONS)
    if place.endswith(".favicon"):
        allowed = (".ico", ".svg")
    if suffix not in allowed:
        yield Problem(place, f"a file that ends with {', '.join(allowed)}", shown(file))


def _too_large(place: str, file: str, most: int) -> Iterator[Problem]:
    if not (ROOT / file).is_file():
        fix = "write its path relative to the root of the repository"
        yield Problem(place, "an existing file of this repository", shown(file), fix)
    elif (size := (ROOT / file).stat().st_size) > most:
        yield Problem(place, f"a file of at most {most:,} bytes", f"{size:,} bytes")


def _settings(path: str, look: Look) -> Iterator[Problem]:
    if look.settings is None:
        return
    place, file = f"{path}.settings", ROOT / look.settings
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        yield Problem(place, "a JSON file of this repository, with an object", shown(look.settings))
