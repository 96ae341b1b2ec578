"""A bolt app with a card, a form, a notice, a Home tab, a shortcut and a command; run as a process."""

import asyncio
import os
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

Obj = dict[str, Any]


def plain(text: str) -> Obj:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str) -> Obj:
    return {"type": "button", "action_id": action_id, "text": plain(text)}


def card(about: str) -> list[Obj]:
    pace = {
        "type": "static_select",
        "action_id": "pace",
        "placeholder": plain("Pace"),
        "options": [{"text": plain("Slowly"), "value": "slow"}, {"text": plain("At once"), "value": "fast"}],
    }
    return [
        {"type": "section", "text": plain(f"Refund {about}?")},
        {"type": "actions", "elements": [button("approve", "Approve"), button("amend", "Amend"), pace]},
    ]


def field(block_id: str, label: str, element: Obj) -> Obj:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label),
        "element": element | {"action_id": "value"},
    }


def form(title: str, *fields: Obj, metadata: str = "") -> Obj:
    return {
        "type": "modal",
        "callback_id": title.lower(),
        "private_metadata": metadata,
        "title": plain(title),
        "submit": plain("Save"),
        "blocks": list(fields),
    }


app = AsyncApp(
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
)


@app.event("app_mention")
async def mention(event: Obj, client: AsyncWebClient) -> None:
    about = event["text"].partition("refund ")[2]
    await client.chat_postMessage(
        channel=event["channel"], thread_ts=event["ts"], text=f"Refund {about}?", blocks=card(about)
    )


@app.event("message")
async def message() -> None: ...


@app.event("reaction_added")
async def added() -> None: ...


@app.event("reaction_removed")
async def removed() -> None: ...


@app.action("approve")
async def approve(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    where, who = body["channel"]["id"], body["user"]["id"]
    if body["user"]["name"] == "gus":
        notice: list[Obj] = [
            {"type": "section", "text": plain("Guests cannot approve.")},
            {"type": "actions", "elements": [button("understood", "Understood")]},
        ]
        await client.chat_postEphemeral(channel=where, user=who, text="Guests cannot approve.", blocks=notice)
        return
    await client.chat_update(channel=where, ts=body["message"]["ts"], text=f"Approved by <@{who}>", blocks=[])


@app.action("understood")
async def understood(ack: Any) -> None:
    await ack()


@app.action("pace")
async def pace(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    chosen = body["actions"][0]["selected_option"]["text"]["text"]
    where, root = body["channel"]["id"], body["message"]["thread_ts"]
    await client.chat_postMessage(channel=where, thread_ts=root, text=f"Pace: {chosen}")


@app.action("amend")
async def amend(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    number = field("/amount", "Amount", {"type": "number_input", "is_decimal_allowed": False})
    note = field("/note or not", "Note", {"type": "plain_text_input"})
    place = f"{body['channel']['id']} {body['message']['ts']}"
    await client.views_open(trigger_id=body["trigger_id"], view=form("Amend", number, note, metadata=place))


@app.view("amend")
async def amended(ack: Any, view: Obj, client: AsyncWebClient) -> None:
    amount = view["state"]["values"]["/amount"]["value"]["value"]
    if int(amount) > 100:
        await ack(response_action="errors", errors={"/amount": "At most 100."})
        return
    await ack()
    channel, ts = view["private_metadata"].split()
    await client.chat_update(channel=channel, ts=ts, text=f"Amended to {amount}", blocks=card(f"{amount}!"))


@app.event("app_home_opened")
async def home(event: Obj, client: AsyncWebClient) -> None:
    blocks = [{"type": "actions", "elements": [button("receipt", "Receipt")]}]
    await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


@app.action("receipt")
async def receipt(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    file = field("/file", "File", {"type": "file_input"})
    await client.views_open(trigger_id=body["trigger_id"], view=form("Receipt", file))


@app.shortcut("new")
async def new(ack: Any) -> None:
    await ack()


@app.command("/desk")
async def desk(ack: Any, command: Obj, client: AsyncWebClient) -> None:
    await ack()
    about = command["text"].partition("refund ")[2]
    await client.chat_postMessage(channel=command["channel_id"], text=f"Refund {about}?", blocks=card(about))


async def main() -> None:
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
