"""aws:cognito IdentityPool and IdentityPoolRoleAttachment: AWS credentials for people who have signed in.

https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
"""

from .emulator import Emulator
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, tagged

_RULES, _PROVIDER = "RulesConfiguration", "identityProvider"


class IdentityPool(Resource):
    """An identity pool."""

    type_name = "aws:cognito/identityPool:IdentityPool"
    service = "cognitoidentity"
    inputs = official_table(
        type_name,
        "cognito-identity",
        ("CreateIdentityPoolInput",),
        Differences(
            replaces=("developerProviderName", "identityPoolName"),
            default={"allowClassicFlow": False, "allowUnauthenticatedIdentities": False},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        made = self.client(emulator, props).create_identity_pool(**self._request(props))
        return self._found(emulator, made, props)

    def _request(self, props: Props) -> Props:
        return to_aws(self.inputs, props, clear=True) | {"IdentityPoolTags": props.get("tags") or {}}

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = existing(lambda: client.describe_identity_pool(IdentityPoolId=resource_id))
        return found and self._found(emulator, found, known)

    def _found(self, emulator: Emulator, answer: Props, known: Props) -> Found:
        region, pool_id = known.get("region") or emulator.region, answer["IdentityPoolId"]
        arn = f"arn:aws:cognito-identity:{region}:000000000000:identitypool/{pool_id}"
        state = from_aws(self.inputs, answer) | {"arn": arn, "region": region}
        return Found(pool_id, state | tagged(answer.get("IdentityPoolTags") or {}))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        answer = self.client(emulator, old).update_identity_pool(IdentityPoolId=resource_id, **self._request(new))
        return self._found(emulator, answer, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_identity_pool(IdentityPoolId=resource_id))


class IdentityPoolRoleAttachment(Resource):
    """The roles that an identity pool gives; of the whole pool, so there is one of these at most."""

    type_name = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
    service = "cognitoidentity"
    inputs = official_table(
        type_name,
        "cognito-identity",
        ("SetIdentityPoolRolesInput",),
        Differences(
            replaces=("identityPoolId",),
            ordered=("roleMappings.mappingRules",),
            # AWS has them by their provider, the official provider in a list.
            own=("roleMappings",),
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        mappings = {
            role_mapping[_PROVIDER]: _to_mapping(role_mapping) for role_mapping in props.get("roleMappings") or []
        }
        request = to_aws(self.inputs, props) | {"RoleMappings": mappings}
        self.client(emulator, props).set_identity_pool_roles(**request)
        return self.reread(emulator, props["identityPoolId"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = existing(lambda: client.get_identity_pool_roles(IdentityPoolId=resource_id))
        if not found or not (found.get("Roles") or found.get("RoleMappings")):
            return None
        state = from_aws(self.inputs, found) | {"region": known.get("region") or emulator.region}
        mappings = [
            _from_mapping(name, role_mapping) for name, role_mapping in (found.get("RoleMappings") or {}).items()
        ]
        return Found(resource_id, state | ({"roleMappings": mappings} if mappings else {}))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        return self.create(emulator, new, timeout)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.set_identity_pool_roles(IdentityPoolId=resource_id, Roles={}, RoleMappings={}))


def _to_mapping(given: Props) -> Props:
    mapping = {"Type": given["type"], "AmbiguousRoleResolution": given.get("ambiguousRoleResolution")}
    rules = [
        {"Claim": rule["claim"], "MatchType": rule["matchType"], "RoleARN": rule["roleArn"], "Value": rule["value"]}
        for rule in given.get("mappingRules") or []
    ]
    return {name: value for name, value in mapping.items() if value} | ({_RULES: {"Rules": rules}} if rules else {})


def _from_mapping(provider: str, answer: Props) -> Props:
    rules = [
        {"claim": rule["Claim"], "matchType": rule["MatchType"], "roleArn": rule["RoleARN"], "value": rule["Value"]}
        for rule in (answer.get(_RULES) or {}).get("Rules", [])
    ]
    found = {_PROVIDER: provider, "type": answer["Type"], "mappingRules": rules}
    return found | {"ambiguousRoleResolution": answer.get("AmbiguousRoleResolution")}
