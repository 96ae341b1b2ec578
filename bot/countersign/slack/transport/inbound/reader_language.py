"""Sets the language of answers to that of the person who clicked, typed a command or sent a form."""

from collections.abc import Awaitable, Callable
from typing import Any

from countersign.i18n import matching_language, set_reader_language


def reader_language_middleware(
    known_locale: Callable[[str], str | None],  # of a user id, without asking Slack
) -> Callable[..., Awaitable[None]]:
    """A global Bolt middleware. Events are read by many: they keep the workspace's language.

    No click waits for the language: Slack tells it with the answer to who it is, which listeners ask for
    before they decide anything. Bolt calls the listener after its middleware has returned, in the same task.
    """

    async def answer_in_language_of_reader(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002
    ) -> None:
        user = _one_reader(body)
        set_reader_language((lambda: matching_language(known_locale(user))) if user else None)
        await next()

    return answer_in_language_of_reader


def _one_reader(body: dict[str, Any]) -> str | None:
    """Who sees the answer: the person of an interaction or a slash command."""
    if body.get("type") == "event_callback":
        return None
    user = body.get("user")
    if isinstance(user, dict):
        return str(user["id"]) if user.get("id") else None
    return str(body["user_id"]) if body.get("command") and body.get("user_id") else None
