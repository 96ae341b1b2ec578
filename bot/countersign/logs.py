"""Logs: one line per event on standard error, as text for people or as JSON for collectors."""

import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from countersign.flow.observability.tracing import trace_id
from countersign.log_redaction import SecretRedactor, hide

# Their INFO is one line per job, request and reconnection; our own events cover what matters.
_WARNINGS_ONLY = ("procrastinate", "slack_bolt", "slack_sdk", "httpx", "httpx2", "aiohttp.access", "openai")


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Levels of loggers are not enough: Bolt sets those of its own loggers to the root's."""
    return record.levelno >= logging.WARNING or not f"{record.name}.".startswith(
        tuple(f"{name}." for name in _WARNINGS_ONLY)
    )


def _add_trace_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Adds the trace id, so that log lines and traces lead to each other."""
    if (found := trace_id()) is not None:
        event.setdefault("trace_id", found)
    return event


def configure_logging(log_format: str, level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's records the same way, without secrets and forged lines.

    Secrets are known forms, values behind telling names, and those of the environment as it is now.
    """
    redactor = SecretRedactor(os.environ)

    def redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
        return redactor.redact(str(line))

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_trace_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=set()), *shared],
        processors=[
            hide,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redactor,
            renderer,
            # Once more over the line: a secret may be split over a key and its value.
            redact_line,
        ],
    )
    handler.setFormatter(formatter)
    handler.addFilter(_is_worth_a_line)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)
