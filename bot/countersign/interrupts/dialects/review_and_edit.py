"""Review and edit, from LangGraph's documentation: a text to correct, beside the task that says how."""

from countersign.approvals.json import Json
from countersign.interrupts.answers.template import AnswerTemplate, fixed
from countersign.interrupts.dialects.answer_forms import edit_text_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, Dialect
from countersign.interrupts.dialects.request_builder import description_or_part, parts, single_row_request
from countersign.interrupts.review_request import ReviewRequest

NAME = "review_and_edit"
_TASKS = ("task", "instruction")


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict):
        return None
    task = next((key for key in _TASKS if isinstance(value.get(key), str)), None)
    texts = [key for key, item in value.items() if key != task and isinstance(item, str)]
    if task is None or len(texts) != 1:
        return None
    key, text = texts[0], str(value[texts[0]])
    description, long = description_or_part(value[task], task)
    return single_row_request(
        NAME,
        title="A text to review",
        description=description,
        parts=(*long, *parts(value, without=(task,))),
        answers={
            APPROVE: fixed({"edited_text": text}),
            EDIT: AnswerTemplate(value={"edited_text": text}, slot=("edited_text",), when_empty=""),
        },
        forms={EDIT: edit_text_form(key, text)},
        args=value,
    )


DIALECT = Dialect(NAME, parse)
