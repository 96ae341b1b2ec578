"""What the ledger records of decisions and refusals."""
