"""When a graph begins with a form, and what the form's fields are called."""

import pytest

from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.i18n import reader_language

FIELDS: Json = {
    "type": "object",
    "title": "Input",
    "properties": {"amount": {"type": "integer", "title": "amount"}, "reason": {"title": "Why"}, "any": True},
}


@pytest.mark.parametrize(
    ("starts_with", "form_first", "new", "needed"),
    [
        (StartsWith.FORM, False, False, True),
        (StartsWith.FORM, True, True, True),
        (StartsWith.MESSAGES, True, True, True),
        (StartsWith.MESSAGES, True, False, False),
        (StartsWith.MESSAGES, False, True, False),
        (StartsWith.TEXT, False, False, False),
    ],
)
def test_a_form_is_needed_for_what_no_message_starts_and_first_where_a_message_is_not_enough(
    starts_with: StartsWith, form_first: bool, new: bool, needed: bool
) -> None:
    info = GraphInfo(name="g", starts_with=starts_with, form_schema=FIELDS, form_first=form_first)
    assert info.needs_form(new=new) is needed


def form(schema: Json = FIELDS, **own_titles: str) -> Json:
    titles = {"" if name == "whole" else name: title for name, title in own_titles.items()}
    info = GraphInfo(name="g", starts_with=StartsWith.FORM, form_schema=schema, own_titles=titles)
    return info.form_in_words


def test_the_titles_of_the_graphs_author_are_left_as_they_are() -> None:
    assert form() == FIELDS


def test_the_bots_title_takes_the_place_of_its_field_and_of_no_other() -> None:
    assert form(amount="Amount", any="Any", other="Other") == {
        "type": "object",
        "title": "Input",
        "properties": {
            "amount": {"type": "integer", "title": "Amount"},
            "reason": {"title": "Why"},
            "any": True,
        },
    }


def test_a_form_of_one_field_has_one_title() -> None:
    assert form({"type": "string"}, whole="Message") == {"type": "string", "title": "Message"}


def test_the_bots_titles_are_in_the_readers_language() -> None:
    with reader_language("ko"):
        translated = form({"type": "string"}, whole="Message")
    assert translated != {"type": "string", "title": "Message"}


def test_a_schema_that_is_no_object_has_no_titles() -> None:
    assert form(True, whole="Message") is True
