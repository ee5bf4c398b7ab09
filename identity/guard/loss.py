"""A loss: something that an update with this config would delete, replace, reset or weaken."""

from dataclasses import dataclass

PUT_BACK = "restore it."
# The fix where the config has no word for what is there: what it refuses, nobody can put back.
HOLD_BACK = "do not update this stack: the config cannot express the value. Or confirm the loss by its name."


@dataclass(frozen=True)
class Loss:
    """What would be lost, and the mistake that would do it.

    Args:
        thing: whose loss it is, as AWS calls it: a pool's or client's id, an API's identifier, a domain.
        path: the config key that would do it.
        keep: what the key would have to say, as the end of the sentence "allowed: ...".
        received: what it says.
        consequence: what that costs whom, a sentence.
        fix: the first thing to do about it, where it can be done, a sentence.
        what: the part of the thing that goes, such as `callbackUrls`; empty where all of it goes.
        final: whether Cognito refuses the change outright, so that no permission makes it possible.
        under_protect: whether only `protect` stands in its way: the edit says plainly enough what goes.
        in_place: whether the thing itself stays: Pulumi's `protect` does not hinder such an update.
        warns: whether it is a warning where it is not refused.
    """

    thing: str
    path: str
    keep: str
    received: str
    consequence: str
    fix: str = PUT_BACK
    what: str = ""
    final: bool = False
    under_protect: bool = False
    in_place: bool = False
    warns: bool = False

    @property
    def named(self) -> str:
        """How `identity:allowLoss` names it."""
        return f"{self.thing}/{self.what}" if self.what else self.thing


def weakened(thing: str, what: str, path: str, keep: str, received: str, consequence: str, fix: str = PUT_BACK) -> Loss:
    """A change in place that takes something away from people or apps: a warning, and refused under `protect`."""
    return Loss(thing, path, keep, received, consequence, fix, what=what, under_protect=True, in_place=True, warns=True)
