"""Replies in the thread that decide: parsing them, and acting on them."""
