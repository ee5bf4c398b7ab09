"""The user pool: `settings.py` declares the settings, `component.py` creates the resources."""
