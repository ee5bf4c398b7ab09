"""All that the plugin has: resource types and functions, by their tokens."""

from collections.abc import Callable

from . import (
    acm,
    cloudformation,
    cognito_access,
    cognito_identity,
    cognito_pages,
    cognito_people,
    cognito_pool,
    iam,
    lambda_function,
    lambda_permission,
    logs,
    remembered,
    route53,
    secrets_and_parameters,
    ses,
    wafv2,
)
from .emulator import Emulator
from .properties import Props
from .resource import Resource

RESOURCES: dict[str, Resource] = {
    resource.type_name: resource
    for resource in (
        acm.Certificate(),
        acm.CertificateValidation(),
        cloudformation.Stack(),
        cognito_access.ResourceServer(),
        cognito_access.UserPoolClient(),
        cognito_access.UserPoolDomain(),
        cognito_identity.IdentityPool(),
        cognito_identity.IdentityPoolRoleAttachment(),
        cognito_pages.UserPoolUICustomization(),
        cognito_people.IdentityProvider(),
        cognito_people.UserGroup(),
        cognito_pool.UserPool(),
        iam.Role(),
        iam.RolePolicy(),
        lambda_function.Function(),
        lambda_permission.Permission(),
        logs.LogGroup(),
        route53.Record(),
        secrets_and_parameters.Parameter(),
        secrets_and_parameters.Secret(),
        secrets_and_parameters.SecretVersion(),
        ses.EmailIdentity(),
        wafv2.WebAcl(),
        wafv2.WebAclAssociation(),
        *remembered.TYPES,
    )
}
INVOKES: dict[str, tuple[Callable[[Emulator, Props], Props], frozenset[str]]] = {
    "aws:cloudformation/getExport:getExport": (cloudformation.get_export, frozenset({"name", "region"})),
    "aws:index/getCallerIdentity:getCallerIdentity": (cloudformation.get_caller_identity, frozenset()),
    "aws:index/getRegion:getRegion": (cloudformation.get_region, frozenset({"name", "region"})),
    "aws:route53/getRecords:getRecords": (route53.get_records, frozenset({"zoneId", "nameRegex"})),
    "aws:route53/getZone:getZone": (route53.get_zone, frozenset({"name", "zoneId", "privateZone"})),
}
