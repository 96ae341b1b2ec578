"""The demo's bot: its process, its environment, what it says of itself, and who restarts it."""
