"""HTTPS beside HTTP, for libraries that require it: its port and its certificate.

The certificate is for 127.0.0.1 and localhost, signed by a certificate authority of this checkout. The private key of
the authority is never stored: a client that trusts the authority trusts only this one certificate.
"""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local import paths
from local.console import Failure

FOLDER: Final = paths.LOCAL / "tls"
_VALIDITY: Final = datetime.timedelta(days=397)  # the longest that browsers accept
_NOTE, _AUTHORITY, _CERTIFICATE, _KEY = "port.json", "authority.pem", "certificate.pem", "key.pem"


@dataclass(frozen=True)
class Tls:
    """The port and the files of HTTPS.

    Args:
        port: the port on 127.0.0.1.
        authority: the certificate of the authority, which clients have to trust.
        certificate: the server's certificate.
        key: the server's private key.
    """

    port: int
    authority: Path
    certificate: Path
    key: Path


def turned_on(folder: Path = FOLDER) -> Tls | None:
    """Return the HTTPS of this checkout; None if it is off. Raises Failure if the file of its port is invalid."""
    try:
        port = int(json.loads((folder / _NOTE).read_text(encoding="utf-8"))["port"])
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise Failure(f"{folder} was not written by this program. Remove it, then: make https") from None
    return Tls(port, folder / _AUTHORITY, folder / _CERTIFICATE, folder / _KEY)


def turn_on(port: int, folder: Path = FOLDER) -> Tls:
    """Let the emulator serve HTTPS on `port` from its next start on. Create a certificate if there is none."""
    if not (folder / _KEY).exists():
        _make(folder)
    paths.write_whole(folder / _NOTE, json.dumps({"port": port}))
    return Tls(port, folder / _AUTHORITY, folder / _CERTIFICATE, folder / _KEY)


def _make(folder: Path) -> None:
    import trustme  # not at the top: the import takes a tenth of a second, and is needed once

    ends = datetime.datetime.now(datetime.UTC) + _VALIDITY
    authority = trustme.CA(organization_name="The local stack of this checkout")
    server = authority.issue_cert("localhost", "127.0.0.1", "::1", not_after=ends)
    paths.write_whole(folder / _AUTHORITY, authority.cert_pem.bytes().decode())
    paths.write_whole(folder / _CERTIFICATE, "".join(pem.bytes().decode() for pem in server.cert_chain_pems))
    paths.write_whole(folder / _KEY, server.private_key_pem.bytes().decode())  # last: `turn_on` checks for this file
