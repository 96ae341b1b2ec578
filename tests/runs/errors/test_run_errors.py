"""What people are told of a failed run, by its error."""

import subprocess
import sys

import httpx2 as httpx
import openai
import pytest
from langgraph.errors import GraphRecursionError

from countersign.flow.errors import StatementFailed
from countersign.runs.errors.run_errors import report_failure

REQUEST = httpx.Request("POST", "https://model.example/v1/chat/completions")


def _answered(status: int) -> httpx.Response:
    return httpx.Response(status, request=REQUEST)


class OfAnotherLibrary(openai.RateLimitError):
    """An error that a graph's own client derives."""


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (openai.APITimeoutError(REQUEST), "did not answer in time"),
        (openai.APIConnectionError(request=REQUEST), "could not be reached"),
        (openai.AuthenticationError("no", response=_answered(401), body=None), "refused the bot's key"),
        (openai.RateLimitError("no", response=_answered(429), body=None), "busy or out of quota"),
        (OfAnotherLibrary("no", response=_answered(429), body=None), "busy or out of quota"),
        (openai.BadRequestError("no", response=_answered(400), body=None), "refused what it was sent"),
        (openai.InternalServerError("no", response=_answered(500), body=None), "answered with an error"),
        (StatementFailed("22P05"), "The database refused"),
        (GraphRecursionError("25"), "more steps than it is allowed"),
        (ValueError("openai.APIError"), "stopped with an error"),
    ],
)
def test_people_are_told_what_kind_of_error_it_was(error: Exception, hint: str) -> None:
    assert hint in str(report_failure("refunds", "T1/C1/1.0", None, error).hint)

    wrapped = RuntimeError("in a node of the graph")
    wrapped.__cause__ = error
    assert hint in str(report_failure("refunds", "T1/C1/1.0", None, wrapped).hint)


def test_a_start_imports_no_client_of_a_model() -> None:
    """To import one takes a quarter of a start."""
    code = "import sys, countersign.process; print('openai' in sys.modules, 'countersign.app' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True"]
