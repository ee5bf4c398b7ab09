"""Users are listed and imported alike on the emulator and on AWS. Each mistake of a CSV file is reported."""

import csv
import io
import shlex
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from botocore.stub import ANY, Stubber

from cli import aws, http, people, user_import
from cli.outputs import Outputs
from local.console import Failure
from tests.cli.sign_in.test_choice import outputs
from tests.support.emulated_sign_in import STACK, EmulatedStack, make_stack, start
from tests.support.sign_up_pool import Pool

COLUMNS = ["email", "email_verified", "phone_number_verified", "name", user_import.MFA, user_import.NAME]
GOOD = {"email": "lin@example.com", "email_verified": "true", user_import.MFA: "false", user_import.NAME: "lin"}


@pytest.fixture
def stack(shared_emulator: str, tmp_path: Path) -> EmulatedStack:
    return make_stack(shared_emulator, tmp_path, 9000)


def written(file: Path, columns: list[str], *rows: dict[str, str]) -> Path:
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_NONE, escapechar="\\")
    table.writerows([columns, *([row.get(name, "") for name in columns] for row in rows)])
    file.write_text(text.getvalue())
    return file


def run(stack: EmulatedStack, *arguments: str) -> tuple[int, str, str]:
    return start(stack, "people", "--stack", STACK, *arguments).end()


def test_who_is_there_is_listed_with_status_and_address(stack: EmulatedStack) -> None:
    stack.make_user("ada", "Correct-horse-9")
    status, out, err = run(stack)
    assert (status, out.split()) == (0, ["ada", "CONFIRMED", "ada@example.com"])
    assert "1 users in the pool" in err


def test_who_is_added_can_sign_in(stack: EmulatedStack) -> None:
    status, out, _ = run(stack, "--add", "lin")
    assert status == 0
    assert out.startswith("name      lin\npassword  ")
    assert stack.cognito.admin_get_user(UserPoolId=stack.pool_id, Username="lin")["UserStatus"] == "CONFIRMED"


def test_who_is_there_is_not_added_and_keeps_the_password(stack: EmulatedStack) -> None:
    stack.make_user("o'neil", "Correct-horse-9")
    status, out, err = run(stack, "--add", "o'neil")
    assert (status, out) == (1, "")
    assert "o'neil already exists" in err
    assert shlex.split(err.rstrip().rpartition(": ")[2]) == ["make", "user", "NAME=o'neil"]
    clients: Any = stack.outputs["clients"]
    pool = Pool(stack.url, stack.cognito, stack.pool_id, {"ClientId": clients["windowscli"]["clientId"]})
    assert pool.tokens("o'neil", "Correct-horse-9")["AccessToken"]


def test_the_header_is_a_file_that_can_be_imported(stack: EmulatedStack, tmp_path: Path) -> None:
    _, header, _ = run(stack, "--header")
    columns = header.strip().split(",")
    assert {user_import.NAME, user_import.MFA, "email", "email_verified", "phone_number_verified"} <= set(columns)
    assert "sub" not in columns
    file = written(tmp_path / "people.csv", columns, GOOD | {"name": "Lin, of Oslo"})
    status, _, err = run(stack, "--import", str(file))
    assert status == 0, err
    made = stack.cognito.admin_get_user(UserPoolId=stack.pool_id, Username="lin")
    attributes = {one["Name"]: one["Value"] for one in made["UserAttributes"]}
    assert made["UserStatus"] == "RESET_REQUIRED"
    assert attributes["name"] == "Lin, of Oslo"


def test_who_was_imported_sets_a_password_by_the_mailed_code(stack: EmulatedStack, tmp_path: Path) -> None:
    _, header, _ = run(stack, "--header")
    run(stack, "--import", str(written(tmp_path / "people.csv", header.strip().split(","), GOOD)))
    clients: Any = stack.outputs["clients"]
    pool = Pool(stack.url, stack.cognito, stack.pool_id, {"ClientId": clients["windowscli"]["clientId"]})
    pool.app.forgot_password(**pool.named("lin"))
    code = next(mail["code"] for mail in pool.mail() if mail["to"] == "lin@example.com")
    pool.app.confirm_forgot_password(**pool.named("lin"), ConfirmationCode=code, Password="Correct-horse-9")
    assert pool.tokens("lin", "Correct-horse-9")["AccessToken"]


