"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds)."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str, at: float | None = None) -> str:
    """Return the code for a base32 secret, now or at a Unix time in seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    steps = int(time.time() if at is None else at) // 30
    mac = hmac.new(key, struct.pack(">Q", steps), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
