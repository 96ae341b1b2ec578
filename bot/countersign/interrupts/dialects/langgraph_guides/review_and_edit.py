"""Review and edit, from LangGraph's documentation: a text to correct, beside the task that says how."""

from collections.abc import Mapping

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate, fixed
from countersign.interrupts.dialects.requests.answer_forms import edit_text_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    description_or_part,
    parts,
    single_row_request,
)
from countersign.interrupts.review_request import ReviewRequest

NAME = "review_and_edit"
LONG_TEXT = 40  # characters
_TASKS = ("task", "instruction")


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict):
        return None
    task = next((key for key in _TASKS if isinstance(value.get(key), str)), None)
    key = _text_key(value, task)
    if task is None or key is None:
        return None
    text = str(value[key])
    description, long = description_or_part(value[task], task)
    return single_row_request(
        NAME,
        title=_("A text to review"),
        description=description,
        parts=(*long, *parts(value, without=(task,))),
        answers={
            APPROVE: fixed({"edited_text": text}),
            EDIT: AnswerTemplate(value={"edited_text": text}, slot=("edited_text",), when_empty=""),
        },
        forms={EDIT: edit_text_form(key, text)},
        args=value,
    )


def _text_key(value: Mapping[str, Json], task: str | None) -> str | None:
    """The key of the only other text, or of the only long one."""
    texts = {key: item for key, item in value.items() if key != task and isinstance(item, str)}
    if len(texts) > 1:
        texts = {key: text for key, text in texts.items() if len(text) >= LONG_TEXT or "\n" in text}
    return next(iter(texts)) if len(texts) == 1 else None


DIALECT = Dialect(NAME, parse)
