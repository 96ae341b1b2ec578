"""Texts for a thread about its pending approvals, and about an answer that does not fit."""

from countersign.flow.review import Review
from countersign.i18n import Text, TextLines, lazy_text
from countersign.interrupts import FormValidationError, InvalidDecision


def bad_answer(problem: FormValidationError | InvalidDecision) -> Text:
    return lazy_text(
        "That answer can't be used: {problem}", problem=TextLines(tuple(problem.errors.values()))
    )


def what_waits(waiting: list[Review], *, undoable: bool) -> Text | TextLines:
    if not waiting and undoable:
        return lazy_text(
            "The last decision can still be undone on its card. Messages here are passed on once the agent "
            "has it."
        )
    if not waiting:
        return lazy_text(
            "The last step failed after the decision. Use *Try again* or *Ask again* on the message about "
            "it. Until then, nothing else runs in this thread."
        )
    if len(waiting) > 1:
        lead = lazy_text("{count} approvals are waiting in this thread. Use their cards:", count=len(waiting))
        return TextLines((lead, *(f"•  {review.shown.title}" for review in waiting)), "\n")
    lead = lazy_text("This thread waits for a decision: {title}", title=waiting[0].shown.title)
    how = (
        lazy_text("Use the card in another channel. Other messages are not passed on until then.")
        if waiting[0].approval.posted_to
        else lazy_text("Use the card. Other messages are not passed on until then.")
    )
    return TextLines((lead, how), "\n")
