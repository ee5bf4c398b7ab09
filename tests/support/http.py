"""Requests to servers on this machine: by no proxy, and without the world's certificates, which take 20 ms to read."""

import functools
import ssl

import httpx2

_NONE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

request = functools.partial(httpx2.request, trust_env=False, verify=_NONE)
get = functools.partial(httpx2.get, trust_env=False, verify=_NONE)
post = functools.partial(httpx2.post, trust_env=False, verify=_NONE)
