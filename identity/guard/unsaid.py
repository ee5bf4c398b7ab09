"""What AWS may have of a pool or a client that the program does not speak of, and that an update would take back.

UpdateUserPool and UpdateUserPoolClient reset what a call leaves out, and the AWS provider takes several properties that
a program does not give for "take it out"
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html). Such a value gets
into the state by a refresh or an import; the guard and adoption name each one before an update takes it.

A row of the tables here goes when the config gets a key for it. The loss of a row is that key's name, as far as one
can be told already: it is what `identity:allowLoss` names behind the id, as in `us-east-1_AbC/mfa`.

Only what is really taken is told: the provider sends some values again although a program does not speak of them (the
invitation, the first factors, the tier, a client's attributes and others), and the local plugin does as it does. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity import facts
from identity.deployed import Deployed
from identity.errors import shown
from identity.guard.loss import Loss

# AWS's own text, which some pools have without anybody having written one.
_SMS_CODE = "Your authentication code is {####}. "


@dataclass(frozen=True)
class Removed:
    """A value that the next update would remove, reset or weaken.

    Args:
        loss: what it is called in `identity:allowLoss`, behind the id and a slash.
        name: the property as the state has it, such as `lambdaConfig.preSignUp`.
        value: what stands there now.
        becomes: what the update would leave, as the end of the sentence "would become ...".
    """

    loss: str
    name: str
    value: Any
    becomes: str = "nothing"


@dataclass(frozen=True)
class _Row:
    """A property that the program does not speak of: `left` gives what of its value would be lost, if anything."""

    loss: str
    property: str
    left: Callable[[Any], Any]
    becomes: str = "nothing"


def _is_set(value: Any) -> Any:
    """The value itself where it says something: the provider writes an empty text or block for nothing."""
    if isinstance(value, Mapping):
        return {key: it for key, it in value.items() if it not in (None, "", [], {})}
    return value


def _other_than(*defaults: Any) -> Callable[[Any], Any]:
    return lambda value: None if value in defaults else _is_set(value)


def _besides(*defaults: str) -> Callable[[Any], Any]:
    return lambda values: sorted(set(values or []) - set(defaults))


def _one(field: str, left: Callable[[Any], Any] = _is_set) -> Callable[[Any], Any]:
    return lambda block: left(block.get(field)) if isinstance(block, Mapping) else None


def _off(flag: Any) -> Any:
    return "false" if flag is False else None  # told by a text, for false itself says that nothing is lost


def _threats(add_ons: Any) -> Any:
    mode, flows = add_ons.get("advancedSecurityMode"), add_ons.get("advancedSecurityAdditionalFlows")
    return _is_set(add_ons) if mode not in (None, "", "OFF") or _is_set(flows) else None


def _passkeys(configuration: Any) -> Any:
    said = _is_set(configuration)
    return None if said == {"userVerification": "preferred"} else said  # AWS's own, where nobody has set any up


def _grace(rotation: Any) -> Any:
    seconds = rotation.get("retryGracePeriodSeconds")
    return seconds if rotation.get("feature") == "ENABLED" and seconds != 10 else None


_POOL = (
    _Row("mfa", "mfaConfiguration", _other_than("OFF"), "OFF"),
    _Row("mfa", "softwareTokenMfaConfiguration", _one("enabled")),
    _Row("mfa", "emailMfaConfiguration", _is_set),
    _Row("mfa", "smsAuthenticationMessage", _other_than(_SMS_CODE), "Cognito's own text"),
    _Row("devices", "deviceConfiguration", _is_set),
    _Row("verifyBeforeUpdate", "userAttributeUpdateSettings", _one("attributesRequireVerificationBeforeUpdates")),
    _Row("threatProtection", "userPoolAddOns", _threats, "OFF"),
    _Row("passkeys", "webAuthnConfiguration", _passkeys),
    _Row(
        "verification",
        "verificationMessageTemplate",
        _one("defaultEmailOption", _other_than("CONFIRM_WITH_LINK")),
        "CONFIRM_WITH_LINK",
    ),
)
_CLIENT = (
    _Row("identityProviders", "supportedIdentityProviders", _besides("COGNITO")),
    _Row("flows", "allowedOauthFlows", lambda flows: [flow for flow in flows if flow == "implicit"]),
    _Row("flows", "allowedOauthFlowsUserPoolClient", _off, "true, and the sign-in pages open to it"),
    _Row("enableTokenRevocation", "enableTokenRevocation", _off, "true"),
    _Row("preventUserExistenceErrors", "preventUserExistenceErrors", _other_than("ENABLED"), "ENABLED"),
    _Row("rotationGrace", "refreshTokenRotation", _grace, "10"),
    _Row("analyticsConfiguration", "analyticsConfiguration", _is_set),
)
_ROWS = {facts.USER_POOL: _POOL, facts.USER_POOL_CLIENT: _CLIENT}


def removed_by_update(kind: str, outputs: Mapping[str, Any]) -> Iterator[Removed]:
    """What the next update would take back from a resource, because the program does not say it.

    Args:
        kind: the type token of a pool or a client, as `identity.deployed` has it; nothing is known of another.
        outputs: the resource as the AWS provider's state has it, in Pulumi's names.
    """
    if kind == facts.USER_POOL:
        yield from _triggers(outputs.get("lambdaConfig"))
    for row in _ROWS.get(kind, ()):
        value = outputs.get(row.property)
        left = row.left(value) if value is not None else None
        if left:
            yield Removed(row.loss, row.property, left, row.becomes)


def taken_back(resource: Deployed, thing: str, path: str) -> Iterator[Loss]:
    """The same as losses of the thing that has this id: refused with and without `protect`, for nobody edited them."""
    for it in removed_by_update(resource.type, resource.outputs):
        consequence = f"It would be removed by up ({it.becomes} in its place), since the program has no key for it yet."
        keep, received = f"{it.name}: {shown(it.value)}, as it is in AWS", "nothing of it"
        fix = "hold the update back, or let this go by its name."
        yield Loss(thing, path, keep, received, consequence, fix, what=it.loss, in_place=True)


def _triggers(configuration: Any) -> Iterator[Removed]:
    """Each by its name. One that is set in both of its ways, as preTokenGeneration is, is told once."""
    set_ones = _is_set(configuration or {})
    for name in sorted(set_ones):
        if name != "kmsKeyId" and not (name == "preTokenGeneration" and "preTokenGenerationConfig" in set_ones):
            yield Removed("triggers", f"lambdaConfig.{name.removesuffix('Config')}", set_ones[name])
