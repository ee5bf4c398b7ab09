"""The stack config, whole: one model of every key, read once and checked before anything is registered. No network."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from identity import deployed, parsing, renamed_keys, types
from identity.api import Api, api_problems, known_scopes, still_there
from identity.client.rules import client_problems
from identity.client.settings import Client, Surroundings
from identity.domain import ZONE_KEYS, Domain, ZoneReference, domain_problems, without_domain
from identity.errors import HIDDEN, ConfigError, Problem, following, shown, warn
from identity.exports import OneExportNames, export_problems
from identity.group import Group, GroupName
from identity.identity_pool import IdentityPool, identity_pool_problems
from identity.identity_provider.rules import provider_problems
from identity.identity_provider.settings import IdentityProvider
from identity.link_accounts import LOSS_OF_LINKS, VERIFIED_EMAIL, link_problems, linking
from identity.login import Login, login_problems, pages_of_factors
from identity.namespace import NAMESPACE, is_misspelt
from identity.naming import Names
from identity.plan import plan_problems
from identity.publish import Publish
from identity.setting import Change, Model, declared, setting
from identity.types import Maybe, Once
from identity.user_pool.rules import pool_problems
from identity.user_pool.settings import UserPool
from identity.user_pool.sms import external_id

NOT_GIVEN: Final = "none"
_ROOT: Final = f"{NAMESPACE}:"
_PROJECT_FILE = Path(__file__).parent.parent / "Pulumi.yaml"
_RECORDS = "The records of the certificate and of the custom domain would leave their zone."


class Config(Model):
    """Every key of the namespace `identity`."""

    product: types.DnsLabel = setting(..., "The product, a DNS label such as focusmark. Part of every name.")
    environment: Maybe[types.DnsLabel] = setting(
        None,
        "The environment, a DNS label such as dev. Part of every name; prod drops the prefix of the auth domain. "
        "Not given - the stack's name.",
    )
    production: Maybe[bool] = setting(
        None,
        "Whether the policies of production are mandatory, true or false. Not given - false for the environments "
        "local, dev and test, true for any other.",
    )
    zone_name: Maybe[types.DnsName] = setting(
        None,
        "The Route 53 zone in which the certificate is validated, by name. At most one of zoneName, zoneId and "
        "zoneExport; none of them - no DNS and no certificate.",
        change=Change.MATTERS,
        loss=_RECORDS,
    )
    zone_id: Maybe[types.ZoneId] = setting(None, "The same zone by its id.", change=Change.MATTERS, loss=_RECORDS)
    zone_export: Maybe[types.ExportName] = setting(
        None, "The same zone by the CloudFormation export that holds its id.", change=Change.MATTERS, loss=_RECORDS
    )
    sign_in_domain: bool = setting(
        True,
        "Whether the pool has a domain, with sign-in pages and OAuth's endpoints. false - apps sign people in by "
        "Cognito's operations alone.",
        change=Change.REPLACES,
    )
    auth_domain: Maybe[types.DnsName] = setting(
        None,
        "The auth domain, inside the zone. Not given - auth.<product>.app for the environment prod, "
        "<environment>-auth.<product>.app for any other.",
        change=Change.REPLACES,
    )
    custom_domain: bool = setting(
        False,
        "Serve sign-in on the auth domain instead of the prefix of amazoncognito.com. Needs a zone, or certificateArn.",
        change=Change.REPLACES,
    )
    domain_prefix: Maybe[types.DomainPrefix] = setting(
        None,
        "The prefix of amazoncognito.com on which sign-in is served. Not given - <product>-<environment>.",
        change=Change.REPLACES,
    )
    keep_prefix_domain: bool = setting(
        False, "Serve sign-in on the prefix as well as on the custom domain, so that moving is no outage."
    )
    certificate_arn: Maybe[types.CertificateArn] = setting(
        None,
        "A certificate in us-east-1 that exists, for a custom domain without a zone. The output dnsRecords then says "
        "which records to make.",
    )
    protect: bool = setting(
        False,
        "Guard the pool, its domain, the resource servers and the clients - Pulumi's protect, and Cognito's deletion "
        "protection of the pool.",
    )
    cloud_formation_exports: OneExportNames = setting(
        None,
        "What is published as CloudFormation exports, output -> name. true publishes "
        "<product>-<environment>-customeruserpoolid, -customeruserpoolarn and, where there is one, -certificate-auth; "
        "not given and false, nothing.",
    )
    allow_loss: Annotated[list[types.Text], Once] = setting(
        [],
        "What the next update may lose, as the refusal names it: a pool id, domain, resource server identifier or "
        "client id where all of it goes, and with a slash and a part, as in us-east-1_AbC/mfa, where that part goes. "
        "Take the entry out afterwards: with protect, one that the update does not use is refused.",
    )
    read_live_pool: bool = setting(
        True,
        "Before an update of the pool, read it in AWS (DescribeUserPool, GetUserPoolMfaConfig) and refuse to reset "
        "what the AWS provider does not know, such as an inbound federation trigger.",
    )
    resource_server_limit: types.ServerLimit = setting(
        25, "How many resource servers the AWS account allows in a pool - 25, or up to 300 where AWS has raised it."
    )
    exemptions: dict[types.Text, dict[types.Text, types.Text]] = setting(
        {},
        "Violations of the policy pack that are meant, rule -> resource -> reason; docs/policies.md lists the rules. "
        "The resource is a client's or API's key, a logical name or *.",
    )
    tags: dict[types.TagKey, types.TagValue] = setting(
        {}, "Tags besides environment, orchestration, service, service-type and product."
    )
    user_pool: UserPool = setting(UserPool.model_validate({}), "The settings of the user pool.")
    identity_providers: dict[types.Key, IdentityProvider] = setting(
        {}, "Where people can sign in besides the pool itself, key -> object.", secret=True
    )
    link_accounts: Maybe[Annotated[str, types.one_of(VERIFIED_EMAIL), types.NotBlank]] = setting(
        None,
        "verifiedEmail links a sign-up by an identity provider to the user of the same verified address, by a function "
        "for the trigger preSignUp. Not given - each is a user of its own.",
        change=Change.LESSENS,
        loss=LOSS_OF_LINKS,
        example=VERIFIED_EMAIL,
    )
    groups: dict[GroupName, Group] = setting({}, "The groups of people, name -> object.")
    login: Maybe[Login] = setting(None, "The sign-in pages. Not given - AWS's choice, as the domain has it.")
    identity_pool: Maybe[IdentityPool] = setting(
        None, "An identity pool, which gives AWS credentials to people who have signed in. Not given - none."
    )
    publish: Maybe[Publish] = setting(
        None, "Where outputs are written: SSM parameters, and client secrets in Secrets Manager. Not given - nowhere."
    )
    apis: dict[types.Key, Api] = setting({}, "The resource servers, key -> object.")
    clients: dict[types.Key, Client] = setting({}, "The app clients, key -> object.")


KEYS: Final = tuple(str(field.alias) for field in Config.model_fields.values())


@dataclass(frozen=True)
class Settings:
    """What a deployment is made of: the config, and the same with everything filled in that follows from it.

    Args:
        config: what the stack says.
        stack: the stack's name.
        region, cognito_endpoint: the AWS provider's own, where set.
    """

    config: Config
    stack: str
    region: str | None = None
    cognito_endpoint: str | None = None

    @cached_property
    def names(self) -> Names:
        return Names(self.config.product, self.config.environment or self.stack)

    @cached_property
    def domain(self) -> Domain:
        config = self.config
        references = zip(ZONE_KEYS, (config.zone_name, config.zone_id, config.zone_export), strict=True)
        return Domain(
            auth_domain=config.auth_domain or self.names.auth_domain,
            custom=config.custom_domain,
            prefix=config.domain_prefix or self.names.domain_prefix,
            keep_prefix=config.keep_prefix_domain,
            certificate_arn=config.certificate_arn,
            zones=tuple(ZoneReference(key, value) for key, value in references if value),
            served=config.sign_in_domain,
            login_version=config.login.version if config.login else None,
        )

    @property
    def protect(self) -> bool:
        return self.config.protect

    @cached_property
    def tags(self) -> Mapping[str, str]:
        return {**self.config.tags, **self.names.tags}

    @cached_property
    def user_pool(self) -> UserPool:
        pool, name = self.config.user_pool, self.config.user_pool.name or self.names.user_pool
        more: dict[str, Any] = {"name": name}
        if pool.passkeys and pool.passkeys.relying_party_id is None:
            served = self.domain.served_on(self.region)
            more["passkeys"] = pool.passkeys.model_copy(update={"relying_party_id": served})
        if pool.sms and pool.sms.external_id is None and pool.sms.role_arn is None:
            more["sms"] = pool.sms.model_copy(update={"external_id": external_id(name)})
        if self.config.link_accounts:
            more["triggers"] = linking(pool.triggers, self.identity_providers)
        return pool.model_copy(update=more)

    @cached_property
    def identity_pool(self) -> IdentityPool | None:
        said = self.config.identity_pool
        return said and said.model_copy(update={"name": said.name or self.names.identity_pool})

    @cached_property
    def exports(self) -> Mapping[str, str]:
        """The names of the CloudFormation exports, by what they stand for."""
        names = self.config.cloud_formation_exports
        return names.filled(self.names) if names else {}

    @cached_property
    def apis(self) -> Mapping[str, Api]:
        return {key: api.filled(key, self.names) for key, api in sorted(self.config.apis.items())}

    @cached_property
    def identity_providers(self) -> Mapping[str, IdentityProvider]:
        return {key: provider.filled(key) for key, provider in sorted(self.config.identity_providers.items())}

    @cached_property
    def clients(self) -> Mapping[str, Client]:
        rest = Surroundings(
            names=self.names,
            auth_domain=self.domain.auth_domain,
            scopes=known_scopes(self.apis),
            providers={key: str(provider.name) for key, provider in self.identity_providers.items()},
            write_attributes=self._writable,
            choice=len(self.config.user_pool.first_factors or ()) > 1,
        )
        return {key: client.filled(key, rest) for key, client in sorted(self.config.clients.items())}

    @property
    def _writable(self) -> list[str] | None:
        """What an app may write that names nothing: in a pool with custom attributes, none of those."""
        pool = self.config.user_pool
        if not pool.custom_attributes:
            return None
        fixed = {name for name, attribute in pool.standard_attributes.items() if not attribute.mutable}
        return sorted(set(types.WRITABLE_ATTRIBUTES) - fixed)


def load() -> Settings:
    """Read the settings of the stack that is being run.

    Raises:
        ConfigError: with every mistake that is in the stack config.
    """
    stack = pulumi.get_stack()
    texts = {**CONFIG.get(), **get_config_env()}
    settings, problems = check(texts, stack)
    # What else is wrong may be told with a value that follows from an encrypted one: it waits until that is clear.
    mistakes = [*_encrypted(key for key in texts if is_config_secret(key))]
    mistakes = mistakes or [problem for problem in problems if not problem.warning]
    if mistakes:
        told = {problem.path for problem in mistakes}
        cause = [problem for problem in deployed.renamed(settings.names) if problem.path not in told]
        raise ConfigError(stack, [*cause, *mistakes])
    told_of = [problem for problem in problems if problem.warning]
    if not settings.cognito_endpoint:  # the emulator's stack has no secret worth keeping
        told_of += _in_clear(settings.config, texts)
    warn(stack, told_of)
    return settings


def _in_clear(config: Config, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Secrets that everybody can read who can read the stack file: one encrypted value makes a secret of the key."""
    key = f"{_ROOT}identityProviders"
    if key not in texts or is_config_secret(key):
        return
    for name, provider in config.identity_providers.items():
        for secret in provider.secrets:
            path = f"{key}.{name}.{type(provider).model_fields[secret].alias}"
            fix = f"pulumi config set --secret --path {path}, and ask the provider for another secret"
            yield Problem(path, "an encrypted value: the stack file is in the repository", HIDDEN, fix, warning=True)


