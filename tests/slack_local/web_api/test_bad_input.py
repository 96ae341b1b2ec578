"""Whatever arguments a method gets, it answers as Slack does: `ok` or an error, never a crash."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slack_local.model.records import Message
from slack_local.model.slack import Slack
from slack_local.model.wire_log import Attempt
from slack_local.transport.delivery import Ack, Delivery
from slack_local.web_api.endpoint import RequestInput, WebApiEndpoint
from slack_local.web_api.methods.registry import METHODS

NAMES = (
    "attachments",
    "blocks",
    "bot",
    "channel",
    "channel_id",
    "channels",
    "chunks",
    "cursor",
    "external_id",
    "file",
    "filename",
    "files",
    "hash",
    "latest",
    "length",
    "limit",
    "markdown_text",
    "message_ts",
    "metadata",
    "name",
    "oldest",
    "post_at",
    "recipient_team_id",
    "recipient_user_id",
    "reply_broadcast",
    "status",
    "text",
    "thread_ts",
    "timestamp",
    "title",
    "trigger_id",
    "ts",
    "types",
    "user",
    "user_id",
    "users",
    "view",
    "view_id",
)
KNOWN = (
    "C0GENERAL0",
    "U0ALICE001",
    "U0BOT00001",
    "T0LOCAL001",
    "1700000000.000001",
    "modal",
    "section",
    "active",
)
BLOCK_KEYS = (
    "type",
    "text",
    "elements",
    "element",
    "label",
    "options",
    "block_id",
    "blocks",
    "title",
    "rows",
    "fields",
)
BLOCK_TYPES = (
    "section",
    "actions",
    "input",
    "button",
    "plain_text",
    "mrkdwn",
    "static_select",
    "modal",
    "home",
    "card",
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.sampled_from(KNOWN + BLOCK_TYPES)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(BLOCK_KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)
usual = {
    "channel": "C0GENERAL0",
    "channel_id": "C0GENERAL0",
    "user": "U0ALICE001",
    "user_id": "U0ALICE001",
    "recipient_user_id": "U0ALICE001",
    "recipient_team_id": "T0LOCAL001",
    "name": "eyes",
    "filename": "a.txt",
    "status": "active",
    "text": "x",
}
usual |= dict.fromkeys(("ts", "thread_ts", "timestamp", "message_ts"), "1700000000.000001")
calls = st.tuples(
    st.sampled_from(sorted(METHODS)),
    st.dictionaries(st.sampled_from(NAMES), json_values, max_size=3),
    st.sets(st.sampled_from(sorted(usual)), max_size=3),
)


class Nobody:
    """A transport to a bot that takes everything."""

    name = "nobody"

    async def attempt(self, attempt: Attempt, limit: float) -> Ack:
        return Ack()


async def answer(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    slack = Slack()
    slack.seed()
    alice, team = "U0ALICE001", slack.team
    slack.state.file_message(
        Message(channel="C0GENERAL0", ts="1700000000.000001", user=alice, team=team, text="root")
    )
    delivery = Delivery(slack, Nobody())
    endpoint = WebApiEndpoint(slack, delivery, None, METHODS)
    token = slack.app_token if METHODS[method].token == "app" else slack.bot_token
    try:
        return await endpoint.run(method, RequestInput(arguments=arguments, token=token, is_json=False))
    finally:
        await delivery.close()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls)
def test_any_arguments_get_an_answer(call: tuple[str, dict[str, Any], set[str]]) -> None:
    method, strange, left_out = call
    arguments = {name: value for name, value in usual.items() if name not in left_out} | strange
    got = asyncio.run(answer(method, arguments))
    assert got["ok"] is True or isinstance(got["error"], str)
