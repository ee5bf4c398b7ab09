"""What a config would lose of the names that templates of other repositories import. Pure."""

from collections.abc import Iterable, Iterator

from identity import facts
from identity.config import Settings
from identity.deployed import Deployed
from identity.guard.loss import Loss, weakened


def exports_losses(state: Iterable[Deployed], settings: Settings) -> Iterator[Loss]:
    """The CloudFormation stack of the exports, where the settings have none any more."""
    for resource in state:
        if resource.type == facts.CLOUD_FORMATION_STACK and not settings.config.cloud_formation_exports:
            name = str(resource.outputs.get("name", ""))
            lost = f"The exports of {name} would go, and no template could import them any more."
            keep = f"true: the stack has the exports of {name}"
            yield Loss(name, "identity:cloudFormationExports", keep, "false", lost, under_protect=True, warns=True)
        elif resource.type == facts.CLOUD_FORMATION_STACK and settings.domain.zone is None:
            yield from _certificate_gone(resource, settings)


def _certificate_gone(resource: Deployed, settings: Settings) -> Iterator[Loss]:
    """Without a zone there is no certificate to export; CloudFormation refuses it while a template imports it."""
    export, name = settings.names.certificate_export, str(resource.outputs.get("name", ""))
    if export in str(resource.outputs.get("templateBody", "")):
        keep = f"a zone: the exports of {name} have the certificate's, {export}"
        lost = "No template could import it any more, and while one does, the update fails half-way."
        yield weakened(name, export, "identity:zoneName", keep, "no zone", lost)
