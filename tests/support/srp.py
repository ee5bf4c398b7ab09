"""The client's part of USER_SRP_AUTH, as in Amplify: it proves the password without sending it.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

# The 3072-bit group of RFC 3526, section 4.
_PRIME = int(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f"
    "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510"
    "15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7"
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c"
    "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
    16,
)
_GENERATOR = 2


class Proof:
    """A single sign-in: `public` is the app's SRP_A, `answer` its response to PASSWORD_VERIFIER."""

    def __init__(self) -> None:
        self._secret = secrets.randbits(256)  # the minimum length of RFC 5054, section 2.5.4
        self._public = pow(_GENERATOR, self._secret, _PRIME)

    @property
    def public(self) -> str:
        return format(self._public, "x")

    def answer(self, pool: str, password: str, challenge: Mapping[str, str]) -> dict[str, str]:
        """Return the challenge responses without SECRET_HASH."""
        served, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        owner = pool.partition("_")[2] + challenge["USER_ID_FOR_SRP"]
        private = _hash(_padded(salt) + hashlib.sha256(f"{owner}:{password}".encode()).digest())
        mixed = _hash(_padded(self._public) + _padded(served))
        factor = _hash(_padded(_PRIME) + _padded(_GENERATOR))
        base = served - factor * pow(_GENERATOR, private, _PRIME)
        shared = pow(base, self._secret + mixed * private, _PRIME)
        key = hmac.digest(_padded(mixed), _padded(shared), "sha256")
        key = hmac.digest(key, b"Caldera Derived Key\x01", "sha256")[:16]
        now = datetime.now(UTC)
        at = f"{now:%a %b} {now.day} {now:%H:%M:%S} UTC {now.year}"
        said = owner.encode() + base64.b64decode(challenge["SECRET_BLOCK"]) + at.encode()
        return {
            "USERNAME": challenge["USER_ID_FOR_SRP"],
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, said, "sha256")).decode(),
            "TIMESTAMP": at,
        }


def _padded(number: int) -> bytes:
    """Pad with a zero byte if the number would otherwise be read as negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest(), "big")
