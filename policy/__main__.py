"""Entry of the policy pack, which Pulumi's Python language host starts: `pulumi preview --policy-pack policy`."""

import sys
from pathlib import Path

from pulumi_policy import PolicyPack

# Pulumi starts the pack as a folder, not as a package: add the checkout to the import path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policy.pack import Stack, policies

PolicyPack("identity", policies(Stack.current()), provider="aws", display_name="Identity")
