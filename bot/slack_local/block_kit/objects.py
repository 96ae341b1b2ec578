"""Composition objects: text, options, confirmations.

Source: docs.slack.dev/reference/block-kit/composition-objects.
"""

from typing import Any

from slack_local.block_kit.validators import (
    Check,
    Problems,
    add_problem,
    anything,
    boolean,
    by_type,
    choice,
    each,
    only_one_of,
    shape,
    string,
)


def _either_schema(check: Check) -> Check:
    """Slack tries every schema that a text may have, and says first that none fits."""

    def check_with_headline(value: Any, at: str, problems: Problems) -> None:
        inner: Problems = []
        check(value, at, inner)
        if inner:
            add_problem(problems, at, "failed to match all allowed schemas")
            problems.extend(inner)

    return check_with_headline


def _plain_shape(most: int, least: int = 1) -> Check:
    return shape({"type": choice("plain_text"), "text": string(most, least)}, {"emoji": boolean})


def _mrkdwn_shape(most: int, least: int = 1) -> Check:
    return shape({"type": choice("mrkdwn"), "text": string(most, least)}, {"verbatim": boolean})


def plain(most: int) -> Check:
    """A `plain_text` object of at most so many characters."""
    return by_type({"plain_text": _plain_shape(most)})


def any_text(most: int) -> Check:
    """A `plain_text` or `mrkdwn` object of at most so many characters."""
    return _either_schema(by_type({"plain_text": _plain_shape(most), "mrkdwn": _mrkdwn_shape(most)}))


confirm = shape(
    {"title": plain(100), "text": any_text(300)},
    {"confirm": plain(30), "deny": plain(30), "style": choice("primary", "danger")},
)

_OPTION = {"value": string(150)}
plain_option = shape({"text": plain(75), **_OPTION}, {"description": plain(75)})
option = shape({"text": any_text(75), **_OPTION}, {"description": any_text(75)})
overflow_option = shape({"text": plain(75), **_OPTION}, {"description": plain(75), "url": string(3000)})
option_group = shape({"label": plain(75), "options": each(plain_option, most=100)})

slack_file = shape({}, {"id": string(), "url": string(3000)}, only_one_of("id", "url"))
dispatch_config = shape(
    {"trigger_actions_on": each(choice("on_enter_pressed", "on_character_entered"), most=2)}
)
conversation_filter = shape(
    {},
    {
        "include": each(choice("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
workflow = shape({"trigger": anything})
