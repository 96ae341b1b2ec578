"""Why an approval ended, or is asked again, or was decided alone.

Its row and the ledger keep the reason in the language of the code, and people read it in theirs.
"""

from datetime import datetime

from countersign.i18n import N_, AnyText, Text, lazy_text, recorded_text

NOBODY_ANSWERED = N_("Nobody answered by {deadline}.")
NOT_ENOUGH_VOTES = N_("Not enough votes by {deadline}.")
LAPSED = N_("The approval was too old when the action was about to run.")
LAPSED_COUNTS_FOR = N_("The approval was too old when the action was about to run. It counts for {duration}.")
CANCELLED_BY = N_("Cancelled by {name}.")
RUN_CANCELLED_BY = N_("Run cancelled by {name}.")
RUN_CANCELLED = N_("The run was cancelled.")
STOPPED_BY = N_("Stopped by {name}.")
STARTED_OVER_BY = N_("{name} started the conversation over.")
NO_LONGER_ASKED = N_("The agent no longer asks this.")
AGENT_CHANGED = N_("The agent was changed and no longer asks this.")
FAILED_AFTER = N_("The step after the decision failed, so the question is asked again.")
QUESTION_CHANGED = N_("The question changed after this was decided, so the answer was not used.")
AGENT_CHANGED_SINCE = N_("The agent was changed after it asked this, so the answer was not used.")
NOT_TAKEN = N_("The agent did not take the answer, so it was not used.")
ANSWER_REFUSED = N_("The agent did not take the answer: {problem}")
STATE_REFUSED = N_("The state can't be changed here: {problem}")
HIDDEN_BREAKPOINT = N_(
    "Another part of this run may stand at a breakpoint that nobody can approve, and an answer would let it "
    "go on. Start over in a new thread."
)
BREAKPOINT_FIRST = N_(
    "Another part of this run stands at a breakpoint. Decide that first, then answer here again."
)
ANSWERED_ALONE = N_("The card has the answer.")  # what broke the glass was an answer, without more words
APP_REMOVED = N_("The app was removed from this workspace.")
_REASONS = (
    *(APP_REMOVED, ANSWERED_ALONE),
    *(NOBODY_ANSWERED, NOT_ENOUGH_VOTES, LAPSED_COUNTS_FOR, LAPSED, CANCELLED_BY, RUN_CANCELLED_BY),
    *(RUN_CANCELLED, STOPPED_BY),
    *(STARTED_OVER_BY, NO_LONGER_ASKED, AGENT_CHANGED, FAILED_AFTER, QUESTION_CHANGED, AGENT_CHANGED_SINCE),
    *(NOT_TAKEN, ANSWER_REFUSED, STATE_REFUSED, HIDDEN_BREAKPOINT, BREAKPOINT_FIRST),
)


def not_decided_by(deadline: datetime, *, voted: bool) -> Text:
    """`voted`: whether people voted, though too few."""
    return lazy_text(NOT_ENOUGH_VOTES if voted else NOBODY_ANSWERED, deadline=deadline)


def recorded_reason(reason: str) -> AnyText:
    """A reason as it was kept, to be read in any language."""
    return recorded_text(reason, _REASONS)
