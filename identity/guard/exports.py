"""Losses of CloudFormation exports. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import shown
from identity.exports import PATH
from identity.guard.loss import Loss, weakened
from identity.naming import key_of

_LOST = "Templates could no longer import it, and while one does, the update fails."


def exports_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The loss of all CloudFormation exports, or of each name that is removed or gets another value."""
    for resource in of_type(state, facts.CLOUD_FORMATION_STACK):
        name = str(resource.outputs.get("name", ""))
        if settings.exports:
            yield from _names_lost(name, _exported(resource), _values(state), settings)
        else:
            lost = f"The exports of {name} would be deleted, and templates could no longer import them."
            keep = f"true, or names: the stack has the exports of {name}"
            yield Loss(name, PATH, keep, "false", lost, under_protect=True, warns=True)


def _names_lost(stack: str, old: Mapping[str, str], values: Mapping[str, str], settings: Settings) -> Iterator[Loss]:
    outputs = {export: output for output, export in settings.exports.items()}
    for export, value in old.items():
        output = outputs.get(export)
        if output is None:
            was = next((output for output, known in values.items() if known == value), "")
            path = f"{PATH}.{was}" if was else PATH
            keep, received = f"{export}, which the stack exports", shown(settings.exports.get(was))
            yield weakened(stack, export, path, keep, received, _LOST)
        elif output == "certificateArn" and settings.domain.zone is None:
            keep = f"a zone: the exports of {stack} have the certificate's, {export}"
            yield weakened(stack, export, "identity:zoneName", keep, "no zone", _LOST)
        elif output == "certificateArn" and settings.domain.certificate_arn:
            keep = f"none: the exports of {stack} have that of the stack's own certificate, {export}"
            received = shown(settings.domain.certificate_arn)
            yield weakened(stack, export, "identity:certificateArn", keep, received, _LOST)
        elif values.get(output, value) != value:
            keep = f"a name other than {export}, by which templates import {shown(value)}"
            lost = "Its value would change, and while a template imports it, the update fails."
            yield weakened(stack, export, f"{PATH}.{output}", keep, shown(export), lost)


def _exported(stack: Deployed) -> dict[str, str]:
    """The values of the exports, by export name."""
    try:
        outputs = json.loads(str(stack.outputs.get("templateBody"))).get("Outputs") or {}
    except ValueError:
        return {}
    return {str(output["Export"]["Name"]): str(output["Value"]) for output in outputs.values()}


def _values(state: Sequence[Deployed]) -> dict[str, str]:
    """The current values of the stack, by their keys in `cloudFormationExports`."""
    found: dict[str, Any] = {}
    for resource in state:
        if resource.type == facts.USER_POOL:
            found |= {"userPoolId": resource.outputs.get("id"), "userPoolArn": resource.outputs.get("arn")}
        elif resource.type == facts.CERTIFICATE:
            found["certificateArn"] = resource.outputs.get("arn")
        elif resource.type == facts.USER_POOL_CLIENT:
            found[f"clients.{key_of(resource.name)}"] = resource.outputs.get("id")
    return {output: str(value) for output, value in found.items() if value}
