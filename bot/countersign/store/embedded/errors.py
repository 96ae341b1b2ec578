"""The embedded server's error; its message is for the operator."""

from countersign.approvals.errors import CountersignError


class EmbeddedPostgresError(CountersignError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do about it."""
