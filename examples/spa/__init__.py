"""A single-page app with oidc-client-ts: it signs in, refreshes its tokens, calls the example API, and signs out.

npm install --prefix .local/connect oidc-client-ts@3.5.0
set -a; . .local/export/local/identity.env; set +a      # written by `make export`, with a client `web`
python -m examples.spa
"""
