"""Identity providers: `settings.py` declares the settings, `kinds.py` the differences between types, `rules.py` checks
combinations.
"""
