"""An API's own program: API Gateway checks the tokens of the identity stack, and their scopes.

It shows the hook and no more: the integrations here are mocks, and a deployment and a stage are left to the API.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
"""

import pulumi
from pulumi_aws import apigateway

identity = pulumi.StackReference(pulumi.Config().require("identity"))
pool_arn = identity.require_output("userPoolArn").apply(str)
apis = identity.require_output("apis")


def scope(verb: str) -> pulumi.Output[str]:
    """A scope of this API's by its full name, from the stack: a renamed one fails here and not at a customer's."""
    return apis.apply(lambda known: next(str(name) for name in known["project"]["scopes"] if name.endswith(f".{verb}")))


api = apigateway.RestApi("projects", name="projects")
authorizer = apigateway.Authorizer(
    "projects",
    rest_api=api.id,
    type="COGNITO_USER_POOLS",
    provider_arns=[pool_arn],
)
resource = apigateway.Resource("projects", rest_api=api.id, parent_id=api.root_resource_id, path_part="projects")

for method, verb in {"GET": "read", "POST": "write", "DELETE": "delete"}.items():
    route = apigateway.Method(
        f"projects-{verb}",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=method,
        authorization="COGNITO_USER_POOLS",
        authorizer_id=authorizer.id,
        authorization_scopes=[scope(verb)],
    )
    apigateway.Integration(
        f"projects-{verb}",
        rest_api=api.id,
        resource_id=resource.id,
        http_method=route.http_method,
        type="MOCK",
    )
