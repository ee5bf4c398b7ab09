"""Pool settings that AWS returns but the provider does not support: an update that would reset one is refused."""

import json
from typing import Any

import httpx2
import pytest

from tests.support import signing
from tests.support.checkout import Checkout

pytestmark = pytest.mark.engine

UNSEEN = {"InboundFederation": {"LambdaArn": "arn:aws:lambda:x", "LambdaVersion": "V1_0"}, "Invented": "x"}


def asked(checkout: Checkout, operation: str, **request: Any) -> dict[str, Any]:
    """Return the whole response of the emulator: botocore drops members that are not in its model."""
    url, body = f"http://127.0.0.1:{checkout.port}/", json.dumps(request).encode()
    said = {
        "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    signed = signing.headers("POST", url, body, said, checkout.key)
    answer: dict[str, Any] = httpx2.post(url, content=body, headers=signed, trust_env=False, timeout=30).json()
    return answer


def test_an_update_of_the_pool_keeps_what_the_provider_does_not_know(own: Checkout) -> None:
    own.start_emulator()
    pool = own.outputs()["userPoolId"]
    asked(own, "UpdateUserPool", UserPoolId=pool, LambdaConfig=UNSEEN)
    own.assert_nothing_to_do()
    check = own.ran("-m", "cli", "adopt", "--check")
    check.refused("lambdaConfig.inboundFederation", "lambdaConfig.invented")

    own.config(userPool={"passwordPolicy": {"minimumLength": 12}})
    own.local("preview").refused(*(f"{pool}/LambdaConfig.{name}" for name in UNSEEN), "identity:allowLoss")

    own.config(allowLoss=[f"{pool}/LambdaConfig.{name}" for name in UNSEEN])
    assert own.run("up")["update"] == 1
