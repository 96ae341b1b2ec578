"""Logs a failed run, and says what its thread may show: a hint, and the Error ID that the log has too."""

import openai
import structlog
from langgraph.errors import GraphRecursionError

from countersign.flow.error_report import new_error_id
from countersign.flow.errors import RunFailed, StatementFailed
from countersign.runs.errors.error_reports import ErrorReports

log = structlog.get_logger()

_HINTS: tuple[tuple[type[BaseException], str], ...] = (
    (openai.APITimeoutError, "The model did not answer in time."),
    (openai.APIConnectionError, "The model could not be reached."),
    (openai.AuthenticationError, "The model refused the bot's key. Tell your admin."),
    (openai.RateLimitError, "The model is busy or out of quota just now."),
    (openai.BadRequestError, "The model refused what it was sent."),
    (openai.APIError, "The model answered with an error."),
    (StatementFailed, "The database refused to store what the agent did."),
    (GraphRecursionError, "The agent took more steps than it is allowed, so it was stopped."),
)


def report_failure(
    graph: str, thread_id: str, reports: ErrorReports | None, error: BaseException
) -> RunFailed:
    """Log the error with its traceback under a new Error ID; the result holds what people may see."""
    error_id = new_error_id()
    log.error("run_failed", error_id=error_id, graph=graph, thread_id=thread_id, exc_info=error)
    causes = [error, error.__cause__, error.__context__]
    hint = next((text for kind, text in _HINTS for cause in causes if isinstance(cause, kind)), None)
    report = reports.describe(error_id, graph, error) if reports else None
    return RunFailed(error_id, hint or "The agent stopped with an error.", report)
