"""What a thread is told about what waits in it, and about an answer that does not fit."""

from countersign.flow.review import Review
from countersign.interrupts import FormValidationError, InvalidDecision


def bad_answer(problem: FormValidationError | InvalidDecision) -> str:
    return "That answer can't be used: " + " ".join(problem.errors.values())


def what_waits(waiting: list[Review], *, undoable: bool) -> str:
    if not waiting and undoable:
        return (
            "The last decision can still be undone on its card. Messages here are passed on once the agent "
            "has it."
        )
    if not waiting:
        return (
            "The last step failed after the decision. Use *Try again* or *Ask again* on the message about "
            "it. Until then, nothing else runs in this thread."
        )
    if len(waiting) > 1:
        titles = "\n".join(f"•  {review.shown.title}" for review in waiting)
        return f"{len(waiting)} approvals are waiting in this thread. Use their cards:\n{titles}"
    where = " in another channel" if waiting[0].approval.posted_to else ""
    return (
        f"This thread waits for a decision: {waiting[0].shown.title}\n"
        f"Use the card{where}. Other messages are not passed on until then."
    )
