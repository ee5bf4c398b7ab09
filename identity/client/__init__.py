"""App clients: `settings.py` declares the settings, `rules.py` checks their combinations."""
