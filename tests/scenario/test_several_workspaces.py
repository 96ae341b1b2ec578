"""One bot serves several workspaces that installed it by OAuth: each has its own threads and cards."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support import databases
from tests.support.bots import printed_on_failure
from tests.support.several_workspaces import TwoWorkspaces, two_workspaces

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
) -> AsyncIterator[TwoWorkspaces]:
    """Two workspaces that installed the bot."""
    with databases.database(server_url, template=database_template) as url:
        async with two_workspaces(tmp_path_factory.mktemp("two"), url) as both:
            with printed_on_failure(both.bot):
                await both.install()
            yield both


async def asks(ws: LocalWorkspace) -> Thread:
    return await ws.carol.mentions(f"ask: {json.dumps({'ask': RISKY})}")


async def test_each_workspace_has_its_own_thread_and_card(both: TwoWorkspaces) -> None:
    with printed_on_failure(both.bot):
        for ws, action in ((both.first, "approval:approve"), (both.second, "approval:reject")):
            thread = await asks(ws)
            card = await approval_card(thread)
            if action == "approval:approve":
                await card.click(action, by=ws.bob)
            else:
                await ws.bob.replies(thread, "reject not today")
            await thread.wait_for("Resumed.", limit=15)
            assert thread.id.split("/")[0] == ws.slack.team


async def test_an_event_of_a_workspace_that_did_not_install_is_refused(both: TwoWorkspaces) -> None:
    foreign = LocalWorkspace(mode="http", team="T0STRANGE1", retry_schedule=())
    foreign.slack.signing_secret = both.first.signing_secret
    async with foreign:
        foreign.request_url = both.first.request_url
        await foreign.carol.mentions("ask: hello")
        await foreign.delivery.idle()
        (attempt, *_rest) = foreign.log.attempts()
        assert attempt.outcome == "http_error"
    assert both.rows("SELECT count(*) FROM countersign.threads WHERE id LIKE %s", "T0STRANGE1/%") == [(0,)]


async def test_tokens_are_encrypted_in_the_database(both: TwoWorkspaces) -> None:
    stored = both.rows("SELECT row_to_json(i)::text FROM countersign.installations i ORDER BY id")
    assert len(stored) == 2
    for ws, (row,) in zip((both.first, both.second), stored, strict=True):
        assert ws.slack.team in row
        assert ws.slack.bot_token not in row
        assert ws.slack.bot_token not in both.bot.said
