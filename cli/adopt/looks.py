"""Writes the branding of live sign-in pages to files for the stack file."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from cli.adopt.things import Live, Section, Thing
from identity import facts
from identity.branding import EXTENSIONS, ROOT
from identity.client.settings import Client

_ENDINGS = {name: ending for ending, name in EXTENSIONS.items() if ending != ".jpeg"}


def describe(live: Live, clients: Mapping[str, Thing], folder: str) -> tuple[Section | None, dict[str, bytes]]:
    """Return the key `login` and the content of the files it names.

    The key is None if the classic hosted UI has no CSS, or if a client with managed login pages has no style.

    Args:
        live: the live pool and its resources.
        clients: the live clients by key.
        folder: the folder for the files, relative to the repository.
    """
    versions = {int(domain.outputs.get("managedLoginVersion") or 1) for domain in live.of(facts.USER_POOL_DOMAIN)}
    css = next((str(old.outputs["css"]) for old in live.of(facts.UI_CUSTOMIZATION) if old.outputs.get("css")), "")
    if versions == {1} and css:
        return {"version": 1, "css": f"{folder}/pages.css"}, {f"{folder}/pages.css": css.encode()}
    styles = {style.outputs["clientId"]: style for style in live.of(facts.LOGIN_STYLE)}
    seen = {key: client.own_id for key, client in clients.items() if Client.read(client.outputs).has_pages}
    if versions != {2} or not seen or not styles.keys() >= set(seen.values()):
        return None, {}
    looks: Section = {}
    files: dict[str, bytes] = {}
    for key, client_id in seen.items():
        look, own = _look(styles[client_id].outputs, f"{folder}/{key}")
        looks |= {key: look} if look else {}
        files |= own
    return {"version": 2, **({"perClient": looks} if looks else {})}, files


def _look(outputs: Mapping[str, Any], stem: str) -> tuple[Section, dict[str, bytes]]:
    if outputs.get("useCognitoProvidedValues"):
        return {}, {}
    look: Section = {"settings": f"{stem}.json"}
    files = {look["settings"]: (json.dumps(json.loads(outputs.get("settings") or "{}"), indent=2) + "\n").encode()}
    for asset in outputs.get("assets") or ():
        ending = _ENDINGS.get(asset["extension"], f".{asset['extension']}")
        file = stem + f"-{asset['category']}-{asset['colorMode']}{ending}".lower()
        files[file] = base64.b64decode(asset["bytes"])
        entry = {"category": asset["category"], "colourMode": asset["colorMode"], "file": file}
        look.setdefault("assets", []).append(entry)
    return look, files


@contextmanager
def in_place(files: Mapping[str, bytes], keep: bool) -> Iterator[None]:
    """Write the files, since checking the config needs them. Remove the new ones afterwards unless `keep`."""
    with ExitStack() as undo:
        for name, content in files.items():
            path = ROOT / name
            if keep or not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                undo.callback(_remove, path)
        yield
        if keep:
            undo.pop_all()


def _remove(path: Path) -> None:
    path.unlink()
    with suppress(OSError):  # the folder has other files
        path.parent.rmdir()
        path.parent.parent.rmdir()
