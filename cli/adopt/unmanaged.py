"""What a stack's pool has and nobody manages: `python -m cli.adopt.unmanaged STACK`, run nightly beside the preview.

A preview compares what the stack has with AWS. It sees no client that somebody made by hand, no group, no provider, and
no setting for which the AWS provider has no word. This asks the pool itself, by `pulumi` and `aws` on the PATH and the
standard library alone: the nightly job has a cloud role and installs nothing but the program's packages, so it runs
this module; a person runs `make unmanaged`. It only reads, and prints no secret.

The variable UNMANAGED names what may stay, as it is printed here, one a line. Exit status: 0 nothing else
there, 1 something is or it could not be looked at, 2 usage.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.adopt import unknown

Ask = Callable[..., dict[str, Any]]
_KIND = "aws:cognito/"


class DriftError(Exception):
    """What the person at the log is told in a line."""


@dataclass(frozen=True)
class Managed:
    """What a stack's state has of its pool."""

    pool: str
    region: str
    clients: frozenset[str]
    apis: frozenset[str]
    groups: frozenset[str]
    providers: frozenset[str]
    domains: frozenset[str]
    others: frozenset[str]  # types of which a pool has one


def managed(deployment: Mapping[str, Any]) -> Managed:
    """Read an exported stack. Raises DriftError where it has no pool, or several."""
    found = deployment.get("resources") or []
    pools = [it for it in found if it["type"] == f"{_KIND}userPool:UserPool" and not it.get("delete")]
    if len(pools) != 1:
        raise DriftError(f"The stack has {len(pools)} user pools; one is expected. Has it been deployed?")

    def of(kind: str, output: str) -> frozenset[str]:
        return frozenset(str(it["outputs"].get(output)) for it in found if it["type"] == f"{_KIND}{kind}")

    return Managed(
        pool=pools[0]["id"],
        region=pools[0]["outputs"]["arn"].split(":")[3],
        clients=frozenset(it["id"] for it in found if it["type"] == f"{_KIND}userPoolClient:UserPoolClient"),
        apis=of("resourceServer:ResourceServer", "identifier"),
        groups=of("userGroup:UserGroup", "name"),
        providers=of("identityProvider:IdentityProvider", "providerName"),
        domains=of("userPoolDomain:UserPoolDomain", "domain"),
        others=frozenset(it["type"] for it in found),
    )


def unmanaged(ours: Managed, ask: Ask) -> Iterator[tuple[str, str]]:
    """What the pool has besides: its name here, and what a person knows it by."""
    pool = ask("describe-user-pool")["UserPool"]
    for kind in ("Domain", "CustomDomain"):
        if pool.get(kind) and pool[kind] not in ours.domains:
            yield f"domain:{pool[kind]}", "people sign in there"
    for server in ask("list-resource-servers")["ResourceServers"]:
        if server["Identifier"] not in ours.apis:
            yield f"api:{server['Identifier']}", server["Name"]
    for group in ask("list-groups")["Groups"]:
        if group["GroupName"] not in ours.groups:
            yield f"group:{group['GroupName']}", group.get("RoleArn") or "no role"
    for provider in ask("list-identity-providers")["Providers"]:
        if provider["ProviderName"] not in ours.providers:
            yield f"provider:{provider['ProviderName']}", provider["ProviderType"]
    for name in unknown.members(pool, unknown.POOL):
        yield f"setting:{name}", "unknown to the AWS provider"
    for name in unknown.members(ask("get-user-pool-mfa-config"), unknown.MFA):
        yield f"setting:{name}", "unknown to the AWS provider"
    yield from _one_of_a_pool(ours, ask)
    yield from _clients(ours, ask)


def _clients(ours: Managed, ask: Ask) -> Iterator[tuple[str, str]]:
    for client in ask("list-user-pool-clients")["UserPoolClients"]:
        number = client["ClientId"]
        if number not in ours.clients:
            yield f"client:{number}", client["ClientName"]
            continue
        described = ask("describe-user-pool-client", client_id=number)["UserPoolClient"]
        for name in unknown.members(described, unknown.CLIENT):
            yield f"client:{number}:{name}", f"of {client['ClientName']}, unknown to the AWS provider"
        if described.get("ClientSecret"):
            secrets = ask("list-user-pool-client-secrets", client_id=number)["ClientSecrets"]
            if len(secrets) > 1:
                yield f"client:{number}:secrets", f"{client['ClientName']} has {len(secrets)}, the stack knows of one"


def _one_of_a_pool(ours: Managed, ask: Ask) -> Iterator[tuple[str, str]]:
    """What hangs on a pool once, and belongs to a resource of its own."""
    if f"{_KIND}riskConfiguration:RiskConfiguration" not in ours.others:
        risk = ask("describe-risk-configuration")["RiskConfiguration"]
        if any(name.endswith("RiskConfiguration") or name.startswith("RiskException") for name in risk):
            yield "risk-configuration", "threat protection acts by it"
    if f"{_KIND}logDeliveryConfiguration:LogDeliveryConfiguration" not in ours.others:
        logs = ask("get-log-delivery-configuration").get("LogDeliveryConfiguration") or {}
        for entry in logs.get("LogConfigurations") or []:
            yield f"logs:{entry['EventSource']}", "sent away by it"


def report(found: Iterable[tuple[str, str]], meant: Iterable[str]) -> tuple[list[str], bool]:
    """The lines, as Markdown, and whether nothing is left that a person has to look at."""
    told = {_code(name): _text(words) for name, words in found}
    unused = {_code(name.strip()) for name in meant if name.strip()}
    new = [f"- {name} {words}" for name, words in told.items() if name not in unused]
    lines = [f"UNMANAGED names {name}, which is not there: take it out." for name in sorted(unused - set(told))]
    if not new:
        return [*lines, "Nothing else is in the pool that nobody manages."], True
    advice = "Adopt it (docs/adopting.md), take it out of AWS, or name it in UNMANAGED (docs/pull-requests.md)."
    return ["In the pool, and managed by nobody:", "", *new, "", *lines, advice], False


def _code(text: str) -> str:
    """Whoever can make something in AWS chooses its name, and this is shown on a page: as code that it cannot end."""
    return "`" + "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in text)[:300] + "`"


def _text(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_.,:/" else "?" for letter in text)[:300]


def _run(*command: str) -> dict[str, Any]:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DriftError(f"{command[0]} is not on the PATH; it is needed to look into the pool.") from None
    if ran.returncode:
        raise DriftError(f"`{' '.join(command[:3])}` failed: {ran.stderr.strip() or 'it gave no reason'}")
    answer: dict[str, Any] = json.loads(ran.stdout or "{}")
    return answer


def asking(ours: Managed) -> Ask:
    """Ask AWS of this pool by its own CLI, which gets all pages of a list."""

    def ask(operation: str, **more: str) -> dict[str, Any]:
        options = [word for name, value in more.items() for word in (f"--{name.replace('_', '-')}", value)]
        place = ["--user-pool-id", ours.pool, "--region", ours.region, "--output", "json"]
        return _run("aws", "cognito-idp", operation, *place, *options)

    return ask


def main(arguments: list[str]) -> int:
    """Look, and print what was found."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("Usage: python -m cli.adopt.unmanaged STACK", file=sys.stderr)
        return 2
    try:
        exported = _run("pulumi", "stack", "export", "--stack", arguments[0])
        ours = managed(exported.get("deployment") or {})
        lines, clean = report(unmanaged(ours, asking(ours)), os.environ.get("UNMANAGED", "").splitlines())
    except DriftError as reason:
        print(reason, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
