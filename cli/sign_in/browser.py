"""The user's browser on this machine."""

import os
import sys
import webbrowser


def can_open() -> bool:
    """Whether there is a browser with a window; a text browser would take over the terminal."""
    if os.environ.get("BROWSER"):
        return True
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
