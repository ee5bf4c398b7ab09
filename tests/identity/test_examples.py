"""Each key of `userPool` has an example in the docs, and the example is valid."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from identity.parsing import related
from identity.setting import Model, declared, model_in, model_within
from identity.user_pool import triggers
from identity.user_pool.settings import UserPool
from tests.support.program import config_errors

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f"
# A pool with the settings that other keys require.
NEEDED: dict[str, Any] = {
    "aliasAttributes": [],
    "firstFactors": ["password", "passkey"],
    "mfa": {"mode": "optional", "totp": True},
    "recovery": ["admin_only"],
    "email": {
        "from": "no-reply@example.app",
        "identityArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.app",
    },
    "sms": {},
    "triggers": {
        "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1",
        "defineAuthChallenge": FUNCTION,
        "createAuthChallenge": FUNCTION,
        "verifyAuthChallengeResponse": FUNCTION,
    },
    "threatProtection": {"mode": "audit"},
}


def examples(model: type[Model], path: str = "") -> Iterator[tuple[str, Any]]:
    for field in model.model_fields.values():
        inner, place = model_in(field), f"{path}{field.alias}"
        yield place, declared(field).example
        # Other triggers have the same keys, so one is enough.
        if not inner and (entries := model_within(field)):
            name = "given_name" if field.alias == "standardAttributes" else "seats"
            yield from examples(entries, f"{place}.{name}.")
        if inner and (not path.startswith("triggers.") or field.alias == "preTokenGeneration"):
            yield from examples(inner, f"{place}.")


EXAMPLES = list(examples(UserPool))


@pytest.mark.parametrize(("key", "example"), EXAMPLES, ids=[key for key, _ in EXAMPLES])
def test_each_key_has_an_example_that_the_program_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str, example: Any
) -> None:
    assert example is not None
    (tmp_path / "triggers" / "claims").mkdir(parents=True)
    (tmp_path / "triggers" / "claims" / "main.py").touch()
    monkeypatch.setattr(triggers, "ROOT", tmp_path)
    pool: dict[str, Any] = {name: dict(value) if isinstance(value, dict) else value for name, value in NEEDED.items()}
    place = pool
    *way, last = key.split(".")
    for step in way:
        place = place.setdefault(step, {})
    if last in ("minValue", "maxValue"):
        place["type"] = "Number"
    if way[-1:] == ["preTokenGeneration"] and last not in ("arn", "path"):
        place |= {"arn": FUNCTION} if last in ("version", "permission") else {"path": "triggers/claims"}
    place[last] = example
    config = {"product": "example", "zoneName": "example.app", "authDomain": "auth.example.app", "userPool": pool}
    problems = config_errors({**config, "customDomain": True})
    assert [str(problem) for problem in problems if related(problem.path, f"identity:userPool.{key}")] == []
