"""Users and machine-to-machine clients in a pool: one for each way to sign in at each client."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from local.gateway import calls, tokens
from tests.support import http, srp, totp
from tests.support.live_pool import Aws
from tests.support.pages import Browser

Json = dict[str, Any]
PASSWORD = "Aa1-" * 25  # valid for every password policy
PAGES, MACHINE = "pages", "client_credentials"
# The settings of a client that allow each flow of InitiateAuth. The second names are older ones.
_FLOWS = {
    "USER_PASSWORD_AUTH": {"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
    "ADMIN_USER_PASSWORD_AUTH": {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
    "USER_SRP_AUTH": {"ALLOW_USER_SRP_AUTH"},
    "CUSTOM_AUTH": {"ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"},
}
_BY_ITSELF = ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]  # the defaults of AWS
_REQUIRED = {"birthdate": "2000-01-01", "updated_at": "1"}
# The claims that are the same at each sign-in.
_LASTING = ("iss", "sub", "client_id", "username", "scope", "token_use", "cognito:groups")


@dataclass
class Person:
    """A user or machine-to-machine client that signs in at one client in one way.

    Args:
        url: the emulator's URL.
        cognito: a Cognito client with the account's key.
        pool: the pool as AWS describes it.
        client: the client as first described. Its secret must stay valid.
        way: a flow of InitiateAuth, PAGES, the name of an identity provider, or MACHINE.
        name: the username, unless an identity provider or a machine signs in.
    """

    url: str
    cognito: Any
    pool: Json
    client: Json
    way: str
    name: str
    app: str = ""  # the secret of an authenticator app
    code_asked: bool = False
    refresh_token: str = ""
    known: Json = field(default_factory=dict)

    def first_sign_in(self, with_app: bool) -> None:
        """Sign in for the first time. `with_app` sets up an authenticator app, which each later sign-in needs."""
        given = self._sign_in()
        if with_app and self.way in _FLOWS:
            self._set_up_app(given["access_token"])
            given = self._sign_in()
            assert self.code_asked
        self.known, self.refresh_token = _lasting(given), given.get("refresh_token", "")

    def sign_in_again(self) -> None:
        """Sign in again with the same password, app and secret, and use the first refresh token."""
        self.code_asked = False
        assert _lasting(self._sign_in()) == self.known
        assert self.code_asked == bool(self.app)
        if self.refresh_token:  # the emulator's token endpoint omits the groups on refresh
            assert _lasting(self._renew()).items() <= self.known.items()

    def _sign_in(self) -> Json:
        if self.way == MACHINE:
            return self._token(grant_type=MACHINE)
        if self.way in _FLOWS:
            return self._by_operation()
        return self._token(grant_type="authorization_code", code=self._code(), redirect_uri=self._callback)

    def _by_operation(self) -> Json:
        proof, admin = srp.Proof(), self.way.startswith("ADMIN")
        own = {"UserPoolId": self.pool["Id"]} if admin else {}
        begin = self.cognito.admin_initiate_auth if admin else self.cognito.initiate_auth
        answer = self.cognito.admin_respond_to_auth_challenge if admin else self.cognito.respond_to_auth_challenge
        shown = {"USER_SRP_AUTH": {"SRP_A": proof.public}, "CUSTOM_AUTH": {}}.get(self.way, {"PASSWORD": PASSWORD})
        named = {"ClientId": self.client["ClientId"], **own}
        said = begin(**named, AuthFlow=self.way, AuthParameters={**self._named("USERNAME", "SECRET_HASH"), **shown})
        while challenge := said.get("ChallengeName"):
            responses = self._named("USERNAME", "SECRET_HASH") | self._response(challenge, proof, said)
            session = {"Session": said["Session"]} if "Session" in said else {}
            said = answer(**named, **session, ChallengeName=challenge, ChallengeResponses=responses)
        given = said["AuthenticationResult"]
        return {"access_token": given["AccessToken"], "refresh_token": given["RefreshToken"]}

    def _response(self, challenge: str, proof: srp.Proof, said: Json) -> dict[str, str]:
        if challenge == "PASSWORD_VERIFIER":
            asked = said["ChallengeParameters"]
            return proof.answer(self.pool["Id"], PASSWORD, asked) | self._hash(asked["USER_ID_FOR_SRP"])
        if challenge == "SOFTWARE_TOKEN_MFA":
            self.code_asked = True
            return {"SOFTWARE_TOKEN_MFA_CODE": totp.code(self.app)}
        assert challenge == "CUSTOM_CHALLENGE"
        return {"ANSWER": "open"}

    def _named(self, name: str, proof: str) -> dict[str, str]:
        return {name: self.name, **self._hash(self.name, proof)}

    def _hash(self, name: str, proof: str = "SECRET_HASH") -> dict[str, str]:
        return {proof: calls.secret_hash(self.client, name)} if "ClientSecret" in self.client else {}

    def _set_up_app(self, access_token: str) -> None:
        self.app = self.cognito.associate_software_token(AccessToken=access_token)["SecretCode"]
        self.cognito.verify_software_token(AccessToken=access_token, UserCode=totp.code(self.app))

    @property
    def _callback(self) -> str:
        return str(self.client["CallbackURLs"][0])

    def _code(self) -> str:
        """Return the authorization code of the sign-in pages. A stand-in plays the identity provider."""
        asked = {"client_id": self.client["ClientId"], "response_type": "code", "redirect_uri": self._callback}
        asked |= {"scope": " ".join(self.client["AllowedOAuthScopes"])}
        if self.way == PAGES:
            browser = Browser(self.url).open(f"/oauth2/authorize?{urlencode(asked)}")
            browser.send(username=self.name, password=PASSWORD)
            if browser.title == "Enter a code":
                self.app = self.app or browser.shown_secret
                self.code_asked = True
                browser.send(code=totp.code(self.app))
            return browser.answer["code"]
        browser = Browser(self.url).open(f"/oauth2/authorize?{urlencode(asked | {'identity_provider': self.way})}")
        browser.open(browser.page.headers["Location"]).send(1)
        if browser.page.headers["Location"].startswith("/"):
            browser.open(browser.page.headers["Location"])
        return browser.answer["code"]

    def _token(self, **form: str) -> Json:
        secret = {"client_secret": self.client["ClientSecret"]} if "ClientSecret" in self.client else {}
        answer = http.post(f"{self.url}/oauth2/token", data={"client_id": self.client["ClientId"], **secret, **form})
        given: Json = answer.raise_for_status().json()
        return given

    def _renew(self) -> Json:
        if self.way not in _FLOWS:
            return self._token(grant_type="refresh_token", refresh_token=self.refresh_token)
        secret = {"ClientSecret": self.client["ClientSecret"]} if "ClientSecret" in self.client else {}
        asked = {"ClientId": self.client["ClientId"], "RefreshToken": self.refresh_token, **secret}
        given = self.cognito.get_tokens_from_refresh_token(**asked)["AuthenticationResult"]
        return {"access_token": given["AccessToken"]}


def create_people(url: str, aws: Aws, pool_id: str, nobody: Collection[str] = ()) -> list[Person]:
    """Create the users, add them to all groups, and sign in each user and machine once.

    Args:
        url: the emulator's URL.
        aws: returns a boto3 client of a service.
        pool_id: the pool's id.
        nobody: the names of clients without a way to sign in here. All other clients must have one.
    """
    cognito = aws("cognito-idp")
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    factors = cognito.get_user_pool_mfa_config(UserPoolId=pool_id)
    with_app = factors["MfaConfiguration"] != "OFF" and factors.get("SoftwareTokenMfaConfiguration", {}).get("Enabled")
    groups = [group["GroupName"] for group in cognito.list_groups(UserPoolId=pool_id)["Groups"]]
    providers = [one["ProviderName"] for one in cognito.list_identity_providers(UserPoolId=pool_id)["Providers"]]
    people: list[Person] = []
    for listed in cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]:
        named = {"UserPoolId": pool_id, "ClientId": listed["ClientId"]}
        client = cognito.describe_user_pool_client(**named)["UserPoolClient"]
        found = [way for way in _ways(pool, client) if way in (*_FLOWS, PAGES, MACHINE, *providers)]
        assert found or client["ClientName"] in nobody, client
        if client["ClientName"] not in nobody:
            people += [
                Person(url, cognito, pool, client, way, _name(pool, len(people) + n)) for n, way in enumerate(found)
            ]
    for person in people:
        if person.way in (PAGES, *_FLOWS):
            _make(person, groups)
        person.first_sign_in(bool(with_app))
    return people


def _ways(pool: Json, client: Json) -> Iterator[str]:
    """Yield the ways to sign in at a client. With both OAuth flows for users allowed, only the code flow is used."""
    allowed = set(client.get("ExplicitAuthFlows") or _BY_ITSELF)
    for flow, names in _FLOWS.items():
        if allowed & names and (flow != "CUSTOM_AUTH" or pool.get("LambdaConfig", {}).get("DefineAuthChallenge")):
            yield flow
    if not client.get("AllowedOAuthFlowsUserPoolClient"):
        return
    if "code" in client.get("AllowedOAuthFlows", []):
        for provider in client.get("SupportedIdentityProviders") or ["COGNITO"]:
            yield PAGES if provider == "COGNITO" else provider
    if MACHINE in client.get("AllowedOAuthFlows", []):
        yield MACHINE


def _name(pool: Json, number: int) -> str:
    known_as = [*pool.get("UsernameAttributes", []), "username"][0]
    names = {"email": f"person{number}@example.com", "phone_number": f"+49301234{number:03d}"}
    return names.get(known_as, f"person{number}")


def _make(person: Person, groups: list[str]) -> None:
    cognito, named = person.cognito, {"UserPoolId": person.pool["Id"], "Username": person.name}
    required = [one["Name"] for one in person.pool["SchemaAttributes"] if one.get("Required") and one["Name"] != "sub"]
    given = {name: _REQUIRED.get(name, "Ada") for name in required}
    given |= {"email": f"{person.name.partition('@')[0]}@example.com", "email_verified": "true"}
    listed = [{"Name": name, "Value": value} for name, value in given.items()]
    cognito.admin_create_user(**named, UserAttributes=listed, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(**named, GroupName=group)


def _lasting(given: Json) -> Json:
    claims = tokens.claims(given["access_token"])
    return {name: claims[name] for name in _LASTING if name in claims}
