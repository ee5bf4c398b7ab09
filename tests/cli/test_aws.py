"""Errors of AWS are reported with cause and fix. The emulator is named only in its own errors."""

from typing import Any

import pytest
from botocore import exceptions as aws

from cli.adopt.account import Account
from cli.aws import refusals, told
from local.console import Failure

URL = "https://cognito-idp.eu-west-1.amazonaws.com/"


def refused(code: str, operation: str = "DescribeUserPool") -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": "said AWS"}}, operation)


TROUBLES: list[tuple[Exception, str]] = [
    (aws.EndpointConnectionError(endpoint_url=URL), "AWS does not answer"),
    (aws.ConnectTimeoutError(endpoint_url=URL), "AWS does not answer"),
    (aws.ReadTimeoutError(endpoint_url=URL), "AWS does not answer"),
    (aws.SSLError(endpoint_url=URL, error=OSError("x")), "AWS does not answer"),
    (aws.ProxyConnectionError(proxy_url="http://p"), "AWS does not answer"),
    (aws.ConnectionClosedError(endpoint_url=URL), "AWS does not answer"),
    (aws.NoCredentialsError(), "no AWS credentials"),
    (aws.PartialCredentialsError(provider="env", cred_var="x"), "no AWS credentials"),
    (aws.ProfileNotFound(profile="prod"), "no AWS credentials"),
    (aws.UnauthorizedSSOTokenError(), "no AWS credentials"),
    (aws.SSOTokenLoadError(error_msg="x"), "no AWS credentials"),
    (aws.TokenRetrievalError(provider="sso", error_msg="x"), "no AWS credentials"),
    (aws.ConfigParseError(path="config", error="x"), "Check ~/.aws/config"),
    (refused("ExpiredTokenException"), "have expired"),
    (refused("ExpiredToken", "ListExports"), "have expired"),
    (refused("UnrecognizedClientException"), "does not know these credentials"),
    (refused("InvalidClientTokenId", "GetCallerIdentity"), "does not know these credentials"),
    (refused("AccessDeniedException"), "may not call DescribeUserPool"),
    (refused("AccessDenied", "ListExports"), "may not call ListExports"),
    (refused("AccessDeniedException", "ListCertificates"), "may not call ListCertificates"),
    (refused("AccessDenied", "GetHostedZone"), "may not call GetHostedZone"),
    (refused("AccessDenied", "ListResourceRecordSets"), "may not call ListResourceRecordSets"),
    (refused("AccessDeniedException", "DescribeResourceServer"), "may not call DescribeResourceServer"),
    (refused("TooManyRequestsException"), "throttles you"),
    (aws.NoRegionError(), "not an AWS region"),
    (aws.InvalidRegionError(region_name="mars"), "not an AWS region"),
    (refused("RequestTimeTooSkewed", "GetHostedZone"), "clock"),
    (refused("OptInRequired", "ListExports"), "may not use this region"),
    (ValueError("Invalid endpoint: http://a b"), "aws:endpoints"),
    (refused("InternalErrorException"), "AWS refused DescribeUserPool: InternalErrorException: said AWS"),
]


@pytest.mark.parametrize(
    ("error", "says"), TROUBLES, ids=[f"{type(trouble).__name__} {says}" for trouble, says in TROUBLES]
)
def test_a_trouble_with_aws_says_what_to_do_and_never_speaks_of_the_emulator(error: Any, says: str) -> None:
    with pytest.raises(Failure, match=r"^customers: ") as stopped, refusals("customers", emulated=False):
        raise error
    assert says in str(stopped.value)
    assert "emulator" not in str(stopped.value)
    assert "make up" not in str(stopped.value)


def test_a_late_signature_is_the_clocks_and_not_the_keys() -> None:
    late: Any = {"Error": {"Code": "InvalidSignatureException", "Message": "Signature expired: 1 is earlier than 2"}}
    assert "clock" in told(aws.ClientError(late, "DescribeUserPool"), emulated=False)


@pytest.mark.parametrize("endpoints", ["nonsense", "{", "[1]", '["x"]', "3"])
def test_endpoints_that_cannot_be_read_are_told_without_a_traceback(endpoints: str) -> None:
    with pytest.raises(Failure, match="aws:endpoints: expected a list"):
        Account({"aws:region": "eu-west-1", "aws:endpoints": endpoints})


def test_an_emulator_that_is_down_is_told_as_such() -> None:
    assert "make up" in told(aws.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), emulated=True)


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_an_emulator_of_another_key_is_to_be_restarted_and_nobody_signs_in_to_aws(code: str) -> None:
    said = told(refused(code), emulated=True)
    assert "make stop up" in said
    assert "aws sso login" not in said


def test_a_profile_that_is_not_there_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(Failure, match="AWS_PROFILE"):
        Account({"aws:region": "eu-west-1", "aws:profile": "nobody"})


@pytest.mark.parametrize("operation", ["create_user_pool", "update_user_pool", "delete_user_pool", "tag_resource"])
def test_a_call_that_would_change_something_is_refused_before_it_is_made(operation: str) -> None:
    keys = {"aws:accessKey": "x", "aws:secretKey": "y"}
    account = Account({"aws:region": "eu-west-1", "aws:endpoints": '[{"cognitoidp": "http://127.0.0.1:1"}]', **keys})
    request: dict[str, dict[str, Any]] = {
        "create_user_pool": {"PoolName": "x"},
        "tag_resource": {"ResourceArn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A", "Tags": {}},
    }
    with pytest.raises(Failure, match="adoption only reads"):
        account.ask("cognito-idp", operation, **request.get(operation, {"UserPoolId": "eu-west-1_A"}))


def test_a_service_that_the_emulator_has_not_is_not_looked_for_at_aws() -> None:
    account = Account({"aws:region": "eu-west-1", "aws:endpoints": '[{"cognitoidp": "http://127.0.0.1:1"}]'})
    assert account.ask("wafv2", "get_web_acl_for_resource", ResourceArn="arn:aws:x") == {}
