"""AWS clients of the commands: the emulator for a local stack, otherwise the user's own AWS."""

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
# By AWS's code, what a person can do; {said} is AWS's own answer.
_REFUSALS = {
    ("ExpiredToken", "ExpiredTokenException", "RequestExpired"): "the AWS credentials have expired. " + _SIGN_IN,
    ("RequestTimeTooSkewed", "RequestInTheFuture", "RequestTimeTooSkewedException"): _CLOCK,
    ("OptInRequired", "SubscriptionRequiredException"): "the account may not use this region or service ({said}). "
    "Is `aws:region` the right one?",
    (
        *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException", "AuthFailure"),
        *("SignatureDoesNotMatch", "MissingAuthenticationToken", "IncompleteSignature"),
    ): "AWS does not know these credentials. " + _SIGN_IN,
    ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException"): "the credentials "
    "may not call {operation} ({said}). Allow it in their policy, or use other credentials.",
    ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"): "AWS throttles you "
    "at {operation}. Wait a minute, then run the command again.",
}


def client(outputs: Outputs, service: Any) -> Any:
    """A boto3 client, where the stack is."""
    if outputs.is_local:
        environment.shut_out_others()  # a person's own AWS settings, which may be broken
        return emulator.client(service, urlsplit(outputs.jwks_uri).port or 80, region=outputs.region)
    import boto3

    return boto3.session.Session().client(service, region_name=outputs.region)


@contextmanager
def refusals(subject: str, emulated: bool) -> Iterator[None]:
    """Turn what boto3 raises into a Failure that says whose trouble it is and what to do.

    Args:
        subject: what was asked for, with which the message begins.
        emulated: whether it is the emulator that was asked.
    """
    try:
        yield
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        raise Failure(f"{subject}: {told(error, emulated)}") from error
    except ValueError as error:
        # What boto3 makes of a URL that is none.
        if "Invalid endpoint" not in str(error):
            raise
        raise Failure(f"{subject}: {error}. Check `aws:endpoints` in the stack file.") from error


def told(error: exceptions.ClientError | exceptions.BotoCoreError, emulated: bool) -> str:
    """One of boto3's errors for a person."""
    if isinstance(error, exceptions.ClientError):
        answer = error.response.get("Error", {})
        code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
        words = next((words for codes, words in _REFUSALS.items() if code in codes), "AWS refused {operation}: {said}")
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
