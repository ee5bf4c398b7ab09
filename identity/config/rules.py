"""Rules between the keys of the stack config. Pure."""

from collections.abc import Iterable, Iterator

from identity import parsing
from identity.api import api_problems, known_scopes, rename_problems
from identity.client.rules import CLIENTS_PER_POOL, client_problems
from identity.config.keys import KEYS, Config
from identity.config.settings import Settings
from identity.domain import ZONE_KEYS, domain_problems, without_domain
from identity.errors import Problem, following, shown
from identity.exports import export_problems
from identity.identity_pool import identity_pool_problems
from identity.identity_provider.rules import provider_problems
from identity.link_accounts import link_problems
from identity.login import login_problems, pages_of_factors
from identity.namespace import ROOT
from identity.naming import Names
from identity.plan import plan_problems
from identity.user_pool.attribute_names import STANDARD_ATTRIBUTES
from identity.user_pool.rules import pool_problems

POOL_NAME_LENGTH = 128
TAGS_PER_RESOURCE = 50


def broken_rules(settings: Settings, broken: Iterable[str]) -> Iterator[Problem]:
    """Check the rules between keys. `broken` has the paths of invalid values, whose dependent rules are skipped."""
    config, names = settings.config, settings.names
    valid = {key: not any(parsing.related(f"{ROOT}{key}", path) for path in broken) for key in KEYS}
    named = valid["product"] and valid["environment"]
    default_prefix = config.domain_prefix is None and valid["domainPrefix"] and named
    in_domain = domain_problems(settings.domain, names, bool(named or config.auth_domain), default_prefix)
    yield from following(in_domain, ROOT, *ZONE_KEYS, "certificateArn")
    if not config.sign_in_domain:
        given = {"customDomain": config.custom_domain, "domainPrefix": config.domain_prefix, "login": config.login}
        yield from without_domain(given, {key: client.flows for key, client in config.clients.items()})
    if len(names.user_pool) > POOL_NAME_LENGTH and config.user_pool.name is None:
        allowed = f"with the product a pool name of at most {POOL_NAME_LENGTH} characters"
        yield Problem(f"{ROOT}environment", allowed, shown(names.user_pool), "shorten it or the product")
    if config.cloud_formation_exports:
        yield from export_problems(config.cloud_formation_exports, names, config.clients)
    yield from _tags(config, names)
    yield from api_problems(settings.apis, config.resource_server_limit)
    yield from rename_problems(f"{ROOT}apis", settings.apis)
    yield from provider_problems(config.identity_providers, settings.identity_providers, settings.user_pool)
    yield from _clients(settings, valid["apis"], valid["identityProviders"])
    if config.link_accounts:
        yield from link_problems(config.user_pool, settings.identity_providers)
    yield from pages_of_factors(config.login, config.user_pool.first_factors or (), settings.clients)
    if config.login:
        yield from login_problems(config.login, settings.clients)
    if config.identity_pool and valid["clients"]:
        yield from identity_pool_problems(config.identity_pool, settings.clients)
    flows = {f"{ROOT}clients.{key}": tuple(client.auth_flows or ()) for key, client in config.clients.items()}
    pages = settings.domain.served and any(client.has_pages for client in settings.clients.values())
    yield from pool_problems(settings.user_pool, flows, settings.domain, settings.region, pages)
    yield from plan_problems(config, config.user_pool.tier)


def _clients(settings: Settings, apis_are_valid: bool, providers_are_valid: bool) -> Iterator[Problem]:
    clients = settings.config.clients
    if len(clients) > CLIENTS_PER_POOL:
        allowed = f"at most {CLIENTS_PER_POOL} clients, AWS's limit for a pool"
        yield Problem(f"{ROOT}clients", allowed, f"{len(clients)} clients")
    known = known_scopes(settings.apis) if apis_are_valid else None
    providers = [*settings.identity_providers] if providers_are_valid else None
    own = [f"custom:{name}" for name in settings.config.user_pool.custom_attributes]
    for key, client in settings.clients.items():
        yield from client_problems(key, clients[key], client, known, providers, [*STANDARD_ATTRIBUTES, *own])
    yield from rename_problems(f"{ROOT}clients", settings.clients)


def _tags(config: Config, names: Names) -> Iterator[Problem]:
    for key in sorted(config.tags.keys() & names.tags.keys()):
        allowed = "a key other than " + ", ".join(names.tags) + ": the program sets these tags"
        yield Problem(f"{ROOT}tags.{key}", allowed, shown(config.tags[key]), "remove it")
    together = {**config.tags, **names.tags}
    if len(together) > TAGS_PER_RESOURCE:
        most = TAGS_PER_RESOURCE - len(names.tags)
        yield Problem(f"{ROOT}tags", f"at most {most} additional tags", str(len(config.tags)))
