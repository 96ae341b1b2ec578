"""Blocks and the surfaces that allow them (docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.elements import (
    image,
    in_actions,
    in_card,
    in_context,
    in_context_actions,
    in_input,
    in_section,
    url_source,
)
from slack_local.block_kit.objects import any_text, plain, slack_file
from slack_local.block_kit.rich_text import data_table, rich_text, table
from slack_local.block_kit.validators import (
    Check,
    Problems,
    add_problem,
    anything,
    boolean,
    by_type,
    choice,
    each,
    needs_one_of,
    only_one_of,
    shape,
    string,
)

_ID: Mapping[str, Check] = {"block_id": string(255)}


def _block(
    name: str, required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Check
) -> tuple[str, Check]:
    return name, shape({"type": choice(name), **required}, {**optional, **_ID}, *rules)


def _file_does_not_dispatch(value: Any, at: str, problems: Problems) -> None:
    if value.get("dispatch_action") and value["element"]["type"] == "file_input":
        add_problem(problems, f"{at}/dispatch_action", "cannot be used with a file_input element")


_EVERYWHERE = dict(
    (
        _block(
            "section",
            {},
            {
                "text": any_text(3000),
                "fields": each(any_text(2000), most=10),
                "accessory": in_section,
                "expand": boolean,
            },
            needs_one_of("text", "fields"),
        ),
        _block("divider", {}, {}),
        _block(
            "image",
            {"alt_text": string(2000)},
            {"image_url": string(3000), "slack_file": slack_file, "title": plain(2000)},
            only_one_of("image_url", "slack_file"),
        ),
        _block("actions", {"elements": each(in_actions, most=25)}, {}),
        _block("context", {"elements": each(in_context, most=10)}, {}),
        _block("header", {"text": plain(150)}, {"level": anything}),
        _block(
            "input",
            {"label": plain(2000), "element": in_input},
            {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
            _file_does_not_dispatch,
        ),
        ("rich_text", rich_text),
        _block(
            "video",
            {
                "alt_text": string(),
                "video_url": string(),
                "thumbnail_url": string(),
                "title": plain(199),
            },
            {
                "title_url": string(),
                "description": plain(200),
                "provider_icon_url": string(),
                "provider_name": string(),
                "author_name": string(49),
            },
        ),
        _block(
            "alert",
            {"text": any_text(3000)},
            {"level": choice("default", "info", "warning", "error", "success")},
        ),
        _block(
            "card",
            {},
            {
                "title": any_text(150),
                "subtitle": any_text(150),
                "body": any_text(200),
                "hero_image": image,
                "icon": image,
                "slack_icon": anything,
                "actions": each(in_card, most=5),
            },
            needs_one_of("title", "body", "hero_image", "actions"),
        ),
    )
)
_card = by_type({"card": _EVERYWHERE["card"]})

_task = _block(
    "task_card",
    {"task_id": string(), "title": string()},
    {
        "details": rich_text,
        "output": rich_text,
        "sources": each(url_source, least=0),
        "status": choice("pending", "in_progress", "complete", "error"),
    },
)
# The documentation also names file, input and rich_text: Slack's validator was seen to refuse them.
_IN_CONTAINER = {
    **{name: _EVERYWHERE[name] for name in ("actions", "context", "divider", "header", "image")},
    **{name: _EVERYWHERE[name] for name in ("section", "video")},
    "table": table,
}


def _collapsed_is_collapsible(value: Any, at: str, problems: Problems) -> None:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        add_problem(problems, f"{at}/default_collapsed", "requires `is_collapsible`")


_MESSAGES_ONLY = dict(
    (
        _block("markdown", {"text": string(12_000)}, {}),
        ("table", table),
        _block(
            "container",
            {"child_blocks": each(by_type(_IN_CONTAINER), most=10)},
            {
                "title": plain(150),
                "rich_text_title": rich_text,
                "subtitle": any_text(150),
                "icon": image,
                "width": choice("narrow", "standard", "wide", "full"),
                "is_collapsible": boolean,
                "default_collapsed": boolean,
                "has_header_divider": boolean,
            },
            needs_one_of("title", "rich_text_title"),
            _collapsed_is_collapsible,
        ),
        ("data_table", data_table),
        _block("context_actions", {"elements": each(in_context_actions, most=5)}, {}),
        _block("carousel", {"elements": each(_card, most=10)}, {}),
        _task,
        _block("plan", {"title": string()}, {"tasks": each(by_type(dict((_task,))), least=0)}),
    )
)

in_message = by_type(_EVERYWHERE | _MESSAGES_ONLY)
in_view = by_type(_EVERYWHERE)
