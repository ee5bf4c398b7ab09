"""Find what exists for a resource that the program registers: by its name, its identifier, or where it hangs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cli.adopt.account import Account
from local.aws_plugin.emulator import is_gone
from local.aws_plugin.properties import Props

# Nothing in AWS has this name: it stands for what is known once it has been made.
NOT_YET = "(known once it is made)"
_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


@dataclass(frozen=True)
class Candidate:
    """Something in AWS that may be the resource: the id that Pulumi imports it by, and how a person tells it."""

    import_id: str
    told: str = ""


class Finder:
    """Looks into one account. `candidates` gives none, one, or, where names are shared, several."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._by_type: Mapping[str, Callable[[Props], list[Candidate]]] = {
            "aws:acm/certificate:Certificate": self._certificates,
            "aws:cloudformation/stack:Stack": self._stacks,
            "aws:cognito/resourceServer:ResourceServer": self._servers,
            "aws:cognito/userPool:UserPool": self._pools,
            "aws:cognito/userPoolClient:UserPoolClient": self._clients,
            "aws:cognito/userPoolDomain:UserPoolDomain": self._domains,
            "aws:route53/record:Record": self._records,
        }
        # One look is enough for all the clients of a pool.
        self.clients_of = cache(self._clients_of)
        self.servers_of = cache(self._servers_of)

    def importable(self, type_name: str) -> bool:
        """Whether Pulumi can import this type; a certificate's validation is nothing of its own in AWS."""
        return type_name in self._by_type

    def candidates(self, type_name: str, inputs: Props) -> list[Candidate]:
        return self._by_type[type_name](inputs)

    def import_id(self, type_name: str, inputs: Props, given: str) -> str:
        """The id as Pulumi takes it, from one that a person gave: a client's goes with its pool's."""
        if type_name.endswith(":UserPoolClient") and "/" not in given:
            return f"{inputs['userPoolId']}/{given}"
        if type_name.endswith(":ResourceServer") and "|" not in given:
            return f"{inputs['userPoolId']}|{given}"
        return given

    def pool(self, pool_id: str) -> dict[str, Any]:
        """The pool as AWS describes it; empty where there is none."""
        if pool_id == NOT_YET:
            return {}
        try:
            found: dict[str, Any] = self._cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
        except Exception as error:
            # A name that is no pool id at all is refused by another code.
            if is_gone(error) or "InvalidParameter" in str(error) or "ValidationException" in str(error):
                return {}
            raise
        return found

    @property
    def _cognito(self) -> Any:
        return self._account.client("cognitoidp")

    def _pools(self, inputs: Props) -> list[Candidate]:
        pages = self._cognito.get_paginator("list_user_pools").paginate(MaxResults=60)
        named = [pool for page in pages for pool in page["UserPools"] if pool["Name"] == inputs["name"]]
        return [Candidate(pool["Id"], f"made {pool['CreationDate']:%Y-%m-%d %H:%M}") for pool in named]

    def _domains(self, inputs: Props) -> list[Candidate]:
        pool = self.pool(inputs["userPoolId"])
        # A pool has at most one domain of each kind, whatever its name is.
        domain = pool.get("CustomDomain" if inputs.get("certificateArn") else "Domain")
        return [Candidate(domain)] if domain else []

    def _servers_of(self, pool_id: str) -> list[dict[str, Any]]:
        if not self.pool(pool_id):
            return []
        pages = self._cognito.get_paginator("list_resource_servers").paginate(UserPoolId=pool_id, MaxResults=50)
        return [server for page in pages for server in page["ResourceServers"]]

    def _servers(self, inputs: Props) -> list[Candidate]:
        servers = self.servers_of(inputs["userPoolId"])
        same = [server for server in servers if server["Identifier"] == inputs["identifier"]]
        same = same or [server for server in servers if server["Name"] == inputs["name"]]
        return [
            Candidate(f"{inputs['userPoolId']}|{server['Identifier']}", f"named {server['Name']}") for server in same
        ]

    def _clients_of(self, pool_id: str) -> list[dict[str, Any]]:
        if not self.pool(pool_id):
            return []
        pages = self._cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool_id, MaxResults=60)
        return [client for page in pages for client in page["UserPoolClients"]]

    def _clients(self, inputs: Props) -> list[Candidate]:
        pool = inputs["userPoolId"]
        named = [client for client in self.clients_of(pool) if client["ClientName"] == inputs["name"]]
        return [Candidate(f"{pool}/{client['ClientId']}") for client in named]

    def _certificates(self, inputs: Props) -> list[Candidate]:
        acm = self._account.client("acm", inputs.get("region"))
        # Without the key types AWS lists RSA_2048 alone.
        pages = acm.get_paginator("list_certificates").paginate(Includes={"keyTypes": _KEY_TYPES})
        entries = [entry for page in pages for entry in page["CertificateSummaryList"]]
        arns = [entry["CertificateArn"] for entry in entries if entry.get("DomainName") == inputs["domainName"]]
        found = [acm.describe_certificate(CertificateArn=arn)["Certificate"] for arn in arns]
        issued = [it for it in found if it.get("Type") == "AMAZON_ISSUED" and it["Status"] == "ISSUED"]
        used = [it for it in issued if it.get("InUseBy")]
        chosen = used if len(used) == 1 else issued or [it for it in found if it["Status"] == "PENDING_VALIDATION"]
        return [Candidate(it["CertificateArn"], f"{it['Status']}, made {it['CreatedAt']:%Y-%m-%d}") for it in chosen]

    def _records(self, inputs: Props) -> list[Candidate]:
        name, kind, zone = str(inputs["name"]).rstrip("."), inputs["type"], inputs["zoneId"]
        if NOT_YET in (name, kind):
            return []
        answer = self._account.client("route53").list_resource_record_sets(
            HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="1"
        )
        there = any(
            (it["Name"].rstrip(".").lower(), it["Type"]) == (name.lower(), kind) for it in answer["ResourceRecordSets"]
        )
        return [Candidate(f"{zone}_{name}_{kind}")] if there else []

    def exporter(self, export: str) -> str | None:
        """The CloudFormation stack that exports a name."""
        pages = self._account.client("cloudformation").get_paginator("list_exports").paginate()
        entries = (entry for page in pages for entry in page.get("Exports", []))
        owners = (str(entry["ExportingStackId"]) for entry in entries if entry["Name"] == export)
        return next((owner.split("/")[1] if "/" in owner else owner for owner in owners), None)

    def _stacks(self, inputs: Props) -> list[Candidate]:
        try:
            found = self._account.client("cloudformation").describe_stacks(StackName=inputs["name"])["Stacks"]
        except Exception as error:
            if is_gone(error):
                return []
            raise
        return [Candidate(it["StackName"]) for it in found if it["StackStatus"] != "DELETE_COMPLETE"]
