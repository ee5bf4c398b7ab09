"""The APIs of the registry, names filled in: resource servers and the scopes they declare. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity import limits
from identity.errors import Problem, shown
from identity.naming import Names
from identity.shapes import Api

PATH = "identity:apis"


@dataclass(frozen=True)
class ApiSettings:
    """A resource server as it will be: its AWS name, its identifier, and its scopes (`<key>.<name>` -> description)."""

    key: str
    name: str
    identifier: str
    scopes: Mapping[str, str]
    renamed_from: str | None = None

    @property
    def full_scopes(self) -> list[str]:
        return [f"{self.identifier}/{scope}" for scope in self.scopes]


def resolve_apis(
    apis: Mapping[str, Api], names: Names, server_limit: int, problems: list[Problem]
) -> dict[str, ApiSettings]:
    """Fill names in, and tell what AWS would refuse in them."""
    resolved = {
        key: ApiSettings(
            key=key,
            name=names.resource_server(key),
            identifier=api.identifier or names.resource_server_identifier(api.renamed_from or key),
            scopes={f"{key}.{name}": api.scopes[name] for name in sorted(api.scopes)},
            renamed_from=api.renamed_from,
        )
        for key, api in apis.items()
    }
    if len(resolved) > server_limit:
        problems.append(
            Problem(
                PATH,
                f"at most {server_limit} APIs, the resource servers of a pool",
                f"{len(resolved)} APIs",
                "take some out, or, where AWS has raised this account's quota, "
                f"set identity:resourceServerLimit (up to {limits.RESOURCE_SERVERS_PER_POOL})",
            )
        )
    problems.extend(_too_long(resolved))
    problems.extend(_taken_twice(resolved))
    problems.extend(still_there(PATH, resolved))
    return resolved


def still_there(path: str, entries: Mapping[str, Any]) -> Iterator[Problem]:
    """A former key has to be free, and can have become one entry alone."""
    taken: dict[str, str] = {}
    for key, entry in entries.items():
        if entry.renamed_from is None:
            continue
        first = taken.setdefault(entry.renamed_from, key)
        if entry.renamed_from in entries or first != key:
            holder = entry.renamed_from if entry.renamed_from in entries else first
            allowed = f"a key that nothing has any more; {holder} has or had this one"
            fix = "take it out"
            if holder != first and entries[holder].renamed_from:
                fix = (
                    f"rename one after another, each in an update of its own: first {holder}, then {key}; two that "
                    "change places go by way of a third key"
                )
            yield Problem(f"{path}.{key}.renamedFrom", allowed, shown(entry.renamed_from), fix)


def _too_long(apis: Mapping[str, ApiSettings]) -> Iterator[Problem]:
    for key, api in apis.items():
        if len(api.name) > limits.SERVER_NAME_LENGTH:
            yield Problem(f"{PATH}.{key}", f"a name of at most {limits.SERVER_NAME_LENGTH} characters", shown(api.name))
        for scope, full in zip(api.scopes, api.full_scopes, strict=True):
            if len(full) > limits.FULL_SCOPE_LENGTH:
                place = f"{PATH}.{key}.scopes.{scope.removeprefix(f'{key}.')}"
                allowed = f"identifier, / and scope of at most {limits.FULL_SCOPE_LENGTH} characters together"
                yield Problem(
                    place, allowed, f"{len(full)} characters: {shown(full)}", "shorten the identifier or name"
                )


def _taken_twice(apis: Mapping[str, ApiSettings]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, api in apis.items():
        other = first.setdefault(api.identifier, key)
        if other != key:
            allowed = f"an identifier of its own; {other} has this one"
            yield Problem(
                f"{PATH}.{key}.identifier", allowed, shown(api.identifier), "write another one, or leave it out"
            )
