"""A workspace that is stopped and started again on the same file is the same workspace."""

from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace


async def test_a_restart_keeps_messages_channels_homes_and_tokens(tmp_path: Path) -> None:
    state = tmp_path / "state" / "workspace.json"
    async with LocalWorkspace(state=state) as first:
        token = first.bot_token
        client = AsyncWebClient(token=token, base_url=first.api_url)
        thread = await first.alice.says("#ops", "root")
        await client.chat_postMessage(channel=thread.channel, thread_ts=thread.ts, text="reply")
        made = (await client.conversations_create(name="extra"))["channel"]["id"]
        await client.views_publish(
            user_id=first.bob.id, view={"type": "home", "blocks": [{"type": "divider"}]}
        )
        direct = await first.alice.dms("hello")
    assert state.stat().st_mode & 0o077 == 0
    async with LocalWorkspace(state=state) as second:
        client = AsyncWebClient(token=token, base_url=second.api_url)
        replies = await client.conversations_replies(channel=thread.channel, ts=thread.ts)
        assert [m["text"] for m in replies["messages"]] == ["root", "reply"]
        assert second.channel_id("extra") == made
        assert second.bob.home is not None
        again = await second.alice.dms("again")
        assert again.channel == direct.channel
        assert again.ts > direct.ts
