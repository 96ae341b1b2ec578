"""What a caller of the domain can act on, one class each. The docstring is the sentence people read."""

from countersign.i18n import _


class CountersignError(Exception):
    """Countersign could not do that."""

    def __init__(self, message: str | None = None) -> None:
        sentence = type(self).__doc__
        super().__init__(message or (_(sentence) if sentence else None))


class NotPending(CountersignError):
    """This approval is no longer open."""


class Expired(NotPending):
    """This request has expired, so it can't be decided now."""


class AlreadyDecided(CountersignError):
    """This step of the approval was decided already."""


class QuestionChanged(CountersignError):
    """The question behind this card changed after the card was posted."""


class NothingDecided(CountersignError):
    """Nothing was decided, so nothing was changed."""


class IllegalTransition(CountersignError):
    """That can't happen to an approval in this state."""


class AlreadyVoted(CountersignError):
    """Your vote counts already. It still takes others."""


class MayNotDecide(CountersignError):
    """You may not decide this."""
