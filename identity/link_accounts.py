"""Account linking: the function that links users with the same verified address (`triggers.link_accounts`)."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from identity.errors import Problem
from identity.identity_provider.settings import IdentityProvider
from identity.user_pool.settings import UserPool
from identity.user_pool.triggers import Trigger, Triggers

PATH: Final = "identity:linkAccounts"
VERIFIED_EMAIL: Final = "verifiedEmail"
LOSS_OF_LINKS: Final = "New users of an identity provider would no longer be linked to their existing users."


def linking(triggers: Triggers | None, providers: Mapping[str, IdentityProvider]) -> Triggers:
    """The triggers, with the linking function added as preSignUp."""
    # In a pool with case-insensitive user names, Cognito passes names and ids in lower case.
    known = {str(provider.name): provider.attribute_of_id or "" for provider in providers.values()}
    environment = {"IDENTITY_PROVIDERS": json.dumps(known, sort_keys=True)}
    # Lambda's CPU share grows with the memory, and Cognito only waits five seconds.
    function = Trigger(path="triggers/link_accounts", memory=512, environment=environment)
    return (triggers or Triggers()).model_copy(update={"pre_sign_up": function})


def link_problems(pool: UserPool, providers: Mapping[str, IdentityProvider]) -> Iterator[Problem]:
    """Settings with which the linking function could not be called, or would have no effect."""
    if pool.triggers and pool.triggers.pre_sign_up:
        allowed = "not together with userPool.triggers.preSignUp: a pool has one function for it"
        yield Problem(PATH, allowed, VERIFIED_EMAIL, "remove one of the two")
    if not providers:
        yield Problem(PATH, "none without identityProviders", VERIFIED_EMAIL, "remove it")
    for key, provider in providers.items():
        path = f"identity:identityProviders.{key}.attributes"
        if "email" not in (provider.attributes or {}):
            yield Problem(path, "email among them, which linkAccounts uses", "no email", "add email")
        elif "email_verified" not in (provider.attributes or {}):
            allowed = "email_verified among them: without it, linkAccounts refuses addresses that a user already has"
            yield Problem(path, allowed, "no email_verified", "add it, if the provider has it", warning=True)
        if provider.type == "oidc" and not pool.case_sensitive and not provider.attribute_of_id:
            allowed = "an attribute for sub, which linkAccounts uses: the pool only has ids in lower case"
            fix = "if ids of the provider have capital letters, declare one and add `custom:<name>: sub`"
            yield Problem(path, allowed, "none for sub", fix, warning=True)
