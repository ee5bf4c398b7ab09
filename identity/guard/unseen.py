"""Settings of a live pool that the AWS provider does not support: an update omits them, so AWS resets them, and no
preview shows it (https://github.com/hashicorp/terraform-provider-aws/issues/49707).

A hook compares before each update of the pool, also in a preview. Other runs only read the live pool if
`allowLoss` has an entry for such a setting, to find out whether the entry is unused.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pulumi

from identity import facts
from identity.config.settings import Settings
from identity.errors import Problem, shown
from identity.provider_names import known_to_the_provider, provider_name
from identity.user_pool.settings import PATH

# Read-only information of AWS.
_READ_ONLY: Final = {
    *("status", "smsConfigurationFailure", "emailConfigurationFailure"),
    "adminCreateUserConfig.unusedAccountValidityDays",
}
# AWS's defaults, which a reset restores.
USUAL: Final[Mapping[str, Any]] = {
    "keyConfiguration.keyType": "AWS_OWNED_KEY",
    "issuerConfiguration.type": "ORIGINAL",
    "webAuthnConfiguration.factorConfiguration": "SINGLE_FACTOR",
}
# If only these change, the provider calls neither UpdateUserPool nor SetUserPoolMfaConfig.
_SEPARATELY_UPDATED: Final = ("tags", "tagsAll", "schemas", "__defaults")


class PoolNotUpdated(Exception):
    """The update of the pool would reset settings that no preview shows. The engine prints the message."""


def before_update(settings: Settings, region: str) -> pulumi.ResourceHookBinding | None:
    """A hook that refuses an update of the pool if it resets such settings; None if `readLivePool` is false."""
    if not settings.config.read_live_pool:
        return None
    options = pulumi.ResourceHookOptions(on_dry_run=True)
    hook = pulumi.ResourceHook("pool-before-update", lambda args: refuse_unseen(args, settings, region), options)
    return pulumi.ResourceHookBinding(before_update=[hook])


def refuse_unseen(args: pulumi.ResourceHookArgs, settings: Settings, region: str) -> None:
    """Read the live pool before an update.

    Raises:
        PoolNotUpdated: with the settings that the update would reset and that `identity:allowLoss` does not name.
    """
    old, new = (
        {name: value for name, value in (inputs or {}).items() if name not in _SEPARATELY_UPDATED}
        for inputs in (args.old_inputs, args.new_inputs)
    )
    found = unseen(read_pool(args.id, region, settings)) if old != new else ()
    lost = {f"{args.id}/{name}": value for name, value in found}
    refused = [name for name in lost if name not in settings.config.allow_loss]
    if refused:
        members = ", ".join(f"{name.partition('/')[2]} {shown(lost[name])}" for name in refused)
        fix = (
            "do not update: the AWS provider does not know these settings, so AWS would reset them, without a preview."
        )
        fix += f" To confirm, and set them again later: `identity:allowLoss: [{', '.join(refused)}]` for one update"
        problem = Problem(
            PATH, f"an update that keeps these settings of the pool in AWS: {members}", "an update of the pool", fix
        )
        raise PoolNotUpdated(f"the pool {args.id} was not updated.\n{problem}")


def entries_in_use(names: Iterable[str], pool_id: str, region: str, settings: Settings) -> list[str]:
    """The entries of `allowLoss` for settings that only the live pool shows, such as `LambdaConfig.X`, if it has them;
    all such entries if the live pool cannot be read.
    """
    members = [name.partition("/")[2] for name in names if name.startswith(f"{pool_id}/")]
    ours = [member for member in members if member[:1].isupper() and not member.isupper()]
    if not ours or not settings.config.read_live_pool:
        return []
    answer = read_pool(pool_id, region, settings)
    there = [member for member, _ in unseen(answer)] if answer else ours
    return [f"{pool_id}/{member}" for member in ours if member in there]


def unseen(answer: Mapping[str, Any], place: str = "", path: str = "") -> Iterator[tuple[str, Any]]:
    """The settings that the provider does not support: AWS's name and the value, the outermost of nested ones.

    Args:
        answer: the responses of DescribeUserPool and GetUserPoolMfaConfig, merged.
        place, path: the prefix of nested names, as in AWS and as in the provider.
    """
    known = known_to_the_provider(facts.USER_POOL)
    for member, value in answer.items():
        name = f"{path}{provider_name(member)}"
        inside = any(other.startswith(f"{name}.") for other in known)
        if inside and isinstance(value, Mapping):
            yield from unseen(value, f"{place}{member}.", f"{name}.")
        elif name not in known | _READ_ONLY and value not in (None, "", False, [], {}) and not _is_default(name, value):
            yield f"{place}{member}", value


def _is_default(name: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_default(f"{name}.{provider_name(member)}", inner) for member, inner in value.items())
    return name in USUAL and bool(USUAL[name] == value)


def read_pool(pool_id: str, region: str, settings: Settings) -> dict[str, Any]:
    """The settings of the live pool; empty, with a warning, if it cannot be read."""
    from botocore.config import Config  # imported here because most runs do not update the pool
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import Session

    account = pulumi.Config("aws")
    try:
        client: Any = Session(profile=account.get("profile")).create_client(
            "cognito-idp",
            region_name=region,
            endpoint_url=settings.cognito_endpoint,
            aws_access_key_id=account.get("accessKey"),
            aws_secret_access_key=account.get("secretKey"),
            aws_session_token=account.get("token"),
            config=Config(
                connect_timeout=5,
                read_timeout=20,
                retries={"total_max_attempts": 3},
                proxies={} if settings.cognito_endpoint else None,
            ),
        )
        client.meta.events.register("after-call", keep_unknown_members)
        pool: dict[str, Any] = client.describe_user_pool(UserPoolId=pool_id)["UserPool"]
        factors = client.get_user_pool_mfa_config(UserPoolId=pool_id)
    except (BotoCoreError, ClientError) as error:
        pulumi.log.warn(
            f"The live pool {pool_id} could not be read, so settings that an update would reset are unknown: {error}"
        )
        return {}
    return in_one(pool, {name: value for name, value in factors.items() if name != "ResponseMetadata"})


def in_one(pool: Mapping[str, Any], factors: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the responses of the two operations into the provider's structure, which has fewer levels."""
    texts = {name: value for name, value in factors.get("SmsMfaConfiguration", {}).items() if value}
    whole = {**pool, **pool.get("Policies", {}), **factors, **texts}
    return {name: value for name, value in whole.items() if name not in ("Policies", "SmsMfaConfiguration")}


def keep_unknown_members(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    """Add response members that are newer than the installed botocore, which would drop them."""
    if http_response.status_code == 200:
        parsed |= json.loads(http_response.content)
