"""Entry of the policy pack: by Pulumi's Python language host (`--policy-pack policy`), or by `policy/run`."""

import sys
from pathlib import Path

# Both start it as a folder, not as a package: its siblings are found from the checkout.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policy.wiring import serve

serve()
