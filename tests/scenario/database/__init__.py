"""The database under the bot: its limits, roles, poolers, TLS, keys, and a restore."""
