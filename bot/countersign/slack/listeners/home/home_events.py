"""Somebody opens their Home tab, another page of it, or the messages with the agent."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.home.history_message import PAGE as HISTORY_PAGE
from countersign.slack.home.home_view import PAGE
from countersign.slack.listeners.buttons.button_click import ButtonClick, Surface
from countersign.slack.listeners.context import Ack, ListenerContext
from countersign.slack.listeners.home.approval_list import replace_history, replace_list

_LAST_PAGE = 1_000_000  # a larger number is none that a button of ours carries


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home" and event.get("user"):
            user = str(event["user"])
            await context.home_tabs.opened(user)
            context.background_tasks.start("publish_home", context.home_tabs.publish(user))
        if event.get("tab") == "messages" and event.get("channel") and context.prompts is not None:
            suggested = context.prompts.suggest(str(event["channel"]))
            context.background_tasks.start("suggest_prompts", suggested)

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        page = _page(click.value)
        if click.surface is Surface.HOME:
            await context.home_tabs.opened(click.user, page)
            context.background_tasks.start("publish_home", context.home_tabs.publish(click.user))
        else:
            context.background_tasks.start(
                "turn_page", replace_list(context, click.user, click.response_url, page=page)
            )
        await ack()

    async def on_history_page(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        turned = replace_history(context, click, _page(click.value))
        context.background_tasks.start("turn_page", turned)
        await ack()

    app.event("app_home_opened")(on_opened)
    app.action(re.compile(rf"^{PAGE}:\d+$"))(on_page)
    app.action(re.compile(rf"^{HISTORY_PAGE}:\d+$"))(on_history_page)


def _page(value: object) -> int:
    if not isinstance(value, str) or not value.isdecimal() or int(value) > _LAST_PAGE:
        raise InvalidReference
    return int(value)
