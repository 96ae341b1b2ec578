"""Parks failed steps until somebody retries them: their messages are kept."""

from dataclasses import replace

import structlog

from countersign.approvals.lifecycle import Status
from countersign.flow.error_report import new_error_id
from countersign.flow.messages.inbound import STARTS_A_RUN
from countersign.flow.messages.outgoing import failure
from countersign.flow.work import StepResult, Work
from countersign.i18n import AnyText, lazy_text

log = structlog.get_logger()

MAX_ATTEMPTS = 5  # a step that ended its worker's process this often is parked


def parked(work: Work, error_id: str, hint: AnyText) -> StepResult:
    decided = any(review.approval.status is Status.DECIDED for review in work.open)
    behind_a_decision = decided and work.thread.halted is None  # then nobody has looked at it yet
    first = () if behind_a_decision else work.inbound[:1]
    return StepResult(
        thread=replace(work.thread, halted=error_id),
        done=tuple(row.key for row in first if row.kind not in STARTS_A_RUN),
        parked=tuple(row.key for row in first if row.kind in STARTS_A_RUN),
        post=(failure(work.thread.ref, error_id, hint),),
    )


def too_many_attempts(work: Work) -> StepResult | None:
    """Stop trying where the same work ended its worker's process again and again."""
    if work.thread.attempts <= MAX_ATTEMPTS:
        return None
    error_id = f"parked-{new_error_id()}"
    log.error("thread_parked", error_id=error_id, thread_id=work.thread.ref.id, attempts=work.thread.attempts)
    hint = lazy_text(
        "This step ended the process that ran it {count} times, so it is not run again.", count=MAX_ATTEMPTS
    )
    return parked(work, error_id, hint)