def _encrypted(keys: Iterable[str]) -> Iterator[Problem]:
    public = {f"{_ROOT}{field.alias}" for field in Config.model_fields.values() if not declared(field).secret}
    for key in sorted(key for key in keys if key.startswith(_ROOT)):
        if key in public or key.removeprefix(_ROOT) not in KEYS:
            allowed = "a value in clear: nothing here is a secret, and it would end in clear in the state"
            fix = f"write it in clear: `pulumi config rm {key}`, then set it without --secret, or edit the file"
            yield Problem(key, allowed, "an encrypted value (secure:)", fix)


def check(texts: Mapping[str, str], stack: str) -> tuple[Settings, list[Problem]]:
    """The settings of a stack from the texts of its config, and every mistake and warning.

    First the fields are looked at, each by itself; then the rules between them, on what is sound. Where something is
    not, a stand-in takes its place, so that all mistakes are told at once.
    """
    given = {key.removeprefix(_ROOT): text for key, text in texts.items() if key.startswith(_ROOT)}
    given, places, renamed = renamed_keys.modern(given, lambda: defaults()["exemptions"])
    merged = given if given.keys() >= set(KEYS) else {**defaults(), **given}
    fields = {str(field.alias): field for field in Config.model_fields.values()}
    raw = {
        key: parsing.from_text(fields[key], text) if key in fields else text
        for key, text in merged.items()
        if not (key in fields and fields[key].default is None and text == NOT_GIVEN)
    }
    config, mistakes = parsing.check(Config, raw, _ROOT, {"product": "product"})
    if "product" not in raw or merged["product"] == NOT_GIVEN:
        needed = "the product's name, a DNS label such as focusmark"
        mistakes = [mistake for mistake in mistakes if mistake.path != f"{_ROOT}product"]
        mistakes.insert(0, Problem(f"{_ROOT}product", needed, "nothing"))
    settings = Settings(config, stack, texts.get("aws:region"), _cognito_endpoint(texts.get("aws:endpoints", "[]")))
    broken = [problem.path for problem in mistakes]
    found = [problem for problem in _rules(settings, broken) if not _waits(problem, broken)]
    told = renamed_keys.told_where_written([*_unknown_namespaces(texts), *mistakes, *found], places)
    return settings, [*renamed, *told]


