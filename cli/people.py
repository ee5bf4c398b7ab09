"""The users of a stack: list, create, or import from a CSV in AWS's format: `make people`."""

import json
from pathlib import Path
from typing import Any

import click

from cli import aws, options, user_import
from cli import outputs as stack_outputs
from cli.outputs import Outputs
from cli.sign_in.errors import plain
from cli.user import make_local_user, user_name
from local.console import give, say

_ADDRESSES = ("email", "phone_number")


@click.command()
@options.stack
@click.option(
    "--add",
    metavar="NAME",
    callback=user_name,
    help="Create a user with this name on a local stack; prints the password.",
)
@click.option("--header", is_flag=True, help="Print the first line (the columns) of a CSV file for the import.")
@click.option(
    "--import", "file", type=click.Path(exists=True, dir_okay=False), help="Import the users of this CSV file."
)
@click.option("--role", metavar="ARN", help="On AWS: the role with which Cognito writes the import log.")
@click.option("--json", "as_json", is_flag=True, help="Print the list, or the new user, as JSON.")
def people(stack: str, add: str | None, header: bool, file: str | None, role: str | None, as_json: bool) -> int | None:
    """List the users of a stack, add one, or import users from a CSV file in AWS's format."""
    if sum(map(bool, (add, header, file))) > 1:
        raise click.UsageError("One at a time: --add, --header or --import.")
    outputs = stack_outputs.read(stack)
    if add:
        make_local_user(outputs, add, as_json, reset=False)
        return None
    with aws.refusals(f"The people of {outputs.user_pool_id}", outputs.is_local):
        cognito = aws.client(outputs, "cognito-idp")
        if header:
            give(",".join(user_import.header(cognito, outputs)))
        elif file:
            return _import(cognito, outputs, Path(file), role)
        else:
            _list(cognito, outputs, as_json)
    return None


def _list(cognito: Any, outputs: Outputs, as_json: bool) -> None:
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=outputs.user_pool_id)
    users = [_shown(user) for page in pages for user in page["Users"]]
    if as_json:
        give(json.dumps(users, indent=2))
        return
    wide = max((len(user["name"]) for user in users), default=0)
    for user in users:
        addresses = " ".join(user[name] for name in _ADDRESSES if name in user)
        give(f"{plain(user['name']):<{wide}}  {user['status']:<21} {plain(addresses)}")
    say(f"{len(users)} users in the pool {outputs.user_pool_id}.")


def _shown(user: Any) -> dict[str, str]:
    attributes = {one["Name"]: one["Value"] for one in user.get("Attributes", [])}
    status = user["UserStatus"] if user.get("Enabled", True) else "DISABLED"
    addresses = {name: attributes[name] for name in _ADDRESSES if name in attributes}
    return {"name": user["Username"], "sub": attributes.get("sub", ""), "status": status} | addresses


def _import(cognito: Any, outputs: Outputs, file: Path, role: str | None) -> int:
    """Import the users of a file; return the exit status, 1 if a user was refused."""
    found = user_import.read(file, user_import.header(cognito, outputs))
    if outputs.is_local:
        refused = user_import.make_each(cognito, outputs, found)
        say(f"{len(found) - refused} imported, {refused} refused. Users set a password with *Forgot your password?*")
        return 1 if refused else 0
    if not role:
        raise click.UsageError(
            "On AWS an import requires --role (with make: ROLE=), the ARN of a role with which Cognito writes "
            "CloudWatch logs: https://docs.aws.amazon.com/cognito/latest/developerguide/"
            "cognito-user-pools-using-import-tool-cli-cloudwatch-iam-role.html"
        )
    job = user_import.start_job(cognito, outputs, file, role)
    give(job)
    say(
        f"The import of {len(found)} users has started. Check its status:\n  aws cognito-idp describe-user-import-job"
        f" --user-pool-id {outputs.user_pool_id} --job-id {job}"
    )
    return 0
