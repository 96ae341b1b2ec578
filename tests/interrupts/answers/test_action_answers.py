"""What each button sends to code that reads what to do at one place of the answer, and data at others."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import UNSET
from countersign.interrupts.code import UNKNOWN, Boolean, Key, Number, Object, OneOf, Text, Tuple
from countersign.interrupts.forms.field import Option
from countersign.interrupts.shape_answers.action_answers import action_answers
from countersign.interrupts.shape_answers.action_layout import Data
from countersign.interrupts.shape_answers.row_answers import Asked

PAYLOAD: Json = {"question": "Which?", "draft": "Hello", "n": 5}


def key(name: str, shape: Any, *, required: bool = True, **conditions: Any) -> Key:
    return Key(name, shape, required=required, **conditions)


def an_object(action: Any, *keys: Key, name: str = "type") -> Object:
    return Object((key(name, action), *keys))


def needed_with(name: str, shape: Any, *values: Any) -> Key:
    return key(name, shape, required=False, needed_with=tuple(("type", value) for value in values))


def sent(shape: Object | Tuple, asked: Asked | None = None) -> dict[str, Any]:
    """For each decision what is sent with "typed", and without anything typed if that differs."""
    found = action_answers(shape, asked or Asked(value=PAYLOAD))
    if found is None:
        return {}
    told: dict[str, Any] = {}
    for kind, template in found.answers.items():
        typed, empty = template.fill("typed"), template.fill(UNSET)
        told[kind.value] = typed if typed == empty else (typed, empty)
    if found.options:
        told["respond"] = {option.label: option.value for option in found.options}
    return told


def words(*values: Any) -> OneOf:
    return OneOf(values)


def test_without_a_place_that_says_what_to_do_there_is_no_button() -> None:
    assert action_answers(Object((key("a", Text()), key("b", words("red", "blue")))), Asked(value={})) is None
    assert action_answers(Tuple((Text(),)), Asked(value={})) is None


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            an_object(words("approve", "reject")),
            {"approve": {"type": "approve"}, "reject": {"type": "reject"}},
        ),
        (an_object(words("approve")), {"approve": {"type": "approve"}, "reject": {"type": "reject"}}),
        (an_object(words("reject")), {"approve": {"type": "approve"}, "reject": {"type": "reject"}}),
        (an_object(words("deny")), {"approve": {"type": "allow"}, "reject": {"type": "deny"}}),
        (an_object(OneOf(("approve",), exhaustive=True)), {"approve": {"type": "approve"}}),
        (an_object(OneOf(("reject",), exhaustive=True)), {"reject": {"type": "reject"}}),
        (an_object(Boolean(), name="ok"), {"approve": {"ok": True}, "reject": {"ok": False}}),
        (Tuple((Boolean(),)), {"approve": [True], "reject": [False]}),
        (
            an_object(words("approve", "later", "archive")),
            {
                "approve": {"type": "approve"},
                "reject": {"type": "reject"},
                "respond": {"later": {"type": "later"}, "archive": {"type": "archive"}},
            },
        ),
        (
            an_object(words("go", "wait", "stop")),
            {
                "approve": {"type": "go"},
                "reject": {"type": "stop"},
                "respond": {"wait": {"type": "wait"}},
            },
        ),
        (an_object(words("fire", "go", "hold")), {}),  # one of three orders, in a menu
        (an_object(words("go", "edit")), {"approve": {"type": "go"}, "reject": {"type": "stop"}}),
    ],
)
def test_a_yes_and_a_no_are_named_by_the_code_or_are_their_opposites(
    shape: Object | Tuple, expected: dict[str, Any]
) -> None:
    assert sent(shape) == expected


def test_code_that_names_no_yes_and_no_no_has_neither_button() -> None:
    assert set(sent(an_object(words("edit", "later"), needed_with("draft", Text(), "edit")))) == {
        "edit",
        "respond",
    }


@pytest.mark.parametrize(
    ("shape", "kind", "expected"),
    [
        # What an approval needs is taken from the payload, if that has it and it fits.
        (an_object(words("approve"), key("n", Number())), "approve", {"type": "approve", "n": 5}),
        (an_object(words("approve"), key("m", Number())), "approve", None),
        (an_object(words("approve"), key("n", Text())), "approve", None),
        (an_object(words("approve"), key("n", Number(), required=False)), "approve", {"type": "approve"}),
        (
            an_object(words("approve"), needed_with("n", Number(), "approve")),
            "approve",
            {"type": "approve", "n": 5},
        ),
        (an_object(words("approve"), needed_with("n", Number(), "reject")), "approve", {"type": "approve"}),
        # A remark that it needs is empty.
        (an_object(words("approve"), key("comment", Text())), "approve", {"type": "approve", "comment": ""}),
        # A rejection takes a reason where the code reads one.
        (
            an_object(words("reject"), key("reason", Text(), required=False)),
            "reject",
            ({"type": "reject", "reason": "typed"}, {"type": "reject"}),
        ),
        (
            an_object(words("reject"), key("reason", Text())),
            "reject",
            ({"type": "reject", "reason": "typed"}, {"type": "reject"}),
        ),
        (an_object(words("reject"), key("draft", Text(), required=False)), "reject", {"type": "reject"}),
        (
            an_object(words("reject"), needed_with("draft", Text(), "reject")),
            "reject",
            ({"type": "reject", "draft": "typed"}, {"type": "reject"}),
        ),
        (an_object(words("reject"), key("n", Number())), "reject", None),
        (an_object(words("reject"), key("reason", Text()), key("why", Text())), "reject", None),
        (
            an_object(words("reject"), key("args", Text(), required=False)),
            "reject",
            ({"type": "reject", "args": "typed"}, {"type": "reject"}),
        ),
        (Tuple((words("reject"), Text())), "reject", (["reject", "typed"], ["reject", ""])),
        (Tuple((words("reject"), UNKNOWN)), "reject", (["reject", "typed"], ["reject", None])),
        (Tuple((Text(), words("reject"))), "reject", (["typed", "reject"], ["", "reject"])),
        # A word for a remark is a response.
        (
            an_object(words("approve", "feedback"), needed_with("message", Text(), "feedback")),
            "respond",
            ({"type": "feedback", "message": "typed"}, {"type": "feedback"}),
        ),
    ],
)
def test_what_one_button_sends(shape: Object | Tuple, kind: str, expected: Any) -> None:
    assert sent(shape).get(kind) == expected


@pytest.mark.parametrize(
    ("shape", "asked", "expected"),
    [
        # The text of the payload is edited at the place of that name.
        (
            an_object(words("approve", "edit"), needed_with("draft", Text(), "edit")),
            Asked(value=PAYLOAD),
            ({"type": "edit", "draft": "typed"}, {"type": "edit", "draft": ""}),
        ),
        # The arguments of a tool call, at the only place for them.
        (
            Tuple((words("continue", "update"), UNKNOWN)),
            Asked(value={}, args={"a": 1}),
            (["update", "typed"], ["update", None]),
        ),
        # Without a word for a change, a yes with what goes with it.
        (
            an_object(words("approve"), key("draft", Text(), required=False)),
            Asked(value=PAYLOAD),
            ({"type": "approve", "draft": "typed"}, {"type": "approve", "draft": ""}),
        ),
        # A list without anything to edit has no Edit.
        (Tuple((words("approve"), Text())), Asked(value={}), None),
        (
            Tuple((words("approve"), Text())),
            Asked(value={}, text="x"),
            (["approve", "typed"], ["approve", ""]),
        ),
        # Any other word than the yes asks for the draft.
        (
            an_object(
                words("approve"), key("draft", Text(), required=False, needed_unless=(("type", "approve"),))
            ),
            Asked(value=PAYLOAD),
            ({"type": "edit", "draft": "typed"}, {"type": "edit", "draft": ""}),
        ),
        # A remark alone is nothing to edit.
        (an_object(words("approve"), key("comment", Text(), required=False)), Asked(value=PAYLOAD), None),
    ],
)
def test_what_an_edit_sends(shape: Object | Tuple, asked: Asked, expected: Any) -> None:
    typed, _ = sent(shape, asked).get("edit") or (None, None)
    assert typed == (expected and expected[0])


def test_several_places_of_an_edit_are_one_form_around_the_action() -> None:
    shape = an_object(
        words("approve", "edit"), needed_with("draft", Text(), "edit"), needed_with("n", Number(), "edit")
    )
    found = action_answers(shape, Asked(value=PAYLOAD))

    assert found is not None
    (edit,) = (form for kind, form in found.forms.items() if kind.value == "edit")
    assert [field.pointer for field in edit.fields] == ["/draft", "/n"]
    assert [field.initial for field in edit.fields] == ["Hello", 5]
    assert edit.base == {"type": "edit", "draft": "Hello", "n": 5}


def test_a_no_of_the_guides_review_is_feedback_with_words_of_its_own() -> None:
    shape = Tuple((words("continue", "update", "feedback"), UNKNOWN))
    with_arguments = sent(shape, Asked(value={}, args={"a": 1}))

    assert with_arguments["reject"] == (["feedback", "typed"], ["feedback", "Rejected by a human reviewer."])
    assert with_arguments["respond"] == (["feedback", "typed"], ["feedback", None])
    assert with_arguments["approve"] == ["continue", None]


@pytest.mark.parametrize(
    ("offered", "buttons"),
    [
        (("approve", "abort"), {"approve", "reject"}),
        (("approve", "abort", "deny"), {"approve"}),
        (("approve", "accept", "abort"), {"reject"}),
        (("approve", "accept", "abort", "deny"), set()),
        (("later", "archive"), {"approve", "reject"}),
    ],
)
def test_which_of_several_a_yes_or_a_no_means_is_not_guessed(
    offered: tuple[str, ...], buttons: set[str]
) -> None:
    labels: tuple[Json, ...] = (*offered, {"none": "of these"})
    options = tuple(Option(key=str(at), label=str(each), value=each) for at, each in enumerate(labels))
    asked = Asked(value={"options": list(offered)}, offered=options)
    shape = an_object(words("approve", "accept", "abort", "deny", "reject"))
    assert set(sent(shape, asked)) - {"respond"} == buttons


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("comment", True),
        ("Comment", True),
        ("user_comment", True),
        ("userComment", True),
        ("the_user_comment", True),
        ("draft", False),
        ("comment_draft", False),
    ],
)
def test_a_remark_is_known_by_the_last_word_of_its_name(name: str, remark: bool) -> None:
    assert Data(name, Text(), needed=True).is_remark is remark
