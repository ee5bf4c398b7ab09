"""HTTPS beside HTTP: the same gateway, with a certificate that only explicitly configured clients trust."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from local import tls
from local.console import Failure
from local.emulator import free_port
from tests.support import http
from tests.support.checkout import Checkout

pytestmark = pytest.mark.engine
HEALTH = "/_ministack/health"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Yield a checkout with a running emulator, in a folder whose name a shell reads as two words."""
    with Checkout(tmp_path_factory.mktemp("my tls")) as checkout:
        checkout.start_emulator()
        yield checkout


def ask(checkout: Checkout, url: str, **headers: str) -> httpx2.Response:
    """Request a URL with HTTP/2, as browsers do, trusting only the checkout's certificate authority."""
    trusted = ssl.create_default_context(cafile=str(checkout.root / ".local" / "tls" / "authority.pem"))
    with httpx2.Client(verify=trusted, http2=True, trust_env=False) as client:
        return client.get(url, headers=headers)


def test_https_is_served_beside_http_over_a_stop(running: Checkout) -> None:
    port = free_port()
    said = running.local("https", "--tls-port", str(port))
    assert said.status == 0, said.said
    assert f"https://localhost:{port}" in said.said
    for command in ("export NODE_EXTRA_CA_CERTS=", "rm -r "):
        assert f"{command}'{running.root}/.local/tls" in said.said
    for _ in range(2):
        for host in ("localhost", "127.0.0.1"):
            answer = ask(running, f"https://{host}:{port}{HEALTH}")
            assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
        assert http.get(f"http://127.0.0.1:{running.port}{HEALTH}").status_code == 200
        answer = ask(running, f"https://localhost:{port}/_mail")
        assert (answer.status_code, "Nothing yet" in answer.text) == (200, True)
        assert ask(running, f"https://localhost:{port}/", Host="evil.example").status_code == 421
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE"):
            httpx2.get(f"https://localhost:{port}{HEALTH}", trust_env=False)
        assert running.local("stop").status == 0
        running.start_emulator()


def test_a_port_that_is_taken_is_refused(running: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        running.local("https", "--tls-port", str(port)).refused(f"Port {port} of 127.0.0.1 is in use")


def test_a_certificate_is_made_once_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    assert tls.turned_on(folder) is None
    first = tls.turn_on(4567, folder)
    made = first.certificate.read_text()
    assert tls.turn_on(4568, folder).certificate.read_text() == made
    again = tls.turned_on(folder)
    assert again
    assert again.port == 4568
    assert {entry.stat().st_mode & 0o777 for entry in folder.iterdir()} == {0o600}
    assert "PRIVATE" not in again.authority.read_text() + made


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"port": "x"}', '{"port": null}'])
def test_what_is_no_port_is_refused_without_a_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "port.json").write_text(text)
    with pytest.raises(Failure, match="make https"):
        tls.turned_on(tmp_path)
