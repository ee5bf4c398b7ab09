"""What there is besides: the pool's clients, APIs and settings that the program does not speak of; export names."""

import json
from collections.abc import Iterator
from typing import Any

from cli.adopt import unknown
from cli.adopt.find import Finder
from cli.adopt.plan import Plan
from identity.errors import Problem, shown

# Members of DescribeUserPool for which there is no setting, and which the official provider keeps as they are.
_KEPT = (
    *("SmsConfiguration", "SmsVerificationMessage", "EmailVerificationMessage", "EmailVerificationSubject"),
    *("AdminCreateUserConfig.InviteMessageTemplate", "Policies.SignInPolicy"),
)


def find(plan: Plan, finder: Finder) -> Iterator[str]:
    """One line for each thing of the pool that this stack's config does not name."""
    if plan.pool is None:
        return
    pool_id = plan.pool.id
    ours = {it.existing.id for it in plan.wanted if it.existing}
    for client in finder.clients_of(pool_id):
        if client["ClientId"] not in ours:
            key = "to adopt it: identity:clients.<key> and --id access-client-<key>=" + client["ClientId"]
            yield f"client {client['ClientName']} ({client['ClientId']}); {key}"
    for server in finder.servers_of(pool_id):
        if f"{pool_id}|{server['Identifier']}" not in ours:
            yield f"API {server['Identifier']}; to adopt it: identity:apis.<key>.identifier: {server['Identifier']}"
    pool = finder.pool(pool_id)
    domains = {it.existing.id for it in plan.wanted if it.existing and it.type.endswith(":UserPoolDomain")}
    for kind in ("Domain", "CustomDomain"):
        if pool.get(kind) and pool[kind] not in domains:
            yield f"sign-in domain {pool[kind]}; identity:customDomain says which of the two kinds is this stack's"
    for member in _KEPT:
        if _within(pool, member):
            yield f"pool setting {member}"
    if pool.get("EmailConfiguration", {}).get("EmailSendingAccount", "COGNITO_DEFAULT") != "COGNITO_DEFAULT":
        yield "pool setting EmailConfiguration"


def unknown_settings(plan: Plan, finder: Finder) -> Iterator[Problem]:
    """What the pool has and the official provider has no word for: its update leaves it out, and AWS resets it."""
    pool = plan.pool
    name = next((it.name for it in plan.wanted if it.existing is pool), "")
    there = finder.pool(pool.id) if pool else {}
    for member in unknown.members(there, unknown.POOL):
        keep = f"{shown(_within(there, member))}, as it is in AWS; it would be removed by up"
        fix = "the AWS provider does not know it: it cannot be adopted, unless you take it out of the pool yourself"
        yield Problem(f"{name}.{member}", keep, "nothing of it", fix)


def _within(there: Any, path: str) -> Any:
    for step in path.split("."):
        there = (there or {}).get(step)
    return there


def taken_exports(plan: Plan, finder: Finder) -> Iterator[Problem]:
    """The names that the program would export, and another CloudFormation stack does already."""
    for it in plan.wanted:
        if not it.type.endswith(":Stack") or it.existing:
            continue
        outputs = json.loads(it.inputs["templateBody"])["Outputs"].values()
        for name in sorted(output["Export"]["Name"] for output in outputs):
            owner = finder.exporter(name)
            if owner:
                allowed = f"false as long as the stack {owner} exports {name}: two stacks cannot"
                yield Problem(
                    "identity:cloudFormationExports", allowed, "true", "docs/adopting.md says how it is handed over"
                )
                return
