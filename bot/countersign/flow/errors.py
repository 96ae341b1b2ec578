"""Errors of use cases and ports, one class per reaction. Their texts are safe to show."""

from countersign.approvals.errors import CountersignError
from countersign.flow.error_report import ErrorReport
from countersign.i18n import AnyText, lazy_text


class Conflict(CountersignError):
    """Somebody else changed this approval in the meantime."""


class DatabaseUnavailable(CountersignError):
    """The database cannot be reached or has no room: whether this was written is not known."""


class StatementFailed(CountersignError):
    """The database refused a statement. The log says why."""


class WrittenByNewerVersion(CountersignError):
    """Countersign is being updated, and a newer version wrote this. Try again in a minute."""


class StaleWorker(CountersignError):
    """Another worker took this thread over meanwhile, so this one's result was not written."""


class ThreadBusy(CountersignError):
    """Another worker holds this thread."""


class Drained(CountersignError):
    """This process is stopping, so the run was handed back at its next step."""


class Stopped(CountersignError):
    """Somebody stopped the run, which ended at its next step. What it did until then is saved."""


class RunAgain(CountersignError):
    """The run was stopped before it did anything that counts: the step is to be taken again, at once."""


class RunFailed(CountersignError):
    """The graph raised. The log has the traceback under `error_id`; `hint` is safe to show to people.

    `report` is for the graph's author; None where no such reports are kept.
    """

    def __init__(self, error_id: str, hint: AnyText, report: ErrorReport | None = None) -> None:
        super().__init__(hint)
        self.error_id = error_id
        self.hint = hint
        self.report = report


class AnswerRefused(CountersignError):
    """The graph would not take this answer; it can be answered again."""


class RateLimited(CountersignError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(lazy_text("Slack asks to wait {seconds:g} s.", seconds=seconds))
        self.seconds = seconds


class PostLimited(RateLimited):
    """Slack asks to wait with a message, and has posted nothing of it."""


class SlackRefused(CountersignError):
    """Slack refused the call. `error` is Slack's own code."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(lazy_text("Slack refused {method}: {error}.", method=method, error=error))
        self.method = method
        self.error = error


class SlackUnreachable(CountersignError):
    """Slack did not answer."""


class OutcomeUnknown(CountersignError):
    """An earlier attempt was cut off before it could store its outcome, so this is not done again."""

    outcome_unknown = True
