"""The app clients: `settings.py` is what a stack file may say of one, `rules.py` what can never work."""
