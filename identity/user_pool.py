"""The user pool and the domain on which its sign-in is served."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import cognito
from pulumi_aws.route53 import Record, RecordAliasArgs

from identity.shapes import CustomAttribute, UserPool

# Cognito writes these bounds into a text attribute that names none; written down, they cannot drift.
_TEXT_LENGTH = (0, 2048)


@dataclass(frozen=True)
class CustomDomain:
    """Sign-in on a domain of one's own.

    Args:
        name: the domain, below the zone's apex, whose parent resolves to an A record.
        certificate_arn: its certificate in us-east-1, validated.
        zone_id: the hosted zone that gets its alias records.
    """

    name: str
    certificate_arn: pulumi.Input[str]
    zone_id: str


@dataclass(frozen=True)
class CustomerUserPoolArgs:
    """What a user pool is made of.

    Args:
        pool_name: its name, 1-128 characters.
        domain: where sign-in is served, a prefix of amazoncognito.com or a domain of one's own.
        settings: the pool's settings.
        tags: its tags.
        deletion_protection: whether Cognito refuses to delete the pool; False by default.
        says_case: whether the user names' case is written down; False for a pool that was made without it.
    """

    pool_name: str
    domain: str | CustomDomain
    settings: UserPool
    tags: Mapping[str, str]
    deletion_protection: bool = False
    says_case: bool = True


class CustomerUserPool(pulumi.ComponentResource):
    """A Cognito user pool and its one sign-in domain.

    It leaves alone the people in the pool, groups, identity providers and the look of the sign-in pages. Alias
    attributes, user-name case and existing attributes of a pool can never change
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-attributes.html): `identity.guard`
    refuses a config that would.

    Attributes:
        id: the pool's id.
        arn: the pool's ARN, which API Gateway authorizers take.
        domain: the domain resource, on which sign-in is served.
    """

    id: pulumi.Output[str]
    arn: pulumi.Output[str]
    domain: cognito.UserPoolDomain

    def __init__(self, name: str, args: CustomerUserPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:CustomerUserPool", name, {}, opts)
        policy = args.settings.password_policy
        pool = cognito.UserPool(
            name,
            name=args.pool_name,
            alias_attributes=sorted(args.settings.alias_attributes),
            auto_verified_attributes=sorted(args.settings.auto_verified_attributes),
            username_configuration=(
                cognito.UserPoolUsernameConfigurationArgs(case_sensitive=args.settings.case_sensitive)
                if args.says_case
                else None
            ),
            schemas=[_EMAIL, *(_schema(key, it) for key, it in sorted(args.settings.custom_attributes.items()))],
            password_policy=cognito.UserPoolPasswordPolicyArgs(
                minimum_length=policy.minimum_length,
                require_lowercase=policy.require_lowercase,
                require_uppercase=policy.require_uppercase,
                require_numbers=policy.require_numbers,
                require_symbols=policy.require_symbols,
                temporary_password_validity_days=policy.temporary_password_validity_days,
                password_history_size=policy.password_history_size,
            ),
            verification_message_template=cognito.UserPoolVerificationMessageTemplateArgs(
                default_email_option="CONFIRM_WITH_LINK"
            ),
            deletion_protection="ACTIVE" if args.deletion_protection else "INACTIVE",
            tags=args.tags,
            # Even where someone has taken Pulumi's own protection away by hand, the engine forgets and does not delete.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.deletion_protection),
        )
        self.id, self.arn = pool.id, pool.arn
        self.domain = self._serve(name, args.domain)
        self.register_outputs({"id": self.id, "arn": self.arn})

    def _serve(self, name: str, domain: str | CustomDomain) -> cognito.UserPoolDomain:
        # A pool has one domain of each kind: a new one of the same kind can only come after the old one has gone.
        opts = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        if isinstance(domain, str):
            return cognito.UserPoolDomain(f"{name}-prefix-domain", domain=domain, user_pool_id=self.id, opts=opts)
        served = cognito.UserPoolDomain(
            f"{name}-custom-domain",
            domain=domain.name,
            user_pool_id=self.id,
            certificate_arn=domain.certificate_arn,
            opts=opts,
        )
        for kind in ("A", "AAAA"):
            Record(
                f"{name}-alias-{kind.lower()}",
                zone_id=domain.zone_id,
                name=domain.name,
                type=kind,
                aliases=[
                    RecordAliasArgs(
                        name=served.cloudfront_distribution,
                        zone_id=served.cloudfront_distribution_zone_id,
                        evaluate_target_health=False,
                    )
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
        return served


_EMAIL = cognito.UserPoolSchemaArgs(
    name="email",
    attribute_data_type="String",
    mutable=True,
    required=True,
    string_attribute_constraints=cognito.UserPoolSchemaStringAttributeConstraintsArgs(
        min_length=str(_TEXT_LENGTH[0]), max_length=str(_TEXT_LENGTH[1])
    ),
)


def _schema(name: str, attribute: CustomAttribute) -> cognito.UserPoolSchemaArgs:
    schema = cognito.UserPoolSchemaArgs(
        name=name,
        attribute_data_type=attribute.type,
        mutable=attribute.mutable,
        required=False,  # Cognito knows no required custom attribute
    )
    if attribute.type == "String" and not attribute.bounded:
        schema.string_attribute_constraints = cognito.UserPoolSchemaStringAttributeConstraintsArgs()
    elif attribute.type == "String":
        low, high = attribute.min_length, attribute.max_length
        schema.string_attribute_constraints = cognito.UserPoolSchemaStringAttributeConstraintsArgs(
            min_length=str(_TEXT_LENGTH[0] if low is None else low),
            max_length=str(_TEXT_LENGTH[1] if high is None else high),
        )
    if attribute.type == "Number":
        # Without bounds, too: for the provider an attribute without this block differs for ever, and then fails.
        schema.number_attribute_constraints = cognito.UserPoolSchemaNumberAttributeConstraintsArgs(
            min_value=None if attribute.min_value is None else str(attribute.min_value),
            max_value=None if attribute.max_value is None else str(attribute.max_value),
        )
    return schema
