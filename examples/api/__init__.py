"""An API that accepts this stack's access tokens: `app.py` has the API, `tokens.py` the checks."""
