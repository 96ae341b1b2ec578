"""What Slack was asked is kept for a while, and never beyond a change that it reports."""

import pytest

from countersign.slack.directories.lookup_cache import LookupCache


class Slack:
    """Numbers its answers."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture
def slack() -> Slack:
    return Slack()


async def test_an_answer_serves_until_it_is_too_old_for_who_asks(slack: Slack) -> None:
    now = 100.0
    cache = LookupCache(10, lambda: now)
    assert await cache.get("U1", slack.answer, max_age=60) == 1
    now += 59
    assert await cache.get("U1", slack.answer, max_age=60) == 1
    assert await cache.get("U1", slack.answer, max_age=0) == 2, "as of now"
    now += 60
    assert await cache.get("U1", slack.answer, max_age=60) == 3


async def test_each_key_has_an_answer_of_its_own(slack: Slack) -> None:
    cache = LookupCache(10, lambda: 0.0)
    assert await cache.get("U1", slack.answer, max_age=60) == 1
    assert await cache.get("U2", slack.answer, max_age=60) == 2


async def test_an_answer_from_before_a_reported_change_is_not_kept(slack: Slack) -> None:
    cache = LookupCache(10, lambda: 0.0)

    async def overtaken() -> int:
        cache.forget()
        return await slack.answer()

    assert await cache.get("U1", overtaken, max_age=60) == 1
    assert await cache.get("U1", slack.answer, max_age=60) == 2
    cache.forget()
    assert await cache.get("U1", slack.answer, max_age=60) == 3


async def test_what_fails_is_asked_again(slack: Slack) -> None:
    cache = LookupCache(10, lambda: 0.0)

    async def refused() -> int:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await cache.get("U1", refused, max_age=60)
    assert await cache.get("U1", slack.answer, max_age=60) == 1


async def test_the_least_recently_used_answer_is_evicted(slack: Slack) -> None:
    cache = LookupCache(2, lambda: 0.0)
    for key, expected in (("U1", 1), ("U2", 2), ("U1", 1), ("U3", 3), ("U1", 1), ("U2", 4)):
        assert await cache.get(key, slack.answer, max_age=60) == expected
