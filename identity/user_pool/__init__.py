"""The user pool: `settings.py` is what a stack file may say of it, `component.py` what is made of that."""
