"""Take over what runs already: find it in AWS, show it beside what the program would make, bring it into the state.

Nothing here writes to AWS; `cli.adopt.account` sees to that.
"""
