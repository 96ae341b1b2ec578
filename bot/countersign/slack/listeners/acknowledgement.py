"""The acknowledgement of a submitted form: it closes, shows errors at its fields, or gives the reason."""

from collections.abc import Awaitable
from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.i18n import _
from countersign.interrupts import FormValidationError, InvalidDecision
from countersign.slack.forms.modal import field_errors, notice_view
from countersign.slack.listeners.context import Ack, describe_error


async def acknowledge_submission(
    ack: Ack, view: dict[str, Any], work: Awaitable[None], failure_title: str
) -> None:
    """Await the work, then close the form or show its errors. `failure_title` is the title of a failure."""
    try:
        await work
    except (FormValidationError, InvalidDecision) as error:
        errors = field_errors(error.errors, view, error.labels)
        if errors:
            await ack(response_action="errors", errors=errors)
        else:
            await ack(
                response_action="update", view=notice_view(_("Can't submit this"), describe_error(error))
            )
    except CountersignError as error:
        await ack(response_action="update", view=notice_view(failure_title, describe_error(error)))
    else:
        await ack()
