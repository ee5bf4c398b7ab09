"""The stack outputs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pulumi
from pulumi_aws.cognito import UserPoolClient

from identity.certificate import DomainCertificate
from identity.client.settings import Client
from identity.config.settings import Settings
from identity.identity_pool import PeopleInAws
from identity.policy_documents import policy_documents
from identity.registry import AccessRegistry
from identity.user_pool.component import CustomerUserPool


@dataclass(frozen=True)
class Endpoints:
    """The OAuth endpoints of the pool (https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html).

    Args:
        region: the pool's region.
        host: the host of the sign-in pages; None without a domain.
        emulator: the URL of the emulator, which also serves sign-in; None on AWS.
    """

    region: str
    host: str | None
    emulator: str | None

    @property
    def hosted_ui(self) -> str:
        return self.emulator or f"https://{self.host}"

    @property
    def urls(self) -> dict[str, str]:
        """The outputs that only a pool with a domain has."""
        if self.host is None:
            return {}
        endpoints = {"authorizeUrl": "authorize", "tokenUrl": "token", "userInfoUrl": "userInfo", "revokeUrl": "revoke"}
        served = {output: f"{self.hosted_ui}/oauth2/{endpoint}" for output, endpoint in endpoints.items()}
        return {"domain": self.host, **served, "logoutUrl": f"{self.hosted_ui}/logout"}

    def issuer(self, pool_id: str) -> str:
        # The `iss` claim of the tokens, also on the emulator.
        return f"https://cognito-idp.{self.region}.amazonaws.com/{pool_id}"

    def well_known(self, pool_id: str, document: str) -> str:
        base = f"{self.emulator}/{pool_id}" if self.emulator else self.issuer(pool_id)
        return f"{base}/.well-known/{document}"

    def login(self, client_id: str, client: Client) -> str:
        query = {
            "client_id": client_id,
            "response_type": "code" if "code" in (client.flows or ()) else "token",
            "scope": " ".join(client.scopes or ()),
            "redirect_uri": client.callback_urls[0],
        }
        return f"{self.hosted_ui}/oauth2/authorize?{urlencode(query, quote_via=quote)}"

    def logout(self, client_id: str, back_to: str) -> str:
        query = {"client_id": client_id, "logout_uri": back_to}
        return f"{self.hosted_ui}/logout?{urlencode(query, quote_via=quote)}"


def stack_outputs(
    settings: Settings,
    region: str,
    certificate: DomainCertificate | None,
    pool: CustomerUserPool,
    access: AccessRegistry,
    people: PeopleInAws | None,
) -> dict[str, Any]:
    """The outputs by name. `certificateArn` is omitted without a certificate, `identityPoolId` without an identity
    pool, and the sign-in URLs without a domain.
    """
    at = Endpoints(region, settings.domain.served_on(region), settings.cognito_endpoint)
    published = settings.config.publish
    return {
        "userPoolId": pool.id,
        "userPoolArn": pool.arn,
        **({"certificateArn": certificate.arn} if certificate else {}),
        "issuer": pool.id.apply(at.issuer),
        "region": region,
        "jwksUri": pool.id.apply(lambda pool_id: at.well_known(pool_id, "jwks.json")),
        "openIdConfigurationUri": pool.id.apply(lambda pool_id: at.well_known(pool_id, "openid-configuration")),
        **at.urls,
        "apis": {key: {"identifier": api.identifier, "scopes": api.full_scopes} for key, api in settings.apis.items()},
        "clients": {key: _client(client, access.clients[key], at) for key, client in settings.clients.items()},
        "identityProviders": {key: provider.name for key, provider in settings.identity_providers.items()},
        "groups": sorted(settings.config.groups),
        **({"identityPoolId": people.id} if people else {}),
        "policyDocuments": policy_documents(
            pool.arn, published.path(settings.names) if published and published.ssm else None
        ),
        "dnsRecords": _dns_records(settings, pool),
        "clientSecrets": pulumi.Output.secret(access.client_secrets),
    }


def _dns_records(settings: Settings, pool: CustomerUserPool) -> list[dict[str, Any]]:
    """The DNS records that the user has to create, because the stack has no zone."""
    if not settings.domain.custom or settings.domain.zone or not pool.domain:
        return []
    return [{"name": settings.domain.auth_domain, "type": "CNAME", "value": pool.domain.cloudfront_distribution}]


def _client(client: Client, made: UserPoolClient, at: Endpoints) -> dict[str, Any]:
    scopes = list(client.scopes or ())
    output: dict[str, Any] = {"clientId": made.id, "scopes": scopes, "callbackUrls": list(client.callback_urls)}
    if client.logout_urls:
        output["logoutUrls"] = list(client.logout_urls)
    if client.logout_urls and at.host:
        output["logoutUrl"] = made.id.apply(lambda client_id: at.logout(client_id, client.logout_urls[0]))
    if client.has_pages and at.host:
        output["loginUrl"] = made.id.apply(lambda client_id: at.login(client_id, client))
    return output