def test_who_is_there_already_is_told_and_the_rest_imported(stack: EmulatedStack, tmp_path: Path) -> None:
    stack.make_user("lin", "Correct-horse-9")
    _, header, _ = run(stack, "--header")
    other = GOOD | {user_import.NAME: "kim", "email": "kim@example.com"}
    file = written(tmp_path / "people.csv", header.strip().split(","), GOOD, other)
    status, _, err = run(stack, "--import", str(file))
    assert status == 1
    assert "lin: " in err
    assert "1 imported, 1 refused" in err
    assert stack.cognito.admin_get_user(UserPoolId=stack.pool_id, Username="kim")


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        (COLUMNS[1:], GOOD, "it has no column email"),
        ([*COLUMNS, "email"], GOOD, "it has the column email more than once"),
        ([*COLUMNS, "shoe"], GOOD, "'shoe' is not an attribute of the pool"),
        (COLUMNS, GOOD | {user_import.NAME: ""}, "line 2: cognito:username is empty"),
        (COLUMNS, GOOD | {user_import.MFA: "yes"}, "line 2: cognito:mfa_enabled is 'yes'; it has to be true or false"),
        (COLUMNS, GOOD | {"email_verified": ""}, "line 2: neither email_verified nor phone_number_verified is true"),
        (COLUMNS, GOOD | {"email": ""}, "line 2: email_verified is true, and email is empty"),
    ],
)
def test_a_mistake_of_a_file_is_told_with_its_line(
    columns: list[str], row: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(Failure) as failure:
        user_import.read(written(tmp_path / "people.csv", columns, row), COLUMNS)
    assert said in str(failure.value)
    assert "No user was imported" in str(failure.value)


def test_a_comma_that_is_not_escaped_is_told(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(",".join(COLUMNS) + "\na@example.com,true,,Lin, of Oslo,false,lin\n")
    with pytest.raises(Failure, match="line 2: 7 values for 6 columns"):
        user_import.read(file, COLUMNS)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\n"])
def test_what_is_no_such_file_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    with pytest.raises(Failure, match="HEADER=1"):
        user_import.read(file, COLUMNS)


ON_AWS: Outputs = outputs()
POOL = {"UserPoolId": ON_AWS.user_pool_id}
JOB = {"JobId": "import-1", "PreSignedUrl": "https://bucket.example/upload"}
ROLE = "arn:aws:iam::123456789012:role/Cognito-UserImport"


def test_on_aws_a_job_is_made_given_the_file_and_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cognito = boto3.client("cognito-idp", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    sent: list[bytes] = []
    file = written(tmp_path / "people.csv", COLUMNS, GOOD)

    class Client:
        def __enter__(self) -> "Client":
            return self

        def __exit__(self, *_: object) -> None: ...

        def put(self, url: str, content: bytes, headers: dict[str, str]) -> Any:
            assert (url, headers) == (JOB["PreSignedUrl"], {"x-amz-server-side-encryption": "aws:kms"})
            sent.append(content)
            return type("Answer", (), {"is_success": True})

    monkeypatch.setattr(http, "client", lambda _url: Client())
    monkeypatch.setattr(aws, "client", lambda _outputs, _service: cognito)
    monkeypatch.setattr("cli.outputs.read", lambda _stack: ON_AWS)
    with Stubber(cognito) as stubbed:
        stubbed.add_response("get_csv_header", {**POOL, "CSVHeader": COLUMNS}, POOL)
        asked = {**POOL, "JobName": ANY, "CloudWatchLogsRoleArn": ROLE}
        stubbed.add_response("create_user_import_job", {"UserImportJob": JOB}, asked)
        stubbed.add_response("start_user_import_job", {}, {**POOL, "JobId": "import-1"})
        arguments = ["--stack", "dev", "--import", str(file), "--role", ROLE]
        assert people.people.main(arguments, standalone_mode=False) == 0
        stubbed.assert_no_pending_responses()
    assert sent == [file.read_bytes()]
    assert capsys.readouterr().out == "import-1\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--add", "a", "--header"], "One at a time"),
        (["--add", "ada lovelace"], "such as --add tester"),
        (["--add", ""], "allowed are 1 to 128 letters"),
        (["--import", "file"], "requires --role"),
        (["--import", "no"], "exist"),
    ],
)
def test_what_cannot_be_done_is_a_mistake_of_usage(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written(tmp_path / "file", COLUMNS, GOOD).parent)
    monkeypatch.setattr("cli.outputs.read", lambda _stack: ON_AWS)
    monkeypatch.setattr("cli.user_import.header", lambda *_: COLUMNS)
    with pytest.raises(click.UsageError, match=said):
        people.people.main(["--stack", "dev", *arguments], standalone_mode=False)


def test_nobody_is_added_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.outputs.read", lambda _stack: ON_AWS)
    with pytest.raises(Failure, match="can only be created on local stacks"):
        people.people.main(["--stack", "dev", "--add", "lin"], standalone_mode=False)
