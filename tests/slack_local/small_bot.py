"""A bolt app with one card and one form, to act upon from the terminal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Refund* 12 to &lt;carol&gt;?"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}},
            {"type": "button", "action_id": "amend", "text": {"type": "plain_text", "text": "Amend"}},
        ],
    },
]


def _input(block_id: str, label: str, element: dict[str, Any], *, optional: bool = False) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": {"type": "plain_text", "text": label},
        "element": element | {"action_id": "value"},
    }


FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "amend",
    "title": {"type": "plain_text", "text": "Amend"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "explain", "text": {"type": "plain_text", "text": "Explain"}}
            ],
        },
        _input(
            "/amount", "Amount", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "12"}
        ),
        _input("/note", "Note", {"type": "plain_text_input", "multiline": True}, optional=True),
        _input(
            "/pace",
            "Pace",
            {
                "type": "static_select",
                "options": [
                    {"text": {"type": "plain_text", "text": "Slowly"}, "value": "slow"},
                    {"text": {"type": "plain_text", "text": "At once"}, "value": "fast"},
                ],
            },
        ),
    ],
}


@asynccontextmanager
async def small_bot(workspace: LocalWorkspace) -> AsyncIterator[list[dict[str, Any]]]:
    """Answers mentions with the card; gives the values of the forms that it took."""
    taken: list[dict[str, Any]] = []
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
    app = AsyncApp(client=client, signing_secret=workspace.signing_secret)

    @app.event("app_mention")
    async def mention(event: dict[str, Any], say: Any) -> None:
        await say(text="Refund?", blocks=CARD, thread_ts=event["ts"])

    @app.event("message")
    async def message() -> None: ...

    @app.action("approve")
    async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        where = {"channel": body["channel"]["id"]}
        if body["user"]["name"] != "bob":
            await client.chat_postEphemeral(**where, user=body["user"]["id"], text="Only bob may.")
            return
        await client.chat_update(
            **where, ts=body["message"]["ts"], text=f"Approved by <@{body['user']['id']}>", blocks=[]
        )

    @app.action("amend")
    async def amend(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.action("explain")
    async def explain(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        text = {"type": "section", "text": {"type": "plain_text", "text": "It was paid twice."}}
        blocks = [text, *FORM["blocks"][1:]]
        await client.views_update(view_id=body["view"]["id"], view=FORM | {"blocks": blocks})

    @app.view("amend")
    async def amended(ack: Any, view: dict[str, Any]) -> None:
        values = {name: held["value"] for name, held in view["state"]["values"].items()}
        if int(values["/amount"]["value"]) > 100:
            await ack(response_action="errors", errors={"/amount": "At most 100."})
            return
        taken.append(values)
        await ack()

    @app.command("/agent")
    async def agent(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You said: {command['text']}")

    handler = AsyncSocketModeHandler(app, workspace.app_token)
    handler.client.web_client = AsyncWebClient(token=workspace.app_token, base_url=workspace.api_url)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack-bolt
    await workspace.connected()
    try:
        yield taken
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # slack-bolt
