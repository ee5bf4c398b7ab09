"""Lambda functions of this program. Each folder is deployed unchanged, so it imports nothing from this repository."""
