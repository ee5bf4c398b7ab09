"""AWS failures under the ordinary `pulumi`: docs/troubleshooting.md describes them, and its fixes work.

A proxy before the emulator returns the errors of AWS. The official provider retries for minutes when AWS throttles.
The local one does not retry, so a test sees at once what remains after all retries have failed.
"""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local import emulator
from tests.engine.test_ordinary_pulumi import account, nothing_to_do, pool_of, state, typed
from tests.support import old_deployment as old
from tests.support.checkout import Checkout
from tests.support.faulty_aws import Fault, FaultyAws, faulty_aws
from tests.support.ordinary import Shell
from tests.support.program import ROOT

pytestmark = pytest.mark.engine
LOCKED = "the stack is currently locked by 1 lock(s)"
# The check that the deployment workflow runs first.
DEPLOYS_FIRST = f".venv/bin/python {ROOT}/.github/pending_operations.py dev"
UP = "pulumi up --yes --skip-preview --stack dev"


@dataclass(frozen=True)
class Place:
    """A stack `dev` whose AWS requests go through the proxy."""

    shell: Shell
    aws: FaultyAws


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp("faults")
    with Checkout(directory) as checkout:
        account(checkout, old.PRODUCT)
        aws_here = faulty_aws(f"http://127.0.0.1:{checkout.port}", checkout.key)
        with aws_here as aws, Shell(checkout, directory / "home") as shell:
            shell.emulated("dev", aws.url)
            shell.types(f"pulumi login {shell.backend}")
            shell.types("pulumi stack init dev")
            shell.types(client_config("web"))
            yield Place(shell, aws)


def client_config(key: str) -> str:
    return f"pulumi config set --stack dev --path 'identity:clients.{key}.callbackUrls[0]' https://a.example"


CNAME_TAKEN = "One or more of the CNAMEs you provided are already associated with a different resource"
NO_PARENT = "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the parent domain"
# The errors returned to the first calls of each operation, in order.
FAULTS = {
    "CreateUserPool": [
        Fault("TooManyRequestsException", "Rate exceeded"),
        Fault("InvalidEmailRoleAccessPolicyException", "Email address is not verified"),
        Fault("InvalidSmsRoleTrustRelationshipException", "Role does not have a trust relationship"),
    ],
    "RequestCertificate": [Fault("LimitExceededException", "you have reached your limit of 2500 certificates")],
    "CreateUserPoolDomain": [
        Fault("InvalidParameterException", "Domain already associated with another user pool"),
        Fault("InvalidParameterException", CNAME_TAKEN),
        Fault("InvalidParameterException", NO_PARENT),
    ],
    "CreateResourceServer": [
        Fault("ConcurrentModificationException", "A previous operation is still in progress"),
    ],
    "CreateUserPoolClient": [
        Fault("ExpiredTokenException", "The security token included in the request is expired"),
    ],
}


def test_an_up_that_aws_refuses_half_way_is_told_and_the_next_one_goes_on(place: Place) -> None:
    shell, said = place.shell, ""
    shell.checkout.edit("identity/certificate.py", 'create="15m"', 'create="2s"')
    place.aws.instead["DescribeCertificate"] = b"ISSUED", b"PENDING_VALIDATION"
    place.aws.faults = {operation: list(faults) for operation, faults in FAULTS.items()}
    while any(place.aws.faults.values()):  # each `up` meets at least one of the faults
        said += shell.refused(UP, "was refused").said
    for fault in (fault for faults in FAULTS.values() for fault in faults):
        assert f"was refused: {fault.code}: {fault.message}" in said
    assert "to be issued: not done after 2 seconds" in said
    place.aws.instead.clear()
    shell.types(UP)
    nothing_to_do(shell)
    held = shell.checkout.inventory()
    assert {kind: len(found) for kind, found in held.items() if kind in ("pools", "domains", "servers", "clients")} == {
        "pools": 1,
        "domains": 1,
        "servers": 2,
        "clients": 1,
    }


