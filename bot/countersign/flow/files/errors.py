"""Why a file is not read. `reason` is for the file's writer."""

from countersign.approvals.errors import CountersignError
from countersign.i18n import Text, lazy_text


class FileNotRead(CountersignError):
    """This file can't be read."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.source)
        self.reason = reason


class KindNotRead(FileNotRead):
    """Files of this kind aren't read."""


def too_large(limit: int) -> Text:
    """Of a file with more than `limit` bytes."""
    if limit >= 1 << 20:
        return lazy_text("It has more than {limit} MB.", limit=limit >> 20)
    return lazy_text("It has more than {limit} KB.", limit=limit >> 10)


DELETED = lazy_text("It was deleted.")
NO_ACCESS = lazy_text("Slack doesn't let me see it.")
NO_SCOPE = lazy_text("I lack the permission to read files. Ask your admin to add files:read.")
NOT_GIVEN = lazy_text("Slack didn't give it to me. Send it again.")
NOT_SLACKS = lazy_text("It isn't stored in Slack. Paste its text, or upload the file itself.")
