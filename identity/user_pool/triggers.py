"""Lambda triggers
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html).
"""

import os
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Self

from identity import types
from identity.errors import Problem, shown
from identity.setting import Model, Plan, setting
from identity.user_pool.trigger_events import VERSIONS

FunctionArn = Annotated[types.Text, types.arn("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:name")]
KeyArn = Annotated[types.Text, types.arn("kms", "arn:aws:kms:eu-west-1:123456789012:key/name", "alias")]
# The root of this repository, where Pulumi runs the program; paths of functions are relative to it.
ROOT: Final = Path(__file__).parents[2]
# The file extensions of handlers, by runtime; other runtimes have compiled code.
_ENDINGS: Final = {"python": (".py",), "nodejs": (".js", ".mjs", ".cjs")}
_EXAMPLE: Final = "arn:aws:lambda:eu-west-1:123456789012:function:check"
_CUSTOM_SIGN_IN: Final = ("defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse")
_OF_CODE: Final = {"handler", "runtime", "memory", "timeout", "environment"}
# The `path` of a live function that the stack created: AWS does not return the folder.
SOME_FOLDER: Final = "<the folder of its code>"
SENDERS: Final = ("customEmailSender", "customSmsSender")
Version = Annotated[types.Text, types.one_of(*VERSIONS)]
Runtime = Annotated[types.Text, types.matching("[a-z0-9.]{1,40}", "a Lambda runtime, such as python3.13")]
Memory = Annotated[int, types.whole(128, 10240)]
Timeout = Annotated[int, types.whole(1, 5)]


class Trigger(Model):
    """An existing function by its ARN (a plain ARN is the short form), or code in this repository for a new one."""

    arn: types.Maybe[FunctionArn] = setting(
        "The ARN of an existing function.", example="arn:aws:lambda:eu-west-1:123456789012:function:claims"
    )
    path: types.Maybe[types.Text] = setting(
        "A folder with the function's code, relative to the root of this repository.", example="triggers/claims"
    )
    permission: bool = setting(
        "Whether the program creates the permission for the pool to call the function; false if it is granted "
        "elsewhere.",
        default=True,
        example=False,
    )
    handler: types.Text = setting("The handler in that folder.", default="main.handler", example="main.handler")
    runtime: Runtime = setting("The Lambda runtime.", default="python3.13", example="python3.12")
    memory: Memory = setting("Memory in megabytes, 128-10,240.", default=128, example=256)
    timeout: Timeout = setting("Timeout in seconds, 1-5. Cognito waits at most 5 seconds.", default=5, example=3)
    environment: dict[types.Text, str] = setting(
        "Environment variables of the function.", default={}, example={"STAGE": "dev"}
    )
    version: types.Maybe[Version] = setting(
        "The event version of preTokenGeneration: V1_0, V2_0 or V3_0. Default: V1_0.",
        loss="The function would get an older event version, and could no longer make all its changes to the tokens.",
        order=VERSIONS,
        plan=Plan.ESSENTIALS,
        free=("V1_0",),
        example="V2_0",
    )


OneTrigger = types.Maybe[Annotated[Trigger, types.ByArn]]


_trigger = partial(setting, loss="This function would no longer be called.", example=_EXAMPLE)


