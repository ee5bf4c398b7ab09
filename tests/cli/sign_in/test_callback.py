"""The callback of a sign-in accepts only the response to this sign-in."""

import errno
import socket
from dataclasses import replace
from urllib.parse import parse_qs

import httpx2
import pytest

from cli.sign_in.authorization import AuthorizationRequest, code_of, code_of_pasted
from cli.sign_in.callback import CallbackListener
from cli.sign_in.errors import AuthorizationError, InvalidResponseError, PortInUseError
from local.console import Failure
from local.emulator import free_port
from tests.support import http

REQUEST = AuthorizationRequest(
    "https://login.example/", "https://app.example/back", "the-state", "the-nonce", "the-verifier"
)


def listener_at(url: str) -> CallbackListener:
    return CallbackListener(replace(REQUEST, redirect_uri=url))


def test_the_answer_to_this_question_gives_its_code() -> None:
    assert code_of(REQUEST, {"code": ["c0de"], "state": ["the-state"]}) == "c0de"


@pytest.mark.parametrize(
    ("query", "kind", "said"),
    [
        ("", InvalidResponseError, "`state` is not this sign-in's"),
        ("code=c0de", InvalidResponseError, "`state` is not this sign-in's"),
        ("code=c0de&state=the-stat", InvalidResponseError, "`state` is not this sign-in's"),
        ("code=c0de&state=%C3%A9", InvalidResponseError, "`state` is not this sign-in's"),
        ("error=access_denied&state=other", InvalidResponseError, "`state` is not this sign-in's"),
        ("code=c0de&code=other&state=the-state", InvalidResponseError, "`code` more than once"),
        ("code=c0de&state=the-state&state=the-state", InvalidResponseError, "`state` more than once"),
        ("state=the-state", InvalidResponseError, "no `code`"),
        ("error=access_denied&state=the-state", AuthorizationError, "denied (access_denied)"),
        (
            "error=invalid_scope&error_description=no+such&state=the-state",
            AuthorizationError,
            "(invalid_scope: no such)",
        ),
        ("error=x%1b%5b31m%0d%0ay&state=the-state", AuthorizationError, "(x [31m  y)"),
    ],
)
def test_any_other_answer_is_refused_without_its_code(query: str, kind: type[Failure], said: str) -> None:
    with pytest.raises(kind) as raised:
        code_of(REQUEST, parse_qs(query))
    assert said in str(raised.value)
    assert "c0de" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_a_long_error_is_cut() -> None:
    with pytest.raises(AuthorizationError) as raised:
        code_of(REQUEST, {"error": ["e" * 9000], "state": ["the-state"]})
    assert len(str(raised.value)) < 400


def test_a_pasted_address_of_the_callback_gives_its_code() -> None:
    assert code_of_pasted(REQUEST, "  https://app.example/back?code=c0de&state=the-state \n") == "c0de"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("\n", "Nothing was pasted"),
        ("c0de", "not an address of this client's callback"),
        ("https://app.example/?code=c0de&state=the-state", "not an address of this client's callback"),
        ("http://app.example/back?code=c0de&state=the-state", "not an address of this client's callback"),
        ("https://app.example.evil/back?code=c0de&state=the-state", "not an address of this client's callback"),
        ("https://app.example/back#code=c0de&state=the-state", "`state` is not this sign-in's"),
        ("https://app.example/back", "`state` is not this sign-in's"),
        ("https://app.example/back?state=\udcff", "`state` is not this sign-in's"),
        ("https://[/back", "not an address"),
    ],
)
def test_any_other_pasted_text_is_refused_without_being_shown(pasted: str, said: str) -> None:
    with pytest.raises(InvalidResponseError) as raised:
        code_of_pasted(REQUEST, pasted)
    assert said in str(raised.value)
    assert "c0de" not in str(raised.value)


@pytest.mark.parametrize("path", ["", "/", "/signed/in"])
def test_the_listener_takes_the_first_answer_on_its_path_and_nothing_else(path: str) -> None:
    url = f"http://localhost:{free_port()}{path}"
    with listener_at(url) as listener:
        listener.finish("Done", "<b>Ada</b>")
        assert http.get(f"{url.removesuffix(path)}/favicon.ico").status_code == 404
        assert http.get(url).status_code == 404
        assert http.post(f"{url}?code=0&state=the-state").status_code == 501
        page = http.get(f"{url}?code=1&state=the-state")
        http.get(f"{url}?code=2&state=the-state")
        assert listener.wait(5) == "1"
        assert "&lt;b&gt;Ada" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script-src" not in page.headers["content-security-policy"]
    with pytest.raises(httpx2.ConnectError):
        http.get(url)


