"""Convert a Pulumi archive to a zip file: the same content always gives the same bytes."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .emulator import Refusal
from .values import Archive

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold, for all entries
_READABLE = 0o644 << 16


def zipped(archive: Archive) -> bytes:
    """Return the zip of a folder or of assets by name; an existing zip file is returned unchanged.

    Raises Refusal if the path does not exist, or for another kind of archive.
    """
    if "path" in archive and Path(archive["path"]).is_file():
        return Path(archive["path"]).read_bytes()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in sorted(_files(archive)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr, entry.compress_type = _READABLE, zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return made.getvalue()


def _files(archive: Archive) -> Iterator[tuple[str, bytes]]:
    if "path" in archive:
        folder = Path(archive["path"])
        if not folder.is_dir():
            raise Refusal(f"code: there is no folder and no zip {folder}; received this path from {Path.cwd()}")
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(folder).as_posix(), file.read_bytes()
    elif "assets" in archive:
        for name, asset in archive["assets"].items():
            if isinstance(asset, Archive):
                yield from ((f"{name}/{inner}", content) for inner, content in _files(asset))
            elif "uri" in asset:
                raise Refusal(f"code: {name} must be a file or a text here; received {asset['uri']}")
            else:
                yield name, asset["text"].encode() if "text" in asset else Path(asset["path"]).read_bytes()
    else:
        raise Refusal(f"code: must be an archive of a folder or of files here; received {archive.get('uri')}")
