"""What the attributes of a pool have to keep to, beside the shape of each. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from identity import limits
from identity.errors import Problem, shown
from identity.shapes import UserPool

PATH = "identity:userPool"
# The standard attributes that every pool of this program declares.
DECLARED = ("email",)
_NO_SMS = "Cognito verifies a phone number by a text message, and this program sets up no SMS yet"


def pool_problems(pool: UserPool) -> Iterator[Problem]:
    """What AWS would refuse, and what nobody could ever use."""
    for name, attribute in pool.custom_attributes.items():
        yield from attribute.misfits(f"{PATH}.customAttributes.{name}")
    count, most = len(pool.custom_attributes), limits.ATTRIBUTES_PER_POOL - len(DECLARED)
    if count > most:
        allowed = f"at most {most} attributes: with {', '.join(DECLARED)}, which the pool has, {most + len(DECLARED)}"
        yield Problem(f"{PATH}.customAttributes", allowed, f"{count} attributes", f"take {count - most} out")
    yield from _unverifiable(pool)


def pool_warnings(pool: UserPool) -> Iterator[Problem]:
    """What works, and is seldom meant."""
    if not pool.auto_verified_attributes:
        yield Problem(
            f"{PATH}.autoVerifiedAttributes",
            "[email]: where nothing is verified, nobody can confirm a sign-up or get back a forgotten password",
            "[]",
        )


def _unverifiable(pool: UserPool) -> Iterator[Problem]:
    for index, attribute in enumerate(pool.auto_verified_attributes):
        if attribute == "phone_number":
            yield Problem(
                f"{PATH}.autoVerifiedAttributes[{index}]", f"email alone: {_NO_SMS}", shown(attribute), "take it out"
            )
    for index, alias in enumerate(pool.alias_attributes):
        place = f"{PATH}.aliasAttributes[{index}]"
        if alias not in limits.VERIFIED_ATTRIBUTES or alias in pool.auto_verified_attributes:
            continue
        allowed = f"an alias that gets verified: nobody can sign in by {alias} before"
        if alias == "phone_number":
            yield Problem(place, f"{allowed}. {_NO_SMS}", shown(alias), "take it out")
        else:
            fix = f"add {alias} to {PATH}.autoVerifiedAttributes, or take it out here"
            yield Problem(place, allowed, shown(alias), fix)


def too_many_new(old: Iterable[str], new: Iterable[str]) -> Sequence[str]:
    """The attributes beyond those that AWS adds to a pool in one update; the names are those without `custom:`."""
    had = {name.removeprefix("custom:") for name in old}
    added = sorted({name.removeprefix("custom:") for name in new} - had)
    return added[limits.NEW_ATTRIBUTES_PER_UPDATE :]
