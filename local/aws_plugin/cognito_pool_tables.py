"""What a user pool is made of, as tables: each input of the official provider and AWS's member for it.

`keeps` follows the official provider: what a program leaves out is sent again from the state, where UpdateUserPool
would reset it. Everything else that is left out is taken back.
"""

from .properties import Kind, Property, Table
from .resource import REGION, TAGS

# AWS's own, for a pool that names none; said to take another one back, since an empty text is refused.
_SMS_CODE = "Your authentication code is {####}. "

# The attributes that every pool has.
STANDARD = frozenset(
    [
        *("address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "identities"),
        *("locale", "middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture"),
        *("preferred_username", "profile", "sub", "updated_at", "website", "zoneinfo"),
    ]
)


def _flag(aws: str) -> Property:
    return Property(kind=Kind.FLAG, aws=aws, default=False)


def _text(aws: str, *, required: bool = False) -> Property:
    return Property(kind=Kind.TEXT, aws=aws, required=required)


def _kept(aws: str, kind: Kind = Kind.TEXT) -> Property:
    return Property(kind=kind, aws=aws, keeps=True)


def _range(aws: str, low: str, low_aws: str, high: str, high_aws: str) -> Property:
    return Property(kind=Kind.BLOCK, aws=aws, block={low: _text(low_aws), high: _text(high_aws)})


def _function(aws: str, *, keeps: bool = False) -> Property:
    block = {"lambdaArn": _text("LambdaArn", required=True), "lambdaVersion": _text("LambdaVersion", required=True)}
    return Property(kind=Kind.BLOCK, aws=aws, keeps=keeps, block=block)


SCHEMA: Table = {
    "name": _text("Name", required=True),
    "attributeDataType": _text("AttributeDataType", required=True),
    "developerOnlyAttribute": _flag("DeveloperOnlyAttribute"),
    "mutable": _flag("Mutable"),
    "required": _flag("Required"),
    "stringAttributeConstraints": _range(
        "StringAttributeConstraints", "minLength", "MinLength", "maxLength", "MaxLength"
    ),
    "numberAttributeConstraints": _range("NumberAttributeConstraints", "minValue", "MinValue", "maxValue", "MaxValue"),
}
PASSWORD_POLICY: Table = {
    "minimumLength": _kept("MinimumLength", Kind.NUMBER),
    "requireLowercase": _flag("RequireLowercase"),
    "requireUppercase": _flag("RequireUppercase"),
    "requireNumbers": _flag("RequireNumbers"),
    "requireSymbols": _flag("RequireSymbols"),
    "temporaryPasswordValidityDays": _kept("TemporaryPasswordValidityDays", Kind.NUMBER),
    "passwordHistorySize": Property(kind=Kind.NUMBER, aws="PasswordHistorySize", default=0),
}
MESSAGES: Table = {
    "defaultEmailOption": Property(kind=Kind.TEXT, aws="DefaultEmailOption", default="CONFIRM_WITH_CODE"),
    "emailMessage": _kept("EmailMessage"),
    "emailMessageByLink": _kept("EmailMessageByLink"),
    "emailSubject": _kept("EmailSubject"),
    "emailSubjectByLink": _kept("EmailSubjectByLink"),
    "smsMessage": _kept("SmsMessage"),
}
RECOVERY: Table = {
    "name": _text("Name", required=True),
    "priority": Property(kind=Kind.NUMBER, aws="Priority", required=True),
}
INVITATION: Table = {
    "emailMessage": _text("EmailMessage"),
    "emailSubject": _text("EmailSubject"),
    "smsMessage": _text("SMSMessage"),
}
EMAIL: Table = {
    "configurationSet": _text("ConfigurationSet"),
    "emailSendingAccount": Property(kind=Kind.TEXT, aws="EmailSendingAccount", default="COGNITO_DEFAULT"),
    "fromEmailAddress": _text("From"),
    "replyToEmailAddress": _text("ReplyToEmailAddress"),
    "sourceArn": _text("SourceArn"),
}
SMS: Table = {
    "externalId": _text("ExternalId", required=True),
    "snsCallerArn": _text("SnsCallerArn", required=True),
    "snsRegion": _kept("SnsRegion"),
}
TRIGGERS: Table = {
    "createAuthChallenge": _text("CreateAuthChallenge"),
    "customEmailSender": _function("CustomEmailSender"),
    "customMessage": _text("CustomMessage"),
    "customSmsSender": _function("CustomSMSSender"),
    "defineAuthChallenge": _text("DefineAuthChallenge"),
    "kmsKeyId": _text("KMSKeyID"),
    "postAuthentication": _text("PostAuthentication"),
    "postConfirmation": _text("PostConfirmation"),
    "preAuthentication": _text("PreAuthentication"),
    "preSignUp": _text("PreSignUp"),
    "preTokenGeneration": _kept("PreTokenGeneration"),
    "preTokenGenerationConfig": _function("PreTokenGenerationConfig", keeps=True),
    "userMigration": _text("UserMigration"),
    "verifyAuthChallengeResponse": _text("VerifyAuthChallengeResponse"),
}
DEVICES: Table = {
    "challengeRequiredOnNewDevice": _flag("ChallengeRequiredOnNewDevice"),
    "deviceOnlyRememberedOnUserPrompt": _flag("DeviceOnlyRememberedOnUserPrompt"),
}
ADD_ONS: Table = {
    "advancedSecurityMode": _text("AdvancedSecurityMode", required=True),
    "advancedSecurityAdditionalFlows": Property(
        kind=Kind.BLOCK, aws="AdvancedSecurityAdditionalFlows", block={"customAuthMode": _text("CustomAuthMode")}
    ),
}
PASSKEYS: Table = {
    "relyingPartyId": _text("RelyingPartyId"),
    "userVerification": _text("UserVerification"),
}
EMAIL_CODES: Table = {"message": _text("Message"), "subject": _text("Subject")}
POOL: Table = {
    "name": Property(kind=Kind.TEXT, aws="PoolName", named=True, forgotten=True),
    "aliasAttributes": Property(kind=Kind.SET, aws="AliasAttributes", replaces=True),
    "usernameAttributes": Property(kind=Kind.SET, aws="UsernameAttributes", replaces=True),
    "usernameConfiguration": Property(
        kind=Kind.BLOCK,
        aws="UsernameConfiguration",
        replaces=True,
        block={"caseSensitive": Property(kind=Kind.FLAG, aws="CaseSensitive", keeps=True)},
    ),
    "autoVerifiedAttributes": Property(kind=Kind.SET, aws="AutoVerifiedAttributes"),
    "schemas": Property(kind=Kind.BLOCKS, block=SCHEMA),
    "verificationMessageTemplate": Property(
        kind=Kind.BLOCK, aws="VerificationMessageTemplate", keeps=True, block=MESSAGES
    ),
    "passwordPolicy": Property(kind=Kind.BLOCK, aws="Policies.PasswordPolicy", keeps=True, block=PASSWORD_POLICY),
    "deletionProtection": Property(kind=Kind.TEXT, aws="DeletionProtection", default="INACTIVE"),
    "mfaConfiguration": Property(kind=Kind.TEXT, aws="MfaConfiguration", default="OFF"),
    "accountRecoverySetting": Property(
        kind=Kind.BLOCK,
        aws="AccountRecoverySetting",
        keeps=True,
        block={"recoveryMechanisms": Property(kind=Kind.BLOCKS, aws="RecoveryMechanisms", block=RECOVERY)},
    ),
    "adminCreateUserConfig": Property(
        kind=Kind.BLOCK,
        aws="AdminCreateUserConfig",
        keeps=True,
        block={
            "allowAdminCreateUserOnly": _flag("AllowAdminCreateUserOnly"),
            "inviteMessageTemplate": Property(kind=Kind.BLOCK, aws="InviteMessageTemplate", block=INVITATION),
        },
    ),
    "userPoolAddOns": Property(
        kind=Kind.BLOCK,
        aws="UserPoolAddOns",
        absent={"advancedSecurityMode": "OFF"},
        block=ADD_ONS,
    ),
    "userPoolTier": _kept("UserPoolTier"),
    "emailConfiguration": Property(kind=Kind.BLOCK, aws="EmailConfiguration", keeps=True, block=EMAIL),
    "smsConfiguration": Property(kind=Kind.BLOCK, aws="SmsConfiguration", keeps=True, block=SMS),
    "signInPolicy": Property(
        kind=Kind.BLOCK,
        aws="Policies.SignInPolicy",
        keeps=True,
        block={"allowedFirstAuthFactors": Property(kind=Kind.SET, aws="AllowedFirstAuthFactors")},
    ),
    "emailVerificationMessage": _kept("EmailVerificationMessage"),
    "emailVerificationSubject": _kept("EmailVerificationSubject"),
    "smsVerificationMessage": _kept("SmsVerificationMessage"),
    "smsAuthenticationMessage": Property(kind=Kind.TEXT, aws="SmsAuthenticationMessage", absent=_SMS_CODE),
    "lambdaConfig": Property(kind=Kind.BLOCK, aws="LambdaConfig", block=TRIGGERS),
    "deviceConfiguration": Property(kind=Kind.BLOCK, aws="DeviceConfiguration", block=DEVICES),
    "userAttributeUpdateSettings": Property(
        kind=Kind.BLOCK,
        aws="UserAttributeUpdateSettings",
        absent={"attributesRequireVerificationBeforeUpdates": []},
        block={
            "attributesRequireVerificationBeforeUpdates": Property(
                kind=Kind.SET, aws="AttributesRequireVerificationBeforeUpdate", required=True
            )
        },
    ),
    "softwareTokenMfaConfiguration": Property(
        kind=Kind.BLOCK,
        aws="SoftwareTokenMfaConfiguration",
        absent={"enabled": False},
        block={"enabled": Property(kind=Kind.FLAG, aws="Enabled", required=True)},
    ),
    "emailMfaConfiguration": Property(kind=Kind.BLOCK, aws="EmailMfaConfiguration", block=EMAIL_CODES),
    "webAuthnConfiguration": Property(kind=Kind.BLOCK, aws="WebAuthnConfiguration", block=PASSKEYS),
    "tags": TAGS,
    "region": REGION,
}
