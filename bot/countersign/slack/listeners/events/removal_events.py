"""The app was removed from the workspace, or its bot's token was revoked."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.slack.listeners.context import ListenerContext


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Not acknowledged before it is stored."""

    async def on_uninstalled() -> None:
        if context.app_removed is not None:
            await context.app_removed("app_uninstalled")

    async def on_revoked(event: dict[str, Any]) -> None:
        if context.app_removed is not None and (event.get("tokens") or {}).get("bot"):
            await context.app_removed("tokens_revoked")

    app.event("app_uninstalled")(on_uninstalled)
    app.event("tokens_revoked")(on_revoked)
