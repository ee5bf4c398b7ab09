"""`trigger`: each trigger source sends AWS's event, and a response that Cognito would reject is reported."""

import base64
import io
import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import click
import pytest

from cli import aws, trigger
from cli import outputs as stack_outputs
from identity.user_pool.trigger_answers import answer_of
from identity.user_pool.trigger_events import EVENTS, MACHINE, NO_CLIENT, VERSIONS
from identity.user_pool.triggers import Triggers
from local.aws_plugin.emulator import model
from local.console import Failure
from tests.cli.sign_in.test_choice import outputs
from triggers.claims.main import handler as claims

Event = dict[str, Any]
Function = Callable[[Any], Any]
ARN = "arn:aws:lambda:us-east-1:000000000000:function:one"
ADA = {"sub": "1-2", "email": "ada@example.com", "email_verified": "true"}
GROUPS = [{"GroupName": "staff"}, {"GroupName": "support", "Precedence": 1, "RoleArn": "arn:aws:iam::1:role/support"}]
OCCASIONS = [(name, source) for name, event in EVENTS.items() for source in event.sources]


class NobodyError(Exception):
    """The user is not in the pool."""


class GoneError(Exception):
    """The function does not exist."""


class FalseAws:
    """A fake pool with the user Ada and one function for all triggers."""

    exceptions = SimpleNamespace(UserNotFoundException=NobodyError, ResourceNotFoundException=GoneError)

    def __init__(self, function: Function, version: str) -> None:
        self.function, self.version, self.sent = function, version, Event()

    def describe_user_pool(self, **_: str) -> Event:
        config: Event = {event.prefix: ARN for event in EVENTS.values()}
        sender = {"LambdaArn": ARN, "LambdaVersion": "V1_0"}
        config |= {"PreTokenGenerationConfig": {"LambdaArn": ARN, "LambdaVersion": self.version}}
        return {"UserPool": {"LambdaConfig": config | {"CustomEmailSender": sender, "CustomSMSSender": sender}}}

    def admin_get_user(self, Username: str, **_: str) -> Event:
        if Username != "ada":
            raise NobodyError
        listed = [{"Name": name, "Value": value} for name, value in ADA.items()]
        return {"Username": "ada", "UserStatus": "CONFIRMED", "UserAttributes": listed}

    def admin_list_groups_for_user(self, **_: str) -> Event:
        return {"Groups": GROUPS}

    def invoke(self, FunctionName: str, Payload: bytes, LogType: str) -> Event:
        assert (FunctionName, LogType) == (ARN, "Tail")
        self.sent = json.loads(Payload)
        try:
            answer, error = self.function(json.loads(Payload)), {}
        except ValueError as failure:
            answer, error = {"errorType": "ValueError", "errorMessage": str(failure)}, {"FunctionError": "Unhandled"}
        log = base64.b64encode(b"START\nlooked at ada\n").decode()
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), "LogResult": log, **error}


