"""Why a message decided nothing, in words for its writer."""

from countersign.approvals.errors import CountersignError


class WrittenTooSoon(CountersignError):
    """Your message decided nothing: it came right after the card. Use the buttons, or write it again."""


class NeedsConfirmation(CountersignError):
    """Your message decided nothing: approving this needs a confirmation. Use the button on the card."""


class ChangedBeforeRead(CountersignError):
    """Your message decided nothing: it was edited or deleted before I read it. Use the buttons."""


class MessageExpired(CountersignError):
    """This message is no longer available. Use the card, or write it again."""


class NoLongerOpen(CountersignError):
    """This is no longer open, so your message decided nothing."""
