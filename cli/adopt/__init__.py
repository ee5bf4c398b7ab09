"""Adoption of an existing user pool: write the stack file, import into the state, check for drift.

`live` reads a pool, `describe` says it as config, `stack_settings` writes that down, `survey` compares the two, and
`bring_in` imports. Nothing here writes to AWS; `account` sees to that.
"""
