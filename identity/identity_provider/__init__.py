"""The identity providers: `settings.py` is what a stack file may say of one, `kinds.py` what differs by type, and
`rules.py` what can never work.
"""
