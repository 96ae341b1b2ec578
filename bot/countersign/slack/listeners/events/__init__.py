"""Events of the Events API: messages, and who joins or leaves."""
