"""Import of users from a CSV file in AWS's format: one by one into a local pool, or as an import job on AWS.

The file has every column of the pool's header, in any order. A comma in a value is escaped with a backslash; there are
no quotes. Users have no password: their status is RESET_REQUIRED until they set one.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from botocore.exceptions import ClientError

from cli import http
from cli.outputs import Outputs
from cli.sign_in.errors import plain
from local.console import Failure, say

NAME, MFA = "cognito:username", "cognito:mfa_enabled"
_SHOWN = 10  # errors to show of a file: the same one is often in every line
Row = dict[str, str]


def header(cognito: Any, outputs: Outputs) -> list[str]:
    """Return the columns of the pool's CSV file. The emulator has no GetCSVHeader: there, read them from the schema."""
    if not outputs.is_local:
        found: list[str] = cognito.get_csv_header(UserPoolId=outputs.user_pool_id)["CSVHeader"]
        return found
    pool = cognito.describe_user_pool(UserPoolId=outputs.user_pool_id)["UserPool"]
    names = [one["Name"] for one in pool["SchemaAttributes"]]
    return [*(name for name in names if name not in ("sub", "identities")), MFA, NAME]


def read(file: Path, columns: list[str]) -> list[Row]:
    """Return the users of a CSV file. Raises Failure with the errors that AWS would find, each with its line."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines, quoting=csv.QUOTE_NONE, escapechar="\\"))
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise Failure(
            f"{file} is not a CSV file in UTF-8: {error}. Its first line is printed by: make people HEADER=1"
        ) from None
    given, *users = rows or [[]]
    mistakes = [f"it has no column {name}" for name in columns if name not in given]
    mistakes += [f"it has the column {plain(name, 60)} more than once" for name in set(given) if given.count(name) > 1]
    mistakes += [f"{plain(name, 60)!r} is not an attribute of the pool" for name in given if name not in columns]
    if not mistakes:
        mistakes = [mistake for line, row in enumerate(users, 2) for mistake in _mistakes(line, given, row)]
    if mistakes:
        more = f"\n... and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
        listed = "\n".join(f"{file}: {mistake}." for mistake in mistakes[:_SHOWN])
        raise Failure(f"{listed}{more}\nNo user was imported. List the columns: make people HEADER=1")
    return [dict(zip(given, row, strict=True)) for row in users]


def _mistakes(line: int, given: list[str], row: list[str]) -> list[str]:
    if len(row) != len(given):
        return [f"line {line}: {len(row)} values for {len(given)} columns; a comma in a value is written \\,"]
    user = dict(zip(given, row, strict=True))
    wrong = [] if user[NAME] else [f"line {line}: {NAME} is empty"]
    if user[MFA] not in ("true", "false"):
        wrong.append(f"line {line}: {MFA} is {plain(user[MFA], 20)!r}; it has to be true or false")
    verified = [name for name in ("email", "phone_number") if user.get(f"{name}_verified") == "true"]
    if not verified:
        wrong.append(
            f"line {line}: neither email_verified nor phone_number_verified is true, so no password can be set"
        )
    return wrong + [f"line {line}: {name}_verified is true, and {name} is empty" for name in verified if not user[name]]


def make_each(cognito: Any, outputs: Outputs, users: list[Row]) -> int:
    """Create the users in a local pool, print each one that it refuses, and return how many it refused."""
    refused = 0
    for user in users:
        who = {"UserPoolId": outputs.user_pool_id, "Username": user[NAME]}
        attributes = [{"Name": key, "Value": value} for key, value in user.items() if value and key not in (NAME, MFA)]
        try:
            cognito.admin_create_user(**who, UserAttributes=attributes, MessageAction="SUPPRESS")
            cognito.admin_reset_user_password(**who)
        except ClientError as error:
            refused += 1
            reason = error.response["Error"]
            say(f"{plain(user[NAME], 60)}: {plain(reason['Message'])} ({reason['Code']})", style="yellow")
    return refused


def start_job(cognito: Any, outputs: Outputs, file: Path, role: str) -> str:
    """Start an import job on AWS for the file; return the job's ID."""
    pool = {"UserPoolId": outputs.user_pool_id}
    name = f"import-{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    job = cognito.create_user_import_job(**pool, JobName=name, CloudWatchLogsRoleArn=role)["UserImportJob"]
    url = job["PreSignedUrl"]
    with http.client(url) as client:
        answer = client.put(url, content=file.read_bytes(), headers={"x-amz-server-side-encryption": "aws:kms"})
    if not answer.is_success:
        raise Failure(f"AWS did not accept the file: {httpx2.URL(url).host} answers {answer.status_code}. Try again.")
    cognito.start_user_import_job(**pool, JobId=job["JobId"])
    return str(job["JobId"])