class Triggers(Model):
    """The Lambda triggers of a pool, with AWS's names. The pool gets the permission to call each function."""

    pre_sign_up: OneTrigger = _trigger("Before a user signs up.")
    post_confirmation: OneTrigger = _trigger("After a user has confirmed the sign-up.")
    pre_authentication: OneTrigger = _trigger("Before a user signs in.")
    post_authentication: OneTrigger = _trigger("After a user has signed in.")
    pre_token_generation: OneTrigger = _trigger(
        "Before tokens are issued; versions above V1_0 require the Essentials plan."
    )
    custom_message: OneTrigger = _trigger("Before a message is sent.")
    user_migration: OneTrigger = _trigger("When an unknown user signs in or resets a password.")
    define_auth_challenge: OneTrigger = _trigger("Custom authentication: selects the next challenge.")
    create_auth_challenge: OneTrigger = _trigger("Custom authentication: creates the challenge.")
    verify_auth_challenge_response: OneTrigger = _trigger("Custom authentication: verifies the response.")
    custom_email_sender: OneTrigger = _trigger("Sends emails; requires kmsKeyArn.")
    custom_sms_sender: OneTrigger = _trigger("Sends text messages; requires kmsKeyArn.")
    kms_key_arn: types.Maybe[KeyArn] = setting(
        "The KMS key with which Cognito encrypts codes for customEmailSender and customSmsSender.",
        "lambdaConfig.kmsKeyId",
        example="arn:aws:kms:eu-west-1:123456789012:key/1",
    )

    def given(self) -> dict[str, Trigger]:
        """The triggers that are set, by their keys."""
        values = ((str(field.alias), getattr(self, name)) for name, field in type(self).model_fields.items())
        return {key: value for key, value in values if isinstance(value, Trigger)}

    def with_code(self, created: Collection[str]) -> Self:
        """The triggers with a `path` instead of the ARN of each function that the stack created."""
        code = {"arn": None, "path": SOME_FOLDER}
        both = ((name, getattr(self, name)) for name in type(self).model_fields)
        own = {name: one for name, one in both if isinstance(one, Trigger) and one.arn in created}
        return self.model_copy(update={name: one.model_copy(update=code) for name, one in own.items()})

    def properties(self) -> list[str]:
        return [f"lambdaConfig.{key}" for key in self.given()]

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pool resource, with existing functions only."""
        return {"lambdaConfig": self.block({key: value.arn for key, value in self.given().items() if value.arn})}

    def block(self, arns: Mapping[str, Any]) -> dict[str, Any]:
        """The `lambdaConfig` of the pool resource; `arns` has the function of each trigger, by key."""
        block: dict[str, Any] = {"kmsKeyId": self.kms_key_arn} if self.kms_key_arn else {}
        for key, trigger in self.given().items():
            if key not in arns:
                continue
            if key in SENDERS:
                block[key] = {"lambdaArn": arns[key], "lambdaVersion": trigger.version or "V1_0"}
                continue
            if key == "preTokenGeneration" and trigger.version not in (None, "V1_0"):
                block[f"{key}Config"] = {"lambdaArn": arns[key], "lambdaVersion": trigger.version}
            # AWS keeps the old property next to the new one, and returns both.
            block[key] = arns[key]
        return block

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        return super().read(outputs).model_copy(update=dict(_live(outputs.get("lambdaConfig") or {})))

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        return super().is_in(outputs) or any(_live(outputs.get("lambdaConfig") or {}))


def _live(config: Mapping[str, Any]) -> Iterator[tuple[str, Trigger]]:
    for name, field in Triggers.model_fields.items():
        value = config.get(f"{field.alias}Config") or config.get(str(field.alias))
        function = value if isinstance(value, Mapping) else {"lambdaArn": value}
        if arn := function.get("lambdaArn"):
            version = function.get("lambdaVersion")
            yield name, Trigger.model_construct(arn=arn, version=None if version == "V1_0" else version)


def trigger_problems(path: str, triggers: Triggers, auth_flows: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """The errors and warnings for triggers. `auth_flows` has the flows of each client, by config path."""
    given = triggers.given()
    for key, trigger in given.items():
        place = f"{path}.{key}"
        if (trigger.arn is None) == (trigger.path is None):
            received = "neither" if trigger.arn is None else "both"
            yield Problem(place, "either arn, of an existing function, or path, of a function's code", received)
        if trigger.version not in (None, "V1_0") and key != "preTokenGeneration":
            allowed = "no version: this trigger has only one event version"
            yield Problem(f"{place}.version", allowed, shown(trigger.version))
        for field in sorted(trigger.model_fields_set & _OF_CODE if trigger.arn and not trigger.path else ()):
            allowed = "no other keys with arn: they are settings of that function"
            yield Problem(f"{place}.{field}", allowed, shown(getattr(trigger, field)), "remove it")
        if trigger.path and not trigger.arn:
            yield from _code_problems(place, trigger)
    senders = [key for key in SENDERS if key in given]
    if senders and not triggers.kms_key_arn:
        allowed = f"the KMS key with which Cognito encrypts codes for {senders[0]}"
        yield Problem(f"{path}.kmsKeyArn", allowed, "nothing")
    missing = [key for key in _CUSTOM_SIGN_IN if key not in given]
    if missing and len(missing) < len(_CUSTOM_SIGN_IN):
        yield Problem(f"{path}.{missing[0]}", "all three triggers of custom authentication, or none", "nothing")
    for client, flows in auth_flows.items():
        if missing and "ALLOW_CUSTOM_AUTH" in flows:
            allowed = "a flow that the pool supports: this one requires the three triggers of custom authentication"
            place = f"{client}.authFlows[{flows.index('ALLOW_CUSTOM_AUTH')}]"
            fix = f"remove it, or set {', '.join(missing)} in {path}"
            yield Problem(place, allowed, '"ALLOW_CUSTOM_AUTH"', fix, warning=True)


def _code_problems(place: str, trigger: Trigger) -> Iterator[Problem]:
    """Missing code: without this check, the error would only appear at a sign-in."""
    folder = ROOT / str(trigger.path)
    # pathlib raises an error for a name that is too long or has a null character; os.path returns false.
    if not (os.path.isdir(folder) and folder.resolve().is_relative_to(ROOT.resolve())):  # noqa: PTH112
        yield Problem(f"{place}.path", "a folder of this repository, relative to its root", shown(trigger.path))
        return
    file = trigger.handler.rpartition(".")[0]
    endings = next((them for runtime, them in _ENDINGS.items() if trigger.runtime.startswith(runtime)), ())
    if endings and not any(os.path.isfile(folder / f"{file}{ending}") for ending in endings):  # noqa: PTH113
        allowed = f"a file in {trigger.path} and a function in it, as main.handler for main{endings[0]}"
        yield Problem(f"{place}.handler", allowed, f"{shown(trigger.handler)}, where there is no {file}{endings[0]}")
