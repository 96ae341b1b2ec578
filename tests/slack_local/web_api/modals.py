"""Forms to open, and a bolt app that remembers what it was sent."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from slack_local.model.records import Message
from slack_local.people.person import ClickResult
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app

Obj = dict[str, Any]


def plain(text: str) -> Obj:
    return {"type": "plain_text", "text": text}


def field(block_id: str, **element: Any) -> Obj:
    element = {"type": "plain_text_input", **element, "action_id": "value"}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


def form(*blocks: Obj, **more: Any) -> Obj:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks or (field("/a"),)),
        **more,
    }


class Bot:
    """A bolt app whose answers a test sets."""

    def __init__(self, ws: LocalWorkspace) -> None:
        self.app: AsyncApp = bolt_app(ws)
        self.ack: Obj = {}
        self.bodies: list[Obj] = []

        @self.app.action("go")
        async def on_action(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack()

        @self.app.view("form")
        async def on_view(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack(**self.ack)

        @self.app.view_closed("form")
        async def on_closed(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack()


async def press(ws: LocalWorkspace, card: Message) -> ClickResult:
    return await ws.alice.clicks(card, "go")
