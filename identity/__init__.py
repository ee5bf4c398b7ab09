"""The sign-in of a product on AWS: certificate, user pool, resource servers and clients."""

import os

# No plugin of pydantic has a say in how settings are checked, and looking for one reads all installed packages.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
