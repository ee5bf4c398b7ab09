"""aws:cognito IdentityPool and IdentityPoolRoleAttachment: AWS credentials for people who have signed in.

https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
"""

from .official import Differences
from .properties import Props, to_aws
from .resource import Held, Resource
from .service import Service


class IdentityPool(Held):
    """An identity pool."""

    type_name = "aws:cognito/identityPool:IdentityPool"
    service = "cognitoidentity"
    differences = Differences(
        replaces=("developerProviderName", "identityPoolName"),
        default={"allowClassicFlow": False, "allowUnauthenticatedIdentities": False},
    )
    noun, answer, member = "IdentityPool", "", "IdentityPoolId"

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {"arn": f"arn:aws:cognito-identity:{aws.region}:000000000000:identitypool/{answer[self.member]}"}


class IdentityPoolRoleAttachment(Resource):
    """The roles that an identity pool gives; of the whole pool, so there is one of these at most."""

    type_name = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
    service = "cognitoidentity"
    requests = ("SetIdentityPoolRoles",)
    differences = Differences(
        replaces=("identityPoolId",),
        ordered=("roleMappings.mappingRules",),
        keyed={"roleMappings": "identityProvider"},
        own=("roleMappings.identityProvider",),
        members={"roleMappings.mappingRules": "RulesConfiguration.Rules"},
    )

    def make(self, aws: Service, props: Props) -> str:
        aws.client.set_identity_pool_roles(**to_aws(self.inputs, props, clear=True))
        return str(props["identityPoolId"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = aws.client.get_identity_pool_roles(IdentityPoolId=resource_id)
        there = found.get("Roles") or found.get("RoleMappings")
        return self.state(aws, resource_id, found) if there else None

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.set_identity_pool_roles(IdentityPoolId=resource_id, Roles={}, RoleMappings={})
