"""What AWS has of a pool or a client, and the AWS provider has no word for: a preview sees neither it nor its change.

The tables are the members of AWS's answers that the provider knows; they are held against it by a test. So a member
that AWS adds is told from the first night on.
"""

from collections.abc import Iterator, Mapping
from typing import Any

# A member's own members, or none where it is known with all that is in it.
Known = Mapping[str, "Known | None"]


def _all(*names: str) -> dict[str, None]:
    return dict.fromkeys(names)


POOL: Known = {
    **_all("Id", "Arn", "Name", "Status", "CreationDate", "LastModifiedDate", "EstimatedNumberOfUsers"),
    **_all("SmsConfigurationFailure", "EmailConfigurationFailure"),  # what AWS says of the last message it sent
    **_all("Domain", "CustomDomain", "UserPoolTags", "UserPoolTier", "DeletionProtection", "MfaConfiguration"),
    **_all("SchemaAttributes", "AutoVerifiedAttributes", "AliasAttributes", "UsernameAttributes"),
    **_all("SmsVerificationMessage", "EmailVerificationMessage", "EmailVerificationSubject"),
    **_all("SmsAuthenticationMessage"),
    "AccountRecoverySetting": _all("RecoveryMechanisms"),
    "AdminCreateUserConfig": {
        **_all("AllowAdminCreateUserOnly"),
        **_all("UnusedAccountValidityDays"),  # the older name of the password policy's TemporaryPasswordValidityDays
        "InviteMessageTemplate": _all("SMSMessage", "EmailMessage", "EmailSubject"),
    },
    "DeviceConfiguration": _all("ChallengeRequiredOnNewDevice", "DeviceOnlyRememberedOnUserPrompt"),
    "EmailConfiguration": _all("SourceArn", "ReplyToEmailAddress", "EmailSendingAccount", "From", "ConfigurationSet"),
    "LambdaConfig": {
        **_all("PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication"),
        **_all("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "PreTokenGeneration"),
        **_all("UserMigration", "KMSKeyID"),
        "PreTokenGenerationConfig": _all("LambdaVersion", "LambdaArn"),
        "CustomSMSSender": _all("LambdaVersion", "LambdaArn"),
        "CustomEmailSender": _all("LambdaVersion", "LambdaArn"),
    },
    "Policies": {
        "PasswordPolicy": _all(
            "MinimumLength",
            "RequireUppercase",
            "RequireLowercase",
            "RequireNumbers",
            "RequireSymbols",
            "PasswordHistorySize",
            "TemporaryPasswordValidityDays",
        ),
        "SignInPolicy": _all("AllowedFirstAuthFactors"),
    },
    "SmsConfiguration": _all("SnsCallerArn", "ExternalId", "SnsRegion"),
    "UserAttributeUpdateSettings": _all("AttributesRequireVerificationBeforeUpdate"),
    "UsernameConfiguration": _all("CaseSensitive"),
    "UserPoolAddOns": {
        **_all("AdvancedSecurityMode"),
        "AdvancedSecurityAdditionalFlows": _all("CustomAuthMode"),
    },
    "VerificationMessageTemplate": _all(
        "SmsMessage", "EmailMessage", "EmailSubject", "EmailMessageByLink", "EmailSubjectByLink", "DefaultEmailOption"
    ),
}
MFA: Known = {
    **_all("MfaConfiguration"),
    "SmsMfaConfiguration": {
        **_all("SmsAuthenticationMessage"),
        "SmsConfiguration": _all("SnsCallerArn", "ExternalId", "SnsRegion"),
    },
    "SoftwareTokenMfaConfiguration": _all("Enabled"),
    "EmailMfaConfiguration": _all("Message", "Subject"),
    "WebAuthnConfiguration": _all("RelyingPartyId", "UserVerification"),
}
CLIENT: Known = {
    **_all("UserPoolId", "ClientName", "ClientId", "ClientSecret", "LastModifiedDate", "CreationDate"),
    **_all("RefreshTokenValidity", "AccessTokenValidity", "IdTokenValidity", "ReadAttributes", "WriteAttributes"),
    **_all("ExplicitAuthFlows", "SupportedIdentityProviders", "CallbackURLs", "LogoutURLs", "DefaultRedirectURI"),
    **_all("AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient"),
    **_all("PreventUserExistenceErrors", "EnableTokenRevocation", "EnablePropagateAdditionalUserContextData"),
    **_all("AuthSessionValidity"),
    "AnalyticsConfiguration": _all("ApplicationId", "ApplicationArn", "RoleArn", "ExternalId", "UserDataShared"),
    "RefreshTokenRotation": _all("Feature", "RetryGracePeriodSeconds"),
    "TokenValidityUnits": _all("AccessToken", "IdToken", "RefreshToken"),
}
# What AWS gives a pool that nobody has changed.
USUAL = {
    "KeyConfiguration.KeyType": "AWS_OWNED_KEY",
    "IssuerConfiguration.Type": "ORIGINAL",
    "WebAuthnConfiguration.FactorConfiguration": "SINGLE_FACTOR",
}


def members(answer: Mapping[str, Any], known: Known, path: str = "") -> Iterator[str]:
    """The members that say something and that the provider does not know, by their path in AWS's answer."""
    for name, value in answer.items():
        here = f"{path}{name}"
        if name not in known:
            if _says_something(value, here):
                yield here
        elif (inner := known[name]) is not None and isinstance(value, Mapping):
            yield from members(value, inner, f"{here}.")


def _says_something(value: Any, path: str) -> bool:
    if isinstance(value, Mapping):
        return any(_says_something(inner, f"{path}.{name}") for name, inner in value.items())
    return value not in (None, "", [], False) and value != USUAL.get(path)
