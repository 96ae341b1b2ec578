"""An effect happens at most once per key, and its result is there for the step that runs again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from countersign.approvals.json import Json
from countersign.flow.errors import OutcomeUnknown, RateLimited
from countersign.flow.tools.tool_host import ToolHost
from countersign.store.connections.pool import open_pool
from countersign.store.effects import Effects
from tests.support.fakes.fake_slack import refused
from tests.support.fakes.slack_for_tools import SlackForTools


@pytest.fixture
async def effects(database_url: str) -> AsyncIterator[Effects]:
    async with await open_pool(database_url, min_size=1, max_size=6) as pool:
        yield Effects(pool)


@pytest.fixture
def host(effects: Effects) -> ToolHost:
    return ToolHost(SlackForTools(posts={}), effects)


class Effect:
    """Does what it is told, and counts."""

    def __init__(self, result: Json = None, error: BaseException | None = None) -> None:
        self.times = 0
        self._result = result
        self._error = error

    async def __call__(self) -> Json:
        self.times += 1
        if self._error:
            raise self._error
        return self._result


@pytest.mark.parametrize("result", [None, {"ts": "1.0"}, ["a\x00b", "\uf8f00"], 0, False])
async def test_it_runs_once_and_its_result_stays(host: ToolHost, result: Json) -> None:
    effect = Effect(result)
    assert [await host.once("k", effect) for _ in range(3)] == [result] * 3
    assert effect.times == 1
    other = Effect("other")
    assert await host.once("k2", other) == "other"


async def test_an_effect_that_slack_refused_did_not_happen(host: ToolHost) -> None:
    for error in (refused("not_in_channel"), RateLimited(60)):
        with pytest.raises(type(error)):
            await host.once("k", Effect(error=error))
    assert await host.once("k", Effect("done")) == "done"


class ForeignError(Exception):
    """An error of the graph's own that looks like Slack's."""

    error = "not_in_channel"


@pytest.mark.parametrize("end", [ConnectionResetError(), asyncio.CancelledError(), ForeignError()])
async def test_after_any_other_end_nobody_knows_and_nothing_is_done(
    host: ToolHost, end: BaseException
) -> None:
    with pytest.raises(type(end)):
        await host.once("k", Effect(error=end))
    again = Effect("twice")
    with pytest.raises(OutcomeUnknown) as raised:
        await host.once("k", again)
    assert raised.value.outcome_unknown
    assert again.times == 0


async def test_of_many_at_once_one_begins_the_effect(effects: Effects) -> None:
    assert sum(await asyncio.gather(*(effects.begin("k") for _ in range(20)))) == 1


async def test_a_post_is_looked_for_before_it_is_posted_again(effects: Effects) -> None:
    slack = SlackForTools(posts={})
    assert await effects.begin("k"), "an earlier attempt began, and nobody knows whether it posted"
    await ToolHost(slack, effects).post("k", "C1", "hello")
    assert slack.posts == {"k": "hello"}
    await effects.begin("k2")
    slack.posts["k2"] = "it did"
    await ToolHost(slack, effects).post("k2", "C1", "hello")
    assert slack.posts["k2"] == "it did"
    await ToolHost(slack, effects).post("k2", "C1", "hello")
