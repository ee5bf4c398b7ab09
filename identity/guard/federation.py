"""Losses of identity providers with their users, and of groups with their members. Pure."""

from collections.abc import Container, Iterator, Sequence

from identity import facts, group
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import shown
from identity.group import Group
from identity.guard.fields import field_losses
from identity.guard.loss import Loss, weakened
from identity.identity_provider.kinds import KINDS
from identity.identity_provider.settings import PATH, IdentityProvider


def federation_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The losses of identity providers and groups, refused or not."""
    providers = of_type(state, facts.IDENTITY_PROVIDER)
    live = {str(provider.outputs.get("providerName")): provider for provider in providers}
    for name, resource in sorted(live.items()):
        yield from _of_provider(name, resource, settings, live.keys())
    for resource in of_type(state, facts.USER_GROUP):
        yield from _of_group(resource, settings)


def _of_provider(name: str, resource: Deployed, settings: Settings, live: Container[str | None]) -> Iterator[Loss]:
    aws_id, old = f"{resource.outputs.get('userPoolId')}/{name}", IdentityProvider.read(resource.outputs)
    key = next((key for key, new in settings.identity_providers.items() if new.name == name), None)
    if key is None:
        yield _gone(aws_id, name, old, settings, live)
        return
    path, new = f"{PATH}.{key}", settings.identity_providers[key]
    written = settings.config.identity_providers[key]
    if old.type == new.type and new.kind.named is False:
        old = old.model_copy(update={"issuer": new.issuer})  # AWS adds it for these types
    yield from field_losses(aws_id, path, old, new, written, settings, "provider")


def _gone(aws_id: str, name: str, old: IdentityProvider, settings: Settings, live: Container[str | None]) -> Loss:
    """The loss of a removed or renamed provider: its name is part of its users' names, so all become new users."""
    lost = "The name is part of the user names of this provider: its users could no longer sign in as the same user."
    renamed = [
        key
        for key, new in settings.identity_providers.items()
        if new.type == old.type and new.name not in live and KINDS[new.type].named
    ]
    if renamed:
        path, received = f"{PATH}.{renamed[0]}.name", settings.identity_providers[renamed[0]].name
        return Loss(aws_id, path, f"{name}, as when it was created", shown(received), lost, f"write `name: {name}`.")
    key = name if old.type not in KINDS or KINDS[old.type].named else old.type
    return Loss(aws_id, f"{PATH}.{key}", f"{name}, which the stack has", "nothing", lost)


def _of_group(resource: Deployed, settings: Settings) -> Iterator[Loss]:
    pool, name = resource.outputs.get("userPoolId"), str(resource.outputs.get("name"))
    path, new = f"{group.PATH}.{name}", settings.config.groups.get(name)
    if new is None:
        lost = f"All members of {name} would lose the group and the permissions that it gives in apps and roles."
        yield weakened(str(pool), name, path, "this group, which the stack has", "nothing", lost)
    else:
        yield from field_losses(f"{pool}/{name}", path, Group.read(resource.outputs), new, new, settings, "group")
