"""The command `audit`: verify, export and show the ledger."""
