"""Pairs of texts and of JSON values of which the second is a slight change of the first."""

import json
import unicodedata
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from countersign.interrupts import Part, escape_invisible, human_label, sections

_LETTERS = "abéeÅаоαﬁ10न\u094dमی👩♂❤"
_SIGNS = ' \n\r\t:"\\│↵⟨⟩&<>`*_…“”-'
_HIDDEN = "\u200b\u200c\u200d\u202e\u0301\u0308\u0338\ufe0f\u00a0\u3000\u212b"
_RUNS = ("  ", "\r\n", "\n\n\n\n\n\n", " " * 30, "\t\t", "x" * 70, "```", "e\u0301")
_READ_AS = (
    ": ",
    "- ",
    "│ ",
    "• ",
    "true",
    "null",
    "[]",
    "{}",
    "Yes",
    "no",
    "None",
    "Empty list",
    "⟨U+200B⟩",
    "⟨NFD⟩",
    "⟨CRLF⟩",
    "⟨2 spaces⟩",
)
PIECES = st.sampled_from([*_LETTERS, *_SIGNS, *_HIDDEN, *_RUNS, *_READ_AS])
TEXTS = st.lists(PIECES, max_size=7).map("".join)
KEYS = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "a",
            "b",
            "",
            "a b",
            "A b",
            "a_b",
            "aB",
            "a-b",
            "A",
            "question",
            "title",
            "args",
            "details",
            "name",
            "amount",
        ]
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.5, 1e22, 2**53 + 1]), TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)

_CHANGES: list[Callable[[str], str]] = [
    escape_invisible,
    str.strip,
    str.lower,
    lambda text: f'"{text}"',
    lambda text: f"{text}\n",
    lambda text: f"{text} ",
    lambda text: f"- {text}",
    lambda text: f"• {text}",
    human_label,
    str.capitalize,
    lambda text: f"│ {text}",
    json.dumps,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\r\n", "\n"),
    lambda text: text.replace("\t", "    "),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: text.replace("а", "a").replace("о", "o"),
    lambda text: "".join(c for c in text if unicodedata.category(c) != "Cf"),
    lambda text: text[1:],
    lambda text: text[:-1],
    lambda text: text.replace("  ", " "),
]


def _drawn(value: Any) -> str:
    return "\n".join(section.text for section in sections([Part(label="x", value=value)], 1_000_000))


@st.composite
def near_texts(draw: st.DrawFn) -> tuple[str, str]:
    text = draw(TEXTS)
    return text, draw(st.sampled_from(_CHANGES))(text) if draw(st.booleans()) else draw(TEXTS)


@st.composite
def near_values(draw: st.DrawFn) -> tuple[Any, Any]:
    """A value, and the same with one place in it changed; or the text that the value is laid out as."""
    value = draw(VALUES)
    return value, draw(changed(value))


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value with one place of it changed."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(value)))
        how = draw(st.sampled_from(["inside", "rename", "remove", "hoist", "nest"]))
        rest = {name: item for name, item in value.items() if name != key}
        if how == "inside":
            return {**rest, key: draw(changed(value[key]))}
        if how == "rename":
            return {
                **rest,
                draw(st.sampled_from(_CHANGES))(key) if draw(st.booleans()) else draw(KEYS): value[key],
            }
        if how == "hoist" and isinstance(value[key], dict):
            return {**rest, **value[key]}
        return rest if how == "remove" else {**rest, draw(KEYS): {key: value[key]}}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(value) - 1))
        how = draw(st.sampled_from(["inside", "remove", "twice", "reverse"]))
        if how == "inside":
            return [*value[:at], draw(changed(value[at])), *value[at + 1 :]]
        if how == "reverse":
            return value[::-1]
        return [*value[:at], *value[at + 1 :]] if how == "remove" else [*value[: at + 1], *value[at:]]
    if isinstance(value, str) and draw(st.booleans()):
        return draw(st.sampled_from(_CHANGES))(value)
    return draw(st.one_of(VALUES, st.just(_drawn(value)), st.just([value]), st.just(json.dumps(value))))
