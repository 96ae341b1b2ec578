"""Calls are tried again where that may help and changes nothing twice, and not for ever."""

import pytest

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.tools.retry import with_retries
from tests.support.fakes.virtual_time import elapsed, in_virtual_time


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


@in_virtual_time
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


@pytest.mark.parametrize(("asked", "backoff"), [(30.0, 0.0), (0.0, 20.0), (30.0, 20.0)])
@in_virtual_time
async def test_it_waits_as_long_as_slack_asks_and_as_the_backoff_says(asked: float, backoff: float) -> None:
    await tried(Calls(RateLimited(asked)), backoff=backoff)
    assert elapsed() == max(asked, backoff)


@in_virtual_time
async def test_without_an_answer_each_pause_is_twice_as_long() -> None:
    at: list[float] = []

    async def call() -> None:
        at.append(elapsed())
        raise SlackUnreachable("gone")

    with pytest.raises(SlackUnreachable):
        await with_retries(call, if_unreachable=True)

    assert at == [0, 0.5, 1.5, 3.5, 7.5]
