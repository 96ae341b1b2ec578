"""Canonical JSON has one spelling per value, by whichever way it was written."""

import json

import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json

WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e6, 1e6) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(WHOLE)
@example({"b": 1, "a": [True, None, 'é\u2028\x7f\x00\n"\\/'], "Z": {}})
@example({"\U0001f600": 1, "\ufb33": 2})  # sorted by UTF-16 units, not by code points
@example([1.0, 1, -0.0, 1e21])
def test_it_is_rfc_8785(value: Json) -> None:
    try:
        expected = rfc8785.dumps(value)
    except UnicodeError:
        assert canonical_json(value).startswith(b"exact ")
    else:
        assert canonical_json(value) == expected


def test_half_of_a_surrogate_pair_and_huge_integers_have_a_spelling_of_their_own() -> None:
    assert canonical_json({"a": "\ud800"}) == b'exact {"a":"\\ud800"}'
    assert canonical_json(2**53 + 1) == b"exact 9007199254740993"
    assert canonical_json(10**22) == b"1e+22"


def test_keys_that_are_no_texts_are_spelt_as_json_spells_them() -> None:
    value = json.loads(json.dumps({10: "a", 9: "b"}))
    assert canonical_json({10: "a", 9: "b"}) == canonical_json(value)  # type: ignore[dict-item]
