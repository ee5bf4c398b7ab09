"""Requests to the emulator that are signed as the AWS CLI and SDKs sign theirs, by its access key."""

from collections.abc import Mapping

from local import keys


def signed(
    method: str, url: str, region: str, key: keys.Key, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> dict[str, str]:
    """The headers of a request to Cognito, with the signature among them."""
    # Not at the top: most commands sign nothing.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method, url, dict(headers or {}), body)
    SigV4Auth(Credentials(key.id, key.secret), "cognito-idp", region).add_auth(request)
    return dict(request.headers.items())
