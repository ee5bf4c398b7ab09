"""A loss: something that a config would replace or delete and that cannot be had back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """Something that the config would replace or delete: what it is called in AWS, and the mistake that would do it."""

    named: str
    path: str
    keep: str
    received: str
    consequence: str
    # Cognito refuses some changes outright: no permission makes them possible.
    final: bool = False
    # Whether only `protect` stands in its way: the edit says plainly enough what goes.
    under_protect: bool = False
    # An update of something that stays: Pulumi's `protect` does not hinder it.
    in_place: bool = False
