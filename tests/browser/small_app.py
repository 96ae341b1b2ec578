"""A small bolt app that asks before it acts: enough of a bot to try the page on, independent of our own."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace

Obj = dict[str, Any]


def small_app(ws: LocalWorkspace) -> AsyncApp:
    """Mention it: a card with Approve, Edit and Reject. Guests are refused; over 100 is an error."""
    app = AsyncApp(
        client=AsyncWebClient(token=ws.bot_token, base_url=ws.api_url), signing_secret=ws.signing_secret
    )
    app.event("app_mention")(ask)
    app.event("message")(ignore)
    app.event("agent_session_stopped")(ignore)
    app.event("app_home_opened")(publish)
    app.action("approval:approve")(approve)
    app.action("approval:edit")(edit)
    app.action("approval:reject")(reject)
    app.view("approval:edit")(edited)
    app.options("value")(reviewers)
    app.command("/agent")(agent)
    app.shortcut("app:card")(nudge)
    return app


def text(kind: str, words: str) -> Obj:
    return {"type": kind, "text": words}


def button(action: str, words: str, **more: str | Obj) -> Obj:
    return {"type": "button", "action_id": action, "text": text("plain_text", words), **more}


def card(amount: str, about: str) -> list[Obj]:
    """The card as it waits."""
    sure = {
        "title": text("plain_text", "Sure?"),
        "text": text("plain_text", "This cannot be taken back."),
        "confirm": text("plain_text", "Reject it"),
        "deny": text("plain_text", "Keep"),
        "style": "danger",
    }
    return [
        {"type": "section", "text": text("mrkdwn", f"*Pay a refund?* :moneybag:\n{about}")},
        {
            "type": "section",
            "fields": [
                text("mrkdwn", "*To*\n`Hofmann &lt;hofmann@example.com&gt;`"),
                text("mrkdwn", f"*Amount*\n{amount} EUR"),
            ],
        },
        {
            "type": "actions",
            "block_id": f"row:0:{amount}",
            "elements": [
                button("approval:approve", "Approve", style="primary"),
                button("approval:edit", "Edit"),
                button("approval:reject", "Reject", style="danger", confirm=sure),
            ],
        },
        {"type": "context", "elements": [text("mrkdwn", "Any full member may decide.")]},
    ]


async def ask(event: Obj, client: AsyncWebClient) -> None:
    about = event["text"].partition(">")[2].strip()
    await client.chat_postMessage(
        channel=event["channel"], thread_ts=event["ts"], text="Pay a refund?", blocks=card("12", about)
    )


async def ignore() -> None:
    return None


async def approve(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    where = {"channel": body["channel"]["id"], "user": body["user"]["id"]}
    if (await client.users_info(user=body["user"]["id"]))["user"]["is_restricted"]:
        await client.chat_postEphemeral(
            **where, thread_ts=body["message"]["thread_ts"], text="Guests may not decide here."
        )
        return
    await settle(client, body, f":white_check_mark: Approved by <@{body['user']['id']}>")


async def reject(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    await settle(client, body, f":no_entry: Rejected by <@{body['user']['id']}>")


async def settle(client: AsyncWebClient, body: Obj, words: str) -> None:
    await client.chat_update(
        channel=body["channel"]["id"],
        ts=body["message"]["ts"],
        text=words,
        blocks=[{"type": "section", "text": text("mrkdwn", words)}],
    )


async def edit(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    amount = {
        "type": "number_input",
        "action_id": "value",
        "is_decimal_allowed": False,
        "initial_value": body["actions"][0]["block_id"].rpartition(":")[2],
    }
    note = {"type": "plain_text_input", "action_id": "value", "multiline": True}
    choice = {
        "type": "static_select",
        "action_id": "value",
        "options": [{"text": text("plain_text", c), "value": c} for c in ("EUR", "USD")],
    }
    reviewer = {"type": "external_select", "action_id": "value", "min_query_length": 1}
    await client.views_open(
        trigger_id=body["trigger_id"],
        view={
            "type": "modal",
            "callback_id": "approval:edit",
            "title": text("plain_text", "Edit the refund"),
            "submit": text("plain_text", "Approve with changes"),
            "private_metadata": f"{body['channel']['id']}/{body['message']['ts']}",
            "blocks": [
                {"type": "section", "text": text("mrkdwn", "What you change is what runs.")},
                {
                    "type": "input",
                    "block_id": "/amount",
                    "label": text("plain_text", "Amount"),
                    "hint": text("plain_text", "At most 100."),
                    "element": amount,
                },
                {
                    "type": "input",
                    "block_id": "/currency",
                    "optional": True,
                    "label": text("plain_text", "Currency"),
                    "element": choice,
                },
                {
                    "type": "input",
                    "block_id": "/reviewer",
                    "optional": True,
                    "label": text("plain_text", "Reviewer"),
                    "element": reviewer,
                },
                {
                    "type": "input",
                    "block_id": "/note",
                    "optional": True,
                    "label": text("plain_text", "Note"),
                    "element": note,
                },
            ],
        },
    )


async def reviewers(ack: Any, payload: Obj) -> None:
    found = [name for name in ("Ada", "Adam", "Ben") if name.startswith(payload["value"])]
    await ack(options=[{"text": text("plain_text", name), "value": name.lower()} for name in found])


async def edited(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    amount = body["view"]["state"]["values"]["/amount"]["value"]["value"]
    if int(amount) > 100:
        await ack(response_action="errors", errors={"/amount": "No more than 100."})
        return
    await ack()
    channel, _, ts = body["view"]["private_metadata"].partition("/")
    words = f":pencil2: Approved by <@{body['user']['id']}> with changes\n*Amount*: ~12~ → *{amount}*"
    blocks = [{"type": "section", "text": text("mrkdwn", words)}]
    await client.chat_update(channel=channel, ts=ts, text="Approved with changes", blocks=blocks)


async def agent(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    if not body["text"]:
        await client.chat_postEphemeral(
            channel=body["channel_id"], user=body["user_id"], text="Usage: `/agent text`"
        )
        return
    root = await client.chat_postMessage(channel=body["channel_id"], text=body["text"])
    await client.chat_postMessage(
        channel=body["channel_id"],
        thread_ts=root["ts"],
        text="Pay a refund?",
        blocks=card("40", body["text"]),
    )


async def nudge(ack: Any, body: Obj, client: AsyncWebClient) -> None:
    await ack()
    await client.chat_postEphemeral(
        channel=body["channel"]["id"],
        user=body["user"]["id"],
        text=f"You asked about {body['message']['ts']}",
    )


async def publish(event: Obj, client: AsyncWebClient) -> None:
    await client.views_publish(
        user_id=event["user"],
        view={
            "type": "home",
            "blocks": [
                {"type": "header", "text": text("plain_text", "What waits")},
                {"type": "section", "text": text("mrkdwn", f"Nothing, <@{event['user']}>.")},
            ],
        },
    )
