"""What AWS answers of a pool by itself and the emulator does not: the first name of the function before tokens.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html
"""

from typing import Final

from local.gateway.calls import Call, Rule
from local.gateway.directory import Json


async def _describe(call: Call) -> Json:
    done = await call.passed_on()
    functions = done["UserPool"].get("LambdaConfig") or {}
    if versioned := functions.get("PreTokenGenerationConfig"):
        functions.setdefault("PreTokenGeneration", versioned["LambdaArn"])
    return done


RULES: Final[dict[str, Rule]] = {"DescribeUserPool": _describe}
