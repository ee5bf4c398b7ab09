"""HTTPS beside HTTP, for libraries that take nothing else: a port and a certificate that was made on the spot.

The certificate is for 127.0.0.1 and localhost, by an authority of this checkout's own. The authority's private key is
thrown away at once: who trusts it trusts this one certificate.
"""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local import paths
from local.console import Failure

FOLDER: Final = paths.LOCAL / "tls"
_LASTS: Final = datetime.timedelta(days=397)  # what browsers take at most
_NOTE, _AUTHORITY, _CERTIFICATE, _KEY = "port.json", "authority.pem", "certificate.pem", "key.pem"


@dataclass(frozen=True)
class Tls:
    """Where HTTPS is served, and with what.

    Args:
        port: of 127.0.0.1.
        authority: the certificate that a client has to trust.
        certificate: the server's.
        key: the server's private key.
    """

    port: int
    authority: Path
    certificate: Path
    key: Path


def turned_on(folder: Path = FOLDER) -> Tls | None:
    """How HTTPS is served in this checkout; None where it is not. Raises Failure where what lies there is not ours."""
    try:
        port = int(json.loads((folder / _NOTE).read_text(encoding="utf-8"))["port"])
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise Failure(f"{folder} was not written by this program. Remove it, then: make https") from None
    return Tls(port, folder / _AUTHORITY, folder / _CERTIFICATE, folder / _KEY)


def turn_on(port: int, folder: Path = FOLDER) -> Tls:
    """Have the emulator serve HTTPS on `port` from its next start on, by the certificate that is there or a new one."""
    if not (folder / _KEY).exists():
        _make(folder)
    paths.write_whole(folder / _NOTE, json.dumps({"port": port}))
    return Tls(port, folder / _AUTHORITY, folder / _CERTIFICATE, folder / _KEY)


def _make(folder: Path) -> None:
    import trustme  # here: it takes a tenth of a second, and is needed once

    ends = datetime.datetime.now(datetime.UTC) + _LASTS
    authority = trustme.CA(organization_name="The local stack of this checkout")
    server = authority.issue_cert("localhost", "127.0.0.1", "::1", not_after=ends)
    paths.write_whole(folder / _AUTHORITY, authority.cert_pem.bytes().decode())
    paths.write_whole(folder / _CERTIFICATE, "".join(pem.bytes().decode() for pem in server.cert_chain_pems))
    paths.write_whole(folder / _KEY, server.private_key_pem.bytes().decode())  # last: then all of it is there
