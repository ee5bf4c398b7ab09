"""Adoption of an existing user pool: write the stack file, import into the state, check for drift.

`kinds` reads each kind of resource that a pool can have, `describe` turns the resources into config,
`stack_settings` writes that config to the stack file, `survey` compares both, and `bring_in` imports.
Nothing here writes to AWS: `account` refuses such calls.
"""
