"""Logs a failed run, and gives what its thread may show: a hint, and the Error ID in the log."""

import structlog

from countersign.flow.error_report import new_error_id
from countersign.flow.errors import RunFailed
from countersign.i18n import N_, lazy_text
from countersign.runs.errors.error_reports import ErrorReports

log = structlog.get_logger()

_STOPPED = N_("The agent stopped with an error.")
# By package and class: to import openai takes a quarter of a start, and a graph whose
# errors these are has imported it.
_HINTS = {
    "openai.APITimeoutError": N_("The model did not answer in time."),
    "openai.APIConnectionError": N_("The model could not be reached."),
    "openai.AuthenticationError": N_("The model refused the bot's key. Tell your admin."),
    "openai.RateLimitError": N_("The model is busy or out of quota just now."),
    "openai.BadRequestError": N_("The model refused what it was sent."),
    "openai.APIError": N_("The model answered with an error."),
    "countersign.StatementFailed": N_("The database refused to store what the agent did."),
    "langgraph.GraphRecursionError": N_("The agent took more steps than it is allowed, so it was stopped."),
}


def report_failure(
    graph: str, thread_id: str, reports: ErrorReports | None, error: BaseException
) -> RunFailed:
    """Log the error with its traceback under a new Error ID; the result holds what people may see."""
    error_id = new_error_id()
    log.error("run_failed", error_id=error_id, graph=graph, thread_id=thread_id, exc_info=error)
    causes = (error, error.__cause__, error.__context__)
    hint = next((hint for cause in causes if (hint := _hint(cause))), None)
    report = reports.describe(error_id, graph, error) if reports else None
    return RunFailed(error_id, lazy_text(hint or _STOPPED), report)


def _hint(error: BaseException | None) -> str | None:
    """The text for people, by the nearest class of the error that has one."""
    names = (f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(error).__mro__)
    return next((_HINTS[name] for name in names if name in _HINTS), None)
