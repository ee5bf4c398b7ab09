"""Lambda triggers of a pool for messages and after a confirmation."""

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.pages import Browser
from tests.support.sign_up_pool import CALLBACK, PASSWORD, Pool, listed, make_pool, of_account

FUNCTION = """
def handler(event, context):
    request, source = event["request"], event["triggerSource"]
    name = request["userAttributes"].get("name")
    if source.startswith("TokenGeneration"):
        if request["userAttributes"].get("nickname") == "tokenless":
            raise ValueError("no tokens today")
        return event
    if name == "broken":
        raise ValueError("not today")
    if source.startswith("PostConfirmation") and name == "late":
        raise ValueError(source + " " + request["userAttributes"]["cognito:user_status"])
    event["response"] = {
        "emailSubject": source,
        "emailMessage": f"{request.get('usernameParameter') or event['userName']} {request.get('codeParameter')}",
        "smsMessage": "by text {####}",
    }
    return event
"""


@pytest.fixture(scope="module")
def pool(shared_emulator: str) -> Pool:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = of_account(shared_emulator, "iam").create_role(RoleName="words", AssumeRolePolicyDocument=policy)["Role"][
        "Arn"
    ]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("words.py", FUNCTION)
    made = of_account(shared_emulator, "lambda").create_function(
        FunctionName="words",
        Runtime="python3.12",
        Handler="words.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
    )
    triggers = ("CustomMessage", "PostConfirmation", "PreTokenGeneration")
    return make_pool(shared_emulator, LambdaConfig=dict.fromkeys(triggers, made["FunctionArn"]))


def newest(pool: Pool) -> tuple[str, bool]:
    """Return the purpose of the newest message, and whether the function wrote its body."""
    mail = pool.mail()[0]
    return mail["subject"], mail["body"] == f"ada {mail['code']}"


def test_every_message_has_the_words_of_the_function(pool: Pool) -> None:
    app, named = pool.app, pool.named("ada")
    pool.sign_up()
    assert newest(pool) == ("CustomMessage_SignUp", True)
    app.resend_confirmation_code(**named)
    assert newest(pool) == ("CustomMessage_ResendCode", True)
    app.confirm_sign_up(**named, ConfirmationCode=pool.mail()[0]["code"])
    app.forgot_password(**named)
    assert newest(pool) == ("CustomMessage_ForgotPassword", True)
    token = pool.tokens()["AccessToken"]
    app.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": "new@example.com"}))
    assert newest(pool) == ("CustomMessage_UpdateUserAttribute", True)
    app.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    assert newest(pool) == ("CustomMessage_VerifyUserAttribute", True)
    invited: dict[str, Any] = {"UserPoolId": pool.id, "Username": "grace"}
    pool.admin.admin_create_user(**invited, UserAttributes=listed({"email": "g@example.com"}))
    assert pool.mail()[0]["subject"] == "CustomMessage_AdminCreateUser"
    assert pool.mail()[0]["body"] == f"grace {pool.mail()[0]['code']}"


def test_a_function_that_fails_is_told(pool: Pool) -> None:
    with pytest.raises(ClientError, match=r"UserLambdaValidation.*CustomMessage failed with error not today"):
        pool.sign_up("eve", name="broken", email="e@example.com")


def test_the_function_after_a_confirmation_knows_the_confirmed_person(pool: Pool) -> None:
    pool.sign_up("late", name="late", email="l@example.com")
    code = pool.mail()[0]["code"]
    with pytest.raises(
        ClientError, match="PostConfirmation failed with error PostConfirmation_ConfirmSignUp CONFIRMED"
    ):
        pool.app.confirm_sign_up(**pool.named("late"), ConfirmationCode=code)
    assert pool.status("late") == "CONFIRMED"


def test_nobody_has_tokens_where_the_function_before_them_fails(pool: Pool) -> None:
    pool.person("lin", nickname="tokenless")
    failed = "PreTokenGeneration failed with error no tokens today."
    with pytest.raises(ClientError, match=f"UserLambdaValidation.*{failed}"):
        pool.tokens("lin")
    browser = Browser(pool.url).open(f"/login?{pool.authorize_query()}").send(username="lin", password=PASSWORD)
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    refused = pool.post("/oauth2/token", form | {"client_id": pool.client_id})
    assert refused.status_code == 400
    assert refused.json()["error_description"] == failed
    pool.person("may")
    assert pool.tokens("may")["AccessToken"]


def test_the_function_before_tokens_has_both_of_its_names_whichever_it_was_given(shared_emulator: str) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:claims"
    versioned = {"LambdaArn": arn, "LambdaVersion": "V2_0"}
    made = make_pool(shared_emulator, LambdaConfig={"PreTokenGenerationConfig": versioned})
    described = made.admin.describe_user_pool(UserPoolId=made.id)["UserPool"]["LambdaConfig"]
    assert described == {"PreTokenGeneration": arn, "PreTokenGenerationConfig": versioned}
