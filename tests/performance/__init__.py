"""How fast the program is, beside what it could be at best: measured side by side, in one run."""
