"""What can go wrong with the embedded server, in a sentence for the person who started the bot."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do about it."""