def refuses(settings: Settings, path: str, value: Any) -> bool:
    """Whether the config would be refused at `path` if this value stood there."""
    *way, last = path.removeprefix(_ROOT).split(".")
    config = settings.config
    if way[:1] == ["clients"]:
        # This client alone: nothing at its path follows from another, and a stack may have a thousand.
        config = config.model_copy(update={"clients": {way[1]: config.clients[way[1]]}})
    raw = config.model_dump(by_alias=True, exclude_unset=True)
    place = raw
    for step in way:
        place = place.setdefault(step, {})
    place[last] = value
    config, mistakes = parsing.check(Config, raw, _ROOT, {})
    found = [*mistakes, *_rules(replace(settings, config=config), ())]
    return any(parsing.related(problem.path, path) for problem in found if not problem.warning)


def _waits(problem: Problem, broken: Iterable[str]) -> bool:
    """Whether a problem may be there only because a value that is not sound was left out."""
    return any(parsing.related(place, path) for path in broken for place in (problem.path, *problem.follows))


def _rules(settings: Settings, broken: Iterable[str]) -> Iterator[Problem]:
    """What has to hold between the fields. `broken` has the paths that are not sound: what follows from them waits."""
    config, names = settings.config, settings.names
    sound = {key: not any(parsing.related(f"{_ROOT}{key}", path) for path in broken) for key in KEYS}
    named = sound["product"] and sound["environment"]
    default_prefix = config.domain_prefix is None and sound["domainPrefix"] and named
    whereabouts = domain_problems(settings.domain, names, bool(named or config.auth_domain), default_prefix)
    yield from following(whereabouts, _ROOT, *ZONE_KEYS, "certificateArn")
    if not config.sign_in_domain:
        said = {"customDomain": config.custom_domain, "domainPrefix": config.domain_prefix, "login": config.login}
        yield from without_domain(said, {key: client.flows for key, client in config.clients.items()})
    if len(names.user_pool) > types.POOL_NAME_LENGTH and config.user_pool.name is None:
        allowed = f"with the product a pool's name of at most {types.POOL_NAME_LENGTH} characters"
        yield Problem(f"{_ROOT}environment", allowed, shown(names.user_pool), "shorten it or the product")
    if config.cloud_formation_exports:
        yield from export_problems(config.cloud_formation_exports, names, config.clients)
    yield from _tags(config, names)
    yield from api_problems(settings.apis, config.resource_server_limit)
    yield from still_there(f"{_ROOT}apis", settings.apis)
    yield from provider_problems(config.identity_providers, settings.identity_providers, settings.user_pool)
    yield from _clients(settings, sound["apis"], sound["identityProviders"])
    if config.link_accounts:
        yield from link_problems(config.user_pool, settings.identity_providers)
    yield from pages_of_factors(config.login, config.user_pool.first_factors or (), settings.clients)
    if config.login:
        yield from login_problems(config.login, settings.clients)
    if config.identity_pool and sound["clients"]:
        yield from identity_pool_problems(config.identity_pool, settings.clients)
    flows = {f"{_ROOT}clients.{key}": tuple(client.auth_flows or ()) for key, client in config.clients.items()}
    pages = settings.domain.served and any(client.has_pages for client in settings.clients.values())
    yield from pool_problems(settings.user_pool, flows, settings.domain, settings.region, pages)
    yield from plan_problems(config, config.user_pool.tier)


