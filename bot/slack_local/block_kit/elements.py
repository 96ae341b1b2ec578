"""Block elements and the blocks that allow them (docs.slack.dev/reference/block-kit/block-elements)."""

from collections.abc import Iterable, Mapping
from typing import Any

from slack_local.block_kit.objects import (
    any_text,
    confirm,
    conversation_filter,
    dispatch_config,
    option,
    option_group,
    overflow_option,
    plain,
    plain_option,
    slack_file,
    workflow,
)
from slack_local.block_kit.validators import (
    Check,
    Problems,
    add_problem,
    anything,
    boolean,
    by_type,
    choice,
    each,
    integer,
    moment,
    only_one_of,
    shape,
    string,
)

_ID: Mapping[str, Check] = {"action_id": string(255)}
_FOCUS: Mapping[str, Check] = {"focus_on_load": boolean, **_ID}
_ASK: Mapping[str, Check] = {"placeholder": plain(150), **_FOCUS}
_SURE: Mapping[str, Check] = {"confirm": confirm}


def _element(
    name: str, required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Check
) -> tuple[str, Check]:
    return name, shape({"type": choice(name), **required}, optional, *rules)


def _offered(value: Any) -> list[Any]:
    offered = list(value.get("options", ()))
    for group in value.get("option_groups", ()):
        offered += group["options"]
    return offered


def _initial_is_offered(value: Any, at: str, problems: Problems) -> None:
    offered = _offered(value)
    if "initial_option" in value and value["initial_option"] not in offered:
        add_problem(problems, f"{at}/initial_option", "must match one of the options")
    for number, initial in enumerate(value.get("initial_options", ())):
        if initial not in offered:
            add_problem(problems, f"{at}/initial_options/{number}", "must match one of the options")


def _lengths_agree(value: Any, at: str, problems: Problems) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        add_problem(problems, f"{at}/min_length", "must be less than max_length")


_options_or_groups = only_one_of("options", "option_groups")
_MENU: Mapping[str, Check] = {
    "options": each(plain_option, most=100),
    "option_groups": each(option_group, most=100),
}
_MANY: Mapping[str, Check] = {"max_selected_items": integer(1), **_ASK, **_SURE}
_TEXT: Mapping[str, Check] = {"dispatch_action_config": dispatch_config, **_ASK}

BUTTONS = dict(
    (
        _element(
            "button",
            {"text": plain(75)},
            {
                "value": string(2000),
                "url": string(3000),
                "style": choice("primary", "danger"),
                "accessibility_label": string(75),
                "visible_to_user_ids": each(string()),
                "agent_prompt": string(4000),
                "agent_prompt_display": anything,
                **_ID,
                **_SURE,
            },
        ),
        _element(
            "workflow_button",
            {"text": plain(75), "workflow": workflow},
            {"style": choice("primary", "danger"), "accessibility_label": string(75), **_ID},
        ),
    )
)

OVERFLOW = dict((_element("overflow", {"options": each(overflow_option, most=5)}, {**_ID, **_SURE}),))

PICKERS = dict(
    (
        _element("datepicker", {}, {"initial_date": moment("%Y-%m-%d", "YYYY-MM-DD"), **_ASK, **_SURE}),
        _element(
            "timepicker",
            {},
            {"initial_time": moment("%H:%M", "HH:mm"), "timezone": string(), **_ASK, **_SURE},
        ),
        _element("datetimepicker", {}, {"initial_date_time": integer(10**9, 10**10 - 1), **_FOCUS, **_SURE}),
    )
)

SELECTS = dict(
    (
        _element(
            "static_select",
            {},
            {"initial_option": plain_option, **_MENU, **_ASK, **_SURE},
            _options_or_groups,
            _initial_is_offered,
        ),
        _element(
            "external_select",
            {},
            {"initial_option": plain_option, "min_query_length": integer(0), **_ASK, **_SURE},
        ),
        _element("users_select", {}, {"initial_user": string(), **_ASK, **_SURE}),
        _element(
            "conversations_select",
            {},
            {
                "initial_conversation": string(),
                "default_to_current_conversation": boolean,
                "response_url_enabled": boolean,
                "filter": conversation_filter,
                **_ASK,
                **_SURE,
            },
        ),
        _element(
            "channels_select",
            {},
            {"initial_channel": string(), "response_url_enabled": boolean, **_ASK, **_SURE},
        ),
    )
)

