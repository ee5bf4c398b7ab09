"""The Pulumi program of an API: API Gateway checks the tokens of the identity stack, and their scopes.

The integrations are mocks in place of real ones: each returns 200 and an empty list.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
"""

import hashlib
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import apigateway

identity = pulumi.StackReference(pulumi.Config().require("identity"))
pool_arn = identity.require_output("userPoolArn").apply(str)
apis = identity.require_output("apis")


def scope(verb: str) -> pulumi.Output[str]:
    """Return the full name of a scope, from the identity stack: a renamed scope fails here, not in production."""
    return apis.apply(lambda known: next(str(name) for name in known["project"]["scopes"] if name.endswith(f".{verb}")))


api = apigateway.RestApi("projects", name="projects")
authorizer = apigateway.Authorizer(
    "projects",
    rest_api=api.id,
    type="COGNITO_USER_POOLS",
    provider_arns=[pool_arn],
)
resource = apigateway.Resource("projects", rest_api=api.id, parent_id=api.root_resource_id, path_part="projects")

routes: list[pulumi.Resource] = []
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
    at: dict[str, Any] = {
        "rest_api": route.rest_api,
        "resource_id": route.resource_id,
        "http_method": route.http_method,
    }
    integration = apigateway.Integration(
        f"projects-{verb}", **at, type="MOCK", request_templates={"application/json": '{"statusCode": 200}'}
    )
    answer = apigateway.MethodResponse(f"projects-{verb}", **at, status_code="200")
    sent = apigateway.IntegrationResponse(
        f"projects-{verb}",
        **at,
        status_code=answer.status_code,
        response_templates={"application/json": "[]"},
        opts=pulumi.ResourceOptions(depends_on=[integration]),
    )
    routes += [route, integration, answer, sent]

# A deployment is a snapshot: a change of this file creates a new one.
deployment = apigateway.Deployment(
    "projects",
    rest_api=api.id,
    triggers={"program": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()},
    opts=pulumi.ResourceOptions(depends_on=routes),
)
stage = apigateway.Stage("projects", rest_api=api.id, deployment=deployment.id, stage_name=pulumi.get_stack())
pulumi.export("url", pulumi.Output.concat(stage.invoke_url, "/projects"))
