"""Access to the emulator: tables of requests, checked as decisions and as real requests."""

import gzip
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import httpx2
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local import keys, serving
from local.console import Failure
from local.gateway import public_requests
from local.gateway.http import Request
from tests.support import http, signing
from tests.support.emulated_sign_in import EmulatedStack, make_stack

TARGET = "AWSCognitoIdentityProviderService."
JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded"

# Origins of requests that any web page can make a browser send.
ORIGINS: dict[str, dict[str, str]] = {
    "no Origin": {},
    "a foreign Origin": {"Origin": "https://evil.example"},
    "another port's Origin": {"Origin": "http://127.0.0.1:8080"},
    "an Origin of nothing": {"Origin": "null"},
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
}


def operation(name: str) -> dict[str, str]:
    return {"X-Amz-Target": TARGET + name, "Content-Type": JSON}


TEMPLATE = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f"}}}}
# (method, path, headers, body) of requests that require the key.
CLOSED: dict[str, tuple[str, str, dict[str, str], str]] = {
    "list pools": ("POST", "/", operation("ListUserPools"), '{"MaxResults": 1}'),
    "delete a pool": ("POST", "/", operation("DeleteUserPool"), "{}"),
    "an admin's operation": ("POST", "/", operation("AdminGetUser"), "{}"),
    "an unknown operation": ("POST", "/", operation("InitiateAuthX"), "{}"),
    "an open operation with a query": ("POST", "/?Action=CreateStack", operation("InitiateAuth"), "{}"),
    "an API's description": ("GET", "/restapis/abcd1234/resources", {}, ""),
    "an API beside its stages": ("GET", "/restapis/abcd1234/local/_user_request_x", {}, ""),
    "an open operation elsewhere": ("POST", "/2015-03-31/functions", operation("InitiateAuth"), "{}"),
    "an open operation of another service": (
        "POST",
        "/",
        operation("InitiateAuth") | {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/x"},
        "{}",
    ),
    "an identity pool's": ("POST", "/", {"X-Amz-Target": "AWSCognitoIdentityService.GetId"}, "{}"),
    "CreateStack by a form": ("POST", "/", {"Content-Type": FORM}, "Action=CreateStack&StackName=x"),
    "CreateStack by text": ("POST", "/", {"Content-Type": "text/plain"}, "Action=CreateStack&StackName=x"),
    "make a function": ("POST", "/2015-03-31/functions", {"Content-Type": "text/plain"}, "{}"),
    "run a function": ("POST", "/2015-03-31/functions/f/invocations", {"Content-Type": "text/plain"}, "{}"),
    "a function's URL": ("GET", "/_aws/lambda-url/0123456789abcdef0123456789abcdef/", {}, ""),
    "an API's stage": ("GET", "/_aws/execute-api/01234567/prod/", {}, ""),
    "a bucket": ("PUT", "/bucket", {}, ""),
    "the root": ("GET", "/", {}, ""),
    "reset": ("POST", "/_ministack/reset", {"Content-Type": "text/plain"}, ""),
    "config": ("POST", "/_ministack/config", {"Content-Type": "text/plain"}, "{}"),
    "mail": ("GET", "/_ministack/ses/messages", {}, ""),
    "ready": ("GET", "/_ministack/ready", {}, ""),
    "reset behind a pool": ("POST", "/us-east-1_abc/.well-known/../../_ministack/reset", {}, ""),
    "credentials": ("GET", "/latest/meta-data/iam/security-credentials/x", {}, ""),
}


# Requests that the emulator would pass to another service, and access keys that it accepts without a signature.
SCOPE = "{}/20261125/us-east-1/cloudformation/aws4_request"
CLAIMED = "AWS4-HMAC-SHA256 Credential=" + SCOPE + ", SignedHeaders=host, Signature=0"
SMUGGLED: dict[str, tuple[str, dict[str, str], str]] = {
    **{
        f"a key of {account}": (
            "",
            {"Content-Type": FORM, "Authorization": CLAIMED.format(account)},
            "Action=ListStacks",
        )
        for account in ("000000000000", "123456789012", "test", "AKIAIOSFODNN7EXAMPLE")
    },
    "an operation with a key": (
        "",
        operation("ListUserPools") | {"Authorization": CLAIMED.format("test")},
        '{"MaxResults": 1}',
    ),
    "another scheme": ("", {"Content-Type": FORM, "Authorization": "AWS test:x"}, "Action=ListStacks"),
    "an operation": ("", operation("ListUserPools"), '{"MaxResults": 1}'),
    "an open operation": ("", operation("InitiateAuth"), "{}"),
    "an action in the query": ("?Action=ListStacks", {}, ""),
    "an action in the form": ("", {"Content-Type": FORM}, "Action=ListStacks"),
    "a signed address": ("?" + urlencode({"Action": "ListStacks", "X-Amz-Credential": SCOPE.format("test")}), {}, ""),
    "a signed address in lower case": ("?" + urlencode({"x-amz-credential": SCOPE.format("test")}), {}, ""),
    "an address signed as of old": ("?Version=2010-05-15&AWSAccessKeyId=test", {}, ""),
}
PAGES = [
    *(
        ("GET", page)
        for page in ("/login", "/signup", "/logout", "/oauth2/authorize", "/oauth2/userInfo", "/oauth2/idpresponse")
    ),
    *(("POST", page) for page in ("/login", "/oauth2/token", "/oauth2/revoke", "/oauth2/idpresponse")),
    ("POST", "/saml2/idpresponse"),
    ("GET", "/_provider/us-east-1_nothere/Google/authorize"),
    *(("POST", f"/_provider/us-east-1_nothere/Google/{end}") for end in ("authorize", "token")),
    ("GET", "/us-east-1_nothere/.well-known/jwks.json"),
    ("GET", "/restapis/abcd1234/local/_user_request_/projects"),
    ("PUT", "/restapis/abcd1234/local/_user_request_"),
]


@pytest.fixture(scope="module")
def stack(shared_emulator: str, tmp_path_factory: pytest.TempPathFactory) -> EmulatedStack:
    made = make_stack(shared_emulator, tmp_path_factory.mktemp("stack"), 1)
    made.make_user("ada", "Correct-horse-9")
    return made


def raw(method: str, url: str, headers: dict[str, str], body: str = "") -> httpx2.Response:
    return http.request(method, url, headers=headers, content=body.encode(), timeout=30)


def allowances(answer: httpx2.Response) -> list[str]:
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("name", CLOSED)
def test_nobody_without_the_key_gets_anything(stack: EmulatedStack, name: str, origin: str) -> None:
    method, path, headers, body = CLOSED[name]
    answer = raw(method, stack.url + path, headers | ORIGINS[origin], body)
    assert answer.status_code == 403
    assert allowances(answer) == []
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    assert allowances(raw("OPTIONS", stack.url + path, asked | ORIGINS[origin])) == []


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
@pytest.mark.parametrize("name", SMUGGLED)
def test_an_open_page_is_no_way_to_another_service(stack: EmulatedStack, name: str, page: tuple[str, str]) -> None:
    query, headers, body = SMUGGLED[name]
    answer = raw(page[0], stack.url + page[1] + query, headers, body)
    assert answer.status_code == 403
    assert allowances(answer) == []


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
def test_no_page_may_name_an_operation_at_a_page(stack: EmulatedStack, path: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-amz-target"}
    assert allowances(raw("OPTIONS", stack.url + path, asked | ORIGINS["a foreign Origin"])) == []


@pytest.mark.parametrize(
    "key",
    [
        keys.Key("test", "test"),
        keys.Key("000000000000", "000000000000"),
        keys.Key("123456789012", "test"),
        keys.Key("AKIAIOSFODNN7EXAMPLE", "x"),
        keys.Key(keys.own().id, "another"),
        keys.Key(keys.own().id.lower(), keys.own().secret),
        keys.Key("x", keys.own().secret),
    ],
    ids=["test", "zeros", "an account", "AWS's example", "another secret", "lower case", "another id"],
)
@pytest.mark.parametrize("service", ["cognito-idp", "cloudformation", "sts", "lambda", "s3"])
def test_another_key_is_no_key(stack: EmulatedStack, key: keys.Key, service: str) -> None:
    body = b'{"MaxResults": 1}'
    signed = signing.headers("POST", stack.url + "/", body, operation("ListUserPools"), key, service)
    assert raw("POST", stack.url + "/", signed, body.decode()).status_code == 403


def test_a_signed_request_cannot_be_changed(stack: EmulatedStack) -> None:
    url, body = stack.url + "/", b'{"MaxResults": 1}'
    signed = signing.headers("POST", url, body, operation("ListUserPools"))
    assert raw("POST", url, signed, body.decode()).status_code == 200
    assert raw("POST", url, signed, '{"MaxResults": 2}').status_code == 403
    assert raw("POST", url, signed | operation("DeleteUserPool"), body.decode()).status_code == 403
    assert raw("POST", url + "x", signed, body.decode()).status_code == 403
    assert raw("POST", url + "?x=1", signed, body.decode()).status_code == 403
    old = {**signed, "X-Amz-Date": "20200101T000000Z"}
    assert raw("POST", url, old, body.decode()).status_code == 403
    more = {**signed, "X-Amz-User-Agent": "not signed"}
    assert "x-amz-user-agent" in raw("POST", url, more, body.decode()).text


def test_a_body_has_to_be_the_signed_one_whatever_its_hash_is_said_to_be(stack: EmulatedStack) -> None:
    url, body = stack.url + "/", b'{"MaxResults": 1}'
    stated = {"X-Amz-Content-Sha256": hashlib.sha256(body).hexdigest()}
    for given in (stated, {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}):
        signed = signing.headers("POST", url, body, operation("ListUserPools") | given)
        assert raw("POST", url, signed, '{"MaxResults": 2}').status_code == 403
    signed = signing.headers("POST", url, body, operation("ListUserPools") | stated)
    assert raw("POST", url, signed, body.decode()).status_code == 200


@pytest.mark.parametrize("key", [None, keys.Key("test", "test")], ids=["with the key", "without"])
def test_a_body_that_is_read_in_two_ways_is_refused(stack: EmulatedStack, key: keys.Key | None) -> None:
    packed = gzip.compress(json.dumps({"TemplateBody": json.dumps(TEMPLATE)}).encode())
    signed = signing.headers("POST", stack.url + "/", packed, {"Content-Encoding": "gzip", "Content-Type": FORM}, key)
    answer = http.post(stack.url + "/", headers=signed, content=packed)
    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["[]", "1", "null", '"x"', "{", "\ufffe", "[" * 100_000])
def test_an_operation_takes_an_object_alone(stack: EmulatedStack, body: str) -> None:
    answer = raw("POST", stack.url + "/", operation("InitiateAuth"), body)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_body_without_end_is_not_kept(stack: EmulatedStack) -> None:
    for headers in ({}, operation("InitiateAuth")):
        assert raw("POST", stack.url + "/", headers, "x" * (17 * 2**20)).status_code == 413


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_key_opens_everything_but_to_no_page(stack: EmulatedStack, origin: str) -> None:
    answer = signing.send("POST", stack.url + "/", b'{"MaxResults": 1}', operation("ListUserPools") | ORIGINS[origin])
    assert answer.status_code == 200
    assert allowances(answer) == []


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:80", "localhost.:{port}", "127.0.0.2:{port}", ""],
)
@pytest.mark.parametrize("path", ["/", "/_ministack/health", "/oauth2/token", "/login"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_host_is_refused_whatever_it_asks(stack: EmulatedStack, method: str, path: str, host: str) -> None:
    port = stack.url.rpartition(":")[2]
    answer = raw(method, stack.url + path, {"Host": host.format(port=port)})
    assert answer.status_code == 421
    assert allowances(answer) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_known_by_its_names(stack: EmulatedStack, host: str) -> None:
    port = stack.url.rpartition(":")[2]
    assert raw("GET", f"{stack.url}/_ministack/health", {"Host": f"{host}:{port}"}).status_code == 200


@pytest.mark.parametrize("origin", ORIGINS)
def test_what_aws_has_open_is_open_with_cors(stack: EmulatedStack, origin: str) -> None:
    page = ORIGINS[origin]
    client = stack.outputs["clients"]["windowscli"]["clientId"]  # type: ignore[index]
    open_ones = [
        ("GET", f"/{stack.pool_id}/.well-known/jwks.json", {}, "", 200),
        ("GET", f"/{stack.pool_id}/.well-known/openid-configuration", {}, "", 200),
        ("POST", "/oauth2/token", {"Content-Type": FORM}, "grant_type=authorization_code&code=x&client_id=y", 400),
        ("GET", "/oauth2/userInfo", {"Authorization": "Bearer x"}, "", 401),
        ("POST", "/", operation("GetUser"), '{"AccessToken": "x"}', 400),
        ("POST", "/", operation("SignUp"), json.dumps({"ClientId": client, "Username": "x", "Password": "x"}), 400),
    ]
    for method, path, headers, body, status in open_ones:
        answer = raw(method, stack.url + path, headers | page, body)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ",".join(headers).lower()}
        allowed = raw("OPTIONS", stack.url + path, asked | page)
        assert allowed.headers["Access-Control-Allow-Origin"] == "*"
        assert allowed.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]


