"""The command `graphs`: which answers graphs take, and which waiting approvals their code could not take."""
