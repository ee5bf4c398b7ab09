"""Users of `local/people.yaml` can sign in after each start. Mistakes in the file are reported before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from local import emulator, keys, people
from local.console import Failure
from local.people import Person
from local.state import State

PASSWORD = "Correct-horse-9"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(people, "_FILE", tmp_path / "people.yaml")
    return tmp_path / "people.yaml"


def test_the_people_of_the_checkout_can_be_read() -> None:
    assert sorted(people.read()) == ["ada", "grace"]


@pytest.mark.parametrize("text", [None, "", "# nobody\n"])
def test_without_anybody_in_it_there_are_no_people(file: Path, text: str | None) -> None:
    if text is not None:
        file.write_text(text)
    assert people.read() == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[ada]", "local/people.yaml: : Input should be a valid dictionary"),
        ("ada: {}", "local/people.yaml: ada.password: Field required"),
        ("ada: {password: Short}", "local/people.yaml: ada.password: String should have at least 6"),
        ("ada: {password: Secret-1, atributes: {}}", "local/people.yaml: ada.atributes: Extra inputs"),
        ("ada: {password: Secret-1, attributes: {age: 5}}", "local/people.yaml: ada.attributes.age: Input should be"),
        ("ada: {password: Secret-1, groups: admins}", "local/people.yaml: ada.groups: Input should be a valid list"),
        ("ada@example.com: {password: Secret-1}", "local/people.yaml: ada@example.com"),
        ("ada: {password: yes}", "local/people.yaml, line 1, column 17: `yes` is a string to Pulumi"),
        ("ada: {", "local/people.yaml, line 1"),
    ],
)
def test_a_slip_is_told_with_its_place_and_no_password(file: Path, text: str, place: str) -> None:
    file.write_text(text)
    with pytest.raises(Failure) as refused:
        people.read()
    assert place in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("Short", "Secret-1"))


@pytest.fixture
def cognito(emulator_port: int) -> Any:
    return emulator.client("cognito-idp", emulator_port, keys.own())


@pytest.fixture
def emulator_port(emulator: str) -> int:
    return int(emulator.rpartition(":")[2])


def _pool(cognito: Any, **more: Any) -> State:
    """Create a pool and return a state with it."""
    pool = cognito.create_user_pool(PoolName="people", **more)["UserPool"]["Id"]
    resource = {"type": "aws:cognito/userPool:UserPool", "urn": "urn:pulumi:pool", "id": pool}
    return State.model_validate({"checkpoint": {"latest": {"manifest": {}, "resources": [resource]}}})


def _users(cognito: Any, stack: State) -> dict[str, dict[str, str]]:
    users = cognito.list_users(UserPoolId=stack.resources[0].id)["Users"]
    assert {user["UserStatus"] for user in users} <= {"CONFIRMED"}
    return {
        user["Username"]: {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]} for user in users
    }


def test_people_are_made_once_and_keep_a_password_of_today(cognito: Any, emulator_port: int) -> None:
    stack = _pool(cognito)
    wanted = {"ada": Person(password=PASSWORD, attributes={"email": "ada@example.com"})}
    assert people.make(wanted, stack, emulator_port) == ["ada"]
    assert _users(cognito, stack)["ada"].items() >= {"email": "ada@example.com", "email_verified": "true"}.items()
    pool = stack.resources[0].id
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Another-horse-9", Permanent=True)
    assert people.make(wanted, stack, emulator_port) == ["ada"]
    signed_in = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": "Another-horse-9"},
    )
    assert signed_in["AuthenticationResult"]["AccessToken"]


def test_what_the_pool_requires_is_made_up(cognito: Any, emulator_port: int) -> None:
    names = ("email", "phone_number", "birthdate", "nickname")
    stack = _pool(cognito, Schema=[{"Name": name, "AttributeDataType": "String", "Required": True} for name in names])
    wanted = {name: Person(password=PASSWORD, attributes={"nickname": "N"}) for name in ("ada", "grace")}
    assert people.make(wanted, stack, emulator_port) == ["ada", "grace"]
    users = _users(cognito, stack)
    made = {"email": "ada@example.com", "phone_number": "+12065550100", "birthdate": "1990-01-31", "nickname": "N"}
    assert users["ada"].items() >= made.items()
    assert users["grace"]["phone_number"] == "+12065550101"


def test_where_addresses_are_user_names_people_are_made_by_theirs(cognito: Any, emulator_port: int) -> None:
    stack = _pool(cognito, UsernameAttributes=["email"])
    wanted = {"ada": Person(password=PASSWORD)}
    assert people.make(wanted, stack, emulator_port) == ["ada@example.com"]
    assert people.make(wanted, stack, emulator_port) == ["ada@example.com"]


def test_people_are_in_the_groups_that_there_are(
    cognito: Any, emulator_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = _pool(cognito)
    pool = stack.resources[0].id
    cognito.create_group(UserPoolId=pool, GroupName="admins")
    people.make({"ada": Person(password=PASSWORD, groups=["admins", "staff"])}, stack, emulator_port)
    groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="ada")["Groups"]
    assert [group["GroupName"] for group in groups] == ["admins"]
    assert "ada: the pool has no group `staff`; it has: admins." in capsys.readouterr().err


def test_one_who_is_refused_is_told_and_the_others_are_made(
    cognito: Any, emulator_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = _pool(cognito, Policies={"PasswordPolicy": {"MinimumLength": 20}})
    wanted = {"ada": Person(password=PASSWORD), "grace": Person(password=f"{PASSWORD}-and-a-battery")}
    assert people.make(wanted, stack, emulator_port) == ["grace"]
    said = " ".join(capsys.readouterr().err.split())
    assert "local/people.yaml: ada: the pool refuses: " in said
    assert "(InvalidPasswordException)" in said
    assert PASSWORD not in said
    assert list(_users(cognito, stack)) == ["grace"]
