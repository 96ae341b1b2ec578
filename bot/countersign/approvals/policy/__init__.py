"""The policy: rules that say who may decide which action, how many must agree, and by when. No I/O.

`reading` makes rules of the policy file's text, `matching` finds an action's rule, `voting` says what the
votes under a rule come to, `clock` when something is due.
"""
