"""Shared constants: Pulumi's resource types, logical names and scopes.

This module has no imports, so that the policies and tools can use it as well.
"""

USER_POOL = "aws:cognito/userPool:UserPool"
USER_POOL_DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
USER_POOL_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
RESOURCE_SERVER = "aws:cognito/resourceServer:ResourceServer"
IDENTITY_PROVIDER = "aws:cognito/identityProvider:IdentityProvider"
USER_GROUP = "aws:cognito/userGroup:UserGroup"
ROLE = "aws:iam/role:Role"
ROLE_ATTACHMENT = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment"
PARAMETER = "aws:ssm/parameter:Parameter"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
ACCESS_REGISTRY = "identity:index:AccessRegistry"
POOL_COMPONENT = "identity:index:CustomerUserPool"
IDENTITY_POOL = "aws:cognito/identityPool:IdentityPool"
RISK_CONFIGURATION = "aws:cognito/riskConfiguration:RiskConfiguration"
LOG_DELIVERY = "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
UI_CUSTOMIZATION = "aws:cognito/userPoolUICustomization:UserPoolUICustomization"
LOGIN_STYLE = "aws:cognito/managedLoginBranding:ManagedLoginBranding"
CERTIFICATE = "aws:acm/certificate:Certificate"
CERTIFICATE_VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
EMAIL_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
CLOUD_FORMATION_STACK = "aws:cloudformation/stack:Stack"
STACK = "pulumi:pulumi:Stack"
# The scope for Cognito's API operations; the only scope of tokens from a sign-in with the API instead of the pages.
OPERATIONS_SCOPE = "aws.cognito.signin.user.admin"
# Cognito's own scopes; all others belong to a resource server.
OIDC_SCOPES = ("openid", "email", "phone", "profile", OPERATIONS_SCOPE)
# Cognito serves custom domains with CloudFront, which only accepts certificates from this region.
CUSTOM_DOMAIN_REGION = "us-east-1"
TAGS = ("environment", "orchestration", "product", "service", "service-type")
# The logical name of the policy that lets the function of `linkAccounts` link users.
LINKS = "customers-preSignUp-links"
# The beginning of the log line with the required plan.
PLAN_LINE = "The Cognito plan that this config requires is"
# The logical name of the pool.
LOGICAL_POOL = "customers"
