"""The command `init`: writes a project that runs at once, and that people go on from."""
