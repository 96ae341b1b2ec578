"""What a caller of the domain can act on, one class each. The docstring is the sentence people read."""

from countersign.i18n import AnyText, Text, TextLines


class CountersignError(Exception):
    """Countersign could not do that."""

    def __init__(self, message: AnyText | None = None) -> None:
        super().__init__(message)
        self.message = message or Text(type(self).__doc__ or type(self).__name__)

    def __str__(self) -> str:
        """For whoever reads it, in their language."""
        return str(self.message)

    @property
    def source(self) -> str:
        """The same in the language of the code: for the ledger and the log."""
        return self.message.source if isinstance(self.message, Text | TextLines) else self.message


class NotPending(CountersignError):
    """This approval is no longer open."""


class Expired(NotPending):
    """This request has expired, so it can't be decided now."""


class AlreadyDecided(CountersignError):
    """This step of the approval was decided already."""


class QuestionChanged(CountersignError):
    """This card changed after you saw it, so nothing was done. Read it again."""


class NothingDecided(CountersignError):
    """Nothing was decided, so nothing was changed."""


class IllegalTransition(CountersignError):
    """That can't happen to an approval in this state."""


class AlreadyVoted(CountersignError):
    """Your vote counts already. Others still have to vote."""


class MayNotDecide(CountersignError):
    """You may not decide this."""
