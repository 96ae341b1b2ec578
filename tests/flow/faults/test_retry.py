"""Calls are tried again where that may help and changes nothing twice, and not for ever."""

import time

import pytest

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.tools.retry import with_retries


class Calls:
    """Fails with these errors, one after the other, and then gives the number of calls."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.count = 0

    async def __call__(self) -> int:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.count


async def tried(calls: Calls, *, if_unreachable: bool = True, backoff: float = 0.0) -> int:
    return await with_retries(calls, if_unreachable=if_unreachable, backoff=lambda _state: backoff)


@pytest.mark.parametrize("if_unreachable", [True, False])
async def test_after_a_429_it_is_called_again(if_unreachable: bool) -> None:
    calls = Calls(RateLimited(0.0), RateLimited(0.01))
    assert await tried(calls, if_unreachable=if_unreachable) == 3


async def test_no_answer_is_tried_again_only_where_that_changes_nothing() -> None:
    assert await tried(Calls(SlackUnreachable("gone")), if_unreachable=True) == 2
    with pytest.raises(SlackUnreachable):
        await tried(Calls(SlackUnreachable("gone")), if_unreachable=False)


async def test_what_slack_refuses_is_not_tried_again() -> None:
    calls = Calls(SlackRefused("users.info", "no"))
    with pytest.raises(SlackRefused):
        await tried(calls)
    assert calls.count == 1


async def test_it_is_tried_five_times_and_the_last_error_is_raised() -> None:
    calls = Calls(*(SlackUnreachable(str(number)) for number in range(9)))
    with pytest.raises(SlackUnreachable, match="4"):
        await tried(calls)
    assert calls.count == 5


async def test_a_long_wait_is_left_to_the_caller() -> None:
    calls = Calls(RateLimited(30.5))
    with pytest.raises(RateLimited):
        await tried(calls)
    assert calls.count == 1


@pytest.mark.parametrize(("asked", "backoff"), [(0.05, 0.0), (0.0, 0.05)])
async def test_it_waits_as_long_as_slack_asks_and_as_the_backoff_says(asked: float, backoff: float) -> None:
    began = time.monotonic()
    await tried(Calls(RateLimited(asked)), backoff=backoff)
    assert time.monotonic() - began >= 0.05
