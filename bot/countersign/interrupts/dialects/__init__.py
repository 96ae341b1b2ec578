"""The dialects, in the order in which they are tried. The last one takes any value."""

from countersign.interrupts.dialects import (
    anything_else,
    approve_or_reject,
    options,
    question,
    response_schema,
    static_breakpoint,
)
from countersign.interrupts.dialects.langchain import agent_inbox
from countersign.interrupts.dialects.langchain import batched as langchain_batched
from countersign.interrupts.dialects.langchain import per_call as langchain_per_call
from countersign.interrupts.dialects.langgraph_guides import (
    assistance,
    review_and_edit,
    text_to_revise,
    tool_call_review,
)
from countersign.interrupts.dialects.requests.dialect import Dialect

DIALECTS: tuple[Dialect, ...] = (
    static_breakpoint.DIALECT,
    langchain_batched.DIALECT,
    langchain_per_call.DIALECT,
    agent_inbox.DIALECT,
    tool_call_review.DIALECT,
    response_schema.DIALECT,
    options.DIALECT,
    review_and_edit.DIALECT,
    text_to_revise.DIALECT,
    assistance.DIALECT,
    approve_or_reject.DIALECT,
    question.DIALECT,
    anything_else.DIALECT,
)
