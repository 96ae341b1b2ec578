"""What is redacted is in nothing that is shown; everything else is as it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.approvals.policy.redaction import (
    REDACTED,
    RedactedValues,
    is_redacted,
    redact,
)
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
        RedactedValues.of(ARGS, ["/card", "/items"]).cleaned_text(text)
        == f"I refund to {REDACTED} (cvc {REDACTED}), iban {REDACTED}."
    )


def test_texts_do_not_quote_it_in_another_notation() -> None:
    args: dict[str, Json] = {"pin": 7, "note": 'first "line" of it\nand the second line'}
    for text in (
        "Args: " + str({"pin": 7, "note": args["note"]}),  # as LangChain's own description has it
        json.dumps({"pin": 7, "note": args["note"]}),
        "It says and the second line, 7 times.",
    ):
        cleaned = RedactedValues.of(args, ["/pin", "/note"]).cleaned_text(text)
        assert "second line" not in cleaned
        assert "7" not in cleaned
    assert RedactedValues.of(args, ["/pin"]).cleaned_text("17 of 70") == "17 of 70"


def redacted(*values: str | float) -> RedactedValues:
    return RedactedValues(frozenset(values))


@pytest.mark.parametrize(
    ("pointer", "values"),
    [
        ("/card", {"4111 1111", 123}),
        ("/items", {"DE02", "DE03"}),
        ("/items/1", {"DE03"}),
        ("/items/2", set()),
        ("/items/iban", set()),
        ("/card/0", set()),
        ("/flag", set()),
        ("/pair/1", {2.5}),
        ("/", {"4111 1111", 123, "DE02", "DE03", 1, 2.5}),
    ],
)
def test_what_is_redacted_somewhere_is_every_text_and_number_there(
    pointer: str, values: set[str | float]
) -> None:
    assert isinstance(ARGS, dict)
    args: Json = {**ARGS, "flag": True, "nothing": None, "pair": (1, 2.5)}
    assert RedactedValues.of(args, [pointer]) == redacted(*values)


def test_a_tuple_is_redacted_as_a_list_is() -> None:
    assert redact({"pair": (1, 2)}, ["/pair/1"]) == {"pair": [1, REDACTED]}


def test_values_of_two_actions_are_redacted_together() -> None:
    assert (redacted("a") | redacted("b", 1)) == redacted("a", "b", 1)


def test_a_redacted_value_is_taken_out_of_texts_keys_and_numbers_everywhere() -> None:
    found: Json = {
        "to DE02": ["DE02", "an IBAN, DE02!", 7, 7.0, 77, True, None],
        "inside": {"pin": 7, "amount": 70},
    }
    assert redacted("DE02", 7).cleaned(found) == {
        f"to {REDACTED}": [REDACTED, f"an IBAN, {REDACTED}!", REDACTED, REDACTED, 77, True, None],
        "inside": {"pin": REDACTED, "amount": 70},
    }
    assert redacted("7").cleaned([7, "7"]) == [REDACTED, REDACTED], "a number that is written as the text is"
    assert redacted(1).cleaned([True, 1]) == [True, REDACTED]
    assert redacted().cleaned(found) is found


def test_keys_that_become_the_same_are_numbered_and_no_entry_is_lost() -> None:
    keys = {"DE02": 1, "DE03": 2, "Redacted 2": 3, "DE04": 4}
    cleaned = redacted("DE02", "DE03", "DE04").cleaned(keys)
    assert cleaned == {"Redacted": 1, "Redacted 3": 2, "Redacted 2": 3, "Redacted 4": 4}


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("abc", "abc abcd xabc", f"{REDACTED} abcd xabc"),
        ("abcd", "abcd abcde xabcd", f"{REDACTED} {REDACTED}e x{REDACTED}"),
        ("abcd", "abc bcd abce", "abc bcd abce"),
        ("ab cd", "ab\n cd and ab cd", f"ab\n cd and {REDACTED}"),
        ("ab\n cd", "it is ab cd", f"it is {REDACTED}"),
        ("a+b?", "a+b? aab", f"{REDACTED} aab"),
        ("12345678\nx", "line 12345678 of it", f"line {REDACTED} of it"),
        ("1234567\nx", "line 1234567 of it", "line 1234567 of it"),
        ('ä"b', 'it says \\u00e4\\"b', f"it says {REDACTED}"),
        (" ", "a b", "a b"),
    ],
)
def test_how_a_value_is_found_in_a_text(secret: str, text: str, expected: str) -> None:
    assert redacted(secret).cleaned_text(text) == expected
    assert redacted(secret).cleaned_text(text) == expected, "the second time too"


def test_of_two_values_the_longer_is_taken_out_first() -> None:
    values = redacted("Musterstrasse", "Musterstrasse 7")
    assert values.cleaned_text("at Musterstrasse 7.") == f"at {REDACTED}."


def test_a_place_inside_a_redacted_one_is_redacted() -> None:
    assert is_redacted("/card/number", ["/card"])
    assert not is_redacted("/cards", ["/card"])


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Refund {amount} {currency} to {customer.name}", "Refund 12.50 EUR to Ann Lee"),
        ("{{literal}} {amount}", "{literal} 12.50"),
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
