"""COMMANDS besides serving: halted threads, the audit of the ledger, the policy file."""