MULTI_SELECTS = dict(
    (
        _element(
            "multi_static_select",
            {},
            {"initial_options": each(plain_option, most=100), **_MENU, **_MANY},
            _options_or_groups,
            _initial_is_offered,
        ),
        _element(
            "multi_external_select",
            {},
            {"initial_options": each(plain_option, most=100), "min_query_length": integer(0), **_MANY},
        ),
        _element("multi_users_select", {}, {"initial_users": each(string(), least=0), **_MANY}),
        _element(
            "multi_conversations_select",
            {},
            {
                "initial_conversations": each(string(), least=0),
                "default_to_current_conversation": boolean,
                "filter": conversation_filter,
                **_MANY,
            },
        ),
        _element("multi_channels_select", {}, {"initial_channels": each(string(), least=0), **_MANY}),
    )
)

CHOICES = dict(
    (
        _element(
            "checkboxes",
            {"options": each(option, most=10)},
            {"initial_options": each(option, most=10), **_FOCUS, **_SURE},
            _initial_is_offered,
        ),
        _element(
            "radio_buttons",
            {"options": each(option, most=10)},
            {"initial_option": option, **_FOCUS, **_SURE},
            _initial_is_offered,
        ),
    )
)

INPUTS = dict(
    (
        _element(
            "plain_text_input",
            {},
            {
                "initial_value": string(3000, 0),
                "multiline": boolean,
                "min_length": integer(0, 3000),
                "max_length": integer(1, 3000),
                **_TEXT,
            },
            _lengths_agree,
        ),
        _element("email_text_input", {}, {"initial_value": string(3000, 0), **_TEXT}),
        _element("url_text_input", {}, {"initial_value": string(3000, 0), **_TEXT}),
        _element(
            "number_input",
            {"is_decimal_allowed": boolean},
            {"initial_value": string(3000, 0), "min_value": string(), "max_value": string(), **_TEXT},
        ),
        _element(
            "rich_text_input",
            {},
            {"initial_value": anything, "min_lines": anything, "max_lines": anything, **_TEXT},
        ),
        _element("file_input", {}, {"filetypes": each(string()), "max_files": integer(1, 10), **_ID}),
    )
)

_image = shape(
    {"type": choice("image"), "alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": slack_file},
    only_one_of("image_url", "slack_file"),
)
IMAGE = {"image": _image}

_feedback = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
CONTEXT_ACTIONS = dict(
    (
        _element("feedback_buttons", {"positive_button": _feedback, "negative_button": _feedback}, _ID),
        _element(
            "icon_button",
            {"icon": choice("trash"), "text": plain(75)},
            {
                "value": string(2000),
                "accessibility_label": string(75),
                "visible_to_user_ids": each(string()),
                **_ID,
                **_SURE,
            },
        ),
    )
)

url_source = shape({"type": choice("url"), "url": string(3000), "text": string()})


def _any_of(*families: Iterable[tuple[str, Check]]) -> Check:
    return by_type({name: check for family in families for name, check in family})


in_section = _any_of(
    BUTTONS.items(),
    OVERFLOW.items(),
    ((k, v) for k, v in PICKERS.items() if k != "datetimepicker"),
    SELECTS.items(),
    MULTI_SELECTS.items(),
    CHOICES.items(),
    IMAGE.items(),
)
in_actions = _any_of(BUTTONS.items(), OVERFLOW.items(), PICKERS.items(), SELECTS.items(), CHOICES.items())
in_input = _any_of(PICKERS.items(), SELECTS.items(), MULTI_SELECTS.items(), CHOICES.items(), INPUTS.items())
in_context = _any_of(IMAGE.items(), ((kind, any_text(2000)) for kind in ("plain_text", "mrkdwn")))
in_context_actions = by_type(CONTEXT_ACTIONS)
in_card = _any_of(BUTTONS.items())
image = by_type(IMAGE)
