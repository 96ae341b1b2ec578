"""Any other value: shown as it is, answered with JSON, so that no graph ever runs into a dead end."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import RESPOND, Dialect, one_row, parts, said
from countersign.interrupts.making import json_form
from countersign.interrupts.request import Part, ReviewRequest

NAME = "anything_else"


def read(value: Json, _schema: Json) -> ReviewRequest:
    shown = parts(value) if isinstance(value, dict) and value else (Part(label="value", value=value),)
    return one_row(
        NAME,
        heading="The agent waits for an answer",
        description=None,
        shown=shown,
        forms={RESPOND: json_form("Answer", accepts_text=True)},
    )


def answer(_value: Json, decisions: Sequence[Decision]) -> Json:
    return said(decisions[0])


DIALECT = Dialect(NAME, read, answer)
