"""Compares live resources with what the program would send, including fields that the AWS provider lacks. Pure."""

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

# What AWS says of a thing, and nobody sets.
_TOLD = {
    *("id", "arn", "status", "creationDate", "lastModifiedDate", "estimatedNumberOfUsers", "domain", "customDomain"),
    *("emailConfigurationFailure", "smsConfigurationFailure", "userPoolId", "clientId", "endpoint", "region"),
    *("awsAccountId", "s3Bucket", "cloudFrontDistribution", "version", "cssVersion"),
}
# What an adoption changes, as it says.
_OURS = {"tags", "deletionProtection"}
# AWS's own choice, where a member that the provider does not know has nothing to say.
_USUAL = {
    **USUAL,
    **{at.aws: at.nothing for at in declarations(Config) if at.nothing is not None},
    "emailConfiguration.emailSendingAccount": "COGNITO_DEFAULT",
    "managedLoginVersion": 1,
    "compromisedCredentialsRiskConfiguration.eventFilters": ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"],
    "securityPolicy": "TLS_V1",  # the weakest: a reset loses nothing
}
# What the provider reads and sends again where a program does not say it: blocks, and the settings that declare it.
_KEPT = (
    *("emailConfiguration", "smsConfiguration", "adminCreateUserConfig.inviteMessageTemplate", "managedLoginVersion"),
    *("verificationMessageTemplate", "allowedOauthFlows", "allowedOauthScopes"),
    *(at.aws for at in declarations(Config) if at.kept and at.aws),
)
_NAMES = ("name", "scopeName")
# Their entries stand under their names.
_NAMED = (
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
    """A field that runs otherwise than the config says; None for nothing."""

    thing: Thing
    path: str
    in_aws: Any
    by_program: Any
    effect: Effect

    @property
    def name(self) -> str:
        """What `--leave` calls it: one word, since LEAVE has several."""
        return self.path if self.thing.type == facts.USER_POOL else f"{self.thing.word}/{self.path}"

    def __str__(self) -> str:
        return f"{self.name}: {shown(self.in_aws)} -> {shown(self.by_program)} ({self.effect})"


def differences(thing: Thing, inputs: Props, left: Props | None) -> Iterator[Deviation]:
    """Every field of a thing that an update would touch, or that nothing can be said of.

    Args:
        thing: what runs.
        inputs: what the program sends, by the same names.
        left: the outputs that the last update left in the state; None without one.
    """
    live, sent, last = (dict(_members(_comparable(thing.type, props))) for props in (thing.outputs, inputs, left or {}))
    for path in sorted(live.keys() | sent.keys()):
        before, after = live.get(path), sent.get(path)
        unusual = after is not None or _USUAL.get(path) != before
        if before != after and unusual and path.partition(".")[0] not in _TOLD | _OURS:
            effect = _effect(thing.type, path, after)
            drifted = effect is Effect.KEPT and left is not None and last.get(path) != before
            yield Deviation(thing, path, before, after, Effect.DRIFTED if drifted else effect)


def _effect(type_name: str, path: str, after: Any) -> Effect:
    if after is not None:
        return Effect.CHANGED
    if path == CLIENT_SECRETS:
        return Effect.UNTOUCHED
    if path not in known_to_the_provider(type_name) and not path.startswith(_NAMED):
        return Effect.UNKNOWN
    return Effect.KEPT if path.startswith(_KEPT) else Effect.TAKEN_OUT


def _members(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, inner in value.items():
        yield from _members(inner, f"{path}.{name}" if path else name)


def _comparable(type_name: str, props: Props) -> Any:
    """A form in which two that mean the same to AWS are the same; how long tokens live has a unit, or AWS's own."""
    functions = props.get("lambdaConfig") or {}
    if (functions.get("preTokenGenerationConfig") or {}).get("lambdaVersion") == VERSIONS[0]:
        # AWS answers the function before tokens in two forms, of which the second says what the first does.
        without = {name: value for name, value in functions.items() if name != "preTokenGenerationConfig"}
        props = props | {"lambdaConfig": without}
    if type_name == facts.USER_POOL_CLIENT:
        lives = {"tokenValidity": TokenValidity.read(props).seconds}
        props = {name: prop for name, prop in props.items() if name not in TOKEN_VALIDITY} | lives
    return _without_order(props)


def _without_order(value: Any) -> Any:
    """Blocks by their names, lists sorted, and what says nothing as None."""
    if isinstance(value, Mapping):
        made = {key: _without_order(inner) for key, inner in value.items()}
        return {key: inner for key, inner in made.items() if inner is not None} or None
    if isinstance(value, list | tuple):
        for name in _NAMES if value else ():
            if all(isinstance(block, Mapping) and name in block for block in value):
                return _without_order({str(block[name]): block for block in value})
        return sorted(map(_without_order, value), key=lambda entry: json.dumps(entry, sort_keys=True)) or None
    return None if value in ("", False) else value
