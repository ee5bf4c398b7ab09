"""AWS clients of the commands: for the emulator if the stack is local, else for AWS with the user's credentials."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions

from cli.outputs import Outputs
from cli.sign_in.errors import plain
from local import emulator, environment
from local.console import Failure

_NO_CREDENTIALS = (
    *(exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError),
    *(exceptions.TokenRetrievalError, exceptions.SSOError, exceptions.ProfileNotFound),
)
_SIGN_IN = "Sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
_CLOCK = "AWS reports that this machine's clock is wrong ({said}). Set it and run the command again."
_UNKNOWN_KEY = (
    *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException", "AuthFailure"),
    *("SignatureDoesNotMatch", "MissingAuthenticationToken", "IncompleteSignature"),
)
# Error codes of AWS -> the cause and the fix; {said} is AWS's own message.
_REFUSALS = {
    ("ExpiredToken", "ExpiredTokenException", "RequestExpired"): "the AWS credentials have expired. " + _SIGN_IN,
    ("RequestTimeTooSkewed", "RequestInTheFuture", "RequestTimeTooSkewedException"): _CLOCK,
    ("OptInRequired", "SubscriptionRequiredException"): "the account may not use this region or service ({said}). "
    "Is `aws:region` the right one?",
    _UNKNOWN_KEY: "AWS does not know these credentials. " + _SIGN_IN,
    ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException"): "the credentials "
    "may not call {operation} ({said}). Allow it in their policy, or use other credentials.",
    ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"): "AWS throttles you "
    "at {operation}. Wait a minute, then run the command again.",
}
_REFUSALS_OF_THE_EMULATOR = {
    **_REFUSALS,
    _UNKNOWN_KEY: "the emulator was started with another access key than the one used now. Restart it: make stop up",
}


def client(outputs: Outputs, service: Any) -> Any:
    """Return a boto3 client for the stack: of the emulator if it is local, else of AWS."""
    if outputs.is_local:
        environment.shut_out_others()  # the user's AWS settings may be invalid
        return emulator.client(service, urlsplit(outputs.jwks_uri).port or 80, region=outputs.region)
    import boto3

    return boto3.session.Session().client(service, region_name=outputs.region)


@contextmanager
def refusals(subject: str, emulated: bool) -> Iterator[None]:
    """Turn the errors of boto3 into a Failure with the cause and the fix.

    Args:
        subject: what the request is for; the message starts with it.
        emulated: whether the request goes to the emulator.
    """
    try:
        yield
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        raise Failure(f"{subject}: {told(error, emulated)}") from error
    except ValueError as error:
        # boto3 raises this for an invalid URL.
        if "Invalid endpoint" not in str(error):
            raise
        raise Failure(f"{subject}: {error}. Check `aws:endpoints` in the stack file.") from error


def told(error: exceptions.ClientError | exceptions.BotoCoreError, emulated: bool) -> str:
    """Return the message for the user about a boto3 error."""
    if isinstance(error, exceptions.ClientError):
        answer = error.response.get("Error", {})
        code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
        known = (_REFUSALS_OF_THE_EMULATOR if emulated else _REFUSALS).items()
        words = next((words for codes, words in known if code in codes), "AWS refused {operation}: {said}")
        if "Signature expired" in message or "Signature not yet current" in message:
            words = _CLOCK
        return words.format(operation=error.operation_name, said=plain(f"{code}: {message}"))
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        if emulated:
            return f"the emulator does not answer ({error}); start it with `make up`."
        return f"AWS does not answer ({error}). Check the network, the proxy and `aws:region`."
    if isinstance(error, _NO_CREDENTIALS):
        return f"no AWS credentials were found ({error}). {_SIGN_IN}"
    if isinstance(error, exceptions.NoRegionError | exceptions.InvalidRegionError):
        return f"this is not an AWS region ({error}). Set `aws:region` in the stack file, such as us-east-1."
    return f"AWS cannot be read: {error}. Check ~/.aws/config and the `aws:` keys of the stack file."
