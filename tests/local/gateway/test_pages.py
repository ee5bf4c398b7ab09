"""The sign-in pages by HTTP: all paths through them, and which requests they accept."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support import http, signing, totp
from tests.support.pages import Browser
from tests.support.sign_up_pool import CALLBACK, PASSWORD, Pool, listed, make_pool

LINK = {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}}
KINDS = pytest.mark.parametrize("client", [{}, {"GenerateSecret": True}], ids=["public", "with a secret"])
NEW = "Another-horse-9"


@pytest.fixture(scope="module")
def pool(shared_emulator: str) -> Pool:
    made = make_pool(shared_emulator)
    made.person()
    return made


def at_sign_in(pool: Pool, **changed: str) -> Browser:
    return Browser(pool.url).open(f"/oauth2/authorize?{pool.authorize_query(**changed)}")


def claims_of(pool: Pool, browser: Browser) -> dict[str, Any]:
    """Exchange the app's authorization code and return the user's claims."""
    assert browser.answer["state"] == "s"
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    known = {"client_id": pool.client_id, "client_secret": pool.client.get("ClientSecret", "")}
    tokens = pool.post("/oauth2/token", form | known).json()
    answer = http.get(f"{pool.url}/oauth2/userInfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    found: dict[str, Any] = answer.json()
    return found


# --- name and password ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login"])
def test_a_person_signs_in_by_name_and_password(pool: Pool, path: str) -> None:
    browser = Browser(pool.url).open(f"{path}?{pool.authorize_query()}")
    assert (browser.title, browser.fields()) == ("Sign in", ["username", "password"])
    for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("", "")):
        browser.send(username=name, password=password)
        assert (browser.title, browser.error) == ("Sign in", "Incorrect username or password.")
    browser.send(username="ada", password=PASSWORD)
    assert claims_of(pool, browser)["username"] == "ada"


def test_an_app_may_name_cognito_and_a_user(pool: Pool) -> None:
    browser = at_sign_in(pool, identity_provider="COGNITO", login_hint='a"da')
    assert 'value="a&#34;da"' in browser.page.text
    assert claims_of(pool, browser.send(username="ada", password=PASSWORD))["username"] == "ada"


def test_a_client_without_cognito_has_no_password_page(pool: Pool) -> None:
    client = pool.another_client(SupportedIdentityProviders=[])
    assert at_sign_in(client).fields() == ["username", "password"]  # the default provider is Cognito
    details = {"client_id": "x", "authorize_scopes": "openid", "oidc_issuer": "https://idp.example"}
    pool.admin.create_identity_provider(
        UserPoolId=pool.id, ProviderName="Corp", ProviderType="OIDC", ProviderDetails=details
    )
    client = pool.another_client(SupportedIdentityProviders=["Corp"])
    browser = at_sign_in(client)
    assert "Sign in with Corp" in browser.page.text
    assert "<form" not in browser.page.text
    answer = client.post(f"/login?{client.authorize_query()}", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 200  # the page again, without a code


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example"}, "redirect_uri"),
        ({"response_type": "x"}, "unsupported_response_type"),
    ],
)
@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login", "/signup", "/forgotPassword"])
def test_a_wrong_request_is_never_sent_on(pool: Pool, path: str, changed: dict[str, str], told: str) -> None:
    answer = Browser(pool.url).open(f"{path}?{pool.authorize_query(**changed)}").page
    assert answer.status_code == 400
    assert told in answer.text


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"scope": "openid phone"}, "invalid_scope"), ({"code_challenge": "x", "code_challenge_method": "plain"}, "")],
)
def test_an_app_is_told_what_is_wrong_with_its_request(pool: Pool, changed: dict[str, str], told: str) -> None:
    answer = at_sign_in(pool, **changed).answer
    assert (answer["error"], answer["state"]) == ("invalid_request", "s")
    assert answer.get("error_description", "") == told


def test_a_code_by_mail_stands_in_for_the_password(shared_emulator: str) -> None:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    pool = make_pool(shared_emulator, Policies=factors)
    pool.person()
    assert "by email" not in at_sign_in(pool).page.text
    client = pool.another_client(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    before = len(pool.mail())
    browser = at_sign_in(client).follow("Get a code by email instead").send(username="nobody")
    assert (browser.title, len(pool.mail())) == ("Enter a code", before)
    browser.send(code="123456")
    assert browser.error.startswith("Invalid code")
    browser = at_sign_in(client).follow("Get a code by email instead").send(username="ada")
    browser.send(code="x")
    assert browser.error.startswith("Invalid verification code")
    assert claims_of(client, browser.send(code=pool.mail()[0]["code"]))["username"] == "ada"
    browser.open(f"/oauth2/authorize?{client.authorize_query()}")
    assert claims_of(client, browser)["username"] == "ada"
    for page in (Browser(pool.url).open(f"/loginByCode?{pool.authorize_query()}"), at_sign_in(pool)):
        assert page.title == "Sign in"


# --- the session ----------------------------------------------------------------------------------------------------


def test_the_next_app_signs_in_without_a_form(pool: Pool) -> None:
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    cookie = browser.page.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"} <= set(cookie.split("; "))
    other = pool.another_client()
    browser.open(f"/oauth2/authorize?{other.authorize_query(prompt='none')}")
    assert claims_of(other, browser)["username"] == "ada"
    browser.open(f"/oauth2/authorize?{other.authorize_query(prompt='login')}")
    assert browser.title == "Sign in"


def test_a_session_is_for_one_pool_and_ends_with_the_password(shared_emulator: str) -> None:
    first, second = make_pool(shared_emulator), make_pool(shared_emulator)
    for pool in (first, second):
        pool.person()
    browser = at_sign_in(first).send(username="ada", password=PASSWORD)
    assert browser.open(f"/oauth2/authorize?{second.authorize_query()}").title == "Sign in"
    named = {"UserPoolId": first.id, "Username": "ada"}
    first.admin.admin_set_user_password(**named, Password=NEW, Permanent=True)
    assert browser.open(f"/oauth2/authorize?{first.authorize_query()}").title == "Sign in"


def test_without_a_session_a_silent_sign_in_is_told_so(pool: Pool) -> None:
    assert at_sign_in(pool, prompt="none").answer == {"error": "login_required", "state": "s"}


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ({"logout_uri": "http://localhost:3000/bye"}, "http://localhost:3000/bye"),
        ({"redirect_uri": CALLBACK, "response_type": "code"}, "/login?"),
    ],
)
def test_signing_out_ends_the_session(pool: Pool, asked: dict[str, str], leads: str) -> None:
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    browser.open(f"/logout?{urlencode({'client_id': pool.client_id, **asked})}")
    assert browser.page.headers["Location"].startswith(leads)
    assert browser.open(f"/oauth2/authorize?{pool.authorize_query()}").title == "Sign in"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"logout_uri": "https://evil.example"},
        {"logout_uri": CALLBACK},
        {"logout_uri": "http://localhost:3000/bye/"},
        {"redirect_uri": "https://evil.example", "response_type": "code"},
        {"logout_uri": "https://evil.example", "redirect_uri": CALLBACK},
        {"client_id": "nobody", "logout_uri": "http://localhost:3000/bye"},
    ],
)
@pytest.mark.parametrize("client", [{}, {"LogoutURLs": []}], ids=["with logout URLs", "without"])
def test_signing_out_leads_to_no_foreign_address(pool: Pool, client: Any, asked: dict[str, str]) -> None:
    made = pool.another_client(**client)
    answer = Browser(pool.url).open(f"/logout?{urlencode({'client_id': made.client_id, **asked})}").page
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


# --- signing up -----------------------------------------------------------------------------------------------------


@KINDS
def test_a_person_signs_up_by_the_code(shared_emulator: str, client: Any) -> None:
    pool = make_pool(shared_emulator, client)
    browser = at_sign_in(pool).follow("Sign up")
    assert (browser.title, browser.fields()) == ("Sign up", ["username", "email", "password"])
    browser.send(username="grace", email="grace@example.com", password="short")
    assert browser.error.startswith("Password did not conform with policy")
    browser.send(password=PASSWORD)  # the other fields keep their values
    assert "A code was sent to g***@e***." in browser.page.text
    browser.send(code="x")
    assert browser.error.startswith("Invalid verification code")
    browser.send(1)  # request another code
    browser.send(code=f" {pool.mail()[0]['code']} ")
    assert claims_of(pool, browser)["username"] == "grace"


@KINDS
def test_a_person_signs_up_by_the_link(shared_emulator: str, client: Any) -> None:
    pool = make_pool(shared_emulator, client, **LINK, UsernameAttributes=["email"])
    browser = at_sign_in(pool).follow("Sign up")
    assert browser.fields() == ["username", "password"]
    browser.send(username="grace@example.com", password=PASSWORD)
    assert "A link was sent to g***@e***." in browser.page.text
    browser.send()
    assert browser.title == "Confirm your account"
    assert http.get(pool.mail()[0]["link"]).status_code == 200
    assert claims_of(pool, browser.send())["email"] == "grace@example.com"


def test_who_is_not_confirmed_goes_on_where_they_stopped(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator)
    pool.sign_up()
    browser = at_sign_in(pool).send(username="ada", password="wrong")
    assert browser.title == "Confirm your account"
    browser.send(code=pool.mail()[0]["code"])
    assert (browser.title, browser.error) == ("Sign in", "Incorrect username or password.")


def test_a_pool_that_verifies_by_link_texts_a_code(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, **LINK, AutoVerifiedAttributes=["email", "phone_number"])
    browser = at_sign_in(pool).follow("Sign up")
    browser.send(username="ada", email="a@example.com", phone_number="+15550100", password=PASSWORD)
    assert "A code was sent to +*******0100." in browser.page.text
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    assert "Enter the code" in browser.page.text
    assert claims_of(pool, browser.send(code=pool.mail()[0]["code"]))["phone_number_verified"] == "true"


def test_nobody_signs_up_where_only_administrators_make_people(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    browser = at_sign_in(pool)
    assert "Sign up" not in browser.page.text
    browser.open(f"/signup?{pool.authorize_query()}").send(username="a", email="a@example.com", password=PASSWORD)
    assert browser.error == "SignUp is not permitted for this user pool"


# --- forgotten password -----------------------------------------------------------------------------------------------


@KINDS
def test_a_forgotten_password_is_set_anew(shared_emulator: str, client: Any) -> None:
    pool = make_pool(shared_emulator, client)
    pool.person()
    browser = at_sign_in(pool).follow("Forgot your password?").send(username="ada")
    assert "A code was sent to a***@e***." in browser.page.text
    code = pool.mail()[0]["code"]
    browser.send(code=code, new_password=NEW, confirm_password="other")
    assert browser.error == "The two passwords differ."
    browser.send(code="x", new_password=NEW, confirm_password=NEW)
    assert browser.error.startswith("Invalid verification code")
    browser.send(code=code, new_password=NEW, confirm_password=NEW)
    assert claims_of(pool, browser.send(username="ada", password=NEW))["username"] == "ada"


def test_an_invited_person_chooses_a_password(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator)
    named: dict[str, Any] = {"UserPoolId": pool.id, "Username": "ada"}
    pool.admin.admin_create_user(**named, UserAttributes=listed({"email": "ada@example.com"}))
    browser = at_sign_in(pool).send(username="ada", password="wrong")
    assert browser.error == "Incorrect username or password."
    browser.send(username="ada", password=pool.mail()[0]["code"])
    assert browser.title == "Choose a password"
    browser.send(new_password="short", confirm_password="short")
    assert browser.error.startswith("Password did not conform with policy")
    assert claims_of(pool, browser.send(new_password=NEW, confirm_password=NEW))["username"] == "ada"


def test_a_password_that_was_reset_is_set_by_the_code(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator)
    pool.person()
    pool.admin.admin_reset_user_password(UserPoolId=pool.id, Username="ada")
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    assert browser.title == "Set a new password"
    browser.send(code=pool.mail()[0]["code"], new_password=NEW, confirm_password=NEW)
    assert claims_of(pool, browser.send(username="ada", password=NEW))["username"] == "ada"


# --- the second factor ----------------------------------------------------------------------------------------------


def with_mfa(url: str, mode: str, client: Any) -> Pool:
    pool = make_pool(url, client)
    pool.admin.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration=mode, SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    pool.person()
    return pool


@KINDS
def test_an_authenticator_app_is_set_up_and_then_asked_for(shared_emulator: str, client: Any) -> None:
    pool = with_mfa(shared_emulator, "ON", client)
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    secret = re.search(r'<code id="key">(\w+)</code>', browser.page.text)
    assert secret
    assert f"otpauth://totp/people%3Aada?secret={secret[1]}" in html.unescape(browser.page.text)
    browser.send(code="000000x")
    assert browser.error == "Invalid code received for user"
    assert f">{secret[1]}<" in browser.page.text  # the same secret, so that the app stays set up
    assert claims_of(pool, browser.send(code=totp.code(secret[1])))["username"] == "ada"

    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    assert (browser.title, secret[1] in browser.page.text) == ("Enter a code", False)
    browser.send(code="x")
    assert browser.error == "Invalid code received for user"
    assert claims_of(pool, browser.send(code=totp.code(secret[1])))["username"] == "ada"


def test_a_second_factor_that_nobody_has_to_have_is_not_asked_for(shared_emulator: str) -> None:
    pool = with_mfa(shared_emulator, "OPTIONAL", {})
    assert claims_of(pool, at_sign_in(pool).send(username="ada", password=PASSWORD))["username"] == "ada"


def test_a_second_factor_is_not_guessed_and_not_gone_round(shared_emulator: str) -> None:
    pool = with_mfa(shared_emulator, "ON", {})
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    attempt = re.search(r'name="attempt" value="([^"]+)"', browser.page.text)
    assert attempt
    query = pool.authorize_query()
    form = {"attempt": attempt[1], "new_password": NEW, "confirm_password": NEW}
    assert "This sign-in has expired" in pool.post(f"/changePassword?{query}", form).text
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    for _ in range(5):
        browser.send(code="x")
    assert (browser.title, browser.error) == ("Sign in", "This sign-in has expired. Start again.")
    for path in ("/mfa", "/changePassword", "/confirm", "/resendcode"):
        answer = pool.post(f"{path}?{query}", {"attempt": "made-up", "code": "1"})
        assert "This sign-in has expired" in answer.text


SMS = {"SmsAuthenticationMessage": "Sign in by {####}", "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::0:role/sms"}}
BY_MESSAGE: dict[str, tuple[dict[str, Any], str, str]] = {
    "text": ({"SmsMfaConfiguration": SMS}, "+15550100", "+*******0100"),
    "mail": ({"EmailMfaConfiguration": {"Message": "Sign in by {####}"}}, "ada@example.com", "a***@e***"),
}


@pytest.mark.parametrize("medium", BY_MESSAGE)
def test_a_code_that_is_sent_is_a_second_factor(shared_emulator: str, medium: str) -> None:
    config, address, shown = BY_MESSAGE[medium]
    pool = make_pool(shared_emulator)
    pool.admin.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="ON", **config)
    pool.person(phone_number="+15550100")
    browser = at_sign_in(pool).send(username="ada", password=PASSWORD)
    assert f"A code was sent to {shown}." in browser.page.text
    sent = pool.mail()[0]
    assert (sent["to"], sent["body"]) == (address, f"Sign in by {sent['code']}")
    browser.send(code="x")
    assert browser.error.startswith("Invalid verification code")
    assert claims_of(pool, browser.send(code=sent["code"]))["username"] == "ada"


# --- accepted requests ------------------------------------------------------------------------------------------------

FORMS = [
    *("login", "loginByCode", "mfa", "changePassword", "forgotPassword", "confirmForgotPassword"),
    *("signup", "confirm", "resendcode"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", ""])
def test_no_other_page_sends_a_form(pool: Pool, form: str, origin: str) -> None:
    entered = {"username": "ada", "password": PASSWORD}
    answer = pool.post(f"/{form}?{pool.authorize_query()}", entered, Origin=origin)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fields", [{}, {"confirm_password": ""}, {"attempt": "x"}], ids=" ".join)
def test_a_form_without_its_fields_shows_a_page(pool: Pool, form: str, fields: dict[str, str]) -> None:
    answer = pool.post(f"/{form}?{pool.authorize_query()}", fields, Origin=pool.url)
    assert (answer.status_code, "<form" in answer.text, "Set-Cookie" in answer.headers) == (200, True, False)


@pytest.mark.parametrize("path", ["/saml2/idpresponse", "/oauth2/idpresponse"])
def test_an_identity_provider_sends_its_answer(pool: Pool, path: str) -> None:
    answer = pool.post(path, {"SAMLResponse": "x", "state": "x"}, Origin="https://idp.example")
    assert answer.status_code != 403


@pytest.mark.parametrize("page", ["login", "oauth2/authorize", "signup", "forgotPassword", "confirmUser", "_mail"])
def test_no_other_page_reads_or_frames_a_page(pool: Pool, page: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = http.request(method, f"{pool.url}/{page}?{pool.authorize_query()}", headers=headers)
        assert [name for name in answer.headers if name.startswith("access-control-")] == []
        if method == "GET":
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_what_was_entered_is_shown_as_text(pool: Pool) -> None:
    name = '"><script>alert(1)</script>'
    browser = at_sign_in(pool).send(username=name, password="x")
    assert "<script" not in browser.page.text
    browser.follow("Sign up").send(username=name, email=name, password="x")
    assert "<script" not in browser.page.text


# --- email ------------------------------------------------------------------------------------------------------------


def test_the_inbox_shows_what_strangers_signed_up_with_as_text(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, VerificationMessageTemplate={"EmailMessage": "<b>{username}</b> {####}"})
    pool.sign_up("<script>alert(1)</script>", email='"<img src=x>"@example.com')
    answer = http.get(f"{pool.url}/_mail")
    assert pool.mail()[0]["code"] in answer.text
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
    assert answer.headers["Cross-Origin-Opener-Policy"] == answer.headers["Cross-Origin-Resource-Policy"]


def test_programs_read_the_mail_with_the_key_alone(pool: Pool) -> None:
    assert http.get(f"{pool.url}/_mail/messages").status_code == 403
    assert signing.send("GET", f"{pool.url}/_mail/messages").status_code == 200
