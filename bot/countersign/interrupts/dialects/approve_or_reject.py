"""Approve or reject, from LangGraph's documentation: a question about something, answered true or false."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import (
    APPROVE,
    REJECT,
    Dialect,
    asked,
    one_row,
    parts,
    reason_form,
)
from countersign.interrupts.request import ReviewRequest

NAME = "approve_or_reject"


def read(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or not isinstance(value.get("question"), str) or len(value) < 2:
        return None
    heading, description, long = asked(value["question"], "question", "The agent asks for approval")
    return one_row(
        NAME,
        heading=heading,
        description=description,
        shown=(*long, *parts(value, without=("question",))),
        forms={APPROVE: None, REJECT: reason_form(told_to_graph=False)},
    )


def answer(_value: Json, decisions: Sequence[Decision]) -> Json:
    return decisions[0].kind is APPROVE


DIALECT = Dialect(NAME, read, answer)
