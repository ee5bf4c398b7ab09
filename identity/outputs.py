"""The outputs of a stack: what APIs, apps and people take from it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pulumi
from pulumi_aws.cognito import UserPoolClient

from identity.certificate import DomainCertificate
from identity.client import Client
from identity.config import Settings
from identity.registry import AccessRegistry
from identity.user_pool.component import CustomerUserPool


@dataclass(frozen=True)
class Endpoints:
    """Where the pool's sign-in answers (https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html).

    Args:
        region: the pool's region.
        domain: the prefix, or the domain of one's own, on which sign-in is served.
        emulator: where the AWS provider is told to find Cognito, if not at AWS: the emulator serves sign-in there too.
    """

    region: str
    domain: str
    emulator: str | None

    @property
    def hosted_ui(self) -> str:
        # A prefix has no dot; a domain of one's own always has.
        return self.emulator or f"https://{self.domain if '.' in self.domain else self._amazon_domain}"

    @property
    def _amazon_domain(self) -> str:
        return f"{self.domain}.auth.{self.region}.amazoncognito.com"

    def issuer(self, pool_id: str) -> str:
        # What the tokens carry, on the emulator too.
        return f"https://cognito-idp.{self.region}.amazonaws.com/{pool_id}"

    def jwks(self, pool_id: str) -> str:
        base = f"{self.emulator}/{pool_id}" if self.emulator else self.issuer(pool_id)
        return f"{base}/.well-known/jwks.json"

    def login(self, client_id: str, callback_url: str, scopes: list[str]) -> str:
        query = {
            "client_id": client_id,
            "response_type": "code",
            "scope": " ".join(scopes),
            "redirect_uri": callback_url,
        }
        return f"{self.hosted_ui}/oauth2/authorize?{urlencode(query, quote_via=quote)}"


def stack_outputs(
    settings: Settings,
    region: str,
    certificate: DomainCertificate | None,
    pool: CustomerUserPool,
    access: AccessRegistry,
) -> dict[str, Any]:
    """The outputs by name; `certificateArn` is absent where there is no certificate."""
    domain = settings.domain.auth_domain if settings.domain.custom else settings.domain.prefix
    at = Endpoints(region, domain, settings.cognito_endpoint)
    return {
        "userPoolId": pool.id,
        "userPoolArn": pool.arn,
        **({"certificateArn": certificate.arn} if certificate else {}),
        "issuer": pool.id.apply(at.issuer),
        "jwksUri": pool.id.apply(at.jwks),
        "authorizeUrl": f"{at.hosted_ui}/oauth2/authorize",
        "tokenUrl": f"{at.hosted_ui}/oauth2/token",
        "userInfoUrl": f"{at.hosted_ui}/oauth2/userInfo",
        "logoutUrl": f"{at.hosted_ui}/logout",
        "apis": {key: {"identifier": api.identifier, "scopes": api.full_scopes} for key, api in settings.apis.items()},
        "clients": {key: _client(client, access.clients[key], at) for key, client in settings.clients.items()},
        "clientSecrets": pulumi.Output.secret(
            {key: access.clients[key].client_secret for key, client in settings.clients.items() if client.secret}
        ),
    }


def _client(client: Client, made: UserPoolClient, at: Endpoints) -> dict[str, Any]:
    scopes = list(client.scopes or ())
    output: dict[str, Any] = {"clientId": made.id, "scopes": scopes, "callbackUrls": list(client.callback_urls)}
    if client.logout_urls:
        output["logoutUrls"] = list(client.logout_urls)
    if client.flows and not client.is_machine:
        output["loginUrl"] = made.id.apply(lambda client_id: at.login(client_id, client.callback_urls[0], scopes))
    return output
