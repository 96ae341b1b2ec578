"""Approvals, the ledger, grants, delegations and uses of break glass."""
