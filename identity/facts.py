"""What many have to know and nobody decides: how Pulumi calls the types of resources, and the pool of this program.

It imports nothing, so that the policies and the tools can have it as well.
"""

USER_POOL = "aws:cognito/userPool:UserPool"
USER_POOL_DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
USER_POOL_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
RESOURCE_SERVER = "aws:cognito/resourceServer:ResourceServer"
CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"
CLOUD_FORMATION_STACK = "aws:cloudformation/stack:Stack"
STACK = "pulumi:pulumi:Stack"
# What the program calls its pool.
LOGICAL_POOL = "customers"