Run = Callable[..., Event]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with a function. Return the event sent to it, with the output under `printed` and `said`."""

    def command(*arguments: str, function: Function = lambda event: event, version: str = "V2_0") -> Event:
        service = FalseAws(function, version)
        monkeypatch.setattr(stack_outputs, "read", lambda _: outputs())
        monkeypatch.setattr(aws, "client", lambda _, __: service)
        trigger.trigger.main([*arguments], standalone_mode=False)
        out, err = capsys.readouterr()
        return service.sent | {"printed": out, "said": err}

    return command


def test_each_trigger_but_the_senders_has_its_answer() -> None:
    assert [name for name in EVENTS if not answer_of(name, "1")] == ["customEmailSender", "customSmsSender"]


def test_the_triggers_their_names_and_versions_are_awss() -> None:
    fields = (str(field.alias) for field in Triggers.model_fields.values())
    assert list(EVENTS) == [name for name in fields if name != "kmsKeyArn"]
    cognito = model("cognito-idp")
    config: Any = cognito.shape_for("LambdaConfigType")
    assert {event.prefix for event in EVENTS.values()} - {"TokenGeneration"} <= set(config.members)
    assert cognito.shape_for("PreTokenGenerationLambdaVersionType").metadata["enum"] == list(VERSIONS)


def answered(**response: Any) -> Function:
    return lambda event: event | {"response": event["response"] | response}


# Responses for triggers whose event must not be returned unchanged.
ANSWERS = {
    "defineAuthChallenge": answered(challengeName="CUSTOM_CHALLENGE"),
    "verifyAuthChallengeResponse": answered(answerCorrect=True),
    "userMigration": answered(userAttributes={"email": "lin@example.com"}, finalUserStatus="CONFIRMED"),
}


@pytest.mark.parametrize(("name", "source"), OCCASIONS)
def test_each_occasion_has_the_event_of_aws(run: Run, name: str, source: str) -> None:
    function = ANSWERS.get(name, lambda event: event)
    sent = run("--name", name, "--user-name", "ada", "--source", source, function=function, version="V3_0")
    assert sent["triggerSource"] == f"{EVENTS[name].prefix}_{source}"
    assert (sent["region"], sent["userPoolId"]) == (outputs().region, outputs().user_pool_id)
    assert sent["userName"] == (MACHINE if source == MACHINE else "ada")
    assert (sent["callerContext"]["clientId"] == NO_CLIENT) == (source == "AdminCreateUser")
    attributes = sent["request"].get("userAttributes")
    if name == "userMigration":
        assert attributes is None
    elif source == MACHINE:
        assert attributes == {}
    elif name == "preSignUp":
        assert attributes == {key: value for key, value in ADA.items() if key != "sub"}
    else:
        assert attributes == ADA | {"cognito:user_status": "CONFIRMED"}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_its_form(run: Run, version: str) -> None:
    sent = run("--name", "preTokenGeneration", "--user-name", "ada", "--version", version)
    assert sent["version"] == version[1]
    assert sent["request"]["groupConfiguration"] == {
        "groupsToOverride": ["support", "staff"],
        "iamRolesToOverride": ["arn:aws:iam::1:role/support"],
        "preferredRole": "arn:aws:iam::1:role/support",
    }
    assert ("scopes" in sent["request"]) == (version != "V1_0")
    member = "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"
    assert sent["response"] == {member: None}


def test_the_shipped_function_gives_groups_to_the_access_token(run: Run) -> None:
    printed = run("--name", "preTokenGeneration", "--user-name", "ada", function=lambda event: claims(event, None))[
        "printed"
    ]
    overridden = json.loads(printed)["claimsAndScopeOverrideDetails"]
    assert overridden["accessTokenGeneration"]["claimsToAddOrOverride"] == {"roles": ["support", "staff"]}


def tokens(**access: Any) -> Function:
    return answered(claimsAndScopeOverrideDetails={"accessTokenGeneration": access})


def id_token(**details: Any) -> Function:
    return answered(claimsAndScopeOverrideDetails={"idTokenGeneration": details})


REFUSED: list[tuple[str, Function, str]] = [
    ("preSignUp", answered(autoVerifyPhone=True), "refuses to verify phone_number of a user who has none"),
    ("preSignUp", answered(autoConfirmUser="yes"), "response.autoConfirmUser: Input should be a valid boolean"),
    ("preSignUp", answered(confirmUser=True), "ignores confirmUser here; it knows autoConfirmUser, "),
    ("postConfirmation", answered(redirect="/"), "ignores redirect here; it knows none"),
    ("preAuthentication", lambda _: None, "the function has to return the event"),
    ("preAuthentication", lambda event: event["request"], "the function has to return the event"),
    ("preTokenGeneration", tokens(claimsToAddOrOverride={"sub": "2"}), "sub: Cognito does not let"),
    ("preTokenGeneration", tokens(claimsToSuppress=["username", "scope"]), "scope, username: Cognito does not let"),
    ("preTokenGeneration", tokens(claimsToAddOrOverride={"aud": "other"}), "no other aud than the client id"),
    (
        "preTokenGeneration",
        tokens(scopesToAdd="a b"),
        "accessTokenGeneration.scopesToAdd: Input should be a valid list",
    ),
    (
        "preTokenGeneration",
        id_token(claimsToAddOrOverride={"cognito:username": "eve"}),
        "cognito:username: Cognito does not let",
    ),
    ("preTokenGeneration", id_token(scopesToAdd=["a"]), "ignores scopesToAdd here"),
    ("preTokenGeneration", answered(claimsOverrideDetails={}), "it knows claimsAndScopeOverrideDetails"),
    ("customMessage", answered(emailMessage="Hello"), "has to hold event.request.codeParameter, which is {####}"),
    ("customMessage", answered(smsMessage="{####}" * 30), "response.smsMessage: String should have at most 140"),
    ("userMigration", answered(finalUserStatus="CONFIRMED"), "response.userAttributes"),
    ("userMigration", answered(userAttributes={}, finalUserStatus="NEW"), "'CONFIRMED' or 'RESET_REQUIRED'"),
    ("defineAuthChallenge", answered(), "one of challengeName"),
    ("defineAuthChallenge", answered(challengeName="A", issueTokens=True), "one of challengeName"),
    ("createAuthChallenge", answered(privateChallengeParameters={"code": 1}), "privateChallengeParameters.code"),
    ("verifyAuthChallengeResponse", answered(), "response.answerCorrect"),
]


@pytest.mark.parametrize(("name", "function", "told"), REFUSED)
def test_what_cognito_would_not_take_is_told(run: Run, name: str, function: Function, told: str) -> None:
    with pytest.raises(Failure) as refused:
        run("--name", name, "--user-name", "ada", function=function)
    assert told in str(refused.value)
    assert name in str(refused.value)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ({"claimsToAddOrOverride": {"aud": "x"}}, "aud: Cognito does not let"),
        ({"claimsToAddOrOverride": {"level": 1}}, "claimsToAddOrOverride.level: Input should be a valid string"),
    ],
)
def test_the_first_version_takes_texts_for_the_id_token_alone(run: Run, response: Event, told: str) -> None:
    with pytest.raises(Failure) as refused:
        run(
            *("--name", "preTokenGeneration", "--user-name", "ada"),
            function=answered(claimsOverrideDetails=response),
            version="V1_0",
        )
    assert told in str(refused.value)


def test_an_invitation_needs_the_name_too(run: Run) -> None:
    invitation = ["--name", "customMessage", "--user-name", "ada", "--source", "AdminCreateUser"]
    assert run(*invitation, function=answered(emailMessage="{username} {####}"))
    with pytest.raises(Failure, match="usernameParameter"):
        run(*invitation, function=answered(emailMessage="{####}"))


def test_a_sender_may_answer_what_it_likes(run: Run) -> None:
    assert not run("--name", "customEmailSender", "--user-name", "ada", function=lambda _: None)["printed"]


def test_the_aud_of_the_client_and_claims_of_every_kind_are_taken(run: Run) -> None:
    def function(event: Event) -> Any:
        own = {"aud": event["callerContext"]["clientId"], "level": 3, "tags": {"a": [True, None]}}
        return tokens(claimsToAddOrOverride=own, scopesToSuppress=["email"])(event)

    assert run("--name", "preTokenGeneration", "--user-name", "ada", function=function)["printed"]


def test_what_the_function_printed_is_told_beside_the_answer(run: Run) -> None:
    told = run("--name", "preAuthentication", "--user-name", "ada")
    assert "looked at ada" in told["said"]
    assert json.loads(told["printed"]) == {}


def test_parts_of_the_request_can_be_given(run: Run) -> None:
    given = {"challengeAnswer": "42", "privateChallengeParameters": {"answer": "42"}}

    def function(event: Event) -> Any:
        request = event["request"]
        return answered(answerCorrect=request["challengeAnswer"] == request["privateChallengeParameters"]["answer"])(
            event
        )

    name = ["--name", "verifyAuthChallengeResponse", "--user-name", "ada"]
    assert json.loads(run(*name, "--request", json.dumps(given), function=function)["printed"])["answerCorrect"] is True


def test_who_comes_by_migration_or_signs_up_need_not_be_there(run: Run) -> None:
    assert run("--name", "preSignUp", "--user-name", "google_1")["request"]["userAttributes"] == {}
    function = ANSWERS["userMigration"]
    assert run("--name", "userMigration", "--user-name", "lin", function=function)["userName"] == "lin"


WRONG: list[tuple[Mapping[str, str], str]] = [
    ({"source": "Login"}, "--source of preAuthentication: Authentication; received Login"),
    ({"version": "V2_0"}, "--version is for preTokenGeneration"),
    ({"user-name": ""}, "USER_NAME="),
    ({"request": "[]"}, "--request has to be a JSON object"),
    ({"request": "{"}, "--request has to be a JSON object"),
    ({"request": '{"userAttributes": null}'}, "--request: userAttributes has to be an object"),
    ({"name": "customMessage", "request": '{"codeParameter": 1}'}, "--request: codeParameter has to be a string"),
    ({"name": "preTokenGeneration", "source": MACHINE}, "requires version V3_0"),
]


@pytest.mark.parametrize(("given", "told"), WRONG)
def test_a_slip_is_told_with_what_is_allowed(run: Run, given: Mapping[str, str], told: str) -> None:
    options = {"name": "preAuthentication", "user-name": "ada", **given}
    with pytest.raises(click.UsageError) as refused:
        run(*(word for name, value in options.items() for word in (f"--{name}", value)))
    assert told in str(refused.value)


def test_what_is_not_there_is_told_with_the_way_to_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failure, match=r"The pool has no user bob\. List the users: make people"):
        run("--name", "preAuthentication", "--user-name", "bob")
    with pytest.raises(Failure, match="and Cognito would return this error to the app: ValueError: not today"):
        run("--name", "preAuthentication", "--user-name", "ada", function=failing)
    monkeypatch.setattr(FalseAws, "invoke", lambda *_, **__: (_ for _ in ()).throw(GoneError))
    with pytest.raises(Failure, match=f"is not there: {ARN}. On a local stack give code by `path`"):
        run("--name", "preAuthentication", "--user-name", "ada")
    monkeypatch.setattr(FalseAws, "describe_user_pool", lambda *_, **__: {"UserPool": {}})
    with pytest.raises(Failure, match=r"no function for preSignUp\. Add one to the stack file"):
        run("--name", "preSignUp", "--user-name", "ada")


def failing(_: Event) -> Event:
    raise ValueError("not today")
