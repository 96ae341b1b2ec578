"""Decisions that change the arguments: what they leave the action with, and whether its rule allows that."""