def _clients(settings: Settings, apis_are_sound: bool, providers_are_sound: bool) -> Iterator[Problem]:
    clients = settings.config.clients
    if len(clients) > types.CLIENTS_PER_POOL:
        allowed = f"at most {types.CLIENTS_PER_POOL} clients, AWS's limit for a pool"
        yield Problem(f"{_ROOT}clients", allowed, f"{len(clients)} clients")
    known = known_scopes(settings.apis) if apis_are_sound else None
    providers = [*settings.identity_providers] if providers_are_sound else None
    own = [f"custom:{name}" for name in settings.config.user_pool.custom_attributes]
    for key, client in settings.clients.items():
        yield from client_problems(key, clients[key], client, known, providers, [*types.STANDARD_ATTRIBUTES, *own])
    yield from still_there(f"{_ROOT}clients", settings.clients)


def _tags(config: Config, names: Names) -> Iterator[Problem]:
    for key in sorted(config.tags.keys() & names.tags.keys()):
        allowed = "a key other than " + ", ".join(names.tags) + ": the program sets these"
        yield Problem(f"{_ROOT}tags.{key}", allowed, shown(config.tags[key]), "take it out")
    together = {**config.tags, **names.tags}
    if len(together) > types.TAGS_PER_RESOURCE:
        most = types.TAGS_PER_RESOURCE - len(names.tags)
        yield Problem(f"{_ROOT}tags", f"at most {most} tags besides the program's own", str(len(config.tags)))


def _unknown_namespaces(texts: Mapping[str, str]) -> Iterator[Problem]:
    """The engine takes any namespace for some other program's; one that is almost ours is a typing mistake."""
    for key in sorted(texts):
        namespace, _, name = key.partition(":")
        if is_misspelt(namespace):
            fix = f'did you mean "{_ROOT}{name}"?'
            yield Problem(key, "a key of the namespace identity", "another namespace", fix)


@cache
def defaults() -> Mapping[str, str]:
    """Pulumi.yaml's defaults, as the engine hands them over; it does so itself but for a run without it."""
    import yaml

    schema = yaml.safe_load(_PROJECT_FILE.read_text(encoding="utf-8"))["config"]
    found = {key.removeprefix(_ROOT): entry["default"] for key, entry in schema.items() if "default" in entry}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}


def _cognito_endpoint(text: str) -> str | None:
    """Where the AWS provider is told to find Cognito, if anywhere but at AWS: the emulator serves sign-in there too."""
    try:
        entries = json.loads(text)
    except ValueError:
        return None
    urls = (
        (entry.get("cognitoidp") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
    )
    return next((url.rstrip("/") for url in urls if isinstance(url, str) and url), None)
