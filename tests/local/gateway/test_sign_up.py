"""Sign-up, forgotten passwords and changed attributes by API operations: as strict as AWS, with its email."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support import http
from tests.support.sign_up_pool import PASSWORD, Pool, listed, make_pool

LINK = {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}}
REQUIRED = {"Schema": [{"Name": "email", "Required": True}, {"Name": "given_name", "Required": True}]}
NO_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}
SEPARATE = {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}}


@pytest.fixture
def pool(shared_emulator: str) -> Pool:
    return make_pool(shared_emulator)


# --- sign-up ----------------------------------------------------------------------------------------------------------


def test_nobody_signs_up_where_only_administrators_make_people(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    with pytest.raises(ClientError, match=r"NotAuthorized.*SignUp is not permitted"):
        pool.sign_up()
    pool.person()


@pytest.mark.parametrize(
    ("settings", "given", "missing"),
    [
        (REQUIRED, {"given_name": "Ada"}, ["email"]),
        (REQUIRED, {"email": "ada@example.com"}, ["given_name"]),
        (REQUIRED, {"email": "", "given_name": ""}, ["email", "given_name"]),
        (REQUIRED | {"UsernameAttributes": ["email"]}, {"email": "ada@example.com"}, ["given_name"]),
    ],
)
def test_a_required_attribute_is_asked_for(
    shared_emulator: str, settings: Any, given: dict[str, str], missing: list[str]
) -> None:
    name = "ada@example.com" if "UsernameAttributes" in settings else "ada"
    with pytest.raises(ClientError) as refused:
        make_pool(shared_emulator, **settings).sign_up(name, **given)
    told = str(refused.value)
    assert sorted(re.findall(r"The attribute (\w+) is required", told)) == missing


def test_the_address_that_is_the_name_is_there(shared_emulator: str) -> None:
    settings: dict[str, Any] = {"Schema": [{"Name": "email", "Required": True}], "UsernameAttributes": ["email"]}
    pool = make_pool(shared_emulator, **settings)
    assert pool.sign_up("ada@example.com", name="Ada")["UserSub"]


@pytest.mark.parametrize(
    ("client", "given", "allowed"),
    [
        ({}, {"name": "Ada"}, True),
        ({}, {"custom:plan": "free"}, False),
        ({}, {"email": "a@example.com", "email_verified": "true"}, False),
        ({"WriteAttributes": ["email"]}, {"email": "a@example.com"}, True),
        ({"WriteAttributes": ["email"]}, {"email": "a@example.com", "name": "Ada"}, False),
        ({"WriteAttributes": ["custom:plan"]}, {"custom:plan": "free"}, True),
    ],
)
def test_an_app_writes_what_it_may_and_nothing_else(
    shared_emulator: str, client: Any, given: dict[str, str], allowed: bool
) -> None:
    schema = [{"Name": "plan", "AttributeDataType": "String", "Mutable": True}]
    pool = make_pool(shared_emulator, client, Schema=schema)
    pool.person("grace")
    app, token = pool.app, pool.tokens("grace")["AccessToken"]
    if allowed:
        pool.sign_up(**given)
        app.update_user_attributes(AccessToken=token, UserAttributes=listed(given))
        return
    with pytest.raises(ClientError, match=r"NotAuthorized.*unauthorized attribute"):
        pool.sign_up(**given)
    with pytest.raises(ClientError, match=r"NotAuthorized.*unauthorized attribute"):
        app.update_user_attributes(AccessToken=token, UserAttributes=listed(given))


def test_an_attribute_that_the_pool_has_not_is_refused(pool: Pool) -> None:
    with pytest.raises(ClientError, match="custom:unknown"):
        pool.sign_up(**{"custom:unknown": "x"})


def test_what_cannot_be_changed_is_not_changed(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, Schema=[{"Name": "email", "Mutable": False}])
    pool.person()
    app, token = pool.app, pool.tokens()["AccessToken"]
    with pytest.raises(ClientError, match="cannot be updated"):
        app.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": "new@example.com"}))


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [{}, {"GenerateSecret": True}], ids=["public", "with a secret"])
def test_a_name_is_found_however_it_is_written_where_case_does_not_matter(shared_emulator: str, client: Any) -> None:
    pool = make_pool(shared_emulator, client, **NO_CASE, AliasAttributes=["email"])
    pool.sign_up("Ada", email="Ada@Example.com")
    with pytest.raises(ClientError, match="UsernameExists"):
        pool.sign_up("ADA")
    pool.app.confirm_sign_up(**pool.named("aDA"), ConfirmationCode=pool.mail()[0]["code"])
    for name in ("ada", "ADA", "ada@example.com", "ADA@EXAMPLE.COM"):
        assert pool.tokens(name)["AccessToken"]
    assert pool.status("ADA") == "CONFIRMED"


def test_a_new_address_is_found_however_it_is_written(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, **NO_CASE, AliasAttributes=["email"])
    pool.person()
    app, token = pool.app, pool.tokens()["AccessToken"]
    app.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": "New@Example.com"}))
    app.verify_user_attribute(AccessToken=token, AttributeName="email", Code=pool.mail()[0]["code"])
    assert pool.tokens("NEW@example.com")["AccessToken"]


def test_a_name_is_as_it_is_written_where_case_matters(pool: Pool) -> None:
    pool.sign_up("Ada")
    pool.sign_up("ada")
    with pytest.raises(ClientError, match="NotAuthorized"):
        pool.tokens("ADA")


def test_a_wrong_secret_hash_stays_wrong_in_lower_case(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, {"GenerateSecret": True}, **NO_CASE)
    with pytest.raises(ClientError, match="secret hash"):
        pool.app.sign_up(**pool.named("ada") | {"Username": "ADA"}, Password=PASSWORD)


# --- codes and links ------------------------------------------------------------------------------------------------


def test_a_sign_up_is_confirmed_by_the_code_that_was_mailed(pool: Pool) -> None:
    details = pool.sign_up()["CodeDeliveryDetails"]
    assert details == {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    mail = pool.mail()[0]
    assert (mail["to"], mail["sender"]) == ("ada@example.com", "no-reply@verificationemail.com")
    assert mail["body"] == f"Your verification code is {mail['code']}."
    with pytest.raises(ClientError, match="CodeMismatch"):
        pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=f"{(int(mail['code']) + 1) % 10**6:06d}")
    pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=mail["code"])
    assert (pool.status(), pool.attributes()["email_verified"]) == ("CONFIRMED", "true")
    with pytest.raises(ClientError, match="Current status is CONFIRMED"):
        pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=mail["code"])


def test_only_the_newest_code_is_good(pool: Pool) -> None:
    pool.sign_up()
    first = pool.mail()[0]["code"]
    pool.app.resend_confirmation_code(**pool.named("ada"))
    newest = pool.mail()[0]["code"]
    if first != newest:
        with pytest.raises(ClientError, match="CodeMismatch"):
            pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=first)
    pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=newest)


def test_a_code_is_not_guessed(pool: Pool) -> None:
    pool.sign_up()
    code = pool.mail()[0]["code"]
    for guess in range(5):
        with pytest.raises(ClientError, match="CodeMismatch"):
            pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=f"no{guess}")
    with pytest.raises(ClientError, match="LimitExceeded"):
        pool.app.confirm_sign_up(**pool.named("ada"), ConfirmationCode=code)


@pytest.mark.parametrize("client", [{}, {"GenerateSecret": True}], ids=["public", "with a secret"])
def test_a_sign_up_is_confirmed_by_the_link_that_was_mailed(shared_emulator: str, client: Any) -> None:
    pool = make_pool(shared_emulator, client, **LINK)
    pool.sign_up("a&b <c>")
    mail = pool.mail()[0]
    assert mail["code"] == ""
    assert mail["body"].endswith(">Verify Email</a>")
    wrong = re.sub(r"code=\d+", "code=x", mail["link"])
    assert http.get(wrong).status_code == 400
    page = http.get(mail["link"])
    assert (page.status_code, "has been confirmed" in page.text) == (200, True)
    assert (pool.status("a&b <c>"), pool.attributes("a&b <c>")["email_verified"]) == ("CONFIRMED", "true")


def test_messages_are_written_from_the_pools_templates(shared_emulator: str) -> None:
    pool = make_pool(
        shared_emulator,
        AutoVerifiedAttributes=["email", "phone_number"],
        EmailConfiguration={"From": "us@example.com"},
        VerificationMessageTemplate={
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "EmailSubjectByLink": "Welcome",
            "EmailMessageByLink": "<p>{username}: {##here##} or {##there##}</p>",
            "EmailSubject": "{####} is it",
            "EmailMessage": "Enter {####}, {username}.",
            "SmsMessage": "Text {####}",
        },
    )
    pool.sign_up("a<b", email="a@example.com")
    mail = pool.mail()[0]
    assert (mail["subject"], mail["sender"]) == ("Welcome", "us@example.com")
    assert mail["body"].startswith("<p>a&lt;b: <a href=")
    assert mail["body"].count(">here</a>") == mail["body"].count(">there</a>") == 1
    details = pool.sign_up("grace", email="g@example.com", phone_number="+15550100")["CodeDeliveryDetails"]
    assert details == {"Destination": "+*******0100", "DeliveryMedium": "SMS", "AttributeName": "phone_number"}
    text = pool.mail()[0]
    assert (text["to"], text["subject"], text["body"]) == ("+15550100", "", f"Text {text['code']}")
    pool.person("eve")
    pool.app.forgot_password(**pool.named("eve"))
    reset = pool.mail()[0]
    assert (reset["subject"], reset["body"]) == (f"{reset['code']} is it", f"Enter {reset['code']}, eve.")


def test_nothing_is_sent_where_nothing_is_verified(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, AutoVerifiedAttributes=[])
    assert "CodeDeliveryDetails" not in pool.sign_up()
    assert [one for one in pool.mail() if pool.id in str(one)] == []


def test_a_forgotten_password_is_set_by_the_code_that_was_mailed(pool: Pool) -> None:
    pool.person()
    assert pool.app.forgot_password(**pool.named("ada"))["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    code = pool.mail()[0]["code"]
    with pytest.raises(ClientError, match="CodeMismatch"):
        pool.app.confirm_forgot_password(**pool.named("ada"), ConfirmationCode="654321x", Password="Another-horse-9")
    with pytest.raises(ClientError, match="InvalidPassword"):
        pool.app.confirm_forgot_password(**pool.named("ada"), ConfirmationCode=code, Password="short")
    pool.app.confirm_forgot_password(**pool.named("ada"), ConfirmationCode=code, Password="Another-horse-9")
    assert pool.tokens(password="Another-horse-9")["AccessToken"]
    with pytest.raises(ClientError, match="ExpiredCode"):
        pool.app.confirm_forgot_password(**pool.named("ada"), ConfirmationCode=code, Password="Another-horse-9")


@pytest.mark.parametrize(
    ("settings", "attributes", "told"),
    [
        ({}, {"email_verified": "false"}, "no registered/verified email"),
        (
            {"AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}},
            {},
            "Contact administrator",
        ),
        (
            {"AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_phone_number", "Priority": 1}]}},
            {"phone_number": "+15550100"},
            "no registered/verified email",
        ),
    ],
)
def test_a_password_is_reset_as_the_pool_recovers_accounts(
    shared_emulator: str, settings: Any, attributes: dict[str, str], told: str
) -> None:
    pool = make_pool(shared_emulator, **settings)
    pool.person(**attributes)
    with pytest.raises(ClientError, match=told):
        pool.app.forgot_password(**pool.named("ada"))


def test_who_is_not_there_looks_like_who_is(pool: Pool) -> None:
    before = len(pool.mail())
    assert pool.app.forgot_password(**pool.named("nobody"))["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    with pytest.raises(ClientError, match="CodeMismatch"):
        pool.app.confirm_forgot_password(**pool.named("nobody"), ConfirmationCode="1", Password=PASSWORD)
    assert len(pool.mail()) == before


# --- invitations ----------------------------------------------------------------------------------------------------


def test_an_invitation_has_the_temporary_password(pool: Pool) -> None:
    named: dict[str, Any] = {"UserPoolId": pool.id, "Username": "ada"}
    pool.admin.admin_create_user(**named, UserAttributes=listed({"email": "ada@example.com"}))
    first = pool.mail()[0]
    assert first["body"] == f"Your username is ada and temporary password is {first['code']}."
    pool.admin.admin_create_user(**named, MessageAction="RESEND")
    second = pool.mail()[0]
    assert second["code"] != first["code"]
    for password, right in ((first["code"], False), (second["code"], True)):
        asked = {"USERNAME": "ada", "PASSWORD": password}
        try:
            answer = pool.app.initiate_auth(
                ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked
            )
            assert (answer["ChallengeName"], right) == ("NEW_PASSWORD_REQUIRED", True)
        except ClientError:
            assert not right


def test_an_invitation_that_is_not_wanted_is_not_sent(pool: Pool) -> None:
    before = len(pool.mail())
    pool.person()
    assert len(pool.mail()) == before


# --- changed addresses ------------------------------------------------------------------------------------------------


def test_a_new_address_is_unverified_until_its_code_came(pool: Pool) -> None:
    pool.person()
    app, token = pool.app, pool.tokens()["AccessToken"]
    changed = app.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": "new@example.com"}))
    assert [one["Destination"] for one in changed["CodeDeliveryDetailsList"]] == ["n***@e***"]
    assert (pool.attributes()["email"], pool.attributes()["email_verified"]) == ("new@example.com", "false")
    mail = pool.mail()[0]
    assert mail["to"] == "new@example.com"
    with pytest.raises(ClientError, match="CodeMismatch"):
        app.verify_user_attribute(AccessToken=token, AttributeName="email", Code="x")
    app.verify_user_attribute(AccessToken=token, AttributeName="email", Code=mail["code"])
    assert pool.attributes()["email_verified"] == "true"


def test_an_address_that_is_verified_first_counts_afterwards(shared_emulator: str) -> None:
    pool = make_pool(shared_emulator, **SEPARATE)
    pool.person()
    app, token = pool.app, pool.tokens()["AccessToken"]
    given = listed({"email": "new@example.com", "name": "Ada"})
    app.update_user_attributes(AccessToken=token, UserAttributes=given)
    assert (pool.attributes()["email"], pool.attributes()["name"]) == ("ada@example.com", "Ada")
    assert pool.attributes()["email_verified"] == "true"
    again = app.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    assert again["CodeDeliveryDetails"]["Destination"] == "n***@e***"
    app.verify_user_attribute(AccessToken=token, AttributeName="email", Code=pool.mail()[0]["code"])
    assert (pool.attributes()["email"], pool.attributes()["email_verified"]) == ("new@example.com", "true")


def test_an_address_is_its_owners_alone(pool: Pool) -> None:
    app = pool.app
    with pytest.raises(ClientError, match="NotAuthorized"):
        app.get_user_attribute_verification_code(AccessToken="x.y.z", AttributeName="email")
    with pytest.raises(ClientError, match="NotAuthorized"):
        app.verify_user_attribute(AccessToken="x.y.z", AttributeName="email", Code="1")
