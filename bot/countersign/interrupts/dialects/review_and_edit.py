"""Review and edit, from LangGraph's documentation: a text to correct, beside the `task` that says how."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import text_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, Dialect
from countersign.interrupts.dialects.request_builder import description_or_part, parts, single_row_request
from countersign.interrupts.review_request import ReviewRequest

NAME = "review_and_edit"
LONG = 40  # characters: the documentation's own example is a sentence of 47


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    key = _text_key(value)
    if key is None or not isinstance(value, dict):
        return None
    description, long = description_or_part(value["task"], "task")
    return single_row_request(
        NAME,
        title="A text to review",
        description=description,
        parts=(*long, *parts(value, without=("task",))),
        forms={APPROVE: None, EDIT: text_form(key, str(value[key]))},
    )


def resume_value(value: Json, decisions: Sequence[Decision]) -> Json:
    key = _text_key(value)
    assert isinstance(value, dict)
    assert key is not None
    return {"edited_text": value[key] if decisions[0].kind is APPROVE else decisions[0].value}


def _text_key(value: Json) -> str | None:
    """The one long or multi-line text beside `task`."""
    if not isinstance(value, dict) or not isinstance(value.get("task"), str):
        return None
    texts = [
        key
        for key, item in value.items()
        if key != "task" and isinstance(item, str) and (len(item) >= LONG or "\n" in item)
    ]
    return texts[0] if len(texts) == 1 else None


DIALECT = Dialect(NAME, parse, resume_value)
