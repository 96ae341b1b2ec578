"""Approvals and what people leave beside them: the ledger, grants, delegations and broken glass."""
