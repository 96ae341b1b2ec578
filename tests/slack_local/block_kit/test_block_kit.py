"""Slack's limits on blocks and views: what just fits is taken, one more is refused, and it is told where."""

from typing import Any

import pytest

from slack_local.block_kit.surfaces import message_blocks, view_definition
from slack_local.model.errors import SlackError

Obj = dict[str, Any]


def plain(text: str = "x") -> Obj:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Obj:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Obj:
    return {"type": "button", "text": plain("Go"), **more}


def actions(*elements: Obj, **more: Any) -> Obj:
    return {"type": "actions", "elements": list(elements), **more}


def options(count: int, **more: Any) -> list[Obj]:
    return [{"text": plain(f"o{n}"), "value": f"v{n}", **more} for n in range(count)]


def text_input(**more: Any) -> Obj:
    return {"type": "input", "label": plain(), "element": {"type": "plain_text_input", **more}}


def modal(*blocks: Obj, **more: Any) -> Obj:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks), **more}


def section(text: str = "x") -> Obj:
    return {"type": "section", "text": mrkdwn(text)}


def container(*children: Obj, **more: Any) -> Obj:
    return {"type": "container", "title": plain(), "child_blocks": list(children), **more}


MESSAGE_LIMITS: dict[str, tuple[list[Obj], list[Obj]]] = {
    "container children": ([container(*[section()] * 10)], [container(*[section()] * 11)]),
    "container title": (
        [container(section(), title=plain("x" * 150))],
        [container(section(), title=plain("x" * 151))],
    ),
    "types in a container": (
        [container(section(), actions(button()), {"type": "divider"})],
        [container({"type": "markdown", "text": "x"})],
    ),
    "container in a container": ([container(section())], [container(container(section()))]),
    "collapsed container": (
        [container(section(), is_collapsible=True, default_collapsed=True)],
        [container(section(), default_collapsed=True)],
    ),
    "block id in a container": (
        [container(actions(button(), block_id="a")), actions(button(), block_id="b")],
        [container(actions(button(), block_id="a")), actions(button(), block_id="a")],
    ),
    "blocks": ([section()] * 50, [section()] * 51),
    "section text": ([section("x" * 3000)], [section("x" * 3001)]),
    "section field": (
        [{"type": "section", "fields": [mrkdwn("x" * 2000)]}],
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
    ),
    "section fields": (
        [{"type": "section", "fields": [mrkdwn()] * 10}],
        [{"type": "section", "fields": [mrkdwn()] * 11}],
    ),
    "header": (
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    "actions": ([actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    "context": (
        [{"type": "context", "elements": [mrkdwn()] * 10}],
        [{"type": "context", "elements": [mrkdwn()] * 11}],
    ),
    "button text": (
        [actions({"type": "button", "text": plain("x" * 75)})],
        [actions({"type": "button", "text": plain("x" * 76)})],
    ),
    "button value": ([actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    "action_id": ([actions(button(action_id="x" * 255))], [actions(button(action_id="x" * 256))]),
    "block_id": ([section() | {"block_id": "x" * 255}], [section() | {"block_id": "x" * 256}]),
    "select options": (
        [actions({"type": "static_select", "options": options(100)})],
        [actions({"type": "static_select", "options": options(101)})],
    ),
    "radio options": (
        [actions({"type": "radio_buttons", "options": options(10)})],
        [actions({"type": "radio_buttons", "options": options(11)})],
    ),
    "checkboxes options": (
        [actions({"type": "checkboxes", "options": options(10)})],
        [actions({"type": "checkboxes", "options": options(11)})],
    ),
    "overflow options": (
        [actions({"type": "overflow", "options": options(5)})],
        [actions({"type": "overflow", "options": options(6)})],
    ),
    "option text": (
        [actions({"type": "static_select", "options": [{"text": plain("x" * 75), "value": "v"}]})],
        [actions({"type": "static_select", "options": [{"text": plain("x" * 76), "value": "v"}]})],
    ),
    "option value": (
        [actions({"type": "static_select", "options": [{"text": plain(), "value": "v" * 150}]})],
        [actions({"type": "static_select", "options": [{"text": plain(), "value": "v" * 151}]})],
    ),
    "confirm title": (
        [actions(button(confirm={"title": plain("x" * 100), "text": plain("x" * 300)}))],
        [actions(button(confirm={"title": plain("x" * 101), "text": plain()}))],
    ),
    "confirm text": (
        [actions(button(confirm={"title": plain(), "text": plain("x" * 300)}))],
        [actions(button(confirm={"title": plain(), "text": plain("x" * 301)}))],
    ),
    "date": (
        [actions({"type": "datepicker", "initial_date": "2028-02-29"})],
        [actions({"type": "datepicker", "initial_date": "2027-02-29"})],
    ),
    "date as people write it": (
        [actions({"type": "datepicker", "initial_date": "2026-11-20"})],
        [actions({"type": "datepicker", "initial_date": "20.11.2026"})],
    ),
    "time": (
        [actions({"type": "timepicker", "initial_time": "23:59"})],
        [actions({"type": "timepicker", "initial_time": "24:00"})],
    ),
    "markdown": ([{"type": "markdown", "text": "x" * 12_000}], [{"type": "markdown", "text": "x" * 12_001}]),
    "table rows": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 100}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
    ),
    "table columns": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20]}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
    ),
}


@pytest.mark.parametrize("what", MESSAGE_LIMITS)
def test_a_message_takes_the_limit_and_refuses_one_more(what: str) -> None:
    fits, too_much = MESSAGE_LIMITS[what]
    assert len(message_blocks(fits)) == len(fits)
    with pytest.raises(SlackError) as refused:
        message_blocks(too_much)
    assert refused.value.error == "invalid_blocks"
    assert refused.value.messages[0].startswith("[ERROR] ")
    assert "[json-pointer:/blocks" in refused.value.messages[0]


