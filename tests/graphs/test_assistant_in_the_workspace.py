"""The assistant's calls to Slack, as a server that is as strict as Slack takes them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from countersign.demo.model import ScriptedModel
from slack_local.workspace import LocalWorkspace
from tests.graphs.driving import Thread, load
from tests.graphs.memory_host import MemoryHost, RefusalError

APPROVE = {"type": "approve"}


class WorkspaceHost(MemoryHost):
    """Remembers in memory, and calls Slack over the wire."""

    def __init__(self, client: AsyncWebClient) -> None:
        super().__init__()
        self._client = client

    async def slack(self, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = await self._client.api_call(method, params=arguments)
        except SlackApiError as error:
            raise RefusalError(error.response["error"]) from error
        assert isinstance(answer.data, dict)
        return answer.data

    async def post(
        self, key: str, channel: str, text: str, *, check: Callable[[], Awaitable[None]] | None = None
    ) -> dict[str, Any]:
        if check is not None:
            await check()
        return await self.slack("chat.postMessage", channel=channel, text=text)


@pytest.fixture
async def workspace() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace() as running:
        yield running


@pytest.fixture
def client(workspace: LocalWorkspace) -> AsyncWebClient:
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture
def assistant(model: ScriptedModel, workspace: LocalWorkspace, client: AsyncWebClient) -> Thread:
    return Thread(load("assistant"), WorkspaceHost(client), asker=workspace.alice.id)


async def texts(client: AsyncWebClient, channel: str) -> list[str]:
    history = await client.conversations_history(channel=channel)
    return [message["text"] for message in history["messages"]]


async def channel_named(client: AsyncWebClient, name: str) -> str:
    listed = await client.conversations_list()
    return str(next(channel["id"] for channel in listed["channels"] if channel["name"] == name))


async def test_a_message_is_posted(assistant: Thread, client: AsyncWebClient) -> None:
    await assistant.say("post 'hello' to #ops")
    await assistant.answer(APPROVE)
    assert await texts(client, await channel_named(client, "ops")) == ["hello"]


async def test_people_are_invited(assistant: Thread, client: AsyncWebClient) -> None:
    created = await client.conversations_create(name="launch")
    launch = created["channel"]["id"]
    before = set((await client.conversations_members(channel=launch))["members"])
    await assistant.say("invite alice and @bob to #launch")
    await assistant.answer(APPROVE)
    after = set((await client.conversations_members(channel=launch))["members"])
    assert len(after - before) == 2
    assert await assistant.last_words() == "Invited to #launch: alice, @bob."


async def test_a_person_who_is_there_already_is_no_error(assistant: Thread) -> None:
    await assistant.say("invite bob to #ops")
    await assistant.answer(APPROVE)
    assert "they are in that channel already" in await assistant.last_words()


async def test_a_reminder_is_scheduled(assistant: Thread, client: AsyncWebClient) -> None:
    await assistant.say("remind #ops in 30 minutes to look & see")
    await assistant.answer(APPROVE)
    scheduled = (await client.chat_scheduledMessages_list())["scheduled_messages"]
    assert [one["text"] for one in scheduled] == ["look &amp; see"]


async def test_a_time_too_far_away_is_refused_by_slack(assistant: Thread) -> None:
    await assistant.say("remind #ops 2099-01-01T09:00:00+00:00 to look")
    await assistant.answer(APPROVE)
    assert "120 days" in await assistant.last_words()


async def test_everything_is_looked_up(assistant: Thread, workspace: LocalWorkspace) -> None:
    await workspace.bob.says("#ops", "the disk is full")
    await assistant.say("list channels")
    assert {"#general", "#ops"} <= set(re.findall(r"#\w+", await assistant.last_words()))
    await assistant.say("find bob")
    assert workspace.bob.id in await assistant.last_words()
    await assistant.say("read #ops")
    assert await assistant.last_words() == f"{workspace.bob.id}: the disk is full"


async def test_a_private_channel_stays_closed(assistant: Thread, client: AsyncWebClient) -> None:
    await client.conversations_create(name="board", is_private=True)
    await assistant.say("read #board")
    assert "only public channels" in await assistant.last_words()
    await assistant.say("list channels")
    assert "board" not in await assistant.last_words()
