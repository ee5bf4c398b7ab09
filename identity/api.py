"""An API: a resource server and the scopes it declares
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from identity import types
from identity.errors import Problem, shown
from identity.facts import OIDC_SCOPES
from identity.naming import Names
from identity.setting import Change, Codec, Model, setting

RESOURCE_SERVERS_PER_POOL = 300
SCOPES_PER_SERVER = 100
SERVER_NAME_LENGTH = 256
FULL_SCOPE_LENGTH = 256
SCOPE_NAME = r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}"
IDENTIFIER = r"[\x21\x23-\x5B\x5D-\x7E]{1,256}"
ScopeName = Annotated[
    types.Text,
    types.matching(SCOPE_NAME, "a scope's name: 1-256 visible ASCII characters without space, /, \" and \\"),
]
ScopeDescription = Annotated[
    types.Text, AfterValidator(lambda v: v if len(v) <= 256 else types.refuse("a string of 1-256 characters"))
]
ServerIdentifier = Annotated[
    types.Text, types.matching(IDENTIFIER, '1-256 visible ASCII characters without space, " and \\')
]
ServerLimit = Annotated[int, types.whole(1, RESOURCE_SERVERS_PER_POOL)]
PATH: Final = "identity:apis"


def _blocks(scopes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"scopeName": name, "scopeDescription": text} for name, text in scopes.items()]


def _scopes(blocks: list[Mapping[str, Any]]) -> dict[str, str]:
    return {str(block.get("scopeName")): str(block.get("scopeDescription")) for block in blocks}


class Api(Model):
    """A resource server."""

    scopes: Annotated[dict[ScopeName, ScopeDescription], Field(max_length=SCOPES_PER_SERVER)] = setting(
        "The scopes, name -> description, at most 100; `{}` for none. A scope's full name is "
        "`<identifier>/<key>.<name>`.",
        "scopes",
        Change.LESSENS,
        default=...,
        codec=Codec(_blocks, _scopes),
        silent={},
        example={"read": "Read existing Projects"},
    )
    identifier: types.Maybe[ServerIdentifier] = setting(
        "The resource server identifier, the prefix of full scope names. Default: `app.<product>.api.<key>`, with "
        "the old key after a rename.",
        "identifier",
        Change.REPLACES,
        example="https://api.example.app",
    )
    name: types.Maybe[Annotated[types.Text, types.name(SERVER_NAME_LENGTH)]] = setting(
        "The name in AWS. Default: `<product>-<environment>-resourceserver-<key>`.", "name", example="projects"
    )
    prefix_scopes: bool = setting(
        "Whether scope names start with the API's key; false for existing resource servers with other names.",
        default=True,
        example=False,
    )
    renamed_from: types.Maybe[types.Key] = setting("The previous key, to keep the resource server after a rename.")

    def filled(self, key: str, names: Names) -> "Api":
        """The API with defaults filled in. Its scopes are sorted and have the names that are sent to AWS."""
        prefix = f"{key}." if self.prefix_scopes else ""
        return self.model_copy(
            update={
                "name": self.name or names.resource_server(key),
                "identifier": self.identifier or names.resource_server_identifier(self.renamed_from or key),
                "scopes": {f"{prefix}{name}": self.scopes[name] for name in sorted(self.scopes)},
            }
        )

    @property
    def full_scopes(self) -> list[str]:
        """The full names of the scopes, `<identifier>/<scope>`. The API has to be filled in."""
        return [f"{self.identifier}/{scope}" for scope in self.scopes]


def known_scopes(apis: Mapping[str, Api]) -> dict[str, str]:
    """The full name of each scope, by its short form (`project.read`) and by its full name."""
    known = {name: name for name in OIDC_SCOPES}
    for api in apis.values():
        for name in api.scopes:
            known[name] = known[f"{api.identifier}/{name}"] = f"{api.identifier}/{name}"
    return known


def api_problems(apis: Mapping[str, Api], most: int) -> Iterator[Problem]:
    """The errors of the APIs, which have to be filled in; `most` is the account's quota."""
    if len(apis) > most:
        allowed = f"at most {most} APIs, the resource servers of a pool"
        fix = "remove some, or, if AWS has raised this account's quota, set identity:resourceServerLimit "
        yield Problem(PATH, allowed, f"{len(apis)} APIs", f"{fix}(up to {RESOURCE_SERVERS_PER_POOL})")
    first: dict[str, str] = {}
    for key, api in apis.items():
        yield from _too_long(key, api)
        other = first.setdefault(str(api.identifier), key)
        if other != key:
            allowed, fix = f"a unique identifier; {other} has this one", "write another one, or remove it"
            yield Problem(f"{PATH}.{key}.identifier", allowed, shown(api.identifier), fix)
    yield from _ambiguous(apis)


def _too_long(key: str, api: Api) -> Iterator[Problem]:
    if len(str(api.name)) > SERVER_NAME_LENGTH:
        yield Problem(f"{PATH}.{key}", f"a name of at most {SERVER_NAME_LENGTH} characters", shown(api.name))
    for scope, full in zip(api.scopes, api.full_scopes, strict=True):
        if len(full) > FULL_SCOPE_LENGTH:
            written = scope.removeprefix(f"{key}.") if api.prefix_scopes else scope
            allowed = f"identifier, / and scope of at most {FULL_SCOPE_LENGTH} characters together"
            received = f"{len(full)} characters: {shown(full)}"
            yield Problem(f"{PATH}.{key}.scopes.{written}", allowed, received, "shorten the identifier or name")


def _ambiguous(apis: Mapping[str, Api]) -> Iterator[Problem]:
    """Without prefixes, two APIs can have scopes with the same name: clients have to write their full names."""
    first: dict[str, str] = {}
    for key, api in apis.items():
        for scope in api.scopes:
            other = first.setdefault(scope, key)
            if other != key:
                allowed = f"a unique scope name; {other} has it too, so the short form is ambiguous"
                yield Problem(
                    f"{PATH}.{key}.scopes.{scope}", allowed, shown(scope), "use the full name in clients", True
                )


def rename_problems(path: str, entries: Mapping[str, Any]) -> Iterator[Problem]:
    """Check `renamedFrom`: the old key must be unused, and only one entry may have it."""
    taken: dict[str, str] = {}
    for key, entry in entries.items():
        if entry.renamed_from is None:
            continue
        first = taken.setdefault(entry.renamed_from, key)
        if entry.renamed_from in entries or first != key:
            holder = entry.renamed_from if entry.renamed_from in entries else first
            allowed = f"an unused key; {holder} has or had this one"
            fix = "remove it"
            if holder != first and entries[holder].renamed_from:
                fix = (
                    f"rename them in separate updates: first {holder}, then {key}; to swap two keys, use a temporary "
                    "third key"
                )
            yield Problem(f"{path}.{key}.renamedFrom", allowed, shown(entry.renamed_from), fix)
