"""The password policy (https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html)."""

from functools import partial
from typing import Annotated

from identity import types
from identity.setting import Model, Plan, setting

PASSWORD_LENGTH = (6, 99)
PASSWORD_HISTORY = (0, 24)
TEMPORARY_PASSWORD_DAYS = (1, 365)
_stronger = partial(setting, loss="Weaker passwords would be accepted.", always=True)
_requires = partial(_stronger, silent=False)


class PasswordPolicy(Model):
    """The password policy of the pool. It applies to new passwords; existing ones stay valid."""

    minimum_length: Annotated[int, types.whole(*PASSWORD_LENGTH)] = _stronger(
        "The minimum length, 6-99.", "passwordPolicy.minimumLength", default=8, example=12
    )
    require_lowercase: bool = _requires(
        "Require a lower-case letter.", "passwordPolicy.requireLowercase", default=True, example=True
    )
    require_uppercase: bool = _requires(
        "Require an upper-case letter.", "passwordPolicy.requireUppercase", default=True, example=True
    )
    require_numbers: bool = _requires("Require a digit.", "passwordPolicy.requireNumbers", default=False, example=True)
    require_symbols: bool = _requires("Require a symbol.", "passwordPolicy.requireSymbols", default=False, example=True)
    temporary_password_validity_days: Annotated[int, types.whole(*TEMPORARY_PASSWORD_DAYS)] = setting(
        "The days, 1-365, for which the temporary password of an invitation is valid.",
        "passwordPolicy.temporaryPasswordValidityDays",
        default=14,
        example=7,
    )
    password_history_size: Annotated[int, types.whole(*PASSWORD_HISTORY)] = setting(
        "The number of previous passwords, 0-24, that cannot be reused.",
        "passwordPolicy.passwordHistorySize",
        default=0,
        loss="Previous passwords could be reused.",
        always=True,
        plan=Plan.ESSENTIALS,
        free=(0,),
        example=5,
    )
