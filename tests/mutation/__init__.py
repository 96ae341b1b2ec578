"""Mutation testing, run by `make mutants`: change the code in a copy, and see whether a test fails."""
