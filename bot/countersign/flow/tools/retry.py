"""Retries of Slack calls, as often and as long as the caller wants to wait."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential

from countersign.flow.errors import RateLimited, SlackUnreachable

Result = TypeVar("Result")

Backoff = Callable[[RetryCallState], float]
_BACKOFF: Backoff = wait_exponential(multiplier=0.5)  # 0.5, 1, 2, 4 seconds


async def with_retries(
    call: Callable[[], Awaitable[Result]],
    *,
    if_unreachable: bool,
    attempts: int = 5,
    max_wait: float = 30.0,
    backoff: Backoff = _BACKOFF,
) -> Result:
    """Call again after a 429, and with `if_unreachable` after no answer: only for what changes nothing.

    Waits at least as long as Slack asks, unless that is longer than `max_wait` seconds. Raises what the last
    attempt raised.
    """

    def retryable(error: BaseException) -> bool:
        if isinstance(error, RateLimited):
            return error.seconds <= max_wait
        return if_unreachable and isinstance(error, SlackUnreachable)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(backoff(state), error.seconds) if isinstance(error, RateLimited) else backoff(state)

    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts), wait=wait, retry=retry_if_exception(retryable), reraise=True
    )

    async def attempt() -> Result:
        # tenacity awaits what a coroutine function gives, but not what a lambda gives.
        return await call()

    return await retrying(attempt)
