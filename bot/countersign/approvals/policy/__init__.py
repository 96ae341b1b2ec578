"""The policy: rules that say who may decide which action, how many must agree, and by when. No I/O.

`reading` makes rules of the policy file's text, `matching` finds an action's rule, `voting` counts
votes under a rule, `clock` says when something is due.
"""
