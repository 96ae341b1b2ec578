"""A form's acknowledgement: it closes, shows errors at its fields, or says why nothing was done."""

from collections.abc import Awaitable
from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.interrupts import FormValidationError, InvalidDecision
from countersign.slack.desk import Ack, in_words
from countersign.slack.forms import shown_errors, told_view


async def answered(ack: Ack, view: dict[str, Any], work: Awaitable[None], nothing: str) -> None:
    """Acknowledge the form with what came of the work; `nothing` heads the reason why it was not done."""
    try:
        await work
    except (FormValidationError, InvalidDecision) as error:
        errors = shown_errors(error.errors, view)
        if errors:
            await ack(response_action="errors", errors=errors)
        else:
            await ack(response_action="update", view=told_view("Not possible", in_words(error)))
    except CountersignError as error:
        await ack(response_action="update", view=told_view(nothing, in_words(error)))
    else:
        await ack()
