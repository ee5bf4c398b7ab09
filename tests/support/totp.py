"""The codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds)."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str, at: float | None = None) -> str:
    """The code for a secret in base32, now or at a time in seconds since 1970."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    steps = int(time.time() if at is None else at) // 30
    mac = hmac.new(key, struct.pack(">Q", steps), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
