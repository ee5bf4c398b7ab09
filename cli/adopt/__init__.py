"""Adoption of an existing user pool: write the stack file, import into the state, check for drift.

`kinds` has all that may stand on a pool, a class each, and reads it; `describe` says it as config, `stack_settings`
writes that down, `survey` compares the two, and `bring_in` imports. Nothing here writes to AWS; `account` sees to that.
"""
