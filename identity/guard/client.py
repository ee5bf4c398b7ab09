"""Changes of an app client that would break apps: URLs, scopes and flows. Pure."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from identity.client.auth_flows import REFRESH
from identity.client.settings import COGNITO, EXTERNAL, Client
from identity.config.settings import Settings
from identity.errors import shown
from identity.guard.fields import field_losses
from identity.guard.loss import HOLD_BACK, Loss
from identity.user_pool.attribute_names import STANDARD_ATTRIBUTES, WRITABLE_ATTRIBUTES


def client_losses(
    client_id: str, key: str, old: Mapping[str, Any], new: Client, settings: Settings, gone: Set[str]
) -> Iterator[Loss]:
    """The losses of one client.

    Args:
        client_id: the client id, which shipped apps contain.
        key: the config key.
        old: the outputs of the client in the state.
        new: the client with defaults filled in.
        settings: the whole config.
        gone: scopes of removed APIs, which are reported with the API.
    """
    path, written = f"identity:clients.{key}", settings.config.clients[key]
    live = Client.read(old)
    declared = {scope for api in settings.apis.values() for scope in api.full_scopes}
    scopes = [scope for scope in live.scopes or () if scope not in gone]
    external = [scope for scope in scopes if "/" in scope and scope not in declared]
    live = live.model_copy(
        update={
            "scopes": [scope for scope in scopes if scope not in external],
            "external_scopes": external or None,
            # These losses are reported under other keys.
            "secret": new.secret,
            "rotation_grace": live.rotation_grace if new.rotate_refresh_tokens else None,
            "identity_providers": new.identity_providers if new.is_machine else live.identity_providers,
            **_full_lists(live, written, settings),
        }
    )
    live, new = (_with_provider_keys(client, settings) for client in (live, new))
    wanted = new.model_copy(update={"external_scopes": written.external_scopes})
    if "flow" in written.model_fields_set:
        written = written.model_copy(update={"flows": new.flows})
    if new.write_attributes:  # the program sends this list, written in the stack file or not
        written = written.model_copy(update={"write_attributes": new.write_attributes})
    for loss in field_losses(client_id, path, live, wanted, written, settings, "client"):
        yield _with_written_key(loss, new, settings.config.clients[key])
    if old.get("allowedOauthFlowsUserPoolClient") is False and "flows" not in written.model_fields_set:
        yield _oauth_enabled(client_id, path)
    if old.get("analyticsConfiguration"):
        yield _analytics(client_id, path, old["analyticsConfiguration"])


def _full_lists(live: Client, written: Client, settings: Settings) -> dict[str, list[str]]:
    """The lists to compare with for a live client without lists: it has access to all attributes."""
    own = [f"custom:{name}" for name in settings.config.user_pool.custom_attributes]
    lists = {"read_attributes": [*STANDARD_ATTRIBUTES, *own], "write_attributes": [*WRITABLE_ATTRIBUTES]}
    return {name: all_of_it for name, all_of_it in lists.items() if getattr(written, name) and not getattr(live, name)}


def _with_provider_keys(client: Client, settings: Settings) -> Client:
    """The client with its identity providers as in a stack file: by key, or `external:<name>`."""
    keys = {str(provider.name): key for key, provider in settings.identity_providers.items()} | {COGNITO: COGNITO}
    named = client.identity_providers
    return client.model_copy(
        update={"identity_providers": named and [keys.get(name, f"{EXTERNAL}{name}") for name in named]}
    )


def _oauth_enabled(client_id: str, path: str) -> Loss:
    keep, fix = "flows: [], as in AWS (allowedOauthFlowsUserPoolClient: false)", "write `flows: []` to keep it."
    lost = (
        "The update would reset this, because the stack file does not set it: the client could use the sign-in pages."
    )
    return Loss(client_id, f"{path}.flows", keep, "not set", lost, fix, "flows", in_place=True)


def _with_written_key(loss: Loss, new: Client, written: Client) -> Loss:
    if loss.path.endswith(".flows") and "flows" not in written.model_fields_set:
        return replace(loss, path=loss.path.removesuffix("s"))
    if loss.what == "authFlows" and new.rotate_refresh_tokens and REFRESH in loss.keep:
        return replace(loss, fix="restore `rotateRefreshTokens: false`.")
    return loss


def _analytics(client_id: str, path: str, old: Any) -> Loss:
    keep = f"analyticsConfiguration: {shown(old)}, as in AWS"
    consequence = "The update would remove it, because the program has no key for it."
    what = "analyticsConfiguration"
    return Loss(client_id, path, keep, "not set", consequence, HOLD_BACK, what=what, in_place=True)
