"""One person, one account: who is linked to whom, and who is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from triggers.link_accounts.main import SignUpRefused, handler

POOL = "eu-west-1_Pool1"
ADDRESS = "ada@acme.example"


class FalseCognito:
    """The two operations that the function calls, on the users that a test gives."""

    def __init__(self, *users: dict[str, str]) -> None:
        self.users, self.linked, self.asked = users, list[dict[str, Any]](), list[str]()

    def get_paginator(self, operation: str) -> "FalseCognito":
        assert operation == "list_users"
        return self

    def paginate(self, UserPoolId: str, Filter: str) -> Iterator[dict[str, Any]]:
        """Each user on a page of their own, after an empty one: how many a page has is up to AWS."""
        assert UserPoolId == POOL
        self.asked.append(Filter)
        yield {"Users": []}
        for user in self.users:
            if Filter == f'email = "{user["email"]}"':
                attributes = [{"Name": key, "Value": value} for key, value in user.items()]
                yield {"Users": [{"Username": user["name"], "Attributes": attributes}]}

    def admin_link_provider_for_user(self, **request: Any) -> None:
        self.linked.append(request)


def user(name: str = "ada", email: str = ADDRESS, verified: str = "true") -> dict[str, str]:
    return {"name": name, "email": email, "email_verified": verified}


def event(source: str = "PreSignUp_ExternalProvider", name: str = "google_1234", **attributes: str) -> dict[str, Any]:
    given = {"email": ADDRESS, "email_verified": "true", **attributes}
    return {
        "triggerSource": source,
        "userPoolId": POOL,
        "userName": name,
        "request": {"userAttributes": {key: value for key, value in given.items() if value}},
        "response": {},
    }


def test_a_sign_up_with_a_verified_address_is_linked_to_the_account_that_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IDENTITY_PROVIDERS", '{"SignInWithApple": "", "Google": ""}')
    cognito = FalseCognito(user())
    assert handler(event(), None, cognito) == event()
    (link,) = cognito.linked
    assert link["UserPoolId"] == POOL
    assert link["DestinationUser"] == {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"}
    assert link["SourceUser"] == {
        "ProviderName": "Google",
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": "1234",
    }


def test_an_account_of_another_provider_is_named_as_aws_wants_it() -> None:
    of_okta = [
        {"userId": "1", "providerName": "Other", "primary": False},
        {"userId": "00U1", "providerName": "Okta", "primary": True},
    ]
    cognito = FalseCognito({**user("okta_00u1"), "identities": json.dumps(of_okta)})
    handler(event(), None, cognito)
    assert cognito.linked[0]["DestinationUser"] == {"ProviderName": "Okta", "ProviderAttributeValue": "00U1"}


def test_an_id_keeps_its_capitals_where_an_attribute_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_PROVIDERS", '{"Okta": "custom:id"}')
    cognito = FalseCognito(user())
    handler(event(name="okta_00u1ab", **{"custom:id": "00u1AB"}), None, cognito)
    assert cognito.linked[0]["SourceUser"]["ProviderAttributeValue"] == "00u1AB"


def test_the_address_is_found_in_small_letters_too() -> None:
    cognito = FalseCognito(user())
    handler(event(email="Ada@Acme.example"), None, cognito)
    assert cognito.linked


def test_a_letter_beyond_ascii_is_not_the_one_that_it_would_be_in_small_letters() -> None:
    cognito = FalseCognito(user(email="kate@acme.example"))
    handler(event(email="\N{KELVIN SIGN}ate@acme.example"), None, cognito)
    assert not cognito.linked


@pytest.mark.parametrize("order", [1, -1])
def test_who_has_not_verified_the_address_does_not_keep_its_owner_out(order: int) -> None:
    cognito = FalseCognito(*[user(), user("squatter", verified="false")][::order])
    handler(event(), None, cognito)
    assert cognito.linked[0]["DestinationUser"]["ProviderAttributeValue"] == "ada"


def test_an_id_with_an_underscore_and_a_provider_that_nobody_named_stay_whole() -> None:
    cognito = FalseCognito(user())
    handler(event(name="Okta_a_b"), None, cognito)
    assert cognito.linked[0]["SourceUser"]["ProviderName"] == "Okta"
    assert cognito.linked[0]["SourceUser"]["ProviderAttributeValue"] == "a_b"


@pytest.mark.parametrize(
    ("users", "attributes"),
    [
        ([user(verified="false")], {}),
        ([{"name": "ada", "email": ADDRESS}], {}),
        ([user()], {"email_verified": "false"}),
        ([user()], {"email_verified": ""}),
        ([user(verified="false")], {"email_verified": "false"}),
        ([user(), user("other")], {}),
    ],
)
def test_where_either_side_is_unverified_or_two_have_the_address_it_is_refused(
    users: list[dict[str, str]], attributes: dict[str, str]
) -> None:
    cognito = FalseCognito(*users)
    with pytest.raises(SignUpRefused) as refused:
        handler(event(**attributes), None, cognito)
    assert not cognito.linked
    assert ADDRESS not in str(refused.value)


@pytest.mark.parametrize(
    ("users", "given"),
    [
        ([], event()),
        ([], event(email_verified="false")),
        ([user("google_1234")], event()),
        ([user()], event(email="")),
        ([user()], event("PreSignUp_SignUp", "ada2")),
        ([user()], event("PreSignUp_AdminCreateUser", "ada2")),
    ],
)
def test_every_other_sign_up_goes_its_way(users: list[dict[str, str]], given: dict[str, Any]) -> None:
    cognito = FalseCognito(*users)
    assert handler(given, None, cognito) == given
    assert not cognito.linked


def test_a_quotation_mark_in_an_address_ends_no_filter() -> None:
    cognito = FalseCognito()
    handler(event(email='a" or email ^= "b@acme.example'), None, cognito)
    assert cognito.asked == ['email = "a\\" or email ^= \\"b@acme.example"']
