"""An API that takes this stack's access tokens; see `app.py` to use it and `tokens.py` for the checks."""
