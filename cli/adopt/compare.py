"""Compares live resources with what the program would send, including fields that the AWS provider lacks. No I/O."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cli.adopt.entries import CLIENT_SECRETS
from cli.adopt.things import Thing
from identity import facts
from identity.client.token_validity import TOKEN_VALIDITY, TokenValidity
from identity.config.keys import Config
from identity.errors import shown
from identity.guard.unseen import USUAL
from identity.provider_names import Props, known_to_the_provider
from identity.setting import declarations
from identity.user_pool.trigger_events import VERSIONS

# Read-only fields: AWS returns them, no update sets them.
_READ_ONLY = {
    *("id", "arn", "status", "creationDate", "lastModifiedDate", "estimatedNumberOfUsers", "domain", "customDomain"),
    *("emailConfigurationFailure", "smsConfigurationFailure", "userPoolId", "clientId", "endpoint", "region"),
    *("awsAccountId", "s3Bucket", "cloudFrontDistribution", "version", "cssVersion"),
}
# Fields that an adoption changes on purpose.
_SET_BY_ADOPTION = {"tags", "deletionProtection"}
# Defaults of AWS: a field with such a value counts as not set.
_DEFAULTS = {
    **USUAL,
    **{at.aws: at.nothing for at in declarations(Config) if at.nothing is not None},
    "emailConfiguration.emailSendingAccount": "COGNITO_DEFAULT",
    "managedLoginVersion": 1,
    "compromisedCredentialsRiskConfiguration.eventFilters": ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"],
    "securityPolicy": "TLS_V1",  # the weakest policy: a reset loses nothing
}
# Fields that the provider reads and sends again if the program omits them: whole blocks, and settings marked `kept`.
_SENT_AGAIN = (
    *("emailConfiguration", "smsConfiguration", "adminCreateUserConfig.inviteMessageTemplate", "managedLoginVersion"),
    *("verificationMessageTemplate", "allowedOauthFlows", "allowedOauthScopes"),
    *(at.aws for at in declarations(Config) if at.kept and at.aws),
)
_NAMES = ("name", "scopeName")
# Blocks whose entries are compared by name.
_COMPARED_BY_NAME = (
    *("schemas.", "scopes.", "accountRecoverySetting.recoveryMechanisms.", "tokenValidity."),
    *("providerDetails.", "attributeMapping."),
)


class Effect(StrEnum):
    """What an update would do to a field."""

    UNKNOWN = "the AWS provider does not know it: an update would reset it"
    UNTOUCHED = "the AWS provider does not know it, and does not change it"
    TAKEN_OUT = "an update would remove it"
    CHANGED = "an update would change it"
    KEPT = "there is no key for it; it stays unchanged"
    DRIFTED = "it has changed since the last update, and no update restores it: write it to the stack file"


@dataclass(frozen=True)
class Deviation:
    """A field with one value in AWS and another from the program; None means not set."""

    thing: Thing
    path: str
    in_aws: Any
    by_program: Any
    effect: Effect

    @property
    def name(self) -> str:
        """The name for `--leave`. It has no spaces, since LEAVE holds several names."""
        return self.path if self.thing.type == facts.USER_POOL else f"{self.thing.word}/{self.path}"

    def __str__(self) -> str:
        return f"{self.name}: {shown(self.in_aws)} -> {shown(self.by_program)} ({self.effect})"


def differences(thing: Thing, inputs: Props, left: Props | None) -> Iterator[Deviation]:
    """Yield each field of a resource that differs from the inputs, with what an update would do to it.

    Args:
        thing: the live resource.
        inputs: what the program sends, with the same field names.
        left: the outputs in the state after the last update; None if the state does not have the resource.
    """
    live, sent, last = (dict(_members(_comparable(thing.type, props))) for props in (thing.outputs, inputs, left or {}))
    for path in sorted(live.keys() | sent.keys()):
        before, after = live.get(path), sent.get(path)
        not_default = after is not None or _DEFAULTS.get(path) != before
        if before != after and not_default and path.partition(".")[0] not in _READ_ONLY | _SET_BY_ADOPTION:
            effect = _effect(thing.type, path, after)
            drifted = effect is Effect.KEPT and left is not None and last.get(path) != before
            yield Deviation(thing, path, before, after, Effect.DRIFTED if drifted else effect)


def _effect(type_name: str, path: str, after: Any) -> Effect:
    if after is not None:
        return Effect.CHANGED
    if path == CLIENT_SECRETS:
        return Effect.UNTOUCHED
    if path not in known_to_the_provider(type_name) and not path.startswith(_COMPARED_BY_NAME):
        return Effect.UNKNOWN
    return Effect.KEPT if path.startswith(_SENT_AGAIN) else Effect.TAKEN_OUT


def _members(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, inner in value.items():
        yield from _members(inner, f"{path}.{name}" if path else name)


def _comparable(type_name: str, props: Props) -> Any:
    """Return a form in which two values with the same meaning to AWS are equal. Token lifetimes become seconds."""
    functions = props.get("lambdaConfig") or {}
    if (functions.get("preTokenGenerationConfig") or {}).get("lambdaVersion") == VERSIONS[0]:
        # AWS returns the pre token generation trigger in two fields. At this version the second repeats the first.
        without = {name: value for name, value in functions.items() if name != "preTokenGenerationConfig"}
        props = props | {"lambdaConfig": without}
    if type_name == facts.USER_POOL_CLIENT:
        lives = {"tokenValidity": TokenValidity.read(props).seconds}
        props = {name: prop for name, prop in props.items() if name not in TOKEN_VALIDITY} | lives
    return _without_order(props)


def _without_order(value: Any) -> Any:
    """Return named blocks as a mapping, lists sorted, and empty or false values as None."""
    if isinstance(value, Mapping):
        made = {key: _without_order(inner) for key, inner in value.items()}
        return {key: inner for key, inner in made.items() if inner is not None} or None
    if isinstance(value, list | tuple):
        for name in _NAMES if value else ():
            if all(isinstance(block, Mapping) and name in block for block in value):
                return _without_order({str(block[name]): block for block in value})
        return sorted(map(_without_order, value), key=lambda entry: json.dumps(entry, sort_keys=True)) or None
    return None if value in ("", False) else value
