"""The arguments of each command, without what the commands import."""
