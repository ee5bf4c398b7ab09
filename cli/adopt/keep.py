"""Which key of the stack config keeps a field as it is in AWS. Pure."""

import json
from typing import Any

from cli.adopt.compare import Field
from cli.adopt.plan import Wanted
from identity.naming import Names
from local.aws_plugin.cognito_pool_tables import STANDARD
from local.aws_plugin.properties import Props

_UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "d"}
_POOL = ("aliasAttributes", "autoVerifiedAttributes")
_CLIENT = {
    "callbackUrls": "callbackUrls",
    "logoutUrls": "logoutUrls",
    "allowedOauthScopes": "scopes",
    "explicitAuthFlows": "authFlows",
}
_VALIDITY = {"accessTokenValidity": "access", "idTokenValidity": "id", "refreshTokenValidity": "refresh"}


def config_key(wanted: Wanted, field: Field) -> tuple[str, Any] | None:
    """The key and its value, or None where the program always writes its own."""
    kind = wanted.type.rpartition(":")[2]
    if kind == "UserPool":
        return _pool_key(field)
    if kind == "UserPoolDomain" and field.path == "domain":
        prefix = wanted.name.endswith("-prefix-domain")
        return f"identity:{'domainPrefix' if prefix else 'authDomain'}", field.in_aws
    if kind == "ResourceServer":
        return _server_key(wanted.name.removeprefix("access-server-"), field)
    if kind == "UserPoolClient" and wanted.existing:
        return _client_key(wanted.name.removeprefix("access-client-"), field, wanted.existing.state)
    return _tag_key(field)


def written(value: Any) -> str:
    """A value as it stands in YAML, whole."""
    return json.dumps(value, ensure_ascii=False)


def _pool_key(field: Field) -> tuple[str, Any] | None:
    path = field.path
    if path == "usernameConfiguration.caseSensitive":
        # A pool that says nothing of it tells upper case from lower.
        return "identity:userPool.caseSensitive", field.in_aws is not False
    if path in _POOL:
        return f"identity:userPool.{path}", sorted(field.in_aws or [])
    if path.startswith("passwordPolicy.") and field.in_aws is not None:
        return f"identity:userPool.{path}", field.in_aws
    name = path.removeprefix("schemas.")
    if name != path and isinstance(field.in_aws, dict) and name not in STANDARD and _is_custom(field.in_aws):
        return f"identity:userPool.customAttributes.{name}", _attribute(field.in_aws)
    if path == "deletionProtection" and field.in_aws == "ACTIVE":
        return "identity:protect", True
    return _tag_key(field)


def _is_custom(schema: Props) -> bool:
    """Whether the program could have made it: it has neither required attributes nor those for developers alone."""
    return not schema.get("required") and not schema.get("developerOnlyAttribute")


def _attribute(schema: Props) -> Props:
    texts, numbers = schema.get("stringAttributeConstraints") or {}, schema.get("numberAttributeConstraints") or {}
    bounds = {
        **{key: _whole(texts[key]) for key in ("minLength", "maxLength") if texts.get(key)},
        **{key: _whole(numbers[key]) for key in ("minValue", "maxValue") if numbers.get(key)},
    }
    unbounded = {"bounded": False} if schema.get("attributeDataType") == "String" and not bounds else {}
    return {"type": schema.get("attributeDataType"), "mutable": bool(schema.get("mutable")), **bounds, **unbounded}


def _whole(text: str) -> Any:
    """The number of a bound; a text that is none stays one, and the config refuses it."""
    try:
        return int(text)
    except ValueError:
        return text


def _tag_key(field: Field) -> tuple[str, Any] | None:
    kind, _, key = field.path.partition(".")
    own = Names("", "").tags  # the program writes these itself
    return (f"identity:tags.{key}", field.in_aws) if kind == "tags" and key not in own and field.in_aws else None


def _server_key(key: str, field: Field) -> tuple[str, Any] | None:
    if field.path == "identifier":
        return f"identity:apis.{key}.identifier", field.in_aws
    kind, _, scope = field.path.partition(".")
    # A scope of the program is always called <key>.<name>.
    if kind == "scopes" and field.in_aws and scope.startswith(f"{key}."):
        return f"identity:apis.{key}.scopes.{scope.removeprefix(f'{key}.')}", field.in_aws["scopeDescription"]
    return None


def _client_key(key: str, field: Field, state: Props) -> tuple[str, Any] | None:
    place = f"identity:clients.{key}"
    if field.path == "generateSecret":
        return f"{place}.secret", bool(field.in_aws)
    if field.path in _CLIENT:
        return f"{place}.{_CLIENT[field.path]}", field.in_aws or []
    if field.path == "allowedOauthFlows" and field.in_aws in (["code"], ["client_credentials"]):
        return f"{place}.flow", field.in_aws[0]
    if field.path in _VALIDITY and field.in_aws:
        token = _VALIDITY[field.path]
        units = {"access": "hours", "id": "hours", "refresh": "days"}
        units |= {name.removesuffix("Token"): unit for name, unit in (state.get("tokenValidityUnits") or {}).items()}
        return f"{place}.tokenValidity.{token}", f"{field.in_aws}{_UNITS[units[token]]}"
    if field.path == "refreshTokenRotation.feature":
        return f"{place}.rotateRefreshTokens", field.in_aws == "ENABLED"
    return None
