"""Common options of the resources that belong to a pool."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Beside:
    """Where a resource beside the pool belongs.

    Args:
        name: what the program calls the pool; each resource's own name begins with it.
        stem: `<product>-<environment>`, with which names in AWS begin.
        tags: the tags of each that can have some.
        parent: the component of the pool.
    """

    name: str
    stem: str
    tags: Mapping[str, str]
    parent: pulumi.Resource

    def options(self, delete_before_replace: bool | None = None) -> pulumi.ResourceOptions:
        # Not protected as the pool is: each can be made again, and `identity.guard` looks at what it is there for.
        return pulumi.ResourceOptions(parent=self.parent, protect=False, delete_before_replace=delete_before_replace)


def policy_document(*statements: Mapping[str, object]) -> str:
    """An IAM policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
