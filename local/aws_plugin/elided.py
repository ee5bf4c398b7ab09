"""Archives as the engine sends them: of a state, or to compare, their hashes alone, which the SDK cannot read.

On the way in such an archive gets an address in place of its content, and on the way out it is put back as it came.
The hash of any archive, which the SDK drops, comes as a property of its own beside it.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.struct_pb2 import Struct

# Pulumi's marks (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go).
_MARK, _ARCHIVE = "4dabf18193072939515e22adb298388d", "0def7320c3a5731c473e5ecbe6d01bc7"
_PREFIX = "elided:"
_STRUCTS = ("old_inputs", "olds", "news", "properties", "inputs")


def digest_of(name: str) -> str:
    """The property that has the hash of the archive of this name."""
    return f"__{name}"


def address(message: Any) -> None:
    """Give the archives of a request that have a hash alone an address, and each hash its property."""
    for properties, name, archive in _archives(message):
        given = archive.fields["hash"].string_value
        if given:
            properties[digest_of(name)] = given
        if not {"assets", "path", "uri"} & set(archive.fields):
            archive["uri"] = _PREFIX + given


def restore(message: Any) -> None:
    """The archives of an answer as the request had them."""
    for _, _, archive in _archives(message):
        uri = archive.fields["uri"].string_value if "uri" in archive.fields else ""
        if uri.startswith(_PREFIX):
            del archive.fields["uri"]
            archive["hash"] = uri.removeprefix(_PREFIX)


def _archives(message: Any) -> Iterator[tuple[Struct, str, Struct]]:
    """Those that are values of a resource's properties: none stands deeper in the types that there are here."""
    for part in _STRUCTS:
        properties = getattr(message, part, Struct())
        for name, value in list(properties.fields.items()):
            inner = value.struct_value
            if value.HasField("struct_value") and _MARK in inner.fields and inner[_MARK] == _ARCHIVE:
                yield properties, name, inner