@pytest.mark.parametrize(
    "fault", [fault for faults in FAULTS.values() for fault in faults], ids=lambda fault: fault.message
)
def test_the_page_has_the_fault(fault: Fault) -> None:
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    assert any(words in page for words in (fault.code, fault.message))


UNDELIVERED = Fault("CodeDeliveryFailureException", "Message rejected: Email address is not verified", done=True)


def test_who_signed_up_while_no_mail_could_be_sent_asks_for_the_code_again(place: Place) -> None:
    """SES in its sandbox refuses the mail: the user exists, but has received no code."""
    if not state(place.shell).get("resources"):
        place.shell.types(UP)
    place.aws.faults["SignUp"] = [UNDELIVERED]
    port, key = int(place.aws.url.rpartition(":")[2]), place.shell.checkout.key
    cognito, pool = emulator.client("cognito-idp", port, key), pool_of(place.shell)
    client = cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"][0]["ClientId"]
    attributes = [{"Name": "email", "Value": "lin@example.com"}]
    with pytest.raises(cognito.exceptions.CodeDeliveryFailureException):
        cognito.sign_up(ClientId=client, Username="lin", Password="Correct-horse-9", UserAttributes=attributes)
    assert cognito.admin_get_user(UserPoolId=pool, Username="lin")["UserStatus"] == "UNCONFIRMED"
    sent = cognito.resend_confirmation_code(ClientId=client, Username="lin")
    assert sent["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"


def killed_in_a_create(place: Place, client: str) -> None:
    """Kill an `up` after AWS has created the client but before it responds, then remove the stack's lock."""
    shell, aws = place.shell, place.aws
    if not state(shell).get("resources"):
        shell.types(UP)
    shell.types(client_config(client))
    aws.reached.clear()
    aws.held.add("CreateUserPoolClient")
    running = shell.starts(UP)
    assert aws.reached.wait(60)
    shell.refused(UP, LOCKED)

    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    aws.held.clear()
    shell.refused(UP, LOCKED)
    shell.types("pulumi cancel --yes --stack dev")
    (pending,) = state(shell)["pending_operations"]
    assert pending["type"] == "creating"


def ids_of(shell: Shell, client: str) -> list[str]:
    """Return the ids of the clients in AWS for a client key."""
    cognito = shell.checkout.aws("cognito-idp")
    found = cognito.list_user_pool_clients(UserPoolId=pool_of(shell), MaxResults=60)["UserPoolClients"]
    return [entry["ClientId"] for entry in found if entry["ClientName"].endswith(f"-{client}")]


@pytest.mark.parametrize("made", [True, False], ids=["AWS has made it", "AWS has not made it"])
def test_a_run_that_is_killed_in_a_create_locks_the_stack_and_is_cleared_as_the_page_says(
    place: Place, made: bool
) -> None:
    shell, client = place.shell, f"made{int(made)}"
    killed_in_a_create(place, client)
    (client_id,) = ids_of(shell, client)
    shell.refused(DEPLOYS_FIRST, f"access-client-{client}", "docs/troubleshooting.md")
    if not made:
        shell.checkout.aws("cognito-idp").delete_user_pool_client(UserPoolId=pool_of(shell), ClientId=client_id)

    clear, look = typed("docs/troubleshooting.md", "### Pending operations")
    shell.types(f"{clear} --yes")
    shell.types(DEPLOYS_FIRST)
    if made:
        shell.types("pulumi config set --stack dev identity:protect true")
        shell.types(".venv/bin/python -m cli adopt --stack dev --import")
    assert re.search(r"\bto replace|\bto delete", shell.types(look).said) is None
    shell.types(UP)
    nothing_to_do(shell)
    assert (ids_of(shell, client) == [client_id]) is made


def test_an_up_over_a_create_that_was_never_answered_only_warns_and_makes_the_thing_a_second_time(place: Place) -> None:
    shell = place.shell
    killed_in_a_create(place, "twice")
    (orphan,) = ids_of(shell, "twice")
    assert "with 1 pending operations" in shell.types(UP).said
    assert len(ids_of(shell, "twice")) == 2
    assert orphan in ids_of(shell, "twice")
