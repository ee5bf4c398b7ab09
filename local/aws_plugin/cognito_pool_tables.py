"""What a user pool is made of, where the official provider's classes and AWS's model do not tell.

`keeps` follows the official provider: what a program leaves out is sent again from the state, where UpdateUserPool
would reset it. Everything else that is left out is taken back.
"""

from .official import Differences, official_table

# AWS's own, for a pool that names none; said to take another one back, since an empty text is refused.
_SMS_CODE = "Your authentication code is {####}. "

POOL = official_table(
    "aws:cognito/userPool:UserPool",
    "cognito-idp",
    ("CreateUserPool", "SetUserPoolMfaConfig"),
    Differences(
        named="name",
        replaces=("aliasAttributes", "usernameAttributes", "usernameConfiguration"),
        keeps=(
            *("accountRecoverySetting", "adminCreateUserConfig", "emailConfiguration", "passwordPolicy"),
            *("signInPolicy", "smsConfiguration", "smsConfiguration.snsRegion", "userPoolTier"),
            *("emailVerificationMessage", "emailVerificationSubject", "smsVerificationMessage"),
            *("passwordPolicy.minimumLength", "passwordPolicy.temporaryPasswordValidityDays"),
            *("usernameConfiguration.caseSensitive", "verificationMessageTemplate"),
            *(f"verificationMessageTemplate.{kind}" for kind in ("emailMessage", "emailSubject", "smsMessage")),
            *(f"verificationMessageTemplate.{kind}" for kind in ("emailMessageByLink", "emailSubjectByLink")),
            *("lambdaConfig.preTokenGeneration", "lambdaConfig.preTokenGenerationConfig"),
        ),
        members={
            "name": "PoolName",
            "schemas": "Schema",
            "passwordPolicy": "Policies.PasswordPolicy",
            "signInPolicy": "Policies.SignInPolicy",
            "emailConfiguration.fromEmailAddress": "From",
        },
        default={
            "deletionProtection": "INACTIVE",
            "mfaConfiguration": "OFF",
            "emailConfiguration.emailSendingAccount": "COGNITO_DEFAULT",
            "passwordPolicy.passwordHistorySize": 0,
            "verificationMessageTemplate.defaultEmailOption": "CONFIRM_WITH_CODE",
        },
        absent={
            "smsAuthenticationMessage": _SMS_CODE,
            "softwareTokenMfaConfiguration": {"enabled": False},
            "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": []},
            "userPoolAddOns": {"advancedSecurityMode": "OFF"},
        },
    ),
)
