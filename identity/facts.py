"""Shared constants: Pulumi's resource types, and the pool's logical name in this program.

It imports nothing, so that the policies and the tools can have it as well.
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
PERMISSION = "aws:lambda/permission:Permission"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
CLOUD_FORMATION_STACK = "aws:cloudformation/stack:Stack"
STACK = "pulumi:pulumi:Stack"
# The scope of Cognito's own operations: all that the tokens of an app have which signs in by operations.
OPERATIONS_SCOPE = "aws.cognito.signin.user.admin"
# Cognito's own scopes; every other one belongs to a resource server.
OIDC_SCOPES = ("openid", "email", "phone", "profile", OPERATIONS_SCOPE)
# Cognito serves a custom domain by CloudFront, which takes certificates from this region alone.
CUSTOM_DOMAIN_REGION = "us-east-1"
TAGS = ("environment", "orchestration", "product", "service", "service-type")
# What the policy is called by which the function of `linkAccounts` may link.
LINKS = "customers-preSignUp-links"
# How the program begins the line that says which plan a config needs.
PLAN_LINE = "The Cognito plan that this config requires is"
# What the program calls its pool.
LOGICAL_POOL = "customers"
