"""What goes wrong when AWS is read, in words that say what to do. The emulator's own troubles are told as such."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    HTTPClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as Unconnected

from cli.adopt.report import AdoptError

_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
    ProfileNotFound,
)
_SIGN_IN = "Sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN = (
    *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException", "SignatureDoesNotMatch"),
    *("AuthFailure", "InvalidAccessKeyId", "MissingAuthenticationToken", "IncompleteSignature"),
)
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException")
_CLOCK = ("RequestTimeTooSkewed", "RequestInTheFuture", "RequestTimeTooSkewedException")
_CLOSED = ("OptInRequired", "SubscriptionRequiredException")
_SLOW_DOWN = ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded")
# boto3 names the operation alone; the policy wants the service before it.
_SERVICES = {
    "UserPool": "cognito-idp",
    "IdentityProvider": "cognito-idp",
    "Group": "cognito-idp",
    "Branding": "cognito-idp",
    "Risk": "cognito-idp",
    "LogDelivery": "cognito-idp",
    "WebACL": "wafv2",
    "Policy": "lambda",
    "ResourceServer": "cognito-idp",
    "Certificate": "acm",
    "Hosted": "route53",
    "RecordSets": "route53",
    "Stack": "cloudformation",
    "Exports": "cloudformation",
    "CallerIdentity": "sts",
}


@contextmanager
def reading(subject: str, emulated: bool) -> Iterator[None]:
    """Turn what boto3 raises into an AdoptError that says whose trouble it is and what to do.

    Args:
        subject: what was looked for.
        emulated: whether it is the emulator that is read.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise AdoptError(f"{subject}: {told(error, emulated)}") from error
    except ValueError as error:
        # What boto3 makes of a URL that is none.
        if "Invalid endpoint" not in str(error):
            raise
        raise AdoptError(f"{subject}: {error}. Look at `aws:endpoints` in the stack's file.") from error


def told(error: ClientError | BotoCoreError, emulated: bool) -> str:
    """One of boto3's errors for a person."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, HTTPClientError | Unconnected):
        if emulated:
            return f"the emulator does not answer ({error}); start it with `make up`."
        return f"AWS does not answer ({error}). Is the network up, is there a proxy, is `aws:region` a region of AWS?"
    if isinstance(error, _NO_CREDENTIALS):
        return f"there are no AWS credentials to read with ({error}). {_SIGN_IN}"
    if isinstance(error, NoRegionError | InvalidRegionError):
        return f"that is no region of AWS ({error}). Set `aws:region` in the stack's file, such as us-east-1."
    if isinstance(error, ConfigParseError):
        return (
            f"the AWS configuration cannot be read ({error}). Put that file right, or point AWS_CONFIG_FILE elsewhere."
        )
    return f"AWS cannot be read: {error}"


def _refused(error: ClientError) -> str:
    answer = error.response.get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
    if code in _EXPIRED:
        return f"the AWS credentials have expired ({code}). {_SIGN_IN}"
    if code in _CLOCK or "Signature expired" in message or "Signature not yet current" in message:
        return f"AWS finds this machine's clock wrong ({code}: {message}). Set it, then run the command again."
    if code in _CLOSED:
        return f"the account may not use this region or service ({code}: {message}). Is `aws:region` the right one?"
    if code in _UNKNOWN:
        return f"AWS does not know these credentials ({code}). {_SIGN_IN}"
    if code in _DENIED:
        action = f"{_service(error.operation_name)}:{error.operation_name}"
        return f"the credentials may not call {action} ({code}: {message}). Allow it in their policy, or use others."
    if code in _SLOW_DOWN:
        return f"AWS asks to slow down ({code} at {error.operation_name}). Wait a minute, then run the command again."
    return f"AWS refused {error.operation_name}: {code}: {message}"


def _service(operation: str) -> str:
    return next((service for part, service in _SERVICES.items() if part in operation), "the service")
