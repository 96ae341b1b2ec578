"""Decisions that change the arguments: the resulting arguments, and whether the rule allows them."""
