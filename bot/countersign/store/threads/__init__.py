"""Threads: their inbound messages and steps, what tells how a reply was meant, and the slots of runs."""