# Headers that JavaScript libraries add. A browser sends a preflight request for them.
LIBRARIES: dict[str, dict[str, str]] = {
    "Amplify": {"X-Amz-User-Agent": "aws-amplify/6.15.0 auth/4 framework/1", "Cache-Control": "no-store"},
    "the SDK": {
        "X-Amz-User-Agent": "aws-sdk-js/3",
        "Amz-Sdk-Invocation-Id": "x",
        "Amz-Sdk-Request": "attempt=1; max=3",
    },
    "oidc-client": {"Accept": "application/json"},
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_page_signs_in_as_the_libraries_do(stack: EmulatedStack, library: str) -> None:
    client = client_id(stack, "windowscli")

    def ask(method: str, path: str, body: str = "", **given: str) -> Any:
        headers = LIBRARIES[library] | {name.replace("_", "-"): value for name, value in given.items()}
        names = ",".join(sorted(headers)).lower()
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": names}
        leave = raw("OPTIONS", stack.url + path, asked | {"Origin": "http://localhost:3000"})
        assert leave.headers["Access-Control-Allow-Headers"] == names
        answer = raw(method, stack.url + path, headers | {"Origin": "http://localhost:3000"}, body)
        assert (path, answer.status_code) == (path, 200)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.json()

    def operate(name: str, **given: object) -> Any:
        return ask("POST", "/", json.dumps(given), X_Amz_Target=TARGET + name, Content_Type=JSON)

    known = {"USERNAME": "ada", "PASSWORD": "Correct-horse-9"}
    tokens = operate("InitiateAuth", ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=known)
    tokens = tokens["AuthenticationResult"]
    assert operate("GetUser", AccessToken=tokens["AccessToken"])["Username"] == "ada"
    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": tokens["RefreshToken"]}
    again = ask("POST", "/oauth2/token", urlencode(form), Content_Type=f"{FORM};charset=UTF-8")
    assert again["token_type"] == "Bearer"
    found = ask("GET", f"/{stack.pool_id}/.well-known/openid-configuration")
    assert ask("GET", found["jwks_uri"].removeprefix(stack.url))["keys"]
    operate("RevokeToken", ClientId=client, Token=tokens["RefreshToken"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_user_info_is_asked_for_by_a_token_alone(stack: EmulatedStack, method: str, scheme: str) -> None:
    answer = raw(method, f"{stack.url}/oauth2/userInfo", {"Authorization": f"{scheme} x"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, "*")


def test_a_question_of_an_apps_own_is_no_action_of_a_service(stack: EmulatedStack) -> None:
    client = client_id(stack, "windowscli")
    asked = {"client_id": client, "response_type": "code", "redirect_uri": "http://localhost:1", "action": "buy"}
    answer = raw("GET", f"{stack.url}/oauth2/authorize?{urlencode(asked | {'state': 'Action=ListStacks'})}", {})
    assert (answer.status_code, "password" in answer.text) == (200, True)


def test_a_method_is_no_part_of_a_path() -> None:
    asked = Request("GET /restapis/a/b/_user_request_/", "/2015-03-31/functions", "/2015-03-31/functions", "", {})
    assert not public_requests.is_open(asked)
    given = {"access-control-request-method": [asked.method]}
    assert public_requests.preflight(Request("OPTIONS", asked.path, asked.raw_path, "", given)) == []


def unsigned(url: str) -> Any:
    config = Config(signature_version=UNSIGNED, proxies={}, retries={"total_max_attempts": 1})
    return boto3.client("cognito-idp", endpoint_url=url, region_name="us-east-1", config=config)


def test_every_operation_without_a_signature_comes_to_the_emulator(stack: EmulatedStack) -> None:
    """Requests as apps send them. The gateway does not decide about the emulator's response."""
    assert {
        "InitiateAuth",
        "SignUp",
        "GetUser",
        "RevokeToken",
        "ForgotPassword",
    } <= public_requests.unsigned_operations()
    assert not {
        name for name in public_requests.unsigned_operations() if name.startswith(("Admin", "List", "Describe"))
    } - {
        "ListDevices",
        "ListWebAuthnCredentials",
    }
    for name in public_requests.unsigned_operations():
        answer = raw("POST", stack.url + "/", operation(name), "{}")
        assert (name, answer.status_code) != (name, 403)


# --- limits of AWS ----------------------------------------------------------------------------------------------------


def client_id(stack: EmulatedStack, name: str) -> str:
    return str(stack.outputs["clients"][name]["clientId"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("client", "flow", "given"),
    [
        ("windowscli", "USER_SRP_AUTH", {"SRP_A": "1"}),
        ("postman", "USER_PASSWORD_AUTH", {"PASSWORD": "Correct-horse-9"}),
        ("postman", "USER_PASSWORD_AUTH", {"PASSWORD": "Correct-horse-9", "SECRET_HASH": "x"}),
    ],
    ids=["a flow that the client has not", "no secret hash", "a wrong secret hash"],
)
def test_a_sign_in_that_aws_refuses_is_refused(stack: EmulatedStack, client: str, flow: str, given: Any) -> None:
    with pytest.raises(ClientError):
        unsigned(stack.url).initiate_auth(
            ClientId=client_id(stack, client), AuthFlow=flow, AuthParameters={"USERNAME": "ada", **given}
        )


def test_a_wrong_code_confirms_nobody(stack: EmulatedStack) -> None:
    app, client = unsigned(stack.url), client_id(stack, "windowscli")
    email = [{"Name": "email", "Value": "grace@example.com"}]
    app.sign_up(ClientId=client, Username="grace", Password="Correct-horse-9", UserAttributes=email)
    with pytest.raises(ClientError, match="CodeMismatch"):
        app.confirm_sign_up(ClientId=client, Username="grace", ConfirmationCode="000000")
    with pytest.raises(ClientError, match="UserNotConfirmed"):
        app.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "grace", "PASSWORD": "Correct-horse-9"},
        )


@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.e30."])
def test_a_made_up_access_token_is_refused(stack: EmulatedStack, token: str) -> None:
    answer = raw("POST", stack.url + "/", operation("GetUser"), json.dumps({"AccessToken": token}))
    assert answer.status_code == 400


# --- Lambda functions -------------------------------------------------------------------------------------------------


def test_functions_are_made_by_nobody_without_the_key(stack: EmulatedStack) -> None:
    content = json.dumps({"FunctionName": "f", "Role": "r", "Code": {"ZipFile": ""}}).encode()
    made = http.post(f"{stack.url}/2015-03-31/functions", content=content, headers={"Content-Type": JSON})
    assert made.status_code == 403


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"])
def test_a_function_sees_nothing_of_a_persons_own_aws(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "mine")
    _, settings = serving.served(4000, keys.Key("id", "secret"), Path(os.devnull))
    assert settings.get(name) in (None, os.devnull)
    assert settings["AWS_ACCESS_KEY_ID"] == "id"


# --- the access key ---------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / ".local" / "key.json"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: keys.own(file), range(16)))
    assert len(made) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["key.json"]
    assert keys.own(tmp_path / "other" / "key.json") not in made


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[1]", "null", '{"id": "x"}', '{"id": "x", "secret": "y", "more": 1}', '{"id": "", "secret": "y"}'),
        *('{"id": "x", "secret": 1}', '{"id": ["x"], "secret": "y"}', '{"id": "x\\u0000", "secret": "y"}'),
        '{"id": "x y", "secret": "y\\n"}',
    ],
)
def test_what_is_no_key_is_refused_without_a_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.json").write_text(text)
    with pytest.raises(Failure, match="Remove it"):
        keys.own(tmp_path / "key.json")