def test_a_message_has_one_table() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    with pytest.raises(SlackError) as refused:
        message_blocks([table, section(), table])
    assert refused.value.error == "invalid_attachments"
    assert refused.value.messages == ("only_one_table_allowed",)


VIEW_LIMITS: dict[str, tuple[Obj, Obj]] = {
    "blocks": (modal(*[section()] * 100), modal(*[section()] * 101)),
    "title": (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    "submit": (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    "close": (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    "private_metadata": (modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
    "callback_id": (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    "initial value": (
        modal(text_input(initial_value="x" * 3000)),
        modal(text_input(initial_value="x" * 3001)),
    ),
    "placeholder": (
        modal(text_input(placeholder=plain("x" * 150))),
        modal(text_input(placeholder=plain("x" * 151))),
    ),
    "max_length": (modal(text_input(max_length=3000)), modal(text_input(max_length=3001))),
}


@pytest.mark.parametrize("what", VIEW_LIMITS)
def test_a_view_takes_the_limit_and_refuses_one_more(what: str) -> None:
    fits, too_much = VIEW_LIMITS[what]
    assert view_definition(fits, "modal")["type"] == "modal"
    with pytest.raises(SlackError) as refused:
        view_definition(too_much, "modal")
    assert refused.value.error == "invalid_arguments"
    assert refused.value.messages[0] == "[ERROR] failed to match all allowed schemas [json-pointer:/view]"
    assert "[json-pointer:/view/" in refused.value.messages[1]


WRONG: dict[str, tuple[list[Obj], str]] = {
    "unknown block": ([{"type": "sectoin"}], "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
    "no type": ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    "no object": (["section"], "must provide an object [json-pointer:/blocks/0]"),  # type: ignore[list-item]  # meant
    "unknown field": (
        [section() | {"colour": "red"}],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "empty text": ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "long text": (
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "neither text nor fields": (
        [{"type": "section"}],
        "must define either `text` or `fields` [json-pointer:/blocks/0/type]",
    ),
    "mrkdwn on a button": (
        [actions({"type": "button", "text": mrkdwn()})],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    "text input among actions": (
        [actions({"type": "plain_text_input"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "button in an input": (
        [{"type": "input", "label": plain(), "element": button()}],
        "unsupported type: button [json-pointer:/blocks/0/element/type]",
    ),
    "unknown style": (
        [actions(button(style="warning"))],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    "no actions": ([actions()], "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
    "image without alt_text": (
        [{"type": "image", "image_url": "https://e.example/x.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "initial option that is none": (
        [actions({"type": "static_select", "options": options(1), "initial_option": options(2)[1]})],
        "must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    "same block_id": (
        [section() | {"block_id": "a"}, section() | {"block_id": "a"}],
        "duplicate block_id: a [json-pointer:/blocks/0/block_id]",
    ),
    "same action_id in a block": (
        [actions(button(action_id="a"), button(action_id="a"))],
        "duplicate action_id: a [json-pointer:/blocks/0/elements/1]",
    ),
    "number input without is_decimal_allowed": (
        [{"type": "input", "label": plain(), "element": {"type": "number_input"}}],
        "missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]",
    ),
    "empty rich text": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
            }
        ],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_blocks_are_refused_with_their_place(what: str) -> None:
    blocks, complaint = WRONG[what]
    with pytest.raises(SlackError) as refused:
        message_blocks(blocks)
    assert refused.value.error == "invalid_blocks"
    assert f"[ERROR] {complaint}" in refused.value.messages


def test_a_text_that_fits_no_schema_says_so_first() -> None:
    with pytest.raises(SlackError) as refused:
        message_blocks([section("x" * 3001)])
    assert refused.value.messages == (
        "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    )


def test_all_texts_together_have_a_limit() -> None:
    assert message_blocks([section("x" * 2640)] * 5)
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        message_blocks([section("x" * 2640)] * 5 + [section("x")])


def test_markdown_blocks_share_their_limit() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert message_blocks([half, half])
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        message_blocks([half, half, {"type": "markdown", "text": "x"}])


@pytest.mark.parametrize("block", [{"type": "markdown", "text": "x"}, {"type": "table", "rows": [[]]}])
def test_a_modal_takes_no_block_that_only_messages_take(block: Obj) -> None:
    with pytest.raises(SlackError) as refused:
        view_definition(modal(block), "modal")
    assert (
        f"[ERROR] unsupported type: {block['type']} [json-pointer:/view/blocks/0/type]"
        in refused.value.messages
    )


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view = modal(text_input())
    del view["submit"]
    with pytest.raises(SlackError) as refused:
        view_definition(view, "modal")
    assert (
        "[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"
        in refused.value.messages
    )


def test_a_home_tab_has_no_title() -> None:
    assert view_definition({"type": "home", "blocks": [section()]}, "home")
    with pytest.raises(SlackError) as refused:
        view_definition({"type": "home", "blocks": [], "title": plain()}, "home")
    assert "[ERROR] invalid additional property: title [json-pointer:/view]" in refused.value.messages


def test_a_modal_takes_no_field_of_other_views() -> None:
    with pytest.raises(SlackError) as refused:
        view_definition(modal(submit_disabled=True), "modal")
    assert (
        "[ERROR] invalid additional property: submit_disabled [json-pointer:/view]" in refused.value.messages
    )


def test_missing_ids_are_made_up_and_given_ones_kept() -> None:
    made, kept = message_blocks([actions(button()), actions(button(action_id="mine"), block_id="also")])
    assert made["block_id"]
    assert made["elements"][0]["action_id"]
    assert (kept["block_id"], kept["elements"][0]["action_id"]) == ("also", "mine")
