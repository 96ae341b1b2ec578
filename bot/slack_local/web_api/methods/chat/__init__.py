"""`chat.*`: messages, those that Slack posts later, and those that grow while they are read."""
