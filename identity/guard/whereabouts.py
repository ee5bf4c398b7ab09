"""Checks that the stack's pool is still in the state and in the account of the credentials."""

from collections.abc import Iterator, Sequence

from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed, current_account, of_type
from identity.guard.loss import Loss


def missing_pool(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """A pool in another account, and one that the stack's outputs or clients still name while its state has none.

    A refresh with the credentials of another account finds nothing there, and takes everything for deleted; the next
    update would make a new pool, empty. The emulator's pool is not worth this: it is made again after a kill.
    """
    if settings.cognito_endpoint:
        return
    arns = [str(pool.outputs.get("arn", "")) for pool in of_type(state, facts.USER_POOL)]
    known = [str(stack.outputs.get("userPoolArn", "")) for stack in of_type(state, facts.STACK)]
    # Where not even the outputs say it, as after an import, what stands on the pool does; that has no account.
    leftover = sorted({str(resource.outputs.get("userPoolId") or "") for resource in state})
    for arn in filter(None, arns or [*filter(None, known)] or leftover):
        account, pool_id = (arn.split(":") + [""] * 5)[4], arn.rpartition("/")[2]
        current = current_account()
        if account and current and account != current:
            fix = f"Use credentials of {account}. Nothing was lost: the pool is in another account."
            keep = f"the credentials of the account {account}, where the pool {pool_id} is"
            yield Loss(pool_id, "aws:profile", keep, f"credentials of the account {current}", fix, final=True)
        elif not arns:
            yield _left_the_state(pool_id)


def _left_the_state(pool_id: str) -> Loss:
    fix = "import it, if it still exists: "
    fix += f"`pulumi import aws:cognito/userPool:UserPool customers {pool_id}`, or docs/adopting.md."
    consequence = (
        "It was deleted, or a refresh did not find it, for example with credentials of another account. The update "
        "would create a new pool without users."
    )
    keep = f"a state with the pool {pool_id}, which the stack's outputs or clients refer to"
    return Loss(pool_id, "the stack's state", keep, "a state without a pool", consequence, fix, in_place=True)
