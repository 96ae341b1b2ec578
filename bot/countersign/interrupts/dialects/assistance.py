"""Human assistance, from LangGraph's tutorial: `{"query": ...}` is answered with `{"data": ...}`."""

from collections.abc import Sequence

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import RESPOND, Dialect, asked, message_form, one_row, text_of
from countersign.interrupts.request import ReviewRequest

NAME = "assistance"


def read(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.keys() != {"query"} or not isinstance(value["query"], str):
        return None
    heading, description, long = asked(value["query"], "query", "The agent asks for help")
    return one_row(
        NAME,
        heading=heading,
        description=description,
        shown=long,
        forms={RESPOND: message_form("Answer")},
    )


def answer(_value: Json, decisions: Sequence[Decision]) -> Json:
    return {"data": text_of(decisions[0])}


DIALECT = Dialect(NAME, read, answer)
