"""Take over what runs already: describe it in the stack's file, bring it into the state, and look after it.

`live` reads a pool, `describe` says it as config, `stack_settings` writes that down, `survey` compares the two, and
`bring_in` imports. Nothing here writes to AWS; `account` sees to that.
"""
