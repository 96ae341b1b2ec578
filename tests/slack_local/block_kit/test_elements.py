"""What a person's input becomes in `state.values`, and what Slack's client refuses before the bot sees it."""

from typing import Any

import pytest

from slack_local.block_kit.input_state import NotPossibleError, filled, initial_state, validation_message

Obj = dict[str, Any]
OPTIONS = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in ("a", "b")]
FILE = {"id": "F1", "name": "a.txt", "filetype": "txt"}


@pytest.mark.parametrize(
    ("element", "value", "held"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "number_input"}, 12, {"value": "12"}),
        ({"type": "datepicker"}, "2026-11-20", {"selected_date": "2026-11-20"}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "datetimepicker"}, 1763600000, {"selected_date_time": 1763600000}),
        ({"type": "static_select", "options": OPTIONS}, "a", {"selected_option": OPTIONS[0]}),
        (
            {"type": "static_select", "option_groups": [{"options": OPTIONS}]},
            "b",
            {"selected_option": OPTIONS[1]},
        ),
        ({"type": "radio_buttons", "options": OPTIONS}, None, {"selected_option": None}),
        ({"type": "checkboxes", "options": OPTIONS}, ["b", "a"], {"selected_options": OPTIONS[::-1]}),
        ({"type": "checkboxes", "options": OPTIONS}, None, {"selected_options": []}),
        ({"type": "users_select"}, "U0ALICE001", {"selected_user": "U0ALICE001"}),
        ({"type": "multi_users_select"}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
        ({"type": "external_select"}, OPTIONS[0], {"selected_option": OPTIONS[0]}),
        ({"type": "multi_external_select"}, OPTIONS, {"selected_options": OPTIONS}),
        ({"type": "file_input", "filetypes": ["txt"]}, [FILE], {"files": [FILE]}),
        ({"type": "rich_text_input"}, {"type": "rich_text"}, {"rich_text_value": {"type": "rich_text"}}),
    ],
)
def test_what_an_input_holds(element: Obj, value: Any, held: Obj) -> None:
    assert filled(element, value) == {"type": element["type"]} | held


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "button"}, "x"),
        ({"type": "plain_text_input", "max_length": 3}, "four"),
        ({"type": "plain_text_input"}, "x" * 3001),
        ({"type": "datepicker"}, "20.11.2026"),
        ({"type": "timepicker"}, "half past nine"),
        ({"type": "static_select", "options": OPTIONS}, "c"),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "c"]),
        ({"type": "file_input", "filetypes": ["pdf"]}, [FILE]),
        ({"type": "file_input", "max_files": 1}, [FILE, FILE]),
        ({"type": "file_input"}, ["a.txt"]),
    ],
)
def test_what_an_input_does_not_take(element: Obj, value: Any) -> None:
    with pytest.raises(NotPossibleError):
        filled(element, value)


@pytest.mark.parametrize(
    ("element", "value", "fits"),
    [
        ({"type": "plain_text_input", "min_length": 3}, "abc", True),
        ({"type": "plain_text_input", "min_length": 3}, "ab", False),
        ({"type": "email_text_input"}, "me@x.example", True),
        ({"type": "email_text_input"}, "me", False),
        ({"type": "url_text_input"}, "https://x.example", True),
        ({"type": "url_text_input"}, "x.example", False),
        ({"type": "number_input", "is_decimal_allowed": True}, "-1.5", True),
        ({"type": "number_input", "is_decimal_allowed": False}, "-1.5", False),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1", True),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1.1", False),
    ],
)
def test_what_slacks_client_lets_go(element: Obj, value: str, fits: bool) -> None:
    assert (validation_message({"element": element}, filled(element, value)) is None) is fits


def test_an_option_is_chosen_by_its_value_its_label_or_as_json_writes_it() -> None:
    options = [
        {"text": {"type": "plain_text", "text": label}, "value": value}
        for label, value in (("Yes", "true"), ("No", "false"))
    ]
    element = {"type": "static_select", "options": options}
    for given in (False, "false", "No"):
        assert filled(element, given)["selected_option"]["value"] == "false"
    with pytest.raises(NotPossibleError):
        filled(element, "maybe")


def test_an_empty_input_is_let_go_only_if_it_is_optional() -> None:
    element = {"type": "plain_text_input"}
    assert validation_message({"element": element}, None) is not None
    assert validation_message({"element": element, "optional": True}, None) is None


def test_what_is_prefilled_is_held_from_the_start() -> None:
    blocks: list[Obj] = [
        {"type": "section", "block_id": "s", "accessory": {"type": "overflow", "action_id": "o"}},
        {
            "type": "input",
            "block_id": "i",
            "element": {"type": "plain_text_input", "action_id": "v", "initial_value": "x"},
        },
        {
            "type": "actions",
            "block_id": "a",
            "elements": [
                {"type": "button", "action_id": "b"},
                {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-20"},
                {"type": "multi_static_select", "action_id": "m", "options": OPTIONS},
            ],
        },
    ]
    assert initial_state(blocks) == {
        "i": {"v": {"type": "plain_text_input", "value": "x"}},
        "a": {
            "d": {"type": "datepicker", "selected_date": "2026-11-20"},
            "m": {"type": "multi_static_select", "selected_options": []},
        },
    }
