"""Applying the policy: rules for new approvals, and who may decide open ones."""
