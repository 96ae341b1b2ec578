"""The policy in use: rules for approvals that open, and who may decide those that are open."""
