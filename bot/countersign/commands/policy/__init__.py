"""The command `policy`: check, explain and replay the policy file."""
