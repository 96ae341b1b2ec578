"""Describes exceptions of graphs for their authors: type, message, and the line of the graph's own code."""

import linecache
import os
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import countersign
from countersign.approvals.errors import CountersignError
from countersign.flow.error_report import ErrorReport
from countersign.log_redaction import escape_control_characters, without_hidden
from countersign.runs.source.own_code import OwnCode

_PACKAGE = Path(os.path.realpath(countersign.__file__)).parent
_EXAMPLES = _PACKAGE / "examples"  # graphs, although they are in the package
_MAX_MESSAGE_LENGTH = 2_000  # characters
_MAX_CODE_LENGTH = 300
_MAX_TRACEBACK_LENGTH = 20_000
_MAX_CAUSES = 10


@dataclass(frozen=True)
class _Location:
    file: str
    line: int
    function: str | None


@dataclass(frozen=True)
class ErrorReports:
    """`own` knows which code is the graphs', `redact` removes the secrets of a text."""

    own: OwnCode
    redact: Callable[[str], str]

    def describe(self, error_id: str, graph: str, error: BaseException) -> ErrorReport:
        """The report of an exception. Never raises, whatever the exception does when it is printed."""
        error = _without_wrapper(error)
        printed = traceback.TracebackException.from_exception(error)
        report = ErrorReport(
            error_id=error_id,
            graph=graph,
            type=type(error).__name__,
            message=self._text(str(printed))[:_MAX_MESSAGE_LENGTH],
            traceback=self._text("".join(printed.format()))[
                -_MAX_TRACEBACK_LENGTH:
            ],  # the exception is at its end
        )
        location = self._location(error)
        if location is None:
            return report
        code = linecache.getline(location.file, location.line).strip()
        return replace(
            report,
            file=_storable(location.file),
            line=location.line,
            function=location.function,
            code=self._text(code)[:_MAX_CODE_LENGTH],
        )

    def _location(self, error: BaseException) -> _Location | None:
        """The innermost line of the graph's own code that the exception passed, or else one of its causes."""
        for cause in _with_causes(error):
            if isinstance(cause, SyntaxError) and cause.filename and self._owns(cause.filename):
                return _Location(cause.filename, cause.lineno or 1, None)
            frames = reversed(list(traceback.walk_tb(cause.__traceback__)))
            for frame, line in frames:
                if self._owns(frame.f_code.co_filename):
                    return _Location(frame.f_code.co_filename, line, frame.f_code.co_name)
        return None

    def _owns(self, file: str) -> bool:
        path = Path(os.path.realpath(file))
        if path.is_relative_to(_PACKAGE) and not path.is_relative_to(_EXAMPLES):
            return False
        return path.is_file() and self.own.owns_file(str(path))

    def _text(self, text: str) -> str:
        """Redacted and escaped. Only then may it be cut: half a secret has no known form."""
        lines = self.redact(without_hidden(_storable(text))).split("\n")
        return "\n".join(map(escape_control_characters, lines))


def _without_wrapper(error: BaseException) -> BaseException:
    """What the graph raised, where it is the cause of an error of ours."""
    while isinstance(error, CountersignError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _storable(text: str) -> str:
    """Lone surrogates, which UTF-8 cannot encode, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
