"""Reads the user pool, and describes it as config."""

from collections.abc import Mapping

from cli.adopt.account import Account
from cli.adopt.things import Draft, EntryKind, Thing, filled
from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed
from identity.guard.unseen import in_one
from identity.provider_names import Props, in_provider_names
from identity.user_pool.attributes import DECLARABLE, StandardAttribute, live_standard
from identity.user_pool.live import live_pool
from identity.user_pool.settings import UserPool
from identity.user_pool.triggers import Trigger, Triggers
from local.console import Failure

# Defaults that AWS returns for a new pool, and the emulator omits.
_DEFAULTS = {
    "passwordPolicy": {
        **dict.fromkeys(("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"), False),
        "minimumLength": 8,
        "temporaryPasswordValidityDays": 7,
    },
    "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_CODE"},
    "mfaConfiguration": "OFF",
}
# Older names of fields that verificationMessageTemplate has as well.
_OLD_NAMES = ("emailVerificationMessage", "emailVerificationSubject", "smsVerificationMessage")


def read(account: Account, pool_id: str) -> Thing:
    """Read the pool. Raises Failure if no pool has this id."""
    described = account.ask("cognito-idp", "describe_user_pool", UserPoolId=pool_id).get("UserPool")
    if not described:
        raise Failure(f"There is no user pool {pool_id} in {account.place}, region {account.region}.")
    factors = account.ask("cognito-idp", "get_user_pool_mfa_config", UserPoolId=pool_id)
    return Thing(facts.USER_POOL, described["Name"], _cleaned(in_provider_names(in_one(described, factors))), pool_id)


def _cleaned(found: Props) -> Props:
    # The older name of temporaryPasswordValidityDays. In old pools it applies until an update sets the new one.
    days = (found.get("adminCreateUserConfig") or {}).get("unusedAccountValidityDays")
    policy = {"temporaryPasswordValidityDays": days, **(found.get("passwordPolicy") or {})}
    outputs = filled({**found, "passwordPolicy": policy}, _DEFAULTS)
    template = outputs["verificationMessageTemplate"]
    for old in _OLD_NAMES:
        text, name = outputs.get(old), old.replace("Verification", "")
        if text and template.setdefault(name, text) == text:
            del outputs[old]
    invitation = outputs.get("adminCreateUserConfig", {})
    invitation.pop("unusedAccountValidityDays", None)
    if not invitation.get("allowAdminCreateUserOnly"):
        invitation.pop("allowAdminCreateUserOnly", None)
    if not any((outputs.get("userAttributeUpdateSettings") or {}).values()):
        outputs.pop("userAttributeUpdateSettings", None)  # AWS returns empty values after its removal
    outputs["schemas"] = [
        {**attribute, "name": attribute["name"].removeprefix("dev:").removeprefix("custom:")}
        for attribute in outputs.get("schemas", [])
        if not _is_standard(attribute)
    ]
    return outputs


def _is_standard(schema: Props) -> bool:
    """Whether an attribute is a standard one of AWS with its default settings."""
    name = schema["name"]
    if ":" in name or name not in DECLARABLE:
        return ":" not in name
    return live_standard([schema])[name] == StandardAttribute()


class Pool(EntryKind):
    """The pool: the config has exactly one, without a key."""

    type, word, logical, section = facts.USER_POOL, "pool", facts.LOGICAL_POOL, "user_pool"

    def entries(self, settings: Settings) -> Mapping[str, UserPool]:
        return {"": settings.user_pool}

    def key(self, *_: object) -> str:
        return ""

    def described(self, key: str, thing: Thing, draft: Draft) -> UserPool:
        live = draft.live
        found = live_pool(thing.outputs, [Deployed(one.type, one.name, one.outputs) for one in live.things])
        permitted = [permission.name for permission in live.of(facts.PERMISSION)]
        # A function without a permission for this pool gets it in another way, or from the function's owner.
        unpermitted = {
            name: trigger.model_copy(update={"permission": False})
            for name, field in Triggers.model_fields.items()
            if isinstance(trigger := getattr(found.triggers, name, None), Trigger) and field.alias not in permitted
        }
        triggers = found.triggers and found.triggers.model_copy(update=unpermitted)
        return found.model_copy(update={"name": thing.name, "triggers": triggers})

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props:
        inputs = settings.user_pool.inputs()
        if settings.user_pool.case_sensitive and not thing.outputs.get("usernameConfiguration"):
            del inputs["usernameConfiguration"]  # omitted means case-sensitive too, and the program omits it then
        return inputs
