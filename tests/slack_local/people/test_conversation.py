"""A real bolt app and a person, over the socket and over HTTP: mention, card, click, form."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import pytest
from slack_bolt.async_app import AsyncApp

from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_http, over_socket

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Refund *12*?"}},
    {
        "type": "actions",
        "block_id": "row:0:x",
        "elements": [
            {
                "type": "button",
                "action_id": "approval:approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "7",
            },
            {
                "type": "button",
                "action_id": "approval:reject",
                "text": {"type": "plain_text", "text": "Reject"},
            },
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "approval:reject",
    "private_metadata": "7",
    "title": {"type": "plain_text", "text": "Reject"},
    "submit": {"type": "plain_text", "text": "Reject"},
    "blocks": [
        {
            "type": "input",
            "block_id": "/message",
            "optional": True,
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "value", "multiline": True},
        }
    ],
}


def approval_app(ws: LocalWorkspace) -> AsyncApp:
    app = bolt_app(ws)

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any], say: Any) -> None:
        await say(text="Refund 12?", blocks=CARD, thread_ts=event["ts"])

    @app.action("approval:approve")
    async def on_approve(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"Approved by <@{body['user']['id']}>",
        )

    @app.action("approval:reject")
    async def on_reject(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("approval:reject")
    async def on_form(ack: Any, body: dict[str, Any], view: dict[str, Any], client: Any) -> None:
        reason = view["state"]["values"]["/message"]["value"]["value"]
        if reason == "no":
            await ack(response_action="errors", errors={"/message": "Say more."})
            return
        await ack()
        await client.chat_postMessage(channel=view_channel(ws), text=f"Rejected: {reason}")

    @app.command("/agent")
    async def on_command(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack(f"you said {command['text']}")
        await respond("later")

    @app.event("message")
    async def on_message() -> None:
        return None

    return app


def view_channel(ws: LocalWorkspace) -> str:
    return ws.channel_id("ops")


def way(mode: str, app: AsyncApp, ws: LocalWorkspace) -> AbstractAsyncContextManager[object]:
    return over_socket(app, ws) if mode == "socket" else over_http(app, ws)


@pytest.fixture(params=["socket", "http"])
async def ws(request: pytest.FixtureRequest) -> AsyncIterator[LocalWorkspace]:
    mode: Literal["socket", "http"] = request.param
    async with LocalWorkspace(mode=mode) as running, way(mode, approval_app(running), running):
        yield running


async def test_a_mention_gets_a_card_and_a_click_closes_it(ws: LocalWorkspace) -> None:
    thread = await ws.alice.mentions("refund 12")
    card = await thread.card()
    assert card.actions == ["approval:approve", "approval:reject"]
    await card.click("Approve", by=ws.bob)
    closed = await card.closes()
    assert closed.text == f"Approved by <@{ws.bob.id}>"
    assert ws.log.violations() == []


async def test_a_form_shows_the_bots_errors_and_then_closes(ws: LocalWorkspace) -> None:
    card = await (await ws.alice.mentions("refund 12")).card()
    form = await card.form("approval:reject", by=ws.bob)
    refused = await ws.bob.submits(form, {"/message": "no"})
    assert (refused.outcome, refused.errors) == ("errors", {"/message": "Say more."})
    assert ws.bob.modal is form
    done = await ws.bob.submits(form, {"/message": "too expensive"})
    assert (done.outcome, done.view) == ("closed", None)


async def test_a_command_answers_at_once_and_later(ws: LocalWorkspace) -> None:
    answer = await ws.carol.runs("/agent hello there", channel="#ops")
    assert answer.text == "you said hello there"
    seen = await ws.carol.sees_ephemeral("later")
    assert seen.channel == ws.channel_id("ops")
