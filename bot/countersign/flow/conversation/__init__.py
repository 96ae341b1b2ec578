"""Control of a whole conversation: stop its run, reset it, queue messages behind it."""