STRANGERS = {
    "any query": ("GET /back?x=1", {}, 400),
    "no state": ("GET /back?code=stolen", {}, 400),
    "an empty state": ("GET /back?code=stolen&state=", {}, 400),
    "another state": ("GET /back?code=stolen&state=the-state2", {}, 400),
    "an error of another state": ("GET /back?error=access_denied&state=x", {}, 400),
    "an error without a state": ("GET /back?error=access_denied", {}, 400),
    "the state twice": ("GET /back?code=stolen&state=x&state=the-state", {}, 400),
    "two codes": ("GET /back?code=stolen&code=c&state=the-state", {}, 400),
    "no code": ("GET /back?state=the-state", {}, 400),
    "an empty code": ("GET /back?state=the-state&code=", {}, 400),
    "no query": ("GET /back", {}, 404),
    "an empty query": ("GET /back?", {}, 404),
    "another path": ("GET /?code=stolen&state=the-state", {}, 404),
    "a path below": ("GET /back/?code=stolen&state=the-state", {}, 404),
    "the path in capitals": ("GET /BACK?code=stolen&state=the-state", {}, 404),
    "the query in the path": ("GET /back%3Fcode=stolen&state=the-state", {}, 404),
    "a rebound host": ("GET /back?code=stolen&state=the-state", {"Host": "evil.example:{port}"}, 421),
    "a host without the port": ("GET /back?code=stolen&state=the-state", {"Host": "localhost"}, 421),
    "another port": ("GET /back?code=stolen&state=the-state", {"Host": "localhost:1"}, 421),
    "a host that begins alike": (
        "GET /back?code=stolen&state=the-state",
        {"Host": "localhost.evil.example:{port}"},
        421,
    ),
    "no host": ("GET /back?code=stolen&state=the-state", {"Host": ""}, 421),
    "a rebound address": ("GET http://evil.example/back?code=stolen&state=the-state", {}, 421),
    "no address": ("GET http://[/back?code=stolen&state=the-state", {}, 400),
    "a form": ("POST /back?code=stolen&state=the-state", {}, 501),
    "a preflight": ("OPTIONS /back?code=stolen&state=the-state", {"Origin": "https://evil.example"}, 501),
    "a look ahead": ("HEAD /back?code=stolen&state=the-state", {}, 501),
}


def request(port: int, line: str, headers: dict[str, str]) -> str:
    """Send a request line and headers unchanged, and return the response's head and body."""
    given = {"Host": f"localhost:{port}"} | {name: value.format(port=port) for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"{line} HTTP/1.1\r\n{head}\r\n".encode())
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


@pytest.mark.parametrize(("line", "headers", "status"), STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_answer_to_the_question_ends_nothing(line: str, headers: dict[str, str], status: int) -> None:
    port = free_port()
    with listener_at(f"http://localhost:{port}/back") as listener:
        for _ in range(2):
            answer = request(port, line, headers)
            assert answer.split()[1] == str(status)
            assert "stolen" not in answer
            assert "access-control" not in answer.lower()
        assert not listener.code.done()
        listener.finish("Done", "")
        assert "Done" in request(port, "GET /back?code=right&state=the-state", {})
        assert listener.wait(5) == "right"


@pytest.mark.parametrize("query", ["code=right&state=the-state", "error=access_denied&state=the-state"])
@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}"])
def test_the_answer_is_taken_under_each_name_of_this_machine(query: str, host: str) -> None:
    port = free_port()
    with listener_at(f"http://localhost:{port}/back") as listener:
        listener.finish("Done", "")
        assert "Done" in request(port, f"GET /back?{query}", {"Host": host})
        if "error" in query:
            with pytest.raises(AuthorizationError, match="access_denied"):
                listener.wait(5)
        else:
            assert listener.wait(5) == "right"


def test_a_sign_in_that_only_strangers_answered_says_so() -> None:
    port = free_port()
    with listener_at(f"http://localhost:{port}/back") as listener:
        request(port, "GET /back?code=stolen&state=x", {})
        with pytest.raises(Failure, match="made by somebody else, and was not used") as raised:
            listener.wait(0.1)
    assert "stolen" not in str(raised.value)


def test_a_listener_nobody_answers_gives_up_in_time() -> None:
    with listener_at(f"http://localhost:{free_port()}") as listener, pytest.raises(Failure):
        listener.wait(0.1)


def test_a_busy_port_leaves_nothing_listening() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} of 127.0.0.1 is in use"):
            listener_at(f"http://localhost:{port}")
    with listener_at(f"http://localhost:{port}"):
        pass


def test_a_machine_without_ipv6_listens_on_the_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = socket.socket.bind

    def bind_no_ipv6(self: socket.socket, address: tuple[str, int]) -> None:
        if address[0] == "::1":
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        bind(self, address)

    monkeypatch.setattr("socketserver.TCPServer.server_bind", lambda self: _bind(self, bind_no_ipv6))
    with listener_at(f"http://localhost:{free_port()}") as listener:
        listener.finish("Done", "")
        assert http.get(
            f"{listener.request.redirect_uri}?code=1&state=the-state".replace("localhost", "127.0.0.1")
        ).is_success


def _bind(server: object, bind: object) -> None:
    assert callable(bind)
    bind(server.socket, server.server_address)  # type: ignore[attr-defined]
