"""Payloads of interrupts, and what they say of the answer, beyond the conformance sets."""

from countersign.approvals.json import Json

CALL: dict[str, Json] = {"name": "refund", "args": {"amount": 12, "note": "late"}}
CONFIG: dict[str, Json] = {"action_name": "refund", "allowed_decisions": ["approve", "edit", "reject"]}
FORM: Json = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def inbox(**flags: bool) -> dict[str, Json]:
    config: dict[str, Json] = {f"allow_{name}": flag for name, flag in flags.items()}
    return {"action_request": {"action": "refund", "args": {"amount": 12}}, "config": config}


def options(count: int, **more: Json) -> dict[str, Json]:
    return {"question": "Which?", "options": [f"o{number}" for number in range(count)], **more}


PAYLOADS: dict[str, tuple[Json, Json]] = {
    "null": (None, None),
    "a number": (5, None),
    "an empty text": ("", None),
    "a long text": ("q" * 1000, None),
    "a text of 150": ("q" * 149 + "?", None),
    "a text of 151": ("q" * 150 + "?", None),
    "two lines": ("First line.\nSecond line?", None),
    "a list": ([1, "two"], None),
    "an empty object": ({}, None),
    "a question of 500": ({"question": "q" * 500}, None),
    "a question of 501": ({"question": "q" * 501}, None),
    "a question and details": ({"question": "Refund?", "amount": 12, "order_id": "A-7"}, None),
    "a message": ({"message": "Refund?"}, None),
    "a prompt with a schema": ({"prompt": "Refund?"}, FORM),
    "a question that is no text": ({"question": {"deep": 1}}, None),
    "yes or no": ({"question": "Shall I send it?"}, None),
    "a question with another language": ("Soll ich?", None),
    "options 1": (options(1), None),
    "options 2": (options(2), None),
    "options 5": (options(5), None),
    "options 6": (options(6), None),
    "options 100": (options(100), None),
    "options 101": (options(101), None),
    "options 300": (options(300), None),
    "options 301": (options(301), None),
    "options that are alike": ({"question": "?", "options": ["a", "a", "A"]}, None),
    "options with a long label": ({"question": "?", "options": ["x" * 75, "y" * 76, "z" * 200]}, None),
    "options that are objects": (
        {"question": "?", "options": [{"label": "Yes", "value": True}, {"title": "No", "value": False}]},
        None,
    ),
    "options with ids": ({"choices": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]}, None),
    "options and a schema that is an enum": (options(2), {"enum": ["o0", "o1", "o2"]}),
    "options with blanks": ({"question": "?", "options": [" a ", "", "b\nc", None, 5, True]}, None),
    "a summary": ({"title": "Refund", "summary": "12 EUR.", "risk": "high", "why": "It is late."}, None),
    "a risk of no kind": ({"title": "Refund", "risk": "extreme", "why": 5}, None),
    "details and an end": (
        {"title": "Refund", "details": {"amount": 12}, "expires_in": 3600, "risk": "low"},
        None,
    ),
    "an end in words": ({"title": "Refund", "expires_in": "2h", "risk": "medium"}, None),
    "an end that is none": ({"title": "Refund", "expires_in": -1}, None),
    "an end of no time": ({"title": "Refund", "expires_in": 0}, None),
    "an end far away": ({"title": "Refund", "expires_in": 10**9}, None),
    "an end that is true": ({"title": "Refund", "expires_in": True}, None),
    "a tool call": ({"tool_call": {**CALL, "id": "call_1"}}, None),
    "a tool call with a question": ({"question": "Really?", "tool_call": CALL}, None),
    "a tool call without a name": ({"tool_call": {"args": {"a": 1}}}, None),
    "a tool call without arguments": ({"tool_call": {"name": "refund"}}, None),
    "tool approval": ({"type": "tool_approval", **CALL, "description": "Please look."}, None),
    "tool approval without a description": ({"type": "tool_approval", **CALL}, None),
    "tool approval with an id": ({"type": "tool_approval", **CALL, "tool_call_id": "c1"}, None),
    "a batch of one": ({"action_requests": [CALL], "review_configs": [CONFIG]}, None),
    "a batch of two": (
        {
            "action_requests": [{**CALL, "description": "First."}, {"name": "mail", "args": {"to": "a@b.c"}}],
            "review_configs": [CONFIG, {"action_name": "mail", "allowed_decisions": ["approve", "respond"]}],
        },
        None,
    ),
    "a batch of three alike": ({"action_requests": [CALL, CALL, CALL], "review_configs": [CONFIG]}, None),
    "a batch without configs": ({"action_requests": [CALL, {"name": "mail", "args": {}}]}, None),
    "a batch that is empty": ({"action_requests": [], "review_configs": []}, None),
    "a batch that allows nothing": (
        {"action_requests": [CALL], "review_configs": [{**CONFIG, "allowed_decisions": []}]},
        None,
    ),
    "a batch of which one is rejected only": (
        {"action_requests": [CALL], "review_configs": [{**CONFIG, "allowed_decisions": ["reject"]}]},
        None,
    ),
    "a batch with a schema": (
        {
            "action_requests": [CALL],
            "review_configs": [{**CONFIG, "args_schema": {"properties": {"amount": {"minimum": 1}}}}],
        },
        None,
    ),
    "inbox with all": (inbox(ignore=True, respond=True, edit=True, accept=True), None),
    "inbox with none": (inbox(ignore=False, respond=False, edit=False, accept=False), None),
    "inbox that is ignored only": (inbox(ignore=True), None),
    "inbox to accept": (inbox(accept=True), None),
    "inbox to respond": (inbox(respond=True), None),
    "inbox of two": ([inbox(accept=True), inbox(respond=True)], None),
    "inbox with words": ({**inbox(accept=True), "description": "# Look\n\nat this"}, None),
    "a text to revise": ({"instruction": "Improve it", "text_to_revise": "Dear Sir"}, None),
    "a draft": ({"task": "Review this", "draft": "Dear Sir,\nbye"}, None),
    "a draft in content": ({"task": "Review this", "content": "Dear Sir", "author": "bot"}, None),
    "a schema of nothing": ({"question": "?"}, {}),
    "a schema that is no schema": ({"question": "?"}, {"type": "nonsense"}),
    "a schema of a text": ({"question": "?"}, {"type": "string", "minLength": 3, "title": "Reason"}),
    "a schema of a number": ({"question": "?"}, {"type": "number", "minimum": 1, "maximum": 9}),
    "a schema of a choice": ({"question": "?"}, {"enum": ["a", "b"]}),
    "a schema of titled choices": ({"question": "?"}, {"oneOf": [{"const": 1, "title": "A"}, {"const": 2}]}),
    "a schema of yes or no": ({"question": "?"}, {"type": "boolean", "default": True}),
    "a schema with what is there": ({"question": "?", "a": 5, "b": 6}, FORM),
}  # fmt: skip
