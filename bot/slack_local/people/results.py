"""Results of people's actions."""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_local.model.records import JsonObject, View


@dataclass(frozen=True, kw_only=True)
class ClickResult:
    """The result of a click: `error` is what the person saw when the bot did not take it in time."""

    payload: JsonObject
    error: str | None


@dataclass(frozen=True, kw_only=True)
class SubmissionResult:
    """The result of submitting a form.

    `outcome` is closed, cleared, errors, updated, pushed, incomplete (the client did not let it go) or
    failed (the bot did not answer in time or not sensibly); `errors` are by block id.
    """

    outcome: str
    errors: Mapping[str, str]
    view: View | None  # the form that now shows, if any
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """The immediate answer to a slash command: what the bot acknowledged with, or why it failed."""

    text: str
    payload: JsonObject | None
    error: str | None
