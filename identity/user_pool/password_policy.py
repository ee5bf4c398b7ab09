"""The password policy (https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html)."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Self

from pydantic.alias_generators import to_camel

from identity import types
from identity.setting import Model, Plan, setting

PASSWORD_LENGTH = (6, 99)
PASSWORD_HISTORY = (0, 24)
TEMPORARY_PASSWORD_DAYS = (1, 365)
PasswordLength = Annotated[int, types.whole(*PASSWORD_LENGTH)]
PasswordHistory = Annotated[int, types.whole(*PASSWORD_HISTORY)]
TemporaryPasswordDays = Annotated[int, types.whole(*TEMPORARY_PASSWORD_DAYS)]
_stronger = partial(setting, loss="Weaker passwords would be accepted.", always=True)


class PasswordPolicy(Model):
    """The password policy of the pool. It holds for new passwords; those that people have stay good."""

    minimum_length: PasswordLength = _stronger(
        "The minimum length, 6-99.", "passwordPolicy.minimumLength", default=8, example=12
    )
    require_lowercase: bool = _stronger(
        "Require a lower-case letter.", "passwordPolicy.requireLowercase", default=True, example=True
    )
    require_uppercase: bool = _stronger(
        "Require an upper-case letter.", "passwordPolicy.requireUppercase", default=True, example=True
    )
    require_numbers: bool = _stronger("Require a digit.", "passwordPolicy.requireNumbers", default=False, example=True)
    require_symbols: bool = _stronger("Require a symbol.", "passwordPolicy.requireSymbols", default=False, example=True)
    temporary_password_validity_days: TemporaryPasswordDays = setting(
        "The days, 1-365, for which the temporary password of an invitation is valid.",
        "passwordPolicy.temporaryPasswordValidityDays",
        default=14,
        example=7,
    )
    password_history_size: PasswordHistory = setting(
        "The number of previous passwords, 0-24, that cannot be reused.",
        "passwordPolicy.passwordHistorySize",
        default=0,
        loss="Previous passwords could be reused.",
        always=True,
        plan=Plan.ESSENTIALS,
        free=(0,),
        example=5,
    )

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        """A live policy. What it does not demand may be told by silence."""
        found, policy = super().read(outputs), outputs.get("passwordPolicy") or {}
        flags = [name for name in cls.model_fields if name.startswith("require_")] if policy else []
        return found.model_copy(update={name: bool(policy.get(to_camel(name))) for name in flags})
