"""Losses of domains: the sign-in domain, the certificate and the DNS records. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pulumi

from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type, region_of
from identity.errors import shown
from identity.guard.loss import Loss, weakened
from identity.zone import Zone


def domain_losses(state: Sequence[Deployed], settings: Settings, region: str, zone: Zone | None) -> Iterator[Loss]:
    """The losses of domains, records and certificates, refused or not."""
    domains = of_type(state, facts.USER_POOL_DOMAIN)
    has_custom = any(domain.name.endswith("-custom-domain") for domain in domains)
    for resource in domains:
        yield from _moved(resource, settings, has_custom)
    if not settings.cognito_endpoint:  # a restarted emulator has a new zone with another id
        yield from _left_zone(state, settings, zone)
    yield from _other_certificate(state, settings, region, zone)


def _moved(domain: Deployed, settings: Settings, has_custom: bool) -> Iterator[Loss]:
    """The loss of a sign-in domain. `has_custom`: whether the stack has a custom domain now."""
    old, was_custom = str(domain.outputs.get("domain", "")), domain.name.endswith("-custom-domain")
    now, now_custom = settings.domain, settings.domain.custom
    lost = f"Sign-in on {old} would stop working for all apps that use it."
    keep = f"sign-in on {old}, as when it was created"
    path = "identity:authDomain" if was_custom else "identity:domainPrefix"
    if not now.served:
        yield Loss(old, "identity:signInDomain", f"true: {keep}", "false", lost)
        return
    served = [now.auth_domain] if now_custom else [now.prefix]
    if now_custom and now.keep_prefix:
        served.append(now.prefix)
    if old in served:
        return
    if not was_custom and now_custom and has_custom and not now.keep_prefix:
        yield weakened(old, "", "identity:keepPrefixDomain", f"true: {keep}", "false", lost)
        return
    moves = was_custom != now_custom and not (now_custom and now.keep_prefix)
    if moves and not settings.config.protect:
        # Without `protect`, a warning is enough: moving sign-in is the purpose of this key.
        pulumi.log.warn(f"identity:customDomain moves sign-in from {old} to {served[0]}. {lost}")
    yield Loss(old, "identity:customDomain" if moves else path, keep, shown(served[-1]), lost, under_protect=moves)


def _left_zone(state: Sequence[Deployed], settings: Settings, zone: Zone | None) -> Iterator[Loss]:
    """Records cannot move: in another zone, all records of the stack are deleted and created again."""
    records = [record for record in of_type(state, facts.RECORD) if record.outputs.get("zoneId")]
    for old in sorted({str(record.outputs["zoneId"]) for record in records} - {zone.id if zone else ""}):
        names = ", ".join(sorted({str(record.outputs.get("name", "")) for record in records}))
        path = f"identity:{settings.domain.zone.by}" if settings.domain.zone else "identity:zoneName"
        lost = (
            f"The records of this stack would be deleted in the zone {old} ({names}): without them the certificate is "
            "not renewed, and a custom domain does not resolve."
        )
        keep, received = f"the zone {old}, which has this stack's records", f"zone {zone.id}" if zone else "no zone"
        loss = weakened(old, "records", path, keep, received, lost)
        # The alias records of a custom domain are children of the pool and protected with it.
        protected = any(record.name.startswith(f"{facts.LOGICAL_POOL}-alias-") for record in records)
        yield replace(loss, in_place=not protected)


def _other_certificate(state: Sequence[Deployed], settings: Settings, region: str, zone: Zone | None) -> Iterator[Loss]:
    new, comes_to = (settings.domain.auth_domain, facts.CUSTOM_DOMAIN_REGION if settings.domain.custom else region)
    for certificate in of_type(state, facts.CERTIFICATE):
        old, arn = str(certificate.outputs.get("domainName", "")), str(certificate.outputs.get("arn", ""))
        lives_in = region_of(arn)
        lost = f"The certificate {arn} would be deleted, and the domain would stop working."
        if old and (zone is None or old != new):
            path = "identity:authDomain" if zone else "identity:zoneName"
            keep = f"{old}, which the certificate of this stack is for"
            yield weakened(old, "certificate", path, keep, shown(new) if zone else "no zone", lost)
        elif old and settings.domain.certificate_arn:
            keep, received = f"none: the stack has a certificate of {old}", shown(settings.domain.certificate_arn)
            yield weakened(old, "certificate", "identity:certificateArn", keep, received, lost)
        elif old and lives_in and lives_in != comes_to:
            keep = f"a domain that leaves the certificate of {old} in {lives_in}"
            received = f"{shown(settings.domain.custom)}, for which it is recreated in {comes_to}"
            yield weakened(old, "certificate", "identity:customDomain", keep, received, lost)
