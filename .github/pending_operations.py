"""Refuse to update a stack whose last update was interrupted while it created a resource.

The state does not show whether the resource exists: `pulumi up` would only warn, and create it a second time.
"""

import json
import subprocess
import sys


def main(stack: str) -> int:
    exported = subprocess.run(["pulumi", "stack", "export", "--stack", stack], stdout=subprocess.PIPE, check=False)
    if exported.returncode:
        return exported.returncode  # pulumi has printed the error
    operations = json.loads(exported.stdout)["deployment"].get("pending_operations") or []
    creates = [operation["resource"]["urn"] for operation in operations if operation["type"] == "creating"]
    if creates:
        print(f"The last update of the stack {stack} was interrupted while it created this, which may exist in AWS:")
        print("\n".join(f"  {urn}" for urn in creates))
        print("Nothing was changed. See docs/troubleshooting.md, Pending operations.")
    return 1 if creates else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
