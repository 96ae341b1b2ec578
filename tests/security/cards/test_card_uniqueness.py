"""Payloads with different digests never have the same card, what *Details* opens counted in."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.flow.review import Review
from countersign.interrupts import action_label, digest
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.open_card import render_card
from countersign.slack.cards.values.references import CardReference, ModalReference
from tests.interrupts.near_pairs import KEYS, TEXTS, VALUES, changed
from tests.slack.rendered_approvals import approval_of

OBJECTS = st.dictionaries(KEYS, VALUES, max_size=3)
ORDINARY = st.sampled_from(
    ["Pay?", "Pay 12 EUR to Bob?", "send_money", "Which city?", "Run a?", "a", "refund"]
)
DECISIONS = st.lists(st.sampled_from(["approve", "edit", "reject", "respond"]), unique=True, min_size=1)


def _boilerplate(call: dict[str, Any]) -> dict[str, Any]:
    text = f"Tool execution requires approval\n\nTool: {call['name']}\nArgs: {call['args']}"
    return {**call, "description": text}


DEFAULT = ("approve", "edit", "reject")


def _two_calls(configs: Json) -> Json:
    """A batch in which one call of two is described."""
    call: dict[str, Any] = {"name": "a", "args": {}}
    return {"action_requests": [call, _boilerplate(call)], "review_configs": configs}


NAMES = ORDINARY | TEXTS
CALLS = st.fixed_dictionaries(
    {"name": NAMES, "args": OBJECTS}, optional={"description": NAMES}
) | st.fixed_dictionaries({"name": NAMES, "args": OBJECTS}).map(_boilerplate)
PAYLOADS: st.SearchStrategy[Any] = st.one_of(
    NAMES,
    VALUES,
    st.builds(
        lambda key, text, rest: {**rest, key: text},
        st.sampled_from(["question", "title", "message"]),
        NAMES,
        OBJECTS,
    ),
    st.fixed_dictionaries(
        {"title": NAMES},
        optional={
            "summary": NAMES,
            "risk": st.sampled_from(["low", "high", " High", "none"]),
            "why": NAMES,
            "details": OBJECTS,
            "options": st.lists(NAMES, max_size=3),
            "expires_in": st.sampled_from(["30m", "30 m", 1800]),
        },
    ),
    CALLS.map(lambda call: {"type": "tool_approval", "tool_call_id": "call_1", **call}),
    CALLS.map(lambda call: {"type": "tool_approval", **call}),
    st.builds(
        lambda calls, allowed: {
            "action_requests": calls,
            "review_configs": [{"action_name": c["name"], "allowed_decisions": allowed} for c in calls],
        },
        st.lists(CALLS, min_size=1, max_size=3),
        DECISIONS,
    ),
    st.builds(
        lambda call, one: [call] if one else call,
        st.builds(
            lambda name, args, flags: {"action_request": {"action": name, "args": args}, "config": flags},
            NAMES,
            OBJECTS,
            st.fixed_dictionaries(
                {f"allow_{name}": st.booleans() for name in ("accept", "edit", "ignore", "respond")}
            ),
        ),
        st.booleans(),
    ),
    st.builds(lambda call, question: {"question": question, "tool_call": call}, CALLS, NAMES),
    st.builds(
        lambda key, task, text: {key: task, "draft": text},
        st.sampled_from(["task", "instruction"]),
        NAMES,
        NAMES,
    ),
    NAMES.map(lambda text: {"query": text}),
    NAMES.map(lambda text: {"text_to_revise": text}),
)


@st.composite
def near_payloads(draw: st.DrawFn) -> tuple[Json, Json]:
    payload = draw(PAYLOADS)
    return payload, draw(changed(payload)) if draw(st.integers(0, 4)) else draw(PAYLOADS)


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(near_payloads())
@example(("Pay?", {"question": "Pay?"}))
@example(({"question": "Pay?", "a": 1}, {"message": "Pay?", "a": 1}))
@example(({"question": "Pay?", "a": 1}, {"title": "Pay?", "details": {"a": 1}}))
@example(({"title": "Pay?", "risk": "high"}, {"title": "Pay?", "risk": "HIGH"}))
@example(({"title": "T", "why": "x"}, {"title": "T", "why": "x\n*Risk:* Low"}))
@example(({"question": "Pay?"}, {"question": "Pay? "}))
@example(([1], {"value": [1]}))
@example(({"a": 5}, {"a": "5"}))
@example(({"a": []}, {"a": {}}))
@example(({"a": ""}, {"a": None}))
@example(({"a": "x\ny"}, {"a": "x\r\ny"}))
@example(({"a": "k: v"}, {"a": {"k": "v"}}))
@example(({"a": "- v"}, {"a": ["v"]}))
@example(({"a": '"v"'}, {"a": "v"}))
@example(({"a": "⟨U+200B⟩"}, {"a": "\u200b"}))
@example(({"a": "é"}, {"a": "e\u0301"}))
@example(
    (
        {"type": "tool_approval", "name": "a", "args": {"b": 1}},
        {"type": "tool_approval", "name": "a", "args": {}, "b": 1},
    )
)
@example(
    (
        {"type": "tool_approval", "name": "a", "args": {}},
        {"action_requests": [{"name": "a", "args": {}}], "review_configs": []},
    )
)
@example(
    (
        {"type": "tool_approval", "tool_call_id": 5, "name": "a", "args": {}},
        {"type": "tool_approval", "tool_call_id": "5", "name": "a", "args": {}},
    )
)
@example((_two_calls([{"action_name": "a", "allowed_decisions": list(DEFAULT)}] * 2), _two_calls(None)))
@example(({"a": "x" * 5000 + "1" + "y" * 5000}, {"a": "x" * 5000 + "2" + "y" * 5000}))
def test_two_payloads_never_have_the_same_card(pair: tuple[Json, Json]) -> None:
    one, other = pair
    if digest(one) != digest(other):
        assert seen(one) != seen(other)


SCHEMAS: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"type": "string"},
        {"type": "boolean"},
        {"type": "integer", "minimum": 1},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "object", "properties": {"to": {"type": "string", "title": "To"}}, "required": ["to"]},
    ]
)


@st.composite
def near_schemas(draw: st.DrawFn) -> tuple[Json, Json]:
    schema = draw(SCHEMAS)
    return schema, draw(changed(schema)) if draw(st.booleans()) else draw(SCHEMAS)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ORDINARY | OBJECTS, near_schemas())
@example("Pay?", (None, {"type": "boolean"}))
@example("Pay?", ({"type": "boolean"}, {"type": "boolean", "$comment": "true means: tell everybody"}))
@example("Who?", ({"type": "string", "pattern": "^b"}, {"type": "string", "pattern": "^m"}))
@example("Who?", ({"type": "string", "pattern": "^b"}, {"type": "string", "pattern": "^b\u200b"}))
@example({"n": 1}, ({"type": "integer"}, {"type": "integer", "maximum": 9}))
def test_two_schemas_of_the_answer_never_have_the_same_card(payload: Json, pair: tuple[Json, Json]) -> None:
    one, other = pair
    if digest(payload, one) != digest(payload, other):
        assert seen(payload, one) != seen(payload, other)


@st.composite
def near_arguments(draw: st.DrawFn) -> tuple[Json, Json]:
    args: Json = draw(OBJECTS)
    return args, draw(changed(args)) if draw(st.integers(0, 4)) else draw(OBJECTS)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(near_arguments())
@example(({"a": ["k: v"]}, {"a": [{"k": "v"}]}))
@example(({"a": ["- v"]}, {"a": [["v"]]}))
@example(({"a": "5"}, {"a": 5}))
@example(({"a": "Yes"}, {"a": True}))
@example(({"a": "x\ny"}, {"a": "x\r\ny"}))
def test_other_arguments_look_different_on_the_card_itself(pair: tuple[dict[str, Json], Json]) -> None:
    """Without *Details*, which have the JSON, as long as the card says that it shows all of it."""
    one, other = pair
    if isinstance(other, dict) and digest(one) != digest(other):
        cards = [
            render_card(Review(asked({"type": "tool_approval", "name": "pay", "args": args})))
            for args in pair
        ]
        if not any(card_actions.VIEW in str(card.blocks) for card in cards):
            assert _texts(cards[0].blocks) != _texts(cards[1].blocks)


@pytest.mark.parametrize(
    "payload",
    [
        "What is your name?",
        {"question": "Pay?", "amount": 12, "to": "Bob"},
        {
            "title": "Refund order 12",
            "summary": "It arrived broken.",
            "risk": "low",
            "details": {"amount": 12},
        },
        {
            "action_requests": [_boilerplate({"name": "pay", "args": {"to": "Bob"}})],
            "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve", "edit", "reject"]}],
        },
        _boilerplate(
            {
                "type": "tool_approval",
                "tool_call_id": "call_1",
                "name": "pay",
                "args": {"to": "Bob", "body": "Dear Bob,\n\nlunch: 12:30?\n- Ann"},
            }
        ),
    ],
)
def test_an_ordinary_card_has_no_marks(payload: Json) -> None:
    card = render_card(Review(asked(payload)))

    shown = str(seen(payload))
    assert card_actions.VIEW not in shown
    assert "⟨" not in shown
    assert len(request_line(card.fallback or card.blocks).split(" · ")) == (
        2 if payload_names_a_tool(payload) else 1
    )


def request_line(blocks: list[Block]) -> str:
    """The line that says who asked: below the title, or below the buttons of a plain question."""
    texts = [
        each["text"]
        for block in blocks[1:]
        for each in (block.get("text"), *block.get("elements", ()))
        if isinstance(each, dict) and isinstance(each.get("text"), str)
    ]
    return next(str(text) for text in texts if "Asked " in text or "Requested " in text)


def payload_names_a_tool(payload: Json) -> bool:
    """Whether the card's title leaves the tool's name to the line below it."""
    request = Review(asked(payload)).shown
    return request.rows[0].action is not None and request.title != action_label(request.rows[0].action)


def seen(payload: Json, schema: Json = None) -> Json:
    """All that a person sees: the card's texts and labels, and all pages of its details if it has them."""
    approval = asked(payload, schema)
    review = Review(approval)
    card = render_card(review)
    texts: list[Json] = [_texts(card.blocks)]
    if card_actions.VIEW in str(card.blocks) or card_actions.DETAILS in str(card.blocks):
        reference = CardReference(approval_id=approval.id, row=0, digest=approval.digest)
        modal = ModalReference(card=reference, channel="C0GENERAL0", message_ts="1.000002")
        pages: list[Json] = []
        while len(pages) < 50 and (page := _page(review, modal, len(pages))) not in pages:
            pages.append(page)
        texts.append(pages)
    return texts


def _page(review: Review, modal: ModalReference, page: int) -> Json:
    return _texts(details_view(review, replace(modal, page=page))["blocks"][:-1])  # the last is the digest


def _texts(blocks: list[dict[str, Any]]) -> Json:
    """Without what nobody reads: the values of buttons, and ids."""
    return [_readable(block) for block in blocks]


def _readable(value: Any) -> Json:
    if isinstance(value, dict):
        hidden = {"value", "block_id", "verbatim", "expand", "emoji"}
        return {key: _readable(item) for key, item in value.items() if key not in hidden}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return str(value)


def asked(payload: Json, schema: Json = None) -> Approval:
    return replace(approval_of(payload, schema), id=UUID(int=1))


def test_no_section_is_folded() -> None:
    card = render_card(
        Review(asked({"title": "Send it?", "why": "He waits.", "to": "bob", "body": "x\n" * 200}))
    )
    sections = [block for block in card.fallback or () if block["type"] == "section"]
    assert [block for block in sections if not block.get("expand")] == []
    assert len(sections) == 4
