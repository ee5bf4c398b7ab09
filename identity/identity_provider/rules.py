"""Rules for identity providers: settings that AWS refuses, or with which every sign-in would fail. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from identity.client.settings import COGNITO
from identity.errors import Problem, nearest, shown
from identity.identity_provider.kinds import KINDS, SECRET_DETAILS, URLS, USERNAME, provider_name
from identity.identity_provider.settings import PATH, IdentityProvider
from identity.types import refusal
from identity.user_pool.attribute_names import WRITABLE_ATTRIBUTES
from identity.user_pool.attributes import CUSTOM_ATTRIBUTES
from identity.user_pool.settings import UserPool

_COMMON: Final = ("type", "name", "attributes", "identifiers")


def provider_problems(
    written: Mapping[str, IdentityProvider], filled: Mapping[str, IdentityProvider], pool: UserPool
) -> Iterator[Problem]:
    """The errors of the providers, `written` as in the stack file and `filled` with defaults filled in."""
    names: dict[str, str] = {}
    identifiers: dict[str, str] = {}
    for key, provider in filled.items():
        path = f"{PATH}.{key}"
        yield from _name(path, written[key], provider)
        other = names.setdefault(str(provider.name), key)
        if other != key:
            fix = "rename one of them" if provider.kind.named else "remove one of them"
            yield Problem(path, f"a unique name; {other} has it too", shown(provider.name), fix)
        yield from _keys_of_type(path, provider)
        yield from _endpoints(path, provider)
        yield from _attribute_mapping(path, written[key], provider, pool)
        for index, word in enumerate(provider.identifiers):
            other = identifiers.setdefault(word, key)
            if other != key:
                allowed = f"a unique identifier; {other} has it too"
                yield Problem(f"{path}.identifiers[{index}]", allowed, shown(word), "remove it from one of them")


def _name(path: str, written: IdentityProvider, provider: IdentityProvider) -> Iterator[Problem]:
    kind, fixed = provider.kind, [other.aws for other in KINDS.values() if not other.named]
    if not kind.named:
        if written.name not in (None, kind.aws):
            yield Problem(f"{path}.name", f"{kind.aws}, the fixed name of this type", shown(written.name), "remove it")
        return
    place = f"{path}.name" if written.name else path
    if len(str(provider.name)) < 3:
        yield Problem(place, "a name of 3-32 characters", shown(provider.name), "give a name")
    elif provider.name in (*fixed, COGNITO, "Cognito"):
        yield Problem(place, "a name that Cognito does not reserve", shown(provider.name), "give another name")
    elif not written.name and refusal(provider_name, str(provider.name)):
        allowed = "a name, because the key is not a valid one: 3-32 characters without spaces and underscores"
        yield Problem(f"{path}.name", allowed, "nothing", "give a name")


def _keys_of_type(path: str, provider: IdentityProvider) -> Iterator[Problem]:
    """Required keys that are not set, and keys of other types."""
    kind = provider.kind
    for name, field in IdentityProvider.model_fields.items():
        given = getattr(provider, name) is not None
        if name in kind.needs and not given:
            allowed = f"this key is required for {provider.type}"
            yield Problem(f"{path}.{field.alias}", allowed, "nothing", _command_to_set(path, name))
        elif given and name not in (*_COMMON, *kind.needs, *kind.takes):
            known = [str(IdentityProvider.model_fields[key].alias) for key in (*kind.needs, *kind.takes)]
            allowed = f"for {provider.type} one of {', '.join(known)}"
            yield Problem(f"{path}.{field.alias}", allowed, "a key of another type", "remove it")


def _command_to_set(path: str, name: str) -> str:
    if name not in SECRET_DETAILS:
        return ""
    return f"pulumi config set --secret --path {path}.{IdentityProvider.model_fields[name].alias}"


def _endpoints(path: str, provider: IdentityProvider) -> Iterator[Problem]:
    if provider.type == "saml" and (provider.metadata is None) == (provider.metadata_url is None):
        received = "neither" if provider.metadata is None else "both"
        yield Problem(f"{path}.metadataUrl", "either metadataUrl or metadata", received)
    if provider.type != "oidc":
        return
    missing = [name for name in URLS if getattr(provider, name) is None]
    names = [str(IdentityProvider.model_fields[name].alias) for name in missing]
    if missing and len(missing) < len(URLS):
        yield Problem(f"{path}.{names[0]}", "all four URLs, or none and an issuer with discovery", "nothing")
    elif missing and provider.issuer is None:
        yield Problem(f"{path}.issuer", f"an issuer, or {', '.join(names)}", "nothing")
    if "openid" not in (provider.scopes or ()):
        yield Problem(f"{path}.scopes", "openid among them: sign-in requires it", shown(provider.scopes))


def _attribute_mapping(
    path: str, written: IdentityProvider, provider: IdentityProvider, pool: UserPool
) -> Iterator[Problem]:
    """Check the attribute mapping: attributes exist and are mutable, and all required ones are mapped."""
    standard = dict.fromkeys(WRITABLE_ATTRIBUTES, True)
    standard |= {"email_verified": True, "phone_number_verified": True, USERNAME: True}
    mutable = {
        **standard,
        **{name: attribute.mutable for name, attribute in pool.standard_attributes.items()},
        **{f"custom:{name}": attribute.mutable for name, attribute in pool.custom_attributes.items()},
    }
    for name in provider.attributes or {}:
        place = f"{path}.attributes.{name}" if written.attributes else f"{path}.attributes"
        if name not in mutable:
            allowed = "an attribute of Cognito's, or custom:<name> of userPool.customAttributes"
            yield Problem(place, allowed, shown(name), nearest(name, mutable), follows=(CUSTOM_ATTRIBUTES,))
        elif not mutable[name]:
            allowed = f"mutable attributes: Cognito writes them at each sign-in, and {name} is not mutable"
            yield Problem(place, allowed, shown(name), f"remove {name} from attributes")
    for name, attribute in pool.standard_attributes.items():
        if attribute.required and attribute.mutable and name not in (provider.attributes or {}):
            allowed = f"all required attributes of the pool: without {name} nobody could sign in"
            yield Problem(f"{path}.attributes", allowed, f"nothing for {name}", f"add `{name}: <the provider's name>`")
