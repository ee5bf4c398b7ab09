"""A loss: something that an update with this config would delete, replace, reset or weaken."""

from dataclasses import dataclass

PUT_BACK = "restore it."
# The fix if the config cannot express the current value, so that the user cannot restore it.
HOLD_BACK = "do not update this stack: the config cannot express the value. Or confirm the loss by its name."


@dataclass(frozen=True)
class Loss:
    """A loss and the config key that causes it.

    Args:
        aws_id: the id in AWS of the affected resource: a pool or client id, an API's identifier, a domain.
        path: the config key that causes the loss.
        keep: the value that would prevent the loss, shown after "allowed:".
        received: the current value of the key.
        effect: what it means for users or apps, as a sentence.
        fix: the first step of the fix, as a sentence.
        what: the lost part of the resource, such as `callbackUrls`; empty if all of it is lost.
        final: whether Cognito does not support the change, so that `allowLoss` cannot confirm it.
        under_protect: whether it is refused only if `protect` is true, because the edit shows clearly what is lost.
        in_place: whether the resource is updated, not deleted: Pulumi's `protect` does not prevent an update.
        warns: whether it is a warning if it is not refused.
    """

    aws_id: str
    path: str
    keep: str
    received: str
    effect: str
    fix: str = PUT_BACK
    what: str = ""
    final: bool = False
    under_protect: bool = False
    in_place: bool = False
    warns: bool = False

    @property
    def named(self) -> str:
        """The name of the loss in `identity:allowLoss`."""
        return f"{self.aws_id}/{self.what}" if self.what else self.aws_id


def weakened(aws_id: str, what: str, path: str, keep: str, received: str, effect: str, fix: str = PUT_BACK) -> Loss:
    """An update in place by which users or apps lose something: refused if `protect` is true, else a warning."""
    return Loss(aws_id, path, keep, received, effect, fix, what=what, under_protect=True, in_place=True, warns=True)
