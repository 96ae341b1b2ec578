"""The demo's bot: its process, environment, inspection client and supervisor."""
