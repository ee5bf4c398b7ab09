"""A test user of a local stack: `make user`, and `make people ADD=`."""

import json
import re
import secrets
import string
import unicodedata
from shlex import quote

import click

from cli import aws, options
from cli import outputs as stack_outputs
from cli.outputs import Outputs
from cli.sign_in.errors import plain
from local.console import Failure, give

_LONGEST_MINIMUM = 99  # the largest minimum length of a password policy
_EMAIL = re.compile(r"[^@]+@[^@]+\.[^@]+")


def user_name(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse a user name that Cognito does not accept: 1 to 128 letters, marks, digits, symbols and punctuation.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
    """
    if value is None:
        return None
    if not 1 <= len(value) <= 128 or not all(unicodedata.category(letter)[0] in "LMNPS" for letter in value):
        option = str(parameter.name)
        raise click.BadParameter(
            f"received {plain(value, 60)!r}; allowed are 1 to 128 letters, digits and signs, no spaces, such as"
            f" --{option} tester (with make: {option.upper()}=tester)."
        )
    return value


@click.command()
@options.stack
@click.option("--name", default="tester", show_default=True, callback=user_name, help="The user name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def user(stack: str, name: str, as_json: bool) -> None:
    """Create a confirmed test user on a local stack, or set a new password for an existing one."""
    make_local_user(stack_outputs.read(stack), name, as_json, reset=True)


def make_local_user(outputs: Outputs, name: str, as_json: bool, *, reset: bool) -> None:
    """Create a confirmed user, and print name and password.

    Raises Failure if the stack is not local (on AWS, users sign up on the sign-in page), or if the user exists and
    `reset` is false; if it is true, an existing user gets a new password.
    """
    if not outputs.is_local:
        raise Failure(
            f"Test users can only be created on local stacks; this stack is at {outputs.api_endpoint}."
            " Sign up on the sign-in page instead: `make login` opens it."
        )
    email, password = _email(name), _password()
    who = {"UserPoolId": outputs.user_pool_id, "Username": name}
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    with aws.refusals(f"The user {name}", outputs.is_local):
        cognito = aws.client(outputs, "cognito-idp")
        try:
            cognito.admin_create_user(**who, UserAttributes=attributes, MessageAction="SUPPRESS")
        except cognito.exceptions.UsernameExistsException:
            if not reset:
                fix = f"To set a new password: make user NAME={quote(name)}"
                raise Failure(f"The user {name} already exists and was not changed. {fix}") from None
        try:
            cognito.admin_set_user_password(**who, Password=password, Permanent=True)
        except cognito.exceptions.InvalidPasswordException:
            # A long password only if the pool requires it: it is hard to type.
            password = _password(_LONGEST_MINIMUM)
            cognito.admin_set_user_password(**who, Password=password, Permanent=True)
    if as_json:
        made = {"name": name, "email": email, "password": password}
        give(json.dumps(made, ensure_ascii=False, separators=(",", ":")))
    else:
        give(f"name      {name}\npassword  {password}")


def _email(name: str) -> str:
    """Return an email address for a user name; a name that is an address is returned unchanged."""
    return name if _EMAIL.fullmatch(name) else f"{re.sub(r'[^A-Za-z0-9._+-]', '-', name)}@example.com"


def _password(length: int = 20) -> str:
    """Return a random password with every kind of character that a policy can require."""
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!"]
    drawn = [secrets.choice(kind) for kind in kinds]
    drawn += [secrets.choice("".join(kinds)) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
