"""The AWS region of a stack."""

from pulumi_aws.get_region import get_region

from identity.config import Settings

# Cognito serves a custom domain by CloudFront, which takes certificates from this region alone
# (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html).
CUSTOM_DOMAIN_REGION = "us-east-1"


def current_region(settings: Settings) -> str:
    """`aws:region`, or, where the stack leaves it to the environment, what the AWS provider took."""
    return settings.region or str(get_region().region)
