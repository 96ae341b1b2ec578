"""What is redacted is in nothing that is shown; everything else is as it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.approvals.policy.redaction import REDACTED, is_redacted, redact, redact_text
from countersign.approvals.policy.summary import fill

ARGS: Json = {
    "card": {"number": "4111 1111", "cvc": 123},
    "items": [{"iban": "DE02"}, {"iban": "DE03"}],
    "a/b": 1,
}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/card/number", {"card": {"number": REDACTED, "cvc": 123}}),
        ("/card", {"card": REDACTED}),
        ("/items/1/iban", {"items": [{"iban": "DE02"}, {"iban": REDACTED}]}),
        ("/a~1b", {"a/b": REDACTED}),
        ("/nowhere", {}),
        ("/items/2", {}),
        ("/items/-", {}),
        ("/items/01", {}),
        ("/card/number/deeper", {}),
    ],
)
def test_what_a_pointer_leads_to_is_redacted(pointer: str, expected: dict[str, Json]) -> None:
    assert isinstance(ARGS, dict)
    assert redact(ARGS, [pointer]) == {**ARGS, **expected}


def test_the_whole_value() -> None:
    assert redact(ARGS, ["/"]) == REDACTED


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab/~0"), inner, max_size=3),
    max_leaves=10,
)


def pointers_into(value: Any, path: str = "") -> list[str]:
    found = [path or "/"]
    if isinstance(value, dict):
        for key, item in value.items():
            found += pointers_into(item, f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            found += pointers_into(item, f"{path}/{at}")
    return found


@given(values, st.data())
def test_every_place_has_a_pointer_that_hides_it_and_nothing_else(value: Any, data: st.DataObject) -> None:
    secret = data.draw(st.sampled_from(pointers_into(value)))
    hidden = redact(value, [secret])
    for pointer in pointers_into(hidden):
        assert is_redacted(pointer, [secret]) == pointer.startswith((secret, secret + "/")) or secret == "/"
    assert redact(hidden, [secret]) == hidden
    assert json.dumps(hidden).count(REDACTED) >= 1


def test_texts_about_the_arguments_do_not_quote_what_is_redacted() -> None:
    text = "I refund to 4111 1111 (cvc 123), iban DE02."
    assert (
        redact_text(text, ARGS, ["/card", "/items"])
        == f"I refund to {REDACTED} (cvc {REDACTED}), iban {REDACTED}."
    )


def test_texts_do_not_quote_it_in_another_notation() -> None:
    args: dict[str, Json] = {"pin": 7, "note": 'first "line" of it\nand the second line'}
    for text in (
        "Args: " + str({"pin": 7, "note": args["note"]}),  # as LangChain's own description has it
        json.dumps({"pin": 7, "note": args["note"]}),
        "It says and the second line, 7 times.",
    ):
        cleaned = redact_text(text, args, ["/pin", "/note"])
        assert "second line" not in cleaned
        assert "7" not in cleaned
    assert redact_text("17 of 70", args, ["/pin"]) == "17 of 70"


def test_a_place_inside_a_redacted_one_is_redacted() -> None:
    assert is_redacted("/card/number", ["/card"])
    assert not is_redacted("/cards", ["/card"])


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Refund {amount} {currency} to {customer.name}", "Refund 12.5 EUR to Ann Lee"),
        ("{{literal}} {amount}", "{literal} 12.5"),
        ("Refund {amount} to {nobody}", None),
        ("{amount.deeper}", None),
        ("{amount.__class__} {amount!r} {amount:>9}", None),
        ("{customer}", '{"name": "Ann\\n Lee"}'),
        ("{long}", "x" * 99 + "…"),
        ("{flag} {none}", "true null"),
    ],
)
def test_a_summary_is_filled_in_one_line_per_value(template: str, expected: str | None) -> None:
    args: Json = {
        "amount": 12.5,
        "currency": "EUR",
        "customer": {"name": "Ann\n Lee"},
        "long": "x" * 500,
        "flag": True,
        "none": None,
    }
    assert fill(template, args) == expected


@given(st.text(alphabet="{}a. ", max_size=20), values)
def test_a_summary_never_fails(template: str, args: Any) -> None:
    assert isinstance(fill(template, args), str | None)
