"""Resolves evidence from the code into the shape of an answer."""
