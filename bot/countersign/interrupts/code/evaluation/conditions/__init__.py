"""Tests of an answer, and what they say about it on each branch."""
