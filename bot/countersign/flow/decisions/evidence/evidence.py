"""What the ledger records of a question and of the run after its answer, without redacted values."""

import hashlib
import json

from countersign.approvals.approval import Approval
from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphState
from countersign.flow.review import Review

_LIMIT = 20_000  # characters of a row's arguments; longer ones are kept as their digest


def asked(review: Review) -> Json:
    """The question as shown to people: its title, and what each row would do."""
    shown = review.shown
    rows: list[Json] = [{"action": row.action, "args": _or_digest(dict(row.args))} for row in shown.rows]
    return {"title": shown.title, "rows": rows, "requester": review.approval.requester}


def run_result(approval: Approval, state: GraphState, error_id: str | None = None) -> Json:
    """How the run ended after the answer, with a digest of each tool's result.

    No digests where a rule redacts: the digest of a short text can be brute-forced.
    """
    if error_id is not None:
        ended = "failed"
    elif state.pending:
        ended = "asked again"
    else:
        ended = "stopped" if state.unfinished else "finished"
    tools: list[Json] = [
        {"tool": result.tool, "sha256": hashlib.sha256(result.text.encode("utf-8", "replace")).hexdigest()}
        for result in state.tool_results
        if not any(rule.redact for rule in approval.rules)
    ]
    result: dict[str, Json] = {"run": ended}
    if error_id is not None:
        result["error_id"] = error_id
    if tools:
        result["tools"] = tools
    return result


def _or_digest(args: Json) -> Json:
    written = json.dumps(args, ensure_ascii=False)
    if len(written) <= _LIMIT:
        return args
    return {"characters": len(written), "sha256": hashlib.sha256(canonical_json(args)).hexdigest()}
