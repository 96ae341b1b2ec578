"""The bot as processes: starting, stopping, being killed, several of them, and clocks that differ."""
