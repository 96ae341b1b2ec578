"""Replies in the thread that decide: their words, and what happens with them."""
