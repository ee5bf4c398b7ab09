"""Sign-in by API operations with sessions: a response to a challenge that was never issued is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support import totp
from tests.support.sign_up_pool import PASSWORD, Pool, listed, make_pool

NEW = "Another-horse-9"


@pytest.fixture(scope="module")
def pool(shared_emulator: str) -> Pool:
    made = make_pool(shared_emulator, UsernameConfiguration={"CaseSensitive": False}, AliasAttributes=["email"])
    made.admin.set_user_pool_mfa_config(
        UserPoolId=made.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    for name in ("ada", "grace"):
        made.person(name)
    named: dict[str, Any] = {"UserPoolId": made.id, "Username": "invited"}
    made.admin.admin_create_user(**named, TemporaryPassword=PASSWORD, UserAttributes=listed({"email": "i@example.com"}))
    return made


def begin(pool: Pool, name: str) -> Any:
    known = {"USERNAME": name, "PASSWORD": PASSWORD}
    return pool.app.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=known)


def respond(pool: Pool, challenge: str, session: str, **responses: str) -> Any:
    return pool.app.respond_to_auth_challenge(
        ClientId=pool.client_id, ChallengeName=challenge, Session=session, ChallengeResponses=responses
    )


@pytest.mark.parametrize("challenge", ["MFA_SETUP", "SOFTWARE_TOKEN_MFA", "NEW_PASSWORD_REQUIRED"])
def test_nobody_signs_in_by_a_made_up_session(pool: Pool, challenge: str) -> None:
    with pytest.raises(ClientError, match="Invalid session"):
        respond(pool, challenge, "x" * 24, USERNAME="ada", NEW_PASSWORD=NEW, SOFTWARE_TOKEN_MFA_CODE="123456")
    assert pool.tokens()["AccessToken"]  # the password is unchanged


def test_a_first_password_is_chosen_once_by_its_owner_and_by_the_policy(pool: Pool) -> None:
    session, challenge = begin(pool, "Invited")["Session"], "NEW_PASSWORD_REQUIRED"
    with pytest.raises(ClientError, match="Invalid session"):
        respond(pool, challenge, session, USERNAME="ada", NEW_PASSWORD=NEW)
    with pytest.raises(ClientError, match="Invalid session"):
        respond(pool, "MFA_SETUP", session, USERNAME="invited")
    with pytest.raises(ClientError, match="Invalid session"):
        respond(pool.another_client(), challenge, session, USERNAME="invited", NEW_PASSWORD=NEW)
    with pytest.raises(ClientError, match="InvalidPassword"):
        respond(pool, challenge, session, USERNAME="invited", NEW_PASSWORD="short")
    assert respond(pool, challenge, session, USERNAME="INVITED", NEW_PASSWORD=NEW)["AuthenticationResult"]
    with pytest.raises(ClientError, match="Invalid session"):
        respond(pool, challenge, session, USERNAME="invited", NEW_PASSWORD="Third-horse-9")


def test_an_authenticator_app_is_asked_for_in_the_session_of_the_password(pool: Pool) -> None:
    app, token = pool.app, pool.tokens("grace")["AccessToken"]
    secret = app.associate_software_token(AccessToken=token)["SecretCode"]
    app.verify_software_token(AccessToken=token, UserCode=totp.code(secret))
    for name in ("grace", "Grace@Example.com"):
        asked = begin(pool, name)
        assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        with pytest.raises(ClientError, match="CodeMismatch"):
            respond(pool, "SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME=name, SOFTWARE_TOKEN_MFA_CODE="000000")
        code = totp.code(secret)
        done = respond(pool, "SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME=name, SOFTWARE_TOKEN_MFA_CODE=code)
        assert done["AuthenticationResult"]["RefreshToken"]


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_of_the_tests_are_those_of_the_rfc(at: float, code: str) -> None:
    """RFC 6238, appendix B: the last six digits."""
    assert totp.code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at) == code
